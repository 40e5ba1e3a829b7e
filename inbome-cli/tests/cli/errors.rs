//! What goes wrong is told in a sentence that names it, with the right exit code.

use crate::world::{World, feed};

const BOB: &str = "bob@example.org";

#[test]
fn a_home_that_cannot_be_used_is_named() {
    let world = World::of_alice();
    let file = world.file("file", "");
    let below_a_file = std::path::Path::new(&file).join("home");
    let foreign = world.path("foreign");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("inbome.db"), "this is no database").unwrap();
    let cut = world.path("cut");
    std::fs::create_dir(&cut).unwrap();
    let whole = std::fs::read(world.home().join("inbome.db")).unwrap();
    let mut broken = whole.clone();
    broken.iter_mut().skip(100).for_each(|octet| *octet = 0xff);
    std::fs::write(cut.join("inbome.db"), broken).unwrap();
    let nowhere = world.path("nowhere");
    let proc = std::path::Path::new("/proc/inbome");
    for (name, home, arguments, code, kind) in [
        ("none", nowhere.as_path(), &["peers", "list"][..], 3, "not_found"),
        ("none to scan into", &nowhere, &["scan", "/dev/null"], 3, "not_found"),
        ("file in its place", std::path::Path::new(&file), &["init", BOB], 1, "io"),
        ("below a file", &below_a_file, &["init", BOB], 1, "io"),
        ("not writable", proc, &["init", BOB], 1, "io"),
        ("foreign", &foreign, &["peers", "list"], 1, "corrupt"),
        ("foreign to init", &foreign, &["init", BOB], 1, "corrupt"),
        ("corrupt", &cut, &["peers", "list"], 1, "corrupt"),
    ] {
        let run = world.run_in(home, &[arguments, &["--json"]].concat());
        assert_eq!(run.code, code, "{name}: {run:?}");
        let error = &run.json()["error"];
        assert_eq!(error["kind"], kind, "{name}");
        let path = home.to_str().unwrap();
        assert!(error["text"].as_str().unwrap().contains(path), "{name}: {error}");
        assert!(run.stderr.contains(path), "{name}: {}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{name}: {}", run.stderr);
    }
    assert!(!nowhere.exists());
    let left = std::fs::read(foreign.join("inbome.db")).unwrap();
    assert_eq!(left, b"this is no database", "a foreign file was changed");
}

#[test]
fn a_database_of_a_newer_kind_is_left_alone() {
    let world = World::of_alice();
    let path = world.home().join("inbome.db");
    let mut octets = std::fs::read(&path).unwrap();
    // The row of `home`: length 7, row 1, five octets of types: null, one octet, 1, one octet. It says
    // that `schema` is 4, which follows, and `readable_from` 1. With two types changed it is
    // `readable_from` that follows, and then it is no 4.
    let row = [7, 1, 5, 0, 1, 9, 1, 4];
    let found: Vec<usize> =
        (0..octets.len()).filter(|at| octets[*at..].starts_with(&row)).collect();
    assert_eq!(found.len(), 1, "the schema changed: so must this test");
    let number = 9;
    octets[found[0] + 4..found[0] + 8].copy_from_slice(&[9, 1, 1, number]);
    std::fs::write(&path, &octets).unwrap();
    for arguments in [&["peers", "list"][..], &["init", BOB], &["scan", "/dev/null"]] {
        let run = world.run(&[arguments, &["--json"]].concat()).exits(1);
        let error = &run.json()["error"];
        assert_eq!(error["kind"], "newer", "{arguments:?}");
        let text = error["text"].as_str().unwrap();
        assert!(text.contains(&format!("found kind {number}")), "{text}");
        assert!(text.contains("kind 4 or older"), "{text}");
    }
    let doctor = world.run(&["doctor", "--json"]).exits(1).json();
    assert_eq!(doctor["checks"][0]["ok"], false);
    assert_eq!(doctor["checks"][0]["mend"], "install a newer version of inbome");
    assert!(std::fs::read(&path).unwrap() == octets, "it was changed");
}

#[test]
fn an_argument_that_cannot_be_meant_is_usage() {
    let world = World::of_alice();
    for (name, arguments, part) in [
        ("no address", &["recommend"][..], "ADDR"),
        ("invalid address", &["recommend", "nobody"], "\"nobody\""),
        ("invalid account", &["peers", "list", "--account", "a@b@c"], "a@b@c"),
        ("invalid fingerprint", &["key", "destroy", "ABCD"], "ABCD"),
        ("unknown option", &["peers", "list", "--bogus"], "--bogus"),
        ("unknown command", &["bogus"], "bogus"),
        ("unknown word", &["header", "--spelling", "klingon"], "klingon"),
        ("own address as a peer", &["peers", "set", "alice@example.org", "--never"], "alice@"),
    ] {
        let run = world.run(arguments).exits(2);
        assert!(run.stderr.contains(part), "{name}: {}", run.stderr);
        assert_eq!(run.text(), "", "{name}");
        let run = world.run(&[arguments, &["--json"]].concat()).exits(2);
        let error = &run.json()["error"];
        assert_eq!(error["kind"], "invalid_argument", "{name}");
        assert!(error["text"].as_str().unwrap().contains(part), "{name}: {error}");
    }
    let mut command = world.command(&world.home());
    let run = feed(command.env("INBOME_NOW", "soon").args(["status", "--json"]), b"").exits(2);
    assert!(run.stderr.contains("INBOME_NOW") && run.stderr.contains("soon"), "{}", run.stderr);
}

#[test]
fn what_is_not_there_is_not_found() {
    let world = World::of_alice();
    for (name, arguments, part) in [
        ("account", &["recommend", BOB, "--account", "x@y.org"][..], "x@y.org"),
        ("account to show", &["account", "show", "x@y.org"], "x@y.org"),
        ("account to alias", &["init", BOB, "--alias-of", "x@y.org"], "x@y.org"),
        ("peer", &["peers", "show", BOB], BOB),
        ("peer to forget", &["peers", "forget", BOB], BOB),
    ] {
        let run = world.run(&[arguments, &["--json"]].concat()).exits(3);
        assert_eq!(run.json()["error"]["kind"], "not_found", "{name}");
        assert!(run.stderr.contains(part), "{name}: {}", run.stderr);
    }
}

#[test]
fn one_of_several_accounts_must_be_named() {
    let world = World::of_alice();
    world.run(&["init", "carol@example.org"]).exits(0);
    let run = world.run(&["recommend", BOB, "--json"]).exits(4);
    assert!(run.stderr.contains("--account"), "{}", run.stderr);
    world.run(&["recommend", BOB, "--account", "carol@example.org"]).exits(0);
}

#[test]
fn key_files_that_are_no_keys_are_refused() {
    let world = World::of_alice();
    let junk = world.file("junk", "no key");
    let folder = world.dir.path().to_str().unwrap();
    for (name, file, code) in [("junk", junk.as_str(), 2), ("folder", folder, 1), ("none", "x", 1)]
    {
        for arguments in [
            &["key", "import", file][..],
            &["init", BOB, "--import-key", file],
            &["peers", "import-key", BOB, file],
        ] {
            let run = world.run(arguments);
            assert_eq!(run.code, code, "{name}: {run:?}");
            assert_ne!(run.stderr, "", "{name}");
        }
    }
    assert_eq!(
        world.run(&["account", "list", "--json"]).json()["accounts"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_a_full_disk_is() {
    use std::process::Stdio;
    let world = World::of_alice();
    for arguments in [&["man"][..], &["completions", "bash"], &["account", "list", "--json"]] {
        let mut child = world
            .command(&world.home())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(output.stderr, b"", "{arguments:?}");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = world.command(&world.home()).args(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("standard output"));
    }
}

#[test]
fn arguments_that_could_steer_a_terminal_are_shown_escaped() {
    let world = World::of_alice();
    for (name, argument) in [
        ("a title of the window", "\u{1b}]0;owned\u{7}"),
        ("a control of one octet", "\u{9b}2J"),
        ("writing from right to left", "\u{202e}evil"),
    ] {
        for arguments in [
            &["peers", "show", argument][..],
            &["--mode", argument],
            &["recommend", "--x", argument],
        ] {
            let run = world.run(arguments).exits(2);
            let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!run.stderr.contains(steers), "{name}: {:?}", run.stderr);
            assert_ne!(run.stderr, "", "{name}");
        }
    }
}
