//! The verbs for programs that write and read the header of a mail themselves: one MIME entity at a
//! time.

use super::Engine;
use super::advice::Reply;
use crate::addr::Addr;
use crate::decrypt::Decrypted;
use crate::error::Error;
use crate::mime::{Envelope, entity_with_header};
use crate::outgoing::{
    self, Advised, ComposeError, Letter, Mode, OutgoingDraft, SealedEntity, Source,
};

/// One copy of a mail, as a program that writes the header itself has it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entity<'a> {
    /// The MIME entity: its `Content-*` fields, a blank line, the body.
    pub octets: &'a [u8],
    /// The fields to protect, name and value: all of the mail's own but `Content-*` and
    /// `MIME-Version`.
    pub header: &'a [(&'a str, String)],
    /// Those in To and Cc who get this copy; one's own address alone for the copy to keep.
    pub recipients: &'a [Addr],
    /// Blind recipients: one, and nobody else.
    pub blind: &'a [Addr],
    /// Leaves the Subject in the clear.
    pub keep_subject: bool,
}

impl Engine {
    /// Signs and encrypts one MIME entity (Messages §2, §4). A blind recipient needs a copy of their
    /// own: call once for To and Cc, and once for each blind recipient alone.
    ///
    /// # Errors
    /// [`ComposeError::NeedsCopies`] for a blind recipient together with others;
    /// [`ComposeError::Refused`] if a recipient has no usable key; [`Error::NoAccount`] and its
    /// like; [`Error::Encrypt`].
    pub fn seal(&self, account: Option<&Addr>, entity: &Entity<'_>) -> Result<SealedEntity, Error> {
        let recipients: Vec<Addr> = entity.recipients.iter().chain(entity.blind).cloned().collect();
        if !entity.blind.is_empty() && recipients.len() > 1 {
            return Err(ComposeError::NeedsCopies { blind: entity.blind.to_vec() }.into());
        }
        let now = self.now();
        let openpgp = self.openpgp.as_ref();
        let source = Source::Entity(entity.octets, entity.header);
        let octets = source.header();
        let envelope = Envelope::parse(&octets).map_err(|limit| Error::PastLimit { limit })?;
        let (advised, sealing) = {
            let mut inner = self.lock()?;
            let accounts = inner.accounts()?;
            let from = envelope.from().ok().filter(|from| accounts.own(from));
            if account.is_some() {
                inner.account(account)?;
            }
            // Discovery §8: From selects the account, or its key would stand under another address.
            let account = inner.account(from.as_ref().or(account))?;
            let from = from.unwrap_or_else(|| account.addr.clone());
            let advice =
                inner.recommend(&account, &recipients, &Reply::Unknown, &[], openpgp, now)?;
            let advised = Advised {
                draft: OutgoingDraft {
                    from: Ok(from.clone()),
                    recipients,
                    unreadable: Vec::new(),
                    mode: Mode::Encrypt,
                    already_encrypted: false,
                    in_reply_to: None,
                },
                recommendation: advice.recommendation,
                recipients: advice.recipients,
                reply_to_encrypted: false,
                key_fields: inner.key_fields(&account, &from)?,
            };
            advised.decide(None)?;
            let sealing = inner.sealing_keys(&account, from, &envelope, &advised, openpgp, now)?;
            (advised, sealing)
        };
        let letter = Letter {
            source,
            from: &sealing.from,
            recipients: &advised.draft.recipients,
            targets: &sealing.targets,
            signer: &sealing.signer,
            key_fields: &advised.key_fields,
            keep_subject: entity.keep_subject,
            now,
            random: self.random.as_ref(),
        };
        let sealed = outgoing::encrypt_entity(&letter, openpgp)?;
        self.lock()?.remember_encrypted(&sealing.account, &sealed.message_id, now)?;
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
        let mail = entity_with_header(entity, header).map_err(outgoing::EncryptError::from)?;
        self.decrypt(account, &mail)
    }
}
