//! The user's accounts, their aliases and secret keys.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::columns::{Columns, PREFERENCES, PROFILES, SPELLINGS, code_of, secs};
use super::fault::Fault;
use crate::account::{Account, ClearReply, Settings};
use crate::addr::Addr;
use crate::key::Fingerprint;
use crate::openpgp::SecretKey;
use crate::secret::Secret;
use crate::store::StoredKey;

macro_rules! select_account {
    () => {
        "SELECT account, enabled, prefer_encrypt, spelling, profile, keep_subject, send_clear_reply,
            current
         FROM accounts"
    };
}

/// All accounts, in the order in which they were made.
pub(super) fn load(conn: &Connection) -> Result<Vec<Account>, Fault> {
    let mut statement = conn.prepare_cached(concat!(select_account!(), " ORDER BY position"))?;
    let mut rows = statement.query([])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        accounts.push(read(conn, &mut Columns::of(row))?);
    }
    Ok(accounts)
}

/// The account with this address or alias.
pub(super) fn find(conn: &Connection, addr: &Addr) -> Result<Option<Account>, Fault> {
    let mut statement = conn.prepare_cached(concat!(
        select_account!(),
        " WHERE account = ?1 OR account IN (SELECT account FROM aliases WHERE alias = ?1)
          ORDER BY position LIMIT 1"
    ))?;
    let mut rows = statement.query([addr.as_str()])?;
    rows.next()?.map(|row| read(conn, &mut Columns::of(row))).transpose()
}

fn read(conn: &Connection, columns: &mut Columns<'_>) -> Result<Account, Fault> {
    let addr = columns.addr()?;
    Ok(Account {
        aliases: load_aliases(conn, &addr)?,
        addr,
        settings: Settings {
            enabled: columns.flag()?,
            prefer_encrypt: columns.code(&PREFERENCES)?,
            spelling: columns.code(&SPELLINGS)?,
            profile: columns.code(&PROFILES)?,
            keep_subject: columns.flag()?,
            clear_reply: match columns.flag()? {
                true => ClearReply::Send,
                false => ClearReply::Refuse,
            },
        },
        current: columns.optional_fingerprint()?,
    })
}

/// Makes an account, or replaces what is stored of it.
pub(super) fn save(conn: &Connection, account: &Account) -> Result<(), Fault> {
    let settings = account.settings;
    conn.prepare_cached(
        "INSERT INTO accounts (account, enabled, prefer_encrypt, spelling, profile, keep_subject,
            send_clear_reply, current)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (account) DO UPDATE SET
            enabled = excluded.enabled, prefer_encrypt = excluded.prefer_encrypt,
            spelling = excluded.spelling, profile = excluded.profile,
            keep_subject = excluded.keep_subject,
            send_clear_reply = excluded.send_clear_reply, current = excluded.current",
    )?
    .execute(params![
        account.addr.as_str(),
        settings.enabled,
        code_of(&PREFERENCES, &settings.prefer_encrypt)?,
        code_of(&SPELLINGS, &settings.spelling)?,
        code_of(&PROFILES, &settings.profile)?,
        settings.keep_subject,
        settings.clear_reply == ClearReply::Send,
        account.current.as_ref().map(Fingerprint::as_bytes),
    ])?;
    conn.prepare_cached("DELETE FROM aliases WHERE account = ?1")?
        .execute([account.addr.as_str()])?;
    let mut insert = conn.prepare_cached("INSERT INTO aliases (account, alias) VALUES (?1, ?2)")?;
    for alias in &account.aliases {
        insert.execute((account.addr.as_str(), alias.as_str()))?;
    }
    Ok(())
}

/// The keys of an account: the current one, then the youngest first.
pub(super) fn secret_keys(conn: &Connection, account: &Addr) -> Result<Vec<StoredKey>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT k.fingerprint, k.secret, k.locked, k.cert, k.created, k.expires, k.added
         FROM secret_keys k JOIN accounts a USING (account) WHERE account = ?1
         ORDER BY k.fingerprint IS NOT a.current, k.created DESC, k.added DESC, k.fingerprint",
    )?;
    let mut rows = statement.query([account.as_str()])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        keys.push(StoredKey {
            key: SecretKey {
                fingerprint: columns.fingerprint()?,
                // This vector becomes the storage that is zeroed.
                secret: Secret::new(columns.next()?),
                locked: columns.next()?,
                cert: columns.next()?,
                created: columns.time()?,
                expires: columns.optional_time()?,
            },
            added: columns.time()?,
        });
    }
    Ok(keys)
}

/// Adds a key, unless it is there.
pub(super) fn add_secret_key(
    conn: &Connection,
    account: &Addr,
    stored: &StoredKey,
) -> Result<(), Fault> {
    let key = &stored.key;
    conn.prepare_cached(
        "INSERT INTO secret_keys
             (account, fingerprint, created, expires, added, cert, secret, locked)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (account, fingerprint) DO NOTHING",
    )?
    .execute(params![
        account.as_str(),
        key.fingerprint.as_bytes(),
        key.created.as_secs(),
        secs(key.expires),
        stored.added.as_secs(),
        key.cert,
        key.secret.as_bytes(),
        key.locked,
    ])?;
    Ok(())
}

/// Puts a key in the place of the one with its fingerprint.
pub(super) fn replace_secret_key(
    conn: &Connection,
    account: &Addr,
    key: &SecretKey,
) -> Result<bool, Fault> {
    let replaced = conn
        .prepare_cached(
            "UPDATE secret_keys SET created = ?3, expires = ?4, cert = ?5, secret = ?6, locked = ?7
             WHERE account = ?1 AND fingerprint = ?2",
        )?
        .execute(params![
            account.as_str(),
            key.fingerprint.as_bytes(),
            key.created.as_secs(),
            secs(key.expires),
            key.cert,
            key.secret.as_bytes(),
            key.locked,
        ])?;
    Ok(replaced > 0)
}

/// Deletes a key, overwriting it in the file.
pub(super) fn destroy_secret_key(
    conn: &Connection,
    account: &Addr,
    fingerprint: &Fingerprint,
) -> Result<bool, Fault> {
    let deleted = conn
        .prepare_cached("DELETE FROM secret_keys WHERE account = ?1 AND fingerprint = ?2")?
        .execute((account.as_str(), fingerprint.as_bytes()))?;
    Ok(deleted > 0)
}

fn load_aliases(conn: &Connection, account: &Addr) -> Result<BTreeSet<Addr>, Fault> {
    let mut statement =
        conn.prepare_cached("SELECT alias FROM aliases WHERE account = ?1 ORDER BY alias")?;
    let mut rows = statement.query([account.as_str()])?;
    let mut aliases = BTreeSet::new();
    while let Some(row) = rows.next()? {
        aliases.insert(Columns::of(row).addr()?);
    }
    Ok(aliases)
}
