//! What is shown of a sealed.
//!
//! Written by facts/write.py from facts/sealed.facts: do not edit.

use std::ffi::c_char;

use crate::bytes::inbome_bytes;
use crate::entity::inbome_sealed;
use crate::pointer::{lent, read};

/// The multipart/encrypted entity: its Content-Type, a blank line, and the body. It is the top level
/// of the mail.
///
/// sealed: the object; NULL gives no octets.
///
/// Returns: the octets.
/// Borrowed: valid until the sealed is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_entity(sealed: Option<&inbome_sealed>) -> inbome_bytes {
    read(sealed, inbome_bytes::EMPTY, |sealed| inbome_bytes::of(&sealed.entity))
}

/// How many fields are to stand in the header of the mail, MIME-Version and Content-* aside. A field
/// that was handed in and is not among them must not stand there: it is inside.
///
/// sealed: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_field_count(sealed: Option<&inbome_sealed>) -> usize {
    read(sealed, 0, |sealed| sealed.outer.len())
}

/// The name of a field that is to stand in the header.
///
/// sealed: the object; NULL gives NULL.
/// index: from 0, below inbome_sealed_field_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the sealed is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_field_name(
    sealed: Option<&inbome_sealed>,
    index: usize,
) -> *const c_char {
    read(sealed, std::ptr::null(), |sealed| lent(sealed.outer.get(index).map(|(name, _)| name)))
}

/// The value that a field must have there; it may be folded.
///
/// sealed: the object; NULL gives NULL.
/// index: from 0, below inbome_sealed_field_count.
///
/// Returns: the value; NULL past the end.
/// Borrowed: valid until the sealed is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_field_value(
    sealed: Option<&inbome_sealed>,
    index: usize,
) -> *const c_char {
    read(sealed, std::ptr::null(), |sealed| lent(sealed.outer.get(index).map(|(_, value)| value)))
}

/// The Message-ID of the mail, which was made if the header brought none. Hand the same one in for
/// further copies.
///
/// sealed: the object; NULL gives NULL.
///
/// Returns: what stands between the angle brackets.
/// Borrowed: valid until the sealed is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_message_id(sealed: Option<&inbome_sealed>) -> *const c_char {
    read(sealed, std::ptr::null(), |sealed| lent(Some(&sealed.message_id)))
}
