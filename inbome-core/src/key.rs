//! What the rules know of a key: its fingerprint, its octets as received, whether it can be used.
//!
//! Implements the vocabulary of Discovery §2.2 and §6 and Messages §6. The rules never look
//! inside a cert: they ask [`Certificates`], which `openpgp` answers.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::clock::Timestamp;

/// The fingerprint of a primary key or subkey: 20 octets (version 4) or 32 (version 6).
///
/// Held in place, because every mail clones some.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// Zeros behind the first `len`, so that the derived order is that of the octets.
    octets: [u8; 32],
    len: u8,
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// A text or octet string that is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a fingerprint of 40 or 64 hexadecimal digits, found {found:?}")]
pub struct FingerprintError {
    /// What was given, cut to 80 characters.
    pub found: String,
}

impl Fingerprint {
    /// From its octets.
    ///
    /// # Errors
    /// [`FingerprintError`] unless there are 20 or 32 of them.
    pub fn new(octets: &[u8]) -> Result<Self, FingerprintError> {
        let len = match octets.len() {
            20 => 20,
            32 => 32,
            n => return Err(FingerprintError { found: format!("{n} octets") }),
        };
        let mut held = [0; 32];
        held.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
        Ok(Self { octets: held, len })
    }

    /// From hexadecimal digits of either case; blanks between them and a leading `0x` are allowed,
    /// as gpg and sq print them.
    ///
    /// # Errors
    /// [`FingerprintError`] unless 40 or 64 digits remain.
    pub fn parse(text: &str) -> Result<Self, FingerprintError> {
        let wrong = || FingerprintError { found: text.chars().take(80).collect() };
        let trimmed = text.trim();
        let hex = trimmed.strip_prefix("0x").or(trimmed.strip_prefix("0X")).unwrap_or(trimmed);
        let digits: Option<Vec<u8>> = hex
            .chars()
            .filter(|c| !c.is_ascii_whitespace())
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .collect();
        let digits = digits.ok_or_else(wrong)?;
        let octets: Vec<u8> = digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |octet, digit| (octet << 4) | digit))
            .collect();
        if digits.len() % 2 == 1 { Err(wrong()) } else { Self::new(&octets).map_err(|_| wrong()) }
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// Upper-case hexadecimal without blanks, the form of every surface.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

/// SHA-256.
pub type Hash = [u8; 32];

/// SHA-256 of `octets`: identifies key data and raw fields, and orders ties (Discovery §3.1).
#[must_use]
pub fn hash(octets: &[u8]) -> Hash {
    Sha256::digest(octets).into()
}

/// One cert exactly as some mail or file brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Of the primary key.
    pub fingerprint: Fingerprint,
    /// SHA-256 of `bytes`.
    pub hash: Hash,
    /// The binary cert, as received.
    pub bytes: Arc<[u8]>,
}

pub use crate::reason::{CertFlaw, Unusable};

/// The part of a cert to encrypt to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usable {
    /// The chosen encryption subkey (or the primary, if that is what encrypts).
    pub subkey: Fingerprint,
    /// When the first of primary and subkey expires; `None` for never.
    pub expires: Option<Timestamp>,
}

/// What a cert is good for, and for how long this answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Result<Usable, Unusable>,
    /// First second at which the verdict holds.
    pub from: Timestamp,
    /// First second at which it must be asked again; [`Timestamp::MAX`] for never.
    pub until: Timestamp,
}

impl Judgement {
    /// Whether the verdict holds at `now`.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

/// The union of the verified parts of all copies of one cert (Discovery §3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertUnion {
    /// The verified parts, in a canonical order: equal sets of parts give equal octets.
    pub bytes: Arc<[u8]>,
    /// Whether a verified hard revocation of the primary is among them.
    pub hard_revoked: bool,
    /// Whether parts were dropped at a limit; the union is then no longer promised to be a join.
    pub truncated: bool,
}

/// The questions that the rules ask of OpenPGP. All answers are functions of the arguments.
pub trait Certificates {
    /// Whether `cert` is valid key data (Discovery §2.2), and whose: strength, dates, expiry and
    /// revocation are not judged here.
    ///
    /// # Errors
    /// The [`CertFlaw`] that makes the field invalid.
    fn check(&self, cert: &[u8]) -> Result<Fingerprint, CertFlaw>;

    /// Adds the verified parts of `received` to `known`, the union so far, of the same fingerprint.
    /// Parts that do not verify are left out. Commutative, associative, idempotent.
    fn union(&self, known: Option<&CertUnion>, received: &[u8]) -> CertUnion;

    /// Which subkey that `received` itself contains is to be encrypted to at `now`; self-signatures
    /// and revocations from `union` count (Messages §2 and §6).
    fn judge(&self, received: &[u8], union: &CertUnion, now: Timestamp) -> Judgement;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_print_as_they_parse() {
        for (name, text, ok) in [
            ("version 4", "7E2E3B36419A8BDB46F6106BBAFC533CD993BD7F", true),
            ("lower case", "7e2e3b36419a8bdb46f6106bbafc533cd993bd7f", true),
            ("as gpg prints it", "7E2E 3B36 419A 8BDB 46F6  106B BAFC 533C D993 BD7F", true),
            ("with 0x", "0x7E2E3B36419A8BDB46F6106BBAFC533CD993BD7F", true),
            ("short key id", "D993BD7F", false),
            ("odd", "7E2E3B36419A8BDB46F6106BBAFC533CD993BD7", false),
            ("not hexadecimal", "ZE2E3B36419A8BDB46F6106BBAFC533CD993BD7F", false),
            ("empty", "", false),
        ] {
            match Fingerprint::parse(text) {
                Ok(fpr) => {
                    assert!(ok, "{name}");
                    assert_eq!(fpr.to_string(), "7E2E3B36419A8BDB46F6106BBAFC533CD993BD7F");
                }
                Err(error) => assert!(!ok, "{name}: {error}"),
            }
        }
    }
}
