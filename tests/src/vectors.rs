//! The vectors of `tests/vectors/`: how they are read, run and made.
//!
//! A vector is one mail with what the protocol says of it; its format is in the README beside the
//! files. [`Vector::parse`] and [`run`] are the Rust surface's runner; [`all`] makes the files.
//! Not here: what only a sequence of mails can show.

use inbome_core::clock::Timestamp;
use inbome_core::discover::Receipt;
use inbome_core::engine::{Engine, Reply};

use crate::stage::{BOB, NOW, SetClock, add_account, addr, options, outcome, state, verdicts};

mod cases;

pub use cases::all;

/// One vector: what is given and what is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vector {
    /// Accounts of the home; [`BOB`] if none is named.
    pub accounts: Vec<String>,
    /// The present.
    pub now: Timestamp,
    /// The time of receipt, if the caller knows it.
    pub received_at: Option<Timestamp>,
    /// Whether the caller holds the mail for spam.
    pub spam: bool,
    /// What must come out: `name=value`, in order.
    pub expect: Vec<(String, String)>,
    /// The mail.
    pub mail: Vec<u8>,
}

impl Vector {
    /// Reads a vector: lines up to the first empty one, then the mail.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(octets: &[u8]) -> Result<Self, String> {
        let blank = octets.windows(2).position(|pair| pair == b"\n\n");
        let blank = blank.ok_or("expected an empty line after the head, found none")?;
        let head = std::str::from_utf8(&octets[..blank]).map_err(|error| error.to_string())?;
        let mut vector = Self {
            accounts: Vec::new(),
            now: Timestamp::from_secs(NOW),
            received_at: None,
            spam: false,
            expect: Vec::new(),
            mail: octets[blank + 2..].to_vec(),
        };
        let time = |text| Timestamp::parse(text).map_err(|error| error.to_string());
        for line in head.lines() {
            let (name, value) =
                line.split_once(": ").ok_or(format!("expected name: value, found {line:?}"))?;
            match name {
                "expect" => {
                    let (name, value) = value
                        .split_once('=')
                        .ok_or(format!("expected expect: name=value, found {line:?}"))?;
                    vector.expect.push((name.to_owned(), value.to_owned()));
                }
                "account" => vector.accounts.push(value.to_owned()),
                "now" => vector.now = time(value)?,
                "received-at" => vector.received_at = Some(time(value)?),
                "spam" => vector.spam = value == "yes",
                "note" => {}
                _ => return Err(format!("expected a known name, found {name:?}")),
            }
        }
        if vector.accounts.is_empty() {
            vector.accounts.push(BOB.to_owned());
        }
        Ok(vector)
    }
}

/// Runs a vector on the Rust surface and gives what came out of all that it expects, in the same
/// words and order. Every key field has a line, expected or not.
#[must_use]
pub fn run(vector: &Vector) -> Vec<(String, String)> {
    let engine = Engine::in_memory(options(&SetClock::new(vector.now.as_secs())));
    vector.accounts.iter().for_each(|account| add_account(&engine, account));
    let receipt =
        Receipt { received_at: vector.received_at, spam: vector.spam, ..Receipt::default() };
    let incoming = engine.process_incoming(None, &vector.mail, receipt).expect("processed");
    let mut fields = verdicts(&incoming).into_iter();
    let from = incoming.peer.clone();
    let first = addr(&vector.accounts[0]);
    let account = incoming.account.clone().unwrap_or(first);
    let peer = from.as_ref().map(|from| match engine.peer(Some(&account), from) {
        Ok(details) => details.state.peer,
        Err(_) => state(&engine, from.as_str()).peer,
    });
    let advert = peer.as_ref().and_then(|peer| peer.advert.as_ref());
    let none = || "none".to_owned();
    let mut found = Vec::new();
    for (name, _) in &vector.expect {
        let value = match name.split_once(' ').map_or(name.as_str(), |(first, _)| first) {
            "outcome" => outcome(&incoming),
            "from" => from.as_ref().map_or_else(none, ToString::to_string),
            "account" => incoming.account.as_ref().map_or_else(none, ToString::to_string),
            "date" => incoming.effective_date.map_or_else(none, |at| at.to_string()),
            "field" => {
                let (found_name, value) = match fields.next() {
                    Some(field) => field.split_once('=').map_or_else(
                        || (field.clone(), String::new()),
                        |(name, value)| (name.to_owned(), value.to_owned()),
                    ),
                    None => (none(), none()),
                };
                found.push((format!("field {found_name}"), value));
                continue;
            }
            "prefer" => advert.map_or_else(none, |a| a.prefer_encrypt.as_str().to_owned()),
            "key" => advert.map_or_else(none, |a| a.key.fingerprint.to_string()),
            "list" => peer.as_ref().is_some_and(|peer| peer.list_post.is_some()).to_string(),
            "agent" => {
                let plain = peer.as_ref().and_then(|peer| peer.last_plain.clone());
                plain.map_or_else(none, |plain| plain.agent)
            }
            "own_key_conflict" => {
                incoming.own_key_conflict.as_ref().map_or_else(none, |conflict| {
                    conflict.fingerprint.as_ref().map_or_else(none, ToString::to_string)
                })
            }
            "recommendation" | "reasons" => {
                let Some(from) = &from else {
                    found.push((name.clone(), none()));
                    continue;
                };
                let asked = std::slice::from_ref(from);
                let advice =
                    engine.recommend(Some(&account), asked, &Reply::Unknown).expect("advised");
                match name.as_str() {
                    "recommendation" => format!("{:?}", advice.recommendation).to_lowercase(),
                    _ => {
                        let reasons = &advice.recipients[0].1.reasons;
                        reasons.iter().map(|r| r.code().name()).collect::<Vec<_>>().join(" ")
                    }
                }
            }
            other => format!("expected a known name, found {other:?}"),
        };
        found.push((name.clone(), value));
    }
    for field in fields {
        let (name, value) = field.split_once('=').unwrap_or((&field, ""));
        found.push((format!("field {name}"), value.to_owned()));
    }
    found
}
