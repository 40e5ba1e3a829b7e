//! The mail on standard input, as programs really give it: without a blank line, without From, with a
//! dot at the end; made into one that can be processed. What is there already stays as it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inbome_core::addr::Addr;
use inbome_core::limits::Limit;
use inbome_core::mime::rewrite;

/// Octets of text in one encoded word; with its frame it stays under 75.
const ENCODED_WORD_BYTES: usize = 45;

/// The mail up to a line with a dot alone.
pub(super) fn until_dot(mail: &[u8]) -> &[u8] {
    let mut at = 0_usize;
    for line in mail.split_inclusive(|octet| *octet == b'\n') {
        // At the end of the input it need not be a whole line.
        if matches!(line, b".\n" | b".\r\n" | b".") {
            return mail.get(..at).unwrap_or(mail);
        }
        at = at.saturating_add(line.len());
    }
    mail
}

/// The mail with a blank line where its header ends, as sendmail takes it: a text without any header
/// is a body.
pub(super) fn with_blank_line(mail: Vec<u8>) -> Vec<u8> {
    let mut at = 0_usize;
    let mut line_end: &[u8] = b"\n";
    for (number, line) in mail.split_inclusive(|octet| *octet == b'\n').enumerate() {
        if line.ends_with(b"\r\n") {
            line_end = b"\r\n";
        }
        let continues = number > 0 && (line.starts_with(b" ") || line.starts_with(b"\t"));
        let mbox = number == 0 && line.starts_with(b"From ");
        if line == b"\n" || line == b"\r\n" {
            return mail;
        }
        if !(continues || mbox || is_field(line)) {
            let (header, body) = mail.split_at_checked(at).unwrap_or((&mail, &[]));
            return [header, line_end, body].concat();
        }
        at = at.saturating_add(line.len());
    }
    mail
}

fn is_field(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|octet| *octet == b':') else { return false };
    let name = line.get(..colon).unwrap_or_default().trim_ascii_end();
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

/// The mail with a From field.
pub(super) fn with_from(mail: &[u8], name: Option<&str>, addr: &Addr) -> Result<Vec<u8>, Limit> {
    let value = match name.map(phrase).filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} <{}>", addr.to_header()),
        None => addr.to_header(),
    };
    rewrite(mail, &|_| false, &[("From", value)])
}

/// The mail with a Bcc field that names `blind`, in place of those that it has.
pub(super) fn with_bcc(mail: &[u8], blind: &[&Addr]) -> Result<Vec<u8>, Limit> {
    let list: Vec<String> = blind.iter().map(|addr| addr.to_envelope()).collect();
    let add = [("Bcc", list.join(",\r\n "))];
    rewrite(mail, &|field| field.is("Bcc"), if blind.is_empty() { &[] } else { &add })
}

/// The mail without the fields that are for us.
pub(super) fn without_controls(mail: &[u8]) -> Result<Vec<u8>, Limit> {
    rewrite(mail, &|field| field.is("X-Inbome") || field.is("Autocrypt-Draft-State"), &[])
}

/// A display name (RFC 5322 §3.4, RFC 2047). Control characters are left out.
fn phrase(name: &str) -> String {
    let name: String = name.chars().filter(|scalar| !scalar.is_control()).collect();
    let name = name.trim();
    if name.is_ascii() {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '-';
        return match name.chars().all(plain) {
            true => name.to_owned(),
            false => format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")),
        };
    }
    let mut words = vec![String::new()];
    for scalar in name.chars() {
        match words.last_mut() {
            Some(word) if word.len().saturating_add(scalar.len_utf8()) <= ENCODED_WORD_BYTES => {
                word.push(scalar);
            }
            _ => words.push(scalar.to_string()),
        }
    }
    let encode = |word: &String| format!("=?UTF-8?B?{}?=", STANDARD.encode(word));
    words.iter().map(encode).collect::<Vec<_>>().join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_alone_ends_the_mail() {
        for (name, mail, ends) in [
            ("none", "a\nb\n", "a\nb\n"),
            ("dot", "a\n.\nb\n", "a\n"),
            ("dot with CRLF", "a\r\n.\r\nb\r\n", "a\r\n"),
            ("dot at the end", "a\n.", "a\n"),
            ("dots in text", "a\n..\n. \n.b\n", "a\n..\n. \n.b\n"),
            ("dot at once", ".\na\n", ""),
            ("empty", "", ""),
        ] {
            assert_eq!(until_dot(mail.as_bytes()), ends.as_bytes(), "{name}");
        }
    }

    #[test]
    fn a_header_ends_where_the_fields_end() {
        for (name, mail, made) in [
            ("whole", "To: b\n\nhello\n", "To: b\n\nhello\n"),
            ("folded", "To: b,\n c\n\nhello\n", "To: b,\n c\n\nhello\n"),
            ("header alone", "To: b\n", "To: b\n"),
            ("text alone", "hello\n", "\nhello\n"),
            ("text with CRLF", "hello\r\n", "\r\nhello\r\n"),
            ("no blank line", "To: b\nhello world\n", "To: b\n\nhello world\n"),
            ("no blank line, colon", "To: b\nhello world: x\n", "To: b\n\nhello world: x\n"),
            ("mbox line", "From a Mon\nTo: b\n\nhello\n", "From a Mon\nTo: b\n\nhello\n"),
            ("begins with a blank", " hello\n", "\n hello\n"),
            ("blank before the colon", "To : b\n\nhello\n", "To : b\n\nhello\n"),
            ("zeros", "\0\0\n", "\n\0\0\n"),
            ("empty", "", ""),
        ] {
            let found = with_blank_line(mail.as_bytes().to_vec());
            assert_eq!(String::from_utf8_lossy(&found), made, "{name}");
        }
    }

    #[test]
    fn names_become_phrases_that_hold_nothing_else() {
        for (name, text, made) in [
            ("plain", "Alice Smith", "Alice Smith"),
            ("quoted", "Smith, \"Al\"", "\"Smith, \\\"Al\\\"\""),
            ("encoded", "Jürgen", "=?UTF-8?B?SsO8cmdlbg==?="),
            ("line break", "A\r\nBcc: eve@example.org", "\"ABcc: eve@example.org\""),
            ("blank", "  ", ""),
        ] {
            assert_eq!(phrase(text), made, "{name}");
        }
        let long = phrase(&"ü".repeat(60));
        assert!(long.split("\r\n ").all(|word| word.len() <= 75), "{long}");
    }
}
