//! The verbs before sending: the key of a peer, and the recommendation; and what they and all that is
//! sent take from the store.

use super::{Engine, Inner, account_meant};
use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::key::{Key, hash};
use crate::openpgp::{OpenPgp, SecretKey};
use crate::outgoing::{Known, OutgoingDraft, SealKeys};
use crate::peer::Peer;
use crate::receive::message_id_hash;
use crate::recommend::{self, Draft, MailRecommendation, Reason, Reply, Rows, Target};
use crate::store::transaction;

/// What [`Engine::get_encrypt_key`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptKey {
    /// The peer.
    pub addr: Addr,
    /// The key, or why there is none.
    pub target: Result<Target, Reason>,
}

/// What the caller says about a mail that is being written.
#[derive(Debug, Clone, Default)]
pub struct RecommendOptions {
    /// What it answers.
    pub reply: Reply,
    /// Keys that a draft of it brought along; they serve where nothing better is known (Messages §5).
    pub gossip: Vec<(Addr, Key)>,
    /// Which of the recipients are blind.
    pub blind: Vec<Addr>,
    /// The program can send but one message: no copies for blind recipients.
    pub one_message: bool,
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
        self.reading(now, |inner| {
            let accounts = inner.accounts()?;
            let account = account_meant(&accounts, account)?;
            let about = std::iter::once(peer);
            let mut rows =
                inner.rows(account, &accounts, about, &[], self.openpgp.as_ref(), now)?;
            let target = match rows.own.remove(peer) {
                Some(own) => recommend::get_own_encrypt_key(own, account.settings_in_effect()),
                None => {
                    let row = rows.peers.remove(peer).unwrap_or_default();
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
        let reply = reply.clone();
        self.recommend_with(account, recipients, &RecommendOptions { reply, ..Default::default() })
    }

    /// As [`Engine::recommend`], with all that a program may know of its mail.
    ///
    /// # Errors
    /// As [`Engine::recommend`].
    pub fn recommend_with(
        &self,
        account: Option<&Addr>,
        recipients: &[Addr],
        options: &RecommendOptions,
    ) -> Result<MailRecommendation, Error> {
        let now = self.now();
        let openpgp = self.openpgp.as_ref();
        self.reading(now, |inner| {
            let accounts = inner.accounts()?;
            let account = account_meant(&accounts, account)?;
            let reply_to_encrypted = inner.answers_encrypted(account, &options.reply)?;
            let about = recipients.iter();
            let rows = inner.rows(account, &accounts, about, &options.gossip, openpgp, now)?;
            let draft = Draft { own: account.settings_in_effect(), reply_to_encrypted };
            let copies: &[Addr] = if options.one_message { &options.blind } else { &[] };
            Ok(recommend::recommend_mail(recipients, &rows, draft, copies))
        })
    }

    /// Runs `work` over one state of the store. What had to be judged anew is written back behind it, so
    /// that it is judged once; a home that cannot be written to pays each time.
    pub(super) fn reading<T>(
        &self,
        now: Timestamp,
        work: impl FnOnce(&mut Inner) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut inner = self.lock()?;
        let done = inner.read(work);
        for (account, addr) in std::mem::take(&mut inner.judged_anew) {
            let _ = inner.keep_judgement(&account, &addr, self.openpgp.as_ref(), now);
        }
        done
    }
}

impl Inner {
    /// What is known of a mail that `writer` sends.
    pub(super) fn known(
        &mut self,
        writer: Option<Account>,
        draft: &OutgoingDraft<'_>,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<Known, Error> {
        let mut known = Known::nothing(self.accounts()?, now);
        let Some(writer) = writer else { return Ok(known) };
        let accounts = &known.accounts;
        if let Some(armor) = draft.armor_for_others(accounts) {
            // The user's other accounts are no others.
            let keys = accounts.0.iter().map(|account| self.own_keys(&account.addr));
            let keys = keys.collect::<Result<Vec<_>, _>>()?;
            let keys: Vec<&SecretKey> = keys.iter().flatten().collect();
            known.only_to_self = crate::outgoing::is_only_for(&keys, armor, openpgp);
        }
        let about = draft.recipients.iter().chain(draft.gossiped());
        known.rows = self.rows(&writer, accounts, about, &draft.gossip, openpgp, now)?;
        known.reply_to_encrypted = self.answers_encrypted(&writer, &draft.reply)?;
        known.current = self.find_current_key(&writer)?;
        known.writer = Some(writer);
        Ok(known)
    }

    /// Everybody of these, once.
    fn rows<'a>(
        &mut self,
        account: &Account,
        accounts: &Accounts,
        about: impl Iterator<Item = &'a Addr>,
        brought: &[(Addr, Key)],
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<Rows, Error> {
        let mut rows = Rows::default();
        for addr in about {
            if rows.own.contains_key(addr) || rows.peers.contains_key(addr) {
                continue;
            }
            if let Some(own) = accounts.of(addr) {
                rows.own.insert(addr.clone(), self.own_target(own, openpgp, now)?);
                continue;
            }
            let mut brought = brought.iter().filter(|(about, _)| about == addr).map(|(_, key)| key);
            let mut row = self.judged_peer(account, addr, openpgp, now)?;
            if !row.has_key() && brought.clone().next().is_some() {
                let state = self.store.peer(&account.addr, addr)?.unwrap_or_default();
                row = state.with_draft_keys(&mut brought, openpgp, now);
            }
            rows.peers.insert(addr.clone(), row);
        }
        Ok(rows)
    }

    /// The current key of one of the user's accounts, or why it cannot be encrypted to.
    fn own_target(
        &mut self,
        own: &Account,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<Result<Key, Reason>, Error> {
        let Some(SecretKey { fingerprint, cert, .. }) = self.find_current_key(own)? else {
            return Ok(Err(Reason::DisabledAccount));
        };
        let verdict = openpgp.judge(&cert, &openpgp.union(None, &cert), now).verdict;
        let key = Key { fingerprint, hash: hash(&cert), bytes: cert.into() };
        Ok(verdict.map(|_| key).map_err(Reason::Unusable))
    }

    /// The peer's row with judgements that hold now.
    pub(super) fn judged_peer(
        &mut self,
        account: &Account,
        addr: &Addr,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<Peer, Error> {
        let peer = self.store.peer_row(&account.addr, addr)?.unwrap_or_default();
        if peer.is_judged_at(now) {
            return Ok(peer);
        }
        let state = self.store.peer_in_part(&account.addr, addr)?;
        let Some(mut state) = state else { return Ok(peer) };
        state.judge(openpgp, now);
        self.judged_anew.push((account.addr.clone(), addr.clone()));
        Ok(state.peer)
    }

    /// Judges what is stored *now*, which another process may have changed meanwhile.
    fn keep_judgement(
        &mut self,
        account: &Addr,
        addr: &Addr,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<(), Error> {
        transaction(self.store.as_mut(), |store| {
            let state = store.peer_in_part(account, addr)?;
            let Some(mut state) = state else { return Ok(()) };
            let change = state.judge(openpgp, now);
            match change.is_some() {
                true => Ok(store.save_peer(account, addr, &state, &change)?),
                false => Ok(()),
            }
        })
    }

    /// Adds what is stored of the keys that a mail is sealed with.
    pub(super) fn unite(&mut self, keys: &mut SealKeys) -> Result<(), Error> {
        let account = keys.account.clone();
        keys.unite(|addr, fingerprint| Ok(self.store.key_record(&account, addr, fingerprint)?))
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
