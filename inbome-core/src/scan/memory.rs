//! What a run remembers of key fields: one memory per thread for fields, one for all for certs.
//!
//! Both are bounded; what they let go costs nothing but work done again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::addr::Addr;
use crate::key::{CertFlaw, Fingerprint, Hash};
use crate::peer::Advertised;
use crate::receive::KeyMemory;

/// Adverts remembered per thread; each takes about the size of a cert. A power of two.
const SLOTS: usize = 4_096;
/// Certs remembered in a run; each takes about 100 octets.
const MAX_CERTS: usize = 32_768;

/// Certs that were checked in this run, by SHA-256.
#[derive(Debug, Default)]
pub(super) struct CheckedCerts(Mutex<BTreeMap<Hash, Result<Fingerprint, CertFlaw>>>);

/// The memory of one thread. A field has one slot, which its hash names: to look it up costs one
/// comparison, and a newer field takes the place of an older one.
#[derive(Debug)]
pub(super) struct RunMemory<'a> {
    fields: Vec<Option<(Hash, Addr, Advertised)>>,
    certs: &'a CheckedCerts,
}

impl<'a> RunMemory<'a> {
    pub(super) fn new(certs: &'a CheckedCerts) -> Self {
        Self { fields: vec![None; SLOTS], certs }
    }

    fn slot(field: &Hash) -> usize {
        let start = field.first_chunk().map_or(0, |octets| u16::from_be_bytes(*octets));
        usize::from(start) & SLOTS.saturating_sub(1)
    }
}

impl KeyMemory for RunMemory<'_> {
    fn by_field(&self, from: &Addr, field: &Hash) -> Option<Advertised> {
        let (held, sender, advertised) = self.fields.get(Self::slot(field))?.as_ref()?;
        (held == field && sender == from).then(|| advertised.clone())
    }

    fn by_cert(&self, _from: &Addr, cert: &Hash) -> Option<Result<Fingerprint, CertFlaw>> {
        let certs = self.certs.0.lock().unwrap_or_else(PoisonError::into_inner);
        certs.get(cert).cloned()
    }

    fn keep(&mut self, from: &Addr, field: &Hash, found: &Advertised) {
        if let Some(slot) = self.fields.get_mut(Self::slot(field)) {
            *slot = Some((*field, from.clone(), found.clone()));
        }
    }

    fn keep_cert(&mut self, cert: &Hash, found: &Result<Fingerprint, CertFlaw>) {
        let mut certs = self.certs.0.lock().unwrap_or_else(PoisonError::into_inner);
        if certs.len() >= MAX_CERTS {
            certs.clear();
        }
        certs.insert(*cert, found.clone());
    }
}
