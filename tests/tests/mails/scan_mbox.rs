//! Scanning mboxes (Discovery §4): where mails begin and end, and what is read again.

use inbome_core::engine::PeerFilter;
use inbome_core::scan::ScanOptions;
use inbome_tests::mailbox::mboxrd;
use inbome_tests::scanning::*;
use inbome_tests::stage::*;

#[test]
fn mboxes_of_both_kinds_are_taken_apart_at_their_from_lines() {
    let root = folder();
    // mboxo quotes `From ` alone, mboxrd `>From ` too; both look the same from here.
    let tricky = |n: u8, body: &str| {
        let text = String::from_utf8(keyed(n)).expect("text");
        text.replace("Hello Bob\r\n", body).replace("\r\n", "\n").into_bytes()
    };
    let mut octets = Vec::new();
    for (n, body) in [
        (1, "One\n"),
        (2, "Two\n\n>From me Sat Dec 17 09:58:05 2016\n\n>>From you\n"),
        (3, "Three\nFrom the middle of a paragraph 12:30 it is no mail\n"),
        (4, "Four\n\nFrom here on there is no time of day\n\nX\n"),
        (5, ""),
        (6, "no line end"),
    ] {
        octets.extend(b"From peer@example.org Sat Dec 17 09:58:05 2016\n");
        octets.extend(tricky(n, body));
        octets.extend(b"\n\n");
    }
    put(&root.path().join("inbox"), &octets);
    // With CRLF, and a zone behind the year.
    let crlf = String::from_utf8(mbox(&[keyed(7), keyed(8)])).expect("text");
    let crlf = crlf.replace('\n', "\r\n").replace("2016\r\n\r\nFrom", "2016 +0100\r\n\r\nFrom");
    put(&root.path().join("sub/crlf"), crlf.as_bytes());
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!(found(&engine), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(report.messages, 8);
}

#[test]
fn an_mbox_of_trash_is_passed_by_unless_it_is_asked_for() {
    let root = folder();
    put(&root.path().join("inbox"), &mbox(&[keyed(1)]));
    let trash = root.path().join("Trash");
    put(&trash, &mbox(&[keyed(2)]));
    // Found in its folder, and named by itself.
    for (path, found_in_it) in [(root.path(), vec![1]), (trash.as_path(), vec![])] {
        let engine = bob();
        let report = scan(&engine, path);
        assert_eq!(found(&engine), found_in_it);
        assert_eq!(report.passed_by, std::slice::from_ref(&trash));
    }
    let engine = bob();
    let asked = ScanOptions { include: vec!["trash".into()], ..how() };
    let report = scan_with(&engine, &[root.path().to_owned()], &asked);
    assert_eq!((found(&engine), report.passed_by), (vec![1, 2], Vec::new()));
}

#[test]
fn the_from_line_of_an_mbox_is_a_time_of_receipt() {
    let root = folder();
    let undated = b"From: peer1@example.org\n\nHi\n";
    put(&root.path().join("inbox"), &mboxrd(SENT, undated));
    let engine = bob();
    scan(&engine, root.path().join("inbox"));
    let seen = state(&engine, "peer1@example.org").peer.seen.expect("seen");
    assert_eq!(seen.at.as_secs(), SENT);
}

#[test]
fn a_growing_mbox_is_read_from_where_it_ended() {
    let root = folder();
    let path = root.path().join("inbox");
    let engine = bob();
    let all: Vec<Vec<u8>> = (1..=6).map(keyed).collect();
    for count in 1..=6 {
        put(&path, &mbox(&all[..count]));
        assert_eq!(scan(&engine, &path).messages, 1, "after {count}");
        assert_eq!(scan(&engine, &path).messages, 0, "after {count}, again");
    }
    let fresh = bob();
    scan(&fresh, &path);
    assert_eq!(listing(&engine), listing(&fresh));
}

#[test]
fn a_mail_that_was_half_written_when_it_was_read_is_read_anew() {
    let root = folder();
    let path = root.path().join("inbox");
    let whole = mbox(&[keyed(1), keyed(2), keyed(3)]);
    let expected = bob();
    put(&path, &whole);
    scan(&expected, &path);
    // In the mbox line, in the header, in the key, in the body, and before the last line end.
    let second = whole.windows(6).skip(1).position(|w| w == b"\nFrom ").expect("a second") + 2;
    for cut in [second + 3, second + 90, second + 400, whole.len() - 3, whole.len() - 1] {
        let engine = bob();
        put(&path, &whole[..cut]);
        scan(&engine, &path);
        put(&path, &whole);
        let report = scan(&engine, &path);
        assert!(report.ignored.is_empty(), "{cut}: {report:?}");
        assert_eq!(found(&engine), found(&expected), "{cut}");
    }
}

#[test]
fn empty_lines_before_a_mail_in_an_mbox_are_no_mail() {
    let root = folder();
    let path = root.path().join("inbox");
    let first = [b"\n\r\n".to_vec(), mbox(&[keyed(1)])].concat();
    let no_line_end = first.trim_ascii_end();
    put(&path, no_line_end);
    let engine = bob();
    let report = scan(&engine, &path);
    assert_eq!((report.messages, found(&engine)), (1, vec![1]));
    put(&path, &[no_line_end, b"\n\n", &mbox(&[keyed(2)])].concat());
    let report = scan(&engine, &path);
    assert_eq!((report.messages, found(&engine)), (1, vec![1, 2]));
}

#[test]
fn an_mbox_that_became_another_is_read_anew() {
    let root = folder();
    let path = root.path().join("inbox");
    let engine = bob();
    put(&path, &mbox(&[keyed(1), keyed(2)]));
    assert_eq!(scan(&engine, &path).messages, 2);
    for (name, mails, looked_at) in [
        ("shorter", vec![keyed(3)], 1),
        ("another, longer", vec![keyed(4), keyed(5), keyed(6)], 3),
        ("the first mail was deleted", vec![keyed(5), keyed(6), keyed(7)], 3),
    ] {
        put(&path, &mbox(&mails));
        assert_eq!(scan(&engine, &path).messages, looked_at, "{name}");
    }
    assert_eq!(found(&engine), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn an_mbox_larger_than_its_window_is_read_whole() {
    let root = folder();
    let path = root.path().join("inbox");
    let line = "x".repeat(70) + "\n";
    let mut octets = Vec::new();
    // Bodies around the size of the window, so that `From ` lines lie across its ends.
    for (n, size) in
        [(1, 1_048_576), (2, 524_288), (3, 3_000_000), (4, 10), (5, 1_048_000), (6, 700)]
    {
        let mail = String::from_utf8(keyed(n)).expect("text").replace("\r\n", "\n");
        let body = line.repeat(size / line.len()) + &"y".repeat(size % line.len());
        octets.extend(mboxrd(SENT, format!("{mail}{body}").as_bytes()));
    }
    for shift in 0..40 {
        octets.extend(mboxrd(SENT, &keyed(7 + shift)));
        octets.truncate(octets.len() - 1);
        octets.extend(format!("{}\n\n", "z".repeat(13_111 + usize::from(shift))).as_bytes());
    }
    put(&path, &octets);
    let engine = bob();
    let report = scan(&engine, &path);
    assert_eq!(report.messages, 46);
    assert_eq!(found(&engine), (1..=46).collect::<Vec<u8>>());
    assert_eq!(report.bytes, octets.len() as u64);
}

#[test]
fn each_of_many_mails_in_an_mbox_is_learnt_from() {
    let root = folder();
    let mail = |n| format!("From: peer{n}@example.org\nSubject: {}\n\nHi\n", "x".repeat(n));
    let all: Vec<u8> = (0..300).flat_map(|n| mboxrd(SENT, mail(n).as_bytes())).collect();
    put(&root.path().join("inbox"), &all);
    for jobs in [1, 2] {
        let engine = bob();
        let options = ScanOptions { jobs, ..how() };
        let report = scan_with(&engine, &[root.path().to_owned()], &options);
        let (mut peers, mut wanted) = (Vec::new(), Vec::new());
        engine
            .peers(None, PeerFilter::All, &mut |_, row| peers.push(row.addr.to_string()))
            .expect("peers");
        wanted.extend((0..300).map(|n| format!("peer{n}@example.org")));
        wanted.sort();
        assert_eq!((peers, report.messages), (wanted, 300), "{jobs}");
    }
}

#[test]
fn a_from_line_across_the_end_of_the_window_begins_a_mail() {
    let root = folder();
    let window = 1_048_576;
    let first = mboxrd(SENT, &keyed(1));
    for end in (window - 60..=window + 2).step_by(2) {
        let mut octets = first.clone();
        let filler = end - octets.len() - 2;
        octets.truncate(octets.len() - 1);
        octets.extend(("x".repeat(99) + "\n").repeat(filler / 100 + 1).bytes().take(filler + 1));
        octets.extend(b"\n\n");
        let begins = octets.len();
        octets.extend(mboxrd(SENT, &keyed(2)));
        let path = root.path().join("inbox");
        put(&path, &octets);
        let engine = bob();
        let options = ScanOptions { jobs: 1, ..how() };
        scan_with(&engine, &[path], &options);
        assert_eq!(found(&engine), [1, 2], "the second begins at {begins}");
    }
}
