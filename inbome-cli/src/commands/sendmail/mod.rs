//! `sendmail`: what a mail program hands to sendmail is made into the mails that leave, and each is
//! handed to the real mailer.
//!
//! Nothing is sent before everything is made; whatever fails before that, or cannot be told, sends
//! nothing and ends with a code of sysexits, so that the mail program keeps the mail. Not here: the
//! `arguments`, what must be done to the input (`letter`), the `mailer`, the `maildir`, and what
//! `process_outgoing` decides.

use std::ffi::OsString;

use inbome_core::account::ClearReply;
use inbome_core::error::{Error, ErrorKind};
use inbome_core::limits::Limit;
use inbome_core::outgoing::{ComposeError, Outgoing, OutgoingOptions};
use serde_json::{Value, json};

use self::arguments::Call;
use self::maildir::Kept;
use self::mailer::{Ended, Mailer};
use self::order::{Delivery, Order};
use super::outgoing;
use crate::args::Sendmail;
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::shown_line;
use crate::session::Session;
use crate::unlock::{Ask, locked_by_error, unlocking};

mod arguments;
mod letter;
mod maildir;
mod mailer;
mod order;

pub(super) use arguments::separate;

/// Wrong arguments.
pub(super) const USAGE: u8 = 64;
/// A mail that cannot be read.
const DATA: u8 = 65;
/// The mailer cannot be run.
const UNAVAILABLE: u8 = 69;
/// Another time it may go.
const TEMPORARY: u8 = 75;
/// A rule forbids it.
const REFUSED: u8 = 77;
/// Something is not set up.
const CONFIGURATION: u8 = 78;

/// Why nothing was sent, and the code to end with.
struct Trouble {
    code: u8,
    failure: Box<Failure>,
}

/// Sends a mail.
pub(crate) fn sendmail(session: &mut Session, args: &Sendmail) -> Exit {
    run(session, args).unwrap_or_else(|Trouble { code, failure }| {
        if session.out.is_json() {
            session.out.object(failure.object());
        }
        let sentence = failure.sentence();
        let end = if sentence.ends_with("nothing was sent") { "" } else { "; nothing was sent" };
        session.out.fault(&format!("{sentence}{end}"));
        Exit::Sendmail(code)
    })
}

fn run(session: &mut Session, args: &Sendmail) -> Result<Exit, Trouble> {
    if Mailer::called_us() {
        let text = "expected a mailer that sends, found one that calls inbome again; --via or \
                    INBOME_SENDMAIL names the right one";
        return Err(Trouble::new(CONFIGURATION, text));
    }
    let call = arguments::read(&args.arguments).map_err(|text| Trouble::new(USAGE, text))?;
    let mailer = Mailer::find(args.via.as_deref());
    let mailer = mailer.map_err(|text| Trouble::new(CONFIGURATION, text))?;
    let send = match call {
        Call::Send(send) => send,
        Call::Smtp => {
            let text = "expected a mail on standard input, found -bs, which speaks SMTP; set the \
                        mail program to sendmail -t";
            return Err(Trouble::new(USAGE, text));
        }
        Call::Other if args.dry_run => {
            let line = mailer.line(&args.arguments);
            session.out.line(&format!("Command: {}", shown_line(&line)));
            return Ok(Exit::Done);
        }
        Call::Other => return Ok(Exit::Sendmail(ran(session, &mailer, &args.arguments))),
    };
    let input = input::read_whole_mail(None)?;
    let engine = session.engine()?;
    let order = Order::read(session, &engine, send, input)?;
    let options = OutgoingOptions {
        mode: args.mode.mode(),
        recipients: Some(order.readable.iter().map(|(addr, _)| addr.clone()).collect()),
        reply_to_encrypted: None,
        keep_subject: args.keep_subject,
        clear_reply: ClearReply::Refuse,
        ..OutgoingOptions::default()
    };
    let account = session.account();
    // The mail program has the terminal.
    let made = unlocking(&engine, &args.own_key, Ask::Nobody, locked_by_error, || {
        engine.preview_outgoing(account.as_ref(), &order.mail, &options)
    });
    let made = made.map_err(outgoing::refusal)?;
    let deliveries = order.deliveries(&made)?;
    outgoing::note_clear_because(session, &made);
    let kept = match &args.fcc {
        Some(maildir) if !args.dry_run => match order.sent_copy(&made)? {
            Some(copy) => Some(Kept::write(&mailer::expanded(maildir), &copy, engine.now())?),
            None => None,
        },
        _ => None,
    };
    if args.dry_run {
        show(session, &mailer, args, &made, &deliveries);
        return Ok(Exit::Done);
    }
    let done = hand_over(session, &mailer, &deliveries);
    if done.sent > 0
        && let Err(error) = engine.commit_outgoing(&made)
    {
        session.out.fault(&format!("the mail was sent, but could not be remembered: {error}"));
    }
    let stored = kept.filter(|_| done.sent > 0).map(|kept| keep(session, kept));
    if order.send.verbose || args.verbose {
        let how = if made.encrypted { "Encrypted" } else { "Not encrypted" };
        session.out.note(&format!("{how}: {}.", made.reason));
    }
    if args.verbose {
        for delivery in &deliveries {
            let line = mailer.line(&delivery.arguments);
            session.out.note(&format!("To {} by {line}", delivery.to()));
        }
        if let Some(Some(path)) = &stored {
            session.out.note(&format!("Kept in {path}"));
        }
    }
    if session.out.is_json() {
        let messages = deliveries.iter().map(|delivery| delivery.object(None)).collect();
        let mut object = outgoing::object(&made, messages);
        if let Value::Object(fields) = &mut object {
            fields.insert("sent".into(), json!(done.sent));
            fields.insert("stored".into(), json!(stored.flatten()));
        }
        session.out.object(object);
    }
    Ok(Exit::Sendmail(done.code))
}

/// What became of the deliveries.
struct HandedOver {
    /// How many were sent.
    sent: usize,
    /// The code to end with.
    code: u8,
}

/// Hands every copy to the mailer. If the first fails, nothing was sent and the rest is not tried;
/// after that all are, since those who have theirs cannot be called back.
fn hand_over(session: &Session, mailer: &Mailer, deliveries: &[Delivery]) -> HandedOver {
    let mut done = HandedOver { sent: 0, code: 0 };
    let mut failed = Vec::new();
    for delivery in deliveries {
        let ended = mailer.send(&delivery.arguments, &delivery.data);
        // It may have been done when a signal reached it.
        let unknown = matches!(ended, Ended::Killed);
        let (code, how) = told(mailer, ended);
        let Some(how) = how else {
            done.sent = done.sent.saturating_add(1);
            continue;
        };
        if done.code == 0 {
            done.code = code;
        }
        if done.sent == 0 {
            let sent =
                if unknown { "whether the mail went out is not known" } else { "nothing was sent" };
            session.out.fault(&format!("{how}; {sent}"));
            return done;
        }
        failed.push(delivery.to());
        session.out.fault(&format!("{how}, with the copy for {}", delivery.to()));
    }
    if !failed.is_empty() {
        session.out.fault(&format!(
            "the mail did NOT go to {}, but it went to everybody else; send it again to them alone",
            failed.join(", ")
        ));
    }
    done
}

/// The code for how the mailer ended, and a sentence unless it ended well.
fn told(mailer: &Mailer, ended: Ended) -> (u8, Option<String>) {
    let name = mailer.name();
    let (code, found) = match ended {
        Ended::Well => return (0, None),
        Ended::Badly(code) => (code, format!("that it ended with {code}")),
        Ended::NotRun(error) => (UNAVAILABLE, format!("that it cannot be run: {error}")),
        Ended::Cut => (TEMPORARY, "that it ended before it had read the mail".to_owned()),
        Ended::Killed => (TEMPORARY, "that a signal ended it".to_owned()),
    };
    (code, Some(format!("expected {name} to send the mail, found {found}")))
}

fn ran(session: &Session, mailer: &Mailer, arguments: &[OsString]) -> u8 {
    let (code, how) = told(mailer, mailer.run(arguments));
    if let (UNAVAILABLE, Some(how)) = (code, how) {
        session.out.fault(&how);
    }
    code
}

/// The mail is sent: that it cannot be kept must not make anybody send it again.
fn keep(session: &Session, kept: Kept) -> Option<String> {
    match kept.put() {
        Ok(path) => Some(path.to_string_lossy().into_owned()),
        Err(error) => {
            let text = format!("the mail was sent, but could not be kept: {error}");
            session.out.fault(&text);
            None
        }
    }
}

/// What would be done.
fn show(
    session: &mut Session,
    mailer: &Mailer,
    args: &Sendmail,
    made: &Outgoing,
    deliveries: &[Delivery],
) {
    if session.out.is_json() {
        let messages = deliveries.iter().map(|delivery| delivery.object(Some(mailer))).collect();
        let mut object = outgoing::object(made, messages);
        if let Value::Object(fields) = &mut object {
            fields.insert("sent".into(), json!(0));
            fields.insert("stored".into(), Value::Null);
        }
        session.out.object(object);
        return;
    }
    let how = if made.encrypted { "encrypted" } else { "in the clear" };
    session.out.line(&format!("To be sent {how}: {}.", made.reason));
    for delivery in deliveries {
        session.out.line(&format!("\nTo: {}", delivery.to()));
        let line = mailer.line(&delivery.arguments);
        session.out.line(&format!("Command: {}\n", shown_line(&line)));
        session.out.mail(&delivery.data);
    }
    if let Some(maildir) = &args.fcc {
        let maildir = shown_line(&maildir.to_string_lossy());
        session.out.line(&format!("\nTo be kept in {maildir}."));
    }
}

impl Trouble {
    fn new(code: u8, text: impl Into<String>) -> Self {
        let text = text.into();
        let failure = match code {
            REFUSED => Failure::Refused(text),
            USAGE | CONFIGURATION => Failure::Usage(text),
            _ => Failure::Io(text),
        };
        Self { code, failure: Box::new(failure) }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        let code = match &failure {
            Failure::Core(Error::Compose(ComposeError::Limit(_)) | Error::PastLimit { .. }) => DATA,
            // The arguments of the mail program are read by then: what is left is how it is set up.
            Failure::Usage(_) | Failure::Core(Error::WhichAccount { .. }) => CONFIGURATION,
            failure => match failure.kind() {
                ErrorKind::InvalidArgument => DATA,
                ErrorKind::NotFound => CONFIGURATION,
                ErrorKind::Refused => REFUSED,
                // A locked key, a busy or damaged home: the mail waits, whatever the mode.
                _ => TEMPORARY,
            },
        };
        Self { code, failure: Box::new(failure) }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Failure::Core(error).into()
    }
}

impl From<Limit> for Trouble {
    fn from(limit: Limit) -> Self {
        Error::PastLimit { limit }.into()
    }
}
