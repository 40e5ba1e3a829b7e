//! The beginnings of mail files: of each as much as learning from its header needs.
//!
//! Implements the reading rules of the scan: headers only, and the body of a mail that is one inline
//! PGP message. Not here: opening files (`folder`), and mails that are needed whole (`encrypted`).

use std::fs::File;
use std::io;

use super::folder::{MailFile, MailFiles};
use super::{begins_inline_pgp, read_some};
use crate::limits::Limit;
use crate::mime::Envelope;

/// Octets of a file's first read: nearly all header sections are shorter.
const FIRST_READ: usize = 4_096;
/// Octets of a body that tell whether it begins as inline PGP does.
const BODY_BYTES: usize = 64;
/// Octets of a mail that is one inline PGP message, as far as that must be seen.
const MAX_INLINE_BYTES: usize = 4 * 1024 * 1024;

/// The beginnings of the files of a chunk. They are read together and looked at together: a processor
/// that goes to and fro between the system and the mails does both from cold caches.
#[derive(Debug, Default)]
pub(super) struct Beginnings {
    /// First reads, [`FIRST_READ`] octets of room for each.
    firsts: Vec<u8>,
    /// How much was read of each.
    reads: Vec<io::Result<usize>>,
    /// For those that need more.
    longer: Beginning,
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
        self.reads
            .extend(files.iter().zip(rooms).map(|(file, room)| read_some(&mut file.open()?, room)));
    }

    /// Shows what the mail in the `nth` file is, and gives that with the octets read of it.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn show<T>(
        &mut self,
        nth: usize,
        file: MailFile<'_>,
        see: impl FnOnce(Result<Envelope<'_>, Limit>) -> T,
    ) -> io::Result<(T, usize)> {
        let (rooms, _) = self.firsts.as_chunks::<FIRST_READ>();
        let read = self.reads.get_mut(nth).map_or(Ok(0), |read| std::mem::replace(read, Ok(0)))?;
        let first = rooms.get(nth).and_then(|room| room.get(..read)).unwrap_or_default();
        let envelope = Envelope::parse(first);
        if needed(&envelope, read) == 0 {
            return Ok((see(envelope), read));
        }
        let seen = self.longer.read(&mut file.open()?, see)?;
        Ok((seen, self.longer.held))
    }
}

/// The beginning of one mail at a time; its memory serves them all.
#[derive(Debug, Default)]
pub(super) struct Beginning {
    octets: Vec<u8>,
    held: usize,
}

impl Beginning {
    /// Reads the beginning of a mail, in place of the one before, and shows what it is. A header
    /// section past its limit is shown as that.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn read<T>(
        &mut self,
        file: &mut File,
        see: impl FnOnce(Result<Envelope<'_>, Limit>) -> T,
    ) -> io::Result<T> {
        self.held = 0;
        let mut wanted = FIRST_READ;
        loop {
            let end = self.held.saturating_add(wanted);
            if self.octets.len() < end {
                self.octets.resize(end, 0);
            }
            let read = read_some(file, self.octets.get_mut(self.held..end).unwrap_or_default())?;
            self.held = self.held.saturating_add(read);
            let envelope = Envelope::parse(self.octets.get(..self.held).unwrap_or_default());
            wanted = if read == 0 { 0 } else { needed(&envelope, self.held) };
            if wanted == 0 {
                return Ok(see(envelope));
            }
        }
    }

    /// What was read of the mail.
    pub(super) fn into_octets(mut self) -> Vec<u8> {
        self.octets.truncate(self.held);
        self.octets
    }
}

/// How many octets more are needed of a mail of which `held` are there; 0 if these tell all.
fn needed(envelope: &Result<Envelope<'_>, Limit>, held: usize) -> usize {
    let more = held.saturating_mul(3).max(FIRST_READ);
    match envelope {
        Err(_) => 0,
        // The header section is longer; then it is looked at anew.
        Ok(envelope) if !envelope.is_closed() => more,
        Ok(envelope) if envelope.body().len() < BODY_BYTES => BODY_BYTES,
        Ok(envelope) if !begins_inline_pgp(envelope.body()) => 0,
        Ok(_) => more.min(MAX_INLINE_BYTES.saturating_sub(held)),
    }
}
