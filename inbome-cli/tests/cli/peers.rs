//! `peers`, `get-encrypt-key` and `recommend`.

use serde_json::json;

use crate::world::{DATE, DATE_SECS, NOW_SECS, World, mail};

#[test]
fn peers_are_listed_with_every_field() {
    let world = World::of_alice();
    world.meet_bob();
    let plain = mail("carl@example.org", DATE, "");
    world.feed(&["process-incoming"], plain.as_bytes()).exits(0);
    let listed = world.run(&["peers", "list", "--json"]).exits(0).json();
    assert_eq!(listed["peers"].as_array().unwrap().len(), 1);
    let bob = &listed["peers"][0];
    for (field, value) in [
        ("account", json!("alice@example.org")),
        ("addr", json!("bob@example.org")),
        ("last_seen", json!(DATE_SECS)),
        ("autocrypt_timestamp", json!(DATE_SECS)),
        ("prefer_encrypt", json!("mutual")),
        ("gossip_timestamp", json!(null)),
        ("gossip_fingerprint", json!(null)),
        ("last_seen_encrypted", json!(false)),
    ] {
        assert_eq!(bob[field], value, "{field}");
    }
    assert_eq!(bob["fingerprint"].as_str().unwrap().len(), 40);
    let all = world.run(&["peers", "list", "--all", "--json"]).exits(0).json();
    let addrs: Vec<_> =
        all["peers"].as_array().unwrap().iter().map(|p| p["addr"].clone()).collect();
    assert_eq!(addrs, ["bob@example.org", "carl@example.org"]);
    assert_eq!(all["peers"][1]["fingerprint"], json!(null));
    assert_eq!(all["peers"][1]["autocrypt_timestamp"], json!(null));
    let text = world.run(&["peers", "list", "--all"]).exits(0).text();
    assert!(text.contains("you both ask for encryption"), "{text}");
    assert!(text.contains("they never sent a key"), "{text}");
}

#[test]
fn one_peer_is_shown_with_its_history_and_forgotten() {
    let world = World::of_alice();
    world.meet_bob();
    let bob = "bob@example.org";
    let shown = world.run(&["peers", "show", bob, "--json"]).exits(0).json();
    let fingerprint = shown["peers"][0]["fingerprint"].clone();
    let history = world.run(&["peers", "history", bob, "--json"]).exits(0).json();
    let entry = json!({
        "fingerprint": fingerprint, "source": "advert", "first": DATE_SECS, "last": DATE_SECS
    });
    assert_eq!(history["history"], json!([entry]));
    let text = world.run(&["peers", "show", bob]).exits(0).text();
    assert!(text.contains("2016-12-17 (14 days ago)"), "{text}");
    let forgotten = world.run(&["peers", "forget", bob, "--json"]).exits(0).json();
    assert_eq!(forgotten["forgotten"], NOW_SECS);
    world.run(&["get-encrypt-key", bob]).exits(3);
    let left = world.run(&["peers", "list", "--all", "--json"]).exits(0).json();
    assert_eq!(left["peers"], json!([]));
}

#[test]
fn the_users_word_comes_first() {
    let world = World::of_alice();
    world.meet_bob();
    let bob = "bob@example.org";
    let other = "7E2E3B36419A8BDB46F6106BBAFC533CD993BD7F";
    for (name, arguments, word, recommendation, code) in [
        ("never", &["--never"][..], "never", "available", 0),
        ("always", &["--always"], "always", "encrypt", 0),
        ("pin", &["--pin"], "pin", "encrypt", 0),
        ("pin a key not seen yet", &["--pin", other], "pin", "disable", 0),
        ("default", &["--default"], "default", "encrypt", 0),
        ("two words", &["--always", "--never"], "", "encrypt", 2),
        ("no word", &[], "", "encrypt", 2),
    ] {
        let run = world.run(&[&["peers", "set", bob, "--json"], arguments].concat()).exits(code);
        if code == 0 {
            assert_eq!(run.json()["word"], word, "{name}");
        }
        let asked = world.run(&["recommend", bob, "--json"]).exits(0).json();
        assert_eq!(asked["recommendation"], recommendation, "{name}");
    }
    world.run(&["peers", "set", "carl@example.org", "--pin"]).exits(3);
    // From paper, before any mail.
    let paper = world.run(&["peers", "set", "carl@example.org", "--pin", other]).exits(0);
    assert!(paper.text().contains("until that key is known"), "{paper:?}");
    let asked = world.run(&["recommend", "carl@example.org", "--json"]).exits(0).json();
    assert_eq!(asked["recommendation"], "disable");
    assert_eq!(asked["recipients"][0]["reasons"][0]["code"], "pinned", "{asked}");
    let keyless = world.file("1.eml", mail("dan@example.org", DATE, ""));
    world.run(&["process-incoming", &keyless]).exits(0);
    let keyless = world.run(&["peers", "set", "dan@example.org", "--pin"]).exits(3);
    assert!(keyless.stderr.contains("a key of dan@example.org to pin"), "{keyless:?}");
}

#[test]
fn an_address_is_taken_as_it_is_shown() {
    let world = World::of_alice();
    let file = world.file("1.eml", mail("\"jo hn\"@example.org", DATE, ""));
    world.run(&["process-incoming", &file]).exits(0);
    let listed = world.run(&["peers", "list", "--all", "--json"]).exits(0).json();
    let shown = listed["peers"][0]["addr"].as_str().unwrap();
    assert_eq!(shown, "jo hn@example.org");
    for asked in [shown, "\"jo hn\"@example.org"] {
        let found = world.run(&["peers", "show", asked, "--json"]).exits(0).json();
        assert_eq!(found["peers"][0]["addr"], shown, "{asked}: {found}");
    }
}

#[test]
fn a_key_from_elsewhere_is_the_target_until_there_is_a_better_one() {
    let world = World::of_alice();
    world.fields_of("bob@example.org");
    let home = world.path("home of bob@example.org");
    let armored = world.run_in(&home, &["key", "export", "--armor"]).exits(0).stdout;
    let file = world.file("bob.asc", armored);
    let bob = "bob@example.org";
    let taken = world.run(&["peers", "import-key", bob, &file, "--json"]).exits(0).json();
    let asked = world.run(&["recommend", bob, "--json"]).exits(0).json();
    assert_eq!(asked["recipients"][0]["source"], "import");
    assert_eq!(asked["recipients"][0]["fingerprint"], taken["fingerprint"]);
    assert_eq!(asked["recommendation"], "available");
    let junk = world.file("junk.asc", "no key");
    let run = world.run(&["peers", "import-key", bob, &junk, "--json"]);
    assert!(run.code != 0 && run.json()["error"]["text"].is_string(), "{run:?}");
    let missing = world.path("missing.asc");
    let missing = missing.to_str().unwrap();
    let run = world.run(&["peers", "import-key", bob, missing, "--json"]).exits(1);
    assert!(run.json()["error"]["text"].as_str().unwrap().contains(missing));
}

#[test]
fn a_key_is_printed_in_every_form_or_the_reason_why_not() {
    let world = World::of_alice();
    world.meet_bob();
    let bob = "bob@example.org";
    let found = world.run(&["get-encrypt-key", bob, "--json"]).exits(0).json();
    assert_eq!(found["addr"], bob);
    assert_eq!(found["reason"], json!(null));
    let key = found["key"].as_str().unwrap();
    let base64 = world.run(&["get-encrypt-key", bob, "--base64"]).exits(0).text();
    assert_eq!(base64.trim_end(), key);
    let binary = world.run(&["get-encrypt-key", bob, "--binary"]).exits(0).stdout;
    assert_eq!(binary.len(), key.trim_end_matches('=').len() * 3 / 4);
    let armor = world.run(&["get-encrypt-key", bob]).exits(0).text();
    assert!(armor.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"), "{armor}");
    let none = world.run(&["get-encrypt-key", "carl@example.org", "--json"]).exits(3);
    let answer = none.json();
    assert_eq!(answer["reason"], "never_seen");
    assert_eq!(answer["key"], json!(null));
    assert!(answer.get("error").is_none(), "{answer}");
}

#[test]
fn a_recommendation_gives_a_reason_for_each_recipient() {
    let world = World::of_alice();
    world.meet_bob();
    let carl = mail("carl@example.org", DATE, "User-Agent: Pine\n");
    world.feed(&["process-incoming"], carl.as_bytes()).exits(0);
    let (bob, carl) = ("bob@example.org", "carl@example.org");
    let both = world.run(&["recommend", bob, carl, "BOB@example.org", "--json"]).exits(0).json();
    assert_eq!(both["recommendation"], "disable");
    assert_eq!(both["recipients"].as_array().unwrap().len(), 2);
    assert_eq!(both["recipients"][0]["recommendation"], "encrypt");
    assert_eq!(both["recipients"][0]["source"], "direct");
    assert_eq!(both["recipients"][0]["reasons"][0]["code"], "both_mutual");
    let reason = &both["recipients"][1]["reasons"][0];
    assert_eq!(reason["code"], "no_key");
    assert_eq!(reason["args"], json!({"last_plain": DATE_SECS, "agent": "Pine"}));
    assert!(reason["text"].as_str().unwrap().contains("Pine"), "{reason}");
    assert_eq!(both["recipients"][1]["key"], json!(null));
    let text = world.run(&["recommend", bob]).exits(0).text();
    assert!(text.starts_with("encrypt: "), "{text}");
    assert!(text.contains("bob@example.org:  encrypt"), "{text}");
    let reply = world.run(&["recommend", bob, "--reply-to-encrypted", "--json"]).exits(0).json();
    assert_eq!(reply["recipients"][0]["reasons"][0]["code"], "reply_to_encrypted");
}
