//! `process_incoming`: what one mail changed, and why or why not.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::path::Path;

use inbome_core::error::Error;
use inbome_core::fields::{FieldReport, Verdict};
use inbome_core::receive::{GossipOutcome, Incoming, Outcome};

use crate::bytes::inbome_bytes;
use crate::engine::inbome_engine;
use crate::mail_file::read_mail;
use crate::observation::inbome_observation;
use crate::pointer::{Out, c_text, free, lent, octets, optional_addr, read, required, shown, text};
use crate::reason::{INBOME_REASON_NONE, reason_number};
use crate::receipt::inbome_receipt;
use crate::result::{inbome_result, on_engine};
use crate::time::{INBOME_TIME_UNKNOWN, time_out};

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
/// An Autocrypt field decides instead.
pub const INBOME_VERDICT_OVERRIDDEN: i32 = 4;
/// The field was not looked at: there are too many, or it has no effect.
pub const INBOME_VERDICT_NOT_JUDGED: i32 = 5;

/// What one mail changed, and why or why not.
pub struct inbome_incoming {
    outcome: i32,
    reason: i32,
    reason_text: Option<CString>,
    account: Option<CString>,
    peer: Option<CString>,
    effective_date: i64,
    fields: Vec<Field>,
    gossip: Vec<Gossip>,
    key_changed: Option<(CString, CString)>,
    own_key_conflict: Option<CString>,
}

/// Learns from one incoming mail (Discovery §4). Hostile mail is data: it is an outcome, never a
/// failure.
///
/// engine: the engine.
/// account: whose mailbox it came to, or NULL: from the mail.
/// mail: the whole mail, or its header section alone.
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

/// As inbome_process_incoming, of a file that holds one mail. Only its header section is read, and
/// more only if the mail is one inline PGP message. The file's own time is not looked at.
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
        let mail = read_mail(Path::new(path)).map_err(|error| Error::Io {
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

/// Whether anything changed.
///
/// incoming: the object; NULL gives 0.
///
/// Returns: one of INBOME_OUTCOME_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_outcome(incoming: Option<&inbome_incoming>) -> i32 {
    read(incoming, 0, |incoming| incoming.outcome)
}

/// Why the mail is ignored.
///
/// incoming: the object; NULL gives 0.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if it is not ignored.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_reason(incoming: Option<&inbome_incoming>) -> i32 {
    read(incoming, 0, |incoming| incoming.reason)
}

/// Why the mail is ignored, as a phrase in English: "it names no sender".
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: the text; NULL if it is not ignored.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_reason_text(incoming: Option<&inbome_incoming>) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| lent(incoming.reason_text.as_ref()))
}

/// Whose mail it is (Discovery §1).
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: the address; NULL if that was not found.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_account(incoming: Option<&inbome_incoming>) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| lent(incoming.account.as_ref()))
}

/// Who wrote it. An own address is named too, though no peer is touched.
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: the address; NULL if that was not found.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_peer(incoming: Option<&inbome_incoming>) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| lent(incoming.peer.as_ref()))
}

/// When it is taken to have been sent (Discovery §3).
///
/// incoming: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if it does not count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_effective_date(incoming: Option<&inbome_incoming>) -> i64 {
    read(incoming, INBOME_TIME_UNKNOWN, |incoming| incoming.effective_date)
}

/// The peer's key has another fingerprint now: the old one.
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL if the key did not change.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_key_changed_from(
    incoming: Option<&inbome_incoming>,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.key_changed.as_ref().map(|(old, _)| old))
    })
}

/// The peer's key has another fingerprint now: the new one.
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL if the key did not change.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_key_changed_to(
    incoming: Option<&inbome_incoming>,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.key_changed.as_ref().map(|(_, new)| new))
    })
}

/// A mail from an own address advertises a key that is not ours: another program has one of its
/// own, or somebody forges (Discovery §4, step 2).
///
/// incoming: the object; NULL gives NULL.
///
/// Returns: its fingerprint; NULL if there is none.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_own_key_conflict(
    incoming: Option<&inbome_incoming>,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| lent(incoming.own_key_conflict.as_ref()))
}

/// How many key fields the mail has.
///
/// incoming: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_count(incoming: Option<&inbome_incoming>) -> usize {
    read(incoming, 0, |incoming| incoming.fields.len())
}

/// The name of a key field as it stands in the mail.
///
/// incoming: the object; NULL gives NULL.
/// index: from 0, below inbome_incoming_field_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_name(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.fields.get(index).map(|field| &field.name))
    })
}

/// What became of a key field (Discovery §2.2).
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_field_count.
///
/// Returns: one of INBOME_VERDICT_; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_verdict(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| incoming.fields.get(index).map_or(0, |field| field.verdict))
}

/// Why a key field is invalid (Discovery §2.2).
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_field_count.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if it is not.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_reason(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| {
        incoming.fields.get(index).map_or(INBOME_REASON_NONE, |field| field.reason)
    })
}

/// The fingerprint of the key in a field.
///
/// incoming: the object; NULL gives NULL.
/// index: from 0, below inbome_incoming_field_count.
///
/// Returns: upper-case hexadecimal; NULL if the field is not valid by itself.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_field_fingerprint(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.fields.get(index).and_then(|field| field.fingerprint.as_ref()))
    })
}

/// How many gossip fields were judged (Discovery §5).
///
/// incoming: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_count(incoming: Option<&inbome_incoming>) -> usize {
    read(incoming, 0, |incoming| incoming.gossip.len())
}

/// Whose key a gossip field claims to bring.
///
/// incoming: the object; NULL gives NULL.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: the address; NULL if it cannot be read.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_addr(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.gossip.get(index).and_then(|gossip| gossip.addr.as_ref()))
    })
}

/// What became of a gossip field (Discovery §5).
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: INBOME_VERDICT_VALID or INBOME_VERDICT_INVALID; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_verdict(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| {
        incoming.gossip.get(index).map_or(0, |gossip| match gossip.fingerprint {
            Some(_) => INBOME_VERDICT_VALID,
            None => INBOME_VERDICT_INVALID,
        })
    })
}

/// Why a gossip field was not accepted (Discovery §5).
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE if it was.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_reason(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| {
        incoming.gossip.get(index).map_or(INBOME_REASON_NONE, |gossip| gossip.reason)
    })
}

/// The fingerprint of an accepted gossip key.
///
/// incoming: the object; NULL gives NULL.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: upper-case hexadecimal; NULL if it was not accepted.
/// Borrowed: valid until the incoming is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_fingerprint(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> *const c_char {
    read(incoming, std::ptr::null(), |incoming| {
        lent(incoming.gossip.get(index).and_then(|gossip| gossip.fingerprint.as_ref()))
    })
}

/// Whether the peer's own mails say another key (Discovery §5). It blocks nothing.
///
/// incoming: the object; NULL gives 0.
/// index: from 0, below inbome_incoming_gossip_count.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_incoming_gossip_conflicts(
    incoming: Option<&inbome_incoming>,
    index: usize,
) -> i32 {
    read(incoming, 0, |incoming| {
        incoming.gossip.get(index).map_or(0, |gossip| i32::from(gossip.conflict))
    })
}

struct Field {
    name: CString,
    verdict: i32,
    reason: i32,
    fingerprint: Option<CString>,
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
            reason: reason.map_or(INBOME_REASON_NONE, |reason| reason_number(reason.code())),
            fingerprint: report.fingerprint.as_ref().map(shown),
        }
    }
}

struct Gossip {
    addr: Option<CString>,
    reason: i32,
    fingerprint: Option<CString>,
    conflict: bool,
}

impl From<&GossipOutcome> for Gossip {
    fn from(gossip: &GossipOutcome) -> Self {
        let flaw = gossip.key.as_ref().err();
        Self {
            addr: gossip.addr.as_ref().map(shown),
            reason: flaw.map_or(INBOME_REASON_NONE, |flaw| reason_number(flaw.code())),
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
            reason: ignored.map_or(INBOME_REASON_NONE, |why| reason_number(&why.code())),
            reason_text: ignored.as_ref().map(shown),
            account: incoming.account.as_ref().map(shown),
            peer: incoming.peer.as_ref().map(shown),
            effective_date: time_out(incoming.effective_date),
            fields: incoming.fields.iter().map(Into::into).collect(),
            gossip: incoming.gossip.iter().map(Into::into).collect(),
            key_changed: incoming.key_changed.map(|(old, new)| (shown(&old), shown(&new))),
            own_key_conflict: incoming.own_key_conflict.as_ref().map(shown),
        }
    }
}
