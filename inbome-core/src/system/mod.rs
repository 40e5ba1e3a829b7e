//! What differs by operating system: private files, reading without a trace, names as octets, lists of
//! folders, and which process this is. All other modules are the same everywhere.
//!
//! On Unix a file of ours is private by its mode, from its first moment. Elsewhere it is as private as
//! the folder in which it is made; in a user's own profile that is what is wanted.

#[cfg(all(feature = "fs", not(unix)))]
mod elsewhere;
#[cfg(all(feature = "fs", unix))]
mod unix;

#[cfg(all(feature = "fs", not(unix)))]
use elsewhere as here;
#[cfg(feature = "fs")]
pub(crate) use here::{Listing, make_private_folder, name_of, open_quietly};
#[cfg(feature = "sqlite")]
pub(crate) use here::{make_private_file, narrow};
#[cfg(feature = "fs")]
use std::{
    ffi::OsStr,
    fs::File,
    io,
    path::{Path, PathBuf},
};
#[cfg(all(feature = "fs", unix))]
use unix as here;

/// The process that this is, by which a child after `fork()` knows what it inherited. Where there are no
/// processes there is no `fork()` either.
pub(crate) fn process() -> u32 {
    if cfg!(target_family = "wasm") { 0 } else { std::process::id() }
}

/// A file or folder that cannot be read, and why.
#[cfg(feature = "fs")]
pub(crate) type Unreadable = (PathBuf, String);

/// Takes each name, or what is wrong with one.
#[cfg(feature = "fs")]
pub(crate) type See<'a> = &'a mut dyn FnMut(Result<&OsStr, Unreadable>);

/// Names looked at together.
#[cfg(feature = "fs")]
pub(crate) const SOME: usize = 64;

/// A folder that is being read.
///
/// On Unix the system walks down a path once per folder, not once per mail, which is a tenth of what
/// opening and reading a mail costs it. Elsewhere it is the whole path each time.
#[cfg(feature = "fs")]
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    #[cfg(unix)]
    handle: File,
}

#[cfg(feature = "fs")]
impl Folder {
    /// Opens the folder at `path`; an empty path is the current one.
    pub(crate) fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            handle: File::open(or_current(&path))?,
            path,
        })
    }

    /// Where a file of this name is.
    pub(crate) fn join(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    /// Opens a file in it to be read, as [`open_quietly`]; its name is as the system writes it.
    pub(crate) fn open_file(&self, name: &[u8]) -> io::Result<File> {
        here::open_in(self, name)
    }
}

/// The folder at `path`, which is empty for names of files in the current one.
#[cfg(feature = "fs")]
pub(crate) fn or_current(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

#[cfg(feature = "fs")]
fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// The system's own list of a folder, entry by entry.
#[cfg(all(feature = "fs", not(target_os = "linux")))]
pub(crate) struct Entries(std::fs::ReadDir);

#[cfg(all(feature = "fs", not(target_os = "linux")))]
impl Entries {
    pub(crate) fn of(folder: &Folder) -> io::Result<Self> {
        std::fs::read_dir(or_current(&folder.path)).map(Self)
    }

    /// Shows some more names. Returns whether there may be others.
    pub(crate) fn read(&mut self, folder: &Folder, see: See<'_>) -> bool {
        for _ in 0..SOME {
            let entry = match self.0.next() {
                None => return false,
                Some(Ok(entry)) => entry,
                Some(Err(error)) => {
                    see(Err((folder.path.clone(), error.to_string())));
                    return false;
                }
            };
            let name = entry.file_name();
            if is_hidden(&name) {
                continue;
            }
            // A pipe or a device would block; a link is followed only to a file.
            match entry.file_type() {
                Ok(kind) if kind.is_file() => see(Ok(&name)),
                Ok(kind) if kind.is_symlink() => match std::fs::metadata(entry.path()) {
                    Ok(target) if target.is_file() => see(Ok(&name)),
                    Ok(_) => {}
                    Err(error) => see(Err((entry.path(), error.to_string()))),
                },
                Ok(_) => {}
                Err(error) => see(Err((entry.path(), error.to_string()))),
            }
        }
        true
    }
}
