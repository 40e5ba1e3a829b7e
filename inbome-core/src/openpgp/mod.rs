//! OpenPGP behind one trait: the only user of the `pgp` crate (feature `openpgp`).
//!
//! Implements Messages §1 and §6 and the questions of [`Certificates`], and in [`message`] the
//! OpenPGP messages of §2 and §3. The library below checks mathematics; `policy` decides meaning.
//! Not here: mail.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

#[cfg(feature = "openpgp")]
mod armor;
#[cfg(feature = "openpgp")]
mod check;
#[cfg(feature = "openpgp")]
mod generate;
#[cfg(feature = "openpgp")]
mod import;
#[cfg(feature = "openpgp")]
mod key_part;
#[cfg(feature = "openpgp")]
mod keyring;
pub mod message;
#[cfg(feature = "openpgp")]
mod minimise;
#[cfg(feature = "openpgp")]
mod parts;
#[cfg(feature = "openpgp")]
mod plain;
#[cfg(feature = "openpgp")]
mod policy;
#[cfg(feature = "openpgp")]
mod recent;
#[cfg(feature = "openpgp")]
mod renew;
#[cfg(feature = "openpgp")]
mod rpgp;
#[cfg(feature = "openpgp")]
mod sig;
#[cfg(feature = "openpgp")]
mod target;
#[cfg(feature = "openpgp")]
mod union;
#[cfg(feature = "openpgp")]
mod verify;

use self::message::{
    KeyId, OpenFlaw, Opened, PassphraseFlaw, RawSignature, Sealing, SignatureCheck,
};
#[cfg(feature = "openpgp")]
pub use self::rpgp::Rpgp;
use crate::account::KeyRole;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::key::{CertFlaw, CertUnion, Certificates, Fingerprint};
use crate::random::{RandomError, SecureRandom};
use crate::secret::Secret;

/// One secret key of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretKey {
    /// Of the primary key.
    pub fingerprint: Fingerprint,
    /// Binary transferable secret key.
    pub secret: Secret,
    /// Whether `secret` needs a passphrase before it decrypts or signs anything.
    pub locked: bool,
    /// The cert as it goes into the key fields, minimised (Messages §1); of an old key that goes into
    /// none any more, all that verifies.
    pub cert: Vec<u8>,
    /// Creation time of the primary key.
    pub created: Timestamp,
    /// When it stops being usable for others; `None` for never.
    pub expires: Option<Timestamp>,
}

/// What importing a secret key does with its passphrase (Messages §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lock {
    /// Takes it off: the key serves at once, and always.
    #[default]
    Remove,
    /// Leaves it on: the key decrypts and signs only while it is unlocked.
    Keep,
}

/// For how long a key shall live.
#[derive(Clone, Copy)]
pub struct Renewal<'a> {
    /// The address that its cert is minimised for.
    pub addr: &'a Addr,
    /// When it shall stop being usable for others; `None` for never.
    pub expires: Option<Timestamp>,
    /// When the signatures are made.
    pub now: Timestamp,
    /// Randomness for the signatures.
    pub random: &'a dyn SecureRandom,
}

/// What a cert says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Creation time of the primary key.
    pub created: Timestamp,
    /// The addresses in those User IDs that are certified by the key itself and not revoked
    /// (Messages §6).
    pub addrs: BTreeSet<Addr>,
}

/// Why a key could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenPgpError {
    /// The random source failed.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The octets are no OpenPGP key.
    #[error("expected an OpenPGP {expected}, found {found}")]
    Malformed {
        /// What was wanted: "secret key", "certificate".
        expected: &'static str,
        /// What was there instead, in words.
        found: String,
    },
    /// A key that we refuse to use (Messages §1, §6).
    #[error("expected a usable key, found {found}")]
    Unusable {
        /// Why, in words.
        found: String,
    },
    /// A key that others cannot use, and that may still open old mails.
    #[error("expected a usable key, found {found}")]
    OnlyOld {
        /// Why, in words.
        found: String,
    },
    /// The minimised cert makes a key field that is too long.
    #[error("expected a key whose header field has at most {limit} octets, found one with {size}")]
    TooLarge {
        /// Octets of the field.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The key is locked and no passphrase was given.
    #[error("expected a passphrase: the secret key {fingerprint} is locked")]
    Locked {
        /// Of the key.
        fingerprint: String,
    },
    /// The passphrase does not open the key.
    #[error("expected the passphrase of the secret key {fingerprint}, found a wrong one")]
    WrongPassphrase {
        /// Of the key.
        fingerprint: String,
    },
    /// An expiry that no key can have.
    #[error("expected an expiry after the present and before 2106, found {found}")]
    Expiry {
        /// What was wanted.
        found: Timestamp,
    },
    /// The library below failed at something that should not fail.
    #[error("expected OpenPGP to {doing}, found {found}")]
    Internal {
        /// What was being done.
        doing: &'static str,
        /// The library's words.
        found: String,
    },
}

/// Asks the user for the passphrase of the key with this fingerprint; `None` = gives up.
pub type AskPassphrase<'a> = &'a mut dyn FnMut(&Fingerprint) -> Option<Secret>;

/// Takes the certs of a keyring, until it breaks off.
pub type TakeCert<'a> = &'a mut dyn FnMut(Result<&[u8], CertFlaw>) -> ControlFlow<()>;

/// What is asked of OpenPGP about the user's own keys (Messages §1).
pub trait OwnKeys {
    /// Makes a key for `addr` (Messages §1): version 4, Ed25519 and Curve25519 ECDH, one User ID
    /// `<addr>`, no expiry.
    ///
    /// # Errors
    /// [`OpenPgpError::Random`], [`OpenPgpError::Internal`].
    fn generate(
        &self,
        addr: &Addr,
        now: Timestamp,
        random: &dyn SecureRandom,
    ) -> Result<SecretKey, OpenPgpError>;

    /// Reads a key of the user's own, armored or binary, and minimises its cert for `addr`
    /// (Messages §1). A locked key is unlocked with what `ask` gives, to keep it so or to see that
    /// it can be, as `lock` says. An old key that others could no longer use, expired or revoked or
    /// weak, keeps all that verifies of its cert, of whatever size.
    ///
    /// # Errors
    /// All of [`OpenPgpError`] but `Random` and `Expiry`.
    fn import_secret(
        &self,
        octets: &[u8],
        addr: &Addr,
        now: Timestamp,
        role: KeyRole,
        lock: Lock,
        ask: AskPassphrase<'_>,
    ) -> Result<SecretKey, OpenPgpError>;

    /// The same key without its lock; a key that is not locked comes back as it is.
    ///
    /// # Errors
    /// [`OpenPgpError::WrongPassphrase`]; others only for octets that were never imported.
    fn unlock(&self, key: &SecretKey, passphrase: &Secret) -> Result<SecretKey, OpenPgpError>;

    /// Gives `key` new self-signatures, and with them another expiry: on the primary, the subkey that
    /// decrypts and the subkey that signs. `unlocked` is the same key without its lock; what comes
    /// back is locked as `key` is.
    ///
    /// # Errors
    /// [`OpenPgpError::Locked`]; [`OpenPgpError::Expiry`]; [`OpenPgpError::Unusable`] for a revoked
    /// key and one whose primary is kept elsewhere; [`OpenPgpError::TooLarge`],
    /// [`OpenPgpError::Random`], [`OpenPgpError::Internal`].
    fn renew(
        &self,
        key: &SecretKey,
        unlocked: &SecretKey,
        renewal: &Renewal<'_>,
    ) -> Result<SecretKey, OpenPgpError>;

    /// Whether the cert of `key` may go into the key fields of `addr`.
    fn is_advertisable(&self, key: &SecretKey, addr: &Addr, now: Timestamp) -> bool;

    /// Whether `newer` may be stored in the place of `older`: the same key, no secret part less,
    /// signed no earlier.
    fn can_replace(&self, newer: &SecretKey, older: &SecretKey) -> bool;

    /// The ASCII armor of a secret key.
    ///
    /// # Errors
    /// [`OpenPgpError::Malformed`].
    fn armor_secret(&self, key: &SecretKey) -> Result<Secret, OpenPgpError>;
}

/// What is asked of OpenPGP about messages and signatures (Messages §2, §3, §6).
pub trait Messages {
    /// Signs `payload`, if there is a signer, and encrypts it to all recipients as one message in
    /// ASCII armor, without Version or Comment and with LF as line end (Messages §2). The signature
    /// names recipients and signer as those it is intended for.
    ///
    /// # Errors
    /// [`OpenPgpError::Random`] before anything is made; [`OpenPgpError::Unusable`] for a signer
    /// who cannot sign or a recipient who cannot be encrypted to; [`OpenPgpError::Malformed`]
    /// without recipients or with too many; [`OpenPgpError::Internal`].
    fn seal(&self, payload: &[u8], sealing: &Sealing<'_>) -> Result<Vec<u8>, OpenPgpError>;

    /// Opens `message`, armored or binary, with the first of `keys` that can (Messages §3): the
    /// current key comes first. Signatures are given, not verified.
    ///
    /// # Errors
    /// [`OpenFlaw`].
    fn open(&self, message: &[u8], keys: &[&SecretKey]) -> Result<Opened, OpenFlaw>;

    /// Encrypts `payload` under a passphrase, as one binary message: iterated and salted SHA-256,
    /// AES-256, SEIPD version 1 (Several devices §2).
    ///
    /// # Errors
    /// [`OpenPgpError::Random`], [`OpenPgpError::Internal`].
    fn seal_with_passphrase(
        &self,
        payload: &[u8],
        passphrase: &Secret,
        random: &dyn SecureRandom,
    ) -> Result<Vec<u8>, OpenPgpError>;

    /// What the first of `passphrases` that fits opens of a binary message. What follows the
    /// encrypted packet is dropped; signatures are not looked at.
    ///
    /// # Errors
    /// [`PassphraseFlaw`].
    fn open_with_passphrase(
        &self,
        message: &[u8],
        passphrases: &[&Secret],
    ) -> Result<Secret, PassphraseFlaw>;

    /// The ASCII armor of a binary message, with its checksum and LF as line end.
    fn armor_message(&self, message: &[u8]) -> Vec<u8>;

    /// Takes binary secret keys in a row apart; `None` if the octets are something else.
    fn split_secret_keys(&self, octets: &[u8]) -> Option<Vec<Secret>>;

    /// The keys that `message` is encrypted to, as far as it names them; hidden ones are in the
    /// list too. Nothing is decrypted.
    ///
    /// # Errors
    /// [`OpenFlaw`], but never `NoKey`, `Password`, `Unsupported` or `Damaged`.
    fn recipients(&self, message: &[u8]) -> Result<Vec<KeyId>, OpenFlaw>;

    /// The names under which a message may be encrypted to `key`, whether locked or not.
    fn key_ids(&self, key: &SecretKey) -> BTreeSet<KeyId>;

    /// Whether `message` names one of `keys`, or hides a recipient who may be one of them. Compares
    /// key IDs only.
    fn can_open(&self, message: &[u8], keys: &[&SecretKey]) -> bool;

    /// The signatures of a detached signature, armored or binary.
    ///
    /// # Errors
    /// [`OpenFlaw::Shape`] or [`OpenFlaw::NotEncrypted`] if it is none.
    fn parse_signatures(&self, octets: &[u8]) -> Result<Vec<RawSignature>, OpenFlaw>;

    /// What each of `signatures` over exactly the octets `signed` is worth (Messages §6), in their
    /// order. `signers` are the unions of the certs that may have made them; `now` is what
    /// signatures from the future are judged against.
    fn verify(
        &self,
        signed: &[u8],
        signatures: &[RawSignature],
        signers: &[&CertUnion],
        now: Timestamp,
    ) -> Vec<SignatureCheck>;
}

/// What is asked of OpenPGP about certs that come from elsewhere or go there.
pub trait Keyring {
    /// Reads one cert, armored or binary, up to the import limit; gives it in binary. A cert that
    /// would make a key field invalid is refused with the reason in words.
    ///
    /// # Errors
    /// [`OpenPgpError::Malformed`], [`OpenPgpError::Unusable`], [`OpenPgpError::TooLarge`].
    fn import_cert(&self, octets: &[u8]) -> Result<(Fingerprint, Vec<u8>), OpenPgpError>;

    /// The ASCII armor of a binary cert, without Version or Comment.
    ///
    /// # Errors
    /// [`OpenPgpError::Malformed`].
    fn armor_cert(&self, cert: &[u8]) -> Result<String, OpenPgpError>;

    /// Hands the certs of a keyring, armored or binary, to `each` one after the other, in binary,
    /// until it breaks off. What is no cert is handed over as its flaw; broken framing ends it.
    fn split_keyring(&self, octets: &[u8], each: TakeCert<'_>);

    /// What a cert says of itself at `now`; `None` for octets that are no cert.
    fn describe(&self, union: &CertUnion, now: Timestamp) -> Option<Described>;

    /// The verified parts of a cert for a program that looks keys up by User ID: without the User
    /// IDs that name other addresses than `addrs`, and without subkeys that none of the copies
    /// `received` contains. `None` if no User ID remains.
    fn cert_for_lookup(
        &self,
        union: &CertUnion,
        received: &[Arc<[u8]>],
        addrs: &BTreeSet<Addr>,
    ) -> Option<Vec<u8>>;

    /// The cert as it goes into gossip about `addr` (Messages §2): one User ID at most, the newest
    /// valid signatures, and of the subkeys those in the copy `received`. `None` for a cert that
    /// cannot be made so small.
    fn cert_for_gossip(
        &self,
        union: &CertUnion,
        received: &[u8],
        addr: &Addr,
        now: Timestamp,
    ) -> Option<Vec<u8>>;
}

/// Everything that is asked of OpenPGP, in its pieces.
pub trait OpenPgp: Certificates + OwnKeys + Messages + Keyring + Send + Sync {}

impl<T: Certificates + OwnKeys + Messages + Keyring + Send + Sync> OpenPgp for T {}

/// What the library below should have been able to do.
#[cfg(feature = "openpgp")]
fn internal(doing: &'static str, error: impl std::fmt::Display) -> OpenPgpError {
    OpenPgpError::Internal { doing, found: error.to_string() }
}
