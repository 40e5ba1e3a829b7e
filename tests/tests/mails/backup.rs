//! Backup messages (Several devices §2): what is made is taken in again, by us and by GnuPG; what
//! others make is taken in; and each way in which one can be wrong has its name.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use inbome_core::account::KeyRole;
use inbome_core::clock::Timestamp;
use inbome_core::engine::{AccountOptions, CurrentKey, Engine, ImportedBackup, SettingsChange};
use inbome_core::error::{Error, ErrorKind};
use inbome_core::header::{BACKUP_FIELD, PreferEncrypt};
use inbome_core::openpgp::{Keyring, Lock, Messages, OwnKeys, Rpgp};
use inbome_core::secret::Secret;
use inbome_tests::certs::{dearmor, forged};
use inbome_tests::stage::*;
use pgp::composed::RawSessionKey;
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketHeader, SymEncryptedProtectedData, SymKeyEncryptedSessionKey};
use pgp::ser::Serialize;
use pgp::types::{Password, StringToKey, Tag};
use rand::SeedableRng;
use rand::rngs::StdRng;

const CODE: &str = "1742-0185-6197-1303-7016-8412-3581-4441-0597";

/// The account [`BOB`] with a current key and `older` ones.
fn bob_with(older: usize) -> Engine {
    let engine = bob();
    for _ in 0..older {
        engine.replace_own_key(None).unwrap();
    }
    engine
}

fn empty() -> Engine {
    Engine::in_memory(options(&SetClock::new(NOW)))
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

/// Fingerprint, secret and whether it is the current one, of every key.
fn keys(engine: &Engine) -> Vec<(String, Vec<u8>, bool)> {
    let current = engine.account(None).unwrap().current;
    let keys = engine.own_keys(None).unwrap().into_iter().map(|stored| stored.key);
    keys.map(|key| {
        let is_current = Some(&key.fingerprint) == current.as_ref();
        (key.fingerprint.to_string(), key.secret.as_bytes().to_vec(), is_current)
    })
    .collect()
}

fn import(engine: &Engine, mail: &[u8], code: &str) -> Result<ImportedBackup, Error> {
    engine.import_backup(None, mail, &secret(code), CurrentKey::Keep)
}

#[test]
fn a_backup_restores_all_keys_on_an_empty_home_and_twice_is_as_good_as_once() {
    let bob = bob_with(3);
    let change =
        SettingsChange { prefer_encrypt: Some(PreferEncrypt::NoPreference), ..Default::default() };
    bob.set_account(&addr(BOB), change).unwrap();
    let made = bob.create_backup(None).unwrap();
    let new = empty();
    let done = new.import_backup(None, &made.message, &made.code, CurrentKey::Keep).unwrap();
    assert!(done.account_created && !done.asks_key_change);
    assert_eq!(done.account.settings.prefer_encrypt, PreferEncrypt::NoPreference);
    assert_eq!(done.backup.opened.keys.len(), 4);
    let mut theirs = keys(&bob);
    let mut ours = keys(&new);
    theirs.sort();
    ours.sort();
    assert!(ours == theirs, "all keys, with the same one current");
    let again = new.import_backup(None, &made.message, &made.code, CurrentKey::Keep).unwrap();
    assert!(!again.account_created && !again.asks_key_change);
    ours = keys(&new);
    ours.sort();
    assert!(ours == theirs, "twice is as good as once");
}

#[test]
fn a_backup_message_has_the_shape_that_other_programs_look_for() {
    let made = bob_with(1).create_backup(None).unwrap();
    let text = String::from_utf8(made.message.clone()).unwrap();
    let code = String::from_utf8(made.code.as_bytes().to_vec()).unwrap();
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "CRLF alone ends lines");
    assert!(text.lines().all(|line| line.len() <= 78));
    for line in [
        "From: bob@example.org",
        "To: bob@example.org",
        "Autocrypt-Setup-Message: v1",
        "INBOME-Secret-Key-Backup: addr=bob@example.org; key_backup_data=",
        "Content-Type: application/autocrypt-setup",
        "Content-Transfer-Encoding: 7bit",
        "Content-Disposition: attachment; filename=\"autocrypt-setup-message\"",
        "Passphrase-Format: numeric9x4",
        &format!("Passphrase-Begin: {}", &code[..2]),
        "Content-Type: application/inbome-secret-key-backup",
    ] {
        assert_eq!(text.lines().filter(|found| *found == line).count(), 1, "{line}\n{text}");
    }
    assert!(!text.contains(&code) && !text.contains(&code.replace('-', "")), "never mailed");
    assert!(!text.contains("\r\nAutocrypt: ") && !text.contains("\r\nINBOME: "), "no key field");
    let armor = text.split("\r\n\r\n").find(|part| part.contains("-----END PGP")).unwrap();
    assert!(armor.lines().any(|line| line.starts_with('=') && line.len() == 5), "a checksum");
    // One SKESK of version 4 with AES-256, iterated and salted SHA-256, count 255; one SEIPD of version 1.
    let begin = text.find("-----BEGIN PGP MESSAGE").unwrap();
    let end = text.find("-----END PGP MESSAGE-----").unwrap() + 25;
    let octets = dearmor(&text[begin..end]);
    let mut rest = octets.as_slice();
    let mut packets = Vec::new();
    while !rest.is_empty() {
        let header = PacketHeader::try_from_reader(&mut rest).unwrap();
        let (body, after) = rest.split_at(header.packet_length().maybe_len().unwrap() as usize);
        packets.push((header.tag(), body));
        rest = after;
    }
    let [(Tag::SymKeyEncryptedSessionKey, skesk), (Tag::SymEncryptedProtectedData, data)] =
        packets.as_slice()
    else {
        panic!("{packets:?}")
    };
    assert_eq!((&skesk[..4], skesk[12], data[0]), (&[4, 9, 3, 8][..], 255, 1));
    let single = bob_with(0).create_backup(None).unwrap().message;
    assert!(!String::from_utf8_lossy(&single).contains("application/inbome-secret-key-backup"));
}

#[test]
fn each_form_alone_is_enough() {
    let bob = bob_with(1);
    let made = bob.create_backup(None).unwrap();
    let text = String::from_utf8(made.message).unwrap();
    let code = String::from_utf8(made.code.as_bytes().to_vec()).unwrap();
    let field_at = text.find(BACKUP_FIELD).unwrap();
    let field = &text[field_at..field_at + text[field_at..].find("\r\nMIME-Version").unwrap() + 2];
    let current = keys(&bob).into_iter().find(|(.., current)| *current).unwrap();
    let without_field = text.replace(field, "");
    let inbome_alone =
        format!("From: {BOB}\r\nTo: {BOB}\r\n{field}\r\nThe key is in the header.\r\n");
    let older_alone = text
        .replace("Autocrypt-Setup-Message: v1\r\n", "")
        .replace(field, &format!("{BACKUP_FIELD}: addr={BOB}\r\n"))
        .replace("application/autocrypt-setup", "application/octet-stream");
    for (name, mail, count, has_current) in [
        ("Autocrypt", without_field, 2, true),
        ("INBOME", inbome_alone, 1, true),
        ("old keys", older_alone, 1, false),
        ("an unknown version beside ours", text.replace(": v1", ": v2"), 2, true),
    ] {
        let new = empty();
        import(&new, mail.as_bytes(), &code).unwrap_or_else(|error| panic!("{name}: {error}"));
        let restored = keys(&new);
        assert_eq!(restored.len(), count, "{name}");
        assert_eq!(restored.contains(&current), has_current, "{name}");
    }
}

/// A setup message as another program writes it.
fn setup_message(setup_part: &str) -> String {
    format!(
        "From: {BOB}\nTo: {BOB}\nAutocrypt-Setup-Message: v1\n\
         Date: Sat, 17 Dec 2016 09:58:05 +0100\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n{setup_part}\n--b--\n"
    )
}

fn armored(octets: &[u8], headers: &str) -> String {
    let armor = String::from_utf8(Rpgp::new().armor_message(octets)).unwrap();
    armor.replacen('\n', &format!("\n{headers}"), 1)
}

fn packet(tag: Tag, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    PacketHeader::new_fixed(tag, body.len() as u32).to_writer(&mut out).unwrap();
    out.extend(body);
    out
}

fn literal(content: &[u8]) -> Vec<u8> {
    packet(Tag::LiteralData, &[b"b\0\0\0\0\0", content].concat())
}

fn seipd1(cipher: SymmetricKeyAlgorithm, key: &[u8], content: &[u8]) -> Vec<u8> {
    let rng = StdRng::from_seed([3; 32]);
    let data =
        SymEncryptedProtectedData::encrypt_seipdv1(rng, cipher, key, &literal(content)).unwrap();
    packet(Tag::SymEncryptedProtectedData, &data.to_bytes().unwrap())
}

/// A message under `code` with the derivation and cipher of choice, the session key wrapped or derived.
fn sealed(
    content: &[u8],
    code: &str,
    s2k: &StringToKey,
    cipher: SymmetricKeyAlgorithm,
    wrapped: bool,
) -> Vec<u8> {
    if wrapped {
        let key = RawSessionKey::from(&vec![7; cipher.key_size()][..]);
        let skesk =
            SymKeyEncryptedSessionKey::encrypt_v4(&Password::from(code), &key, s2k.clone(), cipher);
        let skesk = skesk.unwrap().to_bytes().unwrap();
        let mut out = packet(Tag::SymKeyEncryptedSessionKey, &skesk);
        out.extend(seipd1(cipher, key.as_ref(), content));
        return out;
    }
    let key = s2k.derive_key(code.as_bytes(), cipher.key_size()).unwrap();
    let skesk = [&[4, cipher.into()][..], &s2k.to_bytes().unwrap()].concat();
    let mut out = packet(Tag::SymKeyEncryptedSessionKey, &skesk);
    out.extend(seipd1(cipher, key.as_ref(), content));
    out
}

fn iterated(hash_alg: HashAlgorithm) -> StringToKey {
    StringToKey::IteratedAndSalted { hash_alg, salt: [5; 8], count: 96 }
}

/// The armored secret key of another program, and its fingerprint.
fn their_key() -> (String, String) {
    let made = Timestamp::from_secs(NOW - 100 * DAY);
    let key = Rpgp::new().generate(&addr(BOB), made, &Seeded::new(77)).unwrap();
    let armor = Rpgp::new().armor_secret(&key).unwrap();
    (String::from_utf8(armor.as_bytes().to_vec()).unwrap(), key.fingerprint.to_string())
}

#[test]
fn what_other_programs_make_is_taken_in_however_it_is_wrapped() {
    let (key, fingerprint) = their_key();
    let key = key.replacen('\n', "\nAutocrypt-Prefer-Encrypt: nopreference\n", 1);
    let (aes256, aes128) = (SymmetricKeyAlgorithm::AES256, SymmetricKeyAlgorithm::AES128);
    let usual = iterated(HashAlgorithm::Sha256);
    let seal =
        |s2k: &StringToKey, cipher, wrapped| sealed(key.as_bytes(), CODE, s2k, cipher, wrapped);
    let plain = seal(&usual, aes256, false);
    let heads = "Passphrase-Format: numeric9x4\nPassphrase-Begin: 17\n";
    let text = armored(&plain, heads);
    let part = |head: &str, body: &str| {
        setup_message(&format!("Content-Type: application/autocrypt-setup\n{head}\n{body}"))
    };
    let rewrapped: String = {
        let (head, rest) = text.split_once("\n\n").unwrap();
        let (data, end) = rest.split_once("-----END").unwrap();
        let data: String = data.chars().filter(|c| !c.is_whitespace()).collect();
        let lines: Vec<&str> =
            data.as_bytes().chunks(37).map(|l| std::str::from_utf8(l).unwrap()).collect();
        format!("{head}\n\n{}\n-----END{end}", lines.join("\n"))
    };
    let nested = setup_message(&format!(
        "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nfooter\n--c\n\
         Content-Type: application/autocrypt-setup\n\n{text}\n--c--\n"
    ));
    let base64 = base64::engine::general_purpose::STANDARD.encode(&text);
    let quoted = text.replace('=', "=3D");
    let trailing =
        [plain.clone(), packet(Tag::Marker, b"PGP"), packet(Tag::Signature, b"x")].concat();
    let argon2 = StringToKey::Argon2 { salt: [5; 16], t: 1, p: 4, m_enc: 15 };
    let mut seipd2 = {
        let (password, key) = (Password::from(CODE), RawSessionKey::from(&[7; 32][..]));
        let mode = AeadAlgorithm::Ocb;
        let rng = StdRng::from_seed([4; 32]);
        let skesk = SymKeyEncryptedSessionKey::encrypt_v6(
            rng,
            &password,
            &key,
            usual.clone(),
            aes256,
            mode,
        );
        packet(Tag::SymKeyEncryptedSessionKey, &skesk.unwrap().to_bytes().unwrap())
    };
    let data = SymEncryptedProtectedData::encrypt_seipdv2(
        StdRng::from_seed([6; 32]),
        aes256,
        AeadAlgorithm::Ocb,
        ChunkSize::C8KiB,
        &[7; 32],
        &literal(key.as_bytes()),
    );
    seipd2.extend(packet(Tag::SymEncryptedProtectedData, &data.unwrap().to_bytes().unwrap()));
    let digits = CODE.replace('-', "");
    let arabic: String =
        digits.chars().map(|c| char::from_u32(0x660 + c.to_digit(10).unwrap()).unwrap()).collect();
    for (name, mail, code) in [
        ("as it is", part("", &text), CODE),
        ("CRLF", part("", &text).replace('\n', "\r\n"), CODE),
        ("in HTML", part("", &format!("<html><body><pre>\n{text}</pre></body></html>")), CODE),
        ("rewrapped", part("", &rewrapped), CODE),
        ("base64", part("Content-Transfer-Encoding: base64\n", &base64), CODE),
        ("quoted-printable", part("Content-Transfer-Encoding: quoted-printable\n", &quoted), CODE),
        ("nested", nested, CODE),
        ("no headers", part("", &armored(&plain, "")), CODE),
        ("trailing packets", part("", &armored(&trailing, heads)), CODE),
        ("session key wrapped", part("", &armored(&seal(&usual, aes256, true), heads)), CODE),
        ("AES-128", part("", &armored(&seal(&usual, aes128, false), heads)), CODE),
        ("AES-128 wrapped", part("", &armored(&seal(&usual, aes128, true), heads)), CODE),
        (
            "SHA-1",
            part("", &armored(&seal(&iterated(HashAlgorithm::Sha1), aes128, false), heads)),
            CODE,
        ),
        ("Argon2", part("", &armored(&seal(&argon2, aes256, false), heads)), CODE),
        ("version 2 of SEIPD", part("", &armored(&seipd2, heads)), CODE),
        ("digits alone", part("", &text), &digits),
        ("digits of another script", part("", &text), &arabic),
        ("digits, format not said", part("", &armored(&plain, "")), &digits),
    ] {
        let new = empty();
        let done = import(&new, mail.as_bytes(), code).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(done.account.current.unwrap().to_string(), fingerprint, "{name}");
        let settings = done.account.settings;
        assert_eq!(settings.prefer_encrypt, PreferEncrypt::NoPreference, "{name}");
    }
    // A passphrase of another form is taken as it is typed, and only so.
    let words = sealed(key.as_bytes(), "correct horse ä", &usual, aes256, false);
    let mail = part("", &armored(&words, "Passphrase-Format: words\n"));
    import(&empty(), mail.as_bytes(), "correct horse ä").unwrap();
    let mail = part("", &armored(&plain, "Passphrase-Format: words\n"));
    import(&empty(), mail.as_bytes(), CODE).unwrap();
    let error = import(&empty(), mail.as_bytes(), &digits).unwrap_err();
    assert_eq!(error.kind_name(), "wrong_code");
}

#[test]
fn each_way_to_be_wrong_has_its_name_and_changes_nothing() {
    let (key, _) = their_key();
    let usual = iterated(HashAlgorithm::Sha256);
    let aes256 = SymmetricKeyAlgorithm::AES256;
    let seal = |content: &[u8]| sealed(content, CODE, &usual, aes256, false);
    let part =
        |text: &str| setup_message(&format!("Content-Type: application/autocrypt-setup\n\n{text}"));
    let of = |octets: &[u8]| part(&armored(octets, ""));
    let good = of(&seal(key.as_bytes()));
    let costly = |t, m_enc| {
        let s2k = StringToKey::Argon2 { salt: [5; 16], t, p: 1, m_enc };
        let skesk = [&[4, aes256.into()][..], &s2k.to_bytes().unwrap()].concat();
        let mut out = packet(Tag::SymKeyEncryptedSessionKey, &skesk);
        out.extend(seipd1(aes256, &[7; 32], b"x"));
        of(&out)
    };
    let cert = {
        let octets = generated(78, BOB, NOW - 100 * DAY);
        Rpgp::new().armor_cert(&octets).unwrap()
    };
    let locked = include_bytes!("../../keys/locked.sec.asc");
    let sed = packet(Tag::SymEncryptedData, &[0; 64]);
    let unprotected = {
        let skesk = [&[4, aes256.into()][..], &usual.to_bytes().unwrap()].concat();
        [packet(Tag::SymKeyEncryptedSessionKey, &skesk), sed].concat()
    };
    let with_field =
        |field: &str| good.replace("Autocrypt-Setup", &format!("{field}\nAutocrypt-Setup"));
    for (name, mail, code, expected, said) in [
        (
            "an ordinary mail",
            good.replace("Autocrypt-Setup-Message: v1\n", ""),
            CODE,
            "not_backup",
            "",
        ),
        ("nothing", String::new(), CODE, "not_backup", ""),
        ("version 2", good.replace(": v1", ": v2"), CODE, "unknown_version", "v2"),
        (
            "no setup part",
            good.replace("autocrypt-setup\n", "octet-stream\n"),
            CODE,
            "malformed",
            "",
        ),
        ("no armor", part("hello"), CODE, "malformed", ""),
        ("no message in the armor", of(b"hello"), CODE, "malformed", ""),
        ("cut off", of(&seal(key.as_bytes())[..40]), CODE, "malformed", ""),
        ("no integrity protection", of(&unprotected), CODE, "malformed", ""),
        ("too many passes", costly(9, 10), CODE, "malformed", "limit_argon2_passes"),
        ("too much memory", costly(1, 19), CODE, "malformed", "limit_argon2_memory"),
        ("a bad field", with_field("INBOME-Secret-Key-Backup: key"), CODE, "malformed", "grammar"),
        ("two fields", with_field("Autocrypt-Setup-Message: v1"), CODE, "malformed", "several"),
        ("a wrong code", good.clone(), "1742", "wrong_code", ""),
        ("another code", good.clone(), &CODE.replace('7', "8"), "wrong_code", ""),
        ("no code", good.clone(), "", "wrong_code", ""),
        ("damaged", of(&forged(seal(key.as_bytes()))), CODE, "wrong_code", ""),
        ("a text", of(&seal(b"hello")), CODE, "no_secret_key", ""),
        ("a cert", of(&seal(cert.as_bytes())), CODE, "no_secret_key", ""),
        ("nothing inside", of(&seal(b"")), CODE, "no_secret_key", ""),
        ("a locked key", of(&seal(locked)), CODE, "locked_key", ""),
        (
            "a field of another address",
            with_field("INBOME-Secret-Key-Backup: addr=carol@example.org; key_backup_data=YQ=="),
            CODE,
            "other_address",
            "carol@example.org",
        ),
    ] {
        let new = empty();
        let error = import(&new, mail.as_bytes(), code).map(|_| ()).expect_err(name);
        assert_eq!(error.kind_name(), expected, "{name}: {error}");
        assert!(error.to_string().contains(said), "{name}: {error}");
        let is_code = expected == "wrong_code";
        assert_eq!(error.kind() == ErrorKind::Passphrase, is_code, "{name}");
        assert!(new.accounts().unwrap().is_empty(), "{name}");
    }
    // Of another account than the one that is here, unless it is asked for by name.
    let carol = empty();
    add_account(&carol, "carol@example.org");
    let error = import(&carol, good.as_bytes(), CODE).unwrap_err();
    assert_eq!(error.kind_name(), "other_address");
    let named = carol.import_backup(
        Some(&addr("dave@example.org")),
        good.as_bytes(),
        &secret(CODE),
        CurrentKey::Keep,
    );
    assert_eq!(named.unwrap_err().kind_name(), "other_address");
    let named =
        carol.import_backup(Some(&addr(BOB)), good.as_bytes(), &secret(CODE), CurrentKey::Keep);
    assert!(named.unwrap().account_created);
}

#[test]
fn another_current_key_stays_until_the_user_agrees() {
    let old = bob();
    let made = old.create_backup(None).unwrap();
    let offered = old.account(None).unwrap().current;
    let here = Engine::in_memory(inbome_core::engine::EngineOptions {
        random: std::sync::Arc::new(Seeded::new(500)),
        ..options(&SetClock::new(NOW))
    });
    add_account(&here, BOB);
    let own = here.account(None).unwrap().current;
    assert_ne!(own, offered);
    let done = here.import_backup(None, &made.message, &made.code, CurrentKey::Keep).unwrap();
    assert!(done.asks_key_change);
    assert_eq!((done.account.current, keys(&here).len()), (own.clone(), 2));
    let done = here.import_backup(None, &made.message, &made.code, CurrentKey::Replace).unwrap();
    assert!(!done.asks_key_change);
    assert_eq!((done.account.current, keys(&here).len()), (offered, 2));
}

#[test]
fn verifying_tells_what_is_in_a_backup_and_changes_nothing() {
    let bob = bob_with(1);
    let made = bob.create_backup(None).unwrap();
    let new = empty();
    let checked = new.verify_backup(None, &made.message, &made.code).unwrap();
    assert!(new.accounts().unwrap().is_empty());
    assert_eq!(checked.found.addr, addr(BOB));
    assert_eq!(checked.found.created.unwrap().as_secs(), NOW);
    assert_eq!(checked.opened.prefer_encrypt, Some(PreferEncrypt::Mutual));
    let roles: Vec<KeyRole> = checked.opened.keys.iter().map(|(_, role)| *role).collect();
    assert_eq!(roles, [KeyRole::Current, KeyRole::Old]);
    let wrong = new.verify_backup(None, &made.message, &secret(CODE)).unwrap_err();
    assert_eq!(wrong.kind_name(), "wrong_code");
}

#[test]
fn a_key_that_expired_is_restored_for_old_mails() {
    let clock = SetClock::new(NOW);
    let old = bob_at(&clock);
    old.renew_own_key(None, Some(Timestamp::from_secs(NOW + DAY))).unwrap();
    let made = old.create_backup(None).unwrap();
    clock.set(NOW + 30 * DAY);
    let new = Engine::in_memory(options(&clock));
    let done = new.import_backup(None, &made.message, &made.code, CurrentKey::Keep).unwrap();
    assert_eq!((done.account.current, done.asks_key_change), (None, false));
    assert_eq!(keys(&new).len(), 1);
}

#[test]
fn a_locked_key_must_be_unlocked_to_be_saved_and_is_saved_without_its_passphrase() {
    let engine = Engine::in_memory(options(&SetClock::new(1_704_067_200)));
    let passphrase = secret("correct horse");
    let options = AccountOptions {
        import_key: Some(include_bytes!("../../keys/locked.sec.asc").to_vec()),
        lock: Lock::Keep,
        ..Default::default()
    };
    let ask = &mut |_: &_| Some(passphrase.clone());
    engine.create_account(&addr(BOB), &options, ask).unwrap();
    let error = engine.create_backup(None).unwrap_err();
    assert_eq!((error.kind_name(), error.kind()), ("locked", ErrorKind::Passphrase));
    engine.unlock(None, &passphrase).unwrap();
    let made = engine.create_backup(None).unwrap();
    let new = Engine::in_memory(inbome_tests::stage::options(&SetClock::new(1_704_067_200)));
    new.import_backup(None, &made.message, &made.code, CurrentKey::Keep).unwrap();
    assert!(!new.own_keys(None).unwrap()[0].key.locked);
}

#[test]
fn gnupg_opens_a_backup_with_its_code() {
    let bob = bob_with(2);
    let made = bob.create_backup(None).unwrap();
    let text = String::from_utf8(made.message).unwrap();
    let code = String::from_utf8(made.code.as_bytes().to_vec()).unwrap();
    let home = tempfile::Builder::new().prefix("g").tempdir_in("/tmp").unwrap();
    let begin = text.find("-----BEGIN PGP MESSAGE").unwrap();
    let end = text.find("-----END PGP MESSAGE-----").unwrap() + 27;
    let setup = home.path().join("setup.asc");
    std::fs::write(&setup, &text[begin..end]).unwrap();
    let current = keys(&bob).into_iter().find(|(.., current)| *current).unwrap();
    let opened = gpg_opens(home.path(), &setup, &code);
    let opened = String::from_utf8(opened).unwrap();
    assert!(opened.contains("\nAutocrypt-Prefer-Encrypt: mutual\n"), "{opened}");
    assert_eq!(dearmor(&opened), current.1);

    let (_, older) = text.split_once("filename=\"older-keys.pgp\"\r\n\r\n").unwrap();
    let (older, _) = older.split_once("\r\n--").unwrap();
    let older =
        base64::engine::general_purpose::STANDARD.decode(older.replace("\r\n", "")).unwrap();
    let file = home.path().join("older.pgp");
    std::fs::write(&file, older).unwrap();
    let opened = gpg_opens(home.path(), &file, &code);
    let rest: Vec<Vec<u8>> = keys(&bob).into_iter().filter(|k| !k.2).map(|k| k.1).collect();
    assert_eq!(opened, rest.concat());
    let _ =
        Command::new("gpgconf").arg("--homedir").arg(home.path()).args(["--kill", "all"]).status();
}

fn gpg_opens(home: &Path, file: &Path, code: &str) -> Vec<u8> {
    let mut gpg = Command::new("gpg");
    gpg.arg("--homedir").arg(home).args(["--batch", "--quiet", "--pinentry-mode", "loopback"]);
    let output = gpg.args(["--passphrase", code, "--decrypt"]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn what_gnupg_seals_with_a_code_is_taken_in() {
    let (key, fingerprint) = their_key();
    let home = tempfile::Builder::new().prefix("g").tempdir_in("/tmp").unwrap();
    let file = home.path().join("key.asc");
    std::fs::write(&file, key).unwrap();
    for more in [&[][..], &["--s2k-cipher-algo", "AES128"], &["--compress-algo", "none"]] {
        let mut gpg = Command::new("gpg");
        gpg.arg("--homedir").arg(home.path()).args(["--batch", "--quiet", "--armor"]);
        gpg.args(["--pinentry-mode", "loopback", "--passphrase", CODE]).args(more);
        let output = gpg.args(["--output", "-", "--symmetric"]).arg(&file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let part = format!("Content-Type: application/autocrypt-setup\n\n{text}");
        let new = empty();
        import(&new, setup_message(&part).as_bytes(), CODE)
            .unwrap_or_else(|e| panic!("{more:?} {e}"));
        assert_eq!(new.account(None).unwrap().current.unwrap().to_string(), fingerprint);
    }
    let _ =
        Command::new("gpgconf").arg("--homedir").arg(home.path()).args(["--kill", "all"]).status();
}
