//! What costs nothing is counted, not timed: commits, verifications, certs taken apart.

use std::sync::Arc;

use inbome_core::discover::Receipt;
use inbome_core::engine::{Engine, Reply};
use inbome_core::openpgp::Rpgp;
use inbome_core::recommend::Recommendation;
use inbome_core::scan::ScanOptions;
use inbome_core::store::Store;
use inbome_core::store::sqlite::{OpenOptions, SqliteStore};
use inbome_tests::mailbox;
use inbome_tests::stage::*;

/// What a call cost: commits, certs taken apart, verifications.
fn cost(engine: &Engine, openpgp: &Rpgp, call: impl FnOnce()) -> (u64, u64, u64) {
    let count = || (engine.commits().expect("counted"), openpgp.parses(), openpgp.verifications());
    let before = count();
    call();
    let after = count();
    (after.0 - before.0, after.1 - before.1, after.2 - before.2)
}

/// Both stores, each behind an engine whose OpenPGP counts.
fn engines() -> Vec<(&'static str, Engine, Rpgp, Option<tempfile::TempDir>)> {
    let (memory, counted) = bob_counted();
    let folder = tempfile::tempdir().expect("a folder");
    let how = OpenOptions { create: true, busy_timeout_secs: 5 };
    let store: Box<dyn Store> =
        Box::new(SqliteStore::open(&folder.path().join("home"), how).expect("a store"));
    let openpgp = Rpgp::new();
    let engine = Engine::over(store, Arc::new(openpgp.clone()), options(&SetClock::new(NOW)));
    add_account(&engine, BOB);
    vec![("memory", memory, counted, None), ("sqlite", engine, openpgp, Some(folder))]
}

#[test]
fn a_repeat_sender_costs_one_commit_and_nothing_else() {
    for (store, engine, openpgp, _folder) in engines() {
        let field = autocrypt(ALICE, true, &cert(1, ALICE));
        let first = cost(&engine, &openpgp, || drop(receive(&engine, &mail(ALICE, SENT, &field))));
        // A new key is taken apart once, between its check, its union and its judgement.
        assert!(first.0 == 1 && first.1 == 1 && first.2 > 0, "{store}: {first:?}");
        let says_less = autocrypt(ALICE, false, &cert(1, ALICE));
        for (name, mail, expected) in [
            ("the same field, younger", mail(ALICE, SENT + 10, &field), (1, 0, 0)),
            ("the same mail", mail(ALICE, SENT + 10, &field), (0, 0, 0)),
            ("the same field, between", mail(ALICE, SENT + 5, &field), (0, 0, 0)),
            ("the same field, older", mail(ALICE, SENT - 10, &field), (1, 0, 0)),
            ("the same key, another preference", mail(ALICE, SENT + 20, &says_less), (1, 0, 0)),
            ("the first field again", mail(ALICE, SENT + 30, &field), (1, 0, 0)),
            ("no field", mail(ALICE, SENT + 25, ""), (1, 0, 0)),
            ("no field again", mail(ALICE, SENT + 25, ""), (0, 0, 0)),
            ("a broken field", mail(ALICE, SENT + 24, "Autocrypt: x\r\n"), (0, 0, 0)),
            ("a report", mail(ALICE, SENT + 40, "Content-Type: multipart/report\r\n"), (0, 0, 0)),
            ("an own mail", mail(BOB, SENT + 40, ""), (0, 0, 0)),
        ] {
            let found = cost(&engine, &openpgp, || drop(receive(&engine, &mail)));
            assert_eq!(found, expected, "{store}: {name}: commits, parses, verifications");
        }
    }
}

#[test]
fn a_batch_costs_one_commit() {
    for (store, engine, openpgp, _folder) in engines() {
        let mails: Vec<Vec<u8>> = (0_i64..40)
            .map(|n| {
                let id = format!("peer{}@example.org", n % 4);
                let field = autocrypt(&id, true, &cert((n % 4) as u8, &id));
                mail(&id, SENT + n, &field)
            })
            .collect();
        let batch: Vec<(&[u8], Receipt)> =
            mails.iter().map(|mail| (mail.as_slice(), Receipt::default())).collect();
        let process = || drop(engine.process_mails(None, &batch).expect("processed"));
        let (commits, _, verifications) = cost(&engine, &openpgp, process);
        assert_eq!(commits, 1, "{store}");
        assert!(verifications <= 4 * 3, "{store}: {verifications} for 4 certs");
        assert_eq!(cost(&engine, &openpgp, process), (0, 0, 0), "{store}: the batch again");
    }
}

#[test]
fn questions_cost_nothing() {
    for (store, engine, openpgp, _folder) in engines() {
        receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &cert(1, ALICE))));
        let asked = cost(&engine, &openpgp, || {
            let advice = engine.recommend(None, &[addr(ALICE)], &Reply::Unknown).expect("advised");
            assert_eq!(advice.recommendation, Recommendation::Encrypt);
            engine.get_encrypt_key(None, &addr(ALICE)).expect("asked");
        });
        assert_eq!(asked, (0, 0, 0), "{store}");
    }
}

#[test]
fn a_scan_verifies_each_cert_once_and_commits_about_every_thousandth_mail() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = mailbox::Options { mails: 3_000, account: BOB.to_owned(), ..Default::default() };
    let mails = mailbox::generate(&made);
    let maildir = folder.path().join("Maildir");
    mailbox::write_maildir(&maildir, &mails).expect("written");
    let openpgp = Rpgp::new();
    let store = Box::new(inbome_core::store::memory::MemoryStore::new());
    let clock = SetClock::new(made.now);
    let engine = Engine::over(store, Arc::new(openpgp.clone()), options(&clock));
    add_account(&engine, BOB);
    let scan = |full| {
        let options = ScanOptions {
            account: None,
            jobs: 1,
            full,
            include: Vec::new(),
            count: false,
            no_decrypt: false,
            is_cancelled: &|| false,
        };
        engine.scan(std::slice::from_ref(&maildir), &options, &mut |_| {}).expect("scanned")
    };
    let mut first = None;
    let (commits, parses, verifications) = cost(&engine, &openpgp, || first = Some(scan(false)));
    let first = first.expect("a report");
    let peers = listing(&engine);
    let stored = peers.lines().filter(|line| line.starts_with("  key ")).count() as u64;
    // One to find it valid, and once each of its signatures for the union; some are refused.
    assert!(verifications <= stored * 4 + 20, "{verifications} for {stored} certs");
    // Once each; broken ones too, and a few that a chunk brings twice.
    assert!(parses <= stored + 20, "{parses} for {stored} certs");
    assert!(commits <= first.messages / 1_024 + 1, "{commits} for {}", first.messages);
    assert_eq!(commits, first.commits);
    assert!(first.messages > 2_500 && first.unreadable.is_empty(), "{first:?}");

    let mut again = None;
    assert_eq!(cost(&engine, &openpgp, || again = Some(scan(false))), (0, 0, 0));
    let again = again.expect("a report");
    assert_eq!((again.messages, again.commits, again.bytes), (0, 0, 0), "nothing is looked at");
    // Trashed mails are passed by both times; the rest is known now.
    assert_eq!(again.skipped, first.messages + first.skipped);
    let (_, _, verifications) = cost(&engine, &openpgp, || drop(scan(true)));
    assert!(verifications <= stored * 4 + 20);
    assert_eq!(listing(&engine), peers, "a second full scan changes nothing");
}
