//! Message-IDs of mails that were encrypted (Discovery §4), up to a limit per account.

use rusqlite::Connection;

use super::fault::Fault;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::store::MessageIdHash;

/// Whether the id is remembered.
pub(super) fn contains(
    conn: &Connection,
    account: &Addr,
    id: &MessageIdHash,
) -> Result<bool, Fault> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM message_ids WHERE account = ?1 AND id = ?2")?
        .exists((account.as_str(), id))?)
}

/// Remembers the id under its latest date; past `limit` the oldest go.
pub(super) fn remember(
    conn: &Connection,
    account: &Addr,
    id: &MessageIdHash,
    at: Timestamp,
    limit: usize,
) -> Result<(), Fault> {
    let added = conn
        .prepare_cached(
            "INSERT INTO message_ids (account, id, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute((account.as_str(), id, at.as_secs()))?;
    if added == 0 {
        conn.prepare_cached(
            "UPDATE message_ids SET at = ?3 WHERE account = ?1 AND id = ?2 AND at < ?3",
        )?
        .execute((account.as_str(), id, at.as_secs()))?;
        return Ok(());
    }
    // Counting the rows each time would make every insert as slow as the table is long.
    let count: i64 = conn
        .prepare_cached(
            "UPDATE accounts SET message_ids = message_ids + 1 WHERE account = ?1
             RETURNING message_ids",
        )?
        .query_row([account.as_str()], |row| row.get(0))?;
    let surplus = count.saturating_sub(i64::try_from(limit).unwrap_or(i64::MAX));
    if surplus <= 0 {
        return Ok(());
    }
    let dropped = conn
        .prepare_cached(
            "DELETE FROM message_ids WHERE account = ?1 AND id IN (
                SELECT id FROM message_ids WHERE account = ?1 ORDER BY at, id LIMIT ?2)",
        )?
        .execute((account.as_str(), surplus))?;
    conn.prepare_cached("UPDATE accounts SET message_ids = message_ids - ?2 WHERE account = ?1")?
        .execute((account.as_str(), i64::try_from(dropped).unwrap_or(i64::MAX)))?;
    Ok(())
}
