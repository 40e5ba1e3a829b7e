//! Every limit of Discovery §9 that exists, at its edge: the last that passes and the first that
//! does not.

use std::collections::BTreeSet;

use inbome_core::account::{Account, Accounts};
use inbome_core::clock::Timestamp;
use inbome_core::discover::{Facts, ParsedMail, Receipt};
use inbome_core::engine::PeerFilter;
use inbome_core::error::{Error, ErrorKind};
use inbome_core::gossip::Payload;
use inbome_core::key::{Certificates, hash};
use inbome_core::limits::*;
use inbome_core::mime::Mail;
use inbome_core::openpgp::{Keyring, Rpgp};
use inbome_core::outgoing::{ComposeError, OutgoingOptions};
use inbome_core::receive::{Held, Working, apply, examine};
use inbome_core::store::memory::MemoryStore;
use inbome_core::store::{Accounts as _, MessageIdHash, Remembered, transaction};
use inbome_tests::certs::{Cert, Key, On, Says, sign};
use inbome_tests::stage::*;

fn good() -> String {
    autocrypt(ALICE, true, &cert(1, ALICE))
}

/// The outcome of a mail from Alice with her field and these.
fn outcome_of(fields: &str) -> String {
    outcome(&receive(&bob(), &mail(ALICE, SENT, &(good() + fields))))
}

#[test]
fn a_header_section_has_256_kib() {
    let bare = mail(ALICE, SENT, &good());
    let header = bare.windows(4).position(|four| four == b"\r\n\r\n").expect("a blank line") + 2;
    let filler = |octets: usize| {
        let mut left = octets;
        let mut fields = String::new();
        while left > 0 {
            let line = if left > 2_000 { 1_000 } else { left };
            fields += &format!("X: {}\r\n", "x".repeat(line - 5));
            left -= line;
        }
        fields
    };
    let room = MAX_HEADER_BYTES - header;
    assert_eq!(outcome_of(&filler(room)), "updated");
    assert_eq!(outcome_of(&filler(room + 1)), "ignored limit_header_bytes");
    assert_eq!(outcome_of(&filler(room * 4)), "ignored limit_header_bytes");
    let spam = Receipt { spam: true, ..Receipt::default() };
    let mail = mail(ALICE, SENT, &(good() + &filler(room + 1)));
    let incoming = bob().process_incoming(None, &mail, spam).expect("processed");
    assert_eq!(outcome(&incoming), "ignored spam", "which is asked first");
}

#[test]
fn a_header_section_has_1000_fields() {
    // From, To, Date, and the key field.
    assert_eq!(outcome_of(&"X: x\r\n".repeat(MAX_HEADER_FIELDS - 4)), "updated");
    assert_eq!(
        outcome_of(&"X: x\r\n".repeat(MAX_HEADER_FIELDS - 3)),
        "ignored limit_header_fields"
    );
    // Lines that are no fields are not counted, wherever they stand.
    let lines = "no field\r\n".repeat(700);
    for (last, outcome) in [(0, "updated"), (1, "ignored limit_header_fields")] {
        let fields = "X: x\r\n".repeat((MAX_HEADER_FIELDS - 4) / 2);
        let last = "X: x\r\n".repeat(last);
        let mixed = [&lines, &fields, &lines, &fields, &lines, &last].map(String::as_str).concat();
        assert_eq!(outcome_of(&mixed), outcome);
    }
}

#[test]
fn an_outgoing_mail_past_a_limit_is_refused() {
    for (name, limit, fields) in [
        ("fields", Limit::HeaderFields, "X: x\r\n".repeat(MAX_HEADER_FIELDS)),
        ("octets", Limit::HeaderBytes, format!("X: {}\r\n", "x".repeat(MAX_HEADER_BYTES))),
        ("addresses", Limit::Addresses, format!("Cc: a@b.c{}\r\n", ",a@b.c".repeat(MAX_ADDRESSES))),
    ] {
        let mail = mail(BOB, SENT, &fields);
        let error = bob().process_outgoing(None, &mail, &OutgoingOptions::default());
        let error = error.expect_err(name);
        assert_eq!(error, Error::Compose(ComposeError::Limit(limit)), "{name}");
        assert_eq!(error.kind(), ErrorKind::Refused, "{name}");
    }
}

#[test]
fn a_single_field_is_cut_at_16_kib_before_it_is_read() {
    let engine = bob();
    let from = |blanks: usize| {
        let text = String::from_utf8(mail(ALICE, SENT, "")).expect("text");
        let value = format!(" {} <{ALICE}>", "x".repeat(blanks));
        text.replace(&format!("From: {ALICE}"), &format!("From:{value}")).into_bytes()
    };
    let room = MAX_FIELD_BYTES - format!("  <{ALICE}>").len();
    assert_eq!(outcome(&receive(&engine, &from(room))), "updated");
    assert_eq!(outcome(&receive(&engine, &from(room + 1))), "ignored invalid_from");
    let date = |blanks: usize| {
        let mail = mail(ALICE, SENT, "");
        let text = String::from_utf8(mail).expect("text");
        text.replace("Date: ", &format!("Date: {}", " ".repeat(blanks))).into_bytes()
    };
    assert_eq!(outcome(&receive(&bob(), &date(16_000))), "updated");
    assert_eq!(outcome(&receive(&bob(), &date(MAX_FIELD_BYTES))), "ignored undated");
}

#[test]
fn an_address_list_has_2000_addresses() {
    // Also where nobody has to look for the account in it, and in the shortest form.
    let two_accounts = bob();
    add_account(&two_accounts, "carol@example.org");
    for (accounts, engine) in [("one account", bob()), ("two accounts", two_accounts)] {
        for (name, field, other) in [
            ("To", "To", "x@example.org,\r\n "),
            ("Cc", "Cc", "x@example.org,\r\n "),
            ("commas", "To", "x,"),
            ("brackets", "To", "<>"),
        ] {
            for (count, past) in [(MAX_ADDRESSES, false), (MAX_ADDRESSES + 1, true)] {
                let (others, date) = (other.repeat(count - 1), rfc2822(SENT, 0));
                let mail =
                    format!("From: {ALICE}\r\n{field}: {others}{BOB}\r\nDate: {date}\r\n\r\n");
                let found = outcome(&receive(&engine, mail.as_bytes()));
                let ignored = found == "ignored limit_addresses";
                assert_eq!(ignored, past, "{accounts}, {name}, {count}: {found}");
            }
        }
    }
}

#[test]
fn a_key_field_has_ten_kib_and_a_mail_sixteen_of_them() {
    let padded = |octets: usize| {
        let field = good();
        let pad = octets - (field.len() - 2) - "_a=; ".len();
        field.replacen("keydata", &format!("_a={}; keydata", "x".repeat(pad)), 1)
    };
    for (octets, verdict) in [
        (MAX_KEY_FIELD_BYTES, "Autocrypt=valid"),
        (MAX_KEY_FIELD_BYTES + 1, "Autocrypt=invalid too_long"),
    ] {
        let field = padded(octets);
        assert_eq!(field.trim_end().len(), octets);
        assert_eq!(verdicts(&receive(&bob(), &mail(ALICE, SENT, &field))), [verdict]);
    }
    for (count, verdict) in [(15, "Autocrypt=valid"), (16, "Autocrypt=not_judged")] {
        let fields = good() + &"INBOME: x\r\n".repeat(count);
        assert_eq!(verdicts(&receive(&bob(), &mail(ALICE, SENT, &fields)))[0], verdict);
    }
    // Those of no effect do not count.
    let fields = good() + &"INBOME: encrypted\r\n".repeat(500);
    assert_eq!(verdicts(&receive(&bob(), &mail(ALICE, SENT, &fields)))[0], "Autocrypt=valid");
}

#[test]
fn of_gossip_500_fields_are_judged() {
    let engine = bob();
    let key = cert(1, ALICE);
    let value = good().trim_end().replacen("Autocrypt: ", "", 1).into_bytes();
    let recipients: BTreeSet<_> = (0..600).map(|n| addr(&format!("p{n}@example.org"))).collect();
    let gossip = |n| format!("addr=p{n}@example.org; keydata={}", folded(&key)).into_bytes();
    let payload = Payload {
        from: Some(addr(ALICE)),
        recipients,
        key_fields: Vec::new(),
        gossip: (0..600).map(gossip).collect(),
        signers: [fingerprint(&key)].into(),
        ..Payload::default()
    };
    let mail = ParsedMail {
        from: vec![ALICE.into()],
        from_fields: 1,
        date: vec![rfc2822(SENT, 0)],
        content_type: Some("multipart/encrypted".into()),
        key_fields: vec![("Autocrypt".into(), value)],
        payload: Some(payload),
        ..ParsedMail::default()
    };
    let incoming = engine.process_observation(None, &mail, Receipt::default()).expect("processed");
    assert_eq!(incoming.gossip.len(), MAX_GOSSIP_FIELDS);
    assert!(incoming.gossip.iter().all(|one| one.key.is_ok()));
    let mut rows = 0;
    engine.peers(None, PeerFilter::WithKey, &mut |_, _| rows += 1).expect("listed");
    assert_eq!(rows, MAX_GOSSIP_FIELDS + 1);
}

/// A cert of about `octets`, with one long User ID.
fn of_size(octets: usize) -> Vec<u8> {
    let (primary, subkey) = (Key::signing(1, CERT_MADE), Key::encrypting(1, CERT_MADE));
    let made = |pad: usize| {
        let id = "x".repeat(pad);
        Cert::of(&primary)
            .user_id(&primary, &id, &Says::certification(CERT_MADE))
            .subkey(&primary, &subkey, &Says::binding(CERT_MADE))
            .octets()
    };
    let around = made(octets - 1_000).len();
    let cert = made(octets - 1_000 + octets - around);
    assert_eq!(cert.len(), octets);
    cert
}

#[test]
fn a_cert_has_ten_kib_by_mail_and_one_mib_by_import() {
    let openpgp = Rpgp::new();
    assert!(openpgp.check(&of_size(MAX_CERT_BYTES_BY_MAIL)).is_ok());
    assert!(openpgp.check(&of_size(MAX_CERT_BYTES_BY_MAIL + 1)).is_err());
    assert!(openpgp.import_cert(&of_size(MAX_CERT_BYTES_BY_IMPORT)).is_ok());
    assert!(openpgp.import_cert(&of_size(MAX_CERT_BYTES_BY_IMPORT + 1)).is_err());
    let engine = bob();
    engine.import_peer_key(None, &addr(ALICE), &of_size(100_000)).expect("imported");
    assert!(engine.get_encrypt_key(None, &addr(ALICE)).expect("asked").target.is_ok());
}

#[test]
fn of_a_cert_64_subkeys_and_128_signatures_are_looked_at() {
    let openpgp = Rpgp::new();
    let (primary, subkey) = (Key::signing(1, CERT_MADE), Key::encrypting(1, CERT_MADE));
    let bare = |count: usize| {
        let binding = sign(&primary, &primary, On::Subkey(&subkey), &Says::binding(CERT_MADE));
        // Subkeys that nobody binds, before the good one.
        let mut cert = Cert::of(&primary);
        for n in 0..count - 1 {
            let other = Key::encrypting(n as u8 + 10, CERT_MADE);
            cert = cert.packet(pgp::types::Tag::PublicSubkey, other.body());
        }
        cert.packet(pgp::types::Tag::PublicSubkey, subkey.body()).sig(binding).octets()
    };
    assert!(openpgp.check(&bare(MAX_SUBKEYS)).is_ok());
    assert!(openpgp.check(&bare(MAX_SUBKEYS + 1)).is_err(), "the 65th is not seen");
    let forged = |count: usize| {
        let body = inbome_tests::certs::forged(sign(
            &primary,
            &primary,
            On::Subkey(&subkey),
            &Says::binding(CERT_MADE),
        ));
        let mut cert = Cert::of(&primary).packet(pgp::types::Tag::PublicSubkey, subkey.body());
        for _ in 0..count {
            cert = cert.sig(body.clone());
        }
        cert.octets()
    };
    let before = openpgp.verifications();
    assert!(openpgp.check(&forged(5_000)).is_err());
    let spent = openpgp.verifications() - before;
    assert!(spent <= MAX_SIGNATURES as u64, "{spent} verifications for one cert");
    let union = openpgp.union(None, &forged(5_000));
    assert!(union.bytes.len() < 500 && union.truncated);
    for (count, cut) in [(MAX_SIGNATURES, false), (MAX_SIGNATURES + 1, true)] {
        assert_eq!(openpgp.union(None, &forged(count)).truncated, cut, "{count}");
    }
}

#[test]
fn an_address_has_64_and_254_octets() {
    let domain = |octets: usize| format!("{}.org", "a.".repeat(octets / 2) + "bb");
    for (name, text, fits) in [
        ("local part", format!("{}@e.org", "a".repeat(MAX_LOCAL_PART_BYTES)), true),
        ("longer local part", format!("{}@e.org", "a".repeat(MAX_LOCAL_PART_BYTES + 1)), false),
        ("address", format!("a@{}", domain(246)), true),
        ("longer address", format!("ab@{}", domain(246 + 2)), false),
    ] {
        let mail = mail(&text, SENT, "");
        let expected = if fits { "updated" } else { "ignored invalid_from" };
        assert_eq!(outcome(&receive(&bob(), &mail)), expected, "{name}: {}", text.len());
    }
}

#[test]
fn of_peers_never_written_to_100_000_rows_are_kept() {
    let engine = bob();
    let extra = 5;
    let with_key = mail(ALICE, SENT - 9 * DAY, &good());
    receive(&engine, &with_key);
    let friend = b"From: bob@example.org\r\nTo: oldest@example.org\r\n\r\nHi\r\n";
    engine.process_outgoing(None, friend, &OutgoingOptions::default()).expect("made");
    receive(&engine, &mail("oldest@example.org", SENT - 99 * DAY, ""));
    let mails: Vec<Vec<u8>> = (0..MAX_PEERS + extra - 2)
        .map(|n| mail(&format!("p{n:06}@example.org"), SENT + n as i64 % 7, ""))
        .collect();
    let batch: Vec<(&[u8], Receipt)> =
        mails.iter().map(|mail| (mail.as_slice(), Receipt::default())).collect();
    engine.process_mails(None, &batch).expect("processed");
    let mut rows = 0;
    engine.peers(None, PeerFilter::All, &mut |_, _| rows += 1).expect("listed");
    assert_eq!(rows, MAX_PEERS + 1, "who was written to does not count");
    assert!(engine.peer(None, &addr(ALICE)).is_ok(), "a row with a key goes last");
    assert!(engine.peer(None, &addr("oldest@example.org")).is_ok(), "written to");
    assert!(engine.peer(None, &addr("p000000@example.org")).is_err(), "the least lately seen");
    assert!(engine.peer(None, &addr("p000006@example.org")).is_ok());
}

#[test]
fn what_was_dropped_at_the_limit_is_let_go_of() {
    let (mut store, mut working) = (MemoryStore::new(), Working::default());
    let account = Account {
        addr: addr(BOB),
        aliases: BTreeSet::new(),
        settings: Default::default(),
        current: None,
    };
    store.save_account(&account).expect("saved");
    let accounts = Accounts(vec![account]);
    let (certs, now) = (Rpgp::new(), Timestamp::from_secs(SENT + DAY));
    for (name, more, held) in [("as many as fit", 0..MAX_PEERS, MAX_PEERS), ("one more", 0..1, 0)] {
        for n in more {
            let mail = mail(&format!("{name}{n}@example.org").replace(' ', ""), SENT, "");
            let mail = Mail::parse(mail.as_slice()).expect("a mail");
            let facts = Facts::of(&mail, &accounts, None);
            let mut memory = Held::default();
            let receipt = Receipt::default();
            let found = examine(&facts, receipt, None, &accounts, &certs, now, &mut memory);
            apply(found, &mut working, &mut store, &certs, now).expect("applied");
        }
        transaction(&mut store, |store| working.flush(store, &certs, now)).expect("written");
        assert_eq!(working.len(), held, "{name}");
    }
}

#[test]
fn of_message_ids_100_000_are_remembered() {
    let mut store = MemoryStore::new();
    let account = addr(BOB);
    store
        .save_account(&Account {
            addr: account.clone(),
            aliases: BTreeSet::new(),
            settings: Default::default(),
            current: None,
        })
        .expect("saved");
    let id = |n: usize| -> MessageIdHash {
        let digest = hash(&n.to_be_bytes());
        std::array::from_fn(|at| digest[at])
    };
    transaction(&mut store, |store| {
        (0..MAX_MESSAGE_IDS + 2).try_for_each(|n| {
            store.remember_encrypted(&account, &id(n), Timestamp::from_secs(n as i64))
        })
    })
    .expect("remembered");
    let mut known = |n| store.was_encrypted(&account, &id(n)).expect("asked");
    assert_eq!([0, 1, 2, MAX_MESSAGE_IDS + 1].map(&mut known), [false, false, true, true]);
}

#[test]
fn hostile_sizes_take_bounded_time() {
    // Each would take minutes if something were quadratic, or fail if it were recursive.
    let engine = bob();
    for (name, fields) in [
        ("nested comments", format!("From: {}a@example.org\r\n", "(".repeat(100_000))),
        ("angle brackets", format!("From: {}\r\n", "<".repeat(100_000))),
        ("quotes", format!("From: {}\r\n", "\"\\".repeat(50_000))),
        ("encoded words", format!("From: {}<a@example.org>\r\n", "=?utf-8?Q?a?= ".repeat(8_000))),
        ("groups", format!("From: {}\r\n", "a:;".repeat(30_000))),
        ("commas", format!("From: {}\r\n", ",".repeat(100_000))),
        ("folds", format!("From: a@example.org{}\r\n", "\r\n ".repeat(30_000))),
        ("semicolons", format!("From: a@example.org\r\nAutocrypt: {}\r\n", ";".repeat(10_000))),
        ("attributes", format!("From: a@example.org\r\nAutocrypt: {}\r\n", "_a=b;".repeat(2_000))),
        (
            "parameters",
            format!(
                "From: a@example.org\r\nContent-Type: application/pkcs7-mime{}\r\n",
                "; a*0=b".repeat(2_000)
            ),
        ),
        ("Received", format!("From: a@example.org\r\nReceived: {}\r\n", "; ".repeat(8_000))),
        ("User-Agent", format!("From: a@example.org\r\nUser-Agent: {}\r\n", "é".repeat(50_000))),
        ("no colon", "x".repeat(200_000)),
        ("CR", "From: a@example.org\r\r\r\r".repeat(5_000)),
    ] {
        let mail = format!("{fields}Date: {}\r\nTo: {BOB}\r\n\r\n", rfc2822(SENT, 0));
        let answer = engine.process_incoming(None, mail.as_bytes(), Receipt::default());
        assert!(answer.is_ok(), "{name}");
        let sent = engine.process_outgoing(None, mail.as_bytes(), &OutgoingOptions::default());
        assert!(sent.is_ok() || matches!(sent, Err(Error::Compose(_))), "{name}");
    }
}
