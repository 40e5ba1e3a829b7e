//! Clear output (Discovery §8): the input byte for byte, less whole fields, plus added ones.
//!
//! Signed and 8-bit content is never re-encoded, for nothing is ever parsed into something else.
//! Not here: which fields are removed and added.

use super::envelope::header_section;
use super::fields::{Items, blank_line, without_marks};
use crate::header::RawField;
use crate::limits::Limit;

/// All fields of a mail in order. Lines that are no fields are passed over.
///
/// # Errors
/// [`Limit::HeaderBytes`] or [`Limit::HeaderFields`] if there is too much of it.
pub fn fields(mail: &[u8]) -> Result<impl Iterator<Item = RawField<'_>> + Clone, Limit> {
    let (header, _) = header_section(without_marks(mail), |_| ())?;
    Ok(Items::new(header).filter_map(|item| item.field()))
}

/// `mail` less the fields that `remove` chooses, plus `add` as the last fields of its header
/// section, and no leading mbox line.
///
/// Added values come folded with CRLF and a blank; they get the line ends of the mail's first
/// line. Every line end in them must be followed by a blank: that is the caller's promise.
///
/// # Errors
/// [`Limit::HeaderBytes`] or [`Limit::HeaderFields`] if the header section is too large.
///
/// # Examples
/// ```
/// use inbome_core::mime::rewrite;
///
/// let mail = b"From: a@example.org\nBcc: b@example.org\n\nhello\n";
/// let sent = rewrite(mail, &|field| field.is("Bcc"), &[("New", "1;\r\n 2".to_owned())]);
/// assert_eq!(sent.as_deref(), Ok(&b"From: a@example.org\nNew: 1;\n 2\n\nhello\n"[..]));
/// ```
pub fn rewrite(
    mail: &[u8],
    remove: &dyn Fn(&RawField<'_>) -> bool,
    add: &[(&str, String)],
) -> Result<Vec<u8>, Limit> {
    let mail = without_marks(mail);
    let (header, rest) = header_section(mail, |_| ())?;
    let line_end = first_line_end(mail);
    let added = add.iter().map(|(name, value)| name.len().saturating_add(value.len()));
    let mut written = Vec::with_capacity(added.fold(mail.len(), usize::saturating_add));
    for item in Items::new(header) {
        if !item.field().as_ref().is_some_and(remove) {
            written.extend_from_slice(item.whole);
        }
    }
    // Only a header section without a blank line can end in the middle of a line.
    if !add.is_empty() && !written.is_empty() && !written.ends_with(b"\n") {
        // A CR alone must not become a blank line, which would make a body of what is added.
        written.extend_from_slice(if written.ends_with(b"\r") { b"\r\n" } else { line_end });
    }
    for (name, value) in add {
        written.extend_from_slice(name.as_bytes());
        written.extend_from_slice(b": ");
        for (n, line) in value.split("\r\n").enumerate() {
            if n > 0 {
                written.extend_from_slice(line_end);
            }
            written.extend_from_slice(line.as_bytes());
        }
        written.extend_from_slice(line_end);
    }
    written.extend_from_slice(rest);
    Ok(written)
}

/// What [`split_entity`] makes of a mail: the fields of the mail, and its one MIME entity.
pub type FieldsAndEntity<'a> = (Vec<RawField<'a>>, Vec<u8>);

/// A mail as a program holds it that writes the header itself: the fields of the mail, and the MIME
/// entity, which is its `Content-*` fields, a blank line and the body. `MIME-Version` is neither's.
///
/// # Errors
/// [`Limit::HeaderBytes`] or [`Limit::HeaderFields`] if the header section is too large.
///
/// # Examples
/// ```
/// use inbome_core::mime::split_entity;
///
/// let mail = b"Subject: hi\nContent-Type: text/plain\nMIME-Version: 1.0\n\nhello\n";
/// let (fields, entity) = split_entity(mail)?;
/// assert!(fields.len() == 1 && fields[0].is("Subject"));
/// assert_eq!(entity, b"Content-Type: text/plain\n\nhello\n");
/// # Ok::<(), inbome_core::limits::Limit>(())
/// ```
pub fn split_entity(mail: &[u8]) -> Result<FieldsAndEntity<'_>, Limit> {
    let is_of_mail = |field: &RawField<'_>| {
        let of_content = |name: &[u8]| name.eq_ignore_ascii_case(b"Content-");
        !field.name.get(..8).is_some_and(of_content)
    };
    let entity = rewrite(mail, &is_of_mail, &[])?;
    let of_mail = |field: &RawField<'_>| is_of_mail(field) && !field.is("MIME-Version");
    Ok((fields(mail)?.filter(of_mail).collect(), entity))
}

/// The line end of the first line; CRLF if it has none.
pub(super) fn first_line_end(mail: &[u8]) -> &'static [u8] {
    match memchr::memchr(b'\n', mail) {
        Some(at)
            if blank_line(mail.get(at.saturating_sub(1)..).unwrap_or_default())
                != Some(b"\r\n") =>
        {
            b"\n"
        }
        _ => b"\r\n",
    }
}
