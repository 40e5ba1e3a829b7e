//! Moving in from other programs, and serving those that only know GnuPG.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{AccountOptions, Engine, PeerFilter, SettingsChange};
use crate::account::Accounts;
use crate::addr::Addr;
use crate::error::Error;
use crate::gnupg::keyring::{self, Synced};
use crate::import::{self, ImportOptions, Imported, OwnKey, Sources};
use crate::key::{CertUnion, Fingerprint};
use crate::openpgp::{AskPassphrase, Lock, OpenPgpError};
use crate::reason::{Skipped, Unopened};
use crate::recommend::{Draft, recommend_one};

impl Engine {
    /// Imports what another program knows of peers, and on request the user's own keys. Its store
    /// is only read; nothing younger in ours is overwritten, and a second import changes nothing.
    ///
    /// # Errors
    /// [`Error::Import`]; [`Error::NoAccounts`], [`Error::WhichAccount`], before anything is
    /// written. What was written before another error is kept.
    pub fn import_from(
        &self,
        options: &ImportOptions,
        ask: AskPassphrase<'_>,
    ) -> Result<Imported, Error> {
        let now = self.now();
        let named = options.account.as_ref();
        let opened = import::open(options)?;
        let mut report = Imported::default();
        let accounts = Accounts(self.accounts()?);
        let openpgp = self.openpgp.as_ref();
        if options.own_keys {
            let held = self.held_keys(&accounts)?;
            let sources = Sources { named, accounts: &accounts, openpgp, now };
            let keys = opened.own_keys(&sources, &held, &mut report)?;
            if named.is_none() {
                one_account(&accounts, &keys)?;
            }
            for key in keys {
                self.take_own_key(&key, ask, &mut report)?;
            }
        }
        let account = self.account(named)?;
        let accounts = Accounts(self.accounts()?);
        let sources = Sources { named, accounts: &accounts, openpgp, now };
        let addr = &account.addr;
        match self.second_store()? {
            Some(mut other) => {
                let store = other.store.as_mut();
                import::take_peers(&opened, &sources, addr, store, &mut report)?;
            }
            None => {
                let mut inner = self.lock()?;
                import::take_peers(&opened, &sources, addr, inner.store.as_mut(), &mut report)?;
            }
        }
        Ok(report)
    }

    /// The keys of all accounts.
    fn held_keys(&self, accounts: &Accounts) -> Result<BTreeSet<Fingerprint>, Error> {
        let mut held = BTreeSet::new();
        for account in &accounts.0 {
            let keys = self.own_keys(Some(&account.addr))?;
            held.extend(keys.into_iter().map(|stored| stored.key.fingerprint));
        }
        Ok(held)
    }

    /// Takes an own key, and says so in the report. One that is there already stays as it is, current
    /// or not.
    fn take_own_key(
        &self,
        own: &OwnKey,
        ask: AskPassphrase<'_>,
        report: &mut Imported,
    ) -> Result<(), Error> {
        let done = match &own.passphrase {
            // Whoever gave the key one of their own is asked for it.
            Some(usual) => match self.put_own_key(own, &mut |_| Some(usual.clone())) {
                Err(Error::OpenPgp(OpenPgpError::WrongPassphrase { .. })) => {
                    self.put_own_key(own, ask)
                }
                done => done,
            },
            None => self.put_own_key(own, ask),
        };
        match done {
            Ok(Some(fingerprint)) => report.own_keys.push((own.addr.clone(), fingerprint)),
            Ok(None) => {}
            // One old key must not keep the others from moving in.
            Err(Error::OpenPgp(
                error @ (OpenPgpError::Unusable { .. }
                | OpenPgpError::OnlyOld { .. }
                | OpenPgpError::TooLarge { .. }
                | OpenPgpError::Malformed { .. }),
            )) => {
                let name = own.fingerprint.as_ref().map(ToString::to_string);
                let what = format!("own key {}", name.unwrap_or_else(|| own.addr.to_string()));
                report.failed.push((what, error.to_string()));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Makes an account for the key, or adds it to the one that is there, as its current key unless it is
    /// an old one; `None` if it is there already.
    fn put_own_key(
        &self,
        own: &OwnKey,
        ask: AskPassphrase<'_>,
    ) -> Result<Option<Fingerprint>, Error> {
        let secret = own.secret.as_bytes();
        if Accounts(self.accounts()?).own(&own.addr) {
            let known = match &own.fingerprint {
                Some(fingerprint) => fingerprint.clone(),
                // Not every program says which key it is.
                None => {
                    let (openpgp, now) = (self.openpgp.as_ref(), self.now());
                    let role = own.role;
                    openpgp
                        .import_secret(secret, &own.addr, now, role, Lock::Remove, ask)?
                        .fingerprint
                }
            };
            let held = self.own_keys(Some(&own.addr))?;
            if held.iter().any(|stored| stored.key.fingerprint == known) {
                return Ok(None);
            }
            let account = Some(&own.addr);
            return self.import_own_key(account, secret, own.role, Lock::Remove, ask).map(Some);
        }
        let settings = SettingsChange {
            enabled: own.enabled,
            prefer_encrypt: own.prefer_encrypt,
            ..SettingsChange::default()
        };
        let import_key = Some(secret.to_vec());
        let options = AccountOptions { settings, import_key, ..AccountOptions::default() };
        let created = self.create_account(&own.addr, &options, ask)?;
        let no_key = || Error::NoOwnKey { addr: own.addr.clone() };
        created.account.current.ok_or_else(no_key).map(Some)
    }

    /// Makes a GnuPG home of its own hold one current key per peer: the target of a recommendation
    /// (Discovery §7), with no other User IDs than the peer's. Keys that an earlier call put there
    /// and that are no longer current are deleted.
    ///
    /// # Errors
    /// [`Error::Gnupg`]: a home that is not for us, no gpg; [`Error::NoAccount`] and its like.
    pub fn keyring_sync(&self, account: Option<&Addr>, homedir: &Path) -> Result<Synced, Error> {
        let now = self.now();
        let account = self.account(account)?;
        let mut addrs = Vec::new();
        self.peers(Some(&account.addr), PeerFilter::WithKey, &mut |_, row| addrs.push(row.addr))?;
        let draft = Draft { own: account.settings, reply_to_encrypted: false };
        let openpgp = self.openpgp.as_ref();
        let mut synced = Synced::default();
        let mut targets: BTreeMap<Fingerprint, Target> = BTreeMap::new();
        for addr in addrs {
            // A turn at the store for each, so that others wait for none.
            let mut inner = self.lock()?;
            let peer = inner.judged_peer(&account, &addr, openpgp, now)?;
            let advice = recommend_one(&peer, draft);
            let Some(key) = advice.target.map(|target| target.key) else {
                synced.skip(
                    advice.reasons.first().map_or(Unopened::NoKey.code(), |reason| reason.code()),
                );
                continue;
            };
            let state = inner.store.peer(&account.addr, &addr)?.unwrap_or_default();
            drop(inner);
            let record = state.history.get(&key.fingerprint).cloned();
            let Some(record) = record else { continue };
            let union = match targets.get(&key.fingerprint) {
                Some(held) => openpgp.union(Some(&held.union), &record.union.bytes),
                None => record.union,
            };
            let target = targets.entry(key.fingerprint).or_insert_with(|| Target {
                union: union.clone(),
                received: Vec::new(),
                addrs: BTreeSet::new(),
            });
            target.union = union;
            target.received.push(key.bytes);
            target.addrs.insert(addr);
        }
        let mut wanted = BTreeMap::new();
        for (fingerprint, Target { union, received, addrs }) in targets {
            match openpgp.cert_for_lookup(&union, &received, &addrs) {
                Some(cert) => drop(wanted.insert(fingerprint, cert)),
                // GnuPG finds a key by its User ID only.
                None => synced.skip(Skipped::NoUserId),
            }
        }
        keyring::sync(homedir, &default_homes(), &wanted, &mut synced)?;
        Ok(synced)
    }
}

/// A key that one peer or several use.
struct Target {
    union: CertUnion,
    received: Vec<Arc<[u8]>>,
    addrs: BTreeSet<Addr>,
}

/// Peers go to one account: if it is not named there must be only one afterwards.
fn one_account(accounts: &Accounts, keys: &[OwnKey]) -> Result<(), Error> {
    let known = accounts.0.iter().map(|account| &account.addr);
    let new = keys.iter().map(|key| &key.addr).filter(|addr| !accounts.own(addr));
    let all: BTreeSet<&Addr> = known.chain(new).collect();
    match all.len() {
        0 => Err(Error::NoAccounts),
        1 => Ok(()),
        count => Err(Error::WhichAccount { count }),
    }
}

/// Where GnuPG looks when it is told nothing.
fn default_homes() -> Vec<PathBuf> {
    let named = std::env::var_os("GNUPGHOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    let usual = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".gnupg"));
    named.into_iter().chain(usual).collect()
}
