//! The store in memory: for tests, for programs that keep nothing, and as the model that the other
//! store is tested against.
//!
//! Not here: anything durable. A transaction copies the whole state, so it suits small ones.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::{
    Accounts, Cursor, Cursors, MessageIdHash, PeerRow, Peers, Remembered, SHORT_HISTORY, SavedPeer,
    Secrets, Store, StoreError, StoredKey,
};
use crate::account::Account;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::history::{History, KeyRecord, Source};
use crate::key::Fingerprint;
use crate::limits::MAX_MESSAGE_IDS;
use crate::openpgp::SecretKey;
use crate::peer::{Peer, PeerState, Rank, Standing, Word};

/// Everything in memory, gone with the value.
#[derive(Debug)]
pub struct MemoryStore {
    state: State,
    /// The state before the transaction that is open.
    before: Option<State>,
    commits: u64,
    pub(super) max_message_ids: usize,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self { state: State::default(), before: None, commits: 0, max_message_ids: MAX_MESSAGE_IDS }
    }

    /// What is kept of an account to be changed; the change is counted.
    fn change(&mut self, account: &Addr) -> Result<&mut Kept, StoreError> {
        let open = self.before.is_some();
        let Some(kept) = self.state.accounts.iter_mut().find(|kept| kept.account.addr == *account)
        else {
            return Err(misuse("no such account"));
        };
        self.state.changes = self.state.changes.saturating_add(1);
        if !open {
            self.state.generation = self.state.generation.saturating_add(1);
            self.commits = self.commits.saturating_add(1);
        }
        Ok(kept)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug, Clone, Default)]
struct State {
    accounts: Vec<Kept>,
    generation: i64,
    changes: u64,
}

impl State {
    fn of(&self, account: &Addr) -> Option<&Kept> {
        self.accounts.iter().find(|kept| kept.account.addr == *account)
    }
}

/// Everything of one account.
#[derive(Debug, Clone)]
struct Kept {
    account: Account,
    keys: BTreeMap<Fingerprint, StoredKey>,
    peers: BTreeMap<Addr, PeerState>,
    written_to: BTreeSet<Addr>,
    ids: BTreeMap<MessageIdHash, Timestamp>,
    ids_by_age: BTreeSet<(Timestamp, MessageIdHash)>,
    cursors: BTreeMap<String, Vec<Cursor>>,
}

impl Kept {
    fn new(account: Account) -> Self {
        Self {
            account,
            keys: BTreeMap::new(),
            peers: BTreeMap::new(),
            written_to: BTreeSet::new(),
            ids: BTreeMap::new(),
            ids_by_age: BTreeSet::new(),
            cursors: BTreeMap::new(),
        }
    }

    fn standing(&self, addr: &Addr, state: &PeerState) -> Standing {
        let peer = &state.peer;
        let mut records = state.history.values();
        Standing {
            written_to: self.written_to.contains(addr),
            has_word: peer.word != Word::Default
                || records.any(|record| record.spans.get(Source::Import).is_some()),
            forgotten: peer.forgotten.is_some(),
            has_advert: peer.advert.is_some(),
            seen: peer.seen.map(|seen| seen.at),
            gossip: peer.gossip.as_ref().map(|gossip| gossip.at),
        }
    }
}

impl Store for MemoryStore {
    fn begin(&mut self) -> Result<(), StoreError> {
        if self.before.is_some() {
            return Err(misuse("a transaction is open already"));
        }
        self.before = Some(self.state.clone());
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let Some(before) = self.before.take() else {
            return Err(misuse("no transaction is open"));
        };
        if self.state.changes != before.changes {
            self.state.generation = self.state.generation.saturating_add(1);
            self.commits = self.commits.saturating_add(1);
        }
        Ok(())
    }

    fn rollback(&mut self) {
        if let Some(before) = self.before.take() {
            self.state = before;
        }
    }

    fn generation(&mut self) -> Result<i64, StoreError> {
        let wrote = self.before.as_ref().is_some_and(|before| before.changes != self.state.changes);
        Ok(self.state.generation.saturating_add(i64::from(wrote)))
    }

    fn check(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    fn commits(&self) -> u64 {
        self.commits
    }
}

impl Accounts for MemoryStore {
    fn accounts(&mut self) -> Result<Vec<Account>, StoreError> {
        Ok(self.state.accounts.iter().map(|kept| kept.account.clone()).collect())
    }

    fn account_of(&mut self, addr: &Addr) -> Result<Option<Account>, StoreError> {
        let mut accounts = self.state.accounts.iter().map(|kept| &kept.account);
        Ok(accounts.find(|account| account.owns(addr)).cloned())
    }

    fn generation_of(&mut self, _account: &Addr) -> Result<i64, StoreError> {
        self.generation()
    }

    fn save_account(&mut self, account: &Account) -> Result<(), StoreError> {
        if self.state.of(&account.addr).is_none() {
            self.state.accounts.push(Kept::new(account.clone()));
        }
        self.change(&account.addr)?.account = account.clone();
        Ok(())
    }
}

impl Secrets for MemoryStore {
    fn secret_keys(&mut self, account: &Addr) -> Result<Vec<StoredKey>, StoreError> {
        let Some(kept) = self.state.of(account) else { return Ok(Vec::new()) };
        let mut keys: Vec<_> = kept.keys.values().cloned().collect();
        // Equal ones stay in the order of their fingerprints.
        keys.sort_by_key(|stored| {
            let other = kept.account.current.as_ref() != Some(&stored.key.fingerprint);
            (other, std::cmp::Reverse((stored.key.created, stored.added)))
        });
        Ok(keys)
    }

    fn add_secret_key(&mut self, account: &Addr, key: &StoredKey) -> Result<(), StoreError> {
        let fingerprint = &key.key.fingerprint;
        if self.state.of(account).is_some_and(|kept| kept.keys.contains_key(fingerprint)) {
            return Ok(());
        }
        self.change(account)?.keys.insert(fingerprint.clone(), key.clone());
        Ok(())
    }

    fn replace_secret_key(&mut self, account: &Addr, key: &SecretKey) -> Result<bool, StoreError> {
        if self.state.of(account).is_none_or(|kept| !kept.keys.contains_key(&key.fingerprint)) {
            return Ok(false);
        }
        if let Some(stored) = self.change(account)?.keys.get_mut(&key.fingerprint) {
            stored.key = key.clone();
        }
        Ok(true)
    }

    fn destroy_secret_key(
        &mut self,
        account: &Addr,
        fingerprint: &Fingerprint,
    ) -> Result<bool, StoreError> {
        if self.state.of(account).is_none_or(|kept| !kept.keys.contains_key(fingerprint)) {
            return Ok(false);
        }
        Ok(self.change(account)?.keys.remove(fingerprint).is_some())
    }
}

impl Peers for MemoryStore {
    fn peer(&mut self, account: &Addr, addr: &Addr) -> Result<Option<PeerState>, StoreError> {
        Ok(self.state.of(account).and_then(|kept| kept.peers.get(addr)).cloned())
    }

    fn peer_in_part(
        &mut self,
        account: &Addr,
        addr: &Addr,
    ) -> Result<Option<PeerState>, StoreError> {
        let state = self.state.of(account).and_then(|kept| kept.peers.get(addr));
        let part = |state: &PeerState| match state.history.len() < SHORT_HISTORY {
            true => state.clone(),
            false => {
                let records = state.peer.fingerprints().filter_map(|fingerprint| {
                    Some((fingerprint.clone(), state.history.get(fingerprint)?.clone()))
                });
                PeerState { peer: state.peer.clone(), history: History::in_part(records) }
            }
        };
        Ok(state.map(part))
    }

    fn key_record(
        &mut self,
        account: &Addr,
        addr: &Addr,
        fingerprint: &Fingerprint,
    ) -> Result<Option<KeyRecord>, StoreError> {
        let state = self.state.of(account).and_then(|kept| kept.peers.get(addr));
        Ok(state.and_then(|state| state.history.get(fingerprint)).cloned())
    }

    fn peer_row(&mut self, account: &Addr, addr: &Addr) -> Result<Option<Peer>, StoreError> {
        let state = self.state.of(account).and_then(|kept| kept.peers.get(addr));
        Ok(state.map(|state| state.peer.clone()))
    }

    fn save_peers(
        &mut self,
        account: &Addr,
        peers: &mut dyn Iterator<Item = SavedPeer<'_>>,
    ) -> Result<(), StoreError> {
        let kept = self.change(account)?;
        for (addr, state, change) in peers {
            let held = kept.peers.entry(addr.clone()).or_default();
            held.peer = state.peer.clone();
            for fingerprint in &change.keys {
                match state.history.get(fingerprint) {
                    Some(record) => held.history.insert(fingerprint.clone(), record.clone()),
                    None => drop(held.history.remove(fingerprint)),
                }
            }
        }
        Ok(())
    }

    fn list_peers(
        &mut self,
        account: &Addr,
        after: Option<&Addr>,
        count: usize,
    ) -> Result<Vec<PeerRow>, StoreError> {
        let Some(kept) = self.state.of(account) else { return Ok(Vec::new()) };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = kept.peers.range::<Addr, _>((from, Bound::Unbounded)).take(count);
        let row = |(addr, state): (&Addr, &PeerState)| PeerRow {
            addr: addr.clone(),
            peer: state.peer.clone(),
        };
        Ok(rows.map(row).collect())
    }

    fn count_with_key(&mut self, account: &Addr) -> Result<usize, StoreError> {
        let rows = self.state.of(account).into_iter().flat_map(|kept| kept.peers.values());
        Ok(rows.filter(|row| row.peer.has_key()).count())
    }

    fn count_peers(&mut self, account: &Addr) -> Result<usize, StoreError> {
        let written_to = |kept: &Kept, addr| kept.written_to.contains(addr);
        Ok(self
            .state
            .of(account)
            .map_or(0, |kept| kept.peers.keys().filter(|addr| !written_to(kept, addr)).count()))
    }

    fn drop_peers(
        &mut self,
        account: &Addr,
        count: usize,
        rank: &dyn Fn(&Standing) -> Option<Rank>,
    ) -> Result<usize, StoreError> {
        let Some(kept) = self.state.of(account) else { return Ok(0) };
        let ranked = kept
            .peers
            .iter()
            .filter_map(|(addr, state)| Some((rank(&kept.standing(addr, state))?, addr.clone())));
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_unstable();
        ranked.truncate(count);
        if !ranked.is_empty() {
            let kept = self.change(account)?;
            for (_, addr) in &ranked {
                kept.peers.remove(addr);
            }
        }
        Ok(ranked.len())
    }

    fn is_written_to(&mut self, account: &Addr, addr: &Addr) -> Result<bool, StoreError> {
        Ok(self.state.of(account).is_some_and(|kept| kept.written_to.contains(addr)))
    }

    fn mark_written_to(&mut self, account: &Addr, addr: &Addr) -> Result<(), StoreError> {
        if !self.state.of(account).is_some_and(|kept| kept.written_to.contains(addr)) {
            self.change(account)?.written_to.insert(addr.clone());
        }
        Ok(())
    }
}

impl Remembered for MemoryStore {
    fn was_encrypted(&mut self, account: &Addr, id: &MessageIdHash) -> Result<bool, StoreError> {
        Ok(self.state.of(account).is_some_and(|kept| kept.ids.contains_key(id)))
    }

    fn remember_encrypted(
        &mut self,
        account: &Addr,
        id: &MessageIdHash,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let limit = self.max_message_ids;
        let held = self.state.of(account).and_then(|kept| kept.ids.get(id)).copied();
        if held.is_some_and(|held| at <= held) {
            return Ok(());
        }
        let kept = self.change(account)?;
        if let Some(held) = held {
            kept.ids_by_age.remove(&(held, *id));
        }
        kept.ids.insert(*id, at);
        kept.ids_by_age.insert((at, *id));
        while kept.ids.len() > limit {
            let Some((_, oldest)) = kept.ids_by_age.pop_first() else { break };
            kept.ids.remove(&oldest);
        }
        Ok(())
    }
}

impl Cursors for MemoryStore {
    fn load_cursor(&mut self, account: &Addr, mailbox: &str) -> Result<Vec<Cursor>, StoreError> {
        let parts = self.state.of(account).and_then(|kept| kept.cursors.get(mailbox));
        Ok(parts.cloned().unwrap_or_default())
    }

    fn add_cursor(
        &mut self,
        account: &Addr,
        mailbox: &str,
        cursor: &Cursor,
    ) -> Result<(), StoreError> {
        let parts = self.change(account)?.cursors.entry(mailbox.to_owned()).or_default();
        if matches!(cursor, Cursor::Offset { .. }) {
            parts.retain(|part| !matches!(part, Cursor::Offset { .. }));
        }
        parts.push(cursor.clone());
        Ok(())
    }

    fn drop_cursor(&mut self, account: &Addr, mailbox: &str) -> Result<(), StoreError> {
        if self.state.of(account).is_some_and(|kept| kept.cursors.contains_key(mailbox)) {
            self.change(account)?.cursors.remove(mailbox);
        }
        Ok(())
    }
}

fn misuse(found: &str) -> StoreError {
    StoreError::Database { path: "in memory".to_owned(), found: found.to_owned() }
}
