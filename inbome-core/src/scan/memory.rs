//! What a run keeps in memory: key fields that were judged, one memory per thread for fields and one for
//! all for certs; and many pieces of octets in one piece of memory.
//!
//! The former are bounded; what they let go costs nothing but work done again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::addr::Addr;
use crate::header::RawField;
use crate::key::{CertFlaw, Fingerprint, Hash};
use crate::peer::Advertised;
use crate::receive::KeyMemory;

/// Fields remembered per thread; each takes about the size of its field and its cert. A power of two.
const SLOTS: usize = 4_096;
/// Octets of the longest field that is remembered: nearly all have less than half of it.
const MAX_RAW_BYTES: usize = 4_096;
/// Certs remembered in a run; each takes about 100 octets.
const MAX_CERTS: usize = 32_768;

/// Certs that were checked in this run, by SHA-256.
#[derive(Debug, Default)]
pub(super) struct CheckedCerts(Mutex<BTreeMap<Hash, Result<Fingerprint, CertFlaw>>>);

/// The memory of one thread. A field has one slot, which its octets name: to look it up costs one
/// comparison with the octets that stand there, and a newer field takes the place of an older one.
#[derive(Debug)]
pub(super) struct RunMemory<'a> {
    fields: Vec<Option<Remembered>>,
    certs: &'a CheckedCerts,
}

#[derive(Debug, Clone)]
struct Remembered {
    raw: Box<[u8]>,
    name: Box<[u8]>,
    from: Addr,
    found: Advertised,
}

impl<'a> RunMemory<'a> {
    pub(super) fn new(certs: &'a CheckedCerts) -> Self {
        Self { fields: vec![None; SLOTS], certs }
    }

    /// Fields differ most in their last octets, which belong to a signature, and in their length.
    /// Whoever makes many that share a slot makes work, which was there without a memory too.
    fn slot(raw: &[u8]) -> usize {
        let end = raw.last_chunk().map_or(0, |octets| u64::from_le_bytes(*octets));
        let spread = end.wrapping_add(raw.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from(spread >> 40).unwrap_or_default() & SLOTS.saturating_sub(1)
    }
}

impl KeyMemory for RunMemory<'_> {
    fn by_field(&self, from: &Addr, field: &RawField<'_>) -> Option<Advertised> {
        let held = self.fields.get(Self::slot(field.raw))?.as_ref()?;
        let same = *held.raw == *field.raw && *held.name == *field.name && held.from == *from;
        same.then(|| held.found.clone())
    }

    fn by_cert(&self, _from: &Addr, cert: &Hash) -> Option<Result<Fingerprint, CertFlaw>> {
        let certs = self.certs.0.lock().unwrap_or_else(PoisonError::into_inner);
        certs.get(cert).cloned()
    }

    fn keep(&mut self, from: &Addr, field: &RawField<'_>, found: &Advertised) {
        let (raw, name) = (field.raw, field.name);
        let slot = self.fields.get_mut(Self::slot(raw)).filter(|_| raw.len() <= MAX_RAW_BYTES);
        if let Some(slot) = slot {
            let (from, found) = (from.clone(), found.clone());
            *slot = Some(Remembered { raw: raw.into(), name: name.into(), from, found });
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

/// Many pieces of octets in order, one behind the other in one piece of memory: a scan of a million mails
/// has a million names and headers, and each by itself would keep the allocator busy.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    octets: Vec<u8>,
    /// Where each piece ends.
    ends: Vec<usize>,
}

impl Pieces {
    /// Lets go of them, and keeps their room.
    pub(super) fn clear(&mut self) {
        self.octets.clear();
        self.ends.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.octets.extend_from_slice(piece);
        self.ends.push(self.octets.len());
    }

    /// Cuts the last one to `len` octets.
    pub(super) fn truncate_last(&mut self, len: usize) {
        let start = self.ends.iter().rev().nth(1).copied().unwrap_or_default();
        let end = start.saturating_add(len);
        if let Some(last) = self.ends.last_mut().filter(|last| **last > end) {
            *last = end;
            self.octets.truncate(end);
        }
    }

    /// Each of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let piece = self.octets.get(start..*end).unwrap_or_default();
            start = *end;
            piece
        })
    }
}
