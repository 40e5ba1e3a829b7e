//! How an engine is opened: the options, and what tests inject.

use std::ffi::c_void;
use std::sync::Arc;

use inbome_core::clock::{Clock, SystemClock, Timestamp};
use inbome_core::engine::EngineOptions;
use inbome_core::random::{RandomError, SecureRandom, SystemRandom};

use crate::pointer::{free, made, required};
use crate::result::{inbome_result, without_engine};

/// How an engine is opened; without it everything is the system's.
pub struct inbome_engine_options {
    pub(crate) create: bool,
    pub(crate) busy_timeout_secs: u64,
    clock: Option<InjectedClock>,
    random: Option<InjectedRandom>,
}

impl Default for inbome_engine_options {
    fn default() -> Self {
        let EngineOptions { create, busy_timeout_secs, .. } = EngineOptions::default();
        Self { create, busy_timeout_secs, clock: None, random: None }
    }
}

/// Gives the present as Unix seconds. Called on the thread that calls the library, on several at
/// once if several do.
///
/// user_data: what was handed in beside the callback.
pub type inbome_clock_callback = Option<extern "C" fn(user_data: *mut c_void) -> i64>;

/// Fills memory with random octets. Called on the thread that calls the library, on several at once
/// if several do. Returns: 1, or 0 if the source fails; no key is made then.
///
/// user_data: what was handed in beside the callback.
/// data: where to write.
/// len: how many octets to write.
pub type inbome_random_callback =
    Option<extern "C" fn(user_data: *mut c_void, data: *mut u8, len: usize) -> i32>;

/// Makes options with their defaults: a home that does not exist is made, 30 seconds of
/// patience, the system's clock and random source.
///
/// Returns: the object; NULL only if the library failed inside.
/// Owned: free with inbome_engine_options_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_options_new() -> Option<Box<inbome_engine_options>> {
    made(inbome_engine_options::default)
}

/// Frees an engine options and all that was borrowed from it.
///
/// engine_options: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_options_free(engine_options: Option<Box<inbome_engine_options>>) {
    free(engine_options);
}

/// Injects a clock, for tests. The engine asks it once per call.
///
/// engine_options: what is changed.
/// callback: gives the present, or NULL for the system's clock.
/// user_data: handed to the callback; may be NULL. It must live as long as the engine and all
/// its results.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_options_set_clock(
    engine_options: Option<&mut inbome_engine_options>,
    callback: inbome_clock_callback,
    user_data: *mut c_void,
) -> inbome_result {
    without_engine(|| {
        let engine_options = required(engine_options, "engine_options")?;
        engine_options.clock =
            callback.map(|callback| InjectedClock { callback, user_data: UserData(user_data) });
        Ok(())
    })
}

/// Injects a random source, for tests: whoever can guess it can guess the keys.
///
/// engine_options: what is changed.
/// callback: fills memory, or NULL for the system's random source.
/// user_data: handed to the callback; may be NULL. It must live as long as the engine and all
/// its results.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_options_set_random(
    engine_options: Option<&mut inbome_engine_options>,
    callback: inbome_random_callback,
    user_data: *mut c_void,
) -> inbome_result {
    without_engine(|| {
        let engine_options = required(engine_options, "engine_options")?;
        engine_options.random =
            callback.map(|callback| InjectedRandom { callback, user_data: UserData(user_data) });
        Ok(())
    })
}

impl inbome_engine_options {
    pub(crate) fn to_core(&self) -> EngineOptions {
        let clock: Arc<dyn Clock> = match self.clock {
            Some(clock) => Arc::new(clock),
            None => Arc::new(SystemClock),
        };
        let random: Arc<dyn SecureRandom> = match self.random {
            Some(random) => Arc::new(random),
            None => Arc::new(SystemRandom),
        };
        let (create, busy_timeout_secs) = (self.create, self.busy_timeout_secs);
        EngineOptions { create, clock, random, busy_timeout_secs }
    }
}

/// The caller's own pointer, which we only hand back.
#[derive(Clone, Copy)]
struct UserData(*mut c_void);

// SAFETY: we never read through it; the header says that the callbacks may be called on whatever
// thread calls the library, several at once.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

#[derive(Clone, Copy)]
struct InjectedClock {
    callback: extern "C" fn(*mut c_void) -> i64,
    user_data: UserData,
}

impl Clock for InjectedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs((self.callback)(self.user_data.0))
    }
}

#[derive(Clone, Copy)]
struct InjectedRandom {
    callback: extern "C" fn(*mut c_void, *mut u8, usize) -> i32,
    user_data: UserData,
}

impl SecureRandom for InjectedRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        match (self.callback)(self.user_data.0, buffer.as_mut_ptr(), buffer.len()) {
            0 => Err(RandomError),
            _ => Ok(()),
        }
    }
}
