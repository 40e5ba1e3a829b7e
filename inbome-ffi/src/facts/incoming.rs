//! What is shown of an incoming.
//!
//! Written by facts/write.py from facts/incoming.facts: do not edit.

use std::ffi::c_char;

use crate::codes::INBOME_REASON_NONE;
use crate::decrypted::inbome_decrypted;
use crate::incoming::{INBOME_VERDICT_INVALID, INBOME_VERDICT_VALID, inbome_incoming};
use crate::pointer::{lent, read};
use crate::time::INBOME_TIME_UNKNOWN;

/// Whether anything changed.
///
/// incoming: the object; NULL gives 0.
///
/// Returns: one of INBOME_OUTCOME_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_outcome(incoming: Option<&inbome_incoming>) -> i32 {
    read(incoming, 0, |incoming| incoming.outcome)
}

/// Why the mail is ignored.
///
/// incoming: the object; NULL gives 0.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if it is not ignored.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_reason(incoming: Option<&inbome_incoming>) -> i32 {
    read(incoming, 0, |incoming| incoming.reason)
}

/// Why the mail is ignored, as a phrase in English: "it names no sender".
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: the text; NULL if it is not ignored.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_reason_text(incoming: Option<&inbome_incoming>) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| lent(incoming.reason_text.as_ref()))
}

/// Whose mail it is (Discovery §1).
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: the address; NULL if that was not found.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_account(incoming: Option<&inbome_incoming>) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| lent(incoming.account.as_ref()))
}

/// Who wrote it. An own address is named too, though no peer is touched.
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: the address; NULL if that was not found.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_peer(incoming: Option<&inbome_incoming>) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| lent(incoming.peer.as_ref()))
}

/// When it is taken to have been sent (Discovery §3).
///
/// incoming: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if it does not count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_effective_date(incoming: Option<&inbome_incoming>) -> i64 {
    read(incoming, INBOME_TIME_UNKNOWN, |incoming| incoming.effective_date)
}

/// The peer's key has another fingerprint now: the old one.
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL if the key did not change.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_key_changed_from(
    incoming: Option<&inbome_incoming>,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.key_changed.as_ref().map(|(old, _)| old))
    })
}

/// The peer's key has another fingerprint now: the new one.
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL if the key did not change.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_key_changed_to(
    incoming: Option<&inbome_incoming>,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.key_changed.as_ref().map(|(_, new)| new))
    })
}

/// A mail from an own address advertises a key that is not ours: another program has one of its
/// own, or somebody forges (Discovery §4, step 2).
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: its fingerprint; NULL if there is none, also for a mail that is encrypted to no key of ours.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_own_key_conflict(
    incoming: Option<&inbome_incoming>,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| lent(incoming.own_key_conflict.as_ref()))
}

/// Whether a mail from an own address advertises a key that is not ours, or is encrypted to no key of ours
/// (Discovery §4, step 2).
///
/// incoming: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_is_own_key_conflict(incoming: Option<&inbome_incoming>) -> i32 {
    read(incoming, 0, |incoming| i32::from(incoming.is_own_key_conflict))
}

/// The mail as a reader shall see it, and the summary of its encryption and signature: what
/// inbome_decrypt would give.
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: the decrypted; NULL unless inbome_receipt_set_return_payload asked for it, and for a mail that
/// is past a limit.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_decrypted(
    incoming: Option<&inbome_incoming>,
) -> Option<&inbome_decrypted> {
    read(incoming, None, |incoming| incoming.decrypted.as_ref())
}

/// How many key fields the mail has.
///
/// incoming: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_count(incoming: Option<&inbome_incoming>) -> usize {
    read(incoming, 0, |incoming| incoming.fields.len())
}

/// The name of a key field as it stands in the mail.
///
/// incoming: the object; NULL gives NULL.
/// index: from 0, below inbome_incoming_field_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_name(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.fields.get(index).map(|field| &field.name))
    })
}

/// What became of a key field (Discovery §2.2).
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_field_count.
///
/// Returns: one of INBOME_VERDICT_; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_verdict(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| incoming.fields.get(index).map_or(0, |field| field.verdict))
}

/// Why a key field is invalid (Discovery §2.2).
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_field_count.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if it is not.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_reason(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| {
        incoming.fields.get(index).map_or(INBOME_REASON_NONE, |field| field.reason)
    })
}

/// The fingerprint of the key in a field.
///
/// incoming: the object; NULL gives NULL.
/// index: from 0, below inbome_incoming_field_count.
///
/// Returns: upper-case hexadecimal; NULL if the field is not valid by itself.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_fingerprint(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.fields.get(index).and_then(|field| field.fingerprint.as_ref()))
    })
}

/// Whether a key field stood inside the encrypted payload (Discovery §4).
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_field_count.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_is_protected(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| {
        incoming.fields.get(index).map_or(0, |field| i32::from(field.protected))
    })
}

/// How many gossip fields were judged (Discovery §5).
///
/// incoming: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_count(incoming: Option<&inbome_incoming>) -> usize {
    read(incoming, 0, |incoming| incoming.gossip.len())
}

/// Whose key a gossip field claims to bring.
///
/// incoming: the object; NULL gives NULL.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: the address; NULL if it cannot be read.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_addr(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.gossip.get(index).and_then(|gossip| gossip.addr.as_ref()))
    })
}

/// What became of a gossip field (Discovery §5).
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: INBOME_VERDICT_VALID or INBOME_VERDICT_INVALID; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_verdict(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| {
        incoming.gossip.get(index).map_or(0, |gossip| match gossip.fingerprint {
            Some(_) => INBOME_VERDICT_VALID,
            None => INBOME_VERDICT_INVALID,
        })
    })
}

/// Why a gossip field was not accepted (Discovery §5).
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if it was.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_reason(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| {
        incoming.gossip.get(index).map_or(INBOME_REASON_NONE, |gossip| gossip.reason)
    })
}

/// The fingerprint of an accepted gossip key.
///
/// incoming: the object; NULL gives NULL.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: upper-case hexadecimal; NULL if it was not accepted.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_fingerprint(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.gossip.get(index).and_then(|gossip| gossip.fingerprint.as_ref()))
    })
}

/// Whether the peer's own mails say another key (Discovery §5). It blocks nothing.
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_conflicts(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| {
        incoming.gossip.get(index).map_or(0, |gossip| i32::from(gossip.conflict))
    })
}
