//! What can be set in a receipt.
//!
//! Written by facts/write.py from facts/receipt.facts: do not edit.

use crate::pointer::{is_yes, required};
use crate::receipt::inbome_receipt;
use crate::result::{inbome_result, without_engine};
use crate::time::time_in;

/// Says when the mail arrived: IMAP INTERNALDATE, the mbox line. It counts where the mail has
/// no Received field (Discovery §3).
///
/// receipt: what is changed.
/// received_at: Unix seconds, or INBOME_TIME_UNKNOWN (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_receipt_set_received_at(
    receipt: Option<&mut inbome_receipt>,
    received_at: i64,
) -> inbome_result {
    without_engine(|| {
        let receipt = required(receipt, "receipt")?;
        receipt.core.received_at = time_in(received_at);
        Ok(())
    })
}

/// Says whether the program holds the mail for spam: it then changes nothing (Discovery §4,
/// step 1).
///
/// receipt: what is changed.
/// spam: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_receipt_set_spam(
    receipt: Option<&mut inbome_receipt>,
    spam: i32,
) -> inbome_result {
    without_engine(|| {
        let receipt = required(receipt, "receipt")?;
        receipt.core.spam = is_yes(spam);
        Ok(())
    })
}

/// Says whether the mail must be left encrypted: nothing inside it is then learnt (Discovery §3.1).
///
/// receipt: what is changed.
/// no_decrypt: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_receipt_set_no_decrypt(
    receipt: Option<&mut inbome_receipt>,
    no_decrypt: i32,
) -> inbome_result {
    without_engine(|| {
        let receipt = required(receipt, "receipt")?;
        receipt.core.no_decrypt = is_yes(no_decrypt);
        Ok(())
    })
}

/// Says whether the mail is wanted for display too, decrypted and verified: it is then parsed and
/// decrypted once for both. inbome_incoming_decrypted has it.
///
/// receipt: what is changed.
/// return_payload: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_receipt_set_return_payload(
    receipt: Option<&mut inbome_receipt>,
    return_payload: i32,
) -> inbome_result {
    without_engine(|| {
        let receipt = required(receipt, "receipt")?;
        receipt.core.return_payload = is_yes(return_payload);
        Ok(())
    })
}
