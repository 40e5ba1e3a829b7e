//! OpenPGP messages packet by packet, made with the `pgp` crate directly and so by nothing under
//! test; and people who exchange them.

use inbome_core::account::KeyRole;
use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::key::{CertUnion, Certificates};
use inbome_core::openpgp::message::SealTo;
use inbome_core::openpgp::{Lock, OwnKeys, Rpgp, SecretKey};
use pgp::composed::{KeyType, MessageBuilder, RawSessionKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{
    Features, OnePassSignature, PublicKeyEncryptedSessionKey, SignatureConfig, SignatureType,
    Subpacket, SubpacketData, SymEncryptedProtectedData,
};
use pgp::ser::Serialize;
use pgp::types::{CompressionAlgorithm, Duration, KeyDetails, KeyVersion, Password, Tag};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::certs::*;

/// [`NOW`] as the library takes it.
pub const NOW_AT: Timestamp = Timestamp::from_secs(NOW as i64);

/// Somebody with a key, seen from both sides.
#[derive(Debug, Clone)]
pub struct Person {
    /// The primary.
    pub primary: Key,
    /// The encryption subkey.
    pub subkey: Key,
    /// What the others see.
    pub cert: Vec<u8>,
    /// The verified parts of that.
    pub union: CertUnion,
    /// What only this person has.
    pub key: SecretKey,
}

impl Person {
    /// With a version 4 key; the same seed gives the same person.
    pub fn new(seed: u8) -> Self {
        let (primary, subkey) = (Key::signing(seed, MADE), Key::encrypting(seed + 100, MADE));
        let cert = Cert::of(&primary)
            .user_id(&primary, &id(seed), &Says::certification(MADE))
            .subkey(&primary, &subkey, &Says::binding(MADE));
        Self::with(primary, subkey, &cert, &[])
    }

    /// With a version 6 key, which announces version 2 of SEIPD or does not.
    pub fn version_6(seed: u8, modern: bool) -> Self {
        let primary = Key::new(seed, &KeyType::Ed25519, KeyVersion::V6, MADE);
        let subkey = Key::new(seed + 100, &KeyType::X25519, KeyVersion::V6, MADE);
        let mut features = Features::default();
        features.set_seipd_v1(true);
        features.set_seipd_v2(modern);
        let more = vec![Subpacket::regular(SubpacketData::Features(features)).unwrap()];
        let direct = Says::new(SignatureType::Key, MADE);
        let direct = Says { flags: Some(CERTIFY_SIGN), more, ..direct };
        let cert = Cert::of(&primary)
            .sig(sign(&primary, &primary, On::Key, &direct))
            .user_id(&primary, &id(seed), &Says::certification(MADE))
            .subkey(&primary, &subkey, &Says::binding(MADE));
        Self::with(primary, subkey, &cert, &[])
    }

    /// With any cert of this primary and encryption subkey; `more` are further secret subkeys.
    pub fn with(primary: Key, subkey: Key, cert: &Cert, more: &[&Key]) -> Self {
        let certs = Rpgp::new();
        let keys: Vec<&Key> = [&primary, &subkey].into_iter().chain(more.iter().copied()).collect();
        let addr = Addr::parse("person@example.org").unwrap();
        let octets = transferable(cert, &keys);
        let key = certs
            .import_secret(&octets, &addr, NOW_AT, KeyRole::Current, Lock::Remove, &mut |_| None)
            .expect("import");
        let union = certs.union(None, &cert.octets());
        Self { primary, subkey, cert: cert.octets(), union, key }
    }

    /// This person as a recipient.
    pub fn seal_to(&self) -> SealTo<'_> {
        SealTo { received: &self.cert, union: &self.union }
    }
}

fn id(seed: u8) -> String {
    format!("<person{seed}@example.org>")
}

/// The transferable secret key for `cert`: its key packets replaced by their secrets.
pub fn transferable(cert: &Cert, keys: &[&Key]) -> Vec<u8> {
    let packets =
        cert.0.iter().map(|(tag, body)| match keys.iter().find(|key| key.body() == *body) {
            Some(key) if *tag == Tag::PublicKey => (Tag::SecretKey, key.0.to_bytes().unwrap()),
            Some(key) => (Tag::SecretSubkey, key.0.to_bytes().unwrap()),
            None => (*tag, body.clone()),
        });
    Cert(packets.collect()).octets()
}

/// One packet in the new format.
pub fn packet(tag: Tag, body: &[u8]) -> Vec<u8> {
    Cert::default().packet(tag, body.to_vec()).octets()
}

/// A literal packet.
pub fn literal(content: &[u8]) -> Vec<u8> {
    packet(Tag::LiteralData, &[b"b\0\0\0\0\0", content].concat())
}

/// A compressed packet that says *not compressed*.
pub fn stored(content: &[u8]) -> Vec<u8> {
    packet(Tag::CompressedData, &[&[0], content].concat())
}

/// A compressed packet around a literal of `length` zero octets.
pub fn compressed_zeros(algorithm: CompressionAlgorithm, length: u64) -> Vec<u8> {
    let zeros = std::io::Read::take(std::io::repeat(0), length);
    let mut builder = MessageBuilder::from_reader("", zeros);
    builder.compression(algorithm);
    builder.to_vec(StdRng::from_seed([1; 32])).unwrap()
}

/// The session key of all messages made here.
pub fn session_key() -> RawSessionKey {
    vec![0x5e; 32].into()
}

/// The session key wrapped for `to`.
pub fn wrapped(to: &Key) -> Vec<u8> {
    wrapped_key(to, &session_key())
}

/// Any session key wrapped for `to`.
pub fn wrapped_key(to: &Key, key: &RawSessionKey) -> Vec<u8> {
    let rng = StdRng::from_seed([3; 32]);
    let wrapped = PublicKeyEncryptedSessionKey::from_session_key_v3(
        rng,
        key,
        SymmetricKeyAlgorithm::AES256,
        to.0.public_key(),
    );
    packet(Tag::PublicKeyEncryptedSessionKey, &wrapped.unwrap().to_bytes().unwrap())
}

/// The same packet with its key ID hidden.
pub fn hidden(mut wrapped: Vec<u8>) -> Vec<u8> {
    // Header of two octets, version, key ID.
    wrapped[3..11].fill(0);
    wrapped
}

/// The body of a version 1 SEIPD packet.
pub fn protected_body(plaintext: &[u8]) -> Vec<u8> {
    let rng = StdRng::from_seed([4; 32]);
    let cipher = SymmetricKeyAlgorithm::AES256;
    let key = session_key();
    SymEncryptedProtectedData::encrypt_seipdv1(rng, cipher, key.as_ref(), plaintext)
        .unwrap()
        .to_bytes()
        .unwrap()
}

/// A version 1 SEIPD packet.
pub fn protected(plaintext: &[u8]) -> Vec<u8> {
    packet(Tag::SymEncryptedProtectedData, &protected_body(plaintext))
}

/// `plaintext` encrypted to `to`, with integrity protection.
pub fn encrypted(to: &Person, plaintext: &[u8]) -> Vec<u8> {
    [wrapped(&to.subkey), protected(plaintext)].concat()
}

/// What a message signature says.
#[derive(Debug, Clone)]
pub struct Signing {
    /// Its type.
    pub typ: SignatureType,
    /// When it is made.
    pub made: u32,
    /// Its hash.
    pub hash: HashAlgorithm,
    /// It lapses so many seconds later.
    pub lapses: Option<u32>,
    /// Whether it names its issuer.
    pub names_issuer: bool,
    /// More signed subpackets.
    pub more: Vec<Subpacket>,
}

impl Signing {
    /// A binary signature with SHA-256.
    pub fn at(made: u32) -> Self {
        let (typ, hash) = (SignatureType::Binary, HashAlgorithm::Sha256);
        Self { typ, made, hash, lapses: None, names_issuer: true, more: Vec::new() }
    }

    /// The body of the signature of `key` over `content`.
    pub fn sign(&self, key: &Key, content: &[u8]) -> Vec<u8> {
        let key = &key.0;
        let mut config = if key.version() == KeyVersion::V6 {
            let salt = vec![9; self.hash.salt_len().unwrap()];
            SignatureConfig::v6_with_salt(self.typ, key.algorithm(), self.hash, salt)
        } else {
            SignatureConfig::v4(self.typ, key.algorithm(), self.hash)
        };
        let made = pgp::types::Timestamp::from_secs(self.made);
        let mut say = |data| config.hashed_subpackets.push(Subpacket::regular(data).unwrap());
        say(SubpacketData::SignatureCreationTime(made));
        if self.names_issuer {
            say(SubpacketData::IssuerFingerprint(key.fingerprint()));
        }
        if let Some(secs) = self.lapses {
            say(SubpacketData::SignatureExpirationTime(Duration::from_secs(secs)));
        }
        config.hashed_subpackets.extend(self.more.iter().cloned());
        config.sign(key, &Password::empty(), content).unwrap().to_bytes().unwrap()
    }
}

/// The one-pass packet for a binary signature by `key` with SHA-256.
pub fn one_pass(key: &Key) -> Vec<u8> {
    let (typ, hash) = (SignatureType::Binary, HashAlgorithm::Sha256);
    let body = OnePassSignature::v3(typ, hash, key.0.algorithm(), key.0.legacy_key_id());
    packet(Tag::OnePassSignature, &body.to_bytes().unwrap())
}

/// One-pass packet, literal, signature.
pub fn signed(by: &Key, content: &[u8]) -> Vec<u8> {
    let signature = packet(Tag::Signature, &Signing::at(NOW).sign(by, content));
    [one_pass(by), literal(content), signature].concat()
}
