//! What is to be sent: who writes it to whom, and what its header asks for (Discovery §8).
//!
//! Reads, and decides nothing. Not here: what becomes of it (`plan`).

use std::collections::BTreeSet;

use super::{ComposeError, Mode, OutgoingOptions, OutgoingReason};
use crate::account::{Accounts, ClearReply};
use crate::addr::Addr;
use crate::key::Key;
use crate::mime::{Envelope, Form, FromFlaw, Mail};
use crate::openpgp::message::OpenFlaw;
use crate::openpgp::{OpenPgp, SecretKey};
use crate::recommend::Reply;

/// What is sealed.
#[derive(Debug, Clone)]
pub enum Source<'a> {
    /// A whole mail, as its program would send it.
    Mail(&'a [u8]),
    /// One MIME entity, and the header fields to protect, for a program that writes its header
    /// itself.
    Entity(&'a [u8], &'a [(&'a str, String)]),
    /// A mail that is put away as a draft.
    PutAway(&'a [u8]),
}

/// One copy of a mail, as a program that writes the header itself has it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entity<'a> {
    /// The MIME entity: its `Content-*` fields, a blank line, the body.
    pub octets: &'a [u8],
    /// The fields to protect, name and value: all of the mail's own but `Content-*` and
    /// `MIME-Version`.
    pub header: &'a [(&'a str, String)],
    /// Those in To and Cc who get this copy; one's own address alone for the copy to keep.
    pub recipients: &'a [Addr],
    /// Blind recipients: one, and nobody else.
    pub blind: &'a [Addr],
    /// Leaves the Subject in the clear.
    pub keep_subject: bool,
}

/// A mail about to be sent, and who writes it to whom.
#[derive(Debug, Clone)]
pub struct OutgoingDraft<'a> {
    /// What it says.
    pub source: Source<'a>,
    /// The sender, or why there is none.
    pub from: Result<Addr, OutgoingReason>,
    /// There is a From field.
    pub has_from: bool,
    /// It bears `Resent-*`.
    pub resent: bool,
    /// Everybody whom it goes to, in the order of the header, without duplicates.
    pub recipients: Vec<Addr>,
    /// Who of them is named neither in To nor in Cc.
    pub blind: Vec<Addr>,
    /// The addresses in To and Cc.
    pub named: BTreeSet<Addr>,
    /// The addresses in Reply-To.
    pub reply_to: Vec<Addr>,
    /// What stands in To, Cc or Bcc and is no address, where those say who gets the mail.
    pub unreadable: Vec<String>,
    /// Who decides, `X-Inbome` considered.
    pub mode: Mode,
    /// It is encrypted already.
    pub already_encrypted: bool,
    /// What of it must be opened to tell whether others can: the OpenPGP message that the mail is.
    pub armor: Option<Vec<u8>>,
    /// It bears a field of own protocol mails.
    pub own_protocol: bool,
    /// What it answers.
    pub reply: Reply,
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<Vec<u8>>,
    /// The first field with a NUL or a stray carriage return.
    pub control: Option<String>,
    /// The caller's options, as far as they matter later.
    pub keep_subject: bool,
    /// The program can send but one message.
    pub one_message: bool,
    /// Keys that a draft of it brought along.
    pub gossip: Vec<(Addr, Key)>,
    /// What becomes of a clear answer to an encrypted mail.
    pub clear_reply: ClearReply,
}

impl<'a> OutgoingDraft<'a> {
    /// Reads a mail as a program would send it.
    ///
    /// # Errors
    /// [`ComposeError::Limit`], [`ComposeError::ModeField`]; [`ComposeError::Addr`] for a blind
    /// recipient who would be lost with the field.
    pub fn read(
        mail: &'a [u8],
        options: &OutgoingOptions,
        openpgp: &dyn OpenPgp,
    ) -> Result<Self, ComposeError> {
        let Mail { envelope, shape } = Mail::parse(mail).map_err(ComposeError::Limit)?;
        let mut draft = Self::headed(Source::Mail(mail), &envelope)?;
        draft.own_protocol = shape.own_protocol.is_some();
        let mut listed = envelope.addressed().map_err(ComposeError::Limit)?;
        let blind = envelope.bcc().map_err(ComposeError::Limit)?;
        if let Some(given) = &options.recipients {
            // The envelope rules: who stands in To but not in it gets no mail from us.
            listed.retain(|addr| given.contains(addr));
            listed.extend(given.iter().cloned());
        }
        listed.extend(blind);
        draft.send_to(listed);
        // Who sends by an envelope of their own knows what is in it.
        if options.recipients.is_none() {
            draft.unreadable = envelope.unreadable_recipients();
        }
        let own_protocol = draft.own_protocol;
        // The field never leaves. In To it would still be read, and in an envelope it would still be seen.
        if let (None, Some(flaw), false) = (&options.recipients, envelope.bcc_flaw(), own_protocol)
        {
            return Err(ComposeError::Addr(flaw));
        }
        draft.mode = match mode_field(&envelope) {
            Err(_) if own_protocol => options.mode,
            asked => asked?.unwrap_or(options.mode),
        };
        (draft.already_encrypted, draft.armor) = looked_into(mail, shape.form, openpgp);
        if let Some(known) = options.reply_to_encrypted {
            draft.reply = Reply::ToEncrypted(known);
        }
        draft.keep_subject = options.keep_subject;
        draft.one_message = options.one_message;
        draft.gossip.clone_from(&options.gossip);
        draft.clear_reply = options.clear_reply;
        Ok(draft)
    }

    /// Reads one copy of a mail whose program writes the header itself. It is to be encrypted.
    ///
    /// # Errors
    /// [`ComposeError::Limit`].
    pub fn read_entity(header: &[u8], entity: &Entity<'a>) -> Result<Self, ComposeError> {
        let Mail { envelope, shape } = Mail::parse(header).map_err(ComposeError::Limit)?;
        let mut draft = Self::headed(Source::Entity(entity.octets, entity.header), &envelope)?;
        draft.own_protocol = shape.own_protocol.is_some();
        draft.send_to(entity.recipients.iter().chain(entity.blind).cloned().collect());
        draft.blind = entity.blind.to_vec();
        draft.mode = Mode::Encrypt;
        draft.one_message = true;
        draft.keep_subject = entity.keep_subject;
        Ok(draft)
    }

    /// Reads a mail that is put away as a draft: it goes to nobody yet.
    ///
    /// # Errors
    /// [`ComposeError::Limit`].
    pub fn read_to_put_away(mail: &'a [u8]) -> Result<Self, ComposeError> {
        let envelope = Envelope::parse(mail).map_err(ComposeError::Limit)?;
        let mut draft = Self::headed(Source::PutAway(mail), &envelope)?;
        if let Some(field) = draft.control {
            return Err(ComposeError::Control { field });
        }
        let blind = envelope.bcc().map_err(ComposeError::Limit)?;
        draft.send_to(draft.named.iter().cloned().chain(blind).collect());
        draft.mode = Mode::Encrypt;
        Ok(draft)
    }

    /// What the header says, whatever is to become of the mail.
    fn headed(source: Source<'a>, envelope: &Envelope<'_>) -> Result<Self, ComposeError> {
        let mut named = envelope.to().map_err(ComposeError::Limit)?;
        named.extend(envelope.cc().map_err(ComposeError::Limit)?);
        Ok(Self {
            source,
            from: envelope.from().map_err(|flaw| match flaw {
                FromFlaw::NoFrom => OutgoingReason::NoFrom,
                FromFlaw::SeveralFrom => OutgoingReason::SeveralFrom,
                FromFlaw::InvalidFrom(_) => OutgoingReason::InvalidFrom,
            }),
            has_from: envelope.has_field("From"),
            resent: envelope.is_resent(),
            recipients: Vec::new(),
            blind: Vec::new(),
            named: named.into_iter().collect(),
            reply_to: envelope.reply_to().unwrap_or_default(),
            unreadable: Vec::new(),
            mode: Mode::Auto,
            already_encrypted: false,
            armor: None,
            own_protocol: false,
            reply: envelope.answered().map_or(Reply::Unknown, |id| Reply::To(id.to_vec())),
            message_id: envelope.message_id().map(<[u8]>::to_vec),
            control: control(envelope),
            keep_subject: false,
            one_message: false,
            gossip: Vec::new(),
            clear_reply: ClearReply::Send,
        })
    }

    /// Sets the recipients, each once.
    fn send_to(&mut self, mut recipients: Vec<Addr>) {
        let mut known = BTreeSet::new();
        recipients.retain(|addr| known.insert(addr.clone()));
        let blind = recipients.iter().filter(|addr| !self.named.contains(*addr));
        self.blind = blind.cloned().collect();
        self.recipients = recipients;
    }

    /// Whether the account that is named writes it: of an entity whose program keeps From to itself.
    #[must_use]
    pub fn is_from_named(&self) -> bool {
        !self.has_from && matches!(self.source, Source::Entity(..))
    }

    /// The OpenPGP message that the mail is already, if it goes to somebody who is not the user.
    #[must_use]
    pub fn armor_for_others(&self, accounts: &Accounts) -> Option<&[u8]> {
        let goes_out = self.recipients.iter().any(|addr| !accounts.own(addr));
        self.armor.as_deref().filter(|_| goes_out)
    }

    /// Everybody whose key the mail could tell others.
    pub fn gossiped(&self) -> impl Iterator<Item = &Addr> {
        self.named.iter().chain(&self.reply_to)
    }
}

/// The first field with a NUL, or a carriage return that ends no line: some programs end a line there.
fn control(envelope: &Envelope<'_>) -> Option<String> {
    let holds = |octets: &[u8]| {
        let next = |at: usize| octets.get(at.saturating_add(1));
        let stray = |at: usize| octets.get(at) == Some(&0) || next(at) != Some(&b'\n');
        memchr::memchr2_iter(0, b'\r', octets).any(stray)
    };
    if !holds(envelope.header()) {
        return None;
    }
    let field = envelope.fields().find(|field| holds(field.raw));
    let name = field.map(|field| String::from_utf8_lossy(field.name).into_owned());
    let shown = name.unwrap_or_default();
    Some(shown.chars().filter(|c| !c.is_control()).take(80).collect())
}

/// The mode that an `X-Inbome` field asks for. One that cannot be read must not be sent past, nor two
/// that disagree.
fn mode_field(envelope: &Envelope<'_>) -> Result<Option<Mode>, ComposeError> {
    let words = envelope.fields().filter(|field| field.is("X-Inbome"));
    let words = words.map(|field| String::from_utf8_lossy(field.value).trim().to_ascii_lowercase());
    let words: BTreeSet<String> = words.collect();
    if words.is_empty() {
        return Ok(None);
    }
    let text = words.into_iter().collect::<Vec<_>>().join(", ");
    match text.parse() {
        Ok(mode) => Ok(Some(mode)),
        Err(()) => Err(ComposeError::ModeField { found: text.chars().take(80).collect() }),
    }
}

/// Whether a mail that looks encrypted is: text that is only signed has the same armor. What cannot be
/// looked into is taken at its word, unless nothing of it is armor. And the OpenPGP message that it is.
fn looked_into(mail: &[u8], form: Form<'_>, openpgp: &dyn OpenPgp) -> (bool, Option<Vec<u8>>) {
    match form {
        Form::Encrypted(found) => {
            let recipients = openpgp.recipients(&found.armor);
            let is_text = matches!(recipients, Err(OpenFlaw::NotEncrypted | OpenFlaw::Shape));
            (!is_text, Some(found.armor.into_owned()).filter(|_| !is_text))
        }
        Form::Malformed(_) => {
            (memchr::memmem::find(mail, b"-----BEGIN PGP MESSAGE-----").is_some(), None)
        }
        form => (matches!(form, Form::SMime), None),
    }
}

/// Whether an OpenPGP message names nobody but `keys`. One hidden recipient is told by trying.
pub(crate) fn is_only_for(keys: &[&SecretKey], message: &[u8], openpgp: &dyn OpenPgp) -> bool {
    let Ok(to) = openpgp.recipients(message) else { return false };
    if let [one] = to.as_slice()
        && one.is_hidden()
    {
        return openpgp.open(message, keys).is_ok();
    }
    let own: BTreeSet<_> = keys.iter().flat_map(|key| openpgp.key_ids(key)).collect();
    !to.is_empty() && to.iter().all(|id| own.contains(id))
}
