//! Every spelling, every flaw, and what is written reads as what was meant.

use proptest::prelude::*;

use super::*;

/// A field from its text, which has one colon after the name.
fn field(text: &[u8]) -> RawField<'_> {
    let colon = text.iter().position(|octet| *octet == b':').expect("a colon");
    RawField { name: &text[..colon], raw: text, value: &text[colon + 1..] }
}

fn alice() -> Addr {
    Addr::parse("alice@example.org").expect("an address")
}

fn key_of(text: &str) -> Result<(Family, PreferEncrypt, Vec<u8>), FieldFlaw> {
    match read(&field(text.as_bytes()), &alice())? {
        Reading::Key(key) => Ok((key.family, key.prefer_encrypt, key.key_data)),
        Reading::NotJudged => panic!("not judged: {text}"),
    }
}

#[test]
fn every_spelling_is_read() {
    use Family::{Autocrypt, Inbome};
    use PreferEncrypt::{Mutual, NoPreference};
    for (name, text, family, prefer) in [
        (
            "Level 1.1",
            "Autocrypt: addr=alice@example.org; prefer-encrypt=mutual; keydata=Zm9v",
            Autocrypt,
            Mutual,
        ),
        (
            "Level 1.1 without a preference",
            "Autocrypt: addr=alice@example.org; keydata=Zm9v",
            Autocrypt,
            NoPreference,
        ),
        (
            "Level 1.1, stated nopreference",
            "Autocrypt: addr=alice@example.org; prefer-encrypt=nopreference; keydata=Zm9v",
            Autocrypt,
            NoPreference,
        ),
        (
            "no mutual by the INBOME word",
            "Autocrypt: addr=alice@example.org; prefer-encrypt=yes; keydata=Zm9v",
            Autocrypt,
            NoPreference,
        ),
        (
            "unknown preference",
            "Autocrypt: addr=alice@example.org; prefer-encrypt=; keydata=Zm9v",
            Autocrypt,
            NoPreference,
        ),
        (
            "duplicate preference",
            "Autocrypt: addr=alice@example.org; prefer-encrypt=mutual; prefer-encrypt=mutual; keydata=Zm9v",
            Autocrypt,
            NoPreference,
        ),
        (
            "case of names and words",
            "AUTOCRYPT: ADDR=Alice@Example.ORG; Prefer-Encrypt=MUTUAL; KeyData=Zm9v",
            Autocrypt,
            Mutual,
        ),
        ("key first", "Autocrypt: keydata=Zm9v; addr=alice@example.org", Autocrypt, NoPreference),
        (
            "no blanks, empty attributes, trailing ;",
            "Autocrypt:;;addr=alice@example.org;;keydata=Zm9v;",
            Autocrypt,
            NoPreference,
        ),
        (
            "blanks around all",
            "Autocrypt: \t addr \t = \r\n alice@example.org \r\n ;\r\n keydata\t=\r\n Zm\r\n 9v ",
            Autocrypt,
            NoPreference,
        ),
        (
            "bare LF folds",
            "Autocrypt: addr=alice@example.org;\n keydata=Z\n m9\n v",
            Autocrypt,
            NoPreference,
        ),
        (
            "ignored attributes, also twice, with blanks and 8-bit",
            "Autocrypt: _x=1; addr=alice@example.org; _x=a b = é; _=; keydata=Zm9v",
            Autocrypt,
            NoPreference,
        ),
        (
            "quoted local part",
            "Autocrypt: addr=\"alice\"@example.org; keydata=Zm9v",
            Autocrypt,
            NoPreference,
        ),
        (
            "December",
            "INBOME-Encryption: to=alice@example.org; type=p; prefer-encrypted=yes; key=Zm9v",
            Inbome,
            Mutual,
        ),
        (
            "December, no",
            "INBOME-Encryption: to=alice@example.org; type=OpenPGP; prefer-encrypted=no; key=Zm9v",
            Inbome,
            NoPreference,
        ),
        (
            "December without a preference",
            "INBOME-Encryption: to=alice@example.org; key=Zm9v",
            Inbome,
            NoPreference,
        ),
        ("17 December", "INBOME: to=alice@example.org; key=\n Zm9v", Inbome, NoPreference),
        (
            "Level 1.1 names",
            "Inbome: addr=alice@example.org; prefer-encrypt=mutual; keydata=Zm9v",
            Inbome,
            Mutual,
        ),
        (
            "prio is ignored",
            "INBOME: to=alice@example.org; prio=5 or so; prio=6; type=P; key=Zm9v",
            Inbome,
            NoPreference,
        ),
        ("November", "INBOME-Encryption-Info: keydata=Zm9v", Inbome, Mutual),
        ("November, later name", "INBOME-Encryption: keydata=Zm9v", Inbome, Mutual),
        (
            "without an address, no preference is no November field",
            "INBOME-Encryption: prefer-encrypted=no; key=Zm9v",
            Inbome,
            NoPreference,
        ),
        (
            "without an address, two preferences neither",
            "INBOME-Encryption: prefer-encrypted=yes; prefer-encrypt=yes; key=Zm9v",
            Inbome,
            NoPreference,
        ),
        ("11 November", "INBOME: provide;adr=alice@example.org;keydata=Zm9v", Inbome, Mutual),
        ("11 November, value", "INBOME: Provide=alice@example.org;keydata=Zm9v", Inbome, Mutual),
        ("11 November without adr", "INBOME: provide; keydata=Zm9v", Inbome, Mutual),
        (
            "a stated preference goes before provide",
            "INBOME: provide; prefer-encrypt=no; keydata=Zm9v",
            Inbome,
            NoPreference,
        ),
    ] {
        assert_eq!(key_of(text), Ok((family, prefer, b"foo".to_vec())), "{name}");
    }
}

#[test]
fn every_flaw_is_found() {
    use FieldFlaw::*;
    let long = format!("Autocrypt: addr=alice@example.org; keydata={}", "A".repeat(10 * 1024));
    for (name, text, flaw) in [
        ("too long", long.as_str(), TooLong),
        ("empty", "Autocrypt:", MissingAddr),
        ("only separators", "Autocrypt: ; ;; ", MissingAddr),
        ("no =", "Autocrypt: addr=alice@example.org; keydata", Grammar),
        ("no name", "Autocrypt: =alice@example.org; keydata=Zm9v", Grammar),
        ("blank in a name", "Autocrypt: key data=Zm9v; addr=alice@example.org", Grammar),
        ("8-bit name", "Autocrypt: é=1; addr=alice@example.org; keydata=Zm9v", Grammar),
        ("blank in an address", "Autocrypt: addr=alice @example.org; keydata=Zm9v", Grammar),
        ("fold in an address", "Autocrypt: addr=alice@\r\n example.org; keydata=Zm9v", Grammar),
        (
            "blank in a preference",
            "Autocrypt: addr=alice@example.org; prefer-encrypt=mu tual; keydata=Zm9v",
            Grammar,
        ),
        ("blank in a type", "INBOME: to=alice@example.org; type=p p; key=Zm9v", Grammar),
        ("NUL in an address", "Autocrypt: addr=alice@example.org\0; keydata=Zm9v", Grammar),
        (
            "NUL in an ignored value",
            "Autocrypt: _x=\0; addr=alice@example.org; keydata=Zm9v",
            Grammar,
        ),
        ("quotes do not protect", "Autocrypt: addr=\"a;b\"@example.org; keydata=Zm9v", Grammar),
        ("provide elsewhere", "INBOME-Encryption: provide; keydata=Zm9v", Grammar),
        ("provide not first", "INBOME: keydata=Zm9v; provide", Grammar),
        ("request in December", "INBOME-Encryption: request; adr=alice@example.org", Grammar),
        ("unknown", "Autocrypt: addr=alice@example.org; danger=1; keydata=Zm9v", CriticalAttribute),
        (
            "INBOME name in Autocrypt",
            "Autocrypt: to=alice@example.org; key=Zm9v",
            CriticalAttribute,
        ),
        (
            "type in Autocrypt",
            "Autocrypt: addr=alice@example.org; type=p; keydata=Zm9v",
            CriticalAttribute,
        ),
        (
            "prio in Autocrypt",
            "Autocrypt: addr=alice@example.org; prio=1; keydata=Zm9v",
            CriticalAttribute,
        ),
        (
            "provide with a value in December",
            "INBOME-Encryption: provide=alice@example.org; keydata=Zm9v",
            CriticalAttribute,
        ),
        (
            "two addresses",
            "Autocrypt: addr=alice@example.org; addr=alice@example.org; keydata=Zm9v",
            DuplicateAttribute,
        ),
        (
            "two addresses by two names",
            "INBOME: to=alice@example.org; addr=alice@example.org; key=Zm9v",
            DuplicateAttribute,
        ),
        (
            "provide and adr",
            "INBOME: provide=alice@example.org; adr=alice@example.org; keydata=Zm9v",
            DuplicateAttribute,
        ),
        (
            "two keys",
            "Autocrypt: addr=alice@example.org; keydata=Zm9v; keydata=Zm9v",
            DuplicateAttribute,
        ),
        (
            "two keys by two names",
            "INBOME: to=alice@example.org; key=Zm9v; keydata=Zm9v",
            DuplicateAttribute,
        ),
        ("two types", "INBOME: to=alice@example.org; type=p; type=p; key=Zm9v", DuplicateAttribute),
        ("another type", "INBOME: to=alice@example.org; type=x; key=Zm9v", UnsupportedType),
        ("empty type", "INBOME: to=alice@example.org; type=; key=Zm9v", UnsupportedType),
        ("no address", "Autocrypt: keydata=Zm9v", MissingAddr),
        ("no key", "Autocrypt: addr=alice@example.org", MissingKey),
        ("no key in INBOME", "INBOME: to=alice@example.org", MissingKey),
        ("another address", "Autocrypt: addr=bob@example.org; keydata=Zm9v", AddrMismatch),
        ("empty address", "Autocrypt: addr=; keydata=Zm9v", AddrMismatch),
        ("another address in INBOME", "INBOME: adr=bob@example.org; keydata=Zm9v", AddrMismatch),
        (
            "another address in provide",
            "INBOME: provide=bob@example.org; keydata=Zm9v",
            AddrMismatch,
        ),
        (
            "tags stay significant",
            "Autocrypt: addr=alice+x@example.org; keydata=Zm9v",
            AddrMismatch,
        ),
        (
            "encoded words are not decoded",
            "Autocrypt: addr==?utf-8?q?alice=40example.org?=; keydata=Zm9v",
            AddrMismatch,
        ),
        ("non-zero trailing bits", "Autocrypt: addr=alice@example.org; keydata=Zh==", Base64),
        ("missing padding", "Autocrypt: addr=alice@example.org; keydata=Zm8", Base64),
        ("URL-safe alphabet", "Autocrypt: addr=alice@example.org; keydata=-_-_", Base64),
        ("NUL in the key", "Autocrypt: addr=alice@example.org; keydata=Zm9v\0", Base64),
        ("encoded word as key", "Autocrypt: addr=alice@example.org; keydata==?q?Zg?=", Base64),
    ] {
        assert_eq!(key_of(text), Err(flaw), "{name}");
    }
    assert_eq!(
        read(&field(b"Autocrypt: addr=\xff@example.org; keydata=Zm9v"), &alice()),
        Err(AddrMismatch),
        "not UTF-8"
    );
}

#[test]
fn of_several_flaws_the_first_in_order_is_reported() {
    use FieldFlaw::*;
    // Each row mends the flaw of the row above it.
    let size = "A".repeat(10 * 1024);
    let all = "danger=1; to=b@c.d; to=b@c.d; type=x; key=*";
    for (flaw, text) in [
        (TooLong, format!("INBOME: broken; {all}{size}")),
        (Grammar, format!("INBOME: broken; {all}")),
        (CriticalAttribute, format!("INBOME: {all}")),
        (DuplicateAttribute, "INBOME: to=b@c.d; to=b@c.d; type=x".to_owned()),
        (UnsupportedType, "INBOME: to=b@c.d; type=x".to_owned()),
        (MissingKey, "INBOME: to=b@c.d; type=p".to_owned()),
        (AddrMismatch, "INBOME: to=b@c.d; type=p; key=*".to_owned()),
        (Base64, "INBOME: to=alice@example.org; type=p; key=*".to_owned()),
    ] {
        assert_eq!(key_of(&text), Err(flaw));
    }
    assert_eq!(key_of("Autocrypt: prefer-encrypt=mutual"), Err(MissingAddr));
}

#[test]
fn the_size_is_judged_with_folds_as_they_stand() {
    let start = "Autocrypt: addr=alice@example.org; _p=; keydata=Zm9v";
    let pad = |n: usize| start.replace("_p=", &format!("_p={}", "\r\n ".repeat(n)));
    let fitting = (MAX_KEY_FIELD_BYTES - start.len()) / 3;
    assert!(key_of(&pad(fitting)).is_ok());
    assert_eq!(key_of(&pad(fitting + 1)), Err(FieldFlaw::TooLong));
}

#[test]
fn the_words_of_11_november_are_recognised_and_of_no_effect() {
    for (text, judged) in [
        ("INBOME: request;adr=alice@example.org", false),
        ("inbome: Request", false),
        ("INBOME: request=alice@example.org", false),
        ("INBOME: encrypted", false),
        ("INBOME: ; ENCRYPTED ;", false),
        ("Subject: encrypted", false),
        ("Autocrypt-Gossip: addr=a@b.c", false),
        ("INBOME: provide;keydata=Zm9v", true),
        ("INBOME: encrypted=yes", true),
        ("INBOME: to=alice@example.org; key=Zm9v; request", true),
        ("INBOME-Encryption: request", true),
        ("Autocrypt: request", true),
        ("INBOME:", true),
    ] {
        assert_eq!(is_judged(&field(text.as_bytes())), judged, "{text}");
        let reading = read(&field(text.as_bytes()), &alice());
        assert_eq!(reading == Ok(Reading::NotJudged), !judged, "{text}");
    }
}

#[test]
fn gossip_names_its_own_address() {
    use FieldFlaw::*;
    let bob = Addr::parse("bob@example.org").expect("an address");
    for (name, text, expected) in [
        ("plain", "Autocrypt-Gossip: addr=Bob@example.org; keydata=Zm9v", Ok(())),
        (
            "a preference is ignored",
            "Autocrypt-Gossip: addr=bob@example.org; prefer-encrypt=mutual; keydata=Zm9v",
            Ok(()),
        ),
        ("no address", "Autocrypt-Gossip: keydata=Zm9v", Err(MissingAddr)),
        ("no key", "Autocrypt-Gossip: addr=bob@example.org", Err(MissingKey)),
        ("no valid address", "Autocrypt-Gossip: addr=bob; keydata=Zm9v", Err(AddrMismatch)),
        ("grammar", "Autocrypt-Gossip: bob", Err(Grammar)),
        ("INBOME names", "Autocrypt-Gossip: to=bob@example.org; key=Zm9v", Err(CriticalAttribute)),
        ("two keys", "Autocrypt-Gossip: keydata=Zm9v; keydata=Zm9v", Err(DuplicateAttribute)),
        ("bad key", "Autocrypt-Gossip: addr=bob@example.org; keydata=Zm9", Err(Base64)),
    ] {
        let expected = expected.map(|()| (bob.clone(), b"foo".to_vec()));
        assert_eq!(read_gossip(&field(text.as_bytes())), expected, "{name}");
    }
    let long = format!("Autocrypt-Gossip: addr=b@c.d; keydata={}", "A".repeat(10 * 1024));
    assert_eq!(read_gossip(&field(long.as_bytes())), Err(TooLong));
}

#[test]
fn fields_are_written_folded_under_78_columns() {
    let printed = print(Spelling::Both, &alice(), PreferEncrypt::Mutual, &[0; 60]);
    assert_eq!(
        printed,
        [
            (
                "Autocrypt",
                format!(
                    "addr=alice@example.org; prefer-encrypt=mutual; keydata=\r\n {}\r\n {}",
                    "A".repeat(76),
                    "A".repeat(4)
                )
            ),
            (
                "INBOME-Encryption",
                format!(
                    "to=alice@example.org; type=p; prefer-encrypted=yes; key=\r\n {}\r\n {}",
                    "A".repeat(76),
                    "A".repeat(4)
                )
            ),
        ]
    );
    let without = print(Spelling::Both, &alice(), PreferEncrypt::NoPreference, b"foo");
    assert_eq!(
        without,
        [
            ("Autocrypt", "addr=alice@example.org; keydata=\r\n Zm9v".to_owned()),
            ("INBOME-Encryption", "to=alice@example.org; type=p; key=\r\n Zm9v".to_owned()),
        ]
    );
}

#[test]
fn a_setting_and_the_size_choose_what_is_written() {
    let names = |spelling, octets| {
        let cert = vec![7; octets];
        print(spelling, &alice(), PreferEncrypt::Mutual, &cert)
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    for (name, spelling, octets, written) in [
        ("both", Spelling::Both, 3_000, &["Autocrypt", "INBOME-Encryption"][..]),
        ("Autocrypt alone", Spelling::Autocrypt, 3_000, &["Autocrypt"]),
        ("INBOME alone", Spelling::Inbome, 3_000, &["INBOME-Encryption"]),
        ("both are over 10 KiB", Spelling::Both, 5_000, &["Autocrypt"]),
        ("INBOME alone may be as long", Spelling::Inbome, 5_000, &["INBOME-Encryption"]),
        ("each is over 10 KiB", Spelling::Both, 8_000, &[]),
        ("Autocrypt over 10 KiB", Spelling::Autocrypt, 8_000, &[]),
        ("INBOME over 10 KiB", Spelling::Inbome, 8_000, &[]),
        ("a cert of any size", Spelling::Both, 1_000_000, &[]),
    ] {
        assert_eq!(names(spelling, octets), written, "{name}");
    }
}

#[test]
fn an_address_that_the_grammar_cannot_express_has_no_field() {
    for (name, addr, written) in [
        ("quote", "\"a\\\"b\"@example.org", true),
        ("two ats", "\"a@b\"@example.org", true),
        ("equals", "a=b@example.org", true),
        ("8-bit", "jürgen@example.org", true),
        ("literal", "a@[192.0.2.1]", true),
        ("blank", "\"a b\"@example.org", false),
        ("semicolon", "\"a;b\"@example.org", false),
    ] {
        let addr = Addr::parse(addr).expect(addr);
        let fields = print(Spelling::Both, &addr, PreferEncrypt::Mutual, b"foo");
        assert_eq!(fields.len(), if written { 2 } else { 0 }, "{name}");
    }
}

#[test]
fn names_are_known_without_case() {
    for (name, expected) in [
        ("Autocrypt", Some(Family::Autocrypt)),
        ("aUTOCRYPT", Some(Family::Autocrypt)),
        ("INBOME", Some(Family::Inbome)),
        ("Inbome-Encryption", Some(Family::Inbome)),
        ("inbome-encryption-info", Some(Family::Inbome)),
        ("Autocrypt-Gossip", None),
        ("Autocrypt-Draft-State", None),
        ("X-Inbome", None),
        ("", None),
    ] {
        assert_eq!(family(name.as_bytes()), expected, "{name}");
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_as_what_was_meant(
        local in "[a-zü0-9.=+\"@\\\\]{1,64}",
        domain in "[a-z]{1,50}(\\.[a-z]{1,50}){0,3}",
        mutual: bool,
        cert in proptest::collection::vec(any::<u8>(), 0..4_000),
    ) {
        let quoted = local.replace('\\', "\\\\").replace('"', "\\\"");
        // Where this is too long, some other address will do.
        let addr = Addr::parse(&format!("\"{quoted}\"@{domain}")).unwrap_or_else(|_| alice());
        let prefer = if mutual { PreferEncrypt::Mutual } else { PreferEncrypt::NoPreference };
        for spelling in [Spelling::Both, Spelling::Autocrypt, Spelling::Inbome] {
            let fields = print(spelling, &addr, prefer, &cert);
            prop_assert!(!fields.is_empty());
            for (name, value) in fields {
                let text = format!("{name}: {value}");
                let family = family(name.as_bytes()).expect("a family");
                let expected = KeyField { family, prefer_encrypt: prefer, key_data: cert.clone() };
                prop_assert_eq!(
                    read(&field(text.as_bytes()), &addr),
                    Ok(Reading::Key(expected))
                );
                for line in text.split("\r\n") {
                    // Nothing can be folded inside an address.
                    let long = addr.to_header().chars().count() > 75 && line.contains('@');
                    prop_assert!(line.chars().count() < 78 || long, "{}", line);
                    prop_assert!(!line.trim().is_empty());
                }
            }
        }
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        for name in ["Autocrypt", "INBOME", "INBOME-Encryption", GOSSIP_FIELD] {
            let raw = RawField { name: name.as_bytes(), raw: &octets, value: &octets };
            let _ = read(&raw, &alice());
            let _ = read_gossip(&raw);
        }
        let _ = unfold(&octets);
    }

    #[test]
    fn nearly_well_formed_fields_never_panic(
        value in "((addr|to|key|keydata|type|provide|request|_x|)[ =]{0,2}(alice@example\\.org|Zm9v|p|yes|)[;\r\n ]{0,2}){0,6}"
    ) {
        for name in ["Autocrypt", "INBOME", "INBOME-Encryption", "INBOME-Encryption-Info"] {
            let text = format!("{name}:{value}");
            let first = read(&field(text.as_bytes()), &alice());
            prop_assert_eq!(read(&field(text.as_bytes()), &alice()), first);
        }
    }
}
