//! Scanning mailboxes as mail programs really leave them: bare `From ` lines, byte order marks, mails of
//! Apple Mail's, compressed files, junk folders of many languages, and folders that hold no mail.

use inbome_core::scan::ScanOptions;
use inbome_tests::scanning::*;
use inbome_tests::stage::*;

#[test]
fn bare_from_lines_begin_mails_with_and_without_an_empty_line_before() {
    let text = |n: u8| String::from_utf8(keyed(n)).expect("text").replace("\r\n", "\n");
    let no_body = |n: u8| text(n).replace("\n\nHello Bob\n", "\n");
    assert!(!no_body(3).contains("\n\n"));
    let body = |n: u8, body: &str| text(n).replace("Hello Bob\n", body);
    let mails = [
        format!("From \n{}\n", text(1)),
        format!("From \nX-Mozilla-Status: 0001\n{}", text(2)),
        // Without a body, and so without an empty line.
        format!("From \n{}", no_body(3)),
        format!("From   \n{}\n", body(4, "From \nis how a mail begins.\n\nFrom here\nA: b\n")),
        format!("From - Sat Dec 17 09:58:05 2016\n{}\n", text(5)),
        format!("From \n{}", text(6)),
    ];
    for (name, octets) in [
        ("LF", mails.concat()),
        ("CRLF", mails.concat().replace('\n', "\r\n")),
        ("with a byte order mark", format!("\u{feff}{}", mails.concat())),
    ] {
        let root = folder();
        put(&root.path().join("Inbox"), octets.as_bytes());
        let engine = bob();
        let report = scan(&engine, root.path());
        assert_eq!(found(&engine), [1, 2, 3, 4, 5, 6], "{name}");
        assert_eq!((report.messages, report.unreadable), (6, Vec::new()), "{name}");
    }
}

#[test]
fn bare_from_lines_lie_anywhere_across_what_is_held_at_once() {
    let root = folder();
    let mut octets = Vec::new();
    for shift in 0..24 {
        // The window has 256 KiB; the next line begins near its end.
        let mail = String::from_utf8(keyed(2 * shift + 1)).expect("text");
        let filler = "x".repeat(256 * 1024 - 1_040 - mail.len() + usize::from(shift));
        octets.extend(format!("From \n{mail}{filler}\nFrom \n").bytes());
        octets.extend(keyed(2 * shift + 2));
    }
    put(&root.path().join("Inbox"), &octets);
    let engine = bob();
    assert_eq!(scan(&engine, root.path()).messages, 48);
    assert_eq!(found(&engine), (1..=48).collect::<Vec<u8>>());
}

#[test]
fn mails_of_apple_mail_are_read() {
    let root = folder();
    for (n, line) in [(1, "\n"), (2, "       \n"), (3, "\r\n")] {
        let mail = keyed(n);
        let list = b"<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict/></plist>\n";
        let file = [format!("{}{line}", mail.len()).as_bytes(), &mail, list].concat();
        put(&root.path().join(format!("INBOX.mbox/Messages/{n}.emlx")), &file);
    }
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!(found(&engine), [1, 2, 3]);
    assert!(report.ignored.is_empty() && report.unreadable.is_empty(), "{report:?}");
}

#[test]
fn compressed_files_are_named_as_such() {
    for (first, with) in [
        (&b"\x1f\x8b\x08\0\0\0\0\0"[..], "gzip"),
        (b"BZh91AY&SY", "bzip2"),
        (b"\xfd7zXZ\0\0\x04", "xz"),
        (b"\x28\xb5\x2f\xfd\x24", "zstd"),
    ] {
        // In a Maildir, in a folder of files, and named by itself.
        let root = folder();
        put(&root.path().join("Maildir/cur/1.a:2,S"), first);
        put(&root.path().join("old/inbox"), first);
        let named = root.path().join("inbox.mbox.packed");
        put(&named, first);
        let paths = ["Maildir", "old"].map(|name| root.path().join(name));
        let report = scan_with(&bob(), &[paths.to_vec(), vec![named]].concat(), &how());
        assert_eq!((report.messages, report.unreadable.len()), (0, 3), "{with}: {report:?}");
        for (_, why) in &report.unreadable {
            assert!(why.contains(&format!("compressed with {with}")), "{why}");
        }
    }
}

#[test]
fn junk_and_trash_are_passed_by_in_the_names_of_providers_and_languages() {
    let names = [
        "[Gmail].Spam",
        "Junk Email",
        "Junk E-mail",
        "Junk_E-Mail",
        "Bulk Mail",
        "Spamverdacht",
        "Deleted Items",
        "Papierkorb",
        "Gel&APY-scht",
        "Gelo\u{308}schte Elemente",
        "&AMk-l&AOk-ments supprim&AOk-s",
        "Courrier indésirable",
        "Correo no deseado",
        "Posta indesiderata",
        "Lixo Eletrônico",
        "Prullenbak",
        ".Archive.Corbeille",
        "Корзина",
        "&BCEEPwQwBDw-",
        "迷惑メール",
        "Entwürfe",
        "Junk.mbox",
    ];
    for name in names {
        let root = folder();
        put(&root.path().join(name).join("cur/1.a:2,S"), &keyed(1));
        put(&root.path().join("Elsewhere/cur/1.a:2,S"), &keyed(2));
        let engine = bob();
        let report = scan(&engine, root.path());
        assert_eq!(report.passed_by, [root.path().join(name)], "{name}");
        assert_eq!(found(&engine), [2], "{name}");
        let asked = ScanOptions { include: vec![name.to_uppercase()], ..how() };
        if name.is_ascii() && !name.contains('&') {
            scan_with(&engine, &[root.path().to_owned()], &asked);
            assert_eq!(found(&engine), [1, 2], "{name}");
        }
    }
}

#[test]
fn a_folder_that_holds_no_mail_is_named() {
    let root = folder();
    put(&root.path().join("Inbox"), &mbox(&[keyed(1)]));
    put(&root.path().join("Inbox.msf"), b"// <!-- <mdb:mork:z v=\"1.4\"/> -->\n");
    put(&root.path().join("Empty/Inbox"), b"");
    put(&root.path().join("Outlook/archive.pst"), b"!BDN\0\0\0\0");
    put(&root.path().join(".notmuch/xapian/flintlock"), b"of the index");
    put(&root.path().join("Mixed/1.eml"), &keyed(2));
    put(&root.path().join("Mixed/notes.txt"), b"Nothing of importance\n");
    let engine = bob();
    let report = scan(&engine, root.path());
    assert_eq!(found(&engine), [1, 2]);
    assert_eq!(report.passed_by, [root.path().join("Outlook")], "{report:?}");
    assert!(report.unreadable.is_empty(), "the mailbox was read whole: {report:?}");
    // Whoever names it is told that there is nothing to read.
    let report = scan(&engine, root.path().join("Outlook"));
    assert!(report.unreadable[0].1.contains("a mail or an mbox"), "{report:?}");
}
