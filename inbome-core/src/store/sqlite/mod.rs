//! The store in one SQLite file that several processes and threads use at once; the only user of
//! rusqlite.
//!
//! Write-ahead log, one fsync per commit, IMMEDIATE transactions: writers queue, readers never wait.
//! Deleted rows are overwritten. Values that no program of ours wrote are
//! [`StoreError::Corrupt`]. Not here: any rule, and any cache of rows.

mod accounts;
mod check;
mod columns;
mod cursors;
mod fault;
pub(crate) mod foreign;
mod history;
mod home;
mod message_ids;
mod migrate;
mod peers;

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use self::fault::Fault;
use self::migrate::{STEPS, Step};
use super::{
    Accounts, Cursor, Cursors, MessageIdHash, PeerRow, Peers, Remembered, SavedPeer, Secrets,
    Store, StoreError, StoredKey,
};
use crate::account::Account;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::history::KeyRecord;
use crate::key::Fingerprint;
use crate::limits::MAX_MESSAGE_IDS;
use crate::openpgp::SecretKey;
use crate::peer::{Peer, PeerState, Rank, Standing};

/// How to open a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOptions {
    /// Make directory and database if there are none.
    pub create: bool,
    /// For how many seconds to wait for other processes.
    pub busy_timeout_secs: u64,
}

/// An existing home, and half a minute of patience.
impl Default for OpenOptions {
    fn default() -> Self {
        Self { create: false, busy_timeout_secs: 30 }
    }
}

/// The store in `inbome.db` in a directory, the *home*.
#[derive(Debug)]
pub struct SqliteStore {
    conn: Connection,
    path: String,
    busy_timeout_secs: u64,
    /// `total_changes` at the begin of the transaction that is open.
    begun_at: Option<u64>,
    /// A secret key was destroyed in this transaction: its traces go with the commit.
    shred: bool,
    commits: u64,
    pub(super) max_message_ids: usize,
}

impl SqliteStore {
    /// Opens the home, a directory; makes it (mode 0700, file 0600) if `options` say so.
    ///
    /// A database of an older kind is brought forward. The file of a newer kind, a damaged or
    /// foreign file is left as it is.
    ///
    /// # Errors
    /// [`StoreError::NoHome`] without a home; [`StoreError::Io`] for what the system refuses;
    /// [`StoreError::Newer`], [`StoreError::Corrupt`]; [`StoreError::Busy`].
    pub fn open(home: &Path, options: OpenOptions) -> Result<Self, StoreError> {
        Self::open_with(home, options, STEPS)
    }

    fn open_with(home: &Path, options: OpenOptions, steps: &[Step]) -> Result<Self, StoreError> {
        let file = home::prepare(home, options.create)?;
        let path = file.display().to_string();
        let conn = connect(&file, options.busy_timeout_secs, steps)
            .map_err(|fault| fault.into_error(&path, options.busy_timeout_secs))?;
        Ok(Self {
            conn,
            path,
            busy_timeout_secs: options.busy_timeout_secs,
            begun_at: None,
            shred: false,
            commits: 0,
            max_message_ids: MAX_MESSAGE_IDS,
        })
    }

    fn read<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        work(&self.conn).map_err(|fault| self.error(fault))
    }

    /// [`SqliteStore::read`] for several statements, whose answers belong to one state.
    fn read_whole<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        if !self.conn.is_autocommit() {
            return self.read(work);
        }
        self.begin_read()?;
        let done = self.read(work);
        self.end_read();
        done
    }

    /// Does `work` in the open transaction, else in one of its own.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        if self.begun_at.is_some() {
            // SQLite ends a transaction by itself when the disk is full, for instance.
            if self.conn.is_autocommit() {
                return Err(self.error(Fault::Misuse("the transaction was undone before")));
            }
            return self.read(work);
        }
        self.begin()?;
        let done = self.read(work).and_then(|value| self.commit().map(|()| value));
        if done.is_err() {
            self.rollback();
        }
        done
    }

    /// Whether the open transaction wrote anything.
    fn has_written(&self) -> bool {
        self.begun_at.is_some_and(|begun_at| self.conn.total_changes() != begun_at)
    }

    fn error(&self, fault: Fault) -> StoreError {
        fault.into_error(&self.path, self.busy_timeout_secs)
    }
}

impl Store for SqliteStore {
    fn begin(&mut self) -> Result<(), StoreError> {
        if self.begun_at.is_some() {
            return Err(self.error(Fault::Misuse("a transaction is open already")));
        }
        run(&self.conn, "BEGIN IMMEDIATE").map_err(|fault| self.error(fault))?;
        self.begun_at = Some(self.conn.total_changes());
        Ok(())
    }

    fn begin_read(&mut self) -> Result<(), StoreError> {
        if self.conn.is_autocommit() {
            run(&self.conn, "BEGIN").map_err(|fault| self.error(fault))?;
        }
        Ok(())
    }

    fn end_read(&mut self) {
        if self.begun_at.is_none() && !self.conn.is_autocommit() {
            // Nothing was written; if even this fails, the next `begin` does, and says why.
            let _ = run(&self.conn, "COMMIT");
        }
    }

    fn allow_loss(&mut self) -> Result<(), StoreError> {
        self.read(|conn| Ok(conn.execute_batch(SETTINGS_OF_A_SCAN)?))
    }

    fn leave(&mut self) {
        // Closing then neither writes the log back nor deletes it. It cannot fail.
        let _ = self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        if self.begun_at.is_none() || self.conn.is_autocommit() {
            return Err(self.error(Fault::Misuse("no transaction is open")));
        }
        let wrote = self.has_written();
        if wrote {
            run(&self.conn, "UPDATE home SET generation = generation + 1")
                .map_err(|fault| self.error(fault))?;
        }
        run(&self.conn, "COMMIT").map_err(|fault| self.error(fault))?;
        self.begun_at = None;
        self.commits = self.commits.saturating_add(u64::from(wrote));
        if std::mem::take(&mut self.shred) {
            // The log still holds the key. While another process reads, this must wait for the
            // next checkpoint; that is no reason to fail.
            let _ = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        Ok(())
    }

    fn rollback(&mut self) {
        self.begun_at = None;
        self.shred = false;
        if !self.conn.is_autocommit() {
            // If even this fails, the next `begin` does, and says why.
            let _ = run(&self.conn, "ROLLBACK");
        }
    }

    fn generation(&mut self) -> Result<i64, StoreError> {
        let stored: i64 = self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT generation FROM home WHERE id = 1")?;
            Ok(statement.query_row([], |row| row.get(0))?)
        })?;
        Ok(stored.saturating_add(i64::from(self.begun_at.is_some() && self.has_written())))
    }

    fn check(&mut self) -> Result<Vec<String>, StoreError> {
        self.read(check::check)
    }

    fn commits(&self) -> u64 {
        self.commits
    }
}

impl Accounts for SqliteStore {
    fn accounts(&mut self) -> Result<Vec<Account>, StoreError> {
        self.read(accounts::load)
    }

    fn account_of(&mut self, addr: &Addr) -> Result<Option<Account>, StoreError> {
        self.read(|conn| accounts::find(conn, addr))
    }

    fn generation_of(&mut self, _account: &Addr) -> Result<i64, StoreError> {
        // Programs of the version before raise that of the home alone.
        self.generation()
    }

    fn save_account(&mut self, account: &Account) -> Result<(), StoreError> {
        self.write(|conn| accounts::save(conn, account))
    }
}

impl Secrets for SqliteStore {
    fn secret_keys(&mut self, account: &Addr) -> Result<Vec<StoredKey>, StoreError> {
        self.read(|conn| accounts::secret_keys(conn, account))
    }

    fn add_secret_key(&mut self, account: &Addr, key: &StoredKey) -> Result<(), StoreError> {
        self.write(|conn| accounts::add_secret_key(conn, account, key))
    }

    fn replace_secret_key(&mut self, account: &Addr, key: &SecretKey) -> Result<bool, StoreError> {
        self.shred = true;
        self.write(|conn| accounts::replace_secret_key(conn, account, key))
    }

    fn destroy_secret_key(
        &mut self,
        account: &Addr,
        fingerprint: &Fingerprint,
    ) -> Result<bool, StoreError> {
        self.shred = true;
        self.write(|conn| accounts::destroy_secret_key(conn, account, fingerprint))
    }
}

impl Peers for SqliteStore {
    fn peer(&mut self, account: &Addr, addr: &Addr) -> Result<Option<PeerState>, StoreError> {
        self.read_whole(|conn| {
            let Some(peer) = peers::load(conn, account, addr)? else { return Ok(None) };
            Ok(Some(PeerState { peer, history: history::load(conn, account, addr)? }))
        })
    }

    fn peer_in_part(
        &mut self,
        account: &Addr,
        addr: &Addr,
    ) -> Result<Option<PeerState>, StoreError> {
        self.read_whole(|conn| {
            let Some(peer) = peers::load(conn, account, addr)? else { return Ok(None) };
            let history = match history::is_short(conn, account, addr)? {
                true => history::load(conn, account, addr)?,
                false => history::load_part(conn, account, addr, &mut peer.fingerprints())?,
            };
            Ok(Some(PeerState { peer, history }))
        })
    }

    fn key_record(
        &mut self,
        account: &Addr,
        addr: &Addr,
        fingerprint: &Fingerprint,
    ) -> Result<Option<KeyRecord>, StoreError> {
        self.read(|conn| history::load_one(conn, account, addr, fingerprint))
    }

    fn peer_row(&mut self, account: &Addr, addr: &Addr) -> Result<Option<Peer>, StoreError> {
        self.read(|conn| peers::load(conn, account, addr))
    }

    fn save_peers(
        &mut self,
        account: &Addr,
        peers: &mut dyn Iterator<Item = SavedPeer<'_>>,
    ) -> Result<(), StoreError> {
        self.write(|conn| {
            let mut rows = conn.prepare_cached(peers::SAVE)?;
            let mut records = conn.prepare_cached(history::SAVE)?;
            for (addr, state, change) in peers {
                peers::save(&mut rows, account, addr, &state.peer)?;
                for fingerprint in &change.keys {
                    match state.history.get(fingerprint) {
                        Some(record) => {
                            history::save(&mut records, account, addr, fingerprint, record)?;
                        }
                        None => history::delete(conn, account, addr, fingerprint)?,
                    }
                }
            }
            Ok(())
        })
    }

    fn list_peers(
        &mut self,
        account: &Addr,
        after: Option<&Addr>,
        count: usize,
    ) -> Result<Vec<PeerRow>, StoreError> {
        self.read(|conn| peers::list(conn, account, after, count))
    }

    fn count_with_key(&mut self, account: &Addr) -> Result<usize, StoreError> {
        self.read(|conn| peers::count_with_key(conn, account))
    }

    fn count_peers(&mut self, account: &Addr) -> Result<usize, StoreError> {
        self.read(|conn| peers::count(conn, account))
    }

    fn drop_peers(
        &mut self,
        account: &Addr,
        count: usize,
        rank: &dyn Fn(&Standing) -> Option<Rank>,
    ) -> Result<usize, StoreError> {
        self.write(|conn| peers::drop_some(conn, account, count, rank))
    }

    fn is_written_to(&mut self, account: &Addr, addr: &Addr) -> Result<bool, StoreError> {
        self.read(|conn| peers::is_written_to(conn, account, addr))
    }

    fn mark_written_to(&mut self, account: &Addr, addr: &Addr) -> Result<(), StoreError> {
        self.write(|conn| peers::mark_written_to(conn, account, addr))
    }
}

impl Remembered for SqliteStore {
    fn was_encrypted(&mut self, account: &Addr, id: &MessageIdHash) -> Result<bool, StoreError> {
        self.read(|conn| message_ids::contains(conn, account, id))
    }

    fn remember_encrypted(
        &mut self,
        account: &Addr,
        id: &MessageIdHash,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let limit = self.max_message_ids;
        self.write(|conn| message_ids::remember(conn, account, id, at, limit))
    }
}

impl Cursors for SqliteStore {
    fn load_cursor(&mut self, account: &Addr, mailbox: &str) -> Result<Vec<Cursor>, StoreError> {
        self.read(|conn| cursors::load(conn, account, mailbox))
    }

    fn add_cursor(
        &mut self,
        account: &Addr,
        mailbox: &str,
        cursor: &Cursor,
    ) -> Result<(), StoreError> {
        self.write(|conn| cursors::add(conn, account, mailbox, cursor))
    }

    fn drop_cursor(&mut self, account: &Addr, mailbox: &str) -> Result<(), StoreError> {
        self.write(|conn| cursors::remove(conn, account, mailbox))
    }
}

/// Opens the file that [`home::prepare`] made sure of. Until the file is known for ours, nothing
/// that SQLite does writes to it.
fn connect(file: &Path, busy_timeout_secs: u64, steps: &[Step]) -> Result<Connection, Fault> {
    // Without CREATE: it would be made with the permissions of the umask. NOFOLLOW: what was no
    // symbolic link a moment ago must still be none.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut conn = Connection::open_with_flags(file, flags)?;
    conn.busy_timeout(Duration::ZERO)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // A log that another program left behind is not ours to write back before we know the file.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    patiently(busy_timeout_secs, || {
        migrate::migrate(&mut conn, steps)?;
        conn.execute_batch(SETTINGS)?;
        Ok(())
    })?;
    conn.busy_timeout(Duration::from_secs(busy_timeout_secs))?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(conn)
}

/// Repeats `work` while another connection is in the way. SQLite waits for most locks by itself, but
/// refuses the switch to the log at once; so while opening all waiting is done here.
fn patiently(timeout_secs: u64, mut work: impl FnMut() -> Result<(), Fault>) -> Result<(), Fault> {
    let mut pauses = timeout_secs.saturating_mul(1000 / PAUSE_MILLIS);
    loop {
        match work() {
            Err(fault) if fault.is_busy() && pauses > 0 => {
                pauses = pauses.saturating_sub(1);
                std::thread::sleep(Duration::from_millis(PAUSE_MILLIS));
            }
            other => return other,
        }
    }
}

fn run(conn: &Connection, sql: &str) -> Result<(), Fault> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// More than there are statements.
const STATEMENTS: usize = 64;

const PAUSE_MILLIS: u64 = 5;

/// Nothing leaves the file for temporary ones; the log shrinks again after a scan.
const SETTINGS: &str = "PRAGMA journal_mode = WAL;
     PRAGMA synchronous = FULL;
     PRAGMA secure_delete = ON;
     PRAGMA cell_size_check = ON;
     PRAGMA temp_store = MEMORY;
     PRAGMA cache_size = -8192;
     PRAGMA journal_size_limit = 16777216;";

/// Syncs only when the log is written back, and that four times less often. A scan holds its peers
/// itself, so that few pages are wanted twice.
const SETTINGS_OF_A_SCAN: &str = "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;
     PRAGMA cache_size = -4096;";

#[cfg(test)]
mod tests;
