//! The value of a `Content-Type` field (RFC 2045 §5.1, RFC 2231).
//!
//! The type is compared without allocating, since it is asked for every mail; parameters are read
//! by mailparse when one is wanted, without the comments that it would keep.

use super::mailbox::{comment_len, quoted_len};
use crate::header::unfold;

/// The type of a body. Without a `Content-Type` field it is `text/plain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentType<'a> {
    main: &'a [u8],
    sub: &'a [u8],
    value: &'a [u8],
}

impl<'a> ContentType<'a> {
    /// From the folded value of the field.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Self {
        let (main, rest) = token(value);
        let (slash, rest) = skip_blanks(rest).split_at_checked(1).unwrap_or_default();
        let sub = if slash == b"/" { token(rest).0 } else { &[] };
        Self { main, sub, value }
    }

    /// Whether this is `main/sub`, without case.
    #[must_use]
    pub fn is(&self, main: &str, sub: &str) -> bool {
        self.main.eq_ignore_ascii_case(main.as_bytes())
            && self.sub.eq_ignore_ascii_case(sub.as_bytes())
    }

    /// What stands before the slash.
    pub(super) const fn main(&self) -> &'a [u8] {
        self.main
    }

    /// Whether this is a multipart of any kind.
    pub(super) fn is_multipart(&self) -> bool {
        self.main.eq_ignore_ascii_case(b"multipart")
    }

    /// `main/sub` in lower case, what is not UTF-8 replaced.
    #[must_use]
    pub fn media_type(&self) -> String {
        let mut text = String::from_utf8_lossy(self.main).to_ascii_lowercase();
        text.push('/');
        text.push_str(&String::from_utf8_lossy(self.sub).to_ascii_lowercase());
        text
    }

    /// The value of the parameter `name`, given in lower case, such as `protocol` or `smime-type`.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&without_comments(self.value)).into_owned();
        mailparse::parse_content_type(&text).params.remove(name)
    }
}

/// How many parameters of `value` have the name `name`, continuations counted each.
pub(super) fn count_params(value: &[u8], name: &str) -> usize {
    segments(value).skip(1).filter(|segment| is_param(segment, name)).count()
}

/// `value` less the parameters with these names, everything else as it stands.
pub(super) fn without_params(value: &[u8], names: &[&str]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(value.len());
    for (n, segment) in segments(value).enumerate() {
        if n == 0 || !names.iter().any(|name| is_param(segment, name)) {
            kept.extend_from_slice(segment);
        }
    }
    kept
}

/// `value` with `param`, such as `; hp="cipher"`, as its first parameter. [`without_params`] takes
/// exactly that away again.
pub(super) fn with_first_param(value: &[u8], param: &[u8]) -> Vec<u8> {
    let media_type = segments(value).next().unwrap_or_default();
    let (media_type, rest) = value.split_at_checked(media_type.len()).unwrap_or((value, &[]));
    [media_type, param, rest].concat()
}

/// The type, then each parameter with the `;` before it.
fn segments(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    let mut semicolon = 0;
    std::iter::from_fn(move || {
        let octets = rest?;
        // The type has no `;` before it, all others have one.
        let mut len = std::mem::replace(&mut semicolon, 1);
        while let Some(more @ [first, ..]) = octets.get(len..) {
            len = len.saturating_add(match first {
                b';' => break,
                b'"' => quoted_len(more),
                b'(' => comment_len(more),
                _ => 1,
            });
        }
        let (segment, more) = octets.split_at_checked(len).unwrap_or((octets, &[]));
        rest = Some(more).filter(|more| !more.is_empty());
        Some(segment)
    })
}

/// RFC 2231: `name*`, `name*0` and `name*0*` are `name` too.
fn is_param(segment: &[u8], name: &str) -> bool {
    let (found, _) = token(segment.strip_prefix(b";").unwrap_or(segment));
    let found = found.split(|octet| *octet == b'*').next().unwrap_or_default();
    found.eq_ignore_ascii_case(name.as_bytes())
}

/// A run of octets up to a blank or a separator, and what follows.
fn token(octets: &[u8]) -> (&[u8], &[u8]) {
    let octets = skip_blanks(octets);
    let len = octets.iter().position(|octet| ends_token(*octet)).unwrap_or(octets.len());
    octets.split_at_checked(len).unwrap_or((octets, &[]))
}

// A pattern is quicker than a search, and every mail is asked for its type.
const fn ends_token(octet: u8) -> bool {
    octet.is_ascii_whitespace()
        || matches!(
            octet,
            b'(' | b')'
                | b'<'
                | b'>'
                | b'@'
                | b','
                | b';'
                | b':'
                | b'\\'
                | b'"'
                | b'/'
                | b'['
                | b']'
                | b'?'
                | b'='
        )
}

/// Blanks, folds and comments.
fn skip_blanks(mut octets: &[u8]) -> &[u8] {
    loop {
        octets = octets.trim_ascii_start();
        if !octets.starts_with(b"(") {
            return octets;
        }
        octets = octets.get(comment_len(octets)..).unwrap_or_default();
    }
}

fn without_comments(value: &[u8]) -> Vec<u8> {
    let value = unfold(value);
    let mut rest = value.as_ref();
    let mut kept = Vec::with_capacity(rest.len());
    while let Some(first) = rest.first() {
        let len = match first {
            b'"' => quoted_len(rest),
            b'(' => comment_len(rest),
            _ => 1,
        };
        let (octets, more) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        if *first != b'(' {
            kept.extend_from_slice(octets);
        }
        rest = more;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_parameters_are_read_as_real_mail_writes_them() {
        for (name, value, media_type, param) in [
            ("plain", " text/plain", "text/plain", None),
            ("case", "Multipart/ENCRYPTED; p=A", "multipart/encrypted", Some("A")),
            ("quoted", "a/b; p=\"x; (y) \\\" z\"", "a/b", Some("x; (y) \" z")),
            ("folded", "a/b;\r\n\tP=x", "a/b", Some("x")),
            ("comments", "(c (d)) a (e) / (f) b (g); (h) p=x (i)", "a/b", Some("x")),
            ("no blank", "a/b;p=x;q=y", "a/b", Some("x")),
            ("continuation", "a/b; p*0=x; p*1=y", "a/b", Some("xy")),
            ("percent", "a/b; p*=utf-8''x%2Fy", "a/b", Some("x/y")),
            ("no sub", "text; p=x", "text/", Some("x")),
            ("no slash", "text plain", "text/", None),
            ("empty", "", "/", None),
            ("open quote", "a/b; p=\"x", "a/b", Some("\"x")),
            ("open comment", "a/b (; p=x", "a/b", None),
        ] {
            let found = ContentType::parse(value.as_bytes());
            assert_eq!(found.media_type(), media_type, "{name}");
            assert_eq!(found.param("p").as_deref(), param, "{name}");
        }
        assert!(ContentType::parse(b"Text/Plain").is("text", "plain"));
        assert!(!ContentType::parse(b"text/plainer").is("text", "plain"));
    }

    #[test]
    fn a_parameter_is_added_and_taken_away_again() {
        for (name, value, with) in [
            ("alone", " text/plain", " text/plain; hp=x"),
            ("first of two", " a/b; c=d", " a/b; hp=x; c=d"),
            ("blanks", " a/b ;\r\n c=d ", " a/b ; hp=x;\r\n c=d "),
            ("a comment with a semicolon", " a/b (;) ; c", " a/b (;) ; hp=x; c"),
            ("nothing", "", "; hp=x"),
            ("a semicolon first", ";c=d", "; hp=x;c=d"),
            ("a semicolon alone", " a/b;", " a/b; hp=x;"),
            ("a quote that never closes", " a/b; c=\"d; e", " a/b; hp=x; c=\"d; e"),
        ] {
            let written = with_first_param(value.as_bytes(), b"; hp=x");
            assert_eq!(written, with.as_bytes(), "{name}");
            assert_eq!(count_params(&written, "hp"), 1, "{name}");
            assert_eq!(without_params(&written, &["hp"]), value.as_bytes(), "{name}");
        }
        let several = b"a/b; HP=x; c=\"; hp=y\"; hp*0*=z; hpx=1";
        assert_eq!(without_params(several, &["hp"]), b"a/b; c=\"; hp=y\"; hpx=1");
        assert_eq!(count_params(several, "hp"), 2);
    }
}
