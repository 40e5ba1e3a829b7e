//! A new key for an account.
//!
//! Implements Messages §1: version 4, Ed25519 and Curve25519 ECDH, one User ID, no expiry, exactly
//! five packets. The library below has a builder, but it reads the wall clock.

use pgp::composed::KeyType;
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::errors::Error;
use pgp::packet::{
    Features, KeyFlags, PubKeyInner, PublicKey, SignatureConfig, SignatureType, Subpacket,
    SubpacketData, UserId,
};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, KeyVersion, Password, SecretParams, Tag};
use rand::rngs::StdRng;

use super::parts::write_packet;
use super::plain::Unlocked;
use super::{OpenPgpError, SecretKey, internal};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::key::Fingerprint;
use crate::random::{SecureRandom, seeded};
use crate::secret::Secret;

/// Makes a key for `addr`.
pub(super) fn generate(
    addr: &Addr,
    now: Timestamp,
    random: &dyn SecureRandom,
) -> Result<SecretKey, OpenPgpError> {
    let failed = |error| internal("make a key", error);
    // Seconds before 1970 or after 2106 have no place in a key.
    let created = u32::try_from(now.as_secs())
        .map_err(|_| internal("make a key", format!("the time {now}")))?;
    let packets = make(addr, created, seeded(random)?).map_err(failed)?;
    let fingerprint = Fingerprint::new(packets.primary.fingerprint().as_bytes());
    Ok(SecretKey {
        fingerprint: fingerprint.map_err(|error| internal("make a key", error))?,
        secret: Secret::new(packets.to_octets(true).map_err(failed)?),
        locked: false,
        cert: packets.to_octets(false).map_err(failed)?,
        created: Timestamp::from_secs(created.into()),
        expires: None,
    })
}

/// The five packets of a key.
struct Packets {
    primary: Unlocked,
    user_id: UserId,
    certification: Vec<u8>,
    subkey: Unlocked,
    binding: Vec<u8>,
}

fn make(addr: &Addr, created: u32, mut rng: StdRng) -> Result<Packets, Error> {
    let time = pgp::types::Timestamp::from_secs(created);
    let (public, secret) = KeyType::Ed25519Legacy.generate(&mut rng)?;
    let algorithm = PublicKeyAlgorithm::EdDSALegacy;
    let public = PubKeyInner::new(KeyVersion::V4, algorithm, time, None, public)?;
    let primary = unlocked(PublicKey::from_inner(public)?, secret)?;

    let (public, secret) = KeyType::ECDH(ECCCurve::Curve25519Legacy).generate(&mut rng)?;
    let public = PubKeyInner::new(KeyVersion::V4, PublicKeyAlgorithm::ECDH, time, None, public)?;
    let subkey = unlocked(PublicKey::from_inner(public)?, secret)?;

    let user_id = UserId::from_str(Default::default(), format!("<{}>", addr.to_header()))?;
    let config = |typ, flags: KeyFlags| -> Result<SignatureConfig, Error> {
        let mut config = SignatureConfig::v4(typ, algorithm, HashAlgorithm::Sha512);
        config.hashed_subpackets = vec![
            Subpacket::critical(SubpacketData::SignatureCreationTime(time))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(primary.fingerprint()))?,
            Subpacket::critical(SubpacketData::KeyFlags(flags))?,
        ];
        let issuer = SubpacketData::IssuerKeyId(primary.legacy_key_id());
        config.unhashed_subpackets = vec![Subpacket::regular(issuer)?];
        Ok(config)
    };

    let mut flags = KeyFlags::default();
    flags.set_certify(true);
    flags.set_sign(true);
    let mut certification = config(SignatureType::CertPositive, flags)?;
    certification.hashed_subpackets.extend(preferences()?);
    let password = Password::empty();
    let certification = certification.sign_certification(
        &primary,
        primary.public(),
        &password,
        Tag::UserId,
        &user_id,
    )?;

    let mut flags = KeyFlags::default();
    flags.set_encrypt_comms(true);
    flags.set_encrypt_storage(true);
    let binding = config(SignatureType::SubkeyBinding, flags)?.sign_subkey_binding(
        &primary,
        primary.public(),
        &password,
        subkey.public(),
    )?;
    let (certification, binding) = (certification.to_bytes()?, binding.to_bytes()?);
    Ok(Packets { primary, user_id, certification, subkey, binding })
}

fn unlocked(key: PublicKey, secret: SecretParams) -> Result<Unlocked, Error> {
    Unlocked::new(key, &secret).ok_or_else(|| Error::from("a new key with a lock".to_owned()))
}

/// Messages §1: AES-256, SHA-512 and SHA-256, no compression, SEIPDv1.
fn preferences() -> Result<Vec<Subpacket>, Error> {
    let mut features = Features::default();
    features.set_seipd_v1(true);
    let ciphers = [SymmetricKeyAlgorithm::AES256].into_iter().collect();
    let hashes = [HashAlgorithm::Sha512, HashAlgorithm::Sha256].into_iter().collect();
    [
        SubpacketData::PreferredSymmetricAlgorithms(ciphers),
        SubpacketData::PreferredHashAlgorithms(hashes),
        SubpacketData::IsPrimary(true),
        SubpacketData::Features(features),
    ]
    .into_iter()
    .map(Subpacket::regular)
    .collect()
}

impl Packets {
    fn to_octets(&self, secret: bool) -> Result<Vec<u8>, Error> {
        // Longer than any such key, so that the vector never moves and leaves a copy behind.
        let mut out = Vec::with_capacity(4096);
        if secret {
            write_packet(&mut out, Tag::SecretKey, &self.primary.to_octets()?);
        } else {
            write_packet(&mut out, Tag::PublicKey, &self.primary.public().to_bytes()?);
        }
        write_packet(&mut out, Tag::UserId, self.user_id.id());
        write_packet(&mut out, Tag::Signature, &self.certification);
        if secret {
            write_packet(&mut out, Tag::SecretSubkey, &self.subkey.to_octets()?);
        } else {
            write_packet(&mut out, Tag::PublicSubkey, &self.subkey.public().to_bytes()?);
        }
        write_packet(&mut out, Tag::Signature, &self.binding);
        Ok(out)
    }
}
