//! What can be set in a draft state.
//!
//! Written by facts/write.py from facts/draft_state.facts: do not edit.

use crate::draft::inbome_draft_state;
use crate::pointer::{is_yes, required};
use crate::result::{inbome_result, without_engine};

/// Says whether the mail is to be encrypted when it is sent.
///
/// draft_state: what is changed.
/// encrypt: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_set_encrypt(
    draft_state: Option<&mut inbome_draft_state>,
    encrypt: i32,
) -> inbome_result {
    without_engine(|| {
        let draft_state = required(draft_state, "draft_state")?;
        draft_state.core.encrypt = is_yes(encrypt);
        Ok(())
    })
}

/// Says whether the user chose that, rather than the recommendation.
///
/// draft_state: what is changed.
/// by_choice: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_set_by_choice(
    draft_state: Option<&mut inbome_draft_state>,
    by_choice: i32,
) -> inbome_result {
    without_engine(|| {
        let draft_state = required(draft_state, "draft_state")?;
        draft_state.core.by_choice = is_yes(by_choice);
        Ok(())
    })
}

/// Says whether the mail answers an encrypted one.
///
/// draft_state: what is changed.
/// encrypted: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_set_reply_to_encrypted(
    draft_state: Option<&mut inbome_draft_state>,
    encrypted: i32,
) -> inbome_result {
    without_engine(|| {
        let draft_state = required(draft_state, "draft_state")?;
        draft_state.core.is_reply_to_encrypted = is_yes(encrypted);
        Ok(())
    })
}
