//! What is shown of a scan.
//!
//! Written by facts/write.py from facts/scan.facts: do not edit.

use std::ffi::c_char;

use crate::codes::INBOME_REASON_NONE;
use crate::pointer::{is_yes, lent, optional_addr, read, required};
use crate::result::{inbome_result, without_engine};
use crate::scan::inbome_scan;

/// Says whose mail it is (Discovery §1).
///
/// scan: what is changed.
/// account: the address, or NULL: each mail tells (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_set_account(
    scan: Option<&mut inbome_scan>,
    account: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let scan = required(scan, "scan")?;
        scan.account = optional_addr(account, "account")?;
        Ok(())
    })
}

/// Says how many threads examine mails. They end before the run does.
///
/// scan: what is changed.
/// jobs: the number; 0: one per processor (the default). At most 64 are used.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_set_jobs(
    scan: Option<&mut inbome_scan>,
    jobs: usize,
) -> inbome_result {
    without_engine(|| {
        let scan = required(scan, "scan")?;
        scan.jobs = jobs;
        Ok(())
    })
}

/// Says whether mails are scanned again that were scanned before.
///
/// scan: what is changed.
/// full: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_set_full(scan: Option<&mut inbome_scan>, full: i32) -> inbome_result {
    without_engine(|| {
        let scan = required(scan, "scan")?;
        scan.full = is_yes(full);
        Ok(())
    })
}

/// Says whether encrypted mails stay closed. Otherwise those that advertise nothing outside are
/// opened, if the key needs no passphrase: many programs advertise inside alone.
///
/// scan: what is changed.
/// no_decrypt: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_set_no_decrypt(
    scan: Option<&mut inbome_scan>,
    no_decrypt: i32,
) -> inbome_result {
    without_engine(|| {
        let scan = required(scan, "scan")?;
        scan.no_decrypt = is_yes(no_decrypt);
        Ok(())
    })
}

/// Says whether the mails are counted first, so that the progress has a total.
///
/// scan: what is changed.
/// count: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_set_count(
    scan: Option<&mut inbome_scan>,
    count: i32,
) -> inbome_result {
    without_engine(|| {
        let scan = required(scan, "scan")?;
        scan.count = is_yes(count);
        Ok(())
    })
}

/// How many mails the last run looked at.
///
/// scan: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_messages(scan: Option<&inbome_scan>) -> u64 {
    read(scan, 0, |scan| scan.report.messages)
}

/// How many of them changed something.
///
/// scan: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_updated(scan: Option<&inbome_scan>) -> u64 {
    read(scan, 0, |scan| scan.report.updated)
}

/// How many of them changed nothing.
///
/// scan: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_unchanged(scan: Option<&inbome_scan>) -> u64 {
    read(scan, 0, |scan| scan.report.unchanged)
}

/// How many mails were passed by: scanned before, or flagged as trash or draft. What is in folders
/// that are passed by is not counted.
///
/// scan: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_skipped(scan: Option<&inbome_scan>) -> u64 {
    read(scan, 0, |scan| scan.report.skipped)
}

/// How many peers with a key were known after the run.
///
/// scan: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_peers(scan: Option<&inbome_scan>) -> u64 {
    read(scan, 0, |scan| scan.report.peers)
}

/// How much the last run read.
///
/// scan: the object; NULL gives 0.
///
/// Returns: octets.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_bytes(scan: Option<&inbome_scan>) -> u64 {
    read(scan, 0, |scan| scan.report.bytes)
}

/// Whether the last run was cancelled.
///
/// scan: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_is_cancelled(scan: Option<&inbome_scan>) -> i32 {
    read(scan, 0, |scan| i32::from(scan.report.cancelled))
}

/// For how many reasons mails were ignored.
///
/// scan: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_ignored_count(scan: Option<&inbome_scan>) -> usize {
    read(scan, 0, |scan| scan.ignored.len())
}

/// A reason for which mails were ignored (Discovery §4).
///
/// scan: the object; NULL gives 0.
/// index: from 0, below inbome_scan_ignored_count.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_ignored_reason(scan: Option<&inbome_scan>, index: usize) -> i32 {
    read(scan, 0, |scan| scan.ignored.get(index).map_or(INBOME_REASON_NONE, |(reason, _)| *reason))
}

/// How many mails were ignored for that reason.
///
/// scan: the object; NULL gives 0.
/// index: from 0, below inbome_scan_ignored_count.
///
/// Returns: the count; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_ignored_messages(scan: Option<&inbome_scan>, index: usize) -> u64 {
    read(scan, 0, |scan| scan.ignored.get(index).map_or(0, |(_, count)| *count))
}

/// How many folders were passed by: for their names (see inbome_scan_include), or because they are
/// links.
///
/// scan: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_passed_by_count(scan: Option<&inbome_scan>) -> usize {
    read(scan, 0, |scan| scan.passed_by.len())
}

/// A folder that was passed by.
///
/// scan: the object; NULL gives NULL.
/// index: from 0, below inbome_scan_passed_by_count.
///
/// Returns: its path; NULL past the end.
/// Borrowed: valid until the scan runs again or is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_passed_by_path(
    scan: Option<&inbome_scan>,
    index: usize,
) -> *const c_char {
    read(scan, std::ptr::null(), |scan| lent(scan.passed_by.get(index)))
}

/// How many files and folders could not be read.
///
/// scan: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_unreadable_count(scan: Option<&inbome_scan>) -> usize {
    read(scan, 0, |scan| scan.unreadable.len())
}

/// A file or folder that could not be read.
///
/// scan: the object; NULL gives NULL.
/// index: from 0, below inbome_scan_unreadable_count.
///
/// Returns: its path; NULL past the end.
/// Borrowed: valid until the scan runs again or is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_unreadable_path(
    scan: Option<&inbome_scan>,
    index: usize,
) -> *const c_char {
    read(scan, std::ptr::null(), |scan| lent(scan.unreadable.get(index).map(|(path, _)| path)))
}

/// Why it could not be read, in the system's words.
///
/// scan: the object; NULL gives NULL.
/// index: from 0, below inbome_scan_unreadable_count.
///
/// Returns: the text; NULL past the end.
/// Borrowed: valid until the scan runs again or is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_scan_unreadable_text(
    scan: Option<&inbome_scan>,
    index: usize,
) -> *const c_char {
    read(scan, std::ptr::null(), |scan| lent(scan.unreadable.get(index).map(|(_, text)| text)))
}
