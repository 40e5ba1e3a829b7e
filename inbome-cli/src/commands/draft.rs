//! `draft`: drafts put away encrypted, and taken out again.

use inbome_core::addr::Addr;
use inbome_core::draft::{DraftError, OpenedDraft};
use inbome_core::engine::{Engine, Reply};
use inbome_core::error::Error;
use inbome_core::header::DraftState;
use inbome_core::limits::Limit;
use inbome_core::mime::Envelope;
use inbome_core::recommend::Recommendation;
use serde_json::{Value, json};

use crate::args::{DraftCommand, DraftEncrypt, DraftOpen, YesNo};
use crate::exit::{Done, Exit, Failure};
use crate::input;
use crate::output::{Color, shown_line};
use crate::session::Session;
use crate::unlock::{Ask, locked_by_error, unlocking};
use crate::words;

/// Encrypts and opens drafts.
pub(crate) fn draft(session: &mut Session, command: DraftCommand) -> Done {
    match command {
        DraftCommand::Encrypt(args) => encrypt(session, &args),
        DraftCommand::Open(args) => open(session, &args),
    }
}

fn encrypt(session: &mut Session, args: &DraftEncrypt) -> Done {
    let engine = session.engine()?;
    let mail = input::read_whole_mail(args.file.as_deref())?;
    let account = session.account();
    let state = DraftState {
        encrypt: match args.encrypt {
            Some(word) => word == YesNo::Yes,
            None => is_recommended(&engine, account.as_ref(), &mail, args.reply_to_encrypted)?,
        },
        by_choice: args.by_choice,
        is_reply_to_encrypted: args.reply_to_encrypted,
    };
    let message = engine.encrypt_draft(account.as_ref(), &mail, state)?;
    if session.out.is_json() {
        session.out.object(json!({
            "message": words::base64(&message),
            "state": state_object(Some(state)),
        }));
    } else {
        session.out.bytes(&message);
        session.out.flush();
        session.out.note(&format!("Encrypted to yourself. {}", state_sentence(state)));
    }
    Ok(Exit::Done)
}

/// What would be done with the mail if it were sent now.
fn is_recommended(
    engine: &Engine,
    account: Option<&Addr>,
    mail: &[u8],
    reply_to_encrypted: bool,
) -> Result<bool, Failure> {
    let past = |limit: Limit| Error::PastLimit { limit };
    let envelope = Envelope::parse(mail).map_err(past)?;
    let mut recipients = Vec::new();
    for list in [envelope.to(), envelope.cc(), envelope.bcc()] {
        recipients.extend(list.map_err(past)?);
    }
    if recipients.is_empty() {
        return Ok(reply_to_encrypted);
    }
    let accounts = engine.accounts()?;
    let from = envelope.from().ok();
    let from = from.filter(|from| accounts.iter().any(|account| account.owns(from)));
    let reply = match (reply_to_encrypted, envelope.answered()) {
        (true, _) => Reply::ToEncrypted(true),
        (false, Some(id)) => Reply::To(id.to_vec()),
        (false, None) => Reply::Unknown,
    };
    let answer = engine.recommend(account.or(from.as_ref()), &recipients, &reply)?;
    Ok(answer.recommendation == Recommendation::Encrypt)
}

fn open(session: &mut Session, args: &DraftOpen) -> Done {
    let engine = session.engine()?;
    let mail = input::read_whole_mail(args.file.as_deref())?;
    let account = session.account();
    let opened = unlocking(&engine, &args.own_key, Ask::Terminal, locked_by_error, || {
        engine.open_draft(account.as_ref(), &mail, args.confirm)
    });
    let opened = opened.inspect_err(|failure| {
        if let Failure::Core(Error::Draft(DraftError::Unconfirmed)) = failure {
            session.out.note("`--confirm` does; never do it for a draft that you do not remember.");
        }
    })?;
    if session.out.is_json() {
        session.out.object(object(&opened));
        return Ok(Exit::Done);
    }
    session.out.mail(&opened.message);
    session.out.flush();
    match opened.state {
        Some(state) => session.out.note(&state_sentence(state)),
        None => {
            session.out.note("Another program wrote it: inside it says nothing about encryption.")
        }
    }
    if opened.state_differs {
        let text = match opened.state {
            Some(_) => {
                "Outside it says otherwise: somebody changed that. What stands inside counts."
            }
            None => "Outside it does, but anybody could have written that.",
        };
        session.out.colored_note(Color::Yellow, text);
    }
    if !opened.differs.is_empty() {
        let names = shown_line(&opened.differs.join(", "));
        let text = format!("Otherwise outside than inside; what stands inside counts: {names}.");
        session.out.colored_note(Color::Yellow, &text);
    }
    Ok(Exit::Done)
}

fn state_sentence(state: DraftState) -> String {
    let what = if state.encrypt { "encrypted" } else { "in the clear" };
    let who = if state.by_choice { "as you chose" } else { "as was recommended" };
    let reply = if state.is_reply_to_encrypted { "; it answers an encrypted mail" } else { "" };
    format!("To be sent {what}, {who}{reply}.")
}

fn state_object(state: Option<DraftState>) -> Value {
    state.map_or(Value::Null, |state| {
        json!({
            "encrypt": state.encrypt,
            "by_choice": state.by_choice,
            "is_reply_to_encrypted": state.is_reply_to_encrypted,
        })
    })
}

fn object(opened: &OpenedDraft) -> Value {
    let gossip = opened.gossip.iter().map(
        |(addr, key)| json!({ "addr": addr.as_str(), "fingerprint": key.fingerprint.to_string() }),
    );
    json!({
        "message": words::base64(&opened.message),
        "state": state_object(opened.state),
        "state_differs": opened.state_differs,
        "differs": opened.differs,
        "gossip": gossip.collect::<Vec<_>>(),
    })
}
