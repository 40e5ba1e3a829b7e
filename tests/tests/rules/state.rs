//! Every field of state, end to end: a mail that sets it, and what is then stored or answered.

use std::collections::BTreeSet;

use inbome_core::discover::{ParsedMail, Receipt};
use inbome_core::engine::{Engine, PeerFilter, Reply};
use inbome_core::error::Error;
use inbome_core::gossip::{GossipFlaw, Payload};
use inbome_core::header::PreferEncrypt;
use inbome_core::history::MAX_COPIES;
use inbome_core::history::Source;
use inbome_core::key::Unusable;
use inbome_core::limits::MAX_HISTORY_CERTS;
use inbome_core::outgoing::OutgoingOptions;
use inbome_core::peer::Word;
use inbome_core::receive::Incoming;
use inbome_core::recommend::Recommendation;
use inbome_tests::certs::{Cert, Key, On, Says, dearmor, sign};
use inbome_tests::stage::*;
use pgp::packet::SignatureType;

const CAROL: &str = "carol@example.org";

/// A mail from Alice with her field, decrypted by its program and signed by her key.
fn decrypted(at: i64) -> ParsedMail {
    let key = cert(1, ALICE);
    let value = autocrypt(ALICE, true, &key);
    let value = value.trim_end().strip_prefix("Autocrypt: ").expect("a field").as_bytes().to_vec();
    ParsedMail {
        from: vec![ALICE.to_owned()],
        from_fields: 1,
        to_and_cc: vec![addr(BOB)],
        date: vec![rfc2822(at, 0)],
        content_type: Some("multipart/encrypted; protocol=\"application/pgp-encrypted\"".into()),
        message_id: Some(b"secret@example.org".to_vec()),
        key_fields: vec![("Autocrypt".into(), value)],
        payload: Some(Payload {
            from: Some(addr(ALICE)),
            recipients: [addr(BOB), addr(CAROL)].into(),
            key_fields: Vec::new(),
            gossip: Vec::new(),
            signers: BTreeSet::from([fingerprint(&key)]),
            ..Payload::default()
        }),
        ..ParsedMail::default()
    }
}

fn gossip(id: &str, seed: u8) -> Vec<u8> {
    format!("addr={id}; keydata={}", folded(&cert(seed, id))).into_bytes()
}

fn observe(engine: &Engine, mail: &ParsedMail) -> Incoming {
    engine.process_observation(None, mail, Receipt::default()).expect("processed")
}

fn seen(engine: &Engine) -> (i64, bool) {
    let seen = state(engine, ALICE).peer.seen.expect("seen");
    (seen.at.as_secs(), seen.encrypted)
}

#[test]
fn last_seen_is_the_date_of_the_youngest_mail() {
    let engine = bob();
    for (name, at, expected) in
        [("first", 10, 10), ("younger", 20, 20), ("older", 5, 20), ("equal", 20, 20)]
    {
        receive(&engine, &mail(ALICE, SENT + at, ""));
        assert_eq!(seen(&engine), (SENT + expected, false), "{name}");
    }
}

#[test]
fn last_seen_encrypted_belongs_to_the_youngest_mail() {
    let engine = bob();
    observe(&engine, &decrypted(SENT));
    assert_eq!(seen(&engine), (SENT, true));
    receive(&engine, &mail(ALICE, SENT, ""));
    assert_eq!(seen(&engine), (SENT, true), "of equal dates the encrypted one");
    receive(&engine, &mail(ALICE, SENT + 1, ""));
    assert_eq!(seen(&engine), (SENT + 1, false));
}

#[test]
fn last_seen_encrypted_wants_a_signature_by_the_advertised_key() {
    let unsigned =
        |mail: &mut ParsedMail| mail.payload.as_mut().expect("a payload").signers.clear();
    let by_another = |mail: &mut ParsedMail| {
        let signers = [fingerprint(&cert(9, ALICE))].into();
        mail.payload.as_mut().expect("a payload").signers = signers;
    };
    let no_advert = |mail: &mut ParsedMail| mail.key_fields.clear();
    for (name, spoil) in [
        ("unsigned", &unsigned as &dyn Fn(&mut ParsedMail)),
        ("signed by another", &by_another),
        ("without an advert", &no_advert),
    ] {
        let engine = bob();
        let mut mail = decrypted(SENT);
        spoil(&mut mail);
        observe(&engine, &mail);
        assert_eq!(seen(&engine), (SENT, false), "{name}");
    }
}

#[test]
fn an_advert_inside_wins_over_the_outer_one_if_it_signs() {
    let inner = autocrypt(ALICE, false, &cert(2, ALICE));
    let inner = inner.trim_end().strip_prefix("Autocrypt: ").expect("a field").as_bytes().to_vec();
    for (name, from, signer, expected) in [
        ("signed", ALICE, 2, 2),
        ("signed by the outer key", ALICE, 1, 1),
        ("another inner From", CAROL, 2, 1),
    ] {
        let engine = bob();
        let mut mail = decrypted(SENT);
        let payload = mail.payload.as_mut().expect("a payload");
        payload.key_fields = vec![("Autocrypt".into(), inner.clone())];
        payload.from = Some(addr(from));
        payload.signers = [fingerprint(&cert(signer, ALICE))].into();
        observe(&engine, &mail);
        let advert = state(&engine, ALICE).peer.advert.expect("an advert");
        assert_eq!(advert.key.fingerprint, fingerprint(&cert(expected, ALICE)), "{name}");
        assert_eq!(advert.protected, expected == 2, "{name}");
    }
}

#[test]
fn the_advert_is_that_of_the_youngest_mail_with_the_octets_as_received() {
    let engine = bob();
    let (old, new) = (cert(1, ALICE), cert(2, ALICE));
    // Octets that nobody checks stay as they came.
    let mut with_junk = new.clone();
    with_junk.extend([0xFC, 1, 7]);
    receive(&engine, &mail(ALICE, SENT + 5, &autocrypt(ALICE, false, &with_junk)));
    receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &old)));
    let advert = state(&engine, ALICE).peer.advert.expect("an advert");
    assert_eq!(advert.at.as_secs(), SENT + 5);
    assert_eq!(&*advert.key.bytes, with_junk.as_slice());
    assert_eq!(advert.prefer_encrypt, PreferEncrypt::NoPreference);
    receive(&engine, &mail(ALICE, SENT + 6, &autocrypt(ALICE, true, &with_junk)));
    let advert = state(&engine, ALICE).peer.advert.expect("an advert");
    assert_eq!((advert.at.as_secs(), advert.prefer_encrypt), (SENT + 6, PreferEncrypt::Mutual));
}

#[test]
fn gossip_sets_the_gossip_key_and_never_the_direct_one() {
    let engine = bob();
    let mut mail = decrypted(SENT);
    mail.payload.as_mut().expect("a payload").gossip = vec![gossip(CAROL, 3)];
    observe(&engine, &mail);
    let carol = state(&engine, CAROL);
    let heard = carol.peer.gossip.expect("gossip");
    assert_eq!((heard.at.as_secs(), &*heard.key.bytes), (SENT, cert(3, CAROL).as_slice()));
    assert!(carol.peer.advert.is_none() && carol.peer.seen.is_none());
    assert!(
        carol
            .history
            .get(&heard.key.fingerprint)
            .is_some_and(|r| r.spans.get(Source::Gossip).is_some())
    );
    let advice = engine.recommend(None, &[addr(CAROL)], &Reply::Unknown).expect("advised");
    assert_eq!(advice.recommendation, Recommendation::Discourage);

    // Her own mail brings another key: gossip stays where it is, and is reported as a conflict.
    receive(
        &engine,
        &inbome_tests::stage::mail(CAROL, SENT, &autocrypt(CAROL, true, &cert(4, CAROL))),
    );
    mail.date = vec![rfc2822(SENT + 9, 0)];
    let incoming = observe(&engine, &mail);
    assert!(incoming.gossip[0].conflict);
    let carol = state(&engine, CAROL).peer;
    assert_eq!(carol.advert.expect("an advert").key.fingerprint, fingerprint(&cert(4, CAROL)));
    assert_eq!(carol.gossip.expect("gossip").at.as_secs(), SENT + 9);
}

#[test]
fn gossip_is_refused_with_its_reason() {
    let unsigned = |mail: &mut ParsedMail| mail.payload.as_mut().expect("payload").signers.clear();
    let fine = |_: &mut ParsedMail| {};
    for (name, id, spoil, flaw) in [
        ("unsigned", CAROL, &unsigned as &dyn Fn(&mut ParsedMail), GossipFlaw::NotSigned),
        ("the sender", ALICE, &fine, GossipFlaw::Sender),
        ("the user", BOB, &fine, GossipFlaw::OwnAddress),
        ("no recipient", "dan@example.org", &fine, GossipFlaw::NotARecipient),
    ] {
        let engine = bob();
        let mut mail = decrypted(SENT);
        mail.payload.as_mut().expect("a payload").gossip = vec![gossip(id, 3)];
        spoil(&mut mail);
        let incoming = observe(&engine, &mail);
        assert_eq!(incoming.gossip[0].key, Err(flaw), "{name}");
        assert!(state(&engine, id).peer.gossip.is_none(), "{name}");
    }
}

#[test]
fn last_plain_is_date_and_program_of_the_youngest_mail_without_an_advert() {
    let engine = bob();
    receive(&engine, &mail(ALICE, SENT, "User-Agent: Pigeon 1\r\n"));
    receive(
        &engine,
        &mail(
            ALICE,
            SENT + 8,
            &format!("User-Agent: Seal\r\n{}", autocrypt(ALICE, true, &cert(1, ALICE))),
        ),
    );
    receive(&engine, &mail(ALICE, SENT + 5, "X-Mailer: Pigeon 2\r\n"));
    receive(&engine, &mail(ALICE, SENT + 3, "User-Agent: Pigeon 3\r\n"));
    let plain = state(&engine, ALICE).peer.last_plain.expect("a plain mail");
    assert_eq!((plain.at.as_secs(), plain.agent.as_str()), (SENT + 5, "Pigeon 2"));
}

#[test]
fn the_program_of_a_plain_mail_is_text_of_a_bounded_length() {
    let engine = bob();
    let agent = format!("User-Agent: \u{1b}[31m{}\r\n", "ä".repeat(500));
    receive(&engine, &mail(ALICE, SENT, &agent));
    let plain = state(&engine, ALICE).peer.last_plain.expect("a plain mail");
    assert!(plain.agent.len() <= 200 && !plain.agent.contains('\u{1b}'), "{:?}", plain.agent);
}

#[test]
fn the_history_has_first_and_last_by_fingerprint_and_source() {
    let engine = bob();
    for (at, seed) in [(30, 1), (10, 1), (20, 1), (40, 2)] {
        receive(&engine, &mail(ALICE, SENT + at, &autocrypt(ALICE, true, &cert(seed, ALICE))));
    }
    engine.import_peer_key(None, &addr(ALICE), &cert(1, ALICE)).expect("imported");
    let history = state(&engine, ALICE).history;
    let span = |seed, source| {
        let span = history
            .get(&fingerprint(&cert(seed, ALICE)))
            .expect("a record")
            .spans
            .get(source)
            .expect("a span");
        (span.first.as_secs() - SENT, span.last.as_secs() - SENT)
    };
    assert_eq!(history.len(), 2);
    assert_eq!(span(1, Source::Advert), (10, 30));
    assert_eq!(span(2, Source::Advert), (40, 40));
    assert_eq!(span(1, Source::Import), (NOW - SENT, NOW - SENT));
}

#[test]
fn a_stripped_copy_hides_no_revocation() {
    let engine = bob();
    let whole = dearmor(include_str!("../../keys/rsa2048.pub.asc"));
    receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &cert(1, ALICE))));
    assert!(engine.get_encrypt_key(None, &addr(ALICE)).expect("asked").target.is_ok());
    // The revoked copy is older than the bare one and counts all the same.
    let (primary, subkey) = (
        inbome_tests::certs::Key::signing(1, CERT_MADE),
        inbome_tests::certs::Key::encrypting(1, CERT_MADE),
    );
    use inbome_tests::certs::{Cert, On, Says, sign};
    let says = Says::new(pgp::packet::SignatureType::KeyRevocation, CERT_MADE + 1);
    let revoked = Cert::of(&primary)
        .sig(sign(&primary, &primary, On::Key, &says))
        .subkey(&primary, &subkey, &Says::binding(CERT_MADE))
        .octets();
    receive(&engine, &mail(ALICE, SENT - DAY, &autocrypt(ALICE, true, &revoked)));
    let state = state(&engine, ALICE);
    let advert = state.peer.advert.expect("an advert");
    assert_eq!(&*advert.key.bytes, cert(1, ALICE).as_slice());
    assert_eq!(advert.judgement.verdict, Err(Unusable::Revoked));
    assert_ne!(whole, revoked);
}

#[test]
fn a_forgotten_peer_comes_back_with_younger_mail_alone() {
    let clock = SetClock::new(SENT + 100);
    let engine = bob_at(&clock);
    let with_key = |at| mail(ALICE, at, &autocrypt(ALICE, true, &cert(1, ALICE)));
    receive(&engine, &with_key(SENT));
    engine.set_word(None, &addr(ALICE), Word::Always).expect("set");
    engine.forget_peer(None, &addr(ALICE)).expect("forgotten");
    let known = engine.peer(None, &addr(ALICE));
    assert!(matches!(known, Err(Error::NoPeer { .. })), "only the date is left: {known:?}");
    let mut rows = 0;
    engine.peers(None, PeerFilter::All, &mut |_, _| rows += 1).expect("listed");
    assert_eq!(rows, 0, "a row with nothing in it is not listed");
    clock.set(NOW);
    receive(&engine, &with_key(SENT + 100));
    assert!(state(&engine, ALICE).peer.is_blank(), "the same second counts as not seen");
    receive(&engine, &with_key(SENT + 101));
    assert_eq!(seen(&engine), (SENT + 101, false));
    assert!(state(&engine, ALICE).peer.advert.is_some());
}

#[test]
fn the_word_of_the_user_stays_whatever_comes_by_mail() {
    let engine = bob();
    receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &cert(1, ALICE))));
    for word in [Word::Always, Word::Never, Word::Pin(fingerprint(&cert(1, ALICE))), Word::Default]
    {
        engine.set_word(None, &addr(ALICE), word.clone()).expect("set");
        receive(&engine, &mail(ALICE, SENT + 1, &autocrypt(ALICE, true, &cert(2, ALICE))));
        assert_eq!(state(&engine, ALICE).peer.word, word);
    }
    let stranger = fingerprint(&cert(9, ALICE));
    // One that was not seen yet, as read from paper: nothing is encrypted to until it is known.
    engine.set_word(None, &addr(ALICE), Word::Pin(stranger)).expect("set");
    let asked = |engine: &Engine| {
        let advice = engine.recommend(None, &[addr(ALICE)], &Reply::Unknown).expect("advised");
        (advice.recommendation, advice.recipients[0].1.reasons[0].code().name())
    };
    assert_eq!(asked(&engine), (Recommendation::Disable, "pinned"));
    receive(&engine, &mail(ALICE, NOW - 1, &autocrypt(ALICE, true, &cert(9, ALICE))));
    assert_eq!(asked(&engine), (Recommendation::Encrypt, "both_mutual"));
}

#[test]
fn list_post_is_kept_when_it_names_the_sender() {
    let engine = bob();
    receive(&engine, &mail(ALICE, SENT, "List-Post: <mailto:garden@example.org>\r\n"));
    assert_eq!(state(&engine, ALICE).peer.list_post, None);
    let list = "garden@example.org";
    receive(&engine, &mail(list, SENT, "List-Post: <mailto:Garden@Example.org?subject=x>\r\n"));
    receive(&engine, &mail(list, SENT - 5, "List-Post: <mailto:garden@example.org>\r\n"));
    receive(&engine, &mail(list, SENT + 5, ""));
    let at = state(&engine, list).peer.list_post.expect("a list");
    assert_eq!(at.as_secs(), SENT);
}

#[test]
fn a_history_past_its_limit_is_marked_and_keeps_the_latest() {
    let engine = bob();
    let keys = MAX_HISTORY_CERTS + 3;
    for n in 0..keys {
        let field = autocrypt(ALICE, true, &cert(n as u8 + 1, ALICE));
        receive(&engine, &mail(ALICE, SENT + n as i64, &field));
        let whole = state(&engine, ALICE);
        // The direct key does not count among the sixteen.
        assert_eq!(whole.peer.truncated, n > MAX_HISTORY_CERTS, "after {n}");
        assert!(whole.history.len() <= MAX_HISTORY_CERTS + 1);
    }
    let history = state(&engine, ALICE).history;
    assert!(!history.contains_key(&fingerprint(&cert(1, ALICE))), "the oldest is gone");
    assert!(history.contains_key(&fingerprint(&cert(keys as u8, ALICE))));
}

#[test]
fn a_reply_to_a_mail_that_was_decrypted_is_a_reply_to_an_encrypted_one() {
    let engine = bob();
    receive(&engine, &mail(CAROL, SENT, &autocrypt(CAROL, false, &cert(3, CAROL))));
    let advised = |reply: &Reply| {
        engine.recommend(None, &[addr(CAROL)], reply).expect("advised").recommendation
    };
    let reply = Reply::To(b"secret@example.org".to_vec());
    assert_eq!(advised(&reply), Recommendation::Available, "not known yet");
    observe(&engine, &decrypted(SENT));
    assert_eq!(advised(&reply), Recommendation::Encrypt);
    assert_eq!(advised(&Reply::To(b"other@example.org".to_vec())), Recommendation::Available);
    let draft = format!(
        "From: {BOB}\r\nTo: {CAROL}\r\nIn-Reply-To: <x@y> <secret@example.org>\r\n\r\nYes\r\n"
    );
    let sent = engine.process_outgoing(None, draft.as_bytes(), &OutgoingOptions::default());
    assert_eq!(sent.expect("made").recommendation, Recommendation::Encrypt);
}

#[test]
fn a_mail_from_oneself_touches_no_peer() {
    let engine = bob();
    let incoming = receive(&engine, &mail(BOB, SENT, &autocrypt(BOB, true, &cert(5, BOB))));
    let conflict = incoming.own_key_conflict.expect("a conflict");
    assert_eq!(conflict.fingerprint, Some(fingerprint(&cert(5, BOB))));
    let own = engine.header_fields(None, None).expect("fields");
    let field = format!("{}: {}\r\n", own[0].0, own[0].1);
    assert_eq!(receive(&engine, &mail(BOB, SENT, &field)).own_key_conflict, None);
    let mut rows = 0;
    engine.peers(None, PeerFilter::All, &mut |_, _| rows += 1).expect("listed");
    assert_eq!(rows, 0);
}

#[test]
fn of_several_accounts_a_mail_from_oneself_to_others_is_its_writers() {
    let engine = bob();
    add_account(&engine, CAROL);
    let sent = |key: &[u8]| {
        let text = String::from_utf8(mail(BOB, SENT, &autocrypt(BOB, true, key))).expect("text");
        let text = text.replace(&format!("To: {BOB}"), "To: eve@example.org");
        receive(&engine, text.as_bytes())
    };
    let incoming = sent(&cert(5, BOB));
    assert_eq!(outcome(&incoming), "ignored own_mail");
    assert_eq!(incoming.account, Some(addr(BOB)));
    let conflict = incoming.own_key_conflict.expect("a conflict");
    assert_eq!(conflict.fingerprint, Some(fingerprint(&cert(5, BOB))));
    let (own, _) = engine.export_cert(Some(&addr(BOB))).expect("a cert");
    assert_eq!(sent(&own).own_key_conflict, None);
}

#[test]
fn a_remembered_field_never_speaks_for_one_with_another_preference() {
    let engine = bob();
    let field = |mutual| autocrypt(ALICE, mutual, &cert(1, ALICE));
    let list = format!("List-Post: <mailto:{ALICE}>\r\n");
    receive(&engine, &mail(ALICE, SENT, &field(true)));
    // Of one date mutual stays, but the row changes.
    let incoming = receive(&engine, &mail(ALICE, SENT, &(field(false) + &list)));
    assert_eq!(outcome(&incoming), "updated");
    receive(&engine, &mail(ALICE, SENT + DAY, &field(false)));
    let advert = state(&engine, ALICE).peer.advert.expect("an advert");
    assert_eq!(advert.prefer_encrypt, PreferEncrypt::NoPreference);
}

#[test]
fn a_hard_revocation_outlives_being_forgotten() {
    let (primary, subkey) = (Key::signing(1, CERT_MADE), Key::encrypting(1, CERT_MADE));
    let copy = |revoked: bool| {
        let mut cert = Cert::of(&primary);
        if revoked {
            let hard = Says::new(SignatureType::KeyRevocation, CERT_MADE);
            cert = cert.sig(sign(&primary, &primary, On::Key, &hard));
        }
        let cert = cert.user_id(&primary, "<a>", &Says::certification(CERT_MADE));
        autocrypt(ALICE, true, &cert.subkey(&primary, &subkey, &Says::binding(CERT_MADE)).octets())
    };
    let (old, younger) = (mail(ALICE, SENT, &copy(true)), mail(ALICE, NOW + DAY, &copy(false)));
    // Whenever the old mail is read: before, behind, or as the last one.
    for order in ["old forget younger", "forget old younger", "forget younger old"] {
        let clock = SetClock::new(NOW);
        let engine = bob_at(&clock);
        receive(&engine, &mail(ALICE, SENT - DAY, ""));
        for step in order.split(' ') {
            match step {
                "forget" => {
                    engine.forget_peer(None, &addr(ALICE)).expect("forgotten");
                    clock.set(NOW + 2 * DAY);
                }
                "old" => drop(receive(&engine, &old)),
                _ => drop(receive(&engine, &younger)),
            }
        }
        assert_eq!(outcome(&receive(&engine, &old)), "unchanged", "{order}");
        let advert = state(&engine, ALICE).peer.advert.expect("an advert");
        assert_eq!(advert.judgement.verdict, Err(Unusable::Revoked), "{order}");
        assert_eq!(advert.at.as_secs(), NOW + DAY, "{order}");
        let copies = |engine: &Engine| {
            state(engine, ALICE).history.values().map(|record| record.copies.len()).sum::<usize>()
        };
        assert_eq!(copies(&engine), 2, "{order}: both are known");
        for n in 0..MAX_COPIES {
            let hard = Says::new(SignatureType::KeyRevocation, CERT_MADE);
            let cert = Cert::of(&primary).sig(sign(&primary, &primary, On::Key, &hard));
            let id = format!("<{n}>");
            let cert = cert.user_id(&primary, &id, &Says::certification(CERT_MADE));
            let cert = cert.subkey(&primary, &subkey, &Says::binding(CERT_MADE)).octets();
            receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &cert)));
        }
        assert!(copies(&engine) <= MAX_COPIES, "{order}: {}", copies(&engine));
    }
}
