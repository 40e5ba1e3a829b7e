//! What is shown of a draft.
//!
//! Written by facts/write.py from facts/draft.facts: do not edit.

use std::ffi::c_char;

use crate::bytes::inbome_bytes;
use crate::draft::inbome_draft;
use crate::pointer::{lent, read};

/// The draft: encrypted if inbome_draft_encrypt made it, in the clear if inbome_draft_open did.
///
/// draft: the object; NULL gives no octets.
///
/// Returns: the octets, one whole mail.
/// Borrowed: valid until the draft is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_data(draft: Option<&inbome_draft>) -> inbome_bytes {
    read(draft, inbome_bytes::EMPTY, |draft| inbome_bytes::of(&draft.message))
}

/// Whether the draft says what was decided about it; one of another program may not.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_has_state(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state.is_some()))
}

/// Whether the mail is to be encrypted when it is sent.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0; 0 without a state.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_encrypts(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state.is_some_and(|state| state.encrypt)))
}

/// Whether the user chose that, rather than the recommendation.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0; 0 without a state.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_by_choice(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state.is_some_and(|state| state.by_choice)))
}

/// Whether the mail answers an encrypted one.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0; 0 without a state.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_is_reply_to_encrypted(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state.is_some_and(|state| state.is_reply_to_encrypted)))
}

/// Whether the state outside said otherwise: somebody changed it, and it does not count.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_differs(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state_differs))
}

/// How many other fields stood outside otherwise than inside.
///
/// draft: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_differing_count(draft: Option<&inbome_draft>) -> usize {
    read(draft, 0, |draft| draft.differing.len())
}

/// The name of a field that stood outside otherwise than inside.
///
/// draft: the object; NULL gives NULL.
/// index: from 0, below inbome_draft_differing_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the draft is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_differing(
    draft: Option<&inbome_draft>,
    index: usize,
) -> *const c_char {
    read(draft, std::ptr::null(), |draft| lent(draft.differing.get(index)))
}

/// How many keys the opened draft brought along. Nothing of them is stored: hand the draft to
/// inbome_reply_set_draft and inbome_outgoing_options_set_draft.
///
/// draft: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_gossip_count(draft: Option<&inbome_draft>) -> usize {
    read(draft, 0, |draft| draft.gossip.len())
}

/// Whose key the draft brought along.
///
/// draft: the object; NULL gives NULL.
/// index: from 0, below inbome_draft_gossip_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the draft is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_gossip_addr(
    draft: Option<&inbome_draft>,
    index: usize,
) -> *const c_char {
    read(draft, std::ptr::null(), |draft| lent(draft.gossip.get(index).map(|(addr, _)| addr)))
}

/// The fingerprint of a key that the draft brought along.
///
/// draft: the object; NULL gives NULL.
/// index: from 0, below inbome_draft_gossip_count.
///
/// Returns: upper-case hexadecimal; NULL past the end.
/// Borrowed: valid until the draft is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_gossip_fingerprint(
    draft: Option<&inbome_draft>,
    index: usize,
) -> *const c_char {
    read(draft, std::ptr::null(), |draft| lent(draft.gossip.get(index).map(|(_, key)| key)))
}
