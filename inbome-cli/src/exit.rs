//! How a command ends: its exit code, and what went wrong in one object and one sentence.
//!
//! The codes come from [`ErrorKind`]; a script may rely on them. Not here: printing (`output`).

use std::path::Path;

use inbome_core::decrypt;
use inbome_core::draft::DraftError;
use inbome_core::error::{Error, ErrorKind};
use inbome_core::openpgp::message::OpenFlaw;
use inbome_core::outgoing::{ComposeError, OutgoingReason};
use serde_json::{Value, json};

/// The exit code of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Something failed: a file that cannot be read, a damaged home.
    Failed,
    /// An argument that cannot be meant.
    Usage,
    /// No such account, peer or key.
    NotFound,
    /// Refused by a rule of the protocol.
    Refused,
    /// A missing or wrong passphrase.
    Passphrase,
    /// As a filter whose copy of a mail is not whole: the original must be kept.
    TryAgain,
    /// As sendmail ends: a number of sysexits, or the mailer's own.
    Sendmail(u8),
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::NotFound => 3,
            Exit::Refused => 4,
            Exit::Passphrase => 5,
            Exit::TryAgain => 75,
            Exit::Sendmail(code) => code,
        })
    }
}

/// What a command gives: its exit code, or why it could not do what it was asked.
pub(crate) type Done = Result<Exit, Failure>;

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The engine's word.
    Core(Error),
    /// The engine's word, and what to do.
    Advised(Box<Error>, &'static str),
    /// An outgoing mail that was refused, and the recipients on whose account.
    Missing {
        /// The engine's word.
        error: Box<Error>,
        /// `missing[]`.
        missing: Vec<Value>,
    },
    /// An argument that cannot be meant.
    Usage(String),
    /// Something that must be confirmed and was not.
    Refused(String),
    /// Something that is not there.
    NotFound(String),
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
            Self::Core(Error::Draft(DraftError::Failed(failure))) => of_reading(failure),
            _ => match self.kind() {
                ErrorKind::InvalidArgument => Exit::Usage,
                ErrorKind::NotFound => Exit::NotFound,
                ErrorKind::Refused => Exit::Refused,
                ErrorKind::Passphrase => Exit::Passphrase,
                _ => Exit::Failed,
            },
        }
    }

    /// The kind.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Core(error) => error.kind(),
            Self::Missing { error, .. } | Self::Advised(error, _) => error.kind(),
            Self::Usage(_) => ErrorKind::InvalidArgument,
            Self::Refused(_) => ErrorKind::Refused,
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Io(_) => ErrorKind::Io,
        }
    }

    /// The name of the kind.
    fn kind_name(&self) -> &'static str {
        match self {
            Self::Core(error) => error.kind_name(),
            Self::Missing { error, .. } | Self::Advised(error, _) => error.kind_name(),
            _ => self.kind().name(),
        }
    }

    /// One sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Core(Error::WhichAccount { .. }) => {
                format!(
                    "{}; --account ADDR names it, `inbome account list` shows them",
                    self.text()
                )
            }
            _ => self.text(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Missing { error, .. } if is_clear_reply(error) => {
                let text = error.to_string();
                let why = text.strip_suffix("; nothing was sent").unwrap_or(&text);
                format!("{why}; if it may, say X-Inbome: clear in the mail; nothing was sent")
            }
            Self::Core(error) => error.to_string(),
            Self::Missing { error, .. } => error.to_string(),
            Self::Advised(error, advice) => format!("{error}; {advice}"),
            Self::Usage(text) | Self::Refused(text) | Self::NotFound(text) | Self::Io(text) => {
                text.clone()
            }
        }
    }

    /// The fields of the object on standard output, `schema` aside.
    pub(crate) fn object(&self) -> Value {
        let error = json!({ "kind": self.kind_name(), "text": self.sentence() });
        match self {
            Self::Missing { error: refused, missing } => {
                let reason = match refused.as_ref() {
                    Error::Compose(ComposeError::Refused { reason, .. }) => {
                        Some(reason.code().name())
                    }
                    _ => None,
                };
                json!({ "reason": reason, "missing": missing, "error": error })
            }
            _ => json!({ "error": error }),
        }
    }
}

fn is_clear_reply(error: &Error) -> bool {
    let reason = OutgoingReason::ClearReply;
    matches!(error, Error::Compose(ComposeError::Refused { reason: found, .. }) if *found == reason)
}

/// How reading a mail ends that cannot be decrypted.
pub(crate) fn of_reading(failure: &decrypt::Failure) -> Exit {
    match failure {
        decrypt::Failure::Message(OpenFlaw::NoKey { .. }) => Exit::NotFound,
        decrypt::Failure::Locked { .. } => Exit::Passphrase,
        _ => Exit::Failed,
    }
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Core(error.into())
    }
}
