//! Mails that their sender signed for somebody else, who passes them on, and what is told of several
//! signatures and of old ones (Messages §3, §6; Discovery §3.1, §5).

use inbome_tests::certs::*;
use inbome_tests::hostile::*;
use inbome_tests::messages::*;
use inbome_tests::stage::{ALICE, BOB, autocrypt, folded, state};
use pgp::packet::{Subpacket, SubpacketData};
use pgp::types::{KeyDetails, Tag};

/// A signature that names these people as those whom it is for.
fn intended_for(people: &[&Person]) -> Signing {
    let name = |person: &&Person| {
        let named = person.primary.0.fingerprint();
        Subpacket::regular(SubpacketData::IntendedRecipientFingerprint(named)).expect("a name")
    };
    Signing { more: people.iter().map(name).collect(), ..Signing::at(NOW) }
}

fn told(answer: &Answer) -> (String, Option<&'static str>) {
    (answer.told(), answer.decrypted.summary.intended.map(|intended| intended.name()))
}

#[test]
fn whom_a_mail_was_signed_for_decides_whether_it_counts() {
    let scene = Scene::knows_alice();
    let Scene { alice, bob, mallory, .. } = &scene;
    let inner = protected_text(&inside(ALICE, BOB), "Yes");
    let (valid, invalid) = ("valid current", "invalid");
    for (name, people, encrypted_one, clear_one) in [
        ("nobody named", vec![], (valid, "absent"), (valid, "absent")),
        ("us", vec![bob], (valid, "yes"), (invalid, "no")),
        ("us among others", vec![mallory, bob, alice], (valid, "yes"), (invalid, "no")),
        ("another", vec![mallory], (invalid, "no"), (invalid, "no")),
        ("another and herself", vec![mallory, alice], (invalid, "no"), (invalid, "no")),
    ] {
        let signing = intended_for(&people);
        let content = signed_as(&alice.primary, &signing, inner.as_bytes());
        let expected = (format!("encrypted {}", encrypted_one.0), Some(encrypted_one.1));
        assert_eq!(told(&scene.reads_packets(&content)), expected, "{name}, encrypted");
        let clear = mail(ALICE, "", &pgp_signed(&inner, alice, &signing));
        let expected = (format!("none {}", clear_one.0), Some(clear_one.1));
        assert_eq!(told(&scene.reads(&clear)), expected, "{name}, in the clear");
    }
}

#[test]
fn a_mail_that_was_signed_for_another_teaches_nothing_but_its_date() {
    // Mallory has it from Alice, and encrypts it to Bob with everything that is in it.
    for (name, for_bob) in [("for Mallory", false), ("for Bob", true)] {
        let scene = Scene::new();
        let Scene { alice, bob, mallory, .. } = &scene;
        let reader = if for_bob { bob } else { mallory };
        let field = autocrypt(ALICE, false, &alice.cert);
        let gossip =
            format!("Autocrypt-Gossip: addr={CAROL}; keydata={}\r\n", folded(&scene.carol.cert));
        let fields = format!("{}{field}{gossip}", inside(ALICE, CAROL));
        let entity = protected_text(&fields, "Yes");
        let signing = intended_for(&[reader, alice]);
        for (place, content) in [
            ("in the message", signed_as(&alice.primary, &signing, entity.as_bytes())),
            ("around the payload", literal(pgp_signed(&entity, alice, &signing).as_bytes())),
        ] {
            let name = format!("{name}, {place}");
            let scene = Scene::new();
            let answer =
                scene.reads(&mail(ALICE, &field, &pgp_mime(&encrypted(&scene.bob, &content))));
            let learnt = state(&scene.engine, ALICE).peer;
            assert_eq!(learnt.seen.expect("seen").encrypted, for_bob, "{name}");
            assert_eq!(learnt.advert.expect("the outer one").protected, for_bob, "{name}");
            assert_eq!(answer.incoming.gossip[0].key.is_ok(), for_bob, "{name}");
            assert_eq!(state(&scene.engine, CAROL).peer.gossip.is_some(), for_bob, "{name}");
            let word = if for_bob { "valid new" } else { "invalid" };
            assert_eq!(answer.told(), format!("encrypted {word}"), "{name}");
        }
        // Nor is an advert taken that stands inside alone.
        let scene = Scene::new();
        let content = signed_as(&alice.primary, &signing, entity.as_bytes());
        scene.reads_packets(&content);
        assert_eq!(state(&scene.engine, ALICE).peer.advert.is_some(), for_bob, "{name}");
    }
}

#[test]
fn the_best_of_several_signatures_speaks_and_a_bad_one_spoils_nothing() {
    let scene = Scene::knows_alice();
    let entity = protected_text(&inside(ALICE, BOB), "Yes");
    let of = |person: &Person| Signing::at(NOW).sign(&person.primary, entity.as_bytes());
    let packet_of = |body: Vec<u8>| packet(Tag::Signature, &body);
    let (good, unknown) = (packet_of(of(&scene.alice)), packet_of(of(&scene.mallory)));
    let bad = packet_of(forged(of(&scene.alice)));
    let own = packet_of(of(&scene.bob));
    let text = literal(entity.as_bytes());
    for (name, signatures, expected) in [
        ("good, unknown", vec![&good, &unknown], "valid current"),
        ("unknown, good", vec![&unknown, &good], "valid current"),
        ("bad, good", vec![&bad, &good], "valid current"),
        ("own, good", vec![&own, &good], "valid current"),
        ("own, unknown", vec![&own, &unknown], "valid own"),
        ("bad, unknown", vec![&bad, &unknown], "invalid"),
        ("unknown", vec![&unknown], "unknown_key"),
        ("15 bad ones, good", [vec![&bad; 15], vec![&good]].concat(), "valid current"),
        ("more bad ones than are looked at", [vec![&bad; 16], vec![&good]].concat(), "invalid"),
    ] {
        let signatures: Vec<u8> = signatures.into_iter().flatten().copied().collect();
        let answer = scene.reads_packets(&[signatures, text.clone()].concat());
        assert_eq!(answer.told(), format!("encrypted {expected}"), "{name}");
    }
}

#[test]
fn a_signature_a_day_away_from_the_date_is_told() {
    let scene = Scene::knows_alice();
    let entity = protected_text(&inside(ALICE, BOB), "Yes");
    for (name, made, differs) in [
        ("now", NOW, false),
        ("a day ago", NOW - DAY, false),
        ("a day and a second ago", NOW - DAY - 1, true),
        ("years ago", MADE, true),
    ] {
        let signing = Signing::at(made);
        let content = signed_as(&scene.alice.primary, &signing, entity.as_bytes());
        let clear = mail(ALICE, "", &pgp_signed(&entity, &scene.alice, &signing));
        for answer in [scene.reads_packets(&content), scene.reads(&clear)] {
            assert!(answer.told().ends_with("valid current"), "{name}");
            assert_eq!(answer.decrypted.summary.date_differs, differs, "{name}");
        }
    }
    // The protected Date is meant: an outer one is transport's.
    let content = signed_as(&scene.alice.primary, &Signing::at(NOW), entity.as_bytes());
    let sent = mail(ALICE, "", &pgp_mime(&encrypted(&scene.bob, &content)));
    let text = String::from_utf8(sent).expect("ASCII").replacen(
        "Date: Mon, 01 Jan 2024",
        "Date: Fri, 01 Dec 2023",
        1,
    );
    let answer = scene.reads(text.as_bytes());
    assert!(answer.decrypted.summary.differs.contains(&"Date".to_owned()));
    assert!(!answer.decrypted.summary.date_differs);
}

#[test]
fn of_two_signed_layers_inside_the_second_is_a_part_like_any_other() {
    let scene = Scene::knows_alice();
    let part = protected_text(&inside(ALICE, BOB), "Yes");
    let signing = Signing::at(NOW);
    let once = pgp_signed(&part, &scene.alice, &signing);
    let twice = pgp_signed(&once, &scene.alice, &signing);
    let of_mallory = pgp_signed(&once, &scene.mallory, &signing);
    for (name, content, expected, left) in [
        ("one", &once, "valid current", 0),
        ("two", &twice, "valid current", 1),
        ("hers in Mallory's", &of_mallory, "unknown_key", 1),
        ("changed", &once.replace("Yes", "No!"), "invalid", 0),
    ] {
        let answer = scene.reads_packets(&literal(content.as_bytes()));
        assert_eq!(answer.told(), format!("encrypted {expected}"), "{name}");
        assert_eq!(answer.shown().matches("BEGIN PGP SIGNATURE").count(), left, "{name}");
    }
    // A message that is signed itself has no such layer at all.
    let both = signed_as(&scene.mallory.primary, &signing, once.as_bytes());
    let answer = scene.reads_packets(&both);
    assert_eq!(answer.told(), "encrypted unknown_key");
    assert_eq!(answer.shown().matches("BEGIN PGP SIGNATURE").count(), 1);
}
