//! `import` and `keyring-sync`. What they do with real stores is tested on the library.

use serde_json::json;

use crate::world::World;

/// A file with bob's key, and its fingerprint.
fn key_of_bob(world: &World) -> (String, String) {
    let home = world.path("bob");
    world.run_in(&home, &["init", "bob@example.org"]).exits(0);
    let armor = world.run_in(&home, &["key", "export", "--armor"]).exits(0).text();
    let listed = world.run_in(&home, &["key", "list", "--json"]).exits(0).json();
    let fingerprint = listed["keys"][0]["fingerprint"].as_str().unwrap().to_owned();
    (world.file("bob.asc", armor), fingerprint)
}

#[test]
fn an_import_says_what_it_took_and_what_it_passed_by() {
    let world = World::of_alice();
    let (file, fingerprint) = key_of_bob(&world);
    let own = world.run(&["key", "export", "--armor"]).exits(0).text();
    let both = std::fs::read_to_string(&file).unwrap() + &own;
    let file = world.file("both.asc", both);
    let done = world.run(&["import", "gpg", &file, "--json"]).exits(0).json();
    let imported = json!({
        "program": "gpg", "peers": 1, "updated": 1, "adverts": 0, "gossip": 0, "imports": 1,
        "own_keys": [], "skipped": { "own_address": 1 }, "failed": [],
    });
    assert_eq!(done["imported"], imported);
    let answer = world.run(&["recommend", "bob@example.org", "--json"]).exits(0).json();
    assert_eq!(answer["recommendation"], "available");
    assert_eq!(answer["recipients"][0]["fingerprint"], json!(fingerprint));
    assert_eq!(answer["recipients"][0]["source"], "import");
    let text = world.run(&["import", "gpg", &file]).exits(0).text();
    assert!(text.contains("knows 1 peer; 0 of them") && text.contains("own address"), "{text}");
}

#[test]
fn what_cannot_be_imported_is_told_and_changes_nothing() {
    let world = World::of_alice();
    world.file("autocrypt/autocrypt.db", "Hello");
    for (name, arguments, code, part) in [
        ("no folder", &["import", "neomutt", "none"][..], 1, "none"),
        ("no database", &["import", "neomutt", "autocrypt"], 1, "autocrypt.db"),
        ("no heads", &["import", "muacrypt", "autocrypt"], 1, "heads"),
        ("no keyring", &["import", "gpg", "autocrypt"], 1, "without a keyring"),
        ("no program", &["import", "pine", "autocrypt"], 2, "pine"),
        ("no path", &["import", "gpg"], 2, "PATH"),
        ("no homedir", &["keyring-sync"], 2, "--homedir"),
        ("own home", &["keyring-sync", "--homedir", ".gnupg"], 4, "your own GnuPG home"),
    ] {
        let run = world.run(arguments).exits(code);
        assert!(run.stderr.contains(part), "{name}: {}", run.stderr);
    }
    assert!(!world.path(".gnupg").exists());
    let files = std::fs::read_dir(world.path("autocrypt")).unwrap().count();
    assert_eq!(files, 1);
}

#[test]
fn a_missing_gpg_is_named() {
    let world = World::of_alice();
    let mut command = world.command(&world.home());
    command.env("PATH", world.path("empty")).args(["keyring-sync", "--homedir", "keyring"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("expected the program gpg, found none"), "{text}");
}

#[test]
fn a_keyring_is_made_for_other_programs() {
    let world = World::of_alice();
    let (file, _) = key_of_bob(&world);
    world.run(&["peers", "import-key", "bob@example.org", &file]).exits(0);
    let sync = ["keyring-sync", "--homedir", "keyring", "--json"];
    let done = world.run(&sync).exits(0).json();
    let counts = json!({
        "schema": 1, "written": 1, "unchanged": 0, "deleted": 0, "skipped": {},
    });
    assert_eq!(done, counts);
    assert_eq!(world.run(&sync).exits(0).json()["unchanged"], 1);
    world.run(&["peers", "forget", "bob@example.org"]).exits(0);
    assert_eq!(world.run(&sync).exits(0).json()["deleted"], 1);
}
