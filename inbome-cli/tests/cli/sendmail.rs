//! `sendmail`, with a mailer that only writes down what it was given.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::world::{ALICE, BOB, CAROL, DATE, NOW, Run, World, feed, mail, odd_inputs, text};

pub(crate) const TO_BOB: &str = "From: Alice <alice@example.org>\nTo: Bob <bob@example.org>\n\
                      Subject: Secret plan\n\nHello\n.\nafter the dot\n";

/// What one run of the mailer was given.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) arguments: Vec<String>,
    pub(crate) mail: String,
}

impl Given {
    /// What follows `--`.
    pub(crate) fn recipients(&self) -> &[String] {
        let at = self.arguments.iter().position(|argument| argument == "--");
        at.map_or(&[], |at| &self.arguments[at + 1..])
    }
}

/// The mailer: it fails with the code in `codes/N` at its Nth run.
pub(crate) fn mailer(world: &World) -> String {
    let script = "#!/bin/sh\ncd \"$(/usr/bin/dirname \"$0\")\"\nn=1\n\
                  while [ -e \"$n.mail\" ]; do n=$((n + 1)); done\n\
                  for argument in \"$@\"; do printf '%s\\n' \"$argument\"; done > \"$n.arguments\"\n\
                  /bin/cat > \"$n.mail\"\n\
                  if [ -e \"code.$n\" ]; then exit \"$(/bin/cat \"code.$n\")\"; fi\n";
    format!("/bin/sh {}", world.file("mailer/mailer", script))
}

/// What all runs of the mailer were given.
pub(crate) fn given(world: &World) -> Vec<Given> {
    let read = |n: usize| {
        let arguments = std::fs::read_to_string(world.path(&format!("mailer/{n}.arguments")));
        let mail = std::fs::read(world.path(&format!("mailer/{n}.mail"))).ok()?;
        let arguments = arguments.ok()?.lines().map(str::to_owned).collect();
        Some(Given { arguments, mail: String::from_utf8_lossy(&mail).into_owned() })
    };
    (1..).map_while(read).collect()
}

/// Forgets what the mailer was given.
pub(crate) fn clean(world: &World) {
    std::fs::remove_dir_all(world.path("mailer")).unwrap();
    mailer(world);
}

pub(crate) fn sendmail(world: &World, arguments: &[&str], input: &[u8]) -> Run {
    let mailer = mailer(world);
    feed(
        world.command(&world.home()).arg("sendmail").args(["--via", &mailer]).args(arguments),
        input,
    )
}

/// Alice, who knows bob and carol, and they her.
pub(crate) fn world() -> World {
    let world = World::of_alice();
    world.introduce(&[BOB, CAROL]);
    world
}

/// The one run of the mailer.
#[track_caller]
pub(crate) fn only(world: &World) -> Given {
    let mut all = given(world);
    assert_eq!(all.len(), 1, "{all:?}");
    clean(world);
    all.remove(0)
}

#[track_caller]
pub(crate) fn is_encrypted(given: &Given) {
    assert!(given.mail.contains("-----BEGIN PGP MESSAGE-----"), "{given:?}");
    assert!(!given.mail.contains("Hello") && !given.mail.contains("Secret plan"), "{given:?}");
}

#[test]
fn every_way_that_programs_call_it_sends_the_mail_encrypted() {
    let world = world();
    for (name, arguments, passed_on, recipients) in [
        ("mutt", "-oem -oi -- bob@example.org", "-oem -oi", "bob@example.org"),
        (
            "mutt, everything set",
            "-oem -oi -f alice@example.org -N failure,delay -R hdrs -- bob@example.org",
            "-oem -oi -f alice@example.org -N failure,delay -R hdrs",
            "bob@example.org",
        ),
        ("nothing but recipients", "-- bob@example.org", "-i", "bob@example.org"),
        ("bare recipients", "bob@example.org", "-i", "bob@example.org"),
        (
            "s-nail",
            "-i -f alice@example.org bob@example.org",
            "-i -f alice@example.org",
            "bob@example.org",
        ),
        ("mailutils", "-oi -t", "-oi", "bob@example.org"),
        ("aerc", "-i Bob@example.org", "-i", "Bob@example.org"),
        ("alot", "-t", "-i", "bob@example.org"),
        ("Claws", "-t -i", "-i", "bob@example.org"),
        ("msmtp", "--account=work -t -oi", "--account=work -oi", "bob@example.org"),
        ("unknown", "-bm -v -Zz -X log bob@example.org", "-bm -v -Zz -X log -i", "bob@example.org"),
        ("both", "-ti bob@example.org", "-i", "bob@example.org"),
        (
            "attached",
            "-falice@example.org -oee bob@example.org",
            "-falice@example.org -oee -i",
            "bob@example.org",
        ),
        ("null sender", "-f <> bob@example.org", "-f <> -i", "bob@example.org"),
    ] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let run = sendmail(&world, &arguments, TO_BOB.as_bytes());
        assert_eq!((run.code, run.text().as_str()), (0, ""), "{name}: {run:?}");
        let given = only(&world);
        let expected: Vec<&str> = passed_on.split(' ').chain(["--", recipients]).collect();
        assert_eq!(given.arguments, expected, "{name}");
        is_encrypted(&given);
    }
    // Not by the dot that -i makes text of.
    let read = |arguments: &[&str]| {
        sendmail(&world, arguments, TO_BOB.as_bytes()).exits(0);
        let sent = only(&world).mail;
        let mut bob = world.command(&world.home_of(BOB));
        let read = feed(bob.args(["decrypt"]), sent.as_bytes()).exits(0);
        assert!(read.stderr.contains("Signed by alice@example.org"), "{}", read.stderr);
        read.text()
    };
    assert!(read(&["-i", BOB]).ends_with("\nHello\n.\nafter the dot\n"));
    assert!(read(&["-oi", BOB]).ends_with("\nHello\n.\nafter the dot\n"));
    assert!(read(&[BOB]).ends_with("\nHello\n"));
}

#[test]
fn line_ends_stay_as_they_came() {
    let world = world();
    sendmail(&world, &["-t"], TO_BOB.replace('\n', "\r\n").as_bytes()).exits(0);
    let sent = only(&world).mail;
    assert_eq!(sent.matches('\n').count(), sent.matches("\r\n").count());
    sendmail(&world, &["-t"], TO_BOB.as_bytes()).exits(0);
    assert!(!only(&world).mail.contains('\r'));
}

#[test]
fn blind_recipients_get_copies_of_their_own_wherever_they_were_named() {
    let world = world();
    let with_bcc = TO_BOB.replace("Subject", "Bcc: carol@example.org\nSubject");
    for (name, arguments, input) in [
        ("in the header", &["-t"][..], with_bcc.as_str()),
        ("in the arguments", &["-i", BOB, CAROL], TO_BOB),
        ("in both", &["-i", "--", BOB, CAROL], &with_bcc),
        ("in both, with -t", &["-t", CAROL], &with_bcc),
    ] {
        let sent = world.path("Sent");
        let fcc = sent.to_str().unwrap();
        let all = [&["--fcc", fcc], arguments].concat();
        let run = sendmail(&world, &all, input.as_bytes());
        assert_eq!(run.code, 0, "{name}: {run:?}");
        let runs = given(&world);
        let to: Vec<_> = runs.iter().map(|given| given.recipients().to_vec()).collect();
        assert_eq!(to, [[BOB], [CAROL]], "{name}");
        for given in &runs {
            is_encrypted(given);
            assert!(!given.mail.contains("carol@"), "{name}: {given:?}");
        }
        clean(&world);
        let (_, kept) = one_file(&sent);
        let read = world.feed(&["decrypt"], &kept).exits(0);
        assert!(read.text().contains("\nBcc: carol@example.org\n"), "{name}: {}", read.text());
        std::fs::remove_dir_all(&sent).unwrap();
    }
}

/// The one file in `cur`, and nothing anywhere else.
#[track_caller]
fn one_file(maildir: &Path) -> (PathBuf, Vec<u8>) {
    let list = |name: &str| -> Vec<PathBuf> {
        let folder = std::fs::read_dir(maildir.join(name)).unwrap();
        folder.map(|entry| entry.unwrap().path()).collect()
    };
    assert_eq!((list("tmp").len(), list("new").len()), (0, 0));
    let mut files = list("cur");
    assert_eq!(files.len(), 1, "{files:?}");
    let file = files.remove(0);
    let content = std::fs::read(&file).unwrap();
    (file, content)
}

#[test]
fn the_sent_copy_is_kept_encrypted_read_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let world = world();
    let sent = world.path("Mail/Sent");
    // A program without a shell passes the tilde on.
    sendmail(&world, &["--fcc", "~/Mail/Sent", "-t"], TO_BOB.as_bytes()).exits(0);
    let (file, kept) = one_file(&sent);
    assert!(file.to_str().unwrap().ends_with(":2,S"), "{file:?}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(&sent).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(String::from_utf8(kept.clone()).unwrap(), only(&world).mail);
    assert!(world.feed(&["decrypt"], &kept).exits(0).text().contains("Hello"));
    std::fs::remove_file(&file).unwrap();
    // In the clear it is what was sent, with the blind recipients.
    let input = TO_BOB.replace("Subject", "Bcc: carol@example.org\nX-Inbome: clear\nSubject");
    sendmail(&world, &["--fcc", sent.to_str().unwrap(), "-t"], input.as_bytes()).exits(0);
    let (file, kept) = one_file(&sent);
    let given = only(&world);
    assert!(!given.mail.contains("carol@") && !given.mail.contains("X-Inbome"), "{given:?}");
    assert_eq!(given.recipients(), [BOB, CAROL]);
    let kept = String::from_utf8(kept).unwrap();
    assert_eq!(kept.replace("Bcc: carol@example.org\n", ""), given.mail);
    assert_ne!(kept, given.mail);
    std::fs::remove_file(&file).unwrap();
    // A mail that is not sent is not kept.
    world.file("mailer/code.1", "69");
    sendmail(&world, &["--fcc", sent.to_str().unwrap(), "-t"], TO_BOB.as_bytes()).exits(69);
    for name in ["tmp", "new", "cur"] {
        assert_eq!(std::fs::read_dir(sent.join(name)).unwrap().count(), 0, "{name}");
    }
}

#[test]
fn a_folder_that_cannot_keep_the_mail_is_known_before_it_is_sent() {
    let world = world();
    let file = world.file("mbox", "From x\n");
    std::fs::create_dir(world.path("folder")).unwrap();
    for (name, folder, code) in [
        ("a file", file.as_str(), 78),
        ("no Maildir", "folder", 78),
        ("below a file", "mbox/Sent", 75),
    ] {
        let run = sendmail(&world, &["--fcc", folder, "-t"], TO_BOB.as_bytes());
        assert_eq!(run.code, code, "{name}: {run:?}");
        assert!(run.stderr.contains("nothing was sent"), "{name}: {}", run.stderr);
        assert!(given(&world).is_empty(), "{name}");
    }
}

#[test]
fn the_field_in_the_mail_comes_before_the_mode() {
    let world = world();
    for (name, field, mode, recipient, code, encrypted) in [
        ("nothing said", "", "auto", BOB, 0, true),
        ("clear", "X-Inbome: clear\n", "auto", BOB, 0, false),
        ("clear before encrypt", "x-inbome: Clear\n", "encrypt", BOB, 0, false),
        ("auto before clear", "X-Inbome: auto\n", "clear", BOB, 0, true),
        ("encrypt", "X-Inbome: encrypt\n", "auto", BOB, 0, true),
        ("mode clear", "", "clear", BOB, 0, false),
        ("encrypt, no key", "X-Inbome: encrypt\n", "auto", "eve@example.org", 77, false),
        ("mode encrypt, no key", "", "encrypt", "eve@example.org", 77, false),
        ("nothing said, no key", "", "auto", "eve@example.org", 0, false),
        ("not a word of it", "X-Inbome: perhaps\n", "auto", BOB, 65, false),
    ] {
        let input = format!("{field}{TO_BOB}");
        let run = sendmail(&world, &["--mode", mode, "-i", recipient], input.as_bytes());
        assert_eq!(run.code, code, "{name}: {run:?}");
        if code != 0 {
            assert!(given(&world).is_empty(), "{name}");
            assert!(run.stderr.contains("nothing was sent"), "{name}: {}", run.stderr);
            continue;
        }
        let given = only(&world);
        assert!(!given.mail.to_lowercase().contains("x-inbome"), "{name}: {given:?}");
        match encrypted {
            true => is_encrypted(&given),
            false => {
                assert!(given.mail.ends_with("\n\nHello\n.\nafter the dot\n"), "{name}: {given:?}");
                assert!(given.mail.contains("\nAutocrypt: addr=alice"), "{name}: {given:?}");
            }
        }
    }
}

#[test]
fn a_mail_from_no_account_goes_through_unchanged() {
    let world = world();
    let foreign = "From: x@y.org\nTo: bob@example.org\nX-Inbome: auto\nBcc: z@y.org\n\nHello\n";
    let sent = foreign.replace("X-Inbome: auto\n", "");
    sendmail(&world, &["-t", "-oi", "-f", "x@y.org"], foreign.as_bytes()).exits(0);
    let given = only(&world);
    assert_eq!(
        (given.mail.as_str(), given.arguments.join(" ").as_str()),
        (&*sent, "-oi -f x@y.org -t")
    );
    // Without -t nobody but us removes Bcc.
    sendmail(&world, &["-oi", "bob@example.org", "root"], foreign.as_bytes()).exits(0);
    let given = only(&world);
    assert_eq!(given.mail, sent.replace("Bcc: z@y.org\n", ""));
    assert_eq!(given.arguments.join(" "), "-oi -- bob@example.org root");
    let resent = format!("Resent-From: {ALICE}\nResent-To: eve@example.org\n{TO_BOB}");
    sendmail(&world, &["-oi", "--", "eve@example.org"], resent.as_bytes()).exits(0);
    let given = only(&world);
    assert_eq!(
        (given.mail.as_str(), given.recipients()),
        (&*resent, &["eve@example.org".to_owned()][..])
    );
    // Nobody stands in To; whom it is resent to is said elsewhere.
    let resent = "Resent-To: eve@example.org\nFrom: x@y.org\n\nHello\n";
    sendmail(&world, &["-t", "-i"], resent.as_bytes()).exits(0);
    assert_eq!(only(&world).mail, resent);
    // Encryption demanded is another matter.
    let run = sendmail(&world, &["--mode", "encrypt", "-t"], sent.as_bytes()).exits(77);
    assert!(run.stderr.contains("none of your accounts"), "{}", run.stderr);
    assert!(given_nothing(&world));
}

pub(crate) fn given_nothing(world: &World) -> bool {
    given(world).is_empty()
}

#[test]
fn what_is_missing_in_the_header_is_supplied() {
    let world = world();
    for (name, arguments, input, from) in [
        ("only account", &["-i", BOB][..], "To: bob@example.org\n\nHello\n", "alice@example.org"),
        ("envelope", &["-f", ALICE, BOB], "Subject: Secret plan\n\nHello\n", "alice@example.org"),
        (
            "name",
            &["-F", "Alice S.", BOB],
            "Subject: x\n\nHello\n",
            "\"Alice S.\" <alice@example.org>",
        ),
        ("no header", &[BOB], "Hello\n", "alice@example.org"),
    ] {
        sendmail(&world, arguments, input.as_bytes()).exits(0);
        let given = only(&world);
        is_encrypted(&given);
        for field in ["Message-ID: <", "Date: ", "MIME-Version: 1.0"] {
            assert!(given.mail.contains(&format!("\n{field}")), "{name}: {field}: {given:?}");
        }
        assert!(given.mail.contains(&format!("From: {from}\n")), "{name}: {given:?}");
    }
    // A sender in the envelope that is no account is none of ours.
    sendmail(&world, &["-f", "x@y.org", BOB], b"Subject: x\n\nHello\n").exits(0);
    assert_eq!(only(&world).mail, "Subject: x\n\nHello\n");
}

#[test]
fn local_names_are_sent_to_in_the_clear_and_never_beside_an_encrypted_copy() {
    let world = world();
    let to_root = "From: alice@example.org\nTo: root\n\nHello\n";
    sendmail(&world, &["-i", "root"], to_root.as_bytes()).exits(0);
    let given = only(&world);
    assert_eq!(given.arguments.join(" "), "-i -- root");
    assert!(given.mail.contains("\nAutocrypt: ") && given.mail.ends_with("\n\nHello\n"));
    sendmail(&world, &["-t"], to_root.as_bytes()).exits(0);
    assert_eq!(only(&world).arguments.join(" "), "-i -t");
    sendmail(&world, &["-i", "root", "eve@example.org"], TO_BOB.as_bytes()).exits(0);
    assert_eq!(only(&world).recipients(), ["eve@example.org", "root"]);
    for arguments in [&["-i", "root", BOB][..], &["-t", "-i"]] {
        let input = TO_BOB.replace("Subject", "Cc: root\nSubject");
        let run = sendmail(&world, arguments, input.as_bytes()).exits(77);
        assert!(run.stderr.contains("found root"), "{}", run.stderr);
        assert!(given_nothing(&world), "{arguments:?}");
    }
}

#[test]
fn what_the_mailer_says_is_passed_on_and_half_a_delivery_is_told() {
    let world = world();
    mailer(&world);
    world.file("mailer/code.1", "67");
    let run = sendmail(&world, &["-i", BOB, CAROL], TO_BOB.as_bytes()).exits(67);
    assert!(run.stderr.contains("ended with 67; nothing was sent"), "{}", run.stderr);
    assert_eq!(given(&world).len(), 1, "the copy for carol was sent all the same");
    clean(&world);
    world.file("mailer/code.2", "75");
    let dave = "dave@example.org";
    world.introduce(&[dave]);
    let run = sendmail(&world, &["-i", BOB, CAROL, dave], TO_BOB.as_bytes()).exits(75);
    assert!(run.stderr.contains("did NOT go to carol@example.org, but"), "{}", run.stderr);
    assert_eq!(given(&world).len(), 3);
    clean(&world);
    let nothing = "nothing was sent";
    for (name, via, code, said) in [
        ("no such program", "/no/such/mailer", 69, nothing),
        ("not to be run", world.dir.path().to_str().unwrap(), 69, nothing),
        (
            "killed",
            "/bin/sh -c 'kill -9 $$'",
            75,
            "a signal ended it; whether the mail went out is",
        ),
        ("two words of nothing", "'", 78, nothing),
    ] {
        let arguments = ["sendmail", "--via", via, "-t"];
        let run = world.feed(&arguments, TO_BOB.as_bytes());
        assert_eq!(run.code, code, "{name}: {run:?}");
        assert!(run.stderr.contains(said), "{name}: {}", run.stderr);
    }
    let large = format!("{TO_BOB}{}", "x".repeat(1_000_000));
    let run = world.feed(&["sendmail", "--via", "/bin/true", "-ti"], large.as_bytes()).exits(75);
    assert!(run.stderr.contains("before it had read the mail"), "{}", run.stderr);
}

#[test]
fn wrong_calls_and_wrong_mails_send_nothing() {
    let world = world();
    let header = format!("X: {}\n{TO_BOB}", "x".repeat(10_000_000));
    for (name, arguments, input, code) in [
        ("no recipients", &["-i"][..], TO_BOB, 64),
        ("no value", &["-i", "-f"], TO_BOB, 64),
        ("an address as an option", &["-i", "-Zbob@example.org"], TO_BOB, 64),
        ("SMTP", &["-bs"], TO_BOB, 64),
        ("unknown mode", &["--mode", "maybe", "-t"], TO_BOB, 64),
        ("no mail", &["-t"], "", 65),
        ("blanks", &[BOB], "\n \n", 65),
        ("nobody in the header", &["-t"], "From: alice@example.org\n\nHello\n", 65),
        ("long header", &["-t"], &header, 65),
        ("account", &["--account", "x@y.org", BOB], "Subject: x\n\nHello\n", 78),
    ] {
        let run = sendmail(&world, arguments, input.as_bytes());
        assert_eq!(run.code, code, "{name}: {run:?}");
        assert!(given_nothing(&world), "{name}");
        assert_ne!(run.stderr, "", "{name}");
    }
    for (name, input) in odd_inputs() {
        let run = sendmail(&world, &["--mode", "encrypt", "-i", BOB], &input);
        let sent = given(&world);
        match run.code {
            0 => assert!(sent.iter().all(|given| given.mail.contains("BEGIN PGP")), "{name}"),
            _ => assert!(sent.is_empty(), "{name}: {run:?}"),
        }
        clean(&world);
    }
}

#[test]
fn a_home_that_fails_sends_nothing_in_any_mode() {
    let world = world();
    let broken = world.path("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("inbome.db"), "this is no database").unwrap();
    let via = mailer(&world);
    for mode in ["auto", "encrypt", "clear"] {
        for (name, home, now, code) in [
            ("damaged", &broken, NOW, 75),
            ("none", &world.path("nowhere"), NOW, 78),
            ("bad clock", &world.home(), "now", 78),
        ] {
            let mut command = world.command(home);
            command.env("INBOME_NOW", now);
            let arguments = ["sendmail", "--via", &via, "--mode", mode, "-t"];
            let run = feed(command.args(arguments), TO_BOB.as_bytes());
            assert_eq!(run.code, code, "{name}, {mode}: {run:?}");
            assert!(run.stderr.contains("nothing was sent"), "{name}: {}", run.stderr);
            assert!(given_nothing(&world), "{name}, {mode}");
        }
    }
}

#[test]
fn a_reply_in_the_clear_to_an_encrypted_mail_says_who_causes_it() {
    let world = world();
    let letter = mail(BOB, DATE, "").replace("<1@example.org>", "<secret@example.org>");
    let secret = world.sent_by(BOB, &letter);
    world.feed(&["process-incoming"], &secret).exits(0);
    let reply = "From: alice@example.org\nTo: bob@example.org, eve@example.org\n\
                 In-Reply-To: <secret@example.org>\n\nHello\n";
    world.run(&["account", "set", ALICE, "--clear-reply", "send"]).exits(0);
    let run = sendmail(&world, &["-t"], reply.as_bytes()).exits(0);
    assert!(run.stderr.contains("answers an encrypted mail"), "{}", run.stderr);
    assert!(run.stderr.contains("eve@example.org: "), "{}", run.stderr);
    assert!(!run.stderr.contains("bob@example.org"), "{}", run.stderr);
    assert_eq!(only(&world).recipients(), [BOB, "eve@example.org"]);
}

#[test]
fn a_dry_run_shows_everything_and_sends_nothing() {
    let world = world();
    let arguments = ["--dry-run", "--fcc", "Sent", "-t", "-F", "Alice's mail", "-f", ALICE, CAROL];
    let run = sendmail(&world, &arguments, TO_BOB.as_bytes()).exits(0);
    for part in [
        "To be sent encrypted: ",
        "\nTo: bob@example.org\n",
        "\nTo: carol@example.org\n",
        " -F \"Alice's mail\" -f alice@example.org -i -- carol@example.org\n",
        "BEGIN PGP MESSAGE",
        "To be kept in Sent.",
    ] {
        assert!(run.text().contains(part), "{part}: {}", run.text());
    }
    let shown = sendmail(&world, &["--json", "--dry-run", "-t", CAROL], TO_BOB.as_bytes());
    let shown = shown.exits(0).json();
    assert_eq!((&shown["encrypted"], &shown["sent"]), (&json!(true), &json!(0)));
    assert_eq!(shown["messages"][1]["recipients"], json!([CAROL]));
    let command = shown["messages"][1]["command"].as_array().unwrap();
    assert_eq!(command[command.len() - 3..], [json!("-i"), json!("--"), json!(CAROL)]);
    assert!(text(&shown["messages"][0]["data"]).contains("BEGIN PGP MESSAGE"));
    assert!(given_nothing(&world) && !world.path("Sent").exists());
    let sent = sendmail(&world, &["--json", "-t", CAROL], TO_BOB.as_bytes()).exits(0).json();
    assert_eq!((&sent["sent"], &sent["stored"]), (&json!(2), &json!(null)));
    assert!(sent["messages"][0].get("data").is_none());
}

#[test]
fn the_mailer_comes_from_the_environment_too_and_must_not_be_us() {
    let world = world();
    let mut command = world.command(&world.home());
    command.env("INBOME_SENDMAIL", mailer(&world)).args(["sendmail", "-t"]);
    feed(&mut command, TO_BOB.as_bytes()).exits(0);
    is_encrypted(&only(&world));
    let us = format!("{} sendmail", env!("CARGO_BIN_EXE_inbome"));
    let run = world.feed(&["sendmail", "--via", &us, "-t"], TO_BOB.as_bytes()).exits(78);
    assert!(run.stderr.contains("calls inbome again"), "{}", run.stderr);
}

#[test]
fn a_link_named_sendmail_is_sendmail() {
    let world = world();
    let via = mailer(&world);
    for name in ["sendmail", "inbome-sendmail"] {
        let link = world.path(name);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_inbome"), &link).unwrap();
        let mut command = Command::new(&link);
        command.env_clear().env("INBOME_HOME", world.home()).env("INBOME_NOW", NOW);
        command.env("INBOME_SENDMAIL", &via).args(["-oi", "-t"]);
        feed(&mut command, TO_BOB.as_bytes()).exits(0);
        let given = only(&world);
        assert_eq!(given.arguments.join(" "), "-oi -- bob@example.org");
        is_encrypted(&given);
    }
    // What is no mail is the mailer's own business.
    sendmail(&world, &["-bp"], b"").exits(0);
    assert_eq!(only(&world).arguments, ["-bp"]);
}
