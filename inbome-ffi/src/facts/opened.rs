//! What is shown of an opened.
//!
//! Written by facts/write.py from facts/opened.facts: do not edit.

use std::ffi::c_char;

use crate::bytes::inbome_bytes;
use crate::decrypted::inbome_decrypted;
use crate::entity::inbome_opened;
use crate::pointer::{lent, read};

/// The summary, and the whole as one mail.
///
/// opened: the object; NULL gives NULL.
///
/// Returns: the decrypted.
/// Borrowed: valid until the opened is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_decrypted(
    opened: Option<&inbome_opened>,
) -> Option<&inbome_decrypted> {
    read(opened, None, |opened| Some(&opened.decrypted))
}

/// The entity inside: its Content-* fields, a blank line, and the body.
///
/// opened: the object; NULL gives no octets.
///
/// Returns: the octets; none if it could not be decrypted.
/// Borrowed: valid until the opened is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_entity(opened: Option<&inbome_opened>) -> inbome_bytes {
    read(opened, inbome_bytes::EMPTY, |opened| match opened.entity.as_slice() {
        [] => inbome_bytes::EMPTY,
        entity => inbome_bytes::of(entity),
    })
}

/// How many fields the mail has for its reader, Content-* and MIME-Version aside: the protected ones
/// in place of those outside (Messages §4).
///
/// opened: the object; NULL gives 0.
///
/// Returns: the count; 0 if it could not be decrypted.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_field_count(opened: Option<&inbome_opened>) -> usize {
    read(opened, 0, |opened| opened.fields.len())
}

/// The name of a field.
///
/// opened: the object; NULL gives NULL.
/// index: from 0, below inbome_opened_field_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the opened is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_field_name(
    opened: Option<&inbome_opened>,
    index: usize,
) -> *const c_char {
    read(opened, std::ptr::null(), |opened| lent(opened.fields.get(index).map(|(name, _)| name)))
}

/// The value of a field, which may be folded.
///
/// opened: the object; NULL gives NULL.
/// index: from 0, below inbome_opened_field_count.
///
/// Returns: the value; NULL past the end.
/// Borrowed: valid until the opened is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_field_value(
    opened: Option<&inbome_opened>,
    index: usize,
) -> *const c_char {
    read(opened, std::ptr::null(), |opened| lent(opened.fields.get(index).map(|(_, value)| value)))
}
