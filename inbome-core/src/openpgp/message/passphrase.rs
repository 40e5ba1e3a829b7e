//! Messages that a passphrase opens instead of a key: the parts of a backup message.
//!
//! Implements the symmetric encryption of Several devices §2. Not here: what is in the message, in
//! which spellings the passphrase is tried; nothing of this is used for ordinary mail.

use pgp::composed::PlainSessionKey;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketHeader, SymEncryptedProtectedData, SymKeyEncryptedSessionKey};
use pgp::ser::Serialize;
use pgp::types::{Password, StringToKey, Tag};
use rand::RngCore;
use zeroize::Zeroizing;

use super::super::parts::{Packets, write_packet};
use super::super::{OpenPgpError, internal};
use super::PassphraseFlaw;
use super::armor::Armor;
use super::frames::{Frame, Frames};
use super::seal::literal_header;
use super::session::SessionKey;
use super::shape;
use crate::limits::{MAX_ARGON2_MEMORY_EXPONENT, MAX_ARGON2_PASSES, MAX_DECOMPRESSED_RATIO};
use crate::random::{SecureRandom, seeded};
use crate::secret::Secret;

/// The binary message: exactly one SKESK packet of version 4 and one SEIPD packet of version 1.
pub(in super::super) fn seal_with_passphrase(
    payload: &[u8],
    passphrase: &Secret,
    random: &dyn SecureRandom,
) -> Result<Vec<u8>, OpenPgpError> {
    // A source that fails is an error before anything is made.
    let mut rng = seeded(random)?;
    let failed = |error| internal("encrypt with a passphrase", error);
    let mut salt = [0; 8];
    rng.fill_bytes(&mut salt);
    let s2k =
        StringToKey::IteratedAndSalted { hash_alg: HashAlgorithm::Sha256, salt, count: S2K_COUNT };
    let session_key = CIPHER.new_session_key(&mut rng);
    let password = Password::from(passphrase.as_bytes());
    let wrapped = SymKeyEncryptedSessionKey::encrypt_v4(&password, &session_key, s2k, CIPHER)
        .map_err(failed)?;
    let header = literal_header(payload.len()).map_err(failed)?;
    // Room for all of it at once, so that no copy of a secret is left behind.
    let size = header.len().saturating_add(payload.len());
    let mut literal = Zeroizing::new(Vec::with_capacity(size));
    literal.extend_from_slice(&header);
    literal.extend_from_slice(payload);
    let key = session_key.as_ref();
    let sealed = SymEncryptedProtectedData::encrypt_seipdv1(&mut rng, CIPHER, key, &literal)
        .map_err(failed)?;
    let mut message = Vec::with_capacity(literal.len().saturating_add(200));
    let wrapped = wrapped.to_bytes().map_err(failed)?;
    write_packet(&mut message, Tag::SymKeyEncryptedSessionKey, &wrapped);
    write_packet(&mut message, Tag::SymEncryptedProtectedData, &sealed.to_bytes().map_err(failed)?);
    Ok(message)
}

/// What the first of `passphrases` that fits opens. Packets after the encrypted one are dropped.
pub(in super::super) fn open_with_passphrase(
    message: &[u8],
    passphrases: &[&Secret],
) -> Result<Secret, PassphraseFlaw> {
    let envelope = Envelope::parse(message)?;
    let room = message.len().saturating_mul(MAX_DECOMPRESSED_RATIO);
    // Whoever made the message decides what a derivation costs: it is asked before any is done.
    envelope.wrapped.iter().filter_map(SymKeyEncryptedSessionKey::s2k).try_for_each(affordable)?;
    let mut opened = false;
    for passphrase in passphrases {
        for wrapped in &envelope.wrapped {
            let Some(session_key) = session_key(wrapped, passphrase) else { continue };
            let Some((plaintext, _)) = session_key.open(&envelope.data, message) else { continue };
            opened = true;
            if let Some((payload, _)) = shape::read(plaintext, room) {
                return Ok(payload);
            }
        }
    }
    Err(if opened { PassphraseFlaw::Malformed } else { PassphraseFlaw::Wrong })
}

/// The armor of a binary message, with a checksum and without headers.
pub(in super::super) fn armor_message(message: &[u8]) -> Vec<u8> {
    let mut armor = Armor::of_message(message.len(), true);
    armor.write(message);
    armor.finish()
}

/// The transferable secret keys that stand in a row, each by itself.
pub(in super::super) fn split_secret_keys(octets: &[u8]) -> Option<Vec<Secret>> {
    let packets = Packets::new(octets).collect::<Option<Vec<_>>>()?;
    let mut starts: Vec<usize> = Vec::new();
    for (at, (tag, _)) in packets.iter().enumerate() {
        match tag {
            Tag::SecretKey => starts.push(at),
            // Whatever comes first is no part of a secret key.
            _ if starts.is_empty() => return None,
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).copied().chain([packets.len()]);
    let keys = starts.iter().zip(ends).map(|(start, end)| {
        let packets = packets.get(*start..end).unwrap_or_default();
        let size = packets.iter().fold(0_usize, |size, (_, body)| {
            size.saturating_add(body.len()).saturating_add(MAX_PACKET_HEADER_BYTES)
        });
        let mut key = Vec::with_capacity(size);
        for (tag, body) in packets {
            write_packet(&mut key, *tag, body);
        }
        Secret::new(key)
    });
    Some(keys.collect())
}

/// What stands around the encrypted data, and the data.
struct Envelope {
    wrapped: Vec<SymKeyEncryptedSessionKey>,
    data: Frame,
}

impl Envelope {
    fn parse(octets: &[u8]) -> Result<Self, PassphraseFlaw> {
        let mut wrapped = Vec::new();
        for frame in Frames::new(octets) {
            let frame = frame.ok_or(PassphraseFlaw::Malformed)?;
            match frame.tag {
                Tag::SymKeyEncryptedSessionKey if wrapped.len() < MAX_SKESKS => {
                    wrapped.extend(parse_skesk(&frame.body(octets)));
                }
                Tag::SymEncryptedProtectedData | Tag::GnupgAeadData if !wrapped.is_empty() => {
                    return Ok(Self { wrapped, data: frame });
                }
                // It may be for a key besides, which is not asked here.
                Tag::PublicKeyEncryptedSessionKey => {}
                _ if frame.is_skipped() => {}
                _ => return Err(PassphraseFlaw::Malformed),
            }
        }
        Err(PassphraseFlaw::Malformed)
    }
}

fn parse_skesk(body: &[u8]) -> Option<SymKeyEncryptedSessionKey> {
    let length = u32::try_from(body.len()).ok()?;
    let header = PacketHeader::new_fixed(Tag::SymKeyEncryptedSessionKey, length);
    let parsed = SymKeyEncryptedSessionKey::try_from_reader(header, body).ok()?;
    parsed.is_supported().then_some(parsed)
}

/// The session key that `wrapped` and the passphrase give, right or wrong.
fn session_key(wrapped: &SymKeyEncryptedSessionKey, passphrase: &Secret) -> Option<SessionKey> {
    let cipher = wrapped.sym_algorithm().filter(|cipher| cipher.key_size() > 0)?;
    let derived = wrapped.s2k()?.derive_key(passphrase.as_bytes(), cipher.key_size()).ok()?;
    // RFC 9580 §5.3.1: without an encrypted session key the derived key is the session key.
    if wrapped.encrypted_key()?.is_empty() {
        return Some(SessionKey::new(Some(cipher), derived.as_ref()));
    }
    let plain = wrapped.decrypt(derived.as_ref()).ok()?;
    match &plain {
        PlainSessionKey::V5 { key } => Some(SessionKey::new(Some(cipher), key.as_ref())),
        _ => SessionKey::from_plain(plain),
    }
}

/// Discovery §9: Argon2 with at most 256 MiB and 8 passes. What the other derivations cost is
/// bounded by their form.
fn affordable(s2k: &StringToKey) -> Result<(), PassphraseFlaw> {
    match s2k {
        StringToKey::Argon2 { t, .. } if *t > MAX_ARGON2_PASSES => {
            Err(PassphraseFlaw::TooCostly { limit: "argon2_passes" })
        }
        StringToKey::Argon2 { m_enc, .. } if *m_enc > MAX_ARGON2_MEMORY_EXPONENT => {
            Err(PassphraseFlaw::TooCostly { limit: "argon2_memory" })
        }
        _ => Ok(()),
    }
}

const CIPHER: SymmetricKeyAlgorithm = SymmetricKeyAlgorithm::AES256;
/// 65,011,712 octets are hashed.
const S2K_COUNT: u8 = 255;
/// Ways to the session key that are tried; a message of ours has one.
const MAX_SKESKS: usize = 4;
const MAX_PACKET_HEADER_BYTES: usize = 6;
