//! Another program's database, only read: `autocrypt.db` of neomutt and mutt.
//!
//! Opened as a file that nobody changes, so that nothing is ever made or locked beside it; a file
//! whose journal shows that somebody is writing is refused. It may be damaged or made by an enemy:
//! only plain tables are read, whole pages are checked first, and rows, octets and the file have
//! limits. Not here: what a row means (`import`).

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row, Statement};

use super::fault::Fault;
use crate::limits::{MAX_FOREIGN_BYTES, MAX_FOREIGN_ROWS};

/// One row. Texts are as they stand; a text past [`MAX_TEXT_BYTES`] reads as empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ForeignRow {
    /// An own address.
    Account {
        /// The address.
        addr: Vec<u8>,
        /// Fingerprint of its key.
        key_id: Vec<u8>,
        /// It asks for encryption.
        mutual: bool,
        /// It takes part.
        enabled: bool,
    },
    /// What is known of a peer. A time of 0 is none.
    Peer {
        /// The address.
        addr: Vec<u8>,
        /// `last_seen`.
        last_seen: i64,
        /// `autocrypt_timestamp`.
        advert_at: i64,
        /// The cert in base64.
        keydata: Vec<u8>,
        /// It asks for encryption.
        mutual: bool,
        /// `gossip_timestamp`.
        gossip_at: i64,
        /// The cert in base64.
        gossip_keydata: Vec<u8>,
    },
    /// A key that a peer began to advertise.
    PeerHistory {
        /// The peer's address.
        addr: Vec<u8>,
        /// When.
        at: i64,
        /// The cert in base64.
        keydata: Vec<u8>,
    },
    /// A key that somebody's gossip brought.
    GossipHistory {
        /// The peer's address.
        addr: Vec<u8>,
        /// Who told it.
        sender: Vec<u8>,
        /// When.
        at: i64,
        /// The cert in base64.
        keydata: Vec<u8>,
    },
}

/// A database of neomutt's.
#[derive(Debug)]
pub(crate) struct NeomuttDb {
    conn: Connection,
}

impl NeomuttDb {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// In words, what was found instead of a database that can be read.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let found = fs::metadata(path).map_err(|error| error.to_string())?;
        if !found.is_file() {
            return Err("no file".to_owned());
        }
        if found.len() > u64::try_from(MAX_FOREIGN_BYTES).unwrap_or(u64::MAX) {
            return Err(format!("more than {MAX_FOREIGN_BYTES} octets"));
        }
        for suffix in ["-journal", "-wal"] {
            let beside = beside(path, suffix);
            if fs::metadata(&beside).is_ok_and(|journal| journal.len() > 0) {
                let name = beside.display();
                return Err(format!(
                    "that it is being written ({name} is there): end the program, or start and end \
                     it once if it crashed"
                ));
            }
        }
        let path = fs::canonicalize(path).map_err(|error| error.to_string())?;
        connect(&path).map(|conn| Self { conn }).map_err(|fault| in_words(&fault))
    }

    /// The accounts; there are few.
    ///
    /// # Errors
    /// In words, what was found instead.
    pub(crate) fn accounts(&self) -> Result<Vec<ForeignRow>, String> {
        let mut rows = Vec::new();
        let mut each = |row| {
            rows.push(row);
            true
        };
        self.select(ACCOUNTS, 1_000, &mut each, |row| ForeignRow::Account {
            addr: text(row, 0),
            key_id: text(row, 1),
            mutual: number(row, 2) != 0,
            enabled: number(row, 3) != 0,
        })?;
        Ok(rows)
    }

    /// Hands over everything about peers until `each` says no, in no order that means anything.
    ///
    /// # Errors
    /// In words, what was found instead of a row; the rows before it were handed over.
    pub(crate) fn peers(&self, each: &mut dyn FnMut(ForeignRow) -> bool) -> Result<(), String> {
        self.select(PEERS, MAX_FOREIGN_ROWS, each, |row| ForeignRow::Peer {
            addr: text(row, 0),
            last_seen: number(row, 1),
            advert_at: number(row, 2),
            keydata: text(row, 3),
            mutual: number(row, 4) != 0,
            gossip_at: number(row, 5),
            gossip_keydata: text(row, 6),
        })?;
        self.select(PEER_HISTORY, MAX_FOREIGN_ROWS, each, |row| {
            let (addr, at, keydata) = (text(row, 0), number(row, 1), text(row, 2));
            ForeignRow::PeerHistory { addr, at, keydata }
        })?;
        self.select(GOSSIP_HISTORY, MAX_FOREIGN_ROWS, each, |row| {
            let (addr, sender, at) = (text(row, 0), text(row, 1), number(row, 2));
            ForeignRow::GossipHistory { addr, sender, at, keydata: text(row, 3) }
        })
    }

    fn select(
        &self,
        sql: &str,
        limit: usize,
        each: &mut dyn FnMut(ForeignRow) -> bool,
        read: fn(&Row<'_>) -> ForeignRow,
    ) -> Result<(), String> {
        let mut work = || -> Result<(), Fault> {
            let mut statement: Statement<'_> = self.conn.prepare(sql)?;
            let mut rows = statement.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
            while let Some(row) = rows.next()? {
                if !each(read(row)) {
                    break;
                }
            }
            Ok(())
        };
        work().map_err(|fault| in_words(&fault))
    }
}

/// The file beside the database whose name ends with `suffix`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn connect(path: &Path) -> Result<Connection, Fault> {
    // Immutable: no lock, no journal and no shared memory is made beside another program's file.
    let mut uri = String::from("file:");
    for octet in path.as_os_str().as_encoded_bytes() {
        match octet {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*octet)),
            octet if octet.is_ascii_alphanumeric() => uri.push(char::from(*octet)),
            octet => uri.push_str(&format!("%{octet:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(uri, flags)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.execute_batch("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;")?;
    plain_tables(&conn)?;
    let checked: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if checked != "ok" {
        return Err(Fault::Value(checked));
    }
    let version: Option<i64> =
        conn.query_row("SELECT max(version) FROM schema", [], |row| row.get(0))?;
    match version {
        Some(VERSION) => Ok(conn),
        found => Err(Fault::Value(format!("version {found:?} instead of {VERSION}"))),
    }
}

/// Makes sure that reading the tables runs no code of the file's: no views, no virtual tables, no
/// computed columns.
fn plain_tables(conn: &Connection) -> Result<(), Fault> {
    for table in TABLES {
        let plain: i64 = conn.query_row(
            "SELECT count(*) FROM sqlite_schema
             WHERE name = ?1 AND type = 'table' AND sql LIKE 'CREATE TABLE%'",
            [table],
            |row| row.get(0),
        )?;
        if plain != 1 {
            return Err(Fault::Value(format!("no table {table}")));
        }
        let computed: i64 = conn.query_row(
            "SELECT count(*) FROM pragma_table_xinfo(?1) WHERE hidden <> 0",
            [table],
            |row| row.get(0),
        )?;
        if computed != 0 {
            return Err(Fault::Value(format!("computed columns in {table}")));
        }
    }
    Ok(())
}

fn in_words(fault: &Fault) -> String {
    match fault {
        Fault::Sql(error) => error.to_string(),
        Fault::Value(found) => found.clone(),
        Fault::Foreign(found) | Fault::Misuse(found) => (*found).to_owned(),
        Fault::Newer { found, .. } => format!("kind {found}"),
    }
}

/// Text or octets of a sensible length, else nothing.
fn text(row: &Row<'_>, column: usize) -> Vec<u8> {
    match row.get_ref(column) {
        Ok(ValueRef::Text(octets) | ValueRef::Blob(octets)) if octets.len() <= MAX_TEXT_BYTES => {
            octets.to_vec()
        }
        _ => Vec::new(),
    }
}

/// An integer, else 0, as neomutt writes what it does not know.
fn number(row: &Row<'_>, column: usize) -> i64 {
    match row.get_ref(column) {
        Ok(ValueRef::Integer(number)) => number,
        _ => 0,
    }
}

/// The only version of the schema that there ever was.
const VERSION: i64 = 1;
/// Twice a cert by mail in base64: longer ones could not be used anyhow.
const MAX_TEXT_BYTES: usize = 32 * 1024;
const TABLES: [&str; 5] = ["account", "peer", "peer_history", "gossip_history", "schema"];
const ACCOUNTS: &str = "SELECT email_addr, keyid, prefer_encrypt, enabled FROM account LIMIT ?1";
const PEERS: &str = "SELECT email_addr, last_seen, autocrypt_timestamp, keydata, prefer_encrypt,
        gossip_timestamp, gossip_keydata FROM peer LIMIT ?1";
const PEER_HISTORY: &str = "SELECT peer_email_addr, timestamp, keydata FROM peer_history LIMIT ?1";
const GOSSIP_HISTORY: &str = "SELECT peer_email_addr, sender_email_addr, timestamp, gossip_keydata
        FROM gossip_history LIMIT ?1";

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "
        CREATE TABLE account (email_addr text primary key not null, keyid text, keydata text,
            prefer_encrypt int, enabled int);
        CREATE TABLE peer (email_addr text primary key not null, last_seen int,
            autocrypt_timestamp int, keyid text, keydata text, prefer_encrypt int,
            gossip_timestamp int, gossip_keyid text, gossip_keydata text);
        CREATE TABLE peer_history (peer_email_addr text not null, email_msgid text,
            timestamp int, keydata text);
        CREATE TABLE gossip_history (peer_email_addr text not null, sender_email_addr text,
            email_msgid text, timestamp int, gossip_keydata text);
        CREATE TABLE schema (version int);
        INSERT INTO schema (version) VALUES (1);";

    fn file(dir: &Path, sql: &str) -> PathBuf {
        let path = dir.join("autocrypt ?#%.db");
        let _ = fs::remove_file(&path);
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(sql).unwrap();
        path
    }

    #[test]
    fn rows_are_read_and_nothing_is_made_beside_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let sql = format!(
            "PRAGMA journal_mode = WAL; {SCHEMA}
             INSERT INTO account VALUES ('a@b.org', 'FF', 'x', 1, 0);
             INSERT INTO peer VALUES ('c@d.org', 2, 1, '', 'QQ==', 1, NULL, NULL, NULL);
             INSERT INTO peer VALUES ('big@d.org', 2.5, 'x', '', zeroblob(40000), 1, 0, '', '');"
        );
        let path = file(dir.path(), &sql);
        let before = fs::read(&path).unwrap();
        let db = NeomuttDb::open(&path).unwrap();
        let ForeignRow::Account { addr, mutual: true, enabled: false, .. } =
            db.accounts().unwrap().remove(0)
        else {
            panic!()
        };
        assert_eq!(addr, b"a@b.org");
        let mut rows = Vec::new();
        db.peers(&mut |row| {
            rows.push(row);
            true
        })
        .unwrap();
        let peer = |addr: &str, last_seen, advert_at, keydata: &str| ForeignRow::Peer {
            addr: addr.into(),
            last_seen,
            advert_at,
            keydata: keydata.into(),
            mutual: true,
            gossip_at: 0,
            gossip_keydata: Vec::new(),
        };
        assert_eq!(rows, [peer("c@d.org", 2, 1, "QQ=="), peer("big@d.org", 0, 0, "")]);
        drop(db);
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_plain_database_of_neomutts_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let endless = "CREATE VIEW peer AS WITH RECURSIVE n(i) AS
            (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS email_addr FROM n;";
        let plain = "CREATE TABLE peer (email_addr text";
        for (name, sql, found) in [
            ("other program", "CREATE TABLE x (y);".to_owned(), "no table account"),
            (
                "view",
                SCHEMA.replace("CREATE TABLE peer (", "CREATE TABLE p (") + endless,
                "no table peer",
            ),
            (
                "computed",
                SCHEMA.replace(plain, "CREATE TABLE peer (b AS (1), email_addr text"),
                "computed columns in peer",
            ),
            ("newer", SCHEMA.replace("VALUES (1)", "VALUES (2)"), "version Some(2) instead of 1"),
        ] {
            let path = file(dir.path(), &sql);
            assert_eq!(NeomuttDb::open(&path).unwrap_err(), found, "{name}");
        }
        let path = file(dir.path(), SCHEMA);
        let whole = fs::read(&path).unwrap();
        for (name, octets) in [
            ("no database", b"Hello".repeat(1000)),
            ("cut", whole[..whole.len() / 2].to_vec()),
            ("empty", Vec::new()),
            (
                "damaged",
                whole
                    .iter()
                    .enumerate()
                    .map(|(i, o)| if i > 150 { o ^ 0x55 } else { *o })
                    .collect(),
            ),
        ] {
            fs::write(&path, octets).unwrap();
            assert!(NeomuttDb::open(&path).is_err(), "{name}");
        }
        fs::write(&path, &whole).unwrap();
        assert!(NeomuttDb::open(&path).is_ok());
        fs::write(beside(&path, "-journal"), "x").unwrap();
        assert!(NeomuttDb::open(&path).unwrap_err().contains("being written"));
    }
}
