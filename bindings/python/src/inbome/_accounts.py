"""What an engine does with the user's own mailboxes and keys."""

from __future__ import annotations

from ctypes import byref, c_int32
from typing import Iterator

from . import values
from ._base import Base, all_of, one_of
from ._mail import Octets, octets_of
from ._native import buffer_of, check, lib, to_bytes, to_optional_text, to_text
from ._options import AccountOptions, Passphrase, passphrase_callback, secret_of, to_number
from ._read import account_of, key_of
from ._time import Time, to_time
from ._words import ClearReply, Lock, PreferEncrypt, Profile, Spelling


class Accounts(Base):
    """Accounts and their keys."""

    def create_account(
        self,
        addr: str,
        *,
        enabled: bool | None = None,
        prefer_encrypt: PreferEncrypt | None = None,
        spelling: Spelling | None = None,
        profile: Profile | None = None,
        keep_subject: bool | None = None,
        clear_reply: ClearReply | None = None,
        alias_of: str | None = None,
        import_key: Octets | None = None,
        passphrase: Passphrase | None = None,
        lock: Lock | None = None,
    ) -> values.Account:
        """Makes an account with a new key, or with `import_key` (Discovery §1, Messages §1), whose
        passphrase is removed unless `lock` says to keep it. One that exists as asked is given back,
        with `new` false.

        Raises `Conflict` if it exists otherwise, `Locked` for a locked key without its passphrase,
        `PassphraseError` with a wrong one.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     engine.create_account("bob@example.org").new
        ...     engine.create_account("bob@example.org").new
        True
        False
        """
        name = to_text(addr, "addr")
        options = AccountOptions(
            self._raised,
            enabled,
            prefer_encrypt,
            spelling,
            profile,
            keep_subject,
            clear_reply,
            alias_of,
            import_key,
            passphrase,
            lock,
        )
        with options, self._handle as engine:
            return one_of(
                lambda output: lib.inbome_account_create(engine, name, options.pointer, output),
                lib.inbome_account_free,
                account_of,
                engine,
            )

    def account(self, addr: str | None = None) -> values.Account:
        """Looks an account up by one of its addresses; the only one without.

        Raises `NotFound`; `InvalidArgument` without an address if there are several.
        """
        name = to_optional_text(addr, "addr")
        with self._handle as engine:
            return one_of(
                lambda output: lib.inbome_account_get(engine, name, output),
                lib.inbome_account_free,
                account_of,
                engine,
            )

    def accounts(self) -> Iterator[values.Account]:
        """All accounts, in the order in which they were made.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     list(engine.accounts())
        []
        """
        with self._handle as engine:
            return all_of(
                self,
                lambda output: lib.inbome_accounts(engine, output),
                lib.inbome_account_iter_free,
                lib.inbome_account_iter_next,
                account_of,
                engine,
            )

    def set_account(
        self,
        addr: str,
        *,
        enabled: bool | None = None,
        prefer_encrypt: PreferEncrypt | None = None,
        spelling: Spelling | None = None,
        profile: Profile | None = None,
        keep_subject: bool | None = None,
        clear_reply: ClearReply | None = None,
    ) -> None:
        """Changes the settings of an account that are given.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     engine.set_account("bob@example.org", profile=inbome.Profile.INBOME)
        ...     print(engine.account().profile)
        inbome
        """
        name = to_text(addr, "addr")
        options = AccountOptions(
            self._raised, enabled, prefer_encrypt, spelling, profile, keep_subject, clear_reply
        )
        with options, self._handle as engine:
            check(lib.inbome_account_set(engine, name, options.pointer), engine)

    def account_field(
        self, addr: str | None = None, spelling: Spelling = Spelling.AUTOCRYPT
    ) -> str | None:
        """The value of a key field, for a program that writes its own header: folded with CRLF and
        a blank (Discovery §2.1). `None` if the account is disabled or the field cannot be written.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     engine.account_field()[:21]
        'addr=bob@example.org;'
        """
        name, number = to_optional_text(addr, "addr"), to_number(spelling, "spelling")
        with self._handle as engine:
            value = buffer_of(
                lambda output: lib.inbome_account_field(engine, name, number, output), engine
            )
        return value.decode("utf-8") or None

    def account_keys(self, account: str | None = None) -> Iterator[values.Key]:
        """All keys of an account, the current one first; the others only decrypt (Messages §1)."""
        name = to_optional_text(account, "account")
        with self._handle as engine:
            return all_of(
                self,
                lambda output: lib.inbome_account_keys(engine, name, output),
                lib.inbome_key_iter_free,
                lib.inbome_key_iter_next,
                key_of,
                engine,
            )

    def import_key(
        self,
        key: Octets,
        *,
        account: str | None = None,
        passphrase: Passphrase | None = None,
        lock: Lock = Lock.REMOVE,
        old: bool = False,
    ) -> None:
        """Imports an OpenPGP key of the user's own and makes it the current one (Messages §1); an `old`
        one only decrypts, and may be expired, revoked or weak. With `Lock.KEEP` it serves while `unlock` has opened it."""
        name, octets = to_optional_text(account, "account"), octets_of(key, "a key")
        ask, kept = passphrase_callback(passphrase, self._raised), to_number(lock, "lock")
        with self._handle as engine:
            secret = to_bytes(octets)
            take = lib.inbome_account_import_old_key if old else lib.inbome_account_import_key_as
            check(take(engine, name, secret, kept, ask, None), engine)

    def replace_key(self, account: str | None = None) -> None:
        """Makes a new key and makes it the current one; the old ones go on decrypting."""
        name = to_optional_text(account, "account")
        with self._handle as engine:
            check(lib.inbome_account_replace_key(engine, name), engine)

    def renew_key(self, *, account: str | None = None, expires: Time | None = None) -> None:
        """Gives the current key another expiry; without one it never expires (Messages §1). Peers
        learn of it from the next mails. Raises `Locked` for a locked key.

        >>> import inbome
        >>> from datetime import datetime, timezone
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     engine.renew_key(expires=datetime(2099, 1, 1, tzinfo=timezone.utc))
        ...     print(next(engine.account_keys()).expires)
        2099-01-01 00:00:00+00:00
        """
        name, at = to_optional_text(account, "account"), to_time(expires)
        with self._handle as engine:
            check(lib.inbome_account_renew_key(engine, name, at), engine)

    def unlock(self, passphrase: str | bytes, *, account: str | None = None) -> int:
        """Opens the keys of an account that are kept under a passphrase, until `relock` or `close`;
        nothing of it is stored. For programs that must not wait in a callback: what needs the key
        raises `Locked` or says `Reason.LOCKED`; ask the user, unlock and try again.

        Gives how many keys it opened; raises `PassphraseError` if there are locked ones and it
        opens none. Python cannot overwrite the passphrase.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     engine.unlock("there is nothing to open")
        0
        """
        name, octets = to_optional_text(account, "account"), secret_of(passphrase)
        opened = c_int32()
        with self._handle as engine:
            said = to_bytes(octets)
            check(lib.inbome_engine_unlock(engine, name, said, byref(opened)), engine)
        return int(opened.value)

    def relock(self) -> None:
        """Locks again what `unlock` opened, of all accounts."""
        with self._handle as engine:
            check(lib.inbome_engine_relock(engine), engine)

    def destroy_key(self, fingerprint: str, *, account: str | None = None) -> None:
        """Destroys a secret key: mails encrypted to it can never be read again."""
        name = to_optional_text(account, "account")
        which = to_text(fingerprint, "fingerprint")
        with self._handle as engine:
            check(lib.inbome_account_destroy_key(engine, name, which), engine)

    def export_secret(self, account: str | None = None) -> str:
        """The current secret key in ASCII armor, for the user's eyes alone; one that keeps its
        passphrase is given locked. Python cannot overwrite it."""
        name = to_optional_text(account, "account")
        with self._handle as engine:
            armored = buffer_of(
                lambda output: lib.inbome_account_export_secret(engine, name, output), engine
            )
        return armored.decode("ascii")
