//! The union of copies of one cert is a join (Discovery §3.1), whatever each copy leaves out.

use inbome_core::clock::Timestamp;
use inbome_core::key::{CertUnion, Certificates, Unusable};
use inbome_core::openpgp::Rpgp;
use inbome_tests::certs::*;
use inbome_tests::rounds;
use pgp::composed::KeyType;
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::packet::SignatureType;
use pgp::types::{KeyVersion, Tag};
use proptest::prelude::*;
use std::sync::LazyLock;

const NOW_AT: Timestamp = Timestamp::from_secs(NOW as i64);

/// A part of a cert that a copy may lack: a packet and the signatures on it, each on its own.
struct Group {
    packet: Option<(Tag, Vec<u8>)>,
    sigs: Vec<Vec<u8>>,
}

struct Rich {
    primary: Key,
    groups: Vec<Group>,
}

/// Which revocation a copy bears is the first bit.
static RICH: LazyLock<Rich> = LazyLock::new(|| {
    let (primary, encrypting) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let signing = Key::signing(3, MADE);
    let stranger = Key::signing(9, MADE);
    let made = |on, says: &Says| sign(&primary, &primary, on, says);
    let revocation =
        |reason, at| Says { reason, ..Says::new(SignatureType::KeyRevocation, MADE + at) };
    let with_back = |signed| {
        let back = Some((back(&signing, &primary, MADE), signed));
        Says { flags: Some(SIGN), back, ..Says::binding(MADE) }
    };
    let no_back = Says { back: None, ..with_back(false) };
    let third = sign(&stranger, &primary, On::UserId("b"), &Says::certification(MADE));
    let subkey_revoked =
        Says { reason: Some(3), ..Says::new(SignatureType::SubkeyRevocation, NOW + DAY) };
    let on_key = vec![
        made(On::Key, &revocation(None, DAY)),
        made(On::Key, &revocation(Some(2), 2 * DAY)),
        made(On::Key, &revocation(Some(3), 2 * DAY)),
        made(On::Key, &revocation(Some(1), 3 * DAY)),
        forged(made(On::Key, &Says::new(SignatureType::Key, MADE))),
    ];
    let on_b = vec![made(On::UserId("b"), &Says::certification(MADE)), third];
    let on_a = vec![
        made(On::UserId("a"), &Says::certification(MADE)),
        made(On::UserId("a"), &Says::certification(MADE + DAY)),
        made(On::UserId("a"), &Says::new(SignatureType::CertRevocation, MADE + DAY)),
    ];
    let on_encrypting = vec![
        made(On::Subkey(&encrypting), &Says::binding(MADE)),
        made(On::Subkey(&encrypting), &Says::binding(MADE + DAY)),
        made(On::Subkey(&encrypting), &subkey_revoked),
    ];
    let on_signing = vec![
        made(On::Subkey(&signing), &with_back(false)),
        made(On::Subkey(&signing), &no_back),
        made(On::Subkey(&signing), &with_back(true)),
    ];
    let user_id = |id: &str| Some((Tag::UserId, id.as_bytes().to_vec()));
    let subkey = |key: &Key| Some((Tag::PublicSubkey, key.body()));
    let groups = vec![
        Group { packet: None, sigs: on_key },
        Group { packet: user_id("b"), sigs: on_b },
        Group { packet: user_id("a"), sigs: on_a },
        Group { packet: subkey(&encrypting), sigs: on_encrypting },
        Group { packet: subkey(&signing), sigs: on_signing },
    ];
    Rich { primary, groups }
});

/// The copy that bears the signatures whose bits are set, groups in one of two orders.
fn copy(bits: u32) -> Vec<u8> {
    let mut cert = Cert::of(&RICH.primary);
    let mut bit = 0;
    for group in &RICH.groups {
        if let Some((tag, body)) = &group.packet {
            cert = cert.packet(*tag, body.clone());
        }
        for sig in &group.sigs {
            if bits & (1 << bit) != 0 {
                cert = cert.sig(sig.clone());
            }
            bit += 1;
        }
    }
    cert.octets()
}

/// Certs of every kind of algorithm.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let pair = |version, primary: KeyType, subkey: KeyType| {
        let primary = Key::new(1, &primary, version, MADE);
        Cert::of(&primary)
            .user_id(&primary, "a", &Says::certification(MADE))
            .subkey(&primary, &Key::new(2, &subkey, version, MADE), &Says::binding(MADE))
            .octets()
    };
    vec![
        copy(0xffff),
        dearmor(include_str!("../../keys/rsa2048.pub.asc")),
        dearmor(include_str!("../../keys/elgamal.pub.asc")),
        pair(KeyVersion::V4, KeyType::ECDSA(ECCCurve::P256), KeyType::ECDH(ECCCurve::P256)),
        pair(KeyVersion::V6, KeyType::Ed25519, KeyType::X25519),
    ]
});

fn union(copies: &[u32]) -> CertUnion {
    let certs = Rpgp::new();
    let add =
        |known: Option<CertUnion>, bits: &u32| Some(certs.union(known.as_ref(), &copy(*bits)));
    copies.iter().fold(None, add).expect("a copy")
}

fn join(a: &CertUnion, b: &CertUnion) -> CertUnion {
    Rpgp::new().union(Some(a), &b.bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(rounds(48) as u32))]

    #[test]
    fn the_order_of_copies_changes_nothing(mut copies in prop::collection::vec(0_u32..1 << 16, 1..5)) {
        let forwards = union(&copies);
        copies.reverse();
        prop_assert_eq!(&union(&copies), &forwards);
        copies.extend(copies.clone());
        prop_assert_eq!(&union(&copies), &forwards);
    }

    #[test]
    fn the_grouping_of_copies_changes_nothing(a in 0_u32..1 << 16, b in 0_u32..1 << 16, c in 0_u32..1 << 16) {
        let (ua, ub, uc) = (union(&[a]), union(&[b]), union(&[c]));
        let left = join(&join(&ua, &ub), &uc);
        prop_assert_eq!(&join(&ua, &join(&ub, &uc)), &left);
        prop_assert_eq!(&union(&[c, a, b]), &left);
        // What verified apart verifies together.
        prop_assert_eq!(&Rpgp::new().union(None, &left.bytes), &left);
    }

    // A union is remembered as it was put together, and must be what its octets are taken apart into.
    #[test]
    fn what_is_remembered_changes_no_answer(a in 0_u32..1 << 16, b in 0_u32..1 << 16) {
        let certs = Rpgp::new();
        let known = certs.union(None, &copy(a));
        let both = certs.union(Some(&known), &copy(b));
        prop_assert_eq!(&Rpgp::new().union(Some(&known), &copy(b)), &both);
        for (union, received) in [(&known, copy(a)), (&both, copy(a)), (&both, copy(b))] {
            let fresh = Rpgp::new().judge(&received, union, NOW_AT);
            prop_assert_eq!(certs.judge(&received, union, NOW_AT), fresh);
            prop_assert_eq!(certs.check(&received), Rpgp::new().check(&received));
        }
        prop_assert!(certs.parses() <= 2, "{} for two copies", certs.parses());
    }

    #[test]
    fn a_stripped_copy_hides_no_revocation(copies in prop::collection::vec(0_u32..1 << 16, 1..4), place in 0_usize..3) {
        let mut copies = copies;
        copies.insert(place.min(copies.len()), 1);
        let union = union(&copies);
        prop_assert!(union.hard_revoked);
        let stripped = copy(0xffff & !0xf);
        let verdict = Rpgp::new().judge(&stripped, &union, NOW_AT).verdict;
        prop_assert_eq!(verdict, Err(Unusable::Revoked));
    }

    #[test]
    fn no_change_of_octets_panics(
        seed in 0..SEEDS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut octets = SEEDS[seed].clone();
        for (place, octet) in changes {
            octets[place.index(SEEDS[seed].len())] = octet;
        }
        octets.truncate((cut.index(octets.len()) * 4).max(1));
        let certs = Rpgp::new();
        let _ = certs.check(&octets);
        let union = certs.union(None, &octets);
        certs.judge(&octets, &union, NOW_AT);
    }

    #[test]
    fn no_random_octets_panic(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let certs = Rpgp::new();
        let _ = certs.check(&octets);
        certs.judge(&octets, &certs.union(None, &octets), NOW_AT);
    }
}

#[test]
fn a_copy_of_another_cert_adds_nothing() {
    let certs = Rpgp::new();
    let known = union(&[0xffff]);
    let other = Cert::of(&Key::signing(8, MADE)).octets();
    assert_eq!(certs.union(Some(&known), &other), known);
    assert_eq!(certs.union(Some(&known), b"junk"), known);
}

#[test]
fn what_anybody_can_change_makes_no_second_signature() {
    let certs = Rpgp::new();
    let octets = copy(0xffff);
    let known = certs.union(None, &octets);
    let add = |body: &mut Vec<u8>| {
        // An unsigned area behind the signed one: one more subpacket, an issuer key ID of zeros.
        let signed = 6 + usize::from(u16::from_be_bytes([body[4], body[5]]));
        let length = u16::from_be_bytes([body[signed], body[signed + 1]]) + 10;
        body.splice(signed..signed + 2, length.to_be_bytes());
        let end = signed + 2 + usize::from(length) - 10;
        body.splice(end..end, [9, 16, 0, 0, 0, 0, 0, 0, 0, 0]);
    };
    let mut changed = Cert::of(&RICH.primary);
    for group in &RICH.groups {
        changed.0.extend(group.packet.clone());
        for mut sig in group.sigs.clone() {
            add(&mut sig);
            changed = changed.sig(sig);
        }
    }
    assert_ne!(changed.octets(), octets);
    assert_eq!(certs.union(None, &changed.octets()), known);
    assert_eq!(certs.union(Some(&known), &changed.octets()), known);
}

#[test]
fn past_its_limits_a_union_is_marked_and_keeps_revocations() {
    let (primary, certs) = (&RICH.primary, Rpgp::new());
    let revocation = Says::new(SignatureType::KeyRevocation, MADE);
    let revoked = Cert::of(primary).sig(sign(primary, primary, On::Key, &revocation));
    let revoked = certs.union(None, &revoked.octets());
    let mut known = revoked.clone();
    for day in 0..3 {
        let mut cert = Cert::of(primary).packet(Tag::UserId, b"a".to_vec());
        for second in 0..60 {
            let says = Says::certification(MADE + day * DAY + second);
            cert = cert.sig(sign(primary, primary, On::UserId("a"), &says));
        }
        known = certs.union(Some(&known), &cert.octets());
        assert_eq!(known.truncated, day == 2, "{day}");
    }
    assert!(known.hard_revoked);
    assert_eq!(join(&known, &revoked), known);
}

#[test]
fn any_number_of_revocations_needs_room_for_two() {
    let (primary, certs) = (&RICH.primary, Rpgp::new());
    let revoked = |seconds: std::ops::Range<u32>| {
        let add = |cert: Cert, second| {
            let reason = Some(if second % 2 == 0 { 1 } else { 2 });
            let says = Says { reason, ..Says::new(SignatureType::KeyRevocation, MADE + second) };
            cert.sig(sign(primary, primary, On::Key, &says))
        };
        certs.union(None, &seconds.fold(Cert::of(primary), add).octets())
    };
    let (two, many) = (revoked(0..2), revoked(0..60));
    assert_eq!(many, two);
    assert_eq!(join(&revoked(2..60), &two), two);
}
