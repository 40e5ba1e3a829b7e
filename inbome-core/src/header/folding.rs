//! Folding: lines of a field put together, and a long field cut into lines.
//!
//! Implements RFC 5322 §2.2.3 and the line length of Discovery §2.1 (under 78 columns).

use std::borrow::Cow;

/// Columns of a written line, without its line end.
const MAX_COLUMNS: usize = 77;
/// Columns of key data on a line of their own, after one blank.
const DATA_COLUMNS: usize = 76;

/// `value` without the line ends of its folds; the blanks after them stay.
#[must_use]
pub fn unfold(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\n', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut line = Vec::with_capacity(value.len());
    for piece in value.split_inclusive(|octet| *octet == b'\n') {
        let text = piece.strip_suffix(b"\n").unwrap_or(piece);
        let text =
            if text.len() < piece.len() { text.strip_suffix(b"\r").unwrap_or(text) } else { text };
        line.extend_from_slice(text);
    }
    Cow::Owned(line)
}

/// The value of a field while it is written, folded with CRLF and a blank.
pub(super) struct Folded {
    value: String,
    column: usize,
}

impl Folded {
    /// A value that will follow `name`, a colon and a blank.
    pub(super) const fn after(name: &str) -> Self {
        Self { value: String::new(), column: name.len().saturating_add(2) }
    }

    /// Adds `name=value;` on this line or the next; a value too long for either begins a line.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        let width = columns(name).saturating_add(columns(value)).saturating_add(2);
        if !self.value.is_empty() {
            if self.column.saturating_add(1).saturating_add(width) <= MAX_COLUMNS {
                self.push(" ");
            } else {
                self.fold();
            }
        }
        self.push(name);
        self.push("=");
        let rest = columns(value).saturating_add(1);
        if self.column.saturating_add(rest) > MAX_COLUMNS {
            self.fold();
        }
        self.push(value);
        self.push(";");
    }

    /// Adds `name=` and, on lines of their own, the key data. Nothing can follow.
    pub(super) fn key(mut self, name: &str, data: &str) -> String {
        let width = columns(name).saturating_add(2);
        if self.column.saturating_add(width) <= MAX_COLUMNS {
            self.push(" ");
        } else {
            self.fold();
        }
        self.push(name);
        self.push("=");
        let mut rest = data;
        while !rest.is_empty() {
            let (line, more) = rest.split_at_checked(DATA_COLUMNS).unwrap_or((rest, ""));
            self.fold();
            self.push(line);
            rest = more;
        }
        self.value
    }

    fn fold(&mut self) {
        self.value.push_str("\r\n ");
        self.column = 1;
    }

    fn push(&mut self, text: &str) {
        self.value.push_str(text);
        self.column = self.column.saturating_add(columns(text));
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfolding_drops_line_ends_and_nothing_else() {
        for (name, folded, unfolded) in [
            ("one line", " a  b", " a  b"),
            ("CRLF", "a\r\n b", "a b"),
            ("LF", "a\n\tb", "a\tb"),
            ("mixed", "a\r\n b\n c", "a b c"),
            ("bare CR stays", "a\rb\r\n c", "a\rb c"),
            ("trailing CR stays", "a\n b\r", "a b\r"),
        ] {
            assert_eq!(unfold(folded.as_bytes()).as_ref(), unfolded.as_bytes(), "{name}");
        }
    }
}
