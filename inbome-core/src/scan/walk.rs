//! Mailboxes walked in chunks of work.
//!
//! Nothing is written, moved or locked: no mail goes from `new/` to `cur/`. Not here: which mailboxes there
//! are (`sources`).

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memchr_iter;

use super::folder::{MailFiles, Names};
use super::mbox::{self, BoxMails, Mbox};
use super::name_hash;
use super::sources::{Source, is_mbox, maildir_of};
use crate::receive::Examined;
use crate::store::Cursor;
use crate::system::{Folder, Unreadable, open_quietly, or_current};

/// Mails handed out at once, about.
const CHUNK: usize = 64;
/// Reads of names in search of new ones, until somebody may say that it is enough.
const READS: usize = 16;

/// Mails to examine, what they were found to be, and what to remember once that is applied. Where
/// chunks come one after the other they use the same memory.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Those in a folder.
    pub(super) files: MailFiles,
    /// What is remembered of the names of these, or of those that could be read.
    pub(super) names: Vec<[u8; 16]>,
    /// Those in an mbox.
    pub(super) box_mails: BoxMails,
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
        self.box_mails.begin(None);
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
        mbox: Box<Mbox>,
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
            let mbox = Box::new(Mbox::new(open_quietly(&path)?, offset)?);
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
    chunk.box_mails.begin(Some(path));
    let mut more = true;
    while more && chunk.box_mails.len() < CHUNK {
        more = mbox.next(&mut chunk.box_mails)?;
    }
    let offset = mbox.offset();
    chunk.bytes = offset.saturating_sub(before);
    Ok((more, Cursor::Offset { offset, tail: mbox::tail(file, offset)? }))
}

/// The names of one folder that were scanned before, as hashes.
///
/// A folder that did not change is read in the order in which it was scanned, so each name is first held
/// against the one that came next then. Only where they part is there a search.
#[derive(Debug, Default)]
struct Known {
    /// In the order in which they were scanned.
    names: Vec<[u8; 16]>,
    /// Which of them is to come next.
    next: usize,
    /// Made when a name comes out of order.
    index: OnceCell<Index>,
}

impl Known {
    /// The names in `cursors`.
    fn of(cursors: Vec<Cursor>) -> Self {
        let mut names = Vec::new();
        for cursor in cursors {
            if let Cursor::Names(more) = cursor {
                names.extend(more);
            }
        }
        Self { names, ..Self::default() }
    }

    /// Whether `name` was scanned before.
    fn contains(&mut self, name: &[u8; 16]) -> bool {
        if self.names.get(self.next) == Some(name) {
            self.next = self.next.saturating_add(1);
            return true;
        }
        if self.names.is_empty() {
            return false;
        }
        let found = self.index.get_or_init(|| Index::of(&self.names)).find(name, &self.names);
        if let Some(at) = found {
            self.next = at.saturating_add(1);
        }
        found.is_some()
    }
}

/// Where each name stands, by its first two octets: names are hashes, so that each of the 65,536
/// places holds about as many, and a search touches little memory.
#[derive(Debug)]
struct Index {
    /// Places in the list of names, those that belong together side by side.
    places: Vec<usize>,
    /// Where in `places` those of each two octets end.
    ends: Vec<usize>,
}

impl Index {
    fn of(names: &[[u8; 16]]) -> Self {
        let mut places: Vec<usize> = (0..names.len()).collect();
        places.sort_by_key(|at| names.get(*at).map(start));
        let mut ends = vec![0; 1 << 16];
        for (rank, at) in places.iter().enumerate() {
            if let Some(end) = names.get(*at).and_then(|name| ends.get_mut(start(name))) {
                *end = rank.saturating_add(1);
            }
        }
        // Two octets without names end where those before them do.
        let mut last = 0;
        for end in &mut ends {
            last = last.max(*end);
            *end = last;
        }
        Self { places, ends }
    }

    fn find(&self, name: &[u8; 16], names: &[[u8; 16]]) -> Option<usize> {
        let before = start(name).checked_sub(1).and_then(|before| self.ends.get(before));
        let range = before.copied().unwrap_or_default()..*self.ends.get(start(name))?;
        self.places.get(range)?.iter().copied().find(|at| names.get(*at) == Some(name))
    }
}

fn start(name: &[u8; 16]) -> usize {
    let [first, second, ..] = *name;
    usize::from(u16::from_be_bytes([first, second]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_order_and_others_are_not() {
        let name = |n: u16| {
            let mut name = [7; 16];
            // Some share their first two octets.
            name[..2].copy_from_slice(&(n % 300).wrapping_mul(251).to_be_bytes());
            name[2..4].copy_from_slice(&n.to_be_bytes());
            name
        };
        let scanned: Vec<u16> = (0..2_000).filter(|n| n % 7 != 3).collect();
        let halves = scanned.split_at(scanned.len() / 2);
        let cursors =
            [halves.0, halves.1].map(|half| Cursor::Names(half.iter().map(|n| name(*n)).collect()));
        let as_scanned: Vec<u16> = (0..2_000).collect();
        for (order, read) in [
            ("as scanned", scanned.clone()),
            ("with new ones between", as_scanned.clone()),
            ("backwards", as_scanned.iter().rev().copied().collect()),
            ("some gone", as_scanned.iter().copied().filter(|n| n % 5 != 0).collect()),
            ("twice", as_scanned.iter().chain(&as_scanned).copied().collect()),
        ] {
            let mut known = Known::of(cursors.to_vec());
            for n in read {
                assert_eq!(known.contains(&name(n)), n % 7 != 3, "{order}: {n}");
            }
        }
        assert!(!Known::of(Vec::new()).contains(&name(1)));
    }

    #[test]
    fn a_folder_that_did_not_change_needs_no_search() {
        let names: Vec<[u8; 16]> = (0..100).map(|n| [n; 16]).collect();
        let mut known = Known::of(vec![Cursor::Names(names.clone())]);
        assert!(names.iter().all(|name| known.contains(name)));
        assert!(known.index.get().is_none());
        assert!(!known.contains(&[200; 16]) && known.index.get().is_some());
    }
}
