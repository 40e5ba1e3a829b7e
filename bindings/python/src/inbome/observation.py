"""A mail that its program has parsed already, as facts.

For programs that hold a mail in pieces, or that have decrypted it: the same rules decide as for
octets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Tuple, Union

from ._native import Owned, check, lib, to_bytes, to_octets, to_text
from ._options import texts, to_number
from ._time import Time, to_time
from ._words import Kind

NamedField = Tuple[str, Union[str, bytes]]
"""The name of a key field as it stands, and what stands after the colon, folds as they are."""


@dataclass(frozen=True)
class Inside:
    """What stood in the root part of a mail that the program decrypted."""

    from_: str | None = None
    to: str | Iterable[str] = ()
    cc: str | Iterable[str] = ()
    reply_to: str | Iterable[str] = ()
    key_fields: Iterable[NamedField] = ()
    gossip: str | bytes | Iterable[str | bytes] = ()
    """The values of the Autocrypt-Gossip fields."""
    signers: str | Iterable[str] = ()
    """Fingerprints of the keys with which a signature over the whole verifies. Verified ones only:
    gossip and inner adverts rest on it."""
    date: str | None = None
    """The value of the protected Date, which counts in place of the outer one if the mail is signed."""
    signed_at: Time | None = None
    """When it was signed, by the signature's own word; it counts where there is no protected Date."""
    is_report: bool = False
    """The root part is a multipart/report."""


@dataclass(frozen=True)
class Observation:
    """What a mail says. What is not set is taken to be absent.

    >>> import inbome
    >>> with inbome.Engine.in_memory() as engine:
    ...     account = engine.create_account("bob@example.org")
    ...     seen = inbome.Observation("alice@example.org", dates="Sat, 17 Dec 2016 09:58:05 +0100")
    ...     print(engine.process_observation(seen).outcome)
    updated
    """

    from_: str | Iterable[str] = ()
    """The mailboxes of From, without display names."""
    from_fields: int = 1
    """How many From fields there are; anything but 1 makes the mail count for nothing."""
    to: str | Iterable[str] = ()
    cc: str | Iterable[str] = ()
    delivered_to: str | Iterable[str] = ()
    """Delivered-To, X-Original-To and Envelope-To, topmost first."""
    dates: str | Iterable[str] = ()
    """The values of the Date fields."""
    received_at: Time | None = None
    """The date in the topmost Received field, else when it arrived."""
    spam: bool = False
    content_type: str | None = None
    message_id: str | None = None
    """What stands between the angle brackets."""
    user_agent: str | None = None
    list_post: str | None = None
    """The address in List-Post."""
    key_fields: Iterable[NamedField] = ()
    """In the order of the mail."""
    inside: Inside | None = None
    """Set if the program decrypted the mail."""


def observation_of(facts: Observation) -> Owned:
    """The facts as an object of the library; free it."""
    if not isinstance(facts, Observation):
        raise TypeError(f"expected observation as Observation, found {type(facts).__name__}")
    owned = Owned(lib.inbome_observation_free, lib.inbome_observation_new())
    seen = owned.pointer
    fields = to_number(facts.from_fields, "from_fields", 0, 2**63 - 1)
    check(lib.inbome_observation_set_from_fields(seen, fields))
    _each(seen, lib.inbome_observation_add_from, facts.from_, "from_")
    for kind, addrs in ((Kind.TO, facts.to), (Kind.CC, facts.cc)):
        _each_of_kind(seen, lib.inbome_observation_add_recipient, kind, addrs)
    _each(seen, lib.inbome_observation_add_delivered_to, facts.delivered_to, "delivered_to")
    _each(seen, lib.inbome_observation_add_date, facts.dates, "dates")
    check(lib.inbome_observation_set_received_at(seen, to_time(facts.received_at)))
    check(lib.inbome_observation_set_spam(seen, int(bool(facts.spam))))
    for name in ("content_type", "message_id", "user_agent", "list_post"):
        value = getattr(facts, name)
        if value is not None:
            _each(seen, getattr(lib, f"inbome_observation_set_{name}"), value, name)
    _each_field(seen, lib.inbome_observation_add_key_field, facts.key_fields)
    if facts.inside is not None:
        _add_inside(seen, facts.inside)
    return owned


def _add_inside(seen: Any, inside: Inside) -> None:
    check(lib.inbome_observation_set_decrypted(seen, 1))
    if inside.from_ is not None:
        _each(seen, lib.inbome_observation_set_inner_from, inside.from_, "from_")
    kinds = ((Kind.TO, inside.to), (Kind.CC, inside.cc), (Kind.REPLY_TO, inside.reply_to))
    for kind, addrs in kinds:
        _each_of_kind(seen, lib.inbome_observation_add_inner_recipient, kind, addrs)
    _each_field(seen, lib.inbome_observation_add_inner_key_field, inside.key_fields)
    gossip = inside.gossip
    for value in (gossip,) if isinstance(gossip, (str, bytes)) else gossip:
        check(lib.inbome_observation_add_gossip(seen, to_bytes(_octets(value))))
    _each(seen, lib.inbome_observation_add_inner_signer, inside.signers, "signers")
    if inside.date is not None:
        _each(seen, lib.inbome_observation_set_inner_date, inside.date, "date")
    check(lib.inbome_observation_set_signed_at(seen, to_time(inside.signed_at)))
    check(lib.inbome_observation_set_inner_report(seen, int(bool(inside.is_report))))


def _each(seen: Any, add: Any, given: str | Iterable[str], what: str) -> None:
    for one in texts(given):
        check(add(seen, to_text(one, what)))


def _each_of_kind(seen: Any, add: Any, kind: Kind, addrs: str | Iterable[str]) -> None:
    for addr in texts(addrs):
        check(add(seen, kind, to_text(addr, "a recipient")))


def _each_field(seen: Any, add: Any, fields: Iterable[NamedField]) -> None:
    for name, value in fields:
        check(add(seen, to_text(name, "the name of a key field"), to_bytes(_octets(value))))


def _octets(value: str | bytes) -> bytes:
    # A value that was decoded as the email package does it gets its octets back.
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return to_octets(value, "the value of a field")
