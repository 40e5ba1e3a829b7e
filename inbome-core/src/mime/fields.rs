//! The fields of a header section, found by line ends and colons alone (RFC 5322 §2.2).
//!
//! LF and CRLF end lines, mixed too; a bare CR does not. Lines that are no fields are passed over
//! with the lines that continue them. Not here: the limits, which `envelope` applies.

use memchr::memchr;

use super::lines::LineEnds;
use crate::header::RawField;

/// One field, or a line that is none, with the lines that continue it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    /// All its octets, line ends included.
    pub(super) whole: &'a [u8],
}

impl<'a> Item<'a> {
    /// The field, if it is one.
    pub(super) fn field(&self) -> Option<RawField<'a>> {
        field(self.whole)
    }

    /// The first four octets, letters in lower case and other octets in no useful form: they tell most
    /// fields from those that are looked for. An item of fewer octets is no field with a value.
    pub(super) fn start(&self) -> [u8; 4] {
        self.whole.first_chunk().map_or([0; 4], |start| start.map(|octet| octet | 0x20))
    }
}

/// The items of a header section up to its blank line or its end.
#[derive(Debug, Clone)]
pub(super) struct Items<'a> {
    section: &'a [u8],
    /// Octets of the section that were taken.
    done: usize,
    ends: LineEnds<'a>,
}

impl<'a> Items<'a> {
    pub(super) const fn new(section: &'a [u8]) -> Self {
        Self { section, done: 0, ends: LineEnds::new(section) }
    }

    /// What has not been looked at; in the end the blank line and the body.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.section.get(self.done..).unwrap_or_default()
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let rest = self.rest();
        if rest.is_empty() || blank_line(rest).is_some() {
            return None;
        }
        // The first line and the lines that continue it.
        let section = self.section;
        let mut next_lines = self.ends.by_ref().map(|end| end.saturating_add(1));
        self.done = next_lines
            .find(|next| !matches!(section.get(*next), Some(b' ' | b'\t')))
            .unwrap_or(section.len());
        let whole = rest.get(..rest.len().saturating_sub(self.rest().len())).unwrap_or_default();
        Some(Item { whole })
    }
}

/// The line end at the start of `octets`.
pub(super) fn blank_line(octets: &[u8]) -> Option<&[u8]> {
    match octets {
        [b'\n', ..] => octets.get(..1),
        [b'\r', b'\n', ..] => octets.get(..2),
        _ => None,
    }
}

/// Whether `octets` begin as a MIME entity does: with a field, or with the blank line before a body.
pub(super) fn begins_as_entity(octets: &[u8]) -> bool {
    let begins_with_field = || Items::new(octets).next().is_some_and(|item| item.field().is_some());
    octets.is_empty() || blank_line(octets).is_some() || begins_with_field()
}

/// UTF-8's byte order mark, which some programs put before the mails that they save.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// `mail` without a leading mbox line, and without the byte order mark before or behind it.
pub(crate) fn without_marks(mail: &[u8]) -> &[u8] {
    let without = |octets| <[u8]>::strip_prefix(octets, BYTE_ORDER_MARK).unwrap_or(octets);
    without(without_mbox_line(without_count(without(mail))))
}

/// The mail in a file of Apple Mail's: a line with its length is before it, and a property list behind.
fn without_count(file: &[u8]) -> &[u8] {
    let digits = file.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let Some((count, rest)) = file.split_at_checked(digits) else { return file };
    let Some(mail) = memchr(b'\n', rest).and_then(|end| {
        let (blanks, mail) = rest.split_at_checked(end.saturating_add(1))?;
        blanks.trim_ascii().is_empty().then_some(mail)
    }) else {
        return file;
    };
    match std::str::from_utf8(count).ok().and_then(|count| count.parse().ok()) {
        Some(count) => mail.get(..count).unwrap_or(mail),
        None => file,
    }
}

/// Whether `octets` begin with a header field, as far as its first line tells.
#[cfg(feature = "fs")]
pub(crate) fn begins_with_field(octets: &[u8]) -> bool {
    let name =
        octets.iter().take_while(|octet| octet.is_ascii_graphic() && **octet != b':').count();
    let rest = octets.get(name..).unwrap_or_default();
    let blanks = rest.iter().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
    name > 0 && rest.get(blanks) == Some(&b':')
}

/// `mail` without a leading mbox line. `From :` begins a field in its obsolete form.
fn without_mbox_line(mail: &[u8]) -> &[u8] {
    let Some(rest) = mail.strip_prefix(b"From ") else { return mail };
    if rest.iter().find(|octet| !matches!(octet, b' ' | b'\t')) == Some(&b':') {
        return mail;
    }
    memchr(b'\n', mail).and_then(|end| mail.get(end.saturating_add(1)..)).unwrap_or_default()
}

/// Where the header section at the start of `buffer` ends, its blank line included; `None` if
/// more must be read. For readers that take a file piece by piece.
///
/// The first octets of `buffer` must be those of the mail, a leading mbox line included.
#[must_use]
pub fn header_end(buffer: &[u8]) -> Option<usize> {
    let lines = LineEnds::new(buffer).map(|end| end.saturating_add(1));
    std::iter::once(0).chain(lines).find_map(|start| {
        let line = blank_line(buffer.get(start..)?)?;
        start.checked_add(line.len())
    })
}

fn field(whole: &[u8]) -> Option<RawField<'_>> {
    let raw = match whole.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => whole,
    };
    let (name, mut rest) = raw.split_at_checked(name_len(raw)?)?;
    // Blanks before the colon are an obsolete form that real mail has.
    while let [b' ' | b'\t', more @ ..] = rest {
        rest = more;
    }
    let value = rest.strip_prefix(b":")?;
    (!name.is_empty()).then_some(RawField { name, raw, value })
}

/// Octets before the first that ends a name: a colon, or one that is not visible ASCII. `None` if
/// there is no such octet.
fn name_len(raw: &[u8]) -> Option<usize> {
    let (mut rest, mut len) = (raw, 0_usize);
    // Eight octets at once: a scan looks at some hundreds of each mail.
    while let Some((octets, more)) = rest.split_first_chunk::<8>() {
        let ends = name_ends_in(u64::from_le_bytes(*octets));
        if ends != 0 {
            return len.checked_add(usize::try_from(ends.trailing_zeros() / 8).ok()?);
        }
        (rest, len) = (more, len.saturating_add(8));
    }
    let ends = |octet: &u8| *octet == b':' || !octet.is_ascii_graphic();
    len.checked_add(rest.iter().position(ends)?)
}

/// Bits of which the lowest is in the first of eight octets that ends a name; 0 if none does. The
/// first octet is the lowest.
const fn name_ends_in(octets: u64) -> u64 {
    let blank_or_control = below(octets, 0x21);
    let colon = below(octets ^ every(b':'), 1);
    let delete = below(octets ^ every(0x7F), 1);
    (blank_or_control | colon | delete | octets) & every(0x80)
}

/// Sets the high bit of octets below `limit`; other bits mean nothing. A difference borrows from the
/// next octet, so that it may be wrong above the first of them.
const fn below(octets: u64, limit: u8) -> u64 {
    octets.wrapping_sub(every(limit)) & !octets
}

const fn every(octet: u8) -> u64 {
    u64::from_ne_bytes([octet; 8])
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::name_len;

    proptest! {
        #[test]
        fn a_name_ends_where_it_does_octet_by_octet(
            name in vec(0x21_u8..0x7F, 0..30),
            rest in vec(any::<u8>(), 0..12),
        ) {
            let name: Vec<u8> = name.into_iter().filter(|octet| *octet != b':').collect();
            let raw = [name, rest].concat();
            let ends = |octet: &u8| *octet == b':' || !octet.is_ascii_graphic();
            prop_assert_eq!(name_len(&raw), raw.iter().position(ends));
        }
    }
}
