//! Rows of peers: one wide row each, read by one point read, written by one upsert.
//!
//! The upsert names its columns, so that columns of newer programs keep their values. SQLite writes
//! only those pages of a row that differ: repeating a large key costs nothing on the disk.

use std::collections::BinaryHeap;
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, params};

use super::columns::{Columns, PREFERENCES, VERDICTS, code_of, secs};
use super::fault::Fault;
use crate::addr::Addr;
use crate::key::{Hash, Judgement, Key, Usable};
use crate::peer::{Advert, Introduced, Peer, Plain, Rank, Seen, Standing, Word};
use crate::store::PeerRow;

macro_rules! select_peer {
    ($more:literal) => {
        concat!(
            "SELECT seen_at, seen_encrypted, list_post, forgotten, word, pin, truncated,
                advert_at, advert_protected, advert_prefer,
                advert_fingerprint, advert_hash, advert_key,
                advert_verdict, advert_subkey, advert_expires, advert_from, advert_until,
                advert_field,
                gossip_at,
                gossip_fingerprint, gossip_hash, gossip_key,
                gossip_verdict, gossip_subkey, gossip_expires, gossip_from, gossip_until,
                imported_at,
                imported_fingerprint, imported_hash, imported_key,
                imported_verdict, imported_subkey, imported_expires, imported_from,
                imported_until,
                plain_at, plain_agent",
            $more
        )
    };
}

const LOAD: &str = select_peer!(" FROM peers WHERE account = ?1 AND addr = ?2");

const LIST: &str =
    select_peer!(", addr FROM peers WHERE account = ?1 AND addr > ?2 ORDER BY addr LIMIT ?3");

pub(super) const SAVE: &str = "INSERT INTO peers (
        account, addr, seen_at, seen_encrypted, list_post, forgotten, word, pin, truncated,
        advert_at, advert_protected, advert_prefer, advert_fingerprint, advert_hash,
        advert_verdict, advert_subkey, advert_expires, advert_from, advert_until, advert_field,
        gossip_at, gossip_fingerprint, gossip_hash, gossip_verdict, gossip_subkey,
        gossip_expires, gossip_from, gossip_until,
        imported_at, imported_fingerprint, imported_hash, imported_verdict, imported_subkey,
        imported_expires, imported_from, imported_until,
        plain_at, plain_agent, advert_key, gossip_key, imported_key
     ) VALUES (
        ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
        ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36,
        ?37, ?38, ?39, ?40, ?41
     ) ON CONFLICT (account, addr) DO UPDATE SET
        seen_at = excluded.seen_at, seen_encrypted = excluded.seen_encrypted,
        list_post = excluded.list_post, forgotten = excluded.forgotten, word = excluded.word,
        pin = excluded.pin, truncated = excluded.truncated, advert_at = excluded.advert_at,
        advert_protected = excluded.advert_protected, advert_prefer = excluded.advert_prefer,
        advert_fingerprint = excluded.advert_fingerprint, advert_hash = excluded.advert_hash,
        advert_verdict = excluded.advert_verdict, advert_subkey = excluded.advert_subkey,
        advert_expires = excluded.advert_expires, advert_from = excluded.advert_from,
        advert_until = excluded.advert_until, advert_field = excluded.advert_field,
        gossip_at = excluded.gossip_at, gossip_fingerprint = excluded.gossip_fingerprint,
        gossip_hash = excluded.gossip_hash, gossip_verdict = excluded.gossip_verdict,
        gossip_subkey = excluded.gossip_subkey, gossip_expires = excluded.gossip_expires,
        gossip_from = excluded.gossip_from, gossip_until = excluded.gossip_until,
        imported_at = excluded.imported_at,
        imported_fingerprint = excluded.imported_fingerprint,
        imported_hash = excluded.imported_hash, imported_verdict = excluded.imported_verdict,
        imported_subkey = excluded.imported_subkey,
        imported_expires = excluded.imported_expires,
        imported_from = excluded.imported_from, imported_until = excluded.imported_until,
        plain_at = excluded.plain_at, plain_agent = excluded.plain_agent,
        advert_key = excluded.advert_key, gossip_key = excluded.gossip_key,
        imported_key = excluded.imported_key";

/// What decides whether a row goes, without the keys.
const STANDINGS: &str = "SELECT p.rowid, p.addr,
        EXISTS (SELECT 1 FROM written_to w WHERE w.account = p.account AND w.addr = p.addr),
        p.word <> 0 OR EXISTS (
            SELECT 1 FROM peer_keys k
            WHERE k.account = p.account AND k.addr = p.addr AND k.import_last IS NOT NULL),
        p.forgotten IS NOT NULL, p.advert_at IS NOT NULL, p.seen_at, p.gossip_at
     FROM peers p WHERE p.account = ?1";

/// One row.
pub(super) fn load(conn: &Connection, account: &Addr, addr: &Addr) -> Result<Option<Peer>, Fault> {
    let mut statement = conn.prepare_cached(LOAD)?;
    let mut rows = statement.query((account.as_str(), addr.as_str()))?;
    rows.next()?.map(|row| read(&mut Columns::of(row))).transpose()
}

/// Rows of an account behind an address.
pub(super) fn list(
    conn: &Connection,
    account: &Addr,
    after: Option<&Addr>,
    count: usize,
) -> Result<Vec<PeerRow>, Fault> {
    let mut statement = conn.prepare_cached(LIST)?;
    // No address is empty.
    let after = after.map_or("", Addr::as_str);
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let mut rows = statement.query((account.as_str(), after, count))?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let peer = read(&mut columns)?;
        listed.push(PeerRow { addr: columns.addr()?, peer });
    }
    Ok(listed)
}

/// How many rows of an account hold a key.
pub(super) fn count_with_key(conn: &Connection, account: &Addr) -> Result<usize, Fault> {
    let count: i64 = conn
        .prepare_cached(
            "SELECT count(*) FROM peers WHERE account = ?1 AND
             (advert_at IS NOT NULL OR gossip_at IS NOT NULL OR imported_at IS NOT NULL)",
        )?
        .query_row([account.as_str()], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// How many rows an account has of peers never written to.
pub(super) fn count(conn: &Connection, account: &Addr) -> Result<usize, Fault> {
    let count: i64 = conn
        .prepare_cached(
            "SELECT (SELECT count(*) FROM peers WHERE account = ?1)
                  - (SELECT count(*) FROM written_to JOIN peers USING (account, addr)
                     WHERE account = ?1)",
        )?
        .query_row([account.as_str()], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Writes one row by [`SAVE`], whose text is as long as a row: it is looked up once for many.
pub(super) fn save(
    statement: &mut CachedStatement<'_>,
    account: &Addr,
    addr: &Addr,
    peer: &Peer,
) -> Result<(), Fault> {
    let (word, pin) = match &peer.word {
        Word::Default => (0, None),
        Word::Always => (1, None),
        Word::Never => (2, None),
        Word::Pin(fingerprint) => (3, Some(fingerprint.as_bytes())),
    };
    let advert = peer.advert.as_ref();
    let (gossip, imported) = (peer.gossip.as_ref(), peer.imported.as_ref());
    let advert_key = KeyColumns::of(advert.map(|advert| (&advert.key, &advert.judgement)))?;
    let gossip_key = KeyColumns::of(gossip.map(|held| (&held.key, &held.judgement)))?;
    let imported_key = KeyColumns::of(imported.map(|held| (&held.key, &held.judgement)))?;
    let prefer = advert.map(|advert| code_of(&PREFERENCES, &advert.prefer_encrypt)).transpose()?;
    statement.execute(params![
        account.as_str(),
        addr.as_str(),
        secs(peer.seen.map(|seen| seen.at)),
        peer.seen.map(|seen| seen.encrypted),
        secs(peer.list_post),
        secs(peer.forgotten),
        word,
        pin,
        peer.truncated,
        secs(advert.map(|advert| advert.at)),
        advert.map(|advert| advert.protected),
        prefer,
        advert_key.fingerprint,
        advert_key.hash,
        advert_key.verdict,
        advert_key.subkey,
        advert_key.expires,
        advert_key.from,
        advert_key.until,
        advert.and_then(|advert| advert.field.as_ref()).map(Hash::as_slice),
        secs(gossip.map(|gossip| gossip.at)),
        gossip_key.fingerprint,
        gossip_key.hash,
        gossip_key.verdict,
        gossip_key.subkey,
        gossip_key.expires,
        gossip_key.from,
        gossip_key.until,
        secs(imported.map(|imported| imported.at)),
        imported_key.fingerprint,
        imported_key.hash,
        imported_key.verdict,
        imported_key.subkey,
        imported_key.expires,
        imported_key.from,
        imported_key.until,
        secs(peer.last_plain.as_ref().map(|plain| plain.at)),
        peer.last_plain.as_ref().map(|plain| plain.agent.as_str()),
        advert_key.bytes,
        gossip_key.bytes,
        imported_key.bytes,
    ])?;
    Ok(())
}

/// Drops the rows of the lowest ranks, their key history with them.
pub(super) fn drop_some(
    conn: &Connection,
    account: &Addr,
    count: usize,
    rank: &dyn Fn(&Standing) -> Option<Rank>,
) -> Result<usize, Fault> {
    // The highest of those that go is on top.
    let mut going = BinaryHeap::new();
    let mut statement = conn.prepare_cached(STANDINGS)?;
    let mut rows = statement.query([account.as_str()])?;
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let row_id: i64 = columns.next()?;
        let addr = columns.addr()?;
        let standing = Standing {
            written_to: columns.flag()?,
            has_word: columns.flag()?,
            forgotten: columns.flag()?,
            has_advert: columns.flag()?,
            seen: columns.optional_time()?,
            gossip: columns.optional_time()?,
        };
        if let Some(rank) = rank(&standing) {
            going.push((rank, addr, row_id));
            if going.len() > count {
                going.pop();
            }
        }
    }
    drop(rows);
    let mut delete = conn.prepare_cached("DELETE FROM peers WHERE rowid = ?1")?;
    for (_, _, row_id) in &going {
        delete.execute([row_id])?;
    }
    Ok(going.len())
}

/// Whether a peer is marked as written to.
pub(super) fn is_written_to(conn: &Connection, account: &Addr, addr: &Addr) -> Result<bool, Fault> {
    let mut statement =
        conn.prepare_cached("SELECT 1 FROM written_to WHERE account = ?1 AND addr = ?2")?;
    Ok(statement.exists((account.as_str(), addr.as_str()))?)
}

/// Marks a peer as written to.
pub(super) fn mark_written_to(conn: &Connection, account: &Addr, addr: &Addr) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO written_to (account, addr) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?
    .execute((account.as_str(), addr.as_str()))?;
    Ok(())
}

/// The columns that all keys of a row have in common.
#[derive(Default)]
struct KeyColumns<'a> {
    fingerprint: Option<&'a [u8]>,
    hash: Option<&'a [u8]>,
    verdict: Option<i64>,
    subkey: Option<&'a [u8]>,
    expires: Option<i64>,
    from: Option<i64>,
    until: Option<i64>,
    bytes: Option<&'a [u8]>,
}

impl<'a> KeyColumns<'a> {
    fn of(held: Option<(&'a Key, &'a Judgement)>) -> Result<Self, Fault> {
        let Some((key, judgement)) = held else { return Ok(Self::default()) };
        let usable = judgement.verdict.as_ref().ok();
        let against = judgement.verdict.as_ref().err().copied();
        Ok(Self {
            fingerprint: Some(key.fingerprint.as_bytes()),
            hash: Some(&key.hash),
            verdict: Some(code_of(&VERDICTS, &against)?),
            subkey: usable.map(|usable| usable.subkey.as_bytes()),
            expires: secs(usable.and_then(|usable| usable.expires)),
            from: Some(judgement.from.as_secs()),
            until: Some(judgement.until.as_secs()),
            bytes: Some(&key.bytes),
        })
    }
}

/// Reads the columns of [`LOAD`].
fn read(columns: &mut Columns<'_>) -> Result<Peer, Fault> {
    let seen = match columns.optional_time()? {
        Some(at) => Some(Seen { at, encrypted: columns.flag()? }),
        None => columns.skip(1),
    };
    Ok(Peer {
        seen,
        list_post: columns.optional_time()?,
        forgotten: columns.optional_time()?,
        word: read_word(columns)?,
        truncated: columns.flag()?,
        advert: match columns.optional_time()? {
            Some(at) => {
                let protected = columns.flag()?;
                let prefer_encrypt = columns.code(&PREFERENCES)?;
                let (key, judgement) = read_key(columns)?;
                let field = columns.next()?;
                Some(Advert { at, protected, key, prefer_encrypt, judgement, field })
            }
            None => columns.skip(3 + KEY_COLUMNS),
        },
        gossip: read_introduced(columns)?,
        imported: read_introduced(columns)?,
        last_plain: match columns.optional_time()? {
            Some(at) => Some(Plain { at, agent: columns.next()? }),
            None => columns.skip(1),
        },
    })
}

fn read_introduced(columns: &mut Columns<'_>) -> Result<Option<Introduced>, Fault> {
    let Some(at) = columns.optional_time()? else { return Ok(columns.skip(KEY_COLUMNS)) };
    let (key, judgement) = read_key(columns)?;
    Ok(Some(Introduced { at, key, judgement }))
}

fn read_word(columns: &mut Columns<'_>) -> Result<Word, Fault> {
    let code = columns.code(&[0, 1, 2, 3])?;
    Ok(match (code, columns.optional_fingerprint()?) {
        (1, None) => Word::Always,
        (2, None) => Word::Never,
        (3, Some(pinned)) => Word::Pin(pinned),
        (0, None) => Word::Default,
        _ => return Err(columns.unexpected("a pin exactly if the word is pin", "otherwise")),
    })
}

/// How many columns [`read_key`] reads.
const KEY_COLUMNS: usize = 8;

fn read_key(columns: &mut Columns<'_>) -> Result<(Key, Judgement), Fault> {
    let key = Key {
        fingerprint: columns.fingerprint()?,
        hash: columns.next()?,
        bytes: columns.next::<Arc<[u8]>>()?,
    };
    let against = columns.code(&VERDICTS)?;
    let subkey = columns.optional_fingerprint()?;
    let expires = columns.optional_time()?;
    let verdict = match (against, subkey) {
        (None, Some(subkey)) => Ok(Usable { subkey, expires }),
        (Some(against), None) => Err(against),
        _ => return Err(columns.unexpected("a subkey exactly if the key is usable", "otherwise")),
    };
    Ok((key, Judgement { verdict, from: columns.time()?, until: columns.time()? }))
}
