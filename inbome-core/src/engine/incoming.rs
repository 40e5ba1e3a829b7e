//! The verb for mail that comes in.
//!
//! Mails are opened before the store is locked for the work on them, so that a large one holds up
//! nobody.

use super::reading::Inside;
use super::{Engine, account_meant};
use crate::account::Accounts;
use crate::addr::Addr;
use crate::discover::{self, Facts, Ignored, ParsedMail, Receipt, Refusal};
use crate::error::Error;
use crate::limits::Limit;
use crate::mime::Mail;
use crate::openpgp::OpenPgp;
use crate::receive::{self, Examined, Incoming, Working};
use crate::store::transaction;

impl Engine {
    /// Learns from one incoming mail (Discovery §4). `mail` is the whole message or its header
    /// section; `account` is whose mailbox it came to, if the caller knows. An encrypted mail is
    /// decrypted for what it says inside; with `return_payload` the result brings what a reader
    /// shall see.
    ///
    /// # Errors
    /// [`Error::NoAccounts`], [`Error::NoAccount`], [`Error::Store`]. Hostile mail is no error.
    pub fn process_incoming(
        &self,
        account: Option<&Addr>,
        mail: &[u8],
        receipt: Receipt,
    ) -> Result<Incoming, Error> {
        self.process_mails(account, &[(mail, receipt)]).map(only)
    }

    /// Learns from many mails with one commit. The results come in the order of the mails.
    ///
    /// # Errors
    /// As [`Engine::process_incoming`]; then nothing of the batch is kept.
    pub fn process_mails(
        &self,
        account: Option<&Addr>,
        mails: &[(&[u8], Receipt)],
    ) -> Result<Vec<Incoming>, Error> {
        let mut looked_at = Vec::with_capacity(mails.len());
        for (octets, receipt) in mails {
            let mail = Mail::parse(octets);
            let inside = match &mail {
                Ok(mail) => self.open_incoming(account, mail, *receipt)?,
                Err(_) => Inside::default(),
            };
            looked_at.push((mail, inside, *receipt));
        }
        let mails = looked_at.iter().map(|(mail, inside, receipt)| match mail {
            Err(limit) => (Err(*limit), *receipt),
            Ok(mail) => (Ok(Source::Octets(mail, inside)), *receipt),
        });
        let mut all = self.process_all(account, mails)?;
        for (incoming, (_, inside, _)) in all.iter_mut().zip(looked_at) {
            incoming.decrypted = inside.shown;
        }
        Ok(all)
    }

    /// Learns from a mail that its program has parsed already.
    ///
    /// # Errors
    /// As [`Engine::process_incoming`].
    pub fn process_observation(
        &self,
        account: Option<&Addr>,
        mail: &ParsedMail,
        receipt: Receipt,
    ) -> Result<Incoming, Error> {
        self.process_all(account, std::iter::once((Ok(Source::Parsed(mail)), receipt))).map(only)
    }

    fn process_all<'m>(
        &self,
        named: Option<&Addr>,
        mails: impl Iterator<Item = (Result<Source<'m>, Limit>, Receipt)>,
    ) -> Result<Vec<Incoming>, Error> {
        let now = self.now();
        let mut inner = self.lock()?;
        let certs: &dyn OpenPgp = self.openpgp.as_ref();
        let mut working = Working::default();
        let all = inner.read(|inner| {
            let accounts = inner.accounts()?;
            let account = match named {
                Some(_) => Some(account_meant(&accounts, named)?),
                None if accounts.0.is_empty() => return Err(Error::NoAccounts),
                None => None,
            };
            let store = inner.store.as_mut();
            let mut all = Vec::with_capacity(mails.size_hint().0);
            for (mail, receipt) in mails {
                let examined = match &mail {
                    // Spam is spam, whatever its size.
                    Err(_) if receipt.spam => Refusal { reason: Ignored::Spam, from: None }.into(),
                    Err(limit) => Examined::past(*limit),
                    Ok(mail) => {
                        let facts = mail.facts(&accounts);
                        match discover::sender(&facts, receipt, account, &accounts, now) {
                            Err(refusal) => refusal.into(),
                            Ok(sender) => {
                                let account = &sender.account.addr;
                                let memory = working.hold(store, account, &sender.from)?;
                                receive::examine_from(&facts, &sender, &accounts, certs, memory)
                            }
                        }
                    }
                };
                all.push(receive::apply(examined, &mut working, store, certs, now)?);
            }
            Ok(all)
        })?;
        // Nothing changed: no commit.
        if working.is_dirty() {
            transaction(inner.store.as_mut(), |store| working.flush(store, certs, now))?;
        }
        Ok(all)
    }
}

/// What is learnt from.
enum Source<'m> {
    Octets(&'m Mail<'m>, &'m Inside),
    Parsed(&'m ParsedMail),
}

impl<'m> Source<'m> {
    fn facts(&self, accounts: &Accounts) -> Facts<'m> {
        match self {
            Self::Octets(mail, inside) => Facts {
                opened_by: inside.opened_by.clone(),
                is_foreign: inside.is_foreign,
                ..Facts::of(mail, accounts, inside.payload.as_ref())
            },
            Self::Parsed(parsed) => parsed.facts(),
        }
    }
}

/// The one result of one mail.
fn only(mut results: Vec<Incoming>) -> Incoming {
    results.pop().unwrap_or_default()
}
