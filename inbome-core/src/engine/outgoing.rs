//! The verb for mail that leaves.
//!
//! What it needs is read from the store, and the store is free again while the mail is signed and
//! encrypted.

use std::collections::BTreeMap;

use super::advice::{MailRecommendation, Reply};
use super::{Engine, Inner};
use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::draft::is_only_for;
use crate::error::Error;
use crate::header;
use crate::key::{CertUnion, Key};
use crate::mime::{Envelope, Form, locate};
use crate::openpgp::message::OpenFlaw;
use crate::openpgp::{OpenPgp, OpenPgpError, SecretKey};
use crate::outgoing::{
    self, Advised, ComposeError, Letter, Outgoing, OutgoingDraft, OutgoingOptions, OutgoingReason,
    Plan, Sealed, Source, Target,
};
use crate::receive::message_id_hash;
use crate::recommend::{Advice, TargetSource};
use crate::store::transaction;

impl Engine {
    /// Makes of the mail that a program would send the mails that leave (Discovery §8): in the
    /// clear, or signed and encrypted (Messages §2). From says who writes;
    /// `account` must be one of the home's if it is given.
    ///
    /// # Errors
    /// [`Error::Compose`]: refused, or past a limit; [`Error::Encrypt`], [`Error::NoOwnKey`],
    /// [`Error::OpenPgp`] for a locked key. Nothing is produced then.
    pub fn process_outgoing(
        &self,
        account: Option<&Addr>,
        mail: &[u8],
        options: &OutgoingOptions,
    ) -> Result<Outgoing, Error> {
        let now = self.now();
        let openpgp = self.openpgp.as_ref();
        let prepared = self.lock()?.prepare(account, mail, options, openpgp, now)?;
        let (advised, reason, sealing) = match prepared {
            Prepared::Clear(advised, reason) => return Ok(advised.in_clear(mail, reason)?),
            Prepared::Encrypt(advised, reason, sealing) => (advised, reason, sealing),
        };
        let letter = Letter {
            source: Source::Mail(mail),
            from: &sealing.from,
            recipients: &advised.draft.recipients,
            targets: &sealing.targets,
            signer: &sealing.signer,
            key_fields: &advised.key_fields,
            keep_subject: options.keep_subject,
            now,
            random: self.random.as_ref(),
        };
        let Sealed { messages, message_id } = outgoing::encrypt(&letter, openpgp)?;
        self.lock()?.remember_encrypted(&sealing.account, &message_id, now)?;
        Ok(advised.encrypted(messages, reason))
    }
}

/// A mail of which everything is decided.
enum Prepared {
    Clear(Advised, OutgoingReason),
    Encrypt(Advised, OutgoingReason, Box<SealingKeys>),
}

/// What encrypting takes from the store.
pub(super) struct SealingKeys {
    /// Under which the mail is remembered.
    pub(super) account: Addr,
    pub(super) from: Addr,
    pub(super) signer: SecretKey,
    pub(super) targets: BTreeMap<Addr, Target>,
}

/// Whether a mail that looks encrypted is: text that is only signed has the same armor. What cannot be
/// looked into is taken at its word, unless nothing of it is armor.
fn is_really_encrypted(mail: &[u8], openpgp: &dyn OpenPgp) -> bool {
    match locate(mail) {
        Ok(Form::Encrypted(found)) => {
            let recipients = openpgp.recipients(&found.armor);
            !matches!(recipients, Err(OpenFlaw::NotEncrypted | OpenFlaw::Shape))
        }
        Ok(Form::Malformed(_)) => {
            memchr::memmem::find(mail, b"-----BEGIN PGP MESSAGE-----").is_some()
        }
        shape => matches!(shape, Ok(Form::SMime)),
    }
}

impl Inner {
    fn prepare(
        &mut self,
        named: Option<&Addr>,
        mail: &[u8],
        options: &OutgoingOptions,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<Prepared, Error> {
        let accounts = self.accounts()?;
        let mut draft = outgoing::read_draft(mail, options, &accounts)?;
        draft.already_encrypted = draft.already_encrypted && is_really_encrypted(mail, openpgp);
        if let Some(addr) = named {
            self.account(Some(addr))?;
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
        if sender.is_some() {
            self.refuse_only_to_self(mail, &accounts, &draft, openpgp)?;
        }
        let (Some(account), None, Ok(from)) = (sender, refusal, draft.from.clone()) else {
            let advised = Advised::passed(draft);
            return match advised.decide(refusal)? {
                Plan::Clear(reason) | Plan::Encrypt(reason) => Ok(Prepared::Clear(advised, reason)),
            };
        };
        let reply = match (options.reply_to_encrypted, &draft.in_reply_to) {
            (Some(known), _) => Reply::ToEncrypted(known),
            (None, Some(id)) => Reply::To(id.clone()),
            (None, None) => Reply::Unknown,
        };
        let reply_to_encrypted = self.answers_encrypted(account, &reply)?;
        let MailRecommendation { recommendation, recipients } =
            self.recommend(account, &draft.recipients, &reply, &options.gossip, openpgp, now)?;
        let key_fields = self.key_fields(account, &from)?;
        let advised = Advised { draft, recommendation, recipients, reply_to_encrypted, key_fields };
        let plan = advised.decide(None)?;
        if options.one_message && matches!(plan, Plan::Encrypt(_)) {
            refuse_copies(mail, &advised.draft)?;
        }
        self.note_written_to(account, &accounts, &advised.draft.recipients)?;
        let reason = match plan {
            Plan::Clear(reason) => return Ok(Prepared::Clear(advised, reason)),
            Plan::Encrypt(reason) => reason,
        };
        let envelope = Envelope::parse(mail).map_err(|limit| Error::PastLimit { limit })?;
        let sealing = self.sealing_keys(account, from, &envelope, &advised, openpgp, now)?;
        Ok(Prepared::Encrypt(advised, reason, Box::new(sealing)))
    }

    /// The keys for a mail with this header: of those who get it, and of those it gossips about.
    pub(super) fn sealing_keys(
        &mut self,
        account: &Account,
        from: Addr,
        header: &Envelope<'_>,
        advised: &Advised,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<SealingKeys, Error> {
        let accounts = self.accounts()?;
        let mut about = Vec::new();
        for list in [header.to(), header.cc(), header.reply_to()] {
            about.extend(list.map_err(|limit| Error::PastLimit { limit })?);
        }
        let targets =
            self.targets(&about, account, &accounts, &advised.recipients, openpgp, now)?;
        let signer = self.signing_key(account, now)?;
        Ok(SealingKeys { account: account.addr.clone(), from, signer, targets })
    }

    /// The fields that a mail from `from` bears.
    pub(super) fn key_fields(
        &mut self,
        account: &Account,
        from: &Addr,
    ) -> Result<Vec<(&'static str, String)>, Error> {
        let cert = self.current_key(account)?.key.cert;
        let settings = account.settings;
        Ok(header::print(settings.spelling, from, settings.prefer_encrypt, &cert))
    }

    /// The current key of an account, if others could use it too.
    pub(super) fn living_key(
        &mut self,
        account: &Account,
        now: Timestamp,
    ) -> Result<SecretKey, Error> {
        let key = self.current_key(account)?.key;
        match key.expires.filter(|expires| *expires <= now) {
            None => Ok(key),
            // Said here, where it is known that the key is the user's own, and what helps.
            Some(expired) => {
                let (own, of) = (&key.fingerprint, &account.addr);
                let found = format!("{own}, the key of {of}, which expired on {expired}: renew it");
                Err(OpenPgpError::Unusable { found }.into())
            }
        }
    }

    /// The current key of an account, unlocked.
    fn signing_key(&mut self, account: &Account, now: Timestamp) -> Result<SecretKey, Error> {
        let key = self.living_key(account, now)?;
        let key = self.as_unlocked(key);
        match key.locked {
            true => Err(OpenPgpError::Locked { fingerprint: key.fingerprint.to_string() }.into()),
            false => Ok(key),
        }
    }

    /// The keys that a mail is encrypted to, and those known of `gossiped` others.
    pub(super) fn targets(
        &mut self,
        gossiped: &[Addr],
        account: &Account,
        accounts: &Accounts,
        recipients: &[(Addr, Advice)],
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<BTreeMap<Addr, Target>, Error> {
        let mut targets = BTreeMap::new();
        for (addr, advice) in recipients {
            let Some(target) = &advice.target else { continue };
            let union = match target.source {
                TargetSource::Own => None,
                _ => self.known_union(account, addr, &target.key)?,
            };
            targets.insert(addr.clone(), Target::new(target.key.clone(), union, openpgp));
        }
        for addr in gossiped {
            if targets.contains_key(addr) || accounts.own(addr) {
                continue;
            }
            let row = self.judged_peer(account, addr, openpgp, now)?;
            if let Some(advert) = row.advert.filter(|advert| advert.judgement.verdict.is_ok()) {
                let union = self.known_union(account, addr, &advert.key)?;
                targets.insert(addr.clone(), Target::new(advert.key, union, openpgp));
            }
        }
        Ok(targets)
    }

    /// The verified parts of all copies of a peer's key.
    fn known_union(
        &mut self,
        account: &Account,
        addr: &Addr,
        key: &Key,
    ) -> Result<Option<CertUnion>, Error> {
        let record = self.store.key_record(&account.addr, addr, &key.fingerprint)?;
        Ok(record.map(|record| record.union))
    }

    /// Messages §5: a captured ciphertext planted as a draft must not be sent on.
    fn refuse_only_to_self(
        &mut self,
        mail: &[u8],
        accounts: &Accounts,
        draft: &OutgoingDraft,
        openpgp: &dyn OpenPgp,
    ) -> Result<(), Error> {
        if !draft.already_encrypted || draft.recipients.iter().all(|addr| accounts.own(addr)) {
            return Ok(());
        }
        let Ok(Form::Encrypted(found)) = locate(mail) else { return Ok(()) };
        // The user's other accounts are no others.
        let keys = accounts.0.iter().map(|account| self.own_keys(&account.addr));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let keys: Vec<&SecretKey> = keys.iter().flatten().collect();
        match is_only_for(&keys, &found.armor, openpgp) {
            true => Err(Advised::passed(draft.clone()).refused(OutgoingReason::OnlyToSelf).into()),
            false => Ok(()),
        }
    }

    /// A Message-ID whose mail was encrypted, so that an answer to it will be.
    pub(super) fn remember_encrypted(
        &mut self,
        account: &Addr,
        message_id: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = message_id_hash(message_id);
        if self.store.was_encrypted(account, &id)? {
            return Ok(());
        }
        self.write(|store| Ok(store.remember_encrypted(account, &id, now)?))
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

/// Messages §2: each blind recipient of an encrypted mail gets a copy of their own.
fn refuse_copies(mail: &[u8], draft: &OutgoingDraft) -> Result<(), ComposeError> {
    let header = Envelope::parse(mail).map_err(ComposeError::Limit)?;
    let mut named = header.to().map_err(ComposeError::Limit)?;
    named.extend(header.cc().map_err(ComposeError::Limit)?);
    let blind = draft.recipients.iter().filter(|addr| !named.contains(addr));
    let blind: Vec<Addr> = blind.cloned().collect();
    match blind.is_empty() {
        true => Ok(()),
        false => Err(ComposeError::NeedsCopies { blind }),
    }
}
