//! Mails that are files, opened by their name in a folder that stays open.
//!
//! The system walks down a path once per folder, not once per mail, which is a tenth of what opening
//! and reading a mail costs it. Elsewhere than on Unix it is the whole path each time.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder that is being read.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    #[cfg(unix)]
    handle: File,
}

impl Folder {
    /// Opens the folder at `path`; an empty path is the current one.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            handle: File::open(or_current(&path))?,
            path,
        })
    }
}

/// The folder at `path`, which is empty for names of files in the current one.
pub(super) fn or_current(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// A mail that is a file.
#[derive(Debug, Clone)]
pub(super) struct MailFile {
    folder: Arc<Folder>,
    name: OsString,
}

impl MailFile {
    pub(super) fn new(folder: &Arc<Folder>, name: OsString) -> Self {
        Self { folder: Arc::clone(folder), name }
    }

    /// Opens it to be read.
    #[cfg(unix)]
    pub(super) fn open(&self) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let how = OFlags::RDONLY | OFlags::CLOEXEC;
        let open = || openat(&self.folder.handle, &self.name, how, Mode::empty());
        Ok(rustix::io::retry_on_intr(open)?.into())
    }

    /// Opens it to be read.
    #[cfg(not(unix))]
    pub(super) fn open(&self) -> io::Result<File> {
        File::open(self.path())
    }

    /// Where it is, for people.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path.join(&self.name)
    }
}
