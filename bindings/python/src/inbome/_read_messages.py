"""What the library makes of encrypted mail, read into dataclasses while it lives."""

from __future__ import annotations

from typing import Any

from . import values
from ._native import Owned, buffer_of, bytes_of, lib, required_text, text_of
from ._time import time_of
from ._words import Encryption, Intended, Reason, Signature, Signer

Pointer = Any


def decrypted_of(decrypted: Pointer, with_session_key: bool = False) -> values.Decrypted:
    summary = _summary_of(decrypted)
    key = b""
    if with_session_key:
        key = buffer_of(lambda output: lib.inbome_decrypted_session_key(decrypted, output), None)
    failed = summary.encryption == Encryption.FAILED
    return values.Decrypted(
        message=None if failed else bytes_of(lib.inbome_decrypted_message(decrypted)),
        summary=summary,
        footers=tuple(
            required_text(lib.inbome_decrypted_footer(decrypted, index))
            for index in range(lib.inbome_decrypted_footer_count(decrypted))
        ),
        surrounding=tuple(
            values.Surrounding(
                type=required_text(lib.inbome_decrypted_surrounding_type(decrypted, index)),
                text=required_text(lib.inbome_decrypted_surrounding(decrypted, index)),
            )
            for index in range(lib.inbome_decrypted_surrounding_count(decrypted))
        ),
        session_key=key.decode("ascii") or None,
    )


def _summary_of(decrypted: Pointer) -> values.Summary:
    failure = lib.inbome_decrypted_failure(decrypted)
    signer = lib.inbome_decrypted_signer(decrypted)
    intended = lib.inbome_decrypted_intended(decrypted)
    return values.Summary(
        encryption=Encryption(lib.inbome_decrypted_encryption(decrypted)),
        failure=Reason(failure) if failure else None,
        failure_text=text_of(lib.inbome_decrypted_failure_text(decrypted)),
        locked_key=text_of(lib.inbome_decrypted_locked_key(decrypted)),
        key_ids=tuple(
            required_text(lib.inbome_decrypted_key_id(decrypted, index))
            for index in range(lib.inbome_decrypted_key_id_count(decrypted))
        ),
        signature=Signature(lib.inbome_decrypted_signature(decrypted)),
        signer=Signer(signer) if signer else None,
        fingerprint=text_of(lib.inbome_decrypted_fingerprint(decrypted)),
        signed_at=time_of(lib.inbome_decrypted_signed_at(decrypted)),
        date_differs=bool(lib.inbome_decrypted_date_differs(decrypted)),
        intended=Intended(intended) if intended else None,
        sender=text_of(lib.inbome_decrypted_from(decrypted)),
        protected=tuple(
            required_text(lib.inbome_decrypted_protected(decrypted, index))
            for index in range(lib.inbome_decrypted_protected_count(decrypted))
        ),
        differing=tuple(
            required_text(lib.inbome_decrypted_differing(decrypted, index))
            for index in range(lib.inbome_decrypted_differing_count(decrypted))
        ),
        holds_unread_openpgp=bool(lib.inbome_decrypted_holds_unread_openpgp(decrypted)),
        unread_openpgp=text_of(lib.inbome_decrypted_unread_openpgp(decrypted)),
    )


def sealed_of(sealed: Pointer) -> values.Sealed:
    return values.Sealed(
        entity=bytes_of(lib.inbome_sealed_entity(sealed)),
        fields=tuple(
            (
                required_text(lib.inbome_sealed_field_name(sealed, index)),
                required_text(lib.inbome_sealed_field_value(sealed, index)),
            )
            for index in range(lib.inbome_sealed_field_count(sealed))
        ),
        message_id=required_text(lib.inbome_sealed_message_id(sealed)),
    )


def opened_of(opened: Pointer) -> values.Opened:
    return values.Opened(
        decrypted=decrypted_of(lib.inbome_opened_decrypted(opened)),
        fields=tuple(
            (
                required_text(lib.inbome_opened_field_name(opened, index)),
                required_text(lib.inbome_opened_field_value(opened, index)),
            )
            for index in range(lib.inbome_opened_field_count(opened))
        ),
        entity=bytes_of(lib.inbome_opened_entity(opened)),
    )


def draft_of(held: Owned) -> values.Draft:
    """Holds on to what the library knows of it, for when it is sent."""
    draft = held.pointer
    state = values.DraftState(
        encrypt=bool(lib.inbome_draft_encrypts(draft)),
        by_choice=bool(lib.inbome_draft_by_choice(draft)),
        reply_to_encrypted=bool(lib.inbome_draft_is_reply_to_encrypted(draft)),
    )
    return values.Draft(
        message=bytes_of(lib.inbome_draft_data(draft)),
        state=state if lib.inbome_draft_has_state(draft) else None,
        state_differs=bool(lib.inbome_draft_state_differs(draft)),
        differing=tuple(
            required_text(lib.inbome_draft_differing(draft, index))
            for index in range(lib.inbome_draft_differing_count(draft))
        ),
        keys=tuple(
            values.DraftKey(
                addr=required_text(lib.inbome_draft_gossip_addr(draft, index)),
                fingerprint=required_text(lib.inbome_draft_gossip_fingerprint(draft, index)),
            )
            for index in range(lib.inbome_draft_gossip_count(draft))
        ),
        _held=held,
    )
