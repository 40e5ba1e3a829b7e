//! Of a mail that comes piece by piece, as much as learning from it needs: the one reader of files, of
//! mails in mboxes and of other programs' single mails.
//!
//! What is needed the mail itself says ([`Mail::needs`]), so that all ways in learn the same.

use std::io::{self, Read};
use std::path::Path;

use super::compressed_with;
use super::folder::{MailFile, MailFiles};
use crate::discover::Receipt;
use crate::limits::Limit;
use crate::mime::{Mail, Needs};
use crate::system::open_quietly;

/// Octets of a file's first read: nearly all header sections are shorter.
pub(super) const FIRST_READ: usize = 4_096;

/// Octets of a mail that comes in; the rest of a longer one is not looked at.
const MAX_WHOLE_BYTES: usize = 64 * 1024 * 1024;
/// Octets of memory that a reader keeps between mails.
const KEPT_BYTES: usize = 256 * 1024;

/// How much of a mail is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Its header section.
    Header,
    /// What it takes if its key fields bring an advert, as most do.
    IfAdvertised,
    /// What it takes in any case.
    AnyCase,
}

impl Wanted {
    /// How many octets must be there of a mail of which this much is.
    pub(super) fn of(self, mail: &Result<Mail<'_>, Limit>) -> usize {
        let needs = match (self, mail) {
            (_, Err(_)) => return 0,
            (Self::Header, Ok(mail)) if mail.envelope.is_closed() => return 0,
            (Self::IfAdvertised, Ok(mail)) => mail.needs_if_advertised(),
            (Self::Header | Self::AnyCase, Ok(mail)) => mail.needs(),
        };
        match needs {
            Needs::Header => 0,
            Needs::Prefix(octets) => octets,
            Needs::Whole => MAX_WHOLE_BYTES,
        }
    }
}

/// Reads of a mail file what [`crate::engine::Engine::process_incoming`] looks at, given the same
/// `receipt`: all of a mail that is encrypted or wanted for display, of others the header section and
/// what may hold OpenPGP. What is not a regular file, such as a pipe, is read whole.
///
/// # Errors
/// What the system says.
pub fn read_incoming(path: &Path, receipt: Receipt) -> io::Result<Vec<u8>> {
    let mut file = open_quietly(path)?;
    let shows = receipt.return_payload && !receipt.no_decrypt;
    // A pipe can be read but once, and whoever writes into it must not be cut short.
    if !file.metadata()?.is_file() || shows {
        let mut mail = Vec::new();
        file.take(MAX_WHOLE_BYTES as u64).read_to_end(&mut mail)?;
        return Ok(mail);
    }
    let mut reader = Reader::default();
    let surplus = reader.read(&mut file, Wanted::AnyCase, |mail| match mail {
        // Spam is not looked into.
        Ok(mail) if receipt.spam => mail.envelope.body().len(),
        _ => 0,
    })?;
    let mut mail = reader.into_octets();
    mail.truncate(mail.len().saturating_sub(surplus));
    Ok(mail)
}

/// The beginnings of the files of a chunk. They are read together and looked at together: a processor
/// that goes to and fro between the system and the mails does both from cold caches.
#[derive(Debug, Default)]
pub(super) struct Beginnings {
    /// First reads, [`FIRST_READ`] octets of room for each.
    firsts: Vec<u8>,
    /// How much was read of each.
    reads: Vec<io::Result<usize>>,
    /// For those that need more.
    pub(super) longer: Reader,
}

impl Beginnings {
    /// Reads the first octets of all `files`, in place of those before.
    pub(super) fn read(&mut self, files: &MailFiles) {
        let room = files.len().saturating_mul(FIRST_READ);
        if self.firsts.len() < room {
            self.firsts.resize(room, 0);
        }
        let (rooms, _) = self.firsts.as_chunks_mut::<FIRST_READ>();
        self.reads.clear();
        let read = |(file, room): (MailFile<'_>, _)| read_some(&mut file.open()?, room);
        self.reads.extend(files.iter().zip(rooms).map(|(file, room)| read((file, &mut room[..]))));
    }

    /// Shows what the mail in the `nth` file is, and gives that with the octets read of it.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn show<T>(
        &mut self,
        nth: usize,
        file: MailFile<'_>,
        see: impl FnOnce(Result<Mail<'_>, Limit>) -> T,
    ) -> io::Result<(T, usize)> {
        let (rooms, _) = self.firsts.as_chunks::<FIRST_READ>();
        let read = self.reads.get_mut(nth).map_or(Ok(0), |read| std::mem::replace(read, Ok(0)))?;
        let first = rooms.get(nth).and_then(|room| room.get(..read)).unwrap_or_default();
        if let Some(how) = compressed_with(first) {
            return Err(io::Error::other(format!(
                "it is compressed with {how}; unpack a copy and scan that"
            )));
        }
        let mail = Mail::parse(first);
        // A file shorter than its room is all there.
        if read < FIRST_READ || Wanted::IfAdvertised.of(&mail) <= read {
            return Ok((see(mail), read));
        }
        let seen = self.longer.read(&mut file.open()?, Wanted::IfAdvertised, see)?;
        Ok((seen, self.longer.held))
    }
}

/// One mail at a time; its memory serves them all.
#[derive(Debug, Default)]
pub(super) struct Reader {
    octets: Vec<u8>,
    pub(super) held: usize,
}

impl Reader {
    /// Reads of a mail what it needs, in place of the one before, and shows what it is. A header
    /// section past its limit is shown as that.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn read<T>(
        &mut self,
        from: &mut impl Read,
        wanted: Wanted,
        see: impl FnOnce(Result<Mail<'_>, Limit>) -> T,
    ) -> io::Result<T> {
        if self.octets.len() > KEPT_BYTES {
            self.octets = Vec::new();
        }
        self.held = 0;
        let mut end = FIRST_READ;
        loop {
            let is_ended = self.fill(from, end)?;
            let mail = Mail::parse(self.octets.get(..self.held).unwrap_or_default());
            end = wanted.of(&mail).min(MAX_WHOLE_BYTES);
            if is_ended || end <= self.held {
                return Ok(see(mail));
            }
        }
    }

    /// Reads until `end` octets are held; whether there are no more.
    fn fill(&mut self, from: &mut impl Read, end: usize) -> io::Result<bool> {
        while self.held < end {
            // Room grows as it is filled: what is wanted may be far more than there is.
            let room = self.held.saturating_mul(2).max(FIRST_READ).min(end);
            if self.octets.len() < room {
                self.octets.resize(room, 0);
            }
            let read = read_some(from, self.octets.get_mut(self.held..room).unwrap_or_default())?;
            self.held = self.held.saturating_add(read);
            if read == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What was read of the mail.
    fn into_octets(mut self) -> Vec<u8> {
        self.octets.truncate(self.held);
        self.octets
    }
}

/// Reads as much as there is at once, and again if a signal came between; nothing at the end.
pub(super) fn read_some(from: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
