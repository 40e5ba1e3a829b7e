//! One thing done in a process of its own, so that its memory and its system calls can be counted;
//! and how every row opens a home.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use inbome_core::addr::Addr;
use inbome_core::clock::{FixedClock, Timestamp};
use inbome_core::discover::Receipt;
use inbome_core::engine::{AccountOptions, Engine, EngineOptions};
use inbome_core::scan::{ScanOptions, ScanReport};

use crate::mailbox::ACCOUNT;
use crate::{Outcome, measure};

/// After every generated mail.
const NOW_SECS: i64 = 1_735_689_600;

/// Opens a home, made with its account if there is none.
pub(crate) fn open(home: &Path) -> Outcome<Engine> {
    let clock = Arc::new(FixedClock(Timestamp::from_secs(NOW_SECS)));
    let engine = Engine::open(home, EngineOptions { clock, ..EngineOptions::default() })?;
    if engine.accounts()?.is_empty() {
        engine.create_account(&Addr::parse(ACCOUNT)?, &AccountOptions::default(), &mut |_| None)?;
    }
    Ok(engine)
}

/// Scans a mailbox with some number of threads.
pub(crate) fn scan_with(engine: &Engine, mailbox: &Path, jobs: usize) -> Outcome<ScanReport> {
    let options = ScanOptions {
        account: None,
        jobs,
        full: false,
        include: Vec::new(),
        count: false,
        no_decrypt: false,
        is_cancelled: &|| false,
    };
    Ok(engine.scan(&[PathBuf::from(mailbox)], &options, &mut |_| ())?)
}

/// Scans, and prints the most memory that was held, in KiB.
pub(crate) fn scan(home: &Path, mailbox: &Path) -> Outcome<()> {
    let engine = open(home)?;
    scan_with(&engine, mailbox, 0)?;
    println!("{}", measure::peak_kib()?);
    Ok(())
}

/// Scans with one thread.
pub(crate) fn scan_alone(home: &Path, mailbox: &Path) -> Outcome<()> {
    scan_with(&open(home)?, mailbox, 1).map(drop)
}

/// Opens a home and processes mails one by one, then leaves without closing anything: what closing
/// writes is no part of a call.
pub(crate) fn process(home: &Path, mails: &[&str]) -> Outcome<()> {
    let engine = open(home)?;
    let before = engine.commits()?;
    for mail in mails {
        engine.process_incoming(None, &std::fs::read(mail)?, Receipt::default())?;
    }
    println!("{}", engine.commits()? - before);
    std::mem::forget(engine);
    Ok(())
}
