//! `backup`.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::world::{NOW_SECS, World, feed, octets};

#[test]
fn all_keys_are_saved_in_one_mail_and_taken_in_elsewhere() {
    let world = World::of_alice();
    world.run(&["key", "replace"]).exits(0);
    world
        .run(&["account", "set", "alice@example.org", "--prefer-encrypt", "nopreference"])
        .exits(0);
    let keys = world.run(&["key", "list", "--json"]).exits(0).json()["keys"].clone();
    let file = world.path("backup.eml");
    let path = file.to_str().unwrap();
    let made = world.run(&["backup", "create", "--output", path, "--json"]).exits(0).json();
    let code = made["code"].as_str().unwrap();
    assert_eq!(code.len(), 44);
    let mail = std::fs::read(&file).unwrap();
    assert_eq!(octets(&made["message"]), mail);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    // What is there is not written over.
    world.run(&["backup", "create", "--output", path]).exits(1);
    assert_eq!(std::fs::read(&file).unwrap(), mail);

    let new = world.path("new");
    let verify = ["backup", "verify", path, "--code", code, "--json"];
    let checked = world.run_in(&new, &verify).exits(0).json();
    let fingerprints = json!([keys[0]["fingerprint"], keys[1]["fingerprint"]]);
    let expected = json!({
        "schema": 1, "addr": "alice@example.org", "fingerprints": fingerprints,
        "current": keys[0]["fingerprint"], "prefer_encrypt": "nopreference", "created": NOW_SECS,
    });
    assert_eq!(checked, expected);
    assert!(!new.exists(), "verifying makes no home");
    for _ in 0..2 {
        let import = ["backup", "import", path, "--code", code, "--json"];
        let done = world.run_in(&new, &import).exits(0).json();
        assert_eq!(done["fingerprints"], fingerprints);
        assert_eq!((&done["account"], &done["asks"]), (&json!("alice@example.org"), &json!([])));
        assert_eq!(world.run_in(&new, &["key", "list", "--json"]).exits(0).json()["keys"], keys);
    }
    let listed = world.run_in(&new, &["account", "list", "--json"]).exits(0).json();
    assert_eq!(listed["accounts"][0]["prefer_encrypt"], "nopreference");
}

#[test]
fn a_code_is_printed_to_write_down_and_never_with_the_mail() {
    let world = World::of_alice();
    let made = world.run(&["backup", "create"]).exits(0);
    let mail = made.text();
    assert!(mail.starts_with("From: alice@example.org\r\n"), "{mail}");
    let digits: Vec<&str> = made
        .stderr
        .lines()
        .filter_map(|line| line.trim().strip_prefix("| ")?.strip_suffix(" |"))
        .flat_map(str::split_whitespace)
        .collect();
    assert_eq!(digits.len(), 9, "{}", made.stderr);
    assert!(!mail.contains(&digits.join("-")) && !mail.contains(&digits.concat()));
    let mut command = world.command(&world.path("new"));
    let args = ["backup", "import", "-", "--code", &digits.join(" ")];
    let done = feed(command.args(args), mail.as_bytes()).exits(0);
    assert!(done.text().contains("Took in one key of alice@example.org."), "{}", done.text());
}

#[test]
fn another_key_in_use_stays_until_the_user_says_otherwise() {
    let world = World::of_alice();
    let file = world.path("backup.eml");
    let path = file.to_str().unwrap();
    let made = world.run(&["backup", "create", "--output", path, "--json"]).exits(0).json();
    let code = made["code"].as_str().unwrap();
    let old = world.run(&["key", "list", "--json"]).exits(0).json()["keys"][0].clone();
    let new = world.path("new");
    world.run_in(&new, &["init", "alice@example.org"]).exits(0);
    let own = world.run_in(&new, &["key", "list", "--json"]).exits(0).json()["keys"][0].clone();
    let import = ["backup", "import", path, "--code", code, "--json"];
    let done = world.run_in(&new, &import).exits(0).json();
    assert_eq!(done["asks"], json!(["key_change"]));
    assert_eq!(done["fingerprint"], own["fingerprint"]);
    let done = world.run_in(&new, &[&import[..], &["--make-current"]].concat()).exits(0).json();
    assert_eq!((&done["asks"], &done["fingerprint"]), (&json!([]), &old["fingerprint"]));
    let keys = world.run_in(&new, &["key", "list", "--json"]).exits(0).json()["keys"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 2);
}

#[test]
fn what_is_wrong_has_a_name_and_an_exit_code() {
    let world = World::of_alice();
    let made = world.run(&["backup", "create", "--json"]).exits(0).json();
    let (code, mail) = (made["code"].as_str().unwrap(), octets(&made["message"]));
    let mail = String::from_utf8(mail).unwrap();
    let version = mail.replace(": v1", ": v9");
    let field = version.find("INBOME-Secret").unwrap();
    let end = version.find("MIME-Version").unwrap();
    let version = format!("{}{}", &version[..field], &version[end..]);
    let other = mail.replace("alice@example.org", "bob@example.org");
    let broken = mail.replace("-----END PGP MESSAGE", "-----END PGP");
    for (name, mail, code, kind, exit) in [
        ("a mail", "From: alice@example.org\n\nhi\n", code, "not_backup", 1),
        ("a version", &version, code, "unknown_version", 1),
        ("broken", &broken, code, "malformed", 1),
        ("a code", &mail, "1234", "wrong_code", 5),
        ("an address", &other, code, "other_address", 1),
    ] {
        let path = world.file("wrong.eml", mail);
        for verb in ["verify", "import"] {
            let run = world.run(&["backup", verb, &path, "--code", code, "--json"]).exits(exit);
            assert_eq!(run.json()["error"]["kind"], kind, "{name}");
        }
    }
    // Without a code and without a terminal nothing is guessed.
    let path = world.file("right.eml", &mail);
    world.run(&["backup", "verify", &path]).exits(4);
}

#[test]
fn a_key_that_keeps_its_passphrase_is_saved_once_it_is_unlocked() {
    let world = World::new();
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/keys/locked.sec.asc");
    let passphrase = world.file("passphrase", "correct horse\n");
    let run = |arguments: &[&str]| {
        let mut command = world.command(&world.home());
        feed(command.env("INBOME_NOW", "2024-01-01T00:00:00Z").args(arguments), b"")
    };
    let init = ["init", "locked@example.org", "--import-key", key, "--keep-passphrase"];
    run(&[&init[..], &["--passphrase-file", &passphrase]].concat()).exits(0);
    let refused = run(&["backup", "create", "--json"]).exits(5).json();
    assert_eq!(refused["error"]["kind"], "locked");
    run(&["backup", "create", "--json", "--passphrase-file", &passphrase]).exits(0);
}
