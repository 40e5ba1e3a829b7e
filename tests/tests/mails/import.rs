//! Moving in from real programs: GnuPG and neomutt as installed, muacrypt's store as it writes it;
//! a program that is missing is a failure.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use inbome_core::clock::Timestamp;
use inbome_core::discover::Receipt;
use inbome_core::engine::{AccountOptions, Engine, EngineOptions, Reply};
use inbome_core::error::{Error, ErrorKind};
use inbome_core::header::PreferEncrypt;
use inbome_core::import::{ImportError, ImportOptions, Imported, Program};
use inbome_core::reason::Skipped;
use inbome_core::recommend::{Advice, Recommendation, TargetSource};
use inbome_core::secret::Secret;
use inbome_tests::homes::*;
use inbome_tests::muacrypt::{Muacrypt, Value};
use inbome_tests::terminal::{Terminal, make_maildir, write_rc};
use tempfile::TempDir;

fn options(program: Program, path: &Path) -> ImportOptions {
    ImportOptions { program, path: path.to_owned(), account: None, own_keys: false, from: None }
}

fn import(engine: &Engine, options: &ImportOptions) -> Result<Imported, Error> {
    engine.import_from(options, &mut |_| None)
}

fn advice(engine: &Engine, peer: &str) -> Advice {
    engine.recommend(None, &[addr(peer)], &Reply::Unknown).unwrap().recipients.remove(0).1
}

fn target(advice: &Advice) -> Option<(String, TargetSource)> {
    advice.target.as_ref().map(|target| (target.key.fingerprint.to_string(), target.source))
}

#[test]
fn a_gnupg_home_is_imported_and_so_is_what_it_exports() {
    let home = Home::new();
    let old = ["--faked-system-time", "20200101T000000!"];
    let bob = home.make("Bob <bob@example.org>", &[]);
    home.make("Carol <carol@example.org>", &old);
    let dave = home.make("Dave <dave@example.org>", &[]);
    home.make("nobody", &[]);
    let mine = home.make(ALICE, &[]);
    let revocation = home.path().join(format!("openpgp-revocs.d/{dave}.rev"));
    let revocation = fs::read_to_string(revocation).unwrap().replace(":-----BEGIN", "-----BEGIN");
    home.gpg(&["--import"], revocation.as_bytes());
    let before = fs::read(home.path().join("pubring.kbx")).unwrap();

    let file = home.path().join("exported.asc");
    for (name, path) in [("home", home.path().to_owned()), ("file", file.clone())] {
        fs::write(&file, home.gpg(&["--armor", "--export"], b"")).unwrap();
        let engine = engine_of(ALICE);
        let own = own_fingerprint(&engine);
        let options = options(Program::Gpg, &path);
        let done = import(&engine, &options).unwrap();
        assert_eq!((done.peers, done.updated, done.imports), (1, 1, 1), "{name}");
        let why = [("expired", 1), ("no_addr", 1), ("own_address", 1), ("revoked", 1)];
        assert_eq!(by_name(&done.skipped), why, "{name}");
        let to_bob = advice(&engine, BOB);
        // Available: a keyring does not say what its owner prefers.
        assert_eq!(to_bob.recommendation, Recommendation::Available, "{name}");
        assert_eq!(target(&to_bob), Some((bob.clone(), TargetSource::Import)), "{name}");
        for peer in [CAROL, DAVE] {
            assert_eq!(advice(&engine, peer).recommendation, Recommendation::Disable, "{name}");
        }
        assert_eq!(import(&engine, &options).unwrap().updated, 0, "{name}");
        assert_eq!(own_fingerprint(&engine), own, "{name}");
    }
    assert_eq!(fs::read(home.path().join("pubring.kbx")).unwrap(), before);

    // Own keys: an account is made for the address that is named.
    let engine = Engine::in_memory(EngineOptions::default());
    let mut options = options(Program::Gpg, home.path());
    options.own_keys = true;
    assert!(matches!(import(&engine, &options), Err(Error::NoAccounts)));
    options.account = Some(addr(ALICE));
    let done = import(&engine, &options).unwrap();
    assert_eq!(done.own_keys.len(), 1);
    assert_eq!(own_fingerprint(&engine), mine);
    assert_eq!(import(&engine, &options).unwrap().own_keys, []);
}

#[test]
fn of_several_keys_the_youngest_moves_in_and_a_key_from_the_user_stays() {
    let home = Home::new();
    home.make("bob@example.org", &["--faked-system-time", "20300101T000000!"]);
    let first = home.make("bob@example.org", &[]);
    std::thread::sleep(Duration::from_millis(1100));
    let second = home.make("bob@example.org", &[]);
    let engine = engine_of(ALICE);
    let done = import(&engine, &options(Program::Gpg, home.path())).unwrap();
    // The first one is from the future.
    assert_eq!(by_name(&done.skipped), [("expired", 1), ("older_key", 1)]);
    assert_eq!(target(&advice(&engine, BOB)), Some((second, TargetSource::Import)));

    let engine = engine_of(ALICE);
    let key = home.gpg(&["--export", &first], b"");
    engine.import_peer_key(None, &addr(BOB), &key).unwrap();
    let done = import(&engine, &options(Program::Gpg, home.path())).unwrap();
    assert_eq!((done.skipped[&Skipped::ImportedBefore.code()], done.updated), (1, 0));
    assert_eq!(target(&advice(&engine, BOB)), Some((first, TargetSource::Import)));
}

/// A key with a passphrase.
fn make_locked(home: &Home, user_id: &str) {
    let arguments =
        ["--passphrase", "secret", "--pinentry-mode", "loopback", "--quick-gen-key", user_id];
    home.gpg(&arguments, b"");
    forget_passphrases(home);
}

fn forget_passphrases(home: &Home) {
    let kill = ["--homedir", home.path().to_str().unwrap(), "--kill", "gpg-agent"];
    Command::new("gpgconf").args(kill).output().unwrap();
}

#[test]
fn an_old_own_key_that_is_locked_keeps_no_other_from_moving_in() {
    let home = Home::new();
    make_locked(&home, ALICE);
    std::thread::sleep(Duration::from_millis(1100));
    let old = home.make(&format!("old <{ALICE}>"), &[]);
    std::thread::sleep(Duration::from_millis(1100));
    let young = home.make(&format!("young <{ALICE}>"), &[]);
    let engine = Engine::in_memory(EngineOptions::default());
    let mut options = options(Program::Gpg, home.path());
    (options.own_keys, options.account) = (true, Some(addr(ALICE)));
    let done = import(&engine, &options).unwrap();
    assert_eq!(own_fingerprint(&engine), young);
    let taken: Vec<_> = done.own_keys.iter().map(|(_, key)| key.to_string()).collect();
    assert_eq!(
        (taken, done.skipped[&Skipped::Locked.code()], done.failed),
        (vec![young, old], 1, Vec::new())
    );
    assert_eq!(import(&engine, &options).unwrap().own_keys, []);

    // Now the youngest one is locked: without it an older one would become the current one.
    std::thread::sleep(Duration::from_millis(1100));
    make_locked(&home, &format!("youngest <{ALICE}>"));
    for engine in [&engine, &Engine::in_memory(EngineOptions::default())] {
        let before = engine.accounts().unwrap();
        assert_eq!(import(engine, &options).unwrap_err().kind(), ErrorKind::Passphrase);
        assert_eq!(engine.accounts().unwrap(), before);
    }
}

#[test]
fn an_older_key_moves_in_beside_the_current_one() {
    let home = Home::new();
    home.make(&format!("old <{ALICE}>"), &[]);
    std::thread::sleep(Duration::from_millis(1100));
    let young = home.make(&format!("young <{ALICE}>"), &[]);
    let engine = Engine::in_memory(EngineOptions::default());
    let key = home.gpg(&["--export-secret-keys", &young], b"");
    let account = AccountOptions { import_key: Some(key), ..AccountOptions::default() };
    engine.create_account(&addr(ALICE), &account, &mut |_| None).unwrap();
    let mut options = options(Program::Gpg, home.path());
    options.own_keys = true;
    assert_eq!(import(&engine, &options).unwrap().own_keys.len(), 1);
    assert_eq!(
        (own_fingerprint(&engine), engine.own_keys(None).unwrap().len()),
        (young.clone(), 2)
    );
    // So does one that expired long ago, which is counted among the peers' keys too.
    let expired = home.make(ALICE, &["--faked-system-time", "20200101T000000!"]);
    let done = import(&engine, &options).unwrap();
    let taken: Vec<_> = done.own_keys.iter().map(|(_, key)| key.to_string()).collect();
    assert_eq!((taken, done.failed), (vec![expired], Vec::new()));
    assert_eq!((own_fingerprint(&engine), engine.own_keys(None).unwrap().len()), (young, 3));
    // What was replaced here stays replaced.
    let new = engine.replace_own_key(None).unwrap();
    assert_eq!(import(&engine, &options).unwrap().own_keys, []);
    assert_eq!(own_fingerprint(&engine), new.to_string());
}

#[test]
fn a_locked_own_key_is_refused_with_what_to_do() {
    let home = Home::new();
    make_locked(&home, ALICE);
    let engine = Engine::in_memory(EngineOptions::default());
    let mut options = options(Program::Gpg, home.path());
    (options.own_keys, options.account) = (true, Some(addr(ALICE)));
    let error = import(&engine, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Passphrase);
    let text = error.to_string();
    assert!(text.contains("--export-secret-keys") && text.contains("--import-key"), "{text}");
    // Why, and not only what came of it.
    assert!(!text.contains("nothing exported"), "{text}");
    assert_eq!(engine.accounts().unwrap(), []);

    // Once the user has handed it in, nobody asks for it again.
    let arguments =
        ["--passphrase", "secret", "--pinentry-mode", "loopback", "--export-secret-keys", ALICE];
    let import_key = Some(home.gpg(&arguments, b""));
    let account = AccountOptions { import_key, ..AccountOptions::default() };
    engine
        .create_account(&addr(ALICE), &account, &mut |_| Some(Secret::new(b"secret".to_vec())))
        .unwrap();
    forget_passphrases(&home);
    let done = import(&engine, &options).unwrap();
    assert_eq!((done.own_keys, done.failed), (Vec::new(), Vec::new()));
}

#[test]
fn what_is_no_store_is_refused_by_name() {
    let engine = engine_of(ALICE);
    let dir = TempDir::new().unwrap();
    for (program, at_fault) in
        [(Program::Neomutt, "autocrypt.db"), (Program::Muacrypt, "heads"), (Program::Gpg, "")]
    {
        let error = import(&engine, &options(program, dir.path())).unwrap_err();
        let file = dir.path().join(at_fault);
        assert_eq!(error.kind(), ErrorKind::Io, "{program:?}");
        let Error::Import(ImportError::Foreign { path, .. }) = &error else { panic!("{error:?}") };
        assert_eq!(Path::new(path), file.as_path(), "{program:?}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "{program:?}");
    }
    #[cfg(unix)]
    {
        // What is read to its end, or waited for, is a file.
        std::os::unix::fs::symlink("/dev/zero", dir.path().join("heads")).unwrap();
        let error = import(&engine, &options(Program::Muacrypt, dir.path())).unwrap_err();
        assert!(error.to_string().contains("heads, found no file"), "{error}");
        fs::remove_file(dir.path().join("heads")).unwrap();
    }
    for (name, octets) in [("no", b"Hello".as_slice()), ("cut", &[0x99, 1, 0, 4]), ("empty", b"")] {
        let file = dir.path().join("keys");
        fs::write(&file, octets).unwrap();
        let error = import(&engine, &options(Program::Gpg, &file)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{name}");
        assert!(error.to_string().contains("no public OpenPGP key"), "{name}: {error}");
    }
}

#[test]
fn a_neomutt_home_is_imported_with_its_account_and_its_dates() {
    let home = Home::new();
    let dir = home.path();
    let people = [BOB, CAROL, DAVE].map(engine_of);
    let now = people[0].now().as_secs();
    let maildir = dir.join("Mail");
    make_maildir(&maildir);
    // Bob advertises; Carol stopped to; Dave changed his key.
    let dave_new = engine_of(DAVE);
    let mails = [
        (&people[0], now - DAY, true),
        (&people[1], now - 90 * DAY, true),
        (&people[1], now - DAY, false),
        (&people[2], now - 20 * DAY, true),
        (&dave_new, now - 10 * DAY, true),
    ];
    for (number, (from, at, with_fields)) in mails.iter().enumerate() {
        let name = format!("cur/{at}.{number}.host:2,S");
        fs::write(maildir.join(name), mail(from, *at, *with_fields)).unwrap();
    }
    let folder = dir.join("autocrypt");
    write_rc(dir, ALICE, "");
    {
        let terminal = Terminal::start(dir);
        terminal.make_account();
        terminal.answer("Scan a mailbox for autocrypt headers?", "y");
        terminal.answer("Scan mailbox", "Enter");
        terminal.answer("Scan another mailbox", "n");
        terminal.answer("q:Quit", "q");
        std::thread::sleep(Duration::from_millis(300));
    }
    let _agent = Agent(folder.clone());
    let files = || {
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        (names, fs::read(folder.join("autocrypt.db")).unwrap())
    };
    let before = files();

    // Without own keys: into an account that is there.
    let engine = engine_of(ALICE);
    let options = options(Program::Neomutt, &folder);
    let done = import(&engine, &options).unwrap();
    assert_eq!((done.peers, done.updated, done.failed), (3, 3, Vec::new()));
    assert_eq!(files(), before);

    // With them: the account is made as it was there.
    let engine = Engine::in_memory(EngineOptions::default());
    let options = ImportOptions { own_keys: true, ..options };
    let done = import(&engine, &options).unwrap();
    assert_eq!(done.own_keys.len(), 1);
    let account = engine.account(None).unwrap();
    assert_eq!(account.addr, addr(ALICE));
    assert_eq!(account.settings.prefer_encrypt, PreferEncrypt::Mutual);
    for (name, peer, recommendation, sender) in [
        ("advert", BOB, Recommendation::Encrypt, &people[0]),
        ("stopped", CAROL, Recommendation::Discourage, &people[1]),
        ("changed", DAVE, Recommendation::Encrypt, &dave_new),
    ] {
        let found = advice(&engine, peer);
        assert_eq!(found.recommendation, recommendation, "{name}");
        let direct = Some((own_fingerprint(sender), TargetSource::Direct));
        assert_eq!(target(&found), direct, "{name}");
    }
    let dave = engine.peer(None, &addr(DAVE)).unwrap().state;
    assert_eq!(dave.history.len(), 2);
    assert_eq!(dave.peer.seen.unwrap().at, Timestamp::from_secs(now - 10 * DAY));
    let carol = engine.peer(None, &addr(CAROL)).unwrap().state.peer;
    assert_eq!(carol.advert.unwrap().at, Timestamp::from_secs(now - 90 * DAY));
    // Nobody is asked for a key that is there.
    fs::remove_dir_all(folder.join("private-keys-v1.d")).unwrap();
    let again = import(&engine, &options).unwrap();
    assert_eq!((again.updated, again.own_keys), (0, Vec::new()));

    // What is younger here stays: Bob's mail of today has another key.
    let bob_new = engine_of(BOB);
    engine.process_incoming(None, &mail(&bob_new, now - 60, true), Receipt::default()).unwrap();
    assert_eq!(import(&engine, &options).unwrap().updated, 0);
    let direct = Some((own_fingerprint(&bob_new), TargetSource::Direct));
    assert_eq!(target(&advice(&engine, BOB)), direct);
}

#[test]
fn a_muacrypt_store_is_imported_as_it_was_written() {
    let [bob, carol, dave, erin] = [BOB, CAROL, DAVE, "erin@example.org"].map(engine_of);
    let now = bob.now().as_secs();
    let mut store = Muacrypt::new();
    store.add(".", "acfg", &[Value::Text("0.9.1")]);
    let secret = engine_of("0123@random.muacrypt.org");
    let fingerprint = own_fingerprint(&secret);
    let (octets, _) = secret.export_secret(None).unwrap();
    let config = ["mutual", "default", ".*", "own", "gpg"].map(Value::Text);
    store.add("own:default", "cfg", &config);
    let keygen = [Value::Octets(octets.as_bytes()), Value::Text(&fingerprint[24..])];
    store.add("own:default", "keygen", &keygen);
    store.mail(BOB, now - DAY, "mutual", &cert_of(&bob));
    store.mail(CAROL, now - 90 * DAY, "mutual", &cert_of(&carol));
    store.mail(CAROL, now - DAY, "nopreference", b"");
    let gossip = [
        Value::Text("<2@host>"),
        Value::Date(now - DAY),
        Value::Octets(&cert_of(&dave)),
        Value::Text("0123"),
    ];
    store.add(&format!("peer:default:{DAVE}"), "mge", &gossip);
    let handed_in = [
        Value::Text(""),
        Value::Date(now - DAY),
        Value::Text("nopreference"),
        Value::Octets(&cert_of(&erin)),
        Value::Text("0123"),
    ];
    store.add("peer:default:erin@example.org", "msg", &handed_in);

    let engine = Engine::in_memory(EngineOptions::default());
    let mut options = options(Program::Muacrypt, store.path());
    (options.own_keys, options.account) = (true, Some(addr(ALICE)));
    let done = import(&engine, &options).unwrap();
    assert_eq!((done.peers, done.adverts, done.gossip, done.imports), (4, 2, 1, 1));
    assert_eq!(own_fingerprint(&engine), fingerprint);
    for (name, peer, recommendation, sender, source) in [
        ("advert", BOB, Recommendation::Encrypt, &bob, TargetSource::Direct),
        ("stopped", CAROL, Recommendation::Discourage, &carol, TargetSource::Direct),
        ("gossip", DAVE, Recommendation::Discourage, &dave, TargetSource::Gossip),
        ("handed in", "erin@example.org", Recommendation::Available, &erin, TargetSource::Import),
    ] {
        let found = advice(&engine, peer);
        assert_eq!(found.recommendation, recommendation, "{name}");
        assert_eq!(target(&found), Some((own_fingerprint(sender), source)), "{name}");
    }
    let again = import(&engine, &options).unwrap();
    assert_eq!((again.updated, again.own_keys), (0, Vec::new()));
    options.own_keys = false;

    // A damaged block costs what stands behind it, and is named; the others move in.
    let block = store.mail(BOB, now - DAY, "mutual", &cert_of(&bob));
    store.mail(BOB, now, "mutual", &cert_of(&bob));
    fs::write(&block, "x").unwrap();
    let fresh = engine_of(ALICE);
    let done = import(&fresh, &options).unwrap();
    assert_eq!((done.peers, done.failed.len()), (4, 1));
    assert_eq!(Path::new(&done.failed[0].0), block.as_path());

    // Of several accounts one must be named.
    store.add("own:work", "cfg", &["mutual", "work", ".*", "own", "gpg"].map(Value::Text));
    let error = import(&fresh, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().ends_with("it has default, work"), "{error}");
    options.from = Some("default".to_owned());
    import(&fresh, &options).unwrap();
}

#[test]
fn a_key_is_opened_with_what_muacrypt_locks_all_keys_with() {
    let empty = || Engine::in_memory(EngineOptions::default());
    let now = engine_of(BOB).now().as_secs();
    for (passphrase, is_asked, engines) in [
        // Into a new account, and beside the key of one that is there.
        ("123", false, vec![empty(), engine_of(ALICE)]),
        ("of the user's own", true, vec![empty()]),
    ] {
        let home = Home::new();
        let with = ["--passphrase", passphrase, "--pinentry-mode", "loopback"];
        let make = ["--quick-gen-key", "x@random.muacrypt.org", "future-default"];
        home.gpg(&[&with[..], &make].concat(), b"");
        let secret = home.gpg(&[&with[..], &["--export-secret-keys"]].concat(), b"");
        let mine = home.fingerprints().remove(0);
        let mut store = Muacrypt::new();
        store.add(
            "own:default",
            "cfg",
            &["mutual", "default", ".*", "own", "gpg"].map(Value::Text),
        );
        store.add("own:default", "keygen", &[Value::Octets(&secret), Value::Text(&mine[24..])]);
        store.mail(BOB, now - DAY, "nopreference", b"");
        let mut options = options(Program::Muacrypt, store.path());
        (options.own_keys, options.account) = (true, Some(addr(ALICE)));
        for engine in engines {
            let mut asked = false;
            let mut ask = |_: &_| {
                asked = true;
                Some(Secret::new(passphrase.as_bytes().to_vec()))
            };
            let done = engine.import_from(&options, &mut ask).unwrap();
            assert_eq!((done.own_keys.len(), done.failed.len()), (1, 0), "{passphrase}");
            assert_eq!(own_fingerprint(&engine), mine, "{passphrase}");
            assert_eq!(asked, is_asked, "{passphrase}");
        }
    }
}
