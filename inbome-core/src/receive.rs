//! `process_incoming`: from a mail to changed peers (Discovery §4).
//!
//! [`examine`] asks the rules what a mail says; [`apply`] puts it into the [`Working`] set of peers;
//! [`Working::flush`] writes the set in one transaction. One mail and a scan of a million take this
//! same way, they differ in how often they flush. Not here: decryption, and where mails come from.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::decrypt::Decrypted;
use crate::discover::{self, Discovered, Discovery, Facts, Ignored, Receipt, Refusal, Sender};
use crate::fields::{FieldReason, FieldReport, Judge, field_hash, judge_field};
use crate::gossip::GossipFlaw;
use crate::header::RawField;
use crate::key::{CertFlaw, Certificates, Fingerprint, Hash, Key, hash};
use crate::limits::MAX_PEERS;
use crate::peer::{Advertised, Change, PeerState, Standing};
use crate::store::{MessageIdHash, Store, StoreError};

/// What one mail changed, and why or why not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incoming {
    /// The outcome.
    pub outcome: Outcome,
    /// Whose mail it is, if that was found.
    pub account: Option<Addr>,
    /// Who wrote it, if that was found. An own address is named too, though no peer of it is touched.
    pub peer: Option<Addr>,
    /// The effective date.
    pub effective_date: Option<Timestamp>,
    /// Each key field with its verdict.
    pub fields: Vec<FieldReport>,
    /// Each gossip field with its verdict.
    pub gossip: Vec<GossipOutcome>,
    /// The peer's key has another fingerprint now: old and new.
    pub key_changed: Option<(Fingerprint, Fingerprint)>,
    /// Another device has a key of its own, or somebody forges.
    pub own_key_conflict: Option<OwnKeyConflict>,
    /// What a reader shall see of it, if that was asked for.
    pub decrypted: Option<Decrypted>,
}

/// A mail from an own address that advertises a key which is not ours, or is encrypted to none of ours
/// (Discovery §4, step 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnKeyConflict {
    /// The key that it advertises.
    pub fingerprint: Option<Fingerprint>,
}

/// Whether anything stored differs after the call; dates count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// Something differs.
    Updated,
    /// Nothing differs.
    #[default]
    Unchanged,
    /// The mail does not count.
    Ignored(Ignored),
}

/// What became of one gossip field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GossipOutcome {
    /// Whose key it claims to be.
    pub addr: Option<Addr>,
    /// The key's fingerprint, or why it was not accepted.
    pub key: Result<Fingerprint, GossipFlaw>,
    /// The peer's own adverts say another key; it blocks nothing.
    pub conflict: bool,
}

/// What the rules found in one mail, ready to be applied anywhere.
#[derive(Debug, Clone)]
pub struct Examined {
    account: Option<Addr>,
    from: Option<Addr>,
    /// The account that a mail from an own address is from; it may not be the one it came to.
    written_by: Option<Addr>,
    discovered: Discovered,
    /// The id of a mail that was decrypted.
    encrypted_id: Option<MessageIdHash>,
}

impl Examined {
    fn ignored(reason: Ignored, from: Option<Addr>) -> Self {
        let discovery = Discovery::Ignored(reason);
        let discovered = Discovered { at: None, fields: Vec::new(), discovery, gossip: Vec::new() };
        let (account, written_by, encrypted_id) = (None, None, None);
        Self { account, from, written_by, discovered, encrypted_id }
    }

    /// Whether the mail counts without an advert, for which as much of it must be seen as may hold
    /// OpenPGP.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        matches!(&self.discovered.discovery, Discovery::Observed(seen) if seen.advert.is_none())
    }

    /// Without the verdicts over its fields, which nobody needs who does not report them.
    #[must_use]
    pub fn without_reports(mut self) -> Self {
        self.discovered.fields = Vec::new();
        self
    }

    /// A mail past a limit, which was not even parsed.
    #[must_use]
    pub fn past(limit: crate::limits::Limit) -> Self {
        Self::ignored(Ignored::Limit(limit), None)
    }
}

impl From<Refusal> for Examined {
    fn from(refusal: Refusal) -> Self {
        Self::ignored(refusal.reason, refusal.from)
    }
}

/// First 16 octets of SHA-256 of a Message-ID (Discovery §4).
#[must_use]
pub fn message_id_hash(id: &[u8]) -> MessageIdHash {
    let mut short = MessageIdHash::default();
    short.iter_mut().zip(hash(id)).for_each(|(to, from)| *to = from);
    short
}

/// What a run remembers of key fields, so that nothing is parsed or verified twice.
pub trait KeyMemory {
    /// The advert that a field of exactly this name and these octets was found to be, from this
    /// sender.
    fn by_field(&self, from: &Addr, field: &RawField<'_>) -> Option<Advertised>;
    /// What the cert with this hash was found to be.
    fn by_cert(&self, from: &Addr, cert: &Hash) -> Option<Result<Fingerprint, CertFlaw>>;
    /// Keeps what a field was found to be; a memory may also let it go.
    fn keep(&mut self, from: &Addr, field: &RawField<'_>, found: &Advertised);
    /// Keeps what was found of a cert.
    fn keep_cert(&mut self, cert: &Hash, found: &Result<Fingerprint, CertFlaw>);
}

/// Asks the rules what a mail says. Pure but for `memory`, which saves work and changes no answer.
pub fn examine(
    mail: &Facts<'_>,
    receipt: Receipt,
    account: Option<&Account>,
    accounts: &Accounts,
    certs: &dyn Certificates,
    now: Timestamp,
    memory: &mut dyn KeyMemory,
) -> Examined {
    match discover::sender(mail, receipt, account, accounts, now) {
        Ok(sender) => examine_from(mail, &sender, accounts, certs, memory),
        Err(refusal) => refusal.into(),
    }
}

/// [`examine`] for a sender that is known already.
pub fn examine_from(
    mail: &Facts<'_>,
    sender: &Sender<'_>,
    accounts: &Accounts,
    certs: &dyn Certificates,
    memory: &mut dyn KeyMemory,
) -> Examined {
    let judge: Judge<'_> =
        &mut |field: &RawField<'_>, from: &Addr| remembered(field, from, certs, memory);
    let discovered = discover::observe(mail, sender, accounts, judge);
    let is_decrypted = mail.payload.is_some_and(|payload| !payload.in_clear);
    let counts = matches!(discovered.discovery, Discovery::Observed(_));
    let encrypted_id = mail.message_id.as_ref().filter(|_| is_decrypted && counts);
    Examined {
        account: Some(sender.account.addr.clone()),
        from: Some(sender.from.clone()),
        written_by: accounts.of(&sender.from).map(|account| account.addr.clone()),
        encrypted_id: encrypted_id.map(|id| message_id_hash(id)),
        discovered,
    }
}

/// Judges a field, the cheapest way first: by the field's octets, by the cert's, by parsing.
fn remembered(
    field: &RawField<'_>,
    from: &Addr,
    certs: &dyn Certificates,
    memory: &mut dyn KeyMemory,
) -> Result<Option<Advertised>, FieldReason> {
    if let Some(found) = memory.by_field(from, field) {
        return Ok(Some(found));
    }
    let mut check = |cert: &[u8]| {
        let cert_hash = hash(cert);
        let found = memory.by_cert(from, &cert_hash).unwrap_or_else(|| {
            let found = certs.check(cert);
            memory.keep_cert(&cert_hash, &found);
            found
        })?;
        Ok(Key { fingerprint: found, hash: cert_hash, bytes: cert.into() })
    };
    let found = judge_field(field, from, &mut check)?;
    if let Some(found) = &found {
        memory.keep(from, field, found);
    }
    Ok(found)
}

/// One peer in the working set.
#[derive(Debug, Default)]
pub struct Held {
    state: PeerState,
    /// What is to be written.
    change: Change,
    /// The store had no row.
    new: bool,
}

/// A single mail's memory is what is stored of its sender.
impl KeyMemory for Held {
    fn by_field(&self, _from: &Addr, field: &RawField<'_>) -> Option<Advertised> {
        self.state.peer.advert.as_ref()?.field?;
        self.state.by_field(&field_hash(field))
    }

    fn by_cert(&self, _from: &Addr, cert: &Hash) -> Option<Result<Fingerprint, CertFlaw>> {
        self.state.by_copy(cert).map(|fingerprint| Ok(fingerprint.clone()))
    }

    fn keep(&mut self, _from: &Addr, _field: &RawField<'_>, _found: &Advertised) {}

    fn keep_cert(&mut self, _cert: &Hash, _found: &Result<Fingerprint, CertFlaw>) {}
}

/// Peers in memory between the store and the rules.
#[derive(Debug, Default)]
pub struct Working {
    held: BTreeMap<Addr, Shelf>,
    own_keys: BTreeMap<Addr, BTreeSet<Fingerprint>>,
    encrypted_ids: BTreeMap<(Addr, MessageIdHash), Timestamp>,
}

/// The peers of one account.
#[derive(Debug)]
struct Shelf {
    /// The account's generation when the first row was read.
    generation: i64,
    /// In boxes, so that the addresses among which one is searched for stand close together.
    peers: BTreeMap<Addr, Box<Held>>,
}

impl Working {
    /// How many peers are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.values().map(|shelf| shelf.peers.len()).sum()
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether there is anything to write.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.encrypted_ids.is_empty()
            || self.held.values().flat_map(|shelf| shelf.peers.values()).any(|held| held.is_dirty())
    }

    /// The peer, loaded on first use.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn hold(
        &mut self,
        store: &mut dyn Store,
        account: &Addr,
        addr: &Addr,
    ) -> Result<&mut Held, StoreError> {
        // A copy of an address costs less than a second look-up among thousands.
        let shelf = match self.held.entry(account.clone()) {
            Entry::Occupied(shelf) => shelf.into_mut(),
            Entry::Vacant(place) => {
                let generation = store.generation_of(account)?;
                place.insert(Shelf { generation, peers: BTreeMap::new() })
            }
        };
        match shelf.peers.entry(addr.clone()) {
            Entry::Occupied(held) => Ok(held.into_mut()),
            Entry::Vacant(slot) => {
                let stored = store.peer_in_part(account, addr)?;
                Ok(slot.insert(Box::new(Held::of(stored))))
            }
        }
    }

    /// Writes what is dirty, inside the caller's transaction. What another process wrote since it
    /// was loaded is joined with it first.
    ///
    /// # Errors
    /// [`StoreError`]; the caller rolls back and drops the set.
    pub fn flush(
        &mut self,
        store: &mut dyn Store,
        certs: &dyn Certificates,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Asked before anything is written, which moves them all.
        let mut alone = Vec::with_capacity(self.held.len());
        for (account, shelf) in &self.held {
            alone.push(store.generation_of(account)? == shelf.generation);
        }
        for ((account, Shelf { peers, .. }), alone) in self.held.iter_mut().zip(alone) {
            if !alone {
                peers.retain(|_, held| held.is_dirty());
            }
            for (addr, held) in peers.iter_mut().filter(|(_, held)| held.is_dirty() && !alone) {
                held.rejoin(Held::of(store.peer(account, addr)?), certs, now);
            }
            let dirty = peers.iter().filter(|(_, held)| held.is_dirty());
            let saved = &mut dirty.map(|(addr, held)| (addr, &held.state, &held.change));
            store.save_peers(account, saved)?;
            let mut new = false;
            for held in peers.values_mut().filter(|held| held.is_dirty()) {
                new |= std::mem::take(&mut held.new);
                held.change = Change::default();
            }
            if new {
                let surplus = store.count_peers(account)?.saturating_sub(MAX_PEERS);
                if surplus > 0 {
                    store.drop_peers(account, surplus, &Standing::rank)?;
                    // Which ones the store knows; one that comes again begins anew, with its keys.
                    peers.clear();
                }
            }
        }
        for ((account, id), at) in std::mem::take(&mut self.encrypted_ids) {
            store.remember_encrypted(&account, &id, at)?;
        }
        for (account, shelf) in &mut self.held {
            shelf.generation = store.generation_of(account)?;
        }
        Ok(())
    }

    /// Lets go of all peers, after a [`Working::flush`].
    pub fn clear(&mut self) {
        self.held.clear();
    }

    /// The peer, with what is stored of this key: a key that is new to it needs the whole history.
    fn hold_for(
        &mut self,
        store: &mut dyn Store,
        account: &Addr,
        addr: &Addr,
        key: Option<&Fingerprint>,
    ) -> Result<&mut Held, StoreError> {
        let held = self.hold(store, account, addr)?;
        let history = &mut held.state.history;
        if let Some(key) = key.filter(|key| history.lacks(key)) {
            match store.key_record(account, addr, key)? {
                Some(record) => history.insert(key.clone(), record),
                None => {
                    let stored = store.peer(account, addr)?.unwrap_or_default();
                    history.complete(stored.history);
                }
            }
        }
        Ok(held)
    }

    fn is_own_key(
        &mut self,
        store: &mut dyn Store,
        account: &Addr,
        fingerprint: &Fingerprint,
    ) -> Result<bool, StoreError> {
        if !self.own_keys.contains_key(account) {
            let keys = store.secret_keys(account)?;
            let own = keys.into_iter().map(|stored| stored.key.fingerprint).collect();
            self.own_keys.insert(account.clone(), own);
        }
        Ok(self.own_keys.get(account).is_some_and(|own| own.contains(fingerprint)))
    }
}

impl Held {
    fn of(stored: Option<PeerState>) -> Self {
        let new = stored.is_none();
        Self { state: stored.unwrap_or_default(), new, change: Change::default() }
    }

    fn is_dirty(&self) -> bool {
        self.change.is_some()
    }

    /// What is stored now, joined with what is held.
    fn rejoin(&mut self, stored: Self, certs: &dyn Certificates, now: Timestamp) {
        let held = std::mem::replace(&mut self.state, stored.state);
        self.change.merge(self.state.join(&held, certs, now));
        self.new = stored.new;
    }
}

/// Puts what a mail says into the working set (Discovery §4, step 5). Nothing is written yet.
///
/// # Errors
/// [`StoreError`].
pub fn apply(
    examined: Examined,
    working: &mut Working,
    store: &mut dyn Store,
    certs: &dyn Certificates,
    now: Timestamp,
) -> Result<Incoming, StoreError> {
    let Examined { account, from, written_by, discovered, encrypted_id } = examined;
    let at = discovered.at;
    let mut incoming = Incoming {
        outcome: Outcome::Unchanged,
        account,
        peer: from,
        effective_date: at,
        fields: discovered.fields,
        gossip: Vec::new(),
        key_changed: None,
        own_key_conflict: None,
        decrypted: None,
    };
    let observation = match discovered.discovery {
        Discovery::Ignored(reason) => {
            incoming.outcome = Outcome::Ignored(reason);
            return Ok(incoming);
        }
        // Step 2: no peer is touched.
        Discovery::Own { advert, is_foreign } => {
            incoming.outcome = Outcome::Ignored(Ignored::OwnMail);
            let writer = written_by.as_ref().or(incoming.account.as_ref());
            let advert = advert.map(|advert| advert.key.fingerprint);
            if let (Some(fingerprint), Some(writer)) = (advert, writer)
                && !working.is_own_key(store, writer, &fingerprint)?
            {
                incoming.own_key_conflict = Some(OwnKeyConflict { fingerprint: Some(fingerprint) });
            } else if is_foreign {
                incoming.own_key_conflict = Some(OwnKeyConflict { fingerprint: None });
            }
            return Ok(incoming);
        }
        Discovery::Observed(observation) => observation,
    };
    let (Some(account), Some(from)) = (&incoming.account, &incoming.peer) else {
        return Ok(incoming);
    };
    let at = observation.at;
    let key = observation.advert.as_ref().map(|advert| &advert.key.fingerprint);
    let held = working.hold_for(store, account, from, key)?;
    let change = held.state.observe(&observation, certs, now);
    let mut updated = change.is_some();
    incoming.key_changed.clone_from(&change.key_changed);
    held.change.merge(change);
    for report in discovered.gossip {
        let mut conflict = false;
        if let (Some(addr), Ok(key)) = (&report.addr, &report.key) {
            let held = working.hold_for(store, account, addr, Some(&key.fingerprint))?;
            let change = held.state.hear(key, at, certs, now);
            let direct = held.state.peer.advert.as_ref();
            conflict = direct.is_some_and(|advert| advert.key.fingerprint != key.fingerprint);
            updated |= change.is_some();
            held.change.merge(change);
        }
        let key = report.key.map(|key| key.fingerprint);
        incoming.gossip.push(GossipOutcome { addr: report.addr, key, conflict });
    }
    if let Some(id) = encrypted_id
        && !store.was_encrypted(account, &id)?
    {
        updated |= working.encrypted_ids.insert((account.clone(), id), at).is_none();
    }
    if updated {
        incoming.outcome = Outcome::Updated;
    }
    Ok(incoming)
}
