//! Checks of the whole database: SQLite's own, then what the tables promise each other.

use rusqlite::Connection;

use super::columns::Columns;
use super::fault::Fault;
use super::{accounts, history, peers};
use crate::addr::Addr;
use crate::key::{Key, hash};

/// Faults past this many are not listed.
const MAX_FAULTS: usize = 100;

/// One line for each fault.
pub(super) fn check(conn: &Connection) -> Result<Vec<String>, Fault> {
    let mut faults = Vec::new();
    integrity(conn, &mut faults)?;
    references(conn, &mut faults)?;
    for account in all_accounts(conn, &mut faults)? {
        check_account(conn, &account, &mut faults)?;
    }
    faults.truncate(MAX_FAULTS);
    Ok(faults)
}

fn integrity(conn: &Connection, faults: &mut Vec<String>) -> Result<(), Fault> {
    let mut statement = conn.prepare("PRAGMA integrity_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            faults.push(line);
        }
    }
    Ok(())
}

fn references(conn: &Connection, faults: &mut Vec<String>) -> Result<(), Fault> {
    let mut statement = conn.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if faults.len() >= MAX_FAULTS {
            break;
        }
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        faults
            .push(format!("expected each row of {table} to have its {parent}, found one without"));
    }
    Ok(())
}

/// Accounts whose rows can be read; what is wrong with others goes to `faults`.
fn all_accounts(conn: &Connection, faults: &mut Vec<String>) -> Result<Vec<Addr>, Fault> {
    let current_is_missing = "SELECT count(*) FROM accounts a WHERE current IS NOT NULL AND
        NOT EXISTS (SELECT 1 FROM secret_keys k
                    WHERE k.account = a.account AND k.fingerprint = a.current)";
    let miscounted = "SELECT count(*) FROM accounts a WHERE message_ids <>
        (SELECT count(*) FROM message_ids m WHERE m.account = a.account)";
    for (sql, fault) in [
        (current_is_missing, "expected the current key of each account, found none"),
        (miscounted, "expected the number of Message-IDs of each account, found another"),
    ] {
        if conn.query_row(sql, [], |row| row.get::<_, i64>(0))? > 0 {
            faults.push(fault.to_owned());
        }
    }
    match readable(accounts::load(conn), "accounts", faults)? {
        Some(accounts) => Ok(accounts.into_iter().map(|account| account.addr).collect()),
        None => Ok(Vec::new()),
    }
}

fn check_account(conn: &Connection, account: &Addr, faults: &mut Vec<String>) -> Result<(), Fault> {
    readable(accounts::secret_keys(conn, account), account.as_str(), faults)?;
    let mut statement = conn.prepare("SELECT addr FROM peers WHERE account = ?1 ORDER BY addr")?;
    let mut rows = statement.query([account.as_str()])?;
    while let Some(row) = rows.next()? {
        if faults.len() >= MAX_FAULTS {
            break;
        }
        let Some(addr) = readable(Columns::of(row).addr(), account.as_str(), faults)? else {
            continue;
        };
        check_peer(conn, account, &addr, faults)?;
    }
    Ok(())
}

fn check_peer(
    conn: &Connection,
    account: &Addr,
    addr: &Addr,
    faults: &mut Vec<String>,
) -> Result<(), Fault> {
    let place = addr.as_str();
    let peer = readable(peers::load(conn, account, addr), place, faults)?.flatten();
    let history = readable(history::load(conn, account, addr), place, faults)?;
    let (Some(peer), Some(history)) = (peer, history) else { return Ok(()) };
    let mut held = |key: &Key, what: &str| {
        // Discovery §3.1: the direct and the gossip cert are never dropped from the history.
        if !history.contains_key(&key.fingerprint) {
            faults.push(format!("expected the {what} key of {place} in its history, found none"));
        }
        if hash(&key.bytes) != key.hash {
            faults.push(format!("expected the {what} key of {place}, found other octets"));
        }
    };
    peer.advert.iter().for_each(|advert| held(&advert.key, "direct"));
    peer.gossip.iter().for_each(|gossip| held(&gossip.key, "gossip"));
    peer.imported.iter().for_each(|imported| held(&imported.key, "imported"));
    Ok(())
}

/// A value that cannot be read is one fault more, not the end of the check.
fn readable<T>(
    read: Result<T, Fault>,
    place: &str,
    faults: &mut Vec<String>,
) -> Result<Option<T>, Fault> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(Fault::Value(found)) => {
            faults.push(format!("{place}: {found}"));
            Ok(None)
        }
        Err(Fault::Sql(error)) if error.sqlite_error_code().is_none() => {
            faults.push(format!("{place}: {error}"));
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}
