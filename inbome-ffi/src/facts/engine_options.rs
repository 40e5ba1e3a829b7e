//! What can be set in an engine options.
//!
//! Written by facts/write.py from facts/engine_options.facts: do not edit.

use inbome_core::engine::MAX_BUSY_TIMEOUT_SECS;

use crate::engine_options::inbome_engine_options;
use crate::pointer::{is_yes, required};
use crate::result::{Failure, inbome_result, without_engine};

/// Says whether opening makes a home that does not exist.
///
/// engine_options: what is changed.
/// create: 1: a home that does not exist is made (the default); 0: it is an error, INBOME_RESULT_NOT_FOUND.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_options_set_create(
    engine_options: Option<&mut inbome_engine_options>,
    create: i32,
) -> inbome_result {
    without_engine(|| {
        let engine_options = required(engine_options, "engine_options")?;
        engine_options.create = is_yes(create);
        Ok(())
    })
}

/// Says for how long a call waits while another process writes to the same home.
///
/// engine_options: what is changed.
/// seconds: 0 to 86400; 30 by default.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT; INBOME_RESULT_INVALID_ARGUMENT for any other number.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_options_set_busy_timeout(
    engine_options: Option<&mut inbome_engine_options>,
    seconds: i64,
) -> inbome_result {
    without_engine(|| {
        let engine_options = required(engine_options, "engine_options")?;
        let secs = u64::try_from(seconds).ok().filter(|secs| *secs <= MAX_BUSY_TIMEOUT_SECS);
        engine_options.busy_timeout_secs = secs.ok_or_else(|| {
            let most = MAX_BUSY_TIMEOUT_SECS;
            Failure::invalid(&format!("expected a timeout of 0 to {most} s, found {seconds} s"))
        })?;
        Ok(())
    })
}
