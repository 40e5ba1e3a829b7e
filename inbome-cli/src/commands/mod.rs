//! One module per group of commands; here is which one runs, and how its failure is told.

mod accounts;
mod advise;
mod backup;
mod decrypt;
mod draft;
mod generated;
mod health;
mod import;
mod incoming;
mod keys;
mod outgoing;
mod peers;
mod scan;
mod sendmail;
mod survey;

use std::ffi::OsString;

use clap::Parser;
use clap::error::ErrorKind as ClapKind;

use crate::args::{Cli, ColorChoice, Command, Globals};
use crate::exit::{Done, Exit, Failure};
use crate::output::Output;
use crate::session::Session;

/// Runs the command that `arguments` ask for.
pub(crate) fn run(arguments: Vec<OsString>) -> Exit {
    let separated = sendmail::separate(&arguments);
    let is_sendmail = separated.is_some();
    let arguments = separated.unwrap_or(arguments);
    match Cli::try_parse_from(&arguments) {
        Err(error) if is_sendmail => match usage(&arguments, &error) {
            Exit::Usage => Exit::Sendmail(sendmail::USAGE),
            exit => exit,
        },
        Ok(cli) => {
            let mut session = Session::new(cli.globals);
            let done = dispatch(&mut session, cli.command);
            end(&mut session, done)
        }
        Err(error) => usage(&arguments, &error),
    }
}

fn dispatch(session: &mut Session, command: Command) -> Done {
    match command {
        Command::Init(args) => accounts::init(session, args),
        Command::Account(command) => accounts::account(session, command),
        Command::ProcessIncoming(args) => incoming::process_incoming(session, &args),
        Command::Scan(args) => scan::scan(session, args),
        Command::Peers(command) => peers::peers(session, command),
        Command::GetEncryptKey(args) => advise::get_encrypt_key(session, &args),
        Command::Recommend(args) => advise::recommend(session, &args),
        Command::Header(args) => outgoing::header(session, &args),
        Command::ProcessOutgoing(args) => outgoing::process_outgoing(session, args),
        Command::Sendmail(args) => Ok(sendmail::sendmail(session, &args)),
        Command::Decrypt(args) => decrypt::decrypt(session, &args),
        Command::Draft(command) => draft::draft(session, command),
        Command::Key(command) => keys::key(session, command),
        Command::Backup(command) => backup::backup(session, &command),
        Command::Import(command) => import::import(session, command),
        Command::KeyringSync(args) => import::keyring_sync(session, &args),
        Command::Status => health::status(session),
        Command::Doctor => health::doctor(session),
        Command::Completions { shell } => generated::completions(session, shell),
        Command::Man { outdir } => generated::man(session, outdir.as_deref()),
    }
}

/// Tells a failure, and whether everything printed arrived.
fn end(session: &mut Session, done: Done) -> Exit {
    let exit = match done {
        Ok(exit) => exit,
        Err(failure) => {
            tell(session, &failure);
            failure.exit()
        }
    };
    match session.out.finish() {
        Some(error) => {
            session.out.fault(&format!("expected to write standard output, found: {error}"));
            Exit::Failed
        }
        None => exit,
    }
}

/// One object on standard output, one sentence on standard error.
fn tell(session: &mut Session, failure: &Failure) {
    if session.out.is_json() {
        session.out.object(failure.object());
    }
    session.out.fault(&failure.sentence());
}

/// Arguments that do not parse, or a call for help.
fn usage(arguments: &[OsString], error: &clap::Error) -> Exit {
    if matches!(error.kind(), ClapKind::DisplayHelp | ClapKind::DisplayVersion) {
        // A reader that goes away has read enough.
        let _ = error.print();
        return Exit::Done;
    }
    let said = |word: &str| arguments.iter().any(|argument| argument == word);
    // A filter with a mistake in its arguments must not cost a mail.
    if said("process-incoming") && said("--pass") {
        let copied = crate::input::pass_through().is_some();
        return if copied { Exit::Done } else { Exit::TryAgain };
    }
    let whole = error.render().to_string();
    let globals =
        Globals { home: None, account: None, json: true, quiet: true, color: ColorChoice::Never };
    if !said("--json") {
        // It repeats the arguments, and these may come from a mail: nothing in them steers a terminal.
        Output::new(&globals).usage(&whole);
        return Exit::Usage;
    }
    let first = whole.split("\n\n").next().unwrap_or_default();
    let sentence = first.strip_prefix("error: ").unwrap_or(first).trim().to_owned();
    let mut session = Session::new(globals);
    end(&mut session, Err(Failure::Usage(sentence)))
}
