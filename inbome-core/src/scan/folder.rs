//! Mails that are files, opened by their name in a folder that stays open.
//!
//! The system walks down a path once per folder, not once per mail, which is a tenth of what opening
//! and reading a mail costs it. Elsewhere than on Unix it is the whole path each time.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::Timestamp;

/// A folder that is being read.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    #[cfg(unix)]
    handle: File,
}

impl Folder {
    /// Where a file of this name is.
    pub(super) fn join(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

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

/// Mails that are files of one folder. Their names stand one behind the other in one piece of memory,
/// because a scan of a million mails has a million of them.
#[derive(Debug)]
pub(super) struct MailFiles {
    folder: Arc<Folder>,
    names: Vec<u8>,
    /// Where in `names` each name ends.
    ends: Vec<usize>,
}

impl MailFiles {
    /// None yet, of `folder`, with room for about `count`.
    pub(super) fn of(folder: &Arc<Folder>, count: usize) -> Self {
        let names = Vec::with_capacity(count.saturating_mul(NAME_BYTES));
        Self { folder: Arc::clone(folder), names, ends: Vec::with_capacity(count) }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds one by its name.
    pub(super) fn push(&mut self, name: &OsStr) {
        self.names.extend_from_slice(name.as_encoded_bytes());
        self.ends.push(self.names.len());
    }

    /// Each of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = MailFile<'_>> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let name = self.names.get(start..*end).unwrap_or_default();
            start = *end;
            MailFile { folder: &self.folder, name }
        })
    }
}

/// Octets of a name in a Maildir, about.
const NAME_BYTES: usize = 80;

/// A mail that is a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct MailFile<'a> {
    folder: &'a Folder,
    /// As the system writes it.
    name: &'a [u8],
}

impl MailFile<'_> {
    /// Opens it to be read.
    #[cfg(unix)]
    pub(super) fn open(&self) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let how = OFlags::RDONLY | OFlags::CLOEXEC;
        let open = || openat(&self.folder.handle, self.name, how, Mode::empty());
        Ok(rustix::io::retry_on_intr(open)?.into())
    }

    /// Opens it to be read.
    #[cfg(not(unix))]
    pub(super) fn open(&self) -> io::Result<File> {
        File::open(self.path())
    }

    /// When it was written, which for a mailbox is a time of receipt.
    pub(super) fn modified(&self) -> Option<Timestamp> {
        let time = self.open().ok()?.metadata().ok()?.modified().ok()?;
        let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok().map(Timestamp::from_secs)
    }

    /// Where it is, for people.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path.join(self.name())
    }

    #[cfg(unix)]
    fn name(&self) -> &OsStr {
        std::os::unix::ffi::OsStrExt::from_bytes(self.name)
    }

    /// A name that is no Unicode is not found, and reported as that.
    #[cfg(not(unix))]
    fn name(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.name)
    }
}
