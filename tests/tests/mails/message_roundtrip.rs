//! Messages that we seal and open ourselves (Messages §2 and §3).

use inbome_core::key::Fingerprint;
use inbome_core::openpgp::message::{KeyId, OpenFlaw, SealTo, Sealing, SignatureCheck};
use inbome_core::openpgp::{Messages, OpenPgpError, Rpgp, SecretKey};
use inbome_core::random::{RandomError, SecureRandom, SystemRandom};
use inbome_tests::certs::*;
use inbome_tests::messages::*;
use inbome_tests::rounds;
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};
use std::collections::BTreeSet;

fn seal(payload: &[u8], signer: Option<&Person>, to: &[&Person]) -> Vec<u8> {
    try_seal(payload, signer.map(|signer| &signer.key), to, &SystemRandom).expect("seal")
}

fn try_seal(
    payload: &[u8],
    signer: Option<&SecretKey>,
    to: &[&Person],
    random: &dyn SecureRandom,
) -> Result<Vec<u8>, OpenPgpError> {
    let recipients: Vec<SealTo<'_>> = to.iter().map(|person| person.seal_to()).collect();
    let sealing = Sealing { signer, recipients: &recipients, now: NOW_AT, random };
    Rpgp::new().seal(payload, &sealing)
}

fn fingerprints(people: &[&Person]) -> Vec<Fingerprint> {
    people.iter().map(|person| person.key.fingerprint.clone()).collect()
}

/// The packets of an armored message by tag, and the body of each.
fn packets(armored: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let octets = dearmor(std::str::from_utf8(armored).unwrap());
    let mut rest = octets.as_slice();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let header = pgp::packet::PacketHeader::try_from_reader(&mut rest).unwrap();
        let length = header.packet_length().maybe_len().unwrap() as usize;
        found.push((u8::from(header.tag()), rest[..length].to_vec()));
        rest = &rest[length..];
    }
    found
}

#[test]
fn a_thousand_random_payloads_come_back_signed_for_all_whom_they_were_meant_for() {
    let (alice, bob, carol) = (Person::new(1), Person::version_6(2, true), Person::new(3));
    let people = [&alice, &bob, &carol];
    let certs = Rpgp::new();
    let mut rng = StdRng::from_seed([1; 32]);
    let mut session_keys = BTreeSet::new();
    for round in 0..rounds(1_000) {
        let length = if round == 0 { 0 } else { rng.gen_range(0..3_000) };
        let mut payload = vec![0; length];
        rng.fill_bytes(&mut payload);
        let (from, to) = (people[round % 3], people[(round + 1) % 3]);
        let message = seal(&payload, Some(from), &[to, from]);
        let opened = certs.open(&message, &[&to.key]).expect("open");
        assert_eq!(opened.payload.as_bytes(), payload, "round {round}");
        let signers = [&alice.union, &bob.union, &carol.union];
        let checks = certs.verify(&payload, &opened.signatures, &signers, NOW_AT);
        let (cert, made) = (from.key.fingerprint.clone(), NOW_AT);
        let intended = fingerprints(&[to, from]);
        assert_eq!(checks, [SignatureCheck::Valid { cert, made, intended }], "round {round}");
        session_keys.insert(opened.session_key.as_bytes().to_vec());
    }
    assert_eq!(session_keys.len(), rounds(1_000), "a session key came twice");
}

#[test]
fn ten_megabytes_come_back() {
    let (alice, bob) = (Person::new(1), Person::new(2));
    let mut payload = vec![0; 10 * 1024 * 1024];
    StdRng::from_seed([2; 32]).fill_bytes(&mut payload);
    let message = seal(&payload, Some(&alice), &[&bob, &alice]);
    let opened = Rpgp::new().open(&message, &[&bob.key]).expect("open");
    assert!(opened.payload.as_bytes() == payload);
    let checks = Rpgp::new().verify(&payload, &opened.signatures, &[&alice.union], NOW_AT);
    assert!(matches!(checks.as_slice(), [SignatureCheck::Valid { .. }]));
}

#[test]
fn every_length_around_the_chunks_comes_back_in_both_versions() {
    for (name, person) in [("version 1", Person::new(1)), ("version 2", Person::version_6(2, true))]
    {
        for length in (0..70).chain((16_200..16_420).step_by(11)).chain([32_768, 65_536]) {
            let payload = vec![0x2e; length];
            let message = seal(&payload, None, &[&person]);
            let opened = Rpgp::new().open(&message, &[&person.key]).expect(name);
            assert!(opened.payload.as_bytes() == payload, "{name}: {length}");
            assert_eq!(opened.signatures, [], "{name}: a draft is not signed");
        }
    }
}

#[test]
fn version_2_is_for_those_who_all_announce_it() {
    let (old, plain) = (Person::new(1), Person::version_6(2, false));
    let (modern, other) = (Person::version_6(3, true), Person::version_6(4, true));
    for (name, signer, to, version) in [
        ("all announce it", &modern, vec![&modern, &other], 2),
        ("one of version 4", &modern, vec![&modern, &old], 1),
        ("one of version 6 without", &modern, vec![&modern, &plain], 1),
        ("nobody", &old, vec![&old], 1),
    ] {
        let message = seal(b"x", Some(signer), &to);
        let packets = packets(&message);
        let (tag, body) = packets.last().unwrap();
        assert_eq!((*tag, body[0]), (18, version), "{name}");
        let wrapped: Vec<u8> = packets[..to.len()].iter().map(|(_, body)| body[0]).collect();
        assert_eq!(wrapped, vec![if version == 2 { 6 } else { 3 }; to.len()], "{name}");
        // RFC 9580 §6.1: the armor of version 2 must bear no checksum.
        let checksum = message.windows(2).any(|octets| octets == b"\n=");
        assert_eq!(checksum, version == 1, "{name}");
        for person in to {
            let opened = Rpgp::new().open(&message, &[&person.key]).expect(name);
            let checks = Rpgp::new().verify(b"x", &opened.signatures, &[&signer.union], NOW_AT);
            assert!(matches!(checks[0], SignatureCheck::Valid { .. }), "{name}: {checks:?}");
        }
    }
}

#[test]
fn the_armor_bears_neither_version_nor_comment() {
    let alice = Person::new(1);
    let message = String::from_utf8(seal(b"x", Some(&alice), &[&alice])).unwrap();
    let mut lines = message.lines();
    assert_eq!(lines.next(), Some("-----BEGIN PGP MESSAGE-----"));
    assert_eq!(lines.next(), Some(""));
    assert!(message.ends_with("\n-----END PGP MESSAGE-----\n"));
    assert!(!message.contains(':'));
}

#[test]
fn nothing_of_the_message_says_more_than_it_must() {
    let (alice, bob) = (Person::new(1), Person::new(2));
    let message = seal(b"x", Some(&alice), &[&bob, &alice, &bob]);
    let tags: Vec<u8> = packets(&message).iter().map(|(tag, _)| *tag).collect();
    assert_eq!(tags, [1, 1, 18], "one subkey twice is one packet");
    let to = Rpgp::new().recipients(&message).expect("recipients");
    let subkeys = [&alice, &bob]
        .map(|person| KeyId::from(&Fingerprint::new(&person.subkey.fingerprint()).unwrap()));
    assert_eq!(BTreeSet::from_iter(to), BTreeSet::from(subkeys));
}

#[test]
fn only_a_key_that_is_named_can_open() {
    let (alice, bob, carol) = (Person::new(1), Person::new(2), Person::new(3));
    let certs = Rpgp::new();
    let message = seal(b"x", Some(&alice), &[&bob]);
    assert!(certs.can_open(&message, &[&alice.key, &bob.key]));
    assert!(!certs.can_open(&message, &[&alice.key, &carol.key]));
    assert!(!certs.can_open(&message, &[]));
    assert!(!certs.can_open(b"no message", &[&bob.key]));
    let key_ids = certs.recipients(&message).unwrap();
    assert_eq!(certs.open(&message, &[&alice.key]), Err(OpenFlaw::NoKey { key_ids }));
    // The current key stands first, an older one opens all the same.
    assert!(certs.open(&message, &[&carol.key, &bob.key]).is_ok());
}

#[test]
fn a_failing_random_source_is_an_error_before_anything_is_made() {
    struct Empty;
    impl SecureRandom for Empty {
        fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
            Err(RandomError)
        }
    }
    let alice = Person::new(1);
    let failed = try_seal(b"x", Some(&alice.key), &[&alice], &Empty);
    assert_eq!(failed, Err(OpenPgpError::Random(RandomError)));
}

#[test]
fn who_cannot_be_encrypted_to_is_named_and_nothing_is_made() {
    let (alice, bob) = (Person::new(1), Person::new(2));
    let (primary, subkey) = (Key::signing(2, MADE), Key::encrypting(102, MADE));
    let expired = Cert::of(&primary)
        .user_id(&primary, "<b@example.org>", &Says::certification(MADE))
        .subkey(&primary, &subkey, &Says { expires: Some(DAY), ..Says::binding(MADE) });
    let expired = Person { cert: expired.octets(), ..bob.clone() };
    let union = inbome_core::key::Certificates::union(&Rpgp::new(), None, &expired.cert);
    let expired = Person { union, ..expired };
    let found = try_seal(b"x", Some(&alice.key), &[&alice, &expired], &SystemRandom);
    let Err(OpenPgpError::Unusable { found }) = found else { panic!("{found:?}") };
    assert!(found.contains(&bob.key.fingerprint.to_string()), "{found}");
    let nobody = try_seal(b"x", Some(&alice.key), &[], &SystemRandom);
    assert!(matches!(nobody, Err(OpenPgpError::Malformed { .. })), "{nobody:?}");
}

#[test]
fn the_newest_subkey_of_the_advert_is_encrypted_to_and_a_signing_subkey_signs() {
    let (primary, old, new) =
        (Key::signing(1, MADE), Key::encrypting(2, MADE), Key::encrypting(3, MADE + DAY));
    let signer = Key::signing(4, MADE);
    let back = Some((back(&signer, &primary, MADE), true));
    let certify = Says { flags: Some(0x01), ..Says::certification(MADE) };
    let cert = Cert::of(&primary)
        .user_id(&primary, "<person@example.org>", &certify)
        .subkey(&primary, &old, &Says::binding(MADE))
        .subkey(&primary, &new, &Says::binding(MADE + DAY))
        .subkey(&primary, &signer, &Says { flags: Some(SIGN), back, ..Says::binding(MADE) });
    let person = Person::with(primary, new.clone(), &cert, &[&signer, &old]);
    let message = seal(b"x", Some(&person), &[&person]);
    let opened = Rpgp::new().open(&message, &[&person.key]).expect("open");
    assert_eq!(opened.to, [KeyId::from(&Fingerprint::new(&new.fingerprint()).unwrap())]);
    let checks = Rpgp::new().verify(b"x", &opened.signatures, &[&person.union], NOW_AT);
    let SignatureCheck::Valid { cert, .. } = &checks[0] else { panic!("{checks:?}") };
    assert_eq!(*cert, person.key.fingerprint, "the primary stands for its subkey");
}

#[test]
fn a_session_key_is_exported_as_cipher_and_hexadecimal() {
    let alice = Person::new(1);
    let opened = Rpgp::new().open(&encrypted(&alice, &literal(b"x")), &[&alice.key]).unwrap();
    assert_eq!(opened.session_key.as_bytes(), format!("9:{}", "5E".repeat(32)).as_bytes());
}

#[test]
fn keys_of_other_kinds_open_too() {
    let rsa = Key::rsa();
    let person = Person::new(1);
    for (name, to) in [("RSA", &rsa), ("ECDH", &person.subkey)] {
        let cert = Cert::of(&rsa)
            .user_id(&rsa, "<person@example.org>", &Says::certification(MADE))
            .subkey(&rsa, &person.subkey, &Says::binding(MADE));
        let key = Person::with(rsa.clone(), person.subkey.clone(), &cert, &[]).key;
        let message = [wrapped(to), protected(&literal(b"x"))].concat();
        let opened = Rpgp::new().open(&message, &[&key]).expect(name);
        assert_eq!(opened.payload.as_bytes(), b"x", "{name}");
    }
}
