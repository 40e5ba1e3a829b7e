"""What can fail, as exceptions by kind.

Each carries `kind`, the code that C and the command use too, and as its text one sentence that
names the thing at fault. The numbers of the interface lie in ranges; a number that this version
does not know is an exception of its range. Not here: *unencrypted*, *ignored* and *nothing found*.
They are answers, and raise nothing.
"""

from __future__ import annotations

from ._words import Reason


class Error(Exception):
    """Any failure of libinbome.

    >>> import inbome
    >>> with inbome.Engine.in_memory() as engine:
    ...     engine.account("nobody@example.org")
    Traceback (most recent call last):
    inbome.errors.NotFound: ...
    """

    kind: str
    """The code of the failure: `not_found`, for instance."""
    code: int
    """Its number in C; 0 if the failure was found before the library was called."""
    addrs: tuple[str, ...]
    """The addresses that the failure is about: recipients without a key, for instance."""
    reason: Reason | None
    """Why it was refused, in the words of the protocol: why a draft is not opened, for instance."""

    def __init__(
        self,
        text: str,
        kind: str = "",
        code: int = 0,
        addrs: tuple[str, ...] = (),
        reason: Reason | None = None,
    ):
        super().__init__(text)
        self.kind, self.code, self.addrs = kind or self._own_kind, code, addrs
        self.reason = reason

    _own_kind = "internal"

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions travel between processes, with all they carry.
        return type(self), (str(self), self.kind, self.code, self.addrs, self.reason)


class InvalidArgument(Error, ValueError):
    """An argument that cannot be meant (1 to 99)."""

    _own_kind = "invalid_argument"


class InvalidAddress(InvalidArgument):
    """A text that is no mail address."""

    _own_kind = "invalid_address"


class Closed(InvalidArgument):
    """The engine is closed."""

    _own_kind = "closed"


class NotFound(Error, LookupError):
    """No such home, account, peer or key (100 to 199)."""

    _own_kind = "not_found"


class Refused(Error):
    """A rule forbids it; nothing was produced, nothing may be sent (200 to 299)."""

    _own_kind = "refused"


class Conflict(Refused):
    """It exists already and differs from what was asked."""


class PassphraseError(Refused):
    """A passphrase is missing or wrong."""

    _own_kind = "passphrase"


class Locked(PassphraseError):
    """A secret key is locked, and nobody gave its passphrase."""


class NeedsCopies(Refused):
    """Blind recipients, whom `addrs` names, need copies of their own."""


class BackupError(Refused):
    """A mail is not a backup message that can be used; `kind` says why: `not_backup`,
    `unknown_version`, `malformed`, `no_secret_key`, `other_address`, `locked_key`."""

    _own_kind = "malformed"


class WrongCode(BackupError, PassphraseError):
    """The code does not open a backup message, or the message is damaged."""

    _own_kind = "wrong_code"


class StoreError(Error):
    """The home cannot be used (300 to 399)."""


class IoError(StoreError, OSError):
    """A file or folder cannot be read or written."""

    _own_kind = "io"


class Corrupt(StoreError):
    """The database is damaged, or no database."""


class Newer(StoreError):
    """The database was written by a newer version; it was left untouched."""


class Busy(StoreError, TimeoutError):
    """Another process held the database for longer than the busy timeout."""


class SurroundingsError(Error):
    """What the library stands on does not hold (400 to 499)."""


class Cancelled(SurroundingsError):
    """The caller stopped it."""


class Forked(SurroundingsError):
    """The engine was opened by the parent process: open it again."""


class RandomError(SurroundingsError):
    """The random source failed; no key was made."""


class InternalError(Error):
    """A fault of the library's own: please report it (900 and above)."""


_BY_NUMBER: dict[int, type[Error]] = {
    4: InvalidAddress,
    201: Conflict,
    202: PassphraseError,
    203: Locked,
    204: NeedsCopies,
    210: BackupError,
    211: BackupError,
    212: BackupError,
    213: WrongCode,
    214: BackupError,
    215: BackupError,
    216: BackupError,
    300: IoError,
    301: Corrupt,
    302: Newer,
    303: Busy,
    400: Cancelled,
    401: Forked,
    402: RandomError,
}
_BY_RANGE: dict[int, type[Error]] = {
    0: InvalidArgument,
    1: NotFound,
    2: Refused,
    3: StoreError,
    4: SurroundingsError,
}


def error_of(
    code: int, kind: str, text: str, addrs: tuple[str, ...] = (), reason: Reason | None = None
) -> Error:
    """The exception for a number of the interface."""
    found = _BY_NUMBER.get(code) or _BY_RANGE.get(code // 100, InternalError)
    return found(text or kind, kind, code, addrs, reason)
