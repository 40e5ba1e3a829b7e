"""The objects of the library, read into dataclasses while they live."""

from __future__ import annotations

from typing import Any

from . import values
from ._native import Owned, bytes_of, lib, required_text, text_of
from ._read_messages import decrypted_of
from ._time import time_of
from ._words import (
    AdviceAction,
    ClearReply,
    Outcome,
    PreferEncrypt,
    Profile,
    Reason,
    Recommendation,
    Source,
    Spelling,
    Verdict,
    Word,
)

Pointer = Any


def reason_of(number: int) -> Reason | None:
    return Reason(number) if number else None


def account_of(account: Pointer) -> values.Account:
    return values.Account(
        addr=required_text(lib.inbome_account_addr(account)),
        aliases=tuple(
            required_text(lib.inbome_account_alias(account, index))
            for index in range(lib.inbome_account_alias_count(account))
        ),
        fingerprint=text_of(lib.inbome_account_fingerprint(account)),
        enabled=bool(lib.inbome_account_is_enabled(account)),
        new=bool(lib.inbome_account_is_new(account)),
        prefer_encrypt=PreferEncrypt(lib.inbome_account_prefer_encrypt(account)),
        spelling=Spelling(lib.inbome_account_spelling(account)),
        profile=Profile(lib.inbome_account_profile(account)),
        keep_subject=bool(lib.inbome_account_keeps_subject(account)),
        clear_reply=ClearReply(lib.inbome_account_clear_reply(account)),
    )


def key_of(key: Pointer) -> values.Key:
    return values.Key(
        fingerprint=required_text(lib.inbome_key_fingerprint(key)),
        cert=bytes_of(lib.inbome_key_cert(key)),
        armored=text_of(lib.inbome_key_armored(key)),
        source=Source(lib.inbome_key_source(key)),
        current=bool(lib.inbome_key_is_current(key)),
        locked=bool(lib.inbome_key_is_locked(key)),
        created=time_of(lib.inbome_key_created(key)),
        expires=time_of(lib.inbome_key_expires(key)),
        first_seen=time_of(lib.inbome_key_first_seen(key)),
        last_seen=time_of(lib.inbome_key_last_seen(key)),
    )


def backup_of(backup: Pointer) -> values.BackupMessage:
    wish = lib.inbome_backup_prefer_encrypt(backup)
    return values.BackupMessage(
        addr=required_text(lib.inbome_backup_addr(backup)),
        created=time_of(lib.inbome_backup_created(backup)),
        code_begin=text_of(lib.inbome_backup_code_begin(backup)),
        prefer_encrypt=PreferEncrypt(wish) if wish else None,
        fingerprints=tuple(
            required_text(lib.inbome_backup_fingerprint(backup, index))
            for index in range(lib.inbome_backup_fingerprint_count(backup))
        ),
        current=text_of(lib.inbome_backup_current(backup)),
        code=text_of(lib.inbome_backup_code(backup)),
        message=bytes_of(lib.inbome_backup_message(backup)) or None,
        asks_key_change=bool(lib.inbome_backup_asks_key_change(backup)),
        account_is_new=bool(lib.inbome_backup_account_is_new(backup)),
    )


def incoming_of(incoming: Pointer) -> values.Incoming:
    old = text_of(lib.inbome_incoming_key_changed_from(incoming))
    new = text_of(lib.inbome_incoming_key_changed_to(incoming))
    shown = lib.inbome_incoming_decrypted(incoming)
    return values.Incoming(
        outcome=Outcome(lib.inbome_incoming_outcome(incoming)),
        reason=reason_of(lib.inbome_incoming_reason(incoming)),
        reason_text=text_of(lib.inbome_incoming_reason_text(incoming)),
        account=text_of(lib.inbome_incoming_account(incoming)),
        peer=text_of(lib.inbome_incoming_peer(incoming)),
        effective_date=time_of(lib.inbome_incoming_effective_date(incoming)),
        key_changed=values.KeyChange(old, new) if old and new else None,
        own_key_conflict=text_of(lib.inbome_incoming_own_key_conflict(incoming)),
        is_own_key_conflict=bool(lib.inbome_incoming_is_own_key_conflict(incoming)),
        fields=tuple(
            values.KeyField(
                name=required_text(lib.inbome_incoming_field_name(incoming, index)),
                verdict=Verdict(lib.inbome_incoming_field_verdict(incoming, index)),
                reason=reason_of(lib.inbome_incoming_field_reason(incoming, index)),
                fingerprint=text_of(lib.inbome_incoming_field_fingerprint(incoming, index)),
                protected=bool(lib.inbome_incoming_field_is_protected(incoming, index)),
            )
            for index in range(lib.inbome_incoming_field_count(incoming))
        ),
        gossip=tuple(
            values.Gossip(
                addr=text_of(lib.inbome_incoming_gossip_addr(incoming, index)),
                verdict=Verdict(lib.inbome_incoming_gossip_verdict(incoming, index)),
                reason=reason_of(lib.inbome_incoming_gossip_reason(incoming, index)),
                fingerprint=text_of(lib.inbome_incoming_gossip_fingerprint(incoming, index)),
                conflicts=bool(lib.inbome_incoming_gossip_conflicts(incoming, index)),
            )
            for index in range(lib.inbome_incoming_gossip_count(incoming))
        ),
        decrypted=decrypted_of(shown) if shown else None,
    )


def recommended_of(advice: Pointer) -> values.Recommended:
    return values.Recommended(
        recommendation=Recommendation(lib.inbome_recommendation_state(advice)),
        recipients=tuple(
            _recipient_of(advice, index)
            for index in range(lib.inbome_recommendation_count(advice))
        ),
    )


def _recipient_of(advice: Pointer, recipient: int) -> values.Recipient:
    reasons = range(lib.inbome_recommendation_reason_count(advice, recipient))
    key = lib.inbome_recommendation_key(advice, recipient)
    return values.Recipient(
        addr=required_text(lib.inbome_recommendation_addr(advice, recipient)),
        recommendation=Recommendation(
            lib.inbome_recommendation_recipient_state(advice, recipient)
        ),
        reasons=tuple(
            Reason(lib.inbome_recommendation_reason(advice, recipient, index)) for index in reasons
        ),
        texts=tuple(
            required_text(lib.inbome_recommendation_reason_text(advice, recipient, index))
            for index in reasons
        ),
        key=key_of(key) if key else None,
    )


def outgoing_of(outgoing: Pointer, held: Owned | None = None) -> values.Outgoing:
    """A preview is `held`, for what is to be remembered of it once it was sent."""
    return values.Outgoing(
        messages=tuple(
            values.OutgoingMessage(
                data=bytes_of(lib.inbome_outgoing_data(outgoing, message)),
                recipients=tuple(
                    required_text(lib.inbome_outgoing_recipient(outgoing, message, index))
                    for index in range(lib.inbome_outgoing_recipient_count(outgoing, message))
                ),
            )
            for message in range(lib.inbome_outgoing_count(outgoing))
        ),
        sent_copy=bytes_of(lib.inbome_outgoing_sent_copy(outgoing)),
        encrypted=bool(lib.inbome_outgoing_is_encrypted(outgoing)),
        reason=reason_of(lib.inbome_outgoing_reason(outgoing)),
        reason_text=required_text(lib.inbome_outgoing_reason_text(outgoing)),
        recommended=recommended_of(lib.inbome_outgoing_recommendation(outgoing)),
        added=tuple(
            required_text(lib.inbome_outgoing_added(outgoing, index))
            for index in range(lib.inbome_outgoing_added_count(outgoing))
        ),
        clear_because=tuple(
            values.ClearBecause(
                addr=required_text(lib.inbome_outgoing_clear_because_addr(outgoing, index)),
                reason=Reason(lib.inbome_outgoing_clear_because_reason(outgoing, index)),
            )
            for index in range(lib.inbome_outgoing_clear_because_count(outgoing))
        ),
        _held=held,
    )


def peer_of(peer: Pointer) -> values.Peer:
    prefer = lib.inbome_peer_prefer_encrypt(peer)
    return values.Peer(
        account=required_text(lib.inbome_peer_account(peer)),
        addr=required_text(lib.inbome_peer_addr(peer)),
        last_seen=time_of(lib.inbome_peer_last_seen(peer)),
        last_seen_encrypted=bool(lib.inbome_peer_last_seen_encrypted(peer)),
        autocrypt_timestamp=time_of(lib.inbome_peer_autocrypt_timestamp(peer)),
        prefer_encrypt=PreferEncrypt(prefer) if prefer else None,
        fingerprint=text_of(lib.inbome_peer_fingerprint(peer)),
        protected=bool(lib.inbome_peer_is_protected(peer)),
        gossip_timestamp=time_of(lib.inbome_peer_gossip_timestamp(peer)),
        gossip_fingerprint=text_of(lib.inbome_peer_gossip_fingerprint(peer)),
        imported_at=time_of(lib.inbome_peer_imported_at(peer)),
        imported_fingerprint=text_of(lib.inbome_peer_imported_fingerprint(peer)),
        last_plain=time_of(lib.inbome_peer_last_plain(peer)),
        last_plain_agent=text_of(lib.inbome_peer_last_plain_agent(peer)),
        list_post=time_of(lib.inbome_peer_list_post(peer)),
        forgotten=time_of(lib.inbome_peer_forgotten(peer)),
        truncated=bool(lib.inbome_peer_is_truncated(peer)),
        word=Word(lib.inbome_peer_word(peer)),
        pin=text_of(lib.inbome_peer_pin(peer)),
        history=tuple(
            values.HistoryEntry(
                fingerprint=required_text(lib.inbome_peer_history_fingerprint(peer, index)),
                source=Source(lib.inbome_peer_history_source(peer, index)),
                first=time_of(lib.inbome_peer_history_first(peer, index)),
                last=time_of(lib.inbome_peer_history_last(peer, index)),
            )
            for index in range(lib.inbome_peer_history_count(peer))
        ),
    )


def report_of(scan: Pointer) -> values.ScanReport:
    return values.ScanReport(
        messages=lib.inbome_scan_messages(scan),
        updated=lib.inbome_scan_updated(scan),
        unchanged=lib.inbome_scan_unchanged(scan),
        skipped=lib.inbome_scan_skipped(scan),
        peers=lib.inbome_scan_peers(scan),
        bytes=lib.inbome_scan_bytes(scan),
        cancelled=bool(lib.inbome_scan_is_cancelled(scan)),
        ignored={
            Reason(lib.inbome_scan_ignored_reason(scan, index)): lib.inbome_scan_ignored_messages(
                scan, index
            )
            for index in range(lib.inbome_scan_ignored_count(scan))
        },
        unreadable=_unreadable_of("scan", scan),
        passed_by=tuple(
            required_text(lib.inbome_scan_passed_by_path(scan, index))
            for index in range(lib.inbome_scan_passed_by_count(scan))
        ),
    )


def advice_of(advice: Pointer) -> values.Advice:
    return values.Advice(
        action=AdviceAction(lib.inbome_advice_action(advice)),
        backups=tuple(
            values.Backup(
                path=required_text(lib.inbome_advice_backup_path(advice, index)),
                date=time_of(lib.inbome_advice_backup_date(advice, index)),
            )
            for index in range(lib.inbome_advice_backup_count(advice))
        ),
        keys=tuple(
            values.OtherKey(
                fingerprint=required_text(lib.inbome_advice_key_fingerprint(advice, index)),
                last_seen=time_of(lib.inbome_advice_key_last_seen(advice, index)),
                agent=text_of(lib.inbome_advice_key_agent(advice, index)),
            )
            for index in range(lib.inbome_advice_key_count(advice))
        ),
        unreadable=_unreadable_of("advice", advice),
    )


def _unreadable_of(kind: str, report: Pointer) -> tuple[values.Unreadable, ...]:
    path = getattr(lib, f"inbome_{kind}_unreadable_path")
    text = getattr(lib, f"inbome_{kind}_unreadable_text")
    return tuple(
        values.Unreadable(required_text(path(report, index)), required_text(text(report, index)))
        for index in range(getattr(lib, f"inbome_{kind}_unreadable_count")(report))
    )
