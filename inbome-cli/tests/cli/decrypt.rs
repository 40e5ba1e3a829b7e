//! `decrypt`.

use serde_json::json;

use crate::world::{
    ALICE, BOB, CAROL, DATE, DATE_SECS, NOW_SECS, Run, World, feed, mail, octets, odd_inputs, text,
};

/// Bob and alice, and a mail of his to her.
fn letter() -> (World, Vec<u8>) {
    let world = World::of_alice();
    world.introduce(&[BOB]);
    let sent = world.sent_by(BOB, &mail(BOB, DATE, ""));
    (world, sent)
}

/// Bob sends at another time than the present.
fn sent_at(world: &World, now: &str) -> Vec<u8> {
    let mut command = world.command(&world.home_of(BOB));
    command.env("INBOME_NOW", now).args(["process-outgoing", "--json"]);
    let made = feed(&mut command, mail(BOB, DATE, "").as_bytes()).exits(0).json();
    octets(&made["messages"][0]["data"])
}

#[test]
fn a_mail_is_read_and_told_about_in_sentences() {
    let (world, sent) = letter();
    let run = world.feed(&["decrypt"], &sent).exits(0);
    let shown = run.text();
    assert!(shown.contains("\nSubject: Hi\n"), "{shown}");
    assert!(shown.ends_with("\n\nHello\n"), "{shown}");
    assert!(!shown.contains("BEGIN PGP"), "{shown}");
    for part in ["Encrypted.\n", "Signed by bob@example.org", "known since 2016-12-17", "Key: "] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    // Written in December by its own word, signed in January.
    assert!(run.stderr.contains("more than a day away"), "{}", run.stderr);
    let file = world.file("mail.eml", &sent);
    assert_eq!(world.run(&["decrypt", &file]).exits(0).stdout, run.stdout);
    assert_eq!(world.feed(&["decrypt", "-"], &sent).exits(0).stdout, run.stdout);
    let quiet = world.run(&["decrypt", "--quiet", &file]).exits(0);
    assert_eq!((quiet.stdout, quiet.stderr), (run.stdout, String::new()));
}

#[test]
fn scripts_get_one_object_with_every_field() {
    let (world, sent) = letter();
    let bob = world.run_in(&world.home_of(BOB), &["key", "list", "--json"]).exits(0).json();
    let read = world.feed(&["decrypt", "--json"], &sent).exits(0).json();
    for (field, value) in [
        ("encryption", json!("encrypted")),
        ("signature", json!("valid")),
        ("signer", json!("current")),
        ("fingerprint", bob["keys"][0]["fingerprint"].clone()),
        ("intended", json!("yes")),
        ("from", json!(BOB)),
        ("made", json!(NOW_SECS)),
        ("date_differs", json!(true)),
        ("reason", json!(null)),
        ("key_ids", json!([])),
        ("footers", json!([])),
    ] {
        assert_eq!(read[field], value, "{field}");
    }
    let protected = read["protected"]["fields"].as_array().unwrap();
    assert!(protected.contains(&json!("Subject")), "{read}");
    assert_eq!(read["protected"]["differs"], json!([]), "{read}");
    assert!(text(&read["payload"]).ends_with("\n\nHello\n"));
    assert!(read.get("session_key").is_none());
    let read = world.feed(&["decrypt", "--json", "--session-key"], &sent).exits(0).json();
    let key = read["session_key"].as_str().unwrap();
    let (cipher, digits) = key.split_once(':').unwrap();
    assert_eq!(cipher, "9", "AES-256");
    assert!(digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
    let run = world.feed(&["decrypt", "--session-key"], &sent).exits(0);
    assert!(run.stderr.contains(key), "{}", run.stderr);
}

#[test]
fn a_mail_that_is_not_encrypted_passes_unchanged() {
    let (world, _) = letter();
    let plain = mail(BOB, DATE, "");
    let mut inputs = odd_inputs();
    inputs.push(("plain", plain.clone().into_bytes()));
    inputs.push(("plain with CRLF", plain.replace('\n', "\r\n").into_bytes()));
    inputs.push(("large", [plain.as_bytes(), &vec![b'x'; 5_000_000]].concat()));
    for (name, input) in inputs {
        let run = world.feed(&["decrypt"], &input).exits(0);
        assert!(run.stdout == input, "{name}: {run:?}");
        assert!(run.stderr.contains("Not encrypted.\nNot signed."), "{name}: {}", run.stderr);
        let read = world.feed(&["decrypt", "--json"], &input).exits(0).json();
        assert_eq!(read["encryption"], "none", "{name}");
        assert_eq!(read["signature"], "none", "{name}");
        assert_eq!(read["signer"], json!(null), "{name}");
        assert!(octets(&read["payload"]) == input, "{name}");
    }
}

fn gives_nothing(name: &str, run: Run, code: i32, part: &str) {
    assert_eq!(run.code, code, "{name}: {run:?}");
    assert_eq!(run.text(), "", "{name}");
    assert!(run.stderr.contains(part), "{name}: {}", run.stderr);
}

#[test]
fn a_mail_that_only_another_account_can_read_is_read() {
    let world = World::of_alice();
    let work = "work@example.org";
    world.run(&["init", work]).exits(0);
    let draft = format!("From: {work}\nTo: {work}\nSubject: s\n\nHello\n");
    let seal = ["process-outgoing", "--mode", "encrypt"];
    let sent = world.feed(&seal, draft.as_bytes()).exits(0).text();
    let sent = sent.replace("To: work@", "To: alice@").replace("From: work@", "From: eve@");
    let run = world.feed(&["decrypt", "--account", "alice@example.org"], sent.as_bytes()).exits(3);
    assert!(run.stderr.contains("Your account work@example.org can read it"), "{}", run.stderr);
    let read = world.feed(&["decrypt"], sent.as_bytes()).exits(0);
    assert!(read.text().ends_with("Hello\n"), "{read:?}");
    let read = world.feed(&["decrypt", "--account", work], sent.as_bytes()).exits(0);
    assert!(read.text().ends_with("Hello\n"), "{read:?}");
}

#[test]
fn a_mail_to_others_names_the_keys_that_it_is_encrypted_to() {
    let world = World::of_alice();
    world.introduce(&[BOB, CAROL]);
    let to_carol = mail(BOB, DATE, "").replace("To: alice", "To: carol");
    let sent = world.sent_by(BOB, &to_carol);
    gives_nothing(
        "text",
        world.feed(&["decrypt"], &sent),
        3,
        "none of which is a key of this account",
    );
    let read = world.feed(&["decrypt", "--json"], &sent).exits(3).json();
    assert_eq!(read["encryption"], "failed");
    assert_eq!(read["reason"], "no_key");
    assert_eq!(read["payload"], json!(null));
    let ids = read["key_ids"].as_array().unwrap();
    assert_eq!(ids.len(), 2, "carol and bob himself: {ids:?}");
    let run = world.feed(&["decrypt"], &sent).exits(3);
    assert!(ids.iter().all(|id| run.stderr.contains(id.as_str().unwrap())), "{}", run.stderr);
}

#[test]
fn a_damaged_mail_gives_no_octet() {
    let (world, sent) = letter();
    let whole = String::from_utf8(sent).unwrap();
    let armor = whole.find("-----BEGIN PGP MESSAGE").unwrap();
    let end = whole.find("-----END PGP MESSAGE").unwrap();
    let middle = (armor + end) / 2;
    let swapped = |at: usize| {
        let mut octets = whole.clone().into_bytes();
        let at = (at..).find(|at| octets[*at].is_ascii_alphanumeric()).unwrap();
        octets[at] = if octets[at] == b'A' { b'B' } else { b'A' };
        octets
    };
    for (name, input, reason) in [
        ("changed", swapped(middle), "damaged"),
        ("changed near the end", swapped(end - 20), "damaged"),
        ("cut in the middle", whole.as_bytes()[..middle].to_vec(), "malformed"),
        ("cut before the armor", whole.as_bytes()[..armor].to_vec(), "malformed"),
        ("no armor", whole.replace("-----BEGIN PGP MESSAGE", "---").into_bytes(), "malformed"),
    ] {
        gives_nothing(name, world.feed(&["decrypt"], &input), 1, "cannot be decrypted");
        let read = world.feed(&["decrypt", "--json"], &input).exits(1).json();
        assert_eq!(read["encryption"], "failed", "{name}");
        assert_eq!(read["reason"], reason, "{name}");
        assert_eq!(read["payload"], json!(null), "{name}");
    }
}

#[test]
fn a_signature_that_does_not_count_is_shown_as_none() {
    let (world, _) = letter();
    // Signed tomorrow: no signature of today's.
    let sent = sent_at(&world, "2017-01-02T00:00:00Z");
    let run = world.feed(&["decrypt"], &sent).exits(0);
    assert!(run.stderr.contains("Not validly signed: anybody"), "{}", run.stderr);
    assert!(!run.stderr.contains("Signed by"), "{}", run.stderr);
    assert!(run.text().ends_with("\n\nHello\n"));
    let run = world.feed(&["decrypt", "--color", "always"], &sent).exits(0);
    assert!(run.stderr.contains("\u{1b}[33mNot validly signed"), "{}", run.stderr);
    let read = world.feed(&["decrypt", "--json"], &sent).exits(0).json();
    assert_eq!(read["signature"], "invalid");
    assert_eq!(read["signer"], json!(null));
    assert_eq!(read["fingerprint"], json!(null));
}

#[test]
fn a_key_that_the_mail_itself_brings_is_not_said_to_be_known() {
    let (world, sent) = letter();
    world.run(&["peers", "forget", BOB]).exits(0);
    let run = world.feed(&["decrypt"], &sent).exits(0);
    assert!(run.stderr.contains("it is new here"), "{}", run.stderr);
    assert!(!run.stderr.contains("known since"), "{}", run.stderr);
    // He has another key by now, and the mail is still his.
    let (world, sent) = letter();
    world.run_in(&world.home_of(BOB), &["key", "list"]).exits(0);
    std::fs::remove_dir_all(world.home_of(BOB)).unwrap();
    let new = world.fields_of(BOB);
    let later = mail(BOB, "Sun, 18 Dec 2016 09:58:05 +0100", &new);
    world.feed(&["process-incoming"], later.as_bytes()).exits(0);
    let run = world.feed(&["decrypt"], &sent).exits(0);
    // Whose it was is not said: only that another one counts now.
    assert!(!run.stderr.contains("Signed by"), "{}", run.stderr);
    let told = "was seen for bob@example.org; another key counts now";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("known since {}", "2016-12-17")), "{}", run.stderr);
    assert_eq!(DATE_SECS, 1_481_965_085);
}

#[test]
fn what_one_wrote_oneself_is_said_to_be_so() {
    let (world, _) = letter();
    let own = mail(ALICE, DATE, "").replace("To: alice", "To: bob");
    let arguments = ["process-outgoing", "--json"];
    let made = world.feed(&arguments, own.as_bytes()).exits(0).json();
    let run = world.feed(&["decrypt"], &octets(&made["messages"][0]["data"])).exits(0);
    assert!(run.stderr.contains("Signed by yourself, alice@example.org."), "{}", run.stderr);
}

#[test]
fn files_and_homes_that_are_not_there_are_named() {
    let (world, sent) = letter();
    let run = world.run(&["decrypt", "none.eml"]).exits(1);
    assert!(run.stderr.contains("none.eml"), "{}", run.stderr);
    let folder = world.dir.path().to_str().unwrap().to_owned();
    world.run(&["decrypt", &folder]).exits(1);
    let mut nowhere = world.command(&world.path("nowhere"));
    let run = feed(nowhere.arg("decrypt"), &sent).exits(3);
    assert!(run.stderr.contains("nowhere"), "{}", run.stderr);
    let header = format!("From: {BOB}\nX: {}\n\nhello\n", "x".repeat(10_000_000));
    let run = world.feed(&["decrypt", "--json"], header.as_bytes()).exits(1);
    assert!(run.stderr.contains("limit_header_bytes"), "{}", run.stderr);
}
