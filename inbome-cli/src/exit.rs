//! How a command ends: its exit code, and what went wrong in one object and one sentence.
//!
//! The codes come from [`ErrorKind`]; a script may rely on them. Not here: printing (`output`).

use std::path::Path;

use inbome_core::error::{Error, ErrorKind};
use serde_json::{Value, json};

/// The exit code of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Something failed: a file that cannot be read, a damaged home.
    Failed = 1,
    /// An argument that cannot be meant.
    Usage = 2,
    /// No such account, peer or key.
    NotFound = 3,
    /// Refused by a rule of the protocol.
    Refused = 4,
    /// A missing or wrong passphrase.
    Passphrase = 5,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What a command gives: its exit code, or why it could not do what it was asked.
pub(crate) type Done = Result<Exit, Failure>;

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The engine's word.
    Core(Error),
    /// An outgoing mail that was refused, and the recipients on whose account.
    Missing {
        /// The engine's word.
        error: Error,
        /// `missing[]`.
        missing: Vec<Value>,
    },
    /// An argument that cannot be meant.
    Usage(String),
    /// Something that must be confirmed and was not.
    Refused(String),
    /// A file or stream of the command's own.
    Io(String),
}

impl Failure {
    /// A file that cannot be opened, read or written.
    pub(crate) fn io(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::Io(format!("expected to {doing} {}, found: {error}", path.display()))
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            // The address is fine; which account it means is not for us to say.
            Self::Core(Error::WhichAccount { .. }) => Exit::Refused,
            _ => match self.kind() {
                ErrorKind::InvalidArgument => Exit::Usage,
                ErrorKind::NotFound => Exit::NotFound,
                ErrorKind::Refused => Exit::Refused,
                ErrorKind::Passphrase => Exit::Passphrase,
                _ => Exit::Failed,
            },
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Core(error) | Self::Missing { error, .. } => error.kind(),
            Self::Usage(_) => ErrorKind::InvalidArgument,
            Self::Refused(_) => ErrorKind::Refused,
            Self::Io(_) => ErrorKind::Io,
        }
    }

    /// One sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Core(Error::WhichAccount { .. }) => {
                format!("{}; --account ADDR names it", self.text())
            }
            _ => self.text(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Core(error) | Self::Missing { error, .. } => error.to_string(),
            Self::Usage(text) | Self::Refused(text) | Self::Io(text) => text.clone(),
        }
    }

    /// The fields of the object on standard output, `schema` aside.
    pub(crate) fn object(&self) -> Value {
        let error = json!({ "kind": self.kind().name(), "text": self.sentence() });
        match self {
            Self::Missing { missing, .. } => json!({ "missing": missing, "error": error }),
            _ => json!({ "error": error }),
        }
    }
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Core(error.into())
    }
}
