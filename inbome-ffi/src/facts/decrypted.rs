//! What is shown of a decrypted.
//!
//! Written by facts/write.py from facts/decrypted.facts: do not edit.

use std::ffi::c_char;

use crate::bytes::inbome_bytes;
use crate::decrypted::inbome_decrypted;
use crate::pointer::{lent, read};
use crate::time::INBOME_TIME_UNKNOWN;

/// The whole mail as a reader shall see it: decrypted, its protected fields in the header in place of
/// those outside (Messages §3, §4). A mail that is not encrypted comes as it is.
///
/// decrypted: the object; NULL gives no octets.
///
/// Returns: the octets; none if it could not be decrypted.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_message(decrypted: Option<&inbome_decrypted>) -> inbome_bytes {
    read(decrypted, inbome_bytes::EMPTY, |decrypted| {
        decrypted.message.as_deref().map_or(inbome_bytes::EMPTY, inbome_bytes::of)
    })
}

/// Whether the mail was encrypted, and whether that could be undone.
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: one of INBOME_ENCRYPTION_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_encryption(decrypted: Option<&inbome_decrypted>) -> i32 {
    read(decrypted, 0, |decrypted| decrypted.encryption)
}

/// Why the mail gives nothing. INBOME_REASON_LOCKED: unlock the key and ask again.
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE unless it failed.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_failure(decrypted: Option<&inbome_decrypted>) -> i32 {
    read(decrypted, 0, |decrypted| decrypted.failed.reason)
}

/// Why the mail gives nothing, as a sentence in English.
///
/// decrypted: the object; NULL gives NULL.
///
/// Returns: the text; NULL unless it failed.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_failure_text(
    decrypted: Option<&inbome_decrypted>,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| lent(decrypted.failed.text.as_ref()))
}

/// The key whose passphrase is needed: inbome_engine_unlock takes it.
///
/// decrypted: the object; NULL gives NULL.
///
/// Returns: its fingerprint; NULL unless the failure is INBOME_REASON_LOCKED.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_locked_key(
    decrypted: Option<&inbome_decrypted>,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| lent(decrypted.failed.locked_key.as_ref()))
}

/// To how many keys a mail was encrypted of which none is the user's.
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_key_id_count(decrypted: Option<&inbome_decrypted>) -> usize {
    read(decrypted, 0, |decrypted| decrypted.failed.key_ids.len())
}

/// A key that such a mail was encrypted to.
///
/// decrypted: the object; NULL gives NULL.
/// index: from 0, below inbome_decrypted_key_id_count.
///
/// Returns: the key ID, 16 upper-case hexadecimal digits, all of them 0 for a hidden one; NULL past the
/// end.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_key_id(
    decrypted: Option<&inbome_decrypted>,
    index: usize,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| lent(decrypted.failed.key_ids.get(index)))
}

/// What the signatures of the mail are worth as a whole (Messages §3).
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: one of INBOME_SIGNATURE_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_signature(decrypted: Option<&inbome_decrypted>) -> i32 {
    read(decrypted, 0, |decrypted| decrypted.signature)
}

/// Whose key signed, by what is known of keys, never by the name in the key. What
/// each proves is said with them.
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: one of INBOME_SIGNER_; 0 unless the signature is valid.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_signer(decrypted: Option<&inbome_decrypted>) -> i32 {
    read(decrypted, 0, |decrypted| decrypted.signer)
}

/// The primary key that made the signature.
///
/// decrypted: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL unless the signature is valid.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_fingerprint(
    decrypted: Option<&inbome_decrypted>,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| lent(decrypted.fingerprint.as_ref()))
}

/// When the signature was made, by its own word.
///
/// decrypted: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN unless the signature is valid.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_signed_at(decrypted: Option<&inbome_decrypted>) -> i64 {
    read(decrypted, INBOME_TIME_UNKNOWN, |decrypted| decrypted.signed_at)
}

/// Whether the signature was made more than 24 hours from the Date of the mail: it may be an old
/// one that somebody sends again.
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_date_differs(decrypted: Option<&inbome_decrypted>) -> i32 {
    read(decrypted, 0, |decrypted| i32::from(decrypted.date_differs))
}

/// Whether the signature names the user among those whom it is for.
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: one of INBOME_INTENDED_; 0 without a signature that says it.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_intended(decrypted: Option<&inbome_decrypted>) -> i32 {
    read(decrypted, 0, |decrypted| decrypted.intended)
}

/// The address that the mail is taken to be from, which the signature was judged for. A From inside
/// that is another than the one outside counts only if the signer is current for it.
///
/// decrypted: the object; NULL gives NULL.
///
/// Returns: the address; NULL if the mail names none.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_from(decrypted: Option<&inbome_decrypted>) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| lent(decrypted.from.as_ref()))
}

/// How many fields of the header came from inside (Messages §4).
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_protected_count(decrypted: Option<&inbome_decrypted>) -> usize {
    read(decrypted, 0, |decrypted| decrypted.protected.len())
}

/// The name of a field that came from inside.
///
/// decrypted: the object; NULL gives NULL.
/// index: from 0, below inbome_decrypted_protected_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_protected(
    decrypted: Option<&inbome_decrypted>,
    index: usize,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| lent(decrypted.protected.get(index)))
}

/// How many protected fields stood outside otherwise than their sender had put them.
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_differing_count(decrypted: Option<&inbome_decrypted>) -> usize {
    read(decrypted, 0, |decrypted| decrypted.differing.len())
}

/// The name of a protected field that stood outside otherwise.
///
/// decrypted: the object; NULL gives NULL.
/// index: from 0, below inbome_decrypted_differing_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_differing(
    decrypted: Option<&inbome_decrypted>,
    index: usize,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| lent(decrypted.differing.get(index)))
}

/// How many texts a mailing list put under the mail. They are not signed and not in the message.
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_footer_count(decrypted: Option<&inbome_decrypted>) -> usize {
    read(decrypted, 0, |decrypted| decrypted.footers.len())
}

/// A text that a mailing list put under the mail.
///
/// decrypted: the object; NULL gives NULL.
/// index: from 0, below inbome_decrypted_footer_count.
///
/// Returns: the text; NULL past the end.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_footer(
    decrypted: Option<&inbome_decrypted>,
    index: usize,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| lent(decrypted.footers.get(index)))
}

/// How many texts a server, a gateway or a mailing list put beside the mail, before and behind it
/// (Messages §3). They are neither encrypted nor signed, and not in the message.
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_surrounding_count(
    decrypted: Option<&inbome_decrypted>,
) -> usize {
    read(decrypted, 0, |decrypted| decrypted.surrounding.len())
}

/// A text that stands beside the mail. It may be HTML: show it as text.
///
/// decrypted: the object; NULL gives NULL.
/// index: from 0, below inbome_decrypted_surrounding_count.
///
/// Returns: the text; NULL past the end.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_surrounding(
    decrypted: Option<&inbome_decrypted>,
    index: usize,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| {
        lent(decrypted.surrounding.get(index).map(|(_, text)| text))
    })
}

/// The media type of a text that stands beside the mail.
///
/// decrypted: the object; NULL gives NULL.
/// index: from 0, below inbome_decrypted_surrounding_count.
///
/// Returns: "text/plain" or "text/html"; NULL past the end.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_surrounding_type(
    decrypted: Option<&inbome_decrypted>,
    index: usize,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| {
        lent(decrypted.surrounding.get(index).map(|(kind, _)| kind))
    })
}

/// Whether the mail holds OpenPGP that is not read (Messages §3), so that it is not simply "not
/// encrypted".
///
/// decrypted: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_holds_unread_openpgp(
    decrypted: Option<&inbome_decrypted>,
) -> i32 {
    read(decrypted, 0, |decrypted| i32::from(decrypted.unread.is_some()))
}

/// Why OpenPGP that the mail holds is not read.
///
/// decrypted: the object; NULL gives NULL.
///
/// Returns: "text_around", "part" or "attached_mail"; NULL if it holds none.
/// Borrowed: valid until the decrypted is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_unread_openpgp(
    decrypted: Option<&inbome_decrypted>,
) -> *const c_char {
    read(decrypted, std::ptr::null(), |decrypted| lent(decrypted.unread.as_ref()))
}
