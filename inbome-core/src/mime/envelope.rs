//! What discovery needs to know of a mail, from one pass over its raw header section.
//!
//! Implements the From rules of Discovery §1 and §4, step 1, the Date rules of §3, and the limits
//! of §9. Only the places of a few fields are remembered; a field is taken apart when it is asked
//! for. Not here: body parts, decoding, and what any of it means.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::content_type::ContentType;
use super::fields::{Item, Items, blank_line, without_marks};
use super::mailbox::{Entries, Entry, plain_mailbox};
use super::{looks, text};
use crate::addr::{Addr, AddrError};
use crate::clock::Timestamp;
use crate::header::{GOSSIP_FIELD, RawField, family, is_judged, unfold};
use crate::limits::{
    Limit, MAX_ADDRESSES, MAX_FIELD_BYTES, MAX_HEADER_BYTES, MAX_HEADER_FIELDS, MAX_KEY_FIELDS,
    MAX_PAYLOAD_HEADER_BYTES,
};

/// Why a mail has no sender that discovery could use (Discovery §4, step 1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FromFlaw {
    /// No From field, or no mailbox in it.
    #[error("expected a From field with one mailbox, found none")]
    NoFrom,
    /// Several From fields or mailboxes, or a group.
    #[error("expected one mailbox in one From field, found more")]
    SeveralFrom,
    /// The From address is no address.
    #[error(transparent)]
    InvalidFrom(AddrError),
}

/// A mail, or its header section alone, with the places of the fields that matter.
///
/// # Examples
/// ```
/// use inbome_core::mime::{Envelope, FromFlaw};
///
/// let envelope = Envelope::parse(b"From: Alice <Alice@example.org>\n\nhello").expect("a mail");
/// assert_eq!(envelope.from().expect("a sender").as_str(), "alice@example.org");
/// assert_eq!(envelope.body(), b"hello");
///
/// let envelope = Envelope::parse(b"From: a@example.org, b@example.org\n\n").expect("a mail");
/// assert_eq!(envelope.from(), Err(FromFlaw::SeveralFrom));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Envelope<'a> {
    /// All of it, without a leading mbox line.
    pub(super) whole: &'a [u8],
    header: &'a [u8],
    body: &'a [u8],
    closed: bool,
    pub(super) known: Known<'a>,
    key_fields: KeyFields<'a>,
    /// The date in `Received`, once it was asked for: a scan asks twice.
    received: OnceCell<Option<Timestamp>>,
}

/// The key fields of a mail, in order.
#[derive(Debug, Clone, Default)]
struct KeyFields<'a> {
    kept: Vec<RawField<'a>>,
    judged: usize,
    not_judged: usize,
    own_protocol: Option<OwnProtocol>,
}

/// What a mail says that it is to the user's other devices (Several devices, beginning). Only in a mail
/// from one of the user's own addresses does it mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnProtocol {
    /// `Autocrypt-Setup-Message` or `INBOME-Secret-Key-Backup`.
    Backup,
    /// `INBOME-Device-Pairing`.
    Pairing,
    /// `INBOME-Device-Sync`.
    Sync,
}

impl OwnProtocol {
    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Pairing => "pairing",
            Self::Sync => "sync",
        }
    }

    fn of(field: &RawField<'_>) -> Option<Self> {
        const NAMES: [(&str, OwnProtocol); 4] = [
            ("Autocrypt-Setup-Message", OwnProtocol::Backup),
            ("INBOME-Secret-Key-Backup", OwnProtocol::Backup),
            ("INBOME-Device-Pairing", OwnProtocol::Pairing),
            ("INBOME-Device-Sync", OwnProtocol::Sync),
        ];
        NAMES.iter().find(|(name, _)| field.is(name)).map(|(_, protocol)| *protocol)
    }
}

impl<'a> Envelope<'a> {
    /// Looks at `mail`: raw octets, line ends LF or CRLF, mixed too. A leading mbox line and a
    /// byte order mark are dropped; without a blank line it is all header section.
    ///
    /// # Errors
    /// [`Limit::HeaderBytes`] over 256 KiB, [`Limit::HeaderFields`] over 1,000 fields.
    pub fn parse(mail: &'a [u8]) -> Result<Self, Limit> {
        Self::of(without_marks(mail), MAX_HEADER_BYTES)
    }

    /// Looks at the root part of a decrypted payload. There is no mbox line in it, and its header
    /// section may be as large as gossip makes it.
    ///
    /// # Errors
    /// [`Limit::HeaderBytes`] over 4 MiB, [`Limit::HeaderFields`] over 1,000 fields.
    pub fn parse_payload(payload: &'a [u8]) -> Result<Self, Limit> {
        let mut envelope = Self::of(payload, MAX_PAYLOAD_HEADER_BYTES)?;
        envelope.known.keep_first();
        Ok(envelope)
    }

    fn of(entity: &'a [u8], max_bytes: usize) -> Result<Self, Limit> {
        looks::count(|looks| &mut looks.header_passes);
        let mut envelope = Self::default();
        let (header, rest) = bounded_section(entity, max_bytes, |item| match &item.start() {
            b"auto" | b"inbo" => envelope.key_fields.note(item),
            start => envelope.known.note(start, item),
        })?;
        let blank = blank_line(rest);
        envelope.whole = entity;
        envelope.header = header;
        envelope.body = rest.get(blank.map_or(0, <[u8]>::len)..).unwrap_or_default();
        envelope.closed = blank.is_some();
        Ok(envelope)
    }

    /// The header section, without the blank line.
    #[must_use]
    pub const fn header(&self) -> &'a [u8] {
        self.header
    }

    /// What follows the blank line.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Whether the blank line that ends the header section is there. Without it the octets may be
    /// the beginning of a longer one.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The sender.
    ///
    /// # Errors
    /// [`FromFlaw`] if there is not exactly one mailbox in exactly one From field.
    pub fn from(&self) -> Result<Addr, FromFlaw> {
        let value =
            self.known.from.only().map_err(|several| {
                if several { FromFlaw::SeveralFrom } else { FromFlaw::NoFrom }
            })?;
        if let Some(addr) = plain_mailbox(cut(value)) {
            return Addr::parse_bytes(addr).map_err(FromFlaw::InvalidFrom);
        }
        let mut sender = None;
        let mut words = None;
        let mut entries = Entries::new(cut(value));
        for entry in entries.by_ref() {
            match entry {
                Entry::Mailbox { in_group: true, .. } => return Err(FromFlaw::SeveralFrom),
                Entry::Mailbox { .. } if sender.is_some() => return Err(FromFlaw::SeveralFrom),
                Entry::Mailbox { addr, .. } => sender = Some(addr),
                Entry::Words(text) => words = words.or(Some(text.trim_ascii())),
            }
        }
        match (sender, words) {
            (Some(_), _) if entries.any_group => Err(FromFlaw::SeveralFrom),
            (Some(addr), _) => Addr::parse_bytes(&addr).map_err(FromFlaw::InvalidFrom),
            (None, Some(words)) => Addr::parse_bytes(words).map_err(FromFlaw::InvalidFrom),
            (None, None) => Err(FromFlaw::NoFrom),
        }
    }

    /// The date of the only Date field, if it is usable (Discovery §3).
    #[must_use]
    pub fn date(&self) -> Option<Timestamp> {
        Timestamp::parse_mail_date(unfold(cut(self.known.date.only().ok()?)))
    }

    /// The date of the topmost Received field, which stands behind its last `;`, comments aside.
    #[must_use]
    pub fn received(&self) -> Option<Timestamp> {
        *self.received.get_or_init(|| {
            let value = cut(self.known.received.first?);
            Timestamp::parse_mail_date(unfold(text::behind_semicolon(value)?))
        })
    }

    /// The key fields of both families in order: of those that are judged at most
    /// [`MAX_KEY_FIELDS`] and one, and as many of the others.
    #[must_use]
    pub fn key_fields(&self) -> &[RawField<'a>] {
        &self.key_fields.kept
    }

    /// How many key fields there are that would be judged; with more than [`MAX_KEY_FIELDS`] the
    /// mail bears no advert (Discovery §2.2).
    #[must_use]
    pub const fn judged_key_fields(&self) -> usize {
        self.key_fields.judged
    }

    /// Which field of own protocol mails there is, the first of them.
    pub(super) const fn own_protocol(&self) -> Option<OwnProtocol> {
        self.key_fields.own_protocol
    }

    /// The type of the body, by the first Content-Type field.
    #[must_use]
    pub fn content_type(&self) -> ContentType<'a> {
        ContentType::parse(cut(self.known.content_type.first.unwrap_or(b"text/plain")))
    }

    /// Whether this is a `multipart/report`, whatever its parameters say.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.content_type().is("multipart", "report")
    }

    /// The addresses in To; invalid mailboxes are left out, groups opened.
    ///
    /// # Errors
    /// [`Limit::Addresses`] for more than [`MAX_ADDRESSES`] mailboxes.
    pub fn to(&self) -> Result<Vec<Addr>, Limit> {
        self.addresses("To", self.known.to)
    }

    /// The addresses in Cc, as [`Envelope::to`].
    ///
    /// # Errors
    /// As [`Envelope::to`].
    pub fn cc(&self) -> Result<Vec<Addr>, Limit> {
        self.addresses("Cc", self.known.cc)
    }

    /// Whether To and Cc are within their limit. Looks into them only if they are long enough to be
    /// past it.
    ///
    /// # Errors
    /// [`Limit::Addresses`] for more than [`MAX_ADDRESSES`] mailboxes in one of them.
    pub fn check_addresses(&self) -> Result<(), Limit> {
        // A mailbox takes two octets at least, one of them a comma or a bracket.
        let long = |value: &[u8]| value.len() >= MAX_ADDRESSES.saturating_mul(2);
        for (name, spot) in [("To", self.known.to), ("Cc", self.known.cc)] {
            if spot.several || spot.first.is_some_and(long) {
                self.addresses(name, spot)?;
            }
        }
        Ok(())
    }

    /// The addresses in Bcc and Resent-Bcc, as [`Envelope::to`].
    ///
    /// # Errors
    /// As [`Envelope::to`].
    pub fn bcc(&self) -> Result<Vec<Addr>, Limit> {
        let mut blind = self.addresses("Bcc", self.known.bcc)?;
        let name = "Resent-Bcc";
        let first = self.fields().find(|field| field.is(name)).map(|field| field.value);
        blind.extend(self.addresses(name, Spot { first, several: true })?);
        Ok(blind)
    }

    /// Whether somebody sent it on as it was (RFC 5322 §3.6.6).
    #[must_use]
    pub fn is_resent(&self) -> bool {
        self.fields().any(|field| is_resent(&field))
    }

    /// Whom it is addressed to, blind recipients aside: To and Cc, or Resent-To and Resent-Cc of the
    /// latest resending. Those of earlier ones, and of the mail itself, have it already.
    ///
    /// # Errors
    /// As [`Envelope::to`].
    pub fn addressed(&self) -> Result<Vec<Addr>, Limit> {
        if !self.is_resent() {
            let mut addressed = self.to()?;
            addressed.extend(self.cc()?);
            return Ok(addressed);
        }
        // Each resending puts its fields on top, together; a name that comes again is of an older one.
        let resent = self.fields().skip_while(|field| !is_resent(field)).take_while(is_resent);
        let mut names = BTreeSet::new();
        let latest = resent.take_while(|field| names.insert(field.name.to_ascii_lowercase()));
        let mut addressed = Vec::new();
        for field in latest.filter(|field| field.is("Resent-To") || field.is("Resent-Cc")) {
            let spot = Spot { first: Some(field.value), several: false };
            addressed.extend(self.addresses("Resent-To", spot)?);
        }
        Ok(addressed)
    }

    /// The addresses in Reply-To, as [`Envelope::to`].
    ///
    /// # Errors
    /// As [`Envelope::to`].
    pub fn reply_to(&self) -> Result<Vec<Addr>, Limit> {
        self.addresses("Reply-To", self.known.reply_to)
    }

    /// Whoever stands in To, Cc or Bcc with something that is no address, such as the `root` of a
    /// machine's own mail: up to [`MAX_ADDRESSES`] of them, each in at most 80 characters of text.
    #[must_use]
    pub fn unreadable_recipients(&self) -> Vec<String> {
        let unread = self.entries_in(&["To", "Cc", "Bcc"]).filter_map(|entry| match entry {
            Entry::Mailbox { ref addr, .. } if Addr::parse_bytes(addr).is_err() => {
                Some(addr.to_vec())
            }
            Entry::Words(words) => Some(words.to_vec()),
            Entry::Mailbox { .. } => None,
        });
        let shown = |octets: Vec<u8>| {
            let text: String = String::from_utf8_lossy(&octets).trim().chars().take(80).collect();
            text.chars().filter(|scalar| !scalar.is_control()).collect()
        };
        unread.map(shown).collect()
    }

    /// What is wrong with the first recipient in Bcc or Resent-Bcc who is no address.
    #[must_use]
    pub fn bcc_flaw(&self) -> Option<AddrError> {
        self.entries_in(&["Bcc", "Resent-Bcc"]).find_map(|entry| match entry {
            Entry::Mailbox { addr, .. } => Addr::parse_bytes(&addr).err(),
            Entry::Words(words) => Addr::parse_bytes(words.trim_ascii()).err(),
        })
    }

    /// The elements of all fields of these names, [`MAX_ADDRESSES`] of them.
    fn entries_in<'n>(&'n self, names: &'n [&str]) -> impl Iterator<Item = Entry<'a>> + 'n {
        let lists = self.fields().filter(|field| names.iter().any(|name| field.is(name)));
        lists.flat_map(|field| Entries::new(field.value)).take(MAX_ADDRESSES)
    }

    /// The addresses to which the mail was delivered, topmost field first: Delivered-To,
    /// X-Original-To, Envelope-To. No more than [`MAX_ADDRESSES`].
    #[must_use]
    pub fn delivered_to(&self) -> Vec<Addr> {
        if !self.known.delivered {
            return Vec::new();
        }
        self.fields()
            .filter(is_delivery)
            .flat_map(|field| Entries::new(field.value))
            .take(MAX_ADDRESSES)
            .filter_map(address)
            .collect()
    }

    /// The sender's program, by User-Agent or else X-Mailer, in at most 200 octets of text.
    #[must_use]
    pub fn user_agent(&self) -> Option<String> {
        let value = self.known.user_agent.first.or(self.known.x_mailer.first)?;
        text::shown(cut(value))
    }

    /// The address to which mail for the list goes.
    #[must_use]
    pub fn list_post(&self) -> Option<Addr> {
        text::mailto(cut(self.known.list_post.first?))
    }

    /// The id in the Message-ID field, without its angle brackets.
    #[must_use]
    pub fn message_id(&self) -> Option<&'a [u8]> {
        text::last_id(cut(self.known.message_id.first?))
    }

    /// The id of the mail that this one answers, without its angle brackets: the last one of In-Reply-To,
    /// or without that field of References (Discovery §7).
    #[must_use]
    pub fn answered(&self) -> Option<&'a [u8]> {
        match (self.known.in_reply_to.first, self.known.references.first) {
            (Some(value), _) => text::last_id(cut(value)),
            (None, references) => {
                let value = references?;
                // A long thread's field is cut where it is oldest.
                text::last_id(value.get(value.len().saturating_sub(MAX_FIELD_BYTES)..)?)
            }
        }
    }

    /// Whether there is a field with this name, without case.
    #[must_use]
    pub fn has_field(&self, name: &str) -> bool {
        self.fields().any(|field| field.is(name))
    }

    /// All fields in order.
    pub fn fields(&self) -> impl Iterator<Item = RawField<'a>> + Clone + use<'a> {
        Items::new(self.header).filter_map(|item| item.field())
    }

    fn addresses(&self, name: &str, spot: Spot<'a>) -> Result<Vec<Addr>, Limit> {
        let mut addresses = Vec::new();
        let Some(first) = spot.first else { return Ok(addresses) };
        let mut left = MAX_ADDRESSES;
        let mut take = |value| {
            for entry in Entries::new(value) {
                // Discovery §9: mailboxes count whether or not they are valid.
                left = left.checked_sub(1).ok_or(Limit::Addresses)?;
                addresses.extend(address(entry));
            }
            Ok(())
        };
        if spot.several {
            self.fields().filter(|field| field.is(name)).try_for_each(|field| take(field.value))?;
        } else {
            take(first)?;
        }
        Ok(addresses)
    }
}

/// Splits `mail` into its header section and the rest, which begins with the blank line; `note`
/// sees every item.
pub(super) fn header_section<'a>(
    mail: &'a [u8],
    note: impl FnMut(Item<'a>),
) -> Result<(&'a [u8], &'a [u8]), Limit> {
    bounded_section(mail, MAX_HEADER_BYTES, note)
}

/// As [`header_section`], of at most `max_bytes`.
pub(super) fn bounded_section<'a>(
    mail: &'a [u8],
    max_bytes: usize,
    mut note: impl FnMut(Item<'a>),
) -> Result<(&'a [u8], &'a [u8]), Limit> {
    // Discovery §9: the fields that only stand in a payload, for others or beside others, are counted apart.
    let in_payload = max_bytes > MAX_HEADER_BYTES;
    let is_apart = |field: &RawField<'_>| field.is("HP-Outer") || field.is(GOSSIP_FIELD);
    let counts =
        |item: &Item<'_>| item.field().is_some_and(|field| !(in_payload && is_apart(&field)));
    // No more than this is ever looked at, and the blank line behind it.
    let window = mail.get(..max_bytes.saturating_add(2)).unwrap_or(mail);
    let mut items = Items::new(window);
    let (mut left, mut exact) = (MAX_HEADER_FIELDS, false);
    for item in items.by_ref() {
        if left == 0 && !exact {
            // Only now is it worth knowing which of them are fields.
            let before = Items::new(window).take(MAX_HEADER_FIELDS);
            left = before.filter(|item| !counts(item)).count();
            exact = true;
        }
        if !exact || counts(&item) {
            left = left.checked_sub(1).ok_or(Limit::HeaderFields)?;
        }
        note(item);
    }
    let len = window.len().saturating_sub(items.rest().len());
    let complete = !items.rest().is_empty() || window.len() == mail.len();
    if len > max_bytes || !complete {
        return Err(Limit::HeaderBytes);
    }
    mail.split_at_checked(len).ok_or(Limit::HeaderBytes)
}

/// The first field of a name, and whether there are more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spot<'a> {
    first: Option<&'a [u8]>,
    several: bool,
}

impl<'a> Spot<'a> {
    pub(super) fn note(&mut self, value: &'a [u8]) {
        self.several = self.first.is_some();
        self.first = self.first.or(Some(value));
    }

    /// The only value; else whether there are several.
    fn only(&self) -> Result<&'a [u8], bool> {
        if self.several { Err(true) } else { self.first.ok_or(false) }
    }

    /// The only value, or none; outer `None` if there are several.
    pub(super) fn at_most_one(&self) -> Option<Option<&'a [u8]>> {
        (!self.several).then_some(self.first)
    }
}

/// The fields whose places are remembered.
#[derive(Debug, Clone, Default)]
pub(super) struct Known<'a> {
    from: Spot<'a>,
    date: Spot<'a>,
    received: Spot<'a>,
    pub(super) content_type: Spot<'a>,
    pub(super) encoding: Spot<'a>,
    to: Spot<'a>,
    cc: Spot<'a>,
    bcc: Spot<'a>,
    reply_to: Spot<'a>,
    user_agent: Spot<'a>,
    x_mailer: Spot<'a>,
    list_post: Spot<'a>,
    message_id: Spot<'a>,
    in_reply_to: Spot<'a>,
    references: Spot<'a>,
    delivered: bool,
}

impl<'a> Known<'a> {
    /// Messages §3: of fields that may stand once the first counts. Of two senders neither does.
    fn keep_first(&mut self) {
        for spot in [&mut self.date, &mut self.to, &mut self.cc, &mut self.bcc, &mut self.reply_to]
        {
            spot.several = false;
        }
    }

    fn note(&mut self, start: &[u8; 4], item: Item<'a>) {
        let (name, spot) = match start {
            [b't', b'o', ..] => ("To", &mut self.to),
            [b'c', b'c', ..] => ("Cc", &mut self.cc),
            [b'b', b'c', b'c', _] => ("Bcc", &mut self.bcc),
            b"from" => ("From", &mut self.from),
            b"date" => ("Date", &mut self.date),
            b"rece" => ("Received", &mut self.received),
            b"repl" => ("Reply-To", &mut self.reply_to),
            b"x-ma" => ("X-Mailer", &mut self.x_mailer),
            b"list" => ("List-Post", &mut self.list_post),
            b"mess" => ("Message-ID", &mut self.message_id),
            b"user" => ("User-Agent", &mut self.user_agent),
            b"in-r" => ("In-Reply-To", &mut self.in_reply_to),
            b"refe" => ("References", &mut self.references),
            b"cont" => {
                match item.field() {
                    Some(field) if field.is("Content-Type") => self.content_type.note(field.value),
                    Some(field) if field.is("Content-Transfer-Encoding") => {
                        self.encoding.note(field.value);
                    }
                    _ => {}
                }
                return;
            }
            b"deli" | b"x-or" | b"enve" => {
                self.delivered |= item.field().is_some_and(|field| is_delivery(&field));
                return;
            }
            _ => return,
        };
        if let Some(field) = item.field().filter(|field| field.is(name)) {
            spot.note(field.value);
        }
    }
}

impl<'a> KeyFields<'a> {
    fn note(&mut self, item: Item<'a>) {
        let Some(field) = item.field() else { return };
        if family(field.name).is_none() {
            self.own_protocol = self.own_protocol.or_else(|| OwnProtocol::of(&field));
            return;
        }
        let count = if is_judged(&field) { &mut self.judged } else { &mut self.not_judged };
        if *count <= MAX_KEY_FIELDS {
            self.kept.push(field);
        }
        *count = count.saturating_add(1);
    }
}

fn is_resent(field: &RawField<'_>) -> bool {
    field.name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"Resent-"))
}

fn is_delivery(field: &RawField<'_>) -> bool {
    field.is("Delivered-To") || field.is("X-Original-To") || field.is("Envelope-To")
}

fn address(entry: Entry<'_>) -> Option<Addr> {
    match entry {
        Entry::Mailbox { addr, .. } => Addr::parse_bytes(&addr).ok(),
        Entry::Words(_) => None,
    }
}

/// Discovery §9: single fields are cut before anything is read from them.
pub(super) fn cut(value: &[u8]) -> &[u8] {
    value.get(..MAX_FIELD_BYTES).unwrap_or(value)
}
