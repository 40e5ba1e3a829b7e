//! No block of memory that is given back still has a secret key, its passphrase or a session key in it.

use inbome_core::account::KeyRole;
use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::key::{Certificates, Fingerprint};
use inbome_core::openpgp::message::{SealTo, Sealing};
use inbome_core::openpgp::{Lock, Messages, OwnKeys, Renewal, Rpgp, SecretKey};
use inbome_core::random::SystemRandom;
use inbome_core::secret::Secret;
use inbome_tests::memory::{alone, left_behind};
use inbome_tests::messages::NOW_AT;
use inbome_tests::stage::Seeded;

fn addr() -> Addr {
    Addr::parse("me@example.org").unwrap()
}

/// The secret numbers of a key as they are written, and the second the other way round too.
fn numbers(key: &SecretKey) -> Vec<Vec<u8>> {
    let octets = key.secret.as_bytes();
    // Each is behind the octet that says: no lock; before it its length, behind it a checksum.
    let after = |marker: &[u8], length: usize| {
        let at = octets.windows(marker.len()).position(|found| found == marker).unwrap();
        octets[at + length..at + length + 35].to_vec()
    };
    let ed25519 = after(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01], 9 + 35);
    let curve25519 = after(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01], 10 + 39);
    let [ed25519, curve25519] = [ed25519, curve25519].map(|found| {
        assert_eq!(found[0], 0, "no lock");
        let length = usize::from(u16::from_be_bytes([found[1], found[2]]).div_ceil(8));
        found[3..3 + length].to_vec()
    });
    let reversed: Vec<u8> = curve25519.iter().rev().copied().collect();
    vec![ed25519, curve25519, reversed]
}

#[test]
fn what_is_done_with_a_key_leaves_none_of_it_behind() {
    let _alone = alone();
    let openpgp = Rpgp::new();
    let make = || openpgp.generate(&addr(), NOW_AT, &Seeded::new(7)).unwrap();
    let key = make();
    let numbers = numbers(&key);
    let secrets: Vec<&[u8]> = numbers.iter().map(Vec::as_slice).collect();
    let (again, left) = left_behind(&secrets, make);
    assert_eq!(again.secret.as_bytes(), key.secret.as_bytes());
    assert_eq!(left, [0, 0, 0], "making");
    let union = openpgp.union(None, &key.cert);
    let recipients = [SealTo { received: &key.cert, union: &union }];
    let signer = Some(&key);
    let sealing = Sealing { signer, recipients: &recipients, now: NOW_AT, random: &SystemRandom };

    let (message, left) = left_behind(&secrets, || openpgp.seal(TEXT, &sealing).unwrap());
    assert_eq!(left, [0, 0, 0], "sealing");
    let (opened, left) = left_behind(&secrets, || openpgp.open(&message, &[&key]).unwrap());
    assert_eq!(left, [0, 0, 0], "opening");
    let (armor, left) = left_behind(&secrets, || openpgp.armor_secret(&key).unwrap());
    assert_eq!(left, [0, 0, 0], "exporting");
    let import = |octets: &[u8]| {
        let (role, lock) = (KeyRole::Current, Lock::Remove);
        openpgp.import_secret(octets, &addr(), NOW_AT, role, lock, &mut |_| None).unwrap()
    };
    let (imported, left) = left_behind(&secrets, || import(armor.as_bytes()));
    assert_eq!(left, [0, 0, 0], "importing");
    assert!(imported.secret == key.secret);
    let renewal = Renewal {
        addr: &addr(),
        expires: Some(NOW_AT.plus_secs(1_000_000)),
        now: NOW_AT,
        random: &SystemRandom,
    };
    let (_, left) = left_behind(&secrets, || openpgp.renew(&key, &key, &renewal).unwrap());
    assert_eq!(left, [0, 0, 0], "renewing");
    let (_, left) = left_behind(&secrets, move || drop((imported, armor, again)));
    assert_eq!(left, [0, 0, 0], "dropping");

    // The session key of the message.
    let hex = String::from_utf8(opened.session_key.as_bytes()[2..].to_vec()).unwrap();
    let octet = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let session_key: Vec<u8> = (0..hex.len()).step_by(2).map(octet).collect();
    let secrets = [session_key.as_slice(), hex.as_bytes()];
    let (_, left) = left_behind(&secrets, || drop(openpgp.open(&message, &[&key]).unwrap()));
    assert_eq!(left, [0, 0], "the session key");
}

#[test]
fn a_locked_key_and_its_passphrase_leave_none_of_it_behind() {
    let _alone = alone();
    let openpgp = Rpgp::new();
    let octets = include_bytes!("../../keys/locked.sec.asc");
    let import = |lock| {
        let role = KeyRole::Current;
        let mut ask = |_: &Fingerprint| Some(Secret::new(PASSPHRASE.to_vec()));
        openpgp.import_secret(octets, &addr(), LATER, role, lock, &mut ask).unwrap()
    };
    let plain = import(Lock::Remove);
    let numbers = numbers(&plain);
    let mut secrets: Vec<&[u8]> = numbers.iter().map(Vec::as_slice).collect();
    secrets.push(PASSPHRASE);
    for lock in [Lock::Remove, Lock::Keep] {
        let (key, left) = left_behind(&secrets, || import(lock));
        assert_eq!(left, [0, 0, 0, 0], "importing");
        let passphrase = Secret::new(PASSPHRASE.to_vec());
        let (unlocked, left) = left_behind(&secrets, || openpgp.unlock(&key, &passphrase).unwrap());
        assert_eq!(left, [0, 0, 0, 0], "unlocking");
        assert!(unlocked.secret == plain.secret);
    }
}

/// What is in the message.
const TEXT: &[u8] = b"Under the old oak at five, and bring the ladder.";
/// Of the locked key.
const PASSPHRASE: &[u8] = b"correct horse";
/// When it is imported.
const LATER: Timestamp = NOW_AT;
