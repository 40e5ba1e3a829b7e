//! Where the OpenPGP message or the signature of a mail stands (Messages §3, RFC 3156), and the shapes
//! that servers, gateways and lists make of it.
//!
//! Nothing here looks deeper than two levels.

use std::borrow::Cow;

use memchr::memmem;

use super::unobtrusive::{is_unobtrusive, unobtrusive};
use super::{Encrypted, Form, ShapeFlaw, Signed, Surrounding, SurroundingText, Via};
use crate::mime::parts::{Part, Parts};

const BEGIN: &[u8] = b"-----BEGIN PGP MESSAGE-----";
const END: &[u8] = b"-----END PGP MESSAGE-----";

/// Texts that servers, gateways and lists put beside a mail; with more it is no such wrapper.
const MAX_TEXTS: usize = 3;

/// RFC 3156 §4: exactly two parts.
pub(super) fn pgp_mime<'a>(root: &Part<'a>) -> Result<Cow<'a, [u8]>, ShapeFlaw> {
    let parts = root.children().ok_or(ShapeFlaw::Parts)?;
    let [version, octets] = parts.exactly().ok_or(ShapeFlaw::Parts)?;
    if !is_version(&version) {
        return Err(ShapeFlaw::Version);
    }
    if !octets.is("application", "octet-stream") {
        return Err(ShapeFlaw::Octets);
    }
    octets.decoded().ok_or(ShapeFlaw::TransferEncoding)
}

pub(super) fn is_version_type(part: &Part<'_>) -> bool {
    part.is("application", "pgp-encrypted")
}

/// RFC 3156 §4: the first part says `Version: 1`. The Gmail API leaves nothing of it.
fn is_version(part: &Part<'_>) -> bool {
    let is_one = |line: &[u8]| {
        let (name, value) = line.split_at_checked(8).unwrap_or_default();
        name.eq_ignore_ascii_case(b"version:") && value.trim_ascii() == b"1"
    };
    is_version_type(part)
        && part.decoded().is_some_and(|text| {
            text.trim_ascii().is_empty()
                || text.split(|octet| *octet == b'\n').any(|line| is_one(line.trim_ascii()))
        })
}

pub(super) fn is_octet_stream(part: &Part<'_>) -> bool {
    part.is("application", "octet-stream")
}

/// A text that may stand beside an encrypted mail.
pub(super) fn is_text(part: &Part<'_>) -> bool {
    (part.is("text", "plain") || part.is("text", "html")) && !part.is_attachment()
}

/// Whether decoded octets begin with the armor of a message, blanks aside.
pub(super) fn armor_begins(octets: &[u8]) -> bool {
    octets.trim_ascii_start().starts_with(BEGIN)
}

/// What its first part says that a `multipart/mixed` may be. Nearly all are neither, and no further
/// part of them is looked for.
pub(super) fn mixed<'a>(root: &Part<'a>) -> Option<Form<'a>> {
    let mut parts = root.children()?;
    let first = parts.next()?;
    if is_unobtrusive(&first) {
        return match parts.next() {
            None => unobtrusive(&first).map(Form::Signed),
            Some(_) => None,
        };
    }
    if first.is("multipart", "signed") {
        return signed_among_texts(root, &first, parts).map(Form::Signed);
    }
    among_texts(std::iter::once(first).chain(parts)).map(Form::Encrypted)
}

/// Exactly one encrypted mail, whole or as its two parts, and beside it nothing but texts.
fn among_texts<'a>(parts: impl Iterator<Item = Part<'a>>) -> Option<Encrypted<'a>> {
    let mut whole = None;
    let mut octets: Option<Part<'a>> = None;
    let mut has_version = false;
    let mut surrounding = Surrounding::default();
    let mut texts = 0_usize;
    let (mut html_before, mut html_after) = (false, false);
    for part in parts {
        let is_before = whole.is_none() && octets.is_none() && !has_version;
        if is_text(&part) {
            texts = texts.saturating_add(1);
            if texts > MAX_TEXTS {
                return None;
            }
            *(if is_before { &mut html_before } else { &mut html_after }) |=
                part.is("text", "html");
            let text = text(&part)?;
            let list = if is_before { &mut surrounding.before } else { &mut surrounding.after };
            list.extend(Some(text).filter(|beside| !beside.text.trim().is_empty()));
        } else if part.is("multipart", "encrypted") && is_before && !part.is_attachment() {
            whole = Some(pgp_mime(&part).ok()?);
        } else if whole.is_none() && !has_version && is_version(&part) {
            has_version = true;
        } else if whole.is_none() && octets.is_none() && is_octet_stream(&part) {
            octets = Some(part);
        } else {
            return None;
        }
    }
    // No server puts a mail between two pieces of HTML; who wants its text in an address of his does.
    if html_before && html_after {
        return None;
    }
    let has_text = texts > 0;
    let (armor, via) = match (whole, octets) {
        (Some(armor), None) if surrounding.before.is_empty() => (armor, Via::PgpMime),
        (Some(armor), None) => (armor, Via::GoogleWorkspace),
        (None, Some(octets)) if has_version => {
            let via = match (has_text, surrounding.before.is_empty()) {
                (false, _) => Via::MixedPair,
                (true, true) => Via::ExchangeMixed,
                (true, false) => Via::ProtonBridge,
            };
            (octets.decoded().filter(|armor| armor_begins(armor))?, via)
        }
        // Nothing else says here that it is OpenPGP, and that somebody did not attach a file.
        (None, Some(octets))
            if has_text && surrounding == Surrounding::default() && !octets.is_attachment() =>
        {
            (octets.decoded().filter(|armor| is_inline_pgp(armor))?, Via::MixedArmor)
        }
        _ => return None,
    };
    Some(Encrypted { armor, via, surrounding })
}

/// A signed mail, and the texts that a mailing list put behind it.
fn signed_among_texts<'a>(
    root: &Part<'a>,
    inner: &Part<'a>,
    more: Parts<'a>,
) -> Option<Signed<'a>> {
    let mut surrounding = Surrounding::default();
    for (n, part) in more.enumerate() {
        if n >= MAX_TEXTS || !part.is("text", "plain") || part.is_attachment() {
            return None;
        }
        surrounding.after.push(text(&part)?);
    }
    // Anybody can put a text under a signed mail. Only a list has a reason to.
    let is_lists = surrounding.after.is_empty() || is_from_list(root);
    let signed = is_lists.then(|| signed(inner)).flatten()?;
    Some(Signed { is_wrapped: true, surrounding, ..signed })
}

fn is_from_list(root: &Part<'_>) -> bool {
    ["List-Id", "List-Post", "List-Unsubscribe", "Mailing-List"]
        .iter()
        .any(|name| root.fields(name).next().is_some())
}

/// The text of a part, for people.
fn text(part: &Part<'_>) -> Option<SurroundingText> {
    let octets = part.decoded()?;
    let text = String::from_utf8_lossy(&octets).into_owned();
    Some(SurroundingText { is_html: part.is("text", "html"), text })
}

/// RFC 3156 §5: exactly two parts, the second an OpenPGP signature over the first.
pub(super) fn signed<'a>(root: &Part<'a>) -> Option<Signed<'a>> {
    let content_type = root.content_type()?;
    let protocol = content_type.param("protocol");
    if protocol.is_some_and(|name| !name.trim().eq_ignore_ascii_case("application/pgp-signature")) {
        return None;
    }
    let [first, second] = root.children()?.exactly()?;
    if !second.is("application", "pgp-signature") {
        return None;
    }
    Some(Signed {
        entity: first.whole,
        signatures: vec![second.decoded()?],
        is_unobtrusive: false,
        micalg: content_type.param("micalg"),
        is_wrapped: false,
        surrounding: Surrounding::default(),
    })
}

/// A text that is one inline PGP message and nothing else.
pub(super) fn inline<'a>(root: &Part<'a>) -> Option<Encrypted<'a>> {
    // Nearly all texts are something else, which their first octets tell.
    if !armor_begins(&root.beginning()) {
        return None;
    }
    let armor = root.decoded()?;
    is_inline_pgp(&armor).then(|| Encrypted::of(armor, Via::Inline))
}

/// Exactly one message: nothing before it, nothing behind it, no second one.
fn is_inline_pgp(body: &[u8]) -> bool {
    let text = body.trim_ascii();
    let Some(inside) = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)) else {
        return false;
    };
    let first_line = inside.split(|octet| *octet == b'\n').next().unwrap_or_default();
    inside.contains(&b'\n')
        && first_line.trim_ascii().is_empty()
        && inside.ends_with(b"\n")
        && memmem::find(inside, BEGIN).is_none()
        && memmem::find(inside, END).is_none()
}

/// RFC 3156 §5: every line ends in CRLF.
pub(super) fn canonical(octets: &[u8]) -> Cow<'_, [u8]> {
    let mut bare = 0_usize;
    let mut before = None;
    for octet in octets {
        bare = bare.saturating_add(usize::from(*octet == b'\n' && before != Some(b'\r')));
        before = Some(*octet);
    }
    if bare == 0 {
        return Cow::Borrowed(octets);
    }
    let mut lines = Vec::with_capacity(octets.len().saturating_add(bare));
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) => {
                lines.extend_from_slice(text.strip_suffix(b"\r").unwrap_or(text));
                lines.extend_from_slice(b"\r\n");
            }
            None => lines.extend_from_slice(line),
        }
    }
    Cow::Owned(lines)
}
