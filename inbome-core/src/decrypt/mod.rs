//! Reading: what an encrypted or signed mail holds, and one summary of it (Messages §3, §6).
//!
//! [`open`] decrypts, and [`Opening::read`] collects what the mail itself can show; [`summarise`] adds what is stored
//! of its sender. Only the whole message is ever decrypted; what fails gives no octet. Not here: the
//! shapes (`mime`), the packets (`openpgp`), and what discovery makes of it (`discover`).

use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::code::Code;
use crate::key::Fingerprint;
use crate::mime::{ShapeFlaw, Surrounding, Unread};
use crate::openpgp::message::OpenFlaw;
use crate::reason::Unopened;
use crate::secret::Secret;
use crate::store::MessageIdHash;

mod opening;
mod summary;

pub(crate) use opening::open_armor;
pub use opening::{Opening, Reading, open};
pub use summary::{Known, summarise};

/// Whether the mail was encrypted, and whether that could be undone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Encryption {
    /// Not encrypted as a whole.
    #[default]
    None,
    /// Decrypted.
    Encrypted,
    /// Not decrypted, and why.
    Failed(Failure),
}

impl Encryption {
    /// The stable name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Encrypted => "encrypted",
            Self::Failed(_) => "failed",
        }
    }
}

/// Why an encrypted mail gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The shape of the mail.
    #[error(transparent)]
    Shape(#[from] ShapeFlaw),
    /// The OpenPGP message.
    #[error(transparent)]
    Message(#[from] OpenFlaw),
    /// S/MIME.
    #[error("expected an OpenPGP message, found S/MIME, which is not read here")]
    SMime,
    /// The key that it was encrypted to is one's own, and locked.
    #[error("expected a passphrase: the secret key {fingerprint} is locked")]
    Locked {
        /// Of the key.
        fingerprint: Fingerprint,
    },
}

impl Failure {
    /// The code that stays the same.
    #[must_use]
    pub fn code(&self) -> Code {
        let reason = match self {
            Self::Shape(_) | Self::Message(OpenFlaw::NotEncrypted | OpenFlaw::Shape) => {
                Unopened::Malformed
            }
            Self::Message(OpenFlaw::TooManyRecipients { .. }) => Unopened::TooManyRecipients,
            Self::Message(OpenFlaw::Unprotected) => Unopened::Unprotected,
            Self::Message(OpenFlaw::Unsupported) => Unopened::Unsupported,
            Self::Message(OpenFlaw::Password) => Unopened::Password,
            Self::Message(OpenFlaw::NoKey { .. }) => Unopened::NoKey,
            Self::Message(OpenFlaw::Damaged) => Unopened::Damaged,
            Self::SMime => Unopened::SMime,
            Self::Locked { .. } => Unopened::Locked,
        };
        reason.code()
    }
}

/// What the signatures of a mail are worth as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Signature {
    /// None over the whole mail.
    #[default]
    None,
    /// One that counts.
    Valid {
        /// The primary key of the cert that made it.
        fingerprint: Fingerprint,
        /// When, by its own word.
        made: Timestamp,
    },
    /// By a key that is not known.
    UnknownKey,
    /// Wrong; an interface shows it as none.
    Invalid,
}

impl Signature {
    /// The stable name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Valid { .. } => "valid",
            Self::UnknownKey => "unknown_key",
            Self::Invalid => "invalid",
        }
    }
}

/// Whose key signed, by what is known of keys; never by User ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signer {
    /// The key that counts for the From address now: the pinned one, else the direct one, else the
    /// imported one.
    Current,
    /// One of the user's.
    Own,
    /// In the history of the From address, where another key counts now.
    Former,
    /// Validly advertised by this very mail and not known before: nobody vouches for it but the mail.
    New,
    /// Known of the From address by gossip.
    Gossip,
    /// Somebody else's.
    Other,
}

impl Signer {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Own => "own",
            Self::Former => "former",
            Self::New => "new",
            Self::Gossip => "gossip",
            Self::Other => "other",
        }
    }
}

/// Whether the signature names the user among its recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intended {
    /// It does.
    Yes,
    /// It names somebody else alone: the signature is invalid.
    No,
    /// It names nobody.
    Absent,
}

impl Intended {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Absent => "absent",
        }
    }
}

/// The one summary of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// The encryption.
    pub encryption: Encryption,
    /// The signature.
    pub signature: Signature,
    /// Whose it is, if it is valid.
    pub signer: Option<Signer>,
    /// For whom it is, if it is valid or fails for just that.
    pub intended: Option<Intended>,
    /// The address whose signature it is: the one that the mail is taken to be from.
    pub from: Option<Addr>,
    /// The signing time lies more than 24 h from the Date.
    pub date_differs: bool,
    /// Names of the fields that came from inside.
    pub protected: Vec<String>,
    /// Names of protected fields that stood outside otherwise than their sender put them.
    pub differs: Vec<String>,
    /// The mail holds OpenPGP that is not read, and how.
    pub unread: Option<Unread>,
}

impl Summary {
    /// Whether the mail holds OpenPGP that is not read; [`Summary::unread`] says how.
    #[must_use]
    pub const fn holds_unread_openpgp(&self) -> bool {
        self.unread.is_some()
    }
}

/// That a mail came encrypted to an account, to be remembered (Discovery §4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EncryptedId {
    pub(crate) account: Addr,
    pub(crate) id: MessageIdHash,
    pub(crate) at: Timestamp,
}

/// A mail as a reader shall see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decrypted {
    /// The whole message, decrypted; the mail itself if there was nothing to decrypt, and nothing if
    /// that failed.
    pub message: Option<Vec<u8>>,
    /// The summary.
    pub summary: Summary,
    /// Texts that a server, a gateway or a mailing list put beside it.
    pub surrounding: Surrounding,
    /// The session key, for a search index, on explicit request.
    pub session_key: Option<Secret>,
    /// What is to be remembered of it, once it is shown.
    pub(crate) encrypted_id: Option<EncryptedId>,
}
