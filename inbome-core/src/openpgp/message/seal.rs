//! Signing and encrypting one message.
//!
//! Implements Messages §2: SEIPD over a signed literal, no compression, intended recipients, the
//! choice between the two versions of SEIPD. What is encrypted flows in small pieces through
//! encryption and armor into the one buffer that is returned. Not here: MIME, Bcc, gossip.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use pgp::composed::RawSessionKey;
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{
    OnePassSignature, PacketHeader, SignatureConfig, SignatureType, Subpacket, SubpacketData,
    SymEncryptedProtectedData,
};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, KeyVersion, Password, Tag};
use rand::rngs::StdRng;
use rand::{Rng, RngCore};

use super::super::key_part::KeyPart;
use super::super::minimise::reason_in_words;
use super::super::parts::write_packet;
use super::super::plain::Unlocked;
use super::super::policy::Policy;
use super::super::recent::Recent;
use super::super::target::Target;
use super::super::{OpenPgpError, SecretKey, internal};
use super::armor::Armor;
use super::{SealTo, Sealing, secrets};
use crate::clock::Timestamp;
use crate::key::Fingerprint;
use crate::limits::MAX_PKESKS;
use crate::random::seeded;

/// The armored message.
pub(in super::super) fn seal(
    payload: &[u8],
    sealing: &Sealing<'_>,
    recent: &Recent,
) -> Result<Vec<u8>, OpenPgpError> {
    // A source that fails is an error before anything is made.
    let mut rng = seeded(sealing.random)?;
    let recipients = Recipients::choose(sealing.recipients, sealing.now, recent)?;
    let signed = match sealing.signer {
        Some(signer) => {
            let signing = signing_key(signer, sealing.now, recent)?;
            sign(payload, &signing, &recipients, sealing.now, &mut rng)?
        }
        None => Signed::default(),
    };
    recipients.encrypt(&signed.before, payload, &signed.after, rng).map_err(failed)
}

/// To whom, each subkey once.
struct Recipients {
    subkeys: BTreeMap<Fingerprint, Target>,
    /// The primary keys, in the order given, each once.
    primaries: Vec<pgp::types::Fingerprint>,
    /// Whether all of them understand version 2 of SEIPD.
    modern: bool,
}

impl Recipients {
    fn choose(to: &[SealTo<'_>], now: Timestamp, recent: &Recent) -> Result<Self, OpenPgpError> {
        let mut recipients = Self { subkeys: BTreeMap::new(), primaries: Vec::new(), modern: true };
        for to in to {
            recipients.add(to, now, recent)?;
        }
        let found = recipients.subkeys.len();
        // Nobody could open what is encrypted to more (Discovery §9).
        if found == 0 || found > MAX_PKESKS {
            let found = format!("one to {found}");
            return Err(OpenPgpError::Malformed { expected: RECIPIENTS, found });
        }
        Ok(recipients)
    }

    fn add(
        &mut self,
        to: &SealTo<'_>,
        now: Timestamp,
        recent: &Recent,
    ) -> Result<(), OpenPgpError> {
        let unusable = |found: &str| OpenPgpError::Unusable { found: found.to_owned() };
        let no_cert = |_| unusable("octets that are no OpenPGP certificate");
        let received = recent.parts(to.received).map_err(no_cert)?;
        let parts = recent.parts(&to.union.bytes).map_err(no_cert)?;
        let primary = &parts.primary;
        let policy = Policy::new(&parts, now);
        let choice = policy.choose(&received).map_err(|reason| {
            unusable(&format!("{} ({})", reason_in_words(reason), primary.fingerprint))
        })?;
        // The primary was good, or nothing would have been chosen. What its newest signature does
        // not say, the one on the key itself may.
        let word = policy.primary().ok().and_then(|word| word.sig);
        let features =
            word.into_iter().chain(policy.direct()).find_map(|sig| sig.packet().features());
        self.modern &= features.is_some_and(pgp::packet::Features::seipd_v2);
        let owner = named(primary)?;
        self.subkeys.insert(choice.part.fingerprint.clone(), choice.target);
        if !self.primaries.contains(&owner) {
            self.primaries.push(owner);
        }
        Ok(())
    }

    /// Encrypts `before`, `payload` and `after` as one plaintext.
    fn encrypt(
        &self,
        before: &[u8],
        payload: &[u8],
        after: &[u8],
        mut rng: StdRng,
    ) -> Result<Vec<u8>, pgp::errors::Error> {
        let literal = literal_header(payload.len())?;
        let length = [before, &literal, payload, after].iter().map(|part| part.len()).sum();
        let session_key = CIPHER.new_session_key(&mut rng);
        let mut head = self.wrap(&session_key, &mut rng)?;
        let body = if self.modern { modern_length(length) } else { classic_length(length) };
        let body = u32::try_from(body)?;
        PacketHeader::new_fixed(Tag::SymEncryptedProtectedData, body).to_writer(&mut head)?;

        let plaintext = before.chain(literal.as_slice()).chain(payload).chain(after);
        let size = usize::try_from(body)?.saturating_add(head.len());
        // RFC 9580 §6.1: none after version 2 of SEIPD; who reads that does without.
        let mut armor = Armor::of_message(size, !self.modern);
        let key = session_key.as_ref();
        let (begun, written) = if self.modern {
            let mut salt = [0; 32];
            rng.fill_bytes(&mut salt);
            head.extend([2, CIPHER.into(), MODE.into(), CHUNK.into()]);
            head.extend(salt);
            armor.write(&head);
            let mut sealed = SymEncryptedProtectedData::encrypt_seipdv2_stream(
                CIPHER, MODE, CHUNK, key, salt, plaintext,
            )?;
            (36, armor.copy(&mut sealed)?)
        } else {
            head.push(1);
            armor.write(&head);
            let mut sealed = CIPHER.stream_encryptor(&mut rng, key, plaintext)?;
            (1, armor.copy(&mut sealed)?)
        };
        // The length was announced first; a message that is not so long must not leave.
        if written.saturating_add(begun) != usize::try_from(body)? {
            return Err(std::io::Error::other("another length than was announced").into());
        }
        Ok(armor.finish())
    }

    /// The session key for each subkey.
    fn wrap(
        &self,
        session_key: &RawSessionKey,
        rng: &mut StdRng,
    ) -> Result<Vec<u8>, pgp::errors::Error> {
        let mut out = Vec::with_capacity(self.subkeys.len().saturating_mul(256));
        // RFC 9580 §5.1: version 6 does not tell the cipher, version 2 of SEIPD does.
        let cipher = if self.modern { None } else { Some(CIPHER) };
        for subkey in self.subkeys.values() {
            let body = subkey.wrap(session_key, cipher, rng)?;
            write_packet(&mut out, Tag::PublicKeyEncryptedSessionKey, &body);
        }
        Ok(out)
    }
}

/// The packets around the literal.
#[derive(Default)]
struct Signed {
    before: Vec<u8>,
    after: Vec<u8>,
}

fn sign(
    payload: &[u8],
    (key, owner): &(Unlocked, pgp::types::Fingerprint),
    recipients: &Recipients,
    now: Timestamp,
    rng: &mut StdRng,
) -> Result<Signed, OpenPgpError> {
    // Seconds before 1970 or after 2106 have no place in a signature.
    let made =
        u32::try_from(now.as_secs()).map_err(|_| internal(SIGN, format!("the time {now}")))?;
    let mut intended = recipients.primaries.clone();
    if !intended.contains(owner) {
        intended.push(owner.clone());
    }
    sign_with(payload, key, made, intended, rng).map_err(|error| internal(SIGN, error))
}

fn sign_with(
    payload: &[u8],
    key: &Unlocked,
    made: u32,
    intended: Vec<pgp::types::Fingerprint>,
    rng: &mut StdRng,
) -> Result<Signed, pgp::errors::Error> {
    let (algorithm, hash, typ) = (key.algorithm(), hash_for(key), SignatureType::Binary);
    let (mut config, one_pass) = match (key.version(), key.fingerprint()) {
        (KeyVersion::V6, pgp::types::Fingerprint::V6(fingerprint)) => {
            let mut salt = vec![0; hash.salt_len().unwrap_or_default()];
            rng.fill(salt.as_mut_slice());
            let one_pass = OnePassSignature::v6(typ, hash, algorithm, salt.clone(), fingerprint);
            (SignatureConfig::v6_with_salt(typ, algorithm, hash, salt), one_pass)
        }
        _ => {
            let one_pass = OnePassSignature::v3(typ, hash, algorithm, key.legacy_key_id());
            (SignatureConfig::v4(typ, algorithm, hash), one_pass)
        }
    };
    let time = pgp::types::Timestamp::from_secs(made);
    config.hashed_subpackets = vec![
        Subpacket::critical(SubpacketData::SignatureCreationTime(time))?,
        Subpacket::regular(SubpacketData::IssuerFingerprint(key.fingerprint()))?,
    ];
    for recipient in intended {
        let named = SubpacketData::IntendedRecipientFingerprint(recipient);
        config.hashed_subpackets.push(Subpacket::regular(named)?);
    }
    if key.version() != KeyVersion::V6 {
        // Older programs find no issuer without it.
        let issuer = SubpacketData::IssuerKeyId(key.legacy_key_id());
        config.unhashed_subpackets = vec![Subpacket::regular(issuer)?];
    }
    let mut hasher = config.into_hasher()?;
    hasher.write_all(payload)?;
    let signature = hasher.sign(key, &Password::empty())?;
    let mut signed = Signed::default();
    write_packet(&mut signed.before, Tag::OnePassSignature, &one_pass.to_bytes()?);
    write_packet(&mut signed.after, Tag::Signature, &signature.to_bytes()?);
    Ok(signed)
}

/// The part of one's own key that signs now, and the fingerprint of its primary: the primary
/// itself if it may and can, else the newest subkey that does.
fn signing_key(
    signer: &SecretKey,
    now: Timestamp,
    recent: &Recent,
) -> Result<(Unlocked, pgp::types::Fingerprint), OpenPgpError> {
    let unusable = |found: &str| OpenPgpError::Unusable { found: found.to_owned() };
    let parts = recent
        .parts(&signer.cert)
        .map_err(|_| unusable("octets that are no OpenPGP certificate"))?;
    let policy = Policy::new(&parts, now);
    policy.primary().map_err(|reason| unusable(reason_in_words(reason)))?;
    let may_sign = |part: &KeyPart| policy.could_sign(part, now);
    let mut secrets: Vec<_> =
        secrets::parts(signer).filter(|secret| may_sign(&secret.part)).collect();
    let order = |part: &KeyPart| (part.created(), part.fingerprint.clone());
    let is_primary = |part: &KeyPart| part.fingerprint == parts.primary.fingerprint;
    secrets.sort_by_key(|secret| (is_primary(&secret.part), order(&secret.part)));
    let unlocked = secrets.iter().rev().find_map(secrets::SecretPart::unlocked);
    let key = unlocked.ok_or_else(|| unusable("a key without a secret part that signs"))?;
    Ok((key, named(&parts.primary)?))
}

/// A primary as signatures name it: by its own octets, not as the library would write it.
fn named(primary: &KeyPart) -> Result<pgp::types::Fingerprint, OpenPgpError> {
    let version = KeyVersion::from(primary.version());
    pgp::types::Fingerprint::new(version, primary.fingerprint.as_bytes())
        .map_err(|error| internal(SIGN, error))
}

/// SHA-256, or SHA-512 for keys that are stronger than it.
fn hash_for(key: &Unlocked) -> HashAlgorithm {
    match pgp::types::SigningKey::hash_alg(key) {
        HashAlgorithm::Sha256 => HashAlgorithm::Sha256,
        _ => HashAlgorithm::Sha512,
    }
}

/// Header and beginning of a literal packet: binary, no name, no date.
pub(super) fn literal_header(length: usize) -> Result<Vec<u8>, pgp::errors::Error> {
    let begin = [b'b', 0, 0, 0, 0, 0];
    let length = u32::try_from(length.saturating_add(begin.len()))?;
    let mut out = Vec::with_capacity(16);
    PacketHeader::new_fixed(Tag::LiteralData, length).to_writer(&mut out)?;
    out.extend(begin);
    Ok(out)
}

/// Octets of a version 1 body: version, then the plaintext with its prefix and digest.
fn classic_length(plaintext: usize) -> usize {
    CIPHER.encrypted_protected_len(plaintext).saturating_add(1)
}

/// Octets of a version 2 body: what says how, then chunks with a tag each, and a last tag.
fn modern_length(plaintext: usize) -> usize {
    let chunk = usize::try_from(CHUNK.as_byte_size()).unwrap_or(usize::MAX);
    let tags = plaintext.div_ceil(chunk).saturating_add(1).saturating_mul(16);
    plaintext.saturating_add(tags).saturating_add(36)
}

fn failed(error: pgp::errors::Error) -> OpenPgpError {
    internal("encrypt a message", error)
}

const SIGN: &str = "sign a message";
const RECIPIENTS: &str = "message to at least one and at most 500 recipients";
const CIPHER: SymmetricKeyAlgorithm = SymmetricKeyAlgorithm::AES256;
const MODE: AeadAlgorithm = AeadAlgorithm::Ocb;
const CHUNK: ChunkSize = ChunkSize::C16KiB;
