//! The verbs for mail that leaves: whole, by single entity, and put away as a draft.
//!
//! What a plan needs is read from one state of the store, and the store is free again while the mail is
//! signed and encrypted. What is remembered is written last.

use super::{Engine, Inner, account_meant};
use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::decrypt::Decrypted;
use crate::draft::{self, OpenedDraft};
use crate::error::Error;
use crate::header::DraftState;
use crate::mime::{Mail, entity_with_header};
use crate::openpgp::SecretKey;
use crate::outgoing::{
    self, EncryptError, Entity, Known, Outgoing, OutgoingDraft, OutgoingOptions, Plan, Remembered,
    RunError, SealedEntity, Tools,
};

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
        let made = self.preview_outgoing(account, mail, options)?;
        self.commit_outgoing(&made)?;
        Ok(made)
    }

    /// As [`Engine::process_outgoing`], and changes nothing that is stored: for a preview, or for a program
    /// that calls [`Engine::commit_outgoing`] once the mail was really sent.
    ///
    /// # Errors
    /// As [`Engine::process_outgoing`].
    pub fn preview_outgoing(
        &self,
        account: Option<&Addr>,
        mail: &[u8],
        options: &OutgoingOptions,
    ) -> Result<Outgoing, Error> {
        let now = self.now();
        let draft = OutgoingDraft::read(mail, options, self.openpgp.as_ref())?;
        let writer = |accounts: &Accounts| writer(accounts, account, &draft);
        let (known, (plan, advice)) = self.planned(writer, &draft, now, |inner, known| {
            let (mut plan, advice) = outgoing::plan(&draft, known);
            if let Plan::Seal(keys, _) = &mut plan {
                inner.unite(keys)?;
                keys.check_signer(true, now)?;
            }
            Ok((plan, advice))
        })?;
        plan.run(mail, &draft, &known, advice, self.tools()).map_err(|error| match error {
            RunError::Compose(error) => error.into(),
            RunError::Encrypt(error) => error.into(),
        })
    }

    /// Remembers of a mail that it was sent: whom it went to, and its Message-ID if it was encrypted.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn commit_outgoing(&self, made: &Outgoing) -> Result<(), Error> {
        made.remembered.as_ref().map_or(Ok(()), |remembered| self.remember(remembered))
    }

    /// Signs and encrypts one MIME entity (Messages §2, §4): mode `encrypt` for a program that writes its
    /// header itself. A blind recipient needs a copy of their own: call once for To and Cc, and once for
    /// each blind recipient alone.
    ///
    /// # Errors
    /// [`ComposeError::NeedsCopies`](outgoing::ComposeError::NeedsCopies) for a blind recipient together
    /// with others; otherwise as [`Engine::process_outgoing`] in mode `encrypt`.
    pub fn seal(&self, account: Option<&Addr>, entity: &Entity<'_>) -> Result<SealedEntity, Error> {
        let now = self.now();
        let header = entity_with_header(b"", entity.header).map_err(EncryptError::from)?;
        let draft = OutgoingDraft::read_entity(&header, entity)?;
        let writer = |accounts: &Accounts| writer(accounts, account, &draft);
        let (known, keys) = self.planned(writer, &draft, now, |inner, known| {
            let mut keys = outgoing::entity_keys(&draft, known)?;
            inner.unite(&mut keys)?;
            keys.check_signer(true, now)?;
            Ok(keys)
        })?;
        let (sealed, remembered) = keys.run_entity(&draft, &known, self.tools())?;
        remembered.map_or(Ok(()), |remembered| self.remember(&remembered))?;
        Ok(sealed)
    }

    /// The inverse of [`Engine::seal`]: reads an entity that the caller says is the top level of its
    /// mail. `header` are the fields of that mail, as far as they matter: From, To, Cc, Reply-To,
    /// Date, key fields.
    ///
    /// # Errors
    /// As [`Engine::decrypt`], and [`Error::Encrypt`] for a field that would break into other lines.
    pub fn open_entity(
        &self,
        account: Option<&Addr>,
        entity: &[u8],
        header: &[(&str, String)],
    ) -> Result<Decrypted, Error> {
        let mail = entity_with_header(entity, header).map_err(EncryptError::from)?;
        self.decrypt(account, &mail)
    }

    /// Encrypts a draft to the account's own key (Messages §5). The account is the one named, else the
    /// one in From, else the only one; a draft without From gets one.
    ///
    /// # Errors
    /// [`DraftError::NotFromAccount`](draft::DraftError::NotFromAccount) for a From that is another's,
    /// which would not be opened again; [`Error::NoAccount`] and its like, [`Error::NoOwnKey`],
    /// [`Error::Encrypt`], [`Error::Compose`] for a mail past a limit.
    pub fn encrypt_draft(
        &self,
        account: Option<&Addr>,
        mail: &[u8],
        state: DraftState,
    ) -> Result<Vec<u8>, Error> {
        let now = self.now();
        let draft = OutgoingDraft::read_to_put_away(mail)?;
        let from = draft.from.as_ref().ok();
        let writer = |accounts: &Accounts| keeper(accounts, account, from).cloned().map(Some);
        let (_, keys) = self.planned(writer, &draft, now, |inner, known| {
            let account = keeper(&known.accounts, account, from)?;
            let no_key = || Error::NoOwnKey { addr: account.addr.clone() };
            let signer = known.current.clone().ok_or_else(no_key)?;
            let mut keys = draft::put_away_keys(&draft, account, known, signer)?;
            inner.unite(&mut keys)?;
            keys.check_signer(false, now)?;
            Ok(keys)
        })?;
        Ok(keys.run_put_away(mail, &draft, state, now, self.tools())?)
    }

    /// Opens a draft (Messages §5). `confirmed` is whether the user says that a draft of another
    /// program, which bears no state inside, is one of theirs.
    ///
    /// # Errors
    /// [`Error::Draft`]: it is not one of the account's own drafts. [`Error::NoAccount`] and its
    /// like.
    pub fn open_draft(
        &self,
        account: Option<&Addr>,
        mail: &[u8],
        confirmed: bool,
    ) -> Result<OpenedDraft, Error> {
        let mail = Mail::parse(mail).map_err(|limit| Error::PastLimit { limit })?;
        let (account, keys) = {
            let mut inner = self.lock()?;
            inner.read(|inner| {
                let accounts = inner.accounts()?;
                let from = mail.envelope.from().ok();
                let account = keeper(&accounts, account, from.as_ref())?.clone();
                let keys = inner.own_keys(&account.addr)?;
                Ok((account, keys))
            })?
        };
        let keys: Vec<&SecretKey> = keys.iter().collect();
        Ok(draft::open(&mail, &account, &keys, confirmed, self.openpgp.as_ref())?)
    }

    fn tools(&self) -> Tools<'_> {
        Tools { openpgp: self.openpgp.as_ref(), random: self.random.as_ref() }
    }

    /// What is known of a draft, and what `decide` makes of it, over one state of the store.
    fn planned<T>(
        &self,
        writer: impl FnOnce(&Accounts) -> Result<Option<Account>, Error>,
        draft: &OutgoingDraft<'_>,
        now: Timestamp,
        decide: impl FnOnce(&mut Inner, &Known) -> Result<T, Error>,
    ) -> Result<(Known, T), Error> {
        self.reading(now, |inner| {
            let accounts = inner.accounts()?;
            let writer = writer(&accounts)?;
            let known = inner.known(writer, draft, self.openpgp.as_ref(), now)?;
            let decided = decide(inner, &known)?;
            Ok((known, decided))
        })
    }

    /// As [`Engine::commit_outgoing`], for whoever kept of the mail only what is to be remembered.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn remember(&self, remembered: &Remembered) -> Result<(), Error> {
        let mut inner = self.lock()?;
        let new = remembered.unknown(inner.store.as_mut())?;
        if new.is_empty() {
            return Ok(());
        }
        inner.write(|store| Ok(new.commit(store)?))
    }
}

/// From says who writes; an account that is named must be there.
fn writer(
    accounts: &Accounts,
    named: Option<&Addr>,
    draft: &OutgoingDraft<'_>,
) -> Result<Option<Account>, Error> {
    if named.is_some() || draft.is_from_named() {
        let meant = account_meant(accounts, named)?;
        if draft.is_from_named() {
            return Ok(Some(meant.clone()));
        }
    }
    Ok(draft.from.as_ref().ok().and_then(|from| accounts.of(from)).cloned())
}

/// Whose draft it is: the account named, else the one in From, else the only one.
fn keeper<'a>(
    accounts: &'a Accounts,
    named: Option<&Addr>,
    from: Option<&Addr>,
) -> Result<&'a Account, Error> {
    account_meant(accounts, named.or(from.filter(|from| accounts.own(from))))
}
