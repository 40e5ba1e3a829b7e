"""In-band opportunistic end-to-end encryption for any mail program.

Mail programs exchange keys in the header of ordinary mail, in the fields Autocrypt and
INBOME-Encryption; from then on they encrypt by themselves. This package reads the keys out of the
mails that arrive, says whether a mail can be encrypted and why, puts the user's key into the mails
that leave, and signs, encrypts, decrypts and verifies them. `Engine` is where to start.

>>> import inbome
>>> with inbome.Engine.in_memory() as engine:
...     account = engine.create_account("bob@example.org")
...     mail = b"From: alice@example.org\\r\\nDate: 17 Dec 2016 09:58:05 +0100\\r\\n\\r\\nHi\\r\\n"
...     print(engine.process_incoming(mail).peer)
...     for recipient in engine.recommend("alice@example.org").recipients:
...         print(recipient.recommendation, recipient.texts)
alice@example.org
disable ('they never sent a key; last they wrote on 2016-12-17',)

It calls libinbome, which it looks for as the environment's `INBOME_LIBRARY`, then beside itself,
then where the system's loader looks.
"""

from __future__ import annotations

from ._declarations import VERSION_STRING as __version__
from ._mail import Mail, Octets
from ._native import lib as _lib
from ._native import required_text as _required_text
from ._native import to_text as _to_text
from ._options import Clock, Passphrase, Random
from ._scan import Cancel, OnProgress
from ._time import Time
from ._words import (
    AdviceAction,
    ClearReply,
    Encryption,
    Intended,
    Lock,
    Mode,
    Outcome,
    PeerFilter,
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
from .engine import Engine
from .errors import (
    BackupError,
    Busy,
    Cancelled,
    Closed,
    Conflict,
    Corrupt,
    Error,
    Forked,
    InternalError,
    InvalidAddress,
    InvalidArgument,
    IoError,
    Locked,
    NeedsCopies,
    Newer,
    NotFound,
    PassphraseError,
    RandomError,
    Refused,
    StoreError,
    SurroundingsError,
    WrongCode,
)
from .observation import Inside, Observation
from .values import (
    Account,
    Advice,
    Backup,
    BackupMessage,
    ClearBecause,
    Decrypted,
    Draft,
    DraftKey,
    DraftState,
    EncryptKey,
    Gossip,
    HistoryEntry,
    Incoming,
    Key,
    KeyChange,
    KeyField,
    Opened,
    OtherKey,
    Outgoing,
    OutgoingMessage,
    Peer,
    Progress,
    Recipient,
    Recommended,
    ScanReport,
    Sealed,
    Summary,
    Surrounding,
    Unreadable,
)


def library_version() -> str:
    """The version of the library that runs; `__version__` is that of this package.

    >>> library_version() >= __version__
    True
    """
    return _required_text(_lib.inbome_version_string())


def has_feature(feature: str) -> bool:
    """Whether the library can do something that another version or build may not: "discovery",
    "outgoing", "encryption", "drafts", "entities", "scan", "observation", "advice", "backup",
    "sqlite".

    >>> has_feature("scan")
    True
    """
    return bool(_lib.inbome_has_feature(_to_text(feature, "feature")))


def guarded_panics() -> int:
    """How many panics the library has caught in this process. Anything but 0 is a bug in libinbome:
    please report it.

    >>> guarded_panics()
    0
    """
    return int(_lib.inbome_guarded_panics())


__all__ = [
    "Account",
    "Advice",
    "AdviceAction",
    "Backup",
    "BackupError",
    "BackupMessage",
    "Busy",
    "Cancel",
    "Cancelled",
    "ClearBecause",
    "ClearReply",
    "Clock",
    "Closed",
    "Conflict",
    "Corrupt",
    "Decrypted",
    "Draft",
    "DraftKey",
    "DraftState",
    "EncryptKey",
    "Encryption",
    "Engine",
    "Error",
    "Forked",
    "Gossip",
    "HistoryEntry",
    "Incoming",
    "Inside",
    "Intended",
    "InternalError",
    "InvalidAddress",
    "InvalidArgument",
    "IoError",
    "Key",
    "KeyChange",
    "KeyField",
    "Lock",
    "Locked",
    "Mail",
    "Mode",
    "NeedsCopies",
    "Newer",
    "NotFound",
    "Observation",
    "Octets",
    "OnProgress",
    "Opened",
    "OtherKey",
    "Outcome",
    "Outgoing",
    "OutgoingMessage",
    "Passphrase",
    "PassphraseError",
    "Peer",
    "PeerFilter",
    "PreferEncrypt",
    "Profile",
    "Progress",
    "Random",
    "RandomError",
    "Reason",
    "Recipient",
    "Recommendation",
    "Recommended",
    "Refused",
    "ScanReport",
    "Sealed",
    "Signature",
    "Signer",
    "Source",
    "Spelling",
    "StoreError",
    "Summary",
    "Surrounding",
    "SurroundingsError",
    "Time",
    "Unreadable",
    "Verdict",
    "Word",
    "WrongCode",
    "__version__",
    "guarded_panics",
    "has_feature",
    "library_version",
]
