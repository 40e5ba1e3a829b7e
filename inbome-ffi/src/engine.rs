//! The engine: one home, opened.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::Arc;

use inbome_core::engine::{Engine, EngineOptions};

use crate::bytes::inbome_buffer;
use crate::engine_options::inbome_engine_options;
use crate::pointer::{Out, free, text};
use crate::result::{inbome_result, on_engine, without_engine};

/// One home, opened: accounts, keys, peers. It may be used from any thread, from several at once.
pub struct inbome_engine {
    shared: Arc<Shared>,
}

impl inbome_engine {
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    fn new(engine: Engine) -> Self {
        Self { shared: Arc::new(Shared { engine }) }
    }
}

/// What the engine's results hold on to.
pub(crate) struct Shared {
    engine: Engine,
}

impl std::ops::Deref for Shared {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}

/// Opens the home in a folder, and makes it if it does not exist (unless the options say not to):
/// the folder with mode 0700, the database in it with 0600. Several processes may have one home
/// open. After fork() a child opens its own.
///
/// path: the folder, UTF-8.
/// options: how, or NULL for the defaults.
/// engine: the engine.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8; INBOME_RESULT_NOT_FOUND if there
/// is no home and none is to be made; INBOME_RESULT_IO, INBOME_RESULT_CORRUPT, INBOME_RESULT_NEWER,
/// INBOME_RESULT_BUSY; INBOME_RESULT_FORKED in a child if a thread of the parent was in a call on the
/// home at the moment of the fork. Their text is inbome_engine_error(NULL).
/// Owned: free with inbome_engine_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_open(
    path: *const c_char,
    options: Option<&inbome_engine_options>,
    engine: Option<&mut MaybeUninit<*mut inbome_engine>>,
) -> inbome_result {
    let engine = Out::blank(engine);
    without_engine(|| {
        let engine = engine.required("engine")?;
        let path = Path::new(text(path, "path")?);
        engine.give(inbome_engine::new(Engine::open(path, core_options(options))?));
        Ok(())
    })
}

/// Opens an engine that keeps everything in memory and forgets it when freed.
///
/// options: how, or NULL for the defaults.
/// engine: the engine.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
/// Owned: free with inbome_engine_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_open_in_memory(
    options: Option<&inbome_engine_options>,
    engine: Option<&mut MaybeUninit<*mut inbome_engine>>,
) -> inbome_result {
    let engine = Out::blank(engine);
    without_engine(|| {
        let engine = engine.required("engine")?;
        engine.give(inbome_engine::new(Engine::in_memory(core_options(options))));
        Ok(())
    })
}

/// Frees an engine. Results that came from it stay valid; the home is closed when the last of them
/// is freed. No other thread may be in a call on it.
///
/// engine: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_free(engine: Option<Box<inbome_engine>>) {
    free(engine);
}

/// A number that changes whenever this or another process changed the state, so that a compose
/// window knows when to ask for a recommendation again.
///
/// engine: the engine.
/// generation: the number; compare it for equality only.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_generation(
    engine: Option<&inbome_engine>,
    generation: Option<&mut MaybeUninit<i64>>,
) -> inbome_result {
    let generation = Out::blank(generation);
    on_engine(engine, |engine| {
        let generation = generation.required("generation")?;
        generation.put(engine.generation()?);
        Ok(())
    })
}

/// Checks the whole database; it takes a while.
///
/// engine: the engine.
/// faults: one line per fault, each ended by a line feed; empty is health.
///
/// Returns: INBOME_RESULT_OK, with and without faults.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_buffer_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_check(
    engine: Option<&inbome_engine>,
    faults: Option<&mut MaybeUninit<inbome_buffer>>,
) -> inbome_result {
    let faults = Out::blank(faults);
    on_engine(engine, |engine| {
        let faults = faults.required("faults")?;
        let lines: String = engine.check()?.iter().map(|fault| format!("{fault}\n")).collect();
        faults.put(inbome_buffer::of(lines.as_bytes()));
        Ok(())
    })
}

fn core_options(options: Option<&inbome_engine_options>) -> EngineOptions {
    options.map_or_else(EngineOptions::default, inbome_engine_options::to_core)
}
