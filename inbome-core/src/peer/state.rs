//! A peer with its key history, and the joins over both (Discovery §3.1).
//!
//! Nobody else joins: mail, gossip, imports, other devices and the user's word all come through here.
//! What changed is a [`Change`], by which a store writes no more than that.

use std::collections::BTreeSet;

use super::{Advert, Advertised, Introduced, Observation, Peer, Plain, Seen, Word, not_judged};
use crate::clock::Timestamp;
use crate::history::{History, KeyRecord, Source, Span, Spans};
use crate::key::{Certificates, Fingerprint, Hash, Judgement, Key, Unusable};
use crate::limits::{MAX_HISTORY_CERTS, MAX_REVOKED_FINGERPRINTS};

/// A peer with its key history: what the join works on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeerState {
    /// The row.
    pub peer: Peer,
    /// The key history.
    pub history: History,
}

/// What applying a mail did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The row differs.
    pub row: bool,
    /// Records that differ. Those dropped at a limit are listed too.
    pub keys: BTreeSet<Fingerprint>,
    /// The direct key has another fingerprint: old and new.
    pub key_changed: Option<(Fingerprint, Fingerprint)>,
}

impl Change {
    /// Of the row alone.
    fn of_row(row: bool) -> Self {
        Self { row, ..Self::default() }
    }

    /// Whether anything stored differs.
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.row || !self.keys.is_empty()
    }

    /// Both changes, one after the other.
    pub fn merge(&mut self, later: Self) {
        self.row |= later.row;
        self.keys.extend(later.keys);
        self.key_changed = match (self.key_changed.take(), later.key_changed) {
            (Some((old, _)), Some((_, new))) => Some((old, new)).filter(|(old, new)| old != new),
            (held, later) => later.or(held),
        };
    }
}

impl PeerState {
    /// Applies what one mail from the peer says (Discovery §4, step 5). `now` is the time for which
    /// a new key is judged.
    pub fn observe(
        &mut self,
        seen: &Observation,
        certs: &dyn Certificates,
        now: Timestamp,
    ) -> Change {
        if self.is_forgotten(seen.at) {
            return self.recall(seen.advert.as_ref().map(|advert| &advert.key), certs, now);
        }
        let mut change = Change::default();
        let peer = &mut self.peer;
        change.row |= raise(&mut peer.seen, Seen { at: seen.at, encrypted: seen.encrypted });
        if seen.list_post {
            change.row |= raise(&mut peer.list_post, seen.at);
        }
        let Some(advertised) = &seen.advert else {
            // The text is copied only if it may stay.
            if peer.last_plain.as_ref().is_none_or(|plain| plain.at <= seen.at) {
                let agent = seen.agent.clone().unwrap_or_default();
                change.row |= raise(&mut peer.last_plain, Plain { at: seen.at, agent });
            }
            return change;
        };
        self.record(&advertised.key, Source::Advert, seen.at, certs, &mut change);
        let advert = Advert {
            at: seen.at,
            protected: advertised.protected,
            key: advertised.key.clone(),
            prefer_encrypt: advertised.prefer_encrypt,
            // Judged below, if this advert comes to stay.
            judgement: not_judged(),
            field: advertised.field,
        };
        change.row |= self.take_advert(advert, &mut change.key_changed);
        self.settle(certs, now, &mut change);
        change
    }

    /// Applies accepted gossip about the peer (Discovery §5). The direct key is never touched.
    pub fn hear(
        &mut self,
        key: &Key,
        at: Timestamp,
        certs: &dyn Certificates,
        now: Timestamp,
    ) -> Change {
        if self.is_forgotten(at) {
            return self.recall(Some(key), certs, now);
        }
        let mut change = Change::default();
        self.record(key, Source::Gossip, at, certs, &mut change);
        let heard = Introduced { at, key: key.clone(), judgement: not_judged() };
        change.row |= take_introduced(&mut self.peer.gossip, heard);
        self.settle(certs, now, &mut change);
        change
    }

    /// Takes a key that the user hands in (Discovery §6).
    pub fn import(
        &mut self,
        key: &Key,
        at: Timestamp,
        certs: &dyn Certificates,
        now: Timestamp,
    ) -> Change {
        let mut change = Change::default();
        self.record(key, Source::Import, at, certs, &mut change);
        let handed_in = Introduced { at, key: key.clone(), judgement: not_judged() };
        change.row |= take_introduced(&mut self.peer.imported, handed_in);
        self.settle(certs, now, &mut change);
        change
    }

    /// Everything up to `at` counts as not seen. The user's word is forgotten with it.
    pub fn forget(&mut self, at: Timestamp) -> Change {
        raise(&mut self.peer.forgotten, at);
        self.peer.word = Word::Default;
        Change { row: true, keys: self.drop_forgotten(), key_changed: None }
    }

    /// Takes the user's word about the peer (Discovery §7).
    pub fn set_word(&mut self, word: Word) -> Change {
        let row = self.peer.word != word;
        self.peer.word = word;
        Change::of_row(row)
    }

    /// What a field of these octets, by their SHA-256, says: the advert that stands, if such a field
    /// brought it.
    #[must_use]
    pub fn by_field(&self, field: &Hash) -> Option<Advertised> {
        let advert = self.peer.advert.as_ref().filter(|advert| advert.field == Some(*field))?;
        let (key, prefer_encrypt) = (advert.key.clone(), advert.prefer_encrypt);
        Some(Advertised { key, prefer_encrypt, protected: false, field: advert.field })
    }

    /// Whose cert this copy, by its SHA-256, was found to be.
    #[must_use]
    pub fn by_copy(&self, copy: &Hash) -> Option<&Fingerprint> {
        let mut history = self.history.iter();
        history.find(|(_, record)| record.copies.contains(copy)).map(|(fingerprint, _)| fingerprint)
    }

    /// Joins the state that another device computed from other mails, or partly the same ones. The
    /// user's word is no part of it.
    pub fn join(&mut self, other: &Self, certs: &dyn Certificates, now: Timestamp) -> Change {
        let mut change = Change::default();
        let mut other = other.clone();
        let forgotten = self.peer.forgotten.max(other.peer.forgotten);
        change.row |= forgotten > self.peer.forgotten;
        self.peer.forgotten = forgotten;
        change.keys.extend(self.drop_forgotten());
        other.peer.forgotten = forgotten;
        other.drop_forgotten();
        let mut theirs = other.peer;
        // They judged by the copies that they know; we may know a revocation that they do not.
        theirs.unjudge_all();
        change.row |= theirs.seen.is_some_and(|seen| raise(&mut self.peer.seen, seen));
        change.row |= theirs.list_post.is_some_and(|at| raise(&mut self.peer.list_post, at));
        change.row |=
            theirs.last_plain.is_some_and(|plain| raise(&mut self.peer.last_plain, plain));
        change.row |= theirs.truncated && !self.peer.truncated;
        self.peer.truncated |= theirs.truncated;
        for (fingerprint, record) in other.history {
            if self.join_record(&fingerprint, record, certs) {
                change.keys.insert(fingerprint);
            }
        }
        if let Some(advert) = theirs.advert {
            change.row |= self.take_advert(advert, &mut change.key_changed);
        }
        let peer = &mut self.peer;
        change.row |= theirs.gossip.is_some_and(|key| take_introduced(&mut peer.gossip, key));
        change.row |= theirs.imported.is_some_and(|key| take_introduced(&mut peer.imported, key));
        self.settle(certs, now, &mut change);
        change
    }

    /// Judges the keys of the row anew where the last judgement no longer holds.
    pub fn judge(&mut self, certs: &dyn Certificates, now: Timestamp) -> Change {
        let history = &self.history;
        let renew = |key: &Key, judgement: &mut Judgement| {
            if judgement.holds_at(now) {
                return false;
            }
            let Some(record) = history.get(&key.fingerprint) else { return false };
            *judgement = match record.is_bare() {
                true => revoked(),
                false => certs.judge(&key.bytes, &record.union, now),
            };
            true
        };
        let peer = &mut self.peer;
        let direct = peer.advert.as_mut().is_some_and(|a| renew(&a.key, &mut a.judgement));
        let introduced = [&mut peer.gossip, &mut peer.imported];
        let changed = introduced
            .into_iter()
            .flatten()
            .fold(direct, |changed, held| renew(&held.key, &mut held.judgement) || changed);
        Change::of_row(changed)
    }

    /// The row for a draft that brought keys along (Messages §5, Discovery §7): they serve as gossip
    /// would, for that draft alone, where no other key is known; what is stored of their fingerprints
    /// holds for them too.
    #[must_use]
    pub fn with_draft_keys(
        self,
        keys: &mut dyn Iterator<Item = &Key>,
        certs: &dyn Certificates,
        now: Timestamp,
    ) -> Peer {
        let mut peer = self.peer;
        if peer.has_key() {
            return peer;
        }
        for key in keys {
            let known = self.history.get(&key.fingerprint);
            let judgement = match known.is_some_and(KeyRecord::is_bare) {
                true => revoked(),
                false => {
                    let union = certs.union(known.map(|record| &record.union), &key.bytes);
                    certs.judge(&key.bytes, &union, now)
                }
            };
            let usable = judgement.verdict.is_ok();
            if usable || peer.gossip.is_none() {
                peer.gossip = Some(Introduced { at: now, key: key.clone(), judgement });
            }
            if usable {
                break;
            }
        }
        peer
    }

    /// Of a mail that counts as not seen a hard revocation stays, which is kept for ever whenever it was
    /// seen (Discovery §3.1).
    fn recall(&mut self, key: Option<&Key>, certs: &dyn Certificates, now: Timestamp) -> Change {
        let mut change = Change::default();
        let Some(key) = key else { return change };
        let known = self.history.get(&key.fingerprint);
        if known.is_some_and(|record| record.is_bare() || record.copies.contains(&key.hash)) {
            return change;
        }
        let union = certs.union(known.map(|record| &record.union), &key.bytes);
        if !union.hard_revoked || known.is_some_and(|record| record.union == union) {
            return change;
        }
        let spans = known.map(|record| record.spans).unwrap_or_default();
        let copies = known.map(|record| record.copies.clone()).unwrap_or_default();
        let mut record = KeyRecord { spans, union, copies };
        record.remember_copy(key.hash);
        self.history.insert(key.fingerprint.clone(), record);
        self.peer.unjudge(&key.fingerprint);
        change.keys.insert(key.fingerprint.clone());
        self.settle(certs, now, &mut change);
        change
    }

    fn is_forgotten(&self, at: Timestamp) -> bool {
        self.peer.forgotten.is_some_and(|forgotten| at <= forgotten)
    }

    fn take_advert(
        &mut self,
        advert: Advert,
        key_changed: &mut Option<(Fingerprint, Fingerprint)>,
    ) -> bool {
        let slot = &mut self.peer.advert;
        if slot.as_ref().is_some_and(|held| held.rank() >= advert.rank()) {
            return false;
        }
        if let Some(old) = slot.as_ref().map(|held| &held.key.fingerprint)
            && *old != advert.key.fingerprint
        {
            *key_changed = Some((old.clone(), advert.key.fingerprint.clone()));
        }
        // A repeated key keeps its judgement: it is a matter of the cert, not of the date.
        let judgement = match slot.take() {
            Some(held) if held.key.hash == advert.key.hash => held.judgement,
            _ => advert.judgement,
        };
        *slot = Some(Advert { judgement, ..advert });
        true
    }

    /// Enters a key into the history: dates always, parts only if this copy is new.
    fn record(
        &mut self,
        key: &Key,
        source: Source,
        at: Timestamp,
        certs: &dyn Certificates,
        change: &mut Change,
    ) {
        let span = Span { first: at, last: at };
        // What stands in the row is in the union: nearly every mail ends here.
        let stands = self.peer.advert.as_ref().is_some_and(|held| held.key.hash == key.hash);
        let changed = match self.history.get_mut(&key.fingerprint) {
            None => {
                let record = KeyRecord {
                    spans: Spans::from_iter([(source, span)]),
                    union: certs.union(None, &key.bytes),
                    copies: BTreeSet::from([key.hash]),
                };
                self.history.insert(key.fingerprint.clone(), record);
                true
            }
            Some(record) => {
                let mut changed = record.spans.widen(source, span);
                if !stands && !record.is_bare() && !record.copies.contains(&key.hash) {
                    let union = certs.union(Some(&record.union), &key.bytes);
                    changed |= union != record.union;
                    if union != record.union {
                        self.peer.unjudge(&key.fingerprint);
                    }
                    record.union = union;
                    record.remember_copy(key.hash);
                }
                changed
            }
        };
        if changed {
            change.keys.insert(key.fingerprint.clone());
        }
    }

    fn join_record(
        &mut self,
        fingerprint: &Fingerprint,
        theirs: KeyRecord,
        certs: &dyn Certificates,
    ) -> bool {
        let Some(record) = self.history.get_mut(fingerprint) else {
            self.history.insert(fingerprint.clone(), theirs);
            return true;
        };
        let mut changed = false;
        for (source, span) in theirs.spans.iter() {
            changed |= record.spans.widen(source, span);
        }
        if record.is_bare() || theirs.is_bare() {
            let bare = record.is_bare();
            record.strip();
            self.peer.unjudge(fingerprint);
            return changed || !bare;
        }
        let mut union = certs.union(Some(&record.union), &theirs.union.bytes);
        union.truncated |= theirs.union.truncated;
        if union != record.union {
            record.union = union;
            self.peer.unjudge(fingerprint);
            changed = true;
        }
        theirs.copies.into_iter().for_each(|hash| record.remember_copy(hash));
        changed
    }

    /// After every change: prune the history, mark truncation, judge what is new.
    fn settle(&mut self, certs: &dyn Certificates, now: Timestamp, change: &mut Change) {
        for cut in self.prune() {
            change.keys.insert(cut);
            change.row |= !self.peer.truncated;
            self.peer.truncated = true;
        }
        let cut = change
            .keys
            .iter()
            .any(|fpr| self.history.get(fpr).is_some_and(|record| record.union.truncated));
        change.row |= cut && !self.peer.truncated;
        self.peer.truncated |= cut;
        change.row |= self.judge(certs, now).row;
    }

    /// Cuts the history at its limits (Discovery §3.1): the direct and the gossip cert, and what the
    /// user handed in or pinned, stay; so do the latest of the rest (ties: greater fingerprint). Of what
    /// goes, a hard revocation leaves its fingerprint, if there are not too many of these. Which records
    /// differ.
    fn prune(&mut self) -> Vec<Fingerprint> {
        if self.history.len() <= MAX_HISTORY_CERTS {
            return Vec::new();
        }
        let peer = &self.peer;
        let stays = |fpr: &Fingerprint, record: &KeyRecord| {
            record.spans.get(Source::Import).is_some()
                || peer.advert.as_ref().is_some_and(|held| held.key.fingerprint == *fpr)
                || peer.gossip.as_ref().is_some_and(|held| held.key.fingerprint == *fpr)
                || peer.word == Word::Pin(fpr.clone())
        };
        let mut rest: Vec<_> = self
            .history
            .iter()
            .filter(|(fpr, record)| !record.is_bare() && !stays(fpr, record))
            .map(|(fpr, record)| (record.last(), fpr.clone()))
            .collect();
        let mut cut = first_of(&mut rest, MAX_HISTORY_CERTS);
        for fpr in &cut {
            match self.history.get_mut(fpr).filter(|record| record.union.hard_revoked) {
                Some(record) => record.strip(),
                None => drop(self.history.remove(fpr)),
            }
        }
        let bare = self.history.values().filter(|record| record.is_bare()).count();
        if bare <= MAX_REVOKED_FINGERPRINTS {
            return cut;
        }
        // Those that nobody but others told of go first.
        let mut bare: Vec<_> = self
            .history
            .iter()
            .filter(|(fpr, record)| record.is_bare() && !stays(fpr, record))
            .map(|(fpr, record)| {
                let by_peer = record.spans.get(Source::Advert).is_some();
                ((by_peer, record.last()), fpr.clone())
            })
            .collect();
        let gone = first_of(&mut bare, MAX_REVOKED_FINGERPRINTS);
        self.history.retain(|fpr, _| !gone.contains(fpr));
        cut.extend(gone);
        cut
    }

    /// Takes away what counts as not seen; which records differ.
    fn drop_forgotten(&mut self) -> BTreeSet<Fingerprint> {
        let mut changed = BTreeSet::new();
        let Some(limit) = self.peer.forgotten else { return changed };
        let peer = &mut self.peer;
        peer.seen = peer.seen.filter(|seen| seen.at > limit);
        peer.advert = peer.advert.take().filter(|advert| advert.at > limit);
        peer.gossip = peer.gossip.take().filter(|gossip| gossip.at > limit);
        peer.imported = peer.imported.take().filter(|imported| imported.at > limit);
        peer.last_plain = peer.last_plain.take().filter(|plain| plain.at > limit);
        peer.list_post = peer.list_post.filter(|at| *at > limit);
        self.history.retain(|fingerprint, record| {
            let before = record.spans;
            record.spans.forget(limit);
            if record.spans != before {
                changed.insert(fingerprint.clone());
            }
            // Discovery §3.1: a verified hard revocation is kept for ever.
            !record.spans.is_empty() || record.union.hard_revoked
        });
        changed
    }
}

/// The least of these, all but `kept` of them.
fn first_of<T: Ord>(all: &mut Vec<(T, Fingerprint)>, kept: usize) -> Vec<Fingerprint> {
    all.sort_unstable();
    let surplus = all.len().saturating_sub(kept);
    all.drain(..surplus).map(|(_, fingerprint)| fingerprint).collect()
}

/// Of a key that is known to be revoked, and of nothing else.
fn revoked() -> Judgement {
    Judgement { verdict: Err(Unusable::Revoked), from: Timestamp::MIN, until: Timestamp::MAX }
}

/// The join of an introduced key. Gives whether the slot changed.
fn take_introduced(slot: &mut Option<Introduced>, new: Introduced) -> bool {
    if slot.as_ref().is_some_and(|held| held.rank() >= new.rank()) {
        return false;
    }
    // A repeated key keeps its judgement: it is a matter of the cert, not of the date.
    let judgement = match slot.take() {
        Some(held) if held.key.hash == new.key.hash => held.judgement,
        _ => new.judgement,
    };
    *slot = Some(Introduced { judgement, ..new });
    true
}

/// The join of a maximum. Gives whether the slot changed.
fn raise<T: Ord>(slot: &mut Option<T>, value: T) -> bool {
    let higher = slot.as_ref().is_none_or(|held| *held < value);
    if higher {
        *slot = Some(value);
    }
    higher
}
