//! `key`: the user's own keys.

use std::io::IsTerminal;

use inbome_core::account::KeyRole;
use inbome_core::clock::Timestamp;
use inbome_core::error::Error;
use inbome_core::key::Fingerprint;
use inbome_core::openpgp::{Lock, OpenPgpError};
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};
use serde_json::{Value, json};

use crate::args::{KeyCommand, Life, Renew};
use crate::exit::{Done, Exit, Failure};
use crate::output::{Cell, Color};
use crate::session::Session;
use crate::unlock::{Ask, locked_by_error, unlocking};
use crate::{input, terminal, words};

/// The years that a renewed key lives unless told otherwise.
const RENEWED_FOR_YEARS: u8 = 2;

/// Lists, exports, imports, renews, replaces and destroys own keys.
pub(crate) fn key(session: &mut Session, command: KeyCommand) -> Done {
    match command {
        KeyCommand::List => list(session),
        KeyCommand::Export { secret: false, armor, .. } => export(session, armor),
        KeyCommand::Export { secret: true, armor, yes } => export_secret(session, armor, yes),
        KeyCommand::Import { file, passphrase_file, keep_passphrase, old } => {
            let lock = if keep_passphrase { Lock::Keep } else { Lock::Remove };
            let octets = input::read_key(&file)?;
            let mut ask = terminal::passphrase_from(passphrase_file.as_deref())?;
            let account = session.account();
            let role = if old { KeyRole::Old } else { KeyRole::Current };
            let engine = session.engine()?;
            let done = engine.import_own_key(account.as_ref(), &octets, role, lock, &mut ask);
            let key = done.map_err(with_advice)?;
            let exit = print_key(session, "Took in", &key, role)?;
            // A scan asks nobody for a passphrase.
            if lock == Lock::Remove {
                session
                    .out
                    .note("What was scanned before, `inbome scan --full` reads with it too.");
            }
            Ok(exit)
        }
        KeyCommand::Renew(args) => renew(session, &args),
        KeyCommand::Replace => {
            let account = session.account();
            let key = session.engine()?.replace_own_key(account.as_ref())?;
            print_key(session, "Made", &key, KeyRole::Current)
        }
        KeyCommand::Destroy { fingerprint, yes } => destroy(session, &fingerprint, yes),
    }
}

/// The same refusal, with what can still be done.
fn with_advice(error: Error) -> Failure {
    let advice = match &error {
        Error::OpenPgp(OpenPgpError::OnlyOld { .. } | OpenPgpError::TooLarge { .. }) => {
            "to open old mails with it, take it in with --old; one that is in use here lives longer by \
             `inbome key renew`"
        }
        Error::CurrentKey { .. } => "it lives longer by `inbome key renew`",
        _ => return error.into(),
    };
    Failure::Advised(Box::new(error), advice)
}

/// A key that is there from now on, and what it does.
fn print_key(session: &mut Session, verb: &str, key: &Fingerprint, role: KeyRole) -> Done {
    if session.out.is_json() {
        session.out.object(json!({ "fingerprint": key.to_string() }));
        return Ok(Exit::Done);
    }
    let use_of_it = match role {
        KeyRole::Current => "is used from now on",
        KeyRole::Old => "opens mails that were encrypted to it",
    };
    session.out.line(&format!("{verb} the key {}; it {use_of_it}.", words::grouped(key)));
    Ok(Exit::Done)
}

fn renew(session: &mut Session, args: &Renew) -> Done {
    let engine = session.engine()?;
    let account = session.account();
    let expires = expiry(args.life, engine.now())?;
    let renewed = unlocking(&engine, &args.own_key, Ask::Terminal, locked_by_error, || {
        engine.renew_own_key(account.as_ref(), expires)
    })?;
    if session.out.is_json() {
        session.out.object(json!({
            "fingerprint": renewed.fingerprint.to_string(),
            "expires": words::time(renewed.expires),
        }));
        return Ok(Exit::Done);
    }
    let until = match renewed.expires {
        Some(at) => format!("lives until {}", words::day(at)),
        None => "never expires".to_owned(),
    };
    let key = words::grouped(&renewed.fingerprint);
    session.out.line(&format!("Renewed the key {key}; it {until}."));
    session.out.note("Others learn it from your next mails.");
    Ok(Exit::Done)
}

/// When a renewed key expires.
fn expiry(life: Life, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
    if life.never {
        return Ok(None);
    }
    let wrong = |error: jiff::Error| {
        Failure::Usage(format!("expected a day that the calendar has, found: {error}"))
    };
    let at: Zoned = match life.expires {
        Some(day) => day.to_zoned(TimeZone::UTC).map_err(wrong)?,
        None => {
            let now = jiff::Timestamp::from_second(now.as_secs()).map_err(wrong)?;
            let span = Span::new().years(life.years.unwrap_or(RENEWED_FOR_YEARS));
            now.to_zoned(TimeZone::UTC).checked_add(span).map_err(wrong)?
        }
    };
    Ok(Some(Timestamp::from_secs(at.timestamp().as_second())))
}

fn list(session: &mut Session) -> Done {
    let engine = session.engine()?;
    let account = engine.account(session.account().as_ref())?;
    let keys = engine.own_keys(Some(&account.addr))?;
    if session.out.is_json() {
        let keys: Vec<Value> = keys
            .iter()
            .map(|stored| {
                json!({
                    "fingerprint": stored.key.fingerprint.to_string(),
                    "current": Some(&stored.key.fingerprint) == account.current.as_ref(),
                    "created": stored.key.created.as_secs(),
                    "expires": words::time(stored.key.expires),
                    "locked": stored.key.locked,
                })
            })
            .collect();
        session.out.object(json!({ "keys": keys }));
        return Ok(Exit::Done);
    }
    if keys.is_empty() {
        session.out.note("The account has no key; `inbome key import FILE` gives it one.");
        return Ok(Exit::Done);
    }
    let heading = ["KEY", "", "", "CREATED", "EXPIRES"];
    let mut table = vec![heading.map(|text| Cell::new(text).colored(Color::Bold)).to_vec()];
    for stored in keys {
        let current = match Some(&stored.key.fingerprint) == account.current.as_ref() {
            true => Cell::new("current").colored(Color::Green),
            false => Cell::new("decrypts").colored(Color::Dim),
        };
        let expires = match stored.key.expires {
            None => Cell::new("never"),
            Some(at) if at <= engine.now() => Cell::new(words::day(at)).colored(Color::Red),
            Some(at) => Cell::new(words::day(at)),
        };
        let key = Cell::new(words::grouped(&stored.key.fingerprint));
        let lock = Cell::new(if stored.key.locked { "passphrase" } else { "" });
        table.push(vec![key, current, lock, Cell::new(words::day(stored.key.created)), expires]);
    }
    session.out.table(0, &table);
    Ok(Exit::Done)
}

fn export(session: &mut Session, armor: bool) -> Done {
    let engine = session.engine()?;
    let account = engine.account(session.account().as_ref())?;
    let (cert, armored) = engine.export_cert(Some(&account.addr))?;
    if session.out.is_json() {
        session.out.object(json!({
            "fingerprint": words::fingerprint(account.current.as_ref()),
            "key": words::base64(&cert),
        }));
    } else if armor || std::io::stdout().is_terminal() {
        session.out.bytes(armored.as_bytes());
    } else {
        session.out.bytes(&cert);
    }
    Ok(Exit::Done)
}

fn export_secret(session: &mut Session, armor: bool, yes: bool) -> Done {
    let engine = session.engine()?;
    let account = engine.account(session.account().as_ref())?;
    let (secret, armored) = engine.export_secret(Some(&account.addr))?;
    let keys = engine.own_keys(Some(&account.addr))?;
    let locked = keys.first().is_some_and(|current| current.key.locked);
    let how = if locked { "locked" } else { "unlocked" };
    let question =
        format!("Print the secret key of {}, {how}? Who has it can read your mail.", account.addr);
    terminal::confirm(yes, &question)?;
    if session.out.is_json() {
        session.out.object(json!({
            "fingerprint": words::fingerprint(account.current.as_ref()),
            "key": words::base64(secret.as_bytes()),
        }));
    } else if armor || std::io::stdout().is_terminal() {
        session.out.bytes(armored.as_bytes());
    } else {
        session.out.bytes(secret.as_bytes());
    }
    Ok(Exit::Done)
}

fn destroy(session: &mut Session, fingerprint: &Fingerprint, yes: bool) -> Done {
    let engine = session.engine()?;
    let account = engine.account(session.account().as_ref())?;
    // A key that is not there is told before anything is asked.
    let keys = engine.own_keys(Some(&account.addr))?;
    if keys.iter().any(|stored| stored.key.fingerprint == *fingerprint) {
        let question = format!(
            "Destroy the secret key {}? Mails encrypted to it can never be read again.",
            words::grouped(fingerprint)
        );
        terminal::confirm(yes, &question)?;
    }
    engine.destroy_own_key(Some(&account.addr), fingerprint)?;
    match session.out.is_json() {
        true => session.out.object(json!({ "destroyed": fingerprint.to_string() })),
        false => session.out.say(&format!("Destroyed {}.", words::grouped(fingerprint))),
    }
    Ok(Exit::Done)
}
