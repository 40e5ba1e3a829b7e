//! Ciphertexts that somebody plants among one's drafts, so that they are decrypted and sent on
//! (Messages §5).

use inbome_core::draft::OpenedDraft;
use inbome_core::engine::AccountOptions;
use inbome_core::error::Error;
use inbome_core::header::DraftState;
use inbome_core::outgoing::{ComposeError, Mode, OutgoingOptions};
use inbome_tests::certs::{DAY, NOW};
use inbome_tests::hostile::*;
use inbome_tests::messages::*;
use inbome_tests::stage::{ALICE, BOB, addr, rfc2822};

const STATE: &str = "Autocrypt-Draft-State: encrypt=yes;\r\n";

/// The draft, or the code of the refusal.
fn open(scene: &Scene, mail: &[u8], confirmed: bool) -> Result<OpenedDraft, &'static str> {
    scene.engine.open_draft(None, mail, confirmed).map_err(|error| match error {
        Error::Draft(error) => error.code().name(),
        other => panic!("{other}"),
    })
}

/// A draft with this message in it, addressed to Mallory outside.
fn planted(message: &[u8]) -> Vec<u8> {
    let date = rfc2822(NOW.into(), 0);
    let fields = format!("From: {BOB}\r\nTo: {MALLORY}\r\nDate: {date}\r\n{STATE}");
    format!("{fields}MIME-Version: 1.0\r\n{}", pgp_mime(message)).into_bytes()
}

/// What Bob's own program writes, with these fields inside.
fn own(fields: &str) -> Vec<u8> {
    literal(protected_text(fields, "the secret").as_bytes())
}

#[track_caller]
fn is_refused(scene: &Scene, name: &str, mail: &[u8], code: &str) {
    for confirmed in [false, true] {
        let found = open(scene, mail, confirmed);
        assert_eq!(found, Err(code), "{name}, confirmed {confirmed}");
    }
}

#[test]
fn ones_own_draft_is_opened() {
    let scene = Scene::new();
    let message = encrypted(&scene.bob, &own(&format!("{STATE}{}", inside(BOB, ALICE))));
    let draft = open(&scene, &planted(&message), false).expect("a draft");
    let shown = String::from_utf8(draft.message).expect("text");
    assert!(shown.contains("To: alice@example.org") && shown.contains("the secret"), "{shown}");
    assert!(!shown.contains("mallory") && !shown.contains("Draft-State"), "{shown}");
    assert_eq!(draft.differs, ["To"]);

    let state = DraftState { encrypt: true, by_choice: false, is_reply_to_encrypted: false };
    let plain = format!("From: {BOB}\r\nTo: {ALICE}\r\nSubject: x\r\n\r\nHello\r\n");
    let made = scene.engine.encrypt_draft(None, plain.as_bytes(), state).expect("a draft");
    assert_eq!(open(&scene, &made, false).map(|draft| draft.state), Ok(Some(state)));
}

#[test]
fn a_ciphertext_that_others_can_read_is_no_draft() {
    let scene = Scene::new();
    let plaintext = own(&format!("{STATE}{}", inside(BOB, ALICE)));
    let (to_bob, data) = (wrapped(&scene.bob.subkey), protected(&plaintext));
    let to_alice = wrapped(&scene.alice.subkey);
    for (name, keys) in [
        ("Alice behind", [to_bob.clone(), to_alice.clone()]),
        ("Alice before", [to_alice.clone(), to_bob.clone()]),
        ("Alice hidden", [to_bob.clone(), hidden(to_alice.clone())]),
        ("both hidden", [hidden(to_bob.clone()), hidden(to_alice)]),
    ] {
        let message = [keys.concat(), data.clone()].concat();
        is_refused(&scene, name, &planted(&message), "to_others");
    }
}

#[test]
fn a_ciphertext_from_somebody_else_is_no_draft() {
    let scene = Scene::knows_alice();
    let stated = format!("{STATE}{}", inside(ALICE, BOB));
    let nobody = format!("{STATE}To: {ALICE}\r\n");
    let two = format!("{STATE}From: {BOB}\r\n{}", inside(ALICE, BOB));
    for (name, plaintext) in [
        ("Alice's", own(&inside(ALICE, BOB))),
        ("Alice's, with a state", own(&stated)),
        ("Alice's, signed", {
            signed(&scene.alice.primary, protected_text(&inside(ALICE, BOB), "x").as_bytes())
        }),
        ("from nobody", own(&nobody)),
        ("from two", own(&two)),
    ] {
        let mail = planted(&encrypted(&scene.bob, &plaintext));
        is_refused(&scene, name, &mail, "not_from_account");
    }
}

#[test]
fn a_ciphertext_without_a_state_inside_is_a_draft_only_if_its_user_says_so() {
    let scene = Scene::new();
    for (name, plaintext) in [
        ("from Bob", own(&inside(BOB, ALICE))),
        ("nothing protected", literal(text("plain", "the secret").as_bytes())),
        ("a state that cannot be read", {
            own(&format!("Autocrypt-Draft-State: encrypt=maybe\r\n{}", inside(BOB, ALICE)))
        }),
        ("two states", own(&format!("{STATE}{STATE}{}", inside(BOB, ALICE)))),
    ] {
        let mail = planted(&encrypted(&scene.bob, &plaintext));
        assert_eq!(open(&scene, &mail, false), Err("unconfirmed"), "{name}");
        let draft = open(&scene, &mail, true).expect(name);
        assert_eq!(draft.state, None, "{name}");
    }
}

#[test]
fn a_mail_that_bob_sent_is_no_draft_even_without_its_recipients() {
    let scene = Scene::knows_alice();
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\nSubject: x\r\n\r\nthe secret\r\n");
    let options = OutgoingOptions { mode: Mode::Encrypt, ..OutgoingOptions::default() };
    let sent = scene.engine.process_outgoing(None, mail.as_bytes(), &options).expect("sent");
    is_refused(&scene, "as it was sent", &sent.messages[0].data, "to_others");
    // Anybody can take off the packet for Alice.
    let entity = protected_text(&inside(BOB, ALICE), "the secret");
    let message = encrypted(&scene.bob, &signed(&scene.bob.primary, entity.as_bytes()));
    assert_eq!(open(&scene, &planted(&message), false), Err("unconfirmed"));
}

#[test]
fn a_draft_never_takes_recipients_that_stand_only_outside() {
    let scene = Scene::new();
    let date = rfc2822(NOW.into(), 0);
    let lists = ["To", "Cc", "Bcc", "Reply-To", "Resent-To", "Resent-Cc", "Resent-Bcc"];
    let outside: String = lists.map(|name| format!("{name}: {MALLORY}\r\n")).concat();
    let fields = format!("From: {BOB}\r\nDate: {date}\r\n{outside}");
    for (name, plaintext) in [
        ("with a state", own(&format!("{STATE}From: {BOB}\r\nSubject: x\r\n"))),
        ("nothing protected", literal(text("plain", "the secret").as_bytes())),
    ] {
        let mime = pgp_mime(&encrypted(&scene.bob, &plaintext));
        let draft = open(&scene, format!("{fields}{mime}").as_bytes(), true).expect(name);
        let shown = String::from_utf8(draft.message).expect("text");
        assert!(shown.contains("the secret") && !shown.contains("mallory"), "{name}: {shown}");
    }
}

#[test]
fn a_sole_hidden_recipient_is_told_by_trying() {
    let scene = Scene::new();
    let data = protected(&own(&format!("{STATE}{}", inside(BOB, ALICE))));
    let ours = [hidden(wrapped(&scene.bob.subkey)), data.clone()].concat();
    assert!(open(&scene, &planted(&ours), false).is_ok());
    let theirs = [hidden(wrapped(&scene.alice.subkey)), data.clone()].concat();
    is_refused(&scene, "Alice's", &planted(&theirs), "no_key");
    // Of Alice's mail, planted with its one hidden recipient, nothing is given either.
    let alices = [hidden(wrapped(&scene.bob.subkey)), protected(&own(&inside(ALICE, BOB)))];
    is_refused(&scene, "from Alice", &planted(&alices.concat()), "not_from_account");
}

#[test]
fn what_is_encrypted_to_oneself_alone_is_not_sent_to_others() {
    let scene = Scene::knows_alice();
    let data = protected(&own(&inside(ALICE, BOB)));
    let to_bob = wrapped(&scene.bob.subkey);
    let ours = [to_bob.clone(), data.clone()].concat();
    let ours_hidden = [hidden(to_bob.clone()), data.clone()].concat();
    let both = [to_bob, wrapped(&scene.mallory.subkey), data].concat();
    for (name, message, to, refused) in [
        ("to Bob, for Mallory", &ours, MALLORY.to_owned(), true),
        ("to Bob hidden, for Mallory", &ours_hidden, MALLORY.to_owned(), true),
        ("to Bob, for Bob and Mallory", &ours, format!("{BOB}, {MALLORY}"), true),
        ("to Bob, for Bob", &ours, BOB.to_owned(), false),
        ("to both, for Mallory", &both, MALLORY.to_owned(), false),
    ] {
        for mode in [Mode::Auto, Mode::Encrypt, Mode::Clear] {
            let options = OutgoingOptions { mode, ..OutgoingOptions::default() };
            let mail = format!("From: {BOB}\r\nTo: {to}\r\n{}", pgp_mime(message));
            let found = scene.engine.process_outgoing(None, mail.as_bytes(), &options);
            let code = match &found {
                Err(Error::Compose(ComposeError::Refused { reason, .. })) => {
                    Some(reason.code().name())
                }
                _ => None,
            };
            assert_eq!(code, refused.then_some("only_to_self"), "{name}, {mode:?}: {found:?}");
        }
    }
    // From another account of Bob's: still nobody else could read it.
    let second = "bob@second.example";
    let options = AccountOptions::default();
    scene.engine.create_account(&addr(second), &options, &mut |_| None).expect("made");
    let mail = format!("From: {second}\r\nTo: {MALLORY}\r\n{}", pgp_mime(&ours));
    let found = scene.engine.process_outgoing(None, mail.as_bytes(), &OutgoingOptions::default());
    assert!(matches!(found, Err(Error::Compose(ComposeError::Refused { .. }))), "{found:?}");
    // Mallory among the envelope recipients alone.
    let recipients = Some([addr(MALLORY)].into());
    let options = OutgoingOptions { recipients, ..OutgoingOptions::default() };
    let mail = format!("From: {BOB}\r\nTo: {BOB}\r\n{}", pgp_mime(&ours));
    let found = scene.engine.process_outgoing(None, mail.as_bytes(), &options);
    assert!(matches!(found, Err(Error::Compose(ComposeError::Refused { .. }))), "{found:?}");
}

#[test]
fn a_reply_in_clear_to_an_encrypted_mail_names_who_causes_it() {
    let scene = Scene::knows_alice();
    let entity = protected_text(&inside(ALICE, BOB), "a secret");
    assert_eq!(
        scene.reads(&scene.sealed(ALICE, "", &entity, Some(&scene.alice))).told(),
        "encrypted valid current"
    );
    let reply = |to: &str, fields: &str| {
        let mail = format!("From: {BOB}\r\nTo: {to}\r\n{fields}\r\n> a secret\r\n");
        let options = OutgoingOptions::default();
        scene.engine.process_outgoing(None, mail.as_bytes(), &options).expect("an answer")
    };
    let causes = |outgoing: &inbome_core::outgoing::Outgoing| -> Vec<String> {
        assert_eq!(outgoing.encrypted, outgoing.clear_because.is_empty());
        outgoing.clear_because.iter().map(|(addr, _)| addr.to_string()).collect()
    };
    let answers = "In-Reply-To: <1@example.org>\r\n";
    let alone = reply(ALICE, answers);
    assert!(alone.encrypted);
    let with_mallory = reply(&format!("{ALICE}, {MALLORY}"), answers);
    assert!(!with_mallory.encrypted);
    assert_eq!(causes(&with_mallory), [MALLORY]);
    let two = reply(&format!("{ALICE}, {MALLORY}, {CAROL}"), answers);
    assert_eq!(causes(&two), [MALLORY, CAROL]);
    // What answers nothing that was encrypted has nobody to blame.
    let other = format!("From: {BOB}\r\nTo: {MALLORY}\r\n\r\nHello\r\n");
    let outgoing = scene.engine.process_outgoing(None, other.as_bytes(), &Default::default());
    assert_eq!(outgoing.expect("an answer").clear_because, []);
    // Expiry does not take the name away.
    scene.clock.set(i64::from(NOW + DAY));
    assert_eq!(causes(&reply(&format!("{ALICE}, {MALLORY}"), answers)), [MALLORY]);
}
