//! `import` and `keyring-sync`: from other programs, and for those that only know GnuPG.

use std::collections::BTreeMap;

use inbome_core::code::Code;
use inbome_core::import::{ImportOptions, Imported, Program};
use inbome_core::reason::{CertFlaw, Skipped};
use serde_json::{Value, json};

use crate::args::{ImportArgs, ImportCommand, KeyringSync};
use crate::exit::{Done, Exit};
use crate::output::shown_line;
use crate::session::Session;
use crate::{terminal, words};

/// Takes over what another program knows.
pub(crate) fn import(session: &mut Session, command: ImportCommand) -> Done {
    let (program, args, from) = match command {
        ImportCommand::Neomutt(args) => (Program::Neomutt, args, None),
        ImportCommand::Muacrypt { args, from } => (Program::Muacrypt, args, from),
        ImportCommand::Gpg(args) => (Program::Gpg, args, None),
    };
    let ImportArgs { path, own_keys } = args;
    // Own keys make accounts, so the home may be new.
    let engine = if own_keys { session.engine_in_new_home()? } else { session.engine()? };
    let account = session.account();
    let options = ImportOptions { program, path, account, own_keys, from };
    let mut ask = terminal::passphrase_from(None)?;
    let imported = engine.import_from(&options, &mut ask)?;
    if session.out.is_json() {
        session.out.object(json!({ "imported": object(program, &imported) }));
    } else {
        print(session, program, &imported);
    }
    for (what, found) in &imported.failed {
        session.out.fault(&shown_line(&format!("expected to take {what}, found: {found}")));
    }
    match imported.failed.is_empty() {
        true => Ok(Exit::Done),
        false => Ok(Exit::Failed),
    }
}

/// `imported`.
fn object(program: Program, imported: &Imported) -> Value {
    let own_keys: Vec<Value> = imported
        .own_keys
        .iter()
        .map(|(addr, key)| json!({ "addr": addr.as_str(), "fingerprint": key.to_string() }))
        .collect();
    let failed: Vec<Value> = imported
        .failed
        .iter()
        .map(|(what, found)| json!({ "what": what, "found": found }))
        .collect();
    json!({
        "program": program.name(),
        "peers": imported.peers,
        "updated": imported.updated,
        "adverts": imported.adverts,
        "gossip": imported.gossip,
        "imports": imported.imports,
        "own_keys": own_keys,
        "skipped": words::counts(&imported.skipped),
        "failed": failed,
    })
}

fn print(session: &mut Session, program: Program, imported: &Imported) {
    for (addr, key) in &imported.own_keys {
        let addr = shown_line(addr.as_str());
        session.out.line(&format!("Took your key {} for {addr}.", words::grouped(key)));
    }
    let (name, peers, updated) = (program.name(), imported.peers, imported.updated);
    let known = words::count(peers, "peer");
    let news = if updated == 1 { "1 of them is" } else { &format!("{updated} of them are") };
    session.out.line(&format!("{name} knows {known}; {news} new or younger."));
    print_skipped(session, &imported.skipped);
}

fn print_skipped(session: &mut Session, skipped: &BTreeMap<Code, u64>) {
    for (reason, count) in skipped {
        session.out.line(&format!("Passed by {count}: {}.", why(*reason)));
    }
}

/// What a reason means to people, and what they can do.
fn why(reason: Code) -> String {
    let hint = match reason {
        reason if reason == CertFlaw::SecretKey.code() => "; `inbome key import FILE` takes one",
        reason if reason == Skipped::Locked.code() => {
            "; export it with `gpg --export-secret-keys FPR > FILE`, then \
             `inbome key import --old FILE`"
        }
        _ => "",
    };
    format!("{}{hint}", reason.about_many())
}

/// Makes a GnuPG home hold the peers' current keys.
pub(crate) fn keyring_sync(session: &mut Session, args: &KeyringSync) -> Done {
    let engine = session.engine()?;
    let synced = engine.keyring_sync(session.account().as_ref(), &args.homedir)?;
    if session.out.is_json() {
        session.out.object(json!({
            "written": synced.written,
            "unchanged": synced.unchanged,
            "deleted": synced.deleted,
            "skipped": words::counts(&synced.skipped),
        }));
        return Ok(Exit::Done);
    }
    let (written, unchanged, deleted) = (synced.written, synced.unchanged, synced.deleted);
    let wrote = words::count(written, "key");
    let left = if unchanged == 1 { "it was" } else { "they were" };
    session.out.line(&format!("Wrote {wrote}, deleted {deleted}, left {unchanged} as {left}."));
    print_skipped(session, &synced.skipped);
    Ok(Exit::Done)
}
