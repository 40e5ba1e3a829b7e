//! What is shown of a recommendation.
//!
//! Written by facts/write.py from facts/recommendation.facts: do not edit.

use std::ffi::c_char;

use crate::codes::INBOME_REASON_NONE;
use crate::key::inbome_key;
use crate::pointer::{lent, read};
use crate::recommendation::inbome_recommendation;

/// What to do with the mail: the least of its recipients' (Discovery §7).
///
/// recommendation: the object; NULL gives 0.
///
/// Returns: one of INBOME_RECOMMENDATION_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_state(
    recommendation: Option<&inbome_recommendation>,
) -> i32 {
    read(recommendation, 0, |recommendation| recommendation.state)
}

/// How many recipients there are, each once, in the order given.
///
/// recommendation: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_count(
    recommendation: Option<&inbome_recommendation>,
) -> usize {
    read(recommendation, 0, |recommendation| recommendation.recipients.len())
}

/// The address of a recipient.
///
/// recommendation: the object; NULL gives NULL.
/// recipient: from 0, below inbome_recommendation_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the recommendation is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_addr(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
) -> *const c_char {
    read(recommendation, std::ptr::null(), |recommendation| {
        lent(recommendation.at(recipient).map(|held| &held.addr))
    })
}

/// What to do with a mail to this recipient alone.
///
/// recommendation: the object; NULL gives 0.
/// recipient: from 0, below inbome_recommendation_count.
///
/// Returns: one of INBOME_RECOMMENDATION_; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_recipient_state(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
) -> i32 {
    read(recommendation, 0, |recommendation| {
        recommendation.at(recipient).map_or(0, |held| held.state)
    })
}

/// How many reasons there are for a recipient: one at least.
///
/// recommendation: the object; NULL gives 0.
/// recipient: from 0, below inbome_recommendation_count.
///
/// Returns: the count; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_reason_count(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
) -> usize {
    read(recommendation, 0, |recommendation| {
        recommendation.at(recipient).map_or(0, |held| held.reasons.len())
    })
}

/// A reason, for programs.
///
/// recommendation: the object; NULL gives 0.
/// recipient: from 0, below inbome_recommendation_count.
/// index: from 0, below inbome_recommendation_reason_count.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_reason(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
    index: usize,
) -> i32 {
    read(recommendation, 0, |recommendation| {
        recommendation.reason_at(recipient, index).map_or(INBOME_REASON_NONE, |reason| reason.code)
    })
}

/// A reason, for people: a sentence in English that calls the recipient "they".
///
/// recommendation: the object; NULL gives NULL.
/// recipient: from 0, below inbome_recommendation_count.
/// index: from 0, below inbome_recommendation_reason_count.
///
/// Returns: the text; NULL past the end.
/// Borrowed: valid until the recommendation is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_reason_text(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
    index: usize,
) -> *const c_char {
    read(recommendation, std::ptr::null(), |recommendation| {
        lent(recommendation.reason_at(recipient, index).map(|reason| &reason.text))
    })
}

/// The key that a mail to this recipient would be encrypted to, also under
/// INBOME_RECOMMENDATION_DISCOURAGE. Its dates are not known.
///
/// recommendation: the object; NULL gives NULL.
/// recipient: from 0, below inbome_recommendation_count.
///
/// Returns: the key; NULL if there is none.
/// Borrowed: valid until the recommendation is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_key(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
) -> Option<&inbome_key> {
    read(recommendation, None, |recommendation| recommendation.at(recipient)?.key.as_ref())
}
