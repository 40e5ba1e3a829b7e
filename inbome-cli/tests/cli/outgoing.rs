//! `header` and `process-outgoing`.

use serde_json::json;

use crate::world::{BOB, CAROL, World, feed, octets, odd_inputs, text};

const MAIL: &str = "From: alice@example.org\nTo: bob@example.org\nBcc: eve@example.org\n\
                    Subject: Hi\n\nHello\n";

#[test]
fn the_fields_are_printed_as_the_spelling_asks() {
    let world = World::of_alice();
    for (name, arguments, names) in [
        ("setting", &[][..], &["Autocrypt", "INBOME-Encryption"][..]),
        ("autocrypt", &["--spelling", "autocrypt"], &["Autocrypt"]),
        ("inbome", &["--spelling", "inbome"], &["INBOME-Encryption"]),
    ] {
        let run = world.run(&[&["header", "--json"], arguments].concat()).exits(0).json();
        let fields = run["fields"].as_array().unwrap();
        let found: Vec<_> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(found, names, "{name}");
        assert!(fields.iter().all(|field| field["value"].is_string()), "{name}");
    }
    let text = world.run(&["header"]).exits(0).text();
    assert!(text.starts_with("Autocrypt: addr=alice@example.org;"), "{text}");
    assert!(text.lines().all(|line| line.len() < 78), "{text}");
    world.run(&["account", "disable", "alice@example.org"]).exits(0);
    assert_eq!(world.run(&["header", "--json"]).exits(0).json()["fields"], json!([]));
}

#[test]
fn a_mail_gets_its_fields_and_loses_its_blind_recipients() {
    let world = World::of_alice();
    let text = world.feed(&["process-outgoing"], MAIL.as_bytes()).exits(0).text();
    assert!(text.contains("\nAutocrypt: addr=alice@example.org;"), "{text}");
    assert!(text.contains("\nINBOME-Encryption: "), "{text}");
    assert!(!text.contains("eve@example.org"), "{text}");
    assert!(text.ends_with("\n\nHello\n"), "{text}");
    let made = world.feed(&["process-outgoing", "--json"], MAIL.as_bytes()).exits(0).json();
    for (field, value) in [
        ("encrypted", json!(false)),
        ("reason", json!("not_recommended")),
        ("recommendation", json!("disable")),
        ("missing", json!([])),
        ("clear_because", json!([])),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    let message = &made["messages"][0];
    assert_eq!(message["recipients"], json!(["bob@example.org", "eve@example.org"]));
    assert_eq!(message["sent_copy"], true);
    assert!(message["data"].is_string());
}

#[test]
fn a_mail_to_somebody_with_a_key_leaves_encrypted() {
    let world = World::of_alice();
    world.meet_bob();
    let to_bob = MAIL.replace("Bcc: eve@example.org\n", "");
    let made = world.feed(&["process-outgoing", "--json"], to_bob.as_bytes()).exits(0).json();
    assert_eq!(made["recommendation"], "encrypt");
    assert_eq!(made["encrypted"], true);
    assert_eq!(made["reason"], "recommended");
    let text = world.feed(&["process-outgoing"], to_bob.as_bytes()).exits(0).text();
    assert!(text.contains("\n-----BEGIN PGP MESSAGE-----\n"), "{text}");
    assert!(!text.contains("Hello") && !text.contains("Subject: Hi"), "{text}");
}

#[test]
fn encryption_demanded_and_impossible_is_refused_and_names_who_lacks_a_key() {
    let world = World::of_alice();
    world.meet_bob();
    let arguments = ["process-outgoing", "--mode", "encrypt", "--json"];
    let refused = world.feed(&arguments, MAIL.as_bytes()).exits(4).json();
    assert_eq!(refused["error"]["kind"], "refused");
    assert_eq!(refused["reason"], "not_recommended");
    assert_eq!(refused["missing"], json!([{ "addr": "eve@example.org", "reason": "never_seen" }]));
    assert!(refused["error"]["text"].as_str().unwrap().contains("eve@example.org"));
    assert!(refused.get("messages").is_none());
}

#[test]
fn a_reply_to_an_encrypted_mail_names_who_keeps_it_in_the_clear() {
    let world = World::of_alice();
    let arguments = ["process-outgoing", "--json", "--reply-to-encrypted"];
    let to_bob = MAIL.replace("Bcc: eve@example.org\n", "");
    let made = world.feed(&arguments, to_bob.as_bytes()).exits(0).json();
    assert_eq!(
        made["clear_because"],
        json!([{ "addr": "bob@example.org", "reason": "never_seen" }])
    );
}

#[test]
fn mails_and_their_recipients_can_go_into_a_folder() {
    let world = World::of_alice();
    let out = world.path("out");
    let arguments = ["process-outgoing", "--rcpt", "bob@example.org", "--outdir"];
    let run = world.feed(&[&arguments[..], &[out.to_str().unwrap()]].concat(), MAIL.as_bytes());
    assert_eq!(run.exits(0).stdout, b"");
    let mail = std::fs::read_to_string(out.join("1.eml")).unwrap();
    assert!(mail.ends_with("\n\nHello\n"), "{mail}");
    let recipients = std::fs::read_to_string(out.join("1.rcpt")).unwrap();
    assert!(recipients.starts_with("bob@example.org\n"), "{recipients}");
    assert_eq!(std::fs::read_to_string(out.join("sent.eml")).unwrap(), mail);
    for name in ["1.eml", "1.rcpt", "sent.eml"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(out.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // What an earlier call left would be sent again with it.
    let again =
        world.feed(&[&arguments[..], &[out.to_str().unwrap()]].concat(), b"From: a@b.org\n\n");
    assert!(again.exits(2).stderr.contains("another call"));
    assert_eq!(std::fs::read_to_string(out.join("1.eml")).unwrap(), mail);
}

#[test]
fn a_mail_that_becomes_several_needs_a_place_for_them() {
    let world = World::of_alice();
    world.introduce(&[BOB, CAROL]);
    let with_bcc = MAIL.replace("eve@", "carol@");
    let run = world.feed(&["process-outgoing"], with_bcc.as_bytes()).exits(2);
    assert!(run.stderr.contains("--outdir") && run.stderr.contains("3 mails"), "{}", run.stderr);
    assert_eq!(run.text(), "");
    let made = world.feed(&["process-outgoing", "--json"], with_bcc.as_bytes()).exits(0).json();
    let messages = made["messages"].as_array().unwrap();
    let to: Vec<_> = messages.iter().map(|m| (&m["recipients"], &m["sent_copy"])).collect();
    let expected = [(json!([BOB]), false), (json!([CAROL]), false), (json!([]), true)];
    for ((to, sent), (recipients, sent_copy)) in to.iter().zip(&expected) {
        assert_eq!((*to, *sent), (recipients, &json!(sent_copy)));
    }
    let out = world.path("out");
    let arguments = ["process-outgoing", "--outdir", out.to_str().unwrap()];
    world.feed(&arguments, with_bcc.as_bytes()).exits(0);
    let mut names: Vec<_> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["1.eml", "1.rcpt", "2.eml", "2.rcpt", "sent.eml"]);
    assert_eq!(std::fs::read_to_string(out.join("2.rcpt")).unwrap(), "carol@example.org\n");
    let kept = world.feed(&["decrypt", out.join("sent.eml").to_str().unwrap()], b"").exits(0);
    assert!(kept.text().contains("\nBcc: carol@example.org\n"), "{}", kept.text());
}

#[test]
fn the_subject_is_hidden_unless_it_is_to_be_kept() {
    let world = World::of_alice();
    world.introduce(&[BOB]);
    let to_bob = MAIL.replace("Bcc: eve@example.org\n", "").replace("Hi", "Secret plan");
    for (name, arguments, outside) in [
        ("hidden", &["process-outgoing"][..], "\nSubject: [...]\n"),
        ("kept", &["process-outgoing", "--keep-subject"], "\nSubject: Secret plan\n"),
    ] {
        let sent = world.feed(arguments, to_bob.as_bytes()).exits(0);
        assert!(sent.text().contains(outside), "{name}: {}", sent.text());
        let mut bob = world.command(&world.home_of(BOB));
        let read = feed(bob.arg("decrypt"), &sent.stdout).exits(0).text();
        assert!(read.contains("\nSubject: Secret plan\n"), "{name}: {read}");
    }
}

#[test]
fn what_the_mail_says_about_itself_comes_before_the_mode() {
    let world = World::of_alice();
    world.introduce(&[BOB]);
    let to_bob = MAIL.replace("Bcc: eve@example.org\n", "");
    for (name, field, mode, encrypted, reason) in [
        ("nothing", "", "auto", true, "recommended"),
        ("mode encrypt", "", "encrypt", true, "chosen"),
        ("mode clear", "", "clear", false, "chosen"),
        ("field clear", "X-Inbome: clear\n", "encrypt", false, "chosen"),
        ("field encrypt", "X-Inbome: encrypt\n", "clear", true, "chosen"),
    ] {
        let mail = format!("{field}{to_bob}");
        let arguments = ["process-outgoing", "--json", "--mode", mode];
        let made = world.feed(&arguments, mail.as_bytes()).exits(0).json();
        assert_eq!(
            (&made["encrypted"], &made["reason"]),
            (&json!(encrypted), &json!(reason)),
            "{name}"
        );
        assert!(!text(&made["messages"][0]["data"]).contains("X-Inbome"), "{name}");
    }
    let refused = world.feed(&["process-outgoing", "--json"], b"X-Inbome: x\n\n").exits(2).json();
    assert_eq!(refused["error"]["kind"], "invalid_argument");
}

#[test]
fn what_is_no_mail_goes_through_or_is_refused_and_is_never_half_done() {
    let world = World::of_alice();
    for (name, input) in odd_inputs() {
        let made = world.feed(&["process-outgoing", "--json"], &input).exits(0).json();
        assert_eq!(made["encrypted"], false, "{name}");
        assert!(octets(&made["messages"][0]["data"]) == input, "{name}");
        let arguments = ["process-outgoing", "--json", "--mode", "encrypt"];
        let refused = world.feed(&arguments, &input).exits(4).json();
        assert!(refused["reason"].is_string(), "{name}");
        assert!(refused.get("messages").is_none(), "{name}");
    }
    let header = format!("X: {}\n{MAIL}", "x".repeat(10_000_000));
    let run = world.feed(&["process-outgoing"], header.as_bytes()).exits(4);
    assert!(run.stderr.contains("limit_header_bytes"), "{}", run.stderr);
    assert_eq!(run.text(), "");
}
