//! How far mailboxes have been scanned.

use rusqlite::Connection;

use super::columns::Columns;
use super::fault::Fault;
use crate::addr::Addr;
use crate::store::Cursor;

/// Everything scanned of one mailbox.
pub(super) fn load(conn: &Connection, account: &Addr, mailbox: &str) -> Result<Vec<Cursor>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT offset, tail, names FROM cursors WHERE account = ?1 AND mailbox = ?2 ORDER BY part",
    )?;
    let mut rows = statement.query((account.as_str(), mailbox))?;
    let mut cursors = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        cursors.push(match columns.next::<Option<i64>>()? {
            Some(offset) => {
                Cursor::Offset { offset: offset.cast_unsigned(), tail: columns.next()? }
            }
            None => {
                let _: Option<()> = columns.skip(1);
                read_names(&mut columns)?
            }
        });
    }
    Ok(cursors)
}

/// Adds one part: a batch of names is one row, an offset replaces the one before.
pub(super) fn add(
    conn: &Connection,
    account: &Addr,
    mailbox: &str,
    cursor: &Cursor,
) -> Result<(), Fault> {
    const ADD: &str = "INSERT INTO cursors (account, mailbox, part, offset, tail, names)
        SELECT ?1, ?2, coalesce(max(part), 0) + 1, ?3, ?4, ?5
        FROM cursors WHERE account = ?1 AND mailbox = ?2";
    let mut add = conn.prepare_cached(ADD)?;
    match cursor {
        Cursor::Names(names) => {
            let names = names.as_flattened();
            add.execute((account.as_str(), mailbox, None::<i64>, None::<&[u8]>, names))?;
        }
        Cursor::Offset { offset, tail } => {
            conn.prepare_cached(
                "DELETE FROM cursors
                 WHERE account = ?1 AND mailbox = ?2 AND offset IS NOT NULL",
            )?
            .execute((account.as_str(), mailbox))?;
            // The sign is only a bit here: offsets are compared with nothing in the database.
            let offset = offset.cast_signed();
            add.execute((account.as_str(), mailbox, offset, tail, None::<&[u8]>))?;
        }
    }
    Ok(())
}

/// Forgets a mailbox.
pub(super) fn remove(conn: &Connection, account: &Addr, mailbox: &str) -> Result<(), Fault> {
    conn.prepare_cached("DELETE FROM cursors WHERE account = ?1 AND mailbox = ?2")?
        .execute((account.as_str(), mailbox))?;
    Ok(())
}

fn read_names(columns: &mut Columns<'_>) -> Result<Cursor, Fault> {
    let octets: Vec<u8> = columns.next()?;
    let (names, rest) = octets.as_chunks::<16>();
    match rest {
        [] => Ok(Cursor::Names(names.to_vec())),
        _ => Err(columns.unexpected("names of 16 octets", &format!("{} octets", octets.len()))),
    }
}
