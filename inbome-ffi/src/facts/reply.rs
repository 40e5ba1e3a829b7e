//! What can be set in a reply.
//!
//! Written by facts/write.py from facts/reply.facts: do not edit.

use std::ffi::c_char;

use inbome_core::engine::Reply;

use crate::draft::inbome_draft;
use crate::pointer::{is_yes, required, text};
use crate::reply::inbome_reply;
use crate::result::{inbome_result, without_engine};

/// Names the mail that is answered; the library remembers which were encrypted (Discovery §7).
///
/// reply: what is changed.
/// id: what stands between the angle brackets of the last id in In-Reply-To.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_reply_set_message_id(
    reply: Option<&mut inbome_reply>,
    id: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let reply = required(reply, "reply")?;
        reply.core.reply = Reply::To(text(id, "id")?.as_bytes().to_vec());
        Ok(())
    })
}

/// Says whether the mail answers an encrypted one, for programs that know it themselves
/// (Discovery §7).
///
/// reply: what is changed.
/// encrypted: 1 or 0.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_reply_set_encrypted(
    reply: Option<&mut inbome_reply>,
    encrypted: i32,
) -> inbome_result {
    without_engine(|| {
        let reply = required(reply, "reply")?;
        reply.core.reply = Reply::ToEncrypted(is_yes(encrypted));
        Ok(())
    })
}

/// Gives the draft that the mail was: the keys that it brought along serve where nothing better is
/// known (Messages §5). Give it to inbome_outgoing_options_set_draft too.
///
/// reply: what is changed.
/// draft: from inbome_draft_open, copied; NULL: none (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_reply_set_draft(
    reply: Option<&mut inbome_reply>,
    draft: Option<&inbome_draft>,
) -> inbome_result {
    without_engine(|| {
        let reply = required(reply, "reply")?;
        reply.core.gossip = draft.map(|draft| draft.keys.clone()).unwrap_or_default();
        Ok(())
    })
}

/// Says that the program can send but one message: no copies for blind recipients. With somebody in Bcc
/// among several recipients the recommendation is then at most INBOME_RECOMMENDATION_AVAILABLE
/// (Discovery §7). Say it to inbome_outgoing_options_set_one_message too.
///
/// reply: what is changed.
/// one_message: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_reply_set_one_message(
    reply: Option<&mut inbome_reply>,
    one_message: i32,
) -> inbome_result {
    without_engine(|| {
        let reply = required(reply, "reply")?;
        reply.core.one_message = is_yes(one_message);
        Ok(())
    })
}
