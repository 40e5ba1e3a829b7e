//! Reading a mail file, and of it only what key discovery looks at.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use inbome_core::limits::MAX_HEADER_BYTES;
use inbome_core::mime::header_end;

/// Octets read at a time: most header sections are shorter.
const STEP_BYTES: u64 = 16 * 1024;
/// Octets of a mail that is one inline PGP message; more of it is not looked at.
const MAX_INLINE_BYTES: u64 = 4 * 1024 * 1024;
/// How an inline PGP message begins.
const INLINE: &[u8] = b"-----BEGIN PGP MESSAGE-----";

/// The header section with a little of the body; all of an inline PGP message.
pub(crate) fn read_mail(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut mail = Vec::new();
    // A header section past the limit is told from one octet more than that.
    while header_end(&mail).is_none() && mail.len() <= MAX_HEADER_BYTES {
        if read_step(&mut file, STEP_BYTES, &mut mail)? == 0 {
            return Ok(mail);
        }
    }
    let Some(body) = header_end(&mail) else { return Ok(mail) };
    // The body may begin where the last step ended.
    read_step(&mut file, 64, &mut mail)?;
    let start = mail.get(body..).unwrap_or_default().trim_ascii_start();
    if start.starts_with(INLINE) {
        read_step(&mut file, MAX_INLINE_BYTES, &mut mail)?;
    }
    Ok(mail)
}

fn read_step(file: &mut File, limit: u64, mail: &mut Vec<u8>) -> io::Result<usize> {
    Read::by_ref(file).take(limit).read_to_end(mail)
}
