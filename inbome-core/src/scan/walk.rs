//! Where the mails are: folders, files and mboxes, walked in chunks of work.
//!
//! Nothing is written, moved or locked: no mail goes from `new/` to `cur/`.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memchr_iter;

use super::folder::{Folder, MailFiles, open_quietly, or_current};
use super::known::Known;
use super::mbox::{self, Mbox};
use super::names::{Names, Unreadable};
use super::{ScanOptions, name_hash};
use crate::clock::Timestamp;
use crate::receive::Examined;
use crate::store::Cursor;

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
/// Mails handed out at once, about.
const CHUNK: usize = 64;
/// Reads of names in search of new ones, until somebody may say that it is enough.
const READS: usize = 16;

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
fn maildir_of(folder: &Path) -> Option<&Path> {
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
fn is_mbox(path: &Path) -> io::Result<bool> {
    mbox::begins_mail(&mut open_quietly(path)?, 0)
}

/// A mail in an mbox: its header section, its time of receipt, and where it stands.
#[derive(Debug)]
pub(super) struct BoxMail {
    pub(super) header: Vec<u8>,
    pub(super) received: Option<Timestamp>,
    pub(super) place: Place,
}

/// Where a mail stands in an mbox.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) file: Arc<Path>,
    pub(super) range: Range<u64>,
}

/// Mails to examine, what they were found to be, and what to remember once that is applied. Where
/// chunks come one after the other they use the same memory.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Those in a folder.
    pub(super) files: MailFiles,
    /// What is remembered of the names of these, or of those that could be read.
    pub(super) names: Vec<[u8; 16]>,
    /// Those in an mbox.
    pub(super) box_mails: Vec<BoxMail>,
    /// The mailbox and how far it is done after this chunk.
    pub(super) cursor: Option<(String, Option<Cursor>)>,
    /// Mails passed by meanwhile.
    pub(super) skipped: u64,
    /// What could not be read.
    pub(super) unreadable: Vec<Unreadable>,
    /// Octets read.
    pub(super) bytes: u64,
    /// What the mails were found to be.
    pub(super) examined: Vec<Examined>,
}

impl Chunk {
    fn clear(&mut self) {
        self.files.begin(None);
        self.names.clear();
        self.box_mails.clear();
        self.unreadable.clear();
        self.examined.clear();
        (self.cursor, self.skipped, self.bytes) = (None, 0, 0);
    }
}

/// What was scanned before, of each source.
pub(super) struct Walk {
    sources: VecDeque<(Source, Vec<Cursor>)>,
    open: Option<Open>,
}

enum Open {
    Folder {
        mailbox: String,
        /// What is left of the folder, current first.
        parts: Vec<(Arc<Folder>, Names)>,
        known: Known,
        maildir: bool,
    },
    Mbox {
        mailbox: String,
        mbox: Mbox,
        /// A second handle, for the cursor.
        file: File,
        path: Arc<Path>,
    },
}

impl Walk {
    pub(super) fn new(sources: Vec<(Source, Vec<Cursor>)>) -> Self {
        Self { sources: sources.into(), open: None }
    }

    /// Puts the next mails into `chunk`, in place of those in it. Gives whether it did; they may be
    /// none.
    pub(super) fn next(&mut self, chunk: &mut Chunk) -> bool {
        chunk.clear();
        match self.open.take() {
            None => {
                let Some((source, cursors)) = self.sources.pop_front() else { return false };
                let path = source.path().to_owned();
                match open(source, cursors) {
                    Ok(open) => self.open = Some(open),
                    Err(error) => chunk.unreadable.push((path, error.to_string())),
                }
            }
            Some(Open::Folder { mailbox, mut parts, mut known, maildir }) => {
                let more = read_folder(&mut parts, &mut known, maildir, chunk);
                chunk.cursor = Some((mailbox.clone(), None));
                if more {
                    self.open = Some(Open::Folder { mailbox, parts, known, maildir });
                }
            }
            Some(Open::Mbox { mailbox, mut mbox, mut file, path }) => {
                match read_mbox(&mut mbox, &mut file, &path, chunk) {
                    Ok((more, cursor)) => {
                        chunk.cursor = Some((mailbox.clone(), Some(cursor)));
                        if more {
                            self.open = Some(Open::Mbox { mailbox, mbox, file, path });
                        }
                    }
                    Err(error) => {
                        chunk.unreadable.push((path.to_path_buf(), error.to_string()));
                    }
                }
            }
        }
        true
    }
}

/// The name under which a source's cursor is kept.
pub(super) fn mailbox_name(path: &Path) -> String {
    fs::canonicalize(or_current(path))
        .unwrap_or_else(|_| path.to_owned())
        .to_string_lossy()
        .into_owned()
}

fn open(source: Source, cursors: Vec<Cursor>) -> io::Result<Open> {
    let mailbox = mailbox_name(source.path());
    match source {
        Source::Named(folder, names) => {
            let maildir = maildir_of(&folder).is_some();
            let names = Names::Named(names.into_iter());
            let parts = vec![(Arc::new(Folder::open(folder)?), names)];
            Ok(Open::Folder { mailbox, parts, known: Known::of(cursors), maildir })
        }
        Source::Maildir(path) => {
            let parts = ["new", "cur"].map(|part| path.join(part));
            let parts = parts.into_iter().filter(|part| part.is_dir()).map(open_folder);
            let parts = parts.collect::<io::Result<Vec<_>>>()?;
            Ok(Open::Folder { mailbox, parts, known: Known::of(cursors), maildir: true })
        }
        Source::Files(path) => {
            let parts = vec![open_folder(path)?];
            Ok(Open::Folder { mailbox, parts, known: Known::of(cursors), maildir: false })
        }
        Source::Mbox(path) => {
            let mut file = open_quietly(&path)?;
            let length = file.metadata()?.len();
            let mut offset = 0;
            // A mail may have been half written when it was read: then it is read anew, with all
            // before it, since the rest of it is no mail.
            if let Some(Cursor::Offset { offset: done, tail }) = cursors.last()
                && *done <= length
                && mbox::tail(&mut file, *done)? == *tail
                && (*done == length || mbox::begins_mail(&mut file, *done)?)
            {
                offset = *done;
            }
            let mbox = Mbox::new(open_quietly(&path)?, offset)?;
            Ok(Open::Mbox { mailbox, mbox, file, path: path.into() })
        }
    }
}

fn open_folder(path: PathBuf) -> io::Result<(Arc<Folder>, Names)> {
    let folder = Folder::open(path)?;
    let names = Names::of(&folder)?;
    Ok((Arc::new(folder), names))
}

/// Reads names of one folder until some are new, but not endlessly. Gives whether there are more.
fn read_folder(
    parts: &mut Vec<(Arc<Folder>, Names)>,
    known: &mut Known,
    maildir: bool,
    chunk: &mut Chunk,
) -> bool {
    let Some((folder, names)) = parts.last_mut() else { return false };
    chunk.files.begin(Some(folder));
    // An mbox beside single mails is a source of its own. What was named is known to be none.
    let beside = !maildir && matches!(names, Names::All(_));
    let mut more = true;
    for _ in 0..READS {
        more = names.read(folder, &mut |name| {
            let name = match name {
                Ok(name) => name,
                Err(unreadable) => return chunk.unreadable.push(unreadable),
            };
            let octets = name.as_encoded_bytes();
            let (unique, flags) = if maildir { flagged(octets) } else { (octets, &[][..]) };
            let hash = name_hash(unique);
            if is_thrown_away(flags) || known.contains(&hash) {
                chunk.skipped = chunk.skipped.saturating_add(1);
            } else if !(beside && is_mbox(&folder.join(name)).unwrap_or(false)) {
                chunk.files.push(name);
                chunk.names.push(hash);
            }
        });
        if !more || !chunk.names.is_empty() {
            break;
        }
    }
    if !more {
        parts.pop();
    }
    !parts.is_empty()
}

/// The part of a name in a Maildir that never changes, and the flags behind it.
fn flagged(name: &[u8]) -> (&[u8], &[u8]) {
    memchr_iter(b':', name)
        .filter_map(|colon| name.split_at_checked(colon))
        .find(|(_, flags)| flags.starts_with(b":2,"))
        .unwrap_or((name, &[]))
}

/// Trashed mails and drafts.
fn is_thrown_away(flags: &[u8]) -> bool {
    flags.iter().any(|flag| matches!(flag, b'T' | b'D'))
}

/// Reads mails until a chunk is full. Gives whether there are more, and how far the file is done.
fn read_mbox(
    mbox: &mut Mbox,
    file: &mut File,
    path: &Arc<Path>,
    chunk: &mut Chunk,
) -> io::Result<(bool, Cursor)> {
    let before = mbox.offset();
    let mut more = true;
    while more && chunk.box_mails.len() < CHUNK {
        match mbox.next()? {
            Some(mbox::Found { mail: header, received, range }) => {
                let place = Place { file: Arc::clone(path), range };
                chunk.box_mails.push(BoxMail { header, received, place });
            }
            None => more = false,
        }
    }
    let offset = mbox.offset();
    chunk.bytes = offset.saturating_sub(before);
    Ok((more, Cursor::Offset { offset, tail: mbox::tail(file, offset)? }))
}
