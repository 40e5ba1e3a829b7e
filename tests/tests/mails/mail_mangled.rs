//! Encrypted mails that Exchange, gateways and lists made something else of (Messages §3): they are
//! read, learnt from and answered like any other.

use inbome_core::discover::Receipt;
use inbome_core::engine::{Engine, SettingsChange};
use inbome_core::header::{PreferEncrypt, RawField};
use inbome_core::mime::{looks, rewrite};
use inbome_core::outgoing::Mode;
use inbome_core::scan::read_incoming;
use inbome_tests::letters::{armor, draft, introduce, mode, person, row, send};
use inbome_tests::scanning::{folder, mbox, put, scan};
use inbome_tests::stage::*;

/// Bob's engine, where nothing is encrypted by default, and an encrypted mail of Alice's to him.
fn bob_and_a_mail() -> (Engine, Vec<u8>) {
    let clock = SetClock::new(SENT);
    let (bob, alice) = (person(BOB, 1, &clock), person(ALICE, 2, &clock));
    let prefer_encrypt = Some(PreferEncrypt::NoPreference);
    let change = SettingsChange { prefer_encrypt, ..SettingsChange::default() };
    bob.set_account(&addr(BOB), change).expect("set");
    introduce(&bob, BOB, &[&alice], SENT - DAY);
    let mail = draft(&format!("From: {ALICE}\r\nTo: {BOB}\r\nMessage-ID: <m@a>\r\n"));
    let sent = alice.process_outgoing(None, &mail, &mode(Mode::Encrypt)).expect("made");
    (bob, sent.messages[0].data.clone())
}

/// The same mail in other shapes, by name; whether the shape is one that is opened.
fn shapes(mail: &[u8]) -> Vec<(&'static str, Vec<u8>, bool)> {
    let text = String::from_utf8(mail.to_vec()).expect("ASCII");
    let (header, _) = text.split_once("Content-Type: multipart/encrypted").expect("encrypted");
    let armor = String::from_utf8(armor(mail)).expect("ASCII");
    let version = "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n";
    let octets = format!("--b\r\nContent-Type: application/octet-stream\r\n\r\n{armor}\r\n");
    let (empty, html) = ("--b\r\n\r\n\r\n", "--b\r\nContent-Type: text/html\r\n\r\n<b>\r\n");
    let mixed = |parts: &[&str]| {
        let parts = parts.concat();
        format!("{header}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n")
            .into_bytes()
    };
    let whole = format!("--b\r\n{}\r\n", &text[header.len()..]);
    let footer = "--b\r\n\r\nTo unsubscribe\r\n";
    vec![
        ("as it was sent", mail.to_vec(), true),
        ("Exchange", mixed(&[empty, version, &octets]), true),
        ("renamed", mixed(&[version, &octets]), true),
        ("armor alone", mixed(&[empty, &octets]), true),
        ("a list's footer", mixed(&[&whole, footer]), true),
        ("HTML before", mixed(&[html, &whole]), true),
        ("HTML behind", mixed(&[&whole, html]), true),
        ("Proton Bridge", mixed(&["--b\r\n\r\nHi\r\n", version, &octets]), true),
        ("Google Workspace", mixed(&["--b\r\n\r\nHi\r\n", &whole]), true),
        ("HTML around", mixed(&[html, &whole, html]), false),
        (
            "an attachment",
            mixed(&[version, &octets, "--b\r\nContent-Type: image/png\r\n\r\n"]),
            false,
        ),
    ]
}

#[test]
fn a_mail_that_was_mangled_on_its_way_is_read_learnt_from_and_answered_like_any_other() {
    let (_, mail) = bob_and_a_mail();
    for (name, mail, opened) in shapes(&mail) {
        for return_payload in [false, true] {
            let (bob, _) = bob_and_a_mail();
            let receipt = Receipt { return_payload, ..Receipt::default() };
            let (reader, _) = bob_and_a_mail();
            let found = reader.decrypt(None, &mail).expect("read");
            let incoming = bob.process_incoming(None, &mail, receipt).expect("processed");
            assert_eq!(outcome(&incoming), "updated", "{name}");
            assert_eq!(found.summary.encryption.name() == "encrypted", opened, "{name}");
            assert_eq!(incoming.decrypted, return_payload.then_some(found), "{name}");
            assert_eq!(row(&bob, ALICE), (Some(SENT), opened, true, false), "{name}");
            let advert = state(&bob, ALICE).peer.advert.expect("an advert");
            assert_eq!(advert.protected, opened, "{name}");
            // Nobody asks for encryption, but an answer to what was encrypted is.
            let answer =
                |id: &str| draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\nIn-Reply-To: <{id}>\r\n"));
            assert_eq!(send(&bob, &answer("m@a")).encrypted, opened, "{name}");
            assert!(!send(&bob, &answer("other@a")).encrypted, "{name}");
        }
    }
}

/// Bob's engine after `mail` came in by each way: what he knows then, and whether his answer to it is
/// encrypted.
fn by_every_way(mail: &[u8]) -> Vec<(&'static str, String, bool)> {
    let root = folder();
    let file = root.path().join("single.eml");
    put(&file, mail);
    put(&root.path().join("Maildir/cur/1.a:2,S"), mail);
    put(&root.path().join("mbox"), &mbox(&[mail.to_vec()]));
    let receipt = Receipt::default();
    type Way<'a> = &'a dyn Fn(&Engine);
    let ways: [(&str, Way<'_>); 5] = [
        ("in octets", &|bob| drop(bob.process_incoming(None, mail, receipt).expect("processed"))),
        ("a file", &|bob| {
            let read = read_incoming(&file, receipt).expect("read");
            bob.process_incoming(None, &read, receipt).expect("processed");
        }),
        ("a Maildir", &|bob| drop(scan(bob, root.path().join("Maildir")))),
        ("an mbox", &|bob| drop(scan(bob, root.path().join("mbox")))),
        ("read, then scanned", &|bob| {
            bob.decrypt(None, mail).expect("read");
            scan(bob, root.path().join("Maildir"));
        }),
    ];
    let learnt = ways.map(|(way, learn)| {
        let (bob, _) = bob_and_a_mail();
        learn(&bob);
        let answer = format!("From: {BOB}\r\nTo: {ALICE}\r\nIn-Reply-To: <m@a>\r\n");
        (way, listing(&bob), send(&bob, &draft(&answer)).encrypted)
    });
    learnt.into()
}

#[test]
fn every_way_in_learns_the_same_with_an_outer_advert_and_without() {
    let (_, mail) = bob_and_a_mail();
    let is_key_field =
        |field: &RawField<'_>| field.is("Autocrypt") || field.is("INBOME-Encryption");
    for (name, mail, opened) in shapes(&mail) {
        let bare = rewrite(&mail, &is_key_field, &[]).expect("rewritten");
        for (with, mail) in [("an advert outside", mail), ("none", bare)] {
            let learnt = by_every_way(&mail);
            let (_, first, _) = &learnt[0];
            for (way, rows, encrypted) in &learnt {
                assert_eq!(rows, first, "{name}, {with}: {way}");
                assert_eq!(*encrypted, opened, "{name}, {with}: {way}");
            }
        }
    }
}

#[test]
fn openpgp_that_is_not_read_counts_the_same_by_every_way() {
    let (_, mail) = bob_and_a_mail();
    let armor = String::from_utf8(armor(&mail)).expect("ASCII");
    let head = format!("From: {ALICE}\r\nTo: {BOB}\r\nDate: {}\r\n", rfc2822(SENT, 0));
    let long = "a line of text\r\n".repeat(500);
    let filler = "x".repeat(5_000);
    for (name, mail, is_plain) in [
        ("text around", format!("{head}\r\nHi\r\n{armor}\r\nBye\r\n"), false),
        ("a long text before", format!("{head}\r\n{long}{armor}"), false),
        ("with a broken field", format!("{head}Autocrypt: {filler}\r\n\r\n{long}{armor}"), false),
        ("plain", format!("{head}\r\n{long}"), true),
    ] {
        let learnt = by_every_way(mail.as_bytes());
        let (_, first, _) = &learnt[0];
        assert!(learnt.iter().all(|(_, rows, _)| rows == first), "{name}: {learnt:?}");
        let (bob, _) = bob_and_a_mail();
        let incoming = bob.process_incoming(None, mail.as_bytes(), Receipt::default());
        let told = outcome(&incoming.expect("processed"));
        assert_eq!(told, if is_plain { "updated" } else { "ignored not_decrypted" }, "{name}");
        let read = bob.decrypt(None, mail.as_bytes()).expect("read");
        assert_eq!(read.summary.holds_unread_openpgp(), !is_plain, "{name}");
    }
}

#[test]
fn each_mail_is_looked_at_once_for_state_and_display_together() {
    let (_, encrypted) = bob_and_a_mail();
    let clear = format!("From: {ALICE}\r\nTo: {BOB}\r\nDate: {}\r\n\r\nHi\r\n", rfc2822(SENT, 0));
    let shown = Receipt { return_payload: true, ..Receipt::default() };
    let counted = |work: &dyn Fn()| {
        let before = looks();
        work();
        let after = looks();
        let payloads = after.payload_openings - before.payload_openings;
        (after.header_passes - before.header_passes, payloads)
    };
    let (bob, _) = bob_and_a_mail();
    let process = |mail: &[u8], receipt| {
        counted(&|| drop(bob.process_incoming(None, mail, receipt).expect("processed")))
    };
    assert_eq!(process(clear.as_bytes(), Receipt::default()), (1, 0), "clear");
    assert_eq!(process(clear.as_bytes(), shown), (1, 0), "clear, shown");
    assert_eq!(process(&encrypted, Receipt::default()), (2, 1), "encrypted");
    assert_eq!(process(&encrypted, shown), (2, 1), "encrypted, shown");
    let read = counted(&|| drop(bob.decrypt(None, &encrypted).expect("read")));
    assert_eq!(read, (2, 1), "decrypt");
}

#[test]
fn what_must_not_be_decrypted_is_not_and_spam_teaches_nothing() {
    let (_, mail) = bob_and_a_mail();
    for (name, mail, _) in shapes(&mail) {
        let (bob, _) = bob_and_a_mail();
        let closed = Receipt { no_decrypt: true, return_payload: true, ..Receipt::default() };
        let incoming = bob.process_incoming(None, &mail, closed).expect("processed");
        assert_eq!(incoming.decrypted, None, "{name}");
        assert_eq!(row(&bob, ALICE), (Some(SENT), false, true, false), "{name}");
        let (bob, _) = bob_and_a_mail();
        let spam = Receipt { spam: true, return_payload: true, ..Receipt::default() };
        let incoming = bob.process_incoming(None, &mail, spam).expect("processed");
        assert_eq!(outcome(&incoming), "ignored spam", "{name}");
        assert_eq!(listing(&bob), "", "{name}");
        let answer = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\nIn-Reply-To: <m@a>\r\n"));
        assert!(!send(&bob, &answer).encrypted, "{name}");
    }
}
