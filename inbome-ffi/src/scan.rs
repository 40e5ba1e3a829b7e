//! A whole Maildir or mbox, with progress and cancel.

use std::ffi::{CString, c_char, c_void};
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use inbome_core::addr::Addr;
use inbome_core::scan::{ScanOptions, ScanReport};

use crate::engine::{Shared, inbome_engine};
use crate::guard::ScanThreads;
use crate::pointer::{Out, c_text, free, required, text};

use crate::result::{Failure, inbome_result, on_engine, on_shared, without_engine};

/// A scan of mailboxes: first what and how, then the run, then its report.
pub struct inbome_scan {
    pub(crate) shared: Arc<Shared>,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) account: Option<Addr>,
    pub(crate) jobs: usize,
    pub(crate) full: bool,
    pub(crate) no_decrypt: bool,
    pub(crate) include: Vec<String>,
    pub(crate) count: bool,
    pub(crate) progress: inbome_progress_callback,
    pub(crate) progress_data: *mut c_void,
    pub(crate) cancel: inbome_cancel_callback,
    pub(crate) cancel_data: *mut c_void,
    pub(crate) report: ScanReport,
    pub(crate) ignored: Vec<(i32, u64)>,
    pub(crate) unreadable: Vec<(CString, CString)>,
    pub(crate) passed_by: Vec<CString>,
}

/// Told often how far a scan is, on the thread that runs it. The scan itself must not be touched
/// meanwhile; its engine may be used.
///
/// user_data: what was handed in beside the callback.
/// messages: mails looked at.
/// skipped: mails passed by: scanned before, or flagged as trash or draft.
/// bytes: octets read.
/// total: mails to look at or pass by in all; 0 unless inbome_scan_set_count asked for it.
pub type inbome_progress_callback = Option<
    extern "C" fn(user_data: *mut c_void, messages: u64, skipped: u64, bytes: u64, total: u64),
>;

/// Asked often whether to stop, on the thread that runs the scan. The scan itself must not be
/// touched meanwhile. Returns: 0 to go on, anything else to stop.
///
/// user_data: what was handed in beside the callback.
pub type inbome_cancel_callback = Option<extern "C" fn(user_data: *mut c_void) -> i32>;

/// Prepares a scan of a mailbox that is already there: a Maildir with its folders, an mbox file, or
/// a single mail. Nothing is read yet.
///
/// engine: the engine.
/// path: the folder or file, UTF-8; inbome_scan_add_path adds more.
/// scan: the scan.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
/// Owned: free with inbome_scan_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_open(
    engine: Option<&inbome_engine>,
    path: *const c_char,
    scan: Option<&mut MaybeUninit<*mut inbome_scan>>,
) -> inbome_result {
    let scan = Out::blank(scan);
    on_engine(engine, |engine| {
        let scan = scan.required("scan")?;
        let path = Path::new(text(path, "path")?);
        scan.give(inbome_scan::new(engine, path));
        Ok(())
    })
}

/// Adds a mailbox.
///
/// scan: what is changed.
/// path: the folder or file, UTF-8.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_add_path(
    scan: Option<&mut inbome_scan>,
    path: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let scan = required(scan, "scan")?;
        scan.paths.push(PathBuf::from(text(path, "path")?));
        Ok(())
    })
}

/// Takes folders in that are passed by otherwise: Junk, Spam, Trash, Deleted, Drafts,
/// Templates, and links to folders.
///
/// scan: what is changed.
/// folder: its name; case does not matter.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_include(
    scan: Option<&mut inbome_scan>,
    folder: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let scan = required(scan, "scan")?;
        scan.include.push(text(folder, "folder")?.to_owned());
        Ok(())
    })
}

/// Says who is told how far the scan is.
///
/// scan: what is changed.
/// callback: is told, or NULL.
/// user_data: handed to the callback; may be NULL.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_set_progress(
    scan: Option<&mut inbome_scan>,
    callback: inbome_progress_callback,
    user_data: *mut c_void,
) -> inbome_result {
    without_engine(|| {
        let scan = required(scan, "scan")?;
        (scan.progress, scan.progress_data) = (callback, user_data);
        Ok(())
    })
}

/// Says who is asked whether to stop. What was done is kept, and the next scan goes on from
/// there.
///
/// scan: what is changed.
/// callback: is asked, or NULL.
/// user_data: handed to the callback; may be NULL.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_set_cancel(
    scan: Option<&mut inbome_scan>,
    callback: inbome_cancel_callback,
    user_data: *mut c_void,
) -> inbome_result {
    without_engine(|| {
        let scan = required(scan, "scan")?;
        (scan.cancel, scan.cancel_data) = (callback, user_data);
        Ok(())
    })
}

/// Scans: learns from every mail that was not scanned before (Discovery §4). Mailboxes are only
/// read. The scan has a connection of its own: other calls on the engine go on meanwhile. What
/// cannot be read is in the report, and the rest is scanned. May be called again.
///
/// scan: the scan.
///
/// Returns: INBOME_RESULT_OK, also if it was cancelled: see inbome_scan_is_cancelled. The text of a
/// failure is kept for the engine, if it is still open.
/// Errors: INBOME_RESULT_NULL_ARGUMENT; INBOME_RESULT_NOT_FOUND if the home has no account or not
/// the one that was set; INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_run(scan: Option<&mut inbome_scan>) -> inbome_result {
    let Some(scan) = scan else {
        return without_engine(|| Err(Failure::null("scan")));
    };
    let shared = Arc::clone(&scan.shared);
    on_shared(&shared, |engine| {
        let cancelled = AtomicBool::new(scan.is_cancelled());
        let report = {
            let is_cancelled = || cancelled.load(Ordering::Relaxed);
            let options = scan.core_options(&is_cancelled);
            let _threads = ScanThreads::begin();
            engine.scan(&scan.paths, &options, &mut |progress| {
                if let Some(callback) = scan.progress {
                    let total = progress.total.unwrap_or(0);
                    let (messages, skipped) = (progress.messages, progress.skipped);
                    callback(scan.progress_data, messages, skipped, progress.bytes, total);
                }
                if scan.is_cancelled() {
                    cancelled.store(true, Ordering::Relaxed);
                }
            })?
        };
        scan.ignored = report.ignored.iter().map(|(code, count)| (code.number(), *count)).collect();
        scan.unreadable = unreadable_out(&report.unreadable);
        scan.passed_by =
            report.passed_by.iter().map(|path| c_text(&path.to_string_lossy())).collect();
        scan.report = report;
        Ok(())
    })
}

/// Frees a scan and all that was borrowed from it.
///
/// scan: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_free(scan: Option<Box<inbome_scan>>) {
    free(scan);
}

impl inbome_scan {
    fn new(shared: &Arc<Shared>, path: &Path) -> Self {
        Self {
            shared: Arc::clone(shared),
            paths: vec![path.to_owned()],
            account: None,
            jobs: 0,
            full: false,
            no_decrypt: false,
            include: Vec::new(),
            count: false,
            progress: None,
            progress_data: std::ptr::null_mut(),
            cancel: None,
            cancel_data: std::ptr::null_mut(),
            report: ScanReport::default(),
            ignored: Vec::new(),
            unreadable: Vec::new(),
            passed_by: Vec::new(),
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Asks the caller, on this thread.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.is_some_and(|callback| callback(self.cancel_data) != 0)
    }

    pub(crate) fn core_options<'a>(
        &self,
        is_cancelled: &'a (dyn Fn() -> bool + Sync),
    ) -> ScanOptions<'a> {
        ScanOptions {
            account: self.account.clone(),
            jobs: self.jobs,
            full: self.full,
            include: self.include.clone(),
            count: self.count,
            no_decrypt: self.no_decrypt,
            is_cancelled,
        }
    }
}

/// Paths and the system's words, for C.
pub(crate) fn unreadable_out(unreadable: &[(PathBuf, String)]) -> Vec<(CString, CString)> {
    let for_c = |(path, why): &(PathBuf, String)| (c_text(&path.to_string_lossy()), c_text(why));
    unreadable.iter().map(for_c).collect()
}
