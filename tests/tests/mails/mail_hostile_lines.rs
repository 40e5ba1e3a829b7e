//! Line breaks where they would make fields of their own (Messages §7): in addresses, names and
//! Message-IDs, by every verb that writes a header.

use inbome_core::addr::Addr;
use inbome_core::engine::Entity;
use inbome_core::error::ErrorKind;
use inbome_core::outgoing::{Mode, OutgoingOptions};
use inbome_tests::hostile::*;
use inbome_tests::messages::*;
use inbome_tests::stage::{ALICE, BOB, addr};

/// What breaks a line, or ends a text, for one program or another.
const BREAKS: [&str; 6] = ["\r\nBcc: ", "\nBcc: ", "\rBcc: ", "\0Bcc: ", "\r\n\r\n", "\n\n"];

/// Names of all fields in all header sections of a mail; folds belong to their field.
fn names(octets: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(octets);
    let header = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
    let lines = header.split(['\r', '\n', '\0']).filter(|line| !line.starts_with([' ', '\t']));
    let name = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    lines.filter(|line| !line.is_empty()).map(name).collect()
}

#[test]
fn an_address_with_a_line_break_is_none() {
    for breaks in BREAKS {
        for text in [
            format!("alice@example.org{breaks}eve@example.org"),
            format!("alice{breaks}@example.org"),
            format!("\"alice{breaks}\"@example.org"),
            format!("alice@{breaks}example.org"),
        ] {
            assert!(Addr::parse(&text).is_err(), "{text:?}");
        }
    }
    for text in ["alice@example.org\r\n", "alice@example.org\n", "\nalice@example.org"] {
        // Blanks around an address may go; they must not stay.
        if let Ok(addr) = Addr::parse(text) {
            assert_eq!(addr.as_str(), ALICE, "{text:?}");
        }
    }
}

#[test]
fn a_sealed_entity_refuses_line_breaks_in_every_field() {
    let scene = Scene::knows_alice();
    let octets = text("plain", "Hello");
    let recipients = [addr(ALICE)];
    for name in ["From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "X-Any"] {
        let seal = |value: &str| {
            let from = ("From", BOB.to_owned());
            let mut header = vec![from, (name, value.to_owned())];
            header.drain(..usize::from(name == "From"));
            let entity = Entity { octets: octets.as_bytes(), header: &header, ..Entity::default() };
            scene.engine.seal(None, &Entity { recipients: &recipients, ..entity })
        };
        assert!(seal("Bob <bob@example.org>").is_ok(), "{name}");
        for breaks in BREAKS {
            let value = format!("Bob{breaks} <bob@example.org>");
            let error = seal(&value).expect_err(&value);
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}, {breaks:?}: {error}");
        }
    }
    // Nor in its name.
    for name in ["X\r\nBcc", "X: y\nBcc", "X Y", "", "X:", "X\0"] {
        let header = [("From", BOB.to_owned()), (name, "x".to_owned())];
        let entity = Entity { octets: octets.as_bytes(), header: &header, ..Entity::default() };
        let sealed = scene.engine.seal(None, &Entity { recipients: &recipients, ..entity });
        assert!(sealed.is_err(), "{name:?}");
    }
}

#[test]
fn a_fold_in_a_sealed_field_adds_no_field() {
    let scene = Scene::knows_alice();
    let octets = text("plain", "Hello");
    let header = [("From", BOB.to_owned()), ("Subject", "one\r\n Bcc: two".to_owned())];
    let recipients = [addr(ALICE)];
    let entity = Entity { octets: octets.as_bytes(), header: &header, ..Entity::default() };
    let entity = Entity { recipients: &recipients, keep_subject: true, ..entity };
    let sealed = scene.engine.seal(None, &entity).expect("sealed");
    assert_eq!(sealed.outer.iter().filter(|(name, _)| name == "Subject").count(), 1);
    assert!(!sealed.outer.iter().any(|(name, _)| name.eq_ignore_ascii_case("Bcc")));
}

#[test]
fn an_opened_entity_refuses_line_breaks_in_its_header() {
    let scene = Scene::knows_alice();
    let entity = pgp_mime(&encrypted(&scene.bob, &literal(text("plain", "Hello").as_bytes())));
    let open =
        |value: String| scene.engine.open_entity(None, entity.as_bytes(), &[("From", value)]);
    assert!(open(ALICE.to_owned()).is_ok());
    for breaks in BREAKS {
        let error = open(format!("alice{breaks}@example.org")).expect_err(breaks);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{breaks:?}: {error}");
    }
}

#[test]
fn a_name_or_id_that_decodes_to_a_line_break_adds_no_line() {
    let scene = Scene::knows_alice();
    let evil = "=?utf-8?q?Bob=0D=0ABcc=3A_eve=40example.org=0D=0A=0D=0A?=";
    let base64 = "=?utf-8?b?Qm9iDQpCY2M6IGV2ZUBleGFtcGxlLm9yZw0KDQo=?=";
    let expected: Vec<String> =
        ["From", "To", "Date", "Message-ID", "In-Reply-To"].map(Into::into).into();
    for evil in [evil, base64, "\"Bob%0D%0ABcc: eve\"", "\"Bob\\\r\n Bcc: eve\""] {
        let mail = format!(
            "From: {evil} <{BOB}>\r\nTo: {evil} <{ALICE}>\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n\
             Message-ID: <{evil}@example.org>\r\nIn-Reply-To: <{evil}@example.org>\r\n\r\nHello\r\n"
        );
        for mode in [Mode::Clear, Mode::Encrypt] {
            let options = OutgoingOptions { mode, ..OutgoingOptions::default() };
            let sent =
                scene.engine.process_outgoing(None, mail.as_bytes(), &options).expect("sent");
            assert_eq!(sent.messages.len(), 1, "{evil}");
            let mut found = names(&sent.messages[0].data);
            found.retain(|name| {
                let added = ["Autocrypt", "INBOME-Encryption", "MIME-Version", "Content-Type"];
                !added.contains(&name.as_str())
            });
            assert_eq!(found, expected, "{evil}, {mode:?}");
            assert_eq!(sent.messages[0].recipients, [addr(ALICE)], "{evil}");
        }
    }
}

#[test]
fn what_stands_inside_a_mail_adds_no_line_to_the_shown_header() {
    let scene = Scene::knows_alice();
    // A bare CR or NUL is no line end of mail, but some program downstream may think so.
    for evil in ["Hi\r\n Bcc: eve", "=?utf-8?q?Hi=0D=0ABcc:_eve?=", "Hi\r\n\tBcc: eve"] {
        let fields = format!("From: {ALICE}\r\nTo: {BOB}\r\nSubject: {evil}\r\n");
        let entity = protected_text(&fields, "Yes");
        let answer = scene.reads(&scene.sealed(ALICE, "", &entity, Some(&scene.alice)));
        assert_eq!(answer.told(), "encrypted valid current");
        assert!(!names(answer.shown().as_bytes()).contains(&"Bcc".to_owned()), "{evil:?}");
    }
}

#[test]
fn a_peers_address_cannot_add_a_line_to_the_next_mail() {
    let scene = Scene::new();
    for from in [
        "\"alice\\\r\n Bcc: eve\"@example.org",
        "alice=0D=0ABcc:eve@example.org",
        "=?utf-8?q?alice=0D=0ABcc:?=@example.org",
        "alice%0d%0aBcc:eve@example.org",
    ] {
        let mail = mail(from, "", &text("plain", "Hello"));
        let incoming = scene.incoming(&mail);
        let Some(peer) = incoming.peer else { continue };
        let sane = |octet: u8| !octet.is_ascii_control();
        assert!(peer.as_str().bytes().all(sane), "{from:?} became {peer:?}");
        let answer = format!("From: {BOB}\r\nTo: {from}\r\n\r\nHello\r\n");
        let sent = scene.engine.process_outgoing(None, answer.as_bytes(), &Default::default());
        let found = names(&sent.expect("sent").messages[0].data);
        assert_eq!(found, ["From", "To", "Autocrypt", "INBOME-Encryption"], "{from:?}");
    }
}
