//! Which self-signature speaks for a part (Messages §6): of version 4 as one table says, which `gpg` and
//! `sq` are asked too; of version 6 the direct-key signatures alone.

use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::key::Certificates;
use inbome_core::key::Unusable::{self, Expired, Unsupported};
use inbome_core::openpgp::message::SignatureCheck;
use inbome_core::openpgp::{Keyring, Messages, Rpgp};
use inbome_tests::certs::*;
use inbome_tests::messages::Signing;
use inbome_tests::spoken::{cases, ends};
use pgp::composed::KeyType;
use pgp::packet::SignatureType;
use pgp::types::{KeyVersion, Tag};

const NOW_AT: Timestamp = Timestamp::from_secs(NOW as i64);
const ID: &str = "<a@example.org>";

fn verdict(cert: &[u8]) -> Result<(), Unusable> {
    let certs = Rpgp::new();
    certs.judge(cert, &certs.union(None, cert), NOW_AT).verdict.map(|_| ())
}

#[test]
fn of_several_self_signatures_one_speaks() {
    for case in cases() {
        assert_eq!(verdict(&case.cert), case.usable, "{}", case.name);
    }
}

#[test]
fn the_smaller_copy_for_gossip_says_the_same() {
    let certs = Rpgp::new();
    for case in cases() {
        let union = certs.union(None, &case.cert);
        let judged = certs.judge(&case.cert, &union, NOW_AT);
        // A User ID of the cert, one that is not in it, and the other one.
        for addr in ["0@example.org", "nobody@example.org", "1@example.org"] {
            let addr = Addr::parse(addr).unwrap();
            let small = certs.cert_for_gossip(&union, &case.cert, &addr, NOW_AT);
            assert_eq!(small.is_some(), case.usable.is_ok(), "{}", case.name);
            let Some(small) = small else { continue };
            let again = certs.judge(&small, &certs.union(None, &small), NOW_AT);
            assert_eq!(again.verdict, judged.verdict, "{}, {addr}", case.name);
        }
    }
}

/// A version 6 cert with these direct-key signatures and these certifications.
fn version_6(on_key: &[Says], on_id: &[Says]) -> (Key, Vec<u8>) {
    let primary = Key::new(1, &KeyType::Ed25519, KeyVersion::V6, MADE);
    let subkey = Key::new(2, &KeyType::X25519, KeyVersion::V6, MADE);
    let mut cert = Cert::of(&primary);
    for says in on_key {
        cert = cert.sig(sign(&primary, &primary, On::Key, says));
    }
    if !on_id.is_empty() {
        cert = cert.packet(Tag::UserId, ID.into());
    }
    for says in on_id {
        cert = cert.sig(sign(&primary, &primary, On::UserId(ID), says));
    }
    let octets = cert.subkey(&primary, &subkey, &Says::binding(MADE)).octets();
    (primary, octets)
}

#[test]
fn of_a_version_6_primary_only_its_direct_key_signatures_speak() {
    let direct =
        |at| Says { flags: Some(CERTIFY_SIGN), ..Says::new(SignatureType::Key, MADE + at) };
    let uid = |at| Says { flags: None, ..Says::certification(MADE + at) };
    let with_flags = |at| Says::certification(MADE + at);
    type Case = (&'static str, Vec<Says>, Vec<Says>, Result<(), Unusable>);
    let cases: [Case; 11] = [
        ("direct alone", vec![direct(0)], vec![], Ok(())),
        ("it ends", vec![ends(direct(0))], vec![uid(0)], Err(Expired)),
        ("it ends, the User ID is newer", vec![ends(direct(0))], vec![uid(9)], Err(Expired)),
        ("it ends, the User ID says all", vec![ends(direct(0))], vec![with_flags(9)], Err(Expired)),
        ("the User ID ends", vec![direct(0)], vec![ends(with_flags(0))], Ok(())),
        ("the newer User ID ends", vec![direct(0)], vec![ends(with_flags(9))], Ok(())),
        ("the newer direct ends", vec![direct(0), ends(direct(9))], vec![uid(9)], Err(Expired)),
        ("prolonged", vec![ends(direct(0)), direct(9)], vec![ends(uid(0))], Ok(())),
        ("same second", vec![direct(0), ends(direct(0))], vec![], Err(Expired)),
        ("none", vec![], vec![with_flags(0)], Err(Unsupported)),
        (
            "refused",
            vec![direct(0).with_critical_notation()],
            vec![with_flags(0)],
            Err(Unsupported),
        ),
    ];
    for (name, on_key, on_id, usable) in cases {
        assert_eq!(verdict(&version_6(&on_key, &on_id).1), usable, "{name}");
    }
}

#[test]
fn a_version_6_signature_counts_by_the_flags_of_the_direct_key_signature() {
    let direct = |flags| Says { flags, ..Says::new(SignatureType::Key, MADE) };
    let uid = |flags| Says { flags, ..Says::certification(MADE) };
    for (name, on_key, on_id, valid) in [
        ("direct signs, User ID is silent", direct(Some(CERTIFY_SIGN)), uid(None), true),
        ("direct signs, User ID does not", direct(Some(CERTIFY_SIGN)), uid(Some(1)), true),
        ("direct does not, User ID signs", direct(Some(1)), uid(Some(CERTIFY_SIGN)), false),
        ("direct is silent", direct(None), uid(Some(1)), true),
    ] {
        let (primary, cert) = version_6(&[on_key], &[on_id]);
        let certs = Rpgp::new();
        let signature = packet_of(&Signing::at(NOW).sign(&primary, b"text"));
        let signatures = certs.parse_signatures(&signature).unwrap();
        let union = certs.union(None, &cert);
        let checks = certs.verify(b"text", &signatures, &[&union], NOW_AT);
        assert_eq!(matches!(checks[0], SignatureCheck::Valid { .. }), valid, "{name}");
    }
}

fn packet_of(signature: &[u8]) -> Vec<u8> {
    inbome_tests::messages::packet(Tag::Signature, signature)
}
