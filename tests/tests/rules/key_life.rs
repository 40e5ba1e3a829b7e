//! The life of one's own keys (Messages §1): locked and unlocked, renewed, replaced, destroyed.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use inbome_core::account::KeyRole;
use inbome_core::clock::Timestamp;
use inbome_core::decrypt::{Encryption, Failure};
use inbome_core::discover::Receipt;
use inbome_core::engine::{AccountOptions, Engine};
use inbome_core::error::{Error, ErrorKind};
use inbome_core::header::DraftState;
use inbome_core::key::{Certificates, Fingerprint};
use inbome_core::openpgp::message::OpenFlaw;
use inbome_core::openpgp::{Lock, OpenPgpError, OwnKeys, Renewal, Rpgp, SecretKey};
use inbome_core::outgoing::{Mode, OutgoingOptions, OutgoingReason};
use inbome_core::random::SystemRandom;
use inbome_core::secret::Secret;
use inbome_tests::certs::{self, Cert, Key, MADE, Says};
use inbome_tests::messages::transferable;
use inbome_tests::stage::{SetClock, add_account, addr, options};
use pgp::packet::{KeyFlags, PacketHeader, SignatureType};
use pgp::types::Tag;

const LOCKED: &[u8] = include_bytes!("../../keys/locked.sec.asc");
const PLAIN: &[u8] = include_bytes!("../../keys/plain.sec.asc");
const OFFLINE: &[u8] = include_bytes!("../../keys/offline.sec.asc");
const ME: &str = "locked@example.org";
const PEER: &str = "peer@example.org";
/// 1 January 2024.
const NOW: i64 = certs::NOW as i64;
const DAY: i64 = certs::DAY as i64;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn right() -> Secret {
    Secret::new(b"correct horse".to_vec())
}

fn wrong() -> Secret {
    Secret::new(b"battery staple".to_vec())
}

/// An engine over a home, with an account that uses `key`.
fn engine_with(home: &Path, clock: &SetClock, key: &[u8], lock: Lock) -> Engine {
    let engine = Engine::open(home, options(clock)).expect("home");
    let how = AccountOptions { import_key: Some(key.to_vec()), lock, ..Default::default() };
    engine.create_account(&addr(ME), &how, &mut |_| Some(right())).expect("an account");
    engine
}

/// Somebody else.
fn peer(clock: &SetClock) -> Engine {
    let engine = Engine::in_memory(options(clock));
    add_account(&engine, PEER);
    engine
}

fn mail(from: &str, to: &str, now: i64) -> Vec<u8> {
    let date = at(now).to_mail_date();
    format!("From: {from}\nTo: {to}\nSubject: s\nDate: {date}\nMessage-ID: <{now}@x>\n\nword\n")
        .into_bytes()
}

fn encrypt() -> OutgoingOptions {
    OutgoingOptions { mode: Mode::Encrypt, ..Default::default() }
}

/// The one mail that leaves.
fn sent(engine: &Engine, mail: &[u8], how: &OutgoingOptions) -> Result<Vec<u8>, Error> {
    let mut outgoing = engine.process_outgoing(None, mail, how)?;
    assert_eq!(outgoing.messages.len(), 1, "{:?}", outgoing.reason);
    Ok(outgoing.messages.remove(0).data)
}

/// Both learn each other's keys from mails in the clear.
fn acquaint(mine: &Engine, theirs: &Engine, now: i64) {
    let clear = OutgoingOptions { mode: Mode::Clear, ..Default::default() };
    let to_me = sent(theirs, &mail(PEER, ME, now), &clear).expect("their mail");
    mine.process_incoming(None, &to_me, Receipt::default()).expect("learnt");
    let to_them = sent(mine, &mail(ME, PEER, now), &clear).expect("my mail");
    theirs.process_incoming(None, &to_them, Receipt::default()).expect("learnt");
}

fn reads(engine: &Engine, mail: &[u8]) -> Encryption {
    engine.decrypt(Some(&addr(ME)), mail).expect("read").summary.encryption
}

/// Everything in the folder of a home, one file after the other.
fn octets_in(home: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(home).expect("folder");
    files.flat_map(|file| std::fs::read(file.expect("file").path()).expect("octets")).collect()
}

fn holds(octets: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(octets, part).is_some()
}

fn import(octets: &[u8], lock: Lock) -> Result<SecretKey, OpenPgpError> {
    Rpgp::new()
        .import_secret(octets, &addr(ME), at(NOW), KeyRole::Current, lock, &mut |_| Some(right()))
}

/// The packets of a key: tag and body.
fn packets(mut octets: &[u8]) -> Vec<(Tag, &[u8])> {
    let mut found = Vec::new();
    while !octets.is_empty() {
        let header = PacketHeader::try_from_reader(&mut octets).expect("header");
        let length = header.packet_length().maybe_len().expect("length") as usize;
        found.push((header.tag(), &octets[..length]));
        octets = &octets[length..];
    }
    found
}

#[test]
fn a_locked_key_is_kept_as_it_came_and_opened_by_its_passphrase_alone() {
    let certs = Rpgp::new();
    let kept = import(LOCKED, Lock::Keep).expect("kept");
    let open = import(LOCKED, Lock::Remove).expect("opened");
    assert!(kept.locked && !open.locked);
    assert_eq!(kept.secret.as_bytes(), certs::dearmor(std::str::from_utf8(LOCKED).unwrap()));
    assert_eq!(certs.unlock(&kept, &right()), Ok(open.clone()));
    assert_eq!(certs.unlock(&open, &wrong()), Ok(open), "nothing to unlock");
    let refused = certs.unlock(&kept, &wrong());
    assert!(matches!(refused, Err(OpenPgpError::WrongPassphrase { .. })), "{refused:?}");
    assert!(!import(PLAIN, Lock::Keep).expect("plain").locked, "there is no lock to keep");
    // A key that could never be opened again is not taken in.
    let mut ask = |_: &Fingerprint| Some(wrong());
    let refused =
        certs.import_secret(LOCKED, &addr(ME), at(NOW), KeyRole::Current, Lock::Keep, &mut ask);
    assert!(matches!(refused, Err(OpenPgpError::WrongPassphrase { .. })), "{refused:?}");
}

#[test]
fn a_key_with_two_passphrases_is_not_kept_locked() {
    use pgp::types::Password;
    let (mut primary, mut subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let cert = Cert::of(&primary).user_id(&primary, ME, &Says::certification(MADE)).subkey(
        &primary,
        &subkey,
        &Says::binding(MADE),
    );
    primary.0.set_password(rand::thread_rng(), &Password::from("one")).expect("lock");
    subkey.0.set_password(rand::thread_rng(), &Password::from("two")).expect("lock");
    let octets = transferable(&cert, &[&primary, &subkey]);
    let take = |lock| {
        let mut answers = [b"one", b"two"].into_iter();
        let mut ask = |_: &Fingerprint| answers.next().map(|text| Secret::new(text.to_vec()));
        Rpgp::new().import_secret(&octets, &addr(ME), at(NOW), KeyRole::Current, lock, &mut ask)
    };
    assert!(!take(Lock::Remove).expect("opened").locked);
    let error = take(Lock::Keep).expect_err("refused").to_string();
    assert!(error.contains("different passphrases"), "{error}");
}

#[test]
fn a_locked_key_neither_signs_nor_decrypts_until_it_is_unlocked() {
    let home = tempfile::tempdir().unwrap();
    let clock = SetClock::new(NOW);
    let (mine, theirs) = (engine_with(home.path(), &clock, LOCKED, Lock::Keep), peer(&clock));
    acquaint(&mine, &theirs, NOW);
    let key = mine.own_keys(None).unwrap().remove(0).key;
    assert!(key.locked);

    let outgoing = mail(ME, PEER, NOW);
    let incoming = sent(&theirs, &mail(PEER, ME, NOW), &encrypt()).expect("encrypted");
    let is_locked = |engine: &Engine| {
        let error = engine.process_outgoing(None, &outgoing, &encrypt()).expect_err("locked");
        assert_eq!(error.kind(), ErrorKind::Passphrase, "{error}");
        assert!(error.to_string().contains(&key.fingerprint.to_string()), "{error}");
        let failure = Failure::Locked { fingerprint: key.fingerprint.clone() };
        assert_eq!(reads(engine, &incoming), Encryption::Failed(failure));
        assert_eq!(engine.can_decrypt(None, &incoming), Ok(true), "it is for us all the same");
    };
    is_locked(&mine);
    // What goes out in the clear needs no secret.
    let clear = OutgoingOptions { mode: Mode::Clear, ..Default::default() };
    assert!(holds(&sent(&mine, &outgoing, &clear).expect("clear"), b"Autocrypt:"));

    let refused = mine.unlock(None, &wrong()).expect_err("wrong");
    assert!(matches!(refused, Error::OpenPgp(OpenPgpError::WrongPassphrase { .. })), "{refused}");
    is_locked(&mine);
    assert_eq!(mine.unlock(None, &right()), Ok(1));
    assert_eq!(reads(&mine, &incoming), Encryption::Encrypted);
    let reply = sent(&mine, &outgoing, &encrypt()).expect("signed and encrypted");
    let read = theirs.decrypt(None, &reply).expect("read").summary;
    assert_eq!(read.encryption, Encryption::Encrypted);
    let unlocked = mine.unlock(None, &wrong()).expect_err("a wrong one is wrong afterwards too");
    assert_eq!(unlocked.kind(), ErrorKind::Passphrase);

    let another = Engine::open(home.path(), options(&clock)).expect("home");
    is_locked(&another);
    mine.relock().expect("relocked");
    is_locked(&mine);
    assert_eq!(theirs.unlock(None, &wrong()), Ok(0), "none of theirs is locked");
}

#[test]
fn drafts_of_a_locked_key_are_written_and_wait() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine_with(home.path(), &SetClock::new(NOW), LOCKED, Lock::Keep);
    let state = DraftState { encrypt: true, by_choice: false, is_reply_to_encrypted: false };
    // Writing needs the cert alone.
    let draft = engine.encrypt_draft(None, &mail(ME, PEER, NOW), state).expect("written");
    let error = engine.open_draft(None, &draft, false).expect_err("locked");
    assert_eq!(error.kind(), ErrorKind::Passphrase, "{error}");
    engine.unlock(None, &right()).expect("unlocked");
    engine.open_draft(None, &draft, false).expect("opened");
}

#[test]
fn a_kept_passphrase_keeps_the_secret_out_of_the_file() {
    let open = import(LOCKED, Lock::Remove).expect("opened");
    // The end of each secret packet is what the lock covers.
    let secrets: Vec<&[u8]> = packets(open.secret.as_bytes())
        .into_iter()
        .filter(|(tag, _)| matches!(tag, Tag::SecretKey | Tag::SecretSubkey))
        .map(|(_, body)| &body[body.len() - 30..])
        .collect();
    assert_eq!(secrets.len(), 2);
    for (lock, is_there) in [(Lock::Remove, true), (Lock::Keep, false)] {
        let home = tempfile::tempdir().unwrap();
        let clock = SetClock::new(NOW);
        let engine = engine_with(home.path(), &clock, LOCKED, lock);
        engine.unlock(None, &right()).expect("unlocked");
        engine.renew_own_key(None, Some(at(NOW + 9 * DAY))).expect("renewed");
        engine
            .import_own_key(None, LOCKED, KeyRole::Current, lock, &mut |_| Some(right()))
            .expect("again");
        for closed in [false, true] {
            let octets = octets_in(home.path());
            for secret in &secrets {
                assert_eq!(holds(&octets, secret), is_there, "{lock:?}, closed: {closed}");
            }
        }
        drop(engine);
        let octets = octets_in(home.path());
        assert!(secrets.iter().all(|secret| holds(&octets, secret) == is_there), "{lock:?}");
    }
}

#[test]
fn a_renewed_key_expires_when_it_is_told() {
    let clock = SetClock::new(NOW);
    let engine = peer(&clock);
    let fingerprint = engine.own_keys(None).unwrap().remove(0).key.fingerprint;
    for (name, expires) in [
        ("in a year", Some(at(NOW + 365 * DAY))),
        ("sooner", Some(at(NOW + DAY))),
        ("never", None),
        ("in the same second again", Some(at(NOW + 2 * DAY))),
    ] {
        let renewed = engine.renew_own_key(None, expires).expect(name);
        let stored = engine.own_keys(None).unwrap().remove(0).key;
        assert_eq!(stored, renewed, "{name}: secret and cert are both written");
        assert_eq!((stored.fingerprint, stored.expires), (fingerprint.clone(), expires), "{name}");
        let certs = Rpgp::new();
        let union = certs.union(None, &stored.cert);
        let judged = certs.judge(&stored.cert, &union, at(NOW)).verdict.expect(name);
        assert_eq!(judged.expires, expires, "{name}: others see it");
        assert_eq!(packets(&stored.cert).len(), 5, "{name}: the wire form stays as small");
        // What the secret says of itself is the same: it goes with the key to other programs.
        let again = import(stored.secret.as_bytes(), Lock::Remove).expect(name);
        assert_eq!(again.expires, expires, "{name}");
    }
}

#[test]
fn an_expired_key_is_renewed_and_peers_learn_it() {
    let home = tempfile::tempdir().unwrap();
    let clock = SetClock::new(NOW);
    let (mine, theirs) = (engine_with(home.path(), &clock, PLAIN, Lock::Remove), peer(&clock));
    mine.renew_own_key(None, Some(at(NOW + DAY))).expect("to a day");
    acquaint(&mine, &theirs, NOW);
    let can_write = |now: i64| {
        clock.set(now);
        sent(&theirs, &mail(PEER, ME, now), &encrypt()).is_ok()
    };
    assert!(can_write(NOW));
    assert!(!can_write(NOW + 2 * DAY), "expired");
    mine.renew_own_key(None, Some(at(NOW + 30 * DAY))).expect("to a month");
    acquaint(&mine, &theirs, NOW + 2 * DAY);
    assert!(can_write(NOW + 2 * DAY), "renewed");
    assert!(!can_write(NOW + 31 * DAY), "expired again");
}

#[test]
fn a_locked_key_is_renewed_while_unlocked_and_stays_locked() {
    let home = tempfile::tempdir().unwrap();
    let clock = SetClock::new(NOW);
    let (mine, theirs) = (engine_with(home.path(), &clock, LOCKED, Lock::Keep), peer(&clock));
    let error = mine.renew_own_key(None, None).expect_err("locked");
    assert_eq!(error.kind(), ErrorKind::Passphrase, "{error}");
    mine.unlock(None, &right()).expect("unlocked");
    mine.renew_own_key(None, Some(at(NOW + DAY))).expect("renewed");
    let stored = mine.own_keys(None).unwrap().remove(0).key;
    assert!(stored.locked);
    assert!(matches!(
        Rpgp::new().unlock(&stored, &wrong()),
        Err(OpenPgpError::WrongPassphrase { .. })
    ));
    // What is unlocked already goes on, with the cert as it is now.
    let other = Engine::open(home.path(), options(&clock)).expect("home");
    other.unlock(None, &right()).expect("unlocked");
    clock.set(NOW + 2 * DAY);
    other.renew_own_key(None, None).expect("renewed elsewhere");
    acquaint(&mine, &theirs, NOW + 2 * DAY);
    sent(&mine, &mail(ME, PEER, NOW + 2 * DAY), &encrypt()).expect("signed by the renewed key");
}

#[test]
fn what_cannot_be_renewed_says_why() {
    let certs = Rpgp::new();
    let offline = import(OFFLINE, Lock::Remove).expect("offline");
    let plain = import(PLAIN, Lock::Remove).expect("plain");
    let kept = import(LOCKED, Lock::Keep).expect("kept");
    let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let bound = |cert: Cert| cert.subkey(&primary, &subkey, &Says::binding(MADE));
    let named = bound(Cert::of(&primary).user_id(&primary, ME, &Says::certification(MADE)));
    let revocation = Says::new(SignatureType::KeyRevocation, MADE);
    let over = certs::sign(&primary, &primary, certs::On::Key, &revocation);
    let good = import(&transferable(&named, &[&primary, &subkey]), Lock::Remove).expect("good");
    let revoked = transferable(&named.clone().sig(over), &[&primary, &subkey]);
    let revoked = SecretKey { secret: Secret::new(revoked), ..good };
    let soon = Some(at(NOW + DAY));
    for (name, key, expires, said) in [
        ("offline", &offline, soon, "primary is kept elsewhere"),
        ("locked", &kept, soon, "locked"),
        ("revoked", &revoked, soon, "revoked"),
        ("now", &plain, Some(at(NOW)), "after the present"),
        ("in the past", &plain, Some(at(0)), "after the present"),
        ("after 2106", &plain, Some(at(1 << 32)), "before 2106"),
        ("at the end of time", &plain, Some(Timestamp::MAX), "before 2106"),
    ] {
        let (me, random) = (addr(ME), SystemRandom);
        let renewal = Renewal { addr: &me, expires, now: at(NOW), random: &random };
        let error = certs.renew(key, key, &renewal).expect_err(name).to_string();
        assert!(error.contains(said), "{name}: {error}");
    }
}

/// Every kind of key that is renewed: all its parts, and what it said before.
#[test]
fn every_part_of_a_key_is_renewed_and_says_what_it_said() {
    use pgp::composed::KeyType;
    use pgp::types::KeyVersion::V6;
    let expired = |says: Says| Says { expires: Some(certs::DAY * 1_500), ..says };
    let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE + 7));
    let signing = Key::signing(3, MADE + 9);
    let back = || Some((certs::back(&signing, &primary, MADE + 9), true));
    let signs = Says { flags: Some(certs::SIGN), back: back(), ..Says::binding(MADE + 9) };
    let certify = Says { flags: Some(1), ..Says::certification(MADE) };
    let with_signing = Cert::of(&primary)
        .user_id(&primary, "Other <other@example.org>", &expired(certify.clone()))
        .user_id(&primary, ME, &expired(certify))
        .subkey(&primary, &subkey, &expired(Says::binding(MADE + 7)))
        .subkey(&primary, &signing, &expired(signs));
    let with_signing = transferable(&with_signing, &[&primary, &subkey, &signing]);

    let direct = Says { flags: Some(certs::CERTIFY_SIGN), ..Says::new(SignatureType::Key, MADE) };
    let spoken = Cert::of(&primary)
        .sig(certs::sign(&primary, &primary, certs::On::Key, &expired(direct.clone())))
        .subkey(&primary, &subkey, &Says::binding(MADE + 7));
    let spoken = transferable(&spoken, &[&primary, &subkey]);

    let (primary, subkey) =
        (Key::new(1, &KeyType::Ed25519, V6, MADE), Key::new(2, &KeyType::X25519, V6, MADE));
    let sixth = Cert::of(&primary)
        .sig(certs::sign(&primary, &primary, certs::On::Key, &expired(direct)))
        .user_id(&primary, ME, &Says::certification(MADE))
        .subkey(&primary, &subkey, &expired(Says::binding(MADE)));
    let sixth = transferable(&sixth, &[&primary, &subkey]);

    for (name, octets, signatures) in [
        ("a signing subkey", with_signing, 4),
        ("a direct-key signature and no User ID", spoken, 2),
        ("version 6", sixth, 3),
        ("RSA of GnuPG", certs::dearmor(include_str!("../../keys/rsa2048.sec.asc")), 2),
    ] {
        let certs = Rpgp::new();
        let (me, random) = (addr(ME), SystemRandom);
        // While it lives; it is renewed when it does no longer.
        let key = certs
            .import_secret(
                &octets,
                &me,
                at(NOW - 100 * DAY),
                KeyRole::Current,
                Lock::Remove,
                &mut |_| None,
            )
            .expect(name);
        for (now, expires) in [(NOW + 100 * DAY, Some(at(NOW + 900 * DAY))), (NOW, None)] {
            let renewal = Renewal { addr: &me, expires, now: at(now), random: &random };
            let renewed = certs.renew(&key, &key, &renewal).expect(name);
            assert_eq!(renewed.expires, expires, "{name}");
            let (before, after) = (key.secret.as_bytes(), renewed.secret.as_bytes());
            let more = packets(after).len() - packets(before).len();
            assert_eq!(more, signatures, "{name}");
            assert!(packets(before).iter().all(|old| packets(after).contains(old)), "{name}");
            let flags = |cert: &[u8]| flags_by_part(cert);
            assert_eq!(flags(&renewed.cert), flags(&key.cert), "{name}");
        }
    }
}

/// The flags in each part of a cert, in order.
fn flags_by_part(cert: &[u8]) -> Vec<KeyFlags> {
    let signatures = packets(cert).into_iter().filter(|(tag, _)| *tag == Tag::Signature);
    let parse = |(_, body): (Tag, &[u8])| {
        let header = PacketHeader::new_fixed(Tag::Signature, body.len() as u32);
        pgp::packet::Signature::try_from_reader(header, body).expect("signature").key_flags()
    };
    signatures.map(parse).collect()
}

#[test]
fn gpg_takes_the_new_expiry() {
    let now = 1_704_067_200;
    let clock = SetClock::new(now - 10 * DAY);
    let home = tempfile::Builder::new().prefix("g").tempdir_in("/tmp").unwrap();
    let gpg = |args: &[&str], input: &[u8]| {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(home.path()).args(["--batch", "--no-tty", "--quiet"]);
        command.args(["--trust-model", "always", "--faked-system-time", "20240101T000000!"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.args(args).spawn().expect("gpg");
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    // Whether primary and subkeys have expired, and when they do, as `--with-colons` has them.
    let listed = |name: &str| -> Vec<(bool, String)> {
        let text = gpg(&["--list-keys", "--with-colons", name], b"");
        let keys = text.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let keys = keys.filter(|fields| ["pub", "sub"].contains(&fields[0]));
        keys.map(|fields| (fields[1] == "e", fields[6].to_owned())).collect()
    };
    for (name, octets, parts) in
        [("generated", None, 2), ("plain", Some(PLAIN), 2), ("locked", Some(LOCKED), 2)]
    {
        let engine = Engine::in_memory(options(&clock));
        let account = format!("{name}@example.org");
        let import_key = octets.map(<[u8]>::to_vec);
        let how = AccountOptions { import_key, lock: Lock::Keep, ..Default::default() };
        engine.create_account(&addr(&account), &how, &mut |_| Some(right())).expect(name);
        engine.unlock(None, &right()).expect(name);
        clock.set(now - 5 * DAY);
        engine.renew_own_key(None, Some(at(now - DAY))).expect(name);
        gpg(&["--import"], &engine.export_cert(None).unwrap().0);
        let over = vec![(true, (now - DAY).to_string()); parts];
        assert_eq!(listed(&account), over, "{name}");
        for (step, expires) in [(4, Some(now + 700 * DAY)), (3, Some(now + 30 * DAY)), (2, None)] {
            clock.set(now - step * DAY);
            engine.renew_own_key(None, expires.map(at)).expect(name);
            gpg(&["--import"], &engine.export_cert(None).unwrap().0);
            let shown = expires.map(|secs: i64| secs.to_string()).unwrap_or_default();
            assert_eq!(listed(&account), vec![(false, shown); parts], "{name}");
        }
        let encrypt = ["--recipient", &account, "--armor", "--encrypt"];
        assert!(gpg(&encrypt, b"x").contains("BEGIN PGP MESSAGE"), "{name}");
    }
    let _ =
        Command::new("gpgconf").arg("--homedir").arg(home.path()).args(["--kill", "all"]).status();
}

#[test]
fn a_replaced_key_goes_on_decrypting_until_it_is_destroyed() {
    let home = tempfile::tempdir().unwrap();
    let clock = SetClock::new(NOW);
    let (mine, theirs) = (engine_with(home.path(), &clock, PLAIN, Lock::Remove), peer(&clock));
    acquaint(&mine, &theirs, NOW);
    let to_old = sent(&theirs, &mail(PEER, ME, NOW), &encrypt()).expect("to the old key");
    let old = mine.account(None).unwrap().current.expect("a key");
    clock.set(NOW + DAY);
    let new = mine.replace_own_key(None).expect("replaced");
    assert_eq!(reads(&mine, &to_old), Encryption::Encrypted, "the old mail stays readable");
    let to_old_late = sent(&theirs, &mail(PEER, ME, NOW + DAY), &encrypt()).expect("unaware");
    assert_eq!(reads(&mine, &to_old_late), Encryption::Encrypted, "they do not know yet");
    acquaint(&mine, &theirs, NOW + DAY);
    let to_new = sent(&theirs, &mail(PEER, ME, NOW + DAY), &encrypt()).expect("to the new key");
    let key = theirs.get_encrypt_key(None, &addr(ME)).expect("known").target.expect("a key");
    assert_eq!(key.key.fingerprint, new, "they learnt it");

    let refused = mine.destroy_own_key(None, &new).expect_err("the current one");
    assert!(matches!(refused, Error::CurrentKey { .. }), "{refused}");
    mine.destroy_own_key(None, &old).expect("destroyed");
    for mail in [&to_old, &to_old_late] {
        let gone = reads(&mine, mail);
        assert!(
            matches!(gone, Encryption::Failed(Failure::Message(OpenFlaw::NoKey { .. }))),
            "{gone:?}"
        );
    }
    assert_eq!(reads(&mine, &to_new), Encryption::Encrypted);
    let missing = mine.destroy_own_key(None, &old).expect_err("gone");
    assert!(matches!(missing, Error::NoKey { .. }), "{missing}");
}

#[test]
fn a_later_copy_of_a_key_takes_its_place_and_an_earlier_one_does_not() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine_with(home.path(), &SetClock::new(NOW), OFFLINE, Lock::Remove);
    let before = engine.own_keys(None).unwrap();
    // Renewed where the primary is: here with a primary of the test's own.
    let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let old_subkey = Key::encrypting(3, MADE);
    let named = |says: &Says| Cert::of(&primary).user_id(&primary, ME, says);
    let expires = |days: u32, made: u32| Says {
        expires: Some(certs::DAY * days),
        ..Says::certification(made)
    };
    let both = |cert: Cert| {
        let cert = cert.subkey(&primary, &old_subkey, &Says::binding(MADE));
        cert.subkey(&primary, &subkey, &Says::binding(MADE + 1))
    };
    let first =
        transferable(&both(named(&expires(2_000, MADE))), &[&primary, &subkey, &old_subkey]);
    let later = both(named(&expires(3_000, MADE + 99)));
    let fewer = transferable(&later, &[&primary, &subkey]);
    let later = transferable(&later, &[&primary, &subkey, &old_subkey]);
    let life = |days: i64| Some(at(i64::from(MADE) + DAY * days));
    for (name, octets, expected) in [
        ("new", &first, life(2_000)),
        ("later, with a secret less", &fewer, life(2_000)),
        ("later", &later, life(3_000)),
        ("earlier", &first, life(3_000)),
    ] {
        let taken = engine
            .import_own_key(None, octets, KeyRole::Current, Lock::Remove, &mut |_| None)
            .expect(name);
        let keys = engine.own_keys(None).unwrap();
        assert_eq!(keys.len(), 2, "{name}");
        assert_eq!((&keys[0].key.fingerprint, keys[0].key.expires), (&taken, expected), "{name}");
        assert_eq!(keys[1], before[0], "{name}: the other key is as it was");
    }
    // So a lock is put on and taken off again.
    let taken = |lock| {
        engine
            .import_own_key(None, LOCKED, KeyRole::Current, lock, &mut |_| Some(right()))
            .expect("taken");
        engine.own_keys(None).unwrap().remove(0).key.locked
    };
    assert_eq!([Lock::Remove, Lock::Keep, Lock::Remove].map(taken), [false, true, false]);
}

#[test]
fn a_mail_that_must_be_encrypted_is_not_made_with_an_expired_key() {
    let home = tempfile::tempdir().unwrap();
    let clock = SetClock::new(NOW);
    let (mine, theirs) = (engine_with(home.path(), &clock, PLAIN, Lock::Remove), peer(&clock));
    acquaint(&mine, &theirs, NOW);
    mine.renew_own_key(None, Some(at(NOW + DAY))).expect("to a day");
    clock.set(NOW + 2 * DAY);
    let draft = mail(ME, PEER, NOW + 2 * DAY);
    let error = mine.process_outgoing(None, &draft, &encrypt()).expect_err("expired");
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    let says = format!("the key of {ME}, which expired");
    assert!(error.to_string().contains(&says), "{error}");
    let state = DraftState { encrypt: true, by_choice: false, is_reply_to_encrypted: false };
    let error = mine.encrypt_draft(None, &draft, state).expect_err("expired");
    assert!(error.to_string().contains(&says), "{error}");
    mine.renew_own_key(None, None).expect("renewed");
    let outgoing = mine.process_outgoing(None, &draft, &encrypt()).expect("encrypted");
    assert_eq!(outgoing.reason, OutgoingReason::Chosen);
}
