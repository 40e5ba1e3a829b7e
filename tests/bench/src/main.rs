//! `inbome-bench`: each bench beside its anchor, in interleaved rounds, as a table.
//!
//! Run it by `make bench`. `ROUNDS` (7), `SCALE` (1; 0.1 is a tenth of the mails), `ONLY` (words of
//! rows' names, with commas between), `BENCH_LARGE=1` (a million mails, and a whole mbox of 2.6 GB),
//! `BENCH_DIR` (where the mailboxes are made, and stay). Nothing fails for being slow.

// Made here and thrown away: no data comes from outside.
#![allow(clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

mod anchors;
mod mailbox;
mod measure;
mod once;
mod rows;

use mailbox::{Bodies, Writer};

/// What everything here gives.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Mails of the Maildir at scale 1.
const MAILS: f64 = 100_000.0;
/// Of the large Maildir.
const MANY_MAILS: f64 = 1_000_000.0;
/// Of the small Maildir.
const FEW_MAILS: f64 = 10_000.0;
/// Of the mbox, unless all are wanted.
const MBOX_MAILS: f64 = 20_000.0;
/// Raised when the generator changes, so that old mailboxes are made anew.
const GENERATOR: u32 = 4;

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        [] => run(),
        ["scan", home, mailbox] => once::scan(Path::new(home), Path::new(mailbox)),
        ["scan-alone", home, mailbox] => once::scan_alone(Path::new(home), Path::new(mailbox)),
        ["anchor", anchor, mailbox] => anchors::run(anchor, Path::new(mailbox)),
        ["process", home, mails @ ..] => once::process(Path::new(home), mails),
        _ => Err("expected no argument: the others are for this program itself".into()),
    }
}

/// The mailboxes, and how many mails are in them.
pub(crate) struct Mailboxes {
    pub(crate) folder: PathBuf,
    pub(crate) maildir: (PathBuf, u64),
    pub(crate) few: (PathBuf, u64),
    pub(crate) mbox: (PathBuf, u64),
    pub(crate) many: Option<(PathBuf, u64)>,
}

fn run() -> Outcome<()> {
    let number = |name: &str, default: f64| -> Outcome<f64> {
        std::env::var(name).map_or(Ok(default), |text| Ok(text.parse()?))
    };
    let (rounds, scale) = (number("ROUNDS", 7.0)? as usize, number("SCALE", 1.0)?);
    let large = std::env::var("BENCH_LARGE").is_ok_and(|word| word == "1");
    let folder =
        std::env::var_os("BENCH_DIR").map_or_else(|| PathBuf::from("target/bench"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let make = |name: &str, mails: f64, bodies: Bodies| -> Outcome<(PathBuf, u64)> {
        let mails = (mails * scale).max(100.0) as usize;
        Ok((mailbox(&folder, name, mails, bodies)?, mails as u64))
    };
    let mailboxes = Mailboxes {
        maildir: make("maildir", MAILS, Bodies::Cut)?,
        few: make("few", FEW_MAILS, Bodies::Whole)?,
        mbox: make("mbox", if large { MAILS } else { MBOX_MAILS }, Bodies::Whole)?,
        many: large.then(|| make("many", MANY_MAILS, Bodies::Cut)).transpose()?,
        folder,
    };
    let only = std::env::var("ONLY").unwrap_or_default().to_lowercase();
    let wanted = |name: &str| {
        let name = name.to_lowercase();
        only.is_empty() || only.split(',').any(|word| name.contains(word))
    };
    println!(
        "{rounds} rounds, scale {scale}; µs of CPU each, and the ratio: median (least–most)\n"
    );
    println!("| bench | against | µs | µs | ratio | goal | |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    rows::measure(&mailboxes, rounds, &wanted)?;
    println!("\n| counted | found | goal |\n| --- | --- | --- |");
    rows::count(&mailboxes, &wanted)
}

/// Makes a mailbox, unless the same one is there from an earlier run.
fn mailbox(folder: &Path, name: &str, mails: usize, bodies: Bodies) -> Outcome<PathBuf> {
    let path = folder.join(format!("{name}-{mails}-{GENERATOR}"));
    let done = folder.join(format!("{name}-{mails}-{GENERATOR}.done"));
    if !done.exists() {
        eprintln!("making {} …", path.display());
        if path.is_dir() {
            std::fs::remove_dir_all(&path)?;
        }
        let mut writer = Writer::new(1, mails, bodies)?;
        match name {
            "mbox" => writer.mbox(&path, mails)?,
            _ => writer.maildir(&path, mails)?,
        }
        std::fs::write(done, "")?;
    }
    Ok(path)
}
