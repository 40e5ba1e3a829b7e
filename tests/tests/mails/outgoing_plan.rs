//! Outgoing is a plan (Discovery §7, §8; Messages §2, §4, §5): a mail, an entity, a draft and a preview
//! are decided by the same rules, and only what is given to send is remembered.

use inbome_core::account::ClearReply;
use inbome_core::draft::DraftError;
use inbome_core::engine::{
    AccountOptions, Engine, Entity, RecommendOptions, Reply, SettingsChange,
};
use inbome_core::error::Error;
use inbome_core::header::DraftState;
use inbome_core::limits::Limit;
use inbome_core::mime::{Form, Mail, ProtectError};
use inbome_core::outgoing::{ComposeError, EncryptError, Mode, OutgoingOptions, OutgoingReason};
use inbome_core::recommend::Recommendation;
use inbome_tests::letters::*;
use inbome_tests::stage::{
    ALICE, BOB, DAY, NOW, SENT, SetClock, addr, autocrypt, cert, fingerprint, mail, receive,
    revoked_cert,
};

const CAROL: &str = "carol@example.org";
const STATE: DraftState =
    DraftState { encrypt: true, by_choice: false, is_reply_to_encrypted: false };

/// Bob, who knows Alice and Carol, and Alice.
fn two() -> (Engine, Engine) {
    let clock = SetClock::new(NOW);
    let (bob, alice) = (person(BOB, 1, &clock), person(ALICE, 2, &clock));
    introduce(&alice, ALICE, &[&bob], SENT);
    introduce(&person(CAROL, 3, &clock), CAROL, &[&bob], SENT);
    (bob, alice)
}

fn set(engine: &Engine, change: SettingsChange) {
    let account = engine.account(None).expect("an account").addr;
    engine.set_account(&account, change).expect("set");
}

fn reason(error: &Error) -> OutgoingReason {
    let Error::Compose(ComposeError::Refused { reason, .. }) = error else { panic!("{error:?}") };
    *reason
}

/// Alice's encrypted mail to Bob, as he has read it; and the field of an answer to it.
fn answered(bob: &Engine, alice: &Engine) -> &'static str {
    introduce(bob, BOB, &[alice], SENT);
    let fields = format!("From: {ALICE}\r\nTo: {BOB}\r\nMessage-ID: <asked@x>\r\n");
    let sent = alice.process_outgoing(None, &draft(&fields), &mode(Mode::Encrypt)).expect("made");
    receive(bob, &sent.messages[0].data);
    "In-Reply-To: <asked@x>\r\n"
}

#[test]
fn previews_and_refusals_change_nothing() {
    let (bob, _) = two();
    let fields = format!("From: {BOB}\r\nTo: {ALICE}\r\nMessage-ID: <seen@x>\r\n");
    let before = bob.generation().expect("a number");
    let auto = OutgoingOptions::default();
    let previewed = bob.preview_outgoing(None, &draft(&fields), &auto).expect("made");
    assert!(previewed.encrypted);
    for (name, fields, options) in [
        ("nobody's key", format!("From: {BOB}\r\nTo: x@y.org\r\n"), mode(Mode::Encrypt)),
        ("half of them", format!("From: {BOB}\r\nTo: {ALICE}, x@y.org\r\n"), mode(Mode::Encrypt)),
        ("no copies", format!("From: {BOB}\r\nTo: {ALICE}\r\nBcc: {CAROL}\r\n"), {
            OutgoingOptions { one_message: true, ..mode(Mode::Encrypt) }
        }),
    ] {
        assert!(bob.process_outgoing(None, &draft(&fields), &options).is_err(), "{name}");
    }
    assert_eq!(bob.generation().expect("a number"), before);
    let reply = Reply::To(b"seen@x".to_vec());
    let to = [addr(ALICE)];
    set(
        &bob,
        SettingsChange {
            prefer_encrypt: Some(inbome_core::header::PreferEncrypt::NoPreference),
            ..SettingsChange::default()
        },
    );
    let asked = |bob: &Engine| bob.recommend(None, &to, &reply).expect("advised").recommendation;
    assert_eq!(asked(&bob), Recommendation::Available, "it was not sent");
    bob.commit_outgoing(&previewed).expect("committed");
    assert_eq!(asked(&bob), Recommendation::Encrypt, "it was sent");
    // Once more there is nothing to write.
    let after = bob.generation().expect("a number");
    bob.commit_outgoing(&previewed).expect("committed");
    assert_eq!(bob.generation().expect("a number"), after);
}

#[test]
fn a_drafts_key_that_is_known_to_be_revoked_is_not_encrypted_to() {
    let (bob, _) = two();
    let (plain, revoked) = (cert(1, "zoe@example.org"), revoked_cert(1, "zoe@example.org"));
    let key = inbome_core::key::Key {
        fingerprint: fingerprint(&plain),
        hash: inbome_core::key::hash(&plain),
        bytes: plain.into(),
    };
    let zoe = "zoe@example.org";
    receive(&bob, &mail(zoe, SENT, &autocrypt(zoe, true, &revoked)));
    bob.forget_peer(None, &addr(zoe)).expect("forgotten");
    let options = OutgoingOptions {
        gossip: vec![(addr(zoe), key)],
        reply_to_encrypted: Some(true),
        ..OutgoingOptions::default()
    };
    let letter = draft(&format!("From: {BOB}\r\nTo: {zoe}\r\n"));
    let sent = bob.process_outgoing(None, &letter, &options).expect("made");
    assert!(!sent.encrypted && sent.recommendation == Recommendation::Disable);
    assert_eq!(sent.recipients[0].1.reasons[0].code().name(), "revoked");
    let demanded = OutgoingOptions { mode: Mode::Encrypt, ..options };
    assert!(bob.process_outgoing(None, &letter, &demanded).is_err());
}

#[test]
fn an_entity_is_refused_as_a_mail_is_and_remembered_as_one() {
    let (bob, _) = two();
    let to = [addr(ALICE)];
    let seal = |bob: &Engine, from: &str, to: &[inbome_core::addr::Addr]| {
        let header = [("From", from.to_owned()), ("To", ALICE.to_owned())];
        let octets = b"Content-Type: text/plain\r\n\r\nHi\r\n";
        let entity = Entity { octets, header: &header, recipients: to, ..Entity::default() };
        bob.seal(None, &entity).map(drop)
    };
    seal(&bob, BOB, &to).expect("sealed");
    // Alice was written to by that: a mail in the clear to her has nothing more to note.
    let before = bob.generation().expect("a number");
    let letter = |from: &str| draft(&format!("From: {from}\r\nTo: {ALICE}\r\n"));
    bob.process_outgoing(None, &letter(BOB), &mode(Mode::Clear)).expect("made");
    assert_eq!(bob.generation().expect("a number"), before);
    let same = |bob: &Engine, from: &str, expected: OutgoingReason| {
        let mail = bob.process_outgoing(None, &letter(from), &mode(Mode::Encrypt));
        let entity = seal(bob, from, &to);
        let (mail, entity) = (mail.expect_err("refused"), entity.expect_err("refused"));
        assert_eq!((reason(&mail), reason(&entity)), (expected, expected), "{from}");
    };
    same(&bob, "x@y.org", OutgoingReason::NoAccount);
    same(&bob, &format!("{BOB}, {ALICE}"), OutgoingReason::SeveralFrom);
    same(&bob, "", OutgoingReason::NoFrom);
    let nobody = seal(&bob, BOB, &[addr("x@y.org")]).expect_err("refused");
    assert_eq!(reason(&nobody), OutgoingReason::NotRecommended);
    set(&bob, SettingsChange { enabled: Some(false), ..SettingsChange::default() });
    same(&bob, BOB, OutgoingReason::DisabledAccount);
    set(&bob, SettingsChange { enabled: Some(true), ..SettingsChange::default() });
    let key = fingerprint_of(&bob);
    bob.destroy_own_key(None, &key).expect("destroyed");
    same(&bob, BOB, OutgoingReason::NoOwnKey);
}

#[test]
fn a_blind_recipient_among_others_makes_one_message_at_most_available() {
    let (bob, _) = two();
    let both = [addr(ALICE), addr(CAROL)];
    let ask = |to: &[_], blind: &[_], one_message| {
        let blind = blind.to_vec();
        let options = RecommendOptions { blind, one_message, ..RecommendOptions::default() };
        let asked = bob.recommend_with(None, to, &options).expect("advised");
        let mut reasons =
            asked.recipients.iter().map(|(_, advice)| advice.reasons[0].code().name());
        (asked.recommendation, reasons.next_back().expect("one"))
    };
    let (encrypt, available) = (Recommendation::Encrypt, Recommendation::Available);
    assert_eq!(ask(&both, &[], true), (encrypt, "both_mutual"));
    assert_eq!(ask(&both, &both[1..], false), (encrypt, "both_mutual"));
    assert_eq!(ask(&both, &both[1..], true), (available, "one_message"));
    assert_eq!(ask(&both[1..], &both[1..], true), (encrypt, "both_mutual"), "alone");
    bob.set_word(None, &addr(CAROL), inbome_core::peer::Word::Always).expect("set");
    assert_eq!(ask(&both, &both[1..], true), (available, "one_message"), "whatever is set");
    // So does the mail itself: in the clear in mode auto, refused where encryption is demanded.
    let fields = format!("From: {BOB}\r\nTo: {ALICE}\r\nBcc: {CAROL}\r\n");
    let one = |mode| OutgoingOptions { one_message: true, mode, ..OutgoingOptions::default() };
    let sent = bob.process_outgoing(None, &draft(&fields), &one(Mode::Auto)).expect("made");
    assert_eq!((sent.encrypted, sent.recommendation), (false, available));
    let demanded = bob.process_outgoing(None, &draft(&fields), &one(Mode::Encrypt));
    assert!(matches!(demanded, Err(Error::Compose(ComposeError::NeedsCopies { .. }))));
}

#[test]
fn a_clear_answer_to_an_encrypted_mail_is_refused_where_nobody_can_be_asked() {
    let (bob, alice) = two();
    let reply = answered(&bob, &alice);
    let fields = format!("From: {BOB}\r\nTo: {ALICE}, x@y.org\r\n");
    let refuse = OutgoingOptions { clear_reply: ClearReply::Refuse, ..OutgoingOptions::default() };
    let send = |fields: &str, options: &OutgoingOptions| {
        bob.process_outgoing(None, &draft(fields), options).map(|sent| sent.reason)
    };
    let answer = format!("{fields}{reply}");
    let before = bob.generation().expect("a number");
    let error = send(&answer, &refuse).expect_err("refused");
    assert_eq!(reason(&error), OutgoingReason::ClearReply);
    assert!(error.to_string().contains("x@y.org"), "{error}");
    assert_eq!(bob.generation().expect("a number"), before);
    for (name, fields, options) in [
        ("asked", answer.clone(), OutgoingOptions::default()),
        ("no answer", fields.clone(), refuse.clone()),
        ("mode clear", answer.clone(), OutgoingOptions { mode: Mode::Clear, ..refuse.clone() }),
        ("in the mail", format!("{answer}X-Inbome: clear\r\n"), refuse.clone()),
    ] {
        assert!(send(&fields, &options).is_ok(), "{name}");
    }
    let setting = |change| set(&bob, change);
    setting(SettingsChange { clear_reply: Some(ClearReply::Send), ..Default::default() });
    assert_eq!(send(&answer, &refuse), Ok(OutgoingReason::NotRecommended), "the account allows it");
    setting(SettingsChange {
        clear_reply: Some(ClearReply::Refuse),
        enabled: Some(false),
        ..Default::default()
    });
    assert_eq!(send(&answer, &refuse), Ok(OutgoingReason::DisabledAccount));
}

#[test]
fn an_own_protocol_mail_goes_to_oneself_as_it_is_and_to_nobody_else() {
    let (bob, _) = two();
    let alias = "bob@other.example";
    let options = AccountOptions { alias_of: Some(addr(BOB)), ..AccountOptions::default() };
    bob.create_account(&addr(alias), &options, &mut |_| None).expect("an alias");
    for field in [
        "Autocrypt-Setup-Message: v1",
        "INBOME-Secret-Key-Backup: v=1",
        "inbome-device-pairing: v=1; n=2",
        "INBOME-Device-Sync: v=1",
    ] {
        for (name, to, goes) in [
            ("itself", format!("To: {BOB}\r\n"), true),
            ("its alias", format!("To: {alias}\r\n"), true),
            ("somebody else", format!("To: {ALICE}\r\n"), false),
            ("somebody else too", format!("To: {BOB}, {ALICE}\r\n"), false),
            ("somebody blind", format!("To: {BOB}\r\nBcc: {ALICE}\r\n"), false),
            ("no address", format!("To: {BOB}, root\r\n"), false),
            ("resent", format!("To: {BOB}\r\nResent-To: {ALICE}\r\n"), false),
        ] {
            let mail = draft(&format!(
                "From: {BOB}\r\n{to}{field}\r\nX-Inbome: clear\r\nAutocrypt: addr={BOB}; keydata=AA==\r\n"
            ));
            for how in [Mode::Auto, Mode::Encrypt, Mode::Clear] {
                match bob.process_outgoing(None, &mail, &mode(how)) {
                    Ok(sent) => {
                        assert!(goes, "{field}, {name}");
                        assert_eq!(sent.reason, OutgoingReason::OwnProtocol, "{field}, {name}");
                        assert!(sent.messages.len() == 1 && sent.messages[0].data == mail);
                        assert!(!sent.messages[0].sent_copy && sent.added.is_empty());
                    }
                    Err(error) => {
                        assert!(!goes, "{field}, {name}: {error}");
                        assert_eq!(reason(&error), OutgoingReason::OwnProtocolElsewhere);
                    }
                }
            }
        }
        // From anybody else the fields mean nothing.
        let mail = draft(&format!("From: x@y.org\r\nTo: {ALICE}\r\n{field}\r\n"));
        assert_eq!(send(&bob, &mail).reason, OutgoingReason::NoAccount, "{field}");
    }
}

#[test]
fn what_is_written_can_be_read_again_however_many_fields_it_has() {
    let (bob, alice) = two();
    let mut refused = 0;
    for count in [400, 498, 501, 600, 800, 985, 992, 995, 998, 1_000] {
        let more: String = (3..=count).map(|n| format!("X-{n}: {n}\r\n")).collect();
        let letter = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\n{more}"));
        match bob.encrypt_draft(None, &letter, STATE) {
            Ok(put) => {
                let opened = bob.open_draft(None, &put, false).expect("opened");
                let told = values(&opened.message, &format!("X-{count}"));
                assert_eq!(told, [count.to_string()], "{count}");
            }
            Err(error) => assert_limit(&error, count),
        }
        match bob.process_outgoing(None, &letter, &mode(Mode::Encrypt)) {
            Ok(sent) => {
                let read = alice.decrypt(None, &sent.messages[0].data).expect("read");
                let message = read.message.expect("a message");
                assert_eq!(values(&message, &format!("X-{count}")), [count.to_string()], "{count}");
            }
            Err(error) => {
                assert_limit(&error, count);
                refused += 1;
            }
        }
    }
    assert!((1..5).contains(&refused), "{refused}");
    // The same for octets: what the header outside would be too long for.
    let long = format!("X-Long: {}\r\n", "a ".repeat(120)).repeat(1_080);
    let letter = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\n{}", &long[..255_900]));
    let error = bob.process_outgoing(None, &letter, &mode(Mode::Encrypt)).expect_err("too long");
    assert!(error.to_string().contains("limit_header"), "{error}");
}

fn assert_limit(error: &Error, count: usize) {
    let limit = ProtectError::Limit(Limit::HeaderFields);
    assert!(count > 985, "{count}: {error}");
    let expected = Error::Encrypt(EncryptError::Protect(limit));
    assert_eq!(*error, expected, "{count}");
}

#[test]
fn the_payload_says_to_older_programs_too_that_its_header_counts() {
    let (bob, alice) = two();
    let fields = format!("From: {BOB}\r\nTo: {ALICE}\r\nSubject: secret\r\n");
    for (name, content) in [
        ("no type", ""),
        ("a type", "Content-Type: text/plain; charset=utf-8\r\n"),
        ("another's marks", "Content-Type: text/plain; protected-headers=\"v1\"; hp=\"clear\"\r\n"),
    ] {
        let sent = send(&bob, &draft(&format!("{fields}{content}")));
        let payload = open(&sent.messages[0].data, &alice, &bob).payload;
        let marks = values(&payload, "Content-Type").remove(0);
        assert_eq!(marks.matches("hp=\"cipher\"").count(), 1, "{name}: {marks}");
        assert_eq!(marks.matches("protected-headers=\"v1\"").count(), 1, "{name}: {marks}");
        let read = alice.decrypt(None, &sent.messages[0].data).expect("read");
        let message = read.message.expect("a message");
        assert_eq!(values(&message, "Subject"), ["secret"], "{name}");
        assert!(!holds(&message, "protected-headers"), "{name}");
    }
}

#[test]
fn an_account_may_keep_the_subject_of_its_mails() {
    let (bob, _) = two();
    let letter = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\nSubject: lunch\r\n"));
    let subject = |bob: &Engine| values(&send(bob, &letter).messages[0].data, "Subject");
    assert_eq!(subject(&bob), ["[...]"]);
    set(&bob, SettingsChange { keep_subject: Some(true), ..SettingsChange::default() });
    assert_eq!(subject(&bob), ["lunch"]);
    set(&bob, SettingsChange { keep_subject: Some(false), ..SettingsChange::default() });
    assert_eq!(subject(&bob), ["[...]"]);
}

#[test]
fn a_stray_carriage_return_or_nul_in_the_header_is_not_sent() {
    let (bob, _) = two();
    for stray in ["a\rBcc: eve@example.org", "a\0b", "a\r\r\n b", "a\r\n b\r"] {
        for name in ["Subject", "X-Any", "Message-ID"] {
            let letter = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\n{name}: {stray}\r\n"));
            for how in [Mode::Auto, Mode::Encrypt, Mode::Clear] {
                let error = bob.process_outgoing(None, &letter, &mode(how)).expect_err(stray);
                let field = name.to_owned();
                assert_eq!(error, Error::Compose(ComposeError::Control { field }), "{stray:?}");
            }
            bob.encrypt_draft(None, &letter, STATE).expect_err(stray);
        }
    }
    // In a body they are the writer's.
    let mut letter = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\n"));
    letter.extend_from_slice(b"a\rb\0c\r\n");
    assert!(send(&bob, &letter).encrypted);
}

#[test]
fn a_key_field_with_a_stray_carriage_return_or_nul_is_invalid() {
    let (bob, _) = two();
    let field = autocrypt("zoe@example.org", true, &cert(4, "zoe@example.org"));
    for (name, stray) in [
        ("before the data", field.replacen("keydata=", "keydata=\r", 1)),
        ("NUL", field.replacen("keydata=", "_note=a\0b; keydata=", 1)),
        ("between lines", field.replacen("\r\n ", "\r\r\n ", 1)),
    ] {
        assert_ne!(stray, field, "{name}");
        let read = receive(&bob, &mail("zoe@example.org", SENT, &stray));
        assert_eq!(
            read.fields[0].verdict.reason().map(|reason| reason.code().name()),
            Some("grammar")
        );
    }
    let read = receive(&bob, &mail("zoe@example.org", SENT + DAY, &field));
    assert!(read.fields[0].verdict.reason().is_none());
}

#[test]
fn envelopes_keep_the_case_of_local_parts() {
    let (bob, _) = two();
    for fields in [
        "To: Alice.Smith@Example.ORG\r\nCc: \"Odd Name\"@example.org\r\nBcc: CAROL@example.org\r\n",
        "To: \"A\" <Alice.Smith@example.org>, \"Odd Name\"@example.org\r\nBcc: CAROL@example.org\r\n",
    ] {
        let sent = send(&bob, &draft(&format!("From: {BOB}\r\n{fields}")));
        let to = &sent.messages[0].recipients;
        let spelled: Vec<String> = to.iter().map(|addr| addr.to_envelope()).collect();
        let expected = ["Alice.Smith@example.org", "\"Odd Name\"@example.org", "CAROL@example.org"];
        assert_eq!(spelled, expected);
        assert!(to.contains(&addr("alice.smith@example.org")));
    }
    let sent = send(&bob, &draft(&format!("From: {BOB}\r\nTo: ALICE@example.org\r\n")));
    assert!(sent.encrypted);
    assert_eq!(sent.messages[0].recipients[0].to_envelope(), "ALICE@example.org");
    assert_eq!(sent.messages[0].recipients[0].as_str(), ALICE);
}

#[test]
fn a_mail_from_another_account_is_no_draft_though_the_user_says_so() {
    let (bob, alice) = two();
    // Encrypted to Bob alone, without a header inside, as another program's draft is.
    let put = bob.encrypt_draft(None, &draft(&format!("To: {ALICE}\r\n")), STATE).expect("put");
    let armored = String::from_utf8(put).expect("text");
    let outside = armored.replacen(BOB, CAROL, 1);
    assert_ne!(outside, armored);
    // With its state inside a mail that was dressed up outside is still Bob's own.
    assert!(bob.open_draft(Some(&addr(BOB)), outside.as_bytes(), false).is_ok());
    let plain = inbome_tests::letters::sealed_to_self(&bob, b"Dear Alice\r\n");
    for (from, opens) in [(BOB, true), (CAROL, false), (ALICE, false)] {
        let mail = format!("From: {from}\r\nTo: {ALICE}\r\n{plain}");
        let opened = bob.open_draft(Some(&addr(BOB)), mail.as_bytes(), true);
        match opened {
            Ok(_) => assert!(opens, "{from}"),
            Err(error) => {
                assert!(!opens, "{from}: {error}");
                let found = Some(addr(from));
                let expected = DraftError::NotFromAccount { account: addr(BOB), found };
                assert_eq!(error, Error::Draft(expected));
            }
        }
    }
    drop(alice);
}

#[test]
fn of_protected_fields_that_stand_twice_the_first_counts() {
    let (bob, alice) = two();
    introduce(&bob, BOB, &[&alice], SENT);
    let fields = format!(
        "From: {BOB}\r\nTo: {ALICE}\r\nSubject: one\r\nSubject: two\r\nX-Twice: 1\r\nX-Twice: 2\r\n"
    );
    let sent = send(&bob, &draft(&fields));
    let message = alice.decrypt(None, &sent.messages[0].data).expect("read").message.expect("one");
    assert_eq!(values(&message, "Subject"), ["one"]);
    assert_eq!(values(&message, "X-Twice"), ["1", "2"]);
    assert!(matches!(Mail::parse(&message).expect("a mail").shape.form, Form::Clear));
}
