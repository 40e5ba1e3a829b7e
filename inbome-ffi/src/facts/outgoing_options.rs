//! What can be set in an outgoing options.
//!
//! Written by facts/write.py from facts/outgoing_options.facts: do not edit.

use inbome_core::outgoing::Mode;

use crate::account_options::{clear_reply_in, none_of};
use crate::draft::inbome_draft;
use crate::outgoing_options::{
    INBOME_MODE_AUTO, INBOME_MODE_CLEAR, INBOME_MODE_ENCRYPT, inbome_outgoing_options,
};
use crate::pointer::{is_yes, required};
use crate::recipients::inbome_recipients;
use crate::result::{inbome_result, without_engine};

/// Says who decides whether to encrypt. An X-Inbome field in the mail comes before it
/// (Discovery §8).
///
/// outgoing_options: what is changed.
/// mode: one of INBOME_MODE_.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_options_set_mode(
    outgoing_options: Option<&mut inbome_outgoing_options>,
    mode: i32,
) -> inbome_result {
    without_engine(|| {
        let outgoing_options = required(outgoing_options, "outgoing_options")?;
        outgoing_options.core.mode = match mode {
            INBOME_MODE_AUTO => Mode::Auto,
            INBOME_MODE_ENCRYPT => Mode::Encrypt,
            INBOME_MODE_CLEAR => Mode::Clear,
            other => return Err(none_of("INBOME_MODE_", other)),
        };
        Ok(())
    })
}

/// Gives the envelope recipients.
///
/// outgoing_options: what is changed.
/// recipients: copied; NULL: those of To, Cc and Bcc (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_options_set_recipients(
    outgoing_options: Option<&mut inbome_outgoing_options>,
    recipients: Option<&inbome_recipients>,
) -> inbome_result {
    without_engine(|| {
        let outgoing_options = required(outgoing_options, "outgoing_options")?;
        let addrs = recipients.map(|recipients| recipients.addrs().into_iter().collect());
        outgoing_options.core.recipients = addrs;
        Ok(())
    })
}

/// Says whether the mail answers an encrypted one, for programs that know it themselves; else
/// its In-Reply-To tells (Discovery §7).
///
/// outgoing_options: what is changed.
/// encrypted: 1 or 0.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_options_set_reply_to_encrypted(
    outgoing_options: Option<&mut inbome_outgoing_options>,
    encrypted: i32,
) -> inbome_result {
    without_engine(|| {
        let outgoing_options = required(outgoing_options, "outgoing_options")?;
        outgoing_options.core.reply_to_encrypted = Some(is_yes(encrypted));
        Ok(())
    })
}

/// Says whether the Subject of an encrypted mail stays in the clear outside; else "[...]" stands
/// there, and the Subject is inside (Messages §4).
///
/// outgoing_options: what is changed.
/// keep_subject: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_options_set_keep_subject(
    outgoing_options: Option<&mut inbome_outgoing_options>,
    keep_subject: i32,
) -> inbome_result {
    without_engine(|| {
        let outgoing_options = required(outgoing_options, "outgoing_options")?;
        outgoing_options.core.keep_subject = is_yes(keep_subject);
        Ok(())
    })
}

/// Says that the program can send but one message. An encrypted mail with Bcc is one for each blind
/// recipient besides: it is then refused with INBOME_RESULT_NEEDS_COPIES, and
/// inbome_engine_error_addr names the blind recipients.
///
/// outgoing_options: what is changed.
/// one_message: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_options_set_one_message(
    outgoing_options: Option<&mut inbome_outgoing_options>,
    one_message: i32,
) -> inbome_result {
    without_engine(|| {
        let outgoing_options = required(outgoing_options, "outgoing_options")?;
        outgoing_options.core.one_message = is_yes(one_message);
        Ok(())
    })
}

/// Says what becomes of an answer to an encrypted mail that would go out in the clear: its quotation
/// leaves with it. A program that cannot ask its user lets it be refused (INBOME_REASON_CLEAR_REPLY);
/// the user allows it by mode clear, by an X-Inbome field, or by the account's own setting
/// (Discovery §8).
///
/// outgoing_options: what is changed.
/// clear_reply: INBOME_CLEAR_REPLY_SEND (the default) or INBOME_CLEAR_REPLY_REFUSE.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_options_set_clear_reply(
    outgoing_options: Option<&mut inbome_outgoing_options>,
    clear_reply: i32,
) -> inbome_result {
    without_engine(|| {
        let outgoing_options = required(outgoing_options, "outgoing_options")?;
        outgoing_options.core.clear_reply = clear_reply_in(clear_reply)?;
        Ok(())
    })
}

/// Gives the draft that the mail was: the keys that it brought along serve where nothing better is
/// known (Messages §5). Whether to encrypt is still for inbome_outgoing_options_set_mode to say.
///
/// outgoing_options: what is changed.
/// draft: from inbome_draft_open, copied; NULL: none (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_options_set_draft(
    outgoing_options: Option<&mut inbome_outgoing_options>,
    draft: Option<&inbome_draft>,
) -> inbome_result {
    without_engine(|| {
        let outgoing_options = required(outgoing_options, "outgoing_options")?;
        outgoing_options.core.gossip = draft.map(|draft| draft.keys.clone()).unwrap_or_default();
        Ok(())
    })
}
