//! ASCII armor of messages and detached signatures: written as it is made, read in one pass.
//!
//! Implements the armor of Messages §2 (no Version, no Comment) and reads that of others with any
//! header lines. Not here: armor of keys, which is small and goes another way.

use std::borrow::Cow;
use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr;

use super::crc24::Crc24;

/// Armor being written.
pub(super) struct Armor {
    out: Vec<u8>,
    /// Where one is wanted.
    checksum: Option<Crc24>,
    /// Less than one line that waits for more.
    held: Vec<u8>,
}

impl Armor {
    /// For a message of `length` octets, so that the text never moves.
    pub(super) fn of_message(length: usize, with_checksum: bool) -> Self {
        let lines = length.div_ceil(LINE_OCTETS).saturating_add(4);
        let mut out = Vec::with_capacity(lines.saturating_mul(LINE_CHARS.saturating_add(1)));
        out.extend_from_slice(BEGIN_MESSAGE);
        out.extend_from_slice(b"\n\n");
        let checksum = with_checksum.then(Crc24::new);
        Self { out, checksum, held: Vec::with_capacity(LINE_OCTETS) }
    }

    pub(super) fn write(&mut self, mut octets: &[u8]) {
        if let Some(checksum) = &mut self.checksum {
            checksum.update(octets);
        }
        if !self.held.is_empty() {
            let missing = LINE_OCTETS.saturating_sub(self.held.len()).min(octets.len());
            let (first, rest) = octets.split_at(missing);
            self.held.extend_from_slice(first);
            octets = rest;
            if self.held.len() < LINE_OCTETS {
                return;
            }
            let line = std::mem::take(&mut self.held);
            self.lines(&line);
        }
        let whole = octets.len().saturating_sub(octets.len() % LINE_OCTETS);
        let (whole, rest) = octets.split_at(whole);
        self.lines(whole);
        self.held.extend_from_slice(rest);
    }

    /// Writes all that `source` gives; tells how much that was.
    pub(super) fn copy(&mut self, source: &mut impl Read) -> io::Result<usize> {
        // Whole lines, and small enough to stay in the processor's cache.
        let mut buffer = [0; BATCH_OCTETS];
        let mut total = 0_usize;
        loop {
            let read = source.read(&mut buffer)?;
            if read == 0 {
                return Ok(total);
            }
            self.write(buffer.get(..read).unwrap_or_default());
            total = total.saturating_add(read);
        }
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        self.lines(&held);
        if let Some(checksum) = self.checksum {
            self.out.push(b'=');
            self.lines(&checksum.octets());
        }
        self.out.extend_from_slice(END_MESSAGE);
        self.out.push(b'\n');
        self.out
    }

    /// Only what comes last may end within a line.
    fn lines(&mut self, octets: &[u8]) {
        let mut text = [0; BATCH_CHARS];
        // Many at once: the encoder begins slowly.
        for batch in octets.chunks(BATCH_OCTETS) {
            // There is always room for what so many octets give.
            let written = STANDARD.encode_slice(batch, &mut text).unwrap_or_default();
            for line in text.get(..written).unwrap_or_default().chunks(LINE_CHARS) {
                self.out.extend_from_slice(line);
                self.out.push(b'\n');
            }
        }
    }
}

/// What a text of armor is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Message,
    Signature,
}

/// Why octets are not what was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoArmor {
    /// They are neither binary packets nor armor.
    Other,
    /// They begin as armor and do not go on or end as such.
    Broken,
}

/// The binary form of what is armored or binary already. Nothing but white space may stand around
/// the armor.
pub(super) fn dearmor(octets: &[u8], block: Block) -> Result<Cow<'_, [u8]>, NoArmor> {
    // Every packet begins with the highest bit; no armor does.
    if octets.first().is_some_and(|octet| octet & 0x80 != 0) {
        return Ok(Cow::Borrowed(octets));
    }
    let (begin, end) = match block {
        Block::Message => (BEGIN_MESSAGE, END_MESSAGE),
        Block::Signature => (BEGIN_SIGNATURE, END_SIGNATURE),
    };
    let text = octets.trim_ascii();
    let text = text.strip_prefix(begin).ok_or(NoArmor::Other)?;
    let text = text.strip_suffix(end).ok_or(NoArmor::Broken)?;
    decode(text).map(Cow::Owned).ok_or(NoArmor::Broken)
}

/// Whether a line has nothing but white space, to which some programs count a no-break space.
fn is_blank(line: &[u8]) -> bool {
    matches!(line, [] | [0xA0] | [0xC2, 0xA0])
}

/// Header lines, an empty line, base64, and perhaps a checksum.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut lines = Lines(Some(text)).map(<[u8]>::trim_ascii);
    // What follows the dashes on the first line.
    if !lines.next()?.is_empty() {
        return None;
    }
    let mut out = Vec::with_capacity((text.len() / 4).saturating_mul(3));
    let mut held = Vec::with_capacity(BATCH_CHARS.saturating_add(LINE_CHARS));
    let mut in_header = true;
    let mut ended = false;
    for line in lines {
        if in_header {
            // Some programs leave out the empty line where there is no header.
            let is_empty = is_blank(line);
            in_header = !is_empty && line.contains(&b':');
            if in_header || is_empty {
                continue;
            }
        }
        // The checksum protects nothing and is not looked at.
        if line.first() == Some(&b'=') && line.len() == 5 {
            ended = true;
            continue;
        }
        if ended && !line.is_empty() {
            return None;
        }
        held.extend_from_slice(line);
        if held.len() >= BATCH_CHARS {
            let whole = held.len() & !3;
            decode_into(&mut out, held.get(..whole)?)?;
            held.drain(..whole);
        }
    }
    decode_into(&mut out, &held)?;
    Some(out)
}

/// What stands between line ends.
struct Lines<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.0?;
        let end = memchr(b'\n', text);
        self.0 = end.and_then(|end| text.get(end.checked_add(1)?..));
        text.get(..end.unwrap_or(text.len()))
    }
}

fn decode_into(out: &mut Vec<u8>, text: &[u8]) -> Option<()> {
    let start = out.len();
    out.resize(start.checked_add(text.len().div_ceil(4).checked_mul(3)?)?, 0);
    let written = STANDARD.decode_slice(text, out.get_mut(start..)?).ok()?;
    out.truncate(start.checked_add(written)?);
    Some(())
}

const BEGIN_MESSAGE: &[u8] = b"-----BEGIN PGP MESSAGE-----";
const END_MESSAGE: &[u8] = b"-----END PGP MESSAGE-----";
const BEGIN_SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END_SIGNATURE: &[u8] = b"-----END PGP SIGNATURE-----";
/// Characters of one line, and the octets they stand for.
const LINE_CHARS: usize = 64;
const LINE_OCTETS: usize = 48;
/// Characters encoded or decoded at once, in whole lines, and the octets they stand for.
const BATCH_CHARS: usize = LINE_CHARS * 128;
const BATCH_OCTETS: usize = LINE_OCTETS * 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn armor_reads_as_it_was_written_whatever_the_pieces() {
        let octets: Vec<u8> = (0..20_000_u32).map(|n| 0xc0 | (n * 7 % 64) as u8).collect();
        for length in (0..200).chain([20_000]) {
            for (piece, checksum) in
                [(1, true), (47, false), (48, true), (49, false), (1_000, true), (20_000, false)]
            {
                let mut armor = Armor::of_message(length, checksum);
                octets[..length].chunks(piece).for_each(|piece| armor.write(piece));
                let text = armor.finish();
                assert_eq!(text.windows(2).any(|two| two == b"\n="), checksum, "{length}");
                assert!(text.split(|c| *c == b'\n').all(|line| line.len() <= 64));
                let read = dearmor(&text, Block::Message);
                assert_eq!(read.as_deref(), Ok(&octets[..length]), "{length} by {piece}");
            }
        }
    }

    #[test]
    fn armor_of_others_is_read_and_anything_around_it_is_not() {
        let (begin, end) = ("-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----");
        let ok = |text: &str| Ok(Cow::Owned(text.as_bytes().to_vec()));
        for (name, text, expected) in [
            ("plain", format!("{begin}\n\nYWJj\n{end}\n"), ok("abc")),
            ("CRLF", format!("{begin}\r\n\r\nYWJj\r\n{end}\r\n"), ok("abc")),
            ("checksum", format!("{begin}\n\nYWJj\n=AAAA\n{end}\n"), ok("abc")),
            ("headers", format!("{begin}\nVersion: x\nHash: y\n\nYWJj\n{end}"), ok("abc")),
            ("no empty line", format!("{begin}\nYWJj\n{end}"), ok("abc")),
            ("white space around", format!("\n \n{begin} \n\nYWJj\n{end}\n \n"), ok("abc")),
            ("no end", format!("{begin}\n\nYWJj\n"), Err(NoArmor::Broken)),
            ("text before", format!("x\n{begin}\n\nYWJj\n{end}\n"), Err(NoArmor::Other)),
            ("text after", format!("{begin}\n\nYWJj\n{end}\nx"), Err(NoArmor::Broken)),
            ("twice", format!("{begin}\n\nYWJj\n{end}\n{begin}\n\nYWJj\n{end}\n"), {
                Err(NoArmor::Broken)
            }),
            ("data after the checksum", format!("{begin}\n\nYWJj\n=AAAA\nYWJj\n{end}"), {
                Err(NoArmor::Broken)
            }),
            ("another label", "-----BEGIN PGP X-----\n\nYWJj\n".to_owned(), Err(NoArmor::Other)),
            ("nothing", String::new(), Err(NoArmor::Other)),
        ] {
            assert_eq!(dearmor(text.as_bytes(), Block::Message), expected, "{name}");
        }
    }
}
