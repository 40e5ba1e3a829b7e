//! Who gets which mail: what the arguments and the mail say together, and the calls of the mailer that
//! follow from what was made of it.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use inbome_core::addr::Addr;
use inbome_core::engine::Engine;
use inbome_core::error::Error;
use inbome_core::limits::Limit;
use inbome_core::mime::{Envelope, Mail};
use inbome_core::outgoing::{Outgoing, OutgoingReason};
use serde_json::{Value, json};

use super::arguments::Send;
use super::mailer::Mailer;
use super::{DATA, REFUSED, Trouble, USAGE, letter};
use crate::output::shown_line;
use crate::session::Session;
use crate::words;

/// What is to be sent to whom, by the arguments and the mail together.
pub(super) struct Order {
    pub(super) send: Send,
    /// The mail as it came, but for what ends it and a missing blank line.
    input: Vec<u8>,
    /// The mail to process: From stands in it, and in Bcc exactly the blind recipients.
    pub(super) mail: Vec<u8>,
    /// Whom it goes to, and how they were named.
    pub(super) readable: Vec<(Addr, OsString)>,
    /// Recipients among the arguments who are no addresses: `root`.
    local: Vec<OsString>,
    /// The same in the header, for `-t`.
    local_in_header: Vec<String>,
    blind: Vec<Addr>,
}

impl Order {
    /// Reads both.
    pub(super) fn read(
        session: &Session,
        engine: &Engine,
        send: Send,
        input: Vec<u8>,
    ) -> Result<Self, Trouble> {
        let input = match send.dots_are_text {
            true => input,
            false => letter::until_dot(&input).to_vec(),
        };
        if input.trim_ascii().is_empty() {
            return Err(Trouble::new(DATA, "expected a mail on standard input, found nothing"));
        }
        let input = letter::with_blank_line(input);
        let envelope = Envelope::parse(&input)?;
        let mut mail = input.clone();
        if !envelope.has_field("From")
            && let Some(from) = sender(session, engine, &send)?
        {
            let name = send.full_name.as_ref().map(|name| name.to_string_lossy());
            mail = letter::with_from(&mail, name.as_deref(), &from)?;
        }
        let mut readable = Vec::new();
        let mut local = Vec::new();
        for argument in &send.recipients {
            match addresses(argument) {
                Some(all) => readable.extend(all),
                None => local.push(argument.clone()),
            }
        }
        let mut local_in_header = Vec::new();
        let named = envelope.addressed()?;
        if send.header_recipients {
            let blind = envelope.bcc()?;
            let listed = named.iter().chain(&blind);
            readable.extend(listed.map(|addr| (addr.clone(), addr.to_envelope().into())));
            local_in_header = envelope.unreadable_recipients();
        }
        let mut known = BTreeSet::new();
        readable.retain(|(addr, _)| known.insert(addr.clone()));
        if readable.is_empty() && local.is_empty() && local_in_header.is_empty() {
            return Err(match send.header_recipients {
                true => Trouble::new(DATA, "expected recipients in To, Cc or Bcc, found none"),
                false => Trouble::new(USAGE, "expected recipients or -t, found neither"),
            });
        }
        // The envelope says who gets it: a Bcc field must not send it to anybody else, and who
        // stands in neither To nor Cc is a blind recipient.
        let blind = known.into_iter().filter(|addr| !named.contains(addr)).collect::<Vec<_>>();
        let mail = match Mail::parse(&mail)?.shape.own_protocol {
            // It leaves byte for byte or not at all.
            Some(_) => mail,
            None => letter::with_bcc(&mail, &blind.iter().collect::<Vec<_>>())?,
        };
        Ok(Self { send, input, mail, readable, local, local_in_header, blind })
    }

    /// One call of the mailer for each copy.
    pub(super) fn deliveries(&self, made: &Outgoing) -> Result<Vec<Delivery>, Trouble> {
        let shown = self.local.iter().map(|word| word.to_string_lossy().into_owned());
        let local: Vec<String> = shown.chain(self.local_in_header.iter().cloned()).collect();
        let sealed = made.encrypted && made.reason != OutgoingReason::AlreadyEncrypted;
        if sealed && !local.is_empty() {
            // Never a partial send, never silent cleartext.
            let text = format!(
                "expected mail addresses to encrypt to, found {}; leave them out, or say X-Inbome: \
                 clear",
                local.join(", ")
            );
            return Err(Trouble::new(REFUSED, text));
        }
        if made.reason == OutgoingReason::OwnProtocol && !local.is_empty() {
            let why = OutgoingReason::OwnProtocolElsewhere;
            return Err(Trouble::new(REFUSED, format!("{why}, and not to {}", local.join(", "))));
        }
        let from_header = self.send.header_recipients;
        if made.reason.passes_unchanged() || !self.local_in_header.is_empty() {
            let unchanged = || letter::without_controls(&self.input);
            let data = match made.messages.as_slice() {
                [message] if made.reason == OutgoingReason::OwnProtocol => message.data.clone(),
                // With -t it is the mailer that reads Bcc, and removes it.
                _ if from_header => unchanged()?,
                [message] => message.data.clone(),
                _ => unchanged()?,
            };
            let everybody = self.readable.iter().map(|(addr, _)| addr.clone()).collect();
            let recipients = self.send.recipients.clone();
            let arguments = self.arguments(from_header, recipients);
            return Ok(vec![Delivery { data, arguments, recipients: everybody, local }]);
        }
        let leaving = made.messages.iter().filter(|message| !message.recipients.is_empty());
        let named = |addr: &Addr| {
            let known = self.readable.iter().find(|(known, _)| known == addr);
            known.map_or_else(|| addr.to_envelope().into(), |(_, name)| name.clone())
        };
        let mut deliveries: Vec<Delivery> = leaving
            .map(|message| {
                let names = message.recipients.iter().map(named).chain(self.local.iter().cloned());
                Delivery {
                    data: message.data.clone(),
                    arguments: self.arguments(false, names.collect()),
                    recipients: message.recipients.clone(),
                    local: local.clone(),
                }
            })
            .collect();
        if let (true, [message]) = (deliveries.is_empty(), made.messages.as_slice()) {
            // To nobody but local names.
            deliveries.push(Delivery {
                data: message.data.clone(),
                arguments: self.arguments(false, self.local.clone()),
                recipients: Vec::new(),
                local,
            });
        }
        Ok(deliveries)
    }

    /// The options as they came; a dot alone is always text by now.
    fn arguments(&self, from_header: bool, recipients: Vec<OsString>) -> Vec<OsString> {
        let mut arguments = self.send.options.clone();
        if !self.send.dots_are_text {
            arguments.push("-i".into());
        }
        if from_header {
            arguments.push("-t".into());
        }
        if !recipients.is_empty() {
            arguments.push("--".into());
            arguments.extend(recipients);
        }
        arguments
    }

    /// The mail to keep: in the clear it names the blind recipients too, as an encrypted one does
    /// inside.
    pub(super) fn sent_copy(&self, made: &Outgoing) -> Result<Option<Vec<u8>>, Limit> {
        if made.reason == OutgoingReason::OwnProtocol {
            return Ok(None);
        }
        if made.reason.passes_unchanged() {
            return letter::without_controls(&self.input).map(Some);
        }
        let copy = made.messages.iter().find(|message| message.sent_copy);
        let blind: Vec<&Addr> = self.blind.iter().collect();
        match copy {
            Some(copy) if made.encrypted => Ok(Some(copy.data.clone())),
            Some(copy) => letter::with_bcc(&copy.data, &blind).map(Some),
            None => Ok(None),
        }
    }
}

/// One mail for the mailer.
pub(super) struct Delivery {
    pub(super) data: Vec<u8>,
    pub(super) arguments: Vec<OsString>,
    recipients: Vec<Addr>,
    /// Recipients who are no addresses.
    local: Vec<String>,
}

impl Delivery {
    /// To whom, for people.
    pub(super) fn to(&self) -> String {
        let addrs = self.recipients.iter().map(Addr::to_envelope);
        let all: Vec<String> = addrs.chain(self.local.iter().cloned()).collect();
        shown_line(&all.join(", "))
    }

    /// One of `messages[]`; with its data and command if nothing is sent.
    pub(super) fn object(&self, mailer: Option<&Mailer>) -> Value {
        let recipients: Vec<String> = self.recipients.iter().map(Addr::to_envelope).collect();
        let mut object = json!({ "recipients": recipients, "local": self.local });
        if let (Value::Object(fields), Some(mailer)) = (&mut object, mailer) {
            fields.insert("command".into(), json!(mailer.words(&self.arguments)));
            fields.insert("data".into(), json!(words::base64(&self.data)));
        }
        object
    }
}

/// Who writes a mail without From: the envelope's sender if that is an account, else the account
/// that is named or the only one.
fn sender(session: &Session, engine: &Engine, send: &Send) -> Result<Option<Addr>, Error> {
    let accounts = engine.accounts()?;
    if let Some(sender) = &send.sender {
        let addr = addresses(sender).and_then(|all| all.into_iter().next()).map(|(addr, _)| addr);
        return Ok(addr.filter(|addr| accounts.iter().any(|account| account.owns(addr))));
    }
    Ok(match (session.account(), accounts.as_slice()) {
        (Some(named), _) => Some(named),
        (None, [only]) => Some(only.addr.clone()),
        (None, _) => None,
    })
}

/// The addresses in one argument: `bob@example.org`, `Bob <bob@example.org>`, `a@b.org, c@d.org`.
/// `None` if something in it is no address.
fn addresses(argument: &OsStr) -> Option<Vec<(Addr, OsString)>> {
    let text = argument.to_str()?;
    if let Ok(addr) = Addr::parse(text) {
        return Some(vec![(addr, argument.to_owned())]);
    }
    let one = |part: &str| {
        let part = part.trim();
        let part = match (part.rfind('<'), part.strip_suffix('>')) {
            (Some(open), Some(closed)) => closed.get(open.saturating_add(1)..)?,
            _ => part,
        };
        Some((Addr::parse(part).ok()?, part.into()))
    };
    text.split(',').filter(|part| !part.trim().is_empty()).map(one).collect()
}
