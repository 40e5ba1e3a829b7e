//! The engine: one store, one clock, one random source, and every verb over them.
//!
//! Reads its clock once per call and passes the instant down; writes what the flows give in one
//! transaction. It may be used from any thread. Split by subject: the mail that comes in
//! (`incoming`), is read (`reading`) and leaves (`advice`, `outgoing`), `accounts`, `keys`, `backup`,
//! `peers`, `import`, `scan`. What it holds open is in `held`. Not here: any rule.

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard};

use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::error::Error;
use crate::key::Fingerprint;
use crate::openpgp::{OpenPgp, SecretKey};
use crate::random::{SecureRandom, SystemRandom};
use crate::store::{Store, StoreError, transaction};
use held::Held;
#[cfg(feature = "fs")]
use held::Other;

mod accounts;
mod advice;
mod backup;
mod held;
#[cfg(feature = "fs")]
mod import;
mod incoming;
mod keys;
mod outgoing;
mod peers;
mod reading;
#[cfg(feature = "fs")]
mod scan;

pub use accounts::{AccountOptions, Created};
pub use advice::{EncryptKey, RecommendOptions};
pub use backup::{CheckedBackup, CurrentKey, ImportedBackup};
pub use peers::{PeerDetails, PeerFilter};

pub use crate::account::SettingsChange;
pub use crate::outgoing::Entity;
pub use crate::recommend::{MailRecommendation, Reply};

/// What an engine stands on. The defaults are the system's.
pub struct EngineOptions {
    /// Whether a home that does not exist is made.
    pub create: bool,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub random: Arc<dyn SecureRandom>,
    /// For how many seconds to wait while another process writes; more than
    /// [`MAX_BUSY_TIMEOUT_SECS`] is that.
    pub busy_timeout_secs: u64,
}

/// The longest wait for another process, a day: whoever waits for longer does not wait for a lock.
pub const MAX_BUSY_TIMEOUT_SECS: u64 = 86_400;

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            create: true,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            busy_timeout_secs: 30,
        }
    }
}

/// Everything INBOME does, over one home.
pub struct Engine {
    held: Arc<Held>,
    openpgp: Arc<dyn OpenPgp>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn SecureRandom>,
    /// Opens another connection to the same home; none in memory.
    #[cfg(feature = "fs")]
    connect: Option<Connect>,
}

struct Inner {
    store: Box<dyn Store>,
    /// The accounts, as of this generation of the store.
    accounts: Option<(i64, Arc<Accounts>)>,
    /// Own keys that keep their passphrase, unlocked until the engine is closed.
    unlocked: BTreeMap<Fingerprint, SecretKey>,
    /// Account and peer whose judgement no longer held while it was read.
    judged_anew: Vec<(Addr, Addr)>,
}

/// Opens a connection to a home, so that a scan can have one of its own.
#[cfg(feature = "fs")]
type Connect = Box<dyn Fn() -> Result<Box<dyn Store>, StoreError> + Send + Sync>;

impl Engine {
    /// Opens the home in the folder `path`.
    ///
    /// # Errors
    /// [`StoreError`]: no home and not to be made, not readable, damaged, or too new.
    #[cfg(all(feature = "sqlite", feature = "openpgp"))]
    pub fn open(path: &std::path::Path, options: EngineOptions) -> Result<Self, Error> {
        use crate::store::sqlite::{OpenOptions, SqliteStore};
        let busy_timeout_secs = options.busy_timeout_secs.min(MAX_BUSY_TIMEOUT_SECS);
        let how = OpenOptions { create: options.create, busy_timeout_secs };
        held::leave_to_parent(path)?;
        let store = SqliteStore::open(path, how)?;
        let home = held::canonical(path);
        let held = Held::new(Box::new(store), Some(home.clone()));
        let connect: Connect = Box::new(move || {
            let how = OpenOptions { create: false, busy_timeout_secs };
            Ok(Box::new(SqliteStore::open(&home, how)?))
        });
        Ok(Self {
            connect: Some(connect),
            ..Self::holding(held, Arc::new(crate::openpgp::Rpgp::new()), options)
        })
    }

    /// An engine that keeps everything in memory and forgets it when dropped.
    #[cfg(feature = "openpgp")]
    #[must_use]
    pub fn in_memory(options: EngineOptions) -> Self {
        let openpgp = Arc::new(crate::openpgp::Rpgp::new());
        Self::over(Box::new(crate::store::memory::MemoryStore::new()), openpgp, options)
    }

    /// An engine over a store and an OpenPGP of the caller's own.
    #[must_use]
    pub fn over(store: Box<dyn Store>, openpgp: Arc<dyn OpenPgp>, options: EngineOptions) -> Self {
        Self::holding(Held::new(store, None), openpgp, options)
    }

    fn holding(held: Arc<Held>, openpgp: Arc<dyn OpenPgp>, options: EngineOptions) -> Self {
        Self {
            held,
            openpgp,
            clock: options.clock,
            random: options.random,
            #[cfg(feature = "fs")]
            connect: None,
        }
    }

    /// The present, as the engine's clock says.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A number that changes whenever this or another process changed the state, so that a compose
    /// window knows when to ask again.
    ///
    /// # Errors
    /// [`StoreError`], [`Error::Forked`].
    pub fn generation(&self) -> Result<i64, Error> {
        Ok(self.lock()?.store.generation()?)
    }

    /// Checks the whole store; each line of the answer is one fault, none is health.
    ///
    /// # Errors
    /// [`StoreError`], [`Error::Forked`].
    pub fn check(&self) -> Result<Vec<String>, Error> {
        Ok(self.lock()?.store.check()?)
    }

    /// Commits so far; tests count them.
    ///
    /// # Errors
    /// [`Error::Forked`].
    pub fn commits(&self) -> Result<u64, Error> {
        Ok(self.lock()?.store.commits())
    }

    /// The store, for as long as one call needs it. A call that panicked left a transaction open at
    /// most: it is rolled back, and the engine stays usable.
    fn lock(&self) -> Result<MutexGuard<'_, Inner>, Error> {
        if self.held.is_inherited() {
            return Err(Error::Forked);
        }
        let guard = self.held.inner.lock().unwrap_or_else(|poisoned| {
            self.held.inner.clear_poison();
            let mut guard = poisoned.into_inner();
            guard.store.rollback();
            guard.accounts = None;
            guard
        });
        Ok(guard)
    }

    /// Another connection to the same home, so that a long call does not hold up short ones. In
    /// memory there is none.
    #[cfg(feature = "fs")]
    fn second_store(&self) -> Result<Option<Other>, Error> {
        let store = self.connect.as_ref().map(|connect| connect()).transpose()?;
        Ok(store.map(|store| self.held.other(store)))
    }
}

impl Inner {
    /// All accounts, read again only after a change.
    fn accounts(&mut self) -> Result<Arc<Accounts>, StoreError> {
        let generation = self.store.generation()?;
        if let Some((at, accounts)) = &self.accounts
            && *at == generation
        {
            return Ok(Arc::clone(accounts));
        }
        let accounts = Arc::new(Accounts(self.store.accounts()?));
        self.accounts = Some((generation, Arc::clone(&accounts)));
        Ok(accounts)
    }

    /// The account that the caller means: the one named, else the only one.
    fn account(&mut self, named: Option<&Addr>) -> Result<Account, Error> {
        let accounts = self.accounts()?;
        account_meant(&accounts, named).cloned()
    }

    /// Runs `work`, which reads several things, over one state of the store.
    fn read<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.store.begin_read()?;
        let done = work(self);
        self.store.end_read();
        done
    }

    /// Runs `work` in one transaction.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Store) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let done = transaction(self.store.as_mut(), work);
        self.accounts = None;
        done
    }
}

/// The account that the caller means: the one named, else the only one.
fn account_meant<'a>(accounts: &'a Accounts, named: Option<&Addr>) -> Result<&'a Account, Error> {
    match (named, accounts.0.as_slice()) {
        (_, []) => Err(Error::NoAccounts),
        (Some(addr), _) => accounts.of(addr).ok_or_else(|| Error::NoAccount { addr: addr.clone() }),
        (None, [only]) => Ok(only),
        (None, several) => Err(Error::WhichAccount { count: several.len() }),
    }
}
