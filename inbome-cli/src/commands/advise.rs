//! `get-encrypt-key` and `recommend`: what would be done with a mail, and why.

use inbome_core::addr::Addr;
use inbome_core::engine::Reply;
use inbome_core::recommend::Advice;
use serde_json::{Value, json};

use crate::args::{GetEncryptKey, Recommend};
use crate::exit::{Done, Exit};
use crate::output::{Cell, Color};
use crate::session::Session;
use crate::words;

/// Prints the key that a mail to a peer would be encrypted to without asking.
pub(crate) fn get_encrypt_key(session: &mut Session, args: &GetEncryptKey) -> Done {
    let engine = session.engine()?;
    let found = engine.get_encrypt_key(session.account().as_ref(), &args.peer.addr)?;
    let addr = found.addr.as_str();
    let target = match found.target {
        Ok(target) => target,
        Err(reason) => {
            if session.out.is_json() {
                session.out.object(json!({
                    "addr": addr,
                    "fingerprint": null,
                    "key": null,
                    "reason": reason.code().name(),
                }));
            }
            session.out.note(&format!("No key for {addr}: {reason}."));
            return Ok(Exit::NotFound);
        }
    };
    if session.out.is_json() {
        session.out.object(json!({
            "addr": addr,
            "fingerprint": target.key.fingerprint.to_string(),
            "key": words::base64(&target.key.bytes),
            "reason": null,
        }));
    } else if args.binary {
        session.out.bytes(&target.key.bytes);
    } else if args.base64 {
        session.out.bytes(format!("{}\n", words::base64(&target.key.bytes)).as_bytes());
    } else {
        let armor = engine.armor_cert(&target.key.bytes)?;
        session.out.bytes(armor.as_bytes());
    }
    Ok(Exit::Done)
}

/// Says whether to encrypt a mail, and why.
pub(crate) fn recommend(session: &mut Session, args: &Recommend) -> Done {
    let engine = session.engine()?;
    let reply = match args.reply_to_encrypted {
        true => Reply::ToEncrypted(true),
        false => Reply::Unknown,
    };
    let answer = engine.recommend(session.account().as_ref(), &args.recipients, &reply)?;
    if session.out.is_json() {
        let recipients: Vec<Value> =
            answer.recipients.iter().map(|(addr, advice)| recipient(addr, advice)).collect();
        session.out.object(json!({
            "recommendation": words::recommendation(answer.recommendation),
            "recipients": recipients,
        }));
        return Ok(Exit::Done);
    }
    let word = words::recommendation(answer.recommendation);
    let word = session.out.paint(words::color(answer.recommendation), word);
    let meaning = match answer.recipients.len() {
        0 | 1 => words::meaning(answer.recommendation),
        _ => words::meaning_for_all(answer.recommendation),
    };
    session.out.line(&format!("{word}: {meaning}"));
    let rows: Vec<Vec<Cell>> = answer
        .recipients
        .iter()
        .map(|(addr, advice)| {
            let recommendation = advice.recommendation;
            let key = advice.target.as_ref().map(|target| words::short(&target.key.fingerprint));
            vec![
                Cell::new(format!("{addr}:")),
                Cell::new(words::recommendation(recommendation))
                    .colored(words::color(recommendation)),
                Cell::new(key.unwrap_or_default()).colored(Color::Dim),
                Cell::new(words::phrase(&advice.reasons)),
            ]
        })
        .collect();
    session.out.table(2, &rows);
    Ok(Exit::Done)
}

/// One of `recipients[]`.
fn recipient(addr: &Addr, advice: &Advice) -> Value {
    let target = advice.target.as_ref();
    json!({
        "addr": addr.as_str(),
        "recommendation": words::recommendation(advice.recommendation),
        "reasons": words::reasons(&advice.reasons),
        "fingerprint": words::fingerprint(target.map(|target| &target.key.fingerprint)),
        "key": target.map(|target| words::base64(&target.key.bytes)),
        "source": target.map(|target| words::target_source(target.source)),
    })
}
