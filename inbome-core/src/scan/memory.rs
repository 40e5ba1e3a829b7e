//! What a run remembers of key fields: one memory per thread for fields, one for all for certs.
//!
//! Both are bounded: a full one is emptied, and costs nothing but work done again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::addr::Addr;
use crate::key::{CertFlaw, Fingerprint, Hash};
use crate::peer::Advertised;
use crate::receive::KeyMemory;

/// Senders remembered per thread; each takes about the size of a cert.
const MAX_SENDERS: usize = 2_048;
/// Certs remembered in a run; each takes about 100 octets.
const MAX_CERTS: usize = 32_768;

/// Certs that were checked in this run, by SHA-256.
#[derive(Debug, Default)]
pub(super) struct CheckedCerts(Mutex<BTreeMap<Hash, Result<Fingerprint, CertFlaw>>>);

/// The memory of one thread.
#[derive(Debug)]
pub(super) struct RunMemory<'a> {
    last_field: BTreeMap<Addr, (Hash, Advertised)>,
    certs: &'a CheckedCerts,
}

impl<'a> RunMemory<'a> {
    pub(super) fn new(certs: &'a CheckedCerts) -> Self {
        Self { last_field: BTreeMap::new(), certs }
    }
}

impl KeyMemory for RunMemory<'_> {
    fn by_field(&self, from: &Addr, field: &Hash) -> Option<Advertised> {
        let (held, advertised) = self.last_field.get(from)?;
        (held == field).then(|| advertised.clone())
    }

    fn by_cert(&self, _from: &Addr, cert: &Hash) -> Option<Result<Fingerprint, CertFlaw>> {
        let certs = self.certs.0.lock().unwrap_or_else(PoisonError::into_inner);
        certs.get(cert).cloned()
    }

    fn keep(&mut self, from: &Addr, field: &Hash, found: &Advertised) {
        if self.last_field.len() >= MAX_SENDERS {
            self.last_field.clear();
        }
        self.last_field.insert(from.clone(), (*field, found.clone()));
    }

    fn keep_cert(&mut self, cert: &Hash, found: &Result<Fingerprint, CertFlaw>) {
        let mut certs = self.certs.0.lock().unwrap_or_else(PoisonError::into_inner);
        if certs.len() >= MAX_CERTS {
            certs.clear();
        }
        certs.insert(*cert, found.clone());
    }
}
