//! What a scan did: reading its report, fact by fact.

use std::ffi::c_char;

use crate::codes::INBOME_REASON_NONE;
use crate::pointer::{lent, read};
use crate::scan::inbome_scan;

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
