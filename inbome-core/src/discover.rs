//! What one mail says about its sender, and what of it is believed (Discovery §2.2, §4, §5).
//!
//! [`sender`] is steps 1 and 2: who wrote, to which account, when, and whether the mail counts at
//! all. [`observe`] is steps 3 and 4: it judges the key fields and gives the observation. Hostile
//! mail is data here, never an error. Not here: what is done with an observation (`peer`), how a mail
//! is decrypted, and anything that OpenPGP must answer; that comes in as an argument.

use std::borrow::Cow;

use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::{Timestamp, effective_date, time_of_receipt};
use crate::fields::{FieldReport, Judge, Verdict, not_judged, settle_fields};
use crate::gossip::{GossipReport, Payload, read_gossip};
use crate::header::RawField;
use crate::limits::Limit;
use crate::mime::{self, ContentType, FromFlaw, OwnProtocol, is_encrypted_type};
use crate::peer::{Advertised, Observation};

/// What the rules ask of a mail, whoever took it apart: this library ([`Facts::of`]) or the program
/// that hands it in ([`ParsedMail::facts`]).
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The mailbox in From.
    pub from: Result<Addr, FromFlaw>,
    /// The usable `Date`.
    pub date: Option<Timestamp>,
    /// The date in the topmost `Received`.
    pub received: Option<Timestamp>,
    /// Whether it is a `multipart/report`, or holds one once it is decrypted.
    pub is_report: bool,
    /// All key fields of all spellings, in order.
    pub key_fields: Cow<'a, [RawField<'a>]>,
    /// Where it was delivered to, topmost first, then To and Cc; empty where nobody asks.
    pub own_candidates: Result<Vec<Addr>, Limit>,
    /// `User-Agent` or `X-Mailer`.
    pub agent: Option<Cow<'a, str>>,
    /// The address in `List-Post`.
    pub list_post: Option<Addr>,
    /// The Message-ID between its angle brackets.
    pub message_id: Option<Cow<'a, [u8]>>,
    /// Which field of own protocol mails it has.
    pub own_protocol: Option<OwnProtocol>,
    /// What was inside, if it was opened.
    pub payload: Option<&'a Payload>,
    /// The account whose key opened it, where the header names none.
    pub opened_by: Option<Addr>,
    /// From an own address, encrypted, and none of our keys is for it.
    pub is_foreign: bool,
    pub(crate) closed: Closed<'a>,
}

/// Whether a mail is encrypted, or holds OpenPGP that is not read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Closed<'a> {
    Known(bool),
    /// Asked only of mails without an advert: it takes a look at the body.
    Ask(&'a mime::Mail<'a>),
}

impl<'a> Facts<'a> {
    /// Of a mail in octets. Its address lists are looked at only if one of several accounts is to be
    /// found.
    #[must_use]
    pub fn of(mail: &'a mime::Mail<'a>, accounts: &Accounts, payload: Option<&'a Payload>) -> Self {
        let envelope = &mail.envelope;
        let own_candidates = match accounts.0.as_slice() {
            [_] => envelope.check_addresses().map(|()| Vec::new()),
            _ => candidates(envelope),
        };
        Self {
            from: envelope.from(),
            date: envelope.date(),
            received: envelope.received(),
            is_report: envelope.is_report() || payload.is_some_and(|payload| payload.is_report),
            key_fields: Cow::Borrowed(envelope.key_fields()),
            own_candidates,
            agent: envelope.user_agent().map(Cow::Owned),
            list_post: envelope.list_post(),
            message_id: envelope.message_id().map(Cow::Borrowed),
            own_protocol: mail.shape.own_protocol,
            payload,
            opened_by: None,
            is_foreign: false,
            closed: match mail.shape.is_encrypted() {
                true => Closed::Known(true),
                false => Closed::Ask(mail),
            },
        }
    }

    /// Discovery §4, step 3: whether it may advertise where nobody looked.
    fn is_closed(&self) -> bool {
        match self.closed {
            Closed::Known(known) => known,
            Closed::Ask(mail) => mail.counts_as_unread(),
        }
    }
}

fn candidates(envelope: &mime::Envelope<'_>) -> Result<Vec<Addr>, Limit> {
    let mut all = envelope.delivered_to();
    all.extend(envelope.to()?);
    all.extend(envelope.cc()?);
    Ok(all)
}

pub use crate::reason::Ignored;

/// Steps 1 and 2: a mail that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender<'a> {
    /// Whose mail it is.
    pub account: &'a Account,
    /// Who wrote it.
    pub from: Addr,
    /// The time of receipt, if there is another than `now`.
    received: Option<Timestamp>,
    now: Timestamp,
}

impl Sender<'_> {
    /// The effective date (Discovery §3) of a mail with this date. Without a time of receipt *now* takes
    /// its place, but only beside a usable date.
    fn effective_date(&self, date: Option<Timestamp>) -> Option<Timestamp> {
        match (date, self.received) {
            (None, None) => None,
            (date, received) => Some(effective_date(date, received.unwrap_or(self.now))),
        }
    }
}

/// Why step 1 or 2 ended it; who wrote, if that much is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: Ignored,
    /// The sender, when From was fine.
    pub from: Option<Addr>,
}

/// What the caller knows about a mail beyond its octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipt {
    /// IMAP INTERNALDATE, the mbox `From ` line, or the like.
    pub received_at: Option<Timestamp>,
    /// It is held for spam.
    pub spam: bool,
    /// It must not be decrypted.
    pub no_decrypt: bool,
    /// What decrypting and verifying it gave is wanted for display.
    pub return_payload: bool,
}

/// Who wrote this mail, and to which account (Discovery §4, steps 1 and 2). A mail from an own address
/// is a [`Sender`] too: [`observe`] tells.
///
/// # Errors
/// [`Refusal`]: the mail is ignored.
pub fn sender<'a>(
    mail: &Facts<'_>,
    receipt: Receipt,
    account: Option<&'a Account>,
    accounts: &'a Accounts,
    now: Timestamp,
) -> Result<Sender<'a>, Refusal> {
    let refuse = |reason| Refusal { reason, from: None };
    if receipt.spam {
        return Err(refuse(Ignored::Spam));
    }
    let candidates = match &mail.own_candidates {
        Ok(candidates) => candidates,
        Err(limit) => return Err(refuse(Ignored::Limit(*limit))),
    };
    if mail.is_report {
        return Err(refuse(Ignored::Report));
    }
    let from = mail.from.clone().map_err(|flaw| {
        refuse(match flaw {
            FromFlaw::NoFrom => Ignored::NoFrom,
            FromFlaw::SeveralFrom => Ignored::SeveralFrom,
            FromFlaw::InvalidFrom(_) => Ignored::InvalidFrom,
        })
    })?;
    let received = time_of_receipt(mail.received, receipt.received_at, now);
    let account = account
        .or_else(|| accounts.of_incoming([], candidates))
        .or_else(|| mail.opened_by.as_ref().and_then(|addr| accounts.of(addr)))
        // A mail of the user's own (step 2) need not have come to anyone: it is its writer's.
        .or_else(|| accounts.of(&from));
    let Some(account) = account else {
        return Err(Refusal { reason: Ignored::AmbiguousAccount, from: Some(from) });
    };
    Ok(Sender { account, from, received, now })
}

/// What step 4 found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// The effective date, if there is one.
    pub at: Option<Timestamp>,
    /// The key fields, those of the outer header first, in their order.
    pub fields: Vec<FieldReport>,
    /// What follows.
    pub discovery: Discovery,
    /// The gossip in the payload.
    pub gossip: Vec<GossipReport>,
}

/// What follows from a mail that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discovery {
    /// It says this about its sender.
    Observed(Observation),
    /// It is the user's own.
    Own {
        /// The key that it advertises.
        advert: Option<Advertised>,
        /// It is encrypted, and none of our keys is for it.
        is_foreign: bool,
    },
    /// It changes nothing after all.
    Ignored(Ignored),
}

/// Steps 2 to 5: judges the key fields of a mail that counts, and says what follows.
pub fn observe(
    mail: &Facts<'_>,
    sender: &Sender<'_>,
    accounts: &Accounts,
    judge: Judge<'_>,
) -> Discovered {
    let outside = sender.effective_date(mail.date);
    let ignored = |reason, at, fields| {
        let discovery = Discovery::Ignored(reason);
        Discovered { at, fields, discovery, gossip: Vec::new() }
    };
    let own = accounts.own(&sender.from);
    // Step 2: what the user's devices say to one another is no key of anybody's.
    if own && mail.own_protocol.is_some() {
        return ignored(Ignored::OwnProtocol, outside, Vec::new());
    }
    let may_be_dated = mail.payload.is_some_and(|payload| {
        !payload.in_clear && (payload.date.is_some() || payload.signed_at.is_some())
    });
    if outside.is_none() && !may_be_dated {
        return ignored(Ignored::Undated, None, Vec::new());
    }
    let (mut fields, outer) = settle_fields(&mail.key_fields, &sender.from, judge);
    if own {
        let discovery = Discovery::Own { advert: outer, is_foreign: mail.is_foreign };
        return Discovered { at: outside, fields, discovery, gossip: Vec::new() };
    }
    // An unobtrusive signature protects an advert only where there is none outside (Messages §3).
    let payload = mail.payload.filter(|payload| !payload.in_clear || outer.is_none());
    let (inside, inner) =
        payload.map(|payload| protected_advert(payload, &sender.from, judge)).unwrap_or_default();
    // Step 4: the protected advert wins over the outer one.
    if inner.is_some() {
        let valid = fields.iter_mut().filter(|report| report.verdict == Verdict::Valid);
        valid.for_each(|report| report.verdict = Verdict::Overridden);
    }
    fields.extend(inside);
    let advert = inner.or(outer);
    let decrypted = payload.filter(|payload| !payload.in_clear);
    // Step 3: many programs advertise inside the payload only.
    if advert.is_none() && decrypted.is_none() && mail.is_closed() {
        return ignored(Ignored::NotDecrypted, outside, fields);
    }
    let signed = |payload: &&Payload| {
        advert.as_ref().is_some_and(|advert| payload.signers.contains(&advert.key.fingerprint))
    };
    let signed = decrypted.filter(signed);
    // Discovery §3: what stands outside anybody can change, and some programs falsify.
    let at = match signed {
        Some(payload) => {
            let earlier = mail.date.into_iter().chain(payload.signed_at).min();
            sender.effective_date(payload.date.or(earlier))
        }
        None => outside,
    };
    let Some(at) = at else { return ignored(Ignored::Undated, None, fields) };
    let gossip = decrypted.map_or_else(Vec::new, |payload| {
        read_gossip(payload, signed.is_some(), &sender.from, accounts, judge)
    });
    let observation = Observation {
        at,
        encrypted: signed.is_some(),
        agent: match advert {
            None => mail.agent.as_ref().map(|agent| agent.clone().into_owned()),
            Some(_) => None,
        },
        list_post: mail.list_post.as_ref() == Some(&sender.from),
        advert,
    };
    Discovered { at: Some(at), fields, discovery: Discovery::Observed(observation), gossip }
}

/// Discovery §4, step 4: an advert inside counts if its address, the inner and the outer From are
/// the same and the mail is validly signed by the cert in it.
fn protected_advert(
    payload: &Payload,
    from: &Addr,
    judge: Judge<'_>,
) -> (Vec<FieldReport>, Option<Advertised>) {
    let fields: Vec<RawField<'_>> =
        payload.key_fields.iter().map(|(name, value)| RawField::of(name, value)).collect();
    let (mut reports, advert) = match payload.from.as_ref() == Some(from) {
        true => settle_fields(&fields, from, judge),
        false => (not_judged(&fields), None),
    };
    let advert = advert
        .filter(|advert| payload.signers.contains(&advert.key.fingerprint))
        .map(|advert| Advertised { protected: true, field: None, ..advert });
    for report in &mut reports {
        report.protected = true;
        // Good by itself, and without effect in a mail that its key did not sign.
        if advert.is_none() && report.verdict == Verdict::Valid {
            report.verdict = Verdict::NotJudged;
        }
    }
    (reports, advert)
}

/// A mail that its program has parsed already. What is left empty is taken to be absent.
#[derive(Debug, Clone, Default)]
pub struct ParsedMail {
    /// Mailboxes in From, over all From fields, as they stand (`alice@example.org`).
    pub from: Vec<String>,
    /// How many From fields there are.
    pub from_fields: usize,
    /// Addresses that the mail was delivered to, topmost field first.
    pub delivered_to: Vec<Addr>,
    /// Addresses in To and Cc.
    pub to_and_cc: Vec<Addr>,
    /// The `Date` fields' values.
    pub date: Vec<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// Between its angle brackets.
    pub message_id: Option<Vec<u8>>,
    /// `User-Agent` or `X-Mailer`.
    pub agent: Option<String>,
    /// The address in `List-Post`.
    pub list_post: Option<Addr>,
    /// Key fields in their order: name and raw value.
    pub key_fields: Vec<(String, Vec<u8>)>,
    /// What decrypting it gave.
    pub payload: Option<Payload>,
}

impl ParsedMail {
    /// What the rules ask of it.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        let content_type = self.content_type.as_deref().unwrap_or("text/plain");
        let content_type = ContentType::parse(content_type.as_bytes());
        let payload = self.payload.as_ref();
        let is_report = content_type.is("multipart", "report");
        let candidates = self.delivered_to.iter().chain(&self.to_and_cc).cloned();
        Facts {
            from: match (self.from_fields, self.from.as_slice()) {
                (0, _) | (_, []) => Err(FromFlaw::NoFrom),
                (1, [one]) => Addr::parse(one).map_err(FromFlaw::InvalidFrom),
                _ => Err(FromFlaw::SeveralFrom),
            },
            date: match self.date.as_slice() {
                [one] => Timestamp::parse_mail_date(one),
                _ => None,
            },
            // The caller gives the time of receipt with the mail.
            received: None,
            is_report: is_report || payload.is_some_and(|payload| payload.is_report),
            key_fields: self
                .key_fields
                .iter()
                .map(|(name, value)| RawField::of(name, value))
                .collect(),
            own_candidates: Ok(candidates.collect()),
            agent: self.agent.as_deref().map(Cow::Borrowed),
            list_post: self.list_post.clone(),
            message_id: self.message_id.as_deref().map(Cow::Borrowed),
            own_protocol: None,
            payload,
            opened_by: None,
            is_foreign: false,
            closed: Closed::Known(is_encrypted_type(content_type)),
        }
    }
}
