//! The parts of a backup message (Several devices §2), wherever they are in a mail.
//!
//! Implements: at any depth of nested `multipart/mixed`, in any transfer encoding. Not here: what is
//! in them.

use std::borrow::Cow;

use super::envelope::Envelope;
use super::parts::Part;
use crate::limits::{MAX_MIME_DEPTH, MAX_PARTS};

/// The bodies of the first parts with these types, decoded.
#[derive(Debug, Default)]
pub(crate) struct BackupParts<'a> {
    /// `application/autocrypt-setup`.
    pub(crate) setup: Option<Cow<'a, [u8]>>,
    /// `application/inbome-secret-key-backup`.
    pub(crate) older: Option<Cow<'a, [u8]>>,
    /// Whether one of them is in an encoding that cannot be read.
    pub(crate) unreadable: bool,
}

impl<'a> BackupParts<'a> {
    /// Looks through the mail.
    pub(crate) fn find(envelope: &Envelope<'a>) -> Self {
        let mut found = Self::default();
        // No recursion: what is still to be looked at, and how deep it is.
        let mut waiting = vec![(Part::of(envelope), 0_usize)];
        let mut left = MAX_PARTS;
        while let Some((part, depth)) = waiting.pop() {
            let Some(now_left) = left.checked_sub(1) else { break };
            left = now_left;
            if part.is("multipart", "mixed") && depth < MAX_MIME_DEPTH {
                let Some(children) = part.children() else { continue };
                let first = waiting.len();
                waiting.extend(children.map(|child| (child, depth.saturating_add(1))));
                // The next one to be looked at is the last of the list.
                waiting.get_mut(first..).unwrap_or_default().reverse();
                continue;
            }
            let place = if part.is("application", "autocrypt-setup") {
                &mut found.setup
            } else if part.is("application", "inbome-secret-key-backup") {
                &mut found.older
            } else {
                continue;
            };
            if place.is_none() {
                *place = part.decoded();
                found.unreadable |= place.is_none();
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(mail: &str) -> (Option<String>, Option<String>) {
        let envelope = Envelope::parse(mail.as_bytes()).expect("within the limits");
        let parts = BackupParts::find(&envelope);
        let text = |octets: Cow<'_, [u8]>| String::from_utf8_lossy(&octets).into_owned();
        (parts.setup.map(text), parts.older.map(text))
    }

    #[test]
    fn the_parts_are_found_at_any_depth_and_in_any_encoding() {
        let mut nested = "Content-Type: application/autocrypt-setup\n\nx\n".to_owned();
        for depth in 0..MAX_MIME_DEPTH {
            nested = format!(
                "Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n{nested}\n--b{depth}--\n"
            );
        }
        let deeper = format!("Content-Type: multipart/mixed; boundary=c\n\n--c\n{nested}\n--c--\n");
        let mixed = |parts: &str| {
            format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n{parts}\n--b--\n")
        };
        let setup = "Content-Type: Application/Autocrypt-Setup; name=x\n";
        for (name, mail, expected) in [
            ("alone", format!("{setup}\nx"), Some("x")),
            ("second", mixed(&format!("\ntext\n--b\n{setup}\nx")), Some("x")),
            (
                "base64",
                mixed(&format!("{setup}Content-Transfer-Encoding: base64\n\neA==")),
                Some("x"),
            ),
            (
                "quoted",
                mixed(&format!("{setup}Content-Transfer-Encoding: quoted-printable\n\n=78")),
                Some("x"),
            ),
            ("the first counts", mixed(&format!("{setup}\nx\n--b\n{setup}\ny")), Some("x")),
            ("as deep as is looked", nested, Some("x\n")),
            ("deeper", deeper, None),
            (
                "in an alternative",
                mixed(&format!("{setup}\nx")).replace("mixed", "alternative"),
                None,
            ),
            ("none", mixed("\ntext"), None),
        ] {
            assert_eq!(found(&mail).0.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_thousand_parts_are_looked_at_and_no_more() {
        let part = "--b\nContent-Type: text/plain\n\nx\n".repeat(MAX_PARTS * 3);
        let mail = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{part}--b\n\
             Content-Type: application/autocrypt-setup\n\nx\n--b--\n"
        );
        assert_eq!(found(&mail), (None, None));
    }
}
