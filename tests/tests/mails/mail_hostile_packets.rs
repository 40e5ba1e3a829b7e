//! Mails whose OpenPGP message was tampered with or put together wrongly (Messages §3, §7): no octet
//! of it is given, and always for the same reason.

use inbome_tests::certs::NOW;
use inbome_tests::hostile::*;
use inbome_tests::messages::*;
use inbome_tests::stage::ALICE;
use pgp::types::Tag;

const TEXT: &str = "Content-Type: text/plain\r\n\r\nHello Bob\r\n";

fn hello() -> Vec<u8> {
    literal(TEXT.as_bytes())
}

/// Bob reads a mail with this key packet and this data packet.
fn reads(scene: &Scene, tag: Tag, body: &[u8]) -> Answer {
    let message = [wrapped(&scene.bob.subkey), packet(tag, body)].concat();
    scene.reads(&mail(ALICE, "", &pgp_mime(&message)))
}

#[test]
fn a_cfb_gadget_gives_no_octet() {
    let scene = Scene::new();
    // Known plaintext at the beginning lets anybody write blocks of their own into CFB data.
    let known = literal(&[b'x'; 64]);
    let mut body = protected_body(&known);
    assert_eq!(reads(&scene, Tag::SymEncryptedProtectedData, &body).told(), "encrypted none");
    // Version, and the prefix of one block and two octets.
    for (n, wanted) in b"<img src=//evil/".iter().enumerate() {
        body[1 + 18 + n] ^= known[n] ^ wanted;
    }
    reads(&scene, Tag::SymEncryptedProtectedData, &body).gives_nothing("gadget", "damaged");
}

#[test]
fn a_stripped_mdc_gives_no_octet() {
    let scene = Scene::new();
    let body = protected_body(&hello());
    let answer = reads(&scene, Tag::SymEncryptedProtectedData, &body);
    assert!(answer.shown().ends_with("Hello Bob\r\n"));
    let stripped = &body[..body.len() - 22];
    reads(&scene, Tag::SymEncryptedProtectedData, stripped).gives_nothing("all of it", "damaged");
    let half = &body[..body.len() - 10];
    reads(&scene, Tag::SymEncryptedProtectedData, half).gives_nothing("half of it", "damaged");
}

#[test]
fn an_altered_mdc_gives_no_octet() {
    let scene = Scene::new();
    let body = protected_body(&hello());
    for back in 1..=22 {
        let mut altered = body.clone();
        let at = altered.len() - back;
        altered[at] ^= 1;
        let answer = reads(&scene, Tag::SymEncryptedProtectedData, &altered);
        answer.gives_nothing(&format!("octet {back} from the end"), "damaged");
    }
}

#[test]
fn a_large_message_gives_no_octet_before_its_last_one_was_checked() {
    let scene = Scene::new();
    // Without a length of its own any beginning of it would do for a whole literal.
    let text = [TEXT.as_bytes(), &[b'x'; 300_000]].concat();
    let endless = [&[0xaf, b'b', 0, 0, 0, 0, 0], &text[..]].concat();
    let body = protected_body(&endless);
    let answer = reads(&scene, Tag::SymEncryptedProtectedData, &body);
    assert!(answer.shown().ends_with("xxx"));
    for back in [1, 22, 1_000, 250_000] {
        let mut altered = body.clone();
        let at = altered.len() - back;
        altered[at] ^= 1;
        let answer = reads(&scene, Tag::SymEncryptedProtectedData, &altered);
        answer.gives_nothing(&format!("octet {back} from the end"), "damaged");
    }
    let cut = &body[..body.len() - 22];
    reads(&scene, Tag::SymEncryptedProtectedData, cut).gives_nothing("cut", "damaged");
}

#[test]
fn a_packet_without_integrity_protection_gives_no_octet() {
    let scene = Scene::new();
    let body = protected_body(&hello());
    // What an attacker makes of a protected message: another tag, no version, no digest.
    for (name, body) in [
        ("whole", &body[1..]),
        ("without its digest", &body[1..body.len() - 22]),
        ("no octets", &[][..]),
    ] {
        reads(&scene, Tag::SymEncryptedData, body).gives_nothing(name, "unprotected");
    }
}

#[test]
fn extra_literal_packets_fail() {
    let scene = Scene::knows_alice();
    let (by, other) = (&scene.alice.primary, literal(b"\r\nPay Mallory."));
    for (name, plaintext) in [
        ("before", [other.clone(), signed(by, TEXT.as_bytes())].concat()),
        ("after", [signed(by, TEXT.as_bytes()), other.clone()].concat()),
        ("unsigned, twice", [hello(), other.clone()].concat()),
        ("after compressed data", [stored(&hello()), other.clone()].concat()),
        ("in compressed data", stored(&[hello(), other].concat())),
    ] {
        scene.reads_packets(&plaintext).gives_nothing(name, "damaged");
    }
}

#[test]
fn encrypted_inside_encrypted_fails() {
    let scene = Scene::new();
    let inner = encrypted(&scene.bob, &hello());
    for (name, plaintext) in [
        ("directly", inner.clone()),
        ("in compressed data", stored(&inner)),
        ("beside a literal", [hello(), inner.clone()].concat()),
    ] {
        scene.reads_packets(&plaintext).gives_nothing(name, "damaged");
    }
    // As a part of its payload it is a part like any other, and is left alone.
    let part = pgp_mime(&inner);
    let answer = scene.reads(&scene.sealed(ALICE, "", &part, None));
    assert_eq!(answer.told(), "encrypted none");
    assert!(answer.shown().contains("BEGIN PGP MESSAGE") && !answer.shown().contains("Hello"));
}

#[test]
fn marker_and_padding_packets_are_skipped() {
    let scene = Scene::knows_alice();
    let (marker, padding) = (packet(Tag::Marker, b"PGP"), packet(Tag::Padding, &[7; 40]));
    let text = signed_as(&scene.alice.primary, &Signing::at(NOW), TEXT.as_bytes());
    for (name, plaintext) in [
        ("markers", [&marker[..], &text, &marker].concat()),
        ("padding", [&padding[..], &text, &padding].concat()),
        ("in compressed data", stored(&[&marker[..], &padding, &text].concat())),
    ] {
        let answer = scene.reads_packets(&plaintext);
        assert_eq!(answer.told(), "encrypted valid current", "{name}");
        assert!(answer.shown().ends_with("\r\n\r\nHello Bob\r\n"), "{name}");
    }
    let (key, data) = (wrapped(&scene.bob.subkey), protected(&text));
    let around = [&marker[..], &key, &padding, &data, &marker].concat();
    let answer = scene.reads(&mail(ALICE, "", &pgp_mime(&around)));
    assert_eq!(answer.told(), "encrypted valid current");
}

#[test]
fn every_failure_after_a_session_key_was_found_looks_the_same() {
    let scene = Scene::new();
    let mut altered = protected_body(&hello());
    altered[30] ^= 1;
    let wrong = packet(Tag::SymEncryptedProtectedData, &altered);
    let wrong = [wrapped(&scene.bob.subkey), wrong].concat();
    let answers = [
        encrypted(&scene.bob, b"no packets"),
        encrypted(&scene.bob, &hello().repeat(2)),
        encrypted(&scene.bob, &packet(Tag::CompressedData, &[2, 1, 2, 3])),
        wrong,
    ]
    .map(|message| scene.reads(&mail(ALICE, "", &pgp_mime(&message))).decrypted);
    assert_eq!(answers[0].summary.encryption.name(), "failed");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[test]
fn a_mail_encrypted_to_somebody_else_names_the_keys_and_gives_nothing() {
    let scene = Scene::new();
    let answer = scene.reads(&mail(ALICE, "", &pgp_mime(&encrypted(&scene.carol, &hello()))));
    answer.gives_nothing("to Carol", "no_key");
    let said = format!("{:?}", answer.decrypted.summary.encryption);
    assert!(said.contains("key_ids"), "{said}");
}
