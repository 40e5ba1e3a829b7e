"""What the library answers, as frozen dataclasses.

Everything is copied: an answer stays as it was, whatever becomes of the engine. Times are datetimes
in UTC, `None` where there is none. Fingerprints are upper-case hexadecimal. "Discovery" with a
number is a section of the INBOME protocol.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Mapping

from ._native import Owned
from ._words import (
    AdviceAction,
    ClearReply,
    Encryption,
    Intended,
    Outcome,
    PreferEncrypt,
    Profile,
    Reason,
    Recommendation,
    Signature,
    Signer,
    Source,
    Spelling,
    Verdict,
    Word,
)


@dataclass(frozen=True)
class Account:
    """One of the user's own mailboxes (Discovery §1)."""

    addr: str
    """The first address, under which peers and keys are kept."""
    aliases: tuple[str, ...]
    """Addresses that share the account."""
    fingerprint: str | None
    """The key that the account advertises."""
    enabled: bool
    """Whether encryption is switched on."""
    new: bool
    """Whether the call made it, rather than found it."""
    prefer_encrypt: PreferEncrypt
    spelling: Spelling
    profile: Profile
    keep_subject: bool
    """Whether the Subject of encrypted mails stays in the clear."""
    clear_reply: ClearReply
    """Whether a program that cannot ask may send an encrypted mail's answer in the clear."""


@dataclass(frozen=True)
class Key:
    """One OpenPGP cert, and what is known of it."""

    fingerprint: str
    cert: bytes = field(repr=False)
    """The cert in binary, as the mail or file brought it."""
    armored: str | None = field(repr=False)
    """The cert in ASCII armor."""
    source: Source
    current: bool
    """Whether it is the key that the account advertises; never for keys of others."""
    locked: bool
    """Whether the secret key is kept under its passphrase; never for keys of others."""
    created: datetime | None
    expires: datetime | None
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True)
class EncryptKey:
    """The key that a mail to a peer would be encrypted to; false if there is none."""

    key: Key | None
    reason: Reason | None
    """Why there is none."""

    def __bool__(self) -> bool:
        return self.key is not None


@dataclass(frozen=True)
class KeyField:
    """A key field of a mail, and what became of it (Discovery §2.2); a `protected` one stood inside the
    encrypted payload."""

    name: str
    verdict: Verdict
    reason: Reason | None
    fingerprint: str | None
    protected: bool


@dataclass(frozen=True)
class Gossip:
    """A gossip field, and what became of it (Discovery §5)."""

    addr: str | None
    verdict: Verdict
    reason: Reason | None
    fingerprint: str | None
    conflicts: bool
    """The peer's own mails say another key. It blocks nothing."""


@dataclass(frozen=True)
class KeyChange:
    """The fingerprint of a peer's key before and after."""

    old: str
    new: str


@dataclass(frozen=True)
class Summary:
    """What a mail is worth, as a whole (Messages §3)."""

    encryption: Encryption
    failure: Reason | None
    """Why it cannot be decrypted. `Reason.LOCKED`: unlock the key and ask again."""
    failure_text: str | None
    """The same as a sentence in English."""
    locked_key: str | None
    """The key whose passphrase is needed."""
    key_ids: tuple[str, ...]
    """The keys that it was encrypted to, if none of them is the user's."""
    signature: Signature
    """Show `Signature.INVALID` as none."""
    signer: Signer | None
    """Whose key signed. What each proves is said with them."""
    fingerprint: str | None
    """The primary key that signed."""
    signed_at: datetime | None
    date_differs: bool
    """It was signed more than 24 hours from its Date: maybe an old mail, sent again."""
    intended: Intended | None
    sender: str | None
    """The address that the mail is taken to be from, which the signature was judged for."""
    protected: tuple[str, ...]
    """Names of the fields that came from inside (Messages §4)."""
    differing: tuple[str, ...]
    """Names of the protected fields that stood outside otherwise."""
    holds_unread_openpgp: bool = False
    """It holds OpenPGP that is not read: it is not simply "not encrypted"."""
    unread_openpgp: str | None = None
    """Why that is not read: `text_around`, `part` or `attached_mail`."""


@dataclass(frozen=True)
class Surrounding:
    """A text beside an encrypted mail, which anybody can have put there. Show it as text."""

    type: str
    """`text/plain` or `text/html`."""
    text: str


@dataclass(frozen=True)
class Decrypted:
    """A mail as a reader shall see it."""

    message: bytes | None = field(repr=False)
    """The whole mail, decrypted, protected fields in its header; as it came if it is not encrypted;
    `None` if it cannot be decrypted."""
    summary: Summary
    footers: tuple[str, ...]
    """Texts that a mailing list put under it: not signed, and not in the message."""
    surrounding: tuple[Surrounding, ...] = ()
    """All texts beside it, before and behind: not signed, and not in the message."""
    session_key: str | None = field(repr=False, default=None)
    """The session key, if that was asked for."""


@dataclass(frozen=True)
class Sealed:
    """One copy of a mail, signed and encrypted, and the header to write before it."""

    entity: bytes = field(repr=False)
    """The multipart/encrypted entity: Content-Type, a blank line, the body."""
    fields: tuple[tuple[str, str], ...]
    """Name and value of each field that is to stand in the header. One that was handed in and is
    not here is inside, and must not stand outside."""
    message_id: str
    """What stands between the angle brackets; the same for all copies."""


@dataclass(frozen=True)
class Opened:
    """An entity that was opened."""

    decrypted: Decrypted
    fields: tuple[tuple[str, str], ...]
    """Name and value of the fields that the mail has for its reader."""
    entity: bytes = field(repr=False)
    """The entity inside; empty if it cannot be decrypted."""


@dataclass(frozen=True)
class DraftState:
    """What was decided about a draft (Messages §5)."""

    encrypt: bool = False
    """It is to be encrypted."""
    by_choice: bool = False
    """The user said so, not the recommendation."""
    reply_to_encrypted: bool = False
    """It answers an encrypted mail."""


@dataclass(frozen=True)
class DraftKey:
    """A key that a draft brought along."""

    addr: str
    fingerprint: str


@dataclass(frozen=True)
class Draft:
    """A draft that was opened. Hand it to `process_outgoing` when its mail is sent."""

    message: bytes = field(repr=False)
    """The mail to go on with."""
    state: DraftState | None
    """`None` in a draft of another program."""
    state_differs: bool
    """The state outside said otherwise: somebody changed it, and it does not count."""
    differing: tuple[str, ...]
    """Names of other fields that stood outside otherwise than inside."""
    keys: tuple[DraftKey, ...]
    """The keys of its recipients, of which nothing is stored."""
    _held: Owned | None = field(repr=False, compare=False, default=None)

    def __reduce__(self) -> tuple[object, ...]:
        # What the library holds stays in its process.
        values = (self.message, self.state, self.state_differs, self.differing, self.keys)
        return type(self), values


@dataclass(frozen=True)
class BackupMessage:
    """A backup message: all keys of an account in one mail that a code opens (Several devices §2)."""

    addr: str
    """Whose it is."""
    created: datetime | None
    """When it was made, by its own word."""
    code_begin: str | None
    """The first digits of its code."""
    prefer_encrypt: PreferEncrypt | None
    """The account's preference, if it is in it."""
    fingerprints: tuple[str, ...]
    """Its keys, first the one that was current; none if it was not opened."""
    current: str | None
    """The key that was current, and can be again."""
    code: str | None = field(repr=False, default=None)
    """The code of one that was just made. Show it once; Python cannot overwrite it."""
    message: bytes | None = field(repr=False, default=None)
    """The mail of one that was just made, from the account to itself."""
    asks_key_change: bool = False
    """Another key stays the current one: ask the user, with both fingerprints."""
    account_is_new: bool = False
    """The account was made by the import."""


@dataclass(frozen=True)
class Incoming:
    """What one mail changed, and why or why not (Discovery §4)."""

    outcome: Outcome
    reason: Reason | None
    """Why the mail is ignored."""
    reason_text: str | None
    """The same as a phrase in English."""
    account: str | None
    """Whose mail it is."""
    peer: str | None
    """Who wrote it."""
    effective_date: datetime | None
    key_changed: KeyChange | None
    own_key_conflict: str | None
    """A key that an own address advertises and that is not ours."""
    fields: tuple[KeyField, ...]
    gossip: tuple[Gossip, ...]
    decrypted: Decrypted | None = None
    """The mail for display, if that was asked for."""
    is_own_key_conflict: bool = False
    """It is from an own address and advertises a key that is not ours, or is encrypted to none of
    ours."""


@dataclass(frozen=True)
class Recipient:
    """What to do with a mail to one recipient, and why (Discovery §7)."""

    addr: str
    recommendation: Recommendation
    reasons: tuple[Reason, ...]
    texts: tuple[str, ...]
    """Each reason as a sentence in English that calls the recipient "they"."""
    key: Key | None
    """What a mail would be encrypted to, also where that is discouraged. Its dates are not
    known."""


@dataclass(frozen=True)
class Recommended:
    """Whether to encrypt a mail: the least of its recipients' recommendations."""

    recommendation: Recommendation
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True)
class OutgoingMessage:
    """One mail that leaves, and to whom."""

    data: bytes = field(repr=False)
    recipients: tuple[str, ...]
    """Nobody, for a message that is only to be kept."""


@dataclass(frozen=True)
class ClearBecause:
    """A recipient because of whom the answer to an encrypted mail goes out in the clear."""

    addr: str
    reason: Reason


@dataclass(frozen=True)
class Outgoing:
    """The mails that leave, encrypted or not, and why (Discovery §8)."""

    messages: tuple[OutgoingMessage, ...]
    """Each with its recipients; one without any is only to be kept."""
    sent_copy: bytes = field(repr=False)
    """The copy for the Sent folder: one of the messages."""
    encrypted: bool
    reason: Reason | None
    reason_text: str
    recommended: Recommended
    added: tuple[str, ...]
    """Names of the fields that were added."""
    clear_because: tuple[ClearBecause, ...]
    """Not empty: the program should drop the quotation."""
    _held: Owned | None = field(repr=False, compare=False, default=None)

    def __reduce__(self) -> tuple[object, ...]:
        # What the library holds stays in its process.
        own = [getattr(self, name) for name in self.__dataclass_fields__ if name != "_held"]
        return (type(self), tuple(own))


@dataclass(frozen=True)
class HistoryEntry:
    """A key that was seen of a peer, and where."""

    fingerprint: str
    source: Source
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Peer:
    """What is remembered of a peer (Discovery §3)."""

    account: str
    addr: str
    last_seen: datetime | None
    last_seen_encrypted: bool
    autocrypt_timestamp: datetime | None
    prefer_encrypt: PreferEncrypt | None
    fingerprint: str | None
    protected: bool
    """The key came inside an encrypted and signed mail."""
    gossip_timestamp: datetime | None
    gossip_fingerprint: str | None
    imported_at: datetime | None
    imported_fingerprint: str | None
    last_plain: datetime | None
    last_plain_agent: str | None
    list_post: datetime | None
    """When the peer was last seen to be a mailing list."""
    forgotten: datetime | None
    truncated: bool
    word: Word
    pin: str | None
    history: tuple[HistoryEntry, ...]
    """Empty in listings."""


@dataclass(frozen=True)
class Unreadable:
    """A file or folder that could not be read."""

    path: str
    text: str


@dataclass(frozen=True)
class Progress:
    """How far a scan is."""

    messages: int
    """Mails looked at."""
    skipped: int
    """Mails passed by: scanned before, or flagged as trash or draft."""
    bytes: int
    total: int | None
    """Mails in all; `None` unless they were counted first."""


@dataclass(frozen=True)
class ScanReport:
    """What a scan did."""

    messages: int
    updated: int
    unchanged: int
    skipped: int
    """Mails passed by: scanned before, or flagged as trash or draft. Those in folders that are passed
    by are not counted."""
    peers: int
    """Peers with a key that were known afterwards."""
    bytes: int
    cancelled: bool
    ignored: Mapping[Reason, int]
    unreadable: tuple[Unreadable, ...]
    passed_by: tuple[str, ...]
    """Folders passed by for their names, or because they are links; `include` takes one in."""


@dataclass(frozen=True)
class Backup:
    """A backup message."""

    path: str
    date: datetime | None


@dataclass(frozen=True)
class OtherKey:
    """A key of another program of the user's."""

    fingerprint: str
    last_seen: datetime | None
    agent: str | None


@dataclass(frozen=True)
class Advice:
    """What mailboxes tell of the user's other programs (Several devices §1)."""

    action: AdviceAction
    backups: tuple[Backup, ...]
    keys: tuple[OtherKey, ...]
    unreadable: tuple[Unreadable, ...]
