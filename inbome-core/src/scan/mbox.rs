//! One mbox file, larger than memory: mboxrd and mboxo (RFC 4155 and its elders).
//!
//! A mail begins at a `From ` line that has a time of day in it and is the first line or follows an empty
//! one. It also begins at a `From ` line with nothing else in it that a header field follows, as
//! Thunderbird writes them, with or without an empty line before. Only header sections are kept; bodies are looked through for the next such line.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use super::memory::Pieces;
use super::read::read_some;
use crate::clock::Timestamp;
use crate::key::{Hash, hash};
use crate::limits::MAX_HEADER_BYTES;
use crate::mime;
use crate::system::open_quietly;

/// Octets held at once, unless a mail needs more: so few that a processor's cache holds them.
const WINDOW_BYTES: usize = 256 * 1024;
/// Octets of a body that are kept beside its header; of most mails they tell what they are.
const BODY_BYTES: usize = 4096;
/// UTF-8's byte order mark, which may be the first of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Octets of the longest `From ` line, and some more.
const STRADDLE_BYTES: usize = 1024;
/// Octets before a cursor that tell whether the file is still the same.
const TAIL_BYTES: u64 = 4096;

/// Mails of one mbox.
#[derive(Debug, Default)]
pub(super) struct BoxMails {
    file: Option<Arc<Path>>,
    headers: Pieces,
    /// When each was received, and where it stands.
    places: Vec<(Option<Timestamp>, Range<u64>)>,
}

/// One mail of an mbox.
#[derive(Debug)]
pub(super) struct BoxMail<'a> {
    file: &'a Path,
    /// The header section with the beginning of the body, without the `From ` line.
    pub(super) header: &'a [u8],
    /// The date in the `From ` line, taken as UTC.
    pub(super) received: Option<Timestamp>,
    range: Range<u64>,
}

impl BoxMail<'_> {
    /// Where it is, for people.
    pub(super) const fn path(&self) -> &Path {
        self.file
    }

    /// Whether `header` is all of it.
    pub(super) fn is_whole(&self) -> bool {
        self.header.len() as u64 >= self.range.end.saturating_sub(self.range.start)
    }

    /// The mail, to be read from its beginning.
    pub(super) fn open(&self) -> io::Result<io::Take<File>> {
        let mut file = open_quietly(self.file)?;
        file.seek(SeekFrom::Start(self.range.start))?;
        Ok(file.take(self.range.end.saturating_sub(self.range.start)))
    }
}

impl BoxMails {
    /// Begins anew with another mbox, or with none.
    pub(super) fn begin(&mut self, file: Option<&Arc<Path>>) {
        self.file = file.map(Arc::clone);
        self.headers.clear();
        self.places.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Each of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = BoxMail<'_>> {
        let file = self.file.as_deref();
        self.headers.iter().zip(&self.places).filter_map(move |(header, (received, range))| {
            Some(BoxMail { file: file?, header, received: *received, range: range.clone() })
        })
    }
}

/// Reads an mbox from some offset on.
#[derive(Debug)]
pub(super) struct Mbox {
    file: File,
    window: Vec<u8>,
    /// Octets of the window that are read already.
    done: usize,
    /// Octets of the window that were filled.
    held: usize,
    /// Where the window begins in the file.
    at: u64,
    ended: bool,
    /// Finds what may be the next mail.
    finder: memmem::Finder<'static>,
}

impl Mbox {
    /// Takes a file that stands at `offset`, where a mail begins.
    pub(super) fn new(mut file: File, offset: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(offset))?;
        let finder = memmem::Finder::new(b"\nFrom ");
        Ok(Self { file, window: Vec::new(), done: 0, held: 0, at: offset, ended: false, finder })
    }

    /// Where the next mail begins in the file.
    pub(super) fn offset(&self) -> u64 {
        self.at.saturating_add(self.done as u64)
    }

    /// Adds the next mail to `mails`. Gives whether there was one.
    pub(super) fn next(&mut self, mails: &mut BoxMails) -> io::Result<bool> {
        self.fill(STRADDLE_BYTES)?;
        if self.offset() == 0 && self.rest().starts_with(BYTE_ORDER_MARK) {
            self.done = self.done.saturating_add(BYTE_ORDER_MARK.len());
        }
        // Before the first mail, and where a file without a last line end was added to.
        self.done = self.done.saturating_add(empty_lines(self.rest()));
        let line_end = loop {
            match memchr::memchr(b'\n', self.rest()) {
                Some(end) => break end,
                None if self.ended || self.rest().len() >= WINDOW_BYTES => {
                    break self.rest().len();
                }
                None => self.fill(self.rest().len().saturating_add(1))?,
            }
        };
        if self.rest().is_empty() {
            return Ok(false);
        }
        let received = from_line_date(self.rest().get(..line_end).unwrap_or_default());
        self.done = self.done.saturating_add(line_end.saturating_add(1)).min(self.held);
        let start = self.offset();
        let header_len = self.header_len()?;
        mails.headers.push(self.rest().get(..header_len).unwrap_or_default());
        // If that fails the header has no place, and is no mail.
        self.skip_body()?;
        let whole = usize::try_from(self.offset().saturating_sub(start)).unwrap_or(usize::MAX);
        mails.headers.truncate_last(whole);
        mails.places.push((received, start..self.offset()));
        Ok(true)
    }

    /// How many octets the header section has of the mail that the window stands at, with the beginning
    /// of the body, and perhaps of what follows it. They are held.
    fn header_len(&mut self) -> io::Result<usize> {
        let mut end = mime::header_end(self.rest());
        while end.is_none() && !self.ended && self.rest().len() <= MAX_HEADER_BYTES {
            self.fill(self.rest().len().saturating_add(4096))?;
            end = mime::header_end(self.rest());
        }
        Ok(match end {
            Some(end) => {
                let wanted = end.saturating_add(BODY_BYTES);
                self.fill(wanted)?;
                wanted.min(self.rest().len())
            }
            None => self.rest().len().min(MAX_HEADER_BYTES.saturating_add(1)),
        })
    }

    fn skip_body(&mut self) -> io::Result<()> {
        loop {
            if let Some(next) = next_mail(&self.finder, self.rest()) {
                self.done = self.done.saturating_add(next);
                return Ok(());
            }
            if self.ended {
                self.done = self.held;
                return Ok(());
            }
            // A `From ` line may straddle the end of the window; it is short. What is kept does not
            // begin with a line end, which would look like an empty line.
            let short = self.rest().len().min(STRADDLE_BYTES);
            let first = self.rest().iter().rev().nth(short.saturating_sub(1));
            let more = usize::from(first == Some(&b'\n'));
            let keep = short.saturating_add(more).min(self.rest().len());
            self.done = self.held.saturating_sub(keep);
            self.fill(keep.saturating_add(1))?;
        }
    }

    fn rest(&self) -> &[u8] {
        self.window.get(self.done..self.held).unwrap_or_default()
    }

    /// Reads until `wanted` octets are held, or the file ends; as much as there is room for, if
    /// anything.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        if self.ended || self.rest().len() >= wanted {
            return Ok(());
        }
        self.window.copy_within(self.done..self.held, 0);
        self.at = self.offset();
        self.held = self.held.saturating_sub(self.done);
        self.done = 0;
        if self.window.len() < wanted.max(WINDOW_BYTES) {
            self.window.resize(wanted.max(WINDOW_BYTES), 0);
        }
        while !self.ended && self.held < wanted {
            let room = self.window.get_mut(self.held..).unwrap_or_default();
            let read = read_some(&mut self.file, room)?;
            self.ended = read == 0;
            self.held = self.held.saturating_add(read);
        }
        Ok(())
    }
}

/// Where the next mail begins in `rest`, which stands inside a mail.
fn next_mail(finder: &memmem::Finder<'_>, rest: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = finder.find(rest.get(from..)?) {
        let newline = from.saturating_add(found);
        let start = newline.saturating_add(1);
        let before = rest.get(..newline)?;
        let blank = before.is_empty() || before.ends_with(b"\n") || before.ends_with(b"\n\r");
        let line = rest.get(start..)?;
        let (line, after) = line.split_at_checked(memchr::memchr(b'\n', line)?)?;
        if (blank && is_from_line(line)) || is_bare_from_line(line, after) {
            return Some(start);
        }
        from = start;
    }
    None
}

/// Whether a line is the `From ` line of an mbox: text with `12:34` in it.
pub(super) fn is_from_line(line: &[u8]) -> bool {
    let time = |w: &[u8]| matches!(w, [a, b, b':', c, d] if [a, b, c, d].iter().all(|octet| octet.is_ascii_digit()));
    line.starts_with(b"From ") && line.windows(5).any(time)
}

/// Whether a line is a `From ` line with nothing in it; `after` begins with its line end.
fn is_bare_from_line(line: &[u8], after: &[u8]) -> bool {
    let is_bare = line.starts_with(b"From ") && line.trim_ascii_end() == b"From";
    is_bare && mime::begins_with_field(after.get(1..).unwrap_or_default())
}

fn from_line_date(line: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(line).ok()?.strip_prefix("From ")?;
    let (_, date) = text.trim().split_once(' ')?;
    Timestamp::parse_asctime(date.trim())
}

/// Whether a `From ` line stands at `offset`, empty lines before it aside.
pub(super) fn begins_mail(file: &mut File, offset: u64) -> io::Result<bool> {
    let mut octets = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    file.take(STRADDLE_BYTES as u64).read_to_end(&mut octets)?;
    let octets = match offset {
        0 => octets.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&octets),
        _ => &octets,
    };
    let beginning = octets.get(empty_lines(octets)..).unwrap_or_default();
    let end = memchr::memchr(b'\n', beginning).unwrap_or(beginning.len());
    let (line, after) = beginning.split_at_checked(end).unwrap_or_default();
    Ok(is_from_line(line) || is_bare_from_line(line, after))
}

/// The octets of the empty lines at the start of `octets`.
fn empty_lines(octets: &[u8]) -> usize {
    octets.iter().position(|octet| !matches!(octet, b'\r' | b'\n')).unwrap_or(octets.len())
}

/// SHA-256 of the octets just before `offset`.
pub(super) fn tail(file: &mut File, offset: u64) -> io::Result<Hash> {
    let start = offset.saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut octets = Vec::new();
    file.take(offset.saturating_sub(start)).read_to_end(&mut octets)?;
    Ok(hash(&octets))
}
