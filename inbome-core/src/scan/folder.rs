//! Folders with mails that are files: their names, and the files, opened by name in a folder that stays
//! open.
//!
//! Not here: how the system lists a folder (`system`), and which names are wanted (`walk`).

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::memory::Pieces;
use crate::clock::Timestamp;
use crate::system::{Folder, Listing, SOME, See, name_of};

/// Names of files in a folder.
pub(super) enum Names {
    /// Those that are there.
    All(Listing),
    /// Those that somebody named.
    Named(std::vec::IntoIter<OsString>),
}

impl Names {
    /// All that are in `folder`.
    pub(super) fn of(folder: &Folder) -> io::Result<Self> {
        Listing::of(folder).map(Self::All)
    }

    /// Shows some more of them. Returns whether there may be others.
    pub(super) fn read(&mut self, folder: &Folder, see: See<'_>) -> bool {
        match self {
            Self::All(listing) => listing.read(folder, see),
            Self::Named(names) => {
                names.by_ref().take(SOME).for_each(|name| see(Ok(&name)));
                names.len() > 0
            }
        }
    }
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

/// A mail that is a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct MailFile<'a> {
    folder: &'a Folder,
    /// As the system writes it.
    name: &'a [u8],
}

impl MailFile<'_> {
    /// Opens it to be read, so that its times do not tell.
    pub(super) fn open(&self) -> io::Result<File> {
        self.folder.open_file(self.name)
    }

    /// When it was written, which for a mailbox is a time of receipt.
    pub(super) fn modified(&self) -> Option<Timestamp> {
        let time = std::fs::metadata(self.path()).ok()?.modified().ok()?;
        let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok().map(Timestamp::from_secs)
    }

    /// Where it is, for people.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(&name_of(self.name))
    }
}
