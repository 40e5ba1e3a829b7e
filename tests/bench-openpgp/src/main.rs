//! `inbome-bench-openpgp`: messages made and read by libinbome and by Sequoia, in turns within one
//! process, as a table.
//!
//! Run it by `make bench-openpgp`. `ROUNDS` (7), `ONLY` (words of rows' names, with commas between),
//! `PROFILE=name` (runs that row alone until it is stopped, for a profiler: our side, or Sequoia's
//! with `SIDE=theirs`). Nothing fails for being slow. Both sides use the same keys (version 4, Ed25519 and Curve25519), AES-256 in SEIPD
//! version 1, SHA-256 and armor; each opens and verifies what the other made before anything is
//! measured.

mod ours;
mod theirs;
// Not all of it is needed here.
#[allow(dead_code)]
#[path = "../../bench/src/measure.rs"]
mod measure;

use inbome_core::addr::Addr;
use inbome_core::openpgp::{Messages, OwnKeys, Rpgp, SecretKey};
use inbome_core::random::SystemRandom;
use measure::{Row, cpu};
use rand::Rng;

use ours::Ours;
use theirs::{Certs, Theirs};

/// What everything here gives.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// When all of this happens, in seconds since 1970: a day after the keys were made.
pub(crate) const NOW: i64 = 1_790_000_000;
const SMALL: usize = 10 * 1024;
const LARGE: usize = 10 * 1024 * 1024;

fn main() -> Outcome<()> {
    let rounds = std::env::var("ROUNDS").map_or(Ok(7), |text| text.parse())?;
    let only = std::env::var("ONLY").unwrap_or_default().to_lowercase();
    let wanted = |name: &str| {
        only.is_empty() || only.split(',').any(|word| name.to_lowercase().contains(word))
    };
    let keys = (0..51).map(key).collect::<Outcome<Vec<_>>>()?;
    let (signer, people) = keys.split_first().ok_or("expected keys")?;
    let (ours, theirs) = (Ours::new(signer, people), Theirs::new(signer, people)?);
    let (small, large) = (payload(SMALL), payload(LARGE));
    agree(&ours, &theirs, &small)?;
    let mut rows = Vec::new();
    for (name, payload, goals) in
        [("10 KB", &small, [1.0 / 3.0, 1.0]), ("10 MB", &large, [1.0, 1.0])]
    {
        let [goal, opening] = goals;
        let counts: &[usize] = if payload.len() == SMALL { &[1, 5, 50] } else { &[1] };
        for &count in counts {
            let name = format!("sign + encrypt {name} to {count}");
            rows.extend(
                Certs::BOTH.map(|certs| seal(&name, payload, count, (&ours, &theirs), certs, goal)),
            );
        }
        let message = ours.seal(payload, 1, Certs::Held)?;
        let name = format!("decrypt + verify {name}");
        rows.extend(Certs::BOTH.map(|certs| {
            open(&name, message.clone(), payload.len(), (&ours, &theirs), certs, opening)
        }));
    }
    if let Ok(name) = std::env::var("PROFILE") {
        let row = rows.iter_mut().find(|row| row.name.contains(&name)).ok_or("expected a row")?;
        let theirs = std::env::var("SIDE").is_ok_and(|side| side == "theirs");
        let side = if theirs { &mut row.anchor } else { &mut row.bench };
        loop {
            side()?;
        }
    }
    println!("{rounds} rounds; µs of CPU each, and the ratio: median (least–most)\n");
    println!("| bench | against | µs | µs | ratio | goal | |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    rows.iter_mut().filter(|row| wanted(row.name)).try_for_each(|row| row.measure(rounds))
}

type Both<'a> = (&'a Ours<'a>, &'a Theirs);

fn seal<'a>(
    name: &str,
    payload: &'a [u8],
    count: usize,
    (ours, theirs): Both<'a>,
    certs: Certs,
    goal: f64,
) -> Row<'a> {
    let times = if payload.len() > SMALL { 1 } else { 300_usize.div_ceil(count + 2) };
    Row {
        name: leak(name),
        against: certs.name(),
        goal,
        units: times as u64,
        bench: Box::new(move || {
            cpu(|| (0..times).try_for_each(|_| ours.seal(payload, count, certs).map(drop)))
        }),
        anchor: Box::new(move || {
            cpu(|| (0..times).try_for_each(|_| theirs.seal(payload, count, certs).map(drop)))
        }),
    }
}

fn open<'a>(
    name: &str,
    message: Vec<u8>,
    length: usize,
    (ours, theirs): Both<'a>,
    certs: Certs,
    goal: f64,
) -> Row<'a> {
    let times = if length > SMALL { 1 } else { 100 };
    let (mine, other) = (message.clone(), message);
    Row {
        name: leak(name),
        against: certs.name(),
        goal,
        units: times,
        bench: Box::new(move || {
            cpu(|| (0..times).try_for_each(|_| ours.open(&mine, certs).map(drop)))
        }),
        anchor: Box::new(move || {
            cpu(|| (0..times).try_for_each(|_| theirs.open(&other, certs).map(drop)))
        }),
    }
}

/// Each side opens what the other sealed, or the same side would not do the same work.
fn agree(ours: &Ours<'_>, theirs: &Theirs, payload: &[u8]) -> Outcome<()> {
    for count in [1, 5, 50] {
        let mine = ours.seal(payload, count, Certs::Held)?;
        for certs in Certs::BOTH {
            let other = theirs.seal(payload, count, certs)?;
            let (opened, read) = (ours.open(&other, certs)?, theirs.open(&mine, certs)?);
            if opened.as_bytes() != payload || read != payload {
                return Err("expected the payload back, found something else".into());
            }
            // Lengths differ by what names the intended recipients and by armor only.
            eprintln!("to {count}: {} octets by us, {} by Sequoia", mine.len(), other.len());
        }
    }
    Ok(())
}

fn key(number: usize) -> Outcome<SecretKey> {
    let addr = Addr::parse(&format!("person-{number}@bench.example"))?;
    let yesterday = inbome_core::clock::Timestamp::from_secs(NOW - 86_400);
    Ok(Rpgp::new().generate(&addr, yesterday, &SystemRandom)?)
}

/// Lines as mail has them, not to be compressed away.
fn payload(length: usize) -> Vec<u8> {
    let mut rng = rand::thread_rng();
    let letter = |at: usize| if at % 72 == 71 { b'\n' } else { rng.gen_range(b' '..=b'~') };
    (0..length).map(letter).collect()
}

/// Rows are few and live as long as the program.
fn leak(name: &str) -> &'static str {
    name.to_owned().leak()
}
