//! Mails into payloads and back, payloads of other programs, and hostile ones.

use proptest::prelude::*;

use super::*;
use crate::addr::Addr;
use crate::header::print_gossip;
use crate::limits::{Limit, MAX_GOSSIP_FIELDS, MAX_PAYLOAD_HEADER_BYTES};
use crate::mime::{Envelope, Form, FromFlaw, Mail, Via, locate};

/// Reads a payload together with the mail around it, which lives as long as the test.
fn open_payload<'a>(outer: &'a [u8], payload: &'a [u8]) -> Result<Opened<'a>, Limit> {
    let outer = Box::leak(Box::new(Envelope::parse(outer)?));
    Ok(super::open_payload(outer, Mail::parse_payload(payload)?))
}

fn open_inline(outer: &[u8], text: &[u8]) -> Result<Vec<u8>, Limit> {
    Ok(super::open_inline(&Mail::parse(outer)?, text))
}

const MAIL: &str = "From: Alice <alice@example.org>\n\
    To: bob@example.org\n\
    Bcc: carol@example.org\n\
    Subject: the plan\n\
    Comments: secret\n\
    Keywords: secret\n\
    Autocrypt-Gossip: addr=x\n\
    X-Inbome: encrypt\n\
    HP-Outer: To: x\n\
    MIME-Version: 1.0\n\
    Content-Type: text/plain; charset=utf-8\n\
    Content-Transfer-Encoding: 8bit\n\
    \n\
    hello\n";

fn text(octets: &[u8]) -> &str {
    std::str::from_utf8(octets).expect("text")
}

/// The mail that carries `payload` as it stands, for nothing here encrypts.
fn sent(payload: &Payload) -> Vec<u8> {
    payload.wrap(b"-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----\n", &[0xab; 16])
}

#[test]
fn the_payload_holds_the_header_and_the_mail_around_it_does_not() {
    let gossip = [print_gossip(&Addr::parse("dave@example.org").expect("an address"), b"cert")
        .expect("a small cert")];
    let additions = Additions {
        fields: &[("Autocrypt", "addr=alice@example.org; keydata=\r\n AAAA".to_owned())],
        missing: &[("Date", "today".to_owned()), ("To", "not used".to_owned())],
        gossip: &gossip,
        ..Additions::default()
    };
    let payload = make_payload(MAIL.as_bytes(), &additions).expect("a payload");
    assert_eq!(
        text(&payload.octets),
        "From: Alice <alice@example.org>\n\
         To: bob@example.org\n\
         Subject: the plan\n\
         Comments: secret\n\
         Keywords: secret\n\
         Content-Type: text/plain; hp=\"cipher\"; protected-headers=\"v1\"; charset=utf-8\n\
         Content-Transfer-Encoding: 8bit\n\
         Date: today\n\
         Autocrypt: addr=alice@example.org; keydata=\n AAAA\n\
         HP-Outer: From: Alice <alice@example.org>\n\
         HP-Outer: To: bob@example.org\n\
         HP-Outer: Subject: [...]\n\
         HP-Outer: Date: today\n\
         HP-Outer: Autocrypt: addr=alice@example.org; keydata=\n AAAA\n\
         Autocrypt-Gossip: addr=dave@example.org; keydata=\n Y2VydA==\n\
         \n\
         hello\n"
    );
    assert_eq!(
        text(&sent(&payload)),
        "From: Alice <alice@example.org>\n\
         To: bob@example.org\n\
         Subject: [...]\n\
         MIME-Version: 1.0\n\
         Date: today\n\
         Autocrypt: addr=alice@example.org; keydata=\n AAAA\n\
         Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\n \
         boundary=\"abababababababababababababababab\"\n\
         \n\
         --abababababababababababababababab\n\
         Content-Type: application/pgp-encrypted\n\
         Content-Description: PGP/MIME version identification\n\
         \n\
         Version: 1\n\
         \n\
         --abababababababababababababababab\n\
         Content-Type: application/octet-stream; name=\"encrypted.asc\"\n\
         Content-Description: OpenPGP encrypted message\n\
         Content-Disposition: inline; filename=\"encrypted.asc\"\n\
         \n\
         -----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----\n\
         \n\
         --abababababababababababababababab--\n"
    );
}

#[test]
fn the_subject_and_bcc_are_kept_only_when_the_caller_says_so() {
    let options = Additions { keep_subject: true, keep_bcc: true, ..Additions::default() };
    let payload = make_payload(MAIL.as_bytes(), &options).expect("a payload");
    assert!(text(&payload.octets).contains("\nBcc: carol@example.org\n"));
    assert!(text(&payload.octets).contains("\nHP-Outer: Subject: the plan\n"));
    let mail = sent(&payload);
    assert!(text(&mail).contains("\nSubject: the plan\n"));
    assert!(!text(&mail).contains("carol"));
    assert!(!text(&payload.octets).contains("HP-Outer: Bcc"));

    let remove = |field: &RawField<'_>| field.is("To");
    let options = Additions { remove: Some(&remove), ..Additions::default() };
    let payload = make_payload(MAIL.as_bytes(), &options).expect("a payload");
    assert!(!text(&payload.octets).contains("bob@") && !text(&sent(&payload)).contains("bob@"));
}

#[test]
fn an_entity_is_protected_as_a_mail_is() {
    let header = [("From", "a@example.org".to_owned()), ("Subject", "the\r\n plan".to_owned())];
    let entity = b"Content-Type: text/html\r\nFrom: other@example.org\r\n\r\n<p>\r\n";
    let payload = make_entity_payload(entity, &header, &Additions::default()).expect("a payload");
    assert_eq!(
        text(&payload.octets),
        "From: a@example.org\r\nSubject: the\r\n plan\r\n\
         Content-Type: text/html; hp=\"cipher\"; protected-headers=\"v1\"\r\n\
         HP-Outer: From: a@example.org\r\nHP-Outer: Subject: [...]\r\n\r\n<p>\r\n"
    );
    let outer: Vec<_> = payload.outer_fields().map(|field| text(field.raw)).collect();
    assert_eq!(outer, ["From: a@example.org", "Subject: [...]"]);
    let wrapped = payload.wrap_entity(b"x", &[0; 16]);
    assert!(text(&wrapped).starts_with("Content-Type: multipart/encrypted;"));
    assert!(!text(&wrapped).replace("\r\n", "").contains('\n'));
    assert_eq!(
        make_entity_payload(entity, &[("content-type", "a/b".to_owned())], &Additions::default()),
        Err(ProtectError::Name("content-type".to_owned()))
    );
}

#[test]
fn nothing_that_the_caller_gives_adds_a_line() {
    let value = Err(ProtectError::Value("X".to_owned()));
    for (name, given, refused) in [
        ("plain", "a b", false),
        ("folded", "a\r\n b\r\n\tc", false),
        ("8-bit", "\u{e4}", false),
        ("LF", "a\nBcc: x", true),
        ("CRLF", "a\r\nBcc: x", true),
        ("CR", "a\rBcc: x", true),
        ("fold with LF", "a\n b", true),
        ("blank line", "a\r\n\r\nx", true),
        ("a fold of blanks alone", "a\r\n \r\n b", true),
        ("line end at the end", "a\r\n", true),
        ("NUL", "a\0b", true),
        ("C1 control", "a\u{85}b", true),
        ("escape", "a\u{1b}b", true),
    ] {
        let fields = [("X", given.to_owned())];
        let gossip = [given.to_owned()];
        for additions in [
            Additions { fields: &fields, ..Additions::default() },
            Additions { missing: &fields, ..Additions::default() },
        ] {
            let made = make_payload(MAIL.as_bytes(), &additions).map(|_| ());
            assert_eq!(made, if refused { value.clone() } else { Ok(()) }, "{name}");
        }
        let additions = Additions { gossip: &gossip, ..Additions::default() };
        assert_eq!(make_payload(MAIL.as_bytes(), &additions).is_err(), refused, "{name}");
        let made = make_entity_payload(b"", &fields, &Additions::default());
        assert_eq!(made.is_err(), refused, "{name}");
    }
    for name in ["", "a b", "a:b", "a\n", "\u{e4}", "MIME-Version", "Content-Type"] {
        let fields = [(name, "x".to_owned())];
        let additions = Additions { fields: &fields, ..Additions::default() };
        let made = make_payload(MAIL.as_bytes(), &additions);
        assert_eq!(made, Err(ProtectError::Name(name.to_owned())), "{name:?}");
    }
}

#[test]
fn a_type_that_programs_would_read_differently_is_refused() {
    for (name, header, ok) in [
        ("none", "", true),
        (
            "long",
            &format!("Content-Type: multipart/mixed; boundary=\"{}\"\n", "b".repeat(70)),
            true,
        ),
        ("protected once", "Content-Type: a/b; hp=\"clear\"; protected-headers=\"v1\"\n", true),
        ("two fields", "Content-Type: a/b\nContent-Type: a/b\n", false),
        ("no subtype", "Content-Type: text\n", false),
        ("empty", "Content-Type:\n", false),
    ] {
        let mail = format!("{header}\nx");
        let made = make_payload(mail.as_bytes(), &Additions::default());
        assert_eq!(made.is_ok(), ok, "{name}");
        let Ok(payload) = made else { continue };
        let opened = open_payload(b"\n", &payload.octets).expect("within the limits");
        assert_eq!(opened.protection(), Protection::Cipher, "{name}");
        assert!(text(&payload.octets).lines().all(|line| line.len() < 100), "{name}");
        assert_eq!(text(&payload.octets).matches("hp=").count(), 1, "{name}");
    }
}

#[test]
fn protected_fields_stand_in_place_of_the_outer_ones() {
    let outer = "Return-Path: <x@example.org>\n\
        Received: by mx.example.org; today\n\
        From: a@example.org\n\
        Subject: [...]\n\
        Reply-To: mallory@example.org\n\
        Autocrypt: outer\n\
        List-Id: <l.example.org>\n\
        HP-Outer: Subject: x\n\
        Autocrypt-Gossip: outer\n\
        MIME-Version: 1.0\n\
        Content-Type: multipart/encrypted; boundary=b\n\n";
    let fields = "Received: made up\n\
        From: a@example.org\n\
        Subject: plan\n\
        Autocrypt-Gossip: inner\n";
    for (name, content_type, header, protection, message, differs) in [
        (
            "RFC 9788",
            "text/plain; HP=\"Cipher\"; x=y",
            "HP-Outer: From: a@example.org\nHP-Outer: Subject: [...]\n",
            Protection::Cipher,
            "MIME-Version: 1.0\nFrom: a@example.org\nSubject: plan\nContent-Type: text/plain; x=y\n",
            &["Reply-To"][..],
        ),
        (
            "RFC 9788, clear",
            "text/plain; hp=clear",
            "",
            Protection::Clear,
            "MIME-Version: 1.0\nFrom: a@example.org\nSubject: plan\nContent-Type: text/plain\n",
            &["Subject", "Reply-To"],
        ),
        (
            "before RFC 9788",
            "text/plain; protected-headers=\"v1\"",
            "",
            Protection::V1,
            "Reply-To: mallory@example.org\nAutocrypt: outer\n\
             MIME-Version: 1.0\nFrom: a@example.org\nSubject: plan\nContent-Type: text/plain\n",
            &[],
        ),
        (
            "nothing protected",
            "text/plain",
            "",
            Protection::None,
            "From: a@example.org\nSubject: [...]\nReply-To: mallory@example.org\n\
             Autocrypt: outer\nMIME-Version: 1.0\nContent-Type: text/plain\n",
            &[],
        ),
        (
            "an unknown word",
            "text/plain; hp=\"x\"",
            "",
            Protection::None,
            "From: a@example.org\nSubject: [...]\nReply-To: mallory@example.org\n\
             Autocrypt: outer\nMIME-Version: 1.0\nContent-Type: text/plain\n",
            &[],
        ),
    ] {
        let payload = format!("{fields}Content-Type: {content_type}\n{header}\nbody\n");
        let opened = open_payload(outer.as_bytes(), payload.as_bytes()).expect("limits");
        assert_eq!(opened.protection(), protection, "{name}");
        assert_eq!(opened.inner().is_some(), protection != Protection::None, "{name}");
        assert_eq!(opened.differs(), differs, "{name}");
        let traces = "Return-Path: <x@example.org>\nReceived: by mx.example.org; today\n";
        let mut found = text(&opened.message(Sender::Inner)).to_owned();
        assert!(found.starts_with(traces), "{name}");
        found = found.replacen("List-Id: <l.example.org>\n", "", 1);
        assert_eq!(found, format!("{traces}{message}\nbody\n"), "{name}");
        let gossip: Vec<_> = opened.gossip().map(|field| field.value).collect();
        assert_eq!(gossip, [b" inner"], "{name}");
    }
}

#[test]
fn what_was_changed_on_the_way_is_named_and_what_was_hidden_too() {
    let payload = make_payload(MAIL.as_bytes(), &Additions::default()).expect("a payload");
    let mail = text(&sent(&payload)).to_owned();
    for (name, from, to, hidden, differs) in [
        ("as sent", "", "", &["Comments", "Keywords", "Subject"][..], &[][..]),
        ("folded", "To: bob", "To:\n\tbob", &["Comments", "Keywords", "Subject"], &[]),
        (
            "a list's prefix",
            "[...]",
            "[list] [...]",
            &["Comments", "Keywords", "Subject"],
            &["Subject"],
        ),
        (
            "other sender",
            "Alice <alice@",
            "Boss <boss@",
            &["Comments", "Keywords", "Subject"],
            &["From"],
        ),
        (
            "no recipient",
            "To: bob@example.org\n",
            "",
            &["Comments", "Keywords", "Subject"],
            &["To"],
        ),
        (
            "a new Cc",
            "To: bob",
            "Cc: eve@x.org\nTo: bob",
            &["Comments", "Keywords", "Subject"],
            &["Cc"],
        ),
        ("a trace", "To: bob", "X-Virus: no\nTo: bob", &["Comments", "Keywords", "Subject"], &[]),
    ] {
        let mail = mail.replacen(from, to, 1);
        let opened = open_payload(mail.as_bytes(), &payload.octets).expect("limits");
        assert_eq!(opened.protected(), ["Comments", "From", "Keywords", "Subject", "To"], "{name}");
        assert_eq!(opened.hidden(), hidden, "{name}");
        assert_eq!(opened.differs(), differs, "{name}");
    }
}

#[test]
fn an_inner_from_that_differs_is_the_callers_to_believe() {
    let outer = b"From: mallory@example.org\nSender: m@example.org\n\n";
    let payload = b"From: boss@example.org\nSender: b@example.org\nSubject: x\n\
        Content-Type: text/plain; hp=\"cipher\"\n\npay\n";
    let opened = open_payload(outer, payload).expect("within the limits");
    assert_eq!(opened.differs(), ["From", "Sender"]);
    assert_eq!(opened.outer().from(), Ok(Addr::parse("mallory@example.org").expect("address")));
    let inner = opened.inner().expect("protected");
    assert_eq!(inner.from(), Ok(Addr::parse("boss@example.org").expect("address")));
    assert!(!text(&opened.message(Sender::Outer)).contains("boss"));
    assert!(text(&opened.message(Sender::Outer)).contains("From: mallory@example.org\n"));
    assert!(!text(&opened.message(Sender::Inner)).contains("mallory"));
}

#[test]
fn two_from_fields_inside_are_no_sender() {
    let payload = b"From: a@example.org\nFrom: b@example.org\n\
        Content-Type: text/plain; hp=\"cipher\"\n\nx\n";
    let opened = open_payload(b"From: a@example.org\n\n", payload).expect("limits");
    assert_eq!(opened.inner().map(Envelope::from), Some(Err(FromFlaw::SeveralFrom)));
    assert_eq!(opened.differs(), ["From"]);
    let message = opened.message(Sender::Outer);
    assert_eq!(text(&message).matches("From:").count(), 1);
}

#[test]
fn a_legacy_display_is_not_shown_twice() {
    let part = "multipart/mixed; boundary=b; protected-headers=\"v1\"\n\n\
        --b\nContent-Type: text/plain; protected-headers=\"v1\"\nContent-Disposition: inline\n\n\
        Subject: x\n\n--b\nContent-Type: text/plain\n\nhi\n--b--\n";
    let lines = "text/plain; hp=\"cipher\"; hp-legacy-display=1; charset=utf-8\n\nSubject: x\n\nhi\n\nyou\n";
    let html = "multipart/alternative; hp=\"cipher\"; boundary=b\n\n\
        --b\nContent-Type: text/plain; hp-legacy-display=\"1\"\n\nSubject: x\n\nhi\n\
        --b\nContent-Type: text/html; hp-legacy-display=\"1\"\nContent-Transfer-Encoding: quoted-printable\n\n\
        <body><div class=3D\"header-protection-legacy-display\"><pre>Subject: x</pre></div><p>hi\n--b--\n";
    let rfc822 = part.replace("text/plain; protected", "text/rfc822-headers; protected");
    for (name, payload, body) in [
        ("a part", part, "--b\nContent-Type: text/plain\n\nhi\n--b--\n"),
        ("a part of headers", &rfc822, "--b\nContent-Type: text/plain\n\nhi\n--b--\n"),
        ("lines", lines, "text/plain; charset=utf-8\n\nhi\n\nyou\n"),
        (
            "HTML",
            html,
            "multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nhi\n\
             --b\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n\
             PGJvZHk+PHA+aGk=\r\n\n--b--\n",
        ),
        (
            "not marked",
            &part.replacen("; protected-headers=\"v1\"\nC", "\nC", 1),
            "\n\nSubject: x\n\n--b\n",
        ),
        (
            "not protected",
            &lines.replace("hp=\"cipher\"; ", ""),
            "hp-legacy-display=1; charset=utf-8\n\nSubject: x\n",
        ),
        ("clear", &lines.replace("cipher", "clear"), "\n\nSubject: x\n\nhi\n"),
        ("without a blank line", "text/plain; hp=cipher; hp-legacy-display=1\n\nhi\n", "\n\nhi\n"),
    ] {
        let payload = format!("Content-Type: {payload}");
        let opened = open_payload(b"\n", payload.as_bytes()).expect("within the limits");
        let message = opened.message(Sender::Inner);
        assert!(text(&message).contains(body), "{name}: {}", text(&message));
        let shown = !matches!(name, "a part" | "a part of headers" | "lines" | "HTML");
        assert_eq!(
            text(&message).contains("Subject: x"),
            shown && name != "without a blank line",
            "{name}"
        );
    }
}

#[test]
fn decrypted_inline_pgp_is_text() {
    let outer = "From: a@example.org\r\nSubject: s\r\nContent-Type: text/plain; charset=latin1\r\n\
        Content-Transfer-Encoding: base64\r\n\r\narmor\r\n";
    let hostile = "Content-Type: multipart/encrypted; boundary=b\n\n--b\n";
    for (name, text_octets, charset) in [
        ("UTF-8", hostile.replace('\n', "\r\n").as_bytes(), "utf-8"),
        ("not UTF-8", &b"\xe4\r\n"[..], "latin1"),
    ] {
        let message = open_inline(outer.as_bytes(), text_octets).expect("within the limits");
        let envelope = Envelope::parse(&message).expect("within the limits");
        assert_eq!(envelope.body(), text_octets, "{name}");
        assert!(envelope.content_type().is("text", "plain"), "{name}");
        assert_eq!(envelope.content_type().param("charset").as_deref(), Some(charset), "{name}");
        assert_eq!(locate(&message), Ok(Form::Clear), "{name}");
    }
}

#[test]
fn the_limits_of_a_payload_hold() {
    let open = |payload: &str| {
        open_payload(b"\n", payload.as_bytes()).map(|opened| opened.gossip().count())
    };
    let field = format!("Autocrypt-Gossip: {}\n", "x".repeat(7_000));
    assert_eq!(open(&format!("{}\nx", field.repeat(MAX_GOSSIP_FIELDS + 9))), Ok(MAX_GOSSIP_FIELDS));
    let large = format!("A: {}\n\n", "x".repeat(MAX_PAYLOAD_HEADER_BYTES));
    assert_eq!(open(&large), Err(Limit::HeaderBytes));
    assert_eq!(open(&"A: b\n".repeat(1_001)), Err(Limit::HeaderFields));
    let mut deep = "Content-Type: multipart/mixed; hp=cipher; boundary=\"0\"\n\n--0\n".to_owned();
    for n in 1..10_000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=\"{n}\"\n\n--{n}\n"));
    }
    deep.push_str("Content-Type: text/plain; hp-legacy-display=1\n\nSubject: x\n\nhi\n");
    let opened = open_payload(b"\n", deep.as_bytes()).expect("within the limits");
    assert!(opened.message(Sender::Inner).ends_with(b"Subject: x\n\nhi\n"));
}

/// Header fields, types and bodies that programs write, and some that they should not.
fn mail() -> impl Strategy<Value = Vec<u8>> {
    let field = proptest::sample::select(vec![
        "From: a@example.org\n",
        "To: =?utf-8?q?B=C3=B6b?= <b@example.org>,\n\tc@example.org\n",
        "Cc: group: d@example.org;\n",
        "Subject: a\n b\n  c\n",
        "Subject : old form\n",
        "Comments: x\n",
        "Date: Sat, 17 Dec 2016 09:58:05 +0100\n",
        "Message-ID: <x@example.org>\n",
        "References: <a@b>\n <c@d>\n",
        "X-Empty:\n",
        "X-8bit: \u{e4}\u{fc}\n",
    ]);
    let kind = proptest::sample::select(vec![
        "",
        "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n",
        "Content-Type: text/html;\n charset=\"utf-8\" ; format=flowed\n",
        "Content-Type: multipart/mixed; boundary=\"b b\"\nContent-Language: de\n",
        "Content-Type: multipart/signed; micalg=pgp-sha256;\n\tprotocol=\"application/pgp-signature\"; boundary=b\n",
        "Content-Type: application/octet-stream (hp=x);\n name=\"\u{e4}; hp=y.bin\"\nContent-Transfer-Encoding: base64\n",
    ]);
    let line = prop_oneof![
        4 => proptest::sample::select(vec![
            "", "hello", "--b", "--b b", "--b--", "From x", ".", "From: a@example.org", "-----BEGIN PGP MESSAGE-----",
            "Content-Type: multipart/mixed; boundary=c", "trailing \t", "=3D=",
        ]).prop_map(|line| line.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..60),
        1 => (990_usize..3_000).prop_map(|len| vec![b'x'; len]),
    ];
    let header = (proptest::collection::vec(field, 0..8), kind);
    let body = proptest::option::of(proptest::collection::vec(line, 0..12));
    (header, body, any::<bool>(), any::<bool>()).prop_map(|((fields, kind), body, crlf, last)| {
        let line_end = if crlf { "\r\n" } else { "\n" };
        let header = fields.concat() + "MIME-Version: 1.0\n" + kind;
        let mut mail = header.replace('\n', line_end).into_bytes();
        if let Some(lines) = body {
            mail.extend_from_slice(line_end.as_bytes());
            mail.extend_from_slice(&lines.join(line_end.as_bytes()));
            if last {
                mail.extend_from_slice(line_end.as_bytes());
            }
        }
        mail
    })
}

/// Fields that may stand once.
const ONCE: [&str; 10] = [
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "date",
    "subject",
    "message-id",
    "in-reply-to",
    "references",
];

/// The fields of a mail, but for the one that says that it is MIME, in a comparable order.
fn own_fields(mail: &[u8]) -> Vec<Vec<u8>> {
    let envelope = Envelope::parse(mail).expect("within the limits");
    let own = envelope.fields().filter(|field| !field.is("MIME-Version"));
    own.map(|field| field.raw.to_vec()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases * 4))]

    #[test]
    fn a_mail_that_goes_in_comes_out_the_same(mail in mail(), keep_subject: bool, random: [u8; 16]) {
        let additions = Additions { keep_subject, ..Additions::default() };
        let payload = make_payload(&mail, &additions).expect("a payload");
        // What would be the armored OpenPGP message is the payload itself, which is harder.
        use base64::Engine as _;
        let armor = base64::engine::general_purpose::STANDARD.encode(&payload.octets);
        let sent = payload.wrap(armor.as_bytes(), &random);
        let Ok(Form::Encrypted(found)) = locate(&sent) else { panic!("an encrypted mail") };
        prop_assert_eq!(found.via, Via::PgpMime);
        let armor = found.armor.trim_ascii();
        let decrypted = base64::engine::general_purpose::STANDARD.decode(armor).expect("base64");
        prop_assert_eq!(&decrypted, &payload.octets);

        let transit = [b"Received: by mx; today\r\n", &sent[..]].concat();
        let opened = open_payload(&transit, &decrypted).expect("within the limits");
        prop_assert_eq!(opened.protection(), Protection::Cipher);
        prop_assert!(opened.differs().is_empty(), "{:?}", opened.differs());
        let message = opened.message(Sender::Inner);
        let before = Envelope::parse(&mail).expect("within the limits");
        let after = Envelope::parse(&message).expect("within the limits");
        prop_assert_eq!(before.body(), after.body());
        let mut expected = own_fields(&mail);
        if !before.has_field("Content-Type") {
            expected.push(b"Content-Type: text/plain".to_vec());
        }
        // Of fields that may stand once the first counts.
        let mut seen = std::collections::BTreeSet::new();
        expected.retain(|field| {
            let name = field.split(|octet| *octet == b':').next().unwrap_or_default();
            let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
            !ONCE.contains(&&*name) || seen.insert(name)
        });
        let mut found = own_fields(&message);
        prop_assert_eq!(found.remove(0), b"Received: by mx; today");
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_payload_makes_the_reader_panic(outer in pieces(), payload in pieces()) {
        if let Ok(opened) = open_payload(&outer, &payload) {
            for sender in [Sender::Inner, Sender::Outer] {
                let message = opened.message(sender);
                prop_assert!(Envelope::parse(&message).is_ok());
            }
            let _ = opened.gossip().count();
        }
        let _ = open_inline(&outer, &payload);
        if let Ok(made) = make_payload(&payload, &Additions::default()) {
            prop_assert!(made.octets.ends_with(crate::mime::Envelope::parse(&payload).expect("a mail").body()));
        }
        let _ = make_entity_payload(&payload, &[], &Additions::default());
    }
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => proptest::sample::select(vec![
            "Content-Type: text/plain; hp=\"cipher\"; hp-legacy-display=1\n", "From: a@e.org\n", "\n", "\r\n",
            "Content-Type: multipart/mixed; boundary=b; protected-headers=v1\n", "--b\n", "--b--\n", "HP-Outer: ",
            "Content-Type: text/plain; protected-headers=v1\n", "Content-Transfer-Encoding: base64\n", "SGkKCg==",
            "Content-Type: multipart/alternative; hp=cipher; boundary=b\n", "Subject: x", " ", "\r", "\0", "\"", "(",
            "Content-Type: text/html; hp-legacy-display=1\n", "<div class=\"header-protection-legacy-display\">",
            "</div>", "Autocrypt-Gossip: ", "Bcc: x\n", "; hp=", "MIME-Version: 1.0\n", "From x\n",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}
