//! What becomes of a mail: clear, sealed or refused (Discovery §8); decided by what is known, and by
//! nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clear::in_clear;
use super::letter::{OutgoingDraft, Source};
use super::seal::{EncryptError, SealKeys, SealedEntity, Sealer, Target, Tools};
use super::{ComposeError, Mode, Outgoing, OutgoingMessage, OutgoingReason, Remembered};
use crate::account::{Account, Accounts, ClearReply};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::header::{self, DraftState};
use crate::openpgp::SecretKey;
use crate::recommend::{self, Advice, MailRecommendation, Recommendation, Rows};

/// What the store knows of a mail: gathered in one state of it, before anything is decided.
#[derive(Debug)]
pub struct Known {
    /// All accounts of the home.
    pub accounts: Arc<Accounts>,
    /// The account that writes.
    pub writer: Option<Account>,
    /// Its current key.
    pub current: Option<SecretKey>,
    /// The mail is encrypted to the user alone.
    pub only_to_self: bool,
    /// Whether it answers an encrypted mail.
    pub reply_to_encrypted: bool,
    /// The recipients, and those in Reply-To, as they are judged now.
    pub rows: Rows,
    /// The present.
    pub now: Timestamp,
}

/// How a mail goes out.
#[derive(Debug)]
pub enum Plan {
    /// In the clear, or as encrypted as it came.
    Clear(OutgoingReason),
    /// Signed and encrypted with these keys.
    Seal(Box<SealKeys>, OutgoingReason),
    /// Not at all.
    Refuse(ComposeError),
}

/// Decides how a mail goes out, and what is recommended for it.
#[must_use]
pub fn plan(draft: &OutgoingDraft<'_>, known: &Known) -> (Plan, MailRecommendation) {
    let advice = known.recommend(draft);
    let plan = decide(draft, known, &advice).unwrap_or_else(Plan::Refuse);
    (plan, advice)
}

fn decide(
    draft: &OutgoingDraft<'_>,
    known: &Known,
    advice: &MailRecommendation,
) -> Result<Plan, ComposeError> {
    if let Some(plan) = own_protocol(draft, known)? {
        return Ok(plan);
    }
    // Messages §5: a captured ciphertext planted as a draft must not be sent on.
    if known.only_to_self {
        return Err(refused(OutgoingReason::OnlyToSelf, &[]));
    }
    let part = match (known.part(draft), draft.mode) {
        (Err(reason), Mode::Auto | Mode::Clear) => return Ok(Plan::Clear(reason)),
        (part, _) => part.map_err(|reason| refused(reason, &[]))?,
    };
    check_fields(draft)?;
    let seal = |reason| {
        let keys = demand(&part, draft, known, advice)?;
        Ok(Plan::Seal(Box::new(keys), reason))
    };
    match draft.mode {
        _ if draft.already_encrypted => Ok(Plan::Clear(OutgoingReason::AlreadyEncrypted)),
        Mode::Clear => Ok(Plan::Clear(OutgoingReason::Chosen)),
        Mode::Encrypt => seal(OutgoingReason::Chosen),
        Mode::Auto if advice.recommendation == Recommendation::Encrypt => {
            seal(OutgoingReason::Recommended)
        }
        Mode::Auto if part.refuses_clear_reply(draft, known) => Err(refused_reply(advice)),
        Mode::Auto => Ok(Plan::Clear(OutgoingReason::NotRecommended)),
    }
}

/// The keys for one copy of a mail whose program writes the header itself: what mode `encrypt` refuses is
/// refused here, with the same reasons.
///
/// # Errors
/// [`ComposeError`].
pub fn entity_keys(draft: &OutgoingDraft<'_>, known: &Known) -> Result<SealKeys, ComposeError> {
    if own_protocol(draft, known)?.is_some() {
        return Err(refused(OutgoingReason::OwnProtocol, &[]));
    }
    let part = known.part(draft).map_err(|reason| refused(reason, &[]))?;
    demand(&part, draft, known, &known.recommend(draft))
}

/// The keys for a mail that must be encrypted, to all or to nobody: never a partial send, never silent
/// cleartext.
fn demand(
    part: &Part<'_>,
    draft: &OutgoingDraft<'_>,
    known: &Known,
    advice: &MailRecommendation,
) -> Result<SealKeys, ComposeError> {
    let missing: Vec<_> =
        advice.recipients.iter().filter(|(_, advice)| advice.target.is_none()).cloned().collect();
    let reason = OutgoingReason::NotRecommended;
    if !draft.unreadable.is_empty() {
        let why = format!("no address can be read in {}", draft.unreadable.join(", "));
        return Err(ComposeError::Refused { reason, why, missing });
    }
    if advice.recipients.is_empty() {
        let why = "it has no recipients".to_owned();
        return Err(ComposeError::Refused { reason, why, missing });
    }
    if !missing.is_empty() {
        return Err(refused(reason, &missing));
    }
    // Messages §2: each blind recipient of an encrypted mail gets a copy of their own.
    let is_that_copy = matches!(draft.source, Source::Entity(..)) && draft.recipients.len() == 1;
    if draft.one_message && !draft.blind.is_empty() && !is_that_copy {
        return Err(ComposeError::NeedsCopies { blind: draft.blind.clone() });
    }
    Ok(SealKeys {
        account: part.account.addr.clone(),
        from: part.from.clone(),
        signer: part.signer.clone(),
        keep_subject: draft.keep_subject || part.account.settings.keep_subject,
        targets: known.targets(draft, advice),
    })
}

/// Several devices: an own protocol mail goes to oneself as it is, and to nobody else.
fn own_protocol(draft: &OutgoingDraft<'_>, known: &Known) -> Result<Option<Plan>, ComposeError> {
    let Some(account) = known.writer.as_ref().filter(|_| draft.own_protocol) else {
        return Ok(None);
    };
    let to_self = draft.unreadable.is_empty()
        && draft.recipients.iter().all(|addr| account.owns(addr))
        && matches!(draft.source, Source::Mail(_));
    match to_self {
        true => Ok(Some(Plan::Clear(OutgoingReason::OwnProtocol))),
        false => Err(refused(OutgoingReason::OwnProtocolElsewhere, &[])),
    }
}

/// Messages §3: what some programs take for a line end is refused in a header that gets our fields.
fn check_fields(draft: &OutgoingDraft<'_>) -> Result<(), ComposeError> {
    match &draft.control {
        Some(field) => Err(ComposeError::Control { field: field.clone() }),
        None => Ok(()),
    }
}

/// A refusal of a clear answer to an encrypted mail, and on whose account.
fn refused_reply(advice: &MailRecommendation) -> ComposeError {
    let missing: Vec<_> = clear_because(advice).collect();
    let names: Vec<&str> = missing.iter().map(|(addr, _)| addr.as_str()).collect();
    let reason = OutgoingReason::ClearReply;
    let why = match names.as_slice() {
        [] => reason.to_string(),
        names => format!("{reason}, because of {}", names.join(", ")),
    };
    ComposeError::Refused { reason, why, missing }
}

/// A refusal that names the recipients without a key, else the reason.
fn refused(reason: OutgoingReason, missing: &[(Addr, Advice)]) -> ComposeError {
    let names: Vec<&str> = missing.iter().map(|(addr, _)| addr.as_str()).collect();
    let why = match names.as_slice() {
        [] => reason.to_string(),
        names => format!("no usable key is known for {}", names.join(", ")),
    };
    ComposeError::Refused { reason, why, missing: missing.to_vec() }
}

/// Who keeps a mail in the clear.
fn clear_because(advice: &MailRecommendation) -> impl Iterator<Item = (Addr, Advice)> + '_ {
    let least = |(_, advice): &&(Addr, Advice)| advice.recommendation < Recommendation::Encrypt;
    advice.recipients.iter().filter(least).cloned()
}

impl Known {
    /// Nothing yet but who the accounts are.
    #[must_use]
    pub fn nothing(accounts: Arc<Accounts>, now: Timestamp) -> Self {
        Self {
            accounts,
            writer: None,
            current: None,
            only_to_self: false,
            reply_to_encrypted: false,
            rows: Rows::default(),
            now,
        }
    }

    /// What the sender takes part with, or why not.
    fn part<'k>(&'k self, draft: &'k OutgoingDraft<'_>) -> Result<Part<'k>, OutgoingReason> {
        if draft.resent {
            return Err(OutgoingReason::Resent);
        }
        let from = match &draft.from {
            Err(reason) if !draft.is_from_named() => return Err(*reason),
            from => from.as_ref().ok(),
        };
        let account = self.writer.as_ref().ok_or(OutgoingReason::NoAccount)?;
        let from = from.unwrap_or(&account.addr);
        if !account.settings.enabled {
            return Err(OutgoingReason::DisabledAccount);
        }
        let signer = self.current.as_ref().ok_or(OutgoingReason::NoOwnKey)?;
        Ok(Part { account, from, signer })
    }

    /// What is recommended for the mail; nothing where the sender takes no part.
    fn recommend(&self, draft: &OutgoingDraft<'_>) -> MailRecommendation {
        let Ok(part) = self.part(draft) else {
            let recommendation = Recommendation::Disable;
            return MailRecommendation { recommendation, recipients: Vec::new() };
        };
        let copies: &[Addr] = if draft.one_message { &draft.blind } else { &[] };
        let own = part.account.settings_in_effect();
        let reply_to_encrypted = self.reply_to_encrypted;
        let asked = recommend::Draft { own, reply_to_encrypted };
        recommend::recommend_mail(&draft.recipients, &self.rows, asked, copies)
    }

    /// The keys of a mail that `account` keeps for itself, with those of the people it is for.
    #[must_use]
    pub fn keys_to_keep(
        &self,
        draft: &OutgoingDraft<'_>,
        account: &Account,
        signer: SecretKey,
    ) -> SealKeys {
        let own = account.settings_in_effect();
        let asked = recommend::Draft { own, reply_to_encrypted: false };
        let advice = recommend::recommend_mail(&draft.recipients, &self.rows, asked, &[]);
        let (account, from) = (account.addr.clone(), account.addr.clone());
        let targets = self.targets(draft, &advice);
        SealKeys { account, from, signer, keep_subject: false, targets }
    }

    /// The keys that the mail is encrypted to, and those that it gossips about beside them.
    fn targets(
        &self,
        draft: &OutgoingDraft<'_>,
        advice: &MailRecommendation,
    ) -> BTreeMap<Addr, Target> {
        let of_advice = |(addr, advice): &(Addr, Advice)| {
            let target = advice.target.as_ref()?;
            Some((addr.clone(), Target::new(target.key.clone(), target.source)))
        };
        let mut targets: BTreeMap<_, _> = advice.recipients.iter().filter_map(of_advice).collect();
        for addr in draft.gossiped() {
            if let Some(target) = self.rows.told(addr).filter(|_| !targets.contains_key(addr)) {
                targets.insert(addr.clone(), Target::new(target.key, target.source));
            }
        }
        targets
    }

    /// The key fields of a mail from `from`: name and folded value.
    fn key_fields(&self, from: &Addr) -> Vec<(&'static str, String)> {
        let (Some(account), Some(key)) = (&self.writer, &self.current) else { return Vec::new() };
        let settings = account.settings;
        header::print(settings.spelling, from, settings.prefer_encrypt, &key.cert)
    }
}

/// A sender who takes part.
struct Part<'k> {
    account: &'k Account,
    from: &'k Addr,
    signer: &'k SecretKey,
}

impl Part<'_> {
    /// Discovery §8: nobody is there to be asked, and the user has not said that it may leave.
    fn refuses_clear_reply(&self, draft: &OutgoingDraft<'_>, known: &Known) -> bool {
        known.reply_to_encrypted
            && draft.clear_reply == ClearReply::Refuse
            && self.account.settings.clear_reply == ClearReply::Refuse
    }
}

/// Why a plan came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// It was a refusal, or the mail is past a limit.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// It cannot be encrypted.
    #[error(transparent)]
    Encrypt(#[from] EncryptError),
}

impl Plan {
    /// Makes the mails that leave of `mail`, which `draft` was read from.
    ///
    /// # Errors
    /// [`RunError`]; nothing of the mail leaves then.
    pub fn run(
        self,
        mail: &[u8],
        draft: &OutgoingDraft<'_>,
        known: &Known,
        advice: MailRecommendation,
        tools: Tools<'_>,
    ) -> Result<Outgoing, RunError> {
        let mut made = Outgoing {
            messages: Vec::new(),
            encrypted: false,
            reason: OutgoingReason::NotRecommended,
            recommendation: advice.recommendation,
            clear_because: Vec::new(),
            recipients: Vec::new(),
            added: Vec::new(),
            remembered: None,
        };
        match self {
            Self::Refuse(refusal) => return Err(refusal.into()),
            Self::Clear(reason) => {
                let from = draft.from.as_ref().ok().filter(|_| !reason.passes_unchanged());
                let key_fields = from.map(|from| known.key_fields(from)).unwrap_or_default();
                let data = match reason {
                    OutgoingReason::OwnProtocol => mail.to_vec(),
                    _ => in_clear(mail, from, &key_fields).map_err(ComposeError::Limit)?,
                };
                made.added = key_fields.iter().map(|(name, _)| *name).collect();
                made.encrypted = draft.already_encrypted;
                made.reason = reason;
                if known.reply_to_encrypted && reason == OutgoingReason::NotRecommended {
                    made.clear_because = clear_because(&advice).collect();
                }
                let sent_copy = reason != OutgoingReason::OwnProtocol;
                let recipients = draft.recipients.clone();
                made.messages = vec![OutgoingMessage { data, recipients, sent_copy }];
                if !reason.passes_unchanged() {
                    made.remembered = known.remembered(draft, None);
                }
            }
            Self::Seal(keys, reason) => {
                let key_fields = known.key_fields(&keys.from);
                let sealer = Sealer::new(draft, &keys, &key_fields, known.now, tools)?;
                made.messages = sealer.copies()?;
                made.added = key_fields.iter().map(|(name, _)| *name).collect();
                (made.encrypted, made.reason) = (true, reason);
                made.remembered = known.remembered(draft, Some(sealer.message_id()));
            }
        }
        made.recipients = advice.recipients;
        Ok(made)
    }
}

impl SealKeys {
    /// Seals the one copy that an entity is.
    ///
    /// # Errors
    /// [`EncryptError`].
    pub fn run_entity(
        &self,
        draft: &OutgoingDraft<'_>,
        known: &Known,
        tools: Tools<'_>,
    ) -> Result<(SealedEntity, Option<Remembered>), EncryptError> {
        let key_fields = known.key_fields(&self.from);
        let sealer = Sealer::new(draft, self, &key_fields, known.now, tools)?;
        let sealed = sealer.entity()?;
        Ok((sealed, known.remembered(draft, Some(sealer.message_id()))))
    }

    /// Encrypts a mail that is put away.
    ///
    /// # Errors
    /// [`EncryptError`].
    pub fn run_put_away(
        &self,
        mail: &[u8],
        draft: &OutgoingDraft<'_>,
        state: DraftState,
        now: Timestamp,
        tools: Tools<'_>,
    ) -> Result<Vec<u8>, EncryptError> {
        let sealer = Sealer::new(draft, self, &[], now, tools)?;
        sealer.put_away(mail, &state.print())
    }
}

impl Known {
    /// What is to be remembered of a mail that is given to be sent.
    fn remembered(
        &self,
        draft: &OutgoingDraft<'_>,
        encrypted_id: Option<&[u8]>,
    ) -> Option<Remembered> {
        let account = self.writer.as_ref()?.addr.clone();
        let others = draft.recipients.iter().filter(|addr| !self.accounts.own(addr));
        let encrypted_id = encrypted_id.map(<[u8]>::to_vec);
        Some(Remembered {
            account,
            encrypted_id,
            written_to: others.cloned().collect(),
            at: self.now,
        })
    }
}
