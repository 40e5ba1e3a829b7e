//! How much of a mail file is read: what learning from its header needs, and no more.

use std::fs;

use inbome_core::discover::Receipt;
use inbome_core::limits::MAX_HEADER_BYTES;
use inbome_core::mime::MAX_LOOK_BYTES;
use inbome_core::scan::read_incoming;

const INLINE: &str = "-----BEGIN PGP MESSAGE-----\n\nwcBMA\n-----END PGP MESSAGE-----\n";

/// Nothing is to be decrypted or shown, only learnt.
const LEARNING: Receipt =
    Receipt { received_at: None, spam: false, no_decrypt: true, return_payload: false };

#[test]
fn the_header_is_read_and_a_body_only_if_it_is_one_inline_message() {
    let header = |len: usize| {
        let start = "From: alice@example.org\nX-Padding: ";
        format!("{start}{}\n\n", "x".repeat(len.saturating_sub(start.len() + 2)))
    };
    let long = "a line of text\n".repeat(100_000);
    let inline = format!("{INLINE}{long}");
    // Headers that end just before and behind the end of a read.
    let lengths = [64, 4_094, 4_095, 4_096, 4_097, 16_384, 16_385, 65_536, 200_000];
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("mail.eml");
    for len in lengths {
        let header = header(len);
        for (name, body, kept) in [
            ("no body", "", ""),
            ("a text", long.as_str(), &long[..MAX_LOOK_BYTES]),
            ("an inline message", INLINE, INLINE),
            (
                "an inline message behind blank lines",
                "\n \n-----BEGIN PGP MESSAGE-----",
                "\n \n-----BEGIN PGP MESSAGE-----",
            ),
            ("an inline message and more", inline.as_str(), inline.as_str()),
        ] {
            fs::write(&path, format!("{header}{body}")).expect("written");
            let read = read_incoming(&path, LEARNING).expect("read");
            let mail = format!("{header}{body}");
            // What is read beyond what is needed is no more than reads are long.
            let kept = header.len() + kept.len();
            assert!(mail.as_bytes().starts_with(&read), "{name}, header of {len}");
            assert!(
                (kept..=2 * kept + 4_096).contains(&read.len()),
                "{name}: {} of {kept}",
                read.len()
            );
        }
    }
}

#[test]
fn no_file_is_read_beyond_the_limits() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("mail.eml");
    for (name, mail, least, most) in [
        ("no end of a field", "X-Header: ".repeat(1 << 20), MAX_HEADER_BYTES + 1, 1 << 20),
        ("no end of fields", "X-Header: x\n".repeat(1 << 20), 12_000, 1 << 20),
        ("an endless text", "\nmore\n".repeat(1 << 20), MAX_LOOK_BYTES, 2 * MAX_LOOK_BYTES),
    ] {
        fs::write(&path, mail).expect("written");
        let read = read_incoming(&path, LEARNING).expect("read");
        assert!((least..=most).contains(&read.len()), "{name}: {}", read.len());
    }
    assert!(read_incoming(dir.path(), LEARNING).is_err(), "a folder is no mail");
    assert!(read_incoming(&dir.path().join("none"), LEARNING).is_err());
}

#[test]
fn a_mail_is_read_whole_if_it_is_to_be_decrypted_or_shown() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("mail.eml");
    let (plain, spam) = (Receipt::default(), Receipt { spam: true, ..Receipt::default() });
    let no_decrypt = Receipt { no_decrypt: true, ..Receipt::default() };
    let shown = Receipt { return_payload: true, ..Receipt::default() };
    let neither = Receipt { return_payload: true, ..no_decrypt };
    let (text, encrypted) = ("text/plain", "multipart/encrypted; boundary=b");
    for (name, kind, receipt, whole) in [
        ("a text", text, plain, false),
        ("a text to be shown", text, shown, true),
        ("encrypted", encrypted, plain, true),
        ("encrypted spam", encrypted, spam, false),
        ("not to be decrypted", text, no_decrypt, false),
        ("to be shown but not decrypted", text, neither, false),
    ] {
        let header = format!("From: alice@example.org\nContent-Type: {kind}\n\n");
        let mail = format!("{header}{}", "a line\n".repeat(100_000));
        fs::write(&path, &mail).expect("written");
        let read = read_incoming(&path, receipt).expect("read");
        let needed = if whole { mail.len() } else { header.len() };
        let most = if whole { mail.len() } else { header.len() + MAX_LOOK_BYTES };
        assert!((needed..=most).contains(&read.len()), "{name}: {}", read.len());
    }
    assert!(read_incoming(&dir.path().join("none"), shown).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_read_once_and_to_its_end() {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    for (name, kind) in [("a text", "text/plain"), ("encrypted", "multipart/encrypted; boundary=b")]
    {
        let header = format!("From: alice@example.org\nContent-Type: {kind}\n\n");
        let mail = format!("{header}{}", "a line\n".repeat(100_000));
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        let path = format!("/dev/fd/{}", reader.as_raw_fd());
        let read = std::thread::scope(|scope| {
            let fed = scope.spawn(|| writer.write_all(mail.as_bytes()).map(|()| drop(writer)));
            let read = read_incoming(path.as_ref(), Receipt::default()).expect("read");
            fed.join().expect("joined").expect("written");
            read
        });
        assert!(read == mail.as_bytes(), "{name}: {} octets", read.len());
    }
}
