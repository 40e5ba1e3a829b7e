//! What only a file can get wrong: permissions, strangers, other processes, other versions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::super::suite::{account, addr, at, me, save, secret_key, with_advert};
use super::super::transaction;
use super::home::FILE_NAME;
use super::*;
use crate::peer::Seen;

const CREATE: OpenOptions = OpenOptions { create: true, busy_timeout_secs: 30 };

fn temporary() -> TempDir {
    tempfile::tempdir().expect("temporary directory")
}

fn create(home: &Path) -> SqliteStore {
    SqliteStore::open(home, CREATE).expect("open")
}

/// A home with an account and a peer, closed again.
fn filled(home: &Path) {
    let mut store = create(home);
    store.save_account(&account("me@example.org")).expect("save");
    save(&mut store, &addr("p@e.org"), &with_advert(1, 1)).expect("save");
}

/// A connection of some other program's.
fn raw(home: &Path) -> Connection {
    Connection::open(home.join(FILE_NAME)).expect("raw connection")
}

fn contents(home: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fs::read_dir(home)
        .expect("home")
        .map(|entry| entry.expect("entry").path())
        // The index of the log is memory in the form of a file.
        .filter(|path| !path.to_string_lossy().ends_with("-shm"))
        .map(|path| (path.clone(), fs::read(&path).expect("file")))
        .filter(|(_, octets)| !octets.is_empty())
        .collect()
}

fn error_kind(error: &StoreError) -> &'static str {
    match error {
        StoreError::NoHome { .. } => "no home",
        StoreError::Io { .. } => "io",
        StoreError::Newer { .. } => "newer",
        StoreError::Corrupt { .. } => "corrupt",
        StoreError::Busy { .. } => "busy",
        StoreError::Database { .. } => "database",
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::symlink_metadata(path).expect("metadata").permissions().mode() & 0o7777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}

/// The other half of the next test: run by it in a process of its own, else nothing.
#[test]
#[cfg(unix)]
fn a_home_named_by_the_environment_is_private() {
    let Some(home) = std::env::var_os("INBOME_TEST_STORE_HOME") else { return };
    let home = PathBuf::from(home);
    let mut store = create(&home);
    store.save_account(&account("me@example.org")).expect("save");
    assert_eq!(mode(&home), 0o700);
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&home.join(format!("{FILE_NAME}{suffix}"))), 0o600, "{suffix}");
    }
}

#[test]
#[cfg(unix)]
fn a_new_home_is_private_whatever_the_umask() {
    for umask in ["000", "022", "077", "777"] {
        let parent = temporary();
        let home = parent.path().join("home");
        let test = "store::sqlite::tests::a_home_named_by_the_environment_is_private";
        let run = Command::new("sh")
            .args(["-c", "umask $1; exec \"$0\" --exact \"$2\""])
            .arg(std::env::current_exe().expect("test binary"))
            .args([umask, test])
            .env("INBOME_TEST_STORE_HOME", &home)
            .output()
            .expect("run");
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && said.contains("1 passed"), "umask {umask}: {said}");
        assert!(home.join(FILE_NAME).exists(), "umask {umask}: the home was made");
    }
}

#[test]
#[cfg(unix)]
fn a_file_that_others_may_read_is_made_private() {
    let home = temporary();
    filled(home.path());
    let (file, log) = (home.path().join(FILE_NAME), home.path().join("inbome.db-wal"));
    fs::write(&log, "").expect("log");
    set_mode(&file, 0o664);
    set_mode(&log, 0o666);
    let _store = create(home.path());
    assert_eq!((mode(&file), mode(&log)), (0o600, 0o600));
    set_mode(&file, 0o400);
    let _store = SqliteStore::open(home.path(), CREATE);
    assert_eq!(mode(&file), 0o400, "a file that is narrower stays so");
}

#[test]
#[cfg(unix)]
fn what_stands_in_the_way_is_an_error_that_names_it_and_is_left_alone() {
    type Setup = fn(&Path) -> PathBuf;
    let cases: [(&str, bool, &str, &str, Setup); 7] = [
        ("no directory", false, "no home", "gone", |dir| dir.join("gone")),
        ("no file", false, "no home", "", Path::to_owned),
        ("file as home", true, "io", "home", |dir| {
            fs::write(dir.join("home"), "mine").expect("write");
            dir.join("home")
        }),
        ("below a file", true, "io", "home/deeper", |dir| {
            fs::write(dir.join("home"), "mine").expect("write");
            dir.join("home/deeper")
        }),
        ("directory as file", true, "io", FILE_NAME, |dir| {
            fs::create_dir(dir.join(FILE_NAME)).expect("directory");
            dir.to_owned()
        }),
        ("symbolic link", true, "io", FILE_NAME, |dir| {
            filled(&dir.join("elsewhere"));
            std::os::unix::fs::symlink(dir.join("elsewhere/inbome.db"), dir.join(FILE_NAME))
                .expect("link");
            dir.to_owned()
        }),
        ("dangling link", true, "io", FILE_NAME, |dir| {
            std::os::unix::fs::symlink(dir.join("nowhere"), dir.join(FILE_NAME)).expect("link");
            dir.to_owned()
        }),
    ];
    for (name, create, kind, named, setup) in cases {
        let dir = temporary();
        let home = setup(dir.path());
        let count = || fs::read_dir(dir.path()).expect("directory").count();
        let before = count();
        let options = OpenOptions { create, ..OpenOptions::default() };
        let error = SqliteStore::open(&home, options).expect_err(name);
        assert_eq!(error_kind(&error), kind, "{name}: {error}");
        assert!(error.to_string().contains(named), "{name}: {error}");
        assert_eq!(count(), before, "{name}: nothing was made");
    }
}

#[test]
#[cfg(unix)]
fn a_home_that_cannot_be_written_is_an_error_that_names_it() {
    let dir = temporary();
    set_mode(dir.path(), 0o500);
    let opened = SqliteStore::open(&dir.path().join("home"), CREATE);
    // Whoever may write everywhere cannot see this; the rest can.
    let all_powerful = fs::write(dir.path().join("probe"), "").is_ok();
    set_mode(dir.path(), 0o700);
    match opened {
        Ok(_) => assert!(all_powerful),
        Err(error) => {
            assert_eq!(error_kind(&error), "io", "{error}");
            assert!(error.to_string().contains("home"), "{error}");
        }
    }
}

#[test]
fn damaged_and_foreign_files_are_refused_and_left_as_they_are() {
    let good = temporary();
    filled(good.path());
    let good = fs::read(good.path().join(FILE_NAME)).expect("database");
    let foreign = |sql: &str| {
        let home = temporary();
        raw(home.path()).execute_batch(sql).expect(sql);
        fs::read(home.path().join(FILE_NAME)).expect("database")
    };
    let cut = |len: usize| good[..len].to_vec();
    let mut zeroed = good.clone();
    zeroed[100..4096].fill(0);
    let noise: Vec<u8> =
        (0..20_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (name, octets) in [
        ("one octet", vec![0]),
        ("text", b"From me@example.org Sat Dec 17 09:58:05 2016\n".repeat(300)),
        ("noise", noise),
        ("cut to its magic", cut(16)),
        ("cut to its header", cut(100)),
        ("cut within the first page", cut(3000)),
        ("cut behind the first page", cut(4096)),
        ("cut within a page", cut(good.len() - 1000)),
        ("first page zeroed", zeroed),
        ("another program's", foreign("CREATE TABLE contacts (name TEXT)")),
        ("another program's, empty", foreign("PRAGMA application_id = 7; PRAGMA user_version = 1")),
        ("with a version", foreign("PRAGMA user_version = 1")),
        ("ours by name only", foreign("PRAGMA application_id = 1229865549; CREATE TABLE t (a)")),
        (
            "without its row",
            foreign(
                "PRAGMA application_id = 1229865549;
                 CREATE TABLE home (id INTEGER PRIMARY KEY, schema, readable_from, generation)",
            ),
        ),
        (
            "with words for numbers",
            foreign(
                "PRAGMA application_id = 1229865549;
                 CREATE TABLE home (id INTEGER PRIMARY KEY, schema, readable_from, generation);
                 INSERT INTO home VALUES (1, 'one', 'two', 3)",
            ),
        ),
    ] {
        let home = temporary();
        fs::write(home.path().join(FILE_NAME), &octets).expect("write");
        let error = SqliteStore::open(home.path(), CREATE).expect_err(name);
        assert_eq!(error_kind(&error), "corrupt", "{name}: {error}");
        assert!(error.to_string().contains(FILE_NAME), "{name}: {error}");
        let file = home.path().join(FILE_NAME);
        let found = contents(home.path());
        assert!(found == BTreeMap::from([(file, octets)]), "{name}: untouched and alone");
    }
}

#[test]
fn an_empty_file_is_made_a_database() {
    let home = temporary();
    fs::write(home.path().join(FILE_NAME), "").expect("write");
    filled(home.path());
    assert_eq!(create(home.path()).count_peers(&me()), Ok(1));
}

#[test]
fn damage_found_while_reading_is_an_error_and_no_panic() {
    let home = temporary();
    {
        let mut store = create(home.path());
        store.save_account(&account("me@example.org")).expect("save");
        for n in 0..200 {
            save(&mut store, &addr(&format!("p{n}@e.org")), &with_advert(1, n)).expect("save");
        }
    }
    let file = home.path().join(FILE_NAME);
    let good = fs::read(&file).expect("database");
    for page in 1..good.len() / 4096 {
        let mut bad = good.clone();
        bad[page * 4096..(page + 1) * 4096].fill(0xa5);
        fs::write(&file, &bad).expect("write");
        let Ok(mut store) = SqliteStore::open(home.path(), CREATE) else { continue };
        let mut found = store.check().map_or(true, |faults| !faults.is_empty());
        found |= store.list_peers(&me(), None, 9).is_err();
        // Pages without content are nobody's loss.
        assert!(found || page_is_unused(&good, page), "page {page}");
    }
}

fn page_is_unused(file: &[u8], page: usize) -> bool {
    // A leaf without cells, as every table and index that is empty has.
    file[page * 4096 + 3..page * 4096 + 5] == [0, 0]
}

#[test]
fn values_that_we_never_wrote_are_errors() {
    for (name, sql, secret) in [
        ("word", "UPDATE peers SET word = 4", false),
        ("negative word", "UPDATE peers SET word = -1", false),
        ("pin without word", "UPDATE peers SET pin = zeroblob(20)", false),
        ("word without pin", "UPDATE peers SET word = 3", false),
        ("short pin", "UPDATE peers SET word = 3, pin = zeroblob(19)", false),
        ("half a seen", "UPDATE peers SET seen_encrypted = NULL", false),
        ("no flag", "UPDATE peers SET truncated = 2", false),
        ("no fingerprint", "UPDATE peers SET advert_fingerprint = NULL", false),
        ("short hash", "UPDATE peers SET advert_hash = zeroblob(31)", false),
        ("no key", "UPDATE peers SET advert_key = NULL", false),
        ("preference", "UPDATE peers SET advert_prefer = 2", false),
        ("verdict", "UPDATE peers SET advert_verdict = 5", false),
        ("verdict and subkey", "UPDATE peers SET advert_verdict = 1", false),
        ("no subkey", "UPDATE peers SET advert_subkey = NULL", false),
        ("no limit", "UPDATE peers SET advert_until = NULL", false),
        ("no agent", "UPDATE peers SET plain_at = 1", false),
        (
            "agent not UTF-8",
            "UPDATE peers SET plain_at = 1, plain_agent = CAST(x'ff' AS TEXT)",
            false,
        ),
        (
            "address",
            "UPDATE peer_keys SET addr = 'P@e.org'; UPDATE peers SET addr = 'P@e.org'",
            false,
        ),
        ("half a span", "UPDATE peer_keys SET gossip_last = 1", false),
        ("copies", "UPDATE peer_keys SET copies = zeroblob(33)", false),
        ("history fingerprint", "UPDATE peer_keys SET fingerprint = zeroblob(3)", false),
        ("profile", "UPDATE accounts SET profile = 2", true),
        ("current", "UPDATE accounts SET current = x'00'", true),
        ("alias", "INSERT INTO aliases (account, alias) VALUES ('me@example.org', 'x')", true),
        ("secret key", "UPDATE secret_keys SET fingerprint = x'00'", true),
    ] {
        let home = temporary();
        let mut store = create(home.path());
        store.save_account(&account("me@example.org")).expect("save");
        store.add_secret_key(&me(), &secret_key(1, 1)).expect("add");
        save(&mut store, &addr("p@e.org"), &with_advert(1, 1)).expect("save");
        assert_eq!(store.check(), Ok(vec![]), "{name}: sound before");
        raw(home.path()).execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).expect(name);
        let peer = addr("p@e.org");
        let errors = if secret {
            [store.accounts().err(), store.secret_keys(&me()).err()]
        } else {
            [store.list_peers(&me(), None, 9).err(), store.peer(&me(), &peer).err()]
        };
        let errors: Vec<_> = errors.into_iter().flatten().collect();
        assert!(!errors.is_empty(), "{name}");
        assert!(errors.iter().all(|error| error_kind(error) == "corrupt"), "{name}: {errors:?}");
        assert_ne!(store.check(), Ok(vec![]), "{name}: the check names it");
    }
}

#[test]
fn the_check_finds_what_the_tables_promise_each_other() {
    for (name, sql) in [
        ("advert without history", "DELETE FROM peer_keys"),
        ("other octets", "UPDATE peers SET advert_key = x'00'"),
        ("peer without account", "UPDATE peers SET account = 'x@e.org'"),
        ("no current key", "UPDATE accounts SET current = zeroblob(20)"),
        ("miscounted", "UPDATE accounts SET message_ids = 7"),
    ] {
        let home = temporary();
        filled(home.path());
        raw(home.path()).execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).expect(name);
        let faults = create(home.path()).check().expect(name);
        assert!(!faults.is_empty(), "{name}");
    }
}

#[test]
fn a_newer_kind_is_refused_and_left_as_it_is() {
    let numbers = "UPDATE home SET schema = 9, readable_from = 8";
    for (name, in_log) in [("in the file", false), ("in a log that was left behind", true)] {
        let (made, home) = (temporary(), temporary());
        filled(made.path());
        let conn = raw(made.path());
        conn.execute_batch(numbers).expect("numbers");
        if !in_log {
            let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
            conn.query_row(checkpoint, [], |_| Ok(())).expect("checkpoint");
        }
        for (path, octets) in contents(made.path()) {
            fs::write(home.path().join(path.file_name().expect("name")), octets).expect("copy");
        }
        let before = contents(home.path());
        assert_eq!(before.len(), if in_log { 2 } else { 1 }, "{name}");
        match SqliteStore::open(home.path(), CREATE) {
            Err(StoreError::Newer { ours, found: 8, .. }) if ours == STEPS.len() as i64 => {}
            other => panic!("{name}: {other:?}"),
        }
        assert!(contents(home.path()) == before, "{name}: untouched");
    }
}

#[test]
fn additions_of_a_newer_program_are_kept_and_not_looked_at() {
    let home = temporary();
    filled(home.path());
    raw(home.path())
        .execute_batch(
            "ALTER TABLE peers ADD COLUMN mood TEXT;
             ALTER TABLE accounts ADD COLUMN colour INTEGER NOT NULL DEFAULT 3;
             CREATE TABLE drafts (account TEXT NOT NULL) STRICT;
             UPDATE peers SET mood = 'good';
             UPDATE accounts SET colour = 5;
             UPDATE home SET schema = 8",
        )
        .expect("additions");
    let mut store = create(home.path());
    save(&mut store, &addr("p@e.org"), &with_advert(2, 2)).expect("save over");
    save(&mut store, &addr("q@e.org"), &with_advert(2, 2)).expect("save anew");
    store.save_account(&account("me@example.org")).expect("save over");
    store.save_account(&account("more@example.org")).expect("save anew");
    assert_eq!(store.count_peers(&me()), Ok(2));
    let value = |sql: &str| raw(home.path()).query_row(sql, [], |row| row.get::<_, String>(0));
    assert_eq!(value("SELECT mood FROM peers WHERE addr = 'p@e.org'"), Ok("good".to_owned()));
    assert_eq!(
        value("SELECT group_concat(colour) FROM accounts ORDER BY position"),
        Ok("5,3".to_owned())
    );
    assert_eq!(value("SELECT '' || schema FROM home"), Ok("8".to_owned()), "no step back");
}

#[test]
fn a_home_of_the_first_schema_is_brought_forward_and_keeps_its_keys() {
    let home = temporary();
    let store = SqliteStore::open_with(home.path(), CREATE, &STEPS[..1]).expect("made");
    drop(store);
    raw(home.path())
        .execute_batch(
            "INSERT INTO accounts (account, position, enabled, prefer_encrypt, spelling, profile)
                 VALUES ('me@example.org', 1, 1, 1, 1, 1);
             INSERT INTO secret_keys (account, fingerprint, created, added, cert, secret)
                 VALUES ('me@example.org', zeroblob(20), 1, 2, x'01', x'02')",
        )
        .expect("a home of then");
    let keys = create(home.path()).secret_keys(&me()).expect("keys");
    assert_eq!((keys.len(), keys[0].key.locked), (1, false));
}

#[test]
fn steps_go_forward_each_whole_or_not_at_all() {
    let first = || Step { schema: 1, readable_from: 1, sql: STEPS[0].sql };
    let added = || Step { schema: 2, readable_from: 1, sql: "CREATE TABLE b (a) STRICT" };
    let added = || Step { sql: "CREATE TABLE b (a INTEGER) STRICT", ..added() };
    let broken =
        || Step { schema: 3, readable_from: 3, sql: "CREATE TABLE c (a INTEGER); CREATE nonsense" };
    let breaking = || Step { sql: "CREATE TABLE c (a INTEGER) STRICT", ..broken() };
    let home = temporary();
    SqliteStore::open_with(home.path(), CREATE, &[first()]).expect("made");
    let open = |steps: &[Step]| {
        SqliteStore::open_with(home.path(), OpenOptions::default(), steps).map(|_| ())
    };
    let state = || {
        raw(home.path())
            .query_row(
                "SELECT schema || ' from ' || readable_from || ', tables ' ||
                    (SELECT group_concat(name) FROM sqlite_schema WHERE name IN ('b', 'c'))
                 FROM home",
                [],
                |row| row.get::<_, Option<String>>(0),
            )
            .expect("state")
    };
    open(&[first(), added()]).expect("one step");
    assert_eq!(state().as_deref(), Some("2 from 1, tables b"));
    open(&[first()]).expect("an older program");
    open(&[first(), added()]).expect("nothing to do");
    let failed = open(&[first(), added(), broken()]).expect_err("a broken step");
    assert_eq!(error_kind(&failed), "database");
    assert_eq!(state().as_deref(), Some("2 from 1, tables b"), "nothing of it stays");
    open(&[first(), added(), breaking()]).expect("a breaking step");
    assert_eq!(state().as_deref(), Some("3 from 3, tables b,c"));
    assert!(matches!(open(&[first(), added()]), Err(StoreError::Newer { ours: 2, found: 3, .. })));
    let fresh = temporary();
    SqliteStore::open_with(fresh.path(), CREATE, &[first(), added(), breaking()]).expect("fresh");
    let all = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)";
    let schema = |home: &Path| raw(home).query_row(all, [], |row| row.get::<_, String>(0));
    assert_eq!(schema(fresh.path()), schema(home.path()));
}

#[test]
fn several_may_make_a_home_at_once_and_no_update_is_lost() {
    const THREADS: i64 = 4;
    const ROUNDS: i64 = 40;
    for _ in 0..5 {
        let parent = temporary();
        let home = parent.path().join("home");
        let peer = addr("p@e.org");
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let mut store = create(&home);
                    store.save_account(&account("me@example.org")).expect("save");
                    for _ in 0..ROUNDS {
                        transaction(&mut store, |store| {
                            let mut state = store.peer(&me(), &peer)?.unwrap_or_default();
                            let seen = state.peer.seen.map_or(at(0), |seen| seen.at);
                            let seen = Seen { at: seen.plus_secs(1), encrypted: false };
                            state.peer.seen = Some(seen);
                            save(store, &peer, &state)
                        })
                        .expect("transaction");
                    }
                });
            }
        });
        let found = create(&home).peer_row(&me(), &peer).expect("load").expect("row");
        assert_eq!(found.seen.map(|seen| seen.at), Some(at(THREADS * ROUNDS)));
    }
}

#[test]
fn other_connections_are_seen_and_waited_for_only_so_long() {
    let home = temporary();
    let mut one = create(home.path());
    let options = OpenOptions { create: false, busy_timeout_secs: 0 };
    let mut other = SqliteStore::open(home.path(), options).expect("open");
    let before = other.generation().expect("generation");
    one.save_account(&account("me@example.org")).expect("save");
    assert_ne!(other.generation(), Ok(before), "the generation is everybody's");
    assert_eq!(other.commits(), 0, "the count is its own");
    one.begin().expect("begin");
    save(&mut one, &addr("p@e.org"), &with_advert(1, 1)).expect("save");
    assert_eq!(other.count_peers(&me()), Ok(0), "readers see the last commit");
    let error = other.begin().expect_err("busy");
    assert!(matches!(error, StoreError::Busy { waited_secs: 0, .. }), "{error}");
    one.commit().expect("commit");
    other.begin().expect("free again");
}

#[test]
fn a_destroyed_key_leaves_no_octet_in_any_file() {
    let home = temporary();
    let mut store = create(home.path());
    store.save_account(&account("me@example.org")).expect("save");
    let mut key = secret_key(1, 1);
    let secret = [0xc3, 0x5a, 0x99].repeat(500);
    key.key.secret = crate::secret::Secret::new(secret.clone());
    store.add_secret_key(&me(), &key).expect("add");
    let holds = |home: &Path| {
        contents(home).values().any(|octets| octets.windows(60).any(|part| part == &secret[..60]))
    };
    assert!(holds(home.path()), "it is there");
    assert_eq!(store.destroy_secret_key(&me(), &key.key.fingerprint), Ok(true));
    assert!(!holds(home.path()), "it is gone, while the store is open");
    // What another copy took the place of is destroyed too.
    store.add_secret_key(&me(), &key).expect("add");
    assert!(holds(home.path()), "it is there again");
    assert_eq!(store.replace_secret_key(&me(), &secret_key(1, 1).key), Ok(true));
    assert!(!holds(home.path()), "it is replaced, while the store is open");
}

#[test]
fn the_settings_of_a_connection_are_as_designed() {
    let home = temporary();
    let store = create(home.path());
    for (pragma, expected) in [
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("trusted_schema", 0),
        ("temp_store", 2),
        ("busy_timeout", 30_000),
        ("application_id", 0x494E_424D),
    ] {
        let found = store.conn.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        assert_eq!(found, Ok(expected), "{pragma}");
    }
    let mode = store.conn.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
    assert_eq!(mode, Ok("wal".to_owned()));
}

#[test]
fn every_table_is_strict_and_begins_with_the_account() {
    let home = temporary();
    let store = create(home.path());
    let mut statement = store
        .conn
        .prepare(
            "SELECT l.name, l.strict, (SELECT group_concat(name) FROM (
                SELECT name FROM pragma_table_info(l.name) ORDER BY cid LIMIT 2))
             FROM pragma_table_list l WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite_%'",
        )
        .expect("prepare");
    let tables: Vec<(String, bool, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("query")
        .collect::<Result<_, _>>()
        .expect("tables");
    assert_eq!(tables.len(), 9);
    for (name, strict, columns) in tables {
        assert!(strict, "{name}");
        let keyed = columns.starts_with("account,") || columns == "position,account";
        assert!(keyed || name == "home", "{name}: {columns}");
    }
}
