//! The recipes of docs/recipes, taken out of their pages and run with the real programs; one that is
//! missing is a failure.

use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::world::{ALICE, BOB, DATE, NOW, World};

/// The first block of a page that is labelled `label`, with the command of this test in it.
fn recipe(world: &World, page: &str, label: &str) -> String {
    let path = format!("{}/../docs/recipes/{page}.md", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(path).unwrap();
    let (_, rest) = page.split_once(&format!("```{label}\n")).expect("a block with this label");
    let (block, _) = rest.split_once("```").unwrap();
    let bin = world.path("bin");
    block.replace("/usr/local/bin", bin.to_str().unwrap()).replace("you@example.org", ALICE)
}

fn script(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)).unwrap();
}

/// Alice, who has Bob's key, with the command under its two names and a mailer that keeps what it
/// gets.
fn kitchen() -> World {
    let world = World::of_alice();
    world.meet_bob();
    for folder in ["bin", "real", "sent"] {
        std::fs::create_dir(world.path(folder)).unwrap();
    }
    let mailer = world.path("mailer");
    let sent = world.path("sent");
    script(&mailer, &format!("#!/bin/sh\necho \"$@\" >{0}/args\ncat >{0}/mail\n", sent.display()));
    for name in ["inbome", "inbome-sendmail"] {
        let real = world.path("real").join(name);
        symlink(env!("CARGO_BIN_EXE_inbome"), &real).unwrap();
        let text = format!(
            "#!/bin/sh\nexport INBOME_HOME='{}' INBOME_SENDMAIL='{}' INBOME_NOW={NOW}\n\
             exec '{}' \"$@\"\n",
            world.home().display(),
            mailer.display(),
            real.display()
        );
        script(&world.path("bin").join(name), &text);
    }
    world
}

fn run(world: &World, program: &str, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).env("HOME", world.dir.path()).env("LC_ALL", "C");
    command.env("MAILRC", world.path("mailrc")).current_dir(world.dir.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    output
}

#[test]
fn programs_that_send_by_a_command_send_encrypted() {
    let sending: [(&str, &str, &str, &str, &[&str]); 4] = [
        ("mutt", "mutt", "muttrc", "muttrc", &["-n", "-F", "muttrc", "-s", "Hi", BOB]),
        ("neomutt", "mutt", "muttrc", "muttrc", &["-n", "-F", "muttrc", "-s", "Hi", BOB]),
        ("s-nail", "s-nail", "mailrc", "mailrc", &["-s", "Hi", BOB]),
        ("mail.mailutils", "mailutils", "mailrc", "mailrc", &["-r", ALICE, "-s", "Hi", BOB]),
    ];
    for (program, page, label, file, arguments) in sending {
        let world = kitchen();
        world.file(file, recipe(&world, page, label));
        run(&world, program, arguments, b"Hello Bob\n");
        let mail = std::fs::read_to_string(world.path("sent/mail"));
        let mail = mail.unwrap_or_else(|error| panic!("{program} sent nothing: {error}"));
        assert!(mail.contains("-----BEGIN PGP MESSAGE-----"), "{program}: {mail}");
        assert!(!mail.contains("Hello Bob") && !mail.contains("Subject: Hi"), "{program}: {mail}");
        let arguments = std::fs::read_to_string(world.path("sent/args")).unwrap();
        assert!(arguments.trim_end().ends_with(&format!("-- {BOB}")), "{program}: {arguments}");
    }
}

/// A Maildir with nothing in it.
fn maildir(world: &World) -> PathBuf {
    let path = world.path("Maildir");
    for part in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(path.join(part)).unwrap();
    }
    path
}

fn carols_mail(world: &World) -> Vec<u8> {
    let carol = "carol@example.org";
    let fields = world.fields_of(carol);
    format!("From: {carol}\nTo: {ALICE}\nDate: {DATE}\nMessage-ID: <c@example.org>\n{fields}\nHi\n")
        .into_bytes()
}

fn knows_carol(world: &World) -> bool {
    let key = world.run(&["get-encrypt-key", "carol@example.org", "--json"]);
    key.json()["fingerprint"] != json!(null)
}

#[test]
fn programs_that_deliver_learn_from_each_mail_and_lose_none() {
    for (program, page, label, rest) in [
        ("procmail", "procmail", "procmailrc", "\n:0\nMAILDIR/\n"),
        ("maildrop", "maildrop", "mailfilter", "to \"MAILDIR\"\n"),
        ("fdm", "fdm", "fdm", "action \"inbox\" maildir \"MAILDIR\"\nmatch all action \"inbox\"\n"),
    ] {
        let world = kitchen();
        let maildir = maildir(&world);
        let rest = rest.replace("MAILDIR", maildir.to_str().unwrap());
        let config = recipe(&world, page, label) + &rest;
        let config =
            if program == "fdm" { format!("account \"stdin\" stdin\n{config}") } else { config };
        let path = world.file("config", config);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        let mail = carols_mail(&world);
        let arguments: &[&str] = match program {
            "procmail" => &["-m", &path],
            "maildrop" => &[&path],
            _ => &["-f", &path, "-m", "-a", "stdin", "fetch"],
        };
        run(&world, program, arguments, &mail);
        let delivered: Vec<_> = std::fs::read_dir(maildir.join("new")).unwrap().collect();
        let [Ok(delivered)] = delivered.as_slice() else { panic!("{program}: {delivered:?}") };
        let found = String::from_utf8(std::fs::read(delivered.path()).unwrap()).unwrap();
        // The programs add fields and an empty line of their own.
        let body = String::from_utf8(mail).unwrap();
        let fields = body.split_once("\n\n").unwrap().0;
        assert!(found.contains(fields) && found.contains("\n\nHi\n"), "{program}: {found}");
        assert!(knows_carol(&world), "{program}");
    }
}

#[test]
fn notmuch_learns_from_new_mail_by_its_hook() {
    let world = kitchen();
    let maildir = maildir(&world);
    std::fs::write(maildir.join("new/1.carol"), carols_mail(&world)).unwrap();
    std::fs::create_dir_all(maildir.join(".notmuch/hooks")).unwrap();
    script(&maildir.join(".notmuch/hooks/post-new"), &recipe(&world, "notmuch", "hook"));
    let config = format!("[database]\npath={}\n[user]\nprimary_email={ALICE}\n", maildir.display());
    let config = world.file("notmuch-config", config);
    run(&world, "notmuch", &["--config", &config, "new"], b"");
    assert!(knows_carol(&world));
}
