//! The rows of the table, in the order of the goals.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use inbome_core::addr::Addr;
use inbome_core::discover::Receipt;
use inbome_core::engine::{Engine, PeerFilter, Reply};
use memchr::memmem;
use tempfile::TempDir;

use crate::mailbox::ACCOUNT;
use crate::measure::{Row, cpu, cpu_of_children, wall};
use crate::once::{open, scan_with};
use crate::{Mailboxes, Outcome, anchors};

/// Recipients of one mail.
const RECIPIENTS: usize = 50;
/// Look-ups in one run.
const LOOKUPS: usize = 20_000;
/// Mails processed at once.
const BATCH: usize = 1_000;
/// Processes in one run.
const PROCESSES: u64 = 20;

/// Measures and prints the rows that have an anchor.
pub(crate) fn measure(
    mailboxes: &Mailboxes,
    rounds: usize,
    wanted: &dyn Fn(&str) -> bool,
) -> Outcome<()> {
    let homes = &Homes(&mailboxes.folder);
    let warm = homes.fresh()?;
    let engine = &open(warm.path())?;
    let conn = &anchors::connect(warm.path())?;
    scan_with(engine, &mailboxes.maildir.0, 1)?;
    let peers = &peers_of(engine)?;
    let (old, young) = &repeat_mails(mailboxes)?;
    let rows = [
        scan_row(
            "scan Maildir, 1 thread",
            "read the headers only",
            homes,
            &mailboxes.maildir,
            anchors::READ_HEADERS,
        ),
        scan_row(
            "scan mbox, 1 thread",
            "read + find `From `",
            homes,
            &mailboxes.mbox,
            anchors::FIND_FROM_LINES,
        ),
        Row {
            bench: Box::new(move || {
                let home = homes.fresh()?;
                let engine = open(home.path())?;
                wall(|| scan_with(&engine, &mailboxes.maildir.0, 2).map(drop))
            }),
            anchor: Box::new(move || {
                let home = homes.fresh()?;
                let engine = open(home.path())?;
                wall(|| scan_with(&engine, &mailboxes.maildir.0, 1).map(drop))
            }),
            ..blank("scan Maildir, 2 threads, wall", "1 thread, wall", 1.0, mailboxes.maildir.1)
        },
        Row {
            bench: Box::new(move || cpu(|| scan_with(engine, &mailboxes.maildir.0, 1).map(drop))),
            anchor: Box::new(|| cpu(|| anchors::read_directory(&mailboxes.maildir.0).map(drop))),
            ..blank("rescan, nothing new", "read the directory", 1.5, mailboxes.maildir.1)
        },
        gmime_row(homes, mailboxes),
        repeat_row(homes, old, young),
        Row {
            bench: Box::new(move || {
                cpu(|| {
                    for peer in cycled(peers) {
                        engine.get_encrypt_key(None, peer)?;
                    }
                    Ok(())
                })
            }),
            anchor: Box::new(move || cpu(|| point_reads(conn, peers))),
            ..blank("get_encrypt_key", "one prepared point read", 1.5, LOOKUPS as u64)
        },
        Row {
            bench: Box::new(move || {
                let all: Vec<Addr> = cycled(peers).cloned().collect();
                cpu(|| {
                    for recipients in all.chunks(RECIPIENTS) {
                        engine.recommend(None, recipients, &Reply::Unknown)?;
                    }
                    Ok(())
                })
            }),
            anchor: Box::new(move || cpu(|| point_reads(conn, peers))),
            ..blank("recommend, each of 50", "one prepared point read", 1.5, LOOKUPS as u64)
        },
    ];
    for mut row in rows.into_iter().filter(|row| wanted(row.name)) {
        match gap(&row) {
            Some(gap) => println!("| {} | {} | | | {gap} | | |", row.name, row.against),
            None => row.measure(rounds)?,
        }
    }
    process_row(warm.path(), mailboxes, rounds, wanted)
}

/// Prints what is counted rather than timed.
pub(crate) fn count(mailboxes: &Mailboxes, wanted: &dyn Fn(&str) -> bool) -> Outcome<()> {
    let homes = Homes(&mailboxes.folder);
    if wanted("commits") {
        let (changed, unchanged) = commits_and_syncs(&homes, mailboxes)?;
        println!("| single process_incoming, something changed | {changed} | 1 |");
        println!("| single process_incoming, nothing changed | {unchanged} | 0 |");
    }
    if wanted("memory") {
        let peak = |mailbox: &Path| -> Outcome<u64> {
            let home = homes.fresh()?;
            let printed = output(
                Command::new(std::env::current_exe()?).arg("scan").args([home.path(), mailbox]),
            )?;
            Ok(printed.trim().parse()?)
        };
        let all = mailboxes.many.iter().chain([&mailboxes.maildir, &mailboxes.few]);
        for (path, mails) in all {
            let mib = peak(path)? as f64 / 1_024.0;
            println!("| peak memory, scan of {mails} mails | {mib:.1} MB | < 32 MB |");
        }
    }
    if wanted("open") {
        let home = homes.fresh()?;
        drop(open(home.path())?);
        let peer = Addr::parse("someone@else.example")?;
        let mut runs = Vec::new();
        for _ in 0..15 {
            let run = cpu(|| {
                let engine = open(home.path())?;
                engine.get_encrypt_key(None, &peer)?;
                std::mem::forget(engine);
                Ok(())
            })?;
            runs.push(run);
        }
        runs.sort();
        let [least, .., most] = runs.as_slice() else { return Ok(()) };
        let middle = runs[runs.len() / 2];
        println!("| open engine + first lookup | {middle:.2?} ({least:.2?}–{most:.2?}) | ≤ 1 ms |");
    }
    Ok(())
}

/// Makes homes on the disk where the mailboxes are.
struct Homes<'a>(&'a Path);

impl Homes<'_> {
    fn fresh(&self) -> Outcome<TempDir> {
        Ok(tempfile::Builder::new().prefix("home-").tempdir_in(self.0)?)
    }
}

fn blank<'a>(name: &'static str, against: &'static str, goal: f64, units: u64) -> Row<'a> {
    let nothing = || Box::new(|| Ok(Duration::ZERO));
    Row { name, against, goal, units, bench: nothing(), anchor: nothing() }
}

/// Each in a process of its own: what other rows leave behind in memory makes either of them slower.
fn scan_row<'a>(
    name: &'static str,
    against: &'static str,
    homes: &'a Homes<'a>,
    (path, mails): &'a (PathBuf, u64),
    anchor: &'static str,
) -> Row<'a> {
    Row {
        bench: Box::new(move || {
            let home = homes.fresh()?;
            drop(open(home.path())?);
            cpu_of_itself(&[OsStr::new("scan-alone"), home.path().as_os_str(), path.as_os_str()])
        }),
        anchor: Box::new(move || {
            cpu_of_itself(&[OsStr::new("anchor"), OsStr::new(anchor), path.as_os_str()])
        }),
        ..blank(name, against, 2.0, *mails)
    }
}

/// The CPU time of this program with these arguments.
fn cpu_of_itself(arguments: &[&OsStr]) -> Outcome<Duration> {
    let mut child = Command::new(std::env::current_exe()?);
    cpu_of_children(|| output(child.args(arguments)).map(drop))
}

fn gmime_row<'a>(homes: &'a Homes<'a>, mailboxes: &'a Mailboxes) -> Row<'a> {
    let (few, mails) = &mailboxes.few;
    Row {
        bench: Box::new(move || {
            let home = homes.fresh()?;
            let engine = open(home.path())?;
            cpu(|| scan_with(&engine, few, 1).map(drop))
        }),
        anchor: Box::new(move || {
            let mut gmime = Command::new(gmime_anchor());
            cpu_of_children(|| output(gmime.arg(few.join("cur"))).map(drop))
        }),
        ..blank("scan Maildir of 10k", "GMime parse + Autocrypt (C)", 0.2, *mails)
    }
}

/// What a row lacks.
fn gap(row: &Row<'_>) -> Option<&'static str> {
    let lacks = row.against.starts_with("GMime") && !gmime_anchor().is_file();
    lacks.then_some("GMime is missing: install libgmime-3.0-dev")
}

/// Made by the Makefile.
fn gmime_anchor() -> PathBuf {
    std::env::var_os("GMIME_ANCHOR")
        .map_or_else(|| PathBuf::from("target/bench/gmime-anchor"), PathBuf::from)
}

type Mails = Vec<Vec<u8>>;

/// The older half of a mailbox, and those of the younger half whose key field stands in the older
/// half too, octet by octet.
fn repeat_mails(mailboxes: &Mailboxes) -> Outcome<(Mails, Mails)> {
    let mut names = fs::read_dir(mailboxes.few.0.join("cur"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    names.sort();
    let mut mails = names.iter().map(|path| Ok(fs::read(path)?)).collect::<Outcome<Vec<_>>>()?;
    let mut young = mails.split_off(mails.len() / 2);
    let known: BTreeSet<&[u8]> = mails.iter().filter_map(|mail| key_field(mail)).collect();
    young.retain(|mail| key_field(mail).is_some_and(|field| known.contains(field)));
    Ok((mails, young))
}

/// What stands from the first key field to the end of the header.
fn key_field(mail: &[u8]) -> Option<&[u8]> {
    let start = memmem::find(mail, b"\nAutocrypt: ")?;
    let field = mail.get(start..)?;
    field.get(..memmem::find(field, b"\n\n")?)
}

/// The older mails teach the keys; what is measured are the younger ones, with the same keys and
/// later dates.
fn repeat_row<'a>(homes: &'a Homes<'a>, old: &'a [Vec<u8>], young: &'a [Vec<u8>]) -> Row<'a> {
    let process = |engine: &Engine, mails: &[Vec<u8>]| -> Outcome<()> {
        for batch in mails.chunks(BATCH) {
            let batch: Vec<_> =
                batch.iter().map(|mail| (mail.as_slice(), Receipt::default())).collect();
            engine.process_mails(None, &batch)?;
        }
        Ok(())
    };
    Row {
        bench: Box::new(move || {
            let home = homes.fresh()?;
            let engine = open(home.path())?;
            process(&engine, old)?;
            cpu(|| process(&engine, young))
        }),
        anchor: Box::new(move || {
            cpu(|| {
                for mail in young {
                    std::hint::black_box(mailparse::parse_headers(mail)?);
                }
                Ok(())
            })
        }),
        ..blank("process_mails, repeat keys", "mailparse, headers only", 1.0, young.len() as u64)
    }
}

fn peers_of(engine: &Engine) -> Outcome<Vec<Addr>> {
    let mut peers = Vec::new();
    engine.peers(None, PeerFilter::WithKey, &mut |_, row| peers.push(row.addr))?;
    Ok(peers)
}

fn cycled(peers: &[Addr]) -> impl Iterator<Item = &Addr> {
    peers.iter().cycle().take(LOOKUPS)
}

fn point_reads(conn: &rusqlite::Connection, peers: &[Addr]) -> Outcome<()> {
    anchors::point_reads(conn, ACCOUNT, cycled(peers).map(Addr::as_str)).map(drop)
}

/// `inbome process-incoming` as a process of its own; the command must have been built.
fn process_row(
    home: &Path,
    mailboxes: &Mailboxes,
    rounds: usize,
    wanted: &dyn Fn(&str) -> bool,
) -> Outcome<()> {
    let (name, against) = ("inbome process-incoming, process", "gpg --version, process");
    if !wanted(name) {
        return Ok(());
    }
    let mail = fs::read_dir(mailboxes.few.0.join("cur"))?.next().ok_or("expected a mail")??;
    let inbome = std::env::current_exe()?.with_file_name("inbome");
    let arguments = |command: &mut Command| {
        command.arg("--home").arg(home).arg("process-incoming").arg(mail.path());
    };
    let run = |program: &Path, arguments: &dyn Fn(&mut Command)| {
        let mut command = Command::new(program);
        arguments(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    let version = |command: &mut Command| {
        command.arg("--version");
    };
    let works = |program: &Path, arguments: &dyn Fn(&mut Command)| {
        run(program, arguments).is_ok_and(|status| status.success())
    };
    if !works(&inbome, &arguments) || !works(Path::new("gpg"), &version) {
        println!("| {name} | {against} | | | inbome or gpg is missing | | |");
        return Ok(());
    }
    let times = |program: PathBuf, arguments: &dyn Fn(&mut Command)| {
        cpu_of_children(|| {
            (0..PROCESSES).try_for_each(|_| run(&program, arguments).map(drop)).map_err(Into::into)
        })
    };
    Row {
        bench: Box::new(|| times(inbome.clone(), &arguments)),
        anchor: Box::new(|| times(PathBuf::from("gpg"), &version)),
        ..blank(name, against, 1.0, PROCESSES)
    }
    .measure(rounds)
}

/// Commits, and fsyncs if strace is there, of one call that changes something and one that does not.
fn commits_and_syncs(homes: &Homes<'_>, mailboxes: &Mailboxes) -> Outcome<(String, String)> {
    let bench = std::env::current_exe()?;
    // Each time in a new home, made by another process.
    let run = |mails: &[&PathBuf]| -> Outcome<(u64, Option<usize>)> {
        let home = homes.fresh()?;
        drop(open(home.path())?);
        let log = home.path().join("strace.log");
        let mut traced = Command::new("strace");
        traced.args(["-f", "-e", "trace=fsync,fdatasync", "-o"]).arg(&log).arg(&bench);
        let mut direct = Command::new(&bench);
        for command in [&mut traced, &mut direct] {
            command.arg("process").arg(home.path()).args(mails);
        }
        let Ok(printed) = output(&mut traced) else {
            return Ok((output(&mut direct)?.trim().parse()?, None));
        };
        let syncs = fs::read_to_string(&log)?.lines().filter(|line| line.contains("sync(")).count();
        Ok((printed.trim().parse()?, Some(syncs)))
    };
    let mut mails = Vec::new();
    for entry in fs::read_dir(mailboxes.few.0.join("cur"))?.take(2) {
        mails.push(entry?.path());
    }
    let [first, second] = mails.as_slice() else { return Err("expected two mails".into()) };
    // The first write of a process begins the log, which costs syncs of its own; so what is told is
    // what the second call adds.
    let (commits, syncs) = run(&[first])?;
    let added = |(all, all_syncs): (u64, Option<usize>)| {
        let commits = all.saturating_sub(commits);
        match all_syncs.zip(syncs) {
            Some((all, first)) => {
                format!("{commits} commits, {} fsyncs", all.saturating_sub(first))
            }
            None => format!("{commits} commits; fsyncs not counted, strace is missing"),
        }
    };
    Ok((added(run(&[first, second])?), added(run(&[first, first])?)))
}

/// What a command prints, if it ends well.
fn output(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(format!("expected {command:?} to end well, found {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
