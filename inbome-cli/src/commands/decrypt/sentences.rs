//! The summary of a mail in sentences, for people.
//!
//! Whoever reads only this must not be misled: a key that counts for an address says who wrote the mail
//! as far as that key does; whatever shows nothing says so.

use inbome_core::clock::Timestamp;
use inbome_core::decrypt::{Decrypted, Encryption, Failure, Intended, Signature, Signer, Summary};
use inbome_core::mime::{SurroundingText, Unread};
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
        Encryption::None => match summary.unread {
            None => out.note("Not encrypted."),
            Some(unread) => out.colored_note(Color::Yellow, &not_read(unread)),
        },
        Encryption::Encrypted => out.colored_note(Color::Green, "Encrypted."),
        Encryption::Failed(failure) => {
            out.fault(&format!("the mail cannot be decrypted: {}", failed(failure)));
            return;
        }
    }
    let (color, text) = signed(summary, known, now);
    out.colored_note(color, &text);
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
    for (texts, place) in
        [(&read.surrounding.before, "before"), (&read.surrounding.after, "behind")]
    {
        for SurroundingText { text, .. } in texts {
            out.note(&format!("Put {place} it on its way, neither encrypted nor signed:\n{text}"));
        }
    }
}

fn not_read(unread: Unread) -> String {
    let how = match unread {
        Unread::TextAround => "there is other text around it",
        Unread::Part => "it is one of several parts",
        Unread::Attached => "it is in a mail that is attached",
    };
    format!("It holds OpenPGP that is not read here, because {how}. The rest is not encrypted.")
}

fn failed(failure: &Failure) -> String {
    match failure {
        Failure::Message(OpenFlaw::NoKey { key_ids })
            if key_ids.iter().all(|id| id.is_hidden()) =>
        {
            "it is encrypted to nobody who is named, and none of your keys opens it".to_owned()
        }
        Failure::Message(OpenFlaw::NoKey { key_ids }) => {
            let named = key_ids.iter().filter(|id| !id.is_hidden());
            let mut ids: Vec<String> = named.map(ToString::to_string).collect();
            if key_ids.iter().any(|id| id.is_hidden()) {
                ids.push("somebody who is not named".to_owned());
            }
            format!("it is encrypted to {}, none of which is a key of this account", ids.join(", "))
        }
        Failure::Message(OpenFlaw::Damaged) => {
            "it is damaged, or somebody changed it; nothing of it is shown".to_owned()
        }
        Failure::Message(OpenFlaw::Unprotected) => {
            "it has no protection against changes; nothing of it is shown".to_owned()
        }
        Failure::Message(OpenFlaw::Password) => {
            "it is encrypted with a password, and to nobody's key: open it with gpg --decrypt"
                .to_owned()
        }
        Failure::Message(OpenFlaw::Unsupported) => {
            "it is encrypted in a way of LibrePGP's that is not read here: ask for it anew, to the key \
             that your mails advertise"
                .to_owned()
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
        // Messages §3: it is worth as much as none. Why it does not count may be harmless.
        (Signature::Invalid, _) if summary.intended == Some(Intended::No) => (
            Color::Yellow,
            "Not signed for you: its signature was made for other readers, and anybody could have \
             passed it on."
                .into(),
        ),
        (Signature::Invalid, _) => {
            (Color::Yellow, "Not validly signed: anybody could have written it.".into())
        }
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
        (Some(Signer::Current), Known::Since(_)) => (
            Color::Green,
            format!("Signed by {from}, with the key that counts for that address now{since}."),
        ),
        // A pin, or a key that counts and was never seen in a mail.
        (Some(Signer::Current), _) => (
            Color::Green,
            format!("Signed by {from}, with the key that counts for that address now."),
        ),
        (Some(Signer::New), Known::Changed) => (
            Color::Yellow,
            format!(
                "Signed with a key that the mail itself brings for {from}: nobody else vouches for \
                 it, and another key counts for them until now."
            ),
        ),
        (Some(Signer::New), _) => (
            Color::Plain,
            format!(
                "Signed with a key that the mail itself brings for {from}: it is new here, and \
                 nobody else vouches for it."
            ),
        ),
        (Some(Signer::Former), _) => (
            Color::Yellow,
            format!("Signed with a key{since} that was seen for {from}; another key counts now."),
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

#[cfg(test)]
mod tests {
    use inbome_core::addr::Addr;
    use inbome_core::key::Fingerprint;

    use super::*;

    const NOW: i64 = 1_483_228_800;

    fn summary(signature: Signature, signer: Option<Signer>) -> Summary {
        let from = Addr::parse("bob@example.org").ok();
        Summary { encryption: Encryption::Encrypted, signature, signer, from, ..Summary::default() }
    }

    fn made() -> Signature {
        let fingerprint = Fingerprint::parse("7E2E3B36419A8BDB46F6106BBAFC533CD993BD7F").unwrap();
        Signature::Valid { fingerprint, made: Timestamp::from_secs(NOW) }
    }

    #[test]
    fn only_the_key_that_counts_signs_by_an_address() {
        let at = Known::Since(Timestamp::from_secs(NOW - 86_400));
        for (name, signature, signer, known, color, begin) in [
            (
                "known",
                made(),
                Some(Signer::Current),
                at,
                Color::Green,
                "Signed by bob@example.org, with the key that counts for that address now, known",
            ),
            ("new", made(), Some(Signer::New), Known::Not, Color::Plain, "Signed with a key that"),
            (
                "changed",
                made(),
                Some(Signer::New),
                Known::Changed,
                Color::Yellow,
                "Signed with a k",
            ),
            ("own", made(), Some(Signer::Current), Known::Own, Color::Green, "Signed by yourself"),
            ("former", made(), Some(Signer::Former), at, Color::Yellow, "Signed with a key, known"),
            ("gossip", made(), Some(Signer::Gossip), at, Color::Yellow, "Signed with a key, known"),
            (
                "own key",
                made(),
                Some(Signer::Own),
                Known::Not,
                Color::Yellow,
                "Signed with a key of",
            ),
            (
                "other",
                made(),
                Some(Signer::Other),
                Known::Not,
                Color::Yellow,
                "Signed with a key that",
            ),
            (
                "unknown",
                Signature::UnknownKey,
                None,
                Known::Not,
                Color::Yellow,
                "Signed with a key",
            ),
            ("none", Signature::None, None, Known::Not, Color::Yellow, "Not signed"),
            ("bad", Signature::Invalid, None, Known::Not, Color::Yellow, "Not validly signed"),
        ] {
            let now = Timestamp::from_secs(NOW);
            let (found, text) = signed(&summary(signature, signer), known, now);
            assert_eq!(found, color, "{name}: {text}");
            assert!(text.starts_with(begin), "{name}: {text}");
            let by = signer == Some(Signer::Current);
            assert_eq!(text.starts_with("Signed by"), by, "{name}: {text}");
            let since = known == at && !text.contains("2016-12-31 (yesterday)");
            assert!(!since, "{name}: {text}");
        }
    }

    #[test]
    fn a_signature_for_other_readers_says_so() {
        let no = Some(Intended::No);
        let summary = Summary { intended: no, ..summary(Signature::Invalid, None) };
        let (color, text) = signed(&summary, Known::Not, Timestamp::from_secs(NOW));
        assert_eq!(color, Color::Yellow);
        assert!(text.starts_with("Not signed for you"), "{text}");
    }
}
