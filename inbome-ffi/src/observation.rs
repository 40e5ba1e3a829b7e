//! A mail that its program has parsed already, as facts.

use std::ffi::c_char;

use inbome_core::discover::{ParsedMail, Receipt};
use inbome_core::gossip::Payload;
use inbome_core::key::Fingerprint;

use crate::account_options::none_of;
use crate::bytes::inbome_bytes;
use crate::pointer::{addr, free, made, octets, required, text};
use crate::recipients::{INBOME_KIND_CC, INBOME_KIND_REPLY_TO, INBOME_KIND_TO};
use crate::result::{inbome_result, without_engine};

/// A mail that its program has parsed already, as facts. What is not set is taken to be absent.
/// Texts are copied.
#[derive(Default)]
pub struct inbome_observation {
    pub(crate) mail: ParsedMail,
    pub(crate) receipt: Receipt,
}

/// Makes an observation of a mail without any field.
///
/// Returns: the object; NULL only if the library failed inside.
/// Owned: free with inbome_observation_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_new() -> Option<Box<inbome_observation>> {
    made(inbome_observation::default)
}

/// Frees an observation and all that was borrowed from it.
///
/// observation: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_free(observation: Option<Box<inbome_observation>>) {
    free(observation);
}

/// Adds a mailbox of the From fields. A mail with none or several counts for nothing.
///
/// observation: what is changed.
/// mailbox: the address as it stands, without a display name.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_add_from(
    observation: Option<&mut inbome_observation>,
    mailbox: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.mail.from.push(text(mailbox, "mailbox")?.to_owned());
        Ok(())
    })
}

/// Adds an address of To or Cc; they tell whose mail it is (Discovery §1).
///
/// observation: what is changed.
/// kind: INBOME_KIND_TO or INBOME_KIND_CC.
/// recipient: the address; leave one out that is refused.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT, INBOME_RESULT_NOT_UTF8,
/// INBOME_RESULT_INVALID_ADDRESS.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_add_recipient(
    observation: Option<&mut inbome_observation>,
    kind: i32,
    recipient: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        if ![INBOME_KIND_TO, INBOME_KIND_CC].contains(&kind) {
            return Err(none_of("INBOME_KIND_TO and _CC", kind));
        }
        observation.mail.to_and_cc.push(addr(recipient, "recipient")?);
        Ok(())
    })
}

/// Adds an address of Delivered-To, X-Original-To or Envelope-To, topmost first (Discovery §1).
///
/// observation: what is changed.
/// recipient: the address; leave one out that is refused.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_add_delivered_to(
    observation: Option<&mut inbome_observation>,
    recipient: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.mail.delivered_to.push(addr(recipient, "recipient")?);
        Ok(())
    })
}

/// Adds a Date field; several are unusable (Discovery §3).
///
/// observation: what is changed.
/// value: what stands in the field, as RFC 5322 has it.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_add_date(
    observation: Option<&mut inbome_observation>,
    value: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.mail.date.push(text(value, "value")?.to_owned());
        Ok(())
    })
}

/// Adds a key field of any spelling, in the order of the mail (Discovery §2).
///
/// observation: what is changed.
/// name: the field's name as it stands.
/// value: what stands after the colon, folds as they are.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_add_key_field(
    observation: Option<&mut inbome_observation>,
    name: *const c_char,
    value: inbome_bytes,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        let name = text(name, "name")?.to_owned();
        observation.mail.key_fields.push((name, octets(value, "value")?.to_vec()));
        Ok(())
    })
}

/// Adds an address of To, Cc or Reply-To inside: gossip is believed of these only (Discovery
/// §5).
///
/// observation: what is changed.
/// kind: INBOME_KIND_TO, INBOME_KIND_CC or INBOME_KIND_REPLY_TO.
/// recipient: the address.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT, INBOME_RESULT_NOT_UTF8,
/// INBOME_RESULT_INVALID_ADDRESS.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_add_inner_recipient(
    observation: Option<&mut inbome_observation>,
    kind: i32,
    recipient: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        if ![INBOME_KIND_TO, INBOME_KIND_CC, INBOME_KIND_REPLY_TO].contains(&kind) {
            return Err(none_of("INBOME_KIND_TO, _CC and _REPLY_TO", kind));
        }
        let recipient = addr(recipient, "recipient")?;
        observation.payload().recipients.insert(recipient);
        Ok(())
    })
}

/// Adds a key field of any spelling inside (Discovery §4, step 4).
///
/// observation: what is changed.
/// name: the field's name as it stands.
/// value: what stands after the colon, folds as they are.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_add_inner_key_field(
    observation: Option<&mut inbome_observation>,
    name: *const c_char,
    value: inbome_bytes,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        let name = text(name, "name")?.to_owned();
        let value = octets(value, "value")?.to_vec();
        observation.payload().key_fields.push((name, value));
        Ok(())
    })
}

/// Adds an Autocrypt-Gossip field inside (Discovery §5).
///
/// observation: what is changed.
/// value: what stands after the colon, folds as they are.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_add_gossip(
    observation: Option<&mut inbome_observation>,
    value: inbome_bytes,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        let value = octets(value, "value")?.to_vec();
        observation.payload().gossip.push(value);
        Ok(())
    })
}

/// Says that a signature over the whole message inside verifies with this key. Call it for
/// verified signatures only: gossip and inner adverts rest on it (Discovery §3.1, §5).
///
/// observation: what is changed.
/// fingerprint: of the signer's primary key, in hexadecimal.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_add_inner_signer(
    observation: Option<&mut inbome_observation>,
    fingerprint: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        let fingerprint = Fingerprint::parse(text(fingerprint, "fingerprint")?)?;
        observation.payload().signers.insert(fingerprint);
        Ok(())
    })
}

impl inbome_observation {
    pub(crate) fn payload(&mut self) -> &mut Payload {
        self.mail.payload.get_or_insert_default()
    }
}
