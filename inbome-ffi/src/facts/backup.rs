//! What is shown of a backup.
//!
//! Written by facts/write.py from facts/backup.facts: do not edit.

use std::ffi::c_char;

use crate::backup::inbome_backup;
use crate::bytes::inbome_bytes;
use crate::pointer::{lent, read};
use crate::time::INBOME_TIME_UNKNOWN;

/// The code that opens a backup message which was just made: nine groups of four digits with dashes. To be
/// written down by the user; show it once.
///
/// backup: the object; NULL gives NULL.
///
/// Returns: the code; NULL unless inbome_backup_create made the object.
/// Borrowed: valid until the backup is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_code(backup: Option<&inbome_backup>) -> *const c_char {
    read(backup, std::ptr::null(), |backup| {
        backup.code.as_ref().map_or(std::ptr::null(), |code| code.as_ptr().cast())
    })
}

/// The backup message that was just made: a mail from the account to itself.
///
/// backup: the object; NULL gives no octets.
///
/// Returns: the mail, with CRLF as line end; no octets unless inbome_backup_create made the object.
/// Borrowed: valid until the backup is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_message(backup: Option<&inbome_backup>) -> inbome_bytes {
    read(backup, inbome_bytes::EMPTY, |backup| inbome_bytes::of(&backup.message))
}

/// Whose backup it is.
///
/// backup: the object; NULL gives NULL.
///
/// Returns: the address.
/// Borrowed: valid until the backup is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_addr(backup: Option<&inbome_backup>) -> *const c_char {
    read(backup, std::ptr::null(), |backup| backup.addr.as_ptr())
}

/// When the message was made, by its own word.
///
/// backup: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if it does not say.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_created(backup: Option<&inbome_backup>) -> i64 {
    read(backup, INBOME_TIME_UNKNOWN, |backup| backup.created.unwrap_or(INBOME_TIME_UNKNOWN))
}

/// How the code begins, so that a user with several codes finds the right one.
///
/// backup: the object; NULL gives NULL.
///
/// Returns: the first digits; NULL if the message does not say.
/// Borrowed: valid until the backup is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_code_begin(backup: Option<&inbome_backup>) -> *const c_char {
    read(backup, std::ptr::null(), |backup| lent(backup.code_begin.as_ref()))
}

/// The account's preference, as it was when the message was made.
///
/// backup: the object; NULL gives 0.
///
/// Returns: one of INBOME_PREFER_; 0 if it is not in the message, or not opened.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_prefer_encrypt(backup: Option<&inbome_backup>) -> i32 {
    read(backup, 0, |backup| backup.prefer_encrypt)
}

/// How many keys are in it.
///
/// backup: the object; NULL gives 0.
///
/// Returns: the count; 0 if it was not opened.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_fingerprint_count(backup: Option<&inbome_backup>) -> usize {
    read(backup, 0, |backup| backup.fingerprints.len())
}

/// The fingerprint of a key in it, first the one that was current.
///
/// backup: the object; NULL gives NULL.
/// index: from 0, below inbome_backup_fingerprint_count.
///
/// Returns: upper-case hexadecimal; NULL past the end.
/// Borrowed: valid until the backup is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_fingerprint(
    backup: Option<&inbome_backup>,
    index: usize,
) -> *const c_char {
    read(backup, std::ptr::null(), |backup| lent(backup.fingerprints.get(index)))
}

/// The fingerprint of the key in it that was current, and can be again.
///
/// backup: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL if there is none: only old mails are opened with its keys.
/// Borrowed: valid until the backup is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_current(backup: Option<&inbome_backup>) -> *const c_char {
    read(backup, std::ptr::null(), |backup| lent(backup.current.as_ref()))
}

/// Whether another key stays the current one of the account: ask the user, with both fingerprints, and
/// import with make_current.
///
/// backup: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_asks_key_change(backup: Option<&inbome_backup>) -> i32 {
    read(backup, 0, |backup| i32::from(backup.asks_key_change))
}

/// Whether the account was made by the import.
///
/// backup: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_account_is_new(backup: Option<&inbome_backup>) -> i32 {
    read(backup, 0, |backup| i32::from(backup.account_created))
}
