//! Post-quantum keys (RFC 9980): encrypted to, decrypted with, verified by, passed on as gossip, and
//! taken before a classical one.

use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::header::largest_field;
use inbome_core::key::Unusable::Unsupported;
use inbome_core::key::{Certificates, Fingerprint};
use inbome_core::limits::MAX_KEY_FIELD_BYTES;
use inbome_core::openpgp::message::{KeyId, Sealing, SignatureCheck};
use inbome_core::openpgp::{Keyring, Messages, OpenPgpError, OwnKeys, Renewal, Rpgp};
use inbome_core::outgoing::OutgoingOptions;
use inbome_core::random::SystemRandom;
use inbome_tests::certs::*;
use inbome_tests::hostile::Scene;
use inbome_tests::messages::*;
use inbome_tests::stage::{self, addr, autocrypt};
use pgp::composed::KeyType;
use pgp::types::KeyVersion;

fn quantum(seed: u8, version: KeyVersion, created: u32) -> Key {
    Key::new(seed, &KeyType::MlKem768X25519, version, created)
}

/// A version 4 cert with a post-quantum subkey and a younger classical one.
fn both(post_quantum: &Says) -> (Person, Key, Key) {
    let primary = Key::signing(1, MADE);
    let old = quantum(2, KeyVersion::V4, MADE);
    let young = Key::encrypting(3, MADE + DAY);
    let cert = Cert::of(&primary)
        .user_id(&primary, "<person@example.org>", &Says::certification(MADE))
        .subkey(&primary, &old, post_quantum)
        .subkey(&primary, &young, &Says::binding(MADE + DAY));
    (Person::with(primary, young.clone(), &cert, &[&old]), old, young)
}

fn version_6(primary: &KeyType, subkey: &KeyType) -> Person {
    let primary = Key::new(5, primary, KeyVersion::V6, MADE);
    let subkey = Key::new(6, subkey, KeyVersion::V6, MADE);
    let direct = Says { flags: Some(CERTIFY_SIGN), ..direct() };
    let cert = Cert::of(&primary).sig(sign(&primary, &primary, On::Key, &direct)).subkey(
        &primary,
        &subkey,
        &strong(Says::binding(MADE)),
    );
    Person::with(primary, subkey, &cert, &[])
}

fn direct() -> Says {
    strong(Says::new(pgp::packet::SignatureType::Key, MADE))
}

/// RFC 9980 wants a hash as strong as the key.
fn strong(says: Says) -> Says {
    Says { hash: pgp::crypto::hash::HashAlgorithm::Sha3_512, ..says }
}

/// What `by` signs for `to`, and whom it is encrypted to.
fn exchanged(by: &Person, to: &Person) -> Vec<KeyId> {
    let certs = Rpgp::new();
    let recipients = [to.seal_to()];
    let signer = Some(&by.key);
    let sealing = Sealing { signer, recipients: &recipients, now: NOW_AT, random: &SystemRandom };
    let message = certs.seal(b"text", &sealing).unwrap();
    let opened = certs.open(&message, &[&to.key]).unwrap();
    assert_eq!(opened.payload.as_bytes(), b"text");
    let checks = certs.verify(b"text", &opened.signatures, &[&by.union], NOW_AT);
    assert!(matches!(checks[0], SignatureCheck::Valid { .. }), "{checks:?}");
    opened.to
}

fn named(key: &Key) -> Vec<KeyId> {
    vec![KeyId::from(&Fingerprint::new(&key.fingerprint()).unwrap())]
}

#[test]
fn post_quantum_certs_are_encrypted_to_opened_and_verified() {
    let alice = Person::new(9);
    for (name, primary, subkey) in [
        ("ML-KEM-768+X25519", KeyType::Ed25519, KeyType::MlKem768X25519),
        ("ML-KEM-1024+X448", KeyType::Ed25519, KeyType::MlKem1024X448),
        ("ML-DSA-65+Ed25519", KeyType::MlDsa65Ed25519, KeyType::X25519),
    ] {
        // An own key that is too long for a field is refused with its size; it is read as old.
        if name.starts_with("ML-DSA") {
            let primary = Key::new(5, &primary, KeyVersion::V6, MADE);
            let subkey = Key::new(6, &subkey, KeyVersion::V6, MADE);
            let says = Says { flags: Some(CERTIFY_SIGN), ..direct() };
            let cert = Cert::of(&primary).sig(sign(&primary, &primary, On::Key, &says)).subkey(
                &primary,
                &subkey,
                &strong(Says::binding(MADE)),
            );
            let certs = Rpgp::new();
            let union = certs.union(None, &cert.octets());
            assert!(certs.judge(&cert.octets(), &union, NOW_AT).verdict.is_ok(), "{name}");
            let octets = transferable(&cert, &[&primary, &subkey]);
            let me = addr("person@example.org");
            let role = inbome_core::account::KeyRole::Current;
            let lock = inbome_core::openpgp::Lock::Remove;
            let found = certs.import_secret(&octets, &me, NOW_AT, role, lock, &mut |_| None);
            assert!(matches!(found, Err(OpenPgpError::TooLarge { .. })), "{name}: {found:?}");
            let signature = Signing::at(NOW);
            let signature = Signing { hash: strong(direct()).hash, ..signature };
            let signature = packet(pgp::types::Tag::Signature, &signature.sign(&primary, b"x"));
            let signatures = certs.parse_signatures(&signature).unwrap();
            let checks = certs.verify(b"x", &signatures, &[&union], NOW_AT);
            assert!(matches!(checks[0], SignatureCheck::Valid { .. }), "{name}: {checks:?}");
            continue;
        }
        let bob = version_6(&primary, &subkey);
        assert_eq!(exchanged(&alice, &bob), named(&bob.subkey), "{name}");
        assert_eq!(exchanged(&bob, &alice), named(&alice.subkey), "{name}");
        assert!(field(&bob.cert) <= MAX_KEY_FIELD_BYTES, "{name}");
    }
}

fn field(cert: &[u8]) -> usize {
    largest_field(&addr("person@example.org"), cert)
}

#[test]
fn of_a_version_4_cert_with_both_kinds_the_post_quantum_subkey_is_taken_while_it_is_valid() {
    let alice = Person::new(9);
    let binding = Says::binding(MADE);
    let ended = Says { expires: Some(DAY), ..Says::binding(MADE) };
    for (name, says, takes_old) in [("valid", binding, true), ("expired", ended, false)] {
        let (bob, old, young) = both(&says);
        let taken = if takes_old { &old } else { &young };
        let judged = Rpgp::new().judge(&bob.cert, &bob.union, NOW_AT).verdict.unwrap();
        assert_eq!(judged.subkey.as_bytes(), taken.fingerprint(), "{name}");
        assert_eq!(exchanged(&alice, &bob), named(taken), "{name}");
        assert_eq!(exchanged(&bob, &alice), named(&alice.subkey), "{name}");
    }
}

#[test]
fn a_post_quantum_key_with_a_point_of_small_order_or_a_bad_number_is_unsupported() {
    let primary = Key::signing(1, MADE);
    let good = quantum(2, KeyVersion::V4, MADE).body();
    let zero_point = {
        let mut body = good.clone();
        body[6..38].fill(0);
        body
    };
    // Numbers of ML-KEM are below 3329; this one is 4095.
    let not_reduced = {
        let mut body = good.clone();
        (body[38], body[39]) = (0xff, body[39] | 0x0f);
        body
    };
    for (name, body, usable) in [
        ("good", good, Ok(())),
        ("zero point", zero_point, Err(Unsupported)),
        ("a number past the modulus", not_reduced, Err(Unsupported)),
    ] {
        let cert = Cert::of(&primary).subkey_body(&primary, &body, &Says::binding(MADE)).octets();
        let certs = Rpgp::new();
        assert!(certs.check(&cert).is_ok(), "{name}");
        let judged = certs.judge(&cert, &certs.union(None, &cert), NOW_AT);
        assert_eq!(judged.verdict.map(|_| ()), usable, "{name}");
    }
}

#[test]
fn a_peer_with_a_post_quantum_key_is_learnt_encrypted_to_and_passed_on() {
    let primary = Key::signing(1, MADE);
    let subkey = quantum(2, KeyVersion::V4, MADE);
    let peer = "quantum@example.org";
    let cert = Cert::of(&primary)
        .user_id(&primary, &format!("<{peer}>"), &Says::certification(MADE))
        .subkey(&primary, &subkey, &Says::binding(MADE));
    let owner = Person::with(primary, subkey.clone(), &cert, &[]);
    let scene = Scene::knows_alice();
    let advert = autocrypt(peer, true, &owner.cert);
    let learnt = stage::receive(&scene.engine, &stage::mail(peer, i64::from(NOW) - 60, &advert));
    assert_eq!(stage::verdicts(&learnt), ["Autocrypt=valid"]);

    let draft = format!(
        "From: {}\r\nTo: {peer}, {}\r\nSubject: Hi\r\n\r\nHi\r\n",
        stage::BOB,
        stage::ALICE
    );
    let options =
        OutgoingOptions { mode: inbome_core::outgoing::Mode::Encrypt, ..Default::default() };
    let sent = scene.engine.process_outgoing(None, draft.as_bytes(), &options).unwrap();
    assert!(sent.encrypted);
    let mail = &sent.messages[0].data;
    let start = mail.windows(5).position(|five| five == b"-----").unwrap();
    let armor = &mail[start..];
    let begin = armor.windows(10).position(|ten| ten == b"-----BEGIN").unwrap();
    let end = armor.windows(8).rposition(|eight| eight == b"-----END").unwrap();
    let message = [&armor[begin..end], b"-----END PGP MESSAGE-----\r\n"].concat();
    let opened = Rpgp::new().open(&message, &[&owner.key]).unwrap();
    let payload = String::from_utf8(opened.payload.as_bytes().to_vec()).unwrap();
    assert!(payload.contains(&format!("Autocrypt-Gossip: addr={peer};")), "{payload}");
    let certs = Rpgp::new();
    let to = Addr::parse(peer).unwrap();
    let now = Timestamp::from_secs(NOW.into());
    let gossip = certs.cert_for_gossip(&owner.union, &owner.cert, &to, now).unwrap();
    assert!(field(&gossip) < 3_000, "{}", field(&gossip));
}

#[test]
fn a_smaller_copy_of_a_cert_with_both_kinds_has_both_and_is_renewed_with_both() {
    let (bob, old, young) = both(&Says::binding(MADE));
    let certs = Rpgp::new();
    let me = addr("person@example.org");
    let gossip = certs.cert_for_gossip(&bob.union, &bob.cert, &me, NOW_AT).unwrap();
    let expires = NOW_AT.plus_secs(1_000_000);
    let renewal = Renewal { addr: &me, expires: Some(expires), now: NOW_AT, random: &SystemRandom };
    let renewed = certs.renew(&bob.key, &bob.key, &renewal).unwrap();
    for (name, cert, ends) in [
        ("own", &bob.key.cert, None),
        ("gossip", &gossip, None),
        ("renewed", &renewed.cert, Some(expires)),
    ] {
        for subkey in [&old, &young] {
            let body = subkey.body();
            let found = cert.windows(body.len()).filter(|found| *found == body).count();
            assert_eq!(found, 1, "{name}");
        }
        let judged = certs.judge(cert, &certs.union(None, cert), NOW_AT).verdict.unwrap();
        assert_eq!(judged.subkey.as_bytes(), old.fingerprint(), "{name}");
        assert_eq!(judged.expires, ends, "{name}");
    }
}
