//! Signatures of whole mails that must not count (Messages §3, §6), in every place where a mail can
//! bear one: inside the OpenPGP message, around the mail, and around the payload.

use inbome_tests::certs::*;
use inbome_tests::hostile::*;
use inbome_tests::messages::*;
use inbome_tests::stage::{ALICE, autocrypt, state};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{SignatureType, Subpacket, SubpacketData};
use pgp::types::KeyDetails;

fn entity() -> String {
    protected_text(&inside(ALICE, "bob@example.org"), "Yes")
}

/// The three places of a signature by `by`.
fn mails(scene: &Scene, by: &Person, signing: &Signing) -> [(&'static str, Vec<u8>); 3] {
    let (entity, around) = (entity(), pgp_signed(&entity(), by, signing));
    let in_message = signed_as(&by.primary, signing, entity.as_bytes());
    [
        ("in the message", mail(ALICE, "", &pgp_mime(&encrypted(&scene.bob, &in_message)))),
        ("around the mail", mail(ALICE, "", &around)),
        ("around the payload", scene.sealed(ALICE, "", &around, None)),
    ]
}

/// All three mails give this signature, and never more than the first word of it.
#[track_caller]
fn all_are(scene: &Scene, by: &Person, signing: &Signing, expected: &str) {
    for (name, mail) in mails(scene, by, signing) {
        let answer = scene.reads(&mail);
        let encryption = if name == "around the mail" { "none" } else { "encrypted" };
        assert_eq!(answer.told(), format!("{encryption} {expected}"), "{name}");
        assert!(answer.shown().contains("Yes"), "{name}");
    }
}

/// Alice with another cert, which Bob learned from her.
fn known_by(cert: &Cert) -> (Scene, Person) {
    let scene = Scene::new();
    scene.learns(ALICE, &cert.octets());
    let alice = Person { cert: cert.octets(), ..scene.alice.clone() };
    (scene, alice)
}

fn alice_with(says: &Says) -> Cert {
    let alice = Person::new(2);
    cert_of(&alice.primary, &alice.subkey, says)
}

#[test]
fn a_good_signature_is_valid_and_current_wherever_it_stands() {
    let scene = Scene::knows_alice();
    all_are(&scene, &scene.alice, &Signing::at(NOW), "valid current");
}

#[test]
fn a_signature_by_a_stranger_is_of_an_unknown_key() {
    let scene = Scene::knows_alice();
    all_are(&scene, &scene.mallory, &Signing::at(NOW), "unknown_key");
}

#[test]
fn a_signature_by_a_revoked_key_is_invalid() {
    let alice = Person::new(2);
    for (name, reason, at) in [
        ("without a reason, later", None, NOW),
        ("compromised, later", Some(2), NOW),
        ("retired before", Some(3), NOW - DAY),
    ] {
        let says = Says { reason, ..Says::new(SignatureType::KeyRevocation, at) };
        let revocation = sign(&alice.primary, &alice.primary, On::Key, &says);
        let mut cert = alice_with(&Says::certification(MADE));
        cert.0.insert(1, (pgp::types::Tag::Signature, revocation));
        let scene = Scene::knows_alice();
        scene.learns(ALICE, &cert.octets());
        all_are(&scene, &alice, &Signing::at(NOW - 1), "invalid");
        assert!(state(&scene.engine, ALICE).peer.advert.is_some(), "{name}");
    }
}

#[test]
fn a_mail_that_leaves_the_revocation_out_does_not_undo_it() {
    let scene = Scene::knows_alice();
    let alice = &scene.alice;
    let says = Says::new(SignatureType::KeyRevocation, NOW - DAY);
    let revocation = sign(&alice.primary, &alice.primary, On::Key, &says);
    let mut cert = alice_with(&Says::certification(MADE));
    cert.0.insert(1, (pgp::types::Tag::Signature, revocation));
    scene.learns(ALICE, &cert.octets());
    let field = autocrypt(ALICE, true, &alice.cert);
    let answer = scene.reads(&scene.sealed(ALICE, &field, &entity(), Some(alice)));
    assert_eq!(answer.told(), "encrypted invalid");
}

#[test]
fn a_signature_by_an_expired_key_is_invalid() {
    let says = Says { expires: Some(DAY), ..Says::certification(MADE) };
    let (scene, alice) = known_by(&alice_with(&says));
    all_are(&scene, &alice, &Signing::at(NOW), "invalid");
    all_are(&scene, &alice, &Signing::at(MADE + DAY), "invalid");
    all_are(&scene, &alice, &Signing::at(MADE + DAY - 1), "valid current");
}

#[test]
fn a_signature_from_before_the_key_was_made_is_invalid() {
    let scene = Scene::knows_alice();
    all_are(&scene, &scene.alice, &Signing::at(MADE - 1), "invalid");
    all_are(&scene, &scene.alice, &Signing::at(MADE), "valid current");
}

#[test]
fn a_signature_from_the_future_is_invalid_until_then() {
    let scene = Scene::knows_alice();
    let signing = Signing::at(NOW + 11 * 60);
    all_are(&scene, &scene.alice, &signing, "invalid");
    all_are(&scene, &scene.alice, &Signing::at(NOW + 9 * 60), "valid current");
    scene.clock.set(i64::from(NOW) + 60);
    all_are(&scene, &scene.alice, &signing, "valid current");
}

/// Alice with an RSA key, which can sign with any hash.
fn rsa() -> (Scene, Person) {
    let (primary, subkey) = (Key::rsa(), Key::encrypting(102, MADE));
    let cert = cert_of(&primary, &subkey, &Says::certification(MADE));
    let scene = Scene::new();
    scene.learns(ALICE, &cert.octets());
    (scene, Person::with(primary, subkey, &cert, &[]))
}

#[test]
fn a_signature_with_md5_is_invalid() {
    let (scene, alice) = rsa();
    all_are(&scene, &alice, &Signing::at(NOW), "valid current");
    let signing = Signing { hash: HashAlgorithm::Md5, ..Signing::at(NOW) };
    all_are(&scene, &alice, &signing, "invalid");
}

#[test]
fn a_signature_with_sha_1_is_invalid_however_old() {
    let (scene, alice) = rsa();
    for made in [NOW, MADE + DAY] {
        let signing = Signing { hash: HashAlgorithm::Sha1, ..Signing::at(made) };
        all_are(&scene, &alice, &signing, "invalid");
    }
}

#[test]
fn a_signature_over_other_octets_is_invalid() {
    let scene = Scene::knows_alice();
    let signature = Signing::at(NOW).sign(&scene.alice.primary, b"No");
    let plaintext = [packet(pgp::types::Tag::Signature, &signature), literal(b"Yes")].concat();
    assert_eq!(scene.reads_packets(&plaintext).told(), "encrypted invalid");
    // Changed on the way.
    let around = pgp_signed(&entity(), &scene.alice, &Signing::at(NOW)).replacen("Yes", "No", 1);
    assert_eq!(scene.reads(&mail(ALICE, "", &around)).told(), "none invalid");
}

#[test]
fn a_signature_that_is_no_signature_is_not_valid() {
    let scene = Scene::knows_alice();
    let around = pgp_signed(&entity(), &scene.alice, &Signing::at(NOW));
    let (before, rest) = around.split_once("-----BEGIN PGP").expect("a signature");
    let (_, after) = rest.split_once("-----END PGP SIGNATURE-----").expect("its end");
    for (name, inside) in [
        ("nothing", String::new()),
        ("text", "signed by Alice".to_owned()),
        ("a literal", armored("SIGNATURE", &literal(b"x"))),
        ("her cert", armored("PUBLIC KEY BLOCK", &scene.alice.cert)),
    ] {
        let told = scene.reads(&mail(ALICE, "", &format!("{before}{inside}{after}"))).told();
        assert_eq!(told, "none none", "{name}");
    }
}

fn names(person: &Person) -> Subpacket {
    let named = person.primary.0.fingerprint();
    Subpacket::regular(SubpacketData::IntendedRecipientFingerprint(named)).expect("a subpacket")
}

#[test]
fn a_mail_that_was_signed_for_another_is_invalid() {
    let scene = Scene::knows_alice();
    // Carol encrypts what Alice wrote to her anew, to Bob.
    let for_carol = Signing { more: vec![names(&scene.carol)], ..Signing::at(NOW) };
    all_are(&scene, &scene.alice, &for_carol, "invalid");
    let [(_, mail), ..] = mails(&scene, &scene.alice, &for_carol);
    let summary = scene.reads(&mail).decrypted.summary;
    assert_eq!(summary.intended.map(|intended| intended.name()), Some("no"));

    let for_both = Signing { more: vec![names(&scene.carol), names(&scene.bob)], ..for_carol };
    let [(_, in_message), (_, in_clear), (_, in_payload)] = mails(&scene, &scene.alice, &for_both);
    assert_eq!(scene.reads(&in_message).told(), "encrypted valid current");
    assert_eq!(scene.reads(&in_payload).told(), "encrypted valid current");
    // Named recipients mean that it was encrypted: somebody took that off.
    assert_eq!(scene.reads(&in_clear).told(), "none invalid");
}
