//! What was worked out lately: a new key is checked, joined with its copies and judged within one
//! mail or a few, and is taken apart and verified once between them.
//!
//! Every answer is a function of octets, which are remembered by SHA-256; what is let go costs work
//! done again. The work that is done is counted, so that tests can show what costs nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::parts::Parts;
use crate::key::{CertFlaw, Hash, hash};
use crate::limits::MAX_CERT_BYTES_BY_MAIL;

/// The memory and the counters that clones of [`super::Rpgp`] share.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// Public-key verifications done.
    pub(super) verifications: AtomicU64,
    /// Certs taken apart.
    pub(super) parses: AtomicU64,
    /// Private-key operations for session keys.
    pub(super) unwraps: AtomicU64,
    /// Passes over the encrypted data of a message.
    pub(super) decryptions: AtomicU64,
    /// What verified. Only what is true is remembered.
    verified: Mutex<BTreeSet<Hash>>,
    parts: Mutex<BTreeMap<Hash, Arc<Parts>>>,
}

impl Recent {
    /// Signatures remembered; each takes about 50 octets. A full memory is emptied.
    const MOST_VERIFIED: usize = 1_024;
    /// Certs remembered, received ones and unions; each takes some ten times its octets.
    const MOST_PARTS: usize = 128;

    /// Takes a cert apart, or finds it among the last ones.
    ///
    /// # Errors
    /// As [`Parts::parse`].
    pub(super) fn parts(&self, octets: &[u8]) -> Result<Arc<Parts>, CertFlaw> {
        let name = hash(octets);
        if let Some(parts) = lock(&self.parts).get(&name) {
            return Ok(Arc::clone(parts));
        }
        self.parses.fetch_add(1, Ordering::Relaxed);
        let parts = Arc::new(Parts::parse(octets)?);
        self.keep_parts(name, octets.len(), &parts);
        Ok(parts)
    }

    /// Keeps the parts that `octets` would be taken apart into.
    pub(super) fn keep(&self, octets: &[u8], parts: Parts) {
        self.keep_parts(hash(octets), octets.len(), &Arc::new(parts));
    }

    pub(super) fn has_verified(&self, what: &Hash) -> bool {
        lock(&self.verified).contains(what)
    }

    pub(super) fn keep_verified(&self, what: Hash) {
        let mut held = lock(&self.verified);
        if held.len() >= Self::MOST_VERIFIED {
            held.clear();
        }
        held.insert(what);
    }

    fn keep_parts(&self, name: Hash, octets: usize, parts: &Arc<Parts>) {
        // Larger ones are handed in by the user, one at a time.
        if octets > MAX_CERT_BYTES_BY_MAIL {
            return;
        }
        let mut held = lock(&self.parts);
        if held.len() >= Self::MOST_PARTS {
            held.clear();
        }
        held.insert(name, Arc::clone(parts));
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
