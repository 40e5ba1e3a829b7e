//! Further programs that nobody here wrote as peers, in both directions: RNP, Sequoia by its Python
//! binding, mutt with gpgme, and notmuch, which indexes. One that is missing is a failure.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use inbome_core::decrypt::{Encryption, Signature, Signer};
use inbome_core::engine::Engine;
use inbome_tests::homes::*;
use inbome_tests::terminal::{Terminal, make_maildir};

use crate::interop_programs::{PAYLOAD, armor, letter, read_by, three, wrapped};

/// Alice's secret key and Bob's cert as files, and Bob's encrypted mail to her.
fn files(dir: &Path, alice: &Engine, bob: &Engine) {
    let secret = alice.export_secret(None).expect("a key").0;
    for (name, octets) in [
        ("alice.key", secret.as_bytes()),
        ("bob.cert", &cert_of(bob)),
        ("letter", &armor(&letter(bob))),
        ("payload", PAYLOAD.as_bytes()),
    ] {
        fs::write(dir.join(name), octets).expect("written");
    }
}

/// Runs a program in a folder; it must succeed. Returns what it wrote, and what it said.
fn run(dir: &Path, program: &Path, arguments: &[&str], input: &str) -> (Vec<u8>, String) {
    let output = Command::new(program)
        .current_dir(dir)
        .args(arguments)
        .stdin(fs::File::open(dir.join(input)).map_or(Stdio::null(), Stdio::from))
        .output()
        .unwrap_or_else(|error| panic!("{} must be installed: {error}", program.display()));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program:?} {arguments:?}: {said}");
    (output.stdout, said)
}

fn is_the_letter(payload: Vec<u8>) {
    let payload = String::from_utf8(payload).expect("text");
    assert!(payload.contains("\r\nSubject: Secret plans\r\n"), "{payload}");
    assert!(payload.ends_with("Unter der alten Eiche, um fünf.\r\n"), "{payload}");
}

#[test]
fn rnp_reads_our_mail_with_an_exported_key_and_we_read_what_it_writes() {
    let [bob, alice, _] = three();
    let dir = tempfile::tempdir().expect("a folder");
    files(dir.path(), &alice, &bob);
    fs::create_dir(dir.path().join("rnp")).expect("a folder");
    for name in ["alice.key", "bob.cert"] {
        run(dir.path(), "rnpkeys".as_ref(), &["--homedir", "rnp", "--import", name], "");
    }

    let rnp = |arguments: &[&str]| {
        let arguments = [&["--homedir", "rnp", "--output", "-"], arguments].concat();
        run(dir.path(), "rnp".as_ref(), &arguments, "")
    };
    let (payload, said) = rnp(&["--decrypt", "letter"]);
    is_the_letter(payload);
    assert!(said.contains("Good signature made"), "{said}");
    assert!(said.contains(&own_fingerprint(&bob).to_lowercase()), "{said}");

    let arguments = ["--encrypt", "--sign", "--armor", "-r", BOB, "-u", ALICE, "payload"];
    let (message, _) = rnp(&arguments);
    read_by(&bob, &wrapped(ALICE, BOB, &message, ""));
}

#[test]
fn pysequoia_reads_our_mail_with_an_exported_key_and_we_read_what_it_writes() {
    let [bob, alice, _] = three();
    let dir = tempfile::tempdir().expect("a folder");
    files(dir.path(), &alice, &bob);
    // `make setup` makes this environment.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a parent");
    let python = target.join("peers/bin/python");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/pysequoia_peer.py");
    let peer =
        |verb, input| run(dir.path(), &python, &[script, verb, "alice.key", "bob.cert"], input).0;

    is_the_letter(peer("read", "letter"));
    read_by(&bob, &wrapped(ALICE, BOB, &peer("write", "payload"), ""));
}

/// A GnuPG home for mutt and notmuch with Alice's key and Bob's cert.
fn keyring_of_alice(alice: &Engine, bob: &Engine) -> Home {
    let home = Home::new();
    home.gpg(&["--import"], alice.export_secret(None).expect("a key").0.as_bytes());
    home.gpg(&["--import"], &cert_of(bob));
    home
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("made executable");
}

#[test]
fn mutt_with_gpgme_reads_our_mail_and_we_read_what_it_writes() {
    let [bob, alice, _] = three();
    let home = keyring_of_alice(&alice, &bob);
    let dir = home.path();
    make_maildir(&dir.join("Mail"));
    fs::write(dir.join("Mail/new/1.bob"), letter(&bob)).expect("delivered");
    script(&dir.join("mailer"), &format!("cat > {0}/part && mv {0}/part {0}/sent", dir.display()));
    script(&dir.join("editor"), "printf 'Grüße von nebenan.\\n' >> \"$1\"");
    let rc = format!(
        "set from={ALICE}\nset folder={0}/Mail\nset spoolfile={0}/Mail\nset mbox_type=Maildir\n\
         set sendmail={0}/mailer\nset editor={0}/editor\nset charset=utf-8\nset send_charset=utf-8\n\
         set copy=no\nset sleep_time=0\nset quit=yes\nset wait_key=no\nset pager_index_lines=0\n\
         set crypt_use_gpgme=yes\nset crypt_protected_headers_read=yes\n\
         set crypt_protected_headers_write=yes\nset crypt_autoencrypt=yes\nset crypt_autosign=yes\n\
         set pgp_sign_as={ALICE}\nset crypt_confirmhook=no\nignore *\nunignore subject\n",
        dir.display()
    );
    fs::write(dir.join("rc"), rc).expect("written");
    let mutt = Terminal::run(&format!(
        "HOME={0} GNUPGHOME={0} LC_ALL=C.UTF-8 TERM=screen mutt -n -F {0}/rc",
        dir.display()
    ));

    mutt.answer(BOB, "Enter");
    let screen = mutt.wait_for("Unter der alten Eiche");
    for shown in ["Good signature from", "Subject: Secret plans"] {
        assert!(screen.contains(shown), "{shown}: {screen}");
    }

    mutt.answer("-NP", "m");
    mutt.type_line("To:", BOB);
    mutt.type_line("Subject:", "Hidden by mutt");
    mutt.answer("Security: Sign, Encrypt (PGP/MIME)", "y");
    mutt.answer("PGP keys matching", "Enter");
    mutt.answer("Do you really want to use the key?", "y");
    mutt.wait_for("Mail sent");
    let sent = dir.join("sent");
    let mail = (0..200).find_map(|_| {
        std::thread::sleep(Duration::from_millis(50));
        fs::read(&sent).ok()
    });
    let mail = mail.expect("mutt sent nothing");
    assert!(!String::from_utf8_lossy(&mail).contains("Hidden by mutt"));
    let read = bob.decrypt(None, &mail).expect("read");
    assert_eq!(read.summary.encryption, Encryption::Encrypted);
    assert!(matches!(read.summary.signature, Signature::Valid { .. }), "{:?}", read.summary);
    assert_eq!(read.summary.signer, Some(Signer::Current));
    let shown = String::from_utf8(read.message.expect("a message")).expect("text");
    assert!(shown.contains("Subject: Hidden by mutt"), "{shown}");
}

#[test]
fn notmuch_finds_and_shows_our_mail_by_its_protected_subject() {
    let [bob, alice, _] = three();
    let home = keyring_of_alice(&alice, &bob);
    let mail = home.path().join("Mail");
    make_maildir(&mail);
    fs::write(mail.join("cur/1:2,S"), letter(&bob)).expect("delivered");
    let config = home.path().join("notmuch-config");
    let text = format!(
        "[database]\npath={}\n[user]\nname=Alice\nprimary_email={ALICE}\n[new]\ntags=inbox\n",
        mail.display()
    );
    fs::write(&config, text).expect("written");
    let notmuch = |arguments: &[&str]| {
        let mut command = Command::new("notmuch");
        command.args(arguments).env("NOTMUCH_CONFIG", &config).env("GNUPGHOME", home.path());
        let output = command.stdin(Stdio::null()).output().expect("notmuch must be installed");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    notmuch(&["config", "set", "index.decrypt", "true"]);
    notmuch(&["new"]);
    let found = notmuch(&["search", "subject:plans"]);
    assert!(found.contains("Secret plans"), "{found}");
    // As its front ends ask.
    let shown = notmuch(&["show", "--format=json", "--decrypt=true", "subject:plans"]);
    for text in ["\"Subject\": \"Secret plans\"", "Unter der alten Eiche, um fünf."] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    // What is only in the body is found too.
    assert!(notmuch(&["search", "Eiche"]).contains("Secret plans"));
}
