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
use crate::mime::{ContentType, Envelope, Form, FromFlaw, is_encrypted_type};
use crate::peer::{Advertised, Observation};

/// What the rules ask of a mail. [`Envelope`] answers from raw octets; a mail program that has
/// parsed the mail already answers from [`ParsedMail`].
pub trait Mail {
    /// The mailbox in From.
    ///
    /// # Errors
    /// [`FromFlaw`]: none, several, or an invalid one.
    fn from(&self) -> Result<Addr, FromFlaw>;
    /// The usable `Date`.
    fn date(&self) -> Option<Timestamp>;
    /// The date in the topmost `Received`.
    fn received(&self) -> Option<Timestamp>;
    /// Whether it is a `multipart/report`.
    fn is_report(&self) -> bool;
    /// Whether it is *already encrypted* (Discovery §8).
    fn is_encrypted(&self) -> bool;
    /// All key fields of all spellings, in order.
    fn key_fields(&self) -> Cow<'_, [RawField<'_>]>;
    /// Addresses that the mail was delivered to, as its header tells: topmost first.
    fn delivered_to(&self) -> Vec<Addr>;
    /// The addresses in To and Cc.
    ///
    /// # Errors
    /// The [`Limit`] on address lists.
    fn to_and_cc(&self) -> Result<Vec<Addr>, Limit>;
    /// Whether these are within their limit, which counts also where nobody asks for them.
    ///
    /// # Errors
    /// The [`Limit`] on address lists.
    fn check_addresses(&self) -> Result<(), Limit>;
    /// `User-Agent` or `X-Mailer`.
    fn agent(&self) -> Option<String>;
    /// The address in `List-Post`.
    fn list_post(&self) -> Option<Addr>;
    /// The Message-ID between its angle brackets.
    fn message_id(&self) -> Option<Vec<u8>>;
    /// What decrypting it gave, if it was decrypted.
    fn payload(&self) -> Option<&Payload>;
}

pub use crate::reason::Ignored;

/// Steps 1 and 2: a mail that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender<'a> {
    /// Whose mail it is.
    pub account: &'a Account,
    /// Who wrote it.
    pub from: Addr,
    /// The effective date.
    pub at: Timestamp,
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

/// Who wrote this mail, to which account, and when (Discovery §4, steps 1, 2 and 4). A mail from
/// an own address is a [`Sender`] too: [`observe`] tells.
///
/// # Errors
/// [`Refusal`]: the mail is ignored.
pub fn sender<'a>(
    mail: &dyn Mail,
    receipt: Receipt,
    account: Option<&'a Account>,
    accounts: &'a Accounts,
    now: Timestamp,
) -> Result<Sender<'a>, Refusal> {
    let refuse = |reason| Refusal { reason, from: None };
    if receipt.spam {
        return Err(refuse(Ignored::Spam));
    }
    mail.check_addresses().map_err(|limit| refuse(Ignored::Limit(limit)))?;
    if mail.is_report() {
        return Err(refuse(Ignored::Report));
    }
    let from = mail.from().map_err(|flaw| {
        refuse(match flaw {
            FromFlaw::NoFrom => Ignored::NoFrom,
            FromFlaw::SeveralFrom => Ignored::SeveralFrom,
            FromFlaw::InvalidFrom(_) => Ignored::InvalidFrom,
        })
    })?;
    let refuse = |reason| Refusal { reason, from: Some(from.clone()) };
    let date = mail.date();
    let received = time_of_receipt(mail.received(), receipt.received_at, now);
    // Without a time of receipt *now* takes its place, but only beside a usable Date.
    let at = match (date, received) {
        (None, None) => return Err(refuse(Ignored::Undated)),
        (date, received) => effective_date(date, received.unwrap_or(now)),
    };
    let account = match account {
        Some(account) => account,
        // A mail of the user's own (step 2) need not have come to anyone: it is its writer's.
        None => find_account(mail, accounts)
            .map_err(|limit| refuse(Ignored::Limit(limit)))?
            .or_else(|| accounts.of(&from))
            .ok_or_else(|| refuse(Ignored::AmbiguousAccount))?,
    };
    Ok(Sender { account, from, at })
}

/// The account of a mail (Discovery §1), looking at the address lists only if it must.
fn find_account<'a>(mail: &dyn Mail, accounts: &'a Accounts) -> Result<Option<&'a Account>, Limit> {
    if accounts.0.len() == 1 {
        return Ok(accounts.0.first());
    }
    Ok(accounts.of_incoming(&mail.delivered_to(), &mail.to_and_cc()?))
}

/// What step 4 found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
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
    /// It is the user's own, and advertises this key.
    Own(Option<Advertised>),
    /// It changes nothing after all.
    Ignored(Ignored),
}

/// Steps 3 to 5: judges the key fields of a mail that counts, and says what follows.
pub fn observe(
    mail: &dyn Mail,
    sender: &Sender<'_>,
    accounts: &Accounts,
    judge: Judge<'_>,
) -> Discovered {
    let (mut fields, outer) = settle_fields(&mail.key_fields(), &sender.from, judge);
    if accounts.own(&sender.from) {
        return Discovered { fields, discovery: Discovery::Own(outer), gossip: Vec::new() };
    }
    let payload = mail.payload();
    let (inside, inner) =
        payload.map(|payload| protected_advert(payload, &sender.from, judge)).unwrap_or_default();
    // Step 4: the protected advert wins over the outer one.
    if inner.is_some() {
        let valid = fields.iter_mut().filter(|report| report.verdict == Verdict::Valid);
        valid.for_each(|report| report.verdict = Verdict::Overridden);
    }
    fields.extend(inside);
    let advert = inner.or(outer);
    // Step 3: many programs advertise inside the payload only.
    if advert.is_none() && payload.is_none() && mail.is_encrypted() {
        let discovery = Discovery::Ignored(Ignored::NotDecrypted);
        return Discovered { fields, discovery, gossip: Vec::new() };
    }
    let signed = |payload: &Payload| {
        advert.as_ref().is_some_and(|advert| payload.signers.contains(&advert.key.fingerprint))
    };
    let encrypted = payload.is_some_and(signed);
    let gossip = payload.map_or_else(Vec::new, |payload| {
        read_gossip(payload, encrypted, &sender.from, accounts, judge)
    });
    let observation = Observation {
        at: sender.at,
        encrypted,
        agent: if advert.is_none() { mail.agent() } else { None },
        list_post: mail.list_post().as_ref() == Some(&sender.from),
        advert,
    };
    Discovered { fields, discovery: Discovery::Observed(observation), gossip }
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

impl Mail for Envelope<'_> {
    fn from(&self) -> Result<Addr, FromFlaw> {
        Envelope::from(self)
    }

    fn date(&self) -> Option<Timestamp> {
        Envelope::date(self)
    }

    fn received(&self) -> Option<Timestamp> {
        Envelope::received(self)
    }

    fn is_report(&self) -> bool {
        Envelope::is_report(self)
    }

    fn is_encrypted(&self) -> bool {
        Form::of(self).is_encrypted()
    }

    fn key_fields(&self) -> Cow<'_, [RawField<'_>]> {
        Cow::Borrowed(Envelope::key_fields(self))
    }

    fn delivered_to(&self) -> Vec<Addr> {
        Envelope::delivered_to(self)
    }

    fn to_and_cc(&self) -> Result<Vec<Addr>, Limit> {
        let mut all = self.to()?;
        all.extend(self.cc()?);
        Ok(all)
    }

    fn check_addresses(&self) -> Result<(), Limit> {
        Envelope::check_addresses(self)
    }

    fn agent(&self) -> Option<String> {
        self.user_agent()
    }

    fn list_post(&self) -> Option<Addr> {
        Envelope::list_post(self)
    }

    fn message_id(&self) -> Option<Vec<u8>> {
        Envelope::message_id(self).map(<[u8]>::to_vec)
    }

    fn payload(&self) -> Option<&Payload> {
        None
    }
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

impl Mail for ParsedMail {
    fn from(&self) -> Result<Addr, FromFlaw> {
        match (self.from_fields, self.from.as_slice()) {
            (0, _) | (_, []) => Err(FromFlaw::NoFrom),
            (1, [one]) => Addr::parse(one).map_err(FromFlaw::InvalidFrom),
            _ => Err(FromFlaw::SeveralFrom),
        }
    }

    fn date(&self) -> Option<Timestamp> {
        match self.date.as_slice() {
            [one] => Timestamp::parse_mail_date(one),
            _ => None,
        }
    }

    // The caller gives the time of receipt with the mail.
    fn received(&self) -> Option<Timestamp> {
        None
    }

    fn is_report(&self) -> bool {
        let is_report =
            |value: &str| ContentType::parse(value.as_bytes()).is("multipart", "report");
        self.content_type.as_deref().is_some_and(is_report)
    }

    fn is_encrypted(&self) -> bool {
        let is_encrypted = |value: &str| is_encrypted_type(ContentType::parse(value.as_bytes()));
        self.content_type.as_deref().is_some_and(is_encrypted)
    }

    fn key_fields(&self) -> Cow<'_, [RawField<'_>]> {
        self.key_fields.iter().map(|(name, value)| RawField::of(name, value)).collect()
    }

    fn delivered_to(&self) -> Vec<Addr> {
        self.delivered_to.clone()
    }

    fn to_and_cc(&self) -> Result<Vec<Addr>, Limit> {
        Ok(self.to_and_cc.clone())
    }

    fn check_addresses(&self) -> Result<(), Limit> {
        Ok(())
    }

    fn agent(&self) -> Option<String> {
        self.agent.clone()
    }

    fn list_post(&self) -> Option<Addr> {
        self.list_post.clone()
    }

    fn message_id(&self) -> Option<Vec<u8>> {
        self.message_id.clone()
    }

    fn payload(&self) -> Option<&Payload> {
        self.payload.as_ref()
    }
}
