//! Large mails, and large headers inside encrypted ones (Discovery §9, Messages §7): what they cost
//! beyond their own copies. Every octet of the process is counted.

use inbome_core::discover::Receipt;
use inbome_core::outgoing::Mode;
use inbome_tests::certs::NOW;
use inbome_tests::hostile::*;
use inbome_tests::letters::mode;
use inbome_tests::memory::{alone, growth};
use inbome_tests::messages::{Signing, encrypted};
use inbome_tests::stage::{ALICE, BOB, autocrypt, folded, listing, outcome, state};

const MIB: usize = 1 << 20;

/// What may be held for a mail: its copies (armor, packets, payload, message), and 64 MiB.
fn room(mail: &[u8]) -> usize {
    4 * mail.len() + 64 * MIB
}

/// Bob reads it and learns from it by every verb, each within the bound.
fn reads(scene: &Scene, name: &str, mail: &[u8]) -> Answer {
    let receipt = Receipt { return_payload: true, ..Receipt::default() };
    let (decrypted, read) = growth(|| scene.engine.decrypt(None, mail).expect("an answer"));
    let (incoming, learnt) =
        growth(|| scene.engine.process_incoming(None, mail, receipt).expect("processed"));
    let (_, opened) = growth(|| scene.engine.open_draft(None, mail, true));
    let (_, asked) = growth(|| scene.engine.can_decrypt(None, mail));
    for (verb, grown) in [("read", read), ("learn", learnt), ("open", opened), ("ask", asked)] {
        assert!(grown <= room(mail), "{name}, {verb}: {} KiB of {}", grown / 1024, mail.len());
    }
    Answer { decrypted, incoming }
}

/// A mail from Alice with these fields inside, and her key outside.
fn from_alice(scene: &Scene, fields: &str) -> Vec<u8> {
    let entity = protected_text(&format!("{}{fields}", inside(ALICE, BOB)), "Yes");
    let field = autocrypt(ALICE, true, &scene.alice.cert);
    scene.sealed(ALICE, &field, &entity, Some(&scene.alice))
}

#[test]
fn a_header_inside_holds_what_gossip_takes_and_no_more_is_believed() {
    let _alone = alone();
    let about = |who: &str, cert: &[u8]| {
        format!("Autocrypt-Gossip: addr={who}; keydata={}\r\n", folded(cert))
    };
    let carol = Scene::new().carol.cert;
    let cc = format!("Cc: {CAROL}\r\n");
    let many = format!(",\r\n {CAROL}").repeat(2_100);
    for (name, fields, judged, heard) in [
        ("one", format!("{cc}{}", about(CAROL, &carol)), 1, true),
        ("500 good ones", format!("{cc}{}", about(CAROL, &carol).repeat(500)), 500, true),
        ("900", format!("{cc}{}", about(CAROL, &carol).repeat(900)), 500, true),
        (
            "500 bad ones before",
            format!("{cc}{}{}", "Autocrypt-Gossip: x\r\n".repeat(500), about(CAROL, &carol)),
            500,
            false,
        ),
        (
            "3 MiB beside it",
            format!("{cc}X: {}\r\n{}", "x".repeat(3 * MIB), about(CAROL, &carol)),
            1,
            true,
        ),
        (
            "5 MiB beside it",
            format!("{cc}X: {}\r\n{}", "x".repeat(5 * MIB), about(CAROL, &carol)),
            0,
            false,
        ),
        (
            "2,000 fields",
            format!("{cc}{}{}", "X: x\r\n".repeat(2_000), about(CAROL, &carol)),
            0,
            false,
        ),
        (
            "200,000 folds",
            format!("{cc}X: x{}\r\n{}", "\r\n x".repeat(200_000), about(CAROL, &carol)),
            1,
            true,
        ),
        (
            "2,100 recipients",
            format!("Cc: x@example.org{many}\r\n{}", about(CAROL, &carol)),
            1,
            false,
        ),
    ] {
        let scene = Scene::new();
        let answer = reads(&scene, name, &from_alice(&scene, &fields));
        let gossip = &answer.incoming.gossip;
        assert_eq!(gossip.len(), judged, "{name}");
        assert_eq!(gossip.iter().any(|one| one.key.is_ok()), heard, "{name}");
        assert_eq!(state(&scene.engine, CAROL).peer.gossip.is_some(), heard, "{name}");
        // What is past the limit is shown as the text that it is, under the header outside.
        let read_as_mime = answer.field("Subject") == ["Hello"];
        assert_eq!(read_as_mime, judged > 0, "{name}");
        assert!(answer.shown().contains("Yes"), "{name}");
        assert_eq!(answer.shown().contains("Autocrypt-Gossip"), !read_as_mime, "{name}");
    }
}

#[test]
fn a_large_mail_costs_its_copies() {
    let _alone = alone();
    let scene = Scene::knows_alice();
    let body = format!("{}\r\n", "x".repeat(76)).repeat(4 * MIB / 78);
    let entity = protected_text(&inside(ALICE, BOB), &body);
    let sealed = scene.sealed(ALICE, "", &entity, Some(&scene.alice));
    let answer = reads(&scene, "encrypted", &sealed);
    assert_eq!(answer.told(), "encrypted valid current");
    assert!(answer.shown().len() > 4 * MIB - 100);
    drop((answer, sealed));
    let clear = mail(ALICE, "", &pgp_signed(&entity, &scene.alice, &Signing::at(NOW)));
    assert_eq!(reads(&scene, "signed", &clear).told(), "none valid current");
    drop(clear);
    let draft = format!("From: {BOB}\r\nTo: {ALICE}\r\n\r\n{body}");
    let (sent, grown) =
        growth(|| scene.engine.process_outgoing(None, draft.as_bytes(), &mode(Mode::Encrypt)));
    assert!(sent.expect("sent").encrypted);
    assert!(grown <= room(draft.as_bytes()), "{} KiB", grown / 1024);
}

#[test]
fn garbage_for_armor_costs_no_more_than_itself() {
    let _alone = alone();
    let scene = Scene::knows_alice();
    let before = listing(&scene.engine);
    let lines = format!("{}\r\n", "A".repeat(64)).repeat(100_000);
    let whole = encrypted(&scene.bob, b"");
    let armor = |inside: &str| {
        let armor =
            format!("-----BEGIN PGP MESSAGE-----\r\n\r\n{inside}-----END PGP MESSAGE-----\r\n");
        String::from_utf8(mail(ALICE, "", &pgp_mime(&whole)))
            .expect("ASCII")
            .replace(&armored("MESSAGE", &whole), &armor)
    };
    for (name, mail) in [
        ("zeros", armor(&lines)),
        ("headers of armor", armor(&"Comment: x\r\n".repeat(100_000))),
        ("blank lines", armor(&"\r\n".repeat(200_000))),
        ("one line", armor(&format!("{}\r\n", "A".repeat(4 * MIB)))),
        ("padding", armor(&"====\r\n".repeat(100_000))),
        ("armors in armor", armor(&"-----BEGIN PGP MESSAGE-----\r\n\r\n".repeat(100_000))),
    ] {
        let answer = reads(&scene, name, mail.as_bytes());
        assert!(answer.told().starts_with("failed"), "{name}: {}", answer.told());
        assert_eq!(outcome(&answer.incoming), "ignored not_decrypted", "{name}");
        assert_eq!(listing(&scene.engine), before, "{name}");
    }
}
