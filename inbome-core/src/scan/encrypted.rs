//! Encrypted mails, which must be read whole. Of those that a scan meets, only what advertises nothing
//! outside is: many programs do so inside alone (Discovery §4, step 3).
//!
//! Not here: decrypting, which the engine brings along with the user's keys.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::beginning::Beginning;
use super::begins_inline_pgp;
use super::folder::MailFile;
use super::mbox::BoxMail;
use crate::addr::Addr;
use crate::discover::Receipt;
use crate::gossip::Payload;
use crate::mime::Form;
use crate::system::open_quietly;

/// Opens a whole mail with the keys of an account; `None` if none of them does, or not without a
/// passphrase.
pub type OpenMail<'a> = dyn Fn(&[u8], &Addr) -> Option<Payload> + Sync + 'a;

/// Octets of the largest encrypted mail that a scan opens.
const MAX_MAIL_BYTES: u64 = 32 * 1024 * 1024;

/// Octets of a mail that comes in; the rest of a longer one is not looked at.
const MAX_INCOMING_BYTES: u64 = 64 * 1024 * 1024;

/// Reads of a mail file what [`crate::engine::Engine::process_incoming`] looks at, given the same
/// `receipt`: all of a mail that is encrypted or wanted for display, of others the header section,
/// and of a mail that is one inline PGP message some megabytes. What is no regular file, such as a
/// pipe, is read whole.
///
/// # Errors
/// What the system says.
pub fn read_incoming(path: &Path, receipt: Receipt) -> io::Result<Vec<u8>> {
    let mut file = open_quietly(path)?;
    if !file.metadata()?.is_file() {
        // A pipe can be read but once, and whoever writes into it must not be cut short.
        return read_up_to(file, MAX_INCOMING_BYTES);
    }
    let mut beginning = Beginning::default();
    // What was read of another body tells nothing, and half a body must not be taken for a whole.
    let (is_encrypted, surplus) = beginning.read(&mut file, |envelope| match envelope {
        Ok(mail) if begins_inline_pgp(mail.body()) => (Form::of(&mail).is_encrypted(), 0),
        Ok(mail) => (Form::of(&mail).is_encrypted(), mail.body().len()),
        Err(_) => (false, 0),
    })?;
    let learns = !receipt.spam && is_encrypted;
    if !receipt.no_decrypt && (receipt.return_payload || learns) {
        return read_up_to(open_quietly(path)?, MAX_INCOMING_BYTES);
    }
    let mut mail = beginning.into_octets();
    mail.truncate(mail.len().saturating_sub(surplus));
    Ok(mail)
}

/// The whole of a mail that is a file.
pub(super) fn read_file(mail: MailFile<'_>) -> io::Result<Vec<u8>> {
    let file = mail.open()?;
    let length = file.metadata()?.len();
    read(file, length)
}

/// The whole of a mail in an mbox.
pub(super) fn read_box_mail(mail: &BoxMail<'_>) -> io::Result<Vec<u8>> {
    let (file, length) = mail.open()?;
    read(file, length)
}

fn read(file: File, length: u64) -> io::Result<Vec<u8>> {
    if length > MAX_MAIL_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    read_up_to(file, length)
}

fn read_up_to(file: File, length: u64) -> io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    file.take(length).read_to_end(&mut mail)?;
    Ok(mail)
}
