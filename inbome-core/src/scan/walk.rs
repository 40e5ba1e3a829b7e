//! Mailboxes walked in chunks of work.
//!
//! Nothing is written, moved or locked: no mail goes from `new/` to `cur/`. Not here: which mailboxes there
//! are (`sources`).

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memchr_iter;

use super::folder::{MailFiles, Names};
use super::known::Known;
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
