//! *Usable* means that a mail can be made and that nobody but the owner can read it (Messages §6):
//! whatever is recommended can be sent.

use inbome_core::account::KeyRole;
use inbome_core::clock::Timestamp;
use inbome_core::engine::Reply;
use inbome_core::key::CertFlaw::{self, NoEncryptionKey, NotOpenPgp};
use inbome_core::key::Certificates;
use inbome_core::key::Unusable::{self, Unsupported};
use inbome_core::openpgp::message::{SealTo, Sealing};
use inbome_core::openpgp::{Lock, Messages, OpenPgpError, OwnKeys, Rpgp};
use inbome_core::outgoing::{Mode, OutgoingOptions};
use inbome_core::random::SystemRandom;
use inbome_core::recommend::{Reason, Recommendation};
use inbome_tests::certs::*;
use inbome_tests::hostile::Scene;
use inbome_tests::stage::{self, addr, autocrypt};
use pgp::composed::KeyType;
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::ser::Serialize;
use pgp::types::{KeyVersion, Tag};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const NOW_AT: Timestamp = Timestamp::from_secs(NOW as i64);
/// The curve brainpoolP256r1.
const BRAINPOOL: [u8; 9] = [0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07];
/// The curve secp256k1.
const SECP256K1: [u8; 5] = [0x2b, 0x81, 0x04, 0x00, 0x0a];

/// A cert of `version` whose one subkey has this body.
fn with_subkey(version: KeyVersion, body: &[u8]) -> Vec<u8> {
    let kind = if version == KeyVersion::V6 { KeyType::Ed25519 } else { KeyType::Ed25519Legacy };
    let primary = Key::new(1, &kind, version, MADE);
    let says = Says { flags: Some(CERTIFY_SIGN), ..Says::new(DIRECT, MADE) };
    Cert::of(&primary)
        .sig(sign(&primary, &primary, On::Key, &says))
        .subkey_body(&primary, body, &Says::binding(MADE))
        .octets()
}

const DIRECT: pgp::packet::SignatureType = pgp::packet::SignatureType::Key;

fn verdict(cert: &[u8]) -> Result<(), Unusable> {
    let certs = Rpgp::new();
    certs.judge(cert, &certs.union(None, cert), NOW_AT).verdict.map(|_| ())
}

fn check(cert: &[u8]) -> Result<(), CertFlaw> {
    Rpgp::new().check(cert).map(|_| ())
}

/// Whether a message to it can be made.
fn seals(cert: &[u8]) -> bool {
    let certs = Rpgp::new();
    let union = certs.union(None, cert);
    let recipients = [SealTo { received: cert, union: &union }];
    let sealing =
        Sealing { signer: None, recipients: &recipients, now: NOW_AT, random: &SystemRandom };
    certs.seal(b"text", &sealing).is_ok()
}

fn ecdh(curve: ECCCurve) -> Vec<u8> {
    Key::new(2, &KeyType::ECDH(curve), KeyVersion::V4, MADE).body()
}

fn new(kind: &KeyType, version: KeyVersion) -> Vec<u8> {
    Key::new(2, kind, version, MADE).body()
}

fn with_end(mut body: Vec<u8>, end: &[u8]) -> Vec<u8> {
    let start = body.len() - end.len();
    body[start..].copy_from_slice(end);
    body
}

/// The point of a Curve25519 body set to `point`.
fn curve25519_at(point: [u8; 32]) -> Vec<u8> {
    let mut body = ecdh(ECCCurve::Curve25519Legacy);
    let start = body.len() - 36;
    body[start..start + 32].copy_from_slice(&point);
    body
}

/// Points of small order, each in one of its encodings.
fn small_points() -> Vec<[u8; 32]> {
    let mut one = [0; 32];
    one[0] = 1;
    let mut high_zero = [0; 32];
    high_zero[31] = 0x80;
    let around = |first, last| {
        let mut point = [0xff; 32];
        (point[0], point[31]) = (first, last);
        point
    };
    let order_8 = stage_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
    let other = stage_hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157");
    let mut points = vec![[0; 32], one, high_zero, order_8, other];
    for first in [0xec, 0xed, 0xee] {
        points.extend([around(first, 0x7f), around(first, 0xff)]);
    }
    points
}

fn stage_hex(text: &str) -> [u8; 32] {
    let octet = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
    std::array::from_fn(octet)
}

#[test]
fn a_subkey_that_cannot_be_encrypted_to_is_unsupported_and_its_field_valid() {
    let v4 = |body: &[u8]| with_subkey(KeyVersion::V4, body);
    let v6 = |body: &[u8]| with_subkey(KeyVersion::V6, body);
    let kdf = |hash, cipher| v4(&with_end(ecdh(ECCCurve::Curve25519Legacy), &[hash, cipher]));
    let p256 = |hash, cipher| v4(&with_end(ecdh(ECCCurve::P256), &[hash, cipher]));
    let v6_p256 = new(&KeyType::ECDH(ECCCurve::P256), KeyVersion::V6);
    let off_curve = {
        let mut body = ecdh(ECCCurve::P256);
        body[20] ^= 1;
        body
    };
    let no_prefix = {
        let mut body = ecdh(ECCCurve::Curve25519Legacy);
        let prefix = body.len() - 37;
        body[prefix] = 0x41;
        body
    };
    let sign_only_rsa = {
        let mut body = Key::rsa().body();
        body[5] = 3;
        body
    };
    let brainpool = {
        let mut body = ecdh(ECCCurve::P256);
        body.splice(6..15, [&[9][..], &BRAINPOOL].concat());
        body
    };
    let secp256k1 = {
        let mut body = ecdh(ECCCurve::P256);
        body.splice(6..15, [&[5][..], &SECP256K1].concat());
        body
    };
    let unknown_kdf = {
        let mut body = ecdh(ECCCurve::Curve25519Legacy);
        let at = body.len() - 3;
        body[at] = 0xff;
        body
    };
    let trailing = [ecdh(ECCCurve::Curve25519Legacy), vec![0]].concat();
    let bad = Err(Unsupported);
    let mut cases = vec![
        ("Curve25519", v4(&ecdh(ECCCurve::Curve25519Legacy)), Ok(())),
        ("X25519", v6(&new(&KeyType::X25519, KeyVersion::V6)), Ok(())),
        ("X25519 in version 4", v4(&new(&KeyType::X25519, KeyVersion::V4)), Ok(())),
        ("X448", v6(&new(&KeyType::X448, KeyVersion::V6)), Ok(())),
        ("P-256", v4(&ecdh(ECCCurve::P256)), Ok(())),
        ("P-384", v4(&ecdh(ECCCurve::P384)), Ok(())),
        ("P-521", v4(&ecdh(ECCCurve::P521)), Ok(())),
        ("P-256 of version 6", v6(&v6_p256), Ok(())),
        ("SHA-512 and AES-128", kdf(10, 7), Ok(())),
        ("SHA-384 and AES-192", p256(9, 8), Ok(())),
        ("KDF with MD5", kdf(1, 7), bad),
        ("KDF with SHA-1", kdf(2, 7), bad),
        ("KDF with RIPEMD-160", p256(3, 7), bad),
        ("KDF with SHA-224", kdf(11, 7), bad),
        ("KDF with SHA3-256", kdf(12, 7), bad),
        ("KDF with an unknown hash", kdf(99, 7), bad),
        ("wrap with 3DES", kdf(8, 2), bad),
        ("wrap with Twofish", kdf(8, 10), bad),
        ("wrap with Camellia", p256(8, 11), bad),
        ("wrap with nothing", kdf(8, 0), bad),
        (
            "version 6 with another hash than its curve's",
            v6(&with_end(v6_p256.clone(), &[10, 7])),
            bad,
        ),
        (
            "version 6 with another wrap than its curve's",
            v6(&with_end(v6_p256.clone(), &[8, 9])),
            bad,
        ),
        ("not on its curve", v4(&off_curve), bad),
        ("point without its prefix", v4(&no_prefix), bad),
        ("RSA that only signs", v4(&sign_only_rsa), bad),
        ("brainpool", v4(&brainpool), bad),
        ("secp256k1", v4(&secp256k1), bad),
        ("unknown KDF", v4(&unknown_kdf), bad),
        ("octets behind the key", v4(&trailing), bad),
        ("X448 of zero", v6(&with_end(new(&KeyType::X448, KeyVersion::V6), &[0; 56])), bad),
        ("X448 of p", v6(&with_end(new(&KeyType::X448, KeyVersion::V6), &p_of_448())), bad),
    ];
    for point in small_points() {
        cases.push(("Curve25519 of small order", v4(&curve25519_at(point)), bad));
        let x25519 = with_end(new(&KeyType::X25519, KeyVersion::V6), &point);
        cases.push(("X25519 of small order", v6(&x25519), bad));
        let x25519 = with_end(new(&KeyType::X25519, KeyVersion::V4), &point);
        cases.push(("X25519 of small order in version 4", v4(&x25519), bad));
    }
    for (name, cert, usable) in cases {
        // An algorithm that only signs is not one that encrypts, whatever its flags say.
        let valid = if name.contains("only signs") { Err(NoEncryptionKey) } else { Ok(()) };
        assert_eq!(check(&cert), valid, "{name}");
        assert_eq!(verdict(&cert), usable, "{name}");
        assert_eq!(seals(&cert), usable.is_ok(), "{name}");
    }
}

fn p_of_448() -> [u8; 56] {
    let mut p = [0xff; 56];
    p[28] = 0xfe;
    p
}

#[test]
fn whatever_is_usable_can_be_sealed_to() {
    let mut rng = StdRng::seed_from_u64(9980);
    let v4 = [
        ecdh(ECCCurve::Curve25519Legacy),
        ecdh(ECCCurve::P256),
        ecdh(ECCCurve::P384),
        ecdh(ECCCurve::P521),
        new(&KeyType::X25519, KeyVersion::V4),
        new(&KeyType::MlKem768X25519, KeyVersion::V4),
        Key::rsa().body(),
    ];
    let v6 = [
        new(&KeyType::X25519, KeyVersion::V6),
        new(&KeyType::X448, KeyVersion::V6),
        new(&KeyType::ECDH(ECCCurve::P256), KeyVersion::V6),
        new(&KeyType::MlKem768X25519, KeyVersion::V6),
        new(&KeyType::MlKem1024X448, KeyVersion::V6),
    ];
    let all = v4.map(|it| (KeyVersion::V4, it)).into_iter();
    let (mut usable, mut refused) = (0, 0);
    for (version, good) in all.chain(v6.map(|it| (KeyVersion::V6, it))) {
        assert!(seals(&with_subkey(version, &good)), "{:?}", &good[..8]);
        let mut bodies = Vec::new();
        let mut set = |at: usize, octet: u8| {
            let mut body = good.clone();
            body[at] = octet;
            bodies.push(body);
        };
        // Every algorithm; every hash and cipher of ECDH, which are the end of a key otherwise.
        for octet in (0..48).chain(96..112).chain([0xff]) {
            set(5, octet);
            set(good.len() - 2, octet);
            set(good.len() - 1, octet);
        }
        // Version, time, length or curve, the beginning of the point or modulus.
        for at in (0..5).chain(6..24) {
            (0..3).for_each(|_| set(at, rng.gen_range(0..=255)));
        }
        for _ in 0..40 {
            let at = rng.gen_range(0..good.len());
            set(at, rng.gen_range(0..=255));
        }
        bodies.extend((1..8).map(|less| good[..good.len() - less].to_vec()));
        bodies.extend((1..8).map(|more| [&good[..], &vec![more; more.into()]].concat()));
        for body in bodies {
            let cert = with_subkey(version, &body);
            match verdict(&cert) {
                Ok(()) => {
                    usable += 1;
                    assert!(seals(&cert), "recommended and not to be sent: {body:02x?}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(usable > 300 && refused > 2_000, "{usable} usable, {refused} refused");
}

#[test]
fn a_mail_to_somebody_with_such_a_key_and_to_others_goes_as_recommended() {
    let kdf_md5 = with_end(ecdh(ECCCurve::Curve25519Legacy), &[1, 7]);
    let brainpool_primary = {
        let mut body = Key::new(1, &KeyType::ECDSA(ECCCurve::P256), KeyVersion::V4, MADE).body();
        body.splice(6..15, [&[9][..], &BRAINPOOL].concat());
        Cert::default().packet(Tag::PublicKey, body).octets()
    };
    for (name, cert) in [
        ("KDF with MD5", with_subkey(KeyVersion::V4, &kdf_md5)),
        ("zero point", with_subkey(KeyVersion::V4, &curve25519_at([0; 32]))),
        ("brainpool", brainpool_primary),
    ] {
        let scene = Scene::knows_alice();
        let peer = "moved@example.org";
        let field = |cert: &[u8]| autocrypt(peer, true, cert);
        // With a good key before: nobody goes on encrypting to the key that was left.
        let before = field(&stage::cert(77, peer));
        let now = i64::from(NOW);
        stage::receive(&scene.engine, &stage::mail(peer, now - 2 * stage::DAY, &before));
        let good = scene.engine.recommend(None, &[addr(peer)], &Reply::Unknown).unwrap();
        assert_eq!(good.recommendation, Recommendation::Encrypt, "{name}: before");
        let moved = stage::receive(&scene.engine, &stage::mail(peer, now - 60, &field(&cert)));
        assert_eq!(stage::verdicts(&moved), ["Autocrypt=valid"], "{name}");
        let to = [addr(peer), addr(stage::ALICE)];
        let advice = scene.engine.recommend(None, &to, &Reply::Unknown).unwrap();
        assert_eq!(advice.recommendation, Recommendation::Disable, "{name}");
        let reasons = &advice.recipients[0].1.reasons;
        assert!(reasons.contains(&Reason::Unusable(Unsupported)), "{name}: {reasons:?}");

        let draft = format!(
            "From: {}\r\nTo: {peer}, {}\r\nSubject: Hi\r\n\r\nHi\r\n",
            stage::BOB,
            stage::ALICE
        );
        let sent = scene.engine.process_outgoing(None, draft.as_bytes(), &Default::default());
        assert!(!sent.unwrap().encrypted, "{name}");
        let chosen = OutgoingOptions { mode: Mode::Encrypt, ..OutgoingOptions::default() };
        let refused = scene.engine.process_outgoing(None, draft.as_bytes(), &chosen);
        assert!(refused.is_err(), "{name}");
    }
}

#[test]
fn a_primary_beyond_the_library_is_valid_and_unsupported_and_a_broken_one_invalid() {
    let ecdsa = Key::new(1, &KeyType::ECDSA(ECCCurve::P256), KeyVersion::V4, MADE).body();
    let ed25519 = Key::signing(1, MADE).body();
    let curve = |oid: &[u8]| {
        let mut body = ecdsa.clone();
        body.splice(6..15, [&[u8::try_from(oid.len()).unwrap()][..], oid].concat());
        body
    };
    let number = |octets: usize| {
        let bits = u16::try_from(octets * 8).unwrap().to_be_bytes();
        [&bits[..], &vec![0xff; octets]].concat()
    };
    let rsa = |octets: usize| {
        [&[4, 0x5e, 0x0b, 0xe1, 0x00, 1][..], &number(octets), &[0, 17, 1, 0, 1]].concat()
    };
    let at = |mut body: Vec<u8>, at: usize, octet: u8| {
        body[at] = octet;
        body
    };
    let ed448_legacy = {
        let mut body = ed25519.clone();
        body.splice(6..16, [3, 0x2b, 0x65, 0x71]);
        body
    };
    let beyond = (Ok(()), Err(Unsupported));
    let broken = (Err(NotOpenPgp), Err(Unsupported));
    for (name, body, (valid, usable)) in [
        ("brainpool", curve(&BRAINPOOL), beyond),
        ("a curve that nobody knows", curve(&[0x2a, 0x03, 0x04]), beyond),
        ("an identifier that is none", curve(&[0x80]), beyond),
        ("EdDSA over Ed448", ed448_legacy, beyond),
        ("RSA 16384", rsa(2048), beyond),
        ("an algorithm of tomorrow", at(ed25519.clone(), 5, 77), beyond),
        ("ML-DSA in version 4", at(ed25519.clone(), 5, 30), beyond),
        ("P-256 off its curve", at(ecdsa.clone(), 40, ecdsa[40] ^ 1), broken),
        ("no curve", curve(&[]), broken),
        ("half a curve", ecdsa[..10].to_vec(), broken),
        ("cut short", ed25519[..ed25519.len() - 1].to_vec(), broken),
        ("octets behind it", [&ed25519[..], &[0]].concat(), broken),
        ("RSA cut short", rsa(256)[..100].to_vec(), broken),
    ] {
        let cert = Cert::default().packet(Tag::PublicKey, body).octets();
        assert_eq!(check(&cert), valid, "{name}");
        assert_eq!(verdict(&cert), usable, "{name}");
    }
}

#[test]
fn a_packet_of_a_message_makes_key_data_invalid() {
    let primary = Key::signing(1, MADE);
    let good =
        || Cert::of(&primary).subkey(&primary, &Key::encrypting(2, MADE), &Says::binding(MADE));
    for tag in 0..=63_u8 {
        let cert = good().packet(Tag::from(tag), vec![1, 2, 3]);
        let expected = match tag {
            1 | 3 | 4 | 8 | 9 | 11 | 18..=20 => Err(NotOpenPgp),
            5 | 7 => Err(CertFlaw::SecretKey),
            6 => Err(CertFlaw::SeveralCerts),
            _ => Ok(()),
        };
        assert_eq!(check(&cert.octets()), expected, "{tag}");
    }
}

#[test]
fn own_keys_are_held_to_the_same() {
    let subkey = Key::encrypting(2, MADE);
    let secret = subkey.0.to_bytes().unwrap();
    let public = subkey.body().len();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut body = secret.clone();
        change(&mut body);
        body
    };
    for (name, body) in [
        ("KDF with MD5", with(&|body| body[public - 2] = 1)),
        ("wrap with Twofish", with(&|body| body[public - 1] = 10)),
        ("zero point", with(&|body| body[public - 36..public - 4].fill(0))),
    ] {
        let primary = Key::signing(1, MADE);
        let says = Says::certification(MADE);
        let cert = Cert::of(&primary).user_id(&primary, "<me@example.org>", &says);
        let cert = cert.subkey_body(&primary, &body[..public], &Says::binding(MADE));
        let mut packets = cert.0;
        packets[0] = (Tag::SecretKey, primary.0.to_bytes().unwrap());
        packets[3] = (Tag::SecretSubkey, body);
        let octets = Cert(packets).octets();
        let (me, lock) = (addr("me@example.org"), Lock::Remove);
        let import =
            |role| Rpgp::new().import_secret(&octets, &me, NOW_AT, role, lock, &mut |_| None);
        let refused = import(KeyRole::Current);
        let Err(OpenPgpError::OnlyOld { found }) = refused else { panic!("{name}: {refused:?}") };
        assert!(found.ends_with("is not supported"), "{name}: {found}");
        assert!(import(KeyRole::Old).is_ok(), "{name}: mails of before are read with it");
    }
}
