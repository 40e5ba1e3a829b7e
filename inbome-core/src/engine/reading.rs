//! The verb for reading: what an encrypted or signed mail holds.
//!
//! Keys and peers are read from the store first, and the store is free again before anything is
//! decrypted or verified.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Engine, Inner};
use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::{effective_date, time_of_receipt};
use crate::decrypt::{self, Decrypted, EncryptedId, Known, Opening, Reading};
use crate::discover::Receipt;
use crate::error::Error;
use crate::gossip::Payload;
use crate::mime::{Form, Mail};
use crate::openpgp::{OpenPgp, SecretKey};
use crate::receive::message_id_hash;

impl Engine {
    /// Decrypts and verifies a mail (Messages §3): the message as a reader shall see it, and one
    /// summary. The Message-ID of an encrypted mail is remembered, so that an answer to it will be
    /// encrypted; nothing else is changed, and [`Engine::process_incoming`] learns from it.
    ///
    /// # Errors
    /// [`Error::NoAccount`] and its like; [`Error::PastLimit`]; [`Error::Store`]. That a mail cannot be
    /// decrypted is in the summary.
    pub fn decrypt(&self, account: Option<&Addr>, mail: &[u8]) -> Result<Decrypted, Error> {
        let mut read = self.preview(account, mail)?;
        self.note_read(&read)?;
        read.encrypted_id = None;
        Ok(read)
    }

    /// [`Engine::decrypt`] that remembers nothing, for previews, and for callers that must show the mail
    /// first: [`Engine::note_read`] then remembers it.
    ///
    /// # Errors
    /// As [`Engine::decrypt`].
    pub fn preview(&self, account: Option<&Addr>, mail: &[u8]) -> Result<Decrypted, Error> {
        let mail = Mail::parse(mail).map_err(|limit| Error::PastLimit { limit })?;
        let held = self.lock()?.keys_for(account, &mail)?;
        let Opened { opening, by } = held.open(&mail, self.openpgp.as_ref());
        let reading = opening.read(self.openpgp.as_ref());
        let by = held.account_of(&by, &reading);
        let mut read = self.summarise(&reading, &held, by)?;
        read.encrypted_id = self.encrypted_id(&mail, &opening, &held, by);
        Ok(read)
    }

    /// Remembers that a mail that was read came encrypted (Discovery §4).
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn note_read(&self, read: &Decrypted) -> Result<(), Error> {
        let Some(EncryptedId { account, id, at }) = &read.encrypted_id else { return Ok(()) };
        let mut inner = self.lock()?;
        if inner.store.was_encrypted(account, id)? {
            return Ok(());
        }
        inner.write(|store| Ok(store.remember_encrypted(account, id, *at)?))
    }

    /// Whether one of the user's keys may open the mail, or the OpenPGP message; compares key IDs
    /// only.
    ///
    /// # Errors
    /// As [`Engine::decrypt`].
    pub fn can_decrypt(&self, account: Option<&Addr>, octets: &[u8]) -> Result<bool, Error> {
        let mail = Mail::parse(octets).map_err(|limit| Error::PastLimit { limit })?;
        let held = self.lock()?.keys_for(account, &mail)?;
        let keys: Vec<&SecretKey> = held.keys().collect();
        Ok(match mail.shape.encrypted() {
            Some(found) => self.openpgp.can_open(&found.armor, &keys),
            None => self.openpgp.can_open(octets, &keys),
        })
    }

    /// What is inside an incoming mail, as far as discovery wants to know, and the whole of it if
    /// the caller does. Mail that is neither encrypted nor to be shown costs nothing here.
    pub(super) fn open_incoming(
        &self,
        account: Option<&Addr>,
        mail: &Mail<'_>,
        receipt: Receipt,
    ) -> Result<Inside, Error> {
        let openpgp = self.openpgp.as_ref();
        let is_unobtrusive =
            matches!(&mail.shape.form, Form::Signed(signed) if signed.is_unobtrusive);
        let found = mail.shape.encrypted().filter(|_| !receipt.no_decrypt);
        let shows = receipt.return_payload && !receipt.no_decrypt;
        let learns = !receipt.spam && (found.is_some() || is_unobtrusive);
        if !(learns || shows) {
            return Ok(Inside::default());
        }
        let held = self.lock()?.keys_for(account, mail)?;
        // Discovery §4, step 2: what one wrote oneself teaches nothing.
        let is_own = mail.envelope.from().is_ok_and(|from| held.accounts.own(&from));
        let mut inside = Inside::default();
        if let Some(found) = found.filter(|_| is_own && !receipt.spam) {
            let all = self.lock()?.all_own_keys(&held.accounts)?;
            inside.is_foreign = !openpgp.can_open(&found.armor, &all.iter().collect::<Vec<_>>());
        }
        if is_own && !shows {
            return Ok(inside);
        }
        let Opened { opening, by } = held.open(mail, openpgp);
        let reading = opening.read(openpgp);
        if learns && !is_own {
            inside.payload = reading.payload(openpgp, self.now());
        }
        let by = held.account_of(&by, &reading);
        if shows {
            inside.shown = Some(self.summarise(&reading, &held, by)?);
        }
        inside.opened_by = by.cloned();
        Ok(inside)
    }

    fn summarise(
        &self,
        reading: &Reading<'_>,
        held: &HeldKeys,
        account: Option<&Addr>,
    ) -> Result<Decrypted, Error> {
        // What is stored of possible senders is read before the pure part asks for it.
        let mut states = BTreeMap::new();
        for addr in reading.senders() {
            let mut inner = self.lock()?;
            // What one account learns, another does not.
            for (of, _) in held.groups.iter().filter(|(of, _)| account.is_none_or(|it| it == of)) {
                if let Some(state) = inner.store.peer(of, &addr)? {
                    states.insert(addr.clone(), state);
                    break;
                }
            }
        }
        let own = self.lock()?.all_own_keys(&held.accounts)?;
        let own: Vec<&SecretKey> = own.iter().collect();
        let peer = |addr: &Addr| states.get(addr).cloned().unwrap_or_default();
        let known = Known { accounts: &held.accounts, own: &own, peer: &peer };
        Ok(decrypt::summarise(reading, &known, self.openpgp.as_ref(), self.now()))
    }

    /// What is to be remembered of a mail that came encrypted to the user.
    fn encrypted_id(
        &self,
        mail: &Mail<'_>,
        opening: &Opening<'_>,
        held: &HeldKeys,
        account: Option<&Addr>,
    ) -> Option<EncryptedId> {
        let envelope = &mail.envelope;
        let is_own = envelope.from().is_ok_and(|from| held.accounts.own(&from));
        let (account, id) = (account?.clone(), envelope.message_id()?);
        let now = self.now();
        let received = time_of_receipt(envelope.received(), None, now).unwrap_or(now);
        let at = effective_date(envelope.date(), received);
        (opening.is_decrypted() && !is_own).then(|| EncryptedId {
            account,
            id: message_id_hash(id),
            at,
        })
    }
}

/// What was inside an incoming mail.
#[derive(Default)]
pub(super) struct Inside {
    pub(super) payload: Option<Payload>,
    pub(super) shown: Option<Decrypted>,
    /// The account that it was opened for.
    pub(super) opened_by: Option<Addr>,
    /// From an own address, and none of the user's keys is for it.
    pub(super) is_foreign: bool,
}

/// The keys of one account, current first.
pub(super) type KeysOf = (Addr, Arc<Vec<SecretKey>>);

/// The user's keys that a mail may be encrypted to, by account.
pub(super) struct HeldKeys {
    accounts: Arc<Accounts>,
    /// The account that the caller or the header names comes first.
    groups: Vec<KeysOf>,
    /// It is the first of them.
    is_named: bool,
}

/// A mail that was opened as far as possible, and the accounts whose keys open it.
struct Opened<'m> {
    opening: Opening<'m>,
    by: Vec<Addr>,
}

impl HeldKeys {
    /// The keys to try on a mail, of those of `all` accounts: those of the account that is named; else of
    /// all, beginning with the account that the mail names.
    pub(super) fn of(
        all: &[KeysOf],
        accounts: &Arc<Accounts>,
        named: Option<&Addr>,
        mail: &Mail<'_>,
    ) -> Self {
        let account = match named {
            Some(addr) => Some(addr.clone()),
            None => {
                let mut listed = mail.envelope.to().unwrap_or_default();
                listed.extend(mail.envelope.cc().unwrap_or_default());
                let found = accounts.of_incoming(&mail.envelope.delivered_to(), &listed);
                found.map(|account| account.addr.clone())
            }
        };
        let mut groups = all.to_vec();
        if let Some(account) = &account {
            groups.retain(|(addr, _)| named.is_none() || addr == account);
            groups.sort_by_key(|(addr, _)| addr != account);
        }
        Self { groups, is_named: account.is_some(), accounts: Arc::clone(accounts) }
    }

    /// What discovery needs of an encrypted or unobtrusively signed mail, and for which account it was
    /// opened.
    #[cfg(feature = "fs")]
    pub(super) fn look_into(
        &self,
        mail: &Mail<'_>,
        openpgp: &dyn OpenPgp,
        now: crate::clock::Timestamp,
    ) -> Option<(Payload, Option<Addr>)> {
        let Opened { opening, by } = self.open(mail, openpgp);
        let reading = opening.read(openpgp);
        let payload = reading.payload(openpgp, now)?;
        Some((payload, self.account_of(&by, &reading).cloned()))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &SecretKey> {
        self.groups.iter().flat_map(|(_, keys)| keys.iter())
    }

    /// Opens a mail with the keys of one account after the other.
    fn open<'m>(&self, mail: &'m Mail<'m>, openpgp: &dyn OpenPgp) -> Opened<'m> {
        let with =
            |keys: &[SecretKey]| decrypt::open(mail, &keys.iter().collect::<Vec<_>>(), openpgp);
        let mut groups = self.groups.iter().map(|(addr, keys)| (addr, keys.as_slice()));
        let mut failed: Option<Opening<'m>> = None;
        while let Some((addr, keys)) = groups.next() {
            let opening = with(keys);
            if opening.is_decrypted() {
                let mut by = vec![addr.clone()];
                // Discovery §1: where the header names no account, the protected To decides between several.
                if !self.is_named {
                    let others = groups.filter(|(_, keys)| with(keys).is_decrypted());
                    by.extend(others.map(|(addr, _)| addr.clone()));
                }
                return Opened { opening, by };
            }
            // A key that is locked says more than one that is not there.
            if failed.as_ref().is_none_or(Opening::lacks_key) {
                failed = Some(opening);
            }
        }
        Opened { opening: failed.unwrap_or_else(|| with(&[])), by: Vec::new() }
    }

    /// Whose mail it is: the account that is named, else the one whose keys open it.
    fn account_of<'k>(&'k self, by: &'k [Addr], reading: &Reading<'_>) -> Option<&'k Addr> {
        if self.is_named && (by.is_empty() || by.iter().any(|addr| self.is_first(addr))) {
            return self.groups.first().map(|(addr, _)| addr);
        }
        let inside = || reading.recipients().into_iter().filter_map(|addr| self.accounts.of(&addr));
        let named = || inside().find_map(|account| by.iter().find(|addr| **addr == account.addr));
        match by {
            [] | [_] => by.first(),
            _ => named().or(by.first()),
        }
    }

    fn is_first(&self, addr: &Addr) -> bool {
        self.groups.first().is_some_and(|(first, _)| first == addr)
    }
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

    /// The keys to try on a mail.
    pub(super) fn keys_for(
        &mut self,
        named: Option<&Addr>,
        mail: &Mail<'_>,
    ) -> Result<HeldKeys, Error> {
        let accounts = self.accounts()?;
        if accounts.0.is_empty() {
            return Err(Error::NoAccounts);
        }
        let named = named.map(|addr| self.account(Some(addr))).transpose()?;
        let all = self.keys_by_account(&accounts)?;
        Ok(HeldKeys::of(&all, &accounts, named.as_ref().map(|account| &account.addr), mail))
    }

    /// The keys of all accounts.
    pub(super) fn keys_by_account(&mut self, accounts: &Accounts) -> Result<Vec<KeysOf>, Error> {
        let of = |held: &Account| Ok((held.addr.clone(), Arc::new(self.own_keys(&held.addr)?)));
        accounts.0.iter().map(of).collect()
    }
}
