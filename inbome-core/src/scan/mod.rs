//! Learning from a mailbox that is already there: Maildir, mbox, or a list of files.
//!
//! Read-only, incremental and resumable: what was scanned is remembered in the same transaction as
//! what it changed. Because the state is a join, threads may examine mails in any order; one writer
//! applies them. Not here: what a mail means (`discover`) and how it is applied (`receive`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::addr::Addr;
use crate::code::Code;

/// What to scan, and how.
pub struct ScanOptions<'a> {
    /// Whose mail it is; without one, each mail tells.
    pub account: Option<Addr>,
    /// Threads that examine mails; 0 = one per processor.
    pub jobs: usize,
    /// Scans again what was scanned before.
    pub full: bool,
    /// Names of folders to take in that are passed by otherwise (`Junk`, `Trash`, …, or a link), without
    /// case.
    pub include: Vec<String>,
    /// Counts the mails first, so that the progress has a total. An mbox is counted in mails of
    /// average size.
    pub count: bool,
    /// Leaves encrypted mails as they are.
    pub no_decrypt: bool,
    /// Asked often; once it says yes the scan ends, and what was done is kept.
    pub is_cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// How far a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Mails looked at.
    pub messages: u64,
    /// Mails passed by, because they were scanned before.
    pub skipped: u64,
    /// Octets read.
    pub bytes: u64,
    /// Mails to look at or pass by in all, when [`ScanOptions::count`] asked for it.
    pub total: Option<u64>,
}

/// What a scan did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScanReport {
    /// Mails looked at.
    pub messages: u64,
    /// Of these, mails that changed something.
    pub updated: u64,
    /// Of these, mails that changed nothing.
    pub unchanged: u64,
    /// Of these, mails that do not count, by reason code.
    pub ignored: BTreeMap<Code, u64>,
    /// Mails passed by: scanned before, or flagged as trash or draft.
    pub skipped: u64,
    /// Folders passed by for their names, and links to folders, which may lead anywhere:
    /// [`ScanOptions::include`] takes one in. Folders below a mailbox in which nothing is a mail too.
    pub passed_by: Vec<PathBuf>,
    /// Peers known after the scan, over the accounts concerned.
    pub peers: u64,
    /// Octets read.
    pub bytes: u64,
    /// Files that could not be read, with the system's words. The rest was scanned.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Transactions; tests count them.
    pub commits: u64,
    /// It was cancelled.
    pub cancelled: bool,
}

mod folder;
mod junk;
mod look;
mod mbox;
mod memory;
mod read;
mod run;
mod sources;
mod walk;

pub use look::{Advice, Findings, OtherKey, look};
pub use read::read_incoming;
pub use run::{OpenMail, Scan, StoreAccess};

/// First 16 octets of SHA-256 of the part of a file's name that never changes.
fn name_hash(name: &[u8]) -> [u8; 16] {
    crate::receive::message_id_hash(name)
}

/// What a file is compressed with, by its first octets.
fn compressed_with(first: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 7] = [
        (b"\x1f\x8b\x08", "gzip"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"Dovecot-LZ4\x0d\x2a\x9b\xc5", "lz4"),
        (b"PK\x03\x04", "zip"),
    ];
    KINDS.iter().find(|(magic, _)| first.starts_with(magic)).map(|(_, name)| *name)
}
