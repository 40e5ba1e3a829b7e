//! neomutt's own Autocrypt as a peer, in both directions: it introduces itself, reads what is
//! encrypted to it, answers encrypted, and what it gossips is taken. As Debian ships it; without it
//! the test fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use inbome_core::decrypt::{Encryption, Signature, Signer};
use inbome_core::discover::Receipt;
use inbome_core::engine::{Engine, Reply};
use inbome_core::fields::Verdict;
use inbome_core::header::PreferEncrypt;
use inbome_core::outgoing::{Mode, OutgoingOptions};
use inbome_core::recommend::{Recommendation, TargetSource};
use inbome_tests::homes::*;
use inbome_tests::terminal::{Terminal, make_maildir, write_rc};

/// A neomutt whose mails land in `out`.
fn start(dir: &Path) -> Terminal {
    make_maildir(&dir.join("Mail"));
    fs::create_dir(dir.join("out")).expect("a folder");
    let mailer = dir.join("mailer");
    let script = "#!/bin/sh\ncat > \"$(dirname \"$0\")/out/part\" && \
                  mv \"$(dirname \"$0\")/out/part\" \"$(dirname \"$0\")/out/$$.eml\"\n";
    fs::write(&mailer, script).expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(&mailer, mode).expect("made executable");
    let more = format!(
        "set sendmail={}\nset editor=true\nset abort_unmodified=no\nset fast_reply=yes\n\
         set include=yes\nset wait_key=no\nset recall=no\nset hostname=example.org\n\
         set autocrypt_reply=yes\nset record={}/Sent\nset confirmappend=no\nset mail_check=1\nset timeout=1\n\
         set pager_index_lines=0\nignore *\n",
        mailer.display(),
        dir.display()
    );
    write_rc(dir, ALICE, &more);
    let terminal = Terminal::start(dir);
    terminal.make_account();
    terminal.answer("Scan a mailbox for autocrypt headers?", "n");
    terminal
}

/// The next mail that neomutt sends.
fn sent(dir: &Path) -> Vec<u8> {
    for _ in 0..600 {
        let mut mails = fs::read_dir(dir.join("out")).expect("a folder").flatten();
        let whole = |path: &PathBuf| path.extension().is_some_and(|end| end == "eml");
        if let Some(path) = mails.find_map(|entry| Some(entry.path()).filter(whole)) {
            let mail = fs::read(&path).expect("read");
            fs::remove_file(&path).expect("removed");
            return mail;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("neomutt sent nothing");
}

fn send(engine: &Engine, mail: &str, mode: Mode) -> Vec<u8> {
    let options = OutgoingOptions { mode, ..OutgoingOptions::default() };
    let sent = engine.process_outgoing(None, mail.as_bytes(), &options).expect("made");
    assert_eq!(sent.encrypted, mode == Mode::Auto);
    sent.messages.into_iter().next().expect("a mail").data
}

#[test]
fn neomutt_and_we_write_encrypted_to_each_other_and_to_a_third_person() {
    let home = Home::new();
    let dir = home.path();
    let neomutt = start(dir);
    let _agent = Agent(dir.join("autocrypt"));
    let (bob, carol) = (engine_of(BOB), engine_of(CAROL));
    let hello = send(&carol, &format!("From: {CAROL}\nTo: {BOB}\n\nHi\n"), Mode::Clear);
    let today = Receipt { received_at: Some(bob.now()), ..Receipt::default() };
    bob.process_incoming(None, &hello, today).expect("processed");

    // It introduces itself in the clear.
    neomutt.answer("q:Quit", "m");
    neomutt.type_line("To:", BOB);
    neomutt.type_line("Subject:", "Hello");
    neomutt.answer("y:Send", "y");
    let first = sent(dir);
    let learnt = bob.process_incoming(None, &first, Receipt::default()).expect("processed");
    assert_eq!(learnt.fields[0].verdict, Verdict::Valid, "{learnt:?}");
    let alice = bob.peer(None, &addr(ALICE)).expect("known").state.peer.advert.expect("an advert");
    assert_eq!(alice.prefer_encrypt, PreferEncrypt::Mutual);

    // It reads what we encrypt, and shows the Subject that was hidden.
    let letter = format!(
        "From: Bob <{BOB}>\nTo: {ALICE}\nCc: {CAROL}\nSubject: Secret plans\nMessage-ID: <b1@example.org>\n\
         \nMeet me under the old oak.\n"
    );
    let letter = send(&bob, &letter, Mode::Auto);
    assert!(!String::from_utf8_lossy(&letter).contains("oak"));
    // neomutt compares whole seconds to see whether a folder changed.
    std::thread::sleep(Duration::from_millis(1_100));
    fs::write(dir.join("Mail/new/1.bob"), &letter).expect("delivered");
    neomutt.answer("Mail sent", "$");
    neomutt.answer("Bob ", "Enter");
    let screen = neomutt.wait_for("under the old oak");
    assert!(screen.contains("Secret plans"), "{screen}");

    // It answers both, encrypted; Carol's key it has from our gossip.
    neomutt.answer("r:Reply", "g");
    neomutt.answer("Recommendation: Discouraged", "o");
    neomutt.answer("(e)ncrypt", "e");
    neomutt.answer("Autocrypt: Encrypt", "y");
    let answer = sent(dir);
    assert!(!String::from_utf8_lossy(&answer).contains("oak"));
    for (name, reader, signer) in [("bob", &bob, Signer::Current), ("carol", &carol, Signer::New)] {
        let receipt = Receipt { return_payload: true, ..Receipt::default() };
        let read = reader.process_incoming(None, &answer, receipt).expect("processed");
        let shown = read.decrypted.expect("shown");
        assert_eq!(shown.summary.encryption, Encryption::Encrypted, "{name}");
        assert!(matches!(shown.summary.signature, Signature::Valid { .. }), "{name}");
        assert_eq!(shown.summary.signer, Some(signer), "{name}");
        let text = String::from_utf8(shown.message.expect("a message")).expect("text");
        assert!(text.contains("under the old oak"), "{name}: {text}");
        let about: Vec<String> = read
            .gossip
            .iter()
            .filter(|g| g.key.is_ok())
            .filter_map(|g| Some(g.addr.as_ref()?.to_string()))
            .collect();
        let other = if name == "bob" { CAROL } else { BOB };
        assert_eq!(about, [other], "{name}");
        let seen = reader.peer(None, &addr(ALICE)).expect("known").state.peer.seen.expect("seen");
        assert!(seen.encrypted, "{name}");
    }

    // After it Carol can write to both, with Bob's key from neomutt's gossip.
    let reply = Reply::ToEncrypted(true);
    let advice = carol.recommend(None, &[addr(ALICE), addr(BOB)], &reply).expect("advised");
    assert_eq!(advice.recommendation, Recommendation::Encrypt);
    let bobs = advice.recipients[1].1.target.as_ref().expect("a key");
    assert_eq!(bobs.source, TargetSource::Gossip);
    assert_eq!(bobs.key.fingerprint.to_string(), own_fingerprint(&bob));
}
