//! What can be set in an observation.
//!
//! Written by facts/write.py from facts/observation.facts: do not edit.

use std::ffi::c_char;

use inbome_core::clock::Timestamp;

use crate::observation::inbome_observation;
use crate::pointer::{addr, is_yes, required, text};
use crate::result::{inbome_result, without_engine};
use crate::time::time_in;

/// Says how many From fields the mail has (Discovery §4, step 1).
///
/// observation: what is changed.
/// count: how many there are; anything but 1 makes the mail count for nothing.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_from_fields(
    observation: Option<&mut inbome_observation>,
    count: usize,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.mail.from_fields = count;
        Ok(())
    })
}

/// Says when the mail arrived: the date in its topmost Received field, else IMAP INTERNALDATE
/// (Discovery §3).
///
/// observation: what is changed.
/// received_at: Unix seconds, or INBOME_TIME_UNKNOWN (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_received_at(
    observation: Option<&mut inbome_observation>,
    received_at: i64,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.receipt.received_at = time_in(received_at);
        Ok(())
    })
}

/// Says whether the program holds the mail for spam (Discovery §4, step 1).
///
/// observation: what is changed.
/// spam: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_spam(
    observation: Option<&mut inbome_observation>,
    spam: i32,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.receipt.spam = is_yes(spam);
        Ok(())
    })
}

/// Gives the Content-Type: reports count for nothing, and encrypted mails only if they were
/// decrypted or bear an outer key field (Discovery §4, steps 1 and 3).
///
/// observation: what is changed.
/// value: what stands in the field.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_content_type(
    observation: Option<&mut inbome_observation>,
    value: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.mail.content_type = Some(text(value, "value")?.to_owned());
        Ok(())
    })
}

/// Gives the Message-ID, so that a reply to a decrypted mail is known to be one (Discovery §4,
/// step 5).
///
/// observation: what is changed.
/// id: what stands between the angle brackets.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_message_id(
    observation: Option<&mut inbome_observation>,
    id: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.mail.message_id = Some(text(id, "id")?.as_bytes().to_vec());
        Ok(())
    })
}

/// Names the mail program; it words the reasons (Discovery §3).
///
/// observation: what is changed.
/// agent: what stands in User-Agent, else in X-Mailer.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_user_agent(
    observation: Option<&mut inbome_observation>,
    agent: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.mail.agent = Some(text(agent, "agent")?.to_owned());
        Ok(())
    })
}

/// Gives the address in List-Post: a peer with this address is a mailing list (Discovery §7).
///
/// observation: what is changed.
/// list: the address in the field.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_list_post(
    observation: Option<&mut inbome_observation>,
    list: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.mail.list_post = Some(addr(list, "list")?);
        Ok(())
    })
}

/// Says that the program decrypted the mail. The setters below then say what stood in the root
/// part inside; each of them implies this one.
///
/// observation: what is changed.
/// decrypted: 1, or 0 (the default), which forgets all that was said of the inside.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_decrypted(
    observation: Option<&mut inbome_observation>,
    decrypted: i32,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        match is_yes(decrypted) {
            true => drop(observation.payload()),
            false => observation.mail.payload = None,
        }
        Ok(())
    })
}

/// Gives the From inside (Discovery §4, step 4).
///
/// observation: what is changed.
/// mailbox: the address.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_inner_from(
    observation: Option<&mut inbome_observation>,
    mailbox: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        let from = addr(mailbox, "mailbox")?;
        observation.payload().from = Some(from);
        Ok(())
    })
}

/// Gives the Date inside, if its header is protected (Discovery §3): in a validly signed mail it counts
/// in place of the outer one.
///
/// observation: what is changed.
/// date: the field's value.
///
/// Returns: INBOME_RESULT_OK, also for a value that is no usable date.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_inner_date(
    observation: Option<&mut inbome_observation>,
    date: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        let date = text(date, "date")?;
        observation.payload().date = Timestamp::parse_mail_date(date);
        Ok(())
    })
}

/// Says when the mail was signed, by the signature's own word (Discovery §3): it counts where there is
/// no protected Date.
///
/// observation: what is changed.
/// signed_at: Unix seconds; INBOME_TIME_UNKNOWN if nobody knows.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_signed_at(
    observation: Option<&mut inbome_observation>,
    signed_at: i64,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.payload().signed_at = time_in(signed_at);
        Ok(())
    })
}

/// Says whether the root part inside is a multipart/report, which changes nothing (Discovery §4).
///
/// observation: what is changed.
/// is_report: 0 or not.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_observation_set_inner_report(
    observation: Option<&mut inbome_observation>,
    is_report: i32,
) -> inbome_result {
    without_engine(|| {
        let observation = required(observation, "observation")?;
        observation.payload().is_report = is_report != 0;
        Ok(())
    })
}
