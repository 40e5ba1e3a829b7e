//! Whole mails between us and programs that nobody here wrote: GnuPG, Sequoia's `sq` and GMime, in
//! both directions. One that is missing is a failure.

use std::path::Path;
use std::process::Command;

use inbome_core::decrypt::{Encryption, Signature, Signer};
use inbome_core::discover::Receipt;
use inbome_core::engine::Engine;
use inbome_core::mime::{Form, locate};
use inbome_core::outgoing::{Mode, OutgoingOptions};
use inbome_tests::homes::*;

/// Engines of Bob, Alice and Carol who have written to one another in the clear.
pub(crate) fn three() -> [Engine; 3] {
    let all = [BOB, ALICE, CAROL].map(engine_of);
    let clear = OutgoingOptions { mode: Mode::Clear, ..OutgoingOptions::default() };
    for from in &all {
        let sender = from.account(None).unwrap().addr;
        let hello = format!("From: {sender}\r\nTo: {BOB}, {ALICE}, {CAROL}\r\n\r\nHi\r\n");
        let hello = from.process_outgoing(None, hello.as_bytes(), &clear).unwrap();
        for to in &all {
            let received_at = Some(to.now());
            let receipt = Receipt { received_at, ..Receipt::default() };
            to.process_incoming(None, &hello.messages[0].data, receipt).unwrap();
        }
    }
    all
}

/// Bob's encrypted mail to Alice and Carol.
pub(crate) fn letter(bob: &Engine) -> Vec<u8> {
    let draft = format!(
        "From: {BOB}\r\nTo: {ALICE}\r\nCc: {CAROL}\r\nSubject: Secret plans\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nUnter der alten Eiche, um fünf.\r\n"
    );
    let sent = bob.process_outgoing(None, draft.as_bytes(), &OutgoingOptions::default()).unwrap();
    assert!(sent.encrypted);
    sent.messages.into_iter().next().unwrap().data
}

/// The OpenPGP message in a mail.
pub(crate) fn armor(mail: &[u8]) -> Vec<u8> {
    let Ok(Form::Encrypted(found)) = locate(mail) else { panic!("an encrypted mail") };
    found.armor.into_owned()
}

/// The PGP/MIME mail around an OpenPGP message, as another program writes it.
pub(crate) fn wrapped(from: &str, to: &str, armor: &[u8], key_field: &str) -> Vec<u8> {
    let armor = String::from_utf8_lossy(armor);
    format!(
        "From: {from}\nTo: {to}\nSubject: ...\nMessage-ID: <other@example.org>\n{key_field}\
         MIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=\"=-=\";\n\
         \tprotocol=\"application/pgp-encrypted\"\n\n--=-=\n\
         Content-Type: application/pgp-encrypted\n\nVersion: 1\n\n--=-=\n\
         Content-Type: application/octet-stream\n\n{armor}\n--=-=--\n"
    )
    .into_bytes()
}

/// A mail that another program writes.
pub(crate) const PAYLOAD: &str =
    "Content-Type: text/plain; charset=utf-8\r\n\r\nGrüße von nebenan.\r\n";

/// Reads the mail with [`PAYLOAD`] in it, which the current key of the sender signed.
pub(crate) fn read_by(engine: &Engine, mail: &[u8]) {
    let read = engine.decrypt(None, mail).unwrap();
    assert_eq!(read.summary.encryption, Encryption::Encrypted);
    assert!(matches!(read.summary.signature, Signature::Valid { .. }), "{:?}", read.summary);
    assert_eq!(read.summary.signer, Some(Signer::Current));
    let text = String::from_utf8(read.message.unwrap()).unwrap();
    assert!(text.ends_with("Grüße von nebenan.\r\n"), "{text}");
}

#[test]
fn gnupg_reads_our_mail_with_an_exported_key_and_we_read_what_it_writes() {
    let [bob, alice, _] = three();
    let home = Home::new();
    let (secret, _) = alice.export_secret(None).unwrap();
    home.gpg(&["--import"], secret.as_bytes());
    home.gpg(&["--import"], &cert_of(&bob));

    let output = gpg(home.path(), &["--status-fd", "2", "--decrypt"], &armor(&letter(&bob)));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("VALIDSIG {}", own_fingerprint(&bob))), "{said}");
    assert!(said.contains("DECRYPTION_OKAY"), "{said}");
    let payload = String::from_utf8(output.stdout).unwrap();
    assert!(payload.contains("\r\nSubject: Secret plans\r\n"), "{payload}");
    assert!(payload.ends_with("Unter der alten Eiche, um fünf.\r\n"), "{payload}");

    let mut arguments = vec!["--trust-model", "always", "--armor", "--sign", "--encrypt"];
    arguments.extend(["-u", ALICE, "-r", BOB, "-r", ALICE]);
    let message = home.gpg(&arguments, PAYLOAD.as_bytes());
    read_by(&bob, &wrapped(ALICE, BOB, &message, ""));
}

#[test]
fn sequoia_reads_our_mail_with_an_exported_key_and_we_read_what_it_writes() {
    let [bob, alice, _] = three();
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, octets: &[u8]| std::fs::write(dir.path().join(name), octets).unwrap();
    put("alice.key", alice.export_secret(None).unwrap().0.as_bytes());
    put("bob.cert", &cert_of(&bob));
    put("letter", &armor(&letter(&bob)));
    put("payload", PAYLOAD.as_bytes());

    let read = sq(
        dir.path(),
        &["decrypt", "--recipient-key", "alice.key", "--signer-cert", "bob.cert", "letter"],
    );
    let payload = String::from_utf8(read).unwrap();
    assert!(payload.contains("\r\nSubject: Secret plans\r\n"), "{payload}");

    let message = sq(
        dir.path(),
        &["encrypt", "--recipient-cert", "bob.cert", "--signer-key", "alice.key", "payload"],
    );
    read_by(&bob, &wrapped(ALICE, BOB, &message, ""));
}

/// Runs `sq` in a folder; it must succeed.
fn sq(dir: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("sq").current_dir(dir).args(arguments).output();
    let output = output.expect("sq must be installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn gmime_reads_our_adverts_and_our_gossip() {
    let [bob, alice, carol] = three();
    let mail = letter(&bob);
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("gmime");
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", "gmime-3.0"]).output();
    let flags = String::from_utf8(flags.expect("pkg-config must be installed").stdout).unwrap();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/gmime.c");
    let built = Command::new("cc")
        .args(["-Wall", "-Wextra", "-Werror", "-o"])
        .arg(&program)
        .arg(source)
        .args(flags.split_whitespace())
        .output()
        .expect("cc must be installed");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    // GMime decrypts by gpg, with the session key that we export and no key of its own.
    let read = alice.decrypt(None, &mail).unwrap();
    let session_key = read.session_key.unwrap();
    let home = Home::new();
    let file = dir.path().join("mail");
    std::fs::write(&file, &mail).unwrap();
    let output = Command::new(&program)
        .arg(std::str::from_utf8(session_key.as_bytes()).unwrap())
        .env("GNUPGHOME", home.path())
        .stdin(std::fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let size = |engine: &Engine| cert_of(engine).len();
    assert_eq!(
        said.lines().collect::<Vec<_>>(),
        [
            format!("advert {BOB} mutual {}", size(&bob)),
            format!("gossip {ALICE} none {}", size(&alice)),
            format!("gossip {CAROL} none {}", size(&carol)),
        ]
    );
}
