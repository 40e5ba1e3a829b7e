//! `scan`: a progress bar while it runs, one screen when it is done.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use inbome_core::engine::{Engine, PeerFilter};
use inbome_core::recommend::Recommendation;
use inbome_core::scan::{Progress, ScanOptions, ScanReport};
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde_json::json;

use super::survey::{self, Surveyed};
use crate::args::Scan;
use crate::exit::{Done, Exit, Failure};
use crate::input;
use crate::output::{Cell, Color, shown_line};
use crate::session::Session;
use crate::words;

/// Addresses that are named for each recommendation.
const NAMED: usize = 3;
/// The exit code of a program that Ctrl-C killed, as shells have it.
const KILLED: i32 = 130;

/// Learns from mailboxes, lists of files, or both.
pub(crate) fn scan(session: &mut Session, args: Scan) -> Done {
    let mut paths = args.paths;
    if args.null {
        paths.extend(path_list(&input::read_path_list()?));
    }
    let engine = session.engine()?;
    let cancelled = stop_on_interrupt();
    let bar = progress_bar(session);
    let options = ScanOptions {
        account: session.account(),
        jobs: args.jobs.map_or(0, usize::from),
        full: args.full,
        include: args.include,
        count: !bar.is_hidden(),
        no_decrypt: args.no_decrypt,
        is_cancelled: &|| cancelled.load(Ordering::Relaxed),
    };
    let started = now();
    let report = engine.scan(&paths, &options, &mut |progress| show(&bar, &progress));
    bar.finish_and_clear();
    let report = report?;
    let seconds = started.elapsed().as_secs_f64();
    if session.out.is_json() {
        print_object(session, &report, seconds);
    } else if session.out.is_text() {
        print_summary(session, &engine, &report, seconds)?;
    }
    for (path, found) in &report.unreadable {
        session.out.fault(&format!("expected to read {}, found: {found}", path.display()));
    }
    if !report.passed_by.is_empty() {
        let names: Vec<_> =
            report.passed_by.iter().map(|path| path.display().to_string()).collect();
        session.out.note(&format!(
            "Passed by, for their names, as links or without a mail in them: {} (`--include NAME` takes \
             a folder in).",
            names.join(", ")
        ));
    }
    if report.cancelled {
        session.out.note("Stopped; what was done is kept, and the next scan goes on from there.");
    }
    match report.cancelled || !report.unreadable.is_empty() {
        true => Ok(Exit::Failed),
        false => Ok(Exit::Done),
    }
}

/// Paths with NUL after each, or between them.
fn path_list(octets: &[u8]) -> Vec<PathBuf> {
    let names = octets.split(|octet| *octet == 0).filter(|name| !name.is_empty());
    names.map(path_of).collect()
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(name).into()
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    String::from_utf8_lossy(name).into_owned().into()
}

/// The first Ctrl-C asks the scan to end, the second ends the program.
pub(super) fn stop_on_interrupt() -> Arc<AtomicBool> {
    let cancelled = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancelled);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(KILLED);
        }
    };
    // Without a handler Ctrl-C kills at once, and that too loses at most the last batch.
    let _ = ctrlc::set_handler(handler);
    cancelled
}

// How long the scan takes is no rule's business; nothing but this report knows it.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

/// Hidden where nobody watches it.
fn progress_bar(session: &Session) -> ProgressBar {
    if session.out.is_quiet() || session.out.is_json() || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(style("{spinner} {human_pos} mails"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
        // The text is a buffer in memory.
        let _ = write!(text, "{:.0}/s", state.per_sec());
    })
}

/// What is looked at and what is passed by, of all, with the rate and the time left.
fn show(bar: &ProgressBar, progress: &Progress) {
    if bar.is_hidden() {
        return;
    }
    if let Some(total) = progress.total
        && bar.length() != Some(total)
    {
        bar.set_style(style("{bar:30} {human_pos}/{human_len} mails, {rate}, {eta} left"));
        bar.set_length(total);
    }
    bar.set_position(progress.messages.saturating_add(progress.skipped));
}

fn total_ignored(report: &ScanReport) -> u64 {
    report.ignored.values().fold(0, |sum, count| sum.saturating_add(*count))
}

fn print_object(session: &mut Session, report: &ScanReport, seconds: f64) {
    let unreadable: Vec<_> = report
        .unreadable
        .iter()
        .map(|(path, found)| json!({ "file": path.to_string_lossy(), "text": found }))
        .collect();
    let passed_by: Vec<_> = report.passed_by.iter().map(|path| path.to_string_lossy()).collect();
    session.out.object(json!({
        "messages": report.messages,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "ignored": total_ignored(report),
        "ignored_reasons": words::counts(&report.ignored),
        "skipped": report.skipped,
        "peers": report.peers,
        "seconds": (seconds * 1000.0).round() / 1000.0,
        "bytes": report.bytes,
        "passed_by": passed_by,
        "unreadable": unreadable,
        "cancelled": report.cancelled,
    }));
}

fn print_summary(
    session: &mut Session,
    engine: &Engine,
    report: &ScanReport,
    seconds: f64,
) -> Result<(), Failure> {
    let size = HumanBytes(report.bytes);
    session.out.line(&format!(
        "Looked at {} in {seconds:.1} s ({size}); passed by {}.",
        mails(report.messages),
        report.skipped
    ));
    let counted = |count: u64, text: &str| vec![Cell::count(count), Cell::new(text)];
    session.out.table(
        2,
        &[
            counted(report.updated, "told something new"),
            counted(report.unchanged, "told nothing new"),
            counted(total_ignored(report), "do not count"),
        ],
    );
    if !report.ignored.is_empty() {
        heading(session, "Mails that do not count");
        let mut rows: Vec<_> = report.ignored.iter().collect();
        rows.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(code, count)| {
                vec![Cell::count(*count), Cell::new(code.name()), Cell::new(code.text())]
            })
            .collect();
        session.out.table(2, &rows);
    }
    let surveyed = survey::survey(engine, session.account().as_ref(), PeerFilter::All)?;
    print_people(session, &surveyed);
    Ok(())
}

fn print_people(session: &mut Session, surveyed: &[Surveyed]) {
    if surveyed.is_empty() {
        return;
    }
    heading(session, "Whom you can write to encrypted");
    let mut rows = Vec::new();
    for (recommendation, count, reasons) in survey::counts(surveyed) {
        if count == 0 {
            continue;
        }
        rows.push(vec![
            Cell::count(count),
            Cell::new(words::recommendation(recommendation)).colored(words::color(recommendation)),
            Cell::new(words::meaning(recommendation)),
        ]);
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
        for (code, count) in reasons {
            let text = format!("  {count}: {}", code.about_many());
            rows.push(vec![Cell::new(""), Cell::new(""), Cell::new(text).colored(Color::Dim)]);
        }
        if recommendation != Recommendation::Disable {
            let named = Cell::new(format!("  {}", names(surveyed, recommendation)));
            rows.push(vec![Cell::new(""), Cell::new(""), named]);
        }
    }
    session.out.table(2, &rows);
    session.out.line("`inbome peers list` shows them all, and why.");
}

/// Some of the people with this recommendation, last seen first.
fn names(surveyed: &[Surveyed], recommendation: Recommendation) -> String {
    let mut people: Vec<&Surveyed> =
        surveyed.iter().filter(|peer| peer.advice.recommendation == recommendation).collect();
    people.sort_by(|one, other| {
        other.last_seen.cmp(&one.last_seen).then_with(|| one.addr.cmp(&other.addr))
    });
    let more = people.len().saturating_sub(NAMED);
    let mut text: Vec<String> =
        people.iter().take(NAMED).map(|peer| shown_line(peer.addr.as_str())).collect();
    if more > 0 {
        text.push(format!("{more} more"));
    }
    text.join(", ")
}

fn heading(session: &mut Session, text: &str) {
    let text = session.out.paint(Color::Bold, text);
    session.out.line("");
    session.out.line(&text);
}

fn mails(count: u64) -> String {
    words::count(count, "mail")
}
