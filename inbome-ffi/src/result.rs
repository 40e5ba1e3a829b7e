//! What a call answers: numbered results, and the text of the last failure per engine and thread.
//!
//! Numbers are fixed for ever, in ranges by kind. Not here: *unencrypted*, *ignored* and *nothing
//! found*, which are answers and no failures.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};
use std::sync::{Arc, Weak};

use inbome_core::addr::{Addr, AddrError};
use inbome_core::backup::BackupFlaw;
use inbome_core::code::Code;
use inbome_core::error::{Error, ErrorKind};
use inbome_core::key::FingerprintError;
use inbome_core::mime::ProtectError;
use inbome_core::openpgp::OpenPgpError;
use inbome_core::outgoing::{ComposeError, EncryptError};

use crate::codes::INBOME_REASON_NONE;
use crate::engine::{Shared, inbome_engine};
use crate::guard::guard;
use crate::pointer::{c_text, read};

/// What a call that can fail returns: `INBOME_RESULT_OK`, or why it failed. 1 to 99 are mistakes of
/// the caller, 100 to 199 things that are not there, 200 to 299 refusals, 300 to 399 the store and
/// the disk, 400 to 499 the surroundings, 900 and above the library's own faults. Numbers are
/// never reused; treat one that you do not know as a failure of its range.
pub type inbome_result = i32;

/// Done.
pub const INBOME_RESULT_OK: inbome_result = 0;
/// A required argument is NULL; nothing happened.
pub const INBOME_RESULT_NULL_ARGUMENT: inbome_result = 1;
/// An argument that cannot be meant: a number that is none of the constants, a malformed key.
pub const INBOME_RESULT_INVALID_ARGUMENT: inbome_result = 2;
/// A text that is not UTF-8.
pub const INBOME_RESULT_NOT_UTF8: inbome_result = 3;
/// A text that is no mail address (Discovery §1).
pub const INBOME_RESULT_INVALID_ADDRESS: inbome_result = 4;
/// No such home, account, peer or key.
pub const INBOME_RESULT_NOT_FOUND: inbome_result = 100;
/// A rule of the protocol forbids it; nothing was produced.
pub const INBOME_RESULT_REFUSED: inbome_result = 200;
/// It exists already and differs from what was asked.
pub const INBOME_RESULT_CONFLICT: inbome_result = 201;
/// A passphrase is wrong.
pub const INBOME_RESULT_PASSPHRASE: inbome_result = 202;
/// A secret key is locked: inbome_engine_unlock, or hand in who is asked for the passphrase.
pub const INBOME_RESULT_LOCKED: inbome_result = 203;
/// Blind recipients need copies of their own, and one was asked for.
pub const INBOME_RESULT_NEEDS_COPIES: inbome_result = 204;
/// A mail is not a backup message (Several devices §2).
pub const INBOME_RESULT_BACKUP_NOT_BACKUP: inbome_result = 210;
/// A backup message is of a version that is not known.
pub const INBOME_RESULT_BACKUP_UNKNOWN_VERSION: inbome_result = 211;
/// A backup message cannot be read, or opening it would cost too much.
pub const INBOME_RESULT_BACKUP_MALFORMED: inbome_result = 212;
/// The code does not open a backup message, or the message is damaged: the two cannot be told apart.
pub const INBOME_RESULT_BACKUP_WRONG_CODE: inbome_result = 213;
/// There is no secret key in a backup message that can be used.
pub const INBOME_RESULT_BACKUP_NO_SECRET_KEY: inbome_result = 214;
/// A backup message is of another address.
pub const INBOME_RESULT_BACKUP_OTHER_ADDRESS: inbome_result = 215;
/// A key in a backup message has a passphrase of its own.
pub const INBOME_RESULT_BACKUP_LOCKED_KEY: inbome_result = 216;
/// A file or folder cannot be read or written.
pub const INBOME_RESULT_IO: inbome_result = 300;
/// The database is damaged, or no database.
pub const INBOME_RESULT_CORRUPT: inbome_result = 301;
/// The database was written by a newer version; it was left untouched.
pub const INBOME_RESULT_NEWER: inbome_result = 302;
/// Another process held the database for longer than the busy timeout.
pub const INBOME_RESULT_BUSY: inbome_result = 303;
/// The caller stopped it.
pub const INBOME_RESULT_CANCELLED: inbome_result = 400;
/// The engine was opened by the parent process: open it again.
pub const INBOME_RESULT_FORKED: inbome_result = 401;
/// The random source failed; no key was made.
pub const INBOME_RESULT_RANDOM: inbome_result = 402;
/// Something failed that should not.
pub const INBOME_RESULT_INTERNAL: inbome_result = 900;
/// The library failed inside and caught itself; the engine stays usable.
pub const INBOME_RESULT_PANIC: inbome_result = 901;

/// Names a result: "not_found", for instance; the words that the command prints too.
///
/// code: any number.
///
/// Returns: the name; "unknown" for a number that is no result.
/// Borrowed: valid until the process ends
#[unsafe(no_mangle)]
pub extern "C" fn inbome_result_name(code: inbome_result) -> *const c_char {
    let found = NAMES.iter().find(|(number, _)| *number == code);
    found.map_or(c"unknown", |(_, name)| name).as_ptr()
}

/// The text of this thread's last failure on an engine: one sentence that names the thing at
/// fault. Empty if the thread's last call on the engine that can fail did not.
///
/// engine: the engine, or NULL for the last failure of a call that has no engine, or whose engine
/// was NULL: inbome_engine_open, the setters and the like.
///
/// Returns: the text, never NULL.
/// Borrowed: valid until the same thread's next call on that engine (for NULL: without one)
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_error(engine: Option<&inbome_engine>) -> *const c_char {
    last(engine, c"".as_ptr(), |failure| failure.text.as_ptr())
}

/// How many addresses this thread's last failure on an engine names: the recipients to whom a mail
/// could not be encrypted, for instance.
///
/// engine: the engine, or NULL as for inbome_engine_error.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_error_addr_count(engine: Option<&inbome_engine>) -> usize {
    last(engine, 0, |failure| failure.addrs.len())
}

/// One of the addresses that this thread's last failure on an engine names.
///
/// engine: the engine, or NULL as for inbome_engine_error.
/// index: from 0, below inbome_engine_error_addr_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the same thread's next call on that engine (for NULL: without one)
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_error_addr(
    engine: Option<&inbome_engine>,
    index: usize,
) -> *const c_char {
    last(engine, std::ptr::null(), |failure| {
        failure.addrs.get(index).map_or(std::ptr::null(), |addr| addr.as_ptr())
    })
}

/// Why, in the words of the protocol, this thread's last call on an engine was refused: why a draft is
/// not opened, for instance.
///
/// engine: the engine, or NULL as for inbome_engine_error.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if the failure has none.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_error_reason(engine: Option<&inbome_engine>) -> i32 {
    last(engine, INBOME_REASON_NONE, |failure| failure.reason)
}

/// Why a call failed, ready for C.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: inbome_result,
    pub(crate) text: CString,
    pub(crate) addrs: Vec<CString>,
    pub(crate) reason: i32,
}

impl Failure {
    pub(crate) fn new(code: inbome_result, text: &str) -> Self {
        Self { code, text: c_text(text), addrs: Vec::new(), reason: INBOME_REASON_NONE }
    }

    pub(crate) fn null(name: &str) -> Self {
        Self::new(
            INBOME_RESULT_NULL_ARGUMENT,
            &format!("expected a value for the argument {name}, found NULL"),
        )
    }

    pub(crate) fn invalid(text: &str) -> Self {
        Self::new(INBOME_RESULT_INVALID_ARGUMENT, text)
    }

    fn panicked() -> Self {
        Self::new(
            INBOME_RESULT_PANIC,
            "expected the call to succeed or fail, found a fault in libinbome; please report it",
        )
    }
}

impl From<AddrError> for Failure {
    fn from(error: AddrError) -> Self {
        Self::new(INBOME_RESULT_INVALID_ADDRESS, &error.to_string())
    }
}

impl From<FingerprintError> for Failure {
    fn from(error: FingerprintError) -> Self {
        Self::invalid(&error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let addrs = addrs_of(&error).iter().map(|addr| c_text(addr.as_str())).collect();
        let reason = reason_of(&error).map_or(INBOME_REASON_NONE, |code| code.number());
        Self { code: code_of(&error), text: c_text(&error.to_string()), addrs, reason }
    }
}

fn code_of(error: &Error) -> inbome_result {
    match (error, error.kind()) {
        (Error::Addr(_) | Error::Compose(ComposeError::Addr(_)), _) => {
            INBOME_RESULT_INVALID_ADDRESS
        }
        (Error::Compose(ComposeError::NeedsCopies { .. }), _) => INBOME_RESULT_NEEDS_COPIES,
        (Error::Backup(flaw), _) => of_backup(flaw),
        (error, ErrorKind::Passphrase) if is_wrong(error) => INBOME_RESULT_PASSPHRASE,
        (_, ErrorKind::Passphrase) => INBOME_RESULT_LOCKED,
        (_, ErrorKind::InvalidArgument) => INBOME_RESULT_INVALID_ARGUMENT,
        (_, ErrorKind::NotFound) => INBOME_RESULT_NOT_FOUND,
        (_, ErrorKind::Conflict) => INBOME_RESULT_CONFLICT,
        (_, ErrorKind::Refused) => INBOME_RESULT_REFUSED,
        (_, ErrorKind::Io) => INBOME_RESULT_IO,
        (_, ErrorKind::Corrupt) => INBOME_RESULT_CORRUPT,
        (_, ErrorKind::Newer) => INBOME_RESULT_NEWER,
        (_, ErrorKind::Busy) => INBOME_RESULT_BUSY,
        (_, ErrorKind::Cancelled) => INBOME_RESULT_CANCELLED,
        (_, ErrorKind::Random) => INBOME_RESULT_RANDOM,
        (_, ErrorKind::Forked) => INBOME_RESULT_FORKED,
        _ => INBOME_RESULT_INTERNAL,
    }
}

fn of_backup(flaw: &BackupFlaw) -> inbome_result {
    match flaw {
        BackupFlaw::NotBackup => INBOME_RESULT_BACKUP_NOT_BACKUP,
        BackupFlaw::UnknownVersion { .. } => INBOME_RESULT_BACKUP_UNKNOWN_VERSION,
        BackupFlaw::Malformed { .. } => INBOME_RESULT_BACKUP_MALFORMED,
        BackupFlaw::WrongCode => INBOME_RESULT_BACKUP_WRONG_CODE,
        BackupFlaw::NoSecretKey { .. } => INBOME_RESULT_BACKUP_NO_SECRET_KEY,
        BackupFlaw::OtherAddress { .. } => INBOME_RESULT_BACKUP_OTHER_ADDRESS,
        BackupFlaw::LockedKey { .. } => INBOME_RESULT_BACKUP_LOCKED_KEY,
        BackupFlaw::Locked { .. } => INBOME_RESULT_LOCKED,
    }
}

/// A passphrase was given, and it is not the one.
fn is_wrong(error: &Error) -> bool {
    matches!(
        error,
        Error::OpenPgp(OpenPgpError::WrongPassphrase { .. })
            | Error::Encrypt(EncryptError::OpenPgp(OpenPgpError::WrongPassphrase { .. }))
    )
}

/// The addresses that a failure is about.
fn addrs_of(error: &Error) -> Vec<&Addr> {
    match error {
        Error::Compose(ComposeError::Refused { missing, .. }) => {
            missing.iter().map(|(addr, _)| addr).collect()
        }
        Error::Compose(ComposeError::NeedsCopies { blind }) => blind.iter().collect(),
        Error::Encrypt(EncryptError::NoKey(addr)) => vec![addr],
        _ => Vec::new(),
    }
}

/// The code of the protocol that stands behind a failure.
fn reason_of(error: &Error) -> Option<Code> {
    match error {
        Error::Draft(draft) => Some(draft.code()),
        Error::Compose(ComposeError::Refused { reason, .. }) => Some(reason.code()),
        Error::Compose(ComposeError::Limit(limit))
        | Error::Encrypt(EncryptError::Protect(ProtectError::Limit(limit)))
        | Error::PastLimit { limit } => Some(limit.code()),
        _ => None,
    }
}

/// A call on an engine: guarded, its failure kept for this engine and thread.
pub(crate) fn on_engine(
    engine: Option<&inbome_engine>,
    work: impl FnOnce(&Arc<Shared>) -> Result<(), Failure>,
) -> inbome_result {
    let shared = engine.map(inbome_engine::shared);
    keep(shared, guard(|| work(shared.ok_or_else(|| Failure::null("engine"))?)))
}

/// A call on an object that holds its engine.
pub(crate) fn on_shared(
    shared: &Arc<Shared>,
    work: impl FnOnce(&Arc<Shared>) -> Result<(), Failure>,
) -> inbome_result {
    keep(Some(shared), guard(|| work(shared)))
}

/// A call without an engine: guarded, its failure kept for this thread.
pub(crate) fn without_engine(work: impl FnOnce() -> Result<(), Failure>) -> inbome_result {
    keep(None, guard(work))
}

struct Kept {
    /// `None`: of a call without an engine.
    engine: Option<Weak<Shared>>,
    failure: Failure,
}

thread_local! {
    /// One entry per live engine that failed on this thread.
    static LAST: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

fn is_of(kept: &Kept, shared: Option<&Arc<Shared>>) -> bool {
    match (&kept.engine, shared) {
        (Some(kept), Some(shared)) => std::ptr::eq(kept.as_ptr(), Arc::as_ptr(shared)),
        (None, None) => true,
        _ => false,
    }
}

fn keep(shared: Option<&Arc<Shared>>, done: Option<Result<(), Failure>>) -> inbome_result {
    let failure = match done {
        Some(Ok(())) => None,
        Some(Err(failure)) => Some(failure),
        None => Some(Failure::panicked()),
    };
    let code = failure.as_ref().map_or(INBOME_RESULT_OK, |failure| failure.code);
    // While a thread ends there is nothing to keep a text in; the code says enough.
    let _ = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        let dead = |kept: &Kept| kept.engine.as_ref().is_some_and(|weak| weak.strong_count() == 0);
        last.retain(|kept| !is_of(kept, shared) && !dead(kept));
        last.extend(failure.map(|failure| Kept { engine: shared.map(Arc::downgrade), failure }));
    });
    code
}

fn last<T>(engine: Option<&inbome_engine>, none: T, read_it: impl Fn(&Failure) -> T) -> T {
    let shared = engine.map(inbome_engine::shared);
    let found = read(Some(&()), None, |()| {
        LAST.try_with(|last| {
            let last = last.borrow();
            let kept = last.iter().find(|kept| is_of(kept, shared));
            kept.map(|kept| read_it(&kept.failure))
        })
        .ok()
        .flatten()
    });
    found.unwrap_or(none)
}

const NAMES: &[(inbome_result, &CStr)] = &[
    (INBOME_RESULT_OK, c"ok"),
    (INBOME_RESULT_NULL_ARGUMENT, c"null_argument"),
    (INBOME_RESULT_INVALID_ARGUMENT, c"invalid_argument"),
    (INBOME_RESULT_NOT_UTF8, c"not_utf8"),
    (INBOME_RESULT_INVALID_ADDRESS, c"invalid_address"),
    (INBOME_RESULT_NOT_FOUND, c"not_found"),
    (INBOME_RESULT_REFUSED, c"refused"),
    (INBOME_RESULT_CONFLICT, c"conflict"),
    (INBOME_RESULT_PASSPHRASE, c"passphrase"),
    (INBOME_RESULT_LOCKED, c"locked"),
    (INBOME_RESULT_NEEDS_COPIES, c"needs_copies"),
    (INBOME_RESULT_BACKUP_NOT_BACKUP, c"not_backup"),
    (INBOME_RESULT_BACKUP_UNKNOWN_VERSION, c"unknown_version"),
    (INBOME_RESULT_BACKUP_MALFORMED, c"malformed"),
    (INBOME_RESULT_BACKUP_WRONG_CODE, c"wrong_code"),
    (INBOME_RESULT_BACKUP_NO_SECRET_KEY, c"no_secret_key"),
    (INBOME_RESULT_BACKUP_OTHER_ADDRESS, c"other_address"),
    (INBOME_RESULT_BACKUP_LOCKED_KEY, c"locked_key"),
    (INBOME_RESULT_IO, c"io"),
    (INBOME_RESULT_CORRUPT, c"corrupt"),
    (INBOME_RESULT_NEWER, c"newer"),
    (INBOME_RESULT_BUSY, c"busy"),
    (INBOME_RESULT_CANCELLED, c"cancelled"),
    (INBOME_RESULT_FORKED, c"forked"),
    (INBOME_RESULT_RANDOM, c"random"),
    (INBOME_RESULT_INTERNAL, c"internal"),
    (INBOME_RESULT_PANIC, c"panic"),
];
