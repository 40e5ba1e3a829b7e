//! CPU time, wall time and memory, as the kernel counts them; and the rounds.
//!
//! CPU time is user and system time together, of this process or of its children, so that a busy
//! machine disturbs little. A bench and its anchor take turns within each round, and what is told is
//! the ratio within a round: a machine that slows down slows both.

// Wall time is what one row is about; nothing here is a rule.
#![allow(clippy::disallowed_methods)]

use std::time::{Duration, Instant};

use crate::Outcome;

/// What a run of something takes.
pub(crate) type Run<'a> = Box<dyn FnMut() -> Outcome<Duration> + 'a>;

/// A bench, what it is held against, and by how much it may be slower.
pub(crate) struct Row<'a> {
    pub(crate) name: &'static str,
    pub(crate) against: &'static str,
    pub(crate) goal: f64,
    /// What one run of either works on, to tell microseconds of each.
    pub(crate) units: u64,
    pub(crate) bench: Run<'a>,
    pub(crate) anchor: Run<'a>,
}

impl Row<'_> {
    /// Measures in `rounds` rounds, after one of each that does not count, and prints a line.
    pub(crate) fn measure(&mut self, rounds: usize) -> Outcome<()> {
        (self.anchor)()?;
        (self.bench)()?;
        let (mut benches, mut anchors, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds {
            // Who goes first changes, so that neither always finds the caches warm.
            let (bench, anchor) = if round % 2 == 0 {
                let anchor = (self.anchor)()?.as_secs_f64();
                ((self.bench)()?.as_secs_f64(), anchor)
            } else {
                ((self.bench)()?.as_secs_f64(), (self.anchor)()?.as_secs_f64())
            };
            benches.push(bench);
            anchors.push(anchor);
            ratios.push(bench / anchor.max(1e-9));
        }
        let each = |runs: &mut [f64]| median(runs) * 1e6 / self.units.max(1) as f64;
        let (bench, anchor) = (each(&mut benches), each(&mut anchors));
        let ratio = median(&mut ratios);
        let (least, most) = (ratios.first().unwrap_or(&ratio), ratios.last().unwrap_or(&ratio));
        let verdict = if ratio <= self.goal { "ok" } else { "MISSED" };
        println!(
            "| {} | {} | {bench:.2} | {anchor:.2} | {ratio:.2} ({least:.2}–{most:.2}) | ≤ {:.2} | {verdict} |",
            self.name, self.against, self.goal
        );
        Ok(())
    }
}

/// Sorts, and gives the middle.
fn median(runs: &mut [f64]) -> f64 {
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied().unwrap_or_default()
}

/// The CPU time that `work` takes in this process, all threads.
pub(crate) fn cpu(work: impl FnOnce() -> Outcome<()>) -> Outcome<Duration> {
    let before = used(libc::RUSAGE_SELF)?;
    work()?;
    Ok(used(libc::RUSAGE_SELF)?.saturating_sub(before))
}

/// The CPU time that the children take that `work` starts and waits for.
pub(crate) fn cpu_of_children(work: impl FnOnce() -> Outcome<()>) -> Outcome<Duration> {
    let before = used(libc::RUSAGE_CHILDREN)?;
    work()?;
    Ok(used(libc::RUSAGE_CHILDREN)?.saturating_sub(before))
}

/// The time on the wall that `work` takes.
pub(crate) fn wall(work: impl FnOnce() -> Outcome<()>) -> Outcome<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

/// The most memory that this process ever held, in KiB (Linux).
pub(crate) fn peak_kib() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_ascii_whitespace().next());
    Ok(number.ok_or("expected VmHWM in /proc/self/status, found none")?.parse()?)
}

fn used(whom: libc::c_int) -> Outcome<Duration> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is to storage of the right type that outlives the call.
    if unsafe { libc::getrusage(whom, usage.as_mut_ptr()) } != 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    // SAFETY: all zeroes is a valid `rusage`, and the call above has filled it.
    let usage = unsafe { usage.assume_init() };
    let time = |time: libc::timeval| {
        let secs = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or_default());
        secs + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or_default())
    };
    Ok(time(usage.ru_utime) + time(usage.ru_stime))
}
