//! Every key that a peer was seen with: when, by which source, and what it is made of.
//!
//! Implements the key history of Discovery §3.1: dates are minima and maxima, certs are unions. Not
//! here: when an entry is made or dropped (`peer`), and how certs are united (`openpgp`).

use std::collections::BTreeSet;

use crate::clock::Timestamp;
use crate::key::{CertUnion, Fingerprint, Hash};

/// Where a key was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// In the peer's own key field.
    Advert,
    /// In somebody's gossip.
    Gossip,
    /// Handed in by the user.
    Import,
}

/// First and last effective date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The earliest.
    pub first: Timestamp,
    /// The latest.
    pub last: Timestamp,
}

impl Span {
    /// Both at once: earlier first, later last.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// When a key was seen, by source. Each mail looks at it, so it is held in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spans {
    advert: Option<Span>,
    gossip: Option<Span>,
    import: Option<Span>,
}

impl Spans {
    /// When the key was seen in this source, if it was.
    #[must_use]
    pub const fn get(&self, source: Source) -> Option<Span> {
        match source {
            Source::Advert => self.advert,
            Source::Gossip => self.gossip,
            Source::Import => self.import,
        }
    }

    /// Those that there are, in the order of [`Source`].
    pub fn iter(&self) -> impl Iterator<Item = (Source, Span)> + use<> {
        let all = [
            (Source::Advert, self.advert),
            (Source::Gossip, self.gossip),
            (Source::Import, self.import),
        ];
        all.into_iter().filter_map(|(source, span)| Some((source, span?)))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// From the first to the last, whatever the source.
    #[must_use]
    pub fn whole(&self) -> Option<Span> {
        self.iter().map(|(_, span)| span).reduce(Span::join)
    }

    /// The join with one of them. Gives whether it changed.
    pub fn widen(&mut self, source: Source, span: Span) -> bool {
        let slot = self.slot(source);
        let joined = slot.map_or(span, |held| held.join(span));
        slot.replace(joined) != Some(joined)
    }

    /// Takes away what lies up to `limit`.
    pub fn forget(&mut self, limit: Timestamp) {
        for slot in [&mut self.advert, &mut self.gossip, &mut self.import] {
            *slot = slot
                .filter(|span| span.last > limit)
                .map(|span| Span { first: span.first.max(limit.plus_secs(1)), last: span.last });
        }
    }

    const fn slot(&mut self, source: Source) -> &mut Option<Span> {
        match source {
            Source::Advert => &mut self.advert,
            Source::Gossip => &mut self.gossip,
            Source::Import => &mut self.import,
        }
    }
}

impl FromIterator<(Source, Span)> for Spans {
    fn from_iter<T: IntoIterator<Item = (Source, Span)>>(spans: T) -> Self {
        let mut all = Self::default();
        for (source, span) in spans {
            all.widen(source, span);
        }
        all
    }
}

/// What is remembered of one fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// When it was seen, by source.
    pub spans: Spans,
    /// The union of the verified parts of all copies; nothing but its flags past the limit
    /// ([`KeyRecord::is_bare`]).
    pub union: CertUnion,
    /// SHA-256 of copies that are in the union already, so that they need not be parsed again. The
    /// greatest [`MAX_COPIES`] are kept. A memory of work done, not part of the join.
    pub copies: BTreeSet<Hash>,
}

/// Copies of one cert whose hashes are remembered.
pub const MAX_COPIES: usize = 8;

impl KeyRecord {
    /// The latest date from any source.
    #[must_use]
    pub fn last(&self) -> Timestamp {
        self.spans.whole().map_or(Timestamp::MIN, |span| span.last)
    }

    /// Whether nothing is left but that the key is revoked for good, and when it was seen: what a hard
    /// revocation is past the limit of the history (Discovery §3.1).
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.union.hard_revoked && self.union.bytes.is_empty()
    }

    pub(crate) fn strip(&mut self) {
        self.union = CertUnion { bytes: [].into(), hard_revoked: true, truncated: true };
        self.copies.clear();
    }

    pub(crate) fn remember_copy(&mut self, hash: Hash) {
        self.copies.insert(hash);
        while self.copies.len() > MAX_COPIES {
            self.copies.pop_first();
        }
    }
}

/// Every key that the peer was seen with, in the order of the fingerprints. Nearly all peers have one or
/// two, and each mail looks at one: so it is a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    records: Vec<(Fingerprint, KeyRecord)>,
    /// A store has more of it.
    in_part: bool,
}

impl History {
    /// Without any key.
    #[must_use]
    pub const fn new() -> Self {
        Self { records: Vec::new(), in_part: false }
    }

    /// Some records of a longer history.
    #[must_use]
    pub fn in_part(records: impl IntoIterator<Item = (Fingerprint, KeyRecord)>) -> Self {
        Self { in_part: true, ..Self::from_iter(records) }
    }

    /// Whether a store may have a record of this key that was not read. No key may be joined before
    /// its record is.
    #[must_use]
    pub fn lacks(&self, fingerprint: &Fingerprint) -> bool {
        self.in_part && !self.contains_key(fingerprint)
    }

    /// Adds what was not read of a history. What is here already stays: it may have changed since.
    pub fn complete(&mut self, whole: Self) {
        self.in_part = whole.in_part;
        for (fingerprint, record) in whole {
            if !self.contains_key(&fingerprint) {
                self.insert(fingerprint, record);
            }
        }
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether there is a record of this key.
    #[must_use]
    pub fn contains_key(&self, fingerprint: &Fingerprint) -> bool {
        self.place(fingerprint).is_ok()
    }

    /// The record of a key.
    #[must_use]
    pub fn get(&self, fingerprint: &Fingerprint) -> Option<&KeyRecord> {
        self.records.get(self.place(fingerprint).ok()?).map(|(_, record)| record)
    }

    /// The record of a key, to be changed.
    pub fn get_mut(&mut self, fingerprint: &Fingerprint) -> Option<&mut KeyRecord> {
        let place = self.place(fingerprint).ok()?;
        self.records.get_mut(place).map(|(_, record)| record)
    }

    /// Adds a record, in place of that of the same key.
    pub fn insert(&mut self, fingerprint: Fingerprint, record: KeyRecord) {
        match self.place(&fingerprint) {
            Ok(place) => {
                if let Some((_, held)) = self.records.get_mut(place) {
                    *held = record;
                }
            }
            Err(place) => {
                self.records.reserve_exact(1);
                self.records.insert(place, (fingerprint, record));
            }
        }
    }

    /// Takes a record out.
    pub fn remove(&mut self, fingerprint: &Fingerprint) -> Option<KeyRecord> {
        let place = self.place(fingerprint).ok()?;
        Some(self.records.remove(place).1)
    }

    /// Keeps those records that `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&Fingerprint, &mut KeyRecord) -> bool) {
        self.records.retain_mut(|(fingerprint, record)| keep(fingerprint, record));
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&Fingerprint, &KeyRecord)> {
        self.records.iter().map(|(fingerprint, record)| (fingerprint, record))
    }

    /// The fingerprints.
    pub fn keys(&self) -> impl Iterator<Item = &Fingerprint> {
        self.iter().map(|(fingerprint, _)| fingerprint)
    }

    /// The records.
    pub fn values(&self) -> impl Iterator<Item = &KeyRecord> {
        self.iter().map(|(_, record)| record)
    }

    /// The records, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut KeyRecord> {
        self.records.iter_mut().map(|(_, record)| record)
    }

    fn place(&self, fingerprint: &Fingerprint) -> Result<usize, usize> {
        self.records.binary_search_by(|(held, _)| held.cmp(fingerprint))
    }
}

impl IntoIterator for History {
    type Item = (Fingerprint, KeyRecord);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.records.into_iter()
    }
}

impl FromIterator<(Fingerprint, KeyRecord)> for History {
    fn from_iter<T: IntoIterator<Item = (Fingerprint, KeyRecord)>>(records: T) -> Self {
        let mut history = Self::new();
        for (fingerprint, record) in records {
            history.insert(fingerprint, record);
        }
        history
    }
}
