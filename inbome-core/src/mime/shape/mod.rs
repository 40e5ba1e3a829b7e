//! One mail, looked at once: what it is as a whole (Messages §3, Discovery §8).
//!
//! [`Mail`] is made from octets by one constructor, and [`Shape`] is the only answer to whether a mail
//! is encrypted, signed, left in another shape by a server, one inline message, or one of the user's
//! own devices'; [`Mail::unread`] whether it holds OpenPGP that is not read, and [`Mail::needs`] how
//! much of it must be there to tell. Only the whole mail counts: an encrypted part inside a mail that
//! is not encrypted is left alone, and a signature over a part of a mail is none. Not here: OpenPGP
//! itself, and what the decrypted octets mean (`protect`).

use std::borrow::Cow;
use std::fmt;

use super::content_type::ContentType;
use super::envelope::{Envelope, OwnProtocol};
use super::fields::begins_as_entity;
use super::parts::Part;
use crate::limits::Limit;

mod needs;
mod pgpmime;
#[cfg(test)]
mod tests;
mod unobtrusive;
mod unread;

pub use needs::{MAX_LOOK_BYTES, Needs};
use pgpmime::canonical;
pub use unread::Unread;

/// A mail, looked at once: its header, and what its shape says.
///
/// # Examples
/// ```
/// use inbome_core::mime::{Form, Mail, Via};
///
/// let mail = Mail::parse(
///     b"From: a@example.org\n\n\
///     -----BEGIN PGP MESSAGE-----\n\nwcBMA\n-----END PGP MESSAGE-----\n",
/// )?;
/// let Form::Encrypted(found) = &mail.shape.form else { panic!("an encrypted mail") };
/// assert_eq!(found.via, Via::Inline);
/// # Ok::<(), inbome_core::limits::Limit>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mail<'a> {
    /// The header, and where the body begins.
    pub envelope: Envelope<'a>,
    /// What the mail is as a whole.
    pub shape: Shape<'a>,
}

impl<'a> Mail<'a> {
    /// Looks at raw octets: a whole mail, its header section alone, or its beginning. Line ends are LF
    /// or CRLF, mixed too. A leading mbox line and a byte order mark are dropped.
    ///
    /// # Errors
    /// [`Limit::HeaderBytes`] over 256 KiB, [`Limit::HeaderFields`] over 1,000 fields.
    pub fn parse(octets: &'a [u8]) -> Result<Self, Limit> {
        Ok(Self::of(Envelope::parse(octets)?))
    }

    /// Looks at the root part of a decrypted payload, or at a signed entity. There is no mbox line in
    /// it, and its header section may be as large as gossip makes it.
    ///
    /// # Errors
    /// [`Limit::HeaderBytes`] over 4 MiB, [`Limit::HeaderFields`] over 1,000 fields.
    pub fn parse_payload(octets: &'a [u8]) -> Result<Self, Limit> {
        Ok(Self::of(Envelope::parse_payload(octets)?))
    }

    fn of(envelope: Envelope<'a>) -> Self {
        let shape = Shape { form: Form::of(&envelope), own_protocol: envelope.own_protocol() };
        Self { envelope, shape }
    }

    /// The mail without a leading mbox line and byte order mark.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.envelope.whole
    }
}

/// What a mail is as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape<'a> {
    /// How it is protected.
    pub form: Form<'a>,
    /// Which field of own protocol mails it has.
    pub own_protocol: Option<OwnProtocol>,
}

impl<'a> Shape<'a> {
    /// Whether the mail is already encrypted (Discovery §8), whether or not that can be read here.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.form.is_encrypted()
    }

    /// The OpenPGP message that the mail is.
    #[must_use]
    pub const fn encrypted(&self) -> Option<&Encrypted<'a>> {
        match &self.form {
            Form::Encrypted(found) => Some(found),
            _ => None,
        }
    }
}

/// How a mail is protected, as far as its shape says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form<'a> {
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

impl<'a> Form<'a> {
    pub(crate) const fn is_encrypted(&self) -> bool {
        matches!(self, Self::Encrypted(_) | Self::SMime | Self::Malformed(_))
    }

    pub(crate) fn of(envelope: &Envelope<'a>) -> Self {
        let root = Part::of(envelope);
        let Some(content_type) = root.content_type() else {
            let encrypted =
                |value: &[u8]| value.to_ascii_lowercase().starts_with(b"multipart/encryp");
            let said = root.fields("Content-Type").any(|field| encrypted(field.value.trim_ascii()));
            return if said { Self::Malformed(ShapeFlaw::ContentType) } else { Self::Clear };
        };
        if content_type.is("text", "plain") {
            return pgpmime::inline(&root).map_or(Self::Clear, Self::Encrypted);
        }
        if content_type.is("multipart", "encrypted") {
            return match pgpmime::pgp_mime(&root) {
                Ok(armor) => Self::Encrypted(Encrypted::of(armor, Via::PgpMime)),
                Err(flaw) => Self::Malformed(flaw),
            };
        }
        if content_type.is("multipart", "signed") {
            return pgpmime::signed(&root).map_or(Self::Clear, Self::Signed);
        }
        if content_type.is("multipart", "mixed") {
            return pgpmime::mixed(&root).unwrap_or(Self::Clear);
        }
        if is_smime(content_type) { Self::SMime } else { Self::Clear }
    }
}

/// An encrypted mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted<'a> {
    /// The OpenPGP message, its transfer encoding undone.
    pub armor: Cow<'a, [u8]>,
    /// The shape that it came in.
    pub via: Via,
    /// Texts that stand beside it. They are not part of the encrypted mail and are never joined
    /// with it.
    pub surrounding: Surrounding,
}

impl<'a> Encrypted<'a> {
    const fn of(armor: Cow<'a, [u8]>, via: Via) -> Self {
        Self { armor, via, surrounding: Surrounding::NONE }
    }
}

/// Texts that a server, a gateway or a mailing list put beside an encrypted or signed mail. Texts that
/// are empty are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surrounding {
    /// Those before it.
    pub before: Vec<SurroundingText>,
    /// Those behind it.
    pub after: Vec<SurroundingText>,
}

impl Surrounding {
    /// None at all.
    pub const NONE: Self = Self { before: Vec::new(), after: Vec::new() };

    /// All of them in their order.
    pub fn all(&self) -> impl Iterator<Item = &SurroundingText> {
        self.before.iter().chain(&self.after)
    }
}

/// One text beside an encrypted or signed mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurroundingText {
    /// Whether it is HTML, not plain text. Show it as text all the same: anybody can have put it there.
    pub is_html: bool,
    /// The text, its transfer encoding undone.
    pub text: String,
}

impl SurroundingText {
    /// The media type: `text/plain` or `text/html`.
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        if self.is_html { "text/html" } else { "text/plain" }
    }
}

/// A signed mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<'a> {
    /// The entity that is signed, as it stands in the mail.
    pub entity: &'a [u8],
    /// The signatures, their transfer encoding undone: one, or all unobtrusive ones.
    pub signatures: Vec<Cow<'a, [u8]>>,
    /// Whether they are unobtrusive: `Sig` fields at the beginning of the entity, which they do not
    /// cover.
    pub is_unobtrusive: bool,
    /// The parameter `micalg`, which decides nothing.
    pub micalg: Option<String>,
    /// Whether the signed mail stands in a `multipart/mixed` of its own, as lists make it.
    pub is_wrapped: bool,
    /// Texts that a mailing list put beside it. They are not signed.
    pub surrounding: Surrounding,
}

impl<'a> Signed<'a> {
    /// What is signed, in the canonical form that the signature covers: every line ends in CRLF.
    #[must_use]
    pub fn signed_octets(&self) -> Cow<'a, [u8]> {
        match self.is_unobtrusive {
            true => canonical(unobtrusive::covered(self.entity)),
            false => canonical(self.entity),
        }
    }

    /// Whether the mail's root is the signed one, and no list's wrapper.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        !self.is_wrapped && !self.is_unobtrusive
    }
}

/// The shapes in which a whole mail can be one OpenPGP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// RFC 3156: `multipart/encrypted` of two parts; also as the Gmail API leaves it, with an empty
    /// version part, and with texts that a mailing list put behind it.
    PgpMime,
    /// Google Workspace: `multipart/mixed` of a text and then the `multipart/encrypted`.
    GoogleWorkspace,
    /// Microsoft Exchange: `multipart/mixed` of an empty text and the two parts.
    ExchangeMixed,
    /// Proton Bridge: the same with a short text.
    ProtonBridge,
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
            Self::GoogleWorkspace => "google_workspace",
            Self::ExchangeMixed => "exchange_mixed",
            Self::ProtonBridge => "proton_bridge",
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
    /// The first part is not an `application/pgp-encrypted` with `Version: 1`.
    Version,
    /// The second part is not an `application/octet-stream`.
    Octets,
    /// The second part's transfer encoding cannot be undone.
    TransferEncoding,
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

/// Whether a mail of this type is encrypted, for programs that have taken the mail apart themselves; an
/// inline message cannot be told by it.
#[must_use]
pub fn is_encrypted_type(content_type: ContentType<'_>) -> bool {
    content_type.is("multipart", "encrypted") || is_smime(content_type)
}

/// RFC 8551 §3.2.2: these three are in clear; without a `smime-type` it is enveloped data, as the
/// oldest programs have it.
fn is_smime(content_type: ContentType<'_>) -> bool {
    let pkcs7 = content_type.is("application", "pkcs7-mime")
        || content_type.is("application", "x-pkcs7-mime");
    let in_clear = |kind: String| {
        ["signed-data", "certs-only", "compressed-data"]
            .iter()
            .any(|clear| kind.eq_ignore_ascii_case(clear))
    };
    pkcs7 && !content_type.param("smime-type").is_some_and(in_clear)
}

/// The form of a mail in octets.
///
/// # Errors
/// As [`Mail::parse`].
pub fn locate(mail: &[u8]) -> Result<Form<'_>, Limit> {
    Mail::parse(mail).map(|mail| mail.shape.form)
}
