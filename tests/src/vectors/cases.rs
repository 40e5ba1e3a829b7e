//! The cases, each a few lines: what is expected, and the mail with its one flaw.

use crate::certs::{Cert, ENCRYPT, Key, NOW as CERT_NOW, On, SIGN, Says, dearmor, forged, sign};
use crate::stage::{ALICE, BOB, CERT_MADE, SENT, autocrypt, cert, fingerprint, folded, rfc2822};
use pgp::packet::SignatureType;
use pgp::types::Tag;

/// Name and octets of every vector.
#[must_use]
pub fn all() -> Vec<(String, Vec<u8>)> {
    let mut made = Vec::new();
    spellings(&mut made);
    field_reasons(&mut made);
    cert_reasons(&mut made);
    several_fields(&mut made);
    senders(&mut made);
    dates(&mut made);
    mails(&mut made);
    keys(&mut made);
    made
}

type Made = Vec<(String, Vec<u8>)>;

/// One vector. `head` has the lines before the empty one, without `expect: ` where there is none
/// of the other names.
fn add(made: &mut Made, name: &str, head: &[&str], mail: impl AsRef<[u8]>) {
    let mut octets = Vec::new();
    for line in head {
        let named = ["account: ", "now: ", "received-at: ", "spam: ", "note: "];
        if !named.iter().any(|name| line.starts_with(name)) {
            octets.extend_from_slice(b"expect: ");
        }
        octets.extend_from_slice(line.as_bytes());
        octets.push(b'\n');
    }
    octets.push(b'\n');
    octets.extend_from_slice(mail.as_ref());
    made.push((name.to_owned(), octets));
}

/// A mail from Alice with these fields.
fn alice(fields: &str) -> Vec<u8> {
    from(ALICE, fields)
}

fn from(sender: &str, fields: &str) -> Vec<u8> {
    crate::stage::mail(sender, SENT, fields)
}

fn good() -> Vec<u8> {
    cert(1, ALICE)
}

fn key() -> String {
    folded(&good())
}

fn spellings(made: &mut Made) {
    let fpr = format!("key={}", fingerprint(&good()));
    let k = key();
    for (name, field, text, mutual) in [
        (
            "spelling-autocrypt",
            "Autocrypt",
            format!("addr={ALICE}; prefer-encrypt=mutual; keydata={k}"),
            true,
        ),
        (
            "spelling-autocrypt-nopreference",
            "Autocrypt",
            format!("addr={ALICE}; keydata={k}"),
            false,
        ),
        (
            "spelling-autocrypt-unknown-preference",
            "Autocrypt",
            format!("addr={ALICE}; prefer-encrypt=yes; keydata={k}"),
            false,
        ),
        (
            "spelling-autocrypt-two-preferences",
            "Autocrypt",
            format!("addr={ALICE}; prefer-encrypt=mutual; prefer-encrypt=mutual; keydata={k}"),
            false,
        ),
        (
            "spelling-autocrypt-any-case",
            "AUTOCRYPT",
            format!("ADDR=Alice@Example.ORG; Prefer-Encrypt=MUTUAL; KeyData={k}"),
            true,
        ),
        (
            "spelling-autocrypt-any-order",
            "Autocrypt",
            format!("keydata={k}; prefer-encrypt=mutual; addr={ALICE}"),
            true,
        ),
        (
            "spelling-autocrypt-empty-attributes",
            "Autocrypt",
            format!(";; addr={ALICE};;prefer-encrypt = mutual ;keydata={k};"),
            true,
        ),
        (
            "spelling-autocrypt-uncritical",
            "Autocrypt",
            format!("addr={ALICE}; _color=light blue; _color=2; keydata={k}"),
            false,
        ),
        (
            "spelling-december",
            "INBOME-Encryption",
            format!("to={ALICE}; type=p; prefer-encrypted=yes; key={k}"),
            true,
        ),
        (
            "spelling-december-no",
            "INBOME-Encryption",
            format!("to={ALICE}; type=p; prefer-encrypted=no; key={k}"),
            false,
        ),
        (
            "spelling-december-type-absent",
            "INBOME-Encryption",
            format!("to={ALICE}; key={k}"),
            false,
        ),
        (
            "spelling-december-type-openpgp",
            "INBOME-Encryption",
            format!("addr={ALICE}; type=OpenPGP; prefer-encrypt=mutual; keydata={k}"),
            true,
        ),
        (
            "spelling-december-prio",
            "INBOME-Encryption",
            format!("to={ALICE}; prio=3 4; key={k}"),
            false,
        ),
        (
            "spelling-17-december",
            "INBOME",
            format!("to={ALICE}; prefer-encrypted=yes; key={k}"),
            true,
        ),
        ("spelling-november-info", "INBOME-Encryption-Info", format!("keydata={k}"), true),
        ("spelling-november", "INBOME-Encryption", format!("keydata={k}"), true),
        ("spelling-11-november", "INBOME", format!("provide;adr={ALICE};keydata={k}"), true),
        ("spelling-11-november-value", "INBOME", format!("provide={ALICE};keydata={k}"), true),
        ("spelling-11-november-without-adr", "INBOME", format!("provide;keydata={k}"), true),
    ] {
        let prefer = if mutual { "prefer=mutual" } else { "prefer=nopreference" };
        let valid = format!("field {field}=valid");
        let (recommendation, reasons) = match mutual {
            true => ("recommendation=encrypt", "reasons=both_mutual"),
            false => ("recommendation=available", "reasons=peer_nopreference"),
        };
        let head = ["outcome=updated", &valid, prefer, &fpr, recommendation, reasons];
        add(made, name, &head, alice(&format!("{field}: {text}\r\n")));
    }
    for (name, text) in
        [("no-effect-request", "request;adr=bob@example.org"), ("no-effect-encrypted", "encrypted")]
    {
        let head = [
            "outcome=updated",
            "field INBOME=not_judged",
            "recommendation=disable",
            "reasons=no_key",
        ];
        add(made, name, &head, alice(&format!("INBOME: {text}\r\n")));
    }
}

/// Every flaw that the field itself can have, in the order of judgement.
fn field_reasons(made: &mut Made) {
    let k = key();
    let long = |octets: usize| {
        let start = format!("Autocrypt: addr={ALICE}; _pad=");
        let end = format!("; keydata={k}");
        let pad = octets - start.len() - end.len();
        format!("{start}{}{end}\r\n", "x".repeat(pad))
    };
    for (name, reason, field) in [
        ("field-too-long", "too_long", long(10_241)),
        (
            "field-grammar-no-equals",
            "grammar",
            format!("Autocrypt: addr={ALICE}; nonsense; keydata={k}\r\n"),
        ),
        (
            "field-grammar-no-name",
            "grammar",
            format!("Autocrypt: addr={ALICE}; =x; keydata={k}\r\n"),
        ),
        (
            "field-grammar-blank-in-addr",
            "grammar",
            format!("Autocrypt: addr=alice @example.org; keydata={k}\r\n"),
        ),
        (
            "field-grammar-quoted",
            "grammar",
            format!("Autocrypt: addr=\"a; b\"@example.org; keydata={k}\r\n"),
        ),
        (
            "field-critical-attribute",
            "critical_attribute",
            format!("Autocrypt: addr={ALICE}; color=blue; keydata={k}\r\n"),
        ),
        (
            "field-critical-inbome-name",
            "critical_attribute",
            format!("Autocrypt: to={ALICE}; keydata={k}\r\n"),
        ),
        (
            "field-critical-type",
            "critical_attribute",
            format!("Autocrypt: addr={ALICE}; type=p; keydata={k}\r\n"),
        ),
        (
            "field-duplicate-addr",
            "duplicate_attribute",
            format!("Autocrypt: addr={ALICE}; addr={ALICE}; keydata={k}\r\n"),
        ),
        (
            "field-duplicate-key",
            "duplicate_attribute",
            format!("Autocrypt: addr={ALICE}; keydata={k}; keydata={k}\r\n"),
        ),
        (
            "field-missing-addr",
            "missing_addr",
            format!("Autocrypt: prefer-encrypt=mutual; keydata={k}\r\n"),
        ),
        (
            "field-missing-key",
            "missing_key",
            format!("Autocrypt: addr={ALICE}; prefer-encrypt=mutual\r\n"),
        ),
        ("field-empty", "missing_addr", "Autocrypt:\r\n".to_owned()),
        ("field-addr-mismatch", "addr_mismatch", autocrypt("mallory@example.org", true, &good())),
        ("field-addr-not-an-address", "addr_mismatch", autocrypt("alice", true, &good())),
        ("field-base64-alphabet", "base64", format!("Autocrypt: addr={ALICE}; keydata=*{k}\r\n")),
        (
            "field-base64-no-padding",
            "base64",
            format!("Autocrypt: addr={ALICE}; keydata=mDMEAAA\r\n"),
        ),
        (
            "field-base64-trailing-bits",
            "base64",
            format!("Autocrypt: addr={ALICE}; keydata=mDN=\r\n"),
        ),
        (
            "field-base64-after-padding",
            "base64",
            format!("Autocrypt: addr={ALICE}; keydata=mDM=AAAA\r\n"),
        ),
        (
            "field-encoded-word",
            "grammar",
            "Autocrypt: =?utf-8?Q?addr=3Dalice=40example.org?=\r\n".to_owned(),
        ),
    ] {
        let verdict = format!("field Autocrypt=invalid {reason}");
        let head = ["outcome=updated", &verdict, "recommendation=disable", "reasons=no_key"];
        add(made, name, &head, alice(&field));
    }
    for (name, reason, field) in [
        (
            "field-unsupported-type",
            "unsupported_type",
            format!("INBOME-Encryption: to={ALICE}; type=x; key={k}\r\n"),
        ),
        (
            "field-duplicate-type",
            "duplicate_attribute",
            format!("INBOME-Encryption: to={ALICE}; type=p; type=p; key={k}\r\n"),
        ),
        (
            "field-one-attribute-two-names",
            "duplicate_attribute",
            format!("INBOME-Encryption: to={ALICE}; addr={ALICE}; key={k}\r\n"),
        ),
        (
            "field-inbome-addr-mismatch",
            "addr_mismatch",
            format!("INBOME-Encryption: to={BOB}; key={k}\r\n"),
        ),
        (
            "field-provide-elsewhere",
            "grammar",
            format!("INBOME-Encryption: provide; keydata={k}\r\n"),
        ),
    ] {
        let verdict = format!("field INBOME-Encryption=invalid {reason}");
        let head = ["outcome=updated", &verdict, "recommendation=disable", "reasons=no_key"];
        add(made, name, &head, alice(&field));
    }
    let head = ["outcome=updated", "field Autocrypt=valid"];
    add(made, "field-10240-octets", &head, alice(&long(10_240)));
}

/// Every flaw that the cert can have.
fn cert_reasons(made: &mut Made) {
    let (primary, subkey) = (Key::signing(1, CERT_MADE), Key::encrypting(1, CERT_MADE));
    let certified = |primary: &Key| {
        Cert::of(primary).user_id(primary, "<alice@example.org>", &Says::certification(CERT_MADE))
    };
    let binding = sign(&primary, &primary, On::Subkey(&subkey), &Says::binding(CERT_MADE));
    let secret = dearmor(include_str!("../../keys/plain.sec.asc"));
    let mut two = good();
    two.extend(cert(2, ALICE));
    let mut trailing = good();
    trailing.extend(b"\n\n");
    let sign_only = Says { flags: Some(SIGN), ..Says::binding(CERT_MADE) };
    for (name, reason, octets) in [
        ("cert-not-openpgp", "not_openpgp", b"Hello, this is no key.".to_vec()),
        ("cert-empty", "not_openpgp", Vec::new()),
        ("cert-cut-short", "not_openpgp", good()[..good().len() - 10].to_vec()),
        ("cert-trailing-octets", "not_openpgp", trailing),
        (
            "cert-subkey-first",
            "not_openpgp",
            Cert::default().packet(Tag::PublicSubkey, subkey.body()).octets(),
        ),
        ("cert-secret-key", "secret_key", secret),
        ("cert-two-certs", "several_certs", two),
        ("cert-no-subkey", "no_encryption_key", certified(&primary).octets()),
        (
            "cert-sign-only-subkey",
            "no_encryption_key",
            certified(&primary).subkey(&primary, &Key::signing(3, CERT_MADE), &sign_only).octets(),
        ),
        (
            "cert-forged-binding",
            "no_encryption_key",
            certified(&primary)
                .packet(Tag::PublicSubkey, subkey.body())
                .sig(forged(binding))
                .octets(),
        ),
        (
            "cert-binding-of-a-stranger",
            "no_encryption_key",
            certified(&primary)
                .subkey(&Key::signing(9, CERT_MADE), &subkey, &Says::binding(CERT_MADE))
                .octets(),
        ),
    ] {
        let verdict = format!("field Autocrypt=invalid {reason}");
        let head = ["outcome=updated", &verdict, "recommendation=disable", "reasons=no_key"];
        add(made, name, &head, alice(&autocrypt(ALICE, true, &octets)));
    }
    // Valid, though parts of it are worth nothing.
    let without_id = Cert::of(&primary).subkey(&primary, &subkey, &Says::binding(CERT_MADE));
    let beside =
        Cert(certified(&primary).0).packet(Tag::PublicSubkey, Key::encrypting(4, CERT_MADE).body());
    let beside = beside.sig(forged(sign(
        &primary,
        &primary,
        On::Subkey(&subkey),
        &Says::binding(CERT_MADE),
    )));
    let beside = beside.subkey(&primary, &subkey, &Says::binding(CERT_MADE));
    for (name, octets) in [
        ("cert-no-user-id", without_id.octets()),
        ("cert-forged-subkey-beside-a-good-one", beside.octets()),
        ("cert-rsa2048", dearmor(include_str!("../../keys/rsa2048.pub.asc"))),
    ] {
        let now = "now: 2026-01-01T00:00:00Z";
        let received = "received-at: 2025-12-01T00:00:00Z";
        let head =
            [now, received, "outcome=updated", "field Autocrypt=valid", "recommendation=encrypt"];
        let mail = crate::stage::mail(ALICE, 1_764_000_000, &autocrypt(ALICE, true, &octets));
        add(made, name, &head, mail);
    }
}

fn several_fields(made: &mut Made) {
    let ac = |seed| autocrypt(ALICE, true, &cert(seed, ALICE));
    let inbome = |seed| {
        format!(
            "INBOME-Encryption: to={ALICE}; prefer-encrypted=yes; key={}\r\n",
            folded(&cert(seed, ALICE))
        )
    };
    let fpr = |seed| format!("key={}", fingerprint(&cert(seed, ALICE)));
    let bad = "Autocrypt: addr=alice@example.org; keydata=*\r\n";
    let bad_inbome = "INBOME: type=x; key=AAAA\r\n";
    let cases: [(&str, &[&str], String); 9] = [
        (
            "fields-two-valid",
            &["field Autocrypt=ambiguous", "field Autocrypt=ambiguous", "key=none"],
            ac(1) + &ac(2),
        ),
        (
            "fields-two-equal",
            &["field Autocrypt=ambiguous", "field Autocrypt=ambiguous", "key=none"],
            ac(1) + &ac(1),
        ),
        (
            "fields-two-valid-beside-inbome",
            &[
                "field Autocrypt=ambiguous",
                "field Autocrypt=ambiguous",
                "field INBOME-Encryption=overridden",
                "key=none",
            ],
            ac(1) + &ac(2) + &inbome(1),
        ),
        (
            "fields-overridden",
            &["field INBOME-Encryption=overridden", "field Autocrypt=valid", &fpr(1)],
            inbome(2) + &ac(1),
        ),
        (
            "fields-inbome-instead-of-a-bad-one",
            &["field Autocrypt=invalid base64", "field INBOME-Encryption=valid", &fpr(2)],
            bad.to_owned() + &inbome(2),
        ),
        (
            "fields-two-valid-inbome",
            &["field INBOME-Encryption=ambiguous", "field INBOME-Encryption=ambiguous", "key=none"],
            inbome(1) + &inbome(2),
        ),
        (
            "fields-one-good-among-bad",
            &[
                "field Autocrypt=invalid base64",
                "field Autocrypt=valid",
                "field Autocrypt=invalid base64",
                &fpr(1),
            ],
            bad.to_owned() + &ac(1) + bad,
        ),
        (
            "fields-bad-inbome-is-overridden",
            &["field INBOME=overridden", "field Autocrypt=valid", &fpr(1)],
            bad_inbome.to_owned() + &ac(1),
        ),
        (
            "fields-request-beside-a-key",
            &["field INBOME=not_judged", "field Autocrypt=valid", &fpr(1)],
            "INBOME: request;adr=b@example.org\r\n".to_owned() + &ac(1),
        ),
    ];
    for (name, expected, fields) in cases {
        let head: Vec<&str> =
            std::iter::once("outcome=updated").chain(expected.iter().copied()).collect();
        add(made, name, &head, alice(&fields));
    }
    let mut head = vec!["outcome=updated"];
    head.extend(["field Autocrypt=not_judged"; 17]);
    head.push("key=none");
    add(made, "fields-17", &head, alice(&(ac(1) + &bad.repeat(16))));
    let mut head = vec!["outcome=updated", "field Autocrypt=valid"];
    head.extend(["field Autocrypt=invalid base64"; 15]);
    add(made, "fields-16", &head, alice(&(ac(1) + &bad.repeat(15))));
}

fn senders(made: &mut Made) {
    let field = |id: &str| autocrypt(id, true, &cert(1, ALICE));
    let date = rfc2822(SENT, 0);
    let with_from =
        |line: &str, field: &str| format!("{line}To: {BOB}\r\nDate: {date}\r\n{field}\r\nHi\r\n");
    for (name, reason, line) in [
        ("from-none", "no_from", ""),
        ("from-empty", "no_from", "From:\r\n"),
        ("from-empty-group", "no_from", "From: undisclosed:;\r\n"),
        (
            "from-two-fields",
            "several_from",
            "From: alice@example.org\r\nFrom: alice@example.org\r\n",
        ),
        ("from-two-mailboxes", "several_from", "From: alice@example.org, eve@example.org\r\n"),
        ("from-group", "several_from", "From: us: alice@example.org;\r\n"),
        ("from-no-at", "invalid_from", "From: Alice\r\n"),
        ("from-bad-domain", "invalid_from", "From: alice@xn--0.example\r\n"),
        ("from-not-utf8-domain", "invalid_from", "From: alice@exam ple.org\r\n"),
    ] {
        let outcome = format!("outcome=ignored {reason}");
        add(made, name, &[&outcome, "from=none"], with_from(line, &field(ALICE)));
    }
    for (name, line, canonical, attribute) in [
        ("from-name", "From: \"Alice, of Wonderland\" <alice@example.org>\r\n", ALICE, ALICE),
        (
            "from-name-looks-like-an-address",
            "From: \"eve@example.org\" <alice@example.org>\r\n",
            ALICE,
            ALICE,
        ),
        (
            "from-encoded-name",
            "From: =?utf-8?Q?Alice_=3Ceve=40example=2Eorg=3E?= <alice@example.org>\r\n",
            ALICE,
            ALICE,
        ),
        ("from-comment", "From: alice@example.org (eve@example.org)\r\n", ALICE, ALICE),
        ("from-folded", "From:\r\n Alice\r\n <alice@example.org>\r\n", ALICE, ALICE),
        ("from-case", "From: ALICE@Example.ORG\r\n", ALICE, ALICE),
        (
            "from-quoted-local-part",
            "From: \"alice\"@example.org\r\n",
            ALICE,
            "\"alice\"@example.org",
        ),
        (
            "from-idna",
            "From: alice@bücher.example\r\n",
            "alice@xn--bcher-kva.example",
            "alice@xn--bcher-kva.example",
        ),
        (
            "from-idna-in-the-field",
            "From: alice@xn--bcher-kva.example\r\n",
            "alice@xn--bcher-kva.example",
            "alice@BÜCHER.example",
        ),
        (
            "from-not-ascii-local-part",
            "From: Ärger@example.org\r\n",
            "ärger@example.org",
            "ärger@example.org",
        ),
        ("from-trailing-dot", "From: alice@example.org.\r\n", ALICE, ALICE),
        ("from-literal", "From: alice@[192.0.2.1]\r\n", "alice@[192.0.2.1]", "alice@[192.0.2.1]"),
    ] {
        let from = format!("from={canonical}");
        let head = ["outcome=updated", &from, "field Autocrypt=valid"];
        add(made, name, &head, with_from(line, &field(attribute)));
    }
    for (name, line) in [
        ("from-tag-is-another-address", "From: alice+x@example.org\r\n"),
        ("from-sender-does-not-count", "From: eve@example.org\r\nSender: alice@example.org\r\n"),
        (
            "from-reply-to-does-not-count",
            "From: eve@example.org\r\nReply-To: alice@example.org\r\n",
        ),
    ] {
        let head = ["outcome=updated", "field Autocrypt=invalid addr_mismatch"];
        add(made, name, &head, with_from(line, &field(ALICE)));
    }
}

fn dates(made: &mut Made) {
    let mail = |lines: &str| {
        let field = autocrypt(ALICE, true, &good());
        format!("{lines}From: {ALICE}\r\nTo: {BOB}\r\n{field}\r\nHi\r\n")
    };
    let at = "2016-12-17T08:58:05Z";
    for (name, line, date) in [
        ("date-zone-east", "Sat, 17 Dec 2016 09:58:05 +0100", at),
        ("date-zone-west", "Sat, 17 Dec 2016 03:28:05 -0530", at),
        ("date-zone-name", "17 Dec 2016 03:58:05 EST", at),
        ("date-zone-gmt", "Sat, 17 Dec 2016 08:58:05 GMT", at),
        ("date-zone-unknown", "Sat, 17 Dec 2016 08:58:05 XYZ", at),
        ("date-zone-missing", "Sat, 17 Dec 2016 08:58:05", at),
        ("date-two-digit-year", "Sat, 17 Dec 16 08:58:05 +0000", at),
        ("date-comment", "Sat, 17 Dec 2016 08:58:05 +0000 (UTC)", at),
        ("date-wrong-weekday", "Mon, 17 Dec 2016 08:58:05 +0000", at),
        ("date-folded", "Sat,\r\n 17 Dec 2016\r\n 08:58:05 +0000", at),
        ("date-no-seconds", "Sat, 17 Dec 2016 08:58 +0000", "2016-12-17T08:58:00Z"),
        ("date-in-the-future", "Fri, 17 Dec 2100 08:58:05 +0000", "2017-01-01T00:00:00Z"),
    ] {
        let date = format!("date={date}");
        let head = ["outcome=updated", &date, "field Autocrypt=valid"];
        add(made, name, &head, mail(&format!("Date: {line}\r\n")));
    }
    let before = "Sun, 17 Dec 1989 08:58:05 +0000";
    for (name, lines) in [
        ("date-none", String::new()),
        ("date-no-date", "Date: yesterday\r\n".to_owned()),
        ("date-before-1990", format!("Date: {before}\r\n")),
        ("date-twice", format!("Date: {0}\r\nDate: {0}\r\n", rfc2822(SENT, 0))),
    ] {
        add(made, name, &["outcome=ignored undated"], mail(&lines));
        let head = [
            "received-at: 2016-12-20T00:00:00Z",
            "outcome=updated",
            "date=2016-12-20T00:00:00Z",
            "field Autocrypt=valid",
        ];
        add(made, &format!("{name}-received"), &head, mail(&lines));
    }
    let received = |day: u32| format!("Received: from a by b; {day} Dec 2016 00:00:00 +0000\r\n");
    let date = |day: u32| format!("Date: {day} Dec 2016 00:00:00 +0000\r\n");
    for (name, head, lines) in [
        (
            "date-received-topmost-counts",
            vec!["date=2016-12-10T00:00:00Z"],
            received(10) + &received(12) + &date(11),
        ),
        ("date-received-is-later", vec!["date=2016-12-09T00:00:00Z"], received(10) + &date(9)),
        (
            "date-received-goes-before-the-caller",
            vec!["received-at: 2016-12-05T00:00:00Z", "date=2016-12-10T00:00:00Z"],
            received(10) + &date(11),
        ),
        (
            "date-received-unusable-is-passed-by",
            vec!["received-at: 2016-12-05T00:00:00Z", "date=2016-12-05T00:00:00Z"],
            "Received: from a by b; some day\r\n".to_owned() + &date(11),
        ),
        ("date-received-and-no-date", vec!["date=2016-12-10T00:00:00Z"], received(10)),
        (
            "date-caller-is-earlier",
            vec!["received-at: 2016-12-05T00:00:00Z", "date=2016-12-05T00:00:00Z"],
            date(11),
        ),
        (
            "date-caller-is-in-the-future",
            vec!["received-at: 2100-01-01T00:00:00Z", "date=2017-01-01T00:00:00Z"],
            String::new(),
        ),
    ] {
        let mut head = head;
        head.extend(["outcome=updated", "field Autocrypt=valid"]);
        add(made, name, &head, mail(&lines));
    }
}

fn mails(made: &mut Made) {
    let field = autocrypt(ALICE, true, &good());
    let typed = |kind: &str, field: &str| alice(&format!("Content-Type: {kind}\r\n{field}"));
    for (name, kind) in [
        ("report", "multipart/report; report-type=delivery-status; boundary=b"),
        ("report-without-type", "Multipart/Report; boundary=b"),
        ("report-read-receipt", "multipart/report;\r\n report-type=disposition-notification"),
    ] {
        add(made, name, &["outcome=ignored report"], typed(kind, &field));
    }
    add(made, "spam", &["spam: yes", "outcome=ignored spam"], alice(&field));
    let encrypted = "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b";
    let inline = |fields: &str| {
        format!(
            "From: {ALICE}\r\nDate: {}\r\n{fields}\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nwcBM\r\n-----END PGP MESSAGE-----\r\n",
            rfc2822(SENT, 0)
        )
    };
    let smime = "application/pkcs7-mime; smime-type=enveloped-data";
    let gone = ["outcome=ignored not_decrypted", "from=alice@example.org", "key=none"];
    add(made, "encrypted-without-advert", &gone, typed(encrypted, ""));
    add(made, "encrypted-inline-without-advert", &gone, inline(""));
    add(made, "encrypted-smime-without-advert", &gone, typed(smime, ""));
    let head = ["outcome=ignored not_decrypted", "field Autocrypt=invalid base64"];
    add(
        made,
        "encrypted-with-a-bad-field",
        &head,
        typed(encrypted, "Autocrypt: addr=alice@example.org; keydata=*\r\n"),
    );
    let head = ["outcome=updated", "field Autocrypt=valid", "recommendation=encrypt"];
    add(made, "encrypted-with-advert", &head, typed(encrypted, &field));
    add(made, "encrypted-inline-with-advert", &head, inline(&field));
    let signed = typed("multipart/signed; boundary=b; protocol=\"application/pgp-signature\"", "");
    add(made, "signed-is-not-encrypted", &["outcome=updated", "agent="], signed);

    let own = cert(5, BOB);
    let conflict = format!("own_key_conflict={}", fingerprint(&own));
    add(
        made,
        "own-mail",
        &["outcome=ignored own_mail", "from=bob@example.org", "own_key_conflict=none"],
        from(BOB, ""),
    );
    let head = ["outcome=ignored own_mail", "field Autocrypt=valid", &conflict, "key=none"];
    add(made, "own-mail-foreign-key", &head, from(BOB, &autocrypt(BOB, true, &own)));

    add(
        made,
        "plain",
        &[
            "outcome=updated",
            "key=none",
            "agent=Pigeon 1",
            "recommendation=disable",
            "reasons=no_key",
        ],
        alice("User-Agent: Pigeon 1\r\n"),
    );
    add(
        made,
        "plain-x-mailer",
        &["outcome=updated", "agent=Pigeon 2"],
        alice("X-Mailer: Pigeon\r\n 2\r\n"),
    );
    let list = "garden@lists.example.org";
    let post = format!("List-Post: <mailto:{list}>\r\n");
    let head = [
        "outcome=updated",
        "list=true",
        "field Autocrypt=valid",
        "recommendation=available",
        "reasons=list",
    ];
    add(
        made,
        "list-writes-itself",
        &head,
        from(list, &(post.clone() + &autocrypt(list, true, &cert(6, list)))),
    );
    let head = ["outcome=updated", "list=false", "field Autocrypt=valid", "recommendation=encrypt"];
    add(made, "list-forwards", &head, alice(&(post + &field)));

    let two = ["account: bob@example.org", "account: carol@example.org"];
    let date = rfc2822(SENT, 0);
    let to = |lines: &str| format!("From: {ALICE}\r\nDate: {date}\r\n{lines}{field}\r\nHi\r\n");
    for (name, found, lines) in [
        (
            "account-delivered-to",
            "carol@example.org",
            "Delivered-To: carol@example.org\r\nTo: bob@example.org\r\n",
        ),
        (
            "account-topmost-delivery",
            "carol@example.org",
            "Delivered-To: carol@example.org\r\nX-Original-To: bob@example.org\r\n",
        ),
        (
            "account-to",
            "bob@example.org",
            "To: eve@example.org, bob@example.org\r\nCc: carol@example.org\r\n",
        ),
        ("account-cc", "carol@example.org", "To: eve@example.org\r\nCc: carol@example.org\r\n"),
    ] {
        let account = format!("account={found}");
        let head = [two[0], two[1], "outcome=updated", &account, "field Autocrypt=valid"];
        add(made, name, &head, to(lines));
    }
    let head = [two[0], two[1], "outcome=ignored ambiguous_account", "account=none"];
    add(made, "account-ambiguous", &head, to("To: eve@example.org\r\n"));

    let many = "X-Filler: x\r\n".repeat(1_000);
    add(made, "limit-header-fields", &["outcome=ignored limit_header_fields"], alice(&many));
    let wide = format!("X-Filler: {}\r\n", "x".repeat(1_000)).repeat(263);
    add(made, "limit-header-bytes", &["outcome=ignored limit_header_bytes"], alice(&wide));
    let crowd = "To: a@example.org".to_owned() + &",\r\n a@example.org".repeat(2_000) + "\r\n";
    let head = [two[0], two[1], "outcome=ignored limit_addresses"];
    add(made, "limit-addresses", &head, to(&crowd));

    let lf = String::from_utf8(alice(&field)).expect("ASCII").replace("\r\n", "\n");
    let head = ["outcome=updated", "field Autocrypt=valid"];
    add(made, "line-ends-lf", &head, &lf);
    add(made, "line-ends-mixed", &head, lf.replacen("\nTo", "\r\nTo", 1));
    add(made, "mbox-line", &head, format!("From alice@example.org Sat Dec 17 08:58:05 2016\n{lf}"));
    let header = lf.split("\n\n").next().unwrap_or_default();
    add(made, "header-section-alone", &head, header);
    add(made, "empty", &["outcome=ignored no_from"], "");
    let noise = "\0\u{1}\u{2} no header \u{ff}\n: x\nFrom\n";
    add(made, "no-mail", &["outcome=ignored no_from"], noise);
}

/// Valid fields whose keys cannot be used.
fn keys(made: &mut Made) {
    let (primary, subkey) = (Key::signing(1, CERT_MADE), Key::encrypting(1, CERT_MADE));
    let certified = |says: &Says| Cert::of(&primary).user_id(&primary, "<alice@example.org>", says);
    let bound = |cert: Cert, says: &Says| cert.subkey(&primary, &subkey, says).octets();
    let certification = Says::certification(CERT_MADE);
    let binding = Says::binding(CERT_MADE);
    let one_year = Some(365 * 86_400);
    let expired = bound(certified(&Says { expires: one_year, ..certification.clone() }), &binding);
    let expired_subkey =
        bound(certified(&certification), &Says { expires: one_year, ..binding.clone() });
    let says = Says { reason: Some(2), ..Says::new(SignatureType::KeyRevocation, CERT_NOW) };
    let revocation = sign(&primary, &primary, On::Key, &says);
    let mut revoked = Cert::of(&primary).sig(revocation);
    revoked.0.extend(certified(&certification).0.into_iter().skip(1));
    let revoked = bound(revoked, &binding);
    let says = Says::new(SignatureType::SubkeyRevocation, CERT_MADE + 100);
    let revoked_subkey = {
        let mut octets = bound(certified(&certification), &binding);
        let body = sign(&primary, &primary, On::Subkey(&subkey), &says);
        octets.extend(Cert::default().sig(body).octets());
        octets
    };
    let critical = bound(
        certified(&certification),
        &Says { flags: Some(ENCRYPT), ..binding.clone() }.with_critical_subpacket(),
    );
    for (name, reason, octets) in [
        ("key-expired", "expired", expired),
        ("key-expired-subkey", "expired", expired_subkey),
        ("key-revoked", "revoked", revoked),
        ("key-revoked-subkey", "revoked", revoked_subkey),
        ("key-rsa1024", "weak", dearmor(include_str!("../../keys/rsa1024.pub.asc"))),
        ("key-elgamal", "unsupported", dearmor(include_str!("../../keys/elgamal.pub.asc"))),
    ] {
        let reasons = format!("reasons={reason}");
        let now = "now: 2026-01-01T00:00:00Z";
        let head = [
            now,
            "outcome=updated",
            "field Autocrypt=valid",
            "prefer=mutual",
            "recommendation=disable",
            &reasons,
        ];
        let mail = crate::stage::mail(ALICE, 1_764_000_000, &autocrypt(ALICE, true, &octets));
        add(made, name, &head, mail);
    }
    let head = ["outcome=updated", "field Autocrypt=invalid no_encryption_key"];
    add(made, "key-critical-subpacket", &head, alice(&autocrypt(ALICE, true, &critical)));
}
