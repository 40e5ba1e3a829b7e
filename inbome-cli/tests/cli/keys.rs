//! `key`.

use serde_json::{Value, json};

use crate::world::{NOW_SECS, Run, World, feed};

#[test]
fn keys_are_listed_exported_imported_and_destroyed() {
    let world = World::of_alice();
    let listed = world.run(&["key", "list", "--json"]).exits(0).json();
    let old = listed["keys"][0].clone();
    assert_eq!(old["current"], true);
    assert_eq!(old["created"], NOW_SECS);
    assert_eq!(old["expires"], json!(null));
    let exported = world.run(&["key", "export", "--json"]).exits(0).json();
    assert_eq!(exported["fingerprint"], old["fingerprint"]);
    let armor = world.run(&["key", "export", "--armor"]).exits(0).text();
    assert!(armor.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"), "{armor}");
    let secret = world.run(&["key", "export", "--secret", "--armor", "--yes"]).exits(0).text();
    assert!(secret.starts_with("-----BEGIN PGP PRIVATE KEY BLOCK-----"), "{secret}");

    // Another home takes the key in, and has two then.
    let other = world.path("other");
    world.run_in(&other, &["init", "alice@example.org"]).exits(0);
    let file = world.file("alice.asc", &secret);
    let taken = world.run_in(&other, &["key", "import", &file, "--json"]).exits(0).json();
    assert_eq!(taken["fingerprint"], old["fingerprint"]);
    let listed = world.run_in(&other, &["key", "list", "--json"]).exits(0).json();
    assert_eq!(listed["keys"][0]["fingerprint"], old["fingerprint"]);
    assert_eq!(listed["keys"][0]["current"], true);
    assert_eq!(listed["keys"][1]["current"], false);
    let former = listed["keys"][1]["fingerprint"].as_str().unwrap();

    // One more takes it in as an old one.
    let third = world.path("third");
    world.run_in(&third, &["init", "alice@example.org"]).exits(0);
    let text = world.run_in(&third, &["key", "import", "--old", &file]).exits(0).text();
    assert!(text.contains("it opens mails that were encrypted to it."), "{text}");
    let kept = world.run_in(&third, &["key", "list", "--json"]).exits(0).json();
    assert_eq!(kept["keys"][0]["current"], true);
    assert_ne!(kept["keys"][0]["fingerprint"], old["fingerprint"]);
    assert_eq!(kept["keys"][1]["fingerprint"], old["fingerprint"]);

    world.run_in(&other, &["key", "destroy", former, "--yes"]).exits(0);
    world.run_in(&other, &["key", "destroy", former, "--yes"]).exits(3);
    let listed = world.run_in(&other, &["key", "list", "--json"]).exits(0).json();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 1);
}

#[test]
fn a_key_that_expired_opens_the_mails_of_its_time() {
    let world = World::of_alice();
    world.run(&["key", "renew", "--expires", "2017-06-01"]).exits(0);
    let secret = world.run(&["key", "export", "--secret", "--yes"]).exits(0).stdout;
    let file = world.file("alice.pgp", secret);
    let mail = b"From: alice@example.org\nTo: alice@example.org\nSubject: then\n\nlong ago\n";
    let sealed =
        feed(world.command(&world.home()).args(["draft", "encrypt"]), mail).exits(0).stdout;

    let later = |home: &std::path::Path, arguments: &[&str], input: &[u8]| {
        let mut command = world.command(home);
        feed(command.env("INBOME_NOW", "2018-01-01T00:00:00Z").args(arguments), input)
    };
    let third = world.path("third");
    later(&third, &["init", "alice@example.org"], b"").exits(0);
    let new = later(&third, &["key", "list", "--json"], b"").exits(0).json()["keys"][0].clone();
    let refused = later(&third, &["key", "import", &file], b"").exits(4);
    assert!(refused.stderr.contains("expired") && refused.stderr.contains("--old"), "{refused:?}");
    later(&third, &["decrypt"], &sealed).exits(3);
    later(&third, &["key", "import", "--old", &file], b"").exits(0);
    let read = later(&third, &["decrypt"], &sealed).exits(0).text();
    assert!(read.contains("long ago"), "{read}");
    let keys = later(&third, &["key", "list", "--json"], b"").exits(0).json()["keys"].clone();
    assert_eq!((&keys[0], &keys[1]["current"]), (&new, &json!(false)));
    assert_eq!(keys[1]["expires"], 1_496_275_200);

    // Where it is the current key it would go on being advertised.
    let before = later(&world.home(), &["key", "list", "--json"], b"").exits(0).json();
    let refused = later(&world.home(), &["key", "import", "--old", &file], b"").exits(2);
    assert!(refused.stderr.contains("current key of alice@example.org"), "{refused:?}");
    assert_eq!(later(&world.home(), &["key", "list", "--json"], b"").exits(0).json(), before);
}

#[test]
fn an_account_can_be_made_with_a_key_of_the_users() {
    let world = World::of_alice();
    let secret = world.run(&["key", "export", "--secret", "--yes"]).exits(0).stdout;
    let fingerprint =
        world.run(&["key", "list", "--json"]).json()["keys"][0]["fingerprint"].clone();
    let file = world.file("alice.pgp", secret);
    let other = world.path("other");
    let arguments = ["init", "alice@example.org", "--import-key", &file, "--json"];
    let made = world.run_in(&other, &arguments).exits(0).json();
    assert_eq!(made["fingerprint"], fingerprint);
}

#[cfg(unix)]
#[test]
fn nothing_secret_leaves_and_nothing_is_destroyed_without_a_yes() {
    let world = World::of_alice();
    let listed = world.run(&["key", "list", "--json"]).exits(0).json();
    let fingerprint = listed["keys"][0]["fingerprint"].as_str().unwrap();
    for arguments in
        [&["key", "export", "--secret", "--armor"][..], &["key", "destroy", fingerprint]]
    {
        // A session of its own has no terminal to ask on.
        let mut command = std::process::Command::new("setsid");
        command.arg("--wait").arg(env!("CARGO_BIN_EXE_inbome")).args(arguments);
        command.env("INBOME_HOME", world.home()).stdin(std::process::Stdio::null());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{arguments:?}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("--yes"), "{text}");
    }
    assert_eq!(world.run(&["key", "list", "--json"]).exits(0).json(), listed);
}

#[test]
fn a_locked_key_asks_for_its_passphrase() {
    let world = World::of_alice();
    let after_its_making = "2020-06-01T00:00:00Z";
    let locked = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/keys/locked.sec.asc");
    for (name, passphrase, code) in [
        ("wrong", "wrong horse\n", 5),
        ("none", "", 5),
        ("right", "correct horse\n", 0),
        ("right with CRLF and more", "correct horse\r\nmore\n", 0),
    ] {
        let file = world.file("passphrase", passphrase);
        let arguments = ["key", "import", locked, "--passphrase-file", &file, "--json"];
        let mut command = world.command(&world.home());
        let run = feed(command.env("INBOME_NOW", after_its_making).args(arguments), b"");
        assert_eq!(run.code, code, "{name}: {run:?}");
        if code == 5 {
            assert_eq!(run.json()["error"]["kind"], "passphrase", "{name}");
        }
        assert!(!run.stderr.contains("horse") && !run.text().contains("horse"), "{name}");
    }
    let made = ["init", "locked@example.org", "--import-key", locked, "--passphrase-file"];
    let file = world.file("passphrase", "correct horse");
    let mut command = world.command(&world.path("other"));
    feed(command.env("INBOME_NOW", after_its_making).args(made).arg(file), b"").exits(0);
    // Nobody is there to be asked.
    let mut command = std::process::Command::new("setsid");
    command.arg("--wait").arg(env!("CARGO_BIN_EXE_inbome")).args(["key", "import", locked]);
    command.env("INBOME_HOME", world.home()).stdin(std::process::Stdio::null());
    assert_eq!(command.output().unwrap().status.code(), Some(5));
}

/// The time of the tests about keys that GnuPG made in 2020.
const THEN: &str = "2020-06-01T00:00:00Z";
/// The same in seconds.
const THEN_SECS: i64 = 1_590_969_600;
const DAY_SECS: i64 = 24 * 60 * 60;

fn at(world: &World, now: &str, arguments: &[&str], input: &[u8]) -> Run {
    feed(world.command(&world.home()).env("INBOME_NOW", now).args(arguments), input)
}

/// A key check of `doctor` at a time.
fn key_check(world: &World, now: i64) -> (bool, Value) {
    let report = at(world, &format!("@{now}"), &["doctor", "--json"], b"").json();
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "key").unwrap();
    (check["ok"].as_bool().unwrap(), check["mend"].clone())
}

#[test]
fn a_key_is_renewed_for_as_long_as_asked() {
    let world = World::of_alice();
    let listed = || world.run(&["key", "list", "--json"]).exits(0).json()["keys"][0].clone();
    let fingerprint = listed()["fingerprint"].clone();
    for (arguments, expires) in [
        // Two years from 1 January 2017.
        (&[][..], json!(1_546_300_800)),
        (&["--years", "4"], json!(1_609_459_200)),
        (&["--expires", "2030-12-31"], json!(1_924_905_600)),
        (&["--expires", "2017-01-02"], json!(NOW_SECS + DAY_SECS)),
        (&["--never"], json!(null)),
    ] {
        let arguments = [&["key", "renew", "--json"], arguments].concat();
        let renewed = world.run(&arguments).exits(0).json();
        assert_eq!(renewed["fingerprint"], fingerprint, "{arguments:?}");
        assert_eq!(renewed["expires"], expires, "{arguments:?}");
        assert_eq!(listed()["expires"], expires, "{arguments:?}");
    }
    for arguments in [
        &["--expires", "2017-01-01"][..],
        &["--expires", "2016-12-31"],
        &["--expires", "2017-02-29"],
        &["--expires", "2107-01-01"],
        &["--expires", "tomorrow"],
        &["--years", "0"],
        &["--never", "--years", "1"],
    ] {
        world.run(&[&["key", "renew"], arguments].concat()).exits(2);
        assert_eq!(listed()["expires"], json!(null), "{arguments:?}");
    }
    let text = world.run(&["key", "renew"]).exits(0).text();
    assert!(text.contains("lives until 2019-01-01"), "{text}");
}

#[test]
fn a_key_that_expires_soon_is_named_with_the_command_that_mends_it() {
    let world = World::of_alice();
    world.run(&["key", "renew", "--expires", "2018-01-01"]).exits(0);
    let expires = NOW_SECS + 365 * DAY_SECS;
    let mend = json!("inbome key renew --account alice@example.org");
    for (name, now, expected) in [
        ("long before", NOW_SECS, (true, json!(null))),
        ("more than 30 days before", expires - 30 * DAY_SECS - 1, (true, json!(null))),
        ("30 days before", expires - 30 * DAY_SECS, (false, mend.clone())),
        ("afterwards", expires, (false, mend.clone())),
    ] {
        assert_eq!(key_check(&world, now), expected, "{name}");
    }
    let text = at(&world, "@1514764799", &["status"], b"").exits(0).text();
    assert!(text.contains("expires on 2018-01-01"), "{text}");
    assert!(text.contains("mend it: inbome key renew"), "{text}");
    // The command does what it is named for.
    let command = mend.as_str().unwrap().strip_prefix("inbome ").unwrap();
    let command: Vec<&str> = command.split(' ').collect();
    at(&world, &format!("@{expires}"), &command, b"").exits(0);
    assert_eq!(key_check(&world, expires), (true, json!(null)));
}

#[test]
fn a_replaced_key_stays_to_decrypt_until_it_is_destroyed() {
    let world = World::of_alice();
    let current = || world.run(&["key", "list", "--json"]).exits(0).json()["keys"].clone();
    let old = current()[0]["fingerprint"].as_str().unwrap().to_owned();
    // A mail to the old key: a draft goes to oneself.
    let mail = b"From: alice@example.org\nTo: bob@example.org\nSubject: s\n\nword of old\n";
    let encrypted = world.feed(&["draft", "encrypt"], mail).exits(0).stdout;
    let new = world.run(&["key", "replace", "--json"]).exits(0).json();
    let keys = current();
    assert_eq!(keys[0]["fingerprint"], new["fingerprint"]);
    assert_eq!(keys[1]["fingerprint"], old.as_str());
    let opened = world.feed(&["draft", "open"], &encrypted).exits(0).text();
    assert!(opened.contains("word of old"), "{opened}");
    world.run(&["key", "destroy", new["fingerprint"].as_str().unwrap(), "--yes"]).exits(2);
    world.run(&["key", "destroy", &old, "--yes"]).exits(0);
    let gone = world.feed(&["draft", "open"], &encrypted);
    assert_ne!(gone.code, 0, "{gone:?}");
    assert!(!gone.text().contains("word of old"), "{gone:?}");
}

#[test]
fn a_kept_passphrase_is_asked_for_by_whatever_needs_the_secret() {
    let locked = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/keys/locked.sec.asc");
    let world = World::new();
    let right = world.file("right", "correct horse\n");
    let wrong = world.file("wrong", "wrong horse\n");
    let init = ["init", "locked@example.org", "--import-key", locked, "--keep-passphrase"];
    at(&world, THEN, &[&init[..], &["--passphrase-file", &wrong]].concat(), b"").exits(5);
    at(&world, THEN, &[&init[..], &["--passphrase-file", &right]].concat(), b"").exits(0);
    let listed = at(&world, THEN, &["key", "list", "--json"], b"").json();
    assert_eq!(listed["keys"][0]["locked"], true);
    assert!(at(&world, THEN, &["key", "list"], b"").text().contains("passphrase"));

    let mail = b"From: locked@example.org\nTo: locked@example.org\nSubject: s\n\na word\n";
    let draft = at(&world, THEN, &["draft", "encrypt"], mail).exits(0).stdout;
    let needing: [(&[&str], &[u8]); 4] = [
        (&["key", "renew", "--expires", "2021-01-01"], b""),
        (&["draft", "open"], &draft),
        (&["decrypt"], &draft),
        (&["process-outgoing", "--mode", "encrypt", "--json"], mail),
    ];
    for (arguments, input) in needing {
        for (name, file, code) in [("wrong", &wrong, 5), ("right", &right, 0)] {
            let arguments = [arguments, &["--passphrase-file", file]].concat();
            let run = at(&world, THEN, &arguments, input);
            assert_eq!(run.code, code, "{name}: {arguments:?}: {run:?}");
            assert!(!run.stderr.contains("horse"), "{name}: {run:?}");
        }
    }
    let renewed = at(&world, THEN, &["key", "list", "--json"], b"").json()["keys"][0].clone();
    assert_eq!(renewed["expires"], THEN_SECS + 214 * DAY_SECS);
    assert_eq!(renewed["locked"], true, "it stays locked");
    let secret = at(&world, THEN, &["key", "export", "--secret", "--armor", "--yes"], b"");
    let exported = world.file("exported.asc", secret.exits(0).stdout);
    // Elsewhere it needs its passphrase too; taken in again without it, it needs none.
    for (arguments, locked) in [(&["--keep-passphrase"][..], true), (&[], false)] {
        let import = ["key", "import", &exported, "--passphrase-file", &right];
        at(&world, THEN, &[&import[..], arguments].concat(), b"").exits(0);
        let listed = at(&world, THEN, &["key", "list", "--json"], b"").json();
        assert_eq!(listed["keys"][0]["locked"], locked);
        assert_eq!(listed["keys"][0]["expires"], renewed["expires"]);
    }
    let import = ["init", "other@example.org", "--keep-passphrase"];
    at(&world, THEN, &import, b"").exits(2);
}

#[test]
fn a_key_whose_primary_is_elsewhere_says_where_it_is_renewed() {
    let offline = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/keys/offline.sec.asc");
    let world = World::new();
    at(&world, THEN, &["init", "offline@example.org", "--import-key", offline], b"").exits(0);
    let refused = at(&world, THEN, &["key", "renew"], b"").exits(4).stderr.clone();
    assert!(refused.contains("renew it there and import it again"), "{refused}");
}
