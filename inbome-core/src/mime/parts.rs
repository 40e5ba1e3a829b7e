//! MIME parts as they stand in a mail (RFC 2045, RFC 2046): the exact octets of each, found by
//! delimiter lines alone.
//!
//! Parts are found one after the other and only when asked for, at most [`MAX_PARTS`] of a body;
//! nothing here recurses. Transfer encodings are mailparse's. Not here: what a part means, and
//! how deep anybody looks.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::content_type::{ContentType, count_params};
use super::envelope::{Envelope, Spot, bounded_section, cut};
use super::fields::{Items, blank_line};
use crate::header::RawField;
use crate::limits::{Limit, MAX_HEADER_BYTES, MAX_PARTS};

/// Octets of a boundary. RFC 2046 §5.1.1 says 70; some programs write more.
const MAX_BOUNDARY_BYTES: usize = 256;
/// Octets of a body, as it travels, that tell what it begins with.
pub(super) const BEGINNING_BYTES: usize = 256;

/// One entity: a header section and a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// All its octets.
    pub(super) whole: &'a [u8],
    pub(super) header: &'a [u8],
    /// What follows the blank line.
    pub(super) body: &'a [u8],
    content_type: Spot<'a>,
    encoding: Spot<'a>,
}

impl<'a> Part<'a> {
    pub(super) fn parse(whole: &'a [u8]) -> Result<Self, Limit> {
        Self::bounded(whole, MAX_HEADER_BYTES)
    }

    /// As [`Part::parse`], with a header section of at most `max_bytes`.
    pub(super) fn bounded(whole: &'a [u8], max_bytes: usize) -> Result<Self, Limit> {
        let mut part = Self { whole, ..Self::default() };
        let (header, rest) = bounded_section(whole, max_bytes, |item| {
            if &item.start() == b"cont"
                && let Some(field) = item.field()
            {
                part.note(&field);
            }
        })?;
        let blank = blank_line(rest).map_or(0, <[u8]>::len);
        (part.header, part.body) = (header, rest.get(blank..).unwrap_or_default());
        Ok(part)
    }

    fn note(&mut self, field: &RawField<'a>) {
        if field.is("Content-Type") {
            self.content_type.note(field.value);
        } else if field.is("Content-Transfer-Encoding") {
            self.encoding.note(field.value);
        }
    }

    /// The mail itself, without a second look at its header.
    pub(super) fn of(envelope: &Envelope<'a>) -> Self {
        Self {
            whole: envelope.whole,
            header: envelope.header(),
            body: envelope.body(),
            content_type: envelope.known.content_type,
            encoding: envelope.known.encoding,
        }
    }

    /// Whether the blank line that ends the header section is there.
    pub(super) fn is_closed(&self) -> bool {
        self.header.len() < self.whole.len()
    }

    /// The fields with this name.
    pub(super) fn fields(&self, name: &str) -> impl Iterator<Item = RawField<'a>> {
        Items::new(self.header).filter_map(|item| item.field()).filter(move |field| field.is(name))
    }

    /// The type; `None` if there are several, for then every program sees another one.
    pub(super) fn content_type(&self) -> Option<ContentType<'a>> {
        let value = self.content_type.at_most_one()?.unwrap_or(b"text/plain");
        Some(ContentType::parse(cut(value)))
    }

    /// Whether the type is `main/sub`.
    pub(super) fn is(&self, main: &str, sub: &str) -> bool {
        self.content_type().is_some_and(|found| found.is(main, sub))
    }

    /// Whether it is meant to be saved rather than shown.
    pub(super) fn is_attachment(&self) -> bool {
        self.fields("Content-Disposition").any(|field| {
            let value = field.value.trim_ascii_start();
            value.get(..10).is_some_and(|word| word.eq_ignore_ascii_case(b"attachment"))
        })
    }

    /// How the body is encoded; `None` if that is unknown or said twice.
    pub(super) fn encoding(&self) -> Option<Encoding> {
        let value = self.encoding.at_most_one()?.unwrap_or(b"7bit");
        // It has the grammar of a media type without its second half, comments included.
        Encoding::of(ContentType::parse(cut(value)).main())
    }

    /// The body, decoded.
    pub(super) fn decoded(&self) -> Option<Cow<'a, [u8]>> {
        self.encoding()?.decoded(self.body)
    }

    /// The body, decoded as far as it is there: its end may be missing.
    pub(super) fn decoded_as_far(&self) -> Option<Cow<'a, [u8]>> {
        let encoding = self.encoding()?;
        match encoding.decoded(self.body) {
            None if encoding == Encoding::Base64 => Some(decoded_groups(self.body)),
            decoded => decoded,
        }
    }

    /// The beginning of the body, decoded: some hundred octets of it, whatever follows.
    pub(super) fn beginning(&self) -> Cow<'a, [u8]> {
        let Some(encoding) = self.encoding() else { return Cow::Borrowed(&[]) };
        let body = self.body.trim_ascii_start();
        let window = body.get(..BEGINNING_BYTES).unwrap_or(body);
        if encoding != Encoding::Base64 {
            return encoding.decoded(window).unwrap_or_default();
        }
        decoded_groups(window)
    }

    /// The parts of a multipart; `None` if it has no boundary, or more than one.
    pub(super) fn children(&self) -> Option<Parts<'a>> {
        let value = cut(self.content_type.at_most_one()??);
        if count_params(value, "boundary") != 1 {
            return None;
        }
        let boundary = ContentType::parse(value).param("boundary")?;
        let boundary = boundary.trim_end_matches([' ', '\t']);
        // Percent-encoded, it could even hold a line end.
        let is_line = !boundary.contains(|c: char| c.is_control());
        if boundary.is_empty() || boundary.len() > MAX_BOUNDARY_BYTES || !is_line {
            return None;
        }
        Some(Parts::new(self.body, boundary))
    }
}

/// Base64 that may break off anywhere. Only groups of four characters can be decoded, wherever the
/// lines end.
fn decoded_groups(body: &[u8]) -> Cow<'static, [u8]> {
    let mut letters: Vec<u8> =
        body.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    letters.truncate(letters.len() & !3);
    Cow::Owned(Encoding::Base64.decoded(&letters).unwrap_or_default().into_owned())
}

/// How a body travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// `7bit`, `8bit` and `binary`.
    Identity,
    Base64,
    QuotedPrintable,
}

impl Encoding {
    fn of(word: &[u8]) -> Option<Self> {
        let is = |known: &[u8]| word.eq_ignore_ascii_case(known);
        if is(b"7bit") || is(b"8bit") || is(b"binary") {
            Some(Self::Identity)
        } else if is(b"base64") {
            Some(Self::Base64)
        } else if is(b"quoted-printable") {
            Some(Self::QuotedPrintable)
        } else {
            None
        }
    }
}

impl Encoding {
    /// `body`, decoded.
    fn decoded(self, body: &[u8]) -> Option<Cow<'_, [u8]>> {
        let encoding = match self {
            Self::Identity => return Some(Cow::Borrowed(body)),
            Self::Base64 => "base64",
            Self::QuotedPrintable => "quoted-printable",
        };
        let any = mailparse::parse_content_type("text/plain");
        match mailparse::body::Body::new(body, &any, &Some(encoding.to_owned())) {
            mailparse::body::Body::Base64(body) | mailparse::body::Body::QuotedPrintable(body) => {
                body.get_decoded().ok().map(Cow::Owned)
            }
            _ => None,
        }
    }
}

/// The parts of a body in order, without preamble and epilogue. A part that is past the limits of
/// a header section ends them.
#[derive(Debug, Clone)]
pub(super) struct Parts<'a> {
    /// What follows the last delimiter line; nothing behind the closing one.
    rest: Option<&'a [u8]>,
    delimiter: Vec<u8>,
    left: usize,
    /// The part given last ended with the octets, and not at a delimiter line.
    cut: bool,
}

impl<'a> Parts<'a> {
    fn new(body: &'a [u8], boundary: &str) -> Self {
        let delimiter = [b"--", boundary.as_bytes()].concat();
        let first = find(body, &delimiter);
        let cut = first.is_none();
        Self { rest: first.and_then(|(_, after)| after), delimiter, left: MAX_PARTS, cut }
    }

    /// Whether the part given last ended with the octets rather than at a delimiter line; at first,
    /// whether there is no such line.
    pub(super) const fn is_cut(&self) -> bool {
        self.cut
    }

    /// All parts if there are `N` of them, neither more nor fewer.
    pub(super) fn exactly<const N: usize>(self) -> Option<[Part<'a>; N]> {
        let parts: Vec<_> = self.take(N.saturating_add(1)).collect();
        parts.try_into().ok()
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let rest = self.rest.take()?;
        self.left = self.left.checked_sub(1)?;
        let whole = match find(rest, &self.delimiter) {
            Some((before, after)) => {
                self.rest = after;
                without_line_end(before)
            }
            // RFC 2046 §5.1.2: the end of the enclosing part ends it as well.
            None => {
                self.cut = true;
                rest
            }
        };
        Part::parse(whole).ok()
    }
}

/// What stands before the first delimiter line, and what follows it unless it closes the body.
fn find<'a>(octets: &'a [u8], delimiter: &[u8]) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    memmem::find_iter(octets, delimiter).find_map(|at| {
        let (before, line) = octets.split_at_checked(at)?;
        if !(before.is_empty() || before.ends_with(b"\n")) {
            return None;
        }
        let tail = line.get(delimiter.len()..)?;
        let end = memchr(b'\n', tail).map_or(tail.len(), |at| at.saturating_add(1));
        let (tail, after) = tail.split_at_checked(end)?;
        let close = tail.strip_prefix(b"--");
        // Blanks behind a boundary are transport's doing; anything else makes it another line.
        close.unwrap_or(tail).trim_ascii().is_empty().then_some((
            before,
            match close {
                Some(_) => None,
                None => Some(after),
            },
        ))
    })
}

/// The line end before a delimiter line belongs to the delimiter.
fn without_line_end(octets: &[u8]) -> &[u8] {
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    octets.strip_suffix(b"\r").unwrap_or(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(mail: &str) -> Option<Vec<&str>> {
        let part = Part::parse(mail.as_bytes()).expect("within the limits");
        let text = |part: Part<'_>| {
            let at = part.body.as_ptr() as usize - mail.as_ptr() as usize;
            &mail[at..at + part.body.len()]
        };
        part.children().map(|parts| parts.map(text).collect())
    }

    #[test]
    fn parts_are_what_stands_between_delimiter_lines() {
        for (name, body, expected) in [
            ("one", "--b\n\nx\n--b--\n", &["x"][..]),
            ("CRLF", "--b\r\n\r\nx\r\n--b--\r\n", &["x"]),
            ("two", "--b\n\nx\n--b\n\ny\n\n--b--", &["x", "y\n"]),
            ("preamble and epilogue", "hi\n--b\n\nx\n--b--\n--b\n\nz\n", &["x"]),
            ("blanks behind", "--b \t\n\nx\n--b-- \n", &["x"]),
            ("never closed", "--b\n\nx\n", &["x\n"]),
            (
                "longer boundary",
                "--b\n\nx\n--bb\n--b-\n--b--x\n--b--\n",
                &["x\n--bb\n--b-\n--b--x"],
            ),
            ("not at a line's start", "--b\n\nx --b\n --b\n--b--\n", &["x --b\n --b"]),
            ("empty part", "--b\n--b\n\n--b--\n", &["", ""]),
            ("header alone", "--b\nA: b\n--b--\n", &[""]),
            ("no blank line before the body", "--b\nA: b\n\n\nx\n--b--", &["\nx"]),
            ("none", "x\n--c\n", &[]),
            ("closed at once", "--b--\n\n--b\n\nx", &[]),
            ("lone CR", "--b\n\nx\r--b\n--b--\n", &["x\r--b"]),
        ] {
            let mail = format!("Content-Type: multipart/mixed; boundary=b\n\n{body}");
            assert_eq!(bodies(&mail).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn a_boundary_that_programs_would_disagree_on_is_none() {
        for (name, field, found) in [
            ("one", "Content-Type: multipart/mixed; boundary=\"b\"", true),
            ("blank at the end", "Content-Type: multipart/mixed; boundary=\"b \"", true),
            ("continued", "Content-Type: multipart/mixed; boundary*=utf-8''b", true),
            ("two", "Content-Type: multipart/mixed; boundary=b; Boundary=c", false),
            ("two fields", "Content-Type: a/b; boundary=b\nContent-Type: a/b; boundary=b", false),
            ("none", "Content-Type: multipart/mixed", false),
            ("empty", "Content-Type: multipart/mixed; boundary=\"\"", false),
            ("a line end in it", "Content-Type: a/b; boundary*=utf-8''b%0A", false),
            ("no type", "Subject: boundary=b", false),
        ] {
            let mail = format!("{field}\n\n--b\n\nx\n--b--\n");
            assert_eq!(bodies(&mail).is_some_and(|found| found == ["x"]), found, "{name}");
        }
    }

    #[test]
    fn bodies_are_decoded_as_their_one_encoding_says() {
        for (name, encoding, body, decoded) in [
            ("none", "X: y", "a=3D\n", Some("a=3D\n")),
            ("8bit", "Content-Transfer-Encoding: 8BIT (c)", "a=3D", Some("a=3D")),
            ("quoted", "Content-Transfer-Encoding: Quoted-Printable", "a=3D=\r\nb", Some("a=b")),
            ("base64", "content-transfer-encoding:base64\n ", "YT\n0=\n", Some("a=")),
            ("bad base64", "Content-Transfer-Encoding: base64", "Y!", None),
            ("unknown", "Content-Transfer-Encoding: x-uuencode", "a", None),
            (
                "two",
                "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64",
                "YT0=",
                None,
            ),
        ] {
            let mail = format!("{encoding}\n\n{body}");
            let part = Part::parse(mail.as_bytes()).expect("within the limits");
            assert_eq!(part.decoded().as_deref(), decoded.map(str::as_bytes), "{name}");
        }
    }

    #[test]
    fn no_more_than_a_thousand_parts_are_looked_at() {
        let body = "--b\n\nx\n".repeat(MAX_PARTS * 10);
        let mail = format!("Content-Type: multipart/mixed; boundary=b\n\n{body}--b--\n");
        assert_eq!(bodies(&mail).map(|bodies| bodies.len()), Some(MAX_PARTS));
    }
}
