//! `process_outgoing`: from the mail that a program would send to the mails that leave (Discovery §8).
//!
//! Outgoing is a plan. [`OutgoingDraft`] is what is to be sent, [`Known`] what the store knows about it;
//! [`plan`] decides, purely, between clear, sealed and refused; [`Plan::run`] makes the octets; what must
//! be remembered once there is a mail to send is [`Remembered`], which the caller commits. A preview is a
//! plan that is not committed. A single entity and a draft are ways into the same plan. Not here: what is
//! recommended (`recommend`), header protection (`mime`), and the OpenPGP message (`openpgp`).

use std::collections::BTreeSet;

use crate::account::ClearReply;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::key::Key;
use crate::limits::Limit;
use crate::receive::message_id_hash;
use crate::recommend::{Advice, Recommendation};
use crate::store::{Store, StoreError};

mod clear;
mod letter;
mod plan;
mod seal;

pub(crate) use letter::is_only_for;
pub use letter::{Entity, OutgoingDraft, Source};
pub use plan::{Known, Plan, RunError, entity_keys, plan};
pub use seal::{EncryptError, SealKeys, SealedEntity, Target, Tools};

/// Who decides whether to encrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Mode {
    /// The recommendation.
    #[default]
    Auto,
    /// The user, for it.
    Encrypt,
    /// The user, against it.
    Clear,
}

/// The mode that a word stands for.
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

pub use crate::reason::OutgoingReason;

impl OutgoingReason {
    /// Whether the mail is passed without key fields.
    #[must_use]
    pub fn passes_unchanged(self) -> bool {
        matches!(
            self,
            Self::NoFrom
                | Self::SeveralFrom
                | Self::InvalidFrom
                | Self::NoAccount
                | Self::DisabledAccount
                | Self::NoOwnKey
                | Self::Resent
                | Self::OwnProtocol
        )
    }
}

/// Why nothing was produced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The user demanded encryption and it cannot be had. Nothing was produced.
    #[error("expected to encrypt, found that {why}; nothing was sent")]
    Refused {
        /// Why, for machines.
        reason: OutgoingReason,
        /// Why, for people: the recipients without a key, or `reason`.
        why: String,
        /// Recipients without a usable key, each with the reasons.
        missing: Vec<(Addr, Advice)>,
    },
    /// The mail is past a limit of the protocol.
    #[error("expected a mail within the limits, found one past {}", .0.code())]
    Limit(Limit),
    /// A blind recipient beside others, where one call makes one copy.
    #[error(
        "expected one copy for each blind recipient, found {} beside others",
        .blind.iter().map(Addr::as_str).collect::<Vec<_>>().join(", ")
    )]
    NeedsCopies {
        /// The blind recipients.
        blind: Vec<Addr>,
    },
    /// A blind recipient's address cannot be read.
    #[error("Bcc would be lost: {0}")]
    Addr(crate::addr::AddrError),
    /// A header field with a NUL, or a carriage return outside a line end.
    #[error("cannot send the mail: its field {field} has a NUL or a stray carriage return")]
    Control {
        /// The field's name.
        field: String,
    },
    /// `X-Inbome` holds something else than a mode.
    #[error("expected auto, encrypt or clear in X-Inbome, found {found:?}")]
    ModeField {
        /// What it holds, cut to 80 characters.
        found: String,
    },
}

/// What the caller says about an outgoing mail.
#[derive(Debug, Clone, Default)]
pub struct OutgoingOptions {
    /// Who decides. An `X-Inbome` field in the mail comes before it.
    pub mode: Mode,
    /// The envelope recipients, if the program knows them; else those of To, Cc and Bcc.
    pub recipients: Option<BTreeSet<Addr>>,
    /// Whether it answers an encrypted mail, if the program knows.
    pub reply_to_encrypted: Option<bool>,
    /// Leaves the Subject of an encrypted mail in the clear.
    pub keep_subject: bool,
    /// The program can send but one message: blind recipients of an encrypted mail, who need copies of
    /// their own, are refused.
    pub one_message: bool,
    /// Keys that a draft of this mail brought along; they serve where nothing better is known.
    pub gossip: Vec<(Addr, Key)>,
    /// What becomes of an answer to an encrypted mail that would go out in the clear, in mode `auto`.
    /// [`ClearReply::Refuse`] is for callers that cannot ask their user; the account's own setting can
    /// switch it off.
    pub clear_reply: ClearReply,
}

/// One mail that leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The whole mail.
    pub data: Vec<u8>,
    /// To whom it goes.
    pub recipients: Vec<Addr>,
    /// It is the one to keep in Sent.
    pub sent_copy: bool,
}

/// What `process_outgoing` gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The mails that leave.
    pub messages: Vec<OutgoingMessage>,
    /// Whether they are encrypted.
    pub encrypted: bool,
    /// Why, or why not.
    pub reason: OutgoingReason,
    /// The recommendation for the mail.
    pub recommendation: Recommendation,
    /// The recommendation for each recipient.
    pub recipients: Vec<(Addr, Advice)>,
    /// Names of the fields that were added.
    pub added: Vec<&'static str>,
    /// The mail answers an encrypted one and goes out in the clear because of these.
    pub clear_because: Vec<(Addr, Advice)>,
    /// What is remembered once the mail is given to be sent.
    pub remembered: Option<Remembered>,
}

/// What is remembered of a mail that is given to be sent: nothing else of the state changes
/// (Discovery §8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Under which it is remembered.
    pub account: Addr,
    /// The Message-ID, without angle brackets, if the mail was encrypted here: an answer to it will be.
    pub encrypted_id: Option<Vec<u8>>,
    /// Who was written to: their rows are never dropped at a limit (Discovery §9).
    pub written_to: Vec<Addr>,
    /// The present.
    pub at: Timestamp,
}

impl Remembered {
    /// What of it the store does not hold yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn unknown(&self, store: &mut dyn Store) -> Result<Self, StoreError> {
        let mut new = Self { encrypted_id: None, written_to: Vec::new(), ..self.clone() };
        for addr in &self.written_to {
            if !store.is_written_to(&self.account, addr)? {
                new.written_to.push(addr.clone());
            }
        }
        if let Some(id) = &self.encrypted_id
            && !store.was_encrypted(&self.account, &message_id_hash(id))?
        {
            new.encrypted_id = Some(id.clone());
        }
        Ok(new)
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.encrypted_id.is_none() && self.written_to.is_empty()
    }

    /// Writes it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn commit(&self, store: &mut dyn Store) -> Result<(), StoreError> {
        if let Some(id) = &self.encrypted_id {
            store.remember_encrypted(&self.account, &message_id_hash(id), self.at)?;
        }
        self.written_to.iter().try_for_each(|addr| store.mark_written_to(&self.account, addr))
    }
}
