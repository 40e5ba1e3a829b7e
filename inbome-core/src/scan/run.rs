//! The scan itself: threads examine, one writer applies, batch by batch.
//!
//! Chunks are applied in the order in which they were handed out, so that a cursor never runs ahead
//! of what it stands for. A batch and its cursors are one transaction: a kill loses the last batch
//! at most, and the next scan takes it up again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

use super::memory::{CheckedCerts, RunMemory};
use super::read::{Beginnings, Wanted};
use super::sources;
use super::walk::{self, Chunk, Walk};
use super::{Progress, ScanOptions, ScanReport};
use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::discover::{Facts, Receipt};
use crate::gossip::Payload;
use crate::key::Certificates;
use crate::limits::Limit;
use crate::mime::{Form, Mail};
use crate::receive::{Examined, Outcome, Working, apply, examine};
use crate::store::{Cursor, Store, StoreError, transaction};

/// Mails of the first transaction.
const FIRST_BATCH: u64 = 4_096;
/// Mails of the later ones at most. Each is three times as long as all before it, up to this: what
/// frequent writers change is written seldom, and a kill loses less than a second of work.
const LARGEST_BATCH: u64 = 65_536;
/// Peers held in memory; with more the transaction ends at once, and they are let go.
const MAX_HELD: usize = 4_096;

/// Opens a whole mail with the user's keys: what was inside, and the account that it was opened for.
/// `None` if none of the keys does, or not without a passphrase.
pub type OpenMail<'a> = dyn Fn(&Mail<'_>) -> Option<(Payload, Option<Addr>)> + Sync + 'a;

/// How the writer reaches the store: a connection of its own, or a turn at the engine's.
pub trait StoreAccess {
    /// What can fail: the store, or getting hold of it.
    type Error;

    /// Runs `work` on the store.
    ///
    /// # Errors
    /// What `work` gives, or that the store cannot be had.
    fn with(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Store) -> Result<(), StoreError>,
    ) -> Result<(), Self::Error>;
}

/// Everything a scan needs.
pub struct Scan<'a> {
    /// What to scan and how.
    pub options: &'a ScanOptions<'a>,
    /// All accounts of the home.
    pub accounts: &'a Accounts,
    /// The account that the options name.
    pub account: Option<&'a Account>,
    /// The account under which is kept how far each mailbox was scanned.
    pub keeper: &'a Addr,
    /// OpenPGP.
    pub certs: &'a (dyn Certificates + Sync),
    /// Opens encrypted and unobtrusively signed mails.
    pub open_mail: &'a OpenMail<'a>,
    /// The present.
    pub now: Timestamp,
}

/// What one thread examines mails with.
struct Desk<'a> {
    memory: RunMemory<'a>,
    beginnings: Beginnings,
}

impl<'a> Desk<'a> {
    fn new(certs: &'a CheckedCerts) -> Self {
        Self { memory: RunMemory::new(certs), beginnings: Beginnings::default() }
    }
}

impl Scan<'_> {
    /// Scans `paths`, telling `progress` after each chunk.
    ///
    /// # Errors
    /// What `store` gives. What cannot be read is in the report.
    pub fn run<S: StoreAccess>(
        &self,
        paths: &[PathBuf],
        store: &mut S,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ScanReport, S::Error> {
        let sources::Found { mut sources, passed_by, unreadable, .. } =
            sources::find_sources(paths, self.options);
        let report = ScanReport { passed_by, unreadable, ..ScanReport::default() };
        let mut known = Vec::new();
        store.with(&mut |store| {
            for source in sources.drain(..) {
                let mailbox = self.cursor_name(&walk::mailbox_name(source.path()));
                let cursors = match self.options.full {
                    true => Vec::new(),
                    false => store.load_cursor(self.keeper, &mailbox)?,
                };
                known.push((source, cursors));
            }
            Ok(())
        })?;
        let total =
            self.options.count.then(|| known.iter().map(|(source, _)| source.count()).sum());
        let working = Working::default();
        let mut writer =
            Writer { scan: self, store, report, working, batch: Batch::default(), total };
        self.examine_all(Walk::new(known), &mut |chunk| {
            writer.take(chunk)?;
            progress(writer.progress());
            Ok(())
        })?;
        writer.flush()?;
        writer.finish()
    }

    /// Hands every chunk, examined and in order, to `take`.
    fn examine_all<E>(
        &self,
        mut walk: Walk,
        take: &mut dyn FnMut(&mut Chunk) -> Result<(), E>,
    ) -> Result<(), E> {
        let certs = CheckedCerts::default();
        let jobs = match self.options.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs.min(64),
        };
        if jobs <= 1 {
            let mut desk = Desk::new(&certs);
            let mut chunk = Chunk::default();
            while !(self.options.is_cancelled)() && walk.next(&mut chunk) {
                self.examine_chunk(&mut chunk, &mut desk);
                take(&mut chunk)?;
            }
            return Ok(());
        }
        // Chunks are numbered under the lock, so that the writer can restore their order.
        let shared = Mutex::new((walk, 0_u64));
        let stop = AtomicBool::new(false);
        let (send, receive) = mpsc::sync_channel::<(u64, Chunk)>(jobs.saturating_mul(4));
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                let (send, shared, stop, certs) = (send.clone(), &shared, &stop, &certs);
                scope.spawn(move || {
                    let mut desk = Desk::new(certs);
                    while !stop.load(Ordering::Relaxed) && !(self.options.is_cancelled)() {
                        let mut chunk = Chunk::default();
                        let number = {
                            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                            if !shared.0.next(&mut chunk) {
                                return;
                            }
                            let number = shared.1;
                            shared.1 = number.saturating_add(1);
                            number
                        };
                        self.examine_chunk(&mut chunk, &mut desk);
                        if send.send((number, chunk)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            let mut waiting = BTreeMap::new();
            let mut next = 0_u64;
            let mut outcome = Ok(());
            for (number, chunk) in receive {
                waiting.insert(number, chunk);
                while let Some(mut chunk) = waiting.remove(&next) {
                    next = next.saturating_add(1);
                    if outcome.is_ok() {
                        outcome = take(&mut chunk);
                        stop.store(outcome.is_err(), Ordering::Relaxed);
                    }
                }
            }
            outcome
        })
    }

    fn examine_chunk(&self, chunk: &mut Chunk, desk: &mut Desk<'_>) {
        let Chunk { files, names, box_mails, unreadable, bytes, examined, .. } = chunk;
        let Desk { memory, beginnings } = desk;
        let mut failed = Vec::new();
        beginnings.read(files);
        for (nth, file) in files.iter().enumerate() {
            // Asked of the disk only when the mail itself does not tell.
            let received = |mail: &Mail<'_>| match mail.envelope.received() {
                Some(_) => None,
                None => file.modified(),
            };
            let mut see =
                |mail: Result<Mail<'_>, Limit>| self.examine_mail(&mail, &received, memory);
            let seen = beginnings.show(nth, file, &mut see).and_then(|(seen, read)| match seen {
                (mail, true) => Ok((mail, read)),
                (_, false) => {
                    let longer = &mut beginnings.longer;
                    let (mail, _) = longer.read(&mut file.open()?, Wanted::AnyCase, &mut see)?;
                    Ok((mail, longer.held))
                }
            });
            match seen {
                Ok((mail, read)) => {
                    *bytes = bytes.saturating_add(read as u64);
                    examined.push(mail);
                }
                Err(error) => {
                    failed.push(nth);
                    unreadable.push((file.path(), error.to_string()));
                }
            }
        }
        for nth in failed.into_iter().rev() {
            names.remove(nth);
        }
        for mail in box_mails.iter() {
            let received = |_: &Mail<'_>| mail.received;
            let mut see =
                |mail: Result<Mail<'_>, Limit>| self.examine_mail(&mail, &received, memory);
            let beginning = Mail::parse(mail.header);
            let held = mail.header.len();
            let all = |wanted: Wanted| mail.is_whole() || wanted.of(&beginning) <= held;
            let seen = if all(Wanted::IfAdvertised) { Some(see(beginning.clone())) } else { None };
            let seen = match seen {
                Some((seen, true)) => Ok(seen),
                Some((seen, false)) if all(Wanted::AnyCase) => Ok(seen),
                _ => {
                    let longer = &mut beginnings.longer;
                    let read = |mut from| longer.read(&mut from, Wanted::AnyCase, &mut see);
                    mail.open().and_then(read).map(|(seen, _)| seen)
                }
            };
            match seen {
                Ok(seen) => examined.push(seen),
                Err(error) => unreadable.push((mail.path().to_owned(), error.to_string())),
            }
        }
    }

    /// What a mail is found to be, and whether what was read of it tells: a mail whose key fields bring no
    /// advert may hold OpenPGP further down.
    fn examine_mail(
        &self,
        mail: &Result<Mail<'_>, Limit>,
        received: &dyn Fn(&Mail<'_>) -> Option<Timestamp>,
        memory: &mut RunMemory<'_>,
    ) -> (Examined, bool) {
        let mail = match mail {
            Err(limit) => return (Examined::past(*limit), true),
            Ok(mail) => mail,
        };
        let receipt = Receipt { received_at: received(mail), ..Receipt::default() };
        let may_open = match &mail.shape.form {
            Form::Encrypted(_) => !self.options.no_decrypt,
            Form::Signed(signed) => signed.is_unobtrusive,
            Form::Clear | Form::SMime | Form::Malformed(_) => false,
        };
        // Discovery §4, step 2: what one wrote oneself teaches nothing.
        let is_own = || mail.envelope.from().is_ok_and(|from| self.accounts.own(&from));
        let opened = (may_open && !is_own()).then(|| (self.open_mail)(mail)).flatten();
        let (payload, opened_by) = opened.unzip();
        let facts = Facts {
            opened_by: opened_by.flatten(),
            ..Facts::of(mail, self.accounts, payload.as_ref())
        };
        let examined =
            examine(&facts, receipt, self.account, self.accounts, self.certs, self.now, memory)
                .without_reports();
        let tells = !examined.is_plain()
            || mail.envelope.judged_key_fields() == 0
            || Wanted::AnyCase.of(&Ok(mail.clone())) <= mail.octets().len();
        (examined, tells)
    }

    /// A mail scanned for all accounts must be scanned again when there is another one.
    fn cursor_name(&self, mailbox: &str) -> String {
        if self.account.is_some() || self.accounts.0.len() == 1 {
            return mailbox.to_owned();
        }
        let all: Vec<&str> = self.accounts.0.iter().map(|account| account.addr.as_str()).collect();
        format!("{mailbox}\n{}", all.join(" "))
    }
}

/// What waits to be committed beside the peers.
#[derive(Default)]
struct Batch {
    mails: u64,
    names: BTreeMap<String, Vec<[u8; 16]>>,
    offsets: BTreeMap<String, Cursor>,
}

struct Writer<'a, 's, S> {
    scan: &'a Scan<'a>,
    store: &'s mut S,
    report: ScanReport,
    working: Working,
    batch: Batch,
    total: Option<u64>,
}

impl<S: StoreAccess> Writer<'_, '_, S> {
    fn progress(&self) -> Progress {
        let ScanReport { messages, skipped, bytes, .. } = self.report;
        Progress { messages, skipped, bytes, total: self.total }
    }

    /// Applies what was found in a chunk, and writes if enough has come together.
    fn take(&mut self, chunk: &mut Chunk) -> Result<(), S::Error> {
        let (scan, working, report) = (self.scan, &mut self.working, &mut self.report);
        self.batch.mails = self.batch.mails.saturating_add(chunk.examined.len() as u64);
        report.bytes = report.bytes.saturating_add(chunk.bytes);
        report.skipped = report.skipped.saturating_add(chunk.skipped);
        report.unreadable.append(&mut chunk.unreadable);
        self.store.with(&mut |store| {
            // Peers that are new to this run are looked up in one read.
            store.begin_read()?;
            let applied = chunk.examined.drain(..).try_for_each(|mail| {
                let incoming = apply(mail, working, store, scan.certs, scan.now)?;
                report.count(&incoming.outcome);
                Ok(())
            });
            store.end_read();
            applied
        })?;
        match chunk.cursor.take() {
            Some((mailbox, Some(offset))) => drop(self.batch.offsets.insert(mailbox, offset)),
            Some((mailbox, None)) => {
                self.batch.names.entry(mailbox).or_default().append(&mut chunk.names);
            }
            None => {}
        }
        let before = self.report.messages.saturating_sub(self.batch.mails);
        let full = before.saturating_mul(3).clamp(FIRST_BATCH, LARGEST_BATCH);
        match self.batch.mails >= full || self.working.len() > MAX_HELD {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// Writes the batch and its cursors in one transaction; none if there is nothing to write.
    fn flush(&mut self) -> Result<(), S::Error> {
        let batch = std::mem::take(&mut self.batch);
        if batch.mails == 0 && !self.working.is_dirty() {
            return Ok(());
        }
        let names = batch.names.into_iter().filter(|(_, names)| !names.is_empty());
        let names = names.map(|(mailbox, names)| (mailbox, Cursor::Names(names)));
        let cursors: Vec<_> = names.chain(batch.offsets).collect();
        let (scan, working) = (self.scan, &mut self.working);
        let commits = &mut self.report.commits;
        self.store.with(&mut |store| {
            let before = store.commits();
            transaction(store, |store| {
                working.flush(store, scan.certs, scan.now)?;
                for (mailbox, cursor) in &cursors {
                    store.add_cursor(scan.keeper, &scan.cursor_name(mailbox), cursor)?;
                }
                Ok::<(), StoreError>(())
            })?;
            *commits = commits.saturating_add(store.commits().saturating_sub(before));
            Ok(())
        })?;
        if self.working.len() > MAX_HELD {
            self.working.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> Result<ScanReport, S::Error> {
        let scan = self.scan;
        self.report.cancelled = (scan.options.is_cancelled)();
        let report = &mut self.report;
        self.store.with(&mut |store| {
            let concerned: BTreeSet<&Addr> = match scan.account {
                Some(account) => BTreeSet::from([&account.addr]),
                None => scan.accounts.0.iter().map(|account| &account.addr).collect(),
            };
            let accounts = scan.accounts.0.iter();
            let own: BTreeSet<&Addr> =
                accounts.flat_map(|own| std::iter::once(&own.addr).chain(&own.aliases)).collect();
            for account in concerned {
                let mut peers = store.count_with_key(account)?;
                // Rows for own addresses are stored, but not read (Discovery §3.1).
                for own in &own {
                    let hidden = store.peer_row(account, own)?.is_some_and(|peer| peer.has_key());
                    peers = peers.saturating_sub(usize::from(hidden));
                }
                report.peers = report.peers.saturating_add(peers as u64);
            }
            Ok(())
        })?;
        Ok(self.report)
    }
}

impl ScanReport {
    fn count(&mut self, outcome: &Outcome) {
        self.messages = self.messages.saturating_add(1);
        let counter = match outcome {
            Outcome::Updated => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Ignored(reason) => self.ignored.entry(reason.code()).or_default(),
        };
        *counter = counter.saturating_add(1);
    }
}
