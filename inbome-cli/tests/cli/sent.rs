//! `sendmail`: what may leave in the clear, what is remembered of it, and what it says.

use serde_json::json;

use crate::sendmail::{TO_BOB, clean, given, given_nothing, is_encrypted, only, sendmail, world};
use crate::world::{ALICE, BOB, World};

/// Bob has written to Alice encrypted, and she has read it; the field of an answer.
fn asked(world: &World) -> &'static str {
    let to_alice = format!("From: {BOB}\nTo: {ALICE}\nMessage-ID: <asked@x>\n\nQuestion\n");
    let sent = world.sent_by(BOB, &to_alice);
    assert!(String::from_utf8_lossy(&sent).contains("BEGIN PGP MESSAGE"));
    world.feed(&["process-incoming"], &sent).exits(0);
    "In-Reply-To: <asked@x>\n"
}

#[test]
fn a_clear_answer_to_an_encrypted_mail_is_refused_unless_the_user_allows_it() {
    let world = world();
    let reply = asked(&world);
    let answer = format!("{reply}{TO_BOB}");
    let both: &[&str] = &["-i", BOB, "eve@example.org"];
    let run = sendmail(&world, both, answer.as_bytes());
    assert_eq!(run.code, 77, "{run:?}");
    assert!(given_nothing(&world), "{run:?}");
    for word in ["eve@example.org", "nothing was sent", "X-Inbome: clear"] {
        assert!(run.stderr.contains(word), "{}", run.stderr);
    }
    let run = sendmail(&world, &["--dry-run", "-i", "eve@example.org"], answer.as_bytes());
    assert_eq!(run.code, 77, "{run:?}");
    // To Bob alone it is encrypted, and others are no answer.
    sendmail(&world, &["-i", BOB], answer.as_bytes()).exits(0);
    is_encrypted(&only(&world));
    sendmail(&world, both, TO_BOB.as_bytes()).exits(0);
    assert!(only(&world).mail.contains("Hello"));
    // The user says so: for this mail, or for all.
    for (arguments, input) in [
        (both.to_vec(), format!("X-Inbome: clear\n{answer}")),
        ([&["--mode", "clear"], both].concat(), answer.clone()),
    ] {
        sendmail(&world, &arguments, input.as_bytes()).exits(0);
        assert!(only(&world).mail.contains("Hello"));
    }
    world.run(&["account", "set", ALICE, "--clear-reply", "send"]).exits(0);
    let shown = world.run(&["account", "show", ALICE, "--json"]).exits(0).text();
    assert!(shown.contains("\"clear_reply\":\"send\""), "{shown}");
    let run = sendmail(&world, both, answer.as_bytes()).exits(0);
    assert!(run.stderr.contains("goes out in the clear"), "{}", run.stderr);
    assert!(only(&world).mail.contains("Hello"));
    world.run(&["account", "set", ALICE, "--clear-reply", "refuse"]).exits(0);
    sendmail(&world, both, answer.as_bytes()).exits(77);
    // Who takes no part is not asked.
    world.run(&["account", "disable", ALICE]).exits(0);
    sendmail(&world, both, answer.as_bytes()).exits(0);
    assert!(only(&world).mail.contains("Hello"));
}

#[test]
fn what_was_not_sent_is_not_remembered() {
    let world = world();
    world.run(&["account", "set", ALICE, "--prefer-encrypt", "nopreference"]).exits(0);
    let letter = format!("Message-ID: <mine@x>\nX-Inbome: encrypt\n{TO_BOB}");
    let answer = format!("From: {ALICE}\nTo: {BOB}\nIn-Reply-To: <mine@x>\n\nMore\n");
    let is_known = || {
        let made = world.feed(&["process-outgoing", "--json"], answer.as_bytes()).exits(0).json();
        made["recommendation"] == "encrypt"
    };
    let arguments = ["--dry-run", "-i", BOB];
    sendmail(&world, &arguments, letter.as_bytes()).exits(0);
    assert!(!is_known(), "a dry run");
    world.file("mailer/code.1", "69");
    sendmail(&world, &["-i", BOB], letter.as_bytes()).exits(69);
    assert!(!is_known(), "the mailer took nothing");
    clean(&world);
    let mut command = world.command(&world.home());
    command.arg("process-outgoing").stdout(std::fs::File::create("/dev/full").unwrap());
    let run = {
        let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, letter.as_bytes()).unwrap();
        drop(stdin);
        child.wait().unwrap()
    };
    assert_ne!(run.code(), Some(0));
    assert!(!is_known(), "nobody got what was written");
    sendmail(&world, &["-i", BOB], letter.as_bytes()).exits(0);
    assert!(is_known());
}

#[test]
fn a_mail_between_own_devices_goes_to_oneself_alone_and_is_not_kept() {
    let world = world();
    let fields = "INBOME-Device-Sync: v=1\nX-Any: 1\n";
    let own = format!("From: {ALICE}\nTo: {ALICE}\n{fields}\nbody\n");
    let sent = world.path("Sent");
    let fcc = sent.to_str().unwrap();
    for arguments in [&["-t"][..], &["-i", ALICE]] {
        let all = [&["--fcc", fcc], arguments].concat();
        sendmail(&world, &all, own.as_bytes()).exits(0);
        assert_eq!(only(&world).mail, own, "{arguments:?}");
        assert!(!sent.exists());
    }
    for arguments in [&["-i", BOB][..], &["-i", ALICE, BOB], &["-i", ALICE, "root"]] {
        let run = sendmail(&world, arguments, own.as_bytes());
        assert_eq!(run.code, 77, "{run:?}");
        assert!(given_nothing(&world), "{arguments:?}");
    }
}

#[test]
fn the_mailer_gets_local_parts_as_they_were_written() {
    let world = world();
    for (input, arguments) in [
        ("From: alice@example.org\nTo: Bob.Smith@Example.org\n\nx\n", &["-t"][..]),
        (
            "From: alice@example.org\nTo: bob.smith@example.org\n\nx\n",
            &["-i", "Bob.Smith@example.org"],
        ),
    ] {
        sendmail(&world, arguments, input.as_bytes()).exits(0);
        assert_eq!(only(&world).recipients(), ["Bob.Smith@example.org"]);
    }
    let input = "From: alice@example.org\nTo: BOB@example.org\nBcc: Carol@example.org\n\nx\n";
    sendmail(&world, &["-t"], input.as_bytes()).exits(0);
    let to: Vec<_> = given(&world).iter().map(|given| given.recipients().to_vec()).collect();
    assert_eq!(to, [["BOB@example.org"], ["Carol@example.org"]]);
    given(&world).iter().for_each(is_encrypted);
    let made = world.feed(&["process-outgoing", "--json"], input.as_bytes()).exits(0).json();
    assert_eq!(made["messages"][0]["recipients"], json!(["BOB@example.org"]));
}

#[test]
fn it_says_what_was_done_if_asked() {
    let world = world();
    let sent = world.path("Sent");
    let fcc = sent.to_str().unwrap();
    let quiet = sendmail(&world, &["-t"], TO_BOB.as_bytes()).exits(0);
    assert_eq!((quiet.text(), quiet.stderr.as_str()), (String::new(), ""));
    clean(&world);
    let run = sendmail(&world, &["--verbose", "--fcc", fcc, "-t"], TO_BOB.as_bytes()).exits(0);
    is_encrypted(&only(&world));
    for word in ["Encrypted: ", BOB, "mailer/mailer", fcc] {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
}
