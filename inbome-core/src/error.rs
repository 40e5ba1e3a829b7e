//! One error over all, with a stable kind that every surface translates.

use crate::addr::{Addr, AddrError};
use crate::backup::BackupFlaw;
use crate::decrypt::Failure;
use crate::draft::DraftError;
use crate::openpgp::OpenPgpError;
use crate::outgoing::{ComposeError, EncryptError};
use crate::store::StoreError;

/// What went wrong, in kind: C result codes, Python exceptions and exit codes come from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument that cannot be meant.
    InvalidArgument,
    /// No such account, peer or key.
    NotFound,
    /// It exists already and differs.
    Conflict,
    /// A rule of the protocol forbids it.
    Refused,
    /// A passphrase is missing or wrong.
    Passphrase,
    /// A mail is not a backup message that can be used.
    Backup,
    /// A file or folder cannot be read or written.
    Io,
    /// The database is damaged, or no database.
    Corrupt,
    /// The database was written by a newer version.
    Newer,
    /// The database was busy for too long.
    Busy,
    /// The caller stopped it.
    Cancelled,
    /// The random source failed.
    Random,
    /// The engine was opened by the parent process.
    Forked,
    /// Something failed that should not.
    Internal,
}

impl ErrorKind {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Passphrase => "passphrase",
            Self::Backup => "backup",
            Self::Io => "io",
            Self::Corrupt => "corrupt",
            Self::Newer => "newer",
            Self::Busy => "busy",
            Self::Cancelled => "cancelled",
            Self::Random => "random",
            Self::Forked => "forked",
            Self::Internal => "internal",
        }
    }
}

/// Everything that an engine's call can fail with. Hostile mail is not among it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An invalid address.
    #[error(transparent)]
    Addr(#[from] AddrError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// OpenPGP.
    #[error(transparent)]
    OpenPgp(#[from] OpenPgpError),
    /// Outgoing mail.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// Another program's store, or GnuPG.
    #[cfg(feature = "fs")]
    #[error(transparent)]
    Import(#[from] crate::import::ImportError),
    /// GnuPG, whose home is kept in step.
    #[cfg(feature = "fs")]
    #[error(transparent)]
    Gnupg(#[from] crate::gnupg::GnupgError),
    /// Encrypting outgoing mail.
    #[error(transparent)]
    Encrypt(#[from] EncryptError),
    /// A backup message that cannot be used.
    #[error(transparent)]
    Backup(#[from] BackupFlaw),
    /// A draft that is not opened.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A mail past a limit of the protocol.
    #[error("expected a mail within the limits, found one past {}", limit.code())]
    PastLimit {
        /// The limit.
        limit: crate::limits::Limit,
    },
    /// The home has no account.
    #[error("expected an account, found none; `inbome init ADDR` makes one")]
    NoAccounts,
    /// An address that is no account.
    #[error("expected an account of this home, found {addr}, which is none")]
    NoAccount {
        /// The address.
        addr: Addr,
    },
    /// No account named, and several to choose from.
    #[error("expected the name of one of the {count} accounts, found none")]
    WhichAccount {
        /// How many there are.
        count: usize,
    },
    /// An account that has no key.
    #[error("expected account {addr} to have a key, found none")]
    NoOwnKey {
        /// The account.
        addr: Addr,
    },
    /// A peer of whom nothing is stored.
    #[error("expected a known peer, found {addr}, of whom nothing is stored for {account}")]
    NoPeer {
        /// The account.
        account: Addr,
        /// The address.
        addr: Addr,
    },
    /// A key that is not there.
    #[error("expected a known key, found {fingerprint}, which is none of {of}")]
    NoKey {
        /// The fingerprint.
        fingerprint: String,
        /// Whose keys were looked at.
        of: Addr,
    },
    /// The current key of an account: to be destroyed while there are others, or to become an old one.
    #[error("expected a key that is not in use, found {fingerprint}, the current key of {of}")]
    CurrentKey {
        /// The fingerprint.
        fingerprint: String,
        /// The account.
        of: Addr,
    },
    /// The account exists with something else than what was asked.
    #[error("expected account {addr} to be new or to be as asked, found that its {what} differs")]
    AccountDiffers {
        /// The address.
        addr: Addr,
        /// What differs: "profile", "key", "alias".
        what: &'static str,
    },
    /// An address that cannot become what was asked.
    #[error("expected {wanted}, found {addr}")]
    Unfit {
        /// What was wanted.
        wanted: &'static str,
        /// The address.
        addr: Addr,
    },
    /// A file or folder of mail.
    #[error("expected to {doing} {path}, found: {found}")]
    Io {
        /// What was being done: "open", "read", "list".
        doing: &'static str,
        /// The path.
        path: String,
        /// The system's words.
        found: String,
    },
    /// The caller stopped it.
    #[error("expected to finish, found that it was cancelled; what was done is kept")]
    Cancelled,
    /// After `fork()`.
    #[error("expected the process that opened the engine, found its child; open it again")]
    Forked,
    /// After `fork()`, in a child that opens a home which the parent was using just then.
    #[error(
        "expected no call on the home {home} at the moment of the fork, found one; \
         open it in a process that is forked at another moment"
    )]
    ForkedInCall {
        /// The folder.
        home: String,
    },
}

impl Error {
    /// The name of the kind; of a backup message the code that says what is wrong with it.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Backup(flaw) => flaw.code(),
            _ => self.kind().name(),
        }
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Addr(_)
            | Self::WhichAccount { .. }
            | Self::CurrentKey { .. }
            | Self::Unfit { .. } => ErrorKind::InvalidArgument,
            Self::Store(error) => store_kind(error),
            Self::Encrypt(EncryptError::OpenPgp(error)) | Self::OpenPgp(error) => match error {
                OpenPgpError::Random(_) => ErrorKind::Random,
                OpenPgpError::Malformed { .. } | OpenPgpError::Expiry { .. } => {
                    ErrorKind::InvalidArgument
                }
                OpenPgpError::Unusable { .. }
                | OpenPgpError::OnlyOld { .. }
                | OpenPgpError::TooLarge { .. } => ErrorKind::Refused,
                OpenPgpError::Locked { .. } | OpenPgpError::WrongPassphrase { .. } => {
                    ErrorKind::Passphrase
                }
                OpenPgpError::Internal { .. } => ErrorKind::Internal,
            },
            Self::Encrypt(EncryptError::Protect(_)) => ErrorKind::InvalidArgument,
            Self::Backup(BackupFlaw::WrongCode | BackupFlaw::Locked { .. }) => {
                ErrorKind::Passphrase
            }
            Self::Backup(_) => ErrorKind::Backup,
            Self::Draft(DraftError::Failed(Failure::Locked { .. })) => ErrorKind::Passphrase,
            Self::Draft(DraftError::NotEncrypted) => ErrorKind::InvalidArgument,
            Self::Draft(_) => ErrorKind::Refused,
            Self::Encrypt(EncryptError::NoKey(_)) | Self::PastLimit { .. } => ErrorKind::Refused,
            Self::Compose(error) => match error {
                ComposeError::Refused { .. }
                | ComposeError::NeedsCopies { .. }
                | ComposeError::Limit(_) => ErrorKind::Refused,
                ComposeError::Addr(_)
                | ComposeError::Control { .. }
                | ComposeError::ModeField { .. } => ErrorKind::InvalidArgument,
            },
            #[cfg(feature = "fs")]
            Self::Import(error) => {
                use crate::import::ImportError;
                match error {
                    ImportError::Foreign { .. } | ImportError::Io { .. } => ErrorKind::Io,
                    ImportError::WhichFrom { .. } => ErrorKind::InvalidArgument,
                    ImportError::Gnupg(error) => gnupg_kind(error),
                    ImportError::Store(error) => store_kind(error),
                    ImportError::NoAccounts => ErrorKind::NotFound,
                    ImportError::WhichAccount { .. } => ErrorKind::InvalidArgument,
                }
            }
            #[cfg(feature = "fs")]
            Self::Gnupg(error) => gnupg_kind(error),
            Self::NoAccounts
            | Self::NoAccount { .. }
            | Self::NoOwnKey { .. }
            | Self::NoPeer { .. }
            | Self::NoKey { .. } => ErrorKind::NotFound,
            Self::AccountDiffers { .. } => ErrorKind::Conflict,
            Self::Io { .. } => ErrorKind::Io,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Forked | Self::ForkedInCall { .. } => ErrorKind::Forked,
        }
    }
}

#[cfg(feature = "fs")]
fn gnupg_kind(error: &crate::gnupg::GnupgError) -> ErrorKind {
    use crate::gnupg::GnupgError;
    match error {
        GnupgError::NotFound | GnupgError::Failed { .. } | GnupgError::Io { .. } => ErrorKind::Io,
        GnupgError::Locked { .. } => ErrorKind::Passphrase,
        GnupgError::NotOurs { .. } => ErrorKind::Refused,
    }
}

fn store_kind(error: &StoreError) -> ErrorKind {
    match error {
        StoreError::NoHome { .. } => ErrorKind::NotFound,
        StoreError::Io { .. } | StoreError::Database { .. } => ErrorKind::Io,
        StoreError::Newer { .. } => ErrorKind::Newer,
        StoreError::Corrupt { .. } => ErrorKind::Corrupt,
        StoreError::Busy { .. } => ErrorKind::Busy,
    }
}
