//! Shapes of encrypted and signed mails: those that are opened, and hostile ones that are not.

use proptest::prelude::*;

use super::*;
use crate::limits::MAX_HEADER_BYTES;

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

fn shape(mail: &str) -> Shape<'_> {
    let found = locate(mail.as_bytes()).expect("within the limits");
    // Whoever asks only this has the same answer.
    let envelope = Envelope::parse(mail.as_bytes()).expect("within the limits");
    let is_mixed = envelope.content_type().is("multipart", "mixed");
    let is_encrypted = matches!(found, Shape::Encrypted(_));
    assert_eq!(is_mangled(&envelope), is_mixed && is_encrypted, "{mail}");
    found
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
        let Shape::Encrypted(found) = shape(&mail) else { panic!("{name}: {:?}", shape(&mail)) };
        assert_eq!(found.via, via, "{name}");
        // Quoted-printable decodes to CRLF, as RFC 2045 has it.
        let armor: Vec<_> = found.armor.iter().copied().filter(|octet| *octet != b'\r').collect();
        assert_eq!(armor.trim_ascii(), ARMOR.trim_end().as_bytes(), "{name}");
        assert!(found.footers.is_empty(), "{name}");
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
        assert_eq!(shape(&mail), Shape::Malformed(flaw), "{name}");
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
        ("before HTML", multipart("mixed", &[&enc, html_end])),
        ("behind a text", multipart("mixed", &[text, &enc])),
        ("behind an empty text", multipart("mixed", &["Content-Type: text/plain\n\n", &enc])),
        ("before an attached text", multipart("mixed", &[&enc, attached])),
        ("before four texts", multipart("mixed", &[&enc, text, text, text, text])),
        ("in multipart/alternative", multipart("alternative", &[&enc, text])),
        ("in multipart/related", multipart("related", &[&enc])),
        ("forwarded", multipart("mixed", &[&format!("Content-Type: message/rfc822\n\n{enc}")])),
        ("in two wrappers", multipart("mixed", &[&wrapped, text])),
        ("mangled, behind a text", multipart("mixed", &[text, VERSION, &octets()])),
        ("mangled, and HTML", multipart("mixed", &[VERSION, &octets(), html])),
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
        assert_eq!(shape(&mail), Shape::Clear, "{name}");
    }
}

#[test]
fn a_footer_is_given_apart_and_never_joined() {
    let footer =
        "Content-Type: text/plain; charset=utf-8\nContent-Disposition: inline\n\n__\nlist\n";
    let mail = multipart("mixed", &[&inner_encrypted(), footer, footer]);
    let Shape::Encrypted(found) = shape(&mail) else { panic!("an encrypted mail") };
    assert_eq!(found.footers, ["__\nlist\n"; 2]);
    assert!(!found.armor.windows(4).any(|octets| octets == b"list"));

    let mail = format!("List-Id: <l.e.org>\n{}", multipart("mixed", &[&inner_signed(), footer]));
    let Shape::Signed(found) = shape(&mail) else { panic!("a signed mail") };
    assert_eq!(found.footers, ["__\nlist\n"]);
    assert_eq!(found.signed_octets.as_ref(), b"Content-Type: text/plain\r\n\r\nsigned\r\n");
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
        assert_eq!(shape(&mail), Shape::Clear, "{name}");
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
        let Shape::Signed(found) = shape(&mail) else { panic!("{name}: {:?}", shape(&mail)) };
        assert_eq!(found.entity, entity.as_bytes(), "{name}");
        assert_eq!(found.signed_octets.as_ref(), canonical.as_bytes(), "{name}");
        assert_eq!(found.signature.as_ref(), b"SIG", "{name}");
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
        ("enveloped", "application/pkcs7-mime; smime-type=enveloped-data", Shape::SMime),
        ("old", "application/x-pkcs7-mime", Shape::SMime),
        // Everybody can read these.
        ("opaque", "application/pkcs7-mime; smime-type=signed-data", Shape::Clear),
        ("opaque and old", "application/x-pkcs7-mime; smime-type=signed-data", Shape::Clear),
        ("certs", "application/pkcs7-mime; smime-type=certs-only", Shape::Clear),
        (
            "signed",
            "multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b",
            Shape::Clear,
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
    assert_eq!(shape(&mail), Shape::Clear);
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
