//! Mails that are files, opened by their name in a folder that stays open.
//!
//! The system walks down a path once per folder, not once per mail, which is a tenth of what opening
//! and reading a mail costs it. Elsewhere than on Unix it is the whole path each time.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// A folder that is being read.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    #[cfg(unix)]
    handle: File,
}

impl Folder {
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            handle: File::open(&path)?,
            path,
        })
    }
}

/// A mail that is a file.
#[derive(Debug, Clone)]
pub(super) enum MailFile {
    /// Named by itself.
    Alone(PathBuf),
    /// One of a folder, under this name.
    In(Arc<Folder>, OsString),
}

impl MailFile {
    /// Opens it to be read.
    pub(super) fn open(&self) -> io::Result<File> {
        match self {
            #[cfg(unix)]
            Self::In(folder, name) => {
                use rustix::fs::{Mode, OFlags, openat};
                let how = OFlags::RDONLY | OFlags::CLOEXEC;
                let open = || openat(&folder.handle, name, how, Mode::empty());
                Ok(rustix::io::retry_on_intr(open)?.into())
            }
            other => File::open(other.path()),
        }
    }

    /// Where it is, for people.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Alone(path) => path.clone(),
            Self::In(folder, name) => folder.path.join(name),
        }
    }
}
