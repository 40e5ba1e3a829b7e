//! The key history: one row per key that a peer was seen with.

use std::collections::BTreeSet;

use rusqlite::{CachedStatement, Connection, params};

use super::columns::{Columns, secs};
use super::fault::Fault;
use crate::addr::Addr;
use crate::history::{History, KeyRecord, Source, Span, Spans};
use crate::key::{CertUnion, Fingerprint, Hash};
use crate::store::SHORT_HISTORY;

const LOAD: &str = "SELECT fingerprint, advert_first, advert_last, gossip_first, gossip_last,
        import_first, import_last, hard_revoked, truncated, copies, parts
     FROM peer_keys WHERE account = ?1 AND addr = ?2";

const LOAD_ONE: &str = "SELECT advert_first, advert_last, gossip_first, gossip_last,
        import_first, import_last, hard_revoked, truncated, copies, parts
     FROM peer_keys WHERE account = ?1 AND addr = ?2 AND fingerprint = ?3";

/// Answered by the index alone, and never counts further than it must.
const COUNT: &str = "SELECT count(*) FROM (
        SELECT 1 FROM peer_keys WHERE account = ?1 AND addr = ?2 LIMIT ?3)";

pub(super) const SAVE: &str = "INSERT INTO peer_keys (
        account, addr, fingerprint, advert_first, advert_last, gossip_first, gossip_last,
        import_first, import_last, hard_revoked, truncated, copies, parts
     ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
     ON CONFLICT (account, addr, fingerprint) DO UPDATE SET
        advert_first = excluded.advert_first, advert_last = excluded.advert_last,
        gossip_first = excluded.gossip_first, gossip_last = excluded.gossip_last,
        import_first = excluded.import_first, import_last = excluded.import_last,
        hard_revoked = excluded.hard_revoked, truncated = excluded.truncated,
        copies = excluded.copies, parts = excluded.parts";

const DELETE: &str = "DELETE FROM peer_keys WHERE account = ?1 AND addr = ?2 AND fingerprint = ?3";

/// The whole history of one peer.
pub(super) fn load(conn: &Connection, account: &Addr, addr: &Addr) -> Result<History, Fault> {
    let mut statement = conn.prepare_cached(LOAD)?;
    let mut rows = statement.query((account.as_str(), addr.as_str()))?;
    let mut history = History::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        history.insert(columns.fingerprint()?, read(&mut columns)?);
    }
    Ok(history)
}

/// Whether the history of one peer is short enough to be read whole.
pub(super) fn is_short(conn: &Connection, account: &Addr, addr: &Addr) -> Result<bool, Fault> {
    let short = i64::try_from(SHORT_HISTORY).unwrap_or(i64::MAX);
    let mut statement = conn.prepare_cached(COUNT)?;
    let count: i64 =
        statement.query_row((account.as_str(), addr.as_str(), short), |row| row.get(0))?;
    Ok(count < short)
}

/// What there is of these keys.
pub(super) fn load_part(
    conn: &Connection,
    account: &Addr,
    addr: &Addr,
    keys: &mut dyn Iterator<Item = &Fingerprint>,
) -> Result<History, Fault> {
    let mut records = Vec::new();
    for fingerprint in keys {
        if let Some(record) = load_one(conn, account, addr, fingerprint)? {
            records.push((fingerprint.clone(), record));
        }
    }
    Ok(History::in_part(records))
}

/// The record of one key.
pub(super) fn load_one(
    conn: &Connection,
    account: &Addr,
    addr: &Addr,
    fingerprint: &Fingerprint,
) -> Result<Option<KeyRecord>, Fault> {
    let mut statement = conn.prepare_cached(LOAD_ONE)?;
    let mut rows = statement.query((account.as_str(), addr.as_str(), fingerprint.as_bytes()))?;
    rows.next()?.map(|row| read(&mut Columns::of(row))).transpose()
}

/// Writes one record by [`SAVE`], which is looked up once for many.
pub(super) fn save(
    statement: &mut CachedStatement<'_>,
    account: &Addr,
    addr: &Addr,
    fingerprint: &Fingerprint,
    record: &KeyRecord,
) -> Result<(), Fault> {
    let span = |source: Source| record.spans.get(source);
    let first = |source: Source| secs(span(source).map(|span| span.first));
    let last = |source: Source| secs(span(source).map(|span| span.last));
    let copies: Vec<u8> = record.copies.iter().flatten().copied().collect();
    statement.execute(params![
        account.as_str(),
        addr.as_str(),
        fingerprint.as_bytes(),
        first(Source::Advert),
        last(Source::Advert),
        first(Source::Gossip),
        last(Source::Gossip),
        first(Source::Import),
        last(Source::Import),
        record.union.hard_revoked,
        record.union.truncated,
        copies,
        &record.union.bytes[..],
    ])?;
    Ok(())
}

/// Deletes one record, if it is there.
pub(super) fn delete(
    conn: &Connection,
    account: &Addr,
    addr: &Addr,
    fingerprint: &Fingerprint,
) -> Result<(), Fault> {
    conn.prepare_cached(DELETE)?.execute((
        account.as_str(),
        addr.as_str(),
        fingerprint.as_bytes(),
    ))?;
    Ok(())
}

/// Reads the columns of [`LOAD`] behind the fingerprint.
fn read(columns: &mut Columns<'_>) -> Result<KeyRecord, Fault> {
    let mut spans = Spans::default();
    for source in [Source::Advert, Source::Gossip, Source::Import] {
        match (columns.optional_time()?, columns.optional_time()?) {
            (Some(first), Some(last)) => {
                spans.widen(source, Span { first, last });
            }
            (None, None) => {}
            _ => return Err(columns.unexpected("a first and a last date", "one of them")),
        }
    }
    let hard_revoked = columns.flag()?;
    let truncated = columns.flag()?;
    let copies = read_copies(columns)?;
    let union = CertUnion { bytes: columns.next()?, hard_revoked, truncated };
    Ok(KeyRecord { spans, union, copies })
}

fn read_copies(columns: &mut Columns<'_>) -> Result<BTreeSet<Hash>, Fault> {
    let octets: Vec<u8> = columns.next()?;
    let (hashes, rest) = octets.as_chunks::<32>();
    match rest {
        [] => Ok(hashes.iter().copied().collect()),
        _ => Err(columns.unexpected("hashes of 32 octets", &format!("{} octets", octets.len()))),
    }
}
