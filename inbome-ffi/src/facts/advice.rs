//! What is shown of an advice.
//!
//! Written by facts/write.py from facts/advice.facts: do not edit.

use std::ffi::c_char;

use crate::advice::inbome_advice;
use crate::pointer::{lent, read};
use crate::time::INBOME_TIME_UNKNOWN;

/// What to do (Several devices §1).
///
/// advice: the object; NULL gives 0.
///
/// Returns: one of INBOME_ADVICE_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_action(advice: Option<&inbome_advice>) -> i32 {
    read(advice, 0, |advice| advice.action)
}

/// How many backup messages there are.
///
/// advice: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_backup_count(advice: Option<&inbome_advice>) -> usize {
    read(advice, 0, |advice| advice.backups.len())
}

/// The file with a backup message, newest first.
///
/// advice: the object; NULL gives NULL.
/// index: from 0, below inbome_advice_backup_count.
///
/// Returns: its path; NULL past the end.
/// Borrowed: valid until the advice is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_backup_path(
    advice: Option<&inbome_advice>,
    index: usize,
) -> *const c_char {
    read(advice, std::ptr::null(), |advice| lent(advice.backups.get(index).map(|(path, _)| path)))
}

/// The effective date of a backup message.
///
/// advice: the object; NULL gives INBOME_TIME_UNKNOWN.
/// index: from 0, below inbome_advice_backup_count.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_backup_date(advice: Option<&inbome_advice>, index: usize) -> i64 {
    read(advice, INBOME_TIME_UNKNOWN, |advice| {
        advice.backups.get(index).map_or(INBOME_TIME_UNKNOWN, |(_, at)| *at)
    })
}

/// How many keys other programs of the user's have.
///
/// advice: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_key_count(advice: Option<&inbome_advice>) -> usize {
    read(advice, 0, |advice| advice.other_keys.len())
}

/// The fingerprint of another program's key, last used first.
///
/// advice: the object; NULL gives NULL.
/// index: from 0, below inbome_advice_key_count.
///
/// Returns: upper-case hexadecimal; NULL past the end.
/// Borrowed: valid until the advice is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_key_fingerprint(
    advice: Option<&inbome_advice>,
    index: usize,
) -> *const c_char {
    read(advice, std::ptr::null(), |advice| {
        lent(advice.other_keys.get(index).map(|key| &key.fingerprint))
    })
}

/// The effective date of the youngest mail with that key.
///
/// advice: the object; NULL gives INBOME_TIME_UNKNOWN.
/// index: from 0, below inbome_advice_key_count.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_key_last_seen(advice: Option<&inbome_advice>, index: usize) -> i64 {
    read(advice, INBOME_TIME_UNKNOWN, |advice| {
        advice.other_keys.get(index).map_or(INBOME_TIME_UNKNOWN, |key| key.last)
    })
}

/// The program that wrote that mail, as it names itself.
///
/// advice: the object; NULL gives NULL.
/// index: from 0, below inbome_advice_key_count.
///
/// Returns: the text; NULL if it did not name itself, and past the end.
/// Borrowed: valid until the advice is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_key_agent(
    advice: Option<&inbome_advice>,
    index: usize,
) -> *const c_char {
    read(advice, std::ptr::null(), |advice| {
        lent(advice.other_keys.get(index).and_then(|key| key.agent.as_ref()))
    })
}

/// How many files and folders could not be read.
///
/// advice: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_unreadable_count(advice: Option<&inbome_advice>) -> usize {
    read(advice, 0, |advice| advice.unreadable.len())
}

/// A file or folder that could not be read.
///
/// advice: the object; NULL gives NULL.
/// index: from 0, below inbome_advice_unreadable_count.
///
/// Returns: its path; NULL past the end.
/// Borrowed: valid until the advice is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_unreadable_path(
    advice: Option<&inbome_advice>,
    index: usize,
) -> *const c_char {
    read(advice, std::ptr::null(), |advice| {
        lent(advice.unreadable.get(index).map(|(path, _)| path))
    })
}

/// Why it could not be read, in the system's words.
///
/// advice: the object; NULL gives NULL.
/// index: from 0, below inbome_advice_unreadable_count.
///
/// Returns: the text; NULL past the end.
/// Borrowed: valid until the advice is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_unreadable_text(
    advice: Option<&inbome_advice>,
    index: usize,
) -> *const c_char {
    read(advice, std::ptr::null(), |advice| {
        lent(advice.unreadable.get(index).map(|(_, text)| text))
    })
}
