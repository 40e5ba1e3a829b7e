//! `header` and `process-outgoing`.

use serde_json::json;

use crate::world::World;

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
}
