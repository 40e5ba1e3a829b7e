//! One public key packet: a primary or a subkey.
//!
//! What the library cannot read or compute with is kept where Discovery §2.2 wants it.
//! Not here: the signatures that make it part of a cert (`parts`), any judgement.

use std::sync::Arc;

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{PacketHeader, PublicKey};
use pgp::ser::Serialize;
use pgp::types::{
    EcdhPublicParams, EcdsaPublicParams, EddsaLegacyPublicParams, KeyDetails, KeyVersion,
    PublicParams, Tag,
};

use crate::clock::Timestamp;
use crate::key::Fingerprint;

/// The octets of one public key packet and what they mean. Its clones share both.
#[derive(Debug, Clone)]
pub(super) struct KeyPart {
    pub(super) fingerprint: Fingerprint,
    pub(super) body: Arc<[u8]>,
    /// `None` for what the library cannot read.
    pub(super) key: Option<Arc<PublicKey>>,
}

impl KeyPart {
    /// From the body of a primary key packet. Versions, algorithms, curves and sizes that the library
    /// does not know are kept (Discovery §2.2), versions before 4 are not.
    pub(super) fn parse_primary(body: &[u8]) -> Option<Self> {
        match Self::parse(body) {
            None if is_beyond_library(body)? => Self::opaque(body),
            part => part,
        }
    }

    /// From the body of a subkey packet. A subkey that the library cannot read is kept: its owner
    /// bound it, and nobody can encrypt to it here.
    pub(super) fn parse_subkey(body: &[u8]) -> Option<Self> {
        let is_whole = matches!(body.first(), Some(4 | 6)) && body.len() > ALGORITHM_AT;
        Self::parse(body).or_else(|| if is_whole { Self::opaque(body) } else { None })
    }

    /// From the body of a key packet of a known version that the library can read.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let header = PacketHeader::new_fixed(Tag::PublicKey, u32::try_from(body.len()).ok()?);
        let mut rest = body;
        let key = PublicKey::try_from_reader(header, &mut rest).ok()?;
        if !rest.is_empty() || !matches!(key.version(), KeyVersion::V4 | KeyVersion::V6) {
            return None;
        }
        Some(Self { key: Some(key.into()), ..Self::opaque(body)? })
    }

    fn opaque(body: &[u8]) -> Option<Self> {
        Some(Self { fingerprint: fingerprint_of(body)?, body: body.into(), key: None })
    }

    /// The key, if its algorithm and its curve are ones that the library can compute with.
    pub(super) fn known(&self) -> Option<&PublicKey> {
        self.key.as_deref().filter(|key| {
            !matches!(
                key.public_params(),
                PublicParams::Unknown { .. }
                    | PublicParams::ECDSA(EcdsaPublicParams::Unsupported { .. })
                    | PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Unsupported { .. })
                    | PublicParams::ECDH(
                        EcdhPublicParams::Unsupported { .. }
                            | EcdhPublicParams::Brainpool256 { .. }
                            | EcdhPublicParams::Brainpool384 { .. }
                            | EcdhPublicParams::Brainpool512 { .. }
                    )
            )
        })
    }

    /// Whether the library writes the key as it stands. Where it does not, it would name and hash
    /// another key than the owner has.
    pub(super) fn is_exact(&self) -> bool {
        self.key.as_deref().and_then(|key| key.to_bytes().ok()).as_deref() == Some(&*self.body)
    }

    /// The key ID: the end of a version 4 fingerprint, the beginning of a later one.
    pub(super) fn key_id(&self) -> Option<&[u8]> {
        let octets = self.fingerprint.as_bytes();
        if self.version() == 4 { octets.get(12..) } else { octets.get(..8) }
    }

    /// The version octet.
    pub(super) fn version(&self) -> u8 {
        self.body.first().copied().unwrap_or_default()
    }

    /// Creation time; the same place in every version from 4 on.
    pub(super) fn created(&self) -> Timestamp {
        let octets = self.body.get(1..5).and_then(|octets| octets.try_into().ok());
        Timestamp::from_secs(octets.map(u32::from_be_bytes).unwrap_or_default().into())
    }
}

/// The fingerprint of a key packet: version 4 by SHA-1, later ones by SHA-256 after an octet that
/// grows with the version, as 5 and 6 have it.
fn fingerprint_of(body: &[u8]) -> Option<Fingerprint> {
    let version = *body.first()?;
    let mut octets = Vec::with_capacity(body.len().saturating_add(5));
    octets.push(0x95_u8.wrapping_add(version));
    let hash = if version == 4 {
        octets.extend(u16::try_from(body.len()).ok()?.to_be_bytes());
        HashAlgorithm::Sha1
    } else {
        octets.extend(u32::try_from(body.len()).ok()?.to_be_bytes());
        HashAlgorithm::Sha256
    };
    octets.extend(body);
    // SHA-1 here detects collisions: such a key has no fingerprint.
    Fingerprint::new(&hash.digest(&octets).ok()?).ok()
}

/// Whether a primary that the library cannot read may still be a good one: of a later version, or of
/// an algorithm, a curve or a size that the library does not have. `None` for what is no key.
fn is_beyond_library(body: &[u8]) -> Option<bool> {
    // Version, creation time and algorithm are in every version from 4 on.
    let (version, algorithm) = (*body.first()?, *body.get(ALGORITHM_AT)?);
    let material = match version {
        4 => body.get(6..)?,
        // The length of the material comes first.
        6 => {
            let (length, material) = body.get(6..)?.split_first_chunk::<4>()?;
            if usize::try_from(u32::from_be_bytes(*length)) != Ok(material.len()) {
                return Some(false);
            }
            material
        }
        _ => return Some(version > 4),
    };
    Some(match algorithm {
        // RSA; Elgamal; DSA.
        1..=3 => are_numbers(material, 2),
        16 | 20 => are_numbers(material, 3),
        17 => are_numbers(material, 4),
        // ECDH, ECDSA and EdDSA begin with the name of their curve.
        18 | 19 | 22 => {
            let (length, rest) = material.split_first()?;
            let curve = rest.get(..usize::from(*length))?;
            !curve.is_empty() && !KNOWN_CURVES.contains(&curve)
        }
        25..=28 => false,
        _ => true,
    })
}

/// Whether `octets` are exactly `count` numbers, each with its length in bits before it.
fn are_numbers(mut octets: &[u8], count: usize) -> bool {
    for _ in 0..count {
        let Some((bits, rest)) = octets.split_first_chunk::<2>() else { return false };
        let length = usize::from(u16::from_be_bytes(*bits).div_ceil(8));
        let Some(rest) = rest.get(length..).filter(|_| length > 0) else { return false };
        octets = rest;
    }
    octets.is_empty()
}

/// Where the algorithm is in the body of a key packet.
const ALGORITHM_AT: usize = 5;
/// The object identifiers of the curves that the library has whole: P-256, P-384, P-521, Ed25519 and
/// Curve25519.
const KNOWN_CURVES: [&[u8]; 5] = [
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
    &[0x2b, 0x81, 0x04, 0x00, 0x22],
    &[0x2b, 0x81, 0x04, 0x00, 0x23],
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01],
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01],
];
