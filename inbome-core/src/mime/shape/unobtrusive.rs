//! Unobtrusive signatures (Messages §3, draft-ietf-mailmaint-unobtrusive-signatures): fields at the
//! beginning of the only part of a `multipart/mixed`, which other programs pass over.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Signed, Surrounding};
use crate::header::RawField;
use crate::mime::fields::{Items, blank_line};
use crate::mime::parts::Part;

/// `Sig` fields that are looked at.
const MAX_SIGNATURES: usize = 16;

/// Whether the header of a part begins as one with unobtrusive signatures does.
pub(super) fn is_unobtrusive(part: &Part<'_>) -> bool {
    Items::new(part.header)
        .next()
        .and_then(|item| item.field())
        .is_some_and(|first| first.is("Sig"))
}

/// The signed mail that the only part of a `multipart/mixed` is. `None` if none of its signatures is an
/// OpenPGP one.
pub(super) fn unobtrusive<'a>(part: &Part<'a>) -> Option<Signed<'a>> {
    let fields = Items::new(part.header).map_while(|item| item.field());
    let fields = fields.take_while(|field| field.is("Sig")).take(MAX_SIGNATURES);
    let signatures: Vec<_> = fields.filter_map(|field| signature(&field)).collect();
    (!signatures.is_empty()).then_some(Signed {
        entity: part.whole,
        signatures,
        is_unobtrusive: true,
        micalg: None,
        is_wrapped: true,
        surrounding: Surrounding::NONE,
    })
}

/// The signature in a `Sig` field with `t=p`.
fn signature(field: &RawField<'_>) -> Option<Cow<'static, [u8]>> {
    let (mut is_openpgp, mut octets) = (false, None);
    for attribute in field.value.split(|octet| *octet == b';') {
        if attribute.trim_ascii().is_empty() {
            continue;
        }
        let at = attribute.iter().position(|octet| *octet == b'=')?;
        let (name, value) = attribute.split_at_checked(at)?;
        let value = value.get(1..)?.trim_ascii();
        match name.trim_ascii() {
            b"t" if octets.is_some() || is_openpgp => return None,
            b"t" => is_openpgp = value == b"p",
            b"b" if octets.is_none() => {
                let text: Vec<u8> =
                    value.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
                octets = Some(STANDARD.decode(text).ok()?);
            }
            b"b" => return None,
            _ => {}
        }
    }
    octets.filter(|_| is_openpgp).map(Cow::Owned)
}

/// What the signatures cover: the part without these fields, and without empty lines at its end.
pub(super) fn covered(part: &[u8]) -> &[u8] {
    let mut items = Items::new(part);
    let mut covered = part;
    while let Some(item) = items.next() {
        if !item.field().is_some_and(|field| field.is("Sig")) {
            break;
        }
        covered = items.rest();
    }
    // The line end of the last line stays, if it has one.
    let is_line_end = |octet: &u8| matches!(octet, b'\r' | b'\n');
    let text = covered.iter().rposition(|octet| !is_line_end(octet));
    let text = text.map_or(0, |at| at.saturating_add(1));
    let line_end = blank_line(covered.get(text..).unwrap_or_default()).map_or(0, <[u8]>::len);
    covered.get(..text.saturating_add(line_end)).unwrap_or(covered)
}
