//! `header` and `process-outgoing`: what your mails bear, and the mails that leave.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use inbome_core::addr::Addr;
use inbome_core::engine::Engine;
use inbome_core::error::Error;
use inbome_core::outgoing::{ComposeError, Outgoing, OutgoingMessage, OutgoingOptions};
use inbome_core::recommend::Advice;
use serde_json::{Value, json};

use crate::args::{HeaderArgs, ProcessOutgoing};
use crate::exit::{Done, Exit, Failure};
use crate::input;
use crate::output::{self, Color, shown_line};
use crate::session::Session;
use crate::unlock::{Ask, locked_by_error, unlocking};
use crate::words;

/// Prints the key fields of an account.
pub(crate) fn header(session: &mut Session, args: &HeaderArgs) -> Done {
    let engine = session.engine()?;
    let account = session.account();
    let spelling = args.spelling.map(|word| word.spelling());
    let fields = engine.header_fields(account.as_ref(), spelling)?;
    if session.out.is_json() {
        let fields: Vec<Value> =
            fields.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        session.out.object(json!({ "fields": fields }));
        return Ok(Exit::Done);
    }
    if fields.is_empty() {
        let enabled = engine.account(account.as_ref())?.settings.enabled;
        session.out.note(match enabled {
            false => "No fields: the account is disabled; `inbome account enable ADDR` goes on.",
            true => "No fields: the address cannot stand in one, or is too long beside the key.",
        });
    }
    for (name, value) in fields {
        // The lines of this system, for pasting; a mail's own are made by process-outgoing.
        let value = value.replace("\r\n", "\n");
        session.out.bytes(format!("{name}: {}\n", value.trim_start()).as_bytes());
    }
    Ok(Exit::Done)
}

/// Makes of a mail the mails that leave.
pub(crate) fn process_outgoing(session: &mut Session, args: ProcessOutgoing) -> Done {
    let engine = session.engine()?;
    let mail = input::read_whole_mail(None)?;
    let recipients: BTreeSet<Addr> = args.rcpt.into_iter().collect();
    let options = OutgoingOptions {
        mode: args.mode.mode(),
        recipients: (!recipients.is_empty()).then_some(recipients),
        reply_to_encrypted: args.reply_to_encrypted.then_some(true),
        keep_subject: args.keep_subject,
        ..OutgoingOptions::default()
    };
    if let Some(outdir) = &args.outdir {
        refuse_used(outdir)?;
    }
    let account = session.account();
    let made = unlocking(&engine, &args.own_key, Ask::Terminal, locked_by_error, || {
        engine.preview_outgoing(account.as_ref(), &mail, &options)
    });
    let made = made.map_err(refusal)?;
    if let Some(outdir) = &args.outdir {
        write_all(outdir, &made.messages)?;
    }
    if session.out.is_json() {
        let messages = made.messages.iter().map(message).collect();
        session.out.object(object(&made, messages));
        commit(session, &engine, &made)?;
        return Ok(Exit::Done);
    }
    match (made.messages.as_slice(), &args.outdir) {
        (_, Some(_)) => {}
        ([message], None) => session.out.bytes(&message.data),
        (several, None) => {
            return Err(Failure::Usage(format!(
                "expected --outdir DIR or --json for the {} mails that are made of this one, found \
                 neither",
                several.len()
            )));
        }
    }
    commit(session, &engine, &made)?;
    let how = if made.encrypted { "Encrypted" } else { "Not encrypted" };
    session.out.note(&format!("{how}: {}.", made.reason));
    note_clear_because(session, &made);
    Ok(Exit::Done)
}

/// Remembers a mail once it was handed on: what nobody got is not sent.
fn commit(session: &Session, engine: &Engine, made: &Outgoing) -> Result<(), Failure> {
    match session.out.is_delivered() {
        true => Ok(engine.commit_outgoing(made)?),
        false => Ok(()),
    }
}

/// Says who keeps the answer to an encrypted mail in the clear.
pub(super) fn note_clear_because(session: &Session, made: &Outgoing) {
    if made.clear_because.is_empty() {
        return;
    }
    let text = "This answers an encrypted mail and goes out in the clear, on account of:";
    session.out.colored_note(Color::Yellow, text);
    for (addr, advice) in &made.clear_because {
        session.out.note(&format!("  {addr}: {}.", words::phrase(&advice.reasons)));
    }
}

/// A refusal says on whose account.
pub(super) fn refusal(failure: Failure) -> Failure {
    match failure {
        Failure::Core(error) => match &error {
            Error::Compose(ComposeError::Refused { missing, .. }) => {
                let missing = missing.iter().map(because).collect();
                Failure::Missing { error: Box::new(error), missing }
            }
            _ => Failure::Core(error),
        },
        failure => failure,
    }
}

/// One of `missing[]` and of `clear_because[]`.
fn because((addr, advice): &(Addr, Advice)) -> Value {
    let reason = advice.reasons.first().map(|reason| reason.code().name());
    json!({ "addr": addr.as_str(), "reason": reason })
}

/// One of `messages[]`.
fn message(message: &OutgoingMessage) -> Value {
    let recipients: Vec<String> = message.recipients.iter().map(Addr::to_envelope).collect();
    json!({
        "recipients": recipients,
        "data": words::base64(&message.data),
        "sent_copy": message.sent_copy,
    })
}

/// What became of a mail.
pub(super) fn object(made: &Outgoing, messages: Vec<Value>) -> Value {
    let clear_because: Vec<Value> = made.clear_because.iter().map(because).collect();
    json!({
        "encrypted": made.encrypted,
        "reason": made.reason.code().name(),
        "recommendation": words::recommendation(made.recommendation),
        "messages": messages,
        "missing": [],
        "clear_because": clear_because,
    })
}

/// A script that sends what it finds in the folder must not send another mail's copies once more.
fn refuse_used(outdir: &Path) -> Result<(), Failure> {
    let entries = match std::fs::read_dir(outdir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| Failure::io("read", outdir, &error))?,
    };
    let of_ours = |path: &Path| {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let is_number = !stem.is_empty() && stem.bytes().all(|octet| octet.is_ascii_digit());
        let kind = path.extension().and_then(|kind| kind.to_str());
        path.ends_with(SENT) || is_number && matches!(kind, Some("eml" | "rcpt"))
    };
    match entries.flatten().map(|entry| entry.path()).find(|path| of_ours(path)) {
        None => Ok(()),
        Some(path) => Err(Failure::Usage(format!(
            "expected a folder without the mails of another call, found {}; empty it, or name another",
            path.display()
        ))),
    }
}

/// The one to keep.
const SENT: &str = "sent.eml";

/// Writes the mails that leave and their recipients, `1.eml` and `1.rcpt` with one address per line,
/// and the one to keep, `sent.eml`.
fn write_all(outdir: &Path, messages: &[OutgoingMessage]) -> Result<(), Failure> {
    let save = |name: &str, octets: &[u8]| {
        let path = outdir.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        output::private(&mut options);
        let written = options.open(&path).and_then(|mut file| file.write_all(octets));
        written.map_err(|error| Failure::io("write", &path, &error))
    };
    std::fs::create_dir_all(outdir).map_err(|error| Failure::io("create", outdir, &error))?;
    let leaving = messages.iter().filter(|message| !message.recipients.is_empty());
    for (number, message) in (1_u32..).zip(leaving) {
        let line = |addr: &Addr| format!("{}\n", shown_line(&addr.to_envelope()));
        let recipients: String = message.recipients.iter().map(line).collect();
        save(&format!("{number}.eml"), &message.data)?;
        save(&format!("{number}.rcpt"), recipients.as_bytes())?;
    }
    for message in messages.iter().filter(|message| message.sent_copy) {
        save(SENT, &message.data)?;
    }
    Ok(())
}
