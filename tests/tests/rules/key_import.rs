//! Keys of the user's own (Messages §1): generated, and brought from GnuPG.

use inbome_core::account::KeyRole;
use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::engine::Engine;
use inbome_core::error::ErrorKind;
use inbome_core::header::{PreferEncrypt, Spelling, print};
use inbome_core::key::Certificates;
use inbome_core::openpgp::{Keyring, Lock, OpenPgpError, OwnKeys, Rpgp, SecretKey};
use inbome_core::random::{RandomError, SecureRandom, SystemRandom};
use inbome_core::secret::Secret;
use inbome_tests::certs::*;
use inbome_tests::stage::{SetClock, add_account, options};
use pgp::composed::KeyType;
use pgp::crypto::aead::AeadAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketHeader, SignatureType};
use pgp::ser::Serialize;
use pgp::types::{KeyVersion, Password, S2kParams, StringToKey, Tag};

const NOW_AT: Timestamp = Timestamp::from_secs(NOW as i64);

fn addr(text: &str) -> Addr {
    Addr::parse(text).expect("address")
}

/// The types of the packets in `octets`.
fn tags(mut octets: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    while !octets.is_empty() {
        let header = PacketHeader::try_from_reader(&mut octets).expect("header");
        found.push(u8::from(header.tag()));
        octets = &octets[header.packet_length().maybe_len().expect("length") as usize..];
    }
    found
}

fn import_old(octets: &[u8], to: &str) -> Result<SecretKey, OpenPgpError> {
    let mut never = |_: &_| None;
    Rpgp::new().import_secret(octets, &addr(to), NOW_AT, KeyRole::Old, Lock::Remove, &mut never)
}

fn import(octets: &[u8], to: &str) -> Result<SecretKey, OpenPgpError> {
    let mut never = |_: &_| None;
    Rpgp::new().import_secret(octets, &addr(to), NOW_AT, KeyRole::Current, Lock::Remove, &mut never)
}

/// A transferable secret key for `cert`, its key packets replaced by their secrets.
fn secret(cert: &Cert, keys: &[&Key]) -> Vec<u8> {
    let packets =
        cert.0.iter().map(|(tag, body)| match keys.iter().find(|key| key.body() == *body) {
            Some(key) if *tag == Tag::PublicKey => (Tag::SecretKey, key.0.to_bytes().unwrap()),
            Some(key) => (Tag::SecretSubkey, key.0.to_bytes().unwrap()),
            None => (*tag, body.clone()),
        });
    Cert(packets.collect()).octets()
}

#[test]
fn a_generated_key_is_five_packets_and_usable_at_once() {
    let certs = Rpgp::new();
    let key = certs.generate(&addr("alice@example.org"), NOW_AT, &SystemRandom).expect("generate");
    assert_eq!(tags(&key.cert), [6, 13, 2, 14, 2]);
    assert_eq!(tags(key.secret.as_bytes()), [5, 13, 2, 7, 2]);
    assert_eq!((key.created, key.expires), (NOW_AT, None));
    assert_eq!(certs.check(&key.cert), Ok(key.fingerprint.clone()));
    let union = certs.union(None, &key.cert);
    let judgement = certs.judge(&key.cert, &union, NOW_AT);
    assert_eq!(judgement.verdict.map(|usable| usable.expires), Ok(None));
    assert_eq!(judgement.until, Timestamp::MAX);
    let text = String::from_utf8_lossy(&key.cert).into_owned();
    assert!(text.contains("<alice@example.org>"));
}

#[test]
fn a_generated_key_survives_its_own_armor() {
    let certs = Rpgp::new();
    let key = certs.generate(&addr("alice@example.org"), NOW_AT, &SystemRandom).expect("generate");
    let armored = certs.armor_secret(&key).expect("armor");
    for (name, octets) in [("armored", &armored), ("binary", &key.secret)] {
        let found = import(octets.as_bytes(), "alice@example.org").expect(name);
        assert_eq!(found, key, "{name}");
    }
    let armored = certs.armor_cert(&key.cert).expect("armor");
    assert!(!armored.contains("Version") && !armored.contains("Comment"));
    let (fingerprint, cert) = certs.import_cert(armored.as_bytes()).expect("import");
    assert_eq!((fingerprint, cert), (key.fingerprint, key.cert));
}

#[test]
fn the_same_randomness_and_time_make_the_same_key() {
    struct Fixed(Option<u8>);
    impl SecureRandom for Fixed {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
            buffer.fill(self.0.ok_or(RandomError)?);
            Ok(())
        }
    }
    let make = |random| Rpgp::new().generate(&addr("a@b.org"), NOW_AT, &Fixed(random));
    assert_eq!(make(Some(1)), make(Some(1)));
    assert_ne!(make(Some(1)), make(Some(2)));
    assert_eq!(make(None), Err(OpenPgpError::Random(RandomError)));
    let late = Timestamp::from_secs(1 << 33);
    let failed = Rpgp::new().generate(&addr("a@b.org"), late, &SystemRandom);
    assert!(matches!(failed, Err(OpenPgpError::Internal { .. })), "{failed:?}");
}

#[test]
fn keys_of_gnupg_are_imported() {
    for (name, armored, to, packets) in [
        (
            "plain",
            include_str!("../../keys/plain.sec.asc"),
            "plain@example.org",
            vec![6, 13, 2, 14, 2],
        ),
        (
            "RSA",
            include_str!("../../keys/rsa2048.sec.asc"),
            "rsa2048@example.org",
            vec![6, 13, 2, 14, 2],
        ),
        // The primary cannot sign here, so its signing subkey comes along.
        (
            "offline primary",
            include_str!("../../keys/offline.sec.asc"),
            "offline@example.org",
            vec![6, 13, 2, 14, 2, 14, 2],
        ),
    ] {
        let binary = dearmor(armored);
        for octets in [armored.as_bytes(), &binary] {
            let key = import(octets, to).expect(name);
            assert_eq!(tags(&key.cert), packets, "{name}");
            assert_eq!(key.created, Timestamp::from_secs(MADE.into()), "{name}");
            assert_eq!(Rpgp::new().check(&key.cert).as_ref(), Ok(&key.fingerprint), "{name}");
        }
    }
}

#[test]
fn a_locked_key_needs_its_passphrase_once() {
    let armored = include_str!("../../keys/locked.sec.asc").as_bytes();
    let to = addr("locked@example.org");
    let mut asked = 0;
    let mut answer = |_: &_| {
        asked += 1;
        Some(Secret::new(b"correct horse".to_vec()))
    };
    let certs = Rpgp::new();
    let key = certs
        .import_secret(armored, &to, NOW_AT, KeyRole::Current, Lock::Remove, &mut answer)
        .expect("import");
    assert_eq!(asked, 1);
    assert_eq!(import(key.secret.as_bytes(), "locked@example.org"), Ok(key), "now unlocked");

    assert!(matches!(import(armored, "locked@example.org"), Err(OpenPgpError::Locked { .. })));
    let mut wrong = |_: &_| Some(Secret::new(b"battery staple".to_vec()));
    let refused =
        certs.import_secret(armored, &to, NOW_AT, KeyRole::Current, Lock::Remove, &mut wrong);
    assert!(matches!(refused, Err(OpenPgpError::WrongPassphrase { .. })), "{refused:?}");
}

#[test]
fn what_is_no_usable_secret_key_is_refused_in_words() {
    let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let id = "alice@example.org";
    let cert = Cert::of(&primary).user_id(&primary, id, &Says::certification(MADE)).subkey(
        &primary,
        &subkey,
        &Says::binding(MADE),
    );
    let both = [&primary, &subkey];
    let revocation = Says::new(SignatureType::KeyRevocation, MADE);
    let revoked = cert.clone().sig(sign(&primary, &primary, On::Key, &revocation));
    let expired = Says { expires: Some(DAY), ..Says::certification(MADE) };
    let expired = Cert::of(&primary).user_id(&primary, id, &expired).subkey(
        &primary,
        &subkey,
        &Says::binding(MADE),
    );
    let certify_only = Says { flags: Some(1), ..Says::certification(MADE) };
    let cannot_sign = Cert::of(&primary).user_id(&primary, id, &certify_only).subkey(
        &primary,
        &subkey,
        &Says::binding(MADE),
    );
    let signing = Key::signing(3, MADE);
    let wrong = Some((forged(back(&signing, &primary, MADE)), false));
    let forged_back = Says { flags: Some(SIGN), back: wrong, ..Says::binding(MADE) };
    let forged_back = cannot_sign.clone().subkey(&primary, &signing, &forged_back);
    let late_back = Some((back(&signing, &primary, NOW + DAY), false));
    let late_back = Says { flags: Some(SIGN), back: late_back, ..Says::binding(MADE) };
    let late_back = cannot_sign.clone().subkey(&primary, &signing, &late_back);
    let mut costly = primary.clone();
    let argon2 = StringToKey::Argon2 { salt: [1; 16], t: 9, p: 1, m_enc: 10 };
    let lock = S2kParams::Aead {
        sym_alg: SymmetricKeyAlgorithm::AES256,
        aead_mode: AeadAlgorithm::Ocb,
        s2k: argon2,
        nonce: vec![1; 15].into(),
    };
    costly.0.set_password_with_s2k(&Password::from("a"), lock).expect("lock");
    let twice = [secret(&cert, &both), secret(&cert, &both)].concat();
    for (name, octets, said) in [
        ("empty", Vec::new(), "nothing"),
        ("text", b"hello".to_vec(), "neither binary nor armored"),
        ("cert", cert.octets(), "without its secret"),
        ("two keys", twice, "several keys"),
        ("cut", secret(&cert, &both)[..100].to_vec(), "no OpenPGP key"),
        ("revoked", secret(&revoked, &both), "revoked"),
        ("expired", secret(&expired, &both), "expired"),
        ("no secret that decrypts", secret(&cert, &[&primary]), "decrypts"),
        ("no secret that signs", secret(&cannot_sign, &both), "signs"),
        ("forged back-signature", secret(&forged_back, &[&primary, &subkey, &signing]), "signs"),
        (
            "back-signature from the future",
            secret(&late_back, &[&primary, &subkey, &signing]),
            "signs",
        ),
        ("costly lock", secret(&cert, &[&costly, &subkey]), "costs too much"),
        ("no subkey", secret(&Cert::of(&primary), &both), "nobody can encrypt"),
        ("too long", vec![0x99; (1 << 20) + 1], "more than"),
    ] {
        let error = import(&octets, id).expect_err(name).to_string();
        assert!(error.contains(said), "{name}: {error}");
    }
}

#[test]
fn an_old_key_only_has_to_open_mails() {
    let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let both = [&primary, &subkey];
    let of = |id: &str, says: &Says| {
        let cert = Cert::of(&primary).user_id(&primary, id, says);
        cert.subkey(&primary, &subkey, &Says::binding(MADE))
    };
    let id = "alice@example.org";
    let good = of(id, &Says::certification(MADE));
    let revocation = Says::new(SignatureType::KeyRevocation, MADE + 9 * DAY);
    let revoked = good.clone().sig(sign(&primary, &primary, On::Key, &revocation));
    let expired = of(id, &Says { expires: Some(DAY), ..Says::certification(MADE) });
    let short = Says { expires: Some(2 * DAY), ..Says::binding(MADE) };
    let old_subkey = Cert::of(&primary).user_id(&primary, id, &Says::certification(MADE));
    let old_subkey = old_subkey.subkey(&primary, &subkey, &short);
    let cannot_sign = of(id, &Says { flags: Some(1), ..Says::certification(MADE) });
    let large = format!("{} <{id}>", "a".repeat(8_000));
    let large = of(&large, &Says::certification(MADE));
    let ended = |after: u32| Some(Timestamp::from_secs((MADE + after).into()));
    let certs = Rpgp::new();
    for (name, cert, expires) in [
        ("revoked", &revoked, ended(9 * DAY)),
        ("expired", &expired, ended(DAY)),
        ("with an expired subkey", &old_subkey, ended(2 * DAY)),
        ("without a part that signs", &cannot_sign, None),
        ("too large for a field", &large, None),
    ] {
        let octets = secret(cert, &both);
        import(&octets, id).expect_err(name);
        let key = import_old(&octets, id).expect(name);
        assert_eq!(key.expires, expires, "{name}");
        assert_eq!(certs.check(&key.cert), Ok(key.fingerprint.clone()), "{name}");
        assert_eq!(key.secret.as_bytes(), octets, "{name}");
    }
    assert_eq!(import_old(&secret(&good, &both), id), import(&secret(&good, &both), id));
    // An RSA primary could decrypt, and was never meant to.
    let rsa = Key::new(9, &KeyType::Rsa(2048), KeyVersion::V4, MADE);
    let expired = Says { expires: Some(DAY), ..Says::certification(MADE) };
    let offline = Cert::of(&rsa).user_id(&rsa, id, &expired);
    let offline = offline.subkey(&rsa, &subkey, &Says::binding(MADE));
    for (name, octets, said) in [
        ("no secret that decrypts", secret(&revoked, &[&primary]), "decrypts"),
        ("only a secret that signs", secret(&offline, &[&rsa]), "decrypts"),
        ("cert", revoked.octets(), "without its secret"),
        ("no subkey", secret(&Cert::of(&primary), &both), "nobody can encrypt"),
    ] {
        let error = import_old(&octets, id).expect_err(name).to_string();
        assert!(error.contains(said), "{name}: {error}");
    }
}

/// What is stored of an old key is none of anybody's business: no copy makes it the advertised one.
#[test]
fn a_cert_that_is_not_for_others_never_becomes_the_one_in_use() {
    let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let signing = Key::signing(3, MADE);
    let id = "alice@example.org";
    let of = |says: &Says| {
        let cert = Cert::of(&primary).user_id(&primary, id, says);
        cert.subkey(&primary, &subkey, &Says::binding(MADE))
    };
    let good = of(&Says::certification(MADE));
    let revocation = Says::new(SignatureType::KeyRevocation, MADE + 9 * DAY);
    let revoked = good.clone().sig(sign(&primary, &primary, On::Key, &revocation));
    // It certifies, and the subkey that signed is gone.
    let certifies = of(&Says { flags: Some(1), ..Says::certification(MADE + 9 * DAY) });
    let more = of(&Says { expires: Some(DAY), ..Says::certification(MADE) }).subkey(
        &primary,
        &signing,
        &Says::binding(MADE),
    );
    let both = [&primary, &subkey];
    let octets = |cert: &Cert| secret(cert, &both);
    let clock = SetClock::new(NOW.into());
    for (name, first, role, then, then_role) in [
        ("revoked", octets(&good), KeyRole::Current, octets(&revoked), KeyRole::Old),
        ("no part that signs", octets(&good), KeyRole::Current, octets(&certifies), KeyRole::Old),
        ("a backup of before", octets(&revoked), KeyRole::Old, octets(&good), KeyRole::Current),
        (
            "fewer secret parts",
            secret(&more, &[&primary, &subkey, &signing]),
            KeyRole::Old,
            octets(&of(&Says::certification(MADE + 2 * DAY))),
            KeyRole::Current,
        ),
    ] {
        let engine = Engine::in_memory(options(&clock));
        add_account(&engine, id);
        let import = |octets: &[u8], role| {
            engine.import_own_key(None, octets, role, Lock::Remove, &mut |_| None)
        };
        import(&first, role).expect(name);
        let before = (engine.own_keys(None).unwrap(), engine.accounts().unwrap());
        let error = import(&then, then_role).expect_err(name);
        assert!(matches!(error.kind(), ErrorKind::Refused | ErrorKind::InvalidArgument), "{error}");
        assert_eq!((engine.own_keys(None).unwrap(), engine.accounts().unwrap()), before, "{name}");
    }
}

#[test]
fn an_imported_key_is_minimised_for_the_address() {
    let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let young = Key::encrypting(5, MADE + DAY);
    let other = Says::certification(MADE + 9 * DAY);
    let photo = vec![0; 5_000];
    let cert = Cert::of(&primary)
        .packet(Tag::UserAttribute, photo)
        .user_id(&primary, "Alice <alice@example.org>", &Says::certification(MADE))
        .sig(sign(
            &primary,
            &primary,
            On::UserId("Alice <alice@example.org>"),
            &Says::certification(MADE + DAY),
        ))
        .user_id(&primary, "<work@example.org>", &other)
        .subkey(&primary, &subkey, &Says::binding(MADE))
        .subkey(&primary, &young, &Says::binding(MADE + DAY));
    let was = "Al <alice@example.org>";
    let revoke = Says::new(SignatureType::CertRevocation, MADE + 3 * DAY);
    let cert = cert.user_id(&primary, was, &Says::certification(MADE + 2 * DAY)).sig(sign(
        &primary,
        &primary,
        On::UserId(was),
        &revoke,
    ));
    let octets = secret(&cert, &[&primary, &subkey, &young]);
    for (name, to, id) in [
        ("matching", "alice@example.org", "Alice <alice@example.org>"),
        ("matching in another case", "ALICE@example.org", "Alice <alice@example.org>"),
        ("none: the newest, for its expiry", "bob@example.org", "<work@example.org>"),
    ] {
        let key = import(&octets, to).expect(name);
        assert_eq!(tags(&key.cert), [6, 13, 2, 14, 2], "{name}");
        assert!(String::from_utf8_lossy(&key.cert).contains(id), "{name}");
        assert!(key.secret.as_bytes().len() > 5_000, "{name}: the secret keeps all");
        let certs = Rpgp::new();
        let usable = certs.judge(&key.cert, &certs.union(None, &key.cert), NOW_AT).verdict;
        assert_eq!(usable.expect(name).subkey.as_bytes(), young.fingerprint(), "{name}");
    }
}

#[test]
fn a_cert_that_does_not_fit_a_field_is_refused_with_its_size() {
    let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(2, MADE));
    let me = "alice@example.org";
    let of = |length: usize| {
        let id = format!("{} <{me}>", "a".repeat(length));
        let cert = Cert::of(&primary).user_id(&primary, &id, &Says::certification(MADE));
        secret(&cert.subkey(&primary, &subkey, &Says::binding(MADE)), &[&primary, &subkey])
    };
    // What is taken in is written, by whatever settings; what is refused would not be.
    let (mut fits, mut large) = (6_000_usize, 8_000);
    while fits + 1 < large {
        let middle = fits.midpoint(large);
        if import(&of(middle), me).is_ok() { fits = middle } else { large = middle }
    }
    let key = import(&of(fits), me).expect("the largest");
    for spelling in [Spelling::Autocrypt, Spelling::Inbome] {
        assert_eq!(print(spelling, &addr(me), PreferEncrypt::Mutual, &key.cert).len(), 1);
    }
    let cert = import_old(&of(large), me).expect("an old one").cert;
    assert!(print(Spelling::Inbome, &addr(me), PreferEncrypt::Mutual, &cert).is_empty());
    let error = import(&of(large), me);
    assert!(matches!(error, Err(OpenPgpError::TooLarge { size: 10_241.., limit: 10_240 })));
}

#[test]
fn a_version_6_key_keeps_its_direct_key_signature() {
    use pgp::composed::KeyType;
    use pgp::types::KeyVersion::V6;
    let primary = Key::new(1, &KeyType::Ed25519, V6, MADE);
    let subkey = Key::new(2, &KeyType::X25519, V6, MADE);
    let says = Says { flags: Some(CERTIFY_SIGN), ..Says::new(SignatureType::Key, MADE) };
    let cert = Cert::of(&primary)
        .sig(sign(&primary, &primary, On::Key, &says))
        .user_id(&primary, "<alice@example.org>", &Says::certification(MADE))
        .subkey(&primary, &subkey, &Says::binding(MADE));
    let octets = secret(&cert, &[&primary, &subkey]);
    let key = import(&octets, "alice@example.org").expect("import");
    assert_eq!(tags(&key.cert), [6, 2, 13, 2, 14, 2]);
    let key = import(&octets, "bob@example.org").expect("import");
    assert_eq!(tags(&key.cert), [6, 2, 14, 2], "no User ID matches, and none is needed");
}

#[test]
fn only_a_cert_is_imported_as_one() {
    let certs = Rpgp::new();
    let sign_only = Cert::of(&Key::signing(1, MADE)).octets();
    let locked = include_str!("../../keys/locked.sec.asc").as_bytes();
    for (name, octets, said) in [
        ("secret key", locked, "a secret key"),
        ("sign only", &sign_only, "nobody can encrypt"),
        ("text", b"hello".as_slice(), "neither"),
    ] {
        let error = certs.import_cert(octets).expect_err(name).to_string();
        assert!(error.contains(said), "{name}: {error}");
    }
}

#[test]
fn a_key_on_a_curve_that_is_not_there_is_refused_as_unsupported() {
    let home = inbome_tests::homes::Home::new();
    for curve in ["brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "secp256k1"] {
        let id = format!("{curve}@example.org");
        let unlocked = ["--yes", "--passphrase", "", "--pinentry-mode", "loopback"];
        let run = |more: &[&str]| home.gpg(&[&unlocked[..], more].concat(), b"");
        run(&["--quick-gen-key", &id, curve, "default", "never"]);
        let made = home.gpg(&["--with-colons", "--list-keys", &id], b"");
        let made = String::from_utf8(made).unwrap();
        let fingerprint = made.lines().find(|line| line.starts_with("fpr:")).unwrap();
        let fingerprint = fingerprint.split(':').nth(9).unwrap();
        run(&["--quick-add-key", fingerprint, curve, "encr", "never"]);
        let octets = run(&["--export-secret-keys", fingerprint]);
        for role in [KeyRole::Current, KeyRole::Old] {
            let addr = Addr::parse(&id).unwrap();
            let now = Timestamp::from_secs(4_000_000_000);
            let found =
                Rpgp::new().import_secret(&octets, &addr, now, role, Lock::Remove, &mut |_| None);
            let Err(OpenPgpError::Unusable { found }) = found else {
                panic!("{curve} as {role:?}: {found:?}")
            };
            assert!(found.ends_with("is not supported"), "{curve} as {role:?}: {found}");
        }
    }
}
