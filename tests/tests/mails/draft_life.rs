//! The life of a draft (Messages §5): put away, taken out again, on this device or another, and sent.

use std::collections::BTreeSet;

use inbome_core::draft::{DraftError, OpenedDraft};
use inbome_core::engine::{AccountOptions, Engine, RecommendOptions, Reply};
use inbome_core::error::{Error, ErrorKind};
use inbome_core::header::DraftState;
use inbome_core::openpgp::{Messages, Rpgp};
use inbome_core::outgoing::{ComposeError, Mode, OutgoingOptions, OutgoingReason};
use inbome_core::recommend::{Recommendation, TargetSource};
use inbome_tests::letters::*;
use inbome_tests::stage::{
    ALICE, BOB, DAY, NOW, SENT, Seeded, SetClock, add_account, addr, listing, options,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;

const CAROL: &str = "carol@example.org";
const DAVE: &str = "dave@example.org";
const STATE_FIELD: &str = "Autocrypt-Draft-State";

fn state(encrypt: bool, by_choice: bool, is_reply_to_encrypted: bool) -> DraftState {
    DraftState { encrypt, by_choice, is_reply_to_encrypted }
}

/// Bob, who knows Alice and Carol.
fn bob(clock: &SetClock) -> Engine {
    let bob = person(BOB, 1, clock);
    introduce(&person(ALICE, 2, clock), ALICE, &[&bob], SENT);
    introduce(&person(CAROL, 3, clock), CAROL, &[&bob], SENT);
    bob
}

/// Bob's other device: the same key and nothing else.
fn other_device(bob: &Engine, clock: &SetClock) -> Engine {
    let mut how = options(clock);
    how.random = Arc::new(Seeded::new(99 << 48));
    let other = Engine::in_memory(how);
    let import_key = Some(secret(bob).secret.as_bytes().to_vec());
    let account = AccountOptions { import_key, ..AccountOptions::default() };
    other.create_account(&addr(BOB), &account, &mut |_| None).expect("an account");
    other
}

fn put_away(engine: &Engine, mail: &[u8], state: DraftState) -> Vec<u8> {
    engine.encrypt_draft(None, mail, state).expect("a draft")
}

fn take_out(engine: &Engine, draft: &[u8]) -> OpenedDraft {
    engine.open_draft(None, draft, false).expect("opened")
}

/// The payload, which bears no signature.
fn payload(draft: &[u8], engine: &Engine) -> Vec<u8> {
    let opened = Rpgp::new().open(&armor(draft), &[&secret(engine)]).expect("opened");
    assert_eq!(opened.signatures, [], "a draft is not signed");
    let own = key_ids(engine);
    assert!(!opened.to.is_empty() && opened.to.iter().all(|id| own.contains(id)));
    opened.payload.as_bytes().to_vec()
}

/// All fields that a person wrote, in order, without those of MIME itself.
fn fields(mail: &[u8]) -> Vec<(String, String)> {
    let is_mime = |name: &str| name == "mime-version" || name.starts_with("content-");
    let all = split(mail).0.into_iter().map(|field| (name(&field), value(&field)));
    all.filter(|(name, _)| !is_mime(name)).collect()
}

#[test]
fn a_draft_comes_back_as_it_was_with_its_state() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let mail = format!(
        "From: Bob <{BOB}>\r\nTo: {ALICE}\r\nCc: {CAROL},\r\n {DAVE}\r\nBcc: eve@example.org\r\n\
         Subject: Not yet\r\nComments: c\r\nKeywords: k\r\nX-Own: 1\r\nX-Own: 2\r\n\
         References: <a@b>\r\n <c@d>\r\n\r\nUnfinished\r\n"
    );
    for bits in 0..8 {
        let decided = state(bits & 1 > 0, bits & 2 > 0, bits & 4 > 0);
        let draft = put_away(&bob, mail.as_bytes(), decided);
        let opened = take_out(&bob, &draft);
        assert_eq!(opened.state, Some(decided));
        assert!(!opened.state_differs && opened.differs.is_empty(), "{opened:?}");
        assert_eq!(fields(&opened.message), fields(mail.as_bytes()));
        assert_eq!(body(&opened.message), b"Unfinished\r\n");
        // Again and again.
        let again = take_out(&bob, &put_away(&bob, &opened.message, decided));
        assert_eq!(again.message, opened.message);
    }
}

/// A random mail of Bob's: lines ends, structure, charsets, odd fields.
fn random_mail(rng: &mut StdRng) -> Vec<u8> {
    let line_end = if rng.r#gen() { "\r\n" } else { "\n" };
    let mut header = vec![format!("From: {BOB}")];
    if rng.r#gen() {
        header.push(format!("To: {ALICE}"));
    }
    if rng.r#gen() {
        header.push(format!("Bcc: {CAROL},{line_end}\t{DAVE}"));
    }
    for n in 0..rng.gen_range(0..4) {
        header.push(format!("X-{n}: {}", "a b ".repeat(rng.gen_range(0..30))));
    }
    let mut octets = |most: usize| -> Vec<u8> {
        let any = |octet: u8| if octet == b'-' { b'_' } else { octet };
        (0..rng.gen_range(0..most)).map(|_| any(rng.r#gen())).collect()
    };
    let (one, two) = (octets(300), octets(3_000));
    let body = match one.len() % 4 {
        0 => Vec::new(),
        1 => {
            header.push("Content-Transfer-Encoding: 8bit".into());
            two
        }
        2 => {
            header.push("Content-Type: text/plain; charset=\"iso-8859-1\"".into());
            two
        }
        _ => {
            header.push(format!("Content-Type: multipart/mixed;{line_end} boundary=\"b b\""));
            let delimiter = |end: &str| format!("{line_end}--b b{end}{line_end}").into_bytes();
            let empty = line_end.as_bytes();
            [&delimiter("")[..], empty, &one, &delimiter(""), empty, &two, &delimiter("--")]
                .concat()
        }
    };
    let mut mail = header.join(line_end).into_bytes();
    mail.extend(line_end.as_bytes().repeat(2));
    mail.extend(body);
    mail
}

#[test]
fn a_hundred_random_drafts_come_back_octet_by_octet() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let mut rng = StdRng::from_seed([5; 32]);
    for round in 0..100 {
        let mail = random_mail(&mut rng);
        let opened = take_out(&bob, &put_away(&bob, &mail, state(true, false, false)));
        assert_eq!(body(&opened.message), body(&mail), "round {round}");
        assert_eq!(fields(&opened.message), fields(&mail), "round {round}");
    }
}

#[test]
fn what_stands_outside_of_a_draft_shows_neither_subject_nor_blind_recipients() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let mail = format!(
        "From: {BOB}\r\nTo: {ALICE}\r\nBcc: {CAROL}\r\nSubject: secret\r\nComments: secret\r\n\
         X-Inbome: encrypt\r\n\r\nsecret\r\n"
    );
    let draft = put_away(&bob, mail.as_bytes(), state(true, true, false));
    for hidden in ["secret", "carol", "bcc", "keydata", "gossip", "x-inbome"] {
        assert!(!holds(&draft, hidden), "{hidden}");
    }
    assert_eq!(values(&draft, "Subject"), ["[...]"]);
    assert_eq!(values(&draft, STATE_FIELD), ["encrypt=yes; _by-choice=yes;"]);
    let inner = payload(&draft, &bob);
    assert_eq!(values(&inner, STATE_FIELD), ["encrypt=yes; _by-choice=yes;"]);
    assert_eq!(values(&inner, "Bcc"), [CAROL]);
    let about = |value: &String| value.split(';').next().expect("addr").to_owned();
    let gossip: BTreeSet<String> = values(&inner, "Autocrypt-Gossip").iter().map(about).collect();
    assert_eq!(gossip, [format!("addr={ALICE}"), format!("addr={CAROL}")].into());
    // It is no mail: nobody could take it for one that was encrypted and sent.
    let found = bob.decrypt(None, &draft).expect("read");
    assert_eq!(found.summary.signature.name(), "none");
}

/// The draft with one line of its outer header replaced.
fn changed(draft: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(draft.to_vec()).expect("ASCII");
    assert!(text.contains(from), "{from}: {text}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn the_state_inside_wins_and_a_difference_is_told() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\nSubject: s\r\n\r\nx\r\n");
    let decided = state(true, true, true);
    let draft = put_away(&bob, mail.as_bytes(), decided);
    let line = format!("{STATE_FIELD}: {}\r\n", decided.print());
    let field = |value: &str| format!("{STATE_FIELD}: {value}\r\n");
    for (name, outside, differs) in [
        ("as it was", line.clone(), false),
        (
            "the same in other words",
            field("_is-reply-to-encrypted=YES;_by-choice=yes; encrypt=yes"),
            false,
        ),
        ("no", field("encrypt=no;"), true),
        ("not by choice", field("encrypt=yes; _is-reply-to-encrypted=yes;"), true),
        ("not readable", field("encrypt=perhaps"), true),
        ("none", String::new(), true),
        ("two", line.repeat(2), true),
    ] {
        let opened = take_out(&bob, &changed(&draft, &line, &outside));
        assert_eq!(opened.state, Some(decided), "{name}");
        assert_eq!(opened.state_differs, differs, "{name}");
        assert_eq!(opened.differs, [""; 0], "{name}: told once");
        assert_eq!(fields(&opened.message), fields(mail.as_bytes()), "{name}");
    }
}

#[test]
fn other_fields_inside_win_too_and_are_told() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\nSubject: s\r\n\r\nx\r\n");
    let draft = put_away(&bob, mail.as_bytes(), state(true, false, false));
    for (name, from, to) in [
        ("To", format!("To: {ALICE}\r\n"), format!("To: {DAVE}\r\n")),
        ("Cc", format!("To: {ALICE}\r\n"), format!("To: {ALICE}\r\nCc: {DAVE}\r\n")),
        ("Subject", "Subject: [...]\r\n".into(), "Subject: other\r\n".into()),
        ("Reply-To", "Subject:".into(), format!("Reply-To: {DAVE}\r\nSubject:")),
        ("To", format!("To: {ALICE}\r\n"), String::new()),
    ] {
        let opened = take_out(&bob, &changed(&draft, &from, &to));
        assert_eq!(opened.differs, [name]);
        assert!(!opened.state_differs, "{name}");
        assert_eq!(fields(&opened.message), fields(mail.as_bytes()), "{name}");
    }
}

#[test]
fn gossip_of_a_draft_serves_its_own_recommendation_and_is_not_stored() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\nBcc: {CAROL}\r\nSubject: s\r\n\r\nx\r\n");
    let draft = put_away(&bob, mail.as_bytes(), state(true, true, false));
    let other = other_device(&bob, &clock);
    let before = listing(&other);
    let opened = take_out(&other, &draft);
    let about: Vec<&str> = opened.gossip.iter().map(|(addr, _)| addr.as_str()).collect();
    assert_eq!(about, [ALICE, CAROL]);
    let both = [addr(ALICE), addr(CAROL)];
    let recommended = |gossip: &[_], reply| {
        other
            .recommend_with(
                None,
                &both,
                &RecommendOptions { reply, gossip: gossip.to_vec(), ..Default::default() },
            )
            .expect("asked")
            .recommendation
    };
    assert_eq!(recommended(&[], Reply::Unknown), Recommendation::Disable);
    assert_eq!(recommended(&opened.gossip, Reply::Unknown), Recommendation::Discourage);
    assert_eq!(recommended(&opened.gossip[..1], Reply::Unknown), Recommendation::Disable);
    let reply = Reply::ToEncrypted(true);
    assert_eq!(recommended(&opened.gossip, reply), Recommendation::Encrypt);
    // Without it the mail cannot be encrypted there.
    let refused = other.process_outgoing(None, &opened.message, &mode(Mode::Encrypt));
    let Err(Error::Compose(ComposeError::Refused { missing, .. })) = refused else {
        panic!("{refused:?}");
    };
    let missing: Vec<&str> = missing.iter().map(|(addr, _)| addr.as_str()).collect();
    assert_eq!(missing, [ALICE, CAROL]);
    let how = OutgoingOptions { gossip: opened.gossip.clone(), ..mode(Mode::Encrypt) };
    let sent = other.process_outgoing(None, &opened.message, &how).expect("sent");
    assert!(sent.encrypted);
    for (_, advice) in &sent.recipients {
        let target = advice.target.as_ref().expect("a key");
        assert_eq!(target.source, TargetSource::Gossip);
    }
    assert_eq!(sent.messages.len(), 3, "for Alice, for Carol, to keep");
    assert_eq!(listing(&other), before, "nothing of it is stored");
    assert_eq!(recommended(&[], Reply::Unknown), Recommendation::Disable);
    // A mail by itself is not encrypted for gossip alone.
    let how = OutgoingOptions { gossip: opened.gossip, ..mode(Mode::Auto) };
    assert!(!other.process_outgoing(None, &opened.message, &how).expect("sent").encrypted);
}

#[test]
fn gossip_of_a_draft_never_goes_before_what_is_known() {
    let clock = SetClock::new(NOW);
    let (bob, alice) = (bob(&clock), person(ALICE, 2, &clock));
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\n\r\nx\r\n");
    let draft = put_away(&bob, mail.as_bytes(), state(true, true, false));
    let opened = take_out(&bob, &draft);
    let old = opened.gossip[0].1.fingerprint.clone();
    // She has a new key since the draft was put away.
    let new = alice.replace_own_key(None).expect("a key");
    introduce(&alice, ALICE, &[&bob], SENT + DAY);
    assert_ne!(old, new);
    let how = OutgoingOptions { gossip: opened.gossip, ..mode(Mode::Encrypt) };
    let sent = bob.process_outgoing(None, &opened.message, &how).expect("sent");
    let target = sent.recipients[0].1.target.clone().expect("a key");
    assert_eq!((target.key.fingerprint, target.source), (new, TargetSource::Direct));
}

#[test]
fn the_state_never_leaves_with_a_mail() {
    let clock = SetClock::new(NOW);
    let (bob, alice) = (bob(&clock), person(ALICE, 2, &clock));
    let mail = format!(
        "From: {BOB}\r\nTo: {ALICE}\r\n{STATE_FIELD}: encrypt=yes; _by-choice=yes;\r\n\
         autocrypt-draft-state: encrypt=no\r\n\r\nx\r\n"
    );
    for how in [Mode::Clear, Mode::Encrypt] {
        let sent = bob.process_outgoing(None, mail.as_bytes(), &mode(how)).expect("sent");
        for copy in &sent.messages {
            assert!(!holds(&copy.data, "draft-state"), "{how:?}");
            if sent.encrypted {
                assert!(!holds(&open(&copy.data, &alice, &bob).payload, "draft-state"));
            }
        }
    }
    let draft = put_away(&bob, mail.as_bytes(), state(false, false, false));
    assert_eq!(values(&draft, STATE_FIELD), ["encrypt=no;"], "its own word alone");
    assert_eq!(values(&payload(&draft, &bob), STATE_FIELD), ["encrypt=no;"]);
    assert!(!holds(&take_out(&bob, &draft).message, "draft-state"));
}

#[test]
fn a_draft_that_was_not_opened_is_not_sent() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\n\r\nx\r\n");
    let draft = put_away(&bob, mail.as_bytes(), state(true, false, false));
    for how in [Mode::Auto, Mode::Clear, Mode::Encrypt] {
        match bob.process_outgoing(None, &draft, &mode(how)) {
            Err(Error::Compose(ComposeError::Refused { reason, .. })) => {
                assert_eq!(reason, OutgoingReason::OnlyToSelf);
            }
            found => panic!("{how:?}: {found:?}"),
        }
    }
}

#[test]
fn a_draft_belongs_to_its_account_and_its_aliases() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let (alias, work) = ("bobby@example.org", "bob@work.example");
    let how = AccountOptions { alias_of: Some(addr(BOB)), ..AccountOptions::default() };
    bob.create_account(&addr(alias), &how, &mut |_| None).expect("an alias");
    add_account(&bob, work);
    let decided = state(true, false, false);
    for (from, of) in [(BOB, BOB), (alias, BOB), (work, work)] {
        let mail = format!("From: {from}\r\nTo: {ALICE}\r\n\r\nx\r\n");
        let draft = bob.encrypt_draft(None, mail.as_bytes(), decided).expect("a draft");
        for account in [None, Some(BOB), Some(alias), Some(work)] {
            let found = bob.open_draft(account.map(addr).as_ref(), &draft, true);
            let fits = account.is_none_or(|named| (named == work) == (of == work));
            match found {
                Ok(opened) => {
                    assert!(fits, "{from}, {account:?}");
                    assert_eq!(fields(&opened.message), fields(mail.as_bytes()));
                }
                Err(Error::Draft(error)) => {
                    assert!(!fits, "{from}, {account:?}: {error}");
                    assert!(matches!(error, DraftError::Failed(_)), "{error}");
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn a_draft_is_opened_after_the_key_was_replaced() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\n\r\nx\r\n");
    let draft = put_away(&bob, mail.as_bytes(), state(true, false, false));
    let old = secret(&bob).fingerprint;
    bob.replace_own_key(None).expect("a key");
    assert_ne!(secret(&bob).fingerprint, old);
    assert_eq!(fields(&take_out(&bob, &draft).message), fields(mail.as_bytes()));
    bob.destroy_own_key(None, &old).expect("destroyed");
    let error = bob.open_draft(None, &draft, true).expect_err("no key");
    assert!(matches!(error, Error::Draft(DraftError::Failed(_))), "{error}");
}

#[test]
fn what_would_not_be_opened_again_is_not_put_away() {
    let clock = SetClock::new(NOW);
    let bob = bob(&clock);
    let decided = state(true, false, false);
    for from in [ALICE, &format!("{BOB}, {ALICE}"), "bob", ""] {
        let mail = format!("From: {from}\r\nTo: {ALICE}\r\n\r\nx\r\n");
        let error = bob.encrypt_draft(None, mail.as_bytes(), decided).expect_err(from);
        let refused = matches!(error, Error::Draft(DraftError::NotFromAccount { .. }));
        assert!(refused && error.kind() == ErrorKind::Refused, "{from}: {error}");
    }
    // Not yet said who writes it: it is the account's all the same.
    let mail = format!("To: {ALICE}\r\nSubject: later\r\n\r\nx\r\n");
    let opened = take_out(&bob, &put_away(&bob, mail.as_bytes(), decided));
    let expected = format!("{mail}From: {BOB}\r\n").replace("\r\n\r\nx", "");
    assert_eq!(fields(&opened.message), fields(expected.as_bytes()));
}
