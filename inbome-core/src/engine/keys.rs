//! The user's own keys (Messages §1).

use super::Engine;
use crate::account::Accounts;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::header;
use crate::key::Fingerprint;
use crate::openpgp::{AskPassphrase, SecretKey};
use crate::secret::Secret;
use crate::store::StoredKey;

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

    /// Imports a key of the user's own and makes it the current one; the old ones go on decrypting.
    ///
    /// # Errors
    /// [`Error::OpenPgp`]: no key, refused, locked, too large for a key field.
    pub fn import_own_key(
        &self,
        account: Option<&Addr>,
        octets: &[u8],
        ask: AskPassphrase<'_>,
    ) -> Result<Fingerprint, Error> {
        let now = self.now();
        let account = self.lock()?.account(account)?;
        let key = self.openpgp.import_secret(octets, &account.addr, now, ask)?;
        self.adopt_key(&account.addr, key, now)
    }

    /// Makes a new key for the account and makes it the current one; the old ones go on decrypting.
    ///
    /// # Errors
    /// [`Error::OpenPgp`].
    pub fn replace_own_key(&self, account: Option<&Addr>) -> Result<Fingerprint, Error> {
        let now = self.now();
        let account = self.lock()?.account(account)?;
        let key = self.openpgp.generate(&account.addr, now, self.random.as_ref())?;
        self.adopt_key(&account.addr, key, now)
    }

    /// Makes `key` the current one of an account.
    fn adopt_key(
        &self,
        account: &Addr,
        key: SecretKey,
        now: Timestamp,
    ) -> Result<Fingerprint, Error> {
        let fingerprint = key.fingerprint.clone();
        self.lock()?.write(|store| {
            store.add_secret_key(account, &StoredKey { key, added: now })?;
            let mut held = held(&Accounts(store.accounts()?), account)?;
            held.current = Some(fingerprint.clone());
            store.save_account(&held)?;
            Ok(())
        })?;
        Ok(fingerprint)
    }

    /// Destroys a secret key: mails encrypted to it can never be read again. The current key can be
    /// destroyed only when it is the last; the account then has none.
    ///
    /// # Errors
    /// [`Error::NoKey`]; [`Error::Unfit`] for the current key while there are others.
    pub fn destroy_own_key(
        &self,
        account: Option<&Addr>,
        fingerprint: &Fingerprint,
    ) -> Result<(), Error> {
        let mut inner = self.lock()?;
        let account = inner.account(account)?;
        inner.write(|store| {
            let mut held = held(&Accounts(store.accounts()?), &account.addr)?;
            let count = store.secret_keys(&held.addr)?.len();
            if held.current.as_ref() == Some(fingerprint) {
                if count > 1 {
                    let wanted = "a key that is not the current one of the account";
                    return Err(Error::Unfit { wanted, addr: held.addr });
                }
                held.current = None;
                store.save_account(&held)?;
            }
            if store.destroy_secret_key(&held.addr, fingerprint)? {
                return Ok(());
            }
            Err(Error::NoKey { fingerprint: fingerprint.to_string(), of: held.addr })
        })
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

    /// The current secret key of an account, armored and unlocked: for the user's eyes alone.
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

fn held(accounts: &Accounts, addr: &Addr) -> Result<crate::account::Account, Error> {
    accounts.of(addr).cloned().ok_or_else(|| Error::NoAccount { addr: addr.clone() })
}
