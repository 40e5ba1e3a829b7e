//! `init` and `account`: making accounts, and their settings.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use inbome_core::account::{Account, ClearReply};
use inbome_core::addr::Addr;
use inbome_core::engine::{AccountOptions, Engine, SettingsChange};
use inbome_core::openpgp::Lock;
use inbome_core::scan::{Advice, Findings, ScanOptions};
use serde_json::{Map, Value, json};

use super::scan::stop_on_interrupt;

use crate::args::{AccountCommand, Init};
use crate::exit::{Done, Exit, Failure};
use crate::output::{Cell, Color};
use crate::session::Session;
use crate::{input, terminal, words};

/// Makes an account, or finds that it is there as asked.
pub(crate) fn init(session: &mut Session, args: Init) -> Done {
    // What can fail without a home fails before one is made.
    let import_key = args.import_key.as_deref().map(input::read_key).transpose()?;
    let mut ask = terminal::passphrase_from(args.passphrase_file.as_deref())?;
    let engine = session.engine_in_new_home()?;
    let findings = match args.look.as_slice() {
        [] => None,
        paths => Some(look(&engine, &args.addr, paths)),
    };
    let exists = || Ok::<_, Failure>(owned(&engine, &args.addr)?.is_some());
    if let Some(findings) = &findings {
        print_findings(session, findings);
        let elsewhere = findings.advice != Advice::Generate;
        let makes_key = import_key.is_none() && args.alias_of.is_none();
        // Where nobody can be asked the advice is printed and the account is made.
        if elsewhere && makes_key && is_interactive(session) && !exists()? {
            terminal::confirm(false, "Make a new key here all the same?")?;
        }
    }
    let options = AccountOptions {
        settings: args.settings.change(),
        alias_of: args.alias_of,
        import_key,
        lock: if args.keep_passphrase { Lock::Keep } else { Lock::Remove },
    };
    let made = engine.create_account(&args.addr, &options, &mut ask)?;
    let fingerprint = made.account.current.as_ref();
    if session.out.is_json() {
        let mut object = Map::new();
        object.insert("account".into(), json!(args.addr.as_str()));
        object.insert("fingerprint".into(), words::fingerprint(fingerprint));
        object.insert("created".into(), json!(made.created));
        if let Some(findings) = &findings {
            object.extend(findings_object(findings));
        }
        session.out.object(Value::Object(object));
    } else {
        let verb = if made.created { "Made" } else { "There is already" };
        let of = match made.account.addr == args.addr {
            true => String::new(),
            false => format!(", an alias of {}", made.account.addr),
        };
        session.out.say(&format!("{verb} the account {}{of}.", args.addr));
        if let Some(fingerprint) = fingerprint {
            session.out.say(&format!("Its key: {}", words::grouped(fingerprint)));
        }
        if made.created {
            session.out.note("Next: `inbome scan ~/Maildir` learns from the mail that is there.");
        }
    }
    for (path, found) in findings.iter().flat_map(|findings| &findings.unreadable) {
        session.out.fault(&format!("expected to read {}, found: {found}", path.display()));
    }
    match findings.is_some_and(|findings| !findings.unreadable.is_empty()) {
        true => Ok(Exit::Failed),
        false => Ok(Exit::Done),
    }
}

/// Looks for the user's other programs; Ctrl-C ends the looking, what was found by then counts.
fn look(engine: &Engine, addr: &Addr, paths: &[PathBuf]) -> Findings {
    let cancelled = stop_on_interrupt();
    let options = ScanOptions {
        account: None,
        jobs: 0,
        full: true,
        include: Vec::new(),
        count: false,
        no_decrypt: false,
        is_cancelled: &|| cancelled.load(Ordering::Relaxed),
    };
    engine.look(addr, paths, &options)
}

/// Shows and changes settings.
pub(crate) fn account(session: &mut Session, command: AccountCommand) -> Done {
    let engine = session.engine()?;
    let rows = match command {
        AccountCommand::List => engine.accounts()?.iter().flat_map(rows_of).collect(),
        AccountCommand::Show(own) => row_of(&engine.account(Some(&own.addr))?, &own.addr),
        AccountCommand::Disable(own) => set(&engine, &own.addr, enabled(false))?,
        AccountCommand::Enable(own) => set(&engine, &own.addr, enabled(true))?,
        AccountCommand::Set { addr, settings } => set(&engine, &addr.addr, settings.change())?,
    };
    if session.out.is_json() {
        let accounts: Vec<Value> = rows.iter().map(object).collect();
        session.out.object(json!({ "accounts": accounts }));
    } else {
        print_rows(session, &rows);
    }
    Ok(Exit::Done)
}

fn enabled(enabled: bool) -> SettingsChange {
    SettingsChange { enabled: Some(enabled), ..SettingsChange::default() }
}

fn set(engine: &Engine, addr: &Addr, change: SettingsChange) -> Result<Vec<Row>, Failure> {
    Ok(row_of(&engine.set_account(addr, change)?, addr))
}

fn owned(engine: &Engine, addr: &Addr) -> Result<Option<Account>, Failure> {
    Ok(engine.accounts()?.into_iter().find(|account| account.owns(addr)))
}

/// One own address and the account that it belongs to.
struct Row {
    addr: Addr,
    account: Account,
}

impl Row {
    fn alias_of(&self) -> Option<&Addr> {
        (self.addr != self.account.addr).then_some(&self.account.addr)
    }
}

fn row_of(account: &Account, addr: &Addr) -> Vec<Row> {
    vec![Row { addr: addr.clone(), account: account.clone() }]
}

fn rows_of(account: &Account) -> Vec<Row> {
    let addrs = std::iter::once(&account.addr).chain(&account.aliases);
    addrs.map(|addr| Row { addr: addr.clone(), account: account.clone() }).collect()
}

/// One of `accounts[]`.
fn object(row: &Row) -> Value {
    let settings = row.account.settings;
    json!({
        "addr": row.addr.as_str(),
        "alias_of": row.alias_of().map(Addr::as_str),
        "enabled": settings.enabled,
        "fingerprint": words::fingerprint(row.account.current.as_ref()),
        "prefer_encrypt": settings.prefer_encrypt.as_str(),
        "profile": words::profile(settings.profile),
        "spelling": settings.spelling.as_str(),
        "subject": if settings.keep_subject { "keep" } else { "protect" },
        "clear_reply": match settings.clear_reply {
            ClearReply::Refuse => "refuse",
            ClearReply::Send => "send",
        },
    })
}

/// `accounts[]` of a whole home, for other commands.
pub(super) fn objects(accounts: &[Account]) -> Vec<Value> {
    accounts.iter().flat_map(rows_of).map(|row| object(&row)).collect()
}

fn print_rows(session: &mut Session, rows: &[Row]) {
    if rows.is_empty() {
        session.out.note("There is no account yet; `inbome init ADDR` makes one.");
        return;
    }
    let heading = ["ACCOUNT", "", "KEY", "PREFERS", "PROFILE", "FIELDS"];
    let mut table: Vec<Vec<Cell>> =
        vec![heading.iter().map(|text| Cell::new(text).colored(Color::Bold)).collect()];
    for row in rows {
        let settings = row.account.settings;
        let state = match settings.enabled {
            true => Cell::new("enabled").colored(Color::Green),
            false => Cell::new("disabled").colored(Color::Yellow),
        };
        let key = match (row.alias_of(), row.account.current.as_ref()) {
            (Some(main), _) => Cell::new(format!("as {main}")),
            (None, Some(key)) => Cell::new(words::short(key)),
            (None, None) => Cell::new("none").colored(Color::Red),
        };
        table.push(vec![
            Cell::new(row.addr.as_str()),
            state,
            key,
            Cell::new(settings.prefer_encrypt.as_str()),
            Cell::new(words::profile(settings.profile)),
            Cell::new(settings.spelling.as_str()),
        ]);
    }
    session.out.table(0, &table);
}

fn is_interactive(session: &Session) -> bool {
    session.out.is_text() && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn advice_word(advice: Advice) -> &'static str {
    match advice {
        Advice::ImportBackup => "import_backup",
        Advice::MakeBackupElsewhere => "make_backup_elsewhere",
        Advice::Generate => "generate",
    }
}

fn findings_object(findings: &Findings) -> Map<String, Value> {
    let backup = |(path, at): &(PathBuf, inbome_core::clock::Timestamp)| json!({ "file": path.to_string_lossy(), "date": at.as_secs() });
    let key = |key: &inbome_core::scan::OtherKey| {
        json!({
            "fingerprint": key.fingerprint.to_string(),
            "last": key.last.as_secs(),
            "agent": key.agent,
        })
    };
    let mut object = Map::new();
    let backups: Vec<Value> = findings.backups.iter().map(backup).collect();
    let keys: Vec<Value> = findings.other_keys.iter().map(key).collect();
    object.insert("backups".into(), json!(backups));
    object.insert("other_keys".into(), json!(keys));
    object.insert("advice".into(), json!(advice_word(findings.advice)));
    object
}

fn print_findings(session: &mut Session, findings: &Findings) {
    for (path, at) in &findings.backups {
        let text = format!("Backup message of {}: {}", words::day(*at), path.display());
        session.out.line(&crate::output::shown_line(&text));
    }
    for key in &findings.other_keys {
        let agent = if key.agent.is_empty() { "another program" } else { key.agent.as_str() };
        let short = words::short(&key.fingerprint);
        let text = format!("Key {short} of {agent}, last used on {}", words::day(key.last));
        session.out.line(&crate::output::shown_line(&text));
    }
    session.out.line(match findings.advice {
        Advice::ImportBackup => {
            "Advice: you have a backup message. `inbome backup import FILE` takes it in, so that all \
             your programs read the same mail."
        }
        Advice::MakeBackupElsewhere => {
            "Advice: another program of yours has a key. Make a backup message there (an Autocrypt \
             Setup Message) and give it to `inbome backup import FILE`, or export its secret key and \
             give that to `inbome init --import-key FILE`, so that both read the same mail."
        }
        Advice::Generate => {
            "Advice: no other program of yours was found. If you have an OpenPGP key of your own, \
             `inbome init --import-key FILE` takes it; else a new one is right."
        }
    });
}
