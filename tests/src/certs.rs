//! Certs with one flaw each, made with the `pgp` crate directly and so by nothing under test.
//!
//! Keys come from seeds and times from arguments: the same call gives the same octets.

use pgp::armor::Dearmor;
use pgp::composed::KeyType;
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    KeyFlags, Notation, PacketHeader, PubKeyInner, PublicKey, RevocationCode, SecretKey, Signature,
    SignatureConfig, SignatureType, SignatureVersionSpecific, Subpacket, SubpacketData, UserId,
};
use pgp::ser::Serialize;
use pgp::types::{Duration, KeyDetails, KeyVersion, Password, SigningKey, Tag, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::Read;

/// 1 January 2020: when most test keys are made.
pub const MADE: u32 = 1_577_836_800;
/// 1 January 2024: when most are judged.
pub const NOW: u32 = 1_704_067_200;
/// One day in seconds.
pub const DAY: u32 = 86_400;
/// Key flags: certify and sign.
pub const CERTIFY_SIGN: u8 = 0x03;
/// Key flag: sign.
pub const SIGN: u8 = 0x02;
/// Key flags: encrypt communications and storage.
pub const ENCRYPT: u8 = 0x0c;

/// A secret key of a test, primary or subkey alike.
#[derive(Debug, Clone)]
pub struct Key(pub SecretKey);

impl Key {
    /// The same arguments give the same key.
    pub fn new(seed: u8, kind: &KeyType, version: KeyVersion, created: u32) -> Self {
        let (public, secret) = kind.generate(StdRng::from_seed([seed; 32])).unwrap();
        let created = Timestamp::from_secs(created);
        let public = PubKeyInner::new(version, kind.to_alg(), created, None, public).unwrap();
        Self(SecretKey::new(PublicKey::from_inner(public).unwrap(), secret).unwrap())
    }

    /// A version 4 Ed25519 key.
    pub fn signing(seed: u8, created: u32) -> Self {
        Self::new(seed, &KeyType::Ed25519Legacy, KeyVersion::V4, created)
    }

    /// A version 4 Curve25519 key.
    pub fn encrypting(seed: u8, created: u32) -> Self {
        let curve = pgp::crypto::ecc_curve::ECCCurve::Curve25519Legacy;
        Self::new(seed, &KeyType::ECDH(curve), KeyVersion::V4, created)
    }

    /// The RSA 2048 key of `tests/keys/`, whose signatures may use any hash.
    pub fn rsa() -> Self {
        let octets = dearmor(include_str!("../keys/rsa2048.sec.asc"));
        let mut rest = octets.as_slice();
        let header = PacketHeader::try_from_reader(&mut rest).unwrap();
        let length = header.packet_length().maybe_len().unwrap() as usize;
        Self(SecretKey::try_from_reader(header, &rest[..length]).unwrap())
    }

    /// The body of its public packet.
    pub fn body(&self) -> Vec<u8> {
        self.0.public_key().to_bytes().unwrap()
    }

    /// Its fingerprint in octets.
    pub fn fingerprint(&self) -> Vec<u8> {
        self.0.fingerprint().as_bytes().to_vec()
    }
}

/// What a signature stands on.
#[derive(Debug, Clone, Copy)]
pub enum On<'a> {
    /// The primary.
    Key,
    /// A User ID.
    UserId(&'a str),
    /// A subkey.
    Subkey(&'a Key),
    /// The body of any subkey packet.
    Body(&'a [u8]),
}

/// What a signature says. Start from one of the constructors and change fields.
#[derive(Debug, Clone)]
pub struct Says {
    /// Its type.
    pub typ: SignatureType,
    /// When it is made.
    pub created: u32,
    /// Its hash.
    pub hash: HashAlgorithm,
    /// Key flags; `None` leaves the subpacket out.
    pub flags: Option<u8>,
    /// The key expires so many seconds after its creation.
    pub expires: Option<u32>,
    /// The signature lapses so many seconds after its own.
    pub lapses: Option<u32>,
    /// The reason of a revocation.
    pub reason: Option<u8>,
    /// Back-signature, signed or unsigned.
    pub back: Option<(Vec<u8>, bool)>,
    /// More signed subpackets.
    pub more: Vec<Subpacket>,
}

impl Says {
    /// A signature of this type without flags.
    pub fn new(typ: SignatureType, created: u32) -> Self {
        Self {
            typ,
            created,
            hash: HashAlgorithm::Sha256,
            flags: None,
            expires: None,
            lapses: None,
            reason: None,
            back: None,
            more: Vec::new(),
        }
    }

    /// A certification with the flags of a primary.
    pub fn certification(created: u32) -> Self {
        Self { flags: Some(CERTIFY_SIGN), ..Self::new(SignatureType::CertPositive, created) }
    }

    /// A binding of an encryption subkey.
    pub fn binding(created: u32) -> Self {
        Self { flags: Some(ENCRYPT), ..Self::new(SignatureType::SubkeyBinding, created) }
    }

    /// The same with an unknown critical subpacket.
    pub fn with_critical_subpacket(mut self) -> Self {
        // The `pgp` crate signs no other unknown type.
        let data = SubpacketData::Experimental(101, vec![1].into());
        self.more.push(Subpacket::critical(data).unwrap());
        self
    }

    /// The same with a critical notation.
    pub fn with_critical_notation(mut self) -> Self {
        let (name, value) = (b"a@example.org"[..].into(), b"b"[..].into());
        let notation = Notation { readable: true, name, value };
        self.more.push(Subpacket::critical(SubpacketData::Notation(notation)).unwrap());
        self
    }
}

/// The body of a signature by `signer` over a part of the cert of `primary`.
pub fn sign(signer: &Key, primary: &Key, on: On<'_>, says: &Says) -> Vec<u8> {
    let (by, version) = (&signer.0, signer.0.version());
    let mut config = if version == KeyVersion::V6 {
        let salt = vec![7; says.hash.salt_len().unwrap()];
        SignatureConfig::v6_with_salt(says.typ, by.algorithm(), says.hash, salt)
    } else {
        SignatureConfig::v4(says.typ, by.algorithm(), says.hash)
    };
    let mut say = |data| config.hashed_subpackets.push(Subpacket::regular(data).unwrap());
    say(SubpacketData::SignatureCreationTime(Timestamp::from_secs(says.created)));
    say(SubpacketData::IssuerFingerprint(by.fingerprint()));
    if let Some(flags) = says.flags {
        say(SubpacketData::KeyFlags(KeyFlags::try_from_reader(&[flags][..]).unwrap()));
    }
    if let Some(secs) = says.expires {
        say(SubpacketData::KeyExpirationTime(Duration::from_secs(secs)));
    }
    if let Some(secs) = says.lapses {
        say(SubpacketData::SignatureExpirationTime(Duration::from_secs(secs)));
    }
    if let Some(code) = says.reason {
        say(SubpacketData::RevocationReason(RevocationCode::from(code), Vec::new().into()));
    }
    config.hashed_subpackets.extend(says.more.iter().cloned());
    if let Some((body, signed)) = &says.back {
        let header = PacketHeader::new_fixed(Tag::Signature, body.len() as u32);
        let back = Signature::try_from_reader(header, &body[..]).unwrap();
        let back = Subpacket::regular(SubpacketData::EmbeddedSignature(Box::new(back))).unwrap();
        let config = &mut config;
        if *signed { &mut config.hashed_subpackets } else { &mut config.unhashed_subpackets }
            .push(back);
    }
    let (none, over) = (Password::empty(), primary.0.public_key());
    let signature = match on {
        On::Key => config.sign_key(by, &none, over),
        On::UserId(id) => {
            let id = UserId::from_str(Default::default(), id).unwrap();
            config.sign_certification_third_party(by, &none, over, Tag::UserId, &id)
        }
        On::Subkey(subkey) if says.typ == SignatureType::KeyBinding => {
            config.sign_primary_key_binding(by, subkey.0.public_key(), &none, over)
        }
        On::Subkey(subkey) => config.sign_subkey_binding(by, over, &none, subkey.0.public_key()),
        On::Body(body) => Ok(sign_over(by, config, &[&primary.body(), body])),
    };
    signature.unwrap().to_bytes().unwrap()
}

/// A signature over the bodies of key packets, whatever is in them.
fn sign_over(by: &SecretKey, config: SignatureConfig, bodies: &[&[u8]]) -> Signature {
    let mut hasher = config.hash_alg.new_hasher().unwrap();
    if let SignatureVersionSpecific::V6 { salt } = &config.version_specific {
        hasher.update(salt);
    }
    for body in bodies {
        if body[0] == 6 {
            hasher.update(&[0x9b]);
            hasher.update(&(body.len() as u32).to_be_bytes());
        } else {
            hasher.update(&[0x99]);
            hasher.update(&(body.len() as u16).to_be_bytes());
        }
        hasher.update(body);
    }
    let length = config.hash_signature_data(&mut hasher).unwrap();
    hasher.update(&config.trailer(length).unwrap());
    let digest = hasher.finalize();
    let signature = SigningKey::sign(by, &Password::empty(), config.hash_alg, &digest).unwrap();
    Signature::from_config(config, [digest[0], digest[1]], signature).unwrap()
}

/// A back-signature of `subkey` for `primary`.
pub fn back(subkey: &Key, primary: &Key, created: u32) -> Vec<u8> {
    let says = Says::new(SignatureType::KeyBinding, created);
    sign(subkey, primary, On::Subkey(subkey), &says)
}

/// The same signature with its last octet changed: it parses and does not verify.
pub fn forged(mut body: Vec<u8>) -> Vec<u8> {
    *body.last_mut().unwrap() ^= 1;
    body
}

/// A sequence of packets.
#[derive(Debug, Clone, Default)]
pub struct Cert(pub Vec<(Tag, Vec<u8>)>);

impl Cert {
    /// Begins with a primary.
    pub fn of(primary: &Key) -> Self {
        Self::default().packet(Tag::PublicKey, primary.body())
    }

    /// Any packet.
    pub fn packet(mut self, tag: Tag, body: Vec<u8>) -> Self {
        self.0.push((tag, body));
        self
    }

    /// A signature on what stands before.
    pub fn sig(self, body: Vec<u8>) -> Self {
        self.packet(Tag::Signature, body)
    }

    /// A User ID with a certification.
    pub fn user_id(self, primary: &Key, id: &str, says: &Says) -> Self {
        let sig = sign(primary, primary, On::UserId(id), says);
        self.packet(Tag::UserId, id.as_bytes().to_vec()).sig(sig)
    }

    /// A subkey with a binding.
    pub fn subkey(self, primary: &Key, subkey: &Key, says: &Says) -> Self {
        let sig = sign(primary, primary, On::Subkey(subkey), says);
        self.packet(Tag::PublicSubkey, subkey.body()).sig(sig)
    }

    /// A subkey packet with any body, bound.
    pub fn subkey_body(self, primary: &Key, body: &[u8], says: &Says) -> Self {
        let sig = sign(primary, primary, On::Body(body), says);
        self.packet(Tag::PublicSubkey, body.to_vec()).sig(sig)
    }

    /// In binary.
    pub fn octets(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (tag, body) in &self.0 {
            PacketHeader::new_fixed(*tag, body.len() as u32).to_writer(&mut out).unwrap();
            out.extend(body);
        }
        out
    }
}

/// The binary form of an armored key.
pub fn dearmor(armored: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    Dearmor::new(armored.as_bytes()).read_to_end(&mut octets).unwrap();
    octets
}
