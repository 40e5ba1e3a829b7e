//! Systems other than Unix, by what the standard library has for all.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

use super::Folder;

pub(crate) use super::Entries as Listing;

pub(super) fn open_in(folder: &Folder, name: &[u8]) -> io::Result<File> {
    File::open(folder.join(&name_of(name)))
}

/// Opens a file to be read.
pub(crate) fn open_quietly(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// A name from its octets. One that is not Unicode is not found, and reported as that.
pub(crate) fn name_of(octets: &[u8]) -> Cow<'_, OsStr> {
    match String::from_utf8_lossy(octets) {
        Cow::Borrowed(name) => Cow::Borrowed(OsStr::new(name)),
        Cow::Owned(name) => Cow::Owned(name.into()),
    }
}

/// Makes a folder, and those above it.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Makes an empty file, which must not exist.
#[cfg(feature = "sqlite")]
pub(crate) fn make_private_file(path: &Path) -> io::Result<()> {
    File::create_new(path).map(drop)
}

/// What others may do with a file is the folder's matter.
#[cfg(feature = "sqlite")]
pub(crate) fn narrow(_: &Path, _: &Metadata) -> io::Result<()> {
    Ok(())
}
