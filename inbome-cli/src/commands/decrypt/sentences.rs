//! The summary of a mail in sentences, for people.
//!
//! Whoever reads only this must not be misled: a signature is *of somebody* only if it is made with
//! the key that is theirs now; whatever shows nothing says so; and a bad one cannot be overlooked.

use inbome_core::clock::Timestamp;
use inbome_core::decrypt::{Decrypted, Encryption, Failure, Intended, Signature, Signer, Summary};
use inbome_core::openpgp::message::OpenFlaw;

use crate::output::{Color, shown_line};
use crate::session::Session;
use crate::words;

/// What is known of a key that signed, with the one it signs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// The mail is from the user.
    Own,
    /// The key was first seen then.
    Since(Timestamp),
    /// It was not, and another one was.
    Changed,
    /// Nothing.
    Not,
}

/// Says everything about a mail that there is to say.
pub(super) fn tell(session: &Session, read: &Decrypted, known: Known, now: Timestamp) {
    let out = &session.out;
    let summary = &read.summary;
    match &summary.encryption {
        Encryption::None => out.note("Not encrypted."),
        Encryption::Encrypted => out.colored_note(Color::Green, "Encrypted."),
        Encryption::Failed(failure) => {
            out.fault(&format!("the mail cannot be decrypted: {}", failed(failure)));
            return;
        }
    }
    let (color, text) = signed(summary, known, now);
    match color {
        // Quiet or not.
        Color::Red => out.warn(color, &text),
        _ => out.colored_note(color, &text),
    }
    if let Signature::Valid { fingerprint, .. } = &summary.signature {
        out.note(&format!("  Key: {}", words::grouped(fingerprint)));
    }
    if let (Signature::Valid { made, .. }, true) = (&summary.signature, summary.date_differs) {
        let text = format!("  Signed at {made}, more than a day away from the date of the mail.");
        out.colored_note(Color::Yellow, &text);
    }
    if !summary.differs.is_empty() {
        let names = shown_line(&summary.differs.join(", "));
        let text = format!("Changed on the way, outside the encryption or signature: {names}.");
        out.colored_note(Color::Yellow, &text);
    }
    for footer in &read.footers {
        out.note(&format!(
            "Put under it by a mailing list, neither encrypted nor signed:\n{footer}"
        ));
    }
}

fn failed(failure: &Failure) -> String {
    match failure {
        Failure::Message(OpenFlaw::NoKey { key_ids })
            if key_ids.iter().all(|id| id.is_hidden()) =>
        {
            "it is encrypted to nobody who is named, and none of your keys opens it".to_owned()
        }
        Failure::Message(OpenFlaw::NoKey { key_ids }) => {
            let ids: Vec<String> = key_ids.iter().map(ToString::to_string).collect();
            format!("it is encrypted to {}, none of which is a key of yours", ids.join(", "))
        }
        Failure::Message(OpenFlaw::Damaged) => {
            "it is damaged, or somebody changed it; nothing of it is shown".to_owned()
        }
        Failure::Message(OpenFlaw::Unprotected) => {
            "it has no protection against changes; nothing of it is shown".to_owned()
        }
        failure => failure.to_string(),
    }
}

/// What the signature is worth, and the colour of that.
fn signed(summary: &Summary, known: Known, now: Timestamp) -> (Color, String) {
    let from = match &summary.from {
        Some(from) => shown_line(from.as_str()),
        None => "a sender without an address".to_owned(),
    };
    match (&summary.signature, summary.signer) {
        (Signature::None, _) => match summary.encryption {
            Encryption::Encrypted => {
                (Color::Yellow, "Not signed: anybody could have written it.".into())
            }
            _ => (Color::Plain, "Not signed.".into()),
        },
        (Signature::UnknownKey, _) => (
            Color::Yellow,
            "Signed with a key that is not known: nothing shows who wrote it.".into(),
        ),
        (Signature::Invalid, _) if summary.intended == Some(Intended::No) => (
            Color::Red,
            "BAD SIGNATURE: it was made for other readers, and somebody passed it on as if it were \
             for you. Do not trust this mail."
                .into(),
        ),
        (Signature::Invalid, _) => (
            Color::Red,
            format!(
                "BAD SIGNATURE: the mail was changed, or it is not from {from}. Do not trust it."
            ),
        ),
        (Signature::Valid { .. }, signer) => valid(signer, &from, known, now),
    }
}

fn valid(signer: Option<Signer>, from: &str, known: Known, now: Timestamp) -> (Color, String) {
    let since = match known {
        Known::Since(at) => format!(", known since {}", words::day_and_age(at, now)),
        _ => String::new(),
    };
    match (signer, known) {
        (Some(Signer::Current), Known::Own) => {
            (Color::Green, format!("Signed by yourself, {from}."))
        }
        (Some(Signer::Current), Known::Since(_)) => {
            (Color::Green, format!("Signed by {from}, with the key that is theirs now{since}."))
        }
        (Some(Signer::Current), Known::Changed) => (
            Color::Yellow,
            format!(
                "Signed by {from}, with a key that the mail itself brings; until now they used \
                 another one."
            ),
        ),
        (Some(Signer::Current), Known::Not) => (
            Color::Plain,
            format!("Signed by {from}, with a key that the mail itself brings: it is new here."),
        ),
        (Some(Signer::Former), _) => (
            Color::Yellow,
            format!("Signed with a former key of {from}{since}: it may be theirs no longer."),
        ),
        (Some(Signer::Gossip), _) => (
            Color::Yellow,
            format!("Signed with a key{since} that others say is of {from}, who never sent it."),
        ),
        (Some(Signer::Own), _) => (
            Color::Yellow,
            format!("Signed with a key of your own, but the mail says that it is from {from}."),
        ),
        (Some(Signer::Other) | None, _) => (
            Color::Yellow,
            format!("Signed with a key that is not of {from}: nothing shows that they wrote it."),
        ),
    }
}
