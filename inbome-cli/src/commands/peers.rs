//! `peers`: what is known of others, and the user's word about them.

use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::engine::{Engine, PeerDetails, PeerFilter, Reply};
use inbome_core::history::Source;
use inbome_core::key::Fingerprint;
use inbome_core::peer::{Peer, Word};
use serde_json::{Value, json};

use super::survey;
use crate::args::{PeersCommand, PeersSet};
use crate::exit::{Done, Exit, Failure};
use crate::input;
use crate::output::{Cell, Color, shown_line};
use crate::session::Session;
use crate::words;

/// Looks at peers, or says something about one.
pub(crate) fn peers(session: &mut Session, command: PeersCommand) -> Done {
    // A key that cannot be read is told before anything else.
    let key = match &command {
        PeersCommand::ImportKey { file, .. } => Some(input::read_key(file)?),
        _ => None,
    };
    let engine = session.engine()?;
    match command {
        PeersCommand::List { all } => list(session, &engine, all),
        PeersCommand::Show(peer) => show(session, &engine, &peer.addr),
        PeersCommand::History(peer) => history(session, &engine, &peer.addr),
        PeersCommand::Forget(peer) => forget(session, &engine, &peer.addr),
        PeersCommand::Set(args) => set(session, &engine, args),
        PeersCommand::ImportKey { peer, .. } => {
            import(session, &engine, &peer.addr, &key.unwrap_or_default())
        }
    }
}

fn list(session: &mut Session, engine: &Engine, all: bool) -> Done {
    let account = session.account();
    let filter = if all { PeerFilter::All } else { PeerFilter::WithKey };
    if session.out.is_json() {
        // The rows are kept as text, which is far smaller than the certs in them.
        let mut rows = Vec::new();
        engine.peers(account.as_ref(), filter, &mut |account, row| {
            rows.push(object(account, &row.addr, &row.peer).to_string());
        })?;
        session.out.rows("peers", &rows);
        return Ok(Exit::Done);
    }
    let surveyed = survey::survey(engine, account.as_ref(), filter)?;
    if surveyed.is_empty() {
        session.out.note(match all {
            true => "Nobody is known yet; `inbome scan ~/Maildir` learns from your mail.",
            false => {
                "No key of anybody is known yet; `inbome peers list --all` lists those without."
            }
        });
        return Ok(Exit::Done);
    }
    let several =
        surveyed.iter().any(|peer| Some(&peer.account) != surveyed.first().map(|p| &p.account));
    let heading = ["PEER", "MAIL TO THEM", "KEY", "LAST SEEN", "WHY"].map(Cell::new);
    let mut table = vec![heading.map(|cell| cell.colored(Color::Bold)).to_vec()];
    if several {
        table.iter_mut().for_each(|row| row.insert(0, Cell::new("ACCOUNT").colored(Color::Bold)));
    }
    for peer in &surveyed {
        let recommendation = peer.advice.recommendation;
        let mut row = vec![
            Cell::new(peer.addr.as_str()),
            Cell::new(words::recommendation(recommendation)).colored(words::color(recommendation)),
            Cell::new(peer.fingerprint.as_ref().map(words::short).unwrap_or_default()),
            Cell::new(peer.last_seen.map(words::day).unwrap_or_default()),
            Cell::new(words::phrase(&peer.advice.reasons)),
        ];
        if several {
            row.insert(0, Cell::new(peer.account.as_str()));
        }
        table.push(row);
    }
    session.out.table(0, &table);
    Ok(Exit::Done)
}

/// One of `peers[]`: all of it is state, nothing depends on the time of asking.
fn object(account: &Addr, addr: &Addr, peer: &Peer) -> Value {
    let advert = peer.advert.as_ref();
    let gossip = peer.gossip.as_ref();
    let (word, pinned) = match &peer.word {
        Word::Default => ("default", None),
        Word::Always => ("always", None),
        Word::Never => ("never", None),
        Word::Pin(fingerprint) => ("pin", Some(fingerprint)),
    };
    json!({
        "account": account.as_str(),
        "addr": addr.as_str(),
        "last_seen": words::time(peer.seen.map(|seen| seen.at)),
        "autocrypt_timestamp": words::time(advert.map(|advert| advert.at)),
        "prefer_encrypt": advert.map(|advert| advert.prefer_encrypt.as_str()),
        "fingerprint": words::fingerprint(advert.map(|advert| &advert.key.fingerprint)),
        "gossip_timestamp": words::time(gossip.map(|gossip| gossip.at)),
        "gossip_fingerprint": words::fingerprint(gossip.map(|gossip| &gossip.key.fingerprint)),
        "last_seen_encrypted": peer.seen.is_some_and(|seen| seen.encrypted),
        "import_fingerprint":
            words::fingerprint(peer.imported.as_ref().map(|import| &import.key.fingerprint)),
        "list": peer.list_post.is_some(),
        "word": word,
        "pinned": words::fingerprint(pinned),
        "truncated": peer.truncated,
    })
}

fn show(session: &mut Session, engine: &Engine, addr: &Addr) -> Done {
    let account = session.account();
    let PeerDetails { account, addr, state } = engine.peer(account.as_ref(), addr)?;
    let peer = &state.peer;
    if session.out.is_json() {
        session.out.object(json!({ "peers": [object(&account, &addr, peer)] }));
        return Ok(Exit::Done);
    }
    let now = engine.now();
    let when = |at: Timestamp| words::day_and_age(at, now);
    let answer = engine.recommend(Some(&account), std::slice::from_ref(&addr), &Reply::Unknown)?;
    let heading = session.out.paint(Color::Bold, &shown_line(addr.as_str()));
    session.out.line(&format!("{heading}, as known to {}", shown_line(account.as_str())));
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut say = |name: &str, text: String| rows.push(vec![Cell::new(name), Cell::new(text)]);
    if let Some((_, advice)) = answer.recipients.first() {
        let word = words::recommendation(advice.recommendation);
        say("a mail to them", format!("{word}: {}", words::phrase(&advice.reasons)));
    }
    if let Some(seen) = peer.seen {
        say("last seen", when(seen.at));
    }
    if let Some(advert) = &peer.advert {
        say("key", words::grouped(&advert.key.fingerprint));
        say("  from their mail of", when(advert.at));
        say("  prefers", advert.prefer_encrypt.as_str().to_owned());
    }
    if let Some(import) = &peer.imported {
        say("key from you", words::grouped(&import.key.fingerprint));
        say("  taken in", when(import.at));
    }
    if let Some(gossip) = &peer.gossip {
        say("key by gossip", words::grouped(&gossip.key.fingerprint));
        say("  from a mail of", when(gossip.at));
    }
    if let Some(plain) = &peer.last_plain {
        let with = if plain.agent.is_empty() { "" } else { " with " };
        say("last without a key", format!("{}{with}{}", when(plain.at), plain.agent));
    }
    if let Some(at) = peer.list_post {
        say("mailing list", format!("as of {}", when(at)));
    }
    match &peer.word {
        Word::Default => {}
        Word::Always => say("your word", "always".to_owned()),
        Word::Never => say("your word", "never".to_owned()),
        Word::Pin(fingerprint) => say("your word", format!("only {}", words::grouped(fingerprint))),
    }
    if peer.truncated {
        say("truncated", "more was seen of them than is kept".to_owned());
    }
    session.out.table(2, &rows);
    Ok(Exit::Done)
}

fn history(session: &mut Session, engine: &Engine, addr: &Addr) -> Done {
    let found = engine.peer(session.account().as_ref(), addr)?;
    let spans: Vec<_> = found
        .state
        .history
        .iter()
        .flat_map(|(key, record)| {
            record.spans.iter().map(move |(source, span)| (key, source, span))
        })
        .collect();
    if session.out.is_json() {
        let history: Vec<Value> = spans
            .iter()
            .map(|(key, source, span)| {
                json!({
                    "fingerprint": key.to_string(),
                    "source": source_word(*source),
                    "first": span.first.as_secs(),
                    "last": span.last.as_secs(),
                })
            })
            .collect();
        let (account, addr) = (found.account.as_str(), found.addr.as_str());
        session.out.object(json!({ "account": account, "addr": addr, "history": history }));
        return Ok(Exit::Done);
    }
    if spans.is_empty() {
        session.out.note(&format!("No key of {addr} was ever seen."));
        return Ok(Exit::Done);
    }
    let mut table = vec![
        ["KEY", "SEEN IN", "FIRST", "LAST"].map(|t| Cell::new(t).colored(Color::Bold)).to_vec(),
    ];
    for (key, source, span) in spans {
        let seen_in = match source {
            Source::Advert => "their mail",
            Source::Gossip => "others' mail",
            Source::Import => "your hands",
        };
        let (first, last) = (words::day(span.first), words::day(span.last));
        let cells = [words::grouped(key), seen_in.to_owned(), first, last];
        table.push(cells.map(Cell::new).to_vec());
    }
    session.out.table(0, &table);
    Ok(Exit::Done)
}

fn source_word(source: Source) -> &'static str {
    match source {
        Source::Advert => "advert",
        Source::Gossip => "gossip",
        Source::Import => "import",
    }
}

fn forget(session: &mut Session, engine: &Engine, addr: &Addr) -> Done {
    let at = engine.forget_peer(session.account().as_ref(), addr)?;
    match session.out.is_json() {
        true => session.out.object(json!({ "addr": addr.as_str(), "forgotten": at.as_secs() })),
        false => session.out.say(&format!(
            "Forgot {} and your word about them: mails up to {at} count as not seen.",
            shown_line(addr.as_str())
        )),
    }
    Ok(Exit::Done)
}

fn set(session: &mut Session, engine: &Engine, args: PeersSet) -> Done {
    let (account, addr) = (session.account(), &args.peer.addr);
    let (word, pinned) = match args.pin {
        _ if args.always => (Word::Always, None),
        _ if args.never => (Word::Never, None),
        Some(asked) => {
            let fingerprint = match asked {
                Some(fingerprint) => fingerprint,
                None => current_key(engine, account.as_ref(), addr)?,
            };
            (Word::Pin(fingerprint.clone()), Some(fingerprint))
        }
        None => (Word::Default, None),
    };
    let name = match &word {
        Word::Default => "default",
        Word::Always => "always",
        Word::Never => "never",
        Word::Pin(_) => "pin",
    };
    engine.set_word(account.as_ref(), addr, word)?;
    let known = engine.peer(account.as_ref(), addr).ok().map(|peer| peer.state.history);
    let is_known = |key| known.as_ref().is_some_and(|history| history.contains_key(key));
    if session.out.is_json() {
        let pinned = words::fingerprint(pinned.as_ref());
        session.out.object(json!({ "addr": addr.as_str(), "word": name, "pinned": pinned }));
    } else {
        let addr = shown_line(addr.as_str());
        session.out.say(&match (name, &pinned) {
            ("always", _) => format!("Mails to {addr} are encrypted whenever there is a key."),
            ("never", _) => format!("Mails to {addr} are not encrypted by default."),
            (_, Some(key)) if is_known(key) => {
                format!("Mails to {addr} are encrypted to {} only.", words::grouped(key))
            }
            (_, Some(key)) => format!(
                "Mails to {addr} are encrypted to {} only, and to nothing until that key is known.",
                words::grouped(key)
            ),
            _ => format!("The rules decide about mails to {addr}."),
        });
    }
    Ok(Exit::Done)
}

/// The key that the peer uses now, to pin it.
fn current_key(
    engine: &Engine,
    account: Option<&Addr>,
    addr: &Addr,
) -> Result<Fingerprint, Failure> {
    let peer = engine.peer(account, addr)?.state.peer;
    let direct = peer.advert.map(|advert| advert.key);
    match direct.or(peer.imported.map(|import| import.key)) {
        Some(key) => Ok(key.fingerprint),
        None => Err(Failure::NotFound(format!("expected a key of {addr} to pin, found none"))),
    }
}

fn import(session: &mut Session, engine: &Engine, addr: &Addr, key: &[u8]) -> Done {
    let fingerprint = engine.import_peer_key(session.account().as_ref(), addr, key)?;
    match session.out.is_json() {
        true => session
            .out
            .object(json!({ "addr": addr.as_str(), "fingerprint": fingerprint.to_string() })),
        false => session.out.say(&format!(
            "Took in the key {} for {}.",
            words::grouped(&fingerprint),
            shown_line(addr.as_str())
        )),
    }
    Ok(Exit::Done)
}
