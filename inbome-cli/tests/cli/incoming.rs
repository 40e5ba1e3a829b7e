//! `process-incoming`.

use std::process::Stdio;

use serde_json::json;

use crate::world::{BOB, CAROL, DATE, DATE_SECS, LATER, World, feed, mail};

#[test]
fn one_mail_gives_one_object_with_every_field() {
    let world = World::of_alice();
    let fields = world.fields_of("bob@example.org");
    let file = world.file("1.eml", mail("bob@example.org", DATE, &fields));
    let found = world.run(&["process-incoming", "--json", &file]).exits(0).json();
    for (field, value) in [
        ("file", json!(file)),
        ("outcome", json!("updated")),
        ("reason", json!(null)),
        ("peer", json!("bob@example.org")),
        ("effective_date", json!(DATE_SECS)),
        ("key_changed", json!(null)),
        ("gossip", json!([])),
        ("own_key_conflict", json!(null)),
    ] {
        assert_eq!(found[field], value, "{field}");
    }
    let field = &found["fields"][0];
    assert_eq!(field["name"], "Autocrypt");
    assert_eq!(field["addr"], "bob@example.org");
    assert_eq!(field["verdict"], "valid");
    assert_eq!(field["reason"], json!(null));
    assert_eq!(found["fields"][1]["name"], "INBOME-Encryption");
    assert_eq!(found["fields"][1]["verdict"], "overridden");
    let again = world.run(&["process-incoming", "--json", &file]).exits(0).json();
    assert_eq!(again["outcome"], "unchanged");
}

#[test]
fn an_mbox_is_told_from_one_mail() {
    let world = World::of_alice();
    let mbox = format!("From bob@example.org Sat Dec 17 08:58:05 2016\n{}", mail(BOB, DATE, ""));
    for (name, octets, is_mbox) in
        [("mbox", mbox.as_str(), true), ("mail", &mail(BOB, DATE, ""), false)]
    {
        let file = world.file("mails", octets);
        let run = world.run(&["process-incoming", &file]).exits(0);
        assert_eq!(run.stderr.contains("`inbome scan` reads them"), is_mbox, "{name}: {run:?}");
        let piped = feed(world.command(&world.home()).arg("process-incoming"), octets.as_bytes());
        assert_eq!(piped.exits(0).stderr, "", "{name}");
    }
}

#[test]
fn mails_that_do_not_count_say_why_and_are_no_failure() {
    let world = World::of_alice();
    let fields = world.fields_of("bob@example.org");
    let plain = |from: &str| mail(from, DATE, "");
    for (name, content, arguments, reason) in [
        ("empty", String::new(), &[][..], "no_from"),
        ("no mail", "\0\u{1}\u{2} hello".to_owned(), &[], "no_from"),
        ("several senders", plain("a@example.org, b@example.org"), &[], "several_from"),
        ("bad address", plain("nobody"), &[], "invalid_from"),
        ("own", plain("alice@example.org"), &[], "own_mail"),
        ("spam", mail("bob@example.org", DATE, &fields), &["--spam"], "spam"),
        ("undated", plain("bob@example.org").replace("Date:", "X-Date:"), &[], "undated"),
    ] {
        let mut all = vec!["process-incoming", "--json"];
        all.extend(arguments);
        let found = world.feed(&all, content.as_bytes()).exits(0).json();
        assert_eq!(found["file"], "-", "{name}");
        // One's own mail changes nothing and is told as it is.
        if reason != "own_mail" {
            assert_eq!(found["outcome"], "ignored", "{name}: {found}");
            assert_eq!(found["reason"], reason, "{name}");
        }
    }
    let listed = world.run(&["peers", "list", "--all", "--json"]).exits(0).json();
    assert_eq!(listed["peers"], json!([]));
}

#[test]
fn the_time_of_receipt_is_taken_in_both_forms_and_no_other() {
    let world = World::of_alice();
    let undated = "From: bob@example.org\nTo: alice@example.org\n\nHello\n";
    for (name, time, code, date) in [
        ("RFC 3339", "2016-12-17T08:58:05Z", 0, json!(DATE_SECS)),
        ("seconds", "@1481965085", 0, json!(DATE_SECS)),
        ("words", "yesterday", 2, json!(null)),
    ] {
        let arguments = ["process-incoming", "--json", "--received-at", time];
        let run = world.feed(&arguments, undated.as_bytes()).exits(code);
        assert_eq!(run.json()["effective_date"], date, "{name}");
    }
}

#[test]
fn a_key_change_names_both_keys() {
    let world = World::of_alice();
    let old = world.meet_bob();
    std::fs::remove_dir_all(world.path("home of bob@example.org")).unwrap();
    let new = world.fields_of("bob@example.org");
    assert_ne!(old, new);
    let file = world.file("2.eml", mail("bob@example.org", LATER, &new));
    let found = world.run(&["process-incoming", "--json", &file]).exits(0).json();
    assert_eq!(found["outcome"], "updated");
    assert_eq!(found["key_changed"]["new"], found["fields"][0]["fingerprint"]);
    assert_ne!(found["key_changed"]["old"], found["key_changed"]["new"]);
}

#[test]
fn a_bad_file_is_named_and_the_rest_is_processed() {
    let world = World::of_alice();
    let fields = world.fields_of("bob@example.org");
    let good = world.file("good.eml", mail("bob@example.org", DATE, &fields));
    let empty = world.file("empty.eml", "");
    let folder = world.dir.path().to_str().unwrap().to_owned();
    let missing = world.path("missing.eml").to_str().unwrap().to_owned();
    std::os::unix::fs::symlink(&missing, world.path("dangling.eml")).unwrap();
    let dangling = world.path("dangling.eml").to_str().unwrap().to_owned();
    let files = [missing.as_str(), &folder, &dangling, &empty, &good];
    let run = world.run(&[&["process-incoming", "--json"], &files[..]].concat()).exits(1);
    let lines = run.lines();
    assert_eq!(lines.len(), 5);
    for (line, file) in lines.iter().zip(&files[..3]) {
        assert_eq!(line["error"]["kind"], "io");
        assert!(line["error"]["text"].as_str().unwrap().contains(file), "{line}");
        assert!(run.stderr.contains(file), "{}", run.stderr);
    }
    assert_eq!(lines[3]["reason"], "no_from");
    assert_eq!(lines[4]["outcome"], "updated");
}

#[test]
fn a_filter_passes_the_mail_whatever_happens() {
    let world = World::of_alice();
    let fields = world.fields_of("bob@example.org");
    let good = mail("bob@example.org", DATE, &fields).into_bytes();
    let mut large = good.clone();
    large.extend(std::iter::repeat_n(b"0123456789abcde\n", 200_000).flatten());
    let nowhere = world.path("nowhere");
    let broken = world.path("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("inbome.db"), "no database").unwrap();
    let below_a_file = std::path::Path::new(&world.file("file", "")).join("home");
    let binary: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    for (name, home, now, arguments, input) in [
        ("good", &world.home(), "@1483228800", &[][..], &good),
        ("large", &world.home(), "@1483228800", &[], &large),
        ("binary", &world.home(), "@1483228800", &[], &binary),
        ("empty", &world.home(), "@1483228800", &[], &Vec::new()),
        ("no home", &nowhere, "@1483228800", &[], &good),
        ("broken home", &broken, "@1483228800", &[], &good),
        ("home below a file", &below_a_file, "@1483228800", &[], &good),
        ("bad clock", &world.home(), "now", &[], &good),
        ("bad option", &world.home(), "@1483228800", &["--bogus"], &good),
        ("bad address", &world.home(), "@1483228800", &["--account", "nobody"], &good),
        ("unknown account", &world.home(), "@1483228800", &["--account", "x@y.org"], &good),
    ] {
        let mut command = world.command(home);
        command.env("INBOME_NOW", now).args(["process-incoming", "--pass"]).args(arguments);
        let run = feed(&mut command, input);
        assert_eq!(run.code, 0, "{name}");
        assert!(run.stdout == *input, "{name}: {} octets", run.stdout.len());
        assert_eq!(run.stderr, "", "{name}");
    }
    assert!(!nowhere.exists());
    let known = world.run(&["get-encrypt-key", "bob@example.org", "--json"]).exits(0);
    assert_eq!(known.json()["addr"], "bob@example.org");
}

#[test]
fn a_filter_whose_copy_nobody_takes_keeps_the_original() {
    let world = World::of_alice();
    let fields = world.fields_of("bob@example.org");
    let mut input = mail("bob@example.org", DATE, &fields).into_bytes();
    input.extend(std::iter::repeat_n(b"0123456789abcde\n", 50_000).flatten());
    let mut command = world.command(&world.home());
    command.args(["process-incoming", "--pass"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, &input).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(75));
    assert_eq!(output.stderr, b"");
    world.run(&["get-encrypt-key", "bob@example.org"]).exits(3);
}

#[test]
fn a_filter_whose_copy_is_not_whole_keeps_the_original() {
    let world = World::of_alice();
    let fields = world.fields_of("bob@example.org");
    let good = mail("bob@example.org", DATE, &fields);
    let input = world.file("good.eml", &good);
    let folder = world.path("folder");
    std::fs::create_dir(&folder).unwrap();
    let open = |path: &str| std::fs::File::open(path).unwrap();
    let full = || std::fs::File::create("/dev/full").unwrap();
    for (name, stdin, stdout, arguments) in [
        ("a full disk", open(&input), Stdio::from(full()), &[][..]),
        ("a failing read", open(folder.to_str().unwrap()), Stdio::null(), &[]),
        ("a full disk, a bad option", open(&input), Stdio::from(full()), &["--bogus"]),
    ] {
        let mut command = world.command(&world.home());
        command.args(["process-incoming", "--pass"]).args(arguments);
        let status = command.stdin(stdin).stdout(stdout).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(75), "{name}");
        world.run(&["get-encrypt-key", "bob@example.org"]).exits(3);
    }
    world.feed(&["process-incoming", "--pass"], good.as_bytes()).exits(0);
    world.run(&["get-encrypt-key", "bob@example.org"]).exits(0);
}

#[test]
fn an_ambiguous_account_is_an_answer() {
    let world = World::of_alice();
    world.run(&["init", "carol@example.org"]).exits(0);
    let to_nobody = "From: bob@example.org\nTo: list@example.org\nDate: Sat, 17 Dec 2016 09:58:05 \
                     +0100\n\nHello\n";
    let found = world.feed(&["process-incoming", "--json"], to_nobody.as_bytes()).exits(0).json();
    assert_eq!(found["reason"], "ambiguous_account");
    let arguments = ["process-incoming", "--json", "--account", "carol@example.org"];
    let found = world.feed(&arguments, to_nobody.as_bytes()).exits(0).json();
    assert_eq!(found["outcome"], "updated");
}

#[test]
fn text_from_a_mail_does_not_steer_the_terminal() {
    let world = World::of_alice();
    let fields = "X-Mailer: \u{1b}[2Jbad\u{202e}\n";
    world.feed(&["process-incoming"], mail("bob@example.org", DATE, fields).as_bytes()).exits(0);
    for arguments in [&["peers", "list", "--all"][..], &["peers", "show", "bob@example.org"]] {
        let text = world.run(arguments).exits(0).text();
        assert!(text.contains("bob@example.org"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

#[test]
fn an_encrypted_mail_to_several_tells_the_keys_of_the_others() {
    let world = World::of_alice();
    world.introduce(&[BOB, CAROL]);
    let carol = world.run_in(&world.home_of(CAROL), &["key", "list", "--json"]).exits(0).json();
    let carol = &carol["keys"][0]["fingerprint"];
    world.run(&["peers", "forget", CAROL]).exits(0);
    let now = "2017-01-01T00:00:10Z";
    let to_both = mail(BOB, "Sun, 1 Jan 2017 00:00:05 +0000", "")
        .replace("To: alice@example.org", "To: alice@example.org, carol@example.org");
    let mut command = world.command(&world.home_of(BOB));
    command.env("INBOME_NOW", now).arg("process-outgoing");
    let sent = feed(&mut command, to_both.as_bytes()).exits(0).stdout;
    let learn = |arguments: &[&str]| {
        let mut command = world.command(&world.home());
        command.env("INBOME_NOW", now).args(["process-incoming", "--json"]).args(arguments);
        feed(&mut command, &sent).exits(0).json()
    };
    let found = learn(&["--no-decrypt"]);
    assert_eq!((&found["outcome"], &found["gossip"]), (&json!("updated"), &json!([])));
    let found = learn(&[]);
    let gossip = found["gossip"].as_array().unwrap();
    let about: Vec<_> = gossip.iter().map(|g| g["addr"].as_str().unwrap()).collect();
    assert_eq!(about, ["alice@example.org", CAROL]);
    assert_eq!(
        gossip[1],
        json!({
            "addr": CAROL, "fingerprint": carol, "verdict": "valid", "reason": null,
            "conflict": false,
        })
    );
    assert_eq!(
        gossip[0],
        json!({
            "addr": "alice@example.org", "fingerprint": null, "verdict": "invalid",
            "reason": "own_address", "conflict": false,
        })
    );
    let text =
        feed(world.command(&world.home()).env("INBOME_NOW", now).arg("process-incoming"), &sent);
    let text = text.exits(0).text();
    assert!(text.contains("unchanged"), "{text}");
    assert!(!text.contains("gossip about alice@example.org"), "{text}");
    let short = carol.as_str().unwrap().get(..4).unwrap();
    assert!(text.contains(&format!("gossip about {CAROL}: key {short} ")), "{text}");
    // A file tells as much as standard input, and no more when it must not be decrypted.
    let file = world.file("sent.eml", &sent);
    assert_eq!(learn(&[&file])["gossip"], found["gossip"]);
    assert_eq!(learn(&["--no-decrypt", &file])["gossip"], json!([]));
    let known = world.run(&["peers", "list", "--json"]).exits(0).json();
    let carols = known["peers"].as_array().unwrap().iter().find(|peer| peer["addr"] == CAROL);
    assert_eq!(&carols.unwrap()["gossip_fingerprint"], carol);
}

#[test]
fn another_key_than_a_peers_own_is_told_when_it_is_heard() {
    let world = World::of_alice();
    world.introduce(&[BOB, CAROL]);
    let (other, bobs) = (world.path("another key"), world.home_of(BOB));
    world.run_in(&other, &["init", CAROL]).exits(0);
    let fields = world.run_in(&other, &["header", "--quiet"]).exits(0).text();
    let learns = ["process-incoming"];
    feed(world.command(&bobs).args(learns), mail(CAROL, LATER, &fields).as_bytes()).exits(0);
    let now = "2017-01-01T00:00:10Z";
    let to_both = mail(BOB, "Sun, 1 Jan 2017 00:00:05 +0000", "")
        .replace("To: alice@example.org", "To: alice@example.org, carol@example.org");
    let mut command = world.command(&bobs);
    let sent = feed(command.env("INBOME_NOW", now).arg("process-outgoing"), to_both.as_bytes());
    let mut command = world.command(&world.home());
    let told = feed(command.env("INBOME_NOW", now).args(learns), &sent.exits(0).stdout).exits(0);
    assert!(told.text().contains("not the one that they use themselves"), "{}", told.text());
}
