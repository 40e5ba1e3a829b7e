//! Many processes on one home at once, and processes killed at any moment.

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
// The length of an undisturbed run says where to kill; nothing is asserted of time.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use inbome_core::addr::Addr;
use inbome_core::clock::{FixedClock, Timestamp};
use inbome_core::engine::{AccountOptions, Engine, EngineOptions, PeerFilter};
use inbome_core::history::Source;
use inbome_core::receive::message_id_hash;
use inbome_core::scan::ScanOptions;
use inbome_core::store::sqlite::{OpenOptions, SqliteStore};
use inbome_core::store::{Cursor, Cursors};
use tempfile::TempDir;

const ME: &str = "me@example.org";
/// 1 January 2026.
const NOW_SECS: i64 = 1_767_225_600;

fn options() -> EngineOptions {
    let clock = std::sync::Arc::new(FixedClock(Timestamp::from_secs(NOW_SECS)));
    EngineOptions { clock, ..EngineOptions::default() }
}

fn engine_with_account(addr: &str) -> Engine {
    let engine = Engine::in_memory(options());
    let addr = Addr::parse(addr).expect("address");
    engine.create_account(&addr, &AccountOptions::default(), &mut |_| None).expect("account");
    engine
}

fn inbome(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_inbome"));
    command.env("INBOME_NOW", format!("@{NOW_SECS}")).arg("--home").arg(home);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The header fields that `addr` would send.
fn key_fields(addr: &str) -> String {
    let fields = engine_with_account(addr).header_fields(None, None).expect("fields");
    fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

fn mail(from: &str, fields: &str, day: i64) -> String {
    let secs = 1_600_000_000 + day * 86_400;
    let date = Timestamp::from_secs(secs).to_string();
    // RFC 5322 from RFC 3339, without a library in the test.
    let months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months[date[5..7].parse::<usize>().expect("month") - 1];
    let (year, dom, clock) = (&date[..4], &date[8..10], &date[11..19]);
    format!(
        "Received: from mx.example.org by me; {dom} {month} {year} {clock} +0000\r\n\
         From: <{from}>\r\nTo: {ME}\r\nDate: {dom} {month} {year} {clock} +0000\r\n\
         Subject: day {day}\r\n{fields}\r\nHello\r\n"
    )
}

#[test]
fn twenty_four_processes_at_once_store_twenty_four_peers() {
    let world = TempDir::new().expect("folder");
    let home = world.path().join("home");
    run(inbome(&home).args(["init", ME]));
    let mails: Vec<PathBuf> = (0..24)
        .map(|n| {
            let from = format!("peer{n}@example.org");
            let path = world.path().join(format!("{n}.eml"));
            std::fs::write(&path, mail(&from, &key_fields(&from), n)).expect("write");
            path
        })
        .collect();
    let spawn = |path: &PathBuf| inbome(&home).arg("process-incoming").arg(path).spawn();
    let children: Vec<Child> = mails.iter().map(|path| spawn(path).expect("spawn")).collect();
    for child in children {
        let output = child.wait_with_output().expect("wait");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{errors}");
    }
    let engine = Engine::open(&home, options()).expect("open");
    assert_eq!(listing(&engine).len(), 24);
    assert_eq!(engine.check().expect("check"), Vec::<String>::new());
}

#[test]
fn several_processes_that_see_the_same_peer_lose_no_update() {
    let world = TempDir::new().expect("folder");
    let home = world.path().join("home");
    run(inbome(&home).args(["init", ME]));
    let fields = key_fields("peer@example.org");
    let spawn = |day: i64| {
        let path = world.path().join(format!("{day}.eml"));
        std::fs::write(&path, mail("peer@example.org", &fields, day)).expect("write");
        inbome(&home).arg("process-incoming").arg(path).spawn().expect("spawn")
    };
    let children: Vec<Child> = (0..16).map(spawn).collect();
    for child in children {
        assert!(child.wait_with_output().expect("wait").status.success());
    }
    let engine = Engine::open(&home, options()).expect("open");
    let peer = engine.peer(None, &Addr::parse("peer@example.org").expect("address")).expect("peer");
    let span =
        peer.state.history.values().next().and_then(|record| record.spans.get(Source::Advert));
    let span = span.expect("span");
    assert_eq!(span.last.secs_since(span.first), 15 * 86_400);
    assert_eq!(peer.state.peer.seen.map(|seen| seen.at), Some(span.last));
}

/// A Maildir of `mails` mails from ten people, two of whom change their key half way. Few people,
/// so that the time goes into batches and not into verifying keys.
fn write_maildir(path: &Path, mails: usize) {
    let people: Vec<[String; 2]> = (0..10)
        .map(|n| {
            let from = format!("p{n}@example.org");
            [key_fields(&from), if n % 5 == 0 { key_fields(&from) } else { String::new() }]
        })
        .collect();
    for part in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(path.join(part)).expect("folder");
    }
    for n in 0..mails {
        let person = n * 7 % 10;
        let late = n * 2 > mails && person % 5 == 0;
        let fields = if n % 9 == 0 { "" } else { &people[person][usize::from(late)] };
        let text = mail(&format!("p{person}@example.org"), fields, (n % 1500) as i64);
        std::fs::write(path.join(format!("cur/{n}.host:2,S")), text).expect("write");
    }
}

fn listing(engine: &Engine) -> Vec<String> {
    let mut rows = Vec::new();
    engine
        .peers(None, PeerFilter::All, &mut |account, row| rows.push(format!("{account} {row:?}")))
        .expect("list");
    rows
}

/// What scanning exactly `names` gives.
fn listing_of(mailbox: &Path, names: &BTreeSet<String>) -> Vec<String> {
    let engine = engine_with_account(ME);
    let paths: Vec<PathBuf> = names.iter().map(|name| mailbox.join("cur").join(name)).collect();
    let options = ScanOptions {
        account: None,
        jobs: 1,
        full: false,
        include: Vec::new(),
        count: false,
        no_decrypt: false,
        is_cancelled: &|| false,
    };
    let report = engine.scan(&paths, &options, &mut |_| {}).expect("scan");
    assert_eq!(report.messages as usize, names.len());
    listing(&engine)
}

/// The names that the home has down as scanned.
fn scanned(home: &Path, mailbox: &Path, all: &[String]) -> BTreeSet<String> {
    let mut store = SqliteStore::open(home, OpenOptions::default()).expect("open");
    let me = Addr::parse(ME).expect("address");
    let name = mailbox.canonicalize().expect("path").to_string_lossy().into_owned();
    let mut hashes = BTreeSet::new();
    for cursor in store.load_cursor(&me, &name).expect("cursor") {
        let Cursor::Names(names) = cursor else { panic!("an offset in a folder") };
        hashes.extend(names);
    }
    let unique = |name: &str| name.split_once(":2,").map_or(name, |(unique, _)| unique).to_owned();
    all.iter()
        .filter(|name| hashes.contains(&message_id_hash(unique(name).as_bytes())))
        .cloned()
        .collect()
}

/// A few are a sample; `make soak` asks for many times as many.
fn kills_to_make() -> usize {
    let times = std::env::var("INBOME_SOAK").map(|times| times.parse().expect("a number"));
    24 * times.unwrap_or(1)
}

#[test]
fn a_scan_killed_at_any_moment_loses_nothing() {
    let world = TempDir::new().expect("folder");
    let mailbox = world.path().join("Maildir");
    let mails = 10_000;
    write_maildir(&mailbox, mails);
    let all: Vec<String> = std::fs::read_dir(mailbox.join("cur"))
        .expect("list")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();

    let undisturbed = world.path().join("undisturbed");
    run(inbome(&undisturbed).args(["init", ME]));
    let start = Instant::now();
    run(inbome(&undisturbed).args(["--quiet", "scan"]).arg(&mailbox));
    let duration = start.elapsed();
    let expected = listing(&Engine::open(&undisturbed, options()).expect("open"));
    assert_eq!(expected.len(), 10);

    let mut seed = 20_161_217_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let (mut kills, mut homes, mut partial) = (0, 0, 0);
    while kills < kills_to_make() {
        homes += 1;
        let home = world.path().join(format!("home{homes}"));
        run(inbome(&home).args(["init", ME]));
        // Each home is killed a few times, and each time goes on from where it was.
        for _ in 0..8 {
            let before = Engine::open(&home, options()).expect("open");
            let generation = before.generation().expect("read");
            let mut child =
                inbome(&home).args(["--quiet", "scan"]).arg(&mailbox).spawn().expect("spawn");
            if kills % 4 == 0 {
                // Right behind a batch: how long one takes is the machine's business.
                while before.generation().expect("read") == generation
                    && child.try_wait().expect("wait").is_none()
                {
                    std::thread::sleep(Duration::from_micros(200));
                }
            } else {
                let permille = random() % 1_000;
                std::thread::sleep(
                    duration.mul_f64(permille as f64 / 1_000.0).min(Duration::from_secs(5)),
                );
            }
            drop(before);
            child.kill().expect("kill");
            child.wait().expect("wait");
            kills += 1;
            let engine = Engine::open(&home, options()).expect("the database opens");
            assert_eq!(engine.check().expect("check"), Vec::<String>::new());
            let done = scanned(&home, &mailbox, &all);
            let between = !done.is_empty() && done.len() < mails;
            partial += usize::from(between);

            // Every one would take too long.
            if between && partial % 8 == 1 {
                assert_eq!(listing(&engine), listing_of(&mailbox, &done), "a batch is half there");
            }
        }
        run(inbome(&home).args(["--quiet", "scan"]).arg(&mailbox));
        let engine = Engine::open(&home, options()).expect("open");
        assert_eq!(listing(&engine), expected, "home {homes}");
    }
    println!("{kills} kills, {homes} homes, {partial} times between two batches");
    // Otherwise the test would show nothing.
    assert!(partial > 0, "expected some kills to fall between two batches, found none");
}
