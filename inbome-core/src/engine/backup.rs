//! Backup messages (Several devices §2): made, looked at, taken in.

use super::{Engine, keys::adopt};
use crate::account::{Account, KeyRole, Settings};
use crate::addr::Addr;
use crate::backup::{self, BackupFlaw, FoundBackup, NewBackup, OpenedBackup, Saved};
use crate::error::Error;
use crate::key::Fingerprint;
use crate::openpgp::SecretKey;
use crate::secret::Secret;

/// Whether the key of a backup becomes the current one in the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CurrentKey {
    /// The current key stays: the user has not been asked.
    #[default]
    Keep,
    /// The user agreed to the change.
    Replace,
}

/// What importing a backup message did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedBackup {
    /// What was in it.
    pub backup: CheckedBackup,
    /// The account, as it is now.
    pub account: Account,
    /// Whether the account is new.
    pub account_created: bool,
    /// Whether another key stays the current one until the user agrees to the change.
    pub asks_key_change: bool,
}

/// What a backup message says before it is opened, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedBackup {
    /// Whose, and when it was made.
    pub found: FoundBackup,
    /// Its keys.
    pub opened: OpenedBackup,
}

impl CheckedBackup {
    /// The key that was the current one, if it can be that again.
    fn current(&self) -> Option<&Fingerprint> {
        let first = self.opened.keys.first().filter(|(_, role)| *role == KeyRole::Current);
        first.map(|(key, _)| &key.fingerprint)
    }
}

impl Engine {
    /// Makes a backup message of an account's keys, and the code that opens it. The code is to be
    /// shown once and not to be stored. Keys that keep their passphrase must be unlocked.
    ///
    /// # Errors
    /// [`Error::NoOwnKey`]; [`BackupFlaw::Locked`].
    pub fn create_backup(&self, account: Option<&Addr>) -> Result<NewBackup, Error> {
        let now = self.now();
        let (account, keys) = {
            let mut inner = self.lock()?;
            let account = inner.account(account)?;
            let keys = inner.own_keys(&account.addr)?;
            (account, keys)
        };
        if let Some(locked) = keys.iter().find(|key| key.locked) {
            let fingerprint = locked.fingerprint.to_string();
            return Err(BackupFlaw::Locked { fingerprint }.into());
        }
        let is_current = |key: &SecretKey| Some(&key.fingerprint) == account.current.as_ref();
        let (current, older): (Vec<_>, Vec<_>) = keys.into_iter().partition(is_current);
        let current =
            current.first().ok_or_else(|| Error::NoOwnKey { addr: account.addr.clone() })?;
        let saved = Saved {
            addr: &account.addr,
            current,
            older: &older,
            prefer_encrypt: account.settings.prefer_encrypt,
            now,
            random: self.random.as_ref(),
        };
        Ok(backup::create(&saved, self.openpgp.as_ref())?)
    }

    /// Reads what a backup message says before its code is known.
    ///
    /// # Errors
    /// [`Error::Backup`], [`Error::Forked`].
    pub fn read_backup(&self, message: &[u8]) -> Result<FoundBackup, Error> {
        // After fork() this answers, though it does not need the store.
        drop(self.lock()?);
        Ok(backup::find(message)?)
    }

    /// Checks a code against a backup message; nothing is imported.
    ///
    /// # Errors
    /// [`Error::Backup`].
    pub fn verify_backup(
        &self,
        account: Option<&Addr>,
        message: &[u8],
        code: &Secret,
    ) -> Result<CheckedBackup, Error> {
        let found = self.read_backup(message)?;
        self.backup_account(account, &found)?;
        let opened = backup::open(&found, code, self.now(), self.openpgp.as_ref())?;
        Ok(CheckedBackup { found, opened })
    }

    /// Takes in the keys of a backup message, and the preference if it is in it; the account is made
    /// if there is none. Its current key becomes that of the account if there is no other, or with
    /// [`CurrentKey::Replace`]; all keys that are there go on decrypting. All of it or nothing, and
    /// twice is as good as once.
    ///
    /// # Errors
    /// [`Error::Backup`].
    pub fn import_backup(
        &self,
        account: Option<&Addr>,
        message: &[u8],
        code: &Secret,
        change: CurrentKey,
    ) -> Result<ImportedBackup, Error> {
        let now = self.now();
        let backup = self.verify_backup(account, message, code)?;
        let addr = self.backup_account(account, &backup.found)?;
        let mut inner = self.lock()?;
        let done = inner.write(|store| {
            let held = store.account_of(&addr)?;
            let account_created = held.is_none();
            let mut account = held.unwrap_or_else(|| Account {
                addr: addr.clone(),
                aliases: std::collections::BTreeSet::new(),
                settings: Settings::default(),
                current: None,
            });
            if let Some(wish) = backup.opened.prefer_encrypt {
                account.settings.prefer_encrypt = wish;
            }
            store.save_account(&account)?;
            let offered = backup.current();
            let is_free = account.current.is_none() || account.current.as_ref() == offered;
            let may_change = is_free || change == CurrentKey::Replace;
            for (key, role) in &backup.opened.keys {
                let role = match may_change {
                    true => *role,
                    false => KeyRole::Old,
                };
                // A copy that is there already, and is newer, stays as it is.
                adopt(store, self.openpgp.as_ref(), &account.addr, key, now, role)?;
            }
            let account = super::keys::held(store, &account.addr)?;
            let asks_key_change = offered.is_some() && account.current.as_ref() != offered;
            Ok((account, account_created, asks_key_change))
        });
        for (key, _) in &backup.opened.keys {
            // What was unlocked may be another copy.
            inner.unlocked.remove(&key.fingerprint);
        }
        let (account, account_created, asks_key_change) = done?;
        Ok(ImportedBackup { backup, account, account_created, asks_key_change })
    }

    /// The account that a backup message is for: the one named, else the only one, else the one that
    /// the message is of, which may have to be made.
    fn backup_account(&self, named: Option<&Addr>, found: &FoundBackup) -> Result<Addr, Error> {
        let accounts = self.lock()?.accounts()?;
        let other = |account: &Addr| BackupFlaw::OtherAddress {
            found: found.addr.to_string(),
            account: account.clone(),
        };
        let account = match (named, accounts.0.as_slice()) {
            (Some(named), _) => accounts.of(named),
            (None, [only]) => Some(only),
            (None, _) => accounts.of(&found.addr),
        };
        match (account, named) {
            (Some(account), _) if account.owns(&found.addr) => Ok(account.addr.clone()),
            (Some(account), _) => Err(other(&account.addr).into()),
            (None, Some(named)) if *named != found.addr => Err(other(named).into()),
            (None, None) if !accounts.0.is_empty() => {
                Err(Error::NoAccount { addr: found.addr.clone() })
            }
            (None, _) => Ok(found.addr.clone()),
        }
    }
}
