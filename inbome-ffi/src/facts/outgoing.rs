//! What is shown of an outgoing.
//!
//! Written by facts/write.py from facts/outgoing.facts: do not edit.

use std::ffi::c_char;

use crate::bytes::inbome_bytes;
use crate::codes::INBOME_REASON_NONE;
use crate::outgoing::{Message, inbome_outgoing};
use crate::pointer::{lent, read};
use crate::recommendation::inbome_recommendation;

/// How many mails there are: one at least. One without recipients is to be kept and does not leave.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_count(outgoing: Option<&inbome_outgoing>) -> usize {
    read(outgoing, 0, |outgoing| outgoing.messages.len())
}

/// A mail that leaves, whole.
///
/// outgoing: the object; NULL gives no octets.
/// message: from 0, below inbome_outgoing_count.
///
/// Returns: the octets; none past the end.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_data(
    outgoing: Option<&inbome_outgoing>,
    message: usize,
) -> inbome_bytes {
    read(outgoing, inbome_bytes::EMPTY, |outgoing| {
        outgoing.messages.get(message).map_or(inbome_bytes::EMPTY, Message::bytes)
    })
}

/// To how many a mail goes: 0 for one that is only to be kept.
///
/// outgoing: the object; NULL gives 0.
/// message: from 0, below inbome_outgoing_count.
///
/// Returns: the count; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_recipient_count(
    outgoing: Option<&inbome_outgoing>,
    message: usize,
) -> usize {
    read(outgoing, 0, |outgoing| {
        outgoing.messages.get(message).map_or(0, |held| held.recipients.len())
    })
}

/// An envelope recipient of a mail.
///
/// outgoing: the object; NULL gives NULL.
/// message: from 0, below inbome_outgoing_count.
/// index: from 0, below inbome_outgoing_recipient_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_recipient(
    outgoing: Option<&inbome_outgoing>,
    message: usize,
    index: usize,
) -> *const c_char {
    read(outgoing, std::ptr::null(), |outgoing| {
        lent(outgoing.messages.get(message).and_then(|held| held.recipients.get(index)))
    })
}

/// The copy for the Sent folder: one of the mails. With blind recipients it is encrypted to the user
/// alone and names them inside (Messages §2).
///
/// outgoing: the object; NULL gives no octets.
///
/// Returns: the octets.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_sent_copy(outgoing: Option<&inbome_outgoing>) -> inbome_bytes {
    read(outgoing, inbome_bytes::EMPTY, |outgoing| {
        outgoing
            .messages
            .iter()
            .find(|held| held.sent_copy)
            .map_or(inbome_bytes::EMPTY, Message::bytes)
    })
}

/// Whether the mails are encrypted.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_is_encrypted(outgoing: Option<&inbome_outgoing>) -> i32 {
    read(outgoing, 0, |outgoing| i32::from(outgoing.encrypted))
}

/// Why they are, or are not.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: one of INBOME_REASON_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_reason(outgoing: Option<&inbome_outgoing>) -> i32 {
    read(outgoing, 0, |outgoing| outgoing.reason)
}

/// Why they are, or are not, as a phrase in English.
///
/// outgoing: the object; NULL gives NULL.
///
/// Returns: the text.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_reason_text(outgoing: Option<&inbome_outgoing>) -> *const c_char {
    read(outgoing, std::ptr::null(), |outgoing| lent(Some(&outgoing.reason_text)))
}

/// The recommendation for the mail and for each recipient.
///
/// outgoing: the object; NULL gives NULL.
///
/// Returns: the recommendation.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_recommendation(
    outgoing: Option<&inbome_outgoing>,
) -> Option<&inbome_recommendation> {
    read(outgoing, None, |outgoing| Some(&outgoing.recommendation))
}

/// How many fields were added.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_added_count(outgoing: Option<&inbome_outgoing>) -> usize {
    read(outgoing, 0, |outgoing| outgoing.added.len())
}

/// The name of a field that was added.
///
/// outgoing: the object; NULL gives NULL.
/// index: from 0, below inbome_outgoing_added_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_added(
    outgoing: Option<&inbome_outgoing>,
    index: usize,
) -> *const c_char {
    read(outgoing, std::ptr::null(), |outgoing| lent(outgoing.added.get(index)))
}

/// How many recipients are the cause that the answer to an encrypted mail goes out in the
/// clear, so that the program can drop the quotation.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: the count; 0 for any other mail.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_clear_because_count(outgoing: Option<&inbome_outgoing>) -> usize {
    read(outgoing, 0, |outgoing| outgoing.clear_because.len())
}

/// A recipient who is such a cause.
///
/// outgoing: the object; NULL gives NULL.
/// index: from 0, below inbome_outgoing_clear_because_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_clear_because_addr(
    outgoing: Option<&inbome_outgoing>,
    index: usize,
) -> *const c_char {
    read(outgoing, std::ptr::null(), |outgoing| {
        lent(outgoing.clear_because.get(index).map(|(addr, _)| addr))
    })
}

/// Why that recipient has no key.
///
/// outgoing: the object; NULL gives 0.
/// index: from 0, below inbome_outgoing_clear_because_count.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_clear_because_reason(
    outgoing: Option<&inbome_outgoing>,
    index: usize,
) -> i32 {
    read(outgoing, 0, |outgoing| {
        outgoing.clear_because.get(index).map_or(INBOME_REASON_NONE, |(_, reason)| *reason)
    })
}
