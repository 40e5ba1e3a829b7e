//! Legacy displays: copies of protected fields that a sender put into the text for programs that
//! know no header protection. They are taken out, so that nothing is shown twice (Messages §4).
//!
//! None is written. What a mail itself does not mark as such a display is never touched.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

use super::Protection;
use crate::limits::{MAX_MIME_DEPTH, MAX_PARTS};
use crate::mime::content_type::without_params;
use crate::mime::parts::{Encoding, Part};

/// RFC 9788 §2.1.2: the mark of a part with a legacy display in it.
const MARK: &str = "hp-legacy-display";
/// RFC 9788 §4.5.3: how it begins in HTML, in lower case.
const HTML_START: &[u8] = b"<div class=\"header-protection-legacy-display\"";
const HTML_END: &[u8] = b"</div>";
/// Columns of base64, as RFC 2045 §6.8 has it.
const BASE64_COLUMNS: usize = 76;

/// Octets of a payload that are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) with: Vec<u8>,
}

/// What is to be replaced in `payload`, whose root is `root`, in order.
pub(super) fn edits(payload: &[u8], root: &Part<'_>, protection: Protection) -> Vec<Edit> {
    let mut edits = Vec::new();
    match protection {
        Protection::V1 => edits.extend(display_part(payload, root)),
        Protection::Cipher => {
            let mut left = MAX_PARTS;
            for part in main_parts(root, &mut left) {
                edits.extend(display_lines(payload, &part).unwrap_or_default());
            }
        }
        Protection::Rfc822 | Protection::Clear | Protection::None => {}
    }
    edits.sort_by_key(|edit| edit.range.start);
    edits
}

/// Where `part` stands in `whole`, of which it is a slice.
pub(super) fn offset_in(whole: &[u8], part: &[u8]) -> Option<usize> {
    let at = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    (at <= whole.len()).then_some(at)
}

/// Before RFC 9788 a whole part was put before the others.
fn display_part(payload: &[u8], root: &Part<'_>) -> Option<Edit> {
    let mut parts = root.children().filter(|_| root.is("multipart", "mixed"))?;
    let (display, next) = (parts.next()?, parts.next()?);
    let known = display.is("text", "plain") || display.is("text", "rfc822-headers");
    let marked = display.content_type()?.param("protected-headers")? == "v1";
    if !known || !marked || display.is_attachment() {
        return None;
    }
    let range = offset_in(payload, display.whole)?..offset_in(payload, next.whole)?;
    Some(Edit { range, with: Vec::new() })
}

/// RFC 9788 §1.7: the parts whose text is the mail's own.
fn main_parts<'a>(root: &Part<'a>, left: &mut usize) -> Vec<Part<'a>> {
    let mut found = Vec::new();
    let mut level = vec![*root];
    for _ in 0..MAX_MIME_DEPTH {
        let mut deeper = Vec::new();
        for part in level {
            let alternative = part.is("multipart", "alternative");
            let many = if alternative { MAX_PARTS } else { 1 };
            match part.children() {
                Some(parts) if part.content_type().is_some_and(|found| found.is_multipart()) => {
                    for child in parts.take(many) {
                        let Some(fewer) = left.checked_sub(1) else { return found };
                        *left = fewer;
                        deeper.push(child);
                    }
                }
                _ => found.push(part),
            }
        }
        level = deeper;
    }
    found
}

/// RFC 9788 puts them into the text itself: lines before the first blank one, or a `div`.
fn display_lines(payload: &[u8], part: &Part<'_>) -> Option<Vec<Edit>> {
    let content_type = part.content_type()?;
    let html = content_type.is("text", "html");
    if !(html || content_type.is("text", "plain"))
        || content_type.param(MARK)? != "1"
        || part.is_attachment()
    {
        return None;
    }
    let text = part.decoded()?;
    let display = if html { html_display(&text)? } else { plain_display(&text)? };
    let mut edits = Vec::new();
    // The mark goes too, lest the next reader take out what follows.
    let typed = part.fields("Content-Type").next()?;
    let name = typed.raw.get(..typed.raw.len().checked_sub(typed.value.len())?)?;
    edits.push(replace(
        payload,
        typed.raw,
        [name, &without_params(typed.value, &[MARK])].concat(),
    )?);
    let at = offset_in(payload, part.body)?;
    if part.encoding()? == Encoding::Identity {
        let range = at.checked_add(display.start)?..at.checked_add(display.end)?;
        edits.push(Edit { range, with: Vec::new() });
    } else {
        let rest = [text.get(..display.start)?, text.get(display.end..)?].concat();
        let field = part.fields("Content-Transfer-Encoding").next()?;
        edits.push(replace(payload, field.raw, b"Content-Transfer-Encoding: base64".to_vec())?);
        edits.push(replace(payload, part.body, base64_lines(&rest))?);
    }
    Some(edits)
}

fn replace(payload: &[u8], octets: &[u8], with: Vec<u8>) -> Option<Edit> {
    let start = offset_in(payload, octets)?;
    Some(Edit { range: start..start.checked_add(octets.len())?, with })
}

/// The lines up to and including the first blank one.
fn plain_display(text: &[u8]) -> Option<Range<usize>> {
    let mut end = 0_usize;
    for line in text.split_inclusive(|octet| *octet == b'\n') {
        end = end.saturating_add(line.len());
        if line.trim_ascii().is_empty() {
            return Some(0..end);
        }
    }
    None
}

fn html_display(text: &[u8]) -> Option<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let start = memmem::find(&lower, HTML_START)?;
    let inside = lower.get(start..)?;
    let end = memmem::find(inside, HTML_END)?.checked_add(HTML_END.len())?;
    Some(start..start.checked_add(end)?)
}

fn base64_lines(octets: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(octets);
    let mut lines = Vec::with_capacity(text.len());
    for line in text.as_bytes().chunks(BASE64_COLUMNS) {
        lines.extend_from_slice(line);
        lines.extend_from_slice(b"\r\n");
    }
    lines
}
