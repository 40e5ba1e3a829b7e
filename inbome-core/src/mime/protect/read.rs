//! Reading: a decrypted payload and the mail around it, made into one message (Messages §3, §4).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::legacy::{Edit, edits, offset_in};
use super::{HP_OUTER, is_content, is_ours, is_routing, is_structural, push_field};
use crate::header::{GOSSIP_FIELD, RawField, unfold};
use crate::limits::MAX_GOSSIP_FIELDS;
use crate::mime::content_type::without_params;
use crate::mime::envelope::Envelope;
use crate::mime::fields::Items;
use crate::mime::looks;
use crate::mime::parts::Part;
use crate::mime::shape::{Mail, Unread};
use crate::mime::writer::first_line_end;

/// How the header of a mail was protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protection {
    /// Not at all: the payload is a body and nothing else.
    None,
    /// `protected-headers="v1"`, before RFC 9788.
    V1,
    /// A payload that is a `message/rfc822`, as RFC 8551 has it.
    Rfc822,
    /// RFC 9788, `hp="clear"`: all fields inside, none meant to be secret.
    Clear,
    /// RFC 9788, `hp="cipher"`: all fields inside, some of them only there.
    Cipher,
}

/// Whose From a message bears (Messages §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// The one inside: only if the signature is valid and *current* for that address, or if it is
    /// the same as outside.
    Inner,
    /// The one outside, whatever stands inside.
    Outer,
}

/// A payload read together with the mail that it came in.
#[derive(Debug, Clone)]
pub struct Opened<'a> {
    protection: Protection,
    outer: &'a Envelope<'a>,
    inner: Mail<'a>,
    edits: Vec<Edit>,
    comparison: Comparison,
}

/// Reads the payload of the mail with the header `outer`, decrypted or signed. The payload of a signed
/// layer is its `entity`.
#[must_use]
pub fn open_payload<'a>(outer: &'a Envelope<'a>, payload: Mail<'a>) -> Opened<'a> {
    looks::count(|looks| &mut looks.payload_openings);
    let (inner, is_wrapped) = match wrapped_mail(outer, &payload) {
        Some(inner) => (inner, true),
        None => (payload, false),
    };
    let root = Part::of(&inner.envelope);
    let protection = match protection(&root) {
        Protection::None if is_wrapped => Protection::Rfc822,
        protection => protection,
    };
    let edits = edits(inner.octets(), &root, protection);
    let comparison = Comparison::of(outer, &inner.envelope, protection);
    Opened { protection, outer, inner, edits, comparison }
}

/// RFC 8551 §3.1, and before RFC 9788 in OpenPGP mail too: a payload that is a whole mail protects its
/// header. A mail that somebody forwards alone is told by its sender.
fn wrapped_mail<'a>(outer: &Envelope<'_>, payload: &Mail<'a>) -> Option<Mail<'a>> {
    let content_type = payload.envelope.content_type();
    let protects = protection(&Part::of(&payload.envelope)) != Protection::None;
    if protects || !content_type.is("message", "rfc822") {
        return None;
    }
    let inner = Mail::parse_payload(payload.envelope.body()).ok()?;
    match content_type.param("forwarded").as_deref() {
        Some(word) if word.eq_ignore_ascii_case("no") => Some(inner),
        Some(_) => None,
        None => (inner.envelope.from().is_ok() && inner.envelope.from() == outer.from())
            .then_some(inner),
    }
}

/// The whole message that an inline OpenPGP message in `outer` decrypts to. What was decrypted is
/// text, whatever it looks like (Messages §3): in UTF-8 if its armor names a charset, and with the line
/// ends of the mail.
#[must_use]
pub fn open_inline(outer: &Mail<'_>, text: &[u8]) -> Vec<u8> {
    let envelope = &outer.envelope;
    let line_end = first_line_end(outer.octets());
    let mut message = Vec::with_capacity(envelope.header().len().saturating_add(text.len()));
    for field in envelope.fields().filter(|field| !is_structural(field) && !is_ours(field)) {
        push_field(&mut message, field.raw, line_end);
    }
    let said = outer.shape.encrypted().and_then(|found| armor_charset(&found.armor));
    let (charset, text) = match said.and_then(|name| in_utf8(text, &name)) {
        Some(text) => ("utf-8".to_owned(), Cow::Owned(text)),
        None => (charset(envelope, text), Cow::Borrowed(text)),
    };
    let lines = format!(
        "MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\
         Content-Transfer-Encoding: 8bit\n\n"
    );
    push_field(&mut message, lines.as_bytes(), line_end);
    push_lines(&mut message, &text, line_end);
    message
}

/// The header line `Charset` of armor, if it is a charset's name.
fn armor_charset(armor: &[u8]) -> Option<String> {
    let lines = armor.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii).skip(1);
    let mut headers = lines.take_while(|line| line.contains(&b':'));
    let value = headers.find_map(|line| {
        let (name, value) = line.split_at_checked(8)?;
        name.eq_ignore_ascii_case(b"charset:").then(|| value.trim_ascii())
    })?;
    let name = std::str::from_utf8(value).ok()?;
    is_charset_name(name).then(|| name.to_owned())
}

/// Text in a charset of this name, in UTF-8. `None` if no such charset is known, or the text is none in it.
fn in_utf8(text: &[u8], charset: &str) -> Option<Vec<u8>> {
    if charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii") {
        return std::str::from_utf8(text).is_ok().then(|| text.to_vec());
    }
    let content_type = mailparse::parse_content_type(&format!("text/plain; charset={charset}"));
    let encoding = Some("8bit".to_owned());
    let decoded = match mailparse::body::Body::new(text, &content_type, &encoding) {
        mailparse::body::Body::EightBit(body) => body.get_as_string().ok()?,
        _ => return None,
    };
    (!decoded.contains('\u{fffd}')).then(|| decoded.into_bytes())
}

/// Appends `text` with every line end as `line_end`.
fn push_lines(written: &mut Vec<u8>, text: &[u8], line_end: &[u8]) {
    for line in text.split_inclusive(|octet| *octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                written.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
                written.extend_from_slice(line_end);
            }
            None => written.extend_from_slice(line),
        }
    }
}

impl<'a> Opened<'a> {
    /// How the header was protected.
    #[must_use]
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// The header inside: From, To, Date, key fields and whatever else is protected. `None` if
    /// nothing is, for then fields inside mean nothing.
    #[must_use]
    pub fn inner(&self) -> Option<&Envelope<'a>> {
        (self.protection != Protection::None).then_some(&self.inner.envelope)
    }

    /// The header outside.
    #[must_use]
    pub const fn outer(&self) -> &Envelope<'a> {
        self.outer
    }

    /// Whether the payload's root is a `multipart/report`.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.inner.envelope.is_report()
    }

    /// Whether the payload holds OpenPGP that is not read.
    #[must_use]
    pub fn unread(&self) -> Option<Unread> {
        match self.inner.shape.is_encrypted() {
            true => Some(Unread::Part),
            false => self.inner.unread(),
        }
    }

    const fn payload(&self) -> &'a [u8] {
        self.inner.octets()
    }

    /// The gossip fields of the payload's root, at most [`MAX_GOSSIP_FIELDS`] (Discovery §5). They
    /// count only in a mail that was encrypted.
    pub fn gossip(&self) -> impl Iterator<Item = RawField<'a>> {
        self.inner.envelope.fields().filter(|field| field.is(GOSSIP_FIELD)).take(MAX_GOSSIP_FIELDS)
    }

    /// Names of the fields that came from inside.
    #[must_use]
    pub fn protected(&self) -> &[String] {
        &self.comparison.protected
    }

    /// Names of the protected fields that the sender kept from the outer header.
    #[must_use]
    pub fn hidden(&self) -> &[String] {
        &self.comparison.hidden
    }

    /// Names of the fields that stand outside otherwise than the sender put them there.
    #[must_use]
    pub fn differs(&self) -> &[String] {
        &self.comparison.differs
    }

    /// The whole message: the traces of transport from outside, the protected fields in place of
    /// the outer ones, and the body. A legacy display is taken out; footers are not put in.
    ///
    /// Gossip and `HP-Outer` are left out, for they belong to the payload and must not travel on.
    #[must_use]
    pub fn message(&self, sender: Sender) -> Vec<u8> {
        let line_end = first_line_end(self.payload());
        let from_outside = sender == Sender::Outer;
        let mut message = Vec::with_capacity(self.payload().len().saturating_add(4 * 1_024));
        for field in self.outer.fields() {
            let kept = !is_structural(&field)
                && !is_never_outside(&field)
                && (is_routing(&field)
                    || (from_outside && is_sender(&field))
                    || match self.protection {
                        Protection::None => true,
                        Protection::V1 | Protection::Rfc822 => !self.comparison.is_inside(&field),
                        // RFC 9788: the fields inside are the header, and all of it.
                        Protection::Clear | Protection::Cipher => false,
                    });
            if kept {
                push_field(&mut message, field.raw, line_end);
            }
        }
        push_field(&mut message, b"MIME-Version: 1.0", line_end);
        for field in once(self.inner.envelope.fields()) {
            if field.is("Content-Type") {
                push_field(&mut message, &self.content_type(&field), line_end);
            } else if is_content(&field) {
                push_field(&mut message, &self.edited(&field), line_end);
            } else if self.protection != Protection::None
                && is_protected(&field)
                && !(from_outside && is_sender(&field))
            {
                push_field(&mut message, &without_controls(field.raw), line_end);
            }
        }
        message.extend_from_slice(line_end);
        self.push_body(&mut message);
        message
    }

    /// Without the marks of protection, which hold for the payload and not for the message.
    fn content_type(&self, field: &RawField<'_>) -> Vec<u8> {
        let edited = self.edited(field);
        let (name, value) =
            edited.split_at(edited.len().min(field.raw.len().saturating_sub(field.value.len())));
        [name, &without_params(value, &["hp", "protected-headers"])].concat()
    }

    fn edited<'b>(&'b self, field: &RawField<'b>) -> Cow<'b, [u8]> {
        let at = offset_in(self.payload(), field.raw);
        match self.edits.iter().find(|edit| Some(edit.range.start) == at) {
            Some(edit) => Cow::Borrowed(&edit.with),
            None => Cow::Borrowed(field.raw),
        }
    }

    fn push_body(&self, message: &mut Vec<u8>) {
        let mut at = self.payload().len().saturating_sub(self.inner.envelope.body().len());
        for Edit { range: Range { start, end }, with } in &self.edits {
            // Those of the root's header have been made; the others are in order.
            let Some(before) = self.payload().get(at..*start) else { continue };
            message.extend_from_slice(before);
            message.extend_from_slice(with);
            at = *end;
        }
        message.extend_from_slice(self.payload().get(at..).unwrap_or_default());
    }
}

/// RFC 9788 §2.1, and before it `protected-headers`. An unknown word protects nothing.
fn protection(root: &Part<'_>) -> Protection {
    // The words are strings of ABNF in RFC 9788, which have no case.
    let word = |value: String| value.to_ascii_lowercase();
    let param = |name| root.content_type().and_then(|found| found.param(name)).map(word);
    match (param("hp").as_deref(), param("protected-headers").as_deref()) {
        (Some("cipher"), _) => Protection::Cipher,
        (Some("clear"), _) => Protection::Clear,
        (_, Some("v1")) => Protection::V1,
        _ => Protection::None,
    }
}

/// Messages §3: of fields that may stand once the first counts, others are dropped. Of two senders neither
/// counts, which is for the envelope to say.
fn once<'b>(fields: impl Iterator<Item = RawField<'b>>) -> impl Iterator<Item = RawField<'b>> {
    const NAMES: [&str; 10] = [
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Bcc",
        "Date",
        "Subject",
        "Message-ID",
        "In-Reply-To",
        "References",
    ];
    let mut seen = [false; NAMES.len()];
    fields.filter(move |field| {
        let known = NAMES.iter().zip(&mut seen).find(|(name, _)| field.is(name));
        known.is_none_or(|(_, seen)| !std::mem::replace(seen, true))
    })
}

/// Messages §3: a NUL or a carriage return outside a line end is dropped.
fn without_controls(raw: &[u8]) -> Cow<'_, [u8]> {
    let is_stray = |at: usize, octet: u8| {
        octet == 0 || octet == b'\r' && raw.get(at.saturating_add(1)) != Some(&b'\n')
    };
    if !memchr::memchr2_iter(0, b'\r', raw)
        .any(|at| is_stray(at, raw.get(at).copied().unwrap_or(0)))
    {
        return Cow::Borrowed(raw);
    }
    let kept = raw.iter().enumerate().filter(|(at, octet)| !is_stray(*at, **octet));
    Cow::Owned(kept.map(|(_, octet)| *octet).collect())
}

fn is_sender(field: &RawField<'_>) -> bool {
    field.is("From") || field.is("Sender")
}

/// A field that counts when it stands inside: what transport writes does not, or a sender could
/// make up where and when a mail came from.
fn is_protected(field: &RawField<'_>) -> bool {
    !is_structural(field) && !is_routing(field) && !is_never_outside(field)
}

/// Fields of payloads. The state of a draft is read inside and outside, and is kept.
fn is_never_outside(field: &RawField<'_>) -> bool {
    field.is(HP_OUTER) || field.is(GOSSIP_FIELD) || field.is("Sig")
}

/// The fields inside against those outside.
#[derive(Debug, Clone, Default)]
struct Comparison {
    protected: Vec<String>,
    hidden: Vec<String>,
    differs: Vec<String>,
}

/// The values of each field by its name in lower case, and the name as first spelled.
type Values = BTreeMap<String, (String, Vec<Vec<u8>>)>;

impl Comparison {
    fn of(outer: &Envelope<'_>, inner: &Envelope<'_>, protection: Protection) -> Self {
        let mut comparison = Self::default();
        if protection == Protection::None {
            return comparison;
        }
        let outside = values(outer.fields().filter(is_protected));
        let inside = values(once(inner.fields()).filter(is_protected));
        let records = inner.fields().filter(|field| field.is(HP_OUTER));
        let recorded = values(records.filter_map(|field| record(field.value)));
        for (key, (name, values)) in &inside {
            comparison.protected.push(name.clone());
            let found = outside.get(key).map(|(_, values)| values);
            if recorded.is_empty() {
                // Nobody says what stood outside; a Subject and what is absent was hidden.
                let may_hide =
                    protection != Protection::Clear && (found.is_none() || key == "subject");
                match found {
                    Some(found) if found == values => {}
                    _ if may_hide => comparison.hidden.push(name.clone()),
                    _ => comparison.differs.push(name.clone()),
                }
                continue;
            }
            let sent = recorded.get(key).map(|(_, values)| values);
            if found != sent {
                comparison.differs.push(name.clone());
            }
            if sent != Some(values) {
                comparison.hidden.push(name.clone());
            }
        }
        if matches!(protection, Protection::Clear | Protection::Cipher) {
            // RFC 9788: all of the sender's fields are inside; these came later.
            let later = outside.iter().filter(|(key, _)| !inside.contains_key(*key));
            let shown = later.filter(|(key, _)| SHOWN.contains(&key.as_str()));
            comparison.differs.extend(shown.map(|(_, (name, _))| name.clone()));
        }
        comparison
    }

    fn is_inside(&self, field: &RawField<'_>) -> bool {
        self.protected.iter().any(|name| field.is(name))
    }
}

/// Fields that people see or answer to, in lower case; others are added on the way by many.
const SHOWN: [&str; 12] = [
    "bcc",
    "cc",
    "comments",
    "date",
    "followup-to",
    "from",
    "in-reply-to",
    "mail-followup-to",
    "message-id",
    "reply-to",
    "subject",
    "to",
];

fn values<'b>(fields: impl Iterator<Item = RawField<'b>>) -> Values {
    let mut values = Values::new();
    for field in fields {
        let name = String::from_utf8_lossy(field.name).into_owned();
        let of_name = values.entry(name.to_ascii_lowercase()).or_insert_with(|| (name, Vec::new()));
        of_name.1.push(collapsed(field.value));
    }
    values
}

/// What `HP-Outer` says of one field.
fn record(value: &[u8]) -> Option<RawField<'_>> {
    Items::new(value.trim_ascii_start()).next()?.field()
}

/// Blanks and folds are transport's to change.
fn collapsed(value: &[u8]) -> Vec<u8> {
    let value = unfold(value);
    let mut words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut text = words.next().unwrap_or_default().to_vec();
    for word in words {
        text.push(b' ');
        text.extend_from_slice(word);
    }
    text
}

fn is_charset_name(name: &str) -> bool {
    let is_token = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.:+".contains(&octet);
    !name.is_empty() && name.len() <= 40 && name.bytes().all(is_token)
}

/// What the text says of itself, if it is a charset's name; else UTF-8, which most is.
fn charset(envelope: &Envelope<'_>, text: &[u8]) -> String {
    let said = envelope.content_type().param("charset").filter(|name| is_charset_name(name));
    match said {
        Some(name) if std::str::from_utf8(text).is_err() => name,
        _ => "utf-8".to_owned(),
    }
}
