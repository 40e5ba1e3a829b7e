//! Where the OpenPGP message or the signature of a mail stands (Messages §3, RFC 3156).
//!
//! Only the whole mail counts: its top-level part, also inside one mailing-list wrapper, or one
//! inline PGP message and nothing else. An encrypted part inside a mail that is not encrypted is
//! left alone, and a signature over a part of a mail is none: such mails are [`Shape::Clear`].
//! Nothing here looks deeper than two levels. Not here: OpenPGP itself, and what the decrypted
//! octets mean (`protect`).

use std::borrow::Cow;
use std::fmt;

use super::encrypted::{is_inline_pgp, is_smime};
use super::envelope::Envelope;
use super::fields::{begins_as_entity, without_mbox_line};
use super::parts::{Part, Parts};
use crate::limits::{Limit, MAX_PAYLOAD_HEADER_BYTES};

/// Footers that list programs and gateways put under a mail; with more it is no such wrapper.
const MAX_FOOTERS: usize = 3;

/// How a mail is protected, as far as its shape says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape<'a> {
    /// Neither encrypted nor signed as a whole.
    Clear,
    /// Encrypted with S/MIME, which is not opened here.
    SMime,
    /// One OpenPGP message.
    Encrypted(Encrypted<'a>),
    /// Signed as a whole.
    Signed(Signed<'a>),
    /// It says that it is encrypted, but its shape is none of those that are opened.
    Malformed(ShapeFlaw),
}

/// An encrypted mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted<'a> {
    /// The OpenPGP message, its transfer encoding undone.
    pub armor: Cow<'a, [u8]>,
    /// The shape that it came in.
    pub via: Via,
    /// Texts that a mailing list put under it. They are not part of the encrypted mail and are
    /// never joined with it.
    pub footers: Vec<String>,
}

/// A signed mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<'a> {
    /// What is signed, in the canonical form that the signature covers: every line ends in CRLF.
    pub signed_octets: Cow<'a, [u8]>,
    /// The same entity as it stands in the mail.
    pub entity: &'a [u8],
    /// The signature, its transfer encoding undone.
    pub signature: Cow<'a, [u8]>,
    /// The parameter `micalg`, which decides nothing.
    pub micalg: Option<String>,
    /// Texts that a mailing list put under it. They are not signed.
    pub footers: Vec<String>,
}

/// The shapes in which a whole mail can be one OpenPGP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// RFC 3156: `multipart/encrypted` of two parts.
    PgpMime,
    /// Microsoft Exchange: `multipart/mixed` of an empty text and the two parts.
    ExchangeMixed,
    /// Gateways that rename the root: `multipart/mixed` of the two parts.
    MixedPair,
    /// Gateways and programs for phones: `multipart/mixed` of an empty text and the armor.
    MixedArmor,
    /// A text that is one armored message. What it decrypts to is text and never MIME.
    Inline,
}

impl Via {
    /// Whether `payload`, which came in this shape, is MIME; else it is text, which inline PGP always is and
    /// what has no header too.
    pub(crate) fn brings_mime(self, payload: &[u8]) -> bool {
        self != Self::Inline && begins_as_entity(payload)
    }

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PgpMime => "pgp_mime",
            Self::ExchangeMixed => "exchange_mixed",
            Self::MixedPair => "mixed_pair",
            Self::MixedArmor => "mixed_armor",
            Self::Inline => "inline",
        }
    }
}

/// Why a `multipart/encrypted` is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShapeFlaw {
    /// Several Content-Type fields.
    ContentType,
    /// Not exactly two parts, or no boundary that they could be told apart by.
    Parts,
    /// The first part is no `application/pgp-encrypted` with `Version: 1`.
    Version,
    /// The second part is no `application/octet-stream`.
    Octets,
    /// The second part's transfer encoding cannot be undone.
    TransferEncoding,
}

impl ShapeFlaw {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ContentType => "content_type",
            Self::Parts => "parts",
            Self::Version => "version",
            Self::Octets => "octets",
            Self::TransferEncoding => "transfer_encoding",
        }
    }
}

/// What was expected, and what was found.
impl fmt::Display for ShapeFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ContentType => "expected one Content-Type field, found several",
            Self::Parts => "expected two parts in multipart/encrypted, found others",
            Self::Version => "expected application/pgp-encrypted with Version: 1, found otherwise",
            Self::Octets => "expected application/octet-stream as the second part, found otherwise",
            Self::TransferEncoding => "expected a known transfer encoding, found otherwise",
        })
    }
}

impl std::error::Error for ShapeFlaw {}

/// Finds the OpenPGP message or the signature of `mail`.
///
/// # Errors
/// [`Limit::HeaderBytes`] or [`Limit::HeaderFields`] if the header section is too large.
///
/// # Examples
/// ```
/// use inbome_core::mime::{Shape, Via, locate};
///
/// let mail = b"From: a@example.org\n\n\
///     -----BEGIN PGP MESSAGE-----\n\nwcBMA\n-----END PGP MESSAGE-----\n";
/// let Ok(Shape::Encrypted(found)) = locate(mail) else { panic!("an encrypted mail") };
/// assert_eq!(found.via, Via::Inline);
/// ```
pub fn locate(mail: &[u8]) -> Result<Shape<'_>, Limit> {
    let root = Part::parse(without_mbox_line(mail))?;
    let Some(content_type) = root.content_type() else {
        let encrypted = |value: &[u8]| value.to_ascii_lowercase().starts_with(b"multipart/encryp");
        let said = root.fields("Content-Type").any(|field| encrypted(field.value.trim_ascii()));
        return Ok(if said { Shape::Malformed(ShapeFlaw::ContentType) } else { Shape::Clear });
    };
    Ok(if content_type.is("multipart", "encrypted") {
        match pgp_mime(&root) {
            Ok(armor) => Shape::Encrypted(encrypted(armor, Via::PgpMime)),
            Err(flaw) => Shape::Malformed(flaw),
        }
    } else if content_type.is("multipart", "signed") {
        signed(&root).map_or(Shape::Clear, Shape::Signed)
    } else if content_type.is("multipart", "mixed") {
        mixed(&root).unwrap_or(Shape::Clear)
    } else if content_type.is("text", "plain") {
        inline(&root).map_or(Shape::Clear, Shape::Encrypted)
    } else if is_smime(content_type) {
        Shape::SMime
    } else {
        Shape::Clear
    })
}

/// Whether Exchange or a list made this `multipart/mixed` of an encrypted mail: [`locate`] without a second
/// look at the header.
#[must_use]
pub fn is_mangled(envelope: &Envelope<'_>) -> bool {
    envelope.content_type().is("multipart", "mixed")
        && matches!(mixed(&Part::of(envelope)), Some(Shape::Encrypted(_)))
}

/// The one layer of `multipart/signed` that is a decrypted payload's root (Messages §3), for an
/// OpenPGP message that carried no signature itself. Its `entity` then is the payload.
#[must_use]
pub fn signed_layer(payload: &[u8]) -> Option<Signed<'_>> {
    let root = Part::bounded(payload, MAX_PAYLOAD_HEADER_BYTES).ok()?;
    root.is("multipart", "signed").then(|| signed(&root)).flatten()
}

fn encrypted(armor: Cow<'_, [u8]>, via: Via) -> Encrypted<'_> {
    Encrypted { armor, via, footers: Vec::new() }
}

/// RFC 3156 §4: exactly two parts.
fn pgp_mime<'a>(root: &Part<'a>) -> Result<Cow<'a, [u8]>, ShapeFlaw> {
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

/// RFC 3156 §4: the first part says `Version: 1`.
fn is_version(part: &Part<'_>) -> bool {
    let is_one = |line: &[u8]| {
        let (name, value) = line.split_at_checked(8).unwrap_or_default();
        name.eq_ignore_ascii_case(b"version:") && value.trim_ascii() == b"1"
    };
    part.is("application", "pgp-encrypted")
        && part.decoded().is_some_and(|text| {
            text.split(|octet| *octet == b'\n').any(|line| is_one(line.trim_ascii()))
        })
}

/// What its first part says that a `multipart/mixed` may be. Nearly all are neither, and no further
/// part of them is looked for.
fn mixed<'a>(root: &Part<'a>) -> Option<Shape<'a>> {
    let mut parts = root.children()?;
    let first = parts.next()?;
    if first.is("multipart", "encrypted") || first.is("multipart", "signed") {
        return in_list_wrapper(root, &first, parts);
    }
    mangled(&first, parts)
}

/// What Exchange and gateways make of RFC 3156.
fn mangled<'a>(first: &Part<'a>, more: Parts<'a>) -> Option<Shape<'a>> {
    let begins_with_version = is_version(first);
    if !begins_with_version && !is_empty_text(first) {
        return None;
    }
    let more: Vec<_> = more.take(3).collect();
    let (armor, via) = match more.as_slice() {
        [octets] if begins_with_version => (octet_stream(octets)?, Via::MixedPair),
        // Nothing else says here that it is OpenPGP.
        [octets] => (octet_stream(octets).filter(|armor| is_inline_pgp(armor))?, Via::MixedArmor),
        [version, octets] if !begins_with_version && is_version(version) => {
            (octet_stream(octets)?, Via::ExchangeMixed)
        }
        _ => return None,
    };
    Some(Shape::Encrypted(encrypted(armor, via)))
}

fn is_empty_text(part: &Part<'_>) -> bool {
    part.is("text", "plain") && part.decoded().is_some_and(|text| text.trim_ascii().is_empty())
}

fn octet_stream<'a>(part: &Part<'a>) -> Option<Cow<'a, [u8]>> {
    part.is("application", "octet-stream").then(|| part.decoded()).flatten()
}

/// One mailing-list wrapper: the mail itself, then texts alone.
fn in_list_wrapper<'a>(root: &Part<'a>, inner: &Part<'a>, more: Parts<'a>) -> Option<Shape<'a>> {
    let mut footers = Vec::new();
    for part in more.take(MAX_FOOTERS.saturating_add(1)) {
        if footers.len() >= MAX_FOOTERS || !part.is("text", "plain") || part.is_attachment() {
            return None;
        }
        footers.push(text(&part)?);
    }
    if inner.is("multipart", "encrypted") {
        let armor = pgp_mime(inner).ok()?;
        return Some(Shape::Encrypted(Encrypted { armor, via: Via::PgpMime, footers }));
    }
    // Anybody can put a text under a signed mail. Only a list has a reason to.
    if inner.is("multipart", "signed") && (footers.is_empty() || is_from_list(root)) {
        return signed(inner).map(|signed| Shape::Signed(Signed { footers, ..signed }));
    }
    None
}

fn is_from_list(root: &Part<'_>) -> bool {
    ["List-Id", "List-Post", "List-Unsubscribe", "Mailing-List"]
        .iter()
        .any(|name| root.fields(name).next().is_some())
}

/// The text of a footer, for people.
fn text(part: &Part<'_>) -> Option<String> {
    let octets = part.decoded()?;
    Some(String::from_utf8_lossy(&octets).into_owned())
}

/// RFC 3156 §5: exactly two parts, the second an OpenPGP signature over the first.
fn signed<'a>(root: &Part<'a>) -> Option<Signed<'a>> {
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
        signed_octets: canonical(first.whole),
        entity: first.whole,
        signature: second.decoded()?,
        micalg: content_type.param("micalg"),
        footers: Vec::new(),
    })
}

/// A text that is one inline PGP message and nothing else.
fn inline<'a>(root: &Part<'a>) -> Option<Encrypted<'a>> {
    let armor = root.decoded()?;
    is_inline_pgp(&armor).then(|| encrypted(armor, Via::Inline))
}

/// RFC 3156 §5: every line ends in CRLF.
fn canonical(octets: &[u8]) -> Cow<'_, [u8]> {
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

#[cfg(test)]
mod tests;
