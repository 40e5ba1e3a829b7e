//! Writing: the payload, and the mail around the OpenPGP message (Messages §2 and §4).

use std::borrow::Cow;

use super::{HP_OUTER, SUBJECT_OUTSIDE, is_content, is_ours, is_structural, push_field};
use crate::header::{GOSSIP_FIELD, RawField};
use crate::limits::{Limit, MAX_HEADER_BYTES, MAX_HEADER_FIELDS};
use crate::mime::content_type::{ContentType, with_first_param, without_params};
use crate::mime::envelope::header_section;
use crate::mime::fields::{Items, blank_line, without_marks};
use crate::mime::writer::first_line_end;

/// Octets of the two fields that every encrypted mail gets besides, and more.
const OWN_FIELDS_BYTES: usize = 512;

/// Columns of the first line of a Content-Type before it is folded.
const MAX_COLUMNS: usize = 77;

/// The parameters that say that the header is protected.
const MARKS: &str = "hp=\"cipher\"; protected-headers=\"v1\"";

/// What is changed of a mail on its way into the encrypted one. Values are folded, if at all, with
/// CRLF and a blank; they get the mail's line ends.
#[derive(Clone, Copy, Default)]
pub struct Additions<'a> {
    /// Chooses fields of the mail that stand nowhere in the result, such as old key fields.
    pub remove: Option<&'a dyn Fn(&RawField<'_>) -> bool>,
    /// Fields that stand outside and, the same bytes, inside: key fields, the state of a draft.
    pub fields: &'a [(&'a str, String)],
    /// As `fields`, but only if the mail has none of that name: `Date` and `Message-ID`.
    pub missing: &'a [(&'a str, String)],
    /// Values of `Autocrypt-Gossip`, which stands inside alone.
    pub gossip: &'a [String],
    /// Leaves the Subject outside as it is.
    pub keep_subject: bool,
    /// Keeps `Bcc` inside: for the sender's own copy and nobody else's.
    pub keep_bcc: bool,
}

/// Why a mail cannot be made into an encrypted one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtectError {
    /// The mail is past a limit of the protocol.
    #[error("expected a mail within the limits, found one past {}", .0.code())]
    Limit(Limit),
    /// A field's name that is none, or one that is not for the caller to write.
    #[error("expected the name of a header field, found {0:?}")]
    Name(String),
    /// A value with a NUL, another control character, or a line break that is no fold.
    #[error("expected a value of {0} without control characters, found one with them")]
    Value(String),
    /// Several Content-Type fields, or one that is no type.
    #[error("expected one Content-Type field of the form type/subtype, found otherwise")]
    ContentType,
}

/// What is to be encrypted, and what is to stand around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The MIME entity that is encrypted.
    pub octets: Vec<u8>,
    outer: Vec<u8>,
    line_end: &'static [u8],
}

impl Payload {
    /// The fields that stand outside, with their outer values, in order. A field of the mail that
    /// is not among them must not stand outside.
    pub fn outer_fields(&self) -> impl Iterator<Item = RawField<'_>> {
        Items::new(&self.outer).filter_map(|item| item.field())
    }

    /// The whole encrypted mail. `armor` is the OpenPGP message that [`Payload::octets`] became;
    /// `random` makes the boundary and must differ from mail to mail.
    #[must_use]
    pub fn wrap(&self, armor: &[u8], random: &[u8; 16]) -> Vec<u8> {
        let mut mail = self.outer.clone();
        if !self.outer_fields().any(|field| field.is("MIME-Version")) {
            push_field(&mut mail, b"MIME-Version: 1.0", self.line_end);
        }
        self.push_entity(&mut mail, armor, random);
        mail
    }

    /// The `multipart/encrypted` entity alone, for a program that writes its header itself.
    #[must_use]
    pub fn wrap_entity(&self, armor: &[u8], random: &[u8; 16]) -> Vec<u8> {
        let mut entity = Vec::new();
        self.push_entity(&mut entity, armor, random);
        entity
    }

    /// RFC 3156 §4: two parts and nothing else.
    fn push_entity(&self, written: &mut Vec<u8>, armor: &[u8], random: &[u8; 16]) {
        // No line of an armored message can begin with two hyphens and a hexadecimal digit.
        let boundary = format!("{:032x}", u128::from_be_bytes(*random));
        written.reserve(armor.len().saturating_add(1_024));
        let lines = format!(
            "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\n \
             boundary=\"{boundary}\"\n\
             \n\
             --{boundary}\n\
             Content-Type: application/pgp-encrypted\n\
             Content-Description: PGP/MIME version identification\n\
             \n\
             Version: 1\n\
             \n\
             --{boundary}\n\
             Content-Type: application/octet-stream; name=\"encrypted.asc\"\n\
             Content-Description: OpenPGP encrypted message\n\
             Content-Disposition: inline; filename=\"encrypted.asc\"\n\n"
        );
        push_field(written, lines.as_bytes(), self.line_end);
        push_field(written, armor, self.line_end);
        push_field(written, format!("\n--{boundary}--").as_bytes(), self.line_end);
    }
}

/// Makes the payload of `mail`: its own MIME entity, and inside it its own header fields, what
/// stands outside (`HP-Outer`) and the gossip (Messages §2 and §4).
///
/// The body is kept byte for byte. `Bcc`, `Resent-Bcc`, and fields that only we write are left
/// out, as are lines that are no fields.
///
/// # Errors
/// [`ProtectError`] for a mail past the limits, one without a usable type, or additions that would
/// break into other lines.
///
/// # Examples
/// ```
/// use inbome_core::mime::{Additions, Mail, make_payload, open_payload, Sender};
///
/// let mail = b"From: a@example.org\nSubject: secret\n\nhello\n";
/// let payload = make_payload(mail, &Additions::default())?;
/// // `payload.octets` is encrypted now; here it stands for the OpenPGP message.
/// let sent = payload.wrap(&payload.octets, &[7; 16]);
/// assert!(sent.starts_with(b"From: a@example.org\nSubject: [...]\n"));
///
/// let outer = Mail::parse(&sent).expect("within the limits");
/// let armor = &outer.shape.encrypted().expect("an encrypted mail").armor;
/// let inner = Mail::parse_payload(armor).expect("within the limits");
/// let opened = open_payload(&outer.envelope, inner);
/// let message = opened.message(Sender::Inner);
/// assert!(message.ends_with(b"From: a@example.org\nSubject: secret\n\
///     Content-Type: text/plain\n\nhello\n"));
/// # Ok::<(), inbome_core::mime::ProtectError>(())
/// ```
pub fn make_payload(mail: &[u8], additions: &Additions<'_>) -> Result<Payload, ProtectError> {
    let mail = without_marks(mail);
    let (header, rest) = header_section(mail, |_| ()).map_err(ProtectError::Limit)?;
    let fields = Items::new(header).filter_map(|item| item.field());
    let fields = fields.map(|field| Own { name: field.name, raw: Cow::Borrowed(field.raw) });
    build(fields.collect(), rest, first_line_end(mail), additions)
}

/// As [`make_payload`], for a program that writes its header itself: one MIME entity, and the
/// header fields that are to be protected. Of the entity's header only `Content-*` is taken.
///
/// # Errors
/// As [`make_payload`], and [`ProtectError::Name`] for `Content-*` or `MIME-Version` in `header`.
pub fn make_entity_payload(
    entity: &[u8],
    header: &[(&str, String)],
    additions: &Additions<'_>,
) -> Result<Payload, ProtectError> {
    let (content, rest) = header_section(entity, |_| ()).map_err(ProtectError::Limit)?;
    let mut fields = Vec::new();
    for (name, value) in header {
        fields.push(added(name, value)?);
    }
    for field in Items::new(content).filter_map(|item| item.field()).filter(is_content) {
        fields.push(Own { name: field.name, raw: Cow::Borrowed(field.raw) });
    }
    build(fields, rest, first_line_end(entity), additions)
}

/// A mail of one entity and the header that its program keeps apart.
///
/// # Errors
/// As [`make_entity_payload`].
pub fn entity_with_header(
    entity: &[u8],
    header: &[(&str, String)],
) -> Result<Vec<u8>, ProtectError> {
    let line_end = first_line_end(entity);
    let mut mail = Vec::with_capacity(entity.len().saturating_add(4_096));
    for (name, value) in header {
        push_field(&mut mail, &added(name, value)?.raw, line_end);
    }
    mail.extend_from_slice(entity);
    Ok(mail)
}

/// A field of the mail to be.
struct Own<'a> {
    name: &'a [u8],
    /// Without its last line end.
    raw: Cow<'a, [u8]>,
}

impl Own<'_> {
    fn field(&self) -> RawField<'_> {
        // Both come from a field that was parsed or checked, so there is a colon.
        let colon = memchr::memchr(b':', &self.raw).map_or(0, |at| at.saturating_add(1));
        let value = self.raw.get(colon..).unwrap_or_default();
        RawField { name: self.name, raw: &self.raw, value }
    }
}

/// `rest` begins with the blank line, if there is one.
fn build<'a>(
    mut own: Vec<Own<'a>>,
    rest: &[u8],
    line_end: &'static [u8],
    additions: &Additions<'a>,
) -> Result<Payload, ProtectError> {
    own.retain(|own| {
        let field = own.field();
        !is_ours(&field) && !additions.remove.is_some_and(|remove| remove(&field))
    });
    for (name, value) in additions.missing {
        if !own.iter().any(|own| own.field().is(name)) {
            own.push(added(name, value)?);
        }
    }
    for (name, value) in additions.fields {
        own.push(added(name, value)?);
    }
    check_limits(&own)?;
    let gossip = additions.gossip.iter().map(|value| added(GOSSIP_FIELD, value));
    let gossip = gossip.collect::<Result<Vec<_>, _>>()?;

    let blank = blank_line(rest);
    let body = rest.get(blank.map_or(0, <[u8]>::len)..).unwrap_or_default();
    let mut inner = Vec::with_capacity(body.len().saturating_add(8 * 1_024));
    let mut outer = Vec::new();
    let mut records = Vec::new();
    let mut typed = false;
    for own in &own {
        let field = own.field();
        if field.is("Content-Type") {
            if std::mem::replace(&mut typed, true) {
                return Err(ProtectError::ContentType);
            }
            push_field(&mut inner, &protected_type(&field, line_end)?, line_end);
            continue;
        }
        if !field.is("MIME-Version") && (additions.keep_bcc || !is_bcc(&field)) {
            push_field(&mut inner, field.raw, line_end);
        }
        if let Some(raw) = outside(&field, additions.keep_subject) {
            push_field(&mut outer, &raw, line_end);
            if !is_structural(&field) {
                push_field(&mut records, &[HP_OUTER.as_bytes(), b": ", &raw].concat(), line_end);
            }
        }
    }
    if !typed {
        // RFC 2045 §5.2: without a field it is a text; the parameter needs one to stand in.
        push_field(&mut inner, format!("Content-Type: text/plain; {MARKS}").as_bytes(), line_end);
    }
    inner.extend_from_slice(&records);
    for own in &gossip {
        push_field(&mut inner, &own.raw, line_end);
    }
    inner.extend_from_slice(blank.unwrap_or(line_end));
    inner.extend_from_slice(body);
    Ok(Payload { octets: inner, outer, line_end })
}

/// Discovery §9: what reading would refuse is not written: the header outside, and the one that is shown.
/// `MIME-Version` and the type of the encrypted mail come to them.
fn check_limits(own: &[Own<'_>]) -> Result<(), ProtectError> {
    if own.len().saturating_add(2) > MAX_HEADER_FIELDS {
        return Err(ProtectError::Limit(Limit::HeaderFields));
    }
    // Each line end may become one of two octets.
    let lines = |raw: &[u8]| memchr::memchr_iter(b'\n', raw).count().saturating_add(2);
    let octets = own.iter().map(|own| own.raw.len().saturating_add(lines(&own.raw)));
    match octets.fold(OWN_FIELDS_BYTES, usize::saturating_add) > MAX_HEADER_BYTES {
        true => Err(ProtectError::Limit(Limit::HeaderBytes)),
        false => Ok(()),
    }
}

/// Messages §4, policy baseline: what stands outside of a field, if anything.
fn outside<'a>(field: &RawField<'a>, keep_subject: bool) -> Option<Cow<'a, [u8]>> {
    // Messages §2: Bcc never leaves but inside the sender's own copy.
    if is_content(field) || is_bcc(field) || field.is("Comments") || field.is("Keywords") {
        None
    } else if field.is("Subject") && !keep_subject {
        Some(Cow::Owned(format!("Subject: {SUBJECT_OUTSIDE}").into_bytes()))
    } else {
        Some(Cow::Borrowed(field.raw))
    }
}

fn is_bcc(field: &RawField<'_>) -> bool {
    field.is("Bcc") || field.is("Resent-Bcc")
}

/// RFC 9788 §2.1: the type, with `hp="cipher"` as its first parameter; and behind it the mark without
/// which older programs show the Subject outside (Messages §4).
fn protected_type(field: &RawField<'_>, line_end: &[u8]) -> Result<Vec<u8>, ProtectError> {
    // A mail that was protected once bears it already.
    let value = without_params(field.value, &["hp", "protected-headers"]);
    let fits = |value: &[u8]| {
        let first = value.split(|octet| *octet == b'\n').next().unwrap_or_default();
        first.len().saturating_add("Content-Type:".len()) <= MAX_COLUMNS
    };
    let mut with = with_first_param(&value, format!("; {MARKS}").as_bytes());
    if !fits(&with) {
        with = [&b";"[..], line_end, b" protected-headers=\"v1\";", line_end, b" hp=\"cipher\""]
            .concat();
        with = with_first_param(&value, &with);
    }
    // A quote that never closes could swallow the parameter; then everybody reads another type.
    let read = ContentType::parse(&with);
    let media_type = read.media_type();
    let whole = !media_type.starts_with('/') && !media_type.ends_with('/');
    if !whole || read.param("hp").as_deref() != Some("cipher") {
        return Err(ProtectError::ContentType);
    }
    let name = field.raw.len().saturating_sub(field.value.len());
    Ok([field.raw.get(..name).unwrap_or_default(), &with].concat())
}

/// Messages §7: nothing that the caller gives can add a line.
fn added<'a>(name: &'a str, value: &str) -> Result<Own<'a>, ProtectError> {
    let is_name = !name.is_empty()
        && name.bytes().all(|octet| octet.is_ascii_graphic() && octet != b':')
        && !is_structural(&RawField::of(name, b""));
    if !is_name {
        return Err(ProtectError::Name(name.chars().take(80).collect()));
    }
    let is_line = |line: &str| !line.chars().any(|c| c.is_control() && c != '\t');
    // A fold is followed by a blank and by something: a line of blanks alone ends a header section
    // for some readers.
    let is_fold = |line: &str| line.starts_with([' ', '\t']) && !line.trim().is_empty();
    let mut lines = value.split("\r\n");
    if !lines.next().is_some_and(is_line) || !lines.all(|line| is_line(line) && is_fold(line)) {
        return Err(ProtectError::Value(name.to_owned()));
    }
    let raw = format!("{name}: {value}").into_bytes();
    Ok(Own { name: name.as_bytes(), raw: Cow::Owned(raw) })
}
