"""What an engine does with encrypted mail beyond learning and sending it."""

from __future__ import annotations

from ctypes import byref, c_int32
from typing import Iterable

from . import values
from ._base import Base, one_of
from ._mail import Mail, octets_of_mail
from ._native import bytes_of, check, given, lib, to_bytes, to_optional_text
from ._options import draft_state_of, header_of, outgoing_options_of, recipients_of
from ._read_messages import decrypted_of, draft_of, opened_of, sealed_of

Header = Iterable["tuple[str, str]"]


class Messages(Base):
    """Encrypted mail."""

    def decrypt(
        self, mail: Mail, *, account: str | None = None, session_key: bool = False
    ) -> values.Decrypted:
        """Decrypts and verifies a mail (Messages §3). Only the whole mail is ever decrypted. One
        that is not encrypted comes back as it is; that one cannot be decrypted is an answer too.

        Nothing is learnt: `process_incoming` does that, and both with `payload`. `session_key` asks
        for the mail's session key, for a search index.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     draft = b"From: bob@example.org\\r\\nTo: bob@example.org\\r\\n\\r\\nNote\\r\\n"
        ...     sent = engine.process_outgoing(draft, mode=inbome.Mode.ENCRYPT)
        ...     shown = engine.decrypt(sent.messages[0].data)
        ...     print(shown.summary.encryption, shown.summary.signature, shown.summary.signer)
        ...     shown.message.endswith(b"Note\\r\\n")
        encrypted valid current
        True
        """
        name, octets = to_optional_text(account, "account"), octets_of_mail(mail)
        with self._handle as engine:
            return one_of(
                lambda output: lib.inbome_decrypt(engine, name, to_bytes(octets), output),
                lib.inbome_decrypted_free,
                lambda found: decrypted_of(found, session_key),
                engine,
            )

    def can_decrypt(self, mail: Mail, *, account: str | None = None) -> bool:
        """Whether one of the user's keys may open the mail. Key IDs are compared and nothing is
        decrypted; a locked key counts.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     engine.can_decrypt(b"From: alice@example.org\\r\\n\\r\\nin the clear\\r\\n")
        False
        """
        name, octets = to_optional_text(account, "account"), octets_of_mail(mail)
        can = c_int32()
        with self._handle as engine:
            check(lib.inbome_can_decrypt(engine, name, to_bytes(octets), byref(can)), engine)
        return bool(can.value)

    def encrypt_draft(
        self,
        mail: Mail,
        *,
        account: str | None = None,
        state: values.DraftState = values.DraftState(),
    ) -> bytes:
        """Encrypts a draft to the account's own key, so that it can be put into a folder on a
        server (Messages §5). Bcc, the keys of its recipients and the state go inside.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     draft = b"From: bob@example.org\\r\\nSubject: half\\r\\n\\r\\nwritt\\r\\n"
        ...     away = engine.encrypt_draft(draft, state=inbome.DraftState(encrypt=True))
        ...     b"writt" in away, engine.open_draft(away).state.encrypt
        (False, True)
        """
        name, octets = to_optional_text(account, "account"), octets_of_mail(mail)
        with draft_state_of(state) as said, self._handle as engine:
            return one_of(
                lambda output: lib.inbome_draft_encrypt(
                    engine, name, to_bytes(octets), said, output
                ),
                lib.inbome_draft_free,
                lambda draft: bytes_of(lib.inbome_draft_data(draft)),
                engine,
            )

    def open_draft(
        self, mail: Mail, *, account: str | None = None, confirmed: bool = False
    ) -> values.Draft:
        """Opens a draft (Messages §5): what stands inside counts. `confirmed` is whether the user
        says that a draft without a state inside, which another program wrote, is one of theirs.

        Raises `Refused` for what the user's own program did not put away, and says why as `reason`;
        `InvalidArgument` for a mail that is not encrypted.
        """
        name, octets = to_optional_text(account, "account"), octets_of_mail(mail)
        sure = int(bool(confirmed))
        with self._handle as engine:
            return draft_of(
                given(
                    lambda output: lib.inbome_draft_open(
                        engine, name, to_bytes(octets), sure, output
                    ),
                    lib.inbome_draft_free,
                    engine,
                )
            )

    def seal(
        self,
        entity: Mail,
        header: Header,
        to: str | Iterable[str] = (),
        *,
        bcc: str | Iterable[str] = (),
        account: str | None = None,
        keep_subject: bool = False,
    ) -> values.Sealed:
        """Signs and encrypts one MIME entity, for a program that writes the header of the mail
        itself (Messages §2, §4). `header` are all fields of the mail but `Content-*` and
        `MIME-Version`. Call it once for To and Cc, once for each blind recipient alone, and with
        blind recipients once with the sender as the only recipient, for the copy to keep.

        Raises `NeedsCopies` for blind recipients beside others, `Refused` if somebody has no key.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     addr = "bob@example.org"
        ...     header = [("From", addr), ("To", addr), ("Subject", "a note")]
        ...     sealed = engine.seal(b"\\r\\nNote\\r\\n", header, addr)
        ...     dict(sealed.fields)["Subject"]
        ...     opened = engine.open_entity(sealed.entity, sealed.fields)
        ...     dict(opened.fields)["Subject"], opened.decrypted.summary.signer.name
        '[...]'
        ('a note', 'CURRENT')
        """
        name, octets = to_optional_text(account, "account"), octets_of_mail(entity)
        options = outgoing_options_of(keep_subject=keep_subject)
        with recipients_of(to, (), bcc) as addrs, header_of(header) as fields, options as said:
            with self._handle as engine:
                return one_of(
                    lambda output: lib.inbome_seal(
                        engine, name, to_bytes(octets), fields, addrs, said, output
                    ),
                    lib.inbome_sealed_free,
                    sealed_of,
                    engine,
                )

    def open_entity(
        self, entity: Mail, header: Header = (), *, account: str | None = None
    ) -> values.Opened:
        """The inverse of `seal`: reads an entity that the program says is the top level of its mail
        (Messages §3). Of the header From, To, Cc, Reply-To, Date and the key fields matter."""
        name, octets = to_optional_text(account, "account"), octets_of_mail(entity)
        with header_of(header) as fields, self._handle as engine:
            return one_of(
                lambda output: lib.inbome_open_entity(
                    engine, name, to_bytes(octets), fields, output
                ),
                lib.inbome_opened_free,
                opened_of,
                engine,
            )
