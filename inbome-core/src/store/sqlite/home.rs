//! The home on disk: its directory and its file, private before the first byte is written.
//!
//! Not here: anything that reads or writes the file's content. Only SQLite does, because closing a
//! file of one's own would drop the locks that other connections of this process hold on it.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::super::StoreError;
use crate::system::{make_private_file, make_private_folder, narrow};

/// The database in a home.
pub(super) const FILE_NAME: &str = "inbome.db";

/// Pages are a multiple of this.
const PAGE_UNIT_BYTES: u64 = 512;

/// Held while a file of ours may be open, so that no connection of this process opens it meanwhile
/// and loses its locks when we close ours.
static MAKING: Mutex<()> = Mutex::new(());

/// Makes sure of a private file, empty if it is new, and gives its path with the directory's
/// symbolic links resolved.
pub(super) fn prepare(home: &Path, create: bool) -> Result<PathBuf, StoreError> {
    match fs::metadata(home) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(not_a("a file where the directory should be", home)),
        Err(error) if error.kind() == ErrorKind::NotFound && create => {
            make_private_folder(home).map_err(|error| io_error("create", home, &error))?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(no_home(home)),
        Err(error) => return Err(io_error("open", home, &error)),
    }
    let home = &fs::canonicalize(home).map_err(|error| io_error("open", home, &error))?;
    let file = home.join(FILE_NAME);
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if create {
        match make_private_file(&file) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(io_error("create", &file, &error));
            }
            _ => {}
        }
    }
    match fs::symlink_metadata(&file) {
        Ok(found) if found.is_file() && is_cut(&file, &found) => {
            return Err(StoreError::Corrupt {
                path: file.display().to_string(),
                found: format!("{} octets, not whole pages", found.len()),
            });
        }
        Ok(found) if found.is_file() => make_private(&file, &found)?,
        Ok(found) if found.is_symlink() => return Err(not_a("a symbolic link", &file)),
        Ok(found) if found.is_dir() => return Err(not_a("a directory", &file)),
        Ok(_) => return Err(not_a("no regular file", &file)),
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(no_home(home)),
        Err(error) => return Err(io_error("open", &file, &error)),
    }
    // SQLite gives its side files the permissions of the database; these are older ones.
    for suffix in ["-wal", "-shm", "-journal"] {
        let side = home.join(format!("{FILE_NAME}{suffix}"));
        match fs::symlink_metadata(&side) {
            Ok(found) if found.is_file() => match make_private(&side, &found) {
                // Another process just closed the database and took it away.
                Err(_) if !side.exists() => {}
                other => other?,
            },
            Ok(_) => return Err(not_a("no regular file", &side)),
            Err(_) => {}
        }
    }
    Ok(file)
}

/// Whether the file ends within a page. SQLite would fill up the page with zeros, and take a file of
/// one octet for an empty one. With a log beside it, the missing part may stand there.
fn is_cut(file: &Path, found: &Metadata) -> bool {
    let log = fs::metadata(file.with_file_name(format!("{FILE_NAME}-wal")));
    !found.len().is_multiple_of(PAGE_UNIT_BYTES) && !log.is_ok_and(|log| log.len() > 0)
}

/// The error for a path that the system refuses.
pub(super) fn io_error(doing: &'static str, path: &Path, error: &io::Error) -> StoreError {
    StoreError::Io { doing, path: path.display().to_string(), found: error.to_string() }
}

fn make_private(file: &Path, found: &Metadata) -> Result<(), StoreError> {
    narrow(file, found).map_err(|error| io_error("make private", file, &error))
}

fn not_a(found: &str, path: &Path) -> StoreError {
    StoreError::Io { doing: "open", path: path.display().to_string(), found: found.to_owned() }
}

fn no_home(home: &Path) -> StoreError {
    StoreError::NoHome { path: home.display().to_string() }
}
