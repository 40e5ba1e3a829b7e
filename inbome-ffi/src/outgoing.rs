//! `process_outgoing`: from the mail that a program would send to the mails that leave.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::sync::Arc;

use inbome_core::outgoing::{Outgoing, Remembered};

use crate::bytes::inbome_bytes;
use crate::codes::INBOME_REASON_NONE;
use crate::engine::{Shared, inbome_engine};
use crate::outgoing_options::inbome_outgoing_options;
use crate::pointer::{Out, c_text, free, octets, optional_addr, required, shown};
use crate::recommendation::inbome_recommendation;
use crate::result::{inbome_result, on_engine};

/// The mails that leave, encrypted or not, and why.
pub struct inbome_outgoing {
    pub(crate) messages: Vec<Message>,
    pub(crate) encrypted: bool,
    pub(crate) reason: i32,
    pub(crate) reason_text: CString,
    pub(crate) recommendation: inbome_recommendation,
    pub(crate) added: Vec<CString>,
    pub(crate) clear_because: Vec<(CString, i32)>,
    pub(crate) remembered: Option<Remembered>,
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

pub(crate) struct Message {
    pub(crate) data: Vec<u8>,
    pub(crate) recipients: Vec<CString>,
    pub(crate) sent_copy: bool,
}

impl Message {
    pub(crate) fn bytes(&self) -> inbome_bytes {
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
