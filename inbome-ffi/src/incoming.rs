//! `process_incoming`: what one mail changed, and why or why not.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::path::Path;

use inbome_core::error::Error;
use inbome_core::fields::{FieldReport, Verdict};
use inbome_core::receive::{GossipOutcome, Incoming, Outcome};
use inbome_core::scan::read_incoming;

use crate::bytes::inbome_bytes;
use crate::codes::INBOME_REASON_NONE;
use crate::decrypted::inbome_decrypted;
use crate::engine::inbome_engine;
use crate::observation::inbome_observation;
use crate::pointer::{Out, c_text, free, octets, optional_addr, required, shown, text};
use crate::receipt::inbome_receipt;
use crate::result::{inbome_result, on_engine};
use crate::time::time_out;

/// Something stored differs after the call; dates count.
pub const INBOME_OUTCOME_UPDATED: i32 = 1;
/// Nothing stored differs.
pub const INBOME_OUTCOME_UNCHANGED: i32 = 2;
/// The mail does not count; the reason says why.
pub const INBOME_OUTCOME_IGNORED: i32 = 3;

/// The field is the mail's advert, or the gossip was accepted.
pub const INBOME_VERDICT_VALID: i32 = 1;
/// The field breaks a rule, which the reason names.
pub const INBOME_VERDICT_INVALID: i32 = 2;
/// The field is valid by itself, but not alone.
pub const INBOME_VERDICT_AMBIGUOUS: i32 = 3;
/// Another field decides instead: an Autocrypt one, or one inside the payload.
pub const INBOME_VERDICT_OVERRIDDEN: i32 = 4;
/// The field was not looked at: there are too many, or it has no effect.
pub const INBOME_VERDICT_NOT_JUDGED: i32 = 5;

/// What one mail changed, and why or why not.
pub struct inbome_incoming {
    pub(crate) outcome: i32,
    pub(crate) reason: i32,
    pub(crate) reason_text: Option<CString>,
    pub(crate) account: Option<CString>,
    pub(crate) peer: Option<CString>,
    pub(crate) effective_date: i64,
    pub(crate) fields: Vec<Field>,
    pub(crate) gossip: Vec<Gossip>,
    pub(crate) key_changed: Option<(CString, CString)>,
    pub(crate) is_own_key_conflict: bool,
    pub(crate) own_key_conflict: Option<CString>,
    pub(crate) decrypted: Option<inbome_decrypted>,
}

/// Learns from one incoming mail (Discovery §4). An encrypted one is decrypted for what it says
/// inside, unless the receipt says not to. Hostile mail is data: it is an outcome, never a failure.
///
/// engine: the engine.
/// account: whose mailbox it came to, or NULL: from the mail.
/// mail: the whole mail, or, if it is not encrypted, its header section alone.
/// receipt: what else is known, or NULL.
/// incoming: what changed, or NULL if it is not wanted.
///
/// Returns: INBOME_RESULT_OK, also for a mail that is ignored.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND if the home has no account or not this one; INBOME_RESULT_FORKED, those of
/// the store (300 to 399).
/// Owned: free with inbome_incoming_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_process_incoming(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    mail: inbome_bytes,
    receipt: Option<&inbome_receipt>,
    incoming: Option<&mut MaybeUninit<*mut inbome_incoming>>,
) -> inbome_result {
    let incoming = Out::blank(incoming);
    on_engine(engine, |engine| {
        let account = optional_addr(account, "account")?;
        let receipt = receipt.map(|receipt| receipt.core).unwrap_or_default();
        let mail = octets(mail, "mail")?;
        let done = engine.process_incoming(account.as_ref(), mail, receipt)?;
        incoming.give_if_wanted(done.into());
        Ok(())
    })
}

/// As inbome_process_incoming, of a file that holds one mail. Only its header section is read unless
/// the mail is encrypted, or wanted for display. The file's own time is not looked at.
///
/// engine: the engine.
/// account: whose mailbox it came to, or NULL: from the mail.
/// path: the file, UTF-8.
/// receipt: what else is known, or NULL.
/// incoming: what changed, or NULL if it is not wanted.
///
/// Returns: INBOME_RESULT_OK, also for a mail that is ignored.
/// Errors: as inbome_process_incoming; INBOME_RESULT_IO if the file cannot be read.
/// Owned: free with inbome_incoming_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_process_incoming_file(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    path: *const c_char,
    receipt: Option<&inbome_receipt>,
    incoming: Option<&mut MaybeUninit<*mut inbome_incoming>>,
) -> inbome_result {
    let incoming = Out::blank(incoming);
    on_engine(engine, |engine| {
        let path = text(path, "path")?;
        let account = optional_addr(account, "account")?;
        let receipt = receipt.map(|receipt| receipt.core).unwrap_or_default();
        let mail = read_incoming(Path::new(path), receipt).map_err(|error| Error::Io {
            doing: "read",
            path: path.to_owned(),
            found: error.to_string(),
        })?;
        let done = engine.process_incoming(account.as_ref(), &mail, receipt)?;
        incoming.give_if_wanted(done.into());
        Ok(())
    })
}

/// As inbome_process_incoming, of a mail that its program has parsed, and maybe decrypted, already.
/// The same rules decide.
///
/// engine: the engine.
/// account: whose mailbox it came to, or NULL: from the mail.
/// observation: the mail.
/// incoming: what changed, or NULL if it is not wanted.
///
/// Returns: INBOME_RESULT_OK, also for a mail that is ignored.
/// Errors: as inbome_process_incoming.
/// Owned: free with inbome_incoming_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_process_observation(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    observation: Option<&inbome_observation>,
    incoming: Option<&mut MaybeUninit<*mut inbome_incoming>>,
) -> inbome_result {
    let incoming = Out::blank(incoming);
    on_engine(engine, |engine| {
        let observation = required(observation, "observation")?;
        let account = optional_addr(account, "account")?;
        let (mail, receipt) = (&observation.mail, observation.receipt);
        let done = engine.process_observation(account.as_ref(), mail, receipt)?;
        incoming.give_if_wanted(done.into());
        Ok(())
    })
}

/// Frees an incoming and all that was borrowed from it.
///
/// incoming: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_free(incoming: Option<Box<inbome_incoming>>) {
    free(incoming);
}

pub(crate) struct Field {
    pub(crate) name: CString,
    pub(crate) verdict: i32,
    pub(crate) reason: i32,
    pub(crate) fingerprint: Option<CString>,
    pub(crate) protected: bool,
}

impl From<&FieldReport> for Field {
    fn from(report: &FieldReport) -> Self {
        let verdict = match report.verdict {
            Verdict::Valid => INBOME_VERDICT_VALID,
            Verdict::Invalid(_) => INBOME_VERDICT_INVALID,
            Verdict::Ambiguous => INBOME_VERDICT_AMBIGUOUS,
            Verdict::Overridden => INBOME_VERDICT_OVERRIDDEN,
            Verdict::NotJudged => INBOME_VERDICT_NOT_JUDGED,
        };
        let reason = report.verdict.reason();
        Self {
            name: c_text(&report.name),
            verdict,
            reason: reason.map_or(INBOME_REASON_NONE, |reason| reason.code().number()),
            fingerprint: report.fingerprint.as_ref().map(shown),
            protected: report.protected,
        }
    }
}

pub(crate) struct Gossip {
    pub(crate) addr: Option<CString>,
    pub(crate) reason: i32,
    pub(crate) fingerprint: Option<CString>,
    pub(crate) conflict: bool,
}

impl From<&GossipOutcome> for Gossip {
    fn from(gossip: &GossipOutcome) -> Self {
        let flaw = gossip.key.as_ref().err();
        Self {
            addr: gossip.addr.as_ref().map(shown),
            reason: flaw.map_or(INBOME_REASON_NONE, |flaw| flaw.code().number()),
            fingerprint: gossip.key.as_ref().ok().map(shown),
            conflict: gossip.conflict,
        }
    }
}

impl From<Incoming> for inbome_incoming {
    fn from(incoming: Incoming) -> Self {
        let (outcome, ignored) = match incoming.outcome {
            Outcome::Updated => (INBOME_OUTCOME_UPDATED, None),
            Outcome::Unchanged => (INBOME_OUTCOME_UNCHANGED, None),
            Outcome::Ignored(why) => (INBOME_OUTCOME_IGNORED, Some(why)),
        };
        Self {
            outcome,
            reason: ignored.map_or(INBOME_REASON_NONE, |why| why.code().number()),
            reason_text: ignored.as_ref().map(shown),
            account: incoming.account.as_ref().map(shown),
            peer: incoming.peer.as_ref().map(shown),
            effective_date: time_out(incoming.effective_date),
            fields: incoming.fields.iter().map(Into::into).collect(),
            gossip: incoming.gossip.iter().map(Into::into).collect(),
            key_changed: incoming.key_changed.map(|(old, new)| (shown(&old), shown(&new))),
            is_own_key_conflict: incoming.own_key_conflict.is_some(),
            own_key_conflict: incoming
                .own_key_conflict
                .and_then(|conflict| conflict.fingerprint)
                .as_ref()
                .map(shown),
            decrypted: incoming.decrypted.map(Into::into),
        }
    }
}
