//! What is remembered of a peer, and how one mail changes it: a join (Discovery §3.1).
//!
//! The stored state is a function of the *set* of observations. Only maxima, minima and unions are
//! kept, so mails may come in any order, twice, or half on each of two devices. [`PeerState::observe`]
//! applies one mail, [`PeerState::join`] the state of another device; both rest on the same joins.
//! Not here: how a mail becomes an observation (`discover`); what is concluded (`recommend`).

use std::collections::BTreeSet;

use crate::clock::Timestamp;
use crate::header::PreferEncrypt;
use crate::history::{History, KeyRecord, Source, Span, Spans};
use crate::key::{Certificates, Fingerprint, Hash, Judgement, Key};
use crate::limits::MAX_HISTORY_CERTS;

/// What one mail says about its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The effective date.
    pub at: Timestamp,
    /// Properly encrypted: decrypted by us, validly signed by the cert that it advertises.
    pub encrypted: bool,
    /// The valid content of its key field.
    pub advert: Option<Advertised>,
    /// `User-Agent` or `X-Mailer`; it words the reasons.
    pub agent: Option<String>,
    /// It bears `List-Post` with the address that it comes from: the peer is a list.
    pub list_post: bool,
}

/// An advertised key, as one mail brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advertised {
    /// The cert.
    pub key: Key,
    /// The preference.
    pub prefer_encrypt: PreferEncrypt,
    /// It stood inside the encrypted and signed payload.
    pub protected: bool,
    /// SHA-256 of the raw field that it was read from; none where another field could say the same
    /// octets and mean something else.
    pub field: Option<Hash>,
}

/// The youngest mail from the peer. The order is the join: by date, *encrypted* over not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// `last_seen`.
    pub at: Timestamp,
    /// `last_seen_encrypted`.
    pub encrypted: bool,
}

/// The youngest advert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advert {
    /// `autocrypt_timestamp`.
    pub at: Timestamp,
    /// It stood inside the payload.
    pub protected: bool,
    /// `public_key`, as received.
    pub key: Key,
    /// `prefer_encrypt`.
    pub prefer_encrypt: PreferEncrypt,
    /// What the key is good for; kept beside it, not part of the join.
    pub judgement: Judgement,
    /// SHA-256 of the raw field that brought this advert, so that the same octets need not be read
    /// again. It comes and goes with the advert: a memory of work done, not part of the join.
    pub field: Option<Hash>,
}

impl Advert {
    /// The order of the join: date, protected over outer, SHA-256 of the key, mutual over not.
    fn rank(&self) -> (Timestamp, bool, &Hash, PreferEncrypt) {
        (self.at, self.protected, &self.key.hash, self.prefer_encrypt)
    }
}

/// A key that somebody else introduced: a third person by gossip, or the user by import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduced {
    /// The effective date of the mail, or the time of the import.
    pub at: Timestamp,
    /// The cert, as received.
    pub key: Key,
    /// What the key is good for; kept beside it, not part of the join.
    pub judgement: Judgement,
}

impl Introduced {
    /// The order of the join: date, SHA-256 of the key.
    fn rank(&self) -> (Timestamp, &Hash) {
        (self.at, &self.key.hash)
    }
}

/// The youngest mail without an advert. The order is the join: by date, then by text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plain {
    /// Its effective date.
    pub at: Timestamp,
    /// Its `User-Agent` or `X-Mailer`; empty if it bore none.
    pub agent: String,
}

/// The user's word about a peer; it comes first (Discovery §7).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Word {
    /// Nothing said: the rules decide.
    #[default]
    Default,
    /// Encrypt whenever there is a key.
    Always,
    /// Do not encrypt by default.
    Never,
    /// Only to this key.
    Pin(Fingerprint),
}

/// What is remembered of a peer, its key history aside: one row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peer {
    /// `last_seen`, `last_seen_encrypted`.
    pub seen: Option<Seen>,
    /// `autocrypt_timestamp`, `public_key`, `prefer_encrypt`.
    pub advert: Option<Advert>,
    /// `gossip_timestamp`, `gossip_key`: from the youngest accepted gossip.
    pub gossip: Option<Introduced>,
    /// The key that the user handed in last.
    pub imported: Option<Introduced>,
    /// `last_plain`.
    pub last_plain: Option<Plain>,
    /// When the peer was last seen to be a mailing list.
    pub list_post: Option<Timestamp>,
    /// Everything up to this counts as not seen.
    pub forgotten: Option<Timestamp>,
    /// The user's word.
    pub word: Word,
    /// A limit was passed: the join is no longer promised.
    pub truncated: bool,
}

impl Peer {
    /// Whether the row holds a key, from whatever source.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.advert.is_some() || self.gossip.is_some() || self.imported.is_some()
    }

    /// Whether every judgement in it holds at `now`.
    #[must_use]
    pub fn is_judged_at(&self, now: Timestamp) -> bool {
        let introduced = [&self.gossip, &self.imported].into_iter().flatten();
        introduced
            .map(|held| &held.judgement)
            .chain(self.advert.as_ref().map(|a| &a.judgement))
            .all(|judgement| judgement.holds_at(now))
    }

    /// Whether nothing is left of it but the date of being forgotten.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        *self == Self { forgotten: self.forgotten, truncated: self.truncated, ..Self::default() }
    }
}

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
            *judgement = certs.judge(&key.bytes, &record.union, now);
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
            let known = self.history.get(&key.fingerprint).map(|record| &record.union);
            let judgement = certs.judge(&key.bytes, &certs.union(known, &key.bytes), now);
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
        if known.is_some_and(|record| record.copies.contains(&key.hash)) {
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
                if !stands && !record.copies.contains(&key.hash) {
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
        for dropped in self.prune() {
            change.keys.insert(dropped);
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

    /// Drops the records past the limit: the direct and the gossip cert, what the user handed in or
    /// pinned, and hard revocations stay; of the rest the latest (ties: greater fingerprint).
    fn prune(&mut self) -> Vec<Fingerprint> {
        if self.history.len() <= MAX_HISTORY_CERTS {
            return Vec::new();
        }
        let peer = &self.peer;
        let stays = |fpr: &Fingerprint, record: &KeyRecord| {
            record.union.hard_revoked
                || record.spans.get(Source::Import).is_some()
                || peer.advert.as_ref().is_some_and(|held| held.key.fingerprint == *fpr)
                || peer.gossip.as_ref().is_some_and(|held| held.key.fingerprint == *fpr)
                || peer.word == Word::Pin(fpr.clone())
        };
        let mut rest: Vec<_> = self
            .history
            .iter()
            .filter(|(fpr, record)| !stays(fpr, record))
            .map(|(fpr, record)| (record.last(), fpr.clone()))
            .collect();
        rest.sort_unstable();
        let surplus = rest.len().saturating_sub(MAX_HISTORY_CERTS);
        let dropped: Vec<_> = rest.into_iter().take(surplus).map(|(_, fpr)| fpr).collect();
        for fpr in &dropped {
            self.history.remove(fpr);
        }
        dropped
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

impl Peer {
    fn unjudge_all(&mut self) {
        self.advert.iter_mut().for_each(|advert| advert.judgement = not_judged());
        for held in [&mut self.gossip, &mut self.imported].into_iter().flatten() {
            held.judgement = not_judged();
        }
    }

    /// The cert behind these keys changed: their judgements no longer hold.
    fn unjudge(&mut self, fingerprint: &Fingerprint) {
        if let Some(advert) = self.advert.as_mut().filter(|a| a.key.fingerprint == *fingerprint) {
            advert.judgement = not_judged();
        }
        for held in [&mut self.gossip, &mut self.imported].into_iter().flatten() {
            if held.key.fingerprint == *fingerprint {
                held.judgement = not_judged();
            }
        }
    }
}

/// A judgement that holds at no time.
fn not_judged() -> Judgement {
    Judgement {
        verdict: Err(crate::key::Unusable::Unsupported),
        from: Timestamp::MAX,
        until: Timestamp::MIN,
    }
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
