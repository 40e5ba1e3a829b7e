//! `status` and `doctor`: what is there, what is wrong, and the command that mends it.

use std::path::{Path, PathBuf};

use inbome_core::account::Account;
use inbome_core::clock::Timestamp;
use inbome_core::engine::{Engine, PeerFilter};
use inbome_core::error::{Error, ErrorKind};
use inbome_core::limits::MAX_KEY_FIELD_BYTES;
use inbome_core::recommend::Recommendation;
use inbome_core::store::StoreError;
use serde_json::{Value, json};

use super::accounts;
use super::survey::{self, Surveyed};
use crate::exit::{Done, Exit, Failure};
use crate::output::{Cell, Color, shown_line};
use crate::session::Session;
use crate::words;

/// A peer is *recent* if their last mail is no older: 90 days.
const RECENT_SECS: i64 = 90 * 24 * 60 * 60;
/// A key that expires within this is worth a word: 30 days.
const EXPIRES_SOON_SECS: i64 = 30 * 24 * 60 * 60;
/// A clock before this is wrong: 1 January 2016, the year of the first draft.
const EARLIEST_NOW_SECS: i64 = 1_451_606_400;

/// One check: what was looked at, whether it is well, and the command that mends it.
struct Check {
    name: &'static str,
    ok: bool,
    text: String,
    mend: Option<String>,
}

impl Check {
    fn good(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, ok: true, text: text.into(), mend: None }
    }

    fn bad(name: &'static str, text: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name, ok: false, text: text.into(), mend: Some(mend.into()) }
    }

    fn object(&self) -> Value {
        json!({ "name": self.name, "ok": self.ok, "text": self.text, "mend": self.mend })
    }
}

/// One screen about everything.
pub(crate) fn status(session: &mut Session) -> Done {
    let home = session.home()?;
    let engine = session.engine()?;
    let accounts = engine.accounts()?;
    let surveyed = survey::survey(&engine, session.account().as_ref(), PeerFilter::All)?;
    let coverage = Coverage::of(&surveyed, engine.now());
    let checks = quick_checks(&home, &engine, &accounts)?;
    if session.out.is_json() {
        session.out.object(json!({
            "home": home.to_string_lossy(),
            "accounts": accounts::objects(&accounts),
            "peers": surveyed.len(),
            "coverage": {
                "recent": coverage.recent,
                "possible": coverage.possible,
                "by_default": coverage.by_default,
            },
            "checks": checks.iter().map(Check::object).collect::<Vec<_>>(),
        }));
        return Ok(Exit::Done);
    }
    let bold = |session: &Session, text: &str| session.out.paint(Color::Bold, text);
    let line = format!("{} {}", bold(session, "Home"), shown_line(&home.to_string_lossy()));
    session.out.line(&line);
    for account in &accounts {
        let key = match &account.current {
            Some(key) => format!("key {}", words::short(key)),
            None => "no key".to_owned(),
        };
        let state = if account.settings.enabled { "" } else { ", disabled" };
        let line = format!(
            "{} {}, {key}, prefers {}{state}",
            bold(session, "Account"),
            shown_line(account.addr.as_str()),
            account.settings.prefer_encrypt.as_str()
        );
        session.out.line(&line);
    }
    let line = format!("{} {} known", bold(session, "Peers"), surveyed.len());
    session.out.line(&line);
    let rows: Vec<Vec<Cell>> = survey::counts(&surveyed)
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(recommendation, count, _)| {
            vec![
                Cell::count(count),
                Cell::new(words::recommendation(recommendation))
                    .colored(words::color(recommendation)),
                Cell::new(words::meaning(recommendation)),
            ]
        })
        .collect();
    session.out.table(2, &rows);
    let coverage = match coverage.recent {
        0 => "nobody wrote in the last 90 days".to_owned(),
        recent => format!(
            "of {recent} who wrote in the last 90 days, {} could be encrypted to, {} by default",
            coverage.possible, coverage.by_default
        ),
    };
    let line = format!("{} {coverage}", bold(session, "Coverage"));
    session.out.line(&line);
    let wrong: Vec<&Check> = checks.iter().filter(|check| !check.ok).collect();
    if wrong.is_empty() {
        session.out.line("Nothing is wrong.");
    }
    print_checks(session, &wrong);
    Ok(Exit::Done)
}

/// How many recent peers, mailing lists aside, could be encrypted to.
struct Coverage {
    recent: usize,
    possible: usize,
    by_default: usize,
}

impl Coverage {
    fn of(surveyed: &[Surveyed], now: Timestamp) -> Self {
        let since = now.plus_secs(RECENT_SECS.saturating_neg());
        let is_recent = |peer: &&Surveyed| !peer.list && peer.last_seen >= Some(since);
        let at_least = |least: Recommendation| {
            let people = surveyed.iter().filter(is_recent);
            people.filter(|peer| peer.advice.recommendation >= least).count()
        };
        Self {
            recent: at_least(Recommendation::Disable),
            possible: at_least(Recommendation::Discourage),
            by_default: at_least(Recommendation::Encrypt),
        }
    }
}

/// Every check there is; exit code 1 if one fails, 3 if there is no home.
pub(crate) fn doctor(session: &mut Session) -> Done {
    let home = session.home()?;
    let mut missing = false;
    let checks = match session.engine() {
        Ok(engine) => {
            let accounts = engine.accounts();
            let mut checks = vec![database(&home, &engine)];
            match accounts {
                Ok(accounts) => checks.extend(quick_checks(&home, &engine, &accounts)?),
                Err(error) => checks.push(unopened(&home, &error.into())),
            }
            checks
        }
        Err(Failure::Usage(text)) => return Err(Failure::Usage(text)),
        Err(failure @ Failure::Core(Error::Store(StoreError::NoHome { .. }))) => {
            missing = true;
            vec![Check::bad("home", failure.sentence(), "inbome init ADDR")]
        }
        Err(failure) => {
            let mut checks = vec![unopened(&home, &failure)];
            checks.extend(permissions(&home));
            checks
        }
    };
    if session.out.is_json() {
        let checks: Vec<Value> = checks.iter().map(Check::object).collect();
        session.out.object(json!({ "checks": checks }));
    } else {
        print_checks(session, &checks.iter().collect::<Vec<_>>());
    }
    match checks.iter().all(|check| check.ok) {
        true => Ok(Exit::Done),
        false if missing => Ok(Exit::NotFound),
        false => Ok(Exit::Failed),
    }
}

fn print_checks(session: &mut Session, checks: &[&Check]) {
    let mut rows = Vec::new();
    for check in checks {
        let mark = match check.ok {
            true => Cell::new("ok").colored(Color::Green),
            false => Cell::new("wrong").colored(Color::Red),
        };
        rows.push(vec![mark, Cell::new(check.name), Cell::new(shown_line(&check.text))]);
        if let Some(mend) = &check.mend {
            rows.push(vec![Cell::new(""), Cell::new(""), Cell::new(format!("mend it: {mend}"))]);
        }
    }
    session.out.table(0, &rows);
}

/// The whole database.
fn database(home: &Path, engine: &Engine) -> Check {
    match engine.check() {
        Ok(faults) if faults.is_empty() => Check::good("database", "the database is sound"),
        Ok(faults) => broken(home, faults.join("; ")),
        Err(error) => unopened(home, &error.into()),
    }
}

/// A home that does not open.
fn unopened(home: &Path, failure: &Failure) -> Check {
    match failure {
        Failure::Core(error) if error.kind() == ErrorKind::Newer => {
            Check::bad("database", failure.sentence(), "install a newer version of inbome")
        }
        Failure::Core(error) if error.kind() == ErrorKind::Busy => {
            Check::bad("database", failure.sentence(), "inbome doctor")
        }
        // A full disk, or a home of somebody else's: the keys in it must not be moved out of the way.
        Failure::Core(Error::Store(StoreError::Io { .. })) => {
            let home = quoted(home);
            Check::bad("database", failure.sentence(), format!("df {home}; ls -la {home}"))
        }
        _ => broken(home, failure.sentence()),
    }
}

/// A database that is damaged or foreign. The account's keys are in it: it is moved away,
/// never removed.
fn broken(home: &Path, text: String) -> Check {
    let aside = {
        let mut name = home.as_os_str().to_owned();
        name.push(".broken");
        PathBuf::from(name)
    };
    let mend = format!("mv {} {}", quoted(home), quoted(&aside));
    Check::bad("database", text, mend)
}

/// What costs nothing to look at.
fn quick_checks(home: &Path, engine: &Engine, accounts: &[Account]) -> Result<Vec<Check>, Failure> {
    let mut checks = permissions(home);
    checks.push(clock(engine)?);
    if accounts.is_empty() {
        checks.push(Check::bad("accounts", "there is no account", "inbome init ADDR"));
    }
    for account in accounts {
        checks.extend(own_key(engine, account)?);
    }
    Ok(checks)
}

/// Nobody else may read the home.
#[cfg(unix)]
fn permissions(home: &Path) -> Vec<Check> {
    use std::os::unix::fs::PermissionsExt;
    let files = ["inbome.db", "inbome.db-wal", "inbome.db-shm"].map(|name| home.join(name));
    let all = std::iter::once((home.to_owned(), "700")).chain(files.map(|path| (path, "600")));
    let mut wrong = Vec::new();
    for (path, wanted) in all {
        let Ok(metadata) = std::fs::metadata(&path) else { continue };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let text = format!("others can get at {}: its mode is {mode:o}", path.display());
            wrong.push(Check::bad(
                "permissions",
                text,
                format!("chmod {wanted} {}", quoted(&path)),
            ));
        }
    }
    match wrong.is_empty() {
        true => vec![Check::good("permissions", "nobody else can read the home")],
        false => wrong,
    }
}

#[cfg(not(unix))]
fn permissions(_home: &Path) -> Vec<Check> {
    Vec::new()
}

/// The clock is not before the protocol, and not before a mail that was seen already.
fn clock(engine: &Engine) -> Result<Check, Failure> {
    let now = engine.now();
    let mut youngest = None;
    engine.peers(None, PeerFilter::All, &mut |_, row| {
        youngest = youngest.max(row.peer.seen.map(|seen| seen.at));
    })?;
    let mend = "timedatectl set-ntp true";
    Ok(match youngest {
        _ if now.as_secs() < EARLIEST_NOW_SECS => {
            Check::bad("clock", format!("the clock says {now}"), mend)
        }
        Some(seen) if seen > now => {
            let text = format!("the clock says {now}, but a mail was seen on {seen}");
            Check::bad("clock", text, mend)
        }
        _ => Check::good("clock", format!("the clock says {now}")),
    })
}

/// An account has a key that lives and that fits into the header.
fn own_key(engine: &Engine, account: &Account) -> Result<Vec<Check>, Failure> {
    let (addr, now) = (&account.addr, engine.now());
    let account_option = format!("--account {}", quoted(Path::new(addr.as_str())));
    let import = format!("inbome key import FILE {account_option}");
    // What cannot be renewed here is told by the command itself, and where it can be.
    let renew = format!("inbome key renew {account_option}");
    let keys = engine.own_keys(Some(addr))?;
    let current =
        keys.iter().find(|stored| Some(&stored.key.fingerprint) == account.current.as_ref());
    let Some(current) = current else {
        return Ok(vec![Check::bad("key", format!("{addr} has no key"), import)]);
    };
    let short = words::short(&current.key.fingerprint);
    let mut checks = vec![match current.key.expires {
        Some(at) if at <= now => {
            let text = format!("the key {short} of {addr} expired on {}", words::day(at));
            Check::bad("key", text, renew)
        }
        Some(at) if at <= now.plus_secs(EXPIRES_SOON_SECS) => {
            let text = format!("the key {short} of {addr} expires on {}", words::day(at));
            Check::bad("key", text, renew)
        }
        _ => Check::good("key", format!("{addr} has the key {short}")),
    }];
    if account.settings.enabled {
        let fields = engine.header_fields(Some(addr), None)?;
        checks.push(match fields.is_empty() {
            true => {
                let text = format!(
                    "the key of {addr} does not fit into a header field of {MAX_KEY_FIELD_BYTES} \
                     octets, or the address cannot stand in one"
                );
                Check::bad("header", text, import)
            }
            false => {
                let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
                Check::good("header", format!("mails of {addr} bear {}", names.join(" and ")))
            }
        });
    }
    Ok(checks)
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-@+=:,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
