//! Ordinary and hostile mails, and mails that are written again.

use proptest::prelude::*;

use super::*;
use crate::addr::{Addr, AddrFlaw};
use crate::clock::Timestamp;
use crate::header::RawField;
use crate::limits::{Limit, MAX_ADDRESSES, MAX_HEADER_BYTES, MAX_HEADER_FIELDS};

fn envelope(mail: &[u8]) -> Envelope<'_> {
    Envelope::parse(mail).expect("within the limits")
}

fn strings(addrs: &[Addr]) -> Vec<&str> {
    addrs.iter().map(Addr::as_str).collect()
}

#[test]
fn the_sender_is_the_one_mailbox_of_the_one_from_field() {
    for (name, mail, expected) in [
        ("plain", "From: alice@example.org\n\n", "alice@example.org"),
        ("name", "From: Alice <Alice@Example.org>\n\n", "alice@example.org"),
        ("quoted name", "From: \"Doe, A. <x@y>\" <a@e.org>\n\n", "a@e.org"),
        ("quoted pair", "From: \"A \\\" B, <x@y>\" <a@e.org>\n\n", "a@e.org"),
        ("name like an address", "From: boss@bank.example <a@e.org>\n\n", "a@e.org"),
        ("encoded word", "From: =?utf-8?q?x=40y=2Cz=40y?= <a@e.org>\n\n", "a@e.org"),
        ("encoded word with a comma", "From: =?utf-8?q?a,b?= <a@e.org>\n\n", "a@e.org"),
        ("comments", "From: (b@e.org) a@e.org (c, (d) <x@y>)\n\n", "a@e.org"),
        ("comment in brackets", "From: A <a@e.org (c <d>)>\n\n", "a@e.org"),
        ("blanks in brackets", "From: A < \r\n a@e.org >\n\n", "a@e.org"),
        ("folded", "From:\r\n Alice\r\n\t<a@e.org>\r\n\r\n", "a@e.org"),
        ("case of the name", "FROM:a@e.org\n\n", "a@e.org"),
        ("blank before the colon", "From : a@e.org\n\n", "a@e.org"),
        ("quoted local part", "From: \"John Doe\"@e.org\n\n", "john doe@e.org"),
        ("quoted local part in brackets", "From: J <\"j>, d\"@e.org>\n\n", "j>, d@e.org"),
        ("literal", "From: <a@[IPv6:::1]>\n\n", "a@[ipv6:::1]"),
        ("bare literal", "From: a@[192.0.2.1]\n\n", "a@[192.0.2.1]"),
        ("bracket in a name", "From: [list <a@e.org>\n\n", "a@e.org"),
        ("route", "From: <@x.org,@y.org:a@e.org>\n\n", "a@e.org"),
        ("unquoted comma", "From: Doe, Alice <a@e.org>\n\n", "a@e.org"),
        ("empty elements", "From: , a@e.org ,,\n\n", "a@e.org"),
        ("semicolon at the end", "From: a@e.org;\n\n", "a@e.org"),
        ("8-bit name", "From: J\u{fc}rgen <a@e.org>\n\n", "a@e.org"),
        (
            "8-bit address",
            "From: <j\u{fc}@b\u{fc}cher.example>\n\n",
            "j\u{fc}@xn--bcher-kva.example",
        ),
        ("mbox line", "From a@b Sat Dec 17 09:58:05 2016\nFrom: a@e.org\n\n", "a@e.org"),
        ("no blank line", "From: a@e.org", "a@e.org"),
        ("mixed line ends", "X: 1\r\nFrom: a@e.org\nY: 2\r\n\nFrom: b@e.org\n", "a@e.org"),
        ("a line that is no field", "garbage\n more\nFrom: a@e.org\n\n", "a@e.org"),
        ("NUL in the name", "From: A\0B <a@e.org>\n\n", "a@e.org"),
        ("bare CR ends no line", "X: 1\rFrom: b@e.org\nFrom: a@e.org\n\n", "a@e.org"),
    ] {
        let sender = envelope(mail.as_bytes()).from();
        assert_eq!(sender.as_ref().map(Addr::as_str), Ok(expected), "{name}");
    }
}

#[test]
fn a_mail_without_one_sender_says_why() {
    enum Why {
        None,
        Several,
        Invalid(AddrFlaw),
    }
    for (name, mail, why) in [
        ("empty mail", &b""[..], Why::None),
        ("no From", b"To: a@e.org\n\nFrom: a@e.org\n", Why::None),
        ("empty From", b"From:\n\n", Why::None),
        ("comment alone", b"From: (a@e.org)\n\n", Why::None),
        ("empty group", b"From: undisclosed:;\n\n", Why::None),
        ("From in a folded line", b"X: y\n From: a@e.org\n\n", Why::None),
        ("blank line first", b"\nFrom: a@e.org\n\n", Why::None),
        ("fold before the colon", b"X: y\nFrom\n : a@e.org\n\n", Why::None),
        ("blank in the name", b"From x: a@e.org\nF rom: a@e.org\n\n", Why::None),
        ("two fields", b"From: a@e.org\nFrom: a@e.org\n\n", Why::Several),
        ("two mailboxes", b"From: a@e.org, b@e.org\n\n", Why::Several),
        ("two in brackets", b"From: A <a@e.org> <b@e.org>\n\n", Why::Several),
        ("one behind the brackets", b"From: <a@e.org> b@e.org\n\n", Why::Several),
        ("one invalid", b"From: a@e.org, @b\n\n", Why::Several),
        ("group", b"From: friends: a@e.org;\n\n", Why::Several),
        ("open group", b"From: friends: a@e.org\n\n", Why::Several),
        ("behind an empty group", b"From: friends:; a@e.org\n\n", Why::Several),
        ("before an empty group", b"From: a@e.org, friends:;\n\n", Why::Several),
        ("no address", b"From: alice\n\n", Why::Invalid(AddrFlaw::NoAt)),
        ("empty brackets", b"From: Alice <>\n\n", Why::Invalid(AddrFlaw::NoAt)),
        ("open bracket", b"From: A <a@e.org\n\n", Why::Invalid(AddrFlaw::Unquoted)),
        ("open quote", b"From: \"A <a@e.org>\n\n", Why::Invalid(AddrFlaw::Unquoted)),
        ("NUL", b"From: a\0@e.org\n\n", Why::Invalid(AddrFlaw::Control)),
        ("bare CR", b"From: <a\r@e.org>\n\n", Why::Invalid(AddrFlaw::Control)),
        ("not UTF-8", b"From: <\xff@e.org>\n\n", Why::Invalid(AddrFlaw::NotUtf8)),
        ("two ats", b"From: a@b@e.org\n\n", Why::Invalid(AddrFlaw::Unquoted)),
    ] {
        let found = envelope(mail).from();
        let as_expected = match (&found, why) {
            (Err(FromFlaw::NoFrom), Why::None) | (Err(FromFlaw::SeveralFrom), Why::Several) => true,
            (Err(FromFlaw::InvalidFrom(error)), Why::Invalid(flaw)) => error.flaw == flaw,
            _ => false,
        };
        assert!(as_expected, "{name}: {found:?}");
    }
}

#[test]
fn encoded_words_without_end_cost_no_time() {
    // 80,000 of them are over the limit of a header section; the most that fit are read at once.
    let words = |n: usize| format!("From: {} <a@e.org>\n\n", "=?u?q?=20?=\n ".repeat(n));
    assert_eq!(Envelope::parse(words(80_000).as_bytes()).err(), Some(Limit::HeaderBytes));
    // Discovery §9: the field is cut at 16 KiB, so its address is not seen.
    let mail = words(20_000);
    assert!(matches!(envelope(mail.as_bytes()).from(), Err(FromFlaw::InvalidFrom(_))));
    let mail = words(1_000);
    assert_eq!(envelope(mail.as_bytes()).from().as_ref().map(Addr::as_str), Ok("a@e.org"));
}

#[test]
fn nesting_without_end_costs_neither_time_nor_stack() {
    for opening in ["(", "<", "\"", "[", "@[", "a:", "\\", "(\\"] {
        let mail = format!("To: {}\nFrom: a@e.org\n\n", opening.repeat(100_000 / opening.len()));
        let envelope = envelope(mail.as_bytes());
        assert!(envelope.from().is_ok());
        assert!(envelope.to().is_ok_and(|addrs| addrs.is_empty()), "{opening}");
    }
}

#[test]
fn header_sections_have_limits() {
    let fields = |n: usize| format!("{}\nbody", "A: b\n".repeat(n));
    assert!(Envelope::parse(fields(MAX_HEADER_FIELDS).as_bytes()).is_ok());
    assert_eq!(
        Envelope::parse(fields(MAX_HEADER_FIELDS + 1).as_bytes()).err(),
        Some(Limit::HeaderFields)
    );
    for (name, end) in [("LF", "\n\nbody"), ("CRLF", "\r\n\r\nbody"), ("no blank line", "\n")] {
        let line_end = if end.starts_with('\r') { 2 } else { 1 };
        let of = |octets: usize| format!("A: {}{end}", "b".repeat(octets - 3 - line_end));
        assert!(Envelope::parse(of(MAX_HEADER_BYTES).as_bytes()).is_ok(), "{name}");
        for more in [1, 2, 3, 1024, 1024 * 1024] {
            let mail = of(MAX_HEADER_BYTES + more);
            assert_eq!(
                Envelope::parse(mail.as_bytes()).err(),
                Some(Limit::HeaderBytes),
                "{name}, {more} more"
            );
            assert_eq!(rewrite(mail.as_bytes(), &|_| false, &[]), Err(Limit::HeaderBytes));
        }
    }
    let long_body = format!("From: a@e.org\n\n{}", "b".repeat(MAX_HEADER_BYTES * 2));
    assert_eq!(envelope(long_body.as_bytes()).body().len(), MAX_HEADER_BYTES * 2);
}

#[test]
fn dates_are_those_of_the_only_date_and_the_topmost_received() {
    for (name, mail, date, received) in [
        ("none", &b"From: a@e.org\n\n"[..], None, None),
        ("date", b"Date: Sat, 17 Dec 2016 09:58:05 +0100\n\n", Some(1_481_965_085), None),
        ("folded", b"date:\r\n Sat, 17 Dec\r\n 2016 08:58:05 GMT\n\n", Some(1_481_965_085), None),
        (
            "8-bit comment",
            b"Date: Sat, 17 Dec 2016 09:58:05 +0100 (Mitteleurop\xe4ische Zeit)\n\n",
            Some(1_481_965_085),
            None,
        ),
        (
            "two dates",
            b"Date: Sat, 17 Dec 2016 09:58:05 +0100\nDate: Sat, 17 Dec 2016 09:58:05 +0100\n\n",
            None,
            None,
        ),
        ("unusable", b"Date: yesterday\n\n", None, None),
        (
            "topmost Received",
            b"Received: from a; b\r\n by c; Sat, 17 Dec 2016 09:58:05 +0100\nReceived: x; Sun, 18 Dec 2016 09:58:05 +0100\n\n",
            None,
            Some(1_481_965_085),
        ),
        (
            "semicolons in comments",
            b"Received: from a (b;\n c) by d; Sat, 17 Dec 2016 09:58:05 +0100 (e (f; g); h)\n\n",
            None,
            Some(1_481_965_085),
        ),
        (
            "a comment that does not begin",
            b"Received: from a by b; Sat, 17 Dec 2016 09:58:05 +0100 (a\\)b)\n\n",
            None,
            Some(1_481_965_085),
        ),
        (
            "comments without a beginning or an end",
            b"Received: from a; b) by c) (; Sat, 17 Dec 2016 09:58:05 +0100\n\n",
            None,
            Some(1_481_965_085),
        ),
        (
            "topmost without a date",
            b"Received: from a\nReceived: x; Sun, 18 Dec 2016 09:58:05 +0100\n\n",
            None,
            None,
        ),
    ] {
        let envelope = envelope(mail);
        assert_eq!(envelope.date().map(Timestamp::as_secs), date, "{name}");
        assert_eq!(envelope.received().map(Timestamp::as_secs), received, "{name}");
    }
}

#[test]
fn address_lists_open_groups_and_leave_invalid_mailboxes_out() {
    let mail = b"To: A <a@e.org>, b, \"c\" <@>, team: d@e.org, <e@e.org>; f@e.org\n\
        Cc: undisclosed-recipients:;\n\
        Reply-To: g@e.org (G)\n\
        To: h@e.org\n\
        Delivered-To: i@e.org\n\
        X-Original-To: <j@e.org>\n\
        Envelope-To: k@e.org, l@e.org\n\
        Delivered-To: m@e.org\n\n";
    let envelope = envelope(mail);
    assert_eq!(
        envelope.to().as_deref().map(strings),
        Ok(vec!["a@e.org", "d@e.org", "e@e.org", "f@e.org", "h@e.org"])
    );
    assert_eq!(envelope.cc(), Ok(Vec::new()));
    assert_eq!(envelope.bcc(), Ok(Vec::new()));
    assert_eq!(envelope.reply_to().as_deref().map(strings), Ok(vec!["g@e.org"]));
    assert_eq!(
        strings(&envelope.delivered_to()),
        ["i@e.org", "j@e.org", "k@e.org", "l@e.org", "m@e.org"]
    );
    assert!(envelope.has_field("reply-to"));
    assert!(!envelope.has_field("Resent-To"));
}

#[test]
fn recipients_that_are_no_addresses_can_be_asked_for() {
    for (name, mail, unreadable) in [
        (
            "none",
            &b"To: A <a@e.org>, b@e.org\nCc: team: c@e.org;\nBcc: (x) d@e.org\n\n"[..],
            &[][..],
        ),
        ("local names", b"To: root, a@e.org\nCc: bin\nBcc: sys\n\n", &["root", "bin", "sys"]),
        ("half a name", b"To: Doe, Jane <jane@e.org>\n\n", &["Doe"]),
        ("no address in brackets", b"To: \"c\" <@>, <x>\n\n", &["@", "x"]),
        ("controls", b"To: a\x1bb\n\n", &["ab"]),
        ("elsewhere", b"From: root\nReply-To: root\nX-To: root\n\nTo: root\n", &[]),
    ] {
        assert_eq!(envelope(mail).unreadable_recipients(), unreadable, "{name}");
    }
}

#[test]
fn address_lists_have_a_limit_over_all_fields_of_a_name() {
    let list = |n: usize| format!("Cc: {}\n", "a@e.org,".repeat(n));
    let mail = format!("{}{}\n", list(MAX_ADDRESSES - 1), list(1));
    assert_eq!(envelope(mail.as_bytes()).cc().map(|addrs| addrs.len()), Ok(MAX_ADDRESSES));
    let mail = format!("{}{}\n", list(MAX_ADDRESSES), list(1));
    assert_eq!(envelope(mail.as_bytes()).cc(), Err(Limit::Addresses));
    let mail = format!("Delivered-To: {}\n\n", "a@e.org,".repeat(MAX_ADDRESSES + 1));
    assert_eq!(envelope(mail.as_bytes()).delivered_to().len(), MAX_ADDRESSES);
}

#[test]
fn each_field_of_delivery_is_seen_alone() {
    for name in ["Delivered-To", "X-Original-To", "ENVELOPE-TO"] {
        let mail = format!("{name}: a@e.org\n\n");
        assert_eq!(strings(&envelope(mail.as_bytes()).delivered_to()), ["a@e.org"], "{name}");
    }
}

#[test]
fn key_fields_are_kept_in_order_up_to_one_more_than_is_judged() {
    let mail = b"autocrypt: a\r\n b\r\nSubject: x\nINBOME: request\nINBOME-Encryption: c\n\n";
    let mail = envelope(mail);
    let raws: Vec<_> = mail.key_fields().iter().map(|field| field.raw).collect();
    assert_eq!(raws, [&b"autocrypt: a\r\n b"[..], b"INBOME: request", b"INBOME-Encryption: c"]);
    assert_eq!(mail.key_fields()[0].name, b"autocrypt");
    assert_eq!(mail.key_fields()[0].value, b" a\r\n b");
    assert_eq!(mail.judged_key_fields(), 2);

    let many = format!("{}{}\n", "Autocrypt: x\n".repeat(30), "INBOME: request\n".repeat(30));
    let many = envelope(many.as_bytes());
    assert_eq!((many.judged_key_fields(), many.key_fields().len()), (30, 34));
}

#[test]
fn only_whole_mails_are_already_encrypted() {
    let pgp = "-----BEGIN PGP MESSAGE-----\n\nwcBM\n=Zm9v\n-----END PGP MESSAGE-----";
    let mail = |content_type: &str, body: &str| format!("Content-Type: {content_type}\n\n{body}");
    for (name, mail, encrypted) in [
        ("plain", mail("text/plain", "hello"), false),
        ("PGP/MIME", mail("Multipart/Encrypted; protocol=\"x\"", ""), true),
        ("signed", mail("multipart/signed", ""), false),
        ("mixed", mail("multipart/mixed", pgp), false),
        ("S/MIME", mail("application/pkcs7-mime; smime-type=enveloped-data", ""), true),
        ("S/MIME without a kind", mail("application/x-pkcs7-mime; name=smime.p7m", ""), true),
        (
            "S/MIME authenticated",
            mail("application/pkcs7-mime; smime-type=authEnveloped-data", ""),
            true,
        ),
        ("S/MIME signed", mail("application/pkcs7-mime; SMIME-Type=\"Signed-Data\"", ""), false),
        ("S/MIME certs", mail("application/pkcs7-mime;\n smime-type=certs-only (c)", ""), false),
        (
            "S/MIME compressed",
            mail("application/pkcs7-mime; smime-type=compressed-data", ""),
            false,
        ),
        ("inline", mail("text/plain; charset=utf-8", pgp), true),
        ("inline without a type", format!("From: a@e.org\n\n\r\n {pgp}\r\n\r\n"), true),
        ("inline with CRLF", mail("text/plain", &pgp.replace('\n', "\r\n")), true),
        ("inline and a footer", mail("text/plain", &format!("{pgp}\n-- \nlist")), false),
        ("inline and a greeting", mail("text/plain", &format!("Hi\n{pgp}")), false),
        ("two inline", mail("text/plain", &format!("{pgp}\n{pgp}")), false),
        ("text between two", mail("text/plain", &format!("{pgp}\nclear\n{pgp}")), false),
        ("begin line alone", mail("text/plain", "-----BEGIN PGP MESSAGE-----\n\n"), false),
        (
            "one line",
            mail("text/plain", "-----BEGIN PGP MESSAGE----------END PGP MESSAGE-----"),
            false,
        ),
        (
            "text on the begin line",
            mail("text/plain", &pgp.replacen("-----\n", "----- x\n", 1)),
            false,
        ),
        ("inline in HTML", mail("text/html", pgp), false),
        ("signed text", mail("text/plain", "-----BEGIN PGP SIGNED MESSAGE-----\n"), false),
    ] {
        assert_eq!(Form::of(&envelope(mail.as_bytes())).is_encrypted(), encrypted, "{name}");
    }
}

#[test]
fn reports_and_signed_mails_are_known_by_type_and_subtype_alone() {
    for (content_type, report) in [
        ("multipart/report; report-type=delivery-status", true),
        ("MULTIPART/REPORT", true),
        ("multipart / report", true),
        ("multipart/signed; micalg=x", false),
        ("multipart/reporting", false),
        ("text/plain; x=multipart/report", false),
        ("", false),
    ] {
        let mail = format!("Content-Type: {content_type}\n\n");
        let mail = envelope(mail.as_bytes());
        assert_eq!(mail.is_report(), report, "{content_type}");
    }
}

#[test]
fn small_fields_are_read_as_text() {
    let long = format!("User-Agent: {}\n\n", "ü".repeat(150));
    assert_eq!(envelope(long.as_bytes()).user_agent(), Some("ü".repeat(100)));
    for (name, mail, agent) in [
        ("User-Agent", "User-Agent: Mutt/1.7\nX-Mailer: x\n\n", Some("Mutt/1.7")),
        ("X-Mailer", "X-Mailer: a\r\n b\0\x1b[31m\n\n", Some("a b[31m")),
        ("empty", "User-Agent: \x01 \n\n", None),
        ("none", "\n", None),
    ] {
        assert_eq!(envelope(mail.as_bytes()).user_agent().as_deref(), agent, "{name}");
    }
    for (name, mail, list) in [
        ("list", "List-Post: <mailto:List@e.org>\n\n", Some("list@e.org")),
        ("closed", "List-Post: NO\n\n", None),
        ("closed, with a comment", "List-Post: NO (no posting)\n\n", None),
        ("query", "List-Post: <MAILTO:a%2Bb@e.org?subject=x>\n\n", Some("a+b@e.org")),
        ("web first", "List-Post: <https://e.org>,\n <mailto:l@e.org> (x)\n\n", Some("l@e.org")),
        ("open", "List-Post: <mailto:l@e.org\n\n", None),
        ("odd escapes", "List-Post: <mailto:%zz%@e.org>\n\n", Some("%zz%@e.org")),
    ] {
        let found = envelope(mail.as_bytes()).list_post();
        assert_eq!(found.as_ref().map(Addr::as_str), list, "{name}");
    }
    for (name, mail, message_id, in_reply_to) in [
        ("ids", "Message-ID: <a@b>\nIn-Reply-To: <c@d> <e@f> (g)\n\n", Some("a@b"), Some("e@f")),
        ("case", "MESSAGE-id:<a>\n\n", Some("a"), None),
        ("bare", "Message-ID: a@b\nIn-Reply-To: c\n\n", None, None),
        ("open", "Message-ID: <a@b\nIn-Reply-To: <>\n\n", None, None),
    ] {
        let envelope = envelope(mail.as_bytes());
        assert_eq!(envelope.message_id(), message_id.map(str::as_bytes), "{name}");
        assert_eq!(envelope.answered(), in_reply_to.map(str::as_bytes), "{name}");
    }
}

#[test]
fn a_header_section_ends_at_its_first_blank_line() {
    for (name, mail, header, body) in [
        ("LF", "A: b\n\nc\n\nd", "A: b\n", "c\n\nd"),
        ("CRLF", "A: b\r\n\r\nc", "A: b\r\n", "c"),
        ("mixed", "A: b\n\r\nc", "A: b\n", "c"),
        ("no blank line", "A: b\n", "A: b\n", ""),
        ("blank line first", "\nA: b", "", "A: b"),
        ("blanks are no blank line", "A: b\n \nC: d\n\ne", "A: b\n \nC: d\n", "e"),
        ("mbox line", "From x\nA: b\n\nc", "A: b\n", "c"),
        ("mbox line alone", "From x", "", ""),
        ("mbox line of nothing", "From \n\n:", "", ":"),
        ("From with a blank", "From \t: x\n\n", "From \t: x\n", ""),
        ("a mbox line further down is none", "A: b\nFrom x\n\nc", "A: b\nFrom x\n", "c"),
        ("empty", "", "", ""),
    ] {
        let envelope = envelope(mail.as_bytes());
        assert_eq!(envelope.header(), header.as_bytes(), "{name}");
        assert_eq!(envelope.body(), body.as_bytes(), "{name}");
    }
    for (buffer, end) in [
        ("A: b\n\nc", Some(6)),
        ("A: b\r\n\r\nc", Some(8)),
        ("\r\nc", Some(2)),
        ("\nc", Some(1)),
        ("A: b\r\n\r", None),
        ("A: b\n", None),
        ("", None),
    ] {
        assert_eq!(header_end(buffer.as_bytes()), end, "{buffer:?}");
    }
    // Searched for piece by piece, and the first of both kinds counts.
    for (name, blank, other) in [("LF", "\n\n", "\n\r\n"), ("CRLF", "\r\n\r\n", "\n\n")] {
        for field in (4_080..4_110).chain(8_180..8_200) {
            let mail = format!("A: {}{blank}body{other}more", "b".repeat(field));
            assert_eq!(
                header_end(mail.as_bytes()),
                Some(3 + field + blank.len()),
                "{name} {field}"
            );
        }
    }
}

#[test]
fn rewriting_touches_whole_fields_and_nothing_else() {
    let no_key = |field: &RawField<'_>| field.is("Autocrypt") || field.is("Bcc");
    let added = [("New", "1;\r\n 2".to_owned()), ("More", "3".to_owned())];
    for (name, mail, with, without) in [
        (
            "LF",
            &b"A: b\nBcc: c\n d\nE: f\n\nBcc: \xff\r\n"[..],
            &b"A: b\nE: f\nNew: 1;\n 2\nMore: 3\n\nBcc: \xff\r\n"[..],
            &b"A: b\nE: f\n\nBcc: \xff\r\n"[..],
        ),
        (
            "CRLF",
            b"A: b\r\nautocrypt : c\r\n\td\r\nE: f\r\n\r\nx\n",
            b"A: b\r\nE: f\r\nNew: 1;\r\n 2\r\nMore: 3\r\n\r\nx\n",
            b"A: b\r\nE: f\r\n\r\nx\n",
        ),
        (
            "the first line decides",
            b"A: b\nE: f\r\n\r\nx",
            b"A: b\nE: f\r\nNew: 1;\n 2\nMore: 3\n\r\nx",
            b"A: b\nE: f\r\n\r\nx",
        ),
        ("mbox line", b"From x\nA: b\n\nx", b"A: b\nNew: 1;\n 2\nMore: 3\n\nx", b"A: b\n\nx"),
        ("no blank line", b"A: b\n", b"A: b\nNew: 1;\n 2\nMore: 3\n", b"A: b\n"),
        ("no line end", b"A: b", b"A: b\r\nNew: 1;\r\n 2\r\nMore: 3\r\n", b"A: b"),
        ("empty", b"", b"New: 1;\r\n 2\r\nMore: 3\r\n", b""),
        ("body alone", b"\nx", b"New: 1;\n 2\nMore: 3\n\nx", b"\nx"),
        (
            "lines that are no fields stay",
            b" lost\nA: b\nBcc: c\nno field\n d\n\nx",
            b" lost\nA: b\nno field\n d\nNew: 1;\n 2\nMore: 3\n\nx",
            b" lost\nA: b\nno field\n d\n\nx",
        ),
        ("a CR at the very end", b"A: b\n\r", b"A: b\n\r\r\nNew: 1;\n 2\nMore: 3\n", b"A: b\n\r"),
        (
            "a removed field at the very end",
            b"A: b\nBcc: c",
            b"A: b\nNew: 1;\n 2\nMore: 3\n",
            b"A: b\n",
        ),
    ] {
        assert_eq!(rewrite(mail, &no_key, &added).as_deref(), Ok(with), "{name}");
        assert_eq!(rewrite(mail, &no_key, &[]).as_deref(), Ok(without), "{name}");
    }
}

#[test]
fn all_fields_are_listed_in_order() {
    let mail = b"From x\nA: b\r\nnone\n c\nD : e\n f\n\nG: h";
    let fields: Vec<_> = fields(mail).expect("within the limits").collect();
    assert_eq!(
        fields,
        [
            RawField { name: b"A", raw: b"A: b", value: b" b" },
            RawField { name: b"D", raw: b"D : e\n f", value: b" e\n f" },
        ]
    );
}

/// Octets that mean something to one of the readers, and any others.
fn mail_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![
            "From: ", "From ", "To: ", "Date: ", "Received: ", "Content-Type: ", "Autocrypt: ",
            "INBOME: ", "List-Post: <mailto:", "Message-ID: <", "User-Agent: ", "a@e.org", "multipart/encrypted",
            "; p*0*=utf-8''%", "p*1=", "\n", "\r\n", "\r\n ", "\r", "\n\n", "<", ">", "(", ")", "\"", "\\",
            ",", ";", ":", "@", "[", "]", "=", "*", "'", "%", " ", "\0", "\t",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_mail_makes_a_reader_panic(mail in mail_like()) {
        let envelope = envelope(&mail);
        let _ = (envelope.from(), envelope.date(), envelope.received(), Form::of(&envelope).is_encrypted());
        let _ = (envelope.to(), envelope.cc(), envelope.delivered_to(), envelope.user_agent());
        let _ = (envelope.list_post(), envelope.message_id(), envelope.content_type().param("p"));
        for field in envelope.key_fields() {
            let _ = crate::header::read(field, &Addr::parse("a@e.org").expect("an address"));
        }
        prop_assert!(envelope.header().len() + envelope.body().len() <= mail.len());
    }

    #[test]
    fn a_mail_with_nothing_removed_or_added_stays_as_it_is(mail in mail_like()) {
        let same = rewrite(&mail, &|_| false, &[]).expect("within the limits");
        prop_assert!(mail.ends_with(&same));
        prop_assert!(same.len() == mail.len() || mail.starts_with(b"From "));
    }

    #[test]
    fn an_added_field_is_the_last_one_and_moves_nothing(mail in mail_like()) {
        let before = envelope(&mail);
        let written = rewrite(&mail, &|_| false, &[("New", "1".to_owned())]).expect("limits");
        let after = envelope(&written);
        // Were the written mail to begin with an mbox line, that would be dropped on reading.
        prop_assume!(!written.starts_with(b"From "));
        prop_assert_eq!(after.body(), before.body());
        let last = after.fields().last().expect("the added field");
        prop_assert!(last.is("New") && last.value == b" 1");
        prop_assert_eq!(after.fields().count(), before.fields().count() + 1);
    }

    #[test]
    fn a_header_section_read_piece_by_piece_is_the_same(mail in mail_like()) {
        if let Some(end) = header_end(&mail) {
            let whole = envelope(&mail);
            let part = envelope(&mail[..end]);
            prop_assert_eq!(part.header(), whole.header());
            prop_assert_eq!(part.from(), whole.from());
            prop_assert!(part.body().is_empty());
        }
    }
}
