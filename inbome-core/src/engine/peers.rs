//! Peers: look, list, forget, and the user's word about them.

use super::{Engine, account_meant};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::key::{Fingerprint, Key, hash};
use crate::peer::{Change, PeerState, Word};
use crate::store::PeerRow;

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
    /// then by the octets of the address. Own addresses are hidden (Discovery §3.1). `each` may call the
    /// engine; a row that is written meanwhile is handed over as it was or as it is.
    ///
    /// # Errors
    /// [`Error::NoAccount`], [`Error::Store`].
    pub fn peers(
        &self,
        account: Option<&Addr>,
        filter: PeerFilter,
        each: &mut dyn FnMut(&Addr, PeerRow),
    ) -> Result<(), Error> {
        let accounts = self.lock()?.accounts()?;
        let mut asked: Vec<&Addr> = match account {
            Some(_) => vec![&account_meant(&accounts, account)?.addr],
            None => accounts.0.iter().map(|account| &account.addr).collect(),
        };
        asked.sort();
        for account in asked {
            let mut after = None;
            loop {
                let rows = self.lock()?.store.list_peers(account, after.as_ref(), PAGE)?;
                let Some(last) = rows.last().map(|row| row.addr.clone()) else { break };
                after = Some(last);
                for row in rows {
                    let shown = match filter {
                        PeerFilter::All => !row.peer.is_blank(),
                        PeerFilter::WithKey => row.peer.has_key(),
                    };
                    if shown && !accounts.own(&row.addr) {
                        each(account, row);
                    }
                }
            }
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
        let state = inner.store.peer(&account, addr)?.filter(|state| !hidden && known(state));
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
        self.change_peer(account, addr, false, |state| Ok(state.forget(now)))?;
        Ok(now)
    }

    /// The user's word about a peer (Discovery §7), also about one who has not written yet. `Pin`
    /// takes any fingerprint, one read from paper too: until a key with it is known nothing is
    /// encrypted to the peer.
    ///
    /// # Errors
    /// [`Error::Unfit`] for an own address; [`Error::NoAccount`] and its like.
    pub fn set_word(&self, account: Option<&Addr>, addr: &Addr, word: Word) -> Result<(), Error> {
        self.change_peer(account, addr, true, |state| Ok(state.set_word(word)))
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
            Ok(state.import(&key, now, self.openpgp.as_ref(), now))
        })?;
        Ok(fingerprint)
    }

    /// Reads, changes and writes one peer in one transaction.
    fn change_peer(
        &self,
        account: Option<&Addr>,
        addr: &Addr,
        create: bool,
        change: impl FnOnce(&mut PeerState) -> Result<Change, Error>,
    ) -> Result<(), Error> {
        let mut inner = self.lock()?;
        let account = inner.account(account)?.addr;
        if inner.accounts()?.own(addr) {
            let wanted = "the address of somebody else";
            return Err(Error::Unfit { wanted, addr: addr.clone() });
        }
        inner.write(|store| {
            let mut state = match store.peer(&account, addr)? {
                Some(state) => state,
                None if create => PeerState::default(),
                None => return Err(Error::NoPeer { account, addr: addr.clone() }),
            };
            let change = change(&mut state)?;
            Ok(store.save_peer(&account, addr, &state, &change)?)
        })
    }
}

/// Rows that are read at a time.
const PAGE: usize = 256;
