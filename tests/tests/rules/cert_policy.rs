//! What makes key data valid (Discovery §2.2) and what makes a cert usable (Messages §6): one
//! cert, one flaw.

use inbome_core::clock::Timestamp;
use inbome_core::key::CertFlaw::{self, NoEncryptionKey, NotOpenPgp, SecretKey, SeveralCerts};
use inbome_core::key::Unusable::{self, Expired, Revoked, Unsupported, Weak};
use inbome_core::key::{Certificates, Judgement};
use inbome_core::openpgp::Rpgp;
use inbome_tests::certs::*;
use pgp::composed::KeyType;
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm::{Md5, Sha1};
use pgp::packet::SignatureType;
use pgp::ser::Serialize;
use pgp::types::{KeyVersion, Tag};

/// 1 February 2023.
const SHA1_ENDS: u32 = 1_675_209_600;
const ID: &str = "<alice@example.org>";

fn at(secs: u32) -> Timestamp {
    Timestamp::from_secs(secs.into())
}

fn judge(octets: &[u8], now: u32) -> Judgement {
    let certs = Rpgp::new();
    certs.judge(octets, &certs.union(None, octets), at(now))
}

/// A good cert: primary, User ID, encryption subkey.
fn good() -> (Key, Key, Cert) {
    let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let cert = Cert::of(&primary).user_id(&primary, ID, &Says::certification(MADE)).subkey(
        &primary,
        &subkey,
        &Says::binding(MADE),
    );
    (primary, subkey, cert)
}

fn with_binding(says: Says) -> Vec<u8> {
    let (primary, subkey, _) = good();
    let cert = Cert::of(&primary).user_id(&primary, ID, &Says::certification(MADE));
    cert.subkey(&primary, &subkey, &says).octets()
}

fn with_certification(says: Says) -> Vec<u8> {
    let (primary, subkey, _) = good();
    let cert = Cert::of(&primary).user_id(&primary, ID, &says);
    cert.subkey(&primary, &subkey, &Says::binding(MADE)).octets()
}

fn revocation(reason: Option<u8>, created: u32) -> Says {
    Says { reason, ..Says::new(SignatureType::KeyRevocation, created) }
}

fn revoked(reason: Option<u8>, created: u32) -> Vec<u8> {
    let (primary, _, mut cert) = good();
    let sig = sign(&primary, &primary, On::Key, &revocation(reason, created));
    cert.0.insert(1, (Tag::Signature, sig));
    cert.octets()
}

fn rsa_hashed(hash: pgp::crypto::hash::HashAlgorithm, created: u32) -> Vec<u8> {
    let (primary, subkey) = (Key::rsa(), Key::encrypting(2, MADE));
    Cert::of(&primary)
        .user_id(&primary, ID, &Says { hash, ..Says::certification(created) })
        .subkey(&primary, &subkey, &Says { hash, ..Says::binding(created) })
        .octets()
}

fn nist_p256() -> Vec<u8> {
    let primary = Key::new(1, &KeyType::ECDSA(ECCCurve::P256), KeyVersion::V4, MADE);
    let subkey = Key::new(2, &KeyType::ECDH(ECCCurve::P256), KeyVersion::V4, MADE);
    Cert::of(&primary)
        .user_id(&primary, ID, &Says::certification(MADE))
        .subkey(&primary, &subkey, &Says::binding(MADE))
        .octets()
}

fn version_6() -> (Key, Cert) {
    let primary = Key::new(1, &KeyType::Ed25519, KeyVersion::V6, MADE);
    let says = Says { flags: Some(CERTIFY_SIGN), ..Says::new(SignatureType::Key, MADE) };
    let cert = Cert::of(&primary).sig(sign(&primary, &primary, On::Key, &says));
    (primary, cert)
}

fn v6_subkey(seed: u8) -> Key {
    Key::new(seed, &KeyType::X25519, KeyVersion::V6, MADE)
}

/// The primary body with another algorithm or version: nothing under it can verify.
fn primary_with(place: usize, octet: u8) -> Vec<u8> {
    let (_, _, mut cert) = good();
    cert.0[0].1[place] = octet;
    cert.octets()
}

fn signing_subkey(back: Option<(Vec<u8>, bool)>) -> Vec<u8> {
    let (primary, _, cert) = good();
    let subkey = Key::signing(3, MADE);
    let says = Says { flags: Some(SIGN), back, ..Says::binding(MADE) };
    cert.subkey(&primary, &subkey, &says).octets()
}

#[test]
fn each_flaw_has_its_check_and_its_verdict() {
    let (primary, subkey, cert) = good();
    let stranger = Key::signing(9, MADE);
    let third = sign(&stranger, &primary, On::UserId(ID), &Says::certification(MADE));
    let mut with_third = cert.clone();
    with_third.0.insert(3, (Tag::Signature, third));
    let other = Key::encrypting(4, MADE);
    let forged_binding = forged(sign(&primary, &primary, On::Subkey(&other), &Says::binding(NOW)));
    let with_forged = cert.clone().packet(Tag::PublicSubkey, other.body()).sig(forged_binding);
    let (primary_6, cert_6) = version_6();
    let says_subkey =
        |reason, created| Says { reason, ..Says::new(SignatureType::SubkeyRevocation, created) };
    let revoke_subkey =
        |says: &Says| cert.clone().sig(sign(&primary, &primary, On::Subkey(&subkey), says));
    let two = [cert.octets(), Cert::of(&stranger).octets()].concat();
    let trailing = [cert.octets(), vec![0]].concat();
    let half_header = [cert.octets(), vec![0xc2]].concat();
    let secret = Cert(vec![(Tag::SecretKey, primary.0.to_bytes().unwrap())]);
    let secret_inside = cert.clone().packet(Tag::SecretSubkey, subkey.0.to_bytes().unwrap());
    let good_back = back(&Key::signing(3, MADE), &primary, MADE);
    let rsa_alone = Cert::of(&Key::rsa()).user_id(
        &Key::rsa(),
        ID,
        &Says { flags: Some(CERTIFY_SIGN | ENCRYPT), ..Says::certification(MADE) },
    );
    let appended =
        cert.clone().sig(sign(&primary, &primary, On::Key, &revocation(None, MADE + DAY)));
    let unsigned =
        Cert::of(&primary).packet(Tag::UserId, ID.into()).packet(Tag::PublicSubkey, subkey.body());
    let young_primary = Key::signing(1, NOW + DAY);
    let from_future = Cert::of(&young_primary)
        .user_id(&young_primary, ID, &Says::certification(NOW + DAY))
        .subkey(&young_primary, &subkey, &Says::binding(NOW + DAY));
    let stranger_revokes = sign(&stranger, &primary, On::Key, &revocation(None, MADE));
    let forged_revocation =
        forged(sign(&primary, &primary, On::Key, &revocation(None, MADE + DAY)));

    let key = |text: &str| dearmor(text);
    type Case = (&'static str, Vec<u8>, Result<(), CertFlaw>, Result<(), Unusable>);
    let cases: Vec<Case> = vec![
        ("good", cert.octets(), Ok(()), Ok(())),
        (
            "expired primary",
            with_certification(Says { expires: Some(DAY), ..Says::certification(MADE) }),
            Ok(()),
            Err(Expired),
        ),
        (
            "expired subkey",
            with_binding(Says { expires: Some(DAY), ..Says::binding(MADE) }),
            Ok(()),
            Err(Expired),
        ),
        (
            "lapsed binding",
            with_binding(Says { lapses: Some(DAY), ..Says::binding(MADE) }),
            Ok(()),
            Err(Expired),
        ),
        ("revoked without reason", revoked(None, NOW - DAY), Ok(()), Err(Revoked)),
        ("revoked as compromised, later", revoked(Some(2), NOW + DAY), Ok(()), Err(Revoked)),
        ("revoked for an unknown reason", revoked(Some(77), NOW + DAY), Ok(()), Err(Revoked)),
        ("superseded before", revoked(Some(1), NOW - DAY), Ok(()), Err(Revoked)),
        ("superseded later", revoked(Some(1), NOW + DAY), Ok(()), Ok(())),
        ("retired before", revoked(Some(3), NOW - DAY), Ok(()), Err(Revoked)),
        ("revocation at the end of the cert", appended.octets(), Ok(()), Err(Revoked)),
        ("revoked by a stranger", cert.clone().sig(stranger_revokes).octets(), Ok(()), Ok(())),
        ("forged revocation", cert.clone().sig(forged_revocation).octets(), Ok(()), Ok(())),
        (
            "revoked subkey",
            revoke_subkey(&says_subkey(None, NOW - DAY)).octets(),
            Ok(()),
            Err(Revoked),
        ),
        (
            "subkey retired later",
            revoke_subkey(&says_subkey(Some(3), NOW + DAY)).octets(),
            Ok(()),
            Ok(()),
        ),
        ("third-party certification", with_third.octets(), Ok(()), Ok(())),
        (
            "unknown packet",
            cert.clone().packet(Tag::from(60), vec![1, 2, 3]).octets(),
            Ok(()),
            Ok(()),
        ),
        (
            "unknown critical packet",
            cert.clone().packet(Tag::from(30), vec![1]).octets(),
            Ok(()),
            Ok(()),
        ),
        ("junk signature", cert.clone().sig(vec![4, 0x18, 1, 2, 3]).octets(), Ok(()), Ok(())),
        (
            "junk subkey",
            cert.clone().packet(Tag::PublicSubkey, vec![4, 0, 0]).octets(),
            Ok(()),
            Ok(()),
        ),
        ("forged subkey beside a good one", with_forged.octets(), Ok(()), Ok(())),
        ("SHA-1 before 2023-02", rsa_hashed(Sha1, SHA1_ENDS - 1), Ok(()), Ok(())),
        ("SHA-1 from 2023-02", rsa_hashed(Sha1, SHA1_ENDS), Ok(()), Err(Weak)),
        ("SHA-1 by Ed25519 in 2020", key(include_str!("../../keys/sha1.pub.asc")), Ok(()), Ok(())),
        (
            "SHA-1 by Ed25519 in 2020, revoked so",
            key(include_str!("../../keys/sha1-revoked.pub.asc")),
            Ok(()),
            Err(Revoked),
        ),
        ("MD5", rsa_hashed(Md5, MADE), Ok(()), Err(Weak)),
        (
            "sign only",
            with_binding(Says { flags: Some(SIGN), ..Says::binding(MADE) }),
            Err(NoEncryptionKey),
            Err(Unsupported),
        ),
        ("no flags", with_binding(Says { flags: None, ..Says::binding(MADE) }), Ok(()), Ok(())),
        (
            "encryption flag on a signing algorithm",
            {
                let subkey = Key::signing(3, MADE);
                Cert::of(&primary).subkey(&primary, &subkey, &Says::binding(MADE)).octets()
            },
            Err(NoEncryptionKey),
            Err(Unsupported),
        ),
        ("RSA 1024", key(include_str!("../../keys/rsa1024.pub.asc")), Ok(()), Err(Weak)),
        ("RSA 2048", key(include_str!("../../keys/rsa2048.pub.asc")), Ok(()), Ok(())),
        ("RSA 4096", key(include_str!("../../keys/rsa4096.pub.asc")), Ok(()), Ok(())),
        ("RSA primary that encrypts", rsa_alone.octets(), Ok(()), Ok(())),
        ("Elgamal", key(include_str!("../../keys/elgamal.pub.asc")), Ok(()), Err(Unsupported)),
        ("NIST P-256", nist_p256(), Ok(()), Ok(())),
        (
            "version 6",
            cert_6.clone().subkey(&primary_6, &v6_subkey(2), &Says::binding(MADE)).octets(),
            Ok(()),
            Ok(()),
        ),
        (
            "no User ID",
            Cert::of(&primary).subkey(&primary, &subkey, &Says::binding(MADE)).octets(),
            Ok(()),
            Ok(()),
        ),
        ("no signature at all", unsigned.octets(), Err(NoEncryptionKey), Err(Unsupported)),
        ("signing subkey", signing_subkey(Some((good_back.clone(), true))), Ok(()), Ok(())),
        ("missing back-signature", signing_subkey(None), Ok(()), Ok(())),
        ("forged back-signature", signing_subkey(Some((forged(good_back), true))), Ok(()), Ok(())),
        ("made in the future", from_future.octets(), Ok(()), Err(Expired)),
        ("bound in the future", with_binding(Says::binding(NOW + DAY)), Ok(()), Err(Expired)),
        (
            "bound before the primary was made",
            with_binding(Says::binding(MADE - DAY)),
            Ok(()),
            Err(Expired),
        ),
        (
            "unknown critical subpacket",
            with_binding(Says::binding(MADE).with_critical_subpacket()),
            Err(NoEncryptionKey),
            Err(Unsupported),
        ),
        (
            "unknown critical notation",
            with_binding(Says::binding(MADE).with_critical_notation()),
            Err(NoEncryptionKey),
            Err(Unsupported),
        ),
        ("unknown algorithm", primary_with(5, 99), Ok(()), Err(Unsupported)),
        ("version 5", primary_with(0, 5), Ok(()), Err(Unsupported)),
        ("version 7", primary_with(0, 7), Ok(()), Err(Unsupported)),
        ("version 3", primary_with(0, 3), Err(NotOpenPgp), Err(Unsupported)),
        ("secret key", secret.octets(), Err(SecretKey), Err(Unsupported)),
        ("secret subkey inside", secret_inside.octets(), Err(SecretKey), Err(Unsupported)),
        ("two certs", two, Err(SeveralCerts), Err(Unsupported)),
        ("trailing octet", trailing, Err(NotOpenPgp), Err(Unsupported)),
        ("half a header", half_header, Err(NotOpenPgp), Err(Unsupported)),
        ("empty", Vec::new(), Err(NotOpenPgp), Err(Unsupported)),
        ("text", b"-----BEGIN PGP".to_vec(), Err(NotOpenPgp), Err(Unsupported)),
        (
            "subkey first",
            Cert(vec![(Tag::PublicSubkey, subkey.body())]).octets(),
            Err(NotOpenPgp),
            Err(Unsupported),
        ),
        ("too long by mail", long_cert().octets(), Err(NotOpenPgp), Ok(())),
    ];
    for (name, octets, valid, usable) in cases {
        assert_eq!(Rpgp::new().check(&octets).map(|_| ()), valid, "{name}");
        assert_eq!(judge(&octets, NOW).verdict.map(|_| ()), usable, "{name}");
    }
}

/// With 1,000 User IDs, each certified.
fn long_cert() -> Cert {
    let (primary, subkey, _) = good();
    let with_id = |cert: Cert, n| {
        cert.user_id(&primary, &format!("<a{n}@example.org>"), &Says::certification(MADE))
    };
    (0..1_000).fold(Cert::of(&primary), with_id).subkey(&primary, &subkey, &Says::binding(MADE))
}

#[test]
fn a_thousand_user_ids_are_imported_and_cost_no_more_than_the_limit() {
    use inbome_core::openpgp::Keyring;
    let (certs, octets) = (Rpgp::new(), long_cert().octets());
    let (_, imported) = certs.import_cert(&octets).expect("import");
    assert_eq!(certs.verifications(), 1, "the first encryption part decides");
    let union = certs.union(None, &imported);
    assert!(union.truncated);
    assert!(certs.verifications() <= 1 + 128);
    assert_eq!(certs.judge(&imported, &union, at(NOW)).verdict.map(|_| ()), Ok(()));
}

#[test]
fn checking_a_cert_costs_one_verification_and_judging_none() {
    let (_, _, cert) = good();
    let (certs, octets) = (Rpgp::new(), cert.octets());
    certs.check(&octets).expect("check");
    assert_eq!(certs.verifications(), 1);
    let union = certs.union(None, &octets);
    assert_eq!(certs.verifications(), 2, "what the check verified is not verified again");
    certs.judge(&octets, &union, at(NOW)).verdict.expect("judge");
    assert_eq!(certs.union(Some(&union), &octets), union);
    assert_eq!(certs.verifications(), 2, "what a union holds is not verified again");
    assert_eq!(certs.parses(), 1, "nor is it taken apart again");
}

#[test]
fn a_verdict_names_the_time_in_which_it_holds() {
    let end = MADE + 100 * DAY;
    let octets = with_binding(Says { expires: Some(100 * DAY), ..Says::binding(MADE) });
    for (name, now, good) in [
        ("before", MADE - DAY, false),
        ("in the ten minutes before", MADE - 600, true),
        ("at its beginning", MADE, true),
        ("in its last second", end - 1, true),
        ("at its end", end, false),
    ] {
        let judgement = judge(&octets, now);
        assert_eq!(judgement.verdict.is_ok(), good, "{name}");
        assert!(judgement.holds_at(at(now)), "{name}");
        if let Ok(usable) = judgement.verdict {
            assert_eq!(usable.expires, Some(at(end)), "{name}");
            assert_eq!(judgement.until, at(end), "{name}");
        }
    }
}

#[test]
fn a_verdict_is_the_same_throughout_its_time() {
    let mut later = Says::binding(MADE + 50 * DAY);
    later.expires = Some(70 * DAY);
    let (primary, subkey, cert) = good();
    let cert = cert.sig(sign(&primary, &primary, On::Subkey(&subkey), &later)).sig(sign(
        &primary,
        &primary,
        On::Key,
        &revocation(Some(1), MADE + 60 * DAY),
    ));
    let octets = cert.octets();
    for day in 0..90 {
        let found = judge(&octets, MADE + day * DAY);
        let edges = [found.from, found.until.plus_secs(-1)];
        for edge in edges.into_iter().filter_map(|edge| u32::try_from(edge.as_secs()).ok()) {
            assert_eq!(judge(&octets, edge).verdict, found.verdict, "day {day}");
        }
    }
}

#[test]
fn the_newest_subkey_is_chosen_of_those_that_the_advert_contains() {
    let (primary, old, cert) = good();
    let young = Key::encrypting(5, MADE + DAY);
    let says = Says::binding(MADE + DAY);
    let both = cert.clone().subkey(&primary, &young, &says).octets();
    let only_old = cert.octets();
    let certs = Rpgp::new();
    let union = certs.union(Some(&certs.union(None, &both)), &only_old);
    for (name, received, chosen) in
        [("both", both, young.fingerprint()), ("the old one", only_old, old.fingerprint())]
    {
        let usable = certs.judge(&received, &union, at(NOW)).verdict.expect(name);
        assert_eq!(usable.subkey.as_bytes(), chosen, "{name}");
    }
}

#[test]
fn the_autocrypt_v2_shape_takes_the_subkey_that_expires_soonest() {
    let (primary, cert) = version_6();
    let (lasting, rotating, next) = (v6_subkey(2), v6_subkey(3), v6_subkey(4));
    let expiring = |days| Says { expires: Some(days * DAY), ..Says::binding(MADE) };
    let cert = cert
        .subkey(&primary, &lasting, &Says::binding(MADE))
        .subkey(&primary, &rotating, &expiring(10))
        .subkey(&primary, &next, &expiring(20));
    let octets = cert.octets();
    for (name, day, chosen) in
        [("first", 5, &rotating), ("second", 15, &next), ("fallback", 25, &lasting)]
    {
        let usable = judge(&octets, MADE + day * DAY).verdict.expect(name);
        assert_eq!(usable.subkey.as_bytes(), chosen.fingerprint(), "{name}");
    }
}

#[test]
fn the_newest_self_signature_speaks() {
    let (primary, _, cert) = good();
    let mut cert = cert;
    let says = Says { expires: Some(DAY), ..Says::certification(MADE + 2) };
    let expiring = sign(&primary, &primary, On::UserId(ID), &says);
    cert.0.insert(3, (Tag::Signature, expiring));
    assert_eq!(judge(&cert.octets(), NOW).verdict, Err(Expired), "newer expiry");
    let prolonged = sign(&primary, &primary, On::UserId(ID), &Says::certification(MADE + 3 * DAY));
    cert.0.insert(2, (Tag::Signature, prolonged));
    assert!(judge(&cert.octets(), NOW).verdict.is_ok(), "prolonged after it expired");
}

#[test]
fn signatures_outside_their_life_leave_the_word_to_others() {
    let (primary, subkey, cert) = good();
    let on_subkey = |says: &Says| sign(&primary, &primary, On::Subkey(&subkey), says);
    let no_encryption = Says { flags: Some(SIGN), ..Says::binding(NOW + DAY) };
    let lapsed = Says { flags: Some(SIGN), lapses: Some(DAY), ..Says::binding(MADE + DAY) };
    let from_before = Says { flags: Some(SIGN), ..Says::binding(MADE - DAY) };
    let on_key = |says: Says| sign(&primary, &primary, On::Key, &says);
    let expired = Says { expires: Some(DAY), ..Says::new(SignatureType::Key, MADE + 1) };
    let silent = Says::new(SignatureType::Key, MADE + 2);
    let unborn = Key::encrypting(6, NOW + DAY);
    let bound_before_born = Cert::of(&primary)
        .user_id(&primary, ID, &Says::certification(MADE))
        .subkey(&primary, &unborn, &Says::binding(MADE));
    for (name, cert, usable) in [
        ("a future binding", cert.clone().sig(on_subkey(&no_encryption)), Ok(())),
        ("a lapsed binding", cert.clone().sig(on_subkey(&lapsed)), Ok(())),
        ("one older than the key", cert.clone().sig(on_subkey(&from_before)), Ok(())),
        ("a subkey of tomorrow", bound_before_born, Err(Expired)),
        ("a direct-key expiry", cert.clone().sig(on_key(expired.clone())), Err(Expired)),
        (
            "a direct-key signature that says nothing",
            cert.clone().sig(on_key(expired)).sig(on_key(silent)),
            Ok(()),
        ),
    ] {
        assert_eq!(judge(&cert.octets(), NOW).verdict.map(|_| ()), usable, "{name}");
    }
}

#[test]
fn a_revocation_with_a_broken_hash_still_revokes() {
    let (primary, subkey) = (Key::rsa(), Key::encrypting(2, MADE));
    let cert = Cert::of(&primary).user_id(&primary, ID, &Says::certification(MADE)).subkey(
        &primary,
        &subkey,
        &Says::binding(MADE),
    );
    for hash in [Md5, Sha1] {
        let says = Says { hash, ..revocation(None, NOW - DAY) };
        let revoked = cert.clone().sig(sign(&primary, &primary, On::Key, &says));
        let octets = revoked.octets();
        assert_eq!(judge(&octets, NOW).verdict, Err(Revoked), "{hash}");
        assert!(Rpgp::new().union(None, &octets).hard_revoked, "{hash}");
    }
}

#[test]
fn no_prefix_of_a_cert_panics_and_only_whole_parts_are_valid() {
    let (_, _, cert) = good();
    let octets = cert.octets();
    for length in 0..octets.len() {
        assert!(Rpgp::new().check(&octets[..length]).is_err(), "cut at {length}");
        judge(&octets[..length], NOW);
    }
}
