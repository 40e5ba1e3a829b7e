//! The user's own keys (Messages §1).

use super::Engine;
use crate::account::{Account, KeyRole};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::header;
use crate::key::Fingerprint;
use crate::openpgp::{AskPassphrase, Lock, OpenPgp, OpenPgpError, Renewal, SecretKey};
use crate::secret::Secret;
use crate::store::{Store, StoredKey};

impl Engine {
    /// All keys of an account, current first.
    ///
    /// # Errors
    /// [`Error::NoAccount`] and its like.
    pub fn own_keys(&self, account: Option<&Addr>) -> Result<Vec<StoredKey>, Error> {
        let mut inner = self.lock()?;
        let account = inner.account(account)?;
        Ok(inner.store.secret_keys(&account.addr)?)
    }

    /// Imports a key of the user's own, as the current one or, with [`KeyRole::Old`], beside it; the old
    /// ones go on decrypting. A later copy of a key that is there takes its place, with or without its
    /// passphrase as `lock` says; an earlier one, or one with fewer secret parts, changes nothing of it.
    /// An old key may be expired, revoked, or too weak or large for new mails.
    ///
    /// # Errors
    /// [`Error::OpenPgp`]: no key, refused, locked, too large for a key field. [`Error::CurrentKey`] for a
    /// copy of the current key that is good for old mails only.
    pub fn import_own_key(
        &self,
        account: Option<&Addr>,
        octets: &[u8],
        role: KeyRole,
        lock: Lock,
        ask: AskPassphrase<'_>,
    ) -> Result<Fingerprint, Error> {
        let now = self.now();
        let account = self.lock()?.account(account)?;
        let key = self.openpgp.import_secret(octets, &account.addr, now, role, lock, ask)?;
        self.adopt_key(&account.addr, key, now, role)
    }

    /// Makes a new key for the account and makes it the current one; the old ones go on decrypting.
    ///
    /// # Errors
    /// [`Error::OpenPgp`].
    pub fn replace_own_key(&self, account: Option<&Addr>) -> Result<Fingerprint, Error> {
        let now = self.now();
        let account = self.lock()?.account(account)?;
        let key = self.openpgp.generate(&account.addr, now, self.random.as_ref())?;
        self.adopt_key(&account.addr, key, now, KeyRole::Current)
    }

    /// Gives an account `key`, as its current one or beside it.
    fn adopt_key(
        &self,
        account: &Addr,
        key: SecretKey,
        now: Timestamp,
        role: KeyRole,
    ) -> Result<Fingerprint, Error> {
        let fingerprint = key.fingerprint.clone();
        let mut inner = self.lock()?;
        let openpgp = self.openpgp.as_ref();
        inner.write(|store| adopt(store, openpgp, account, &key, now, role))?;
        // What was unlocked may be another copy.
        inner.unlocked.remove(&fingerprint);
        Ok(fingerprint)
    }

    /// Unlocks the keys of an account that keep their passphrase, until [`Engine::relock`] or until
    /// the engine is dropped, and gives how many this passphrase opens; none if none is locked. What
    /// is stored stays locked.
    ///
    /// # Errors
    /// [`OpenPgpError::WrongPassphrase`] if there are locked keys and it opens none of them.
    pub fn unlock(&self, account: Option<&Addr>, passphrase: &Secret) -> Result<usize, Error> {
        let stored = {
            let mut inner = self.lock()?;
            let account = inner.account(account)?;
            inner.store.secret_keys(&account.addr)?
        };
        // Unlocking takes its time, which is what it is for: the store is free meanwhile.
        let mut failed = None;
        let mut opened = Vec::new();
        for StoredKey { key, .. } in stored.iter().filter(|stored| stored.key.locked) {
            match self.openpgp.unlock(key, passphrase) {
                Ok(key) => opened.push(key),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        let count = opened.len();
        match failed {
            Some(error) if count == 0 => return Err(error.into()),
            _ => {}
        }
        let keys = opened.into_iter().map(|key| (key.fingerprint.clone(), key));
        self.lock()?.unlocked.extend(keys);
        Ok(count)
    }

    /// Forgets every key that was unlocked.
    ///
    /// # Errors
    /// [`Error::Forked`].
    pub fn relock(&self) -> Result<(), Error> {
        self.lock()?.unlocked.clear();
        Ok(())
    }

    /// Gives the current key of an account another expiry, `None` for never, and gives the key as it
    /// is now. Peers learn it from the next mails. A key that keeps its passphrase must be unlocked.
    ///
    /// # Errors
    /// [`Error::NoOwnKey`]; [`Error::OpenPgp`]: locked, revoked, an expiry in the past, a primary
    /// that is kept elsewhere.
    pub fn renew_own_key(
        &self,
        account: Option<&Addr>,
        expires: Option<Timestamp>,
    ) -> Result<SecretKey, Error> {
        let now = self.now();
        let (account, key, unlocked) = {
            let mut inner = self.lock()?;
            let account = inner.account(account)?;
            let key = inner.current_key(&account)?.key;
            let unlocked = inner.as_unlocked(key.clone());
            (account, key, unlocked)
        };
        if unlocked.locked {
            let fingerprint = key.fingerprint.to_string();
            return Err(OpenPgpError::Locked { fingerprint }.into());
        }
        let random = self.random.as_ref();
        let renewal = Renewal { addr: &account.addr, expires, now, random };
        let renewed = self.openpgp.renew(&key, &unlocked, &renewal)?;
        self.lock()?.write(|store| {
            // It may have been destroyed meanwhile, and must not come back.
            if store.replace_secret_key(&account.addr, &renewed)? {
                return Ok(());
            }
            Err(Error::NoKey { fingerprint: key.fingerprint.to_string(), of: account.addr.clone() })
        })?;
        Ok(renewed)
    }

    /// Destroys a secret key: mails encrypted to it can never be read again. The current key can be
    /// destroyed only when it is the last; the account then has none.
    ///
    /// # Errors
    /// [`Error::NoKey`]; [`Error::CurrentKey`] while there are others.
    pub fn destroy_own_key(
        &self,
        account: Option<&Addr>,
        fingerprint: &Fingerprint,
    ) -> Result<(), Error> {
        let mut inner = self.lock()?;
        let account = inner.account(account)?;
        inner.write(|store| {
            let mut held = held(store, &account.addr)?;
            let count = store.secret_keys(&held.addr)?.len();
            if held.current.as_ref() == Some(fingerprint) {
                if count > 1 {
                    let fingerprint = fingerprint.to_string();
                    return Err(Error::CurrentKey { fingerprint, of: held.addr });
                }
                held.current = None;
                store.save_account(&held)?;
            }
            if store.destroy_secret_key(&held.addr, fingerprint)? {
                return Ok(());
            }
            Err(Error::NoKey { fingerprint: fingerprint.to_string(), of: held.addr })
        })?;
        inner.unlocked.remove(fingerprint);
        Ok(())
    }

    /// The current cert of an account, armored, for handing out by other means.
    ///
    /// # Errors
    /// [`Error::NoOwnKey`].
    pub fn export_cert(&self, account: Option<&Addr>) -> Result<(Vec<u8>, String), Error> {
        let mut inner = self.lock()?;
        let account = inner.account(account)?;
        let cert = inner.current_key(&account)?.key.cert;
        let armor = self.openpgp.armor_cert(&cert)?;
        Ok((cert, armor))
    }

    /// The armor of any cert.
    ///
    /// # Errors
    /// [`Error::OpenPgp`].
    pub fn armor_cert(&self, cert: &[u8]) -> Result<String, Error> {
        Ok(self.openpgp.armor_cert(cert)?)
    }

    /// The current secret key of an account, binary and armored, locked if it keeps its passphrase:
    /// for the user's eyes alone.
    ///
    /// # Errors
    /// [`Error::NoOwnKey`].
    pub fn export_secret(&self, account: Option<&Addr>) -> Result<(Secret, Secret), Error> {
        let mut inner = self.lock()?;
        let account = inner.account(account)?;
        let key = inner.current_key(&account)?.key;
        let armor = self.openpgp.armor_secret(&key)?;
        Ok((key.secret, armor))
    }

    /// The key fields that an outgoing mail of this address bears: name and folded value
    /// (Discovery §2.1). None for a disabled account.
    ///
    /// # Errors
    /// [`Error::NoAccount`], [`Error::NoOwnKey`].
    pub fn header_fields(
        &self,
        addr: Option<&Addr>,
        spelling: Option<header::Spelling>,
    ) -> Result<Vec<(&'static str, String)>, Error> {
        let mut inner = self.lock()?;
        let account = inner.account(addr)?;
        if !account.settings.enabled {
            return Ok(Vec::new());
        }
        let cert = inner.current_key(&account)?.key.cert;
        // An alias stands for itself on the wire.
        let from = addr.unwrap_or(&account.addr);
        let settings = account.settings;
        let spelling = spelling.unwrap_or(settings.spelling);
        Ok(header::print(spelling, from, settings.prefer_encrypt, &cert))
    }
}

/// Gives an account `key`, as its current one or beside it, within a transaction.
pub(super) fn adopt(
    store: &mut dyn Store,
    openpgp: &dyn OpenPgp,
    account: &Addr,
    key: &SecretKey,
    now: Timestamp,
    role: KeyRole,
) -> Result<(), Error> {
    let fingerprint = &key.fingerprint;
    let mut held = held(store, account)?;
    let is_current = held.current.as_ref() == Some(fingerprint);
    let keys = store.secret_keys(account)?;
    let stored = keys.into_iter().find(|stored| stored.key.fingerprint == *fingerprint);
    // Nothing that decrypts is lost to an older copy.
    let stays = stored.as_ref().filter(|stored| !openpgp.can_replace(key, &stored.key));
    let stands = stays.map_or(key, |stored| &stored.key);
    let advertisable = || openpgp.is_advertisable(stands, account, now);
    // An old key's cert is none for others.
    match role {
        KeyRole::Old if is_current && stays.is_none() && !advertisable() => {
            let fingerprint = fingerprint.to_string();
            return Err(Error::CurrentKey { fingerprint, of: held.addr });
        }
        KeyRole::Current if stays.is_some() && !advertisable() => {
            let found = "an older copy, or one with fewer secret parts, of a key that is here \
                         for old mails only";
            return Err(OpenPgpError::Unusable { found: found.to_owned() }.into());
        }
        _ => {}
    }
    match (stored.is_some(), stays.is_some()) {
        (false, _) => {
            store.add_secret_key(account, &StoredKey { key: key.clone(), added: now })?;
        }
        (true, false) => drop(store.replace_secret_key(account, key)?),
        (true, true) => {}
    }
    if role == KeyRole::Current {
        held.current = Some(fingerprint.clone());
        store.save_account(&held)?;
    }
    Ok(())
}

pub(super) fn held(store: &mut dyn Store, addr: &Addr) -> Result<Account, Error> {
    store.account_of(addr)?.ok_or_else(|| Error::NoAccount { addr: addr.clone() })
}
