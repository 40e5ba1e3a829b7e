//! Drafts (Messages §5): put away encrypted to oneself, taken out as they were, refused when they
//! may be somebody else's.

use std::collections::BTreeSet;
use std::sync::Arc;

use inbome_core::clock::Timestamp;
use inbome_core::draft::{DraftError, OpenedDraft};
use inbome_core::engine::{AccountOptions, Engine, EngineOptions, RecommendOptions, Reply};
use inbome_core::error::Error;
use inbome_core::header::DraftState;
use inbome_core::key::Certificates;
use inbome_core::openpgp::message::{SealTo, Sealing};
use inbome_core::openpgp::{Messages, Rpgp};
use inbome_core::outgoing::{ComposeError, Mode, OutgoingOptions, OutgoingReason};
use inbome_core::recommend::{Recommendation, TargetSource};
use inbome_tests::certs::dearmor;
use inbome_tests::hostile::pgp_mime;
use inbome_tests::letters::*;
use inbome_tests::stage::{ALICE, BOB, SENT, Seeded, SetClock, addr, listing};

const CAROL: &str = "carol@example.org";
const DAVE: &str = "dave@example.org";
const STATE: &str = "Autocrypt-Draft-State";

fn states() -> impl Iterator<Item = DraftState> {
    (0..8).map(|bits| DraftState {
        encrypt: bits & 1 > 0,
        by_choice: bits & 2 > 0,
        is_reply_to_encrypted: bits & 4 > 0,
    })
}

const PLAIN: DraftState =
    DraftState { encrypt: true, by_choice: false, is_reply_to_encrypted: false };

/// Bob, who knows Alice and Carol, and these two.
fn three() -> [Engine; 3] {
    let clock = SetClock::new(SENT);
    let [bob, alice, carol] =
        [(BOB, 1), (ALICE, 2), (CAROL, 3)].map(|(id, seed)| person(id, seed, &clock));
    introduce(&alice, ALICE, &[&bob], SENT);
    introduce(&carol, CAROL, &[&bob], SENT);
    introduce(&bob, BOB, &[&alice, &carol], SENT);
    [bob, alice, carol]
}

/// Another device of Bob's: the same key, and nothing learnt.
fn other_device(bob: &Engine) -> Engine {
    let clock = Arc::new(SetClock::new(SENT));
    let random = Arc::new(Seeded::new(9 << 48));
    let engine = Engine::in_memory(EngineOptions { clock, random, ..EngineOptions::default() });
    let key = bob.export_secret(None).expect("a key").0.as_bytes().to_vec();
    let options = AccountOptions { import_key: Some(key), ..AccountOptions::default() };
    engine.create_account(&addr(BOB), &options, &mut |_| None).expect("an account");
    assert_eq!(fingerprint_of(&engine), fingerprint_of(bob));
    engine
}

fn full(line_end: &str) -> Vec<u8> {
    format!(
        "From: Bob <{BOB}>\nTo: {ALICE}\nCc: {CAROL}\nBcc: Dave\n <{DAVE}>\nSubject: not yet\n\
         X-Inbome-Note: mine\nContent-Type: text/plain; charset=utf-8\n\nHalf a gr\u{fc}n sentence"
    )
    .replace('\n', line_end)
    .into_bytes()
}

fn put(engine: &Engine, mail: &[u8], state: DraftState) -> Vec<u8> {
    engine.encrypt_draft(None, mail, state).expect("encrypted")
}

fn take(engine: &Engine, mail: &[u8]) -> OpenedDraft {
    engine.open_draft(None, mail, false).expect("opened")
}

fn refused(engine: &Engine, mail: &[u8], confirmed: bool) -> DraftError {
    match engine.open_draft(None, mail, confirmed) {
        Err(Error::Draft(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// The mail with one whole field replaced by other text.
fn with_field(mail: &[u8], of: &str, with: &str) -> Vec<u8> {
    let (fields, rest) = split(mail);
    let mut changed = Vec::new();
    for field in fields {
        let text = if name(&field) == of.to_lowercase() { with.as_bytes() } else { &field };
        changed.extend_from_slice(text);
    }
    changed.extend_from_slice(rest);
    changed
}

#[test]
fn a_draft_comes_back_as_it_was_with_every_state() {
    let [bob, alice, _] = three();
    for line_end in ["\n", "\r\n"] {
        for state in states() {
            let mail = full(line_end);
            let drafted = put(&bob, &mail, state);
            assert_eq!(values(&drafted, STATE), [state.print()], "for other programs, outside");
            assert_eq!(values(&drafted, "Subject"), ["[...]"], "{state:?}");
            assert!(!holds(&drafted, DAVE) && !holds(&drafted, "sentence"), "{state:?}");
            assert!(!names(&drafted).contains("autocrypt-gossip"), "{state:?}");
            assert!(!opens(&drafted, &alice), "{state:?}");
            let opened = take(&bob, &drafted);
            assert_eq!(opened.state, Some(state));
            assert_eq!((opened.state_differs, opened.differs), (false, vec![]), "{state:?}");
            assert_eq!(body(&opened.message), body(&mail), "{state:?}");
            let own: BTreeSet<Vec<u8>> = split(&opened.message).0.into_iter().collect();
            for field in split(&mail).0 {
                assert!(own.contains(&field), "{state:?}: {}", String::from_utf8_lossy(&field));
            }
            assert_eq!(values(&opened.message, "Bcc"), [format!("Dave <{DAVE}>")], "{state:?}");
            assert!(!names(&opened.message).contains(&STATE.to_lowercase()), "{state:?}");
            // Put away again and again it stays what it is.
            let again = take(&bob, &put(&bob, &opened.message, state));
            assert_eq!(again.message, opened.message, "{state:?}");
        }
    }
}

#[test]
fn a_draft_is_unsigned_and_for_oneself_alone() {
    let [bob, ..] = three();
    let drafted = put(&bob, &full("\r\n"), PLAIN);
    let opened = Rpgp::new().open(&armor(&drafted), &[&secret(&bob)]).expect("opened");
    assert_eq!(opened.signatures, []);
    assert_eq!(opened.to.len(), 1);
    assert!(key_ids(&bob).contains(&opened.to[0]));
    let inner = opened.payload.as_bytes();
    assert_eq!(values(inner, STATE), [PLAIN.print()], "and again inside");
    assert_eq!(values(inner, "Autocrypt-Gossip").len(), 2);
}

#[test]
fn the_state_inside_wins_and_a_difference_is_told() {
    let [bob, ..] = three();
    let drafted = put(&bob, &full("\r\n"), PLAIN);
    let two = format!("{STATE}: encrypt=yes;\r\n{STATE}: encrypt=yes;\r\n");
    for (name, with, differs) in [
        ("the same", format!("{STATE}: encrypt=yes;\r\n"), false),
        (
            "the same, written otherwise",
            format!("{STATE}: _x=y; ENCRYPT=YES; _by-choice=no\r\n"),
            false,
        ),
        ("no encryption", format!("{STATE}: encrypt=no;\r\n"), true),
        ("by choice", format!("{STATE}: encrypt=yes; _by-choice=yes;\r\n"), true),
        ("broken", format!("{STATE}: nonsense\r\n"), true),
        ("twice", two, true),
        ("gone", String::new(), true),
    ] {
        let opened = take(&bob, &with_field(&drafted, STATE, &with));
        assert_eq!(opened.state, Some(PLAIN), "{name}");
        assert_eq!(opened.state_differs, differs, "{name}");
        assert_eq!(opened.differs, Vec::<String>::new(), "{name}");
        assert!(!names(&opened.message).contains(&STATE.to_lowercase()), "{name}");
    }
}

#[test]
fn recipients_that_stand_only_outside_are_not_taken() {
    let [bob, ..] = three();
    let drafted = put(&bob, &full("\r\n"), PLAIN);
    for (of, with, told) in [
        ("To", "To: mallory@example.org\r\n", "To"),
        ("Cc", "Cc: mallory@example.org\r\n", "Cc"),
        ("To", &format!("To: {ALICE}\r\nBcc: mallory@example.org\r\n"), "Bcc"),
        ("To", &format!("To: {ALICE}\r\nReply-To: mallory@example.org\r\n"), "Reply-To"),
        ("Cc", &format!("Cc: {CAROL}\r\nResent-To: mallory@example.org\r\n"), "Resent-To"),
        ("Subject", "Subject: urgent, from mallory@example.org\r\n", "Subject"),
    ] {
        let opened = take(&bob, &with_field(&drafted, of, with));
        assert!(!holds(&opened.message, "mallory"), "{with}");
        assert_eq!(opened.differs, [told], "{with}");
        assert_eq!(values(&opened.message, "To"), [ALICE], "{with}");
        assert_eq!(values(&opened.message, "Subject"), ["not yet"], "{with}");
    }
}

#[test]
fn gossip_of_a_draft_serves_that_draft_and_is_not_stored() {
    let [bob, alice, _] = three();
    let device = other_device(&bob);
    let mail = draft(&format!("From: {BOB}\r\nTo: {ALICE}, nobody@example.org\r\nCc: {BOB}\r\n"));
    let drafted = put(&bob, &mail, PLAIN);
    let before = (listing(&device), device.generation().expect("a number"));
    let opened = take(&device, &drafted);
    let told: Vec<_> =
        opened.gossip.iter().map(|(of, key)| (of.as_str(), key.fingerprint.clone())).collect();
    assert_eq!(told, [(ALICE, fingerprint_of(&alice))], "neither oneself nor the unknown");
    let advise = |gossip: &[_], reply: bool| {
        let reply = Reply::ToEncrypted(reply);
        device
            .recommend_with(
                None,
                &[addr(ALICE)],
                &RecommendOptions { reply, gossip: gossip.to_vec(), ..Default::default() },
            )
            .expect("advice")
    };
    assert_eq!(advise(&[], true).recommendation, Recommendation::Disable);
    assert_eq!(advise(&opened.gossip, false).recommendation, Recommendation::Discourage);
    let advice = advise(&opened.gossip, true);
    assert_eq!(advice.recommendation, Recommendation::Encrypt);
    let target = advice.recipients[0].1.target.clone().expect("a target");
    assert_eq!(target.source, TargetSource::Gossip);
    assert_eq!((listing(&device), device.generation().expect("a number")), before);
    // Sent with it the mail is encrypted; the next one knows nothing of it.
    let mail = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\n"));
    let with = |gossip| OutgoingOptions { gossip, ..mode(Mode::Encrypt) };
    let sent = device.process_outgoing(None, &mail, &with(opened.gossip)).expect("made");
    assert!(sent.encrypted && opens(&sent.messages[0].data, &alice));
    let next = device.process_outgoing(None, &mail, &with(Vec::new()));
    assert!(matches!(next, Err(Error::Compose(ComposeError::Refused { .. }))), "{next:?}");
    assert_eq!(listing(&device), before.0);
}

#[test]
fn gossip_of_a_draft_gives_way_to_what_is_known_better() {
    let [bob, alice, _] = three();
    let drafted = put(&bob, &draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\n")), PLAIN);
    let device = other_device(&bob);
    let new = alice.replace_own_key(None).expect("replaced");
    introduce(&alice, ALICE, &[&device], SENT);
    let gossip = take(&device, &drafted).gossip;
    assert_ne!(gossip[0].1.fingerprint, new);
    let advice = device
        .recommend_with(None, &[addr(ALICE)], &RecommendOptions { gossip, ..Default::default() })
        .expect("advice");
    let target = advice.recipients[0].1.target.clone().expect("a target");
    assert_eq!((target.source, target.key.fingerprint), (TargetSource::Direct, new));
}

#[test]
fn blind_recipients_of_a_draft_get_their_mail_in_the_end() {
    let [bob, alice, carol] = three();
    let mail = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\nBcc: {CAROL}\r\nSubject: s\r\n"));
    let opened = take(&bob, &put(&bob, &mail, PLAIN));
    let sent = send(&bob, &opened.message);
    assert_eq!((sent.encrypted, sent.messages.len()), (true, 3));
    for (message, reader) in sent.messages.iter().zip([&alice, &carol, &bob]) {
        let inner = open(&message.data, reader, &bob).payload;
        for octets in [&message.data, &inner] {
            assert!(!names(octets).contains(&STATE.to_lowercase()));
        }
        assert_eq!(values(&inner, "Bcc").len(), usize::from(message.sent_copy));
        assert_eq!(values(&inner, "Subject"), ["s"]);
    }
    assert!(!opens(&sent.messages[0].data, &carol));
}

#[test]
fn what_may_not_be_ones_own_draft_is_refused() {
    let [bob, alice, _] = three();
    // A mail of Alice's to Bob, taken from the wire and planted in his drafts.
    let captured =
        send(&alice, &draft(&format!("From: {ALICE}\r\nTo: {BOB}\r\n"))).messages.remove(0).data;
    // The same with Bob as sender outside, and a state.
    let dressed =
        with_field(&captured, "From", &format!("From: {BOB}\r\n{STATE}: encrypt=no;\r\n"));
    for (name, mail) in [("as it is", &captured), ("dressed up", &dressed)] {
        for confirmed in [false, true] {
            let error = refused(&bob, mail, confirmed);
            assert!(
                matches!(error, DraftError::ToOthers { .. } | DraftError::NotFromAccount { .. }),
                "{name}: {error:?}"
            );
        }
    }
    // To Bob's key alone, and from Alice inside, whoever stands outside.
    let key = bob.export_secret(None).expect("a key").0.as_bytes().to_vec();
    let options = AccountOptions { import_key: Some(key), ..AccountOptions::default() };
    let forger = Engine::in_memory(EngineOptions::default());
    forger.create_account(&addr(ALICE), &options, &mut |_| None).expect("an account");
    let forged = put(&forger, &draft(&format!("From: {ALICE}\r\nTo: {CAROL}\r\n")), PLAIN);
    for mail in [with_field(&forged, "From", &format!("From: {BOB}\r\n")), forged] {
        let error = refused(&bob, &mail, true);
        assert!(matches!(error, DraftError::NotFromAccount { .. }), "{error:?}");
    }
    // One's own mail that went to others.
    let sent =
        send(&bob, &draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\n"))).messages.remove(0).data;
    assert!(matches!(refused(&bob, &sent, true), DraftError::ToOthers { .. }));
    // One's own copy of a mail with blind recipients bears no state: only when the user confirms.
    let sent = send(&bob, &draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\nBcc: {CAROL}\r\n")));
    let kept = &sent.messages.iter().find(|message| message.sent_copy).expect("kept").data;
    assert_eq!(refused(&bob, kept, false), DraftError::Unconfirmed);
    let confirmed = bob.open_draft(None, kept, true).expect("opened");
    assert_eq!((confirmed.state, values(&confirmed.message, "Bcc").len()), (None, 1));
    // A state that stands outside alone is nobody's word.
    let dressed = with_field(kept, "From", &format!("From: {BOB}\r\n{STATE}: encrypt=yes;\r\n"));
    assert_eq!(refused(&bob, &dressed, false), DraftError::Unconfirmed);
    assert_eq!(bob.open_draft(None, &dressed, true).expect("opened").state, None);
    let clear = draft(&format!("From: {BOB}\r\nTo: {ALICE}\r\n{STATE}: encrypt=no;\r\n"));
    assert_eq!(refused(&bob, &clear, true), DraftError::NotEncrypted);
}

#[test]
fn another_programs_draft_without_a_header_inside_is_text() {
    let [bob, ..] = three();
    let (cert, certs) = (bob.export_cert(None).expect("a cert").0, Rpgp::new());
    let union = certs.union(None, &cert);
    let recipients = [SealTo { received: &cert, union: &union }];
    let (now, random) = (Timestamp::from_secs(SENT), &Seeded::new(3));
    let sealing = Sealing { signer: None, recipients: &recipients, now, random };
    let text = b"Dear Alice\nas I said: no\n\nBob\n";
    let entity = pgp_mime(&dearmor(
        std::str::from_utf8(&certs.seal(text, &sealing).expect("sealed")).expect("armor"),
    ));
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\n{entity}");
    let opened = bob.open_draft(None, mail.as_bytes(), true).expect("opened");
    // With the line ends of the mail.
    let text = String::from_utf8_lossy(text).replace('\n', "\r\n");
    let message = String::from_utf8_lossy(&opened.message);
    assert!(message.ends_with(&text), "{message}");
}

#[test]
fn a_draft_is_not_sent_to_others_while_it_is_encrypted_to_oneself() {
    let [bob, ..] = three();
    let drafted = put(&bob, &full("\r\n"), PLAIN);
    for how in [Mode::Auto, Mode::Encrypt, Mode::Clear] {
        let error = bob.process_outgoing(None, &drafted, &mode(how)).expect_err("refused");
        let Error::Compose(ComposeError::Refused { reason, .. }) = error else {
            panic!("{error:?}")
        };
        assert_eq!(reason, OutgoingReason::OnlyToSelf, "{how:?}");
    }
    // To oneself it may go; the state is taken off.
    let note = put(&bob, &draft(&format!("From: {BOB}\r\nTo: {BOB}\r\n")), PLAIN);
    let sent = send(&bob, &note);
    assert_eq!(sent.reason, OutgoingReason::AlreadyEncrypted);
    assert!(!names(&sent.messages[0].data).contains(&STATE.to_lowercase()));
}
