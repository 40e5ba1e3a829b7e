//! Reading what the user names: mails, keys, passphrase files; `-` is standard input.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use inbome_core::discover::Receipt;
use inbome_core::scan;
use inbome_core::secret::Secret;

use crate::exit::Failure;

/// Octets of a mail that are kept in memory; the rest of a longer one is not looked at. Its header
/// section, which is what counts, is far smaller.
const MAX_MAIL_BYTES: u64 = 64 * 1024 * 1024;
/// Octets of a key file, twice the limit of the library: the armor takes its part.
const MAX_KEY_FILE_BYTES: u64 = 2 * 1024 * 1024;
/// Octets of a passphrase file.
const MAX_PASSPHRASE_BYTES: u64 = 64 * 1024;

/// Whether `path` stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A mail to learn from: of a file only what that needs. Standard input is taken in whole, so that the
/// program that feeds us is not cut short.
pub(crate) fn read_incoming(path: &Path, receipt: Receipt) -> Result<Vec<u8>, Failure> {
    if is_stdin(path) {
        return read(path, MAX_MAIL_BYTES);
    }
    scan::read_incoming(path, receipt).map_err(|error| Failure::io("read", path, &error))
}

/// A key, armored or binary.
pub(crate) fn read_key(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path, MAX_KEY_FILE_BYTES)
}

/// A passphrase: the first line of a file.
pub(crate) fn read_passphrase(path: &Path) -> Result<Secret, Failure> {
    let whole = Secret::new(read(path, MAX_PASSPHRASE_BYTES)?);
    let line = whole.as_bytes().split(|octet| *octet == b'\n').next().unwrap_or_default();
    Ok(Secret::new(line.strip_suffix(b"\r").unwrap_or(line).to_vec()))
}

/// A mail that is needed whole: to send it, to read it.
pub(crate) fn read_whole_mail(path: Option<&Path>) -> Result<Vec<u8>, Failure> {
    read(path.unwrap_or(Path::new("-")), u64::MAX)
}

/// A list of paths with NUL after each, from standard input.
pub(crate) fn read_path_list() -> Result<Vec<u8>, Failure> {
    read(Path::new("-"), u64::MAX)
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut octets = Vec::new();
    let done = if is_stdin(path) {
        io::stdin().lock().take(limit).read_to_end(&mut octets)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut octets))
    };
    match done {
        Ok(_) => Ok(octets),
        Err(error) if is_stdin(path) => {
            Err(Failure::Io(format!("expected to read standard input, found: {error}")))
        }
        Err(error) => Err(Failure::io("read", path, &error)),
    }
}

/// Copies standard input to standard output unchanged, at any size. Returns its beginning, or nothing if
/// the copy is not whole. Where the writing fails the rest is still taken in, so that the mail program that
/// feeds us is not cut short.
pub(crate) fn pass_through() -> Option<Vec<u8>> {
    let (mut from, mut to) = (io::stdin().lock(), io::stdout().lock());
    let mut kept = Vec::new();
    let mut whole = true;
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => buffer.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => {
                whole = false;
                break;
            }
        };
        whole = whole && to.write_all(read).is_ok();
        let room = usize::try_from(MAX_MAIL_BYTES).unwrap_or(usize::MAX).saturating_sub(kept.len());
        kept.extend_from_slice(read.get(..room).unwrap_or(read));
    }
    // The copy is out before anything is learnt from it.
    (whole && to.flush().is_ok()).then_some(kept)
}
