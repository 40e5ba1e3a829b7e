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

/// A run of octets up to a blank or a separator, and what follows.
fn token(octets: &[u8]) -> (&[u8], &[u8]) {
    let octets = skip_blanks(octets);
    let ends = |octet: &u8| octet.is_ascii_whitespace() || b"()<>@,;:\\\"/[]?=".contains(octet);
    let len = octets.iter().position(ends).unwrap_or(octets.len());
    octets.split_at_checked(len).unwrap_or((octets, &[]))
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
}
