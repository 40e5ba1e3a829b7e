//! Scanning mailboxes whose encrypted mails advertise inside alone, as Delta Chat writes them
//! (Discovery §4, step 3).

use std::fs;
use std::path::{Path, PathBuf};

use inbome_core::discover::Ignored;
use inbome_core::engine::Engine;
use inbome_core::mime::rewrite;
use inbome_core::outgoing::OutgoingOptions;
use inbome_core::scan::{ScanOptions, ScanReport};
use inbome_tests::mailbox::mboxrd;
use inbome_tests::scanning::{how, scan_with};
use inbome_tests::stage::*;

fn scan(engine: &Engine, path: &Path, no_decrypt: bool) -> ScanReport {
    scan_with(engine, &[path.to_owned()], &ScanOptions { no_decrypt, ..how() })
}

/// Bob's engine, and an encrypted mail to him from Alice that bears its adverts inside alone.
fn bob_and_a_mail() -> (Engine, Vec<u8>) {
    let clock = SetClock::new(SENT);
    let bob = bob_at(&clock);
    let alice = Engine::in_memory(options(&clock));
    add_account(&alice, ALICE);
    let hello = format!("From: {BOB}\r\nTo: {ALICE}\r\nDate: {}\r\n\r\nHi\r\n", rfc2822(SENT, 0));
    let hello = bob.process_outgoing(None, hello.as_bytes(), &OutgoingOptions::default());
    receive(&alice, &hello.expect("made").messages[0].data);
    let answer = format!("From: {ALICE}\r\nTo: {BOB}\r\nSubject: x\r\n\r\nHi yourself\r\n");
    let sent = alice.process_outgoing(None, answer.as_bytes(), &OutgoingOptions::default());
    let sent = sent.expect("made");
    assert!(sent.encrypted);
    let is_key_field = |name: &[u8]| name == b"Autocrypt" || name == b"INBOME-Encryption";
    let bare = rewrite(&sent.messages[0].data, &|field| is_key_field(field.name), &[]);
    (bob, bare.expect("rewritten"))
}

/// One mailbox of each kind that holds `mail` between two others.
fn mailboxes(mail: &[u8], home: &Path) -> Vec<(&'static str, PathBuf)> {
    let plain = |n: i64| {
        let from = format!("p{n}@example.org");
        inbome_tests::stage::mail(&from, SENT + n, "")
    };
    let mails = [plain(1), mail.to_vec(), plain(2)];
    let maildir = home.join("maildir");
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(maildir.join(part)).expect("a folder");
    }
    for (name, octets) in ["1.a:2,S", "2.b:2,S", "3.c:2,"].into_iter().zip(&mails) {
        fs::write(maildir.join("cur").join(name), octets).expect("written");
    }
    let mbox = home.join("mbox");
    let all: Vec<u8> = mails.iter().flat_map(|mail| mboxrd(SENT, mail)).collect();
    fs::write(&mbox, all).expect("written");
    let single = home.join("single.eml");
    fs::write(&single, mail).expect("written");
    vec![("maildir", maildir), ("mbox", mbox), ("file", single)]
}

#[test]
fn an_advert_inside_is_found_in_every_kind_of_mailbox() {
    let home = tempfile::tempdir().expect("a folder");
    let (_, mail) = bob_and_a_mail();
    for (name, path) in mailboxes(&mail, home.path()) {
        let (bob, _) = bob_and_a_mail();
        let report = scan(&bob, &path, false);
        assert_eq!(report.ignored.get(&Ignored::NotDecrypted.code()), None, "{name}: {report:?}");
        let peer = state(&bob, ALICE).peer;
        let advert = peer.advert.unwrap_or_else(|| panic!("{name}: no advert"));
        assert!(advert.protected, "{name}");
        assert!(peer.seen.expect("seen").encrypted, "{name}");
    }
}

#[test]
fn without_decrypting_such_a_mail_tells_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let (_, mail) = bob_and_a_mail();
    for (name, path) in mailboxes(&mail, home.path()) {
        let (bob, _) = bob_and_a_mail();
        let report = scan(&bob, &path, true);
        assert_eq!(report.ignored.get(&Ignored::NotDecrypted.code()), Some(&1), "{name}");
        assert_eq!(state(&bob, ALICE).peer.advert, None, "{name}");
    }
}

#[test]
fn a_mail_to_somebody_else_stays_closed_and_is_ignored() {
    let home = tempfile::tempdir().expect("a folder");
    let (_, mail) = bob_and_a_mail();
    let carol = Engine::in_memory(options(&SetClock::new(NOW)));
    add_account(&carol, "carol@example.org");
    let (_, path) = mailboxes(&mail, home.path()).remove(1);
    let report = scan(&carol, &path, false);
    assert_eq!(report.ignored.get(&Ignored::NotDecrypted.code()), Some(&1));
}
