//! Mails that shall cost Bob his memory (Discovery §9, Messages §7): none takes more than 64 MiB
//! beyond its own size, as it came and as it is decoded. Measured by what is allocated, never by time.

use inbome_core::discover::Receipt;
use inbome_core::engine::{AccountOptions, Engine};
use inbome_core::error::Error;
use inbome_core::key::Certificates;
use inbome_core::openpgp::Rpgp;
use inbome_core::secret::Secret;
use inbome_tests::certs::*;
use inbome_tests::hostile::*;
use inbome_tests::memory::{alone, growth};
use inbome_tests::messages::*;
use inbome_tests::stage::{self, ALICE, BOB, autocrypt, outcome, state, verdicts};
use pgp::crypto::aead::AeadAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::SignatureType;
use pgp::types::{CompressionAlgorithm, Password, S2kParams, StringToKey, Tag};

const ROOM: usize = 64 << 20;

/// Bob reads it by both verbs, within the bound.
#[track_caller]
fn reads(scene: &Scene, name: &str, mail: &[u8]) -> Answer {
    let (answer, grown) = growth(|| scene.reads(mail));
    // The octets without their armor and the decrypted ones are each no longer than the mail.
    let bound = ROOM + 2 * mail.len();
    assert!(grown <= bound, "{name}: {grown} octets for a mail of {}", mail.len());
    answer
}

fn holding(scene: &Scene, plaintext: &[u8]) -> Vec<u8> {
    mail(ALICE, "", &pgp_mime(&encrypted(&scene.bob, plaintext)))
}

#[test]
fn what_is_allocated_is_counted() {
    let _alone = alone();
    let (_, grown) = growth(|| vec![1_u8; 1 << 20]);
    // The thread that runs the tests holds and lets go of some octets of its own meanwhile.
    assert!(grown.abs_diff(1 << 20) < 1 << 16, "{grown}");
}

#[test]
fn a_bomb_of_812_octets_to_1_gib_gives_nothing() {
    let _alone = alone();
    let scene = Scene::new();
    let tiny = include_bytes!("../../messages/zeros-1gib.bz2");
    let packets = packet(Tag::CompressedData, &[&[3], &tiny[..]].concat());
    assert!(packets.len() < 1_000);
    reads(&scene, "bzip2", &holding(&scene, &packets)).gives_nothing("bzip2", "damaged");
}

#[test]
fn a_bomb_of_1_mb_to_1_gib_gives_nothing() {
    let _alone = alone();
    let scene = Scene::new();
    let packets = compressed_zeros(CompressionAlgorithm::ZLIB, 1 << 30);
    assert!((500_000..2_000_000).contains(&packets.len()));
    reads(&scene, "zlib", &holding(&scene, &packets)).gives_nothing("zlib", "damaged");
}

#[test]
fn a_bomb_of_1_500_layers_gives_nothing() {
    let _alone = alone();
    let scene = Scene::new();
    let layers = (0..1_500).fold(literal(b"text"), |inner, _| stored(&inner));
    reads(&scene, "layers", &holding(&scene, &layers)).gives_nothing("layers", "damaged");
}

#[test]
fn ten_thousand_recipients_are_too_many() {
    let _alone = alone();
    let scene = Scene::new();
    let data = protected(&literal(b"text"));
    let (ours, other) = (wrapped(&scene.bob.subkey), wrapped(&scene.carol.subkey));
    for (name, keys) in [
        ("to others, then Bob", [other.repeat(9_999), ours.clone()].concat()),
        ("to Bob, then others", [ours.clone(), other.repeat(9_999)].concat()),
        ("all hidden", hidden(ours.clone()).repeat(10_000)),
        ("all to Bob", ours.repeat(10_000)),
        ("without any key", packet(Tag::SymKeyEncryptedSessionKey, &[4, 9, 0, 2]).repeat(10_000)),
    ] {
        let mail = mail(ALICE, "", &pgp_mime(&[keys, data.clone()].concat()));
        reads(&scene, name, &mail).gives_nothing(name, "too_many_recipients");
    }
}

#[test]
fn a_passphrase_that_costs_2_gib_is_not_tried() {
    let _alone = alone();
    let scene = Scene::new();
    // Version 4, AES-256, Argon2: salt, passes, lanes, 2^21 KiB.
    let argon2 = [&[4, 9, 4][..], &[1; 16], &[3, 4, 21]].concat();
    let argon2 = packet(Tag::SymKeyEncryptedSessionKey, &argon2);
    let (key, data) = (wrapped(&scene.bob.subkey), protected(&literal(b"text")));
    let alone = mail(ALICE, "", &pgp_mime(&[&argon2[..], &data].concat()));
    reads(&scene, "alone", &alone).gives_nothing("alone", "password");
    let beside = mail(ALICE, "", &pgp_mime(&[argon2, key, data].concat()));
    assert_eq!(reads(&scene, "beside", &beside).told(), "encrypted none");
}

#[test]
fn a_key_whose_lock_costs_2_gib_is_not_unlocked() {
    let _alone = alone();
    let (mut primary, subkey) = (Key::signing(1, MADE), Key::encrypting(101, MADE));
    let cert = cert_of(&primary, &subkey, &Says::certification(MADE));
    let lock = S2kParams::Aead {
        sym_alg: SymmetricKeyAlgorithm::AES256,
        aead_mode: AeadAlgorithm::Ocb,
        s2k: StringToKey::Argon2 { salt: [1; 16], t: 1, p: 1, m_enc: 10 },
        nonce: vec![1; 15].into(),
    };
    primary.0.set_password_with_s2k(&Password::from("a"), lock).expect("locked");
    let cheap = transferable(&cert, &[&primary, &subkey]);
    // Salt, passes and lanes stand before the memory, of which 2^21 KiB are never paid here.
    let before = [&[1; 16][..], &[1, 1]].concat();
    let at = cheap.windows(18).position(|window| *window == before).expect("a lock") + 18;
    let mut costly = cheap.clone();
    assert_eq!(std::mem::replace(&mut costly[at], 21), 10);
    for (name, octets, opens) in [("1 MiB", cheap, true), ("2 GiB", costly, false)] {
        let engine = Engine::in_memory(stage::options(&stage::SetClock::new(NOW.into())));
        let options = AccountOptions { import_key: Some(octets), ..AccountOptions::default() };
        let mut ask = |_: &_| Some(Secret::new(b"a".to_vec()));
        let (made, grown) = growth(|| engine.create_account(&stage::addr(BOB), &options, &mut ask));
        assert_eq!(made.is_ok(), opens, "{name}: {made:?}");
        assert!(grown <= ROOM, "{name}: {grown}");
    }
}

/// Multiparts in multiparts.
fn deep(levels: usize) -> String {
    let mut entity = String::new();
    for n in 0..levels {
        entity += &format!("Content-Type: multipart/mixed; boundary=b{n:06}\r\n\r\n--b{n:06}\r\n");
    }
    entity + &text("html", "deep inside")
}

#[test]
fn mime_of_10_000_levels_is_shown_as_it_is() {
    let _alone = alone();
    let scene = Scene::knows_alice();
    let deep = deep(10_000);
    let clear = mail(ALICE, "", &deep);
    let answer = reads(&scene, "in clear", &clear);
    assert_eq!(answer.told(), "none none");
    assert_eq!(answer.decrypted.message, Some(clear));
    let around = mail(ALICE, "", &pgp_signed(&deep, &scene.alice, &Signing::at(NOW)));
    assert_eq!(reads(&scene, "signed", &around).told(), "none valid current");
    let sealed = scene.sealed(ALICE, "", &deep, Some(&scene.alice));
    let answer = reads(&scene, "encrypted", &sealed);
    assert_eq!(answer.told(), "encrypted valid current");
    assert!(answer.shown().ends_with("deep inside\r\n"));
    // A legacy display is looked for in the parts.
    let protected = deep.replacen("multipart/mixed", "multipart/mixed; hp=cipher", 1);
    let sealed = scene.sealed(ALICE, "", &protected, None);
    assert!(reads(&scene, "protected", &sealed).shown().ends_with("deep inside\r\n"));
    // The encrypted part at the bottom is a part like any other.
    let bottom = deep.replace(&text("html", "deep inside"), &pgp_mime(b"x"));
    assert_eq!(reads(&scene, "at the bottom", &mail(ALICE, "", &bottom)).told(), "none none");
    let outgoing = format!("From: {BOB}\r\nTo: {ALICE}\r\n{deep}");
    let (sent, grown) = growth(|| {
        let options = inbome_core::outgoing::OutgoingOptions::default();
        scene.engine.process_outgoing(None, outgoing.as_bytes(), &options)
    });
    assert!(sent.is_ok() && grown <= ROOM + outgoing.len(), "{grown}: {:?}", sent.err());
}

#[test]
fn eighty_thousand_encoded_words_in_from_are_never_decoded() {
    let _alone = alone();
    let scene = Scene::knows_alice();
    let words = "=?utf-8?q?x?= ".repeat(80_000);
    let from = format!("{words}<{ALICE}>");
    let text = text("plain", "Yes");
    let outside = mail(&from, "", &text);
    let receipt = Receipt { return_payload: true, ..Receipt::default() };
    let (answers, grown) = growth(|| {
        let decrypted = scene.engine.decrypt(None, &outside);
        (decrypted, scene.engine.process_incoming(None, &outside, receipt).expect("processed"))
    });
    assert!(grown <= ROOM, "{grown}");
    assert!(matches!(answers.0, Err(Error::PastLimit { .. })), "{:?}", answers.0);
    assert_eq!(outcome(&answers.1), "ignored limit_header_bytes");
    // As many as a header may have: the field is cut before anything is read from it.
    let fewer = format!("{}<{ALICE}>", "=?utf-8?q?x?= ".repeat(18_000));
    let answer = reads(&scene, "18,000", &mail(&fewer, "", &text));
    assert_eq!((answer.from(), answer.told()), (None, "none none".into()));
    assert_eq!(outcome(&answer.incoming), "ignored invalid_from");
    // Inside an encrypted mail a header may be longer; the outer From stays.
    let inside = format!("From: {words}<{ALICE}>\r\nTo: {BOB}\r\n");
    let entity = protected_text(&inside, "Yes");
    let sealed = scene.sealed(MALLORY, "", &entity, Some(&scene.alice));
    let answer = reads(&scene, "inside", &sealed);
    assert_eq!((answer.from(), answer.field("From")), (Some(MALLORY), vec![MALLORY.into()]));
}

/// Alice's cert, bloated by this many certifications of strangers or of her own.
fn bloated(signatures: u32, own: bool) -> Vec<u8> {
    let (alice, stranger) = (Person::new(2), Key::signing(99, MADE));
    let mut cert = Cert::of(&alice.primary).user_id(
        &alice.primary,
        "<alice@example.org>",
        &Says::certification(MADE),
    );
    let by = if own { &alice.primary } else { &stranger };
    for n in 0..signatures {
        let says = Says::new(SignatureType::CertPositive, MADE + n);
        let on = On::UserId("<alice@example.org>");
        cert = cert.sig(sign(by, &alice.primary, on, &says));
    }
    cert.subkey(&alice.primary, &alice.subkey, &Says::binding(MADE)).octets()
}

#[test]
fn a_key_with_10_000_signatures_is_not_taken_from_a_mail() {
    let _alone = alone();
    let scene = Scene::new();
    let cert = bloated(10_000, true);
    let field = autocrypt(ALICE, true, &cert);
    let outside = mail(ALICE, &field, &text("plain", "Yes"));
    // The field alone is longer than a header may be.
    assert!(outside.len() > 256 * 1024);
    let (incoming, grown) = growth(|| scene.incoming(&outside));
    assert!(grown <= ROOM, "{grown}");
    assert_eq!(outcome(&incoming), "ignored limit_header_bytes");
    // Inside an encrypted mail it fits into the header.
    let entity = protected_text(&format!("{}{field}", inside(ALICE, BOB)), "Yes");
    let answer = reads(&scene, "inside", &scene.sealed(ALICE, "", &entity, Some(&scene.alice)));
    assert_eq!(answer.told(), "encrypted unknown_key");
    assert_eq!(state(&scene.engine, ALICE).peer.advert, None);
    // What a header holds, but no field may.
    let field = autocrypt(ALICE, true, &bloated(1_000, true));
    let answer = reads(&scene, "1,000", &mail(ALICE, &field, &text("plain", "Yes")));
    assert_eq!(verdicts(&answer.incoming), ["Autocrypt=invalid too_long"]);
    assert_eq!(state(&scene.engine, ALICE).peer.advert, None);
}

#[test]
fn a_key_with_as_many_signatures_as_a_field_holds_costs_few_verifications() {
    let _alone = alone();
    let (bob, openpgp): (Engine, Rpgp) = stage::bob_counted();
    for (name, own) in [("strangers'", false), ("her own", true)] {
        let cert = bloated(50, own);
        let date = stage::rfc2822(NOW.into(), 0);
        let field = autocrypt(ALICE, true, &cert);
        let mail = format!("From: {ALICE}\r\nTo: {BOB}\r\nDate: {date}\r\n{field}\r\nHi\r\n");
        let before = openpgp.verifications();
        let (decrypted, incoming) =
            (bob.decrypt(None, mail.as_bytes()), stage::receive(&bob, mail.as_bytes()));
        assert_eq!(decrypted.expect("shown").message.as_deref(), Some(mail.as_bytes()));
        assert_eq!(verdicts(&incoming), ["Autocrypt=valid"], "{name}");
        assert!(openpgp.verifications() - before <= 256, "{name}");
    }
    // By import 10,000 are looked at no further than the limit.
    let certs = Rpgp::new();
    let (union, grown) = growth(|| certs.union(None, &bloated(10_000, true)));
    assert!(certs.verifications() <= 256 && grown <= ROOM, "{}: {grown}", certs.verifications());
    assert!(union.bytes.len() < 64 * 1024, "{}", union.bytes.len());
}
