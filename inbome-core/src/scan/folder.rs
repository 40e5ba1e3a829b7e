//! Folders with mails that are files: their names, and the files, opened by name in a folder that stays
//! open.
//!
//! The system walks down a path once per folder, not once per mail, which is a tenth of what opening
//! and reading a mail costs it. Elsewhere than on Unix it is the whole path each time.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::names::See;
use super::pieces::Pieces;
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

/// Mails that are files of one folder.
#[derive(Debug, Default)]
pub(super) struct MailFiles {
    folder: Option<Arc<Folder>>,
    names: Pieces,
}

impl MailFiles {
    /// Begins anew with another folder, or with none.
    pub(super) fn begin(&mut self, folder: Option<&Arc<Folder>>) {
        self.folder = folder.map(Arc::clone);
        self.names.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Adds one by its name.
    pub(super) fn push(&mut self, name: &OsStr) {
        self.names.push(name.as_encoded_bytes());
    }

    /// Each of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = MailFile<'_>> {
        let folder = self.folder.as_deref();
        self.names.iter().filter_map(move |name| Some(MailFile { folder: folder?, name }))
    }
}

/// Opens a file to be read so that its times do not tell: by them mail programs know whether there is new
/// mail in an mbox. Elsewhere than on Linux, and for files of others, they do tell.
#[cfg(unix)]
pub(super) fn open_quietly(path: &Path) -> io::Result<File> {
    open_at(rustix::fs::CWD, path)
}

/// Opens a file to be read.
#[cfg(not(unix))]
pub(super) fn open_quietly(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn open_at(
    folder: impl std::os::fd::AsFd + Copy,
    name: impl rustix::path::Arg + Copy,
) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, openat};
    let open = |how| rustix::io::retry_on_intr(|| openat(folder, name, how, Mode::empty()));
    let how = OFlags::RDONLY | OFlags::CLOEXEC;
    #[cfg(target_os = "linux")]
    match open(how | OFlags::NOATIME) {
        // Only the owner may ask for it.
        Err(rustix::io::Errno::PERM) => {}
        opened => return Ok(opened?.into()),
    }
    Ok(open(how)?.into())
}

/// A mail that is a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct MailFile<'a> {
    folder: &'a Folder,
    /// As the system writes it.
    name: &'a [u8],
}

impl MailFile<'_> {
    /// Opens it to be read, as [`open_quietly`].
    #[cfg(unix)]
    pub(super) fn open(&self) -> io::Result<File> {
        open_at(&self.folder.handle, self.name)
    }

    /// Opens it to be read.
    #[cfg(not(unix))]
    pub(super) fn open(&self) -> io::Result<File> {
        File::open(self.path())
    }

    /// When it was written, which for a mailbox is a time of receipt.
    pub(super) fn modified(&self) -> Option<Timestamp> {
        let time = std::fs::metadata(self.path()).ok()?.modified().ok()?;
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

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// The system's own list of a folder. Its names are looked at where the system writes them: a rescan of a
/// mailbox does little else than this.
#[cfg(target_os = "linux")]
pub(super) struct Listing {
    room: Vec<std::mem::MaybeUninit<u8>>,
}

/// Octets of room for [`SOME`] names and what the system writes beside them.
#[cfg(target_os = "linux")]
const ROOM: usize = 8 * 1024;

#[cfg(target_os = "linux")]
impl Listing {
    // What can fail was done when the folder was opened; elsewhere it is done here.
    #[allow(clippy::unnecessary_wraps)]
    pub(super) fn of(_: &Folder) -> io::Result<Self> {
        Ok(Self { room: vec![std::mem::MaybeUninit::uninit(); ROOM] })
    }

    pub(super) fn read(&mut self, folder: &Folder, see: See<'_>) -> bool {
        use std::os::unix::ffi::OsStrExt;

        use rustix::fs::{AtFlags, FileType, RawDir, statat};

        let mut entries = RawDir::new(&folder.handle, &mut self.room);
        let unreadable = |name: &OsStr, error: rustix::io::Errno| {
            Err((folder.join(name), io::Error::from(error).to_string()))
        };
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    see(unreadable(OsStr::new(""), error));
                    return false;
                }
            };
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            let ask = |flags| {
                let status = statat(&folder.handle, entry.file_name(), flags)?;
                Ok(FileType::from_raw_mode(status.st_mode))
            };
            // A pipe or a device would block; a link is followed only to a file.
            let kind = match entry.file_type() {
                FileType::Unknown => ask(AtFlags::SYMLINK_NOFOLLOW),
                kind => Ok(kind),
            };
            let kind = match kind {
                Ok(FileType::Symlink) if !is_hidden(name) => ask(AtFlags::empty()),
                kind => kind,
            };
            match kind {
                _ if is_hidden(name) => {}
                Ok(FileType::RegularFile) => see(Ok(name)),
                Ok(_) => {}
                Err(error) => see(unreadable(name, error)),
            }
            if entries.is_buffer_empty() {
                return true;
            }
        }
        false
    }
}

/// The system's own list of a folder, entry by entry.
#[cfg(not(target_os = "linux"))]
pub(super) struct Listing {
    entries: std::fs::ReadDir,
}

#[cfg(not(target_os = "linux"))]
impl Listing {
    pub(super) fn of(folder: &Folder) -> io::Result<Self> {
        Ok(Self { entries: std::fs::read_dir(&folder.path)? })
    }

    pub(super) fn read(&mut self, folder: &Folder, see: See<'_>) -> bool {
        for _ in 0..super::names::SOME {
            let entry = match self.entries.next() {
                None => return false,
                Some(Ok(entry)) => entry,
                Some(Err(error)) => {
                    see(Err((&folder.path.to_owned(), error.to_string())));
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
