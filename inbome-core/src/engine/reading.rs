//! The verb for reading: what an encrypted or signed mail holds.
//!
//! Keys and peers are read from the store first, and the store is free again before anything is
//! decrypted or verified.

use std::collections::BTreeMap;

use super::{Engine, Inner};
use crate::account::Accounts;
use crate::addr::Addr;
use crate::decrypt::{self, Decrypted, Known, Opening};
use crate::discover::Receipt;
use crate::error::Error;
use crate::gossip::Payload;
use crate::mime::{Envelope, Form, Mail, locate};
use crate::openpgp::SecretKey;

impl Engine {
    /// Decrypts and verifies a mail (Messages §3): the message as a reader shall see it, and one
    /// summary. Nothing is changed; [`Engine::process_incoming`] learns from it.
    ///
    /// # Errors
    /// [`Error::NoAccount`] and its like; [`Error::PastLimit`]. That a mail cannot be decrypted is
    /// in the summary.
    pub fn decrypt(&self, account: Option<&Addr>, mail: &[u8]) -> Result<Decrypted, Error> {
        let held = self.lock()?.keys_for(account, mail)?;
        let keys: Vec<&SecretKey> = held.keys.iter().map(|(_, key)| key).collect();
        let opening = decrypt::open(mail, &keys, self.openpgp.as_ref())
            .map_err(|limit| Error::PastLimit { limit })?;
        self.summarise(&opening, &held)
    }

    /// Whether one of the user's keys may open the mail, or the OpenPGP message; compares key IDs
    /// only.
    ///
    /// # Errors
    /// As [`Engine::decrypt`].
    pub fn can_decrypt(&self, account: Option<&Addr>, mail: &[u8]) -> Result<bool, Error> {
        let held = self.lock()?.keys_for(account, mail)?;
        let keys: Vec<&SecretKey> = held.keys.iter().map(|(_, key)| key).collect();
        Ok(match locate(mail) {
            Ok(Form::Encrypted(found)) => self.openpgp.can_open(&found.armor, &keys),
            _ => self.openpgp.can_open(mail, &keys),
        })
    }

    /// What is inside an incoming mail, as far as discovery wants to know, and the whole of it if
    /// the caller does. Mail that is neither encrypted nor to be shown costs nothing here.
    pub(super) fn open_incoming(
        &self,
        account: Option<&Addr>,
        mail: &[u8],
        envelope: &Envelope<'_>,
        receipt: Receipt,
    ) -> Result<(Option<Payload>, Option<Decrypted>), Error> {
        // What Exchange and lists make of an encrypted mail is decrypted as well (Messages §3): an
        // answer to it must not go out in the clear.
        let may_learn = !(receipt.spam || receipt.no_decrypt);
        let learns = may_learn && Mail::parse(mail).is_ok_and(|mail| mail.shape.is_encrypted());
        if receipt.no_decrypt || !(learns || receipt.return_payload) {
            return Ok((None, None));
        }
        let held = match self.lock()?.keys_for(account, mail) {
            // A mail whose account cannot be told is ignored, not refused.
            Err(Error::PastLimit { .. }) => return Ok((None, None)),
            held => held?,
        };
        // Discovery §4, step 2: what one wrote oneself teaches nothing.
        let learns = learns && !envelope.from().is_ok_and(|from| held.accounts.own(&from));
        if !(learns || receipt.return_payload) {
            return Ok((None, None));
        }
        let keys: Vec<&SecretKey> = held.keys.iter().map(|(_, key)| key).collect();
        let Ok(opening) = decrypt::open(mail, &keys, self.openpgp.as_ref()) else {
            return Ok((None, None));
        };
        let payload = match learns {
            true => opening.payload(self.openpgp.as_ref(), self.now()),
            false => None,
        };
        let shown = match receipt.return_payload {
            true => Some(self.summarise(&opening, &held)?),
            false => None,
        };
        Ok((payload, shown))
    }

    fn summarise(&self, opening: &Opening<'_>, held: &HeldKeys) -> Result<Decrypted, Error> {
        // What is stored of possible senders is read before the pure part asks for it.
        let mut states = BTreeMap::new();
        for addr in opening.senders() {
            let mut inner = self.lock()?;
            for (account, _) in &held.keys {
                if let Some(state) = inner.store.peer(account, &addr)? {
                    states.insert(addr.clone(), state);
                    break;
                }
            }
        }
        let own = self.lock()?.all_own_keys(&held.accounts)?;
        let own: Vec<&SecretKey> = own.iter().collect();
        let peer = |addr: &Addr| states.get(addr).cloned().unwrap_or_default();
        let known = Known { accounts: &held.accounts, own: &own, peer: &peer };
        Ok(decrypt::summarise(opening, &known, self.openpgp.as_ref(), self.now()))
    }
}

/// The user's keys that a mail may be encrypted to, each with its account.
pub(super) struct HeldKeys {
    accounts: std::sync::Arc<Accounts>,
    keys: Vec<(Addr, SecretKey)>,
}

impl Inner {
    /// The keys of all accounts: they write to one another, and who wrote is asked of all of them.
    fn all_own_keys(&mut self, accounts: &Accounts) -> Result<Vec<SecretKey>, Error> {
        let mut all = Vec::new();
        for held in &accounts.0 {
            all.extend(self.own_keys(&held.addr)?);
        }
        Ok(all)
    }

    /// The keys to try: those of the account that is named or that the mail names, else all. Of each
    /// account the current one comes first.
    pub(super) fn keys_for(
        &mut self,
        named: Option<&Addr>,
        mail: &[u8],
    ) -> Result<HeldKeys, Error> {
        let accounts = self.accounts()?;
        let account = match named {
            Some(addr) => Some(self.account(Some(addr))?),
            None if accounts.0.is_empty() => return Err(Error::NoAccounts),
            None => {
                let envelope = Envelope::parse(mail).map_err(|limit| Error::PastLimit { limit })?;
                let mut listed = envelope.to().unwrap_or_default();
                listed.extend(envelope.cc().unwrap_or_default());
                accounts.of_incoming(&envelope.delivered_to(), &listed).cloned()
            }
        };
        let mut keys = Vec::new();
        for held in &accounts.0 {
            if account.as_ref().is_none_or(|account| account.addr == held.addr) {
                let own = self.own_keys(&held.addr)?;
                keys.extend(own.into_iter().map(|key| (held.addr.clone(), key)));
            }
        }
        Ok(HeldKeys { accounts, keys })
    }
}
