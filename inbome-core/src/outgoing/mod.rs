//! `process_outgoing`: from the mail that a program would send to the mails that leave (Discovery §8).
//!
//! [`read_draft`] finds who writes to whom; [`Advised::decide`] whether it is encrypted;
//! [`Advised::in_clear`] makes the output in the clear, and [`encrypt`] the encrypted one.

use std::collections::BTreeSet;

use crate::account::Accounts;
use crate::addr::Addr;
use crate::header::{self, FieldFlaw, RawField};
use crate::key::Key;
use crate::limits::Limit;
use crate::mime::{Envelope, FromFlaw, Mail, rewrite};
use crate::recommend::{Advice, Recommendation};

mod seal;

pub(crate) use seal::gossip_values;
pub use seal::{
    EncryptError, Letter, Sealed, SealedEntity, Source, Target, encrypt, encrypt_entity,
};

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
}

/// A mail about to be sent, and who writes it to whom.
#[derive(Debug, Clone)]
pub struct OutgoingDraft {
    /// The sender, or why the mail is passed unchanged.
    pub from: Result<Addr, OutgoingReason>,
    /// Everybody whom it goes to, in the order of the header, without duplicates.
    pub recipients: Vec<Addr>,
    /// What stands in To, Cc or Bcc and is no address, where those say who gets the mail.
    pub unreadable: Vec<String>,
    /// Who decides, `X-Inbome` considered.
    pub mode: Mode,
    /// It is encrypted already.
    pub already_encrypted: bool,
    /// The last id of In-Reply-To.
    pub in_reply_to: Option<Vec<u8>>,
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
}

/// Finds who writes to whom.
///
/// # Errors
/// [`ComposeError::Limit`], [`ComposeError::ModeField`]; [`ComposeError::Addr`] for a blind recipient who
/// would be lost with the field.
pub fn read_draft(
    mail: &[u8],
    options: &OutgoingOptions,
    accounts: &Accounts,
) -> Result<OutgoingDraft, ComposeError> {
    let envelope = Envelope::parse(mail).map_err(ComposeError::Limit)?;
    let from = match envelope.from() {
        _ if envelope.is_resent() => Err(OutgoingReason::Resent),
        Ok(from) if accounts.own(&from) => Ok(from),
        Ok(_) => Err(OutgoingReason::NoAccount),
        Err(FromFlaw::NoFrom) => Err(OutgoingReason::NoFrom),
        Err(FromFlaw::SeveralFrom) => Err(OutgoingReason::SeveralFrom),
        Err(FromFlaw::InvalidFrom(_)) => Err(OutgoingReason::InvalidFrom),
    };
    let mut listed = envelope.addressed().map_err(ComposeError::Limit)?;
    let blind = envelope.bcc().map_err(ComposeError::Limit)?;
    if let Some(given) = &options.recipients {
        // The envelope rules: who stands in To but not in it gets no mail from us.
        listed.retain(|addr| given.contains(addr));
        listed.extend(given.iter().cloned());
    }
    listed.extend(blind);
    let mut known = BTreeSet::new();
    listed.retain(|addr| known.insert(addr.clone()));
    // Who sends by an envelope of their own knows what is in it.
    let unreadable = match options.recipients {
        Some(_) => Vec::new(),
        None => envelope.unreadable_recipients(),
    };
    // The field never leaves. In To it would still be read, and in an envelope it would still be seen.
    if let (None, Some(flaw)) = (&options.recipients, envelope.bcc_flaw()) {
        return Err(ComposeError::Addr(flaw));
    }
    Ok(OutgoingDraft {
        from,
        recipients: listed,
        unreadable,
        mode: mode_field(mail)?.unwrap_or(options.mode),
        already_encrypted: Mail::parse(mail).is_ok_and(|mail| mail.shape.is_encrypted()),
        in_reply_to: envelope.in_reply_to_last().map(<[u8]>::to_vec),
    })
}

/// How a mail goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// In the clear, or as encrypted as it came.
    Clear(OutgoingReason),
    /// Encrypted.
    Encrypt(OutgoingReason),
}

/// A mail about to be sent, and what is known of it: who gets it, and what is recommended.
#[derive(Debug, Clone)]
pub struct Advised {
    /// Who writes to whom.
    pub draft: OutgoingDraft,
    /// The recommendation for the mail.
    pub recommendation: Recommendation,
    /// The recommendation for each recipient.
    pub recipients: Vec<(Addr, Advice)>,
    /// Whether it answers an encrypted mail.
    pub reply_to_encrypted: bool,
    /// The key fields to add: name and folded value.
    pub key_fields: Vec<(&'static str, String)>,
}

impl Advised {
    /// A mail whose sender takes no part: nothing is known of its recipients.
    #[must_use]
    pub fn passed(draft: OutgoingDraft) -> Self {
        Self {
            draft,
            recommendation: Recommendation::Disable,
            recipients: Vec::new(),
            reply_to_encrypted: false,
            key_fields: Vec::new(),
        }
    }

    /// Decides how the mail goes out (Discovery §8). `refusal` is why its sender takes no part.
    ///
    /// # Errors
    /// [`ComposeError::Refused`] in mode `encrypt`, when it cannot be done for all.
    pub fn decide(&self, refusal: Option<OutgoingReason>) -> Result<Plan, ComposeError> {
        let demanded = self.draft.mode == Mode::Encrypt;
        if let Some(reason) = refusal {
            return match demanded {
                true => Err(self.refused(reason)),
                false => Ok(Plan::Clear(reason)),
            };
        }
        let lacking = self.recipients.is_empty() || !without_key(&self.recipients).is_empty();
        match (self.draft.mode, self.recommendation) {
            _ if self.draft.already_encrypted => Ok(Plan::Clear(OutgoingReason::AlreadyEncrypted)),
            (Mode::Clear, _) => Ok(Plan::Clear(OutgoingReason::Chosen)),
            (Mode::Auto, least) if least < Recommendation::Encrypt => {
                Ok(Plan::Clear(OutgoingReason::NotRecommended))
            }
            // Never a partial send, never silent cleartext.
            _ if !self.draft.unreadable.is_empty() => {
                let why = format!("no address can be read in {}", self.draft.unreadable.join(", "));
                let missing = without_key(&self.recipients);
                let reason = OutgoingReason::NotRecommended;
                Err(ComposeError::Refused { reason, why, missing })
            }
            (Mode::Auto, _) => Ok(Plan::Encrypt(OutgoingReason::Recommended)),
            (Mode::Encrypt, _) if lacking => Err(self.refused(OutgoingReason::NotRecommended)),
            (Mode::Encrypt, _) => Ok(Plan::Encrypt(OutgoingReason::Chosen)),
        }
    }

    /// A refusal that names the recipients without a key, else the reason.
    #[must_use]
    pub fn refused(&self, reason: OutgoingReason) -> ComposeError {
        let missing = without_key(&self.recipients);
        let names: Vec<&str> = missing.iter().map(|(addr, _)| addr.as_str()).collect();
        let nobody = self.recipients.is_empty() && !reason.passes_unchanged();
        let why = match names.as_slice() {
            _ if reason == OutgoingReason::OnlyToSelf => reason.to_string(),
            [] if nobody => "it has no recipients".into(),
            [] => reason.to_string(),
            names => format!("no usable key is known for {}", names.join(", ")),
        };
        ComposeError::Refused { reason, why, missing }
    }

    /// Makes the output in the clear: the input byte for byte, less whole removed fields, plus the
    /// key fields.
    ///
    /// # Errors
    /// [`ComposeError::Limit`].
    pub fn in_clear(self, mail: &[u8], reason: OutgoingReason) -> Result<Outgoing, ComposeError> {
        let passed = reason.passes_unchanged();
        let added = if passed { &[] } else { self.key_fields.as_slice() };
        let from = self.draft.from.as_ref().ok().filter(|_| !passed);
        let data =
            rewrite(mail, &|field| is_removed(field, from), added).map_err(ComposeError::Limit)?;
        let recipients = self.draft.recipients.clone();
        let already_encrypted = self.draft.already_encrypted;
        let mut done =
            self.done(vec![OutgoingMessage { data, recipients, sent_copy: true }], reason);
        done.encrypted = already_encrypted;
        if passed {
            done.added.clear();
        }
        Ok(done)
    }

    /// The result for a mail that was encrypted as `messages`.
    #[must_use]
    pub fn encrypted(self, messages: Vec<OutgoingMessage>, reason: OutgoingReason) -> Outgoing {
        Outgoing { encrypted: true, ..self.done(messages, reason) }
    }

    fn done(self, messages: Vec<OutgoingMessage>, reason: OutgoingReason) -> Outgoing {
        let blamed = self.reply_to_encrypted && reason == OutgoingReason::NotRecommended;
        let least = |(_, advice): &&(Addr, Advice)| advice.recommendation < Recommendation::Encrypt;
        let clear_because = self.recipients.iter().filter(|_| blamed).filter(least).cloned();
        Outgoing {
            messages,
            encrypted: false,
            reason,
            recommendation: self.recommendation,
            clear_because: clear_because.collect(),
            recipients: self.recipients,
            added: self.key_fields.iter().map(|(name, _)| *name).collect(),
        }
    }
}

fn without_key(recipients: &[(Addr, Advice)]) -> Vec<(Addr, Advice)> {
    recipients.iter().filter(|(_, advice)| advice.target.is_none()).cloned().collect()
}

/// Fields that never leave: blind recipients, our own controls, and key fields for the sender.
fn is_removed(field: &RawField<'_>, from: Option<&Addr>) -> bool {
    let is = |name: &str| field.name.eq_ignore_ascii_case(name.as_bytes());
    if ["Bcc", "Resent-Bcc", "Autocrypt-Draft-State", "X-Inbome"].into_iter().any(is) {
        return true;
    }
    // A field for somebody else is none of ours; one that cannot be read would be taken for ours.
    let for_another = |from| matches!(header::read(field, from), Err(FieldFlaw::AddrMismatch));
    header::family(field.name).is_some() && from.is_some_and(|from| !for_another(from))
}

/// The mode that an `X-Inbome` field asks for. One that cannot be read must not be sent past, nor two
/// that disagree.
fn mode_field(mail: &[u8]) -> Result<Option<Mode>, ComposeError> {
    let fields = crate::mime::fields(mail).map_err(ComposeError::Limit)?;
    let words = fields.filter(|field| field.is("X-Inbome"));
    let words = words.map(|field| String::from_utf8_lossy(field.value).trim().to_ascii_lowercase());
    let words: BTreeSet<String> = words.collect();
    if words.is_empty() {
        return Ok(None);
    }
    let text = words.into_iter().collect::<Vec<_>>().join(", ");
    match text.parse() {
        Ok(mode) => Ok(Some(mode)),
        Err(()) => Err(ComposeError::ModeField { found: text.chars().take(80).collect() }),
    }
}
