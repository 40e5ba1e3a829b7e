//! `decrypt`: the mail as a reader shall see it, and one summary of it.
//!
//! Not here: the sentences of the summary (`sentences`), and anything that decides it.

use inbome_core::addr::Addr;
use inbome_core::decrypt::{self, Decrypted, Encryption, Signature};
use inbome_core::engine::Engine;
use inbome_core::error::Error;
use inbome_core::key::Fingerprint;
use inbome_core::mime::SurroundingText;
use inbome_core::openpgp::message::OpenFlaw;
use serde_json::{Value, json};

use crate::args::Decrypt;
use crate::exit::{self, Done, Exit, Failure};
use crate::input;
use crate::session::Session;
use crate::unlock::{Ask, unlocking};
use crate::words;

mod sentences;

use sentences::Known;

/// Reads an encrypted or signed mail.
pub(crate) fn decrypt(session: &mut Session, args: &Decrypt) -> Done {
    let engine = session.engine()?;
    let mail = input::read_whole_mail(args.file.as_deref())?;
    let account = session.account();
    let read = unlocking(&engine, &args.own_key, Ask::Terminal, locked, || {
        engine.preview(account.as_ref(), &mail)
    });
    let read = match read {
        // The mail is at fault, not a policy.
        Err(failure @ Failure::Core(Error::PastLimit { .. })) => {
            return Err(Failure::Io(failure.sentence()));
        }
        read => read?,
    };
    let known = known(session, &engine, &read);
    if session.out.is_json() {
        session.out.object(object(&read, args.session_key));
    } else {
        if let Some(message) = &read.message {
            session.out.mail(message);
        }
        // What is said about the mail comes after it.
        session.out.flush();
        if args.session_key
            && let Some(key) = &read.session_key
        {
            let key = String::from_utf8_lossy(key.as_bytes());
            session.out.note(&format!("Session key: {key}"));
        }
    }
    // What was not shown is not remembered as read.
    if session.out.is_delivered() {
        engine.note_read(&read)?;
    }
    sentences::tell(session, &read, known, engine.now());
    if let Some(other) = reader(session, &engine, &read, &mail) {
        session.out.note(&format!("Your account {other} can read it: --account {other}"));
    }
    Ok(match &read.summary.encryption {
        Encryption::None | Encryption::Encrypted => Exit::Done,
        Encryption::Failed(failure) => exit::of_reading(failure),
    })
}

/// The user's account, another than the one that was asked, which has a key for the mail.
fn reader(session: &Session, engine: &Engine, read: &Decrypted, mail: &[u8]) -> Option<Addr> {
    let Encryption::Failed(decrypt::Failure::Message(OpenFlaw::NoKey { key_ids })) =
        &read.summary.encryption
    else {
        return None;
    };
    // Whoever is hidden may be anybody.
    if key_ids.iter().any(|id| id.is_hidden()) {
        return None;
    }
    let asked = session.account();
    let accounts = engine.accounts().unwrap_or_default().into_iter().map(|account| account.addr);
    let mut others = accounts.filter(|addr| Some(addr) != asked.as_ref());
    others.find(|addr| engine.can_decrypt(Some(addr), mail).unwrap_or_default())
}

/// The locked key that the mail is encrypted to.
fn locked(read: &Result<Decrypted, Error>) -> Option<Fingerprint> {
    match &read.as_ref().ok()?.summary.encryption {
        Encryption::Failed(decrypt::Failure::Locked { fingerprint }) => Some(fingerprint.clone()),
        _ => None,
    }
}

/// What is known of the key that signed, with the one it signs for.
fn known(session: &Session, engine: &Engine, read: &Decrypted) -> Known {
    let (Signature::Valid { fingerprint, .. }, Some(from)) =
        (&read.summary.signature, &read.summary.from)
    else {
        return Known::Not;
    };
    // The mail is read either way; a home that fails now fails only to say more about it.
    let accounts = engine.accounts().unwrap_or_default();
    if accounts.iter().any(|account| account.owns(from)) {
        return Known::Own;
    }
    let accounts = match session.account() {
        Some(account) => vec![account],
        None => accounts.into_iter().map(|account| account.addr).collect(),
    };
    let mut known = Known::Not;
    for account in &accounts {
        let Ok(peer) = engine.peer(Some(account), from) else { continue };
        let record = peer.state.history.get(fingerprint);
        let first = record.and_then(|record| Some(record.spans.whole()?.first));
        known = match (known, first) {
            (Known::Since(held), Some(first)) => Known::Since(held.min(first)),
            (_, Some(first)) => Known::Since(first),
            (Known::Not, None) if peer.state.peer.advert.is_some() => Known::Changed,
            (known, None) => known,
        };
    }
    known
}

fn object(read: &Decrypted, with_session_key: bool) -> Value {
    let summary = &read.summary;
    let (fingerprint, made) = match &summary.signature {
        Signature::Valid { fingerprint, made } => (Some(fingerprint), Some(*made)),
        _ => (None, None),
    };
    let failure = match &summary.encryption {
        Encryption::Failed(failure) => Some(failure),
        _ => None,
    };
    let key_ids = match failure {
        Some(decrypt::Failure::Message(OpenFlaw::NoKey { key_ids })) => key_ids.as_slice(),
        _ => &[],
    };
    let mut object = json!({
        "encryption": summary.encryption.name(),
        "signature": summary.signature.name(),
        "signer": summary.signer.map(|signer| signer.name()),
        "fingerprint": words::fingerprint(fingerprint),
        "intended": summary.intended.map(|intended| intended.name()),
        "from": summary.from.as_ref().map(Addr::as_str),
        "made": words::time(made),
        "date_differs": summary.date_differs,
        "protected": { "fields": summary.protected, "differs": summary.differs },
        "holds_unread_openpgp": summary.holds_unread_openpgp(),
        "unread_openpgp": summary.unread.map(|unread| unread.code().name()),
        "reason": failure.map(|failure| failure.code().name()),
        "key_ids": key_ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "footers": read.surrounding.after.iter().map(|beside| &beside.text).collect::<Vec<_>>(),
        "surrounding": read.surrounding.all().map(surrounding).collect::<Vec<_>>(),
        "payload": read.message.as_deref().map(words::base64),
    });
    if let Value::Object(fields) = &mut object
        && with_session_key
    {
        let key = read.session_key.as_ref();
        let key = key.map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
        fields.insert("session_key".into(), json!(key));
    }
    object
}

/// One of `surrounding[]`.
fn surrounding(beside: &SurroundingText) -> Value {
    json!({ "type": beside.media_type(), "text": beside.text })
}
