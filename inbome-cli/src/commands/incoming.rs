//! `process-incoming`: one line per mail.

use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use inbome_core::discover::Receipt;
use inbome_core::engine::Engine;
use inbome_core::fields::FieldReport;
use inbome_core::gossip::GossipFlaw;
use inbome_core::receive::{GossipOutcome, Incoming, Outcome};
use serde_json::{Value, json};

use crate::args::ProcessIncoming;
use crate::exit::{Done, Exit, Failure};
use crate::input;
use crate::output::{Color, shown_line};
use crate::session::Session;
use crate::words;

/// Learns from the mails that are named, or from the one on standard input.
pub(crate) fn process_incoming(session: &mut Session, args: &ProcessIncoming) -> Done {
    let receipt = Receipt {
        received_at: args.received_at,
        spam: args.spam,
        no_decrypt: args.no_decrypt,
        return_payload: false,
    };
    if args.pass {
        return Ok(pass(session, receipt));
    }
    let engine = session.engine()?;
    let files = match args.files.as_slice() {
        [] => vec![PathBuf::from("-")],
        files => files.to_vec(),
    };
    if files.iter().any(|file| input::is_stdin(file)) && std::io::stdin().is_terminal() {
        session.out.note("Reading a mail from the terminal; Ctrl-D ends it.");
    }
    let mut exit = Exit::Done;
    for file in &files {
        match input::read_incoming(file, receipt) {
            Ok(mail) => {
                let incoming = process(session, &engine, &mail, receipt)?;
                print(session, file, &incoming);
                // Whether more mails follow is not known: they were not read.
                if mail.starts_with(b"From ") && !input::is_stdin(file) {
                    let file = shown_line(&file.to_string_lossy());
                    session.out.note(&format!(
                        "{file} begins as an mbox does; if more mails follow, `inbome scan` reads them."
                    ));
                }
            }
            // The stream goes on after a bad file.
            Err(failure) => {
                if session.out.is_json() {
                    session.out.object(failure.object());
                }
                session.out.fault(&failure.sentence());
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}

fn process(
    session: &Session,
    engine: &Engine,
    mail: &[u8],
    receipt: Receipt,
) -> Result<Incoming, Failure> {
    Ok(engine.process_incoming(session.account().as_ref(), mail, receipt)?)
}

/// As a filter: the mail is through before anything is learnt from it, and nothing that happens
/// then is any business of the mail's delivery. A copy that is not whole is: the filter must keep the
/// original.
fn pass(session: &Session, receipt: Receipt) -> Exit {
    let Some(mail) = input::pass_through() else { return Exit::TryAgain };
    std::panic::set_hook(Box::new(|_| {}));
    let learn = || process(session, &session.engine()?, &mail, receipt);
    let _ = catch_unwind(AssertUnwindSafe(learn));
    Exit::Done
}

fn print(session: &mut Session, file: &Path, incoming: &Incoming) {
    if session.out.is_json() {
        session.out.object(object(file, incoming));
    } else {
        print_text(session, file, incoming);
    }
}

/// The object of one mail.
fn object(file: &Path, incoming: &Incoming) -> Value {
    let (outcome, reason) = match incoming.outcome {
        Outcome::Updated => ("updated", None),
        Outcome::Unchanged => ("unchanged", None),
        Outcome::Ignored(reason) => ("ignored", Some(reason.code().name())),
    };
    let key_changed = incoming
        .key_changed
        .as_ref()
        .map(|(old, new)| json!({ "old": old.to_string(), "new": new.to_string() }));
    let conflict = incoming.own_key_conflict.as_ref().map(
        |conflict| json!({ "fingerprint": conflict.fingerprint.as_ref().map(ToString::to_string) }),
    );
    let fields: Vec<Value> = incoming.fields.iter().map(|report| field(report, incoming)).collect();
    let gossip: Vec<Value> = incoming.gossip.iter().map(gossip).collect();
    json!({
        "file": file.to_string_lossy(),
        "account": incoming.account.as_ref().map(|addr| addr.as_str()),
        "outcome": outcome,
        "reason": reason,
        "peer": incoming.peer.as_ref().map(|addr| addr.as_str()),
        "effective_date": words::time(incoming.effective_date),
        "key_changed": key_changed,
        "fields": fields,
        "gossip": gossip,
        "own_key_conflict": conflict,
    })
}

fn field(report: &FieldReport, incoming: &Incoming) -> Value {
    // A field that is valid by itself has the sender's address: the rules ask for it.
    let addr = report.fingerprint.as_ref().and(incoming.peer.as_ref());
    json!({
        "name": report.name,
        "addr": addr.map(|addr| addr.as_str()),
        "fingerprint": words::fingerprint(report.fingerprint.as_ref()),
        "verdict": report.verdict.word(),
        "reason": report.verdict.reason().map(|reason| reason.code().name()),
        "protected": report.protected,
    })
}

fn gossip(outcome: &GossipOutcome) -> Value {
    json!({
        "addr": outcome.addr.as_ref().map(|addr| addr.as_str()),
        "fingerprint": words::fingerprint(outcome.key.as_ref().ok()),
        "verdict": if outcome.key.is_ok() { "valid" } else { "invalid" },
        "reason": outcome.key.as_ref().err().map(|flaw| flaw.code().name()),
        "conflict": outcome.conflict,
    })
}

fn print_text(session: &mut Session, file: &Path, incoming: &Incoming) {
    let (word, color, why) = match incoming.outcome {
        Outcome::Updated => ("updated  ", Color::Green, None),
        Outcome::Unchanged => ("unchanged", Color::Dim, None),
        Outcome::Ignored(reason) => ("ignored  ", Color::Yellow, Some(reason.to_string())),
    };
    let file = if input::is_stdin(file) { "standard input".into() } else { file.to_string_lossy() };
    let mut line = format!("{}  {}", session.out.paint(color, word), shown_line(&file));
    if let Some(peer) = &incoming.peer {
        line.push_str(&format!(", from {}", shown_line(peer.as_str())));
    }
    if let Some(at) = incoming.effective_date {
        line.push_str(&format!(" on {}", words::day(at)));
    }
    if let Some(why) = why {
        line.push_str(&format!(": {why}"));
    }
    session.out.say(&line);
    for report in &incoming.fields {
        let why = match report.verdict.reason() {
            Some(reason) => format!(": {reason}"),
            None => String::new(),
        };
        let key = match &report.fingerprint {
            Some(fingerprint) => format!(", key {}", words::short(fingerprint)),
            None => String::new(),
        };
        let verdict = report.verdict.word().replace('_', " ");
        let inside = if report.protected { ", inside" } else { "" };
        let text = shown_line(&format!("{}{inside}: {verdict}{key}{why}", report.name));
        session.out.say(&format!("           {text}"));
    }
    // Everybody who is written to together with others is told about himself as well.
    let is_told = |outcome: &&GossipOutcome| outcome.key != Err(GossipFlaw::OwnAddress);
    for outcome in incoming.gossip.iter().filter(is_told) {
        print_gossip(session, outcome);
    }
    if let Some((old, new)) = &incoming.key_changed {
        let text = format!(
            "           their key changed, from {} to {}",
            words::short(old),
            words::short(new)
        );
        let text = session.out.paint(Color::Yellow, &text);
        session.out.say(&text);
    }
    if let Some(conflict) = &incoming.own_key_conflict {
        let text = match &conflict.fingerprint {
            Some(key) => format!(
                "           your own address with a key that is not yours: {}; another program of \
                 yours has a key of its own, or somebody forges",
                words::short(key)
            ),
            None => "           from your own address and encrypted to none of your keys; another \
                     program of yours has a key of its own, or somebody forges"
                .to_owned(),
        };
        let text = session.out.paint(Color::Red, &text);
        session.out.say(&text);
    }
}

/// What the mail tells of the key of another recipient.
fn print_gossip(session: &mut Session, outcome: &GossipOutcome) {
    let about = outcome.addr.as_ref().map_or("an unreadable address", |addr| addr.as_str());
    let (found, color) = match &outcome.key {
        Ok(key) if outcome.conflict => {
            let text = format!(
                "key {}, which is not the one that they use themselves: a new one, or somebody in \
                 between",
                words::short(key)
            );
            (text, Color::Yellow)
        }
        Ok(key) => (format!("key {}", words::short(key)), Color::Plain),
        Err(flaw) => (format!("not taken: {}", flaw.code().name().replace('_', " ")), Color::Plain),
    };
    let text = shown_line(&format!("gossip about {about}: {found}"));
    let text = session.out.paint(color, &text);
    session.out.say(&format!("           {text}"));
}
