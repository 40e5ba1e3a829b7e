//! Finding where mails are: folders, files and mboxes below what was named.
//!
//! Nothing is read but names and the first line of files. Not here: going through them (`walk`).

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::open_quietly;
use super::names::Unreadable;
use super::{ScanOptions, mbox};

/// Folders that hold no mail to learn from, without case.
const PASSED_BY: [&str; 8] = [
    "junk",
    "spam",
    "trash",
    "deleted",
    "deleted items",
    "deleted messages",
    "drafts",
    "templates",
];
/// Folders within folders within folders; deeper ones are no mailbox of a person.
const MAX_DEPTH: usize = 32;
/// Octets of a mail of average size, for the progress through an mbox.
const AVERAGE_MAIL_BYTES: u64 = 24 * 1024;

/// One place that holds mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A Maildir folder: its `new` and `cur`.
    Maildir(PathBuf),
    /// A folder with one mail per file.
    Files(PathBuf),
    /// An mbox file.
    Mbox(PathBuf),
    /// Mails of one folder, named one by one; in a Maildir that of `new` or `cur`.
    Named(PathBuf, Vec<OsString>),
}

impl Source {
    /// The mailbox: what was scanned is remembered for this place.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Maildir(path) | Self::Files(path) | Self::Mbox(path) => path,
            Self::Named(folder, _) => maildir_of(folder).unwrap_or(folder),
        }
    }

    /// About how many mails there are: names in a folder, or average mails in an mbox.
    pub(super) fn count(&self) -> u64 {
        let names = |path: &Path| fs::read_dir(path).map_or(0, |names| names.count() as u64);
        match self {
            Self::Maildir(path) => {
                names(&path.join("new")).saturating_add(names(&path.join("cur")))
            }
            Self::Files(path) => names(path),
            Self::Mbox(path) => {
                fs::metadata(path).map_or(0, |file| file.len() / AVERAGE_MAIL_BYTES).max(1)
            }
            Self::Named(_, names) => names.len() as u64,
        }
    }
}

/// What there is to scan, and what there is not.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Where mails are.
    pub(super) sources: Vec<Source>,
    /// Folders that hold no mail to learn from.
    pub(super) passed_by: Vec<PathBuf>,
    /// What could not be read.
    pub(super) unreadable: Vec<Unreadable>,
}

impl Found {
    /// Adds one mail that was named by itself, beside those of its folder that were named before it.
    fn add_mail(&mut self, path: &Path, options: &ScanOptions<'_>) {
        let folder = path.parent().unwrap_or(Path::new(""));
        let mailbox = maildir_of(folder).unwrap_or(folder);
        if is_passed_by(mailbox, &options.include) {
            if !self.passed_by.iter().any(|passed| passed == mailbox) {
                self.passed_by.push(mailbox.to_owned());
            }
            return;
        }
        let name = path.file_name().unwrap_or_default().to_owned();
        match self.sources.last_mut() {
            Some(Source::Named(last, names)) if last == folder => names.push(name),
            _ => self.sources.push(Source::Named(folder.to_owned(), vec![name])),
        }
    }
}

/// The Maildir whose `new` or `cur` a folder is.
pub(super) fn maildir_of(folder: &Path) -> Option<&Path> {
    let is_part = folder.file_name().is_some_and(|name| name == "new" || name == "cur");
    folder.parent().filter(|_| is_part)
}

/// Finds the sources below `paths`.
pub(super) fn find_sources(paths: &[PathBuf], options: &ScanOptions<'_>) -> Found {
    let mut found = Found::default();
    paths.iter().for_each(|path| descend(path, options, &mut found, 0));
    found
}

fn descend(path: &Path, options: &ScanOptions<'_>, all: &mut Found, depth: usize) {
    let refuse = |error: &io::Error| (path.to_owned(), error.to_string());
    if depth > MAX_DEPTH {
        all.unreadable.push((path.to_owned(), "folders nested too deeply".to_owned()));
        return;
    }
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return all.unreadable.push(refuse(&error)),
    };
    let passed_by = is_passed_by(path, &options.include);
    if metadata.is_file() {
        return match is_mbox(path) {
            Ok(false) => all.add_mail(path, options),
            Ok(true) if passed_by => all.passed_by.push(path.to_owned()),
            Ok(true) => all.sources.push(Source::Mbox(path.to_owned())),
            Err(error) => all.unreadable.push(refuse(&error)),
        };
    }
    let Found { sources: found, unreadable, .. } = all;
    if passed_by {
        return all.passed_by.push(path.to_owned());
    }
    if !metadata.is_dir() {
        return unreadable.push((path.to_owned(), "neither a file nor a folder".to_owned()));
    }
    let maildir = path.join("cur").is_dir() || path.join("new").is_dir();
    if maildir {
        found.push(Source::Maildir(path.to_owned()));
    }
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => return unreadable.push(refuse(&error)),
    };
    let (mut folders, mut files, mut mboxes) = (Vec::new(), false, Vec::new());
    for entry in entries.flatten() {
        let name = entry.file_name();
        let own = maildir && ["cur", "new", "tmp"].iter().any(|part| name == **part);
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !own => folders.push(entry.path()),
            // Beside cur and new stand index files of the mail server.
            Ok(kind) if kind.is_file() && !maildir && !is_hidden(&name) => {
                match is_mbox(&entry.path()) {
                    Ok(true) => mboxes.push(entry.path()),
                    _ => files = true,
                }
            }
            _ => {}
        }
    }
    if files {
        found.push(Source::Files(path.to_owned()));
    }
    // Folders come in whatever order the disk has them; people read reports in this one.
    folders.sort();
    mboxes.sort();
    for inner in mboxes.iter().chain(&folders) {
        descend(inner, options, all, depth.saturating_add(1));
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether any part of a folder's name (`.Archive.Trash` has two) says that it is passed by.
fn is_passed_by(path: &Path, include: &[String]) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().to_lowercase()) else {
        return false;
    };
    let wanted = |part: &str| include.iter().any(|name| name.to_lowercase() == part);
    let passed = |part: &str| PASSED_BY.contains(&part) && !wanted(part);
    (name.split('.').any(passed) || passed(&name)) && !wanted(&name)
}

/// Whether a file begins as an mbox does.
pub(super) fn is_mbox(path: &Path) -> io::Result<bool> {
    mbox::begins_mail(&mut open_quietly(path)?, 0)
}
