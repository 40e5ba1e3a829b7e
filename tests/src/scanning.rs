//! Mailboxes to scan, and what a scan of them found.

use std::fs;
use std::path::{Path, PathBuf};

use inbome_core::engine::Engine;
use inbome_core::scan::{ScanOptions, ScanReport};

use crate::mailbox::mboxrd;
use crate::stage::*;

const NEVER: &(dyn Fn() -> bool + Sync) = &|| false;

/// Two threads, everything else as it comes.
pub fn how<'a>() -> ScanOptions<'a> {
    ScanOptions {
        account: None,
        jobs: 2,
        full: false,
        include: Vec::new(),
        count: false,
        no_decrypt: false,
        is_cancelled: NEVER,
    }
}

/// Scans one place.
pub fn scan(engine: &Engine, path: impl AsRef<Path>) -> ScanReport {
    scan_with(engine, &[path.as_ref().to_owned()], &how())
}

/// Scans these places.
pub fn scan_with(engine: &Engine, paths: &[PathBuf], options: &ScanOptions<'_>) -> ScanReport {
    engine.scan(paths, options, &mut |_| {}).expect("scanned")
}

/// A folder that goes away.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A mail with a key from `nobody@example.org`, where `n` tells the sender.
pub fn keyed(n: u8) -> Vec<u8> {
    let id = format!("peer{n}@example.org");
    mail(&id, SENT + i64::from(n), &autocrypt(&id, true, &cert(n, &id)))
}

/// Writes a file, and makes its folder.
pub fn put(path: &Path, octets: &[u8]) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, octets).expect("written");
}

/// The peers found, by the number in their names.
pub fn found(engine: &Engine) -> Vec<u8> {
    let mut found = Vec::new();
    let filter = inbome_core::engine::PeerFilter::WithKey;
    engine
        .peers(None, filter, &mut |_, row| {
            let digits: String = row.addr.as_str().chars().filter(char::is_ascii_digit).collect();
            found.push(digits.parse().expect("a number"));
        })
        .expect("listed");
    found.sort_unstable();
    found
}

/// An mbox of these mails.
pub fn mbox(mails: &[Vec<u8>]) -> Vec<u8> {
    let unix =
        |mail: &Vec<u8>| String::from_utf8(mail.clone()).expect("text").replace("\r\n", "\n");
    mails.iter().flat_map(|mail| mboxrd(SENT + 50, unix(mail).as_bytes())).collect()
}
