//! What a key field and the cert in it can be.

use pgp::packet::SignatureType;
use pgp::types::Tag;

use super::{Made, add, alice, good, key};
use crate::certs::{Cert, ENCRYPT, Key, NOW as CERT_NOW, On, SIGN, Says, dearmor, forged, sign};
use crate::stage::{ALICE, BOB, CERT_MADE, autocrypt, cert, fingerprint, folded};

pub(super) fn spellings(made: &mut Made) {
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
pub(super) fn field_reasons(made: &mut Made) {
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
pub(super) fn cert_reasons(made: &mut Made) {
    let (primary, subkey) = (Key::signing(1, CERT_MADE), Key::encrypting(1, CERT_MADE));
    let certified = |primary: &Key| {
        Cert::of(primary).user_id(primary, "<alice@example.org>", &Says::certification(CERT_MADE))
    };
    let binding = sign(&primary, &primary, On::Subkey(&subkey), &Says::binding(CERT_MADE));
    let secret = dearmor(include_str!("../../../keys/plain.sec.asc"));
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
        ("cert-rsa2048", dearmor(include_str!("../../../keys/rsa2048.pub.asc"))),
    ] {
        let now = "now: 2026-01-01T00:00:00Z";
        let received = "received-at: 2025-12-01T00:00:00Z";
        let head =
            [now, received, "outcome=updated", "field Autocrypt=valid", "recommendation=encrypt"];
        let mail = crate::stage::mail(ALICE, 1_764_000_000, &autocrypt(ALICE, true, &octets));
        add(made, name, &head, mail);
    }
}

pub(super) fn several_fields(made: &mut Made) {
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

/// Valid fields whose keys cannot be used.
pub(super) fn keys(made: &mut Made) {
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
        ("key-rsa1024", "weak", dearmor(include_str!("../../../keys/rsa1024.pub.asc"))),
        ("key-elgamal", "unsupported", dearmor(include_str!("../../../keys/elgamal.pub.asc"))),
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
