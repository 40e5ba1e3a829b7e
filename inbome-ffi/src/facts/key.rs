//! What is shown of a key.
//!
//! Written by facts/write.py from facts/key.facts: do not edit.

use std::ffi::c_char;

use crate::bytes::inbome_bytes;
use crate::key::inbome_key;
use crate::pointer::{c_text, lent, read};
use crate::time::INBOME_TIME_UNKNOWN;

/// The fingerprint of the primary key.
///
/// key: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal, 40 or 64 digits.
/// Borrowed: valid until the key is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_fingerprint(key: Option<&inbome_key>) -> *const c_char {
    read(key, std::ptr::null(), |key| lent(Some(&key.fingerprint)))
}

/// The cert in binary, as the mail or file brought it.
///
/// key: the object; NULL gives no octets.
///
/// Returns: the octets.
/// Borrowed: valid until the key is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_cert(key: Option<&inbome_key>) -> inbome_bytes {
    read(key, inbome_bytes::EMPTY, |key| inbome_bytes::of(&key.cert))
}

/// The cert in ASCII armor, made when it is first asked for.
///
/// key: the object; NULL gives NULL.
///
/// Returns: the text; NULL if the cert cannot be armored.
/// Borrowed: valid until the key is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_armored(key: Option<&inbome_key>) -> *const c_char {
    read(key, std::ptr::null(), |key| {
        let armor = || key.shared.armor_cert(&key.cert).ok().map(|text| c_text(&text));
        lent(key.armored.get_or_init(armor).as_ref())
    })
}

/// Where the key comes from.
///
/// key: the object; NULL gives 0.
///
/// Returns: one of INBOME_SOURCE_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_source(key: Option<&inbome_key>) -> i32 {
    read(key, 0, |key| key.source)
}

/// Whether it is the key that the account advertises.
///
/// key: the object; NULL gives 0.
///
/// Returns: 1 or 0; 0 for keys of others.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_is_current(key: Option<&inbome_key>) -> i32 {
    read(key, 0, |key| i32::from(key.is_current))
}

/// Whether the secret key is kept under its passphrase (Messages §1): inbome_engine_unlock opens it.
///
/// key: the object; NULL gives 0.
///
/// Returns: 1 or 0; 0 for keys of others and for keys that a recommendation lent.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_is_locked(key: Option<&inbome_key>) -> i32 {
    read(key, 0, |key| i32::from(key.is_locked))
}

/// When the primary key was made.
///
/// key: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN for keys of others and for keys that a recommendation lent.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_created(key: Option<&inbome_key>) -> i64 {
    read(key, INBOME_TIME_UNKNOWN, |key| key.created)
}

/// When the key stops being usable.
///
/// key: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN for never, and for keys that a recommendation lent.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_expires(key: Option<&inbome_key>) -> i64 {
    read(key, INBOME_TIME_UNKNOWN, |key| key.expires)
}

/// The effective date of the first mail that brought the key, or when the user's own was added.
///
/// key: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN for keys that a recommendation lent.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_first_seen(key: Option<&inbome_key>) -> i64 {
    read(key, INBOME_TIME_UNKNOWN, |key| key.first_seen)
}

/// The effective date of the last mail that brought the key.
///
/// key: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN for own keys and for keys that a recommendation lent.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_last_seen(key: Option<&inbome_key>) -> i64 {
    read(key, INBOME_TIME_UNKNOWN, |key| key.last_seen)
}
