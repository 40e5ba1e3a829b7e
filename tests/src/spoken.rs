//! Version 4 certs with several self-signatures, and which of them speaks (Messages §6): one table for
//! the rule and for the programs that it is held against.
//!
//! All lives end in 2021 or never, so that a program that reads the wall clock sees the same.

use inbome_core::key::Unusable::{self, Expired, Unsupported, Weak};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{SignatureType, Subpacket, SubpacketData};
use pgp::types::KeyDetails;

use crate::certs::*;

/// A cert with several self-signatures.
pub struct Spoken {
    /// What is about it.
    pub name: &'static str,
    /// In binary.
    pub cert: Vec<u8>,
    /// Whether it can be encrypted to.
    pub usable: Result<(), Unusable>,
    /// Those of `gpg` and `sq` that judge otherwise.
    pub otherwise: &'static [&'static str],
}

/// Marks its User ID as the primary one.
pub fn primary(says: Says) -> Says {
    let mut says = says;
    says.more.push(Subpacket::regular(SubpacketData::IsPrimary(true)).unwrap());
    says
}

/// The life of the key ends a day after it was made.
pub fn ends(says: Says) -> Says {
    Says { expires: Some(DAY), ..says }
}

/// The life of the key is said to be zero, which is to have no end.
pub fn lasts(says: Says) -> Says {
    Says { expires: Some(0), ..says }
}

/// The table.
pub fn cases() -> Vec<Spoken> {
    let (key, subkey) = (Key::rsa(), Key::encrypting(2, MADE));
    let uid = |at| Says::certification(MADE + at);
    let direct = |at| Says { flags: None, ..Says::new(SignatureType::Key, MADE + at) };
    let bound = |at| Says::binding(MADE + at);
    // gpg 2.2 finds no issuer without its key ID.
    let sign = |on: On<'_>, says: &Says| {
        let mut says = says.clone();
        let issuer = SubpacketData::IssuerKeyId(key.0.legacy_key_id());
        says.more.push(Subpacket::regular(issuer).unwrap());
        sign(&key, &key, on, &says)
    };
    let build = |on_key: &[Says], ids: &[&[Says]], on_subkey: &[Says]| {
        let mut cert = Cert::of(&key);
        for says in on_key {
            cert = cert.sig(sign(On::Key, says));
        }
        for (nth, all) in ids.iter().enumerate() {
            let id = format!("<{nth}@example.org>");
            cert = cert.packet(pgp::types::Tag::UserId, id.clone().into_bytes());
            for says in *all {
                cert = cert.sig(sign(On::UserId(&id), says));
            }
        }
        cert = cert.packet(pgp::types::Tag::PublicSubkey, subkey.body());
        for says in on_subkey {
            cert = cert.sig(sign(On::Subkey(&subkey), says));
        }
        cert.octets()
    };
    let one = |ids: &[Says]| build(&[], &[ids], &[bound(0)]);
    let two = |a: Says, b: Says| build(&[], &[&[a], &[b]], &[bound(0)]);
    let with_direct = |on_key: &[Says], ids: &[Says]| build(on_key, &[ids], &[bound(0)]);
    let bindings = |all: &[Says]| build(&[], &[&[uid(0)]], all);
    let hashed = |hash, says: Says| Says { hash, ..says };
    let lapsed = |says: Says| Says { lapses: Some(DAY), ..says };
    let silent = |says: Says| Says { flags: None, ..says };
    let case = |name, cert, usable| Spoken { name, cert, usable, otherwise: otherwise(name) };
    let (good, over) = (Ok(()), Err(Expired));
    let authenticates = |says: Says| Says { flags: Some(0x20), ..says };
    vec![
        case("one User ID", one(&[uid(0)]), good),
        case("it ends", one(&[ends(uid(0))]), over),
        case(
            "it ends in sixty years",
            one(&[Says { expires: Some(60 * 365 * DAY), ..uid(0) }]),
            good,
        ),
        case("the newer ends", one(&[uid(0), ends(uid(9))]), over),
        case("the older ended", one(&[ends(uid(0)), uid(9)]), good),
        case(
            "an older direct-key signature ends",
            with_direct(&[ends(direct(0))], &[uid(9)]),
            over,
        ),
        case("a newer direct-key signature ends", with_direct(&[ends(direct(9))], &[uid(0)]), over),
        case(
            "the newest direct-key signature is silent",
            with_direct(&[ends(direct(0)), direct(9)], &[uid(0)]),
            good,
        ),
        case(
            "the User ID sets no end and the direct-key signature ends",
            with_direct(&[ends(direct(9))], &[lasts(uid(0))]),
            over,
        ),
        case(
            "the User ID ends later than the direct-key signature",
            with_direct(&[ends(direct(9))], &[Says { expires: Some(60 * 365 * DAY), ..uid(0) }]),
            good,
        ),
        case(
            "the newer User ID ends later than the direct-key signature",
            with_direct(&[ends(direct(0))], &[Says { expires: Some(60 * 365 * DAY), ..uid(9) }]),
            good,
        ),
        case("the User ID marked primary ends", two(primary(ends(uid(0))), uid(9)), over),
        case("the other User ID ended", two(primary(uid(0)), ends(uid(9))), good),
        case("both marked, the newer ends", two(primary(uid(0)), primary(ends(uid(9)))), over),
        case("both marked, the older ended", two(primary(ends(uid(0))), primary(uid(9))), good),
        case("none marked, the newer ends", two(uid(0), ends(uid(9))), over),
        case("none marked, the older ended", two(ends(uid(0)), uid(9)), good),
        case("same second, first ends", one(&[ends(uid(0)), uid(0)]), over),
        case("same second, second ends", one(&[uid(0), ends(uid(0))]), over),
        case("same second, binding ends", bindings(&[bound(0), ends(bound(0))]), over),
        case("the newer binding ends", bindings(&[bound(0), ends(bound(9))]), over),
        case("the older binding ended", bindings(&[ends(bound(0)), bound(9)]), good),
        case(
            "the newer binding only authenticates",
            bindings(&[bound(0), authenticates(bound(9))]),
            Err(Unsupported),
        ),
        case("a newer one has lapsed", one(&[uid(0), lapsed(ends(uid(9)))]), good),
        case("a newer binding has lapsed", bindings(&[bound(0), lapsed(ends(bound(9)))]), good),
        case(
            "a newer one with MD5 ends",
            one(&[uid(0), hashed(HashAlgorithm::Md5, ends(uid(9)))]),
            good,
        ),
        case(
            "a newer one with something critical and unknown ends",
            one(&[uid(0), ends(uid(9)).with_critical_notation()]),
            good,
        ),
        case(
            "a newer binding with something critical and unknown ends",
            bindings(&[bound(0), ends(bound(9)).with_critical_notation()]),
            good,
        ),
        case("all with MD5", one(&[hashed(HashAlgorithm::Md5, uid(0))]), Err(Weak)),
        case("all lapsed", one(&[lapsed(uid(0))]), over),
        case(
            "all with something critical",
            one(&[uid(0).with_critical_notation()]),
            Err(Unsupported),
        ),
        case("binding lapsed", bindings(&[lapsed(bound(0))]), over),
        case("certification without flags", one(&[silent(uid(0))]), good),
        case("binding without flags", bindings(&[silent(bound(0))]), good),
    ]
}

/// Where the rule of Messages §6 is not that of a program, and why.
fn otherwise(name: &str) -> &'static [&'static str] {
    match name {
        // For both a direct-key signature goes first, whatever the User ID says.
        "the User ID ends later than the direct-key signature"
        | "the newer User ID ends later than the direct-key signature" => &["gpg", "sq"],
        // gpg takes the life from the newest User ID that sets an end.
        "the other User ID ended"
        | "both marked, the older ended"
        | "none marked, the older ended" => &["gpg"],
        // Of the same second gpg takes the last in the cert, sq none by what it says.
        "same second, first ends" => &["gpg", "sq"],
        "same second, second ends" | "same second, binding ends" => &["sq"],
        // gpg lets what has lapsed speak.
        "a newer binding has lapsed" | "all lapsed" => &["gpg"],
        // sq encrypts to nothing without flags.
        "binding without flags" => &["sq"],
        _ => &[],
    }
}
