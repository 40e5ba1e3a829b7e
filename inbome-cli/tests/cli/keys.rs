//! `key`.

use serde_json::json;

use crate::world::{NOW_SECS, World, feed};

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
    world.run_in(&other, &["key", "destroy", former, "--yes"]).exits(0);
    world.run_in(&other, &["key", "destroy", former, "--yes"]).exits(3);
    let listed = world.run_in(&other, &["key", "list", "--json"]).exits(0).json();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 1);
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
