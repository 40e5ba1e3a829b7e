//! What to do before the first account is made.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::scan::{Advice, Findings};

use crate::pointer::{Out, addr, c_text, free, shown};
use crate::result::{Failure, inbome_result, on_shared, without_engine};
use crate::scan::{inbome_scan, unreadable_out};

/// A backup message is there: import the newest.
pub const INBOME_ADVICE_IMPORT_BACKUP: i32 = 1;
/// Another program has a key: make a backup message there and import it here.
pub const INBOME_ADVICE_MAKE_BACKUP_ELSEWHERE: i32 = 2;
/// Nothing was found: use an OpenPGP key of the user's own, else make a new one.
pub const INBOME_ADVICE_GENERATE: i32 = 3;

/// What a mailbox tells of the user's other programs, before an account is made.
pub struct inbome_advice {
    pub(crate) action: i32,
    pub(crate) backups: Vec<(CString, i64)>,
    pub(crate) other_keys: Vec<OtherKey>,
    pub(crate) unreadable: Vec<(CString, CString)>,
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

pub(crate) struct OtherKey {
    pub(crate) fingerprint: CString,
    pub(crate) last: i64,
    pub(crate) agent: Option<CString>,
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
