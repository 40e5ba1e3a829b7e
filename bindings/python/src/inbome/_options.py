"""What calls take beside their subject, as objects of the library that live for one call."""

from __future__ import annotations

import ctypes
import time
from typing import Any, Callable, Iterable, Optional, Union

from ._declarations import ClockCallback, PassphraseCallback, RandomCallback
from ._mail import Octets, octets_of
from ._native import Owned, Raised, check, lib, to_bytes, to_octets, to_text
from ._time import Time, to_time
from ._words import ClearReply, Kind, Lock, Mode, PreferEncrypt, Profile, Spelling
from .errors import InvalidArgument, PassphraseError
from .values import Draft, DraftState

Clock = Callable[[], Time]
"""Gives the present."""

Random = Callable[[int], bytes]
"""Gives as many random octets as it is asked for."""

Passphrase = Union[str, bytes, Callable[[str], Optional[Union[str, bytes]]]]
"""A passphrase, or who is asked for that of the key with a fingerprint; `None` gives up."""


def to_number(number: int, what: str, low: int = -(2**31), high: int = 2**31 - 1) -> int:
    """A number that C has room for: ctypes would cut it."""
    if not isinstance(number, int):
        raise TypeError(f"expected {what} as int, found {type(number).__name__}")
    if not low <= number <= high:
        raise InvalidArgument(f"expected {what} from {low} to {high}, found {number}")
    return int(number)


def texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """One text or several: a str is not its characters."""
    return (given,) if isinstance(given, str) else tuple(given)


class EngineOptions(Owned):
    """How an engine is opened. `callbacks` must live as long as the engine."""

    def __init__(self, clock: Clock | None, random: Random | None, raised: Raised):
        self.callbacks: list[Any] = []
        super().__init__(lib.inbome_engine_options_free, lib.inbome_engine_options_new())
        options = self.pointer
        if clock is not None:
            self.callbacks.append(ClockCallback(_clock(clock, raised)))
            check(lib.inbome_engine_options_set_clock(options, self.callbacks[-1], None))
        if random is not None:
            self.callbacks.append(RandomCallback(_random(random, raised)))
            check(lib.inbome_engine_options_set_random(options, self.callbacks[-1], None))


def _clock(clock: Clock, raised: Raised) -> Callable[[Any], int]:
    def ask(_: Any) -> int:
        try:
            return to_time(clock())
        except BaseException as error:
            # The call cannot fail here; its end raises.
            raised.keep(error)
            return int(time.time())

    return ask


def _random(random: Random, raised: Raised) -> Callable[[Any, Any, int], int]:
    def fill(_: Any, data: Any, count: int) -> int:
        try:
            octets = to_octets(random(count), "randomness")
            if len(octets) != count:
                raise InvalidArgument(f"expected {count} random octets, found {len(octets)}")
            ctypes.memmove(data, octets, count)
            return 1
        except BaseException as error:
            raised.keep(error)
            return 0

    return fill


def passphrase_callback(passphrase: Passphrase | None, raised: Raised) -> Any:
    """A callback that must live during the call; a NULL one if there is nobody to ask."""
    if passphrase is None:
        return PassphraseCallback()

    def ask(_: Any, fingerprint: bytes, room: Any, size: int) -> int:
        try:
            said = passphrase(fingerprint.decode()) if callable(passphrase) else passphrase
            if said is None:
                return -1
            octets = secret_of(said)
            if len(octets) > size:
                raise PassphraseError(f"expected at most {size} octets, found {len(octets)}")
            ctypes.memmove(room, octets, len(octets))
            return len(octets)
        except BaseException as error:
            raised.keep(error)
            return -1

    return PassphraseCallback(ask)


class AccountOptions(Owned):
    """How an account shall be; what is `None` is not set."""

    def __init__(
        self,
        raised: Raised,
        enabled: bool | None,
        prefer_encrypt: PreferEncrypt | None,
        spelling: Spelling | None,
        profile: Profile | None,
        keep_subject: bool | None = None,
        clear_reply: ClearReply | None = None,
        alias_of: str | None = None,
        import_key: Octets | None = None,
        passphrase: Passphrase | None = None,
        lock: Lock | None = None,
    ):
        super().__init__(lib.inbome_account_options_free, lib.inbome_account_options_new())
        options = self.pointer
        if enabled is not None:
            check(lib.inbome_account_options_set_enabled(options, int(bool(enabled))))
        if prefer_encrypt is not None:
            number = to_number(prefer_encrypt, "prefer_encrypt")
            check(lib.inbome_account_options_set_prefer_encrypt(options, number))
        if spelling is not None:
            check(lib.inbome_account_options_set_spelling(options, to_number(spelling, "spelling")))
        if profile is not None:
            check(lib.inbome_account_options_set_profile(options, to_number(profile, "profile")))
        if keep_subject is not None:
            check(lib.inbome_account_options_set_keep_subject(options, int(bool(keep_subject))))
        if clear_reply is not None:
            number = to_number(clear_reply, "clear_reply")
            check(lib.inbome_account_options_set_clear_reply(options, number))
        if alias_of is not None:
            main = to_text(alias_of, "alias_of")
            check(lib.inbome_account_options_set_alias_of(options, main))
        if import_key is not None:
            key = octets_of(import_key, "import_key")
            check(lib.inbome_account_options_set_import_key(options, to_bytes(key)))
        if lock is not None:
            check(lib.inbome_account_options_set_lock(options, to_number(lock, "lock")))
        if passphrase is not None:
            self._callback = passphrase_callback(passphrase, raised)
            check(lib.inbome_account_options_set_passphrase(options, self._callback, None))


def secret_of(passphrase: str | bytes) -> bytes:
    """The octets of a passphrase."""
    if isinstance(passphrase, str):
        return passphrase.encode("utf-8", "surrogatepass")
    return to_octets(passphrase, "a passphrase")


def receipt_of(
    received_at: Time | None, spam: bool, decrypt: bool = True, payload: bool = False
) -> Owned:
    """What is known of an incoming mail beyond its octets; free it."""
    owned = Owned(lib.inbome_receipt_free, lib.inbome_receipt_new())
    check(lib.inbome_receipt_set_received_at(owned.pointer, to_time(received_at)))
    check(lib.inbome_receipt_set_spam(owned.pointer, int(bool(spam))))
    check(lib.inbome_receipt_set_no_decrypt(owned.pointer, int(not decrypt)))
    check(lib.inbome_receipt_set_return_payload(owned.pointer, int(bool(payload))))
    return owned


def recipients_of(
    to: str | Iterable[str], cc: str | Iterable[str] = (), bcc: str | Iterable[str] = ()
) -> Owned:
    """A list of recipients; free it."""
    owned = Owned(lib.inbome_recipients_free, lib.inbome_recipients_new())
    for kind, addrs in ((Kind.TO, to), (Kind.CC, cc), (Kind.BCC, bcc)):
        for addr in texts(addrs):
            check(lib.inbome_recipients_add(owned.pointer, kind, to_text(addr, "a recipient")))
    return owned


def reply_of(
    in_reply_to: str | None,
    encrypted: bool | None,
    draft: Draft | None = None,
    one_message: bool = False,
) -> Owned:
    """What a mail answers; free it."""
    owned = Owned(lib.inbome_reply_free, lib.inbome_reply_new())
    if in_reply_to is not None:
        message_id = to_text(in_reply_to, "in_reply_to")
        if message_id.startswith(b"<") and message_id.endswith(b">"):
            message_id = message_id[1:-1]
        check(lib.inbome_reply_set_message_id(owned.pointer, message_id))
    if encrypted is not None:
        check(lib.inbome_reply_set_encrypted(owned.pointer, int(bool(encrypted))))
    if draft is not None:
        check(lib.inbome_reply_set_draft(owned.pointer, _held(draft)))
    if one_message:
        check(lib.inbome_reply_set_one_message(owned.pointer, 1))
    return owned


def outgoing_options_of(
    mode: Mode = Mode.AUTO,
    recipients: str | Iterable[str] | None = None,
    reply_to_encrypted: bool | None = None,
    keep_subject: bool = False,
    one_message: bool = False,
    draft: Draft | None = None,
    clear_reply: ClearReply | None = None,
) -> Owned:
    """What is said about an outgoing mail; free it."""
    owned = Owned(lib.inbome_outgoing_options_free, lib.inbome_outgoing_options_new())
    options = owned.pointer
    check(lib.inbome_outgoing_options_set_mode(options, to_number(mode, "mode")))
    if recipients is not None:
        with recipients_of(recipients) as addrs:
            check(lib.inbome_outgoing_options_set_recipients(options, addrs))
    if reply_to_encrypted is not None:
        said = int(bool(reply_to_encrypted))
        check(lib.inbome_outgoing_options_set_reply_to_encrypted(options, said))
    check(lib.inbome_outgoing_options_set_keep_subject(options, int(bool(keep_subject))))
    check(lib.inbome_outgoing_options_set_one_message(options, int(bool(one_message))))
    if draft is not None:
        check(lib.inbome_outgoing_options_set_draft(options, _held(draft)))
    if clear_reply is not None:
        number = to_number(clear_reply, "clear_reply")
        check(lib.inbome_outgoing_options_set_clear_reply(options, number))
    return owned


def _held(draft: Draft) -> int | None:
    """What the library knows of a draft; nothing if it came from another process."""
    if not isinstance(draft, Draft):
        raise TypeError(f"expected draft as Draft, found {type(draft).__name__}")
    return draft._held.pointer if draft._held else None


def draft_state_of(state: DraftState) -> Owned:
    """What was decided about a draft; free it."""
    if not isinstance(state, DraftState):
        raise TypeError(f"expected state as DraftState, found {type(state).__name__}")
    owned = Owned(lib.inbome_draft_state_free, lib.inbome_draft_state_new())
    said, encrypted = owned.pointer, int(bool(state.reply_to_encrypted))
    check(lib.inbome_draft_state_set_encrypt(said, int(bool(state.encrypt))))
    check(lib.inbome_draft_state_set_by_choice(said, int(bool(state.by_choice))))
    check(lib.inbome_draft_state_set_reply_to_encrypted(said, encrypted))
    return owned


def header_of(header: Iterable[tuple[str, str]]) -> Owned:
    """Fields of a header; free it."""
    owned = Owned(lib.inbome_header_free, lib.inbome_header_new())
    for name, value in header:
        field, said = to_text(name, "the name of a field"), to_text(value, "the value of a field")
        check(lib.inbome_header_add(owned.pointer, field, said))
    return owned
