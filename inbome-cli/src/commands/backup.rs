//! `backup`: all keys in one mail to oneself.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use inbome_core::account::KeyRole;
use inbome_core::backup::{FoundBackup, NewBackup};
use inbome_core::engine::{CheckedBackup, CurrentKey, Engine, ImportedBackup};
use inbome_core::secret::Secret;
use serde_json::{Map, Value, json};

use crate::args::{BackupCommand, BackupCreate, BackupFile, BackupImport};
use crate::exit::{Done, Exit, Failure};
use crate::output::{Color, private};
use crate::session::Session;
use crate::unlock::{Ask, locked_by_error, unlocking};
use crate::{input, terminal, words};

/// Makes, checks and takes in backup messages.
pub(crate) fn backup(session: &mut Session, command: &BackupCommand) -> Done {
    match command {
        BackupCommand::Create(args) => create(session, args),
        BackupCommand::Verify(args) => verify(session, args),
        BackupCommand::Import(args) => import(session, args),
    }
}

fn create(session: &mut Session, args: &BackupCreate) -> Done {
    let engine = session.engine()?;
    let account = session.account();
    let made = unlocking(&engine, &args.own_key, Ask::Terminal, locked_by_error, || {
        engine.create_backup(account.as_ref())
    })?;
    if let Some(path) = &args.output {
        save(path, &made)?;
    }
    let code = String::from_utf8_lossy(made.code.as_bytes());
    if session.out.is_json() {
        session.out.object(json!({ "code": code, "message": words::base64(&made.message) }));
        return Ok(Exit::Done);
    }
    let form = form_of(&code);
    match &args.output {
        Some(path) => {
            session.out.line(&form);
            let text = format!("Wrote the backup message to {}.", path.display());
            session.out.note(&crate::output::shown_line(&text));
        }
        None => {
            session.out.bytes(&made.message);
            session.out.warn(Color::Plain, &form);
        }
    }
    Ok(Exit::Done)
}

/// The code as it is written down, three groups to a line.
fn form_of(code: &str) -> String {
    let groups: Vec<&str> = code.split('-').collect();
    let lines = groups.chunks(3).map(|three| format!("    | {} |", three.join("  ")));
    let rule = "    +------------------+";
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!(
        "Backup code. Write it down on paper; it is shown this once and stored nowhere:\n\n\
         {rule}\n{lines}\n{rule}\n"
    )
}

/// Writes the mail into a new file.
fn save(path: &Path, made: &NewBackup) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::io("write", path, &error);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(&made.message).and_then(|()| file.sync_all()).map_err(failed)
}

fn verify(session: &mut Session, args: &BackupFile) -> Done {
    let engine = session.engine_or_none()?;
    let message = input::read_whole_mail(Some(&args.file))?;
    let found = engine.read_backup(&message)?;
    let code = code_of(session, args, &found)?;
    let checked = engine.verify_backup(session.account().as_ref(), &message, &code)?;
    if session.out.is_json() {
        session.out.object(Value::Object(object(&checked)));
        return Ok(Exit::Done);
    }
    session.out.line("The code opens this backup message.");
    print_keys(session, &checked);
    Ok(Exit::Done)
}

fn import(session: &mut Session, args: &BackupImport) -> Done {
    let engine = session.engine_or_none()?;
    let account = session.account();
    let message = input::read_whole_mail(Some(&args.backup.file))?;
    let found = engine.read_backup(&message)?;
    let code = code_of(session, &args.backup, &found)?;
    let checked = engine.verify_backup(account.as_ref(), &message, &code)?;
    // Who types the code sees what it opens before anything is taken in: the mail may be planted.
    let is_asked = args.backup.code.is_none();
    if is_asked {
        print_keys(session, &checked);
        session.out.flush();
        terminal::confirm(false, "Take in these keys?")?;
    }
    // Only now a home is made, if there is none.
    let engine = session.engine_in_new_home()?;
    let take =
        |engine: &Engine, change| engine.import_backup(account.as_ref(), &message, &code, change);
    let change = if args.make_current { CurrentKey::Replace } else { CurrentKey::Keep };
    let mut done = take(&engine, change)?;
    if done.asks_key_change && is_asked {
        let question = match (&done.account.current, current(&checked)) {
            (Some(here), Some(offered)) => format!(
                "The key {} is in use here. Use {} from now on?",
                words::short(here),
                words::short(offered)
            ),
            _ => "Use its current key from now on?".to_owned(),
        };
        if terminal::confirm(false, &question).is_ok() {
            done = take(&engine, CurrentKey::Replace)?;
        }
    }
    tell(session, &done);
    Ok(Exit::Done)
}

fn tell(session: &mut Session, done: &ImportedBackup) {
    let asks: &[&str] = if done.asks_key_change { &["key_change"] } else { &[] };
    if session.out.is_json() {
        let mut object = object(&done.backup);
        let current = words::fingerprint(done.account.current.as_ref());
        object.insert("account".into(), json!(done.account.addr.as_str()));
        object.insert("account_created".into(), json!(done.account_created));
        object.insert("fingerprint".into(), current);
        object.insert("asks".into(), json!(asks));
        session.out.object(Value::Object(object));
        return;
    }
    let count = done.backup.opened.keys.len();
    let keys = if count == 1 { "one key".to_owned() } else { format!("{count} keys") };
    session.out.line(&format!("Took in {keys} of {}.", done.account.addr));
    if done.asks_key_change {
        session.out.note(
            "Another key stays in use; to use the one of the backup from now on: the same command \
             with --make-current.",
        );
    } else if done.account.current.is_none() {
        session.out.note(
            "These keys only open old mails. `inbome key replace` makes a new one for new mails.",
        );
    }
    session.out.note("What was scanned before, `inbome scan --full` reads with them too.");
}

/// What is in a backup message.
fn object(checked: &CheckedBackup) -> Map<String, Value> {
    let keys = checked.opened.keys.iter().map(|(key, _)| key.fingerprint.to_string());
    let fields = json!({
        "addr": checked.found.addr.as_str(),
        "fingerprints": keys.collect::<Vec<_>>(),
        "current": words::fingerprint(current(checked)),
        "prefer_encrypt": checked.opened.prefer_encrypt.map(|wish| wish.as_str()),
        "created": words::time(checked.found.created),
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn current(checked: &CheckedBackup) -> Option<&inbome_core::key::Fingerprint> {
    let mut keys = checked.opened.keys.iter();
    keys.find(|(_, role)| *role == KeyRole::Current).map(|(key, _)| &key.fingerprint)
}

fn print_keys(session: &mut Session, checked: &CheckedBackup) {
    let made = checked.found.created.map(words::day);
    let made = made.unwrap_or_else(|| "a day that it does not say".to_owned());
    session.out.line(&format!("Backup of {}, made on {made}:", checked.found.addr));
    for (key, role) in &checked.opened.keys {
        let what = match role {
            KeyRole::Current => "current key",
            KeyRole::Old => "for old mails",
        };
        session.out.line(&format!("  {}  {what}", words::grouped(&key.fingerprint)));
    }
}

/// The code: as given, else asked for on the terminal.
fn code_of(session: &Session, args: &BackupFile, found: &FoundBackup) -> Result<Secret, Failure> {
    if let Some(code) = &args.code {
        return Ok(Secret::new(code.clone().into_bytes()));
    }
    let made = found.created.map_or_else(String::new, |at| format!(", made on {}", words::day(at)));
    session.out.note(&format!("Backup message of {}{made}.", found.addr));
    let begin = found.passphrase_begin.as_deref().unwrap_or_default();
    terminal::backup_code(begin, found.is_numeric)
}
