//! Scanning mailboxes (Discovery §4): every kind of mailbox, incrementally, interrupted, and without
//! touching anything.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use inbome_core::discover::Receipt;
use inbome_core::engine::Engine;
use inbome_core::scan::{ScanOptions, read_incoming};
use inbome_tests::homes::by_name;
use inbome_tests::mailbox::{self, mboxrd};
use inbome_tests::scanning::*;
use inbome_tests::stage::*;

#[test]
fn a_maildir_is_found_in_all_its_forms_and_at_any_depth() {
    let root = folder();
    let at = |path: &str, n: u8| put(&root.path().join(path), &keyed(n));
    at("mail/new/1.a", 1);
    at("mail/cur/2.a:2,S", 2);
    at("mail/cur/3.a:2,RS", 3);
    at("mail/.Archive/cur/4.a:2,S", 4);
    at("mail/.Archive.2016/new/5.a", 5);
    at("mail/work/projects/cur/6.a:2,", 6);
    at("plain/7.eml", 7);
    at("plain/deeper/8.eml", 8);
    put(&root.path().join("mail/tmp/9.a"), &keyed(9));
    put(&root.path().join("mail/dovecot-uidlist"), b"3 V1 N1");
    put(&root.path().join("mail/cur/.hidden"), &keyed(10));
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!(found(&engine), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!((report.messages, report.updated, report.peers), (8, 8, 8));
    assert!(report.unreadable.is_empty() && report.ignored.is_empty(), "{report:?}");
}

#[test]
fn folders_of_trash_are_passed_by_unless_they_are_asked_for() {
    let root = folder();
    let names =
        ["Junk", "spam", ".Trash", ".Deleted Items", "INBOX.Drafts", "Templates", ".Old.Trash"];
    for (n, name) in names.iter().enumerate() {
        put(&root.path().join(name).join("cur/1.a:2,S"), &keyed(n as u8 + 1));
    }
    put(&root.path().join("Junkyard/cur/1.a:2,S"), &keyed(100));
    let engine = bob();
    scan(&engine, root.path());
    assert_eq!(found(&engine), [100]);
    let asked = ScanOptions { include: vec!["TRASH".into(), "Spam".into()], ..how() };
    scan_with(&engine, &[root.path().to_owned()], &asked);
    assert_eq!(found(&engine), [2, 3, 7, 100]);
}

#[cfg(unix)]
#[test]
fn links_in_a_mail_folder_lead_to_mails_and_to_folders_only_if_asked() {
    use std::os::unix::fs::symlink;
    let (root, elsewhere) = (folder(), folder());
    let link = |to: &str, from: &str| {
        symlink(elsewhere.path().join(to), root.path().join(from)).expect("a link");
    };
    put(&elsewhere.path().join("work/cur/1.a:2,S"), &keyed(1));
    put(&elsewhere.path().join("list.mbox"), &mboxrd(0, &keyed(2)));
    put(&elsewhere.path().join("3.eml"), &keyed(3));
    put(&root.path().join("cases/4.eml"), &keyed(4));
    link("work", "INBOX.Work");
    link("list.mbox", "lists");
    link("list.mbox", "lists-too");
    // Beside mails it would be a mail that cannot be read.
    fs::create_dir(root.path().join("empty")).expect("a folder");
    link("nothing", "empty/Nothing");
    link("3.eml", "3.eml");
    // Round in circles, twice in each round.
    symlink(root.path(), elsewhere.path().join("work/round")).expect("a link");
    symlink(root.path(), root.path().join("cases/round")).expect("a link");
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!(found(&engine), [2, 3, 4]);
    // The other one leads to where the scan was already.
    assert_eq!((report.messages, report.passed_by), (3, vec![root.path().join("INBOX.Work")]));
    let asked = ScanOptions { include: vec!["work".into(), "Round".into()], ..how() };
    let report = scan_with(&engine, &[root.path().to_owned()], &asked);
    assert_eq!(found(&engine), [1, 2, 3, 4]);
    assert_eq!((report.passed_by, report.unreadable), (Vec::new(), Vec::new()));
    // A link that was named itself is what was meant.
    let engine = bob();
    scan(&engine, root.path().join("INBOX.Work"));
    assert_eq!(found(&engine), [1]);
}

#[test]
fn folders_nested_without_end_are_named_and_the_rest_is_scanned() {
    let root = folder();
    put(&root.path().join(vec!["a"; 32].join("/")).join("cur/1.a"), &keyed(1));
    put(&root.path().join(vec!["b"; 33].join("/")).join("cur/2.a"), &keyed(2));
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!(found(&engine), [1]);
    let [(path, why)] = report.unreadable.as_slice() else { panic!("{:?}", report.unreadable) };
    assert_eq!(*path, root.path().join(vec!["b"; 33].join("/")));
    assert_eq!(why, "folders nested too deeply");
}

#[test]
fn mails_flagged_as_trash_or_draft_are_passed_by() {
    let root = folder();
    let names = ["1.a:2,ST", "2.a:2,D", "3.a:2,DFS", "4.a:2,FPRS", "5.T:2,", "6.D:2T", "7.T:2:2,S"];
    for (n, name) in (1..).zip(names) {
        put(&root.path().join("cur").join(name), &keyed(n));
    }
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!((found(&engine), report.skipped), (vec![4, 5, 6, 7], 3));
    // In a list of files too.
    let engine = bob();
    let list = ["1.a:2,ST", "2.a:2,D", "4.a:2,FPRS"].map(|name| root.path().join("cur").join(name));
    let report = scan_with(&engine, &list, &how());
    assert_eq!((found(&engine), report.skipped), (vec![4], 2));
}

#[test]
fn nobody_can_tell_from_its_times_that_a_mail_was_read() {
    let root = folder();
    let (single, mbox) = (root.path().join("mail/cur/1.a:2,S"), root.path().join("box"));
    put(&single, &keyed(1));
    put(&mbox, &mboxrd(SENT, &keyed(2)));
    // Written after it was last read: mail programs take it for new.
    let at = |secs| UNIX_EPOCH + Duration::from_secs(secs);
    let (read, written) = (at(1_400_000_000), at(1_500_000_000));
    for path in [&single, &mbox] {
        let file = fs::File::options().write(true).open(path).expect("opened");
        let times = fs::FileTimes::new().set_accessed(read).set_modified(written);
        file.set_times(times).expect("set");
    }
    let engine = bob();
    scan(&engine, root.path());
    assert_eq!(found(&engine), [1, 2]);
    read_incoming(&single, Receipt::default()).expect("read");
    for path in [&single, &mbox] {
        let file = fs::metadata(path).expect("metadata");
        assert_eq!((file.accessed().ok(), file.modified().ok()), (Some(read), Some(written)));
    }
}

#[test]
fn a_file_that_could_not_be_read_is_scanned_the_next_time() {
    let root = folder();
    let name = |n: u32| root.path().join(format!("mail/cur/{n}.a:2,S"));
    let paths: Vec<PathBuf> = (0..130).map(name).collect();
    for (n, path) in paths.iter().enumerate() {
        put(path, &mail(&format!("peer{n}@example.org"), SENT, ""));
    }
    let (gone, octets) = (&paths[100], fs::read(&paths[100]).expect("read"));
    let engine = bob();
    // It is named, and vanishes before its turn comes.
    let one = ScanOptions { jobs: 1, ..how() };
    let report = engine.scan(&paths, &one, &mut |_| drop(fs::remove_file(gone))).expect("scanned");
    let unreadable: Vec<&PathBuf> = report.unreadable.iter().map(|(path, _)| path).collect();
    assert_eq!((report.messages, unreadable), (129, vec![gone]));
    put(gone, &octets);
    let again = scan_with(&engine, &paths, &one);
    assert_eq!((again.messages, again.skipped), (1, 129));
    let peer = addr("peer100@example.org");
    assert!(engine.peer(None, &peer).expect("a peer").state.peer.seen.is_some());
}

#[test]
fn mails_named_one_by_one_are_remembered_like_the_rest_of_their_folder() {
    let root = folder();
    let paths = ["mail/cur/1.a.spam.example:2,S", "mail/new/2.a", "plain/3.eml", "mail/cur/4.a:2,"]
        .map(|name| root.path().join(name));
    for (n, path) in (1..).zip(&paths) {
        put(path, &keyed(n));
    }
    put(&root.path().join("mail/cur/5.a:2,S"), &keyed(5));
    let junk = root.path().join("mail/.Junk");
    put(&junk.join("cur/6.a:2,S"), &keyed(6));
    put(&junk.join("cur/7.a:2,S"), &keyed(7));
    let listed: Vec<PathBuf> =
        paths.iter().cloned().chain([junk.join("cur/6.a:2,S"), junk.join("cur/7.a:2,S")]).collect();
    let engine = bob();
    let first = scan_with(&engine, &listed, &how());
    assert_eq!((found(&engine), first.messages, first.skipped), (vec![1, 2, 3, 4], 4, 0));
    assert_eq!(first.passed_by, std::slice::from_ref(&junk));
    let again = scan_with(&engine, &listed, &how());
    assert_eq!((again.messages, again.skipped), (0, 4));
    // The folder knows them too, under whatever flags; and what it reads the list knows.
    fs::rename(&paths[1], root.path().join("mail/cur/2.a:2,RS")).expect("moved");
    let whole = scan(&engine, root.path());
    assert_eq!((found(&engine), whole.messages, whole.skipped), (vec![1, 2, 3, 4, 5], 1, 4));
    let last = scan_with(&engine, &[root.path().join("mail/cur/5.a:2,S")], &how());
    assert_eq!((last.messages, last.skipped), (0, 1));
    let full = scan_with(&engine, &listed[2..3], &ScanOptions { full: true, ..how() });
    assert_eq!((full.messages, full.unchanged), (1, 1));
    // What is gone is named as it was.
    fs::remove_file(&paths[2]).expect("removed");
    let gone = scan_with(&engine, &listed[2..3], &how());
    assert_eq!(gone.unreadable.iter().map(|(path, _)| path).collect::<Vec<_>>(), [&paths[2]]);
}

#[test]
fn the_time_of_a_file_is_a_time_of_receipt() {
    let root = folder();
    let path = root.path().join("cur/1.a:2,S");
    put(&path, b"From: peer1@example.org\n\nHi\n");
    let time = UNIX_EPOCH + Duration::from_secs(SENT as u64);
    fs::File::options().append(true).open(&path).expect("opened").set_modified(time).expect("set");
    let engine = bob();
    scan(&engine, root.path());
    let seen = state(&engine, "peer1@example.org").peer.seen.expect("seen");
    assert_eq!(seen.at.as_secs(), SENT);
}

#[test]
fn a_mail_beside_an_mbox_is_one_mail_and_the_mbox_is_read_once() {
    let root = folder();
    put(&root.path().join("inbox"), &mbox(&[keyed(1), keyed(2)]));
    put(&root.path().join("3.eml"), &keyed(3));
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!(found(&engine), [1, 2, 3]);
    assert_eq!(report.messages, 3);
}

#[test]
fn paths_are_scanned_one_by_one_and_what_is_not_there_is_named() {
    let root = folder();
    let at = |path: &str| root.path().join(path);
    put(&at("a.eml"), &keyed(1));
    put(&at("b/cur/2.a:2,S"), &keyed(2));
    put(&at("c"), &mbox(&[keyed(3)]));
    put(&at("empty"), b"");
    let paths = [at("a.eml"), at("missing"), at("b"), at("c"), at("empty")];
    let engine = bob();
    let report = scan_with(&engine, &paths, &how());
    assert_eq!(found(&engine), [1, 2, 3]);
    assert_eq!(report.unreadable.len(), 1);
    assert_eq!(report.unreadable[0].0, at("missing"));
    assert_eq!(by_name(&report.ignored), [("no_from", 1)], "the empty file");
}

#[test]
fn what_was_scanned_is_not_scanned_again_until_it_is_asked_for() {
    let root = folder();
    put(&root.path().join("cur/1.a:2,S"), &keyed(1));
    put(&root.path().join("new/2.a"), &keyed(2));
    let home = folder();
    let open = || {
        let engine = Engine::open(home.path(), options(&SetClock::new(NOW))).expect("a home");
        add_account(&engine, BOB);
        engine
    };
    assert_eq!(scan(&open(), root.path()).messages, 2);
    // Read now, and flagged: the same mails under other names.
    fs::rename(root.path().join("new/2.a"), root.path().join("cur/2.a:2,S")).expect("moved");
    fs::rename(root.path().join("cur/1.a:2,S"), root.path().join("cur/1.a:2,RS")).expect("moved");
    put(&root.path().join("new/3.a"), &keyed(3));
    let report = scan(&open(), root.path());
    assert_eq!((report.messages, report.skipped), (1, 2));
    let report = scan(&open(), root.path());
    assert_eq!((report.messages, report.skipped, report.commits), (0, 3, 0));
    let full = ScanOptions { full: true, ..how() };
    let report = scan_with(&open(), &[root.path().to_owned()], &full);
    assert_eq!((report.messages, report.unchanged), (3, 3));
    assert_eq!(found(&open()), [1, 2, 3]);
}

#[test]
fn a_header_longer_than_the_first_read_is_read_to_its_end() {
    let root = folder();
    for (n, octets) in [(1, 4_000), (2, 4_096), (3, 16_384), (4, 200_000)] {
        let filler = format!("X-Filler: {}\r\n", "x".repeat(900)).repeat(octets / 914);
        let text = String::from_utf8(keyed(n)).expect("text");
        put(&root.path().join(format!("cur/{n}.a:2,S")), (filler + &text).as_bytes());
    }
    let too_long = format!("X-Filler: {}\r\n", "x".repeat(900)).repeat(300);
    let mail = too_long + &String::from_utf8(keyed(9)).expect("text");
    put(&root.path().join("cur/9.a:2,S"), mail.as_bytes());
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!(found(&engine), [1, 2, 3, 4]);
    assert_eq!(by_name(&report.ignored), [("limit_header_bytes", 1)]);
}

#[test]
fn an_inline_pgp_message_is_seen_in_every_kind_of_mailbox() {
    let root = folder();
    let inline = |lines: usize| {
        let armor =
            "wcBMA0EhVkJvYmJvYmJvYmJvYmJvYmJvYmJvYmJvYmJvYmJvYmJvYmJvYmJvYg==\n".repeat(lines);
        format!(
            "From: peer1@example.org\nDate: {}\n\n-----BEGIN PGP MESSAGE-----\n\n{armor}\
             -----END PGP MESSAGE-----\n",
            rfc2822(SENT, 0)
        )
    };
    for (n, lines) in [1, 58, 59, 60, 61, 62, 200, 20_000].into_iter().enumerate() {
        put(&root.path().join(format!("cur/{n}.a:2,S")), inline(lines).as_bytes());
    }
    put(&root.path().join("inbox/mbox"), &mboxrd(SENT, inline(10).as_bytes()));
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!(by_name(&report.ignored), [("not_decrypted", 9)]);
    // More than the message: it is not read, and may hold an advert that nobody sees.
    let more = inline(100) + "-- \nBob\n";
    put(&root.path().join("cur/99.a:2,S"), more.as_bytes());
    let report = scan(&engine, root.path());
    assert_eq!(by_name(&report.ignored), [("not_decrypted", 1)]);
    put(&root.path().join("cur/100.a:2,S"), more.replace(" PGP ", " ").as_bytes());
    assert_eq!(scan(&engine, root.path()).updated, 1);
}

/// The generated mailbox on disk.
fn generated(mails: usize) -> (tempfile::TempDir, PathBuf, i64) {
    let root = folder();
    let made = mailbox::Options { mails, account: BOB.to_owned(), ..Default::default() };
    let path = root.path().join("Maildir");
    mailbox::write_maildir(&path, &mailbox::generate(&made)).expect("written");
    (root, path, made.now)
}

#[test]
fn a_scan_that_is_cancelled_and_taken_up_again_ends_with_the_same_table() {
    let (_root, path, now) = generated(2_500);
    let undisturbed = bob_at(&SetClock::new(now));
    let whole = scan(&undisturbed, &path);
    let expected = listing(&undisturbed);
    for jobs in [1, 2] {
        let home = folder();
        let engine = Engine::open(home.path(), options(&SetClock::new(now))).expect("a home");
        add_account(&engine, BOB);
        let (mut looked_at, mut rounds) = (0, 0);
        loop {
            rounds += 1;
            // Each time a little more is let through.
            let asked = AtomicU64::new(0);
            let cancelled = || asked.fetch_add(1, Ordering::SeqCst) > rounds * 6;
            let options = ScanOptions { jobs, is_cancelled: &cancelled, ..how() };
            let report = scan_with(&engine, std::slice::from_ref(&path), &options);
            looked_at += report.messages;
            if !report.cancelled {
                break;
            }
        }
        assert!(rounds > 2, "it was never cancelled");
        assert_eq!(looked_at, whole.messages, "no mail twice, none left out");
        assert_eq!(listing(&engine), expected, "{jobs} jobs");
    }
}

#[test]
fn a_scan_changes_nothing_on_the_disk() {
    let (_root, path, now) = generated(300);
    let look = || {
        let mut seen = BTreeMap::new();
        let mut folders = vec![path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder") {
                let entry = entry.expect("an entry");
                let data = entry.metadata().expect("metadata");
                let octets =
                    if data.is_file() { fs::read(entry.path()).expect("read") } else { Vec::new() };
                let time: SystemTime = data.modified().expect("a time");
                seen.insert(entry.path(), (time, octets));
                if data.is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        seen
    };
    let before = look();
    let engine = bob_at(&SetClock::new(now));
    assert!(scan(&engine, &path).messages > 200);
    scan_with(&engine, std::slice::from_ref(&path), &ScanOptions { full: true, ..how() });
    engine.look(&addr(BOB), std::slice::from_ref(&path), &how());
    assert_eq!(look(), before);
}

#[test]
fn files_that_vanish_or_cannot_be_read_are_named_and_tried_again() {
    let root = folder();
    for n in 1..=3 {
        put(&root.path().join(format!("cur/{n}.a:2,S")), &keyed(n));
    }
    // A folder in the place of a mail, a link to nothing, a link to a mail elsewhere.
    fs::create_dir(root.path().join("cur/4.a:2,S")).expect("a folder");
    put(&root.path().join("elsewhere"), &keyed(6));
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(root.path().join("nothing"), root.path().join("cur/5.a:2,S")).expect("a link");
        symlink(root.path().join("elsewhere"), root.path().join("cur/6.a:2,S")).expect("a link");
    }
    let engine = bob();
    // One vanishes while the scan runs: the first progress comes before the folder is read.
    let victim = root.path().join("cur/2.a:2,S");
    let options = ScanOptions { jobs: 1, ..how() };
    let mut vanished = false;
    let report = engine
        .scan(&[root.path().join("cur/1.a:2,S"), root.path().to_owned()], &options, &mut |_| {
            if !vanished {
                fs::remove_file(&victim).expect("removed");
                vanished = true;
            }
        })
        .expect("scanned");
    let named: Vec<&PathBuf> = report.unreadable.iter().map(|(path, _)| path).collect();
    assert_eq!(
        named,
        [&root.path().join("cur/5.a:2,S")],
        "what is gone before it is listed is not"
    );
    assert_eq!(found(&engine), [1, 3, 6]);
}

#[test]
fn two_accounts_each_learn_from_their_own_mail() {
    let root = folder();
    for (n, to) in [(1, BOB), (2, "carol@example.org"), (3, "eve@example.org")] {
        let text = String::from_utf8(keyed(n)).expect("text").replace(BOB, to);
        put(&root.path().join(format!("cur/{n}.a:2,S")), text.as_bytes());
    }
    let engine = bob();
    add_account(&engine, "carol@example.org");
    let report = scan(&engine, root.path());
    assert_eq!(by_name(&report.ignored), [("ambiguous_account", 1)]);
    let of = |account: &str| {
        let mut found = Vec::new();
        let filter = inbome_core::engine::PeerFilter::All;
        engine
            .peers(Some(&addr(account)), filter, &mut |_, row| found.push(row.addr))
            .expect("listed");
        found
    };
    assert_eq!(of(BOB), [addr("peer1@example.org")]);
    assert_eq!(of("carol@example.org"), [addr("peer2@example.org")]);
    // Named, an account takes all.
    let named = ScanOptions { account: Some(addr(BOB)), ..how() };
    assert_eq!(scan_with(&engine, &[root.path().to_owned()], &named).messages, 3);
    assert_eq!(of(BOB).len(), 3);
}

#[test]
fn an_address_that_became_ones_own_counts_as_peer_no_more() {
    let root = folder();
    for n in [1, 2] {
        put(&root.path().join(format!("cur/{n}.a:2,S")), &keyed(n));
    }
    let engine = bob();
    assert_eq!(scan(&engine, root.path()).peers, 2);
    add_account(&engine, "peer1@example.org");
    assert_eq!(scan(&engine, root.path()).peers, 1);
    assert_eq!(found(&engine), [2], "nor is it listed");
}

#[test]
fn what_another_process_writes_during_a_scan_is_joined_and_not_overwritten() {
    let (root, home) = (folder(), folder());
    let id = "peer1@example.org";
    let field = |seed| autocrypt(id, true, &cert(seed, id));
    put(&root.path().join("cur/1.a:2,S"), &mail(id, SENT, &field(1)));
    let open = || Engine::open(home.path(), options(&SetClock::new(NOW))).expect("a home");
    let engine = open();
    add_account(&engine, BOB);
    let mut written = false;
    engine
        .scan(&[root.path().to_owned()], &how(), &mut |progress| {
            if progress.messages == 1 && !written {
                receive(&open(), &mail(id, SENT + DAY, &field(2)));
                written = true;
            }
        })
        .expect("scanned");
    let advert = || state(&engine, id).peer.advert.expect("an advert");
    assert_eq!(state(&engine, id).history.len(), 2);
    assert_eq!(advert().key.fingerprint, fingerprint(&cert(2, id)));
    // The field that the scan met is not remembered as that of the other one's key.
    receive(&engine, &mail(id, SENT + 2 * DAY, &field(1)));
    assert_eq!(advert().key.fingerprint, fingerprint(&cert(1, id)));
}

#[test]
fn progress_grows_and_knows_its_total() {
    let (_root, path, now) = generated(500);
    let engine = bob_at(&SetClock::new(now));
    let options = ScanOptions { count: true, ..how() };
    let mut seen = Vec::new();
    let report =
        engine.scan(&[path], &options, &mut |progress| seen.push(progress)).expect("scanned");
    assert!(seen.windows(2).all(|two| two[0].messages <= two[1].messages));
    let last = seen.last().expect("progress");
    assert_eq!((last.messages, last.bytes), (report.messages, report.bytes));
    assert_eq!(last.total, Some(report.messages + report.skipped));
}
