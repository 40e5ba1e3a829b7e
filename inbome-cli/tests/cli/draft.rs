//! `draft`.

use serde_json::json;

use crate::world::{ALICE, BOB, CAROL, DATE, World, feed, mail, octets, odd_inputs, text};

const DRAFT: &str = "From: alice@example.org\nTo: bob@example.org\nBcc: carol@example.org\n\
                     Subject: Secret plan\nDate: Sat, 17 Dec 2016 09:58:05 +0100\n\nHello\n";

fn world() -> World {
    let world = World::of_alice();
    world.introduce(&[BOB, CAROL]);
    world
}

#[test]
fn a_draft_comes_back_as_it_was_put_away() {
    let world = world();
    for (name, arguments, state, sentence) in [
        (
            "by choice",
            &["--encrypt", "no", "--by-choice"][..],
            json!({ "encrypt": false, "by_choice": true, "is_reply_to_encrypted": false }),
            "To be sent in the clear, as you chose.",
        ),
        (
            "reply",
            &["--encrypt", "yes", "--reply-to-encrypted"],
            json!({ "encrypt": true, "by_choice": false, "is_reply_to_encrypted": true }),
            "To be sent encrypted, as was recommended; it answers an encrypted mail.",
        ),
        (
            "recommended",
            &[],
            json!({ "encrypt": true, "by_choice": false, "is_reply_to_encrypted": false }),
            "To be sent encrypted, as was recommended.",
        ),
    ] {
        let arguments = [&["draft", "encrypt"], arguments].concat();
        let put = world.feed(&arguments, DRAFT.as_bytes()).exits(0);
        assert!(put.stderr.contains(sentence), "{name}: {}", put.stderr);
        let away = put.text();
        assert!(away.contains("\nAutocrypt-Draft-State: encrypt="), "{name}: {away}");
        assert!(away.contains("BEGIN PGP MESSAGE"), "{name}: {away}");
        for secret in ["Hello", "Secret plan", "carol@"] {
            assert!(!away.contains(secret), "{name}: {secret}");
        }
        let out = world.feed(&["draft", "open"], &put.stdout).exits(0);
        assert!(out.stderr.contains(sentence), "{name}: {}", out.stderr);
        for line in DRAFT.lines().take_while(|line| !line.is_empty()) {
            assert!(out.text().lines().any(|found| found == line), "{name}: {line}");
        }
        assert!(out.text().ends_with("\n\nHello\n"), "{name}: {}", out.text());
        assert!(!out.text().contains("Draft-State"), "{name}: {}", out.text());
        let opened = world.feed(&["draft", "open", "--json"], &put.stdout).exits(0).json();
        assert_eq!(opened["state"], state, "{name}");
        assert_eq!(opened["state_differs"], false, "{name}");
        assert_eq!(opened["differs"], json!([]), "{name}");
        assert!(octets(&opened["message"]) == out.stdout, "{name}");
        let about: Vec<_> =
            opened["gossip"].as_array().unwrap().iter().map(|g| &g["addr"]).collect();
        assert_eq!(about, [BOB, CAROL], "{name}");
    }
    let put = world.feed(&["draft", "encrypt", "--json"], DRAFT.as_bytes()).exits(0).json();
    assert_eq!(put["state"]["encrypt"], true);
    assert!(text(&put["message"]).contains("BEGIN PGP MESSAGE"));
}

#[test]
fn a_draft_without_recipients_or_to_strangers_is_not_to_be_encrypted() {
    let world = world();
    for (name, draft, encrypt) in [
        ("nobody", "From: alice@example.org\n\nHello\n", false),
        ("a stranger", "From: alice@example.org\nTo: x@y.org\n\nHello\n", false),
        ("bob", "From: alice@example.org\nTo: bob@example.org\n\nHello\n", true),
    ] {
        let put = world.feed(&["draft", "encrypt", "--json"], draft.as_bytes()).exits(0).json();
        assert_eq!(put["state"]["encrypt"], encrypt, "{name}");
    }
}

#[test]
fn what_says_otherwise_outside_is_told_and_inside_wins() {
    let world = world();
    let put = world.feed(&["draft", "encrypt", "--encrypt", "yes"], DRAFT.as_bytes()).exits(0);
    let changed = put.text().replace("encrypt=yes", "encrypt=no");
    let changed = changed.replace("To: bob@example.org", "To: eve@example.org");
    let opened = world.feed(&["draft", "open", "--json"], changed.as_bytes()).exits(0).json();
    assert_eq!(opened["state"]["encrypt"], true);
    assert_eq!(opened["state_differs"], true);
    assert_eq!(opened["differs"], json!(["To"]));
    let out = world.feed(&["draft", "open"], changed.as_bytes()).exits(0);
    assert!(out.text().contains("To: bob@example.org") && !out.text().contains("eve@"));
    assert!(
        out.stderr.contains("Otherwise outside than inside; what stands inside counts: To."),
        "{}",
        out.stderr
    );
}

#[test]
fn a_stolen_mail_among_the_drafts_is_not_opened() {
    let world = world();
    let to_alice = world.sent_by(BOB, &mail(BOB, DATE, ""));
    let own = |to: &str| mail(ALICE, DATE, "").replace("To: alice@example.org", to);
    let to_bob = world.sent_by(ALICE, &own("To: bob@example.org"));
    let to_self = world.sent_by(ALICE, &own("To: alice@example.org"));
    let arguments = ["draft", "open"];
    for (name, input, code, part) in [
        ("from bob", &to_alice, 4, ""),
        ("from bob, with alice outside", &replaced(&to_alice, "From: bob@", "From: alice@"), 4, ""),
        ("sent to bob", &to_bob, 4, "encrypted to others"),
        ("sent to herself", &to_self, 4, "--confirm"),
        ("clear", &DRAFT.as_bytes().to_vec(), 2, "not encrypted"),
    ] {
        let run = world.feed(&arguments, input).exits(code);
        assert_eq!(run.text(), "", "{name}");
        assert!(run.stderr.contains(part), "{name}: {}", run.stderr);
    }
    let run = world.feed(&["draft", "open", "--confirm"], &to_self).exits(0);
    assert!(run.text().ends_with("Hello\n"), "{}", run.text());
    let opened = world.feed(&["draft", "open", "--confirm", "--json"], &to_self).exits(0).json();
    assert_eq!(opened["state"], json!(null));
    world.feed(&["draft", "open", "--confirm"], &to_alice).exits(4);
}

#[test]
fn a_draft_of_another_program_says_what_of_it_counts() {
    let world = world();
    let sent = world.sent_by(ALICE, &mail(ALICE, DATE, ""));
    let state = "Autocrypt-Draft-State: encrypt=yes;\nCc: bob@example.org\nFrom: alice@";
    let draft = replaced(&sent, "From: alice@", state);
    let run = world.feed(&["draft", "open", "--confirm"], &draft).exits(0);
    assert!(!run.text().contains("bob@"), "{}", run.text());
    for said in ["Another program wrote it", "anybody could have written that", "counts: Cc."] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    assert!(!run.stderr.contains("somebody changed"), "{}", run.stderr);
}

fn replaced(mail: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(mail.to_vec()).unwrap();
    assert!(text.contains(from), "{text}");
    text.replace(from, to).into_bytes()
}

#[test]
fn a_draft_that_is_still_encrypted_is_not_sent() {
    let world = world();
    let put = world.feed(&["draft", "encrypt"], DRAFT.as_bytes()).exits(0);
    for mode in ["auto", "encrypt", "clear"] {
        let arguments = ["process-outgoing", "--json", "--mode", mode];
        let refused = world.feed(&arguments, &put.stdout).exits(4).json();
        assert_eq!(refused["reason"], "only_to_self", "{mode}");
        assert!(refused.get("messages").is_none(), "{mode}");
    }
}

#[test]
fn drafts_of_others_and_what_is_no_draft_give_nothing() {
    let world = world();
    let mut bob = world.command(&world.home_of(BOB));
    let his = DRAFT.replace(ALICE, "x@y.org").replace("From: x@y.org", "From: bob@example.org");
    let his = feed(bob.args(["draft", "encrypt"]), his.as_bytes()).exits(0);
    let run = world.feed(&["draft", "open"], &his.stdout).exits(3);
    assert_eq!(run.text(), "");
    let put = world.feed(&["draft", "encrypt"], DRAFT.as_bytes()).exits(0).text();
    let cut = &put[..put.len() / 2];
    let run = world.feed(&["draft", "open"], cut.as_bytes()).exits(1);
    assert_eq!(run.text(), "");
    for (name, input) in odd_inputs() {
        let run = world.feed(&["draft", "open"], &input);
        assert_eq!((run.code, run.text().as_str()), (2, ""), "{name}: {run:?}");
        let run = world.feed(&["draft", "encrypt", "--encrypt", "no"], &input);
        assert!(run.code == 0 || run.stdout.is_empty(), "{name}: {run:?}");
    }
    let header = format!("From: {ALICE}\nX: {}\n\nhello\n", "x".repeat(10_000_000));
    for arguments in [["draft", "encrypt"], ["draft", "open"]] {
        let run = world.feed(&arguments, header.as_bytes());
        assert!(run.stderr.contains("limit_header_bytes"), "{run:?}");
        assert_eq!(run.text(), "");
    }
    world.feed(&["draft", "encrypt", "--by-choice"], DRAFT.as_bytes()).exits(2);
}
