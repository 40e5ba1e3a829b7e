//! Encrypted mails that Exchange, gateways and lists made something else of (Messages §3): they are
//! read, learnt from and answered like any other.

use inbome_core::discover::Receipt;
use inbome_core::engine::{Engine, SettingsChange};
use inbome_core::header::PreferEncrypt;
use inbome_core::outgoing::Mode;
use inbome_tests::letters::{armor, draft, introduce, mode, person, row, send};
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
