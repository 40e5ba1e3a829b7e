//! What the rows are held against: the least that any program must do, or what others do.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use memchr::memmem;
use rusqlite::{Connection, OpenFlags};

use crate::Outcome;

/// Those that run in a process of their own, as the scans that are held against them do.
pub(crate) fn run(anchor: &str, mailbox: &Path) -> Outcome<()> {
    match anchor {
        READ_HEADERS => read_headers(mailbox).map(drop),
        FIND_FROM_LINES => find_from_lines(mailbox).map(drop),
        other => Err(format!("expected an anchor, found {other}").into()),
    }
}

/// The name of [`read_headers`].
pub(crate) const READ_HEADERS: &str = "read-headers";
/// The name of [`find_from_lines`].
pub(crate) const FIND_FROM_LINES: &str = "find-from-lines";

/// Opens each file of a Maildir and reads up to the blank line, nothing else.
fn read_headers(maildir: &Path) -> Outcome<u64> {
    let (lf, crlf) = (memmem::Finder::new(b"\n\n"), memmem::Finder::new(b"\n\r\n"));
    let mut buffer = vec![0; 4_096];
    let mut mails = 0;
    for part in ["new", "cur"] {
        for entry in fs::read_dir(maildir.join(part))? {
            let mut file = File::open(entry?.path())?;
            let mut held = 0;
            loop {
                let read = file.read(buffer.get_mut(held..).unwrap_or_default())?;
                held += read;
                let header = buffer.get(..held).unwrap_or_default();
                if read == 0 || lf.find(header).is_some() || crlf.find(header).is_some() {
                    break;
                }
                if held == buffer.len() {
                    buffer.resize(held * 4, 0);
                }
            }
            mails += 1;
        }
    }
    Ok(mails)
}

/// Reads an mbox and finds its `From ` lines.
fn find_from_lines(mbox: &Path) -> Outcome<u64> {
    let finder = memmem::Finder::new(b"\nFrom ");
    let mut file = File::open(mbox)?;
    let mut buffer = vec![0; 1 << 20];
    let (mut held, mut mails) = (0, 1);
    loop {
        let read = file.read(buffer.get_mut(held..).unwrap_or_default())?;
        if read == 0 {
            return Ok(mails);
        }
        held += read;
        mails += finder.find_iter(buffer.get(..held).unwrap_or_default()).count() as u64;
        // A line may straddle the end.
        let keep = held.min(5);
        buffer.copy_within(held - keep..held, 0);
        held = keep;
    }
}

/// Reads the names in a Maildir.
pub(crate) fn read_directory(maildir: &Path) -> Outcome<u64> {
    let mut octets = 0;
    for part in ["new", "cur"] {
        for entry in fs::read_dir(maildir.join(part))? {
            octets += entry?.file_name().len() as u64;
        }
    }
    Ok(octets)
}

/// A connection of its own to a home's database.
pub(crate) fn connect(home: &Path) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(home.join("inbome.db"), flags)?)
}

/// Reads the row of each peer by a prepared statement, each read for itself.
pub(crate) fn point_reads<'a>(
    conn: &Connection,
    account: &str,
    peers: impl Iterator<Item = &'a str>,
) -> Outcome<u64> {
    let mut statement =
        conn.prepare_cached("SELECT * FROM peers WHERE account = ?1 AND addr = ?2")?;
    let columns = statement.column_count();
    let mut octets = 0;
    for peer in peers {
        octets += statement.query_row((account, peer), |row| {
            let mut octets = 0;
            for column in 0..columns {
                let value = row.get_ref(column)?;
                octets += value.as_blob_or_null().ok().flatten().map_or(1, <[u8]>::len) as u64;
            }
            Ok(octets)
        })?;
    }
    Ok(octets)
}
