//! Peers: look, list, forget, and the user's word about them.

use super::Engine;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::key::{Fingerprint, Key, hash};
use crate::peer::{PeerState, Word};
use crate::store::{PeerRow, SavedPeer, Store, StoreError};

/// Which rows to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PeerFilter {
    /// Those with a key, from a mail, from gossip or from the user.
    #[default]
    WithKey,
    /// All of them.
    All,
}

/// A peer with its key history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerDetails {
    /// The account that knows the peer.
    pub account: Addr,
    /// The peer's address.
    pub addr: Addr,
    /// The row and the history.
    pub state: PeerState,
}

impl Engine {
    /// Hands every peer of an account (of all accounts without one) to `each`: sorted by account,
    /// then by the octets of the address. Own addresses are hidden (Discovery §3.1).
    ///
    /// # Errors
    /// [`Error::NoAccount`], [`StoreError`].
    pub fn peers(
        &self,
        account: Option<&Addr>,
        filter: PeerFilter,
        each: &mut dyn FnMut(&Addr, PeerRow),
    ) -> Result<(), Error> {
        let mut inner = self.lock()?;
        let accounts = inner.accounts()?;
        let mut asked: Vec<Addr> = match account {
            Some(addr) => vec![inner.account(Some(addr))?.addr],
            None => accounts.0.iter().map(|account| account.addr.clone()).collect(),
        };
        asked.sort();
        for account in asked {
            inner.store.list_peers(&account, &mut |row| {
                let shown = match filter {
                    PeerFilter::All => !row.peer.is_blank(),
                    PeerFilter::WithKey => row.peer.has_key(),
                };
                if shown && !accounts.own(&row.addr) {
                    each(&account, row);
                }
            })?;
        }
        Ok(())
    }

    /// One peer with its key history.
    ///
    /// # Errors
    /// [`Error::NoPeer`].
    pub fn peer(&self, account: Option<&Addr>, addr: &Addr) -> Result<PeerDetails, Error> {
        let mut inner = self.lock()?;
        let account = inner.account(account)?.addr;
        let hidden = inner.accounts()?.own(addr);
        // Of a forgotten peer only the date is left.
        let known = |state: &PeerState| !state.peer.is_blank() || !state.history.is_empty();
        let state = load(inner.store.as_mut(), &account, addr)?.filter(|s| !hidden && known(s));
        match state {
            Some(state) => Ok(PeerDetails { account, addr: addr.clone(), state }),
            None => Err(Error::NoPeer { account, addr: addr.clone() }),
        }
    }

    /// Everything known of the peer up to now counts as not seen (Discovery §3.1).
    ///
    /// # Errors
    /// [`Error::NoPeer`].
    pub fn forget_peer(&self, account: Option<&Addr>, addr: &Addr) -> Result<Timestamp, Error> {
        let now = self.now();
        self.change_peer(account, addr, false, |state| {
            let keys: Vec<Fingerprint> = state.history.keys().cloned().collect();
            state.forget(now);
            Ok(keys)
        })?;
        Ok(now)
    }

    /// The user's word about a peer (Discovery §7), also about one who has not written yet. `Pin`
    /// takes a fingerprint out of the peer's history.
    ///
    /// # Errors
    /// [`Error::NoKey`] for a pin to a key that was never seen with the peer.
    pub fn set_word(&self, account: Option<&Addr>, addr: &Addr, word: Word) -> Result<(), Error> {
        self.change_peer(account, addr, true, |state| {
            if let Word::Pin(fingerprint) = &word
                && !state.history.contains_key(fingerprint)
            {
                let fingerprint = fingerprint.to_string();
                return Err(Error::NoKey { fingerprint, of: addr.clone() });
            }
            state.peer.word = word;
            Ok(Vec::new())
        })
    }

    /// Takes a cert that the user has from elsewhere into the peer's history (Discovery §6).
    ///
    /// # Errors
    /// [`Error::OpenPgp`] if it is no usable cert.
    pub fn import_peer_key(
        &self,
        account: Option<&Addr>,
        addr: &Addr,
        octets: &[u8],
    ) -> Result<Fingerprint, Error> {
        let now = self.now();
        let (fingerprint, cert) = self.openpgp.import_cert(octets)?;
        let key = Key { fingerprint: fingerprint.clone(), hash: hash(&cert), bytes: cert.into() };
        self.change_peer(account, addr, true, |state| {
            state.import(&key, now, self.openpgp.as_ref(), now);
            Ok(vec![key.fingerprint.clone()])
        })?;
        Ok(fingerprint)
    }

    /// Reads, changes and writes one peer in one transaction. `change` gives the fingerprints of the
    /// records that it touched.
    fn change_peer(
        &self,
        account: Option<&Addr>,
        addr: &Addr,
        create: bool,
        change: impl FnOnce(&mut PeerState) -> Result<Vec<Fingerprint>, Error>,
    ) -> Result<(), Error> {
        let mut inner = self.lock()?;
        let account = inner.account(account)?.addr;
        if inner.accounts()?.own(addr) {
            let wanted = "the address of somebody else";
            return Err(Error::Unfit { wanted, addr: addr.clone() });
        }
        inner.write(|store| {
            let mut state = match load(store, &account, addr)? {
                Some(state) => state,
                None if create => PeerState::default(),
                None => return Err(Error::NoPeer { account, addr: addr.clone() }),
            };
            let advert = |state: &PeerState| state.peer.advert.as_ref().map(|a| a.key.hash);
            let before = advert(&state);
            let keys = change(&mut state)?.into_iter().collect();
            let field_hash = match advert(&state) == before {
                true => store.load_field_hash(&account, addr)?,
                false => None,
            };
            let (state, keys, field_hash) = (&state, &keys, field_hash.as_ref());
            store.save_peer(&account, SavedPeer { addr, state, keys, field_hash })?;
            Ok(())
        })
    }
}

fn load(
    store: &mut dyn Store,
    account: &Addr,
    addr: &Addr,
) -> Result<Option<PeerState>, StoreError> {
    let Some(peer) = store.load_peer(account, addr)? else { return Ok(None) };
    let history = store.load_history(account, addr)?;
    Ok(Some(PeerState { peer, history }))
}
