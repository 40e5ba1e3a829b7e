//! One run of the command: what was said for all commands, the home, the clock, the engine.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use inbome_core::addr::Addr;
use inbome_core::clock::{Clock, FixedClock, SystemClock, Timestamp};
use inbome_core::engine::{Engine, EngineOptions};
use inbome_core::error::Error;
use inbome_core::store::StoreError;

use crate::args::Globals;
use crate::exit::Failure;
use crate::output::Output;

/// One run.
pub(crate) struct Session {
    /// What was said for all commands.
    pub(crate) globals: Globals,
    /// Where results go.
    pub(crate) out: Output,
}

impl Session {
    /// A run as the user asked for it.
    pub(crate) fn new(globals: Globals) -> Self {
        let out = Output::new(&globals);
        Self { globals, out }
    }

    /// The account that the user named.
    pub(crate) fn account(&self) -> Option<Addr> {
        self.globals.account.clone()
    }

    /// The folder of the home: `--home`, `INBOME_HOME`, `$XDG_DATA_HOME/inbome`, and where that
    /// stands when it is not set.
    pub(crate) fn home(&self) -> Result<PathBuf, Failure> {
        if let Some(home) = &self.globals.home {
            return Ok(home.clone());
        }
        if let Some(home) = variable("INBOME_HOME") {
            return Ok(home.into());
        }
        // The XDG specification has a relative path ignored.
        if let Some(data) = variable("XDG_DATA_HOME").map(PathBuf::from).filter(|p| p.is_absolute())
        {
            return Ok(data.join("inbome"));
        }
        match variable("HOME") {
            Some(home) => Ok(PathBuf::from(home).join(".local/share/inbome")),
            None => Err(Failure::Usage(
                "expected --home DIR, INBOME_HOME, XDG_DATA_HOME or HOME to say where the home is, \
                 found none of them"
                    .into(),
            )),
        }
    }

    /// The engine over the home, which must exist.
    pub(crate) fn engine(&self) -> Result<Engine, Failure> {
        self.open(false)
    }

    /// The engine over the home, which is made if it does not exist.
    pub(crate) fn engine_in_new_home(&self) -> Result<Engine, Failure> {
        self.open(true)
    }

    /// The engine over the home; without a home, one that keeps nothing.
    pub(crate) fn engine_or_none(&self) -> Result<Engine, Failure> {
        match self.open(false) {
            Err(Failure::Core(Error::Store(StoreError::NoHome { .. }))) => {
                let options = EngineOptions { clock: clock()?, ..EngineOptions::default() };
                Ok(Engine::in_memory(options))
            }
            opened => opened,
        }
    }

    fn open(&self, create: bool) -> Result<Engine, Failure> {
        let options = EngineOptions { create, clock: clock()?, ..EngineOptions::default() };
        Ok(Engine::open(&self.home()?, options)?)
    }
}

/// The clock: the system's, or the instant in `INBOME_NOW`.
fn clock() -> Result<Arc<dyn Clock>, Failure> {
    let Some(fixed) = variable("INBOME_NOW") else { return Ok(Arc::new(SystemClock)) };
    let text = fixed.to_string_lossy();
    match Timestamp::parse(&text) {
        Ok(now) => Ok(Arc::new(FixedClock(now))),
        Err(error) => Err(Failure::Usage(format!("INBOME_NOW: {error}"))),
    }
}

/// A variable of the environment; an empty one is not set.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
