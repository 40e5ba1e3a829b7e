//! The verbs before sending: the key of a peer, and the recommendation.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Engine, Inner, account_meant};
use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::key::{Key, hash};
use crate::openpgp::OpenPgp;
use crate::peer::Peer;
use crate::receive::message_id_hash;
use crate::recommend::{self, Advice, Draft, Reason, Recommendation, Target};
use crate::store::transaction;

/// What the mail answers, as far as the caller knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reply {
    /// It answers nothing, or nobody knows what.
    #[default]
    Unknown,
    /// It answers the mail with this Message-ID (without angle brackets).
    To(Vec<u8>),
    /// The caller says whether it answers an encrypted mail.
    ToEncrypted(bool),
}

/// What [`Engine::get_encrypt_key`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptKey {
    /// The peer.
    pub addr: Addr,
    /// The key, or why there is none.
    pub target: Result<Target, Reason>,
}

/// What [`Engine::recommend`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRecommendation {
    /// For the mail.
    pub recommendation: Recommendation,
    /// For each recipient once, in the order given.
    pub recipients: Vec<(Addr, Advice)>,
}

impl Engine {
    /// The key that a mail to `peer` would now be encrypted to without asking anyone (Discovery §6).
    ///
    /// # Errors
    /// [`Error::NoAccount`] and its like. That there is no key is an answer, not an error.
    pub fn get_encrypt_key(
        &self,
        account: Option<&Addr>,
        peer: &Addr,
    ) -> Result<EncryptKey, Error> {
        let now = self.now();
        let mut inner = self.lock()?;
        inner.read(|inner| {
            let accounts = inner.accounts()?;
            let account = account_meant(&accounts, account)?;
            let target = match own_account(&accounts, peer) {
                Some(own) => inner.own_advice(own, account)?.target.ok_or(Reason::DisabledAccount),
                None => {
                    let row = inner.judged_peer(account, peer, self.openpgp.as_ref(), now)?;
                    recommend::get_encrypt_key(&row, account.settings_in_effect())
                }
            };
            Ok(EncryptKey { addr: peer.clone(), target })
        })
    }

    /// Whether to encrypt a mail to these recipients, and why (Discovery §7).
    ///
    /// # Errors
    /// [`Error::NoAccount`] and its like.
    pub fn recommend(
        &self,
        account: Option<&Addr>,
        recipients: &[Addr],
        reply: &Reply,
    ) -> Result<MailRecommendation, Error> {
        self.recommend_draft(account, recipients, reply, &[])
    }

    /// As [`Engine::recommend`], of a mail that was a draft: the keys that it brought along serve where
    /// nothing better is known (Messages §5).
    ///
    /// # Errors
    /// As [`Engine::recommend`].
    pub fn recommend_draft(
        &self,
        account: Option<&Addr>,
        recipients: &[Addr],
        reply: &Reply,
        gossip: &[(Addr, Key)],
    ) -> Result<MailRecommendation, Error> {
        let now = self.now();
        let mut inner = self.lock()?;
        inner.read(|inner| {
            let accounts = inner.accounts()?;
            let account = account_meant(&accounts, account)?;
            inner.recommend(account, recipients, reply, gossip, self.openpgp.as_ref(), now)
        })
    }
}

fn own_account<'a>(accounts: &'a Arc<Accounts>, addr: &Addr) -> Option<&'a Account> {
    accounts.of(addr)
}

impl Inner {
    pub(super) fn recommend(
        &mut self,
        account: &Account,
        recipients: &[Addr],
        reply: &Reply,
        gossip: &[(Addr, Key)],
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<MailRecommendation, Error> {
        let accounts = self.accounts()?;
        let reply_to_encrypted = self.answers_encrypted(account, reply)?;
        let draft = Draft { own: account.settings_in_effect(), reply_to_encrypted };
        let mut advised: Vec<(Addr, Advice)> = Vec::with_capacity(recipients.len());
        let mut known = BTreeSet::new();
        // A recipient given twice counts once.
        for addr in recipients.iter().filter(|addr| known.insert(*addr)) {
            let advice = match own_account(&accounts, addr) {
                Some(own) => self.own_advice(own, account)?,
                None => {
                    let mut row = self.judged_peer(account, addr, openpgp, now)?;
                    let mut brought =
                        gossip.iter().filter(|(about, _)| about == addr).map(|(_, key)| key);
                    if !row.has_key() && brought.clone().next().is_some() {
                        let state = self.store.peer(&account.addr, addr)?.unwrap_or_default();
                        row = state.with_draft_keys(&mut brought, openpgp, now);
                    }
                    recommend::recommend_one(&row, draft)
                }
            };
            advised.push((addr.clone(), advice));
        }
        let recommendation = recommend::recommend(&advised, draft);
        Ok(MailRecommendation { recommendation, recipients: advised })
    }

    /// An own address is a recipient whose target is that account's current key.
    pub(super) fn own_advice(&mut self, own: &Account, writer: &Account) -> Result<Advice, Error> {
        let key = match self.current_key(own) {
            Ok(stored) => Some(Key {
                fingerprint: stored.key.fingerprint,
                hash: hash(&stored.key.cert),
                bytes: stored.key.cert.into(),
            }),
            Err(Error::NoOwnKey { .. }) => None,
            Err(error) => return Err(error),
        };
        let draft = Draft { own: writer.settings_in_effect(), reply_to_encrypted: false };
        Ok(recommend::recommend_own(key, draft))
    }

    /// The peer's row with judgements that hold now. One that had to be made anew is written back.
    pub(super) fn judged_peer(
        &mut self,
        account: &Account,
        addr: &Addr,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<Peer, Error> {
        let Some(peer) = self.store.peer_row(&account.addr, addr)? else {
            return Ok(Peer::default());
        };
        if peer.is_judged_at(now) {
            return Ok(peer);
        }
        let state = self.store.peer_in_part(&account.addr, addr)?;
        let Some(mut state) = state else { return Ok(peer) };
        state.judge(openpgp, now);
        // Kept, so that it is made once. A home that cannot be written to pays each time.
        let _ = self.keep_judgement(account, addr, openpgp, now);
        Ok(state.peer)
    }

    /// Judges what is stored *now*, which another process may have changed meanwhile.
    fn keep_judgement(
        &mut self,
        account: &Account,
        addr: &Addr,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.store.end_read();
        transaction(self.store.as_mut(), |store| {
            let state = store.peer_in_part(&account.addr, addr)?;
            let Some(mut state) = state else { return Ok(()) };
            let change = state.judge(openpgp, now);
            match change.is_some() {
                true => Ok(store.save_peer(&account.addr, addr, &state, &change)?),
                false => Ok(()),
            }
        })
    }

    pub(super) fn answers_encrypted(
        &mut self,
        account: &Account,
        reply: &Reply,
    ) -> Result<bool, Error> {
        match reply {
            Reply::Unknown => Ok(false),
            Reply::ToEncrypted(known) => Ok(*known),
            Reply::To(id) => Ok(self.store.was_encrypted(&account.addr, &message_id_hash(id))?),
        }
    }
}
