//! The secret parts of one's own keys, found by name and only then taken apart.
//!
//! Serves Messages §2 and §3. Not here: unlocking; keys are stored without their locks.

use pgp::crypto::Decryptor;
use pgp::crypto::checksum;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketHeader, PublicKey, PublicKeyEncryptedSessionKey};
use pgp::ser::Serialize;
use pgp::types::{
    EcdhPublicParams, EskType, KeyDetails, PkeskBytes, PkeskVersion, PublicParams, Tag,
};

use super::super::SecretKey;
use super::super::key_part::KeyPart;
use super::super::parts::Packets;
use super::super::plain::Unlocked;
use super::super::target::{is_small_448, is_small_25519};
use super::session::SessionKey;

/// One secret primary or subkey, its public half taken apart.
pub(super) struct SecretPart<'a> {
    body: &'a [u8],
    /// What follows the public half.
    rest: &'a [u8],
    pub(super) part: KeyPart,
}

/// The parts of `key`, primary first. What does not parse is left out.
pub(super) fn parts(key: &SecretKey) -> impl Iterator<Item = SecretPart<'_>> {
    Packets::new(key.secret.as_bytes()).flatten().filter_map(|(tag, body)| {
        if !matches!(tag, Tag::SecretKey | Tag::SecretSubkey) {
            return None;
        }
        let mut rest = body;
        PublicKey::try_from_reader(header(Tag::PublicKey, body)?, &mut rest).ok()?;
        let public = body.get(..body.len().checked_sub(rest.len())?)?;
        Some(SecretPart { body, rest, part: KeyPart::parse(public)? })
    })
}

impl SecretPart<'_> {
    /// The whole part, if its secret is there and not locked.
    pub(super) fn unlocked(&self) -> Option<Unlocked> {
        // Primary and subkey packets differ in their header alone.
        Unlocked::read(self.part.key.as_ref()?, self.body, self.rest)
    }

    /// What one attempt with this part costs, where one with Curve25519 costs 1.
    pub(super) fn cost(&self) -> u32 {
        match self.part.known().map(KeyDetails::public_params) {
            Some(params @ PublicParams::RSA(_)) => {
                // It grows with the third power; 4096 bits take 40.
                let kilobits = u32::try_from(params.write_len() / 128).unwrap_or(u32::MAX);
                kilobits.saturating_pow(3).saturating_mul(5).div_ceil(8).max(1)
            }
            Some(PublicParams::MlKem768X25519(_)) => 4,
            Some(PublicParams::X448(_) | PublicParams::MlKem1024X448(_)) => 12,
            Some(PublicParams::ECDH(EcdhPublicParams::P256 { .. })) => 4,
            Some(PublicParams::ECDH(EcdhPublicParams::P384 { .. })) => 12,
            Some(PublicParams::ECDH(EcdhPublicParams::P521 { .. })) => 30,
            _ => 1,
        }
    }

    /// Whether `wrapped` names this part.
    pub(super) fn is_named_by(&self, wrapped: &PublicKeyEncryptedSessionKey) -> bool {
        let mine = self.part.fingerprint.as_bytes();
        match wrapped {
            PublicKeyEncryptedSessionKey::V3 { id, .. } => {
                !id.is_wildcard() && self.part.key_id() == Some(id.as_ref())
            }
            PublicKeyEncryptedSessionKey::V6 { fingerprint, .. } => {
                fingerprint.as_ref().is_some_and(|named| named.as_bytes() == mine)
            }
            PublicKeyEncryptedSessionKey::Other { .. } => false,
        }
    }
}

/// The session key in `wrapped`, if `secret` opens it.
pub(super) fn unwrap(
    secret: &Unlocked,
    wrapped: &PublicKeyEncryptedSessionKey,
) -> Option<SessionKey> {
    let typ = match wrapped.version() {
        PkeskVersion::V3 => EskType::V3_4,
        PkeskVersion::V6 => EskType::V6,
        PkeskVersion::Other(_) => return None,
    };
    let values = wrapped.values().ok()?;
    // The library below refuses these for Curve25519 alone.
    let shares_zero = match values {
        PkeskBytes::X448 { ephemeral, .. } => is_small_448(ephemeral),
        PkeskBytes::MlKem768X25519 { ecdh_ciphertext, .. } => is_small_25519(ecdh_ciphertext),
        PkeskBytes::MlKem1024X448 { ecdh_ciphertext, .. } => {
            is_small_448(ecdh_ciphertext.as_bytes())
        }
        _ => false,
    };
    if shares_zero {
        return None;
    }
    if let (Some(rsa), PkeskBytes::Rsa { mpi }) = (secret.rsa(), values) {
        // The library below looks at the first octet of what may be empty here.
        return from_padded(&rsa.decrypt(mpi).ok()?, typ);
    }
    secret.unwrap(values, typ).and_then(SessionKey::from_plain)
}

/// Cipher (before version 6), key, checksum.
fn from_padded(octets: &[u8], typ: EskType) -> Option<SessionKey> {
    let (key, sum) = octets.split_last_chunk::<2>()?;
    let (cipher, key) = match typ {
        EskType::V3_4 => {
            let (cipher, key) = key.split_first()?;
            (Some(SymmetricKeyAlgorithm::from(*cipher)), key)
        }
        EskType::V6 => (None, key),
    };
    checksum::simple(*sum, key).ok()?;
    Some(SessionKey::new(cipher, key))
}

fn header(tag: Tag, body: &[u8]) -> Option<PacketHeader> {
    Some(PacketHeader::new_fixed(tag, u32::try_from(body.len()).ok()?))
}
