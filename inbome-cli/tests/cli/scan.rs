//! `scan`.

use serde_json::json;

use crate::world::{DATE, World, feed, mail};

/// A world with a Maildir of three mails.
fn with_maildir() -> (World, String) {
    let world = World::of_alice();
    let fields = world.fields_of("bob@example.org");
    for sub in ["new", "tmp"] {
        std::fs::create_dir_all(world.path("mail").join(sub)).unwrap();
    }
    world.file("mail/cur/1:2,S", mail("bob@example.org", DATE, &fields));
    world.file("mail/cur/2:2,S", mail("carl@example.org", DATE, ""));
    world.file("mail/cur/3:2,S", "no mail");
    world.file("mail/.Junk/cur/4:2,S", mail("dora@example.org", DATE, ""));
    let path = world.path("mail").to_str().unwrap().to_owned();
    (world, path)
}

#[test]
fn a_scan_counts_everything_and_the_next_one_passes_it_by() {
    let (world, path) = with_maildir();
    let found = world.run(&["scan", &path, "--json"]).exits(0).json();
    let junk = format!("{path}/.Junk");
    for (field, value) in [
        ("messages", json!(3)),
        ("updated", json!(2)),
        ("unchanged", json!(0)),
        ("ignored", json!(1)),
        ("ignored_reasons", json!({"no_from": 1})),
        ("skipped", json!(0)),
        ("peers", json!(1)),
        ("unreadable", json!([])),
        ("cancelled", json!(false)),
    ] {
        assert_eq!(found[field], value, "{field}: {found}");
    }
    assert_eq!(found["passed_by"], json!([junk]));
    assert!(found["seconds"].is_number());
    assert!(found["bytes"].as_u64().unwrap() > 0);
    assert!(world.path("mail/cur/1:2,S").exists());
    let again = world.run(&["scan", &path, "--json"]).exits(0).json();
    assert_eq!(again["messages"], 0);
    assert_eq!(again["skipped"], 3);
    let full = world.run(&["scan", &path, "--full", "--json"]).exits(0).json();
    assert_eq!(full["messages"], 3);
    assert_eq!(full["updated"], 0);
}

#[test]
fn a_scan_ends_with_one_screen_about_whom_to_write_to() {
    let (world, path) = with_maildir();
    let run = world.run(&["scan", &path]).exits(0);
    let text = run.text();
    for part in [
        "Looked at 3 mails",
        "it names no sender",
        "encrypted by default",
        "bob@example.org",
        "they never sent a key",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.lines().count() < 24, "{text}");
    let passed_by = format!(
        "Passed by, for their names, as links or without a mail in them: {path}/.Junk (`--include \
         NAME` takes a folder in).\n"
    );
    assert_eq!(run.stderr, passed_by);
    let quiet = world.run(&["scan", &path, "--full", "--quiet"]).exits(0);
    assert_eq!((quiet.text().as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn files_can_be_listed_on_standard_input() {
    let (world, path) = with_maildir();
    let list = format!("{path}/cur/1:2,S\0{path}/cur/2:2,S\0");
    let found = feed(world.command(&world.home()).args(["scan", "-0", "--json"]), list.as_bytes());
    let found = found.exits(0).json();
    assert_eq!(found["messages"], 2);
    assert_eq!(found["updated"], 2);
    world.run(&["scan"]).exits(2);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_scanned() {
    let (world, path) = with_maildir();
    std::os::unix::fs::symlink(world.path("nowhere"), world.path("dangling")).unwrap();
    let [missing, dangling] =
        ["missing", "dangling"].map(|name| world.path(name).to_str().unwrap().to_owned());
    let run = world.run(&["scan", &missing, &path, &dangling, "--json"]).exits(1);
    let found = run.json();
    assert_eq!(found["updated"], 2);
    for (unreadable, path) in
        found["unreadable"].as_array().unwrap().iter().zip([missing, dangling])
    {
        assert_eq!(unreadable["file"], path.as_str());
        assert!(run.stderr.contains(&path), "{}", run.stderr);
    }
    assert_eq!(found["unreadable"].as_array().unwrap().len(), 2, "{found}");
}

#[test]
fn a_first_look_tells_of_the_users_other_programs() {
    let world = World::new();
    let fields = world.fields_of("alice@example.org");
    for sub in ["new", "tmp"] {
        std::fs::create_dir_all(world.path("mail").join(sub)).unwrap();
    }
    let path = world.path("mail").to_str().unwrap().to_owned();
    let bare = world.path("bare");
    std::fs::create_dir_all(world.path("empty/cur")).unwrap();
    let empty = world.path("empty").to_str().unwrap().to_owned();
    let made = world.run_in(&bare, &["init", "alice@example.org", "--look", &empty, "--json"]);
    assert_eq!(made.exits(0).json()["advice"], "generate");
    world.file("mail/cur/1:2,S", mail("alice@example.org", DATE, &fields));
    let made = world.run(&["init", "alice@example.org", "--look", &path, "--json"]).exits(0).json();
    assert_eq!(made["advice"], "make_backup_elsewhere");
    assert_eq!(made["created"], true);
    let theirs = &made["other_keys"][0]["fingerprint"];
    assert!(theirs.is_string() && *theirs != made["fingerprint"], "{made}");
}
