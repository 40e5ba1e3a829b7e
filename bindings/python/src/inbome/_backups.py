"""What an engine does with backup messages."""

from __future__ import annotations

from . import values
from ._base import Base, one_of
from ._mail import Mail, octets_of_mail
from ._native import lib, to_bytes, to_optional_text, to_text
from ._read import backup_of


class Backups(Base):
    """All keys of an account in one mail that a code opens (Several devices §2)."""

    def create_backup(self, account: str | None = None) -> values.BackupMessage:
        """Makes a backup message and its code, as `message` and `code`. The message goes to the user's
        own mailbox; the code is shown once, and is neither stored nor mailed. Raises `Locked` if a
        key keeps its passphrase: `unlock` first.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as old, inbome.Engine.in_memory() as new:
        ...     key = old.create_account("bob@example.org").fingerprint
        ...     made = old.create_backup()
        ...     taken = new.import_backup(made.message, made.code)
        ...     taken.account_is_new, taken.current == key
        (True, True)
        """
        name = to_optional_text(account, "account")
        with self._handle as engine:
            return one_of(
                lambda output: lib.inbome_backup_create(engine, name, output),
                lib.inbome_backup_free,
                backup_of,
                engine,
            )

    def read_backup(self, message: Mail) -> values.BackupMessage:
        """Reads what a backup message says before its code is known: whose it is, when it was made, how
        its code begins. A mail can be planted: show this before anything is taken in.

        Raises `BackupError`, whose `kind` says what is wrong: `not_backup`, for instance.
        """
        octets = octets_of_mail(message)
        with self._handle as engine:
            return one_of(
                lambda output: lib.inbome_backup_read(engine, to_bytes(octets), output),
                lib.inbome_backup_free,
                backup_of,
                engine,
            )

    def verify_backup(
        self, message: Mail, code: str, *, account: str | None = None
    ) -> values.BackupMessage:
        """Checks a code against a backup message, and tells what is in it. Nothing is taken in.

        Raises `BackupError`, and of these `WrongCode` if the code does not open it.
        """
        name, octets = to_optional_text(account, "account"), octets_of_mail(message)
        said = to_text(code, "code")
        with self._handle as engine:
            return one_of(
                lambda output: lib.inbome_backup_verify(
                    engine, name, to_bytes(octets), said, output
                ),
                lib.inbome_backup_free,
                backup_of,
                engine,
            )

    def import_backup(
        self,
        message: Mail,
        code: str,
        *,
        account: str | None = None,
        make_current: bool = False,
    ) -> values.BackupMessage:
        """Takes in the keys of a backup message, and the preference if it is in it; the account is made
        if there is none. Another current key stays that until the user agreed to the change, which
        `make_current` says. All of it or nothing; it can be repeated.

        Raises as `verify_backup`.
        """
        name, octets = to_optional_text(account, "account"), octets_of_mail(message)
        said, sure = to_text(code, "code"), int(bool(make_current))
        with self._handle as engine:
            return one_of(
                lambda output: lib.inbome_backup_import(
                    engine, name, to_bytes(octets), said, sure, output
                ),
                lib.inbome_backup_free,
                backup_of,
                engine,
            )
