//! The addresses in `From`, `To` and their like (RFC 5322 §3.4, with the obsolete forms).
//!
//! One pass over raw octets. Display names and comments are passed over and never decoded: an
//! encoded word can neither cost time nor become an address. mailparse is not used here: it
//! refuses a whole list for one bad mailbox, refuses quoted local parts, and ends comments at the
//! first `)`. Not here: which octets make an address, which `addr` decides.

use std::borrow::Cow;

use crate::header::unfold;

/// What one element of a list is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry<'a> {
    /// A mailbox, its address as it stands in the field.
    Mailbox { addr: Cow<'a, [u8]>, in_group: bool },
    /// Text without an address, such as the first half of an unquoted `Doe, John <j@e.org>`.
    Words(&'a [u8]),
}

/// The address in a field that is as nearly all are: an address alone, or words and an address in
/// angle brackets, with nothing in it that asks for care. What [`Entries`] finds in it is the same.
pub(super) fn plain_mailbox(value: &[u8]) -> Option<&[u8]> {
    let careful =
        |octet: &u8| matches!(octet, b'"' | b'(' | b')' | b',' | b';' | b':' | b'[' | b']' | b'\\');
    let value = value.trim_ascii();
    // Without an early end, so that many octets are looked at together.
    if value.iter().fold(false, |found, octet| found | careful(octet)) {
        return None;
    }
    let addr = match memchr::memchr(b'<', value).and_then(|open| value.split_at_checked(open)) {
        Some((_, angle)) => angle.strip_prefix(b"<")?.strip_suffix(b">")?,
        None => value,
    };
    let plain = |octet: &u8| octet.is_ascii_graphic() && !matches!(octet, b'<' | b'>');
    (addr.contains(&b'@') && addr.iter().all(plain)).then_some(addr)
}

/// The elements of an address list, groups opened.
#[derive(Debug, Clone)]
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    in_group: bool,
    /// A group was opened so far, be it an empty one.
    pub(super) any_group: bool,
}

impl<'a> Entries<'a> {
    pub(super) const fn new(value: &'a [u8]) -> Self {
        Self { rest: value, in_group: false, any_group: false }
    }

    /// Takes one token off `rest`.
    fn token(&mut self, after_at: bool) -> Option<(Token, &'a [u8])> {
        let first = *self.rest.first()?;
        let (token, len) = match first {
            b'"' => (Token::Text, quoted_len(self.rest)),
            b'(' => (Token::Comment, comment_len(self.rest)),
            b'<' => (Token::Angle, angle_len(self.rest)),
            // Only a domain can be a literal; elsewhere a bracket is part of a name.
            b'[' if after_at => (Token::Text, literal_len(self.rest)),
            b',' => (Token::Comma, 1),
            b';' => (Token::Semicolon, 1),
            b':' => (Token::Colon, 1),
            b'@' => (Token::At, 1),
            b' ' | b'\t' | b'\r' | b'\n' => (Token::Blank, 1),
            b'\\' => (Token::Text, 2),
            _ => (Token::Text, plain_len(self.rest)),
        };
        let (token_octets, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        self.rest = rest;
        Some((token, token_octets))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Text,
    At,
    Blank,
    Comment,
    Angle,
    Comma,
    Semicolon,
    Colon,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            let start = self.rest;
            let in_group = self.in_group;
            let mut seen = Seen::default();
            let mut text_end = start.len();
            let mut last = None;
            while let Some((token, octets)) = self.token(last == Some(Token::At)) {
                match token {
                    Token::Angle => {
                        // What stood before it is a display name, also if it looks like an address.
                        return Some(Entry::Mailbox { addr: inside_angle(octets), in_group });
                    }
                    Token::Comma | Token::Semicolon => {
                        self.in_group &= token == Token::Comma;
                        text_end = start.len().saturating_sub(self.rest.len()).saturating_sub(1);
                        break;
                    }
                    // A colon behind an `@` is no group's name.
                    Token::Colon if !seen.at && !self.in_group => {
                        (self.in_group, self.any_group) = (true, true);
                        seen.group = true;
                        break;
                    }
                    Token::Comment => seen.comment = true,
                    Token::At => (seen.at, seen.text) = (true, true),
                    Token::Text | Token::Colon => seen.text = true,
                    Token::Blank => {}
                }
                if token != Token::Blank {
                    last = Some(token);
                }
            }
            let text = start.get(..text_end).unwrap_or_default();
            if seen.group || !seen.text {
                if self.rest.is_empty() {
                    return None;
                }
            } else if seen.at {
                let addr = if seen.comment { without_comments(text) } else { unfold(text) };
                return Some(Entry::Mailbox { addr: trimmed(addr), in_group });
            } else {
                return Some(Entry::Words(text));
            }
        }
    }
}

#[derive(Debug, Default)]
struct Seen {
    text: bool,
    at: bool,
    comment: bool,
    group: bool,
}

/// `<…>` without the brackets, comments and an obsolete route. Without a closing bracket it stays
/// as it is, which is no address.
fn inside_angle(angle: &[u8]) -> Cow<'_, [u8]> {
    let Some(inside) = angle.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">")) else {
        return Cow::Borrowed(angle);
    };
    let addr =
        trimmed(if inside.contains(&b'(') { without_comments(inside) } else { unfold(inside) });
    match addr {
        Cow::Borrowed([b'@', route @ ..]) => match memchr::memchr(b':', route) {
            Some(colon) => Cow::Borrowed(route.get(colon.saturating_add(1)..).unwrap_or_default()),
            None => addr,
        },
        other => other,
    }
}

fn without_comments(text: &[u8]) -> Cow<'_, [u8]> {
    let mut kept = Vec::with_capacity(text.len());
    let mut tokens = Entries::new(text);
    while let Some((token, octets)) = tokens.token(false) {
        if token != Token::Comment {
            kept.extend_from_slice(octets);
        }
    }
    Cow::Owned(unfold(&kept).into_owned())
}

fn trimmed(addr: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match addr {
        Cow::Borrowed(octets) => Cow::Borrowed(octets.trim_ascii()),
        Cow::Owned(octets) => Cow::Owned(octets.trim_ascii().to_vec()),
    }
}

/// The length of the quoted string at the start of `octets`, to the end if it never closes.
pub(super) fn quoted_len(octets: &[u8]) -> usize {
    let mut escaped = false;
    let close = octets.iter().skip(1).position(|octet| match octet {
        _ if escaped => {
            escaped = false;
            false
        }
        b'\\' => {
            escaped = true;
            false
        }
        octet => *octet == b'"',
    });
    close.map_or(octets.len(), |at| at.saturating_add(2))
}

/// The length of the comment at the start of `octets`, nested ones included.
pub(super) fn comment_len(octets: &[u8]) -> usize {
    let mut escaped = false;
    let mut depth = 0_usize;
    let close = octets.iter().position(|octet| {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    close.map_or(octets.len(), |at| at.saturating_add(1))
}

/// The length of the text at the start of `octets` up to what may mean something, at least 1.
fn plain_len(octets: &[u8]) -> usize {
    let special = |octet: &u8| {
        matches!(
            octet,
            b'"' | b'('
                | b'<'
                | b'['
                | b','
                | b';'
                | b':'
                | b'@'
                | b'\\'
                | b' '
                | b'\t'
                | b'\r'
                | b'\n'
        )
    };
    let rest = octets.get(1..).unwrap_or_default();
    rest.iter().position(special).unwrap_or(rest.len()).saturating_add(1)
}

/// The length of the `<…>` at the start of `octets`; a quoted `>` does not close it.
fn angle_len(octets: &[u8]) -> usize {
    let mut len = 1;
    while let Some(rest @ [first, ..]) = octets.get(len..) {
        let step = match first {
            b'>' => return len.saturating_add(1),
            b'"' => quoted_len(rest),
            _ => 1,
        };
        len = len.saturating_add(step);
    }
    octets.len()
}

fn literal_len(octets: &[u8]) -> usize {
    octets.iter().position(|octet| matches!(octet, b']' | b'<' | b',')).map_or(octets.len(), |at| {
        if octets.get(at) == Some(&b']') { at.saturating_add(1) } else { at.max(1) }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Entries, Entry, plain_mailbox};

    #[test]
    fn most_fields_are_plain() {
        for (value, addr) in [
            (" alice@example.org", Some("alice@example.org")),
            (" Alice\n <alice@example.org>\r\n", Some("alice@example.org")),
            (" =?UTF-8?Q?A_B?= <a@e.org> ", Some("a@e.org")),
            (" a@e.org <b@e.org>", Some("b@e.org")),
            (" \"Doe, J\" <j@e.org>", None),
            (" a@e.org, b@e.org", None),
            (" Alice", None),
            ("", None),
        ] {
            assert_eq!(plain_mailbox(value.as_bytes()), addr.map(str::as_bytes), "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_plain_is_read_the_same_with_care(value in "[ab@<>.\"(),;: \n\\\\\\[\\]]{0,12}") {
            if let Some(addr) = plain_mailbox(value.as_bytes()) {
                let all: Vec<Entry<'_>> = Entries::new(value.as_bytes()).collect();
                prop_assert_eq!(all, [Entry::Mailbox { addr: addr.into(), in_group: false }]);
            }
        }
    }
}
