//! `process_outgoing`: from the mail that a program would send to the mails that leave.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::sync::Arc;

use inbome_core::outgoing::{Outgoing, Remembered};

use crate::bytes::inbome_bytes;
use crate::codes::INBOME_REASON_NONE;
use crate::engine::{Shared, inbome_engine};
use crate::outgoing_options::inbome_outgoing_options;
use crate::pointer::{Out, c_text, free, lent, octets, optional_addr, read, required, shown};
use crate::recommendation::inbome_recommendation;
use crate::result::{inbome_result, on_engine};

/// The mails that leave, encrypted or not, and why.
pub struct inbome_outgoing {
    messages: Vec<Message>,
    encrypted: bool,
    reason: i32,
    reason_text: CString,
    recommendation: inbome_recommendation,
    added: Vec<CString>,
    clear_because: Vec<(CString, i32)>,
    remembered: Option<Remembered>,
}

/// Makes of the mail that a program would send the mails that leave (Discovery §8): Bcc removed, the
/// account's key fields added, and signed and encrypted if the options or the recommendation say so
/// (Messages §2). An encrypted mail is one message for To and Cc and one for each blind recipient;
/// with these, or with no other recipients, comes the copy to keep, which goes to nobody. Never is a
/// mail encrypted for some only, and never is one sent clear that was to be encrypted.
///
/// engine: the engine.
/// account: one of the home's, or NULL; the From field of the mail says who writes.
/// mail: the whole mail, as it would be sent.
/// options: more about it, or NULL.
/// outgoing: the mails that leave.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_REFUSED in mode encrypt (inbome_engine_error_addr names those who have no key) and
/// past a limit; INBOME_RESULT_NEEDS_COPIES as inbome_outgoing_options_set_one_message says;
/// INBOME_RESULT_LOCKED if the key that signs is locked; INBOME_RESULT_NOT_FOUND for an unknown
/// account; INBOME_RESULT_INVALID_ARGUMENT for an X-Inbome field that says no mode, and for a mail that
/// cannot be protected; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Nothing may be sent then, not the mail as it was either.
/// Owned: free with inbome_outgoing_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_process_outgoing(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    mail: inbome_bytes,
    options: Option<&inbome_outgoing_options>,
    outgoing: Option<&mut MaybeUninit<*mut inbome_outgoing>>,
) -> inbome_result {
    let outgoing = Out::blank(outgoing);
    on_engine(engine, |engine| {
        let outgoing = outgoing.required("outgoing")?;
        let mail = octets(mail, "mail")?;
        let account = optional_addr(account, "account")?;
        let options = options.map(|options| options.core.clone()).unwrap_or_default();
        let done = engine.process_outgoing(account.as_ref(), mail, &options)?;
        outgoing.give(inbome_outgoing::new(engine, done));
        Ok(())
    })
}

/// As inbome_process_outgoing, and changes nothing that is stored: for a preview, or for a program that
/// calls inbome_commit_outgoing once the mail was really sent.
///
/// engine: the engine.
/// account: one of the home's, or NULL; the From field of the mail says who writes.
/// mail: the whole mail, as it would be sent.
/// options: more about it, or NULL.
/// outgoing: the mails that would leave.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: those of inbome_process_outgoing.
/// Owned: free with inbome_outgoing_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_preview_outgoing(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    mail: inbome_bytes,
    options: Option<&inbome_outgoing_options>,
    outgoing: Option<&mut MaybeUninit<*mut inbome_outgoing>>,
) -> inbome_result {
    let outgoing = Out::blank(outgoing);
    on_engine(engine, |engine| {
        let outgoing = outgoing.required("outgoing")?;
        let mail = octets(mail, "mail")?;
        let account = optional_addr(account, "account")?;
        let options = options.map(|options| options.core.clone()).unwrap_or_default();
        let done = engine.preview_outgoing(account.as_ref(), mail, &options)?;
        outgoing.give(inbome_outgoing::new(engine, done));
        Ok(())
    })
}

/// Remembers of a previewed mail that it was sent: whom it went to, and its Message-ID if it was
/// encrypted, so that an answer to it will be (Discovery §8). Once more changes nothing.
///
/// engine: the engine that made the preview.
/// outgoing: from inbome_preview_outgoing.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_commit_outgoing(
    engine: Option<&inbome_engine>,
    outgoing: Option<&inbome_outgoing>,
) -> inbome_result {
    on_engine(engine, |engine| {
        let outgoing = required(outgoing, "outgoing")?;
        if let Some(remembered) = &outgoing.remembered {
            engine.remember(remembered)?;
        }
        Ok(())
    })
}

/// Frees an outgoing and all that was borrowed from it.
///
/// outgoing: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_free(outgoing: Option<Box<inbome_outgoing>>) {
    free(outgoing);
}

/// How many mails there are: one at least. One without recipients is to be kept and does not leave.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_count(outgoing: Option<&inbome_outgoing>) -> usize {
    read(outgoing, 0, |outgoing| outgoing.messages.len())
}

/// A mail that leaves, whole.
///
/// outgoing: the object; NULL gives no octets.
/// message: from 0, below inbome_outgoing_count.
///
/// Returns: the octets; none past the end.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_data(
    outgoing: Option<&inbome_outgoing>,
    message: usize,
) -> inbome_bytes {
    read(outgoing, inbome_bytes::EMPTY, |outgoing| {
        outgoing.messages.get(message).map_or(inbome_bytes::EMPTY, Message::bytes)
    })
}

/// To how many a mail goes: 0 for one that is only to be kept.
///
/// outgoing: the object; NULL gives 0.
/// message: from 0, below inbome_outgoing_count.
///
/// Returns: the count; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_recipient_count(
    outgoing: Option<&inbome_outgoing>,
    message: usize,
) -> usize {
    read(outgoing, 0, |outgoing| {
        outgoing.messages.get(message).map_or(0, |held| held.recipients.len())
    })
}

/// An envelope recipient of a mail.
///
/// outgoing: the object; NULL gives NULL.
/// message: from 0, below inbome_outgoing_count.
/// index: from 0, below inbome_outgoing_recipient_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_recipient(
    outgoing: Option<&inbome_outgoing>,
    message: usize,
    index: usize,
) -> *const c_char {
    read(outgoing, std::ptr::null(), |outgoing| {
        lent(outgoing.messages.get(message).and_then(|held| held.recipients.get(index)))
    })
}

/// The copy for the Sent folder: one of the mails. With blind recipients it is encrypted to the user
/// alone and names them inside (Messages §2).
///
/// outgoing: the object; NULL gives no octets.
///
/// Returns: the octets.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_sent_copy(outgoing: Option<&inbome_outgoing>) -> inbome_bytes {
    read(outgoing, inbome_bytes::EMPTY, |outgoing| {
        outgoing
            .messages
            .iter()
            .find(|held| held.sent_copy)
            .map_or(inbome_bytes::EMPTY, Message::bytes)
    })
}

/// Whether the mails are encrypted.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_is_encrypted(outgoing: Option<&inbome_outgoing>) -> i32 {
    read(outgoing, 0, |outgoing| i32::from(outgoing.encrypted))
}

/// Why they are, or are not.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: one of INBOME_REASON_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_reason(outgoing: Option<&inbome_outgoing>) -> i32 {
    read(outgoing, 0, |outgoing| outgoing.reason)
}

/// Why they are, or are not, as a phrase in English.
///
/// outgoing: the object; NULL gives NULL.
///
/// Returns: the text.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_reason_text(outgoing: Option<&inbome_outgoing>) -> *const c_char {
    read(outgoing, std::ptr::null(), |outgoing| lent(Some(&outgoing.reason_text)))
}

/// The recommendation for the mail and for each recipient.
///
/// outgoing: the object; NULL gives NULL.
///
/// Returns: the recommendation.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_recommendation(
    outgoing: Option<&inbome_outgoing>,
) -> Option<&inbome_recommendation> {
    read(outgoing, None, |outgoing| Some(&outgoing.recommendation))
}

/// How many fields were added.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_added_count(outgoing: Option<&inbome_outgoing>) -> usize {
    read(outgoing, 0, |outgoing| outgoing.added.len())
}

/// The name of a field that was added.
///
/// outgoing: the object; NULL gives NULL.
/// index: from 0, below inbome_outgoing_added_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_added(
    outgoing: Option<&inbome_outgoing>,
    index: usize,
) -> *const c_char {
    read(outgoing, std::ptr::null(), |outgoing| lent(outgoing.added.get(index)))
}

/// How many recipients are the cause that the answer to an encrypted mail goes out in the
/// clear, so that the program can drop the quotation.
///
/// outgoing: the object; NULL gives 0.
///
/// Returns: the count; 0 for any other mail.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_clear_because_count(outgoing: Option<&inbome_outgoing>) -> usize {
    read(outgoing, 0, |outgoing| outgoing.clear_because.len())
}

/// A recipient who is such a cause.
///
/// outgoing: the object; NULL gives NULL.
/// index: from 0, below inbome_outgoing_clear_because_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the outgoing is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_clear_because_addr(
    outgoing: Option<&inbome_outgoing>,
    index: usize,
) -> *const c_char {
    read(outgoing, std::ptr::null(), |outgoing| {
        lent(outgoing.clear_because.get(index).map(|(addr, _)| addr))
    })
}

/// Why that recipient has no key.
///
/// outgoing: the object; NULL gives 0.
/// index: from 0, below inbome_outgoing_clear_because_count.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_clear_because_reason(
    outgoing: Option<&inbome_outgoing>,
    index: usize,
) -> i32 {
    read(outgoing, 0, |outgoing| {
        outgoing.clear_because.get(index).map_or(INBOME_REASON_NONE, |(_, reason)| *reason)
    })
}

struct Message {
    data: Vec<u8>,
    recipients: Vec<CString>,
    sent_copy: bool,
}

impl Message {
    fn bytes(&self) -> inbome_bytes {
        inbome_bytes::of(&self.data)
    }
}

impl inbome_outgoing {
    fn new(engine: &Arc<Shared>, done: Outgoing) -> Self {
        let messages = done.messages.into_iter().map(|message| Message {
            data: message.data,
            recipients: message.recipients.iter().map(|addr| shown(&addr.to_envelope())).collect(),
            sent_copy: message.sent_copy,
        });
        let clear_because = done.clear_because.iter().map(|(addr, advice)| {
            let first = advice.reasons.first();
            (shown(addr), first.map_or(INBOME_REASON_NONE, |why| why.code().number()))
        });
        Self {
            remembered: done.remembered,
            messages: messages.collect(),
            encrypted: done.encrypted,
            reason: done.reason.code().number(),
            reason_text: shown(&done.reason),
            recommendation: inbome_recommendation::new(
                engine,
                done.recommendation,
                &done.recipients,
            ),
            added: done.added.iter().map(|name| c_text(name)).collect(),
            clear_because: clear_because.collect(),
        }
    }
}
