//! Finding where mails are: folders, files and mboxes below what was named.
//!
//! Nothing is read but names and the first line of files. Not here: going through them (`walk`).

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::junk::{folded, is_junk};
use super::{ScanOptions, mbox};
use crate::mime;
use crate::system::{Unreadable, open_quietly};

/// Octets of a file that tell whether it is a mail.
const FIRST_BYTES: u64 = 1024;
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
    /// Folders that hold no mail to learn from, and folders that only links lead to.
    pub(super) passed_by: Vec<PathBuf>,
    /// What could not be read.
    pub(super) unreadable: Vec<Unreadable>,
    /// Folders and mboxes that were looked into: each once, also if links go round.
    seen: BTreeSet<PathBuf>,
    /// Links to folders that were not followed.
    links: Vec<PathBuf>,
}

/// Finds the sources below `paths`.
pub(super) fn find_sources(paths: &[PathBuf], options: &ScanOptions<'_>) -> Found {
    let mut found = Found::default();
    paths.iter().for_each(|path| found.add(path, options, 0));
    let links = std::mem::take(&mut found.links);
    found.passed_by.extend(links.into_iter().filter(|link| !found.seen.contains(&resolved(link))));
    found
}

impl Found {
    /// Adds what is at `path`, or says what is wrong with it.
    fn add(&mut self, path: &Path, options: &ScanOptions<'_>, depth: usize) {
        let added = match fs::metadata(path) {
            Ok(found) if found.is_file() => self.add_file(path, options),
            Ok(_) if is_passed_by(path, &options.include) => {
                self.passed_by.push(path.to_owned());
                Ok(())
            }
            Ok(found) if !found.is_dir() => Err(io::Error::other("neither a file nor a folder")),
            Ok(_) if depth > MAX_DEPTH => Err(io::Error::other("folders nested too deeply")),
            Ok(_) => self.add_folder(path, options, depth),
            Err(error) => Err(error),
        };
        if let Err(error) = added {
            self.unreadable.push((path.to_owned(), error.to_string()));
        }
    }

    fn add_file(&mut self, path: &Path, options: &ScanOptions<'_>) -> io::Result<()> {
        match is_mbox(path)? {
            true => self.add_mbox(path, options),
            false => self.add_mail(path, options),
        }
        Ok(())
    }

    fn add_mbox(&mut self, path: &Path, options: &ScanOptions<'_>) {
        if is_passed_by(path, &options.include) {
            self.passed_by.push(path.to_owned());
        } else if self.seen.insert(resolved(path)) {
            self.sources.push(Source::Mbox(path.to_owned()));
        }
    }

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

    fn add_folder(
        &mut self,
        path: &Path,
        options: &ScanOptions<'_>,
        depth: usize,
    ) -> io::Result<()> {
        if !self.seen.insert(resolved(path)) {
            return Ok(());
        }
        let maildir = path.join("cur").is_dir() || path.join("new").is_dir();
        if maildir {
            self.sources.push(Source::Maildir(path.to_owned()));
        }
        let Contents { mails, others, mut mboxes, mut folders, links } =
            Contents::of(path, maildir)?;
        if others && !mails && mboxes.is_empty() && folders.is_empty() {
            if depth == 0 {
                return Err(io::Error::other("none of its files is a mail or an mbox"));
            }
            // Programs keep things of their own beside mails, mostly in folders that are hidden.
            let mut below_the_root = path.iter().rev().take(depth);
            if !below_the_root.any(is_hidden) {
                self.passed_by.push(path.to_owned());
            }
            return Ok(());
        }
        if mails {
            self.sources.push(Source::Files(path.to_owned()));
        }
        let (asked, left): (Vec<_>, Vec<_>) =
            links.into_iter().partition(|link| is_included(link, &options.include));
        folders.extend(asked);
        self.links.extend(left);
        // They come in whatever order the disk has them; people read reports in this one.
        folders.sort();
        mboxes.sort();
        mboxes.iter().for_each(|mbox| self.add_mbox(mbox, options));
        for inner in &folders {
            self.add(inner, options, depth.saturating_add(1));
        }
        Ok(())
    }
}

/// What stands in a folder.
#[derive(Debug, Default)]
struct Contents {
    /// Whether files do that may be mails.
    mails: bool,
    /// Whether files do that are neither mails nor mboxes.
    others: bool,
    mboxes: Vec<PathBuf>,
    folders: Vec<PathBuf>,
    /// Links to folders. They may lead anywhere, so they are followed only if that was asked for.
    links: Vec<PathBuf>,
}

impl Contents {
    fn of(folder: &Path, maildir: bool) -> io::Result<Self> {
        let mut contents = Self::default();
        for entry in fs::read_dir(folder)?.flatten() {
            let (name, path) = (entry.file_name(), entry.path());
            let own = maildir && ["cur", "new", "tmp"].iter().any(|part| name == **part);
            let Ok(kind) = entry.file_type() else { continue };
            let to = match kind.is_symlink() {
                true => fs::metadata(&path).map(|to| to.file_type()),
                false => Ok(kind),
            };
            match to {
                Ok(to) if to.is_dir() && own => {}
                Ok(to) if to.is_dir() && kind.is_symlink() => contents.links.push(path),
                Ok(to) if to.is_dir() => contents.folders.push(path),
                // Beside cur and new stand index files of the mail server.
                _ if maildir || is_hidden(&name) => {}
                Ok(to) if !to.is_file() => {}
                // A link that leads nowhere; beside mails it is reported when these are read.
                Err(_) => {}
                Ok(_) => match is_mbox(&path) {
                    Ok(true) => contents.mboxes.push(path),
                    // One that cannot be read is reported beside mails.
                    Ok(false) if contents.mails || may_be_mail(&path).unwrap_or(true) => {
                        contents.mails = true;
                    }
                    Ok(false) => contents.others |= entry.metadata().is_ok_and(|it| it.len() > 0),
                    Err(_) => contents.mails = true,
                },
            }
        }
        contents.links.sort();
        Ok(contents)
    }
}

/// The path without links, as far as the system tells.
fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The Maildir whose `new` or `cur` a folder is.
pub(super) fn maildir_of(folder: &Path) -> Option<&Path> {
    let is_part = folder.file_name().is_some_and(|name| name == "new" || name == "cur");
    folder.parent().filter(|_| is_part)
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether any part of a folder's name (`.Archive.Trash` has two) says that it is passed by.
fn is_passed_by(path: &Path, include: &[String]) -> bool {
    let Some(name) = name_of(path) else { return false };
    let passed = |part: &str| is_junk(&folded(part)) && !is_wanted(part, include);
    (name.split('.').any(passed) || passed(&name)) && !is_wanted(&name, include)
}

/// Whether a folder's name, or any part of it, was asked for.
fn is_included(path: &Path, include: &[String]) -> bool {
    let Some(name) = name_of(path) else { return false };
    is_wanted(&name, include) || name.split('.').any(|part| is_wanted(part, include))
}

fn is_wanted(name: &str, include: &[String]) -> bool {
    let name = folded(name);
    include.iter().any(|wanted| folded(wanted) == name)
}

fn name_of(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// Whether a file begins as an mbox does.
pub(super) fn is_mbox(path: &Path) -> io::Result<bool> {
    mbox::begins_mail(&mut open_quietly(path)?, 0)
}

/// Whether a file may be a mail: it begins with a header field, or is compressed, which is reported when
/// it is read.
fn may_be_mail(path: &Path) -> io::Result<bool> {
    let mut octets = Vec::new();
    open_quietly(path)?.take(FIRST_BYTES).read_to_end(&mut octets)?;
    Ok(super::compressed_with(&octets).is_some()
        || mime::begins_with_field(mime::without_marks(&octets)))
}
