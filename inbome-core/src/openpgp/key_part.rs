//! One public key packet: a primary or a subkey.
//!
//! Versions and algorithms that the library does not know are kept where Discovery §2.2 wants them.
//! Not here: the signatures that make it part of a cert (`parts`), any judgement.

use std::sync::Arc;

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{PacketHeader, PublicKey};
use pgp::types::{KeyDetails, KeyVersion, PublicParams, Tag};

use crate::clock::Timestamp;
use crate::key::Fingerprint;

/// The octets of one public key packet and what they mean. Its clones share both.
#[derive(Debug, Clone)]
pub(super) struct KeyPart {
    pub(super) fingerprint: Fingerprint,
    pub(super) body: Arc<[u8]>,
    /// `None` for a version or algorithm that the library does not know.
    pub(super) key: Option<Arc<PublicKey>>,
}

impl KeyPart {
    /// From the body of a primary key packet; versions and algorithms that the library does not
    /// know are kept (Discovery §2.2), those before version 4 are not.
    pub(super) fn parse_primary(body: &[u8]) -> Option<Self> {
        let version = *body.first()?;
        // Version, creation time and algorithm are in every version from 4 on.
        if version < 4 || body.len() < 6 {
            return None;
        }
        if matches!(version, 4 | 6) {
            return Self::parse(body);
        }
        Some(Self { fingerprint: fingerprint_of(body)?, body: body.into(), key: None })
    }

    /// From the body of a key packet of a known version.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let header = PacketHeader::new_fixed(Tag::PublicKey, u32::try_from(body.len()).ok()?);
        let mut rest = body;
        let key = PublicKey::try_from_reader(header, &mut rest).ok()?;
        if !rest.is_empty() || !matches!(key.version(), KeyVersion::V4 | KeyVersion::V6) {
            return None;
        }
        Some(Self { fingerprint: fingerprint_of(body)?, body: body.into(), key: Some(key.into()) })
    }

    /// The key, if its algorithm is one that the library knows.
    pub(super) fn known(&self) -> Option<&PublicKey> {
        self.key
            .as_deref()
            .filter(|key| !matches!(key.public_params(), PublicParams::Unknown { .. }))
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
