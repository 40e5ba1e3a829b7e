//! Encrypted outgoing mail (Messages §2, §4): what stands outside, what inside, and what each copy
//! shows to whom. Copies are opened with the key of each person and looked at by code of the test's
//! own.

use std::collections::{BTreeMap, BTreeSet};

use inbome_core::decrypt::{Encryption, Intended, Signature, Signer};
use inbome_core::engine::Engine;
use inbome_core::error::Error;
use inbome_core::header::RawField;
use inbome_core::header::read_gossip;
use inbome_core::key::{Certificates, Fingerprint};
use inbome_core::openpgp::message::{SealTo, Sealing};
use inbome_core::openpgp::{Messages, Rpgp};
use inbome_core::outgoing::{ComposeError, Mode, Outgoing, OutgoingMessage, OutgoingOptions};
use inbome_tests::certs::dearmor;
use inbome_tests::hostile::armored;
use inbome_tests::letters::*;
use inbome_tests::messages::{NOW_AT, Person, Signing, packet, signed};
use inbome_tests::stage::{ALICE, BOB, SENT, Seeded, SetClock, addr, autocrypt, folded, receive};
use pgp::types::Tag;

const CAROL: &str = "carol@example.org";
const DAVE: &str = "dave@example.org";
const ERIN: &str = "erin@example.org";

/// Bob, and people who have all written to him, by their addresses.
struct Circle {
    bob: Engine,
    people: BTreeMap<&'static str, Engine>,
}

impl Circle {
    fn new() -> Self {
        let clock = SetClock::new(SENT);
        let bob = person(BOB, 1, &clock);
        let mut people = BTreeMap::new();
        for (id, seed) in [(ALICE, 2), (CAROL, 3), (DAVE, 4), (ERIN, 5)] {
            let engine = person(id, seed, &clock);
            introduce(&engine, id, &[&bob], SENT);
            introduce(&bob, BOB, &[&engine], SENT);
            people.insert(id, engine);
        }
        clock.set(SENT + 100);
        Self { bob, people }
    }

    fn send(&self, fields: &str) -> Outgoing {
        let sent = send(&self.bob, &draft(&format!("From: Bob <{BOB}>\r\n{fields}")));
        assert!(sent.encrypted, "{:?}", sent.reason);
        sent
    }

    fn all(&self) -> impl Iterator<Item = (&'static str, &Engine)> {
        self.people.iter().map(|(id, engine)| (*id, engine)).chain([(BOB, &self.bob)])
    }

    fn engine(&self, id: &str) -> &Engine {
        if id == BOB { &self.bob } else { &self.people[id] }
    }

    fn fingerprints(&self, ids: &[&str]) -> BTreeSet<Fingerprint> {
        ids.iter().map(|id| fingerprint_of(self.engine(id))).collect()
    }

    /// That this copy is for exactly `ids` and Bob, and tells nobody of anybody else.
    fn is_only_for(&self, name: &str, message: &OutgoingMessage, ids: &[&str]) -> Copy {
        let mut all = ids.to_vec();
        all.push(BOB);
        let mut copies = Vec::new();
        for (id, engine) in self.all() {
            assert_eq!(opens(&message.data, engine), all.contains(&id), "{name}: {id}");
            if all.contains(&id) {
                copies.push(open(&message.data, engine, &self.bob));
            }
        }
        let copy = copies.pop().expect("Bob's");
        assert_eq!(copy.intended, self.fingerprints(&all), "{name}: whom the signature is for");
        assert_eq!(copy.to.len(), all.len(), "{name}: {:?}", copy.to);
        for (id, engine) in self.all() {
            let named = key_ids(engine).iter().any(|key_id| copy.to.contains(key_id));
            assert_eq!(named, all.contains(&id), "{name}: key ID of {id}");
        }
        copy
    }
}

fn gossiped(payload: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let fields = split(payload).0;
    let fields = fields.iter().filter(|field| name(field) == "autocrypt-gossip");
    let read = fields.map(|field| {
        let value = value(field);
        assert!(!value.contains("prefer-encrypt"), "gossip has no preference: {value}");
        let (addr, cert) =
            read_gossip(&RawField::of("Autocrypt-Gossip", value.as_bytes())).expect("gossip");
        (addr.as_str().to_owned(), cert)
    });
    read.collect()
}

fn texts(addrs: &[inbome_core::addr::Addr]) -> Vec<&str> {
    addrs.iter().map(inbome_core::addr::Addr::as_str).collect()
}

/// What has the form of encrypted mail and can be read by all: the user who asked for encryption gets it.
#[test]
fn what_only_looks_encrypted_is_encrypted() {
    let circle = Circle::new();
    let secret = "a word for Alice";
    let signed = armored("MESSAGE", &signed(&Person::new(9).primary, secret.as_bytes()));
    let words =
        format!("-----BEGIN PGP MESSAGE-----\r\n\r\n{secret}\r\n-----END PGP MESSAGE-----\r\n");
    let parts = format!("--b\r\n\r\n{secret}\r\n--b--\r\n");
    for (name, fields, body) in [
        ("signed alone", "", &signed),
        ("words in armor", "", &words),
        ("parts in the clear", "Content-Type: multipart/encrypted; boundary=b\r\n", &parts),
    ] {
        let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\n{fields}\r\n{body}");
        let sent = |mode| {
            let options = OutgoingOptions { mode, ..OutgoingOptions::default() };
            circle.bob.process_outgoing(None, mail.as_bytes(), &options).expect(name)
        };
        for mode in [Mode::Auto, Mode::Encrypt] {
            let sent = sent(mode);
            assert!(
                sent.encrypted && opens(&sent.messages[0].data, &circle.people[ALICE]),
                "{name}"
            );
            let outside = String::from_utf8_lossy(&sent.messages[0].data);
            assert!(!outside.contains(body.lines().nth(2).unwrap()), "{name}: {outside}");
        }
        assert!(!sent(Mode::Clear).encrypted, "{name}");
    }
}

#[test]
fn the_header_is_inside_and_outside_only_what_transport_needs() {
    let circle = Circle::new();
    let sent = circle.send(&format!(
        "To: {ALICE}\r\nCc: {CAROL}\r\nSubject: the secret plan\r\n\
         Date: Sat, 17 Dec 2016 09:58:05 +0000\r\nMessage-ID: <m@example.org>\r\n\
         Comments: secret comment\r\nKeywords: secret, keyword\r\nX-Own: mine\r\n\
         References: <a@example.org>\r\n <b@example.org>\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Language: en-secret\r\n\
         Content-Transfer-Encoding: 8bit\r\nMIME-Version: 1.0\r\n"
    ));
    assert_eq!(sent.messages.len(), 1);
    let mail = &sent.messages[0].data;
    assert!(!holds(mail, "secret"), "{}", String::from_utf8_lossy(mail));
    assert_eq!(values(mail, "Subject"), ["[...]"]);
    assert_eq!(values(mail, "MIME-Version").len(), 1);
    let [content_type] = values(mail, "Content-Type").try_into().expect("one");
    assert!(content_type.starts_with("multipart/encrypted;"), "{content_type}");
    let outside = names(mail);
    for gone in
        ["comments", "keywords", "content-language", "content-transfer-encoding", "hp-outer"]
    {
        assert!(!outside.contains(gone), "{gone}");
    }
    let inner = circle.is_only_for("the only copy", &sent.messages[0], &[ALICE, CAROL]).payload;
    assert_eq!(
        values(&inner, "Content-Type"),
        ["text/plain; hp=\"cipher\"; protected-headers=\"v1\"; charset=utf-8"]
    );
    for (name, expected) in [
        ("Subject", "the secret plan"),
        ("Comments", "secret comment"),
        ("Keywords", "secret, keyword"),
        ("X-Own", "mine"),
        ("Content-Language", "en-secret"),
        ("Content-Transfer-Encoding", "8bit"),
        ("From", "Bob <bob@example.org>"),
        ("To", ALICE),
        ("Cc", CAROL),
        ("Message-ID", "<m@example.org>"),
        ("References", "<a@example.org> <b@example.org>"),
    ] {
        assert_eq!(values(&inner, name), [expected], "{name}");
    }
    assert_eq!(body(&inner), b"The body\r\n");
    // RFC 9788: each outer field that is no part of MIME is recorded, as it stands outside.
    let recorded: BTreeSet<String> = values(&inner, "HP-Outer").into_iter().collect();
    let (fields, _) = split(mail);
    let of_mail = fields.iter().filter(|field| {
        let name = name(field);
        name != "mime-version" && !name.starts_with("content-")
    });
    let shown = of_mail.map(|field| {
        let name = String::from_utf8_lossy(field).split(':').next().unwrap().to_owned();
        format!("{name}: {}", value(field))
    });
    assert_eq!(recorded, shown.collect());
    assert!(recorded.contains("Subject: [...]"));
    // Adverts stand outside and, the same bytes, inside.
    for name in ["Autocrypt", "INBOME-Encryption"] {
        assert_eq!(values(mail, name).len(), 1, "{name}");
        assert_eq!(values(mail, name), values(&inner, name), "{name}");
    }
}

#[test]
fn a_setting_leaves_the_subject_in_the_clear() {
    let circle = Circle::new();
    let mail = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\nSubject: lunch\r\nComments: x\r\n"));
    let options = OutgoingOptions { keep_subject: true, ..OutgoingOptions::default() };
    let sent = circle.bob.process_outgoing(None, &mail, &options).expect("made");
    let mail = &sent.messages[0].data;
    assert_eq!(values(mail, "Subject"), ["lunch"]);
    assert_eq!(values(mail, "Comments"), [""; 0]);
    let inner = open(mail, circle.engine(ALICE), &circle.bob).payload;
    assert_eq!(values(&inner, "Subject"), ["lunch"]);
    assert!(values(&inner, "HP-Outer").contains(&"Subject: lunch".to_owned()));
}

#[test]
fn no_copy_betrays_another_blind_recipient() {
    let circle = Circle::new();
    for (name, fields, visible, blind) in [
        (
            "two blind",
            format!("To: {ALICE}\r\nCc: {CAROL}\r\nBcc: {DAVE}, {ERIN}\r\n"),
            vec![ALICE, CAROL],
            vec![DAVE, ERIN],
        ),
        (
            "two fields",
            format!("Bcc: {DAVE}\r\nTo: {ALICE}\r\nBCC:\r\n {ERIN}\r\n"),
            vec![ALICE],
            vec![DAVE, ERIN],
        ),
        ("blind alone", format!("Bcc: {DAVE}, {ERIN}\r\n"), vec![], vec![DAVE, ERIN]),
        ("one blind alone", format!("Bcc: {DAVE}\r\nSubject: x\r\n"), vec![], vec![DAVE]),
        (
            "visible too",
            format!("To: {ALICE}, {DAVE}\r\nBcc: {DAVE}, {ERIN}\r\n"),
            vec![ALICE, DAVE],
            vec![ERIN],
        ),
        (
            "Reply-To blind",
            format!("To: {ALICE}, {CAROL}\r\nBcc: {ERIN}\r\n"),
            vec![ALICE, CAROL],
            vec![ERIN],
        ),
    ] {
        let sent = circle.send(&fields);
        let mut messages = sent.messages.iter();
        let mut session_keys = BTreeSet::new();
        if !visible.is_empty() {
            let copy = messages.next().expect("for To and Cc");
            assert_eq!(texts(&copy.recipients), visible, "{name}");
            assert!(!copy.sent_copy, "{name}");
            let read = circle.is_only_for(name, copy, &visible);
            for hidden in &blind {
                assert!(
                    !holds(&copy.data, hidden) && !holds(&read.payload, hidden),
                    "{name}: {hidden}"
                );
                let cert = secret(circle.engine(hidden)).cert;
                assert!(gossiped(&read.payload).values().all(|known| *known != cert), "{name}");
            }
            assert!(!names(&read.payload).contains("bcc"), "{name}");
            session_keys.insert(read.session_key);
        }
        for reader in &blind {
            let copy = messages.next().expect("one for each");
            assert_eq!(texts(&copy.recipients), [*reader], "{name}");
            assert!(!copy.sent_copy, "{name}");
            let read = circle.is_only_for(name, copy, &[reader]);
            assert!(
                !names(&read.payload).contains("bcc") && !names(&copy.data).contains("bcc"),
                "{name}"
            );
            for other in blind.iter().filter(|other| *other != reader) {
                assert!(
                    !holds(&copy.data, other) && !holds(&read.payload, other),
                    "{name}: {other}"
                );
            }
            // Not even that this reader was blind: the copy looks like the others.
            assert!(!gossiped(&read.payload).contains_key(*reader), "{name}");
            session_keys.insert(read.session_key);
        }
        let kept = messages.next().expect("the Sent copy");
        assert!(kept.sent_copy && kept.recipients.is_empty(), "{name}");
        let read = circle.is_only_for(name, kept, &[]);
        assert!(!names(&kept.data).contains("bcc"), "{name}");
        let inside = values(&read.payload, "Bcc").join(", ");
        assert!(blind.iter().all(|id| inside.contains(id)), "{name}: {inside}");
        session_keys.insert(read.session_key);
        assert_eq!(messages.next(), None, "{name}");
        assert_eq!(session_keys.len(), sent.messages.len(), "{name}: a session key came twice");
    }
}

#[test]
fn without_blind_recipients_the_one_copy_is_the_one_for_sent() {
    let circle = Circle::new();
    let sent = circle.send(&format!("To: {ALICE}\r\n"));
    assert_eq!(sent.messages.len(), 1);
    assert!(sent.messages[0].sent_copy);
    circle.is_only_for("one", &sent.messages[0], &[ALICE]);
}

#[test]
fn each_copy_is_signed_anew_and_read_by_the_engine_of_its_reader() {
    let circle = Circle::new();
    let sent = circle.send(&format!("To: {ALICE}, {CAROL}\r\nBcc: {DAVE}\r\nSubject: s\r\n"));
    for (message, readers) in sent.messages.iter().zip([vec![ALICE, CAROL], vec![DAVE], vec![BOB]])
    {
        for reader in readers {
            let read = circle.engine(reader).decrypt(None, &message.data).expect("read");
            let summary = read.summary;
            assert_eq!(summary.encryption, Encryption::Encrypted, "{reader}");
            let Signature::Valid { fingerprint, made } = summary.signature else {
                panic!("{reader}")
            };
            assert_eq!(
                (fingerprint, made),
                (fingerprint_of(&circle.bob), circle.bob.now()),
                "{reader}"
            );
            assert_eq!(summary.signer, Some(Signer::Current), "{reader}");
            assert_eq!(summary.intended, Some(Intended::Yes), "{reader}");
            assert_eq!((summary.differs, summary.date_differs), (vec![], false), "{reader}");
            assert_eq!(values(&read.message.expect("a message"), "Subject"), ["s"], "{reader}");
        }
    }
}

#[test]
fn what_the_program_left_out_is_supplied_before_encryption() {
    let circle = Circle::new();
    let sent = circle.send(&format!("To: {ALICE}\r\nBcc: {DAVE}\r\n"));
    let mut ids = BTreeSet::new();
    for (message, reader) in sent.messages.iter().zip([ALICE, DAVE, BOB]) {
        let inner = open(&message.data, circle.engine(reader), &circle.bob).payload;
        for name in ["Date", "Message-ID"] {
            assert_eq!(values(&message.data, name).len(), 1, "{reader}: {name}");
            assert_eq!(values(&message.data, name), values(&inner, name), "{reader}: {name}");
        }
        assert_eq!(values(&message.data, "MIME-Version"), ["1.0"], "{reader}");
        assert_eq!(values(&message.data, "Date"), ["Sat, 17 Dec 2016 08:59:45 -0000"], "{reader}");
        ids.extend(values(&message.data, "Message-ID"));
    }
    assert_eq!(ids.len(), 1, "one mail has one Message-ID: {ids:?}");
    assert!(ids.first().is_some_and(|id| id.starts_with('<') && id.ends_with("@example.org>")));
    // What stands there stays.
    let sent = circle.send(&format!("To: {ALICE}\r\nMESSAGE-ID: <own@x>\r\ndate: Sat, 17 Dec 2016 08:00:00 +0000\r\nMime-Version: 1.0\r\n"));
    let mail = &sent.messages[0].data;
    assert_eq!(values(mail, "Message-ID"), ["<own@x>"]);
    assert_eq!(values(mail, "Date"), ["Sat, 17 Dec 2016 08:00:00 +0000"]);
    assert_eq!(values(mail, "MIME-Version"), ["1.0"]);
}

#[test]
fn lines_end_as_those_of_the_input_end() {
    let circle = Circle::new();
    for (name, line_end) in [("LF", "\n"), ("CRLF", "\r\n")] {
        let mail =
            format!("From: {BOB}\nTo: {ALICE}, {CAROL}\nBcc: {DAVE}\nSubject: a\n\tb\n\nx\ny\n");
        let sent = send(&circle.bob, mail.replace('\n', line_end).as_bytes());
        assert_eq!((sent.encrypted, sent.messages.len()), (true, 3), "{name}");
        for (message, reader) in sent.messages.iter().zip([ALICE, DAVE, BOB]) {
            let payload = open(&message.data, circle.engine(reader), &circle.bob).payload;
            for octets in [&message.data, &payload] {
                let text = String::from_utf8(octets.clone()).expect("ASCII");
                let lf = text.matches('\n').count();
                let crlf = text.matches("\r\n").count();
                assert!(lf > 10, "{name}: {lf} lines");
                assert_eq!(crlf, if line_end == "\n" { 0 } else { lf }, "{name} for {reader}");
                assert_eq!(text.matches('\r').count(), crlf, "{name}: bare CR");
            }
        }
    }
}

#[test]
fn gossip_is_for_those_who_can_use_it_and_about_nobody_else() {
    let circle = Circle::new();
    for (name, fields, expected) in [
        ("one person", format!("To: {ALICE}\r\n"), vec![]),
        ("one and the sender", format!("To: {ALICE}\r\nCc: {BOB}\r\n"), vec![]),
        ("the same twice", format!("To: {ALICE}\r\nCc: Alice <Alice@Example.org>\r\n"), vec![]),
        ("two in To", format!("To: {ALICE}, {CAROL}\r\n"), vec![ALICE, CAROL]),
        ("To and Cc", format!("To: {ALICE}\r\nCc: {CAROL}, {BOB}\r\n"), vec![ALICE, CAROL]),
        (
            "Reply-To known",
            format!("To: {ALICE}, {CAROL}\r\nReply-To: {DAVE}\r\n"),
            vec![ALICE, CAROL, DAVE],
        ),
        (
            "Reply-To unknown",
            format!("To: {ALICE}, {CAROL}\r\nReply-To: nobody@example.org\r\n"),
            vec![ALICE, CAROL],
        ),
        ("Reply-To is no person in To", format!("To: {ALICE}\r\nReply-To: {DAVE}\r\n"), vec![]),
        ("blind", format!("To: {ALICE}, {CAROL}\r\nBcc: {DAVE}\r\n"), vec![ALICE, CAROL]),
        ("one and one blind", format!("To: {ALICE}\r\nBcc: {DAVE}\r\n"), vec![]),
        ("blind alone", format!("Bcc: {DAVE}, {ERIN}\r\n"), vec![]),
    ] {
        for message in circle.send(&fields).messages {
            assert!(!names(&message.data).contains("autocrypt-gossip"), "{name}: outside");
            let found = gossiped(&open(&message.data, &circle.bob, &circle.bob).payload);
            let about: Vec<&str> = found.keys().map(String::as_str).collect();
            assert_eq!(about, expected, "{name}, to {:?}", message.recipients);
            for (id, cert) in found {
                // Exactly the key that the mail is encrypted to; ours have one User ID.
                assert_eq!(cert, secret(circle.engine(&id)).cert, "{name}: {id}");
            }
        }
    }
}

#[test]
fn gossip_tells_the_key_that_is_encrypted_to_with_one_user_id() {
    use inbome_tests::certs::{Cert, Key, MADE, Says};
    let clock = SetClock::new(i64::from(inbome_tests::certs::NOW));
    let bob = person(BOB, 1, &clock);
    let (primary, subkey) = (Key::signing(7, MADE), Key::encrypting(8, MADE));
    let says = Says::certification(MADE);
    let cert = Cert::of(&primary)
        .user_id(&primary, "Work <alice@work.example>", &says)
        .user_id(&primary, "Alice <alice@example.org>", &says)
        .subkey(&primary, &subkey, &Says::binding(MADE))
        .octets();
    let at = clock_now(&bob);
    receive(&bob, &inbome_tests::stage::mail(ALICE, at - 9, &autocrypt(ALICE, true, &cert)));
    let carol = person(CAROL, 3, &clock);
    introduce(&carol, CAROL, &[&bob], at - 5);
    let sent = send(&bob, &draft(&format!("From: {BOB}\r\nTo: {ALICE}, {CAROL}\r\n")));
    assert!(sent.encrypted);
    let copy = open(&sent.messages[0].data, &carol, &bob);
    let told = &gossiped(&copy.payload)[ALICE];
    let text = String::from_utf8_lossy(told);
    assert!(text.contains("<alice@example.org>") && !text.contains("work.example"), "{text}");
    let fingerprint = Rpgp::new().check(told).expect("a cert");
    assert!(copy.intended.contains(&fingerprint));
    assert!(told.len() < cert.len());
}

fn clock_now(engine: &Engine) -> i64 {
    engine.now().as_secs()
}

#[test]
fn one_recipient_without_a_key_stops_an_encrypted_mail_for_all() {
    let circle = Circle::new();
    for (name, fields, missing) in [
        ("To", format!("To: {ALICE}, nobody@example.org\r\n"), vec!["nobody@example.org"]),
        ("Bcc", format!("To: {ALICE}\r\nBcc: nobody@example.org\r\n"), vec!["nobody@example.org"]),
        (
            "two",
            format!("To: x@example.org\r\nCc: {CAROL}, nobody@example.org\r\n"),
            vec!["x@example.org", "nobody@example.org"],
        ),
        ("nobody at all", "Subject: x\r\n".to_owned(), vec![]),
    ] {
        let id = format!("<{}@example.org>", name.replace(' ', "."));
        let mail = draft(&format!("From: {BOB}\r\nMessage-ID: {id}\r\n{fields}"));
        let (generation, commits) =
            (circle.bob.generation().expect("a number"), circle.bob.commits().expect("a number"));
        let error = circle.bob.process_outgoing(None, &mail, &mode(Mode::Encrypt)).expect_err(name);
        let Error::Compose(ComposeError::Refused { missing: found, why, .. }) = error else {
            panic!("{name}: {error:?}")
        };
        let found: Vec<&str> = found.iter().map(|(addr, _)| addr.as_str()).collect();
        assert_eq!(found, missing, "{name}");
        assert!(missing.iter().all(|addr| why.contains(addr)), "{name}: {why}");
        // Nothing is written: neither its Message-ID, nor whom it was to go to.
        assert_eq!(circle.bob.generation().expect("a number"), generation, "{name}");
        assert_eq!(circle.bob.commits().expect("a number"), commits, "{name}");
        // Never silent cleartext either: by itself it goes in the clear, and says so.
        let sent = send(&circle.bob, &mail);
        assert!(
            !sent.encrypted
                && sent.recommendation < inbome_core::recommend::Recommendation::Encrypt,
            "{name}"
        );
    }
}

#[test]
fn an_own_address_among_the_recipients_gets_the_own_key_once() {
    let circle = Circle::new();
    let sent = circle.send(&format!("To: {ALICE}, {BOB}\r\n"));
    let copy = open(&sent.messages[0].data, &circle.bob, &circle.bob);
    assert_eq!(copy.intended, circle.fingerprints(&[ALICE, BOB]));
    assert_eq!(sent.messages[0].recipients, [addr(ALICE), addr(BOB)]);
    assert!(opens(&sent.messages[0].data, &circle.bob));
}

/// A mail in two parts that Alice's own program signed, and its signature.
fn signed_entity(alice: &Person) -> String {
    let part = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
                Gr\u{fc}\u{df}e  \r\n-- \r\nAlice\r\n";
    let at = inbome_tests::certs::NOW;
    let signature = packet(Tag::Signature, &Signing::at(at).sign(&alice.primary, part.as_bytes()));
    let armored = folded(&signature).replace("\r\n ", "\r\n");
    let armored =
        format!("-----BEGIN PGP SIGNATURE-----\r\n{armored}\r\n-----END PGP SIGNATURE-----");
    format!(
        "Content-Type: multipart/signed; micalg=pgp-sha256;\r\n \
         protocol=\"application/pgp-signature\"; boundary=\"=s=\"\r\n\r\n--=s=\r\n{part}\r\n--=s=\r\n\
         Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n{armored}\r\n--=s=--\r\n"
    )
}

#[test]
fn a_signed_mail_is_encrypted_as_it_is() {
    let circle = Circle::new();
    let entity = signed_entity(&Person::new(9));
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\nSubject: signed\r\n{entity}");
    let sent = send(&circle.bob, mail.as_bytes());
    assert!(sent.encrypted);
    let inner = open(&sent.messages[0].data, circle.engine(ALICE), &circle.bob).payload;
    assert!(body(&inner) == body(mail.as_bytes()), "{}", String::from_utf8_lossy(&inner));
    let read = circle.engine(ALICE).decrypt(None, &sent.messages[0].data).expect("read");
    // The outer signature is the one that counts; the layer inside is left for others to judge.
    assert_eq!(read.summary.signer, Some(Signer::Current));
    let message = read.message.expect("a message");
    assert!(body(&message) == body(mail.as_bytes()));
    assert!(values(&message, "Content-Type")[0].starts_with("multipart/signed;"));
}

#[test]
fn one_signed_layer_inside_an_unsigned_message_is_the_mails_own() {
    let alice = Person::new(9);
    let clock = SetClock::new(NOW_AT.as_secs());
    let bob = person(BOB, 1, &clock);
    let own = secret(&bob);
    let union = Rpgp::new().union(None, &own.cert);
    let sealed = |payload: &str| {
        let to = [SealTo { received: &own.cert, union: &union }];
        let random = Seeded::new(77);
        let sealing = Sealing { signer: None, recipients: &to, now: NOW_AT, random: &random };
        let armor = Rpgp::new().seal(payload.as_bytes(), &sealing).expect("sealed");
        let armor = String::from_utf8(armor).expect("ASCII").replace('\n', "\r\n");
        format!(
            "From: {ALICE}\r\nTo: {BOB}\r\nDate: {}\r\n{}MIME-Version: 1.0\r\n\
             Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=e\r\n\r\n\
             --e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--e\r\n\
             Content-Type: application/octet-stream\r\n\r\n{armor}\r\n--e--\r\n",
            inbome_tests::stage::rfc2822(NOW_AT.as_secs(), 0),
            autocrypt(ALICE, true, &alice.cert),
        )
    };
    let entity = signed_entity(&alice);
    let altered = entity.replace("-- \r\nAlice", "-- \r\nMallory");
    let deeper =
        format!("Content-Type: multipart/mixed; boundary=d\r\n\r\n--d\r\n{entity}\r\n--d--\r\n");
    for (name, payload, signature) in [
        ("the root", &entity, "valid"),
        ("altered", &altered, "invalid"),
        ("deeper", &deeper, "none"),
    ] {
        let read = bob.decrypt(None, sealed(payload).as_bytes()).expect("read");
        assert_eq!(read.summary.encryption, Encryption::Encrypted, "{name}");
        assert_eq!(read.summary.signature.name(), signature, "{name}");
        let message = read.message.expect("a message");
        let taken_off = values(&message, "Content-Type")[0].starts_with("text/plain");
        assert_eq!(taken_off, name != "deeper", "{name}");
        if name == "the root" {
            assert_eq!(read.summary.signer, Some(Signer::New));
            assert_eq!(body(&message), "Gr\u{fc}\u{df}e  \r\n-- \r\nAlice\r\n".as_bytes());
        }
    }
    // Such a mail counts as encrypted and signed for what is learnt of Alice, too.
    let incoming = receive(&bob, sealed(&entity).as_bytes());
    assert_eq!(inbome_tests::stage::outcome(&incoming), "updated");
    assert_eq!(row(&bob, ALICE), (Some(NOW_AT.as_secs()), true, true, false));
}

#[test]
fn the_armor_says_nothing_of_its_maker_and_boundaries_differ() {
    let circle = Circle::new();
    let mut boundaries = BTreeSet::new();
    for _ in 0..5 {
        let sent = circle.send(&format!("To: {ALICE}\r\nBcc: {DAVE}\r\n"));
        for message in sent.messages {
            let armor = String::from_utf8(armor(&message.data)).expect("ASCII");
            let mut lines = armor.lines();
            assert_eq!(lines.next(), Some("-----BEGIN PGP MESSAGE-----"));
            assert_eq!(lines.next(), Some(""), "no Version, no Comment");
            assert!(!dearmor(&armor).is_empty());
            boundaries.extend(values(&message.data, "Content-Type"));
        }
    }
    assert_eq!(boundaries.len(), 15);
}
