//! Backup messages: all keys of an account in one mail that a code opens.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::account::KeyRole;
use inbome_core::engine::{CheckedBackup, CurrentKey, ImportedBackup};
use inbome_core::header::PreferEncrypt;
use inbome_core::secret::Secret;
use zeroize::Zeroizing;

use crate::account_options::{INBOME_PREFER_MUTUAL, INBOME_PREFER_NOPREFERENCE};
use crate::bytes::inbome_bytes;
use crate::engine::inbome_engine;
use crate::pointer::{Out, c_text, free, is_yes, octets, optional_addr, shown, text};
use crate::result::{inbome_result, on_engine};

/// A backup message: one that was made, looked at or taken in.
#[derive(Default)]
pub struct inbome_backup {
    /// With its NUL.
    pub(crate) code: Option<Zeroizing<Vec<u8>>>,
    pub(crate) message: Vec<u8>,
    pub(crate) addr: CString,
    pub(crate) created: Option<i64>,
    pub(crate) code_begin: Option<CString>,
    pub(crate) prefer_encrypt: i32,
    pub(crate) fingerprints: Vec<CString>,
    pub(crate) current: Option<CString>,
    pub(crate) asks_key_change: bool,
    pub(crate) account_created: bool,
}

/// Makes a backup message of an account (Several devices §2): all its keys, locked with a code that is
/// drawn anew. The message goes to the user's own mailbox; the code is shown once, and is neither stored
/// nor mailed.
///
/// engine: the engine.
/// account: whose keys, or NULL: the only account.
/// backup: inbome_backup_message and inbome_backup_code are what was made.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_INVALID_ARGUMENT without an account if there are several; INBOME_RESULT_NOT_FOUND for
/// an unknown account or one without a key; INBOME_RESULT_LOCKED if a key keeps its passphrase:
/// inbome_engine_unlock; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_backup_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_create(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    backup: Option<&mut MaybeUninit<*mut inbome_backup>>,
) -> inbome_result {
    let backup = Out::blank(backup);
    on_engine(engine, |engine| {
        let backup = backup.required("backup")?;
        let account = engine.account(optional_addr(account, "account")?.as_ref())?;
        let now = engine.now();
        let made = engine.create_backup(Some(&account.addr))?;
        let digits = made.code.as_bytes();
        let mut code = Zeroizing::new(Vec::with_capacity(digits.len().saturating_add(1)));
        code.extend_from_slice(digits);
        code.push(0);
        let begin = String::from_utf8_lossy(digits.get(..2).unwrap_or_default());
        let mut keys: Vec<_> = engine.own_keys(Some(&account.addr))?;
        keys.sort_by_key(|stored| Some(&stored.key.fingerprint) != account.current.as_ref());
        backup.give(inbome_backup {
            code_begin: Some(c_text(&begin)),
            code: Some(code),
            message: made.message,
            addr: shown(&account.addr),
            created: Some(now.as_secs()),
            prefer_encrypt: number(account.settings.prefer_encrypt),
            fingerprints: keys.iter().map(|stored| shown(&stored.key.fingerprint)).collect(),
            current: account.current.as_ref().map(shown),
            ..inbome_backup::default()
        });
        Ok(())
    })
}

/// Reads what a backup message says before its code is known: whose it is, when it was made and how its
/// code begins. A mail can be planted: show this before anything is taken in (Several devices §2).
///
/// engine: the engine.
/// message: the mail.
/// backup: what it says.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_BACKUP_NOT_BACKUP,
/// INBOME_RESULT_BACKUP_UNKNOWN_VERSION, INBOME_RESULT_BACKUP_MALFORMED,
/// INBOME_RESULT_BACKUP_OTHER_ADDRESS.
/// Owned: free with inbome_backup_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_read(
    engine: Option<&inbome_engine>,
    message: inbome_bytes,
    backup: Option<&mut MaybeUninit<*mut inbome_backup>>,
) -> inbome_result {
    let backup = Out::blank(backup);
    on_engine(engine, |engine| {
        let backup = backup.required("backup")?;
        let found = engine.read_backup(octets(message, "message")?)?;
        backup.give(inbome_backup {
            addr: shown(&found.addr),
            created: found.created.map(|at| at.as_secs()),
            code_begin: found.passphrase_begin.as_deref().map(c_text),
            ..inbome_backup::default()
        });
        Ok(())
    })
}

/// Checks a code against a backup message, and tells what is in it. Nothing is taken in.
///
/// engine: the engine.
/// account: whose message it must be, or NULL: the only account, else that of the message.
/// message: the mail.
/// code: as the user typed it; its digits may be in any script, with anything between them.
/// backup: what is in it.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_BACKUP_NOT_BACKUP and the others of that name; INBOME_RESULT_NOT_FOUND if there are
/// several accounts and it is of none; INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_backup_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_verify(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    message: inbome_bytes,
    code: *const c_char,
    backup: Option<&mut MaybeUninit<*mut inbome_backup>>,
) -> inbome_result {
    let backup = Out::blank(backup);
    on_engine(engine, |engine| {
        let backup = backup.required("backup")?;
        let account = optional_addr(account, "account")?;
        let code = Secret::new(text(code, "code")?.as_bytes().to_vec());
        let message = octets(message, "message")?;
        let checked = engine.verify_backup(account.as_ref(), message, &code)?;
        backup.give(inbome_backup::from(&checked));
        Ok(())
    })
}

/// Takes in the keys of a backup message (Several devices §2), and the preference if it is in it; the
/// account is made if there is none. All keys that are there go on decrypting. All of it or nothing; it
/// can be repeated.
///
/// engine: the engine.
/// account: whose message it must be, or NULL: the only account, else that of the message.
/// message: the mail.
/// code: as the user typed it; its digits may be in any script, with anything between them.
/// make_current: 1 if the user agreed that its current key takes the place of another one that is there;
/// with 0 that one stays, and inbome_backup_asks_key_change says so.
/// backup: what was in it.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: as inbome_backup_verify.
/// Owned: free with inbome_backup_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_import(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    message: inbome_bytes,
    code: *const c_char,
    make_current: i32,
    backup: Option<&mut MaybeUninit<*mut inbome_backup>>,
) -> inbome_result {
    let backup = Out::blank(backup);
    on_engine(engine, |engine| {
        let backup = backup.required("backup")?;
        let account = optional_addr(account, "account")?;
        let code = Secret::new(text(code, "code")?.as_bytes().to_vec());
        let message = octets(message, "message")?;
        let change = if is_yes(make_current) { CurrentKey::Replace } else { CurrentKey::Keep };
        let done = engine.import_backup(account.as_ref(), message, &code, change)?;
        backup.give(inbome_backup::from(&done));
        Ok(())
    })
}

/// Frees a backup and all that was borrowed from it; the code is overwritten.
///
/// backup: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_backup_free(backup: Option<Box<inbome_backup>>) {
    free(backup);
}

impl From<&CheckedBackup> for inbome_backup {
    fn from(checked: &CheckedBackup) -> Self {
        let (found, opened) = (&checked.found, &checked.opened);
        let current = opened.keys.iter().find(|(_, role)| *role == KeyRole::Current);
        Self {
            addr: shown(&found.addr),
            created: found.created.map(|at| at.as_secs()),
            code_begin: found.passphrase_begin.as_deref().map(c_text),
            prefer_encrypt: opened.prefer_encrypt.map_or(0, number),
            fingerprints: opened.keys.iter().map(|(key, _)| shown(&key.fingerprint)).collect(),
            current: current.map(|(key, _)| shown(&key.fingerprint)),
            ..Self::default()
        }
    }
}

impl From<&ImportedBackup> for inbome_backup {
    fn from(done: &ImportedBackup) -> Self {
        Self {
            asks_key_change: done.asks_key_change,
            account_created: done.account_created,
            ..Self::from(&done.backup)
        }
    }
}

fn number(wish: PreferEncrypt) -> i32 {
    match wish {
        PreferEncrypt::NoPreference => INBOME_PREFER_NOPREFERENCE,
        PreferEncrypt::Mutual => INBOME_PREFER_MUTUAL,
    }
}
