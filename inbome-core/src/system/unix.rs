//! Unix: modes, folders that stay open, files whose times do not tell that they were read.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::Folder;

#[cfg(not(target_os = "linux"))]
pub(crate) use super::Entries as Listing;
#[cfg(target_os = "linux")]
pub(crate) use linux::Listing;

pub(super) fn open_in(folder: &Folder, name: &[u8]) -> io::Result<File> {
    open_at(&folder.handle, name)
}

/// Opens a file to be read so that its times do not tell: by them mail programs know whether there is new
/// mail in an mbox. Elsewhere than on Linux, and for files of others, they do tell.
pub(crate) fn open_quietly(path: &Path) -> io::Result<File> {
    open_at(rustix::fs::CWD, path)
}

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

/// A name from its octets.
pub(crate) fn name_of(octets: &[u8]) -> Cow<'_, OsStr> {
    Cow::Borrowed(OsStr::from_bytes(octets))
}

/// Makes a folder that only its owner can enter, and those above it.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    // Whatever the umask took away.
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Makes an empty file, which must not exist. It is private from its first moment, never opened wide and
/// narrowed later.
#[cfg(feature = "sqlite")]
pub(crate) fn make_private_file(path: &Path) -> io::Result<()> {
    let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    made.set_permissions(Permissions::from_mode(0o600))
}

/// Takes away what group and others may do with a file; never permits anything.
#[cfg(feature = "sqlite")]
pub(crate) fn narrow(path: &Path, found: &Metadata) -> io::Result<()> {
    let mode = found.permissions().mode() & 0o7777;
    if mode & !0o600 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode & 0o600))
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;

    use rustix::fs::{AtFlags, FileType, RawDir, statat};

    use crate::system::{Folder, See, is_hidden};

    /// The system's own list of a folder. Its names are looked at where the system writes them: a rescan
    /// of a mailbox does little else than this.
    pub(crate) struct Listing {
        room: Vec<MaybeUninit<u8>>,
    }

    /// Octets of room for [`crate::system::SOME`] names and what the system writes beside them.
    const ROOM: usize = 8 * 1024;

    impl Listing {
        // What can fail was done when the folder was opened; elsewhere it is done here.
        #[allow(clippy::unnecessary_wraps)]
        pub(crate) fn of(_: &Folder) -> io::Result<Self> {
            Ok(Self { room: vec![MaybeUninit::uninit(); ROOM] })
        }

        /// Shows some more names. Returns whether there may be others.
        pub(crate) fn read(&mut self, folder: &Folder, see: See<'_>) -> bool {
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
}
