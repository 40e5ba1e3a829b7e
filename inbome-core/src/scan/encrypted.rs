//! Encrypted mails that advertise nothing outside: many programs do so inside alone (Discovery §4,
//! step 3).
//!
//! Not here: decrypting, which the engine brings along with the user's keys.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::folder::MailFile;
use super::walk::Place;
use crate::addr::Addr;
use crate::gossip::Payload;

/// Opens a whole mail with the keys of an account; `None` if none of them does, or not without a
/// passphrase.
pub type OpenMail<'a> = dyn Fn(&[u8], &Addr) -> Option<Payload> + Sync + 'a;

/// Octets of the largest encrypted mail that a scan opens.
const MAX_MAIL_BYTES: u64 = 32 * 1024 * 1024;

/// The whole of a mail that is a file.
pub(super) fn read_file(mail: &MailFile) -> io::Result<Vec<u8>> {
    let file = mail.open()?;
    let length = file.metadata()?.len();
    read(file, length)
}

/// The whole of a mail in an mbox.
pub(super) fn read_place(place: &Place) -> io::Result<Vec<u8>> {
    let mut file = File::open(&place.file)?;
    file.seek(SeekFrom::Start(place.range.start))?;
    read(file, place.range.end.saturating_sub(place.range.start))
}

fn read(file: File, length: u64) -> io::Result<Vec<u8>> {
    if length > MAX_MAIL_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut mail = Vec::new();
    file.take(length).read_to_end(&mut mail)?;
    Ok(mail)
}
