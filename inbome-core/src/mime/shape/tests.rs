//! Shapes of encrypted and signed mails: those that are opened, and hostile ones that are not.

use proptest::prelude::*;

use super::*;
use crate::limits::MAX_HEADER_BYTES;
use crate::mime::parts::BEGINNING_BYTES;

const ARMOR: &str = "-----BEGIN PGP MESSAGE-----\n\nwcBMA\n-----END PGP MESSAGE-----\n";
const VERSION: &str = "Content-Type: application/pgp-encrypted\n\nVersion: 1\n";

fn multipart(kind: &str, parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("--b\n{part}\n")).collect();
    format!("Content-Type: multipart/{kind}; boundary=b\n\n{parts}--b--\n")
}

fn octets() -> String {
    format!("Content-Type: application/octet-stream\n\n{ARMOR}")
}

/// `multipart/encrypted` with a boundary of its own, to be put inside others.
fn inner_encrypted() -> String {
    multipart("encrypted", &[VERSION, &octets()]).replace("=b", "=c").replace("--b", "--c")
}

fn inner_signed() -> String {
    let signature = "Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n";
    multipart("signed; micalg=pgp-sha256", &["Content-Type: text/plain\n\nsigned\n", signature])
        .replace("=b", "=c")
        .replace("--b", "--c")
}

/// The signed layer that is the root of a payload.
fn signed_layer(payload: &[u8]) -> Option<Signed<'_>> {
    match Mail::parse_payload(payload).ok()?.shape.form {
        Form::Signed(signed) if signed.is_root() => Some(signed),
        _ => None,
    }
}

fn shape(mail: &str) -> Form<'_> {
    locate(mail.as_bytes()).expect("within the limits")
}

#[test]
fn one_openpgp_message_is_found_in_each_shape() {
    let base64 = "Content-Type: application/octet-stream; name=\"encrypted.asc\"\n\
        Content-Transfer-Encoding: base64\n\n\
        LS0tLS1CRUdJTiBQR1AgTUVTU0FHRS0tLS0tCgp3Y0JNQQotLS0tLUVORCBQR1AgTUVTU0FHRS0t\n\
        LS0tCg==\n";
    let base64_version = "Content-Type: application/pgp-encrypted; name=\"x\"\n\
        Content-Transfer-Encoding: base64\n\nVmVyc2lvbjogMQ0K\n";
    let quoted = octets().replace("\n\n-", "\nContent-Transfer-Encoding: quoted-printable\n\n=2D");
    let empty = "Content-Type: text/plain; charset=\"us-ascii\"\n\n \n";
    for (name, mail, via) in [
        ("RFC 3156", multipart("encrypted", &[VERSION, &octets()]), Via::PgpMime),
        ("base64", multipart("encrypted", &[base64_version, base64]), Via::PgpMime),
        ("quoted-printable", multipart("encrypted", &[VERSION, &quoted]), Via::PgpMime),
        ("Exchange", multipart("mixed", &[empty, base64_version, base64]), Via::ExchangeMixed),
        ("renamed root", multipart("mixed", &[VERSION, &octets()]), Via::MixedPair),
        ("armor alone", multipart("mixed", &[empty, base64]), Via::MixedArmor),
        ("inline", format!("\n{ARMOR}"), Via::Inline),
        ("inline, typed", format!("Content-Type: text/plain; charset=x\n\n{ARMOR}"), Via::Inline),
        (
            "inline, quoted-printable",
            format!("Content-Transfer-Encoding: quoted-printable\n\n{ARMOR}"),
            Via::Inline,
        ),
        (
            "mbox line",
            format!("From x\n{}", multipart("encrypted", &[VERSION, &octets()])),
            Via::PgpMime,
        ),
    ] {
        let Form::Encrypted(found) = shape(&mail) else { panic!("{name}: {:?}", shape(&mail)) };
        assert_eq!(found.via, via, "{name}");
        // Quoted-printable decodes to CRLF, as RFC 2045 has it.
        let armor: Vec<_> = found.armor.iter().copied().filter(|octet| *octet != b'\r').collect();
        assert_eq!(armor.trim_ascii(), ARMOR.trim_end().as_bytes(), "{name}");
        assert!(found.surrounding == Surrounding::default(), "{name}");
    }
}

#[test]
fn a_multipart_encrypted_of_another_shape_says_what_is_wrong() {
    let encrypted = |parts: &[&str]| multipart("encrypted", parts);
    let octets = octets();
    for (name, mail, flaw) in [
        ("one part", encrypted(&[VERSION]), ShapeFlaw::Parts),
        ("three parts", encrypted(&[VERSION, &octets, "\nhi"]), ShapeFlaw::Parts),
        ("no boundary", "Content-Type: multipart/encrypted\n\nx".to_owned(), ShapeFlaw::Parts),
        ("no version", encrypted(&["\n", &octets]), ShapeFlaw::Version),
        ("version 2", encrypted(&[&VERSION.replace('1', "2"), &octets]), ShapeFlaw::Version),
        ("version 11", encrypted(&[&VERSION.replace('1', "11"), &octets]), ShapeFlaw::Version),
        ("wrong order", encrypted(&[&octets, VERSION]), ShapeFlaw::Version),
        ("a text", encrypted(&[VERSION, "\nhi"]), ShapeFlaw::Octets),
        (
            "unknown encoding",
            encrypted(&[VERSION, &octets.replace("\n\n-", "\nContent-Transfer-Encoding: x\n\n-")]),
            ShapeFlaw::TransferEncoding,
        ),
        (
            "two types",
            format!("Content-Type: text/plain\n{}", encrypted(&[VERSION, &octets])),
            ShapeFlaw::ContentType,
        ),
    ] {
        assert_eq!(shape(&mail), Form::Malformed(flaw), "{name}");
    }
}

#[test]
fn an_encrypted_part_inside_a_clear_mail_is_left_alone() {
    let enc = inner_encrypted();
    let html = "Content-Type: text/html\n\n<img src=\"http://evil.example/";
    let html_end = "Content-Type: text/html\n\n\">";
    let text = "Content-Type: text/plain\n\nread this\n";
    let attached = "Content-Type: text/plain\nContent-Disposition: attachment\n\nx\n";
    let wrapped = multipart("mixed", &[&enc]).replace("=b", "=d").replace("--b", "--d");
    for (name, mail) in [
        ("between HTML parts (EFAIL)", multipart("mixed", &[html, &enc, html_end])),
        ("before an attached text", multipart("mixed", &[&enc, attached])),
        ("before four texts", multipart("mixed", &[&enc, text, text, text, text])),
        ("in multipart/alternative", multipart("alternative", &[&enc, text])),
        ("in multipart/related", multipart("related", &[&enc])),
        ("forwarded", multipart("mixed", &[&format!("Content-Type: message/rfc822\n\n{enc}")])),
        ("in two wrappers", multipart("mixed", &[&wrapped, text])),
        ("an attached file", multipart("mixed", &["\n", &octets().replace("PGP MESSAGE", "FILE")])),
        ("inline, text before", format!("\nhi\n{ARMOR}")),
        ("inline, text behind", format!("\n{ARMOR}hi\n")),
        ("inline, twice", format!("\n{ARMOR}{ARMOR}")),
        ("inline in HTML", format!("Content-Type: text/html\n\n{ARMOR}")),
        (
            "inline in a part",
            multipart("mixed", &[&format!("Content-Type: text/plain\n\n{ARMOR}")]),
        ),
    ] {
        assert_eq!(shape(&mail), Form::Clear, "{name}");
    }
}

#[test]
fn a_footer_is_given_apart_and_never_joined() {
    let footer =
        "Content-Type: text/plain; charset=utf-8\nContent-Disposition: inline\n\n__\nlist\n";
    let mail = multipart("mixed", &[&inner_encrypted(), footer, footer]);
    let Form::Encrypted(found) = shape(&mail) else { panic!("an encrypted mail") };
    assert_eq!(texts(&found.surrounding.after), ["__\nlist\n"; 2]);
    assert!(!found.armor.windows(4).any(|octets| octets == b"list"));

    let mail = format!("List-Id: <l.e.org>\n{}", multipart("mixed", &[&inner_signed(), footer]));
    let Form::Signed(found) = shape(&mail) else { panic!("a signed mail") };
    assert_eq!(texts(&found.surrounding.after), ["__\nlist\n"]);
    assert_eq!(found.signed_octets().as_ref(), b"Content-Type: text/plain\r\n\r\nsigned\r\n");
}

#[test]
fn a_signature_over_a_part_of_a_mail_is_none() {
    let signed = inner_signed();
    let text = "Content-Type: text/plain\n\nsend money\n";
    let html = "Content-Type: text/html\n\n<b>send money</b><img src=\"cid:signed\">\n";
    let cid = format!("Content-ID: <signed>\n{signed}");
    for (name, mail) in [
        ("text before", multipart("mixed", &[text, &signed])),
        ("text behind", multipart("mixed", &[&signed, text])),
        ("HTML before", multipart("mixed", &[html, &signed])),
        ("HTML behind", multipart("mixed", &[&signed, html])),
        (
            "HTML behind, from a list",
            format!("List-Id: <l>\n{}", multipart("mixed", &[&signed, html])),
        ),
        (
            "text before, from a list",
            format!("List-Id: <l>\n{}", multipart("mixed", &[text, &signed])),
        ),
        ("by cid", multipart("related", &[html, &cid])),
        ("first of related", multipart("related", &[&cid, html])),
        ("alternative", multipart("alternative", &[&signed, html])),
        (
            "three parts",
            multipart("signed", &[text, text, "Content-Type: application/pgp-signature\n\nx"]),
        ),
        (
            "signature first",
            multipart("signed", &["Content-Type: application/pgp-signature\n\nx", text]),
        ),
        ("no signature", multipart("signed", &[text, text])),
        (
            "other protocol",
            multipart(
                "signed; protocol=x/y",
                &[text, "Content-Type: application/pgp-signature\n\nx"],
            ),
        ),
        ("two types", format!("Content-Type: text/html\n{signed}")),
        ("two boundaries", signed.replacen("boundary=c", "boundary=c; boundary=d", 1)),
    ] {
        assert_eq!(shape(&mail), Form::Clear, "{name}");
    }
}

#[test]
fn what_is_signed_is_the_exact_octets_with_canonical_line_ends() {
    for (name, entity, canonical) in [
        ("LF", "A: b\n\nx \ny\n", "A: b\r\n\r\nx \r\ny\r\n"),
        ("CRLF", "A: b\r\n\r\nx\r\n", "A: b\r\n\r\nx\r\n"),
        ("mixed, and a lone CR", "A: b\r\n\nx\ry\n", "A: b\r\n\r\nx\ry\r\n"),
        ("empty", "", ""),
        ("8-bit, a long line", "\n\u{e4}", "\r\n\u{e4}"),
        ("no last line end", "\nx", "\r\nx"),
    ] {
        let signature = "Content-Type: application/pgp-signature\n\nSIG";
        let mail = multipart(
            "signed; protocol=\"application/pgp-signature\"; micalg=x",
            &[entity, signature],
        );
        let Form::Signed(found) = shape(&mail) else { panic!("{name}: {:?}", shape(&mail)) };
        assert_eq!(found.entity, entity.as_bytes(), "{name}");
        assert_eq!(found.signed_octets().as_ref(), canonical.as_bytes(), "{name}");
        assert_eq!(found.signatures, [&b"SIG"[..]], "{name}");
        assert_eq!(found.micalg.as_deref(), Some("x"), "{name}");
    }
}

#[test]
fn the_signed_layer_of_a_payload_is_its_root_and_nothing_deeper() {
    let signed = inner_signed();
    let found = signed_layer(signed.as_bytes()).expect("a signed layer");
    assert_eq!(found.entity, b"Content-Type: text/plain\n\nsigned\n");
    assert_eq!(signed_layer(multipart("mixed", &[&signed]).as_bytes()), None);
    assert_eq!(signed_layer(b"\nsigned"), None);
}

#[test]
fn smime_is_named_and_left_alone() {
    for (name, content_type, shape_of_it) in [
        ("enveloped", "application/pkcs7-mime; smime-type=enveloped-data", Form::SMime),
        ("old", "application/x-pkcs7-mime", Form::SMime),
        // Everybody can read these.
        ("opaque", "application/pkcs7-mime; smime-type=signed-data", Form::Clear),
        ("opaque and old", "application/x-pkcs7-mime; smime-type=signed-data", Form::Clear),
        ("certs", "application/pkcs7-mime; smime-type=certs-only", Form::Clear),
        (
            "signed",
            "multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b",
            Form::Clear,
        ),
    ] {
        assert_eq!(shape(&format!("Content-Type: {content_type}\n\nx")), shape_of_it, "{name}");
    }
}

#[test]
fn nesting_without_end_costs_neither_time_nor_stack() {
    let mut mail = String::new();
    for n in 0..10_000 {
        mail.push_str(&format!("Content-Type: multipart/mixed; boundary=\"{n}\"\n\n--{n}\n"));
    }
    mail.push_str(&inner_encrypted());
    assert_eq!(shape(&mail), Form::Clear);
    assert_eq!(signed_layer(mail.as_bytes()), None);
    let long = format!("Content-Type: {}\n\n", "(".repeat(MAX_HEADER_BYTES));
    assert_eq!(locate(long.as_bytes()), Err(Limit::HeaderBytes));
}

proptest! {
    #[test]
    fn no_mail_makes_the_search_panic(pieces in proptest::collection::vec(piece(), 0..40)) {
        let mail = pieces.concat();
        let _ = locate(&mail);
        let _ = signed_layer(&mail);
    }
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => proptest::sample::select(vec![
            "Content-Type: multipart/encrypted; boundary=b\n", "Content-Type: multipart/signed; boundary=b\n",
            "Content-Type: multipart/mixed; boundary=b\n", "Content-Type: text/plain\n", "\n", "\r\n", "--b\n",
            "--b--\n", VERSION, ARMOR, "Content-Type: application/octet-stream\n",
            "Content-Type: application/pgp-signature\n", "Content-Transfer-Encoding: base64\n", "VmVy",
            "Content-Transfer-Encoding: quoted-printable\n", "=", "; boundary*0=", "\"", "(", "From x\n",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
    ]
}

/// A mail with text of other kinds beside its encrypted part.
fn beside(parts: &[&str]) -> String {
    multipart("mixed", parts)
}

#[test]
fn texts_beside_the_one_encrypted_part_are_given_apart() {
    let (octets, whole) = (octets(), inner_encrypted());
    let armored = "Content-Type: application/octet-stream; name=encrypted.asc\n\
        Content-Disposition: attachment; filename=encrypted.asc\n\n"
        .to_owned()
        + ARMOR;
    let version = "Content-Type: application/pgp-encrypted; name=attachment.pgp\n\
        Content-Disposition: attachment; filename=attachment.pgp\n\nVersion: 1\n";
    let no_version = "Content-Type: application/pgp-encrypted; name=\n\n\n";
    let empty = "Content-Type: text/plain\n\n\n";
    let text = "Content-Type: text/plain\n\nEmpty Message\n";
    let html = "Content-Type: text/html\n\n<p>footer</p>\n";
    type Texts<'a> = (&'a [&'a str], &'a [&'a str]);
    let (said, footer) = ("Empty Message\n", "<p>footer</p>\n");
    for (name, parts, via, (before, after)) in [
        (
            "Proton Bridge",
            &[text, version, armored.as_str()][..],
            Via::ProtonBridge,
            (&[said][..], &[][..]) as Texts<'_>,
        ),
        (
            "with a footer",
            &[text, version, &armored, html],
            Via::ProtonBridge,
            (&[said], &[footer]),
        ),
        ("Exchange, turned round", &[empty, &octets, version], Via::ExchangeMixed, (&[], &[])),
        ("Exchange, the text last", &[version, &octets, empty], Via::ExchangeMixed, (&[], &[])),
        ("Google Workspace", &[text, &whole], Via::GoogleWorkspace, (&[said], &[])),
        ("and both", &[html, &whole, text], Via::GoogleWorkspace, (&[footer], &[said])),
        ("a list", &[&whole, text, html], Via::PgpMime, (&[], &[said, footer])),
        ("Gmail API, mixed", &[no_version, &octets], Via::MixedPair, (&[], &[])),
        ("an empty text before", &[empty, &whole], Via::PgpMime, (&[], &[])),
    ] {
        let mail = beside(parts);
        let Form::Encrypted(found) = shape(&mail) else { panic!("{name}: not encrypted") };
        assert_eq!((found.via, found.armor.trim_ascii()), (via, ARMOR.trim().as_bytes()), "{name}");
        let Surrounding { before: found_before, after: found_after } = &found.surrounding;
        assert_eq!(
            (texts(found_before), texts(found_after)),
            (before.to_vec(), after.to_vec()),
            "{name}"
        );
        for beside in found.surrounding.all() {
            assert_eq!(beside.media_type() == "text/html", beside.text == footer, "{name}");
        }
    }
    let mail = multipart("encrypted", &[no_version, &octets]);
    assert!(matches!(shape(&mail), Form::Encrypted(found) if found.via == Via::PgpMime));

    let attached = text.replace("text/plain", "text/plain\nContent-Disposition: attachment");
    let attached_whole =
        whole.replacen("Content-Type", "Content-Disposition: attachment\nContent-Type", 1);
    let png = "Content-Type: image/png\n\nx\n";
    let not_armor = "Content-Type: application/octet-stream\n\nzip\n";
    let binary = version.replace("Version: 1", "Version: 2");
    for (name, parts) in [
        ("two encrypted parts", &[text, whole.as_str(), &whole][..]),
        ("a pair and a whole", &[version, &octets, &whole]),
        ("two versions", &[version, version, &octets]),
        ("two octet streams", &[version, &octets, &octets]),
        ("an attachment", &[text, &whole, png]),
        ("an attached text", &[&attached, version, &octets]),
        ("an attached mail", &[text, &attached_whole]),
        ("another version", &[text, &binary, &octets]),
        ("no armor", &[text, version, not_armor]),
        ("no version and a text", &[text, &octets]),
        ("no version, attached", &[empty, &armored]),
        ("four texts", &[text, text, &whole, text, text]),
    ] {
        assert_eq!(shape(&beside(parts)), Form::Clear, "{name}");
    }
}

#[test]
fn openpgp_that_is_not_read_is_known_with_how_it_is_held() {
    let (octets, whole) = (octets(), inner_encrypted());
    let text = "Content-Type: text/plain\n\nsee below\n";
    let armored = format!("Content-Type: text/plain\n\n{ARMOR}");
    let html = format!("Content-Type: text/html\n\n<pre>{ARMOR}</pre>");
    let base64 = "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n\
        LS0tLS1CRUdJTiBQR1AgTUVTU0FHRS0tLS0tCgp3Y0JNQQotLS0tLUVORCBQR1AgTUVTU0FHRS0t\n\
        LS0tCg==\n";
    let forwarded = format!("Content-Type: message/rfc822\n\nFrom: a@b.c\n{whole}");
    let file = octets.replace("stream", "stream; name=a.asc\nContent-Disposition: attachment");
    let quoted = format!("\nOn Monday:\n{}", ARMOR.replace('\n', "\n> "));
    let quoted = quoted.replace("\n-----B", "\n> -----B");
    for (name, mail, unread) in [
        ("text around", format!("\nHello\n{ARMOR}Bye\n"), Some(Unread::TextAround)),
        ("two messages", format!("\n{ARMOR}{ARMOR}"), Some(Unread::TextAround)),
        ("HTML alone", html.clone(), Some(Unread::TextAround)),
        ("both alternatives", multipart("alternative", &[&armored, &html]), Some(Unread::Part)),
        ("one of two", beside(&[&armored, "Content-Type: image/png\n\nx"]), Some(Unread::Part)),
        ("base64 in a part", beside(&[text, base64, text]), Some(Unread::Part)),
        ("an attached file", beside(&[text, &file]), Some(Unread::Part)),
        ("an encrypted part", multipart("related", &[text, &whole]), Some(Unread::Part)),
        ("forwarded", beside(&[text, &forwarded]), Some(Unread::Attached)),
        ("forwarded alone", forwarded.clone(), Some(Unread::Attached)),
        ("read as a whole", whole.clone(), None),
        ("read inline", format!("\n{ARMOR}"), None),
        ("quoted", quoted, None),
        ("signed text", "\n-----BEGIN PGP SIGNED MESSAGE-----\n".to_owned(), None),
        ("nothing", beside(&[text, text]), None),
        ("in the middle of a line", format!("\nthe line {ARMOR}"), None),
    ] {
        let found = Mail::parse(mail.as_bytes()).expect("within the limits");
        assert_eq!(found.unread(), unread, "{name}");
        assert_eq!(found.counts_as_unread(), unread.is_some(), "{name}");
    }
    let far = format!("\n{}\n{ARMOR}", "x\n".repeat(MAX_LOOK_BYTES));
    let far = Mail::parse(far.as_bytes()).expect("within the limits");
    assert_eq!((far.unread(), far.counts_as_unread()), (Some(Unread::TextAround), false));
}

/// Reads `mail` as those do that get it piece by piece; gives how much was read.
fn read_piecewise(mail: &[u8], first: usize, needs: impl Fn(&Mail<'_>) -> Needs) -> usize {
    let mut held = first.min(mail.len());
    loop {
        let seen = Mail::parse(&mail[..held]).expect("within the limits");
        let wanted = match needs(&seen) {
            Needs::Header => held,
            Needs::Prefix(wanted) => wanted,
            Needs::Whole => mail.len(),
        };
        if wanted <= held || held == mail.len() {
            return held;
        }
        held = wanted.min(mail.len());
    }
}

#[test]
fn what_was_read_piece_by_piece_is_what_the_whole_mail_is() {
    let (octets, whole) = (octets(), inner_encrypted());
    let long = |line: &str| format!("Content-Type: text/plain\n\n{}", line.repeat(4_000));
    let text = "Content-Type: text/plain\n\nshort\n";
    let png = format!("Content-Type: image/png\n\n{}", "x".repeat(300_000));
    let advert = "Autocrypt: addr=a@b.c; keydata=x\n";
    for (name, mail) in [
        ("RFC 3156", multipart("encrypted", &[VERSION, &octets])),
        ("inline", format!("\n{ARMOR}")),
        ("inline behind empty lines", format!("\n{}{ARMOR}", "\r\n".repeat(3_000))),
        ("inline, long", format!("\n{}", ARMOR.replace("wcBMA", &"wcBMA\n".repeat(9_000)))),
        ("Exchange", beside(&[text, VERSION, &octets])),
        ("a long text before", beside(&[&long("text\n"), &whole])),
        ("a long preamble", whole.replacen("\n\n", &format!("\n\n{}", "x\n".repeat(5_000)), 1)),
        ("a long footer", beside(&[&whole, &long("text\n")])),
        ("text around", format!("\nHi\n{ARMOR}")),
        ("an attachment", beside(&[text, &png])),
        ("a forwarded mail", beside(&[text, &format!("Content-Type: message/rfc822\n\n{whole}")])),
        ("a long text", format!("\n{}", "x\n".repeat(200_000))),
    ] {
        for (with, mail) in [("", mail.clone()), (" with an advert", format!("{advert}{mail}"))] {
            let mail = mail.as_bytes();
            let all = Mail::parse(mail).expect("within the limits");
            for first in [1, 100, 4_096] {
                let read = read_piecewise(mail, first, |mail| mail.needs());
                let part = Mail::parse(&mail[..read]).expect("within the limits");
                assert_eq!(
                    part.shape.form.is_encrypted(),
                    all.shape.form.is_encrypted(),
                    "{name}{with}"
                );
                if all.shape.form.is_encrypted() {
                    assert_eq!(part.shape, all.shape, "{name}{with}: {first}");
                } else if with.is_empty() {
                    assert_eq!(part.counts_as_unread(), all.counts_as_unread(), "{name}: {first}");
                }
            }
        }
    }
    let plain = format!("{advert}\n{}", "x\n".repeat(200_000));
    let reads = |mail: &str, first| {
        read_piecewise(mail.as_bytes(), first, |mail| mail.needs_if_advertised())
    };
    assert!(reads(&plain, 4_096) <= 4_096);
    let attached = format!("{advert}{}", beside(&[text, &png]));
    assert!(reads(&attached, 4_096) <= 4_096);
    assert!(reads(&attached, 1) < 4_096 + 4 * BEGINNING_BYTES);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_mail() {
    for (name, mail) in [
        ("first", "\u{feff}From: a@b.c\n\nx"),
        ("before an mbox line", "\u{feff}From x Mon\nFrom: a@b.c\n\nx"),
        ("behind one", "From x Mon\n\u{feff}From: a@b.c\n\nx"),
    ] {
        let mail = Mail::parse(mail.as_bytes()).expect("within the limits");
        assert_eq!(mail.envelope.from().expect("a sender").as_str(), "a@b.c", "{name}");
    }
}

fn texts(beside: &[SurroundingText]) -> Vec<&str> {
    beside.iter().map(|beside| beside.text.as_str()).collect()
}
