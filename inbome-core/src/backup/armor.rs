//! The armor in a setup part: written with its header lines, read wherever it is.
//!
//! Programs wrap it in HTML, break its lines anew, or leave text before and after it. Not here: the
//! armor of ordinary messages, around which nothing may stand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

/// What an armored message says of itself, and its binary form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Armored {
    /// The binary message.
    pub(super) octets: Vec<u8>,
    /// The header lines, in order.
    headers: Vec<(String, String)>,
}

impl Armored {
    /// The first armored message in `text`.
    pub(super) fn find(text: &[u8]) -> Option<Self> {
        let begin = memmem::find(text, BEGIN)?.checked_add(BEGIN.len())?;
        let rest = text.get(begin..)?;
        let end = memmem::find(rest, END)?;
        let (headers, data) = split_headers(rest.get(..end)?);
        Some(Self { octets: decode(data)?, headers })
    }

    /// The value of the header line with this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        value_of(&self.headers, name)
    }
}

/// The value of a header line in the first armor of any kind in `text`.
pub(super) fn header_in(text: &[u8], name: &str) -> Option<String> {
    let begin = memmem::find(text, b"-----BEGIN PGP ")?;
    let rest = text.get(begin..)?;
    let line = memchr::memchr(b'\n', rest)?;
    let (headers, _) = split_headers(rest.get(line..)?);
    value_of(&headers, name).map(str::to_owned)
}

fn value_of<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.as_str())
}

/// Adds header lines to armor whose lines end in LF.
pub(super) fn with_headers(armor: &[u8], headers: &[(&str, &str)]) -> Vec<u8> {
    let first = memchr::memchr(b'\n', armor).map_or(armor.len(), |at| at.saturating_add(1));
    let (first, rest) = armor.split_at_checked(first).unwrap_or((armor, b""));
    let added = headers.iter().map(|(name, value)| name.len().saturating_add(value.len()));
    let size = added.fold(armor.len(), |sum, len| sum.saturating_add(len).saturating_add(4));
    let mut out = Vec::with_capacity(size);
    out.extend_from_slice(first);
    for (name, value) in headers {
        for piece in [name, ": ", value, "\n"] {
            out.extend_from_slice(piece.as_bytes());
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The header lines at the beginning, and what follows them: lines with a colon, which base64 never
/// has. The first line is what follows the dashes.
fn split_headers(text: &[u8]) -> (Vec<(String, String)>, &[u8]) {
    let mut headers = Vec::new();
    let mut rest = text;
    while headers.len() < MAX_HEADERS {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at.saturating_add(1));
        let Some((line, after)) = rest.split_at_checked(end).filter(|_| end > 0) else { break };
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        match line.split_once(':') {
            Some((name, value)) => {
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            None if line.is_empty() => {}
            None => break,
        }
        rest = after;
    }
    (headers, rest)
}

/// Base64 with anything that is none of its letters between them, tags of HTML whole, and a checksum
/// that protects nothing.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut letters = Vec::with_capacity(text.len());
    let mut in_tag = false;
    for octet in text {
        match octet {
            b'<' => in_tag = true,
            b'>' => in_tag = false,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' if !in_tag => {
                letters.push(*octet);
            }
            _ if in_tag || octet.is_ascii_whitespace() => {}
            _ => return None,
        }
    }
    let data = letters.iter().position(|letter| *letter == b'=').unwrap_or(letters.len());
    let padding = match data % 4 {
        0 => 0,
        2 => 2,
        3 => 1,
        _ => return None,
    };
    let end = data.checked_add(padding)?;
    match letters.get(end..)? {
        [] => {}
        [b'=', sum @ ..] if sum.len() == 4 && !sum.contains(&b'=') => {}
        _ => return None,
    }
    STANDARD.decode(letters.get(..end)?).ok()
}

const BEGIN: &[u8] = b"-----BEGIN PGP MESSAGE-----";
const END: &[u8] = b"-----END PGP MESSAGE-----";
const MAX_HEADERS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn armor_is_found_in_whatever_surrounds_it() {
        let plain = "-----BEGIN PGP MESSAGE-----\nPassphrase-Begin: 17\n\nYWJjZA==\n=abcd\n\
                     -----END PGP MESSAGE-----\n";
        for (name, text, found) in [
            ("plain", plain.to_owned(), true),
            ("CRLF", plain.replace('\n', "\r\n"), true),
            ("in HTML", format!("<html><body><pre>\n{plain}</pre></body></html>"), true),
            ("broken with tags", plain.replace("YWJjZA", "YW<br>\nJjZA"), true),
            ("every letter on a line", plain.replace("YWJjZA", "Y\nW\nJ\nj\nZ\nA"), true),
            ("checksum on the same line", plain.replace("==\n=abcd", "== =abcd"), true),
            ("no checksum", plain.replace("=abcd\n", ""), true),
            ("no empty line", plain.replace("\n\n", "\n"), true),
            ("blanks on the empty line", plain.replace("\n\n", "\n \t\n"), true),
            ("text after", format!("{plain}and more\n{plain}"), true),
            ("no end", plain.replace("END", "FIN"), false),
            ("strange letters", plain.replace("YW", "Y!"), false),
            ("one letter too few", plain.replace("YWJjZA==", "YWJjZ"), false),
            ("data after the checksum", plain.replace("=abcd", "=abcdYWJj"), false),
            ("a key", plain.replace("MESSAGE", "PRIVATE KEY BLOCK"), false),
            ("nothing", String::new(), false),
        ] {
            let armored = Armored::find(text.as_bytes());
            assert_eq!(armored.is_some(), found, "{name}");
            let Some(armored) = armored else { continue };
            assert_eq!(armored.octets, b"abcd", "{name}");
            assert_eq!(armored.header("passphrase-begin"), Some("17"), "{name}");
            assert_eq!(armored.header("Passphrase-Format"), None, "{name}");
        }
    }

    #[test]
    fn headers_are_written_after_the_first_line() {
        let armor = b"-----BEGIN PGP MESSAGE-----\n\nYWJj\n-----END PGP MESSAGE-----\n";
        let written = with_headers(armor, &[("A", "1"), ("B", "2")]);
        assert!(written.starts_with(b"-----BEGIN PGP MESSAGE-----\nA: 1\nB: 2\n\nYWJj\n"));
        assert_eq!(header_in(&written, "b").as_deref(), Some("2"));
        assert_eq!(header_in(&written, "c"), None);
        assert_eq!(header_in(b"nothing", "c"), None);
    }
}
