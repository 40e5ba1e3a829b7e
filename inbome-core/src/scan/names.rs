//! Names of files that may be mails: those in a folder, or those that somebody named.
//!
//! Not here: reading a folder (`folder`), and which names are wanted (`walk`).

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

use super::folder::{Folder, Listing};

/// A file or folder that cannot be read.
pub(super) type Unreadable = (PathBuf, String);

/// Gets each name, or what is wrong with one.
pub(super) type See<'a> = &'a mut dyn FnMut(Result<&OsStr, Unreadable>);

/// Names looked at together.
pub(super) const SOME: usize = 64;

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

    /// Shows some more of them. Gives whether there may be others.
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
