//! What to do before the first account is made.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::scan::{Advice, Findings};

use crate::pointer::{Out, addr, c_text, free, lent, read, shown};
use crate::result::{Failure, inbome_result, on_shared, without_engine};
use crate::scan::{inbome_scan, unreadable_out};
use crate::time::INBOME_TIME_UNKNOWN;

/// A backup message is there: import the newest.
pub const INBOME_ADVICE_IMPORT_BACKUP: i32 = 1;
/// Another program has a key: make a backup message there and import it here.
pub const INBOME_ADVICE_MAKE_BACKUP_ELSEWHERE: i32 = 2;
/// Nothing was found: use an OpenPGP key of the user's own, else make a new one.
pub const INBOME_ADVICE_GENERATE: i32 = 3;

/// What a mailbox tells of the user's other programs, before an account is made.
pub struct inbome_advice {
    action: i32,
    backups: Vec<(CString, i64)>,
    other_keys: Vec<OtherKey>,
    unreadable: Vec<(CString, CString)>,
}

/// Looks, before an account is made, for what the user's other programs left in the mailboxes of a
/// scan: backup messages and keys (Several devices §1). Nothing is changed. A mail that asks for
/// something may be planted: show it, and let the user decide.
///
/// scan: the mailboxes; its cancel callback is asked once, before.
/// addr: the user's address.
/// advice: what was found.
///
/// Returns: INBOME_RESULT_OK. The text of a failure is kept for the engine of the scan.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS,
/// INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_advice_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_look(
    scan: Option<&inbome_scan>,
    addr: *const c_char,
    advice: Option<&mut MaybeUninit<*mut inbome_advice>>,
) -> inbome_result {
    let advice = Out::blank(advice);
    let Some(scan) = scan else {
        return without_engine(|| Err(Failure::null("scan")));
    };
    on_shared(scan.shared(), |engine| {
        let advice = advice.required("advice")?;
        let addr = self::addr(addr, "addr")?;
        // After fork() this answers, though looking would not need the store.
        engine.generation()?;
        let cancelled = scan.is_cancelled();
        let is_cancelled = || cancelled;
        let found = engine.look(&addr, scan.paths(), &scan.core_options(&is_cancelled));
        advice.give(found.into());
        Ok(())
    })
}

/// Frees an advice and all that was borrowed from it.
///
/// advice: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_advice_free(advice: Option<Box<inbome_advice>>) {
    free(advice);
}

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

struct OtherKey {
    fingerprint: CString,
    last: i64,
    agent: Option<CString>,
}

impl From<Findings> for inbome_advice {
    fn from(found: Findings) -> Self {
        let backups = found.backups.iter();
        let other_keys = found.other_keys.iter().map(|key| OtherKey {
            fingerprint: shown(&key.fingerprint),
            last: key.last.as_secs(),
            agent: Some(key.agent.as_str()).filter(|agent| !agent.is_empty()).map(c_text),
        });
        Self {
            action: match found.advice {
                Advice::ImportBackup => INBOME_ADVICE_IMPORT_BACKUP,
                Advice::MakeBackupElsewhere => INBOME_ADVICE_MAKE_BACKUP_ELSEWHERE,
                Advice::Generate => INBOME_ADVICE_GENERATE,
            },
            backups: backups
                .map(|(path, at)| (c_text(&path.to_string_lossy()), at.as_secs()))
                .collect(),
            other_keys: other_keys.collect(),
            unreadable: unreadable_out(&found.unreadable),
        }
    }
}
