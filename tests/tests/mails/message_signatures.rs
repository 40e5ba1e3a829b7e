//! What a message signature is worth (Messages §6): one signature, one flaw.

use inbome_core::clock::Timestamp;
use inbome_core::key::{CertUnion, Certificates, Fingerprint};
use inbome_core::openpgp::message::{KeyId, OpenFlaw, RawSignature, SignatureCheck};
use inbome_core::openpgp::{Messages, Rpgp};
use inbome_tests::certs::*;
use inbome_tests::messages::*;
use pgp::composed::KeyType;
use pgp::crypto::hash::HashAlgorithm::{Md5, Ripemd160, Sha1, Sha256, Sha512};
use pgp::packet::{SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails, KeyVersion, Tag};

const TEXT: &[u8] = b"Content-Type: text/plain\r\n\r\nBody\r\n";
const ID: &str = "<alice@example.org>";
const MINUTE: u32 = 60;

/// What matters of a [`SignatureCheck`].
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Valid,
    Unknown,
    Invalid,
}
use Found::{Invalid, Unknown, Valid};

fn found(check: &SignatureCheck) -> Found {
    match check {
        SignatureCheck::Valid { .. } => Valid,
        SignatureCheck::UnknownKey { .. } => Unknown,
        SignatureCheck::Invalid => Invalid,
    }
}

fn raw(bodies: &[Vec<u8>]) -> Vec<RawSignature> {
    let octets: Vec<u8> = bodies.iter().flat_map(|body| packet(Tag::Signature, body)).collect();
    Rpgp::new().parse_signatures(&octets).expect("signatures")
}

fn union(cert: &Cert) -> CertUnion {
    Rpgp::new().union(None, &cert.octets())
}

fn check(body: &[u8], cert: &Cert) -> Found {
    let checks = Rpgp::new().verify(TEXT, &raw(&[body.to_vec()]), &[&union(cert)], NOW_AT);
    found(&checks[0])
}

fn cert_with(primary: &Key, says: &Says) -> Cert {
    let subkey = Key::encrypting(2, MADE);
    Cert::of(primary).user_id(primary, ID, says).subkey(primary, &subkey, &Says::binding(MADE))
}

fn cert(primary: &Key) -> Cert {
    cert_with(primary, &Says::certification(MADE))
}

fn revoked(primary: &Key, reason: Option<u8>, at: u32) -> Cert {
    let says = Says { reason, ..Says::new(SignatureType::KeyRevocation, at) };
    let mut cert = cert(primary);
    cert.0.insert(1, (Tag::Signature, sign(primary, primary, On::Key, &says)));
    cert
}

#[test]
fn a_signature_counts_only_in_the_life_of_its_key() {
    let alice = Key::signing(1, MADE);
    let expiring = cert_with(&alice, &Says { expires: Some(DAY), ..Says::certification(MADE) });
    let renewed = cert_with(&alice, &Says::certification(NOW));
    let at = |made| Signing::at(made).sign(&alice, TEXT);
    for (name, signature, cert, expected) in [
        ("good", at(NOW), cert(&alice), Valid),
        ("as old as the key", at(MADE), cert(&alice), Valid),
        ("before the key was made", at(MADE - 1), cert(&alice), Invalid),
        ("before the key expired", at(MADE + DAY - 1), expiring.clone(), Valid),
        ("as the key expired", at(MADE + DAY), expiring.clone(), Invalid),
        ("after the key expired", at(NOW), expiring, Invalid),
        ("before the only self-signature that is left", at(MADE + DAY), renewed, Valid),
        ("9 minutes ahead", at(NOW + 9 * MINUTE), cert(&alice), Valid),
        ("from the future", at(NOW + 11 * MINUTE), cert(&alice), Invalid),
        ("revoked without a reason later", at(NOW), revoked(&alice, None, NOW), Invalid),
        ("compromised later", at(MADE), revoked(&alice, Some(2), NOW - DAY), Invalid),
        ("retired before", at(NOW), revoked(&alice, Some(3), NOW - DAY), Invalid),
        ("retired later", at(NOW - 2 * DAY), revoked(&alice, Some(3), NOW - DAY), Valid),
        ("superseded before", at(NOW), revoked(&alice, Some(1), NOW - DAY), Invalid),
        ("revoked for an unknown reason", at(MADE), revoked(&alice, Some(99), NOW - DAY), Invalid),
    ] {
        assert_eq!(check(&signature, &cert), expected, "{name}");
    }
}

#[test]
fn a_signature_counts_only_as_what_it_may_be() {
    let (alice, rsa) = (Key::signing(1, MADE), Key::rsa());
    let good = Signing::at(NOW);
    let typ = |typ| Signing { typ, ..good.clone() }.sign(&alice, TEXT);
    let hashed = |hash| Signing { hash, ..good.clone() }.sign(&rsa, TEXT);
    let critical = Says::new(SignatureType::Binary, NOW).with_critical_subpacket().more;
    let notation = Says::new(SignatureType::Binary, NOW).with_critical_notation().more;
    let more = |more| Signing { more, ..good.clone() }.sign(&alice, TEXT);
    let lapses = |secs| Signing { lapses: Some(secs), ..Signing::at(NOW - DAY) };
    let mut certifies = good.sign(&alice, TEXT);
    certifies[1] = u8::from(SignatureType::CertPositive);
    let mut standalone = good.sign(&alice, TEXT);
    standalone[1] = u8::from(SignatureType::Standalone);
    let mut version = good.sign(&alice, TEXT);
    version[0] = 5;
    let nameless = Signing { names_issuer: false, ..good.clone() };
    let weak = Key::new(8, &KeyType::Rsa(1024), KeyVersion::V4, MADE);
    for (name, signature, cert, expected) in [
        ("binary", typ(SignatureType::Binary), cert(&alice), Valid),
        ("text", typ(SignatureType::Text), cert(&alice), Valid),
        ("SHA-256", hashed(Sha256), cert(&rsa), Valid),
        ("SHA-512", hashed(Sha512), cert(&rsa), Valid),
        ("SHA-1", hashed(Sha1), cert(&rsa), Invalid),
        ("MD5", hashed(Md5), cert(&rsa), Invalid),
        ("RIPEMD-160", hashed(Ripemd160), cert(&rsa), Invalid),
        ("RSA of 1024 bits", good.sign(&weak, TEXT), cert(&weak), Invalid),
        ("another type", certifies, cert(&alice), Invalid),
        ("standalone", standalone, cert(&alice), Invalid),
        ("an unknown version", version, cert(&alice), Invalid),
        ("an unknown critical subpacket", more(critical), cert(&alice), Invalid),
        ("a critical notation", more(notation), cert(&alice), Invalid),
        ("lapsed", lapses(DAY).sign(&alice, TEXT), cert(&alice), Invalid),
        ("not yet lapsed", lapses(DAY + 1).sign(&alice, TEXT), cert(&alice), Valid),
        ("of other octets", good.sign(&alice, b"other"), cert(&alice), Invalid),
        ("forged", forged(good.sign(&alice, TEXT)), cert(&alice), Invalid),
        ("by a stranger", good.sign(&Key::signing(9, MADE), TEXT), cert(&alice), Unknown),
        ("by nobody", nameless.sign(&alice, TEXT), cert(&alice), Unknown),
        ("no octets", vec![], cert(&alice), Invalid),
        ("cut", good.sign(&alice, TEXT)[..30].to_vec(), cert(&alice), Invalid),
    ] {
        assert_eq!(check(&signature, &cert), expected, "{name}");
    }
}

#[test]
fn a_subkey_signs_by_its_flag_and_its_back_signature() {
    let (alice, subkey) = (Key::signing(1, MADE), Key::signing(3, MADE));
    let back_signature = back(&subkey, &alice, MADE);
    let binding = |flags, back| Says { flags: Some(flags), back, ..Says::binding(MADE) };
    let with = |says: &Says| cert(&alice).subkey(&alice, &subkey, says);
    let good = binding(SIGN, Some((back_signature.clone(), true)));
    let revocation = |reason, at| Says { reason, ..Says::new(SignatureType::SubkeyRevocation, at) };
    let revoke = |says: &Says| with(&good).sig(sign(&alice, &alice, On::Subkey(&subkey), says));
    let certify_only = Says { flags: Some(0x01), ..Says::certification(MADE) };
    let primary_retired = revoked(&alice, Some(3), MADE + DAY).subkey(&alice, &subkey, &good);
    let stranger = Key::signing(9, MADE);
    for (name, signer, cert, expected) in [
        ("good", &subkey, with(&good), Valid),
        (
            "under a primary that only certifies",
            &subkey,
            { cert_with(&alice, &certify_only).subkey(&alice, &subkey, &good) },
            Valid,
        ),
        ("a primary that only certifies", &alice, cert_with(&alice, &certify_only), Invalid),
        ("no back-signature", &subkey, with(&binding(SIGN, None)), Invalid),
        (
            "a forged back-signature",
            &subkey,
            { with(&binding(SIGN, Some((forged(back_signature.clone()), true)))) },
            Invalid,
        ),
        (
            "another's back-signature",
            &subkey,
            { with(&binding(SIGN, Some((back(&stranger, &alice, MADE), true)))) },
            Invalid,
        ),
        ("no flag", &subkey, with(&binding(ENCRYPT, Some((back_signature, true)))), Invalid),
        ("revoked", &subkey, revoke(&revocation(None, NOW)), Invalid),
        ("retired before", &subkey, revoke(&revocation(Some(3), NOW - DAY)), Invalid),
        ("retired later", &subkey, revoke(&revocation(Some(3), NOW + DAY)), Valid),
        ("expired", &subkey, with(&Says { expires: Some(DAY), ..good.clone() }), Invalid),
        ("under a retired primary", &subkey, primary_retired, Invalid),
        ("not bound", &subkey, cert(&alice), Unknown),
    ] {
        assert_eq!(check(&Signing::at(NOW).sign(signer, TEXT), &cert), expected, "{name}");
    }
}

#[test]
fn every_signature_has_its_own_answer() {
    let (alice, bob, stranger) =
        (Key::signing(1, MADE), Key::signing(3, MADE), Key::signing(9, MADE));
    let signing = Signing::at(NOW);
    let signatures = raw(&[
        signing.sign(&stranger, TEXT),
        signing.sign(&alice, b"other"),
        signing.sign(&bob, TEXT),
        Signing { typ: SignatureType::Text, ..signing.clone() }.sign(&alice, TEXT),
    ]);
    let (hers, his) = (union(&cert(&alice)), union(&cert(&bob)));
    let checks = Rpgp::new().verify(TEXT, &signatures, &[&hers, &his], NOW_AT);
    let valid = |key: &Key| SignatureCheck::Valid {
        cert: Fingerprint::new(&key.fingerprint()).unwrap(),
        made: NOW_AT,
        intended: vec![],
    };
    let issuer = KeyId::from(&Fingerprint::new(&stranger.fingerprint()).unwrap());
    let unknown = SignatureCheck::UnknownKey { issuer: Some(issuer) };
    assert_eq!(checks, [unknown, SignatureCheck::Invalid, valid(&bob), valid(&alice)]);
    assert_eq!(Rpgp::new().verify(TEXT, &[], &[&hers], NOW_AT), []);
    let nobody = Rpgp::new().verify(TEXT, &signatures, &[], NOW_AT);
    assert!(nobody.iter().all(|check| found(check) == Unknown), "{nobody:?}");
}

#[test]
fn text_signatures_mean_the_lines_and_not_their_ends() {
    let alice = Key::signing(1, MADE);
    let text = Signing { typ: SignatureType::Text, ..Signing::at(NOW) };
    let signatures =
        raw(&[text.sign(&alice, b"a\r\nb\r\n"), Signing::at(NOW).sign(&alice, b"a\nb\n")]);
    let alice = union(&cert(&alice));
    for (name, octets, expected) in [
        ("LF", &b"a\nb\n"[..], [Valid, Valid]),
        ("CRLF", b"a\r\nb\r\n", [Valid, Invalid]),
        ("mixed", b"a\r\nb\n", [Valid, Invalid]),
        ("no last line end", b"a\nb", [Invalid, Invalid]),
        ("one line", b"a b", [Invalid, Invalid]),
    ] {
        let checks = Rpgp::new().verify(octets, &signatures, &[&alice], NOW_AT);
        assert_eq!([found(&checks[0]), found(&checks[1])], expected, "{name}");
    }
}

#[test]
fn whom_a_signature_was_made_for_is_told() {
    let (alice, bob, carol) = (Person::new(1), Person::new(2), Person::version_6(3, false));
    let names = |person: &Person| {
        let named = person.primary.0.fingerprint();
        Subpacket::regular(SubpacketData::IntendedRecipientFingerprint(named)).unwrap()
    };
    for (name, more, expected) in [
        ("nobody", vec![], vec![]),
        ("another", vec![names(&bob)], vec![&bob]),
        ("several", vec![names(&bob), names(&alice), names(&carol)], vec![&bob, &alice, &carol]),
    ] {
        let body = Signing { more, ..Signing::at(NOW) }.sign(&alice.primary, TEXT);
        let checks = Rpgp::new().verify(TEXT, &raw(&[body]), &[&alice.union], NOW_AT);
        let SignatureCheck::Valid { intended, .. } = &checks[0] else { panic!("{checks:?}") };
        let expected: Vec<_> =
            expected.iter().map(|person| person.key.fingerprint.clone()).collect();
        assert_eq!(*intended, expected, "{name}");
    }
}

#[test]
fn version_6_signs_and_versions_do_not_mix() {
    let modern = Person::version_6(3, false);
    let body = Signing::at(NOW).sign(&modern.primary, TEXT);
    let checks =
        Rpgp::new().verify(TEXT, &raw(std::slice::from_ref(&body)), &[&modern.union], NOW_AT);
    assert_eq!(found(&checks[0]), Valid);
    let checks = Rpgp::new().verify(b"other", &raw(&[body]), &[&modern.union], NOW_AT);
    assert_eq!(found(&checks[0]), Invalid);
}

#[test]
fn a_signature_that_its_one_pass_packet_does_not_announce_is_invalid() {
    let alice = Person::new(1);
    let text = Signing { typ: SignatureType::Text, ..Signing::at(NOW) };
    let sha512 = Signing { hash: Sha512, ..Signing::at(NOW) };
    for (name, signing, expected) in [
        ("as announced", Signing::at(NOW), Valid),
        ("another type", text, Invalid),
        ("another hash", sha512, Invalid),
    ] {
        let signature = packet(Tag::Signature, &signing.sign(&alice.primary, TEXT));
        let plaintext = [one_pass(&alice.primary), literal(TEXT), signature].concat();
        let opened = Rpgp::new().open(&encrypted(&alice, &plaintext), &[&alice.key]).expect(name);
        let checks = Rpgp::new().verify(TEXT, &opened.signatures, &[&alice.union], NOW_AT);
        assert_eq!(found(&checks[0]), expected, "{name}");
    }
}

#[test]
fn many_signatures_cost_no_more_than_some() {
    let alice = Key::signing(1, MADE);
    let bodies: Vec<Vec<u8>> =
        (0..2_000).map(|n| Signing::at(NOW - n).sign(&alice, TEXT)).collect();
    let certs = Rpgp::new();
    let alice = union(&cert(&alice));
    let before = certs.verifications();
    let checks = certs.verify(TEXT, &raw(&bodies), &[&alice], NOW_AT);
    assert_eq!(certs.verifications() - before, 16);
    let valid = checks.iter().filter(|check| found(check) == Valid).count();
    assert_eq!((valid, checks.len()), (16, 2_000));
}

#[test]
fn a_detached_signature_is_signatures_and_nothing_else() {
    let alice = Person::new(1);
    let body = Signing::at(NOW).sign(&alice.primary, TEXT);
    let signature = packet(Tag::Signature, &body);
    let marker = packet(Tag::Marker, b"PGP");
    let shape = Err(OpenFlaw::Shape);
    for (name, octets, expected) in [
        ("one", signature.clone(), Ok(1)),
        ("two", signature.repeat(2), Ok(2)),
        ("with a marker", [marker.clone(), signature.clone()].concat(), Ok(1)),
        ("a marker alone", marker, shape.clone()),
        ("with a literal", [signature.clone(), literal(b"x")].concat(), shape.clone()),
        ("cut", signature[..signature.len() - 1].to_vec(), shape.clone()),
        ("a cert", alice.cert, shape),
        ("text", b"text".to_vec(), Err(OpenFlaw::NotEncrypted)),
        ("nothing", vec![], Err(OpenFlaw::NotEncrypted)),
    ] {
        let found = Rpgp::new().parse_signatures(&octets).map(|signatures| signatures.len());
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn the_reference_time_is_an_argument() {
    let alice = Key::signing(1, MADE);
    let (signature, alice) = (raw(&[Signing::at(NOW).sign(&alice, TEXT)]), union(&cert(&alice)));
    for (name, now, expected) in [
        ("a day before", NOW - DAY, Invalid),
        ("10 minutes before", NOW - 10 * MINUTE, Valid),
        ("years later", NOW + 3_000 * DAY, Valid),
    ] {
        let now = Timestamp::from_secs(now.into());
        let checks = Rpgp::new().verify(TEXT, &signature, &[&alice], now);
        assert_eq!(found(&checks[0]), expected, "{name}");
    }
}
