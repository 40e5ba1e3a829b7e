//! OpenPGP in a mail that is not read as a whole (Messages §3), so that nobody is told "not encrypted"
//! and left to wonder.

use memchr::memmem;

use super::pgpmime::{armor_begins, is_octet_stream, is_version_type};
use super::{Form, MAX_LOOK_BYTES, Mail};
use crate::limits::{MAX_MIME_DEPTH, MAX_PARTS};
use crate::mime::parts::Part;

const BEGIN: &[u8] = b"-----BEGIN PGP MESSAGE-----";

pub use crate::reason::Unread;

impl Mail<'_> {
    /// Whether the mail holds OpenPGP that is not read, and how. `None` for a mail that is encrypted as a
    /// whole.
    #[must_use]
    pub fn unread(&self) -> Option<Unread> {
        self.unread_in(&Part::of(&self.envelope))
    }

    /// [`Mail::unread`] of as much of the mail as decides whether it counts (Discovery §4, step 3): of the
    /// first [`MAX_LOOK_BYTES`] of its body, so that reading a mailbox does not mean to read all of it.
    #[must_use]
    pub fn counts_as_unread(&self) -> bool {
        let mut root = Part::of(&self.envelope);
        root.body = root.body.get(..MAX_LOOK_BYTES).unwrap_or(root.body);
        self.unread_in(&root).is_some()
    }

    fn unread_in(&self, root: &Part<'_>) -> Option<Unread> {
        match &self.shape.form {
            Form::Clear | Form::Signed(_) => look(root),
            Form::SMime | Form::Encrypted(_) | Form::Malformed(_) => None,
        }
    }
}

/// Looks at the parts level by level.
fn look(root: &Part<'_>) -> Option<Unread> {
    let mut left = MAX_PARTS;
    let mut level = vec![(*root, false)];
    for depth in 0..MAX_MIME_DEPTH {
        let mut deeper = Vec::new();
        for (part, is_attached) in level {
            let how = match (is_attached, depth) {
                (true, _) => Unread::Attached,
                (false, 0) => Unread::TextAround,
                (false, _) => Unread::Part,
            };
            let Some(content_type) = part.content_type() else { continue };
            if part.is("multipart", "encrypted") || is_version_type(&part) {
                return Some(how);
            }
            if part.is("message", "rfc822") {
                let inner = part.decoded().and_then(|octets| match octets {
                    std::borrow::Cow::Borrowed(octets) => Part::parse(octets).ok(),
                    // Only hostile programs encode it.
                    std::borrow::Cow::Owned(_) => None,
                });
                deeper.extend(inner.map(|inner| (inner, true)));
            } else if content_type.is_multipart() {
                for child in part.children().into_iter().flatten() {
                    left = left.checked_sub(1)?;
                    deeper.push((child, is_attached));
                }
            } else if holds_armor(&part) {
                return Some(how);
            }
        }
        level = deeper;
    }
    None
}

/// Whether a text holds the armor of a message at the start of a line, or an attached file is one.
fn holds_armor(part: &Part<'_>) -> bool {
    if part.is("text", "html") {
        return part.decoded_as_far().is_some_and(|text| memmem::find(&text, BEGIN).is_some());
    }
    if part.content_type().is_some_and(|found| found.main().eq_ignore_ascii_case(b"text")) {
        return part.decoded_as_far().is_some_and(|text| {
            memmem::find_iter(&text, BEGIN)
                .any(|at| at == 0 || text.get(at.saturating_sub(1)) == Some(&b'\n'))
        });
    }
    (is_octet_stream(part) || part.is("application", "pgp")) && armor_begins(&part.beginning())
}
