//! One current key per peer in a GnuPG home, as real gpg sees it.

use std::fs;
use std::path::PathBuf;

use inbome_core::discover::Receipt;
use inbome_core::engine::Engine;
use inbome_core::error::ErrorKind;
use inbome_tests::homes::*;
use tempfile::TempDir;

#[test]
fn a_keyring_holds_one_current_key_per_peer() {
    let engine = engine_of(ALICE);
    let now = engine.now().as_secs();
    let (bob, carol) = (engine_of(BOB), engine_of(CAROL));
    let learn = |from: &Engine, at| {
        engine.process_incoming(None, &mail(from, at, true), Receipt::default()).unwrap();
    };
    learn(&bob, now - 3 * DAY);
    learn(&carol, now - 3 * DAY);
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("keyring");
    let sync = || engine.keyring_sync(None, &path).unwrap();
    let done = sync();
    assert_eq!((done.written, done.unchanged, done.deleted), (2, 0, 0));
    let listed = || {
        let output = gpg(&path, &["--with-colons", "--list-keys"], b"");
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines = text.lines();
        let mut found = Vec::new();
        while lines.any(|line| line.starts_with("pub:")) {
            let line = lines.find(|line| line.starts_with("fpr:")).unwrap();
            found.push(line.split(':').nth(9).unwrap().to_owned());
        }
        found.sort();
        found
    };
    let sorted = |keys: &[&Engine]| {
        let mut keys: Vec<_> = keys.iter().map(|engine| own_fingerprint(engine)).collect();
        keys.sort();
        keys
    };
    assert_eq!(listed(), sorted(&[&bob, &carol]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }
    // It is good for what it is there for.
    let sealed = gpg(&path, &["--recipient", BOB, "--encrypt"], b"Hi");
    assert!(sealed.status.success(), "{sealed:?}");
    let again = sync();
    assert_eq!((again.written, again.unchanged, again.deleted), (0, 2, 0));

    // A foreign key in the home stays; a superseded one goes; a lost one comes back.
    let other = Home::new();
    let foreign = other.make("erin@example.org", &[]);
    gpg(&path, &["--import"], &other.gpg(&["--export", &foreign], b""));
    let bob_new = engine_of(BOB);
    learn(&bob_new, now - DAY);
    gpg(&path, &["--yes", "--delete-keys", &own_fingerprint(&carol)], b"");
    let done = sync();
    assert_eq!((done.written, done.unchanged, done.deleted), (2, 0, 1));
    let mut all = sorted(&[&bob_new, &carol]);
    all.push(foreign);
    all.sort();
    assert_eq!(listed(), all);

    // A peer who is forgotten leaves.
    engine.forget_peer(None, &addr(CAROL)).unwrap();
    assert_eq!((sync().deleted, listed().len()), (1, 2));
}

#[test]
fn a_sender_cannot_put_another_name_into_the_keyring() {
    let home = Home::new();
    let key = home.make("Mallory <mallory@example.org>", &[]);
    home.gpg(&["--quick-add-uid", &key, "Boss <boss@example.org>"], b"");
    let engine = engine_of(ALICE);
    let exported = home.gpg(&["--export", &key], b"");
    engine.import_peer_key(None, &addr("mallory@example.org"), &exported).unwrap();
    engine.import_peer_key(None, &addr("bob@example.org"), &cert_of(&engine_of(BOB))).unwrap();
    let unnamed = cert_of(&engine_of(CAROL));
    engine.import_peer_key(None, &addr("zoe@example.org"), &unnamed).unwrap();
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("keyring");
    let done = engine.keyring_sync(None, &path).unwrap();
    assert_eq!((done.written, by_name(&done.skipped)), (2, vec![("no_user_id", 1)]));
    let listed = gpg(&path, &["--with-colons", "--list-keys"], b"").stdout;
    let listed = String::from_utf8(listed).unwrap();
    assert!(listed.contains("mallory@example.org"), "{listed}");
    assert!(!listed.contains("boss@example.org"), "{listed}");
}

#[test]
fn a_home_of_the_users_own_is_never_written_to() {
    let engine = engine_of(ALICE);
    let home = Home::new();
    home.make(ALICE, &[]);
    let before = home.fingerprints();
    let error = engine.keyring_sync(None, home.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(!home.path().join("inbome-keys").exists());
    assert_eq!(home.fingerprints(), before);
    let usual = PathBuf::from(std::env::var_os("HOME").unwrap()).join(".gnupg");
    let existed = usual.exists();
    let error = engine.keyring_sync(None, &usual).unwrap_err();
    assert!(error.to_string().ends_with("it is your own GnuPG home"), "{error}");
    assert_eq!(usual.exists(), existed);
}

#[test]
fn a_folder_for_something_else_is_not_written_to() {
    let engine = engine_of(ALICE);
    engine.import_peer_key(None, &addr(BOB), &cert_of(&engine_of(BOB))).unwrap();
    let home = Home::new();
    let file = home.path().join("letter.txt");
    fs::write(&file, "Hi").unwrap();
    let error = engine.keyring_sync(None, home.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().ends_with("none of which is GnuPG's"), "{error}");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    // A home that the user prepared is one.
    fs::rename(&file, home.path().join("gpg.conf")).unwrap();
    fs::write(home.path().join("gpg.conf"), "trust-model always\n").unwrap();
    assert_eq!(engine.keyring_sync(None, home.path()).unwrap().written, 1);
}
