//! OpenPGP messages: what is sealed, what is opened, what a signature is worth.
//!
//! Implements Messages §2, §3 and §6 at the level of packets: the vocabulary here, one file for
//! each question below. Not here: MIME, header protection, gossip, whose key is asked for.

#[cfg(feature = "openpgp")]
mod armor;
#[cfg(feature = "openpgp")]
mod crc24;
#[cfg(feature = "openpgp")]
mod frames;
#[cfg(feature = "openpgp")]
mod open;
#[cfg(feature = "openpgp")]
mod passphrase;
#[cfg(feature = "openpgp")]
mod seal;
#[cfg(feature = "openpgp")]
mod secrets;
#[cfg(feature = "openpgp")]
mod session;
#[cfg(feature = "openpgp")]
mod shape;
#[cfg(feature = "openpgp")]
mod verify;

use std::fmt;

#[cfg(feature = "openpgp")]
pub(super) use self::{
    open::{can_open, key_ids, open, parse_signatures, recipients},
    passphrase::{armor_message, open_with_passphrase, seal_with_passphrase, split_secret_keys},
    seal::seal,
    verify::verify,
};
use super::SecretKey;
use crate::clock::Timestamp;
use crate::key::{CertUnion, Fingerprint};
use crate::random::SecureRandom;
use crate::secret::Secret;

/// To whom a message is sealed, and by whom it is signed (Messages §2).
#[derive(Clone, Copy)]
pub struct Sealing<'a> {
    /// Who signs; `None` for drafts, which are not signed (Messages §5).
    pub signer: Option<&'a SecretKey>,
    /// The certs to encrypt to, one's own among them; at most
    /// [`MAX_PKESKS`](crate::limits::MAX_PKESKS).
    pub recipients: &'a [SealTo<'a>],
    /// When the signature is made, and the time at which subkeys are chosen.
    pub now: Timestamp,
    /// For the session key and all else that must be unpredictable.
    pub random: &'a dyn SecureRandom,
}

/// One cert to encrypt to.
#[derive(Debug, Clone, Copy)]
pub struct SealTo<'a> {
    /// The target advert: the subkey is one that it contains.
    pub received: &'a [u8],
    /// All verified parts of that cert: their self-signatures and revocations count.
    pub union: &'a CertUnion,
}

/// What an encrypted message held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The octets of the literal packet.
    pub payload: Secret,
    /// The session key as `number:HEX`, the form that other programs export and take: the number
    /// is that of the cipher. For a search index, on explicit request only (Messages §6).
    pub session_key: Secret,
    /// All signatures over the payload, outermost first; none is verified yet.
    pub signatures: Vec<RawSignature>,
    /// The keys that it was encrypted to.
    pub to: Vec<KeyId>,
}

/// Why a message gives nothing. None of them tells more than the one who sent it knew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenFlaw {
    /// Neither armor nor packets of an encrypted message.
    #[error("expected an encrypted OpenPGP message, found something else")]
    NotEncrypted,
    /// It begins as an encrypted message, but is not exactly one (Messages §3).
    #[error("expected exactly one encrypted OpenPGP message, found broken or additional packets")]
    Shape,
    /// Encrypted to more keys than are looked at (Discovery §9).
    #[error("expected at most {limit} recipients of a message, found more")]
    TooManyRecipients {
        /// The limit.
        limit: usize,
    },
    /// Encrypted without any protection against changes (Messages §3).
    #[error("expected an encrypted message with integrity protection, found one without")]
    Unprotected,
    /// Protected by LibrePGP's own kind of packet, in a mode that is not read here, such as EAX.
    #[error("expected a message protected as RFC 9580 says, found one as LibrePGP protects it")]
    Unsupported,
    /// Encrypted with a password, and to no key at all.
    #[error("expected a message to one of one's own keys, found one for a password")]
    Password,
    /// None of the keys opens it.
    #[error("expected a message to one of one's own keys, found one to {}", list(key_ids))]
    NoKey {
        /// The keys that it was encrypted to.
        key_ids: Vec<KeyId>,
    },
    /// Whatever fails once a key of one's own was named: one and the same error (Messages §3).
    #[error("expected an intact encrypted message, found a damaged one")]
    Damaged,
}

/// Why a message gives nothing to a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseFlaw {
    /// No message that a passphrase opens, or none with integrity protection.
    #[error("it is not a message that a passphrase opens")]
    Malformed,
    /// Its key derivation costs more than is spent (Discovery §9).
    #[error("its key derivation is past limit_{limit}")]
    TooCostly {
        /// The limit's name.
        limit: &'static str,
    },
    /// None of the passphrases opens it, or it is damaged: the two cannot be told apart.
    #[error("the passphrase does not open it, or it is damaged")]
    Wrong,
}

/// A signature packet that was not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawSignature {
    /// The body of the packet.
    pub(super) body: Box<[u8]>,
    /// Whether its one-pass packet, if it has one, announced just this signature.
    pub(super) announced: bool,
}

/// What became of one signature (Messages §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureCheck {
    /// Made by a key that could sign when it did.
    Valid {
        /// The primary key of the cert that made it.
        cert: Fingerprint,
        /// When it was made, by its own word.
        made: Timestamp,
        /// The primary keys of those it was intended for; empty if it names nobody.
        intended: Vec<Fingerprint>,
    },
    /// None of the certs that were asked has the key that it names.
    UnknownKey {
        /// The key that it names, if it names one.
        issuer: Option<KeyId>,
    },
    /// Wrong, forged, of a kind that is refused, or by a key that could not sign.
    Invalid,
}

/// The short name of a key in a message: eight octets that anybody can forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// From its octets.
    #[must_use]
    pub const fn new(octets: [u8; 8]) -> Self {
        Self(octets)
    }

    /// The octets.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }

    /// Whether it stands for a recipient who is not named.
    #[must_use]
    pub const fn is_hidden(&self) -> bool {
        u64::from_be_bytes(self.0) == 0
    }
}

/// The end of a version 4 fingerprint, the beginning of a later one.
impl From<&Fingerprint> for KeyId {
    fn from(fingerprint: &Fingerprint) -> Self {
        let octets = fingerprint.as_bytes();
        let end = if octets.len() == 20 { octets.last_chunk() } else { octets.first_chunk() };
        Self(end.copied().unwrap_or_default())
    }
}

/// Upper-case hexadecimal, as gpg prints it.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

fn list(key_ids: &[KeyId]) -> String {
    match key_ids {
        [] => "nobody".to_owned(),
        _ => key_ids.iter().map(KeyId::to_string).collect::<Vec<_>>().join(", "),
    }
}
