//! The verbs over mail: incoming, recommendation, key, outgoing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Engine, Inner, account_meant};
use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::compose::{self, Mode, Outgoing, OutgoingOptions, OutgoingReason, Plan};
use crate::discover::{self, Mail, Receipt};
use crate::encrypt::{self, Letter, Sealed};
use crate::error::Error;
use crate::header;
use crate::key::{Key, hash};
use crate::mime::Envelope;
use crate::openpgp::OpenPgp;
use crate::peer::{Peer, PeerState};
use crate::receive::{self, Examined, Incoming, Working, message_id_hash};
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
    /// Learns from one incoming mail (Discovery §4). `mail` is the whole message or its header
    /// section; `account` is whose mailbox it came to, if the caller knows.
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
        let envelopes: Vec<_> =
            mails.iter().map(|(mail, receipt)| (Envelope::parse(mail), *receipt)).collect();
        let parsed = envelopes.iter().map(|(envelope, receipt)| {
            (
                envelope.as_ref().map(|envelope| envelope as &dyn Mail).map_err(|limit| *limit),
                *receipt,
            )
        });
        self.process_all(account, parsed)
    }

    /// Learns from a mail that its program has parsed already.
    ///
    /// # Errors
    /// As [`Engine::process_incoming`].
    pub fn process_observation(
        &self,
        account: Option<&Addr>,
        mail: &discover::ParsedMail,
        receipt: Receipt,
    ) -> Result<Incoming, Error> {
        self.process_all(account, std::iter::once((Ok(mail as &dyn Mail), receipt))).map(only)
    }

    fn process_all<'m>(
        &self,
        named: Option<&Addr>,
        mails: impl Iterator<Item = (Result<&'m dyn Mail, crate::limits::Limit>, Receipt)>,
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
            let mut all = Vec::new();
            for (mail, receipt) in mails {
                let examined = match mail {
                    Err(limit) => Examined::past(limit),
                    Ok(mail) => match discover::sender(mail, receipt, account, &accounts, now) {
                        Err(refusal) => refusal.into(),
                        Ok(sender) => {
                            let memory = working.hold(store, &sender.account.addr, &sender.from)?;
                            receive::examine_from(mail, &sender, &accounts, certs, memory)
                        }
                    },
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
                    recommend::get_encrypt_key(&row, account.settings)
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
        let now = self.now();
        let mut inner = self.lock()?;
        inner.read(|inner| {
            let accounts = inner.accounts()?;
            let account = account_meant(&accounts, account)?;
            inner.recommend(account, recipients, reply, self.openpgp.as_ref(), now)
        })
    }

    /// Makes of the mail that a program would send the mails that leave (Discovery §8). `account`
    /// is only needed when From is to be overruled.
    ///
    /// # Errors
    /// [`Error::Compose`]: refused, or past a limit. Nothing is produced then.
    pub fn process_outgoing(
        &self,
        account: Option<&Addr>,
        mail: &[u8],
        options: &OutgoingOptions,
    ) -> Result<Outgoing, Error> {
        let now = self.now();
        let mut inner = self.lock()?;
        let accounts = inner.accounts()?;
        let draft = compose::read_draft(mail, options, &accounts)?;
        if let Some(addr) = account {
            inner.account(Some(addr))?;
        }
        let sender = draft.from.as_ref().ok().and_then(|from| accounts.of(from));
        let refusal = match (&draft.from, sender) {
            (Err(reason), _) => Some(*reason),
            (Ok(_), None) => Some(OutgoingReason::NoAccount),
            (Ok(_), Some(account)) if !account.settings.enabled => {
                Some(OutgoingReason::DisabledAccount)
            }
            (Ok(_), Some(account)) if account.current.is_none() => Some(OutgoingReason::NoOwnKey),
            _ => None,
        };
        let reply = match (options.reply_to_encrypted, &draft.in_reply_to) {
            (Some(known), _) => Reply::ToEncrypted(known),
            (None, Some(id)) => Reply::To(id.clone()),
            (None, None) => Reply::Unknown,
        };
        let (Some(account), None, Ok(from)) = (sender, refusal, &draft.from) else {
            let (least, none) = (Recommendation::Disable, Vec::new());
            let Plan::Clear(reason) = compose::decide(&draft, least, &none, refusal)? else {
                return Err(Error::NoAccounts);
            };
            return Ok(compose::in_clear(mail, &draft, least, none, false, &[], reason)?);
        };
        let answered = inner.answers_encrypted(account, &reply)?;
        let openpgp = self.openpgp.as_ref();
        let advice = inner.recommend(account, &draft.recipients, &reply, openpgp, now)?;
        let MailRecommendation { recommendation, recipients } = advice;
        let key = inner.current_key(account)?.key;
        let settings = account.settings;
        let fields = header::print(settings.spelling, from, settings.prefer_encrypt, &key.cert);
        let done = match compose::decide(&draft, recommendation, &recipients, None)? {
            Plan::Clear(reason) => {
                if reason == OutgoingReason::AlreadyEncrypted {
                    inner.refuse_only_to_self(mail, account, &accounts, &draft, openpgp, now)?;
                }
                compose::in_clear(
                    mail,
                    &draft,
                    recommendation,
                    recipients,
                    answered,
                    &fields,
                    reason,
                )?
            }
            Plan::Encrypt(reason) => {
                let targets = inner.targets(mail, account, &accounts, &recipients, openpgp, now)?;
                let letter = Letter {
                    mail,
                    from,
                    recipients: &draft.recipients,
                    targets: &targets,
                    signer: &key,
                    key_fields: &fields,
                    keep_subject: options.keep_subject,
                    now,
                    random: self.random.as_ref(),
                };
                let Sealed { messages, message_id } = encrypt::encrypt(&letter, openpgp)?;
                let id = message_id_hash(&message_id);
                inner.write(|store| Ok(store.remember_encrypted(&account.addr, &id, now)?))?;
                Outgoing {
                    messages,
                    encrypted: true,
                    reason,
                    recommendation,
                    recipients,
                    added: fields.iter().map(|(name, _)| *name).collect(),
                    clear_because: Vec::new(),
                }
            }
        };
        inner.note_written_to(account, &accounts, &draft.recipients)?;
        Ok(done)
    }
}

/// The mode that a caller's word stands for; used by surfaces that take a text.
impl std::str::FromStr for Mode {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "auto" => Ok(Self::Auto),
            "encrypt" => Ok(Self::Encrypt),
            "clear" => Ok(Self::Clear),
            _ => Err(()),
        }
    }
}

fn own_account<'a>(accounts: &'a Arc<Accounts>, addr: &Addr) -> Option<&'a Account> {
    accounts.of(addr)
}

/// The one result of one mail.
fn only(mut results: Vec<Incoming>) -> Incoming {
    results.pop().unwrap_or_default()
}

impl Inner {
    fn recommend(
        &mut self,
        account: &Account,
        recipients: &[Addr],
        reply: &Reply,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<MailRecommendation, Error> {
        let accounts = self.accounts()?;
        let reply_to_encrypted = self.answers_encrypted(account, reply)?;
        let draft = Draft { own: account.settings, reply_to_encrypted };
        let mut advised: Vec<(Addr, Advice)> = Vec::with_capacity(recipients.len());
        let mut known = BTreeSet::new();
        // A recipient given twice counts once.
        for addr in recipients.iter().filter(|addr| known.insert(*addr)) {
            let advice = match own_account(&accounts, addr) {
                Some(own) => self.own_advice(own, account)?,
                None => {
                    let row = self.judged_peer(account, addr, openpgp, now)?;
                    recommend::recommend_one(&row, draft)
                }
            };
            advised.push((addr.clone(), advice));
        }
        let recommendation = recommend::recommend(&advised, draft);
        Ok(MailRecommendation { recommendation, recipients: advised })
    }

    /// An own address is a recipient whose target is that account's current key.
    fn own_advice(&mut self, own: &Account, writer: &Account) -> Result<Advice, Error> {
        let key = match self.current_key(own) {
            Ok(stored) => Some(Key {
                fingerprint: stored.key.fingerprint,
                hash: hash(&stored.key.cert),
                bytes: stored.key.cert.into(),
            }),
            Err(Error::NoOwnKey { .. }) => None,
            Err(error) => return Err(error),
        };
        let draft = Draft { own: writer.settings, reply_to_encrypted: false };
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
        let Some(peer) = self.store.load_peer(&account.addr, addr)? else {
            return Ok(Peer::default());
        };
        if peer.is_judged_at(now) {
            return Ok(peer);
        }
        let history = self.store.load_history(&account.addr, addr)?;
        let mut state = PeerState { peer, history };
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
            let Some(peer) = store.load_peer(&account.addr, addr)? else { return Ok(()) };
            let history = store.load_history(&account.addr, addr)?;
            let field = store.load_field_hash(&account.addr, addr)?;
            let mut state = PeerState { peer, history };
            if state.judge(openpgp, now) {
                store.save_peer(&account.addr, addr, &state, &mut [].iter(), field.as_ref())?;
            }
            Ok(())
        })
    }

    fn answers_encrypted(&mut self, account: &Account, reply: &Reply) -> Result<bool, Error> {
        match reply {
            Reply::Unknown => Ok(false),
            Reply::ToEncrypted(known) => Ok(*known),
            Reply::To(id) => Ok(self.store.was_encrypted(&account.addr, &message_id_hash(id))?),
        }
    }

    /// Rows of people whom the user writes to are never dropped at a limit (Discovery §9).
    fn note_written_to(
        &mut self,
        account: &Account,
        accounts: &Accounts,
        recipients: &[Addr],
    ) -> Result<(), Error> {
        let mut unmarked = Vec::new();
        for addr in recipients.iter().filter(|addr| !accounts.own(addr)) {
            if !self.store.is_written_to(&account.addr, addr)? {
                unmarked.push(addr);
            }
        }
        if unmarked.is_empty() {
            return Ok(());
        }
        transaction(self.store.as_mut(), |store| {
            unmarked.iter().try_for_each(|addr| store.mark_written_to(&account.addr, addr))
        })
        .map_err(Error::Store)
    }
}
