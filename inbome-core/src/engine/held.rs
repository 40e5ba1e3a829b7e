//! What an engine holds open, and what becomes of it in a child after `fork()`.
//!
//! SQLite keeps one table per process of the files that it has open and of their locks, and a child
//! inherits the table, but none of the locks. A child that opened a home beside a connection of its
//! parent's would write without any, into a log that the parent deletes when it closes. So a child
//! first closes what it inherited: between calls that touches nothing but its own copies. What
//! another thread of the parent was using at the moment of the fork cannot be closed; nor can that
//! home be opened then.

use std::collections::BTreeMap;
#[cfg(feature = "sqlite")]
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Inner;
#[cfg(feature = "sqlite")]
use crate::error::Error;
use crate::store::Store;
use crate::store::memory::MemoryStore;
use crate::system;

/// What the engines of this process hold, and what it inherited.
static ALL: Mutex<Vec<Weak<Held>>> = Mutex::new(Vec::new());

/// The store of an engine, and how to leave it.
pub(super) struct Held {
    pub(super) inner: Mutex<Inner>,
    /// The process that opened it.
    pub(super) process: u32,
    /// Further connections to the home, in use.
    others: AtomicUsize,
    /// The folder, if there is one.
    home: Option<PathBuf>,
}

impl Held {
    pub(super) fn new(store: Box<dyn Store>, home: Option<PathBuf>) -> Arc<Self> {
        let inner = Mutex::new(Inner {
            store,
            accounts: None,
            unlocked: BTreeMap::new(),
            judged_anew: Vec::new(),
        });
        let process = system::process();
        let held = Arc::new(Self { inner, process, others: AtomicUsize::new(0), home });
        if held.home.is_some() {
            let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|held| held.strong_count() > 0);
            all.push(Arc::downgrade(&held));
        }
        held
    }

    /// Whether the process that asks is a child of the one that opened it.
    pub(super) fn is_inherited(&self) -> bool {
        self.process != system::process()
    }

    /// Another connection to the home, counted as long as it lives.
    #[cfg(feature = "fs")]
    pub(super) fn other(self: &Arc<Self>, store: Box<dyn Store>) -> Other {
        self.others.fetch_add(1, Ordering::Relaxed);
        Other { store, held: Arc::clone(self) }
    }

    /// Closes what was inherited; `false` if a thread of the parent's was using it.
    fn leave(&self) -> bool {
        // A call that panicked may have left a transaction open, as one that goes on has.
        let Ok(mut inner) = self.inner.try_lock() else { return false };
        inner.store.leave();
        inner.store = Box::new(MemoryStore::new());
        inner.accounts = None;
        inner.unlocked.clear();
        self.others.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.is_inherited() && !self.leave() {
            // Not even closing is for a child then.
            let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
            let store = std::mem::replace(&mut inner.store, Box::new(MemoryStore::new()));
            std::mem::forget(store);
        }
    }
}

/// A connection beside that of the engine.
#[cfg(feature = "fs")]
pub(super) struct Other {
    pub(super) store: Box<dyn Store>,
    held: Arc<Held>,
}

#[cfg(feature = "fs")]
impl Drop for Other {
    fn drop(&mut self) {
        self.held.others.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Makes sure that a child may open the home, before it does.
#[cfg(feature = "sqlite")]
pub(super) fn leave_to_parent(home: &Path) -> Result<(), Error> {
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let inherited = all.iter().filter_map(Weak::upgrade).filter(|held| held.is_inherited());
    let home = canonical(home);
    for held in inherited {
        if !held.leave() && held.home.as_deref() == Some(home.as_path()) {
            return Err(Error::ForkedInCall { home: home.display().to_string() });
        }
    }
    Ok(())
}

/// One path for one folder, whatever becomes the current one.
#[cfg(feature = "sqlite")]
pub(super) fn canonical(home: &Path) -> PathBuf {
    std::fs::canonicalize(home).unwrap_or_else(|_| home.to_owned())
}
