//! How much of a mail must be there to tell what it is.

use super::Mail;
use super::pgpmime::{armor_begins, is_octet_stream, is_text, is_version_type};
use super::unobtrusive::is_unobtrusive;
use crate::mime::parts::{BEGINNING_BYTES, Part};

/// Octets behind the header section in which OpenPGP that is not read is looked for, as far as that
/// decides whether a mail counts: all ways in look at the same.
pub const MAX_LOOK_BYTES: usize = 64 * 1024;

/// What a reader that gets a mail piece by piece must have of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needs {
    /// The header section, which is there.
    Header,
    /// This many octets from its beginning, or all if there are fewer.
    Prefix(usize),
    /// All of it: it may be encrypted.
    Whole,
}

impl Mail<'_> {
    /// What must be there of this mail, of which this is the beginning, so that learning from it gives
    /// what the whole would give.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.needs_where(false)
    }

    /// The same if one of its key fields, where it has any, is an advert; if that turns out otherwise, ask
    /// [`Mail::needs`].
    #[must_use]
    pub fn needs_if_advertised(&self) -> Needs {
        self.needs_where(self.envelope.judged_key_fields() > 0)
    }

    fn needs_where(&self, is_advertised: bool) -> Needs {
        let envelope = &self.envelope;
        let held = envelope.whole.len();
        if !envelope.is_closed() {
            return Needs::Prefix(held.saturating_mul(4).max(4_096));
        }
        if envelope.is_report() {
            return Needs::Header;
        }
        let root = Part::of(envelope);
        let Some(content_type) = root.content_type() else { return Needs::Header };
        if content_type.is("multipart", "encrypted") {
            return Needs::Whole;
        }
        let header = held.saturating_sub(envelope.body().len());
        let undecided = if content_type.is("text", "plain") {
            inline_needs(&root, header)
        } else if content_type.is("multipart", "mixed") {
            mixed_needs(&root, held)
        } else {
            None
        };
        undecided.unwrap_or_else(|| {
            let wanted = header.saturating_add(MAX_LOOK_BYTES);
            // Only a mail without an advert is ignored for what it holds.
            let may_hold = content_type.is_multipart()
                || content_type.main().eq_ignore_ascii_case(b"text")
                || content_type.is("message", "rfc822");
            match may_hold && !is_advertised && held < wanted {
                true => Needs::Prefix(wanted),
                false => Needs::Header,
            }
        })
    }
}

/// A text tells by its beginning whether it may be one inline message.
fn inline_needs(root: &Part<'_>, header: usize) -> Option<Needs> {
    if root.body.len() < BEGINNING_BYTES {
        return Some(Needs::Prefix(header.saturating_add(BEGINNING_BYTES)));
    }
    // Empty lines before it may be many.
    let more = root.body.len().saturating_mul(4).min(MAX_LOOK_BYTES);
    match root.body.trim_ascii().is_empty() && root.body.len() < more {
        true => Some(Needs::Prefix(header.saturating_add(more))),
        false => armor_begins(&root.beginning()).then_some(Needs::Whole),
    }
}

/// A `multipart/mixed` tells by its first parts whether it may be an encrypted mail among texts.
fn mixed_needs(root: &Part<'_>, held: usize) -> Option<Needs> {
    let more = Some(Needs::Prefix(held.saturating_mul(2)));
    let mut parts = root.children()?;
    while let Some(part) = parts.next() {
        if parts.is_cut() && !part.is_closed() {
            return more;
        }
        if part.is("multipart", "encrypted") || is_version_type(&part) || is_unobtrusive(&part) {
            return Some(Needs::Whole);
        }
        if is_octet_stream(&part) {
            return match parts.is_cut() && part.body.len() < BEGINNING_BYTES {
                true => more,
                false => armor_begins(&part.beginning()).then_some(Needs::Whole),
            };
        }
        if !is_text(&part) {
            return None;
        }
        if parts.is_cut() {
            return more;
        }
    }
    if parts.is_cut() { more } else { None }
}
