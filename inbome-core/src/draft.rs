//! Drafts: put away encrypted to oneself, and taken out again (Messages §5).
//!
//! A draft folder is on a server, and whoever can write to it could plant a captured ciphertext there
//! so that it is decrypted and sent on. So [`open`] takes only what the user's own program wrote: for
//! the account alone, from the account, with the state of a draft inside. Not here: whether a draft
//! is encrypted when it is sent (`outgoing`).

use std::collections::BTreeSet;

use crate::account::Account;
use crate::addr::Addr;
use crate::code::Code;
use crate::decrypt::Failure;
use crate::gossip::read_draft_gossip;
use crate::header::{DRAFT_STATE_FIELD, DraftState, RawField};
use crate::key::Key;
use crate::limits::Limit;
use crate::mime::{self, Envelope, Form, Mail, Sender, rewrite};
use crate::openpgp::{OpenPgp, SecretKey};
use crate::outgoing::{Known, OutgoingDraft, OutgoingReason, SealKeys, is_only_for};
use crate::reason::DraftFlaw;

/// Plans how a mail is put away as a draft of `account`: encrypted to the account's own key, with the keys
/// of those it is for. A mail without From gets the account's.
///
/// # Errors
/// [`DraftError::NotFromAccount`] for a From that is another's, which would not be opened again.
pub fn put_away_keys(
    draft: &OutgoingDraft<'_>,
    account: &Account,
    known: &Known,
    signer: SecretKey,
) -> Result<SealKeys, DraftError> {
    let found = match &draft.from {
        Err(OutgoingReason::NoFrom) if !draft.has_from => None,
        Ok(from) if account.owns(from) => None,
        found => Some(found.as_ref().ok().cloned()),
    };
    match found {
        Some(found) => Err(DraftError::NotFromAccount { account: account.addr.clone(), found }),
        None => Ok(known.keys_to_keep(draft, account, signer)),
    }
}

/// A draft that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedDraft {
    /// The mail as it was put away.
    pub message: Vec<u8>,
    /// What was decided about it; `None` in a draft of another program.
    pub state: Option<DraftState>,
    /// The state outside says otherwise; inside wins.
    pub state_differs: bool,
    /// Names of other fields that stand outside otherwise than inside; recipients that stand outside
    /// alone, and are left out, among them.
    pub differs: Vec<String>,
    /// The keys that it brought along, for its own recommendation; nothing of them is stored.
    pub gossip: Vec<(Addr, Key)>,
}

/// Why a draft is not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// It is past a limit.
    #[error("expected a draft within the limits, found one past {}", .0.code())]
    Limit(Limit),
    /// It is no encrypted mail.
    #[error("expected an encrypted draft, found a mail that is not encrypted")]
    NotEncrypted,
    /// It cannot be decrypted.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// Others can read it: it was sent, and is no draft.
    #[error("expected a draft for {account} alone, found a mail that is encrypted to others too")]
    ToOthers {
        /// The account.
        account: Addr,
    },
    /// Somebody else wrote it.
    #[error("expected a draft from {account}, found a mail from {}", found_from(.found))]
    NotFromAccount {
        /// The account.
        account: Addr,
        /// The protected From, if there is one.
        found: Option<Addr>,
    },
    /// It bears no state inside: another program's draft, or a mail that was planted.
    #[error(
        "expected the state of a draft inside, found none: if you wrote it in another program, \
         confirm that"
    )]
    Unconfirmed,
}

impl DraftError {
    /// The code that stays the same.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Limit(limit) => limit.code(),
            Self::NotEncrypted => DraftFlaw::NotEncrypted.code(),
            Self::Failed(failure) => failure.code(),
            Self::ToOthers { .. } => DraftFlaw::ToOthers.code(),
            Self::NotFromAccount { .. } => DraftFlaw::NotFromAccount.code(),
            Self::Unconfirmed => DraftFlaw::Unconfirmed.code(),
        }
    }
}

fn found_from(found: &Option<Addr>) -> String {
    found.as_ref().map_or_else(|| "nobody".to_owned(), Addr::to_string)
}

/// Opens a draft of `account` with its `keys`, current first. `confirmed` is whether the user says
/// that a draft without an inner state is one of theirs.
///
/// # Errors
/// [`DraftError`]; nothing of the draft is given then.
pub fn open(
    mail: &Mail<'_>,
    account: &Account,
    keys: &[&SecretKey],
    confirmed: bool,
    openpgp: &dyn OpenPgp,
) -> Result<OpenedDraft, DraftError> {
    let found = match &mail.shape.form {
        Form::Encrypted(found) => found,
        Form::Malformed(flaw) => return Err(Failure::from(*flaw).into()),
        _ => return Err(DraftError::NotEncrypted),
    };
    let opened = crate::decrypt::open_armor(&found.armor, keys, openpgp)?;
    if !is_only_for(keys, &found.armor, openpgp) {
        return Err(DraftError::ToOthers { account: account.addr.clone() });
    }
    let payload = opened.payload.as_bytes();
    // Text protects no header.
    let is_mime = found.via.brings_mime(payload);
    let inner = Mail::parse_payload(payload).map_err(DraftError::Limit)?;
    let read = mime::open_payload(&mail.envelope, inner);
    let inner = read.inner().filter(|_| is_mime);
    let from = inner.and_then(|inner| inner.from().ok());
    let state = inner.and_then(state);
    match &from {
        Some(from) if account.owns(from) => {}
        // Another program's draft may protect no header at all.
        None if inner.is_none() && state.is_none() => {}
        _ => {
            let account = account.addr.clone();
            return Err(DraftError::NotFromAccount { account, found: from });
        }
    }
    // What the user confirms is a draft of another program, not a mail of another account.
    if let (None, Ok(outer)) = (&state, read.outer().from())
        && !account.owns(&outer)
    {
        let account = account.addr.clone();
        return Err(DraftError::NotFromAccount { account, found: Some(outer) });
    }
    if state.is_none() && !confirmed {
        return Err(DraftError::Unconfirmed);
    }
    let whole = match is_mime {
        true => read.message(if from.is_some() { Sender::Inner } else { Sender::Outer }),
        false => mime::open_inline(mail, payload),
    };
    let is_inside = |field: &RawField<'_>| {
        inner.is_some_and(|inner| inner.fields().any(|held| same_name(&held, field)))
    };
    // It never takes recipients that stand only outside.
    let names_others = |field: &RawField<'_>| RECIPIENTS.iter().any(|name| field.is(name));
    let drop = |field: &RawField<'_>| {
        field.is(DRAFT_STATE_FIELD) || (names_others(field) && !is_inside(field))
    };
    let mut differs = inner.map(|_| other_differences(read.differs())).unwrap_or_default();
    for field in read.outer().fields().filter(|field| names_others(field) && !is_inside(field)) {
        let name = String::from_utf8_lossy(field.name).into_owned();
        if !differs.iter().any(|told| told.eq_ignore_ascii_case(&name)) {
            differs.push(name);
        }
    }
    Ok(OpenedDraft {
        message: rewrite(&whole, &drop, &[]).map_err(DraftError::Limit)?,
        state_differs: self::state(read.outer()) != state,
        state,
        differs,
        gossip: gossip(&read, inner, account, openpgp),
    })
}

/// Fields that say where a mail goes, or where its answers go.
const RECIPIENTS: [&str; 7] =
    ["To", "Cc", "Bcc", "Reply-To", "Resent-To", "Resent-Cc", "Resent-Bcc"];

fn same_name(one: &RawField<'_>, other: &RawField<'_>) -> bool {
    one.name.eq_ignore_ascii_case(other.name)
}

/// What is told of the state is told once, by `state_differs`.
fn other_differences(names: &[String]) -> Vec<String> {
    let others = names.iter().filter(|name| !name.eq_ignore_ascii_case(DRAFT_STATE_FIELD));
    others.cloned().collect()
}

/// The state that a header gives; several fields give none.
fn state(header: &Envelope<'_>) -> Option<DraftState> {
    let mut fields = header.fields().filter(|field| field.is(DRAFT_STATE_FIELD));
    let state = DraftState::read(&fields.next()?).ok()?;
    fields.next().is_none().then_some(state)
}

/// Keys about the recipients of the draft; about anybody where none are protected.
fn gossip(
    read: &mime::Opened<'_>,
    inner: Option<&Envelope<'_>>,
    account: &Account,
    openpgp: &dyn OpenPgp,
) -> Vec<(Addr, Key)> {
    let recipients = inner.map(|inner| {
        let lists = [inner.to(), inner.cc(), inner.bcc(), inner.reply_to()];
        lists.into_iter().flatten().flatten().collect::<BTreeSet<Addr>>()
    });
    let is_recipient = |addr: &Addr| recipients.as_ref().is_none_or(|all| all.contains(addr));
    let about = |addr: &Addr| !account.owns(addr) && is_recipient(addr);
    read_draft_gossip(read.gossip(), &about, openpgp)
}
