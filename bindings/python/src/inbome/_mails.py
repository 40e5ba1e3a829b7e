"""What an engine does with mails, and for the keys of a mail that is written."""

from __future__ import annotations

import os
from ctypes import byref, c_int32, c_void_p
from typing import Iterable

from . import values
from ._base import Base, one_of
from ._mail import Mail, octets_of_mail
from ._native import Owned, check, given, lib, to_bytes, to_optional_text, to_path, to_text
from ._options import outgoing_options_of, receipt_of, recipients_of, reply_of
from ._read import incoming_of, key_of, outgoing_of, reason_of, recommended_of
from ._time import Time
from ._words import ClearReply, Mode
from .observation import Observation, observation_of


class Mails(Base):
    """Mails that arrive and mails that leave."""

    def process_incoming(
        self,
        mail: Mail,
        *,
        account: str | None = None,
        received_at: Time | None = None,
        spam: bool = False,
        decrypt: bool = True,
        payload: bool = False,
    ) -> values.Incoming:
        """Learns from one incoming mail (Discovery §4): its octets, a message of the email package,
        or the path of a file, of which no more is read than is needed. The header section alone is
        enough unless the mail is encrypted.

        `account` is whose mailbox it came to; without it the mail tells. `received_at` is when it
        arrived (IMAP INTERNALDATE); it counts where the mail has no Received field. `decrypt` is
        whether an encrypted mail is opened for what it says inside; `payload` gives the mail for
        display too, as `decrypt` does. Octets are safer than messages: the email package does not
        keep all of a mail that is broken.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     print(engine.process_incoming(b"Subject: whose?\\r\\n\\r\\n").reason)
        no_from
        """
        name = to_optional_text(account, "account")
        if isinstance(mail, os.PathLike):
            path = to_path(mail)
            with receipt_of(received_at, spam, decrypt, payload) as receipt, self._handle as engine:
                return one_of(
                    lambda output: lib.inbome_process_incoming_file(
                        engine, name, path, receipt, output
                    ),
                    lib.inbome_incoming_free,
                    incoming_of,
                    engine,
                )
        octets = octets_of_mail(mail)
        with receipt_of(received_at, spam, decrypt, payload) as receipt, self._handle as engine:
            return one_of(
                lambda output: lib.inbome_process_incoming(
                    engine, name, to_bytes(octets), receipt, output
                ),
                lib.inbome_incoming_free,
                incoming_of,
                engine,
            )

    def process_observation(
        self, observation: Observation, *, account: str | None = None
    ) -> values.Incoming:
        """As `process_incoming`, of a mail that its program has parsed, and maybe decrypted,
        already. The same rules decide."""
        name = to_optional_text(account, "account")
        with observation_of(observation) as seen, self._handle as engine:
            return one_of(
                lambda output: lib.inbome_process_observation(engine, name, seen, output),
                lib.inbome_incoming_free,
                incoming_of,
                engine,
            )

    def get_encrypt_key(self, peer: str, *, account: str | None = None) -> values.EncryptKey:
        """Finds the key that a mail to a peer would now be encrypted to without asking anyone
        (Discovery §6). That there is none is an answer, which is false and has a reason.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     print(engine.get_encrypt_key("alice@example.org").reason)
        never_seen
        """
        name, addr = to_optional_text(account, "account"), to_text(peer, "peer")
        key, reason = c_void_p(), c_int32()
        with self._handle as engine:
            check(
                lib.inbome_get_encrypt_key(engine, name, addr, byref(key), byref(reason)), engine
            )
            with Owned(lib.inbome_key_free, key.value) as found:
                return values.EncryptKey(
                    key=key_of(found) if found else None, reason=reason_of(reason.value)
                )

    def recommend(
        self,
        to: str | Iterable[str],
        *,
        cc: str | Iterable[str] = (),
        bcc: str | Iterable[str] = (),
        account: str | None = None,
        in_reply_to: str | None = None,
        reply_to_encrypted: bool | None = None,
        draft: values.Draft | None = None,
        one_message: bool = False,
    ) -> values.Recommended:
        """Whether to encrypt a mail to these recipients, and why (Discovery §7). Cheap enough to be
        asked at each change of the recipients.

        `in_reply_to` is the last id of In-Reply-To: the library remembers which mails were
        encrypted. A program that knows it itself says `reply_to_encrypted`, which then counts.
        `draft` is what `open_draft` gave, if the mail was one: the keys that it brought along serve.
        A program that can send but `one_message` gets at most *available* where somebody in `bcc` is
        among several.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     answer = engine.recommend(["alice@example.org"])
        ...     print(answer.recommendation, *answer.recipients[0].reasons)
        disable never_seen
        """
        name = to_optional_text(account, "account")
        recipients = recipients_of(to, cc, bcc)
        said = reply_of(in_reply_to, reply_to_encrypted, draft, one_message)
        with recipients as addrs, said as reply:
            with self._handle as engine:
                return one_of(
                    lambda output: lib.inbome_recommend(engine, name, addrs, reply, output),
                    lib.inbome_recommendation_free,
                    recommended_of,
                    engine,
                )

    def process_outgoing(
        self,
        mail: Mail,
        *,
        account: str | None = None,
        mode: Mode = Mode.AUTO,
        recipients: str | Iterable[str] | None = None,
        reply_to_encrypted: bool | None = None,
        keep_subject: bool = False,
        one_message: bool = False,
        draft: values.Draft | None = None,
        clear_reply: ClearReply | None = None,
        preview: bool = False,
    ) -> values.Outgoing:
        """Makes of the mail that a program would send the mails that leave (Discovery §8): Bcc
        removed, the account's key fields added, signed and encrypted if the mode or the
        recommendation says so (Messages §2). Send each message of the answer that has recipients to
        them, and keep `sent_copy`; if this raises, send nothing.

        `recipients` are those of the envelope; without them, those of To, Cc and Bcc.
        `keep_subject` leaves the Subject of an encrypted mail in the clear. `draft` is what
        `open_draft` gave, if the mail was one: the keys that it brought along serve. With
        `ClearReply.REFUSE` an answer to an encrypted mail that would go out in the clear is refused,
        for programs that cannot ask. A `preview` changes nothing that is stored.

        Raises `Refused` with `Mode.ENCRYPT` if somebody has no key, and names them in `addrs`;
        `NeedsCopies` for an encrypted mail with Bcc if the program can send but `one_message`;
        `Locked` if the key that signs is.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     draft = b"From: bob@example.org\\r\\nTo: alice@example.org\\r\\n\\r\\nHi\\r\\n"
        ...     engine.process_outgoing(draft).added
        ('Autocrypt', 'INBOME-Encryption')
        """
        name, octets = to_optional_text(account, "account"), octets_of_mail(mail)
        options = outgoing_options_of(
            mode, recipients, reply_to_encrypted, keep_subject, one_message, draft, clear_reply
        )
        make = lib.inbome_preview_outgoing if preview else lib.inbome_process_outgoing
        with options as said, self._handle as engine:
            held = given(
                lambda output: make(engine, name, to_bytes(octets), said, output),
                lib.inbome_outgoing_free,
                engine,
            )
            if preview:
                return outgoing_of(held.pointer, held)
            with held as outgoing:
                return outgoing_of(outgoing)

    def commit_outgoing(self, outgoing: values.Outgoing) -> None:
        """Remembers of a previewed mail that it was sent: whom it went to, and its Message-ID if it
        was encrypted, so that an answer to it will be (Discovery §8). Once more changes nothing.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     account = engine.create_account("bob@example.org")
        ...     draft = b"From: bob@example.org\\r\\nTo: bob@example.org\\r\\n\\r\\nHi\\r\\n"
        ...     engine.commit_outgoing(engine.process_outgoing(draft, preview=True))
        """
        held = outgoing._held.pointer if outgoing._held else None
        with self._handle as engine:
            check(lib.inbome_commit_outgoing(engine, held), engine)
