//! `key`: the user's own keys.

use std::io::IsTerminal;

use inbome_core::key::Fingerprint;
use inbome_core::openpgp::Lock;
use serde_json::{Value, json};

use crate::args::KeyCommand;
use crate::exit::{Done, Exit};
use crate::output::{Cell, Color};
use crate::session::Session;
use crate::{input, terminal, words};

/// Lists, exports, imports and destroys own keys.
pub(crate) fn key(session: &mut Session, command: KeyCommand) -> Done {
    match command {
        KeyCommand::List => list(session),
        KeyCommand::Export { secret: false, armor, .. } => export(session, armor),
        KeyCommand::Export { secret: true, armor, yes } => export_secret(session, armor, yes),
        KeyCommand::Import { file, passphrase_file } => {
            let octets = input::read_key(&file)?;
            let mut ask = terminal::passphrase_from(passphrase_file.as_deref())?;
            let account = session.account();
            let key = session.engine()?.import_own_key(
                account.as_ref(),
                &octets,
                Lock::Remove,
                &mut ask,
            )?;
            match session.out.is_json() {
                true => session.out.object(json!({ "fingerprint": key.to_string() })),
                false => session.out.line(&format!(
                    "Took in the key {}; it is used from now on.",
                    words::grouped(&key)
                )),
            }
            Ok(Exit::Done)
        }
        KeyCommand::Destroy { fingerprint, yes } => destroy(session, &fingerprint, yes),
    }
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
    let heading = ["KEY", "", "CREATED", "EXPIRES"];
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
        table.push(vec![key, current, Cell::new(words::day(stored.key.created)), expires]);
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
    let question = format!(
        "Print the secret key of {}, unlocked? Who has it can read your mail.",
        account.addr
    );
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
