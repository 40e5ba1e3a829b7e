//! Outgoing mail (Discovery §8): what leaves is the input, octet for octet, but for whole fields
//! removed and added. Fields are found here by code of the test's own.

use std::collections::BTreeSet;

use inbome_core::engine::{AccountOptions, Engine, SettingsChange};
use inbome_core::error::Error;
use inbome_core::header::{PreferEncrypt, Spelling};
use inbome_core::outgoing::{ComposeError, Mode, OutgoingOptions, OutgoingReason};
use inbome_core::recommend::Recommendation;
use inbome_tests::hostile::armored;
use inbome_tests::letters::{holds, mode, name, split};
use inbome_tests::mailbox;
use inbome_tests::messages::{Person, encrypted, literal};
use inbome_tests::stage::*;

fn auto() -> OutgoingOptions {
    OutgoingOptions::default()
}

fn send(engine: &Engine, mail: &[u8], options: &OutgoingOptions) -> (Vec<u8>, OutgoingReason) {
    let mut sent = engine.process_outgoing(None, mail, options).expect("made");
    assert_eq!(sent.messages.len(), 1);
    (sent.messages.remove(0).data, sent.reason)
}

fn draft(fields: &str) -> Vec<u8> {
    format!("From: Bob <{BOB}>\r\n{fields}\r\nHello\r\n").into_bytes()
}

/// A field that must go, by name; `own` says whether a key field is the sender's.
fn goes(field: &[u8]) -> bool {
    let own = holds(field, BOB) || !holds(field, "example.org");
    match name(field).as_str() {
        "bcc" | "resent-bcc" | "x-inbome" | "autocrypt-draft-state" => true,
        "autocrypt" | "inbome" | "inbome-encryption" | "inbome-encryption-info" => own,
        _ => false,
    }
}

#[test]
fn a_thousand_mails_differ_from_their_input_by_removed_and_added_fields_alone() {
    let engine = bob();
    let made =
        mailbox::Options { mails: 1_000, account: "x@demo.example".into(), ..Default::default() };
    let mails = mailbox::generate(&made);
    assert!(mails.len() >= 1_000);
    let own = engine.header_fields(None, None).expect("fields");
    let extra = [
        "",
        "Bcc: secret@example.org,\n\tsecret2@example.org\n",
        "bCC : secret@example.org\n",
        "X-Inbome: clear\n",
        "Autocrypt-Draft-State: encrypt=no;\n",
        "Autocrypt: addr=bob@example.org; keydata=\n AAAA\n",
        "INBOME: broken, and no address\n",
        "Autocrypt: addr=other@example.org; keydata=AAAA\n",
        "Content-Language: de\nContent-Type: multipart/signed; micalg=pgp-sha256; boundary=s\n",
        "X-8bit: \u{fc}\u{df}\n\tand a fold\n",
    ];
    let mut added = 0;
    for (number, mail) in mails.iter().enumerate() {
        // The generator's mails come from others: the sender is changed, the rest stays.
        let (fields, rest) = split(&mail.octets);
        let extra = extra[number % extra.len()];
        let keeps = |field: &&Vec<u8>| match name(field).as_str() {
            "from" | "autocrypt" => false,
            "content-type" => !extra.contains("Content-Type"),
            other => !other.starts_with("inbome"),
        };
        let kept = fields.iter().filter(keeps);
        let mut octets: Vec<u8> = kept.flatten().copied().collect();
        octets.extend(format!("From: Bob <{BOB}>\n{extra}").as_bytes());
        octets.extend_from_slice(rest);
        if number % 2 == 1 {
            let text = octets.split(|octet| *octet == b'\n').collect::<Vec<_>>();
            octets = text.join(&b"\r\n"[..]);
        }
        let line_end = if number % 2 == 1 { "\r\n" } else { "\n" };
        let mut expected: Vec<u8> = Vec::new();
        let (fields, rest) = split(&octets);
        fields.iter().filter(|field| !goes(field)).for_each(|field| expected.extend(field));
        for (name, value) in &own {
            let value = value.replace("\r\n", line_end);
            expected.extend(format!("{name}: {value}{line_end}").as_bytes());
        }
        expected.extend_from_slice(rest);
        let (sent, reason) = send(&engine, &octets, &auto());
        assert!(!reason.passes_unchanged(), "{reason:?}");
        assert!(sent == expected, "mail {number}:\n{}", String::from_utf8_lossy(&octets));
        assert!(!holds(&sent, "secret"), "mail {number}");
        // Once more changes nothing: the call may be repeated.
        assert_eq!(send(&engine, &sent, &auto()).0, sent, "mail {number}");
        added += 1;
    }
    assert!(added >= 1_000);
}

#[test]
fn bcc_never_leaves_and_its_people_get_the_mail() {
    let engine = bob();
    for (name, fields, recipients) in [
        (
            "plain",
            "To: a@example.org\r\nBcc: hidden@example.org\r\n",
            vec!["a@example.org", "hidden@example.org"],
        ),
        (
            "folded",
            "To: a@example.org\r\nBcc:\r\n X <hidden@example.org>,\r\n hidden2@example.org\r\n",
            vec!["a@example.org", "hidden@example.org", "hidden2@example.org"],
        ),
        (
            "twice",
            "BCC: hidden@example.org\r\nTo: a@example.org\r\nbcc: hidden2@example.org\r\n",
            vec!["a@example.org", "hidden@example.org", "hidden2@example.org"],
        ),
        ("blank before the colon", "Bcc \t: hidden@example.org\r\n", vec!["hidden@example.org"]),
        (
            "known already",
            "To: hidden@example.org\r\nBcc: Hidden@Example.org\r\n",
            vec!["hidden@example.org"],
        ),
        ("empty", "To: a@example.org\r\nBcc:\r\n", vec!["a@example.org"]),
        ("no From", "From:\r\nBcc: hidden@example.org\r\n", vec!["hidden@example.org"]),
    ] {
        for mail in
            [draft(fields), fields.as_bytes().to_vec(), [fields.as_bytes(), b"\r\nx"].concat()]
        {
            for options in [auto(), mode(Mode::Clear)] {
                let sent = engine.process_outgoing(None, &mail, &options).expect("made");
                let message = &sent.messages[0];
                let to: Vec<&str> = message.recipients.iter().map(|addr| addr.as_str()).collect();
                assert_eq!(to, recipients, "{name}");
                let (fields, _) = split(&message.data);
                assert!(fields.iter().all(|field| self::name(field) != "bcc"), "{name}");
                assert!(!holds(&message.data, "hidden2"), "{name}");
                assert!(message.sent_copy);
            }
        }
    }
    // A body may say what it likes.
    let mail = b"From: bob@example.org\r\nTo: a@example.org\r\n\r\nBcc: hidden@example.org\r\n";
    assert!(holds(&send(&engine, mail, &auto()).0, "\r\nBcc: hidden"));
}

#[test]
fn a_program_that_sends_one_message_is_told_of_blind_recipients_before_anything_is_made() {
    let engine = bob();
    receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &cert(1, ALICE))));
    for (name, fields, blind) in [
        ("nobody is blind", format!("To: {ALICE}\r\n"), None),
        ("beside somebody", format!("To: {ALICE}\r\nBcc: {BOB}\r\n"), Some(BOB)),
        ("alone", format!("Bcc: {ALICE}\r\n"), Some(ALICE)),
    ] {
        let mail = draft(&fields);
        let one = |how| OutgoingOptions { one_message: true, ..mode(how) };
        match engine.process_outgoing(None, &mail, &one(Mode::Encrypt)) {
            Ok(sent) => assert_eq!((sent.messages.len(), blind), (1, None), "{name}"),
            Err(error) => {
                let blind = blind.map(addr).into_iter().collect();
                let expected = Error::Compose(ComposeError::NeedsCopies { blind });
                assert_eq!(error, expected, "{name}");
            }
        }
        // In the clear one message serves all.
        assert_eq!(send(&engine, &mail, &one(Mode::Clear)).1, OutgoingReason::Chosen, "{name}");
    }
}

#[test]
fn the_envelope_rules_over_the_header() {
    let engine = bob();
    let mail = draft("To: a@example.org, b@example.org\r\nBcc: c@example.org\r\n");
    let recipients = Some(BTreeSet::from([addr("b@example.org"), addr("d@example.org")]));
    let sent = engine.process_outgoing(None, &mail, &OutgoingOptions { recipients, ..auto() });
    let to = sent.expect("made").messages.remove(0).recipients;
    assert_eq!(to, [addr("b@example.org"), addr("d@example.org"), addr("c@example.org")]);
}

#[test]
fn what_cannot_have_fields_passes_unchanged_and_is_refused_in_mode_encrypt() {
    let keyless = || {
        let engine = bob();
        let key = engine.own_keys(None).expect("keys")[0].key.fingerprint.clone();
        engine.destroy_own_key(None, &key).expect("destroyed");
        engine
    };
    let disabled = || {
        let engine = bob();
        let change = SettingsChange { enabled: Some(false), ..SettingsChange::default() };
        engine.set_account(&addr(BOB), change).expect("set");
        engine
    };
    let to = "To: a@example.org\r\n";
    for (name, engine, mail, reason) in [
        ("no From", bob(), format!("{to}\r\nx"), OutgoingReason::NoFrom),
        (
            "two From",
            bob(),
            format!("From: {BOB}\r\nFrom: {BOB}\r\n{to}\r\nx"),
            OutgoingReason::SeveralFrom,
        ),
        (
            "two mailboxes",
            bob(),
            format!("From: {BOB}, a@example.org\r\n{to}\r\nx"),
            OutgoingReason::SeveralFrom,
        ),
        ("bad From", bob(), format!("From: bob\r\n{to}\r\nx"), OutgoingReason::InvalidFrom),
        (
            "stranger",
            bob(),
            format!("From: eve@example.org\r\n{to}\r\nx"),
            OutgoingReason::NoAccount,
        ),
        (
            "disabled",
            disabled(),
            format!("From: {BOB}\r\n{to}\r\nx"),
            OutgoingReason::DisabledAccount,
        ),
        ("keyless", keyless(), format!("From: {BOB}\r\n{to}\r\nx"), OutgoingReason::NoOwnKey),
        (
            "resent",
            bob(),
            format!("Resent-From: {BOB}\r\nFrom: {BOB}\r\n{to}\r\nx"),
            OutgoingReason::Resent,
        ),
        (
            "resent by another",
            bob(),
            format!("From: eve@example.org\r\nRESENT-To: a@example.org\r\n{to}\r\nx"),
            OutgoingReason::Resent,
        ),
    ] {
        // A key field stays as it is here: nothing is put in its place.
        let mail = mail.replacen("To:", "Autocrypt: addr=bob@example.org; keydata=AA==\r\nTo:", 1);
        for how in [Mode::Auto, Mode::Clear] {
            let (sent, found) = send(&engine, mail.as_bytes(), &mode(how));
            assert_eq!(found, reason, "{name}");
            assert_eq!(sent, mail.as_bytes(), "{name}");
        }
        let with_bcc = format!("Bcc: hidden@example.org\r\n{mail}");
        assert_eq!(send(&engine, with_bcc.as_bytes(), &auto()).0, mail.as_bytes(), "{name}: Bcc");
        let error = engine.process_outgoing(None, mail.as_bytes(), &mode(Mode::Encrypt));
        let Err(Error::Compose(ComposeError::Refused { reason: found, missing, .. })) = error
        else {
            panic!("{name}: {error:?}");
        };
        assert_eq!((found, missing.len()), (reason, 0), "{name}");
    }
}

#[test]
fn each_mode_says_why_it_encrypts_or_not() {
    let engine = bob();
    receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &cert(1, ALICE))));
    let to_alice = draft(&format!("To: {ALICE}\r\n"));
    let sent = engine.process_outgoing(None, &to_alice, &auto()).expect("made");
    assert_eq!(sent.recommendation, Recommendation::Encrypt);
    assert_eq!((sent.encrypted, sent.reason), (true, OutgoingReason::Recommended));
    assert_eq!(sent.added, ["Autocrypt", "INBOME-Encryption"]);
    let sent = engine.process_outgoing(None, &to_alice, &mode(Mode::Encrypt)).expect("made");
    assert_eq!((sent.encrypted, sent.reason), (true, OutgoingReason::Chosen));
    let sent = engine.process_outgoing(None, &to_alice, &mode(Mode::Clear)).expect("made");
    assert_eq!((sent.encrypted, sent.reason), (false, OutgoingReason::Chosen));
    let to_eve = draft("To: eve@example.org\r\n");
    let sent = engine.process_outgoing(None, &to_eve, &auto()).expect("made");
    assert_eq!((sent.encrypted, sent.reason), (false, OutgoingReason::NotRecommended));
}

#[test]
fn encryption_demanded_for_one_without_a_key_is_refused_and_names_them() {
    let engine = bob();
    receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &cert(1, ALICE))));
    for (name, to, missing) in [
        ("one of two", format!("{ALICE}, eve@example.org"), vec!["eve@example.org"]),
        (
            "nobody has one",
            "a@b.example, eve@example.org".into(),
            vec!["a@b.example", "eve@example.org"],
        ),
    ] {
        let mail = draft(&format!("To: {to}\r\n"));
        let error = engine.process_outgoing(None, &mail, &mode(Mode::Encrypt)).expect_err(name);
        assert_eq!(error.kind().name(), "refused", "{name}");
        let Error::Compose(ComposeError::Refused { reason, missing: lacking, why }) = error else {
            panic!("{name}");
        };
        assert_eq!(reason, OutgoingReason::NotRecommended, "{name}");
        let lacking: Vec<&str> = lacking.iter().map(|(addr, _)| addr.as_str()).collect();
        assert_eq!(lacking, missing, "{name}");
        assert!(missing.iter().all(|addr| why.contains(addr)), "{name}: {why}");
    }
}

#[test]
fn encrypted_input_gets_its_fields_and_nothing_else() {
    let engine = bob();
    let inline = armored("MESSAGE", &encrypted(&Person::new(9), &literal(b"x")));
    let parts = format!(
        "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n\
         Content-Type: application/octet-stream\r\n\r\n{inline}--b--\r\n"
    );
    let no_version = parts.replace("Version: 1", "");
    for (name, fields, body) in [
        ("PGP/MIME", "Content-Type: multipart/encrypted; boundary=b\r\n", parts.as_str()),
        (
            "S/MIME",
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n",
            "AAAA\r\n",
        ),
        // As some plugins make it.
        ("no version", "Content-Type: multipart/encrypted; boundary=b\r\n", no_version.as_str()),
        ("inline", "", &inline),
    ] {
        let mail = format!("From: {BOB}\r\nTo: a@example.org\r\n{fields}\r\n{body}");
        for how in [Mode::Auto, Mode::Encrypt, Mode::Clear] {
            let sent = engine.process_outgoing(None, mail.as_bytes(), &mode(how)).expect("made");
            assert_eq!(
                (sent.encrypted, sent.reason),
                (true, OutgoingReason::AlreadyEncrypted),
                "{name}"
            );
            assert_eq!(sent.added.len(), 2, "{name}");
            let (fields, rest) = split(&sent.messages[0].data);
            let (before, body) = split(mail.as_bytes());
            assert_eq!((&fields[..before.len()], rest), (&before[..], body), "{name}");
            assert_eq!(fields.len(), before.len() + 2, "{name}");
        }
        // Passed unchanged it is as encrypted as before.
        let mail = mail.replace(&format!("From: {BOB}"), "From: stranger@example.org");
        let sent = engine.process_outgoing(None, mail.as_bytes(), &mode(Mode::Auto)).expect("made");
        assert_eq!((sent.encrypted, sent.reason), (true, OutgoingReason::NoAccount), "{name}");
    }
}

/// The field never leaves: whoever cannot be read in it would get nothing, and nobody would know.
#[test]
fn a_blind_recipient_who_is_no_address_is_refused_in_every_mode() {
    let engine = bob();
    for field in [
        "Bcc: root",
        "Bcc: a@example.org, root",
        "Bcc: a\u{1}@example.org",
        "Resent-From: b@c.org\r\nResent-Bcc: root",
    ] {
        for how in [Mode::Auto, Mode::Clear] {
            let mail = draft(&format!("To: a@example.org\r\n{field}\r\n"));
            let error = engine.process_outgoing(None, &mail, &mode(how)).expect_err(field);
            assert!(error.to_string().starts_with("Bcc would be lost"), "{field}: {error}");
        }
    }
    // Whoever names the recipients has named him, or not.
    let recipients = Some(BTreeSet::from([addr("a@example.org")]));
    let options = OutgoingOptions { recipients, ..OutgoingOptions::default() };
    let mail = draft("To: a@example.org\r\nBcc: root\r\n");
    engine.process_outgoing(None, &mail, &options).expect("an envelope");
}

#[test]
fn x_inbome_decides_before_the_caller_and_never_leaves() {
    let engine = bob();
    let mail = |word: &str| draft(&format!("To: a@example.org\r\nX-Inbome: {word}\r\n"));
    for (word, how, reason) in [
        ("clear", Mode::Encrypt, OutgoingReason::Chosen),
        (" CLEAR ", Mode::Auto, OutgoingReason::Chosen),
        ("auto", Mode::Encrypt, OutgoingReason::NotRecommended),
    ] {
        let (sent, found) = send(&engine, &mail(word), &mode(how));
        assert_eq!(found, reason, "{word}");
        assert!(!holds(&sent, "x-inbome"), "{word}");
    }
    let refused = engine.process_outgoing(None, &mail("encrypt"), &mode(Mode::Clear));
    assert!(matches!(refused, Err(Error::Compose(ComposeError::Refused { .. }))));
    // A word that cannot be read must not be sent past.
    let error = engine.process_outgoing(None, &mail("encrpyt"), &auto()).expect_err("no mode");
    assert!(error.to_string().contains("encrpyt"), "{error}");
    // Nor two that disagree; one said twice is one.
    let error = engine.process_outgoing(None, &mail("clear\r\nX-Inbome: encrypt"), &auto());
    assert!(matches!(error, Err(Error::Compose(ComposeError::ModeField { .. }))), "{error:?}");
    assert_eq!(send(&engine, &mail("clear\r\nx-inbome:Clear "), &auto()).1, OutgoingReason::Chosen);
}

#[test]
fn a_mail_that_is_sent_on_goes_to_those_of_its_latest_resending() {
    let engine = bob();
    let to = "To: first@example.org\r\nCc: first2@example.org\r\n";
    for (name, resent, recipients) in [
        (
            "once",
            "Resent-From: bob@example.org\r\nResent-To: a@example.org\r\n\
             Resent-Cc: b@example.org\r\nResent-Bcc: c@example.org\r\n",
            vec!["a@example.org", "b@example.org", "c@example.org"],
        ),
        (
            "twice",
            "Resent-From: bob@example.org\r\nResent-To: a@example.org\r\n\
             Resent-From: x@example.org\r\nResent-To: bob@example.org\r\n\
             Resent-Cc: y@example.org\r\n",
            vec!["a@example.org"],
        ),
        (
            "twice, apart",
            "Resent-To: a@example.org\r\nReceived: by mx; Sat, 17 Dec 2016 09:58:05 +0100\r\n\
             Resent-Cc: y@example.org\r\n",
            vec!["a@example.org"],
        ),
        ("to nobody", "Resent-From: bob@example.org\r\n", vec![]),
    ] {
        let mail = format!("{resent}From: {BOB}\r\n{to}\r\nx");
        let sent = engine.process_outgoing(None, mail.as_bytes(), &auto()).expect("made");
        assert_eq!(sent.reason, OutgoingReason::Resent, "{name}");
        let to: Vec<&str> = sent.messages[0].recipients.iter().map(|addr| addr.as_str()).collect();
        assert_eq!(to, recipients, "{name}");
    }
}

#[test]
fn what_is_no_address_stops_an_encrypted_mail_and_no_other() {
    let engine = bob();
    receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &cert(1, ALICE))));
    let mail = draft(&format!("To: {ALICE}, root\r\nCc: \"x y\"@\r\n"));
    for how in [Mode::Auto, Mode::Encrypt] {
        let error = engine.process_outgoing(None, &mail, &mode(how)).expect_err("unreadable");
        assert!(error.to_string().contains("no address can be read in root, "), "{error}");
    }
    assert_eq!(send(&engine, &mail, &mode(Mode::Clear)).1, OutgoingReason::Chosen);
    let nobody = engine.process_outgoing(None, &draft("To: root\r\n"), &mode(Mode::Encrypt));
    assert!(nobody.expect_err("nobody").to_string().contains("read in root"));
    // A program that knows the envelope knows what became of them.
    let recipients = Some(BTreeSet::from([addr(ALICE)]));
    let options = OutgoingOptions { recipients, ..mode(Mode::Encrypt) };
    assert_eq!(send(&engine, &mail, &options).1, OutgoingReason::Chosen);
    for nobody in ["undisclosed-recipients:;", "", "()", ","] {
        let mail = draft(&format!("To: {ALICE}\r\nCc: {nobody}\r\n"));
        assert_eq!(send(&engine, &mail, &mode(Mode::Encrypt)).1, OutgoingReason::Chosen);
    }
}

#[test]
fn key_fields_of_the_sender_are_replaced_and_those_of_others_kept() {
    let engine = bob();
    let k = folded(&cert(3, BOB));
    for (name, field, kept) in [
        ("own", format!("Autocrypt: addr={BOB}; keydata={k}\r\n"), false),
        ("own, another case", format!("AUTOCRYPT: addr=Bob@Example.ORG; keydata={k}\r\n"), false),
        ("own, December", format!("INBOME-Encryption: to={BOB}; key={k}\r\n"), false),
        ("own, November", format!("INBOME-Encryption-Info: keydata={k}\r\n"), false),
        ("own, 11 November", format!("INBOME: provide;adr={BOB};keydata={k}\r\n"), false),
        ("broken", "Autocrypt: broken\r\n".to_owned(), false),
        ("another's", format!("Autocrypt: addr={ALICE}; keydata={k}\r\n"), true),
        ("another's, December", format!("INBOME-Encryption: to={ALICE}; key={k}\r\n"), true),
        ("gossip is no key field", format!("Autocrypt-Gossip: addr={BOB}; keydata={k}\r\n"), true),
    ] {
        let mail = draft(&format!("To: a@example.org\r\n{field}"));
        let (sent, _) = send(&engine, &mail, &auto());
        assert_eq!(holds(&sent, &field), kept, "{name}");
        let (fields, _) = split(&sent);
        let last: Vec<String> = fields[fields.len() - 2..].iter().map(|f| self::name(f)).collect();
        assert_eq!(last, ["autocrypt", "inbome-encryption"], "{name}");
    }
}

#[test]
fn the_fields_are_those_that_the_other_side_learns_from() {
    for (spelling, prefer, names) in [
        (Spelling::Both, PreferEncrypt::Mutual, vec!["Autocrypt", "INBOME-Encryption"]),
        (Spelling::Autocrypt, PreferEncrypt::NoPreference, vec!["Autocrypt"]),
        (Spelling::Inbome, PreferEncrypt::Mutual, vec!["INBOME-Encryption"]),
        (Spelling::Inbome, PreferEncrypt::NoPreference, vec!["INBOME-Encryption"]),
    ] {
        let hers = Engine::in_memory(options(&SetClock::new(SENT)));
        let settings = SettingsChange {
            spelling: Some(spelling),
            prefer_encrypt: Some(prefer),
            ..SettingsChange::default()
        };
        let how = AccountOptions { settings, ..AccountOptions::default() };
        hers.create_account(&addr(ALICE), &how, &mut |_| None).expect("an account");
        let alias = AccountOptions { alias_of: Some(addr(ALICE)), ..AccountOptions::default() };
        hers.create_account(&addr("al@example.org"), &alias, &mut |_| None).expect("an alias");
        // An alias stands for itself on the wire.
        for from in [ALICE, "al@example.org"] {
            let mail = mail(from, SENT, "");
            let sent = hers.process_outgoing(None, &mail, &auto()).expect("made");
            assert_eq!(sent.added, names);
            assert!(
                sent.messages[0].data.split(|octet| *octet == b'\n').all(|line| line.len() < 79)
            );
            let his = bob();
            receive(&his, &sent.messages[0].data);
            let advert = state(&his, from).peer.advert.expect("an advert");
            assert_eq!(advert.prefer_encrypt, prefer);
            assert_eq!(
                advert.key.fingerprint,
                hers.own_keys(None).expect("keys")[0].key.fingerprint
            );
        }
    }
}

#[test]
fn a_clear_reply_to_an_encrypted_mail_names_who_causes_it() {
    let engine = bob();
    let mail = draft("To: eve@example.org\r\n");
    let options = OutgoingOptions { reply_to_encrypted: Some(true), ..auto() };
    let sent = engine.process_outgoing(None, &mail, &options).expect("made");
    let causes: Vec<&str> = sent.clear_because.iter().map(|(addr, _)| addr.as_str()).collect();
    assert_eq!(causes, ["eve@example.org"]);
    assert!(engine.process_outgoing(None, &mail, &auto()).expect("made").clear_because.is_empty());
}

#[test]
fn a_mail_without_a_body_or_with_an_mbox_line_is_a_mail() {
    let engine = bob();
    for (name, mail, kept, rest) in [
        (
            "header alone",
            "From: bob@example.org\nTo: a@example.org",
            "From: bob@example.org\nTo: a@example.org\n",
            "",
        ),
        (
            "mbox line",
            "From bob Sat Dec 17 09:58:05 2016\nFrom: bob@example.org\n\nHi\n",
            "From: bob@example.org\n",
            "\nHi\n",
        ),
        ("empty body", "From: bob@example.org\r\n\r\n", "From: bob@example.org\r\n", "\r\n"),
    ] {
        let (sent, _) = send(&engine, mail.as_bytes(), &auto());
        let text = String::from_utf8(sent).expect("ASCII");
        assert!(text.starts_with(&format!("{kept}Autocrypt: ")), "{name}: {text}");
        assert!(text.ends_with(rest), "{name}");
    }
}
