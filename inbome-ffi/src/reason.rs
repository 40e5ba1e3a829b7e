//! Why: names and sentences of the numbers in `codes`.

use std::ffi::{CStr, c_char};

use crate::codes::REASONS;

/// Names a reason: "never_seen", for instance; the codes of docs/reasons.md.
///
/// code: any number.
///
/// Returns: the name; "unknown" for a number that is no reason.
/// Borrowed: valid until the process ends
#[unsafe(no_mangle)]
pub extern "C" fn inbome_reason_name(code: i32) -> *const c_char {
    told(code).map_or(c"unknown", |(_, name, _)| name).as_ptr()
}

/// One plain sentence about a reason, in English, without a capital and a full stop: "no mail from
/// them has been seen yet". What a result says of itself (inbome_recommendation_reason_text, for
/// instance) may know more, such as dates.
///
/// code: any number.
///
/// Returns: the sentence; empty for a number that is no reason.
/// Borrowed: valid until the process ends
#[unsafe(no_mangle)]
pub extern "C" fn inbome_reason_text(code: i32) -> *const c_char {
    told(code).map_or(c"", |(_, _, text)| text).as_ptr()
}

fn told(code: i32) -> Option<&'static (i32, &'static CStr, &'static CStr)> {
    REASONS.iter().find(|(number, ..)| *number == code)
}
