//! Accounts and their settings (Discovery §1, §3).

use std::collections::BTreeSet;

use super::{Engine, Inner};
use crate::account::{Account, KeyRole, Settings, SettingsChange};
use crate::addr::Addr;
use crate::error::Error;
use crate::key::Fingerprint;
use crate::openpgp::{AskPassphrase, Lock, SecretKey};
use crate::store::StoredKey;

/// How a new account shall be.
#[derive(Debug, Clone, Default)]
pub struct AccountOptions {
    /// Settings other than the defaults.
    pub settings: SettingsChange,
    /// It shares the mailbox of this account: no key of its own.
    pub alias_of: Option<Addr>,
    /// An OpenPGP key of the user's to use instead of a new one, armored or binary.
    pub import_key: Option<Vec<u8>>,
    /// Whether that key keeps its passphrase.
    pub lock: Lock,
}

/// What [`Engine::create_account`] found or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The account.
    pub account: Account,
    /// Whether it is new.
    pub created: bool,
}

impl Engine {
    /// All accounts, in the order in which they were made.
    ///
    /// # Errors
    /// [`crate::store::StoreError`], [`Error::Forked`].
    pub fn accounts(&self) -> Result<Vec<Account>, Error> {
        Ok(self.lock()?.accounts()?.0.clone())
    }

    /// The account that `addr` belongs to; without one, the only account.
    ///
    /// # Errors
    /// [`Error::NoAccounts`], [`Error::NoAccount`], [`Error::WhichAccount`].
    pub fn account(&self, addr: Option<&Addr>) -> Result<Account, Error> {
        self.lock()?.account(addr)
    }

    /// Makes an account with a key of its own, or an alias of another one (Discovery §1,
    /// Messages §1). One that exists as asked is given back.
    ///
    /// # Errors
    /// [`Error::AccountDiffers`] if it exists otherwise; [`Error::OpenPgp`].
    pub fn create_account(
        &self,
        addr: &Addr,
        options: &AccountOptions,
        ask: AskPassphrase<'_>,
    ) -> Result<Created, Error> {
        let now = self.now();
        // The key is made before the store is locked: that takes its time.
        let key = match (&options.alias_of, &options.import_key) {
            (Some(_), _) => None,
            (None, Some(octets)) => {
                let role = KeyRole::Current;
                Some(self.openpgp.import_secret(octets, addr, now, role, options.lock, ask)?)
            }
            (None, None) if self.lock()?.accounts()?.own(addr) => None,
            (None, None) => Some(self.openpgp.generate(addr, now, self.random.as_ref())?),
        };
        self.lock()?.write(|store| {
            let accounts = crate::account::Accounts(store.accounts()?);
            if let Some(held) = accounts.of(addr) {
                let fingerprint = key.as_ref().map(|key| &key.fingerprint);
                let asked = fingerprint.filter(|_| options.import_key.is_some());
                return existing(held, addr, options, asked);
            }
            if let Some(main) = &options.alias_of {
                let mut account = accounts
                    .of(main)
                    .cloned()
                    .ok_or_else(|| Error::NoAccount { addr: main.clone() })?;
                account.aliases.insert(addr.clone());
                account.settings = options.settings.applied_to(account.settings);
                store.save_account(&account)?;
                return Ok(Created { account, created: true });
            }
            let account = Account {
                addr: addr.clone(),
                aliases: BTreeSet::new(),
                settings: options.settings.applied_to(Settings::default()),
                current: key.as_ref().map(|key| key.fingerprint.clone()),
            };
            store.save_account(&account)?;
            if let Some(key) = key {
                store.add_secret_key(&account.addr, &StoredKey { key, added: now })?;
            }
            Ok(Created { account, created: true })
        })
    }

    /// Changes settings of an account.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn set_account(&self, addr: &Addr, change: SettingsChange) -> Result<Account, Error> {
        let mut inner = self.lock()?;
        inner.account(Some(addr))?;
        inner.write(|store| {
            let accounts = crate::account::Accounts(store.accounts()?);
            let mut account = accounts
                .of(addr)
                .cloned()
                .ok_or_else(|| Error::NoAccount { addr: addr.clone() })?;
            account.settings = change.applied_to(account.settings);
            store.save_account(&account)?;
            Ok(account)
        })
    }
}

/// An account that is there already is fine if nothing asked differs.
fn existing(
    held: &Account,
    addr: &Addr,
    options: &AccountOptions,
    imported: Option<&Fingerprint>,
) -> Result<Created, Error> {
    let other_alias = match &options.alias_of {
        Some(main) => !held.owns(main) || held.addr == *addr,
        // An alias has no key of its own to import.
        None => held.addr != *addr && options.import_key.is_some(),
    };
    let what = if other_alias {
        Some("alias")
    } else if imported.is_some() && imported != held.current.as_ref() {
        Some("key")
    } else {
        options.settings.differs_from(held.settings)
    };
    match what {
        Some(what) => Err(Error::AccountDiffers { addr: addr.clone(), what }),
        None => Ok(Created { account: held.clone(), created: false }),
    }
}

impl Inner {
    /// The current key of an account, unlocked if it was, or none.
    pub(super) fn find_current_key(
        &mut self,
        account: &Account,
    ) -> Result<Option<SecretKey>, Error> {
        match self.current_key(account) {
            Ok(stored) => Ok(Some(self.as_unlocked(stored.key))),
            Err(Error::NoOwnKey { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The current key of an account.
    pub(super) fn current_key(&mut self, account: &Account) -> Result<StoredKey, Error> {
        let keys = self.store.secret_keys(&account.addr)?;
        keys.into_iter()
            .find(|stored| Some(&stored.key.fingerprint) == account.current.as_ref())
            .ok_or_else(|| Error::NoOwnKey { addr: account.addr.clone() })
    }

    /// All keys of an account, current first, as far as they are unlocked so.
    pub(super) fn own_keys(&mut self, account: &Addr) -> Result<Vec<SecretKey>, Error> {
        let keys = self.store.secret_keys(account)?;
        Ok(keys.into_iter().map(|stored| self.as_unlocked(stored.key)).collect())
    }

    /// The key without its lock, if it was unlocked.
    pub(super) fn as_unlocked(&self, key: SecretKey) -> SecretKey {
        match self.unlocked.get(&key.fingerprint).filter(|_| key.locked) {
            // Only the secret: another process may have renewed the cert since.
            Some(unlocked) => {
                SecretKey { secret: unlocked.secret.clone(), locked: unlocked.locked, ..key }
            }
            None => key,
        }
    }
}
