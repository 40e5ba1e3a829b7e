//! Moving in: what another program knows of peers, and the keys that it keeps for the user.
//!
//! [`open`] opens another program's store; [`take_peers`] puts what it knows through the same joins
//! as mail (Discovery §3.1), with the dates that it stored, so that nothing younger is overwritten
//! and a second import changes nothing. [`crate::gnupg`] goes the other way, for programs that only know
//! GnuPG. Foreign stores are only read, and are trusted like mail: not at all. Not here: accounts
//! and secret keys, which the engine writes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::account::{Accounts, KeyRole};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::code::Code;
use crate::gnupg::GnupgError;
use crate::header::PreferEncrypt;
use crate::key::{CertFlaw, Fingerprint, Key, hash};
use crate::limits::{EARLIEST_DATE_SECS, MAX_PEERS};
use crate::openpgp::OpenPgp;
use crate::peer::{Advertised, Change, Observation, PeerState, Standing};
use crate::reason::Skipped;
use crate::secret::Secret;
use crate::store::{Store, StoreError, transaction};

mod gpg;
mod muacrypt;
#[cfg(feature = "sqlite")]
mod neomutt;

/// A program whose store can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Program {
    /// neomutt or mutt: the folder `$autocrypt_dir`.
    Neomutt,
    /// muacrypt: its `--basedir`.
    Muacrypt,
    /// GnuPG: a home, or a file of exported keys.
    Gpg,
}

impl Program {
    /// Its name on the command line and in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Neomutt => "neomutt",
            Self::Muacrypt => "muacrypt",
            Self::Gpg => "gpg",
        }
    }
}

/// What to import, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// The program.
    pub program: Program,
    /// Its folder, or file.
    pub path: PathBuf,
    /// The account that shall know the peers; without one, the only account.
    pub account: Option<Addr>,
    /// Takes the user's own secret keys too, and makes accounts for them.
    pub own_keys: bool,
    /// Which of the other program's accounts to take, for muacrypt with several.
    pub from: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Peers of whom something was found.
    pub peers: u64,
    /// Of these, peers of whom something stored differs now.
    pub updated: u64,
    /// Keys that peers advertised, as found.
    pub adverts: u64,
    /// Keys from gossip, as found.
    pub gossip: u64,
    /// Keys that the user had handed in, as found.
    pub imports: u64,
    /// Own keys taken: account and key. Those that were there already are not listed.
    pub own_keys: Vec<(Addr, Fingerprint)>,
    /// What was passed by, by reason code.
    pub skipped: BTreeMap<Code, u64>,
    /// Parts that could not be read or taken: which, and what was found. The rest was taken.
    pub failed: Vec<(String, String)>,
}

impl Imported {
    fn skip(&mut self, reason: impl Into<Code>) {
        let count = self.skipped.entry(reason.into()).or_default();
        *count = count.saturating_add(1);
    }
}

/// Why another program's store could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The store is not there, damaged, or too large.
    #[error("expected a store of {program} at {path}, found {found}; nothing in it was changed")]
    Foreign {
        /// The program.
        program: &'static str,
        /// The file at fault.
        path: String,
        /// What was there instead, in words.
        found: String,
    },
    /// The other program has several accounts.
    #[error("expected the name of one of muacrypt's accounts, found {found}; it has {names}")]
    WhichFrom {
        /// What was named.
        found: String,
        /// Those that it has.
        names: String,
    },
    /// GnuPG, from whose home or by whose help it is read.
    #[error(transparent)]
    Gnupg(#[from] GnupgError),
    /// Our own store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no account to import for.
    #[error("expected an account, found none; `inbome init ADDR` makes one")]
    NoAccounts,
    /// No account named, and several to choose from.
    #[error("expected the name of one of the {count} accounts, found none")]
    WhichAccount {
        /// How many there are.
        count: usize,
    },
    /// A folder or file of our own.
    #[error("expected to {doing} {path}, found: {found}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The path.
        path: String,
        /// The system's words.
        found: String,
    },
}

impl ImportError {
    fn io(doing: &'static str, path: &Path, error: &std::io::Error) -> Self {
        Self::Io { doing, path: path.display().to_string(), found: error.to_string() }
    }
}

/// A secret key that another program keeps for the user.
#[derive(Debug, Clone)]
pub struct OwnKey {
    /// Whose it is.
    pub addr: Addr,
    /// The primary key, if the program says so.
    pub fingerprint: Option<Fingerprint>,
    /// The key itself, perhaps locked.
    pub secret: Secret,
    /// What the program locks its keys with, if nobody was ever asked for it.
    pub passphrase: Option<Secret>,
    /// What the account asked of others there.
    pub prefer_encrypt: Option<PreferEncrypt>,
    /// Whether the account took part there.
    pub enabled: Option<bool>,
    /// Whether it shall become the current one: of several keys of one address the youngest.
    pub role: KeyRole,
}

/// Something that another program knows of a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// A mail was seen, without an advert that counts.
    Seen(Timestamp),
    /// An advert, with the cert in binary.
    Advert(Timestamp, Vec<u8>, PreferEncrypt),
    /// Accepted gossip.
    Gossip(Timestamp, Vec<u8>),
    /// A key that the user handed in, at a time if it is known.
    Import(Option<Timestamp>, Vec<u8>),
    /// Something that cannot be used, by reason code.
    Nothing(Code),
}

/// Takes what is known of peers; an error ends the reading.
type Each<'a> = &'a mut dyn FnMut(&Addr, Said) -> Result<(), ImportError>;

/// Another program's store, opened.
trait Foreign {
    /// The user's own secret keys. Those that are `held` already need not be among them.
    fn own_keys(
        &self,
        sources: &Sources<'_>,
        held: &BTreeSet<Fingerprint>,
        report: &mut Imported,
    ) -> Result<Vec<OwnKey>, ImportError>;

    /// Everything about peers, in any order. What cannot be used is counted in `report`.
    fn peers(
        &self,
        sources: &Sources<'_>,
        report: &mut Imported,
        each: Each<'_>,
    ) -> Result<(), ImportError>;
}

/// What readers stand on.
pub struct Sources<'a> {
    /// The account that was named.
    pub named: Option<&'a Addr>,
    /// The accounts of the home.
    pub accounts: &'a Accounts,
    /// OpenPGP.
    pub openpgp: &'a dyn OpenPgp,
    /// The present.
    pub now: Timestamp,
}

/// A store that was opened and found to be one.
pub struct Opened(Box<dyn Foreign>);

/// Opens another program's store, before anything is written to ours.
///
/// # Errors
/// [`ImportError`], which names the file.
pub fn open(options: &ImportOptions) -> Result<Opened, ImportError> {
    let path = options.path.as_path();
    Ok(Opened(match options.program {
        #[cfg(feature = "sqlite")]
        Program::Neomutt => Box::new(neomutt::Neomutt::open(path)?),
        #[cfg(not(feature = "sqlite"))]
        Program::Neomutt => {
            let found = "that this library was built without SQLite".to_owned();
            return Err(foreign(options.program, path, found));
        }
        Program::Muacrypt => Box::new(muacrypt::Muacrypt::open(path, options)?),
        Program::Gpg => Box::new(gpg::Gpg::open(path)?),
    }))
}

impl Opened {
    /// The user's own secret keys in it: of the account named, else all. Nobody is asked for those that
    /// are `held` already.
    ///
    /// # Errors
    /// [`GnupgError::Locked`], and others of [`ImportError`].
    pub fn own_keys(
        &self,
        sources: &Sources<'_>,
        held: &BTreeSet<Fingerprint>,
        report: &mut Imported,
    ) -> Result<Vec<OwnKey>, ImportError> {
        self.0.own_keys(sources, held, report)
    }
}

/// Takes in everything that the other program knows of peers, for `account`. Written in batches:
/// what was done when something fails is kept, and a second run goes through it again.
///
/// # Errors
/// [`ImportError`], [`crate::store::StoreError`].
pub fn take_peers(
    opened: &Opened,
    sources: &Sources<'_>,
    account: &Addr,
    store: &mut dyn Store,
    report: &mut Imported,
) -> Result<(), ImportError> {
    let mut taker = Taker {
        sources,
        account,
        store,
        batch: BTreeMap::new(),
        held: 0,
        found: BTreeSet::new(),
        updated: BTreeSet::new(),
        report: Imported::default(),
    };
    let done = opened.0.peers(sources, report, &mut |addr, said| taker.take(addr, said));
    let done = done.and_then(|()| taker.flush());
    report.peers = count(taker.found.len());
    report.updated = count(taker.updated.len());
    (report.adverts, report.gossip, report.imports) =
        (taker.report.adverts, taker.report.gossip, taker.report.imports);
    for (reason, more) in taker.report.skipped {
        let held = report.skipped.entry(reason).or_default();
        *held = held.saturating_add(more);
    }
    done
}

/// Collects what is said, and applies it peer by peer.
struct Taker<'a> {
    sources: &'a Sources<'a>,
    account: &'a Addr,
    store: &'a mut dyn Store,
    batch: BTreeMap<Addr, Vec<Said>>,
    held: usize,
    found: BTreeSet<Addr>,
    updated: BTreeSet<Addr>,
    report: Imported,
}

impl Taker<'_> {
    fn take(&mut self, addr: &Addr, said: Said) -> Result<(), ImportError> {
        if self.sources.accounts.own(addr) {
            self.report.skip(Skipped::OwnAddress);
            return Ok(());
        }
        if let Said::Nothing(reason) = said {
            self.report.skip(reason);
            return Ok(());
        }
        // Discovery §9: more peers than a home keeps need not be looked at.
        if self.found.len() >= MAX_PEERS && !self.found.contains(addr) {
            self.report.skip(Skipped::LimitPeers);
            return Ok(());
        }
        self.found.insert(addr.clone());
        self.batch.entry(addr.clone()).or_default().push(said);
        self.held = self.held.saturating_add(1);
        if self.held >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        let batch = std::mem::take(&mut self.batch);
        self.held = 0;
        if batch.is_empty() {
            return Ok(());
        }
        let (sources, account, report) = (self.sources, self.account, &mut self.report);
        let updated = &mut self.updated;
        transaction(self.store, |store| {
            for (addr, said) in &batch {
                if apply(sources, store, account, addr, said, report)? {
                    updated.insert(addr.clone());
                }
            }
            // Discovery §9.
            let surplus = store.count_peers(account)?.saturating_sub(MAX_PEERS);
            if surplus > 0 {
                store.drop_peers(account, surplus, &Standing::rank)?;
            }
            Ok(())
        })
    }
}

/// Puts what is said of one peer into its row. Gives whether anything stored differs.
fn apply(
    sources: &Sources<'_>,
    store: &mut dyn Store,
    account: &Addr,
    addr: &Addr,
    all: &[Said],
    report: &mut Imported,
) -> Result<bool, ImportError> {
    let mut state = store.peer(account, addr)?.unwrap_or_default();
    let mut change = Change::default();
    for said in all {
        match said_to(sources, &mut state, said, report) {
            Ok(more) => change.merge(more),
            Err(reason) => report.skip(reason),
        }
    }
    if change.is_some() {
        store.save_peer(account, addr, &state, &change)?;
    }
    Ok(change.is_some())
}

/// The joins of `peer`, or the reason code for leaving it.
fn said_to(
    sources: &Sources<'_>,
    state: &mut PeerState,
    said: &Said,
    report: &mut Imported,
) -> Result<Change, Code> {
    let (certs, now) = (sources.openpgp, sources.now);
    let dated = |at: &Timestamp| {
        // Discovery §3: never later than now, and no date before 1990.
        if at.as_secs() < EARLIEST_DATE_SECS {
            Err(Skipped::Undated.code())
        } else {
            Ok((*at).min(now))
        }
    };
    let seen =
        |at, advert| Observation { at, encrypted: false, advert, agent: None, list_post: false };
    let count_one = |slot: &mut u64| *slot = slot.saturating_add(1);
    match said {
        Said::Seen(at) => Ok(state.observe(&seen(dated(at)?, None), certs, now)),
        Said::Advert(at, cert, prefer_encrypt) => {
            let (at, key) = (dated(at)?, checked(sources, state, cert)?);
            count_one(&mut report.adverts);
            let (prefer_encrypt, protected, field) = (*prefer_encrypt, false, None);
            let advert = Advertised { key, prefer_encrypt, protected, field };
            Ok(state.observe(&seen(at, Some(advert)), certs, now))
        }
        Said::Gossip(at, cert) => {
            let (at, key) = (dated(at)?, checked(sources, state, cert)?);
            count_one(&mut report.gossip);
            Ok(state.hear(&key, at, certs, now))
        }
        Said::Import(at, cert) => {
            let at = at.as_ref().map(dated).transpose()?;
            let change = import(sources, state, at, cert)?;
            count_one(&mut report.imports);
            Ok(change)
        }
        Said::Nothing(reason) => Err(*reason),
    }
}

/// The key, if it would be valid in a key field (Discovery §2.2).
fn checked(sources: &Sources<'_>, state: &PeerState, cert: &[u8]) -> Result<Key, Code> {
    let hash = hash(cert);
    let fingerprint = match state.by_copy(&hash) {
        Some(fingerprint) => fingerprint.clone(),
        None => sources.openpgp.check(cert).map_err(|flaw| flaw.code())?,
    };
    Ok(Key { fingerprint, hash, bytes: cert.into() })
}

/// A key from a keyring. One that the user handed in before stays while it can be used.
fn import(
    sources: &Sources<'_>,
    state: &mut PeerState,
    at: Option<Timestamp>,
    cert: &[u8],
) -> Result<Change, Code> {
    let (openpgp, now) = (sources.openpgp, sources.now);
    let (fingerprint, bytes) =
        openpgp.import_cert(cert).map_err(|_| CertFlaw::NotOpenPgp.code())?;
    let key = Key { fingerprint, hash: hash(&bytes), bytes: bytes.into() };
    if at.is_some_and(|at| state.peer.forgotten.is_some_and(|limit| at <= limit)) {
        return Err(Skipped::Forgotten.code());
    }
    let Some(at) = at else {
        state.judge(openpgp, now);
        return match &state.peer.imported {
            Some(held) if held.key.hash == key.hash => Ok(Change::default()),
            Some(held)
                if held.key.fingerprint != key.fingerprint && held.judgement.verdict.is_ok() =>
            {
                Err(Skipped::ImportedBefore.code())
            }
            _ => Ok(state.import(&key, now, openpgp, now)),
        };
    };
    Ok(state.import(&key, at, openpgp, now))
}

/// Key data in base64, as key fields have it; `None` for anything else.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    use ::base64::Engine as _;
    let packed: Vec<u8> = text.iter().copied().filter(|o| !o.is_ascii_whitespace()).collect();
    ::base64::engine::general_purpose::STANDARD
        .decode(packed)
        .ok()
        .filter(|octets| !octets.is_empty())
}

fn foreign(program: Program, path: &Path, found: String) -> ImportError {
    let (program, path) = (program.name(), path.display().to_string());
    ImportError::Foreign { program, path, found }
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// What is said before it is written.
const BATCH: usize = 500;
