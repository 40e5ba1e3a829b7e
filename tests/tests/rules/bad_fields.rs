//! A mail whose field is bad in any way never changes a stored key (Discovery §2.2). Every way has
//! its test. The bad mail is younger than the good one and brings another key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inbome_core::key::hash;
use inbome_core::receive::Outcome;
use inbome_tests::certs::{Cert, ENCRYPT, Key, On, SIGN, Says, dearmor, forged, sign};
use inbome_tests::stage::*;
use pgp::types::Tag;

fn evil() -> Vec<u8> {
    cert(2, ALICE)
}

fn key() -> String {
    folded(&evil())
}

fn field(octets: &[u8]) -> String {
    autocrypt(ALICE, true, octets)
}

/// Alice's good mail, then the bad one: her key stays, and the mail counts as seen.
fn stays(fields: &str, verdict: &str) {
    let mail = mail(ALICE, SENT + DAY, fields);
    let (engine, incoming) = after(&mail);
    assert_eq!(incoming.outcome, Outcome::Updated, "the mail itself counts");
    let found = verdicts(&incoming);
    assert!(found.iter().any(|found| found.ends_with(verdict)), "{verdict} is not in {found:?}");
    let peer = state(&engine, ALICE).peer;
    assert_eq!(peer.seen.expect("seen").at.as_secs(), SENT + DAY);
    assert_eq!(peer.last_plain.expect("without a key").at.as_secs(), SENT + DAY);
    key_stands(&engine);
}

fn after(mail: &[u8]) -> (inbome_core::engine::Engine, inbome_core::receive::Incoming) {
    let engine = bob();
    receive(&engine, &inbome_tests::stage::mail(ALICE, SENT, &field(&cert(1, ALICE))));
    let incoming = receive(&engine, mail);
    assert_eq!(incoming.key_changed, None);
    (engine, incoming)
}

fn key_stands(engine: &inbome_core::engine::Engine) {
    let good = cert(1, ALICE);
    let state = state(engine, ALICE);
    let advert = state.peer.advert.expect("the good advert");
    assert_eq!(&*advert.key.bytes, good.as_slice());
    assert_eq!(advert.key.hash, hash(&good));
    assert_eq!(advert.at.as_secs(), SENT);
    assert_eq!(advert.prefer_encrypt.as_str(), "mutual");
    assert_eq!(state.history.keys().cloned().collect::<Vec<_>>(), [fingerprint(&good)]);
    assert!(engine.get_encrypt_key(None, &addr(ALICE)).expect("asked").target.is_ok());
}

/// One test for each way: its name, the fields, the verdict.
macro_rules! ways {
    ($($name:ident: $fields:expr => $verdict:literal;)*) => {$(
        #[test]
        fn $name() {
            stays(&$fields, $verdict);
        }
    )*};
}

fn made() -> (Key, Key) {
    (Key::signing(2, CERT_MADE), Key::encrypting(2, CERT_MADE))
}

fn certified(primary: &Key) -> Cert {
    Cert::of(primary).user_id(primary, "<alice@example.org>", &Says::certification(CERT_MADE))
}

fn with_subkey(says: &Says) -> Vec<u8> {
    let (primary, subkey) = made();
    certified(&primary).subkey(&primary, &subkey, says).octets()
}

ways! {
    a_field_over_ten_kib: format!("Autocrypt: addr={ALICE}; _a={}; keydata={}\r\n", "x".repeat(10_240), key()) => "invalid too_long";
    an_attribute_without_equals: format!("Autocrypt: addr={ALICE}; what; keydata={}\r\n", key()) => "invalid grammar";
    a_blank_in_the_address: format!("Autocrypt: addr=alice @example.org; keydata={}\r\n", key()) => "invalid grammar";
    an_attribute_without_a_name: format!("Autocrypt: addr={ALICE}; =; keydata={}\r\n", key()) => "invalid grammar";
    a_control_character: format!("Autocrypt: addr=alice\u{7}@example.org; keydata={}\r\n", key()) => "invalid grammar";
    an_encoded_word: "Autocrypt: =?utf-8?Q?addr=3Dalice?=\r\n" => "invalid grammar";
    an_unknown_critical_attribute: format!("Autocrypt: addr={ALICE}; new=1; keydata={}\r\n", key()) => "invalid critical_attribute";
    an_inbome_name_in_autocrypt: format!("Autocrypt: to={ALICE}; keydata={}\r\n", key()) => "invalid critical_attribute";
    two_addresses: format!("Autocrypt: addr={ALICE}; addr={ALICE}; keydata={}\r\n", key()) => "invalid duplicate_attribute";
    two_keys: format!("Autocrypt: addr={ALICE}; keydata={0}; keydata={0}\r\n", key()) => "invalid duplicate_attribute";
    two_types: format!("INBOME: to={ALICE}; type=p; type=p; key={}\r\n", key()) => "invalid duplicate_attribute";
    an_address_by_two_names: format!("INBOME: to={ALICE}; adr={ALICE}; key={}\r\n", key()) => "invalid duplicate_attribute";
    an_unknown_type: format!("INBOME-Encryption: to={ALICE}; type=smime; key={}\r\n", key()) => "invalid unsupported_type";
    no_address: format!("Autocrypt: prefer-encrypt=mutual; keydata={}\r\n", key()) => "invalid missing_addr";
    no_key: format!("Autocrypt: addr={ALICE}\r\n") => "invalid missing_key";
    no_key_in_inbome: format!("INBOME-Encryption: to={ALICE}; type=p\r\n") => "invalid missing_key";
    an_empty_field: "Autocrypt:\r\n" => "invalid missing_addr";
    another_address: autocrypt("mallory@example.org", true, &evil()) => "invalid addr_mismatch";
    another_address_in_inbome: format!("INBOME-Encryption: to=m@example.org; key={}\r\n", key()) => "invalid addr_mismatch";
    an_address_that_is_none: autocrypt("alice@", true, &evil()) => "invalid addr_mismatch";
    an_address_with_a_tag: autocrypt("alice+x@example.org", true, &evil()) => "invalid addr_mismatch";
    base64_of_another_alphabet: format!("Autocrypt: addr={ALICE}; keydata={}\r\n", key().replace(['A', '+'], "-")) => "invalid base64";
    base64_without_padding: format!("Autocrypt: addr={ALICE}; keydata={}\r\n", STANDARD.encode(&evil()[..100]).trim_end_matches('=')) => "invalid base64";
    base64_with_trailing_bits: format!("Autocrypt: addr={ALICE}; keydata=mDN=\r\n") => "invalid base64";
    base64_behind_its_end: format!("Autocrypt: addr={ALICE}; keydata=mDM=AAAA\r\n") => "invalid base64";
    a_nul_in_base64: format!("Autocrypt: addr={ALICE}; keydata=mDM\0\r\n") => "invalid base64";
    octets_that_are_no_key: field(b"no key") => "invalid not_openpgp";
    no_octets: field(b"") => "invalid not_openpgp";
    a_cert_cut_short: field(&evil()[..evil().len() - 1]) => "invalid not_openpgp";
    a_cert_with_an_octet_behind_it: field(&[evil(), vec![0]].concat()) => "invalid not_openpgp";
    a_subkey_without_its_primary: field(&Cert::default().packet(Tag::PublicSubkey, made().1.body()).octets()) => "invalid not_openpgp";
    armor_instead_of_octets: field(include_bytes!("../../keys/rsa2048.pub.asc")) => "invalid not_openpgp";
    a_secret_key: field(&dearmor(include_str!("../../keys/plain.sec.asc"))) => "invalid secret_key";
    two_certs: field(&[evil(), cert(3, ALICE)].concat()) => "invalid several_certs";
    a_second_cert_behind_the_good_one: field(&[cert(1, ALICE), evil()].concat()) => "invalid several_certs";
    a_cert_without_subkeys: field(&certified(&made().0).octets()) => "invalid no_encryption_key";
    a_cert_that_only_signs: field(&with_subkey(&Says { flags: Some(SIGN), ..Says::binding(CERT_MADE) })) => "invalid no_encryption_key";
    a_subkey_without_flags: field(&with_subkey(&Says { flags: Some(0), ..Says::binding(CERT_MADE) })) => "invalid no_encryption_key";
    an_unknown_critical_subpacket: field(&with_subkey(&Says { flags: Some(ENCRYPT), ..Says::binding(CERT_MADE) }.with_critical_subpacket())) => "invalid no_encryption_key";
    a_forged_binding: {
        let (primary, subkey) = made();
        let binding = sign(&primary, &primary, On::Subkey(&subkey), &Says::binding(CERT_MADE));
        field(&certified(&primary).packet(Tag::PublicSubkey, subkey.body()).sig(forged(binding)).octets())
    } => "invalid no_encryption_key";
    a_subkey_bound_by_a_stranger: {
        let (primary, subkey) = made();
        field(&certified(&primary).subkey(&Key::signing(9, CERT_MADE), &subkey, &Says::binding(CERT_MADE)).octets())
    } => "invalid no_encryption_key";
    a_subkey_stolen_from_the_good_cert_beside_the_good_primary_of_another: {
        let (primary, _) = made();
        let stolen = Key::encrypting(1, CERT_MADE);
        field(&certified(&primary).packet(Tag::PublicSubkey, stolen.body()).octets())
    } => "invalid no_encryption_key";
    two_valid_fields: field(&evil()) + &field(&cert(3, ALICE)) => "ambiguous";
    two_equal_fields: field(&evil()).repeat(2) => "ambiguous";
    two_valid_inbome_fields: format!("INBOME: key={0}\r\nINBOME-Encryption: key={0}\r\n", key()) => "ambiguous";
    an_inbome_field_beside_two_valid_ones: field(&evil()).repeat(2) + &format!("INBOME: key={}\r\n", key()) => "overridden";
    seventeen_fields: field(&evil()) + &"Autocrypt: x\r\n".repeat(16) => "not_judged";
    a_request: "INBOME: request;adr=bob@example.org\r\n" => "not_judged";
    an_encrypted_without_value: "INBOME: encrypted\r\n" => "not_judged";
}

#[test]
fn a_gossip_field_outside_does_nothing() {
    let gossip = format!("Autocrypt-Gossip: addr={ALICE}; keydata={}\r\n", key());
    let (engine, incoming) = after(&mail(ALICE, SENT + DAY, &gossip));
    assert!(incoming.gossip.is_empty() && incoming.fields.is_empty());
    assert!(state(&engine, ALICE).peer.gossip.is_none());
    key_stands(&engine);
}

#[test]
fn a_good_field_in_a_mail_that_is_ignored_does_nothing() {
    let good = field(&evil());
    for (name, fields, reason) in [
        ("report", "Content-Type: multipart/report\r\n", "report"),
        ("two From fields", "From: alice@example.org\r\n", "several_from"),
        ("no date", "Date: now\r\n", "undated"),
    ] {
        let mail = mail(ALICE, SENT + DAY, &(good.clone() + fields));
        let (engine, incoming) = after(&mail);
        assert_eq!(outcome(&incoming), format!("ignored {reason}"), "{name}");
        key_stands(&engine);
        assert_eq!(state(&engine, ALICE).peer.seen.expect("seen").at.as_secs(), SENT, "{name}");
    }
}

#[test]
fn a_good_field_of_another_sender_does_nothing() {
    let (engine, _) = after(&mail("mallory@example.org", SENT + DAY, &field(&evil())));
    key_stands(&engine);
    assert!(state(&engine, "mallory@example.org").peer.advert.is_none());
}

#[test]
fn an_older_good_field_enters_the_history_and_replaces_nothing() {
    let (engine, _) = after(&mail(ALICE, SENT - DAY, &field(&evil())));
    let state = state(&engine, ALICE);
    assert_eq!(&*state.peer.advert.expect("an advert").key.bytes, cert(1, ALICE).as_slice());
    assert_eq!(state.history.len(), 2);
}

/// The counter-proof: a younger good field does change the key.
#[test]
fn a_younger_good_field_replaces_the_key() {
    let engine = bob();
    receive(&engine, &mail(ALICE, SENT, &field(&cert(1, ALICE))));
    let incoming = receive(&engine, &mail(ALICE, SENT + DAY, &field(&evil())));
    let change = (fingerprint(&cert(1, ALICE)), fingerprint(&evil()));
    assert_eq!(incoming.key_changed, Some(change));
    assert_eq!(
        &*state(&engine, ALICE).peer.advert.expect("an advert").key.bytes,
        evil().as_slice()
    );
}
