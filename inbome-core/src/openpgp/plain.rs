//! Secret numbers between our octets and the library below, without a copy that is not wiped.
//!
//! The library reads and writes them through buffers that it gives back as they are. For the kinds
//! that hold fixed octets (Ed25519, Curve25519, X25519, Ed448, X448, ML-KEM) this is done here; RSA and
//! the NIST curves go through the library (SECURITY.md lists what that leaves). Not here: whose key it
//! is, and whether it can be used.

use pgp::composed::PlainSessionKey;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::crypto::{Signer, checksum, ecdh, ed448, ed25519, eddsa_legacy, rsa, x448, x25519};
use pgp::crypto::{ml_kem768_x25519, ml_kem1024_x448};
use pgp::errors::Error;
use pgp::packet::{PacketHeader, PublicKey, SecretKey as SecretPacket};
use pgp::ser::Serialize;
use pgp::types::{
    EcdhPublicParams, EddsaLegacyPublicParams, EskType, Fingerprint, KeyDetails, KeyId, KeyVersion,
    Password, PkeskBytes, PlainSecretParams, PublicParams, S2kParams, SecretParams, SignatureBytes,
    SigningKey, StringToKey, Tag, Timestamp,
};
use x25519_dalek::StaticSecret;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A key with its secret, which no passphrase locks. The library's own type for it takes its measure by
/// writing the secret out.
#[derive(Debug)]
pub(super) struct Unlocked {
    key: PublicKey,
    params: PlainSecretParams,
}

impl Unlocked {
    /// `None` for a secret that a passphrase locks.
    pub(super) fn new(key: PublicKey, params: &SecretParams) -> Option<Self> {
        match params {
            SecretParams::Plain(params) => Some(Self { key, params: params.clone() }),
            SecretParams::Encrypted(_) => None,
        }
    }

    /// From a packet body, whose public part is `key` and ends before `rest`; `None` if it is locked
    /// or does not parse.
    pub(super) fn read(key: &PublicKey, body: &[u8], rest: &[u8]) -> Option<Self> {
        let (&UNLOCKED, material) = rest.split_first()? else { return None };
        let params = match fixed(key, checked(key, material)?) {
            Some(params) => params,
            None => {
                let length = u32::try_from(body.len()).ok()?;
                let header = PacketHeader::new_fixed(Tag::SecretKey, length);
                let packet = SecretPacket::try_from_reader(header, body).ok()?;
                let SecretParams::Plain(params) = packet.secret_params() else { return None };
                params.clone()
            }
        };
        Some(Self { key: key.clone(), params })
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.key
    }

    /// What is wrapped for this key.
    pub(super) fn unwrap(&self, values: &PkeskBytes, typ: EskType) -> Option<PlainSessionKey> {
        self.params.decrypt(self.key.public_params(), values, typ, &self.key).ok()
    }

    /// The secret of RSA, which the library must not unwrap itself.
    pub(super) fn rsa(&self) -> Option<&rsa::SecretKey> {
        match &self.params {
            PlainSecretParams::RSA(key) => Some(key),
            _ => None,
        }
    }

    /// The packet body. Only for the kinds that a key of our own is made of.
    pub(super) fn to_octets(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let public = self.key.to_bytes()?;
        let material = match &self.params {
            PlainSecretParams::EdDSALegacy(eddsa_legacy::SecretKey::Ed25519(key)) => {
                number(key.as_bytes())
            }
            PlainSecretParams::ECDH(ecdh::SecretKey::Curve25519Legacy(key)) => {
                number(Zeroizing::new(key.to_bytes_rev()).as_slice())
            }
            _ => return Err(Error::from("a key of another kind".to_owned())),
        };
        Ok(write(&self.key, &public, &material))
    }
}

impl KeyDetails for Unlocked {
    fn version(&self) -> KeyVersion {
        self.key.version()
    }

    fn legacy_key_id(&self) -> KeyId {
        self.key.legacy_key_id()
    }

    fn fingerprint(&self) -> Fingerprint {
        self.key.fingerprint()
    }

    fn algorithm(&self) -> PublicKeyAlgorithm {
        self.key.algorithm()
    }

    fn created_at(&self) -> Timestamp {
        self.key.created_at()
    }

    fn legacy_v3_expiration_days(&self) -> Option<u16> {
        self.key.legacy_v3_expiration_days()
    }

    fn public_params(&self) -> &PublicParams {
        self.key.public_params()
    }
}

impl SigningKey for Unlocked {
    fn sign(
        &self,
        _: &Password,
        hash: HashAlgorithm,
        data: &[u8],
    ) -> Result<SignatureBytes, Error> {
        match &self.params {
            PlainSecretParams::EdDSALegacy(eddsa_legacy::SecretKey::Ed25519(key)) => {
                key.sign(hash, data)
            }
            PlainSecretParams::Ed25519(key) => key.sign(hash, data),
            PlainSecretParams::Ed448(key) => key.sign(hash, data),
            PlainSecretParams::RSA(key) => key.sign(hash, data),
            PlainSecretParams::ECDSA(key) => key.sign(hash, data),
            PlainSecretParams::DSA(key) => key.sign(hash, data),
            _ => Err(Error::from("a key that does not sign here".to_owned())),
        }
    }

    fn hash_alg(&self) -> HashAlgorithm {
        self.key.public_params().hash_alg()
    }
}

/// The packet body of an unlocked key: its public part, and `material` with what checks it.
pub(super) fn write(key: &PublicKey, public: &[u8], material: &[u8]) -> Zeroizing<Vec<u8>> {
    // Room for all of it at once, so that no copy is left behind.
    let length = public.len().saturating_add(material.len()).saturating_add(3);
    let mut body = Zeroizing::new(Vec::with_capacity(length));
    body.extend_from_slice(public);
    body.push(UNLOCKED);
    body.extend_from_slice(material);
    if key.version() != KeyVersion::V6 {
        body.extend(checksum::calculate_simple(material).to_be_bytes());
    }
    body
}

/// `octets` as a number with its length in bits before it.
fn number(octets: &[u8]) -> Zeroizing<Vec<u8>> {
    let start = octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len());
    let digits = octets.get(start..).unwrap_or_default();
    let spare = digits.first().map_or(0, |first| first.leading_zeros());
    let bits = digits.len().saturating_mul(8).saturating_sub(usize::try_from(spare).unwrap_or(0));
    let mut number = Zeroizing::new(Vec::with_capacity(octets.len().saturating_add(2)));
    number.extend(u16::try_from(bits).unwrap_or(u16::MAX).to_be_bytes());
    number.extend_from_slice(digits);
    number
}

/// What a passphrase locks, in the way of all programs of today; `None` for a wrong one and for ways
/// that the library below must undo.
pub(super) fn unlock(params: &SecretParams, passphrase: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let SecretParams::Encrypted(locked) = params else { return None };
    let S2kParams::Cfb { sym_alg, s2k, iv } = locked.string_to_key_params() else { return None };
    let key = derive(s2k, passphrase.as_bytes(), sym_alg.key_size())?;
    let mut material = Zeroizing::new(locked.data().to_vec());
    sym_alg.decrypt_with_iv_regular(&key, iv, &mut material).ok()?;
    let (found, expected) = material.split_last_chunk::<20>()?;
    let is_right = checksum::calculate_sha1([found]).ok()? == *expected;
    let length = found.len();
    material.truncate(length);
    is_right.then_some(material)
}

/// RFC 9580 §3.7.1: a key of `size` octets from a passphrase, salted or not.
fn derive(s2k: &StringToKey, passphrase: &[u8], size: usize) -> Option<Zeroizing<Vec<u8>>> {
    let (hash, salt, count) = match s2k {
        StringToKey::Simple { hash_alg } => (hash_alg, &[][..], 0),
        StringToKey::Salted { hash_alg, salt } => (hash_alg, &salt[..], 0),
        StringToKey::IteratedAndSalted { hash_alg, salt, count } => {
            let coded = u32::from(*count);
            (hash_alg, &salt[..], (16 | (coded & 15)).checked_shl((coded >> 4).checked_add(6)?)?)
        }
        _ => return None,
    };
    let once = salt.len().checked_add(passphrase.len())?;
    let wanted = usize::try_from(count).ok()?.max(once);
    // Many times at once: a hash of small pieces is slow.
    let times = 4096_usize.checked_div(once).unwrap_or(1).max(1);
    let mut piece = Zeroizing::new(Vec::with_capacity(once.checked_mul(times)?));
    for _ in 0..times {
        piece.extend_from_slice(salt);
        piece.extend_from_slice(passphrase);
    }
    let mut hasher = hash.new_hasher().ok()?;
    let mut key = Zeroizing::new(Vec::with_capacity(size.checked_add(hasher.output_size())?));
    let mut digest = Zeroizing::new(vec![0; hasher.output_size()]);
    for round in 0_usize.. {
        if key.len() >= size {
            break;
        }
        // Each further digest has one more zero before it.
        (0..round).for_each(|_| hasher.update(&[0]));
        let mut left = wanted;
        while left > 0 && !piece.is_empty() {
            let part = piece.get(..left.min(piece.len()))?;
            hasher.update(part);
            left = left.checked_sub(part.len())?;
        }
        hasher.finalize_into_reset(&mut digest).ok()?;
        key.extend_from_slice(&digest);
    }
    // What it still has of the last block: one octet less than a block of every kind goes over it.
    for block in [64_usize, 72, 128, 136] {
        hasher.reset();
        hasher.update(ZEROS.get(..block.checked_sub(1)?)?);
    }
    key.truncate(size);
    Some(key)
}

/// The material without its checksum, if that is right; version 6 has none.
fn checked<'a>(key: &PublicKey, material: &'a [u8]) -> Option<&'a [u8]> {
    if key.version() == KeyVersion::V6 {
        return Some(material);
    }
    let (material, sum) = material.split_last_chunk::<2>()?;
    (checksum::calculate_simple(material).to_be_bytes() == *sum).then_some(material)
}

/// The secret of a kind that holds fixed octets.
fn fixed(key: &PublicKey, material: &[u8]) -> Option<PlainSecretParams> {
    Some(match key.public_params() {
        PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Ed25519 { .. }) => {
            let octets = padded(material)?;
            let mode = ed25519::Mode::EdDSALegacy;
            let key = ed25519::SecretKey::try_from_bytes(*octets, mode).ok()?;
            PlainSecretParams::EdDSALegacy(eddsa_legacy::SecretKey::Ed25519(key))
        }
        PublicParams::ECDH(EcdhPublicParams::Curve25519Legacy { .. }) => {
            // The one number that is written the other way round.
            let mut octets = padded(material)?;
            octets.reverse();
            let key = ecdh::Curve25519Legacy::from(StaticSecret::from(*octets));
            PlainSecretParams::ECDH(ecdh::SecretKey::Curve25519Legacy(key))
        }
        PublicParams::Ed25519(_) => {
            let octets = exact::<32>(material)?;
            let key = ed25519::SecretKey::try_from_bytes(*octets, ed25519::Mode::Ed25519).ok()?;
            PlainSecretParams::Ed25519(key)
        }
        PublicParams::X25519(_) => {
            let octets = exact(material)?;
            PlainSecretParams::X25519(x25519::SecretKey::try_from_bytes(*octets).ok()?)
        }
        PublicParams::Ed448(_) => {
            let octets = exact(material)?;
            PlainSecretParams::Ed448(ed448::SecretKey::try_from_bytes(*octets).ok()?)
        }
        PublicParams::X448(_) => {
            let octets = exact(material)?;
            PlainSecretParams::X448(x448::SecretKey::try_from_bytes(*octets).ok()?)
        }
        PublicParams::MlKem768X25519(_) => {
            let (curve, seeds) = material.split_at_checked(32)?;
            let (curve, seeds) = (exact(curve)?, exact(seeds)?);
            let key = ml_kem768_x25519::SecretKey::try_from_bytes(*curve, *seeds).ok()?;
            PlainSecretParams::MlKem768X25519(key)
        }
        PublicParams::MlKem1024X448(_) => {
            let (curve, seeds) = material.split_at_checked(56)?;
            let (curve, seeds) = (exact(curve)?, exact(seeds)?);
            let key = ml_kem1024_x448::SecretKey::try_from_bytes(*curve, *seeds).ok()?;
            PlainSecretParams::MlKem1024X448(key)
        }
        _ => return None,
    })
}

/// A number of at most 32 octets, with zeros before it.
fn padded(material: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let (bits, digits) = material.split_first_chunk::<2>()?;
    let mut octets = Zeroizing::new([0; 32]);
    let start = octets.len().checked_sub(digits.len())?;
    if usize::from(u16::from_be_bytes(*bits).div_ceil(8)) != digits.len() {
        return None;
    }
    octets.get_mut(start..)?.copy_from_slice(digits);
    Some(octets)
}

fn exact<const N: usize>(material: &[u8]) -> Option<Zeroizing<[u8; N]>> {
    material.try_into().ok().map(Zeroizing::new)
}

/// What stands before a secret that no passphrase locks.
const UNLOCKED: u8 = 0;
const ZEROS: [u8; 136] = [0; 136];
