//! What a mailbox tells about the user's *other* programs, before an account is made here.
//!
//! Implements the advice of the first run (Several devices §1): a backup message, then another
//! program's key, then an OpenPGP key of the user's own, and only then a new key. Not here: importing
//! any of them; a mail that asks for it may be planted, so the user decides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ScanOptions;
use super::read::{Reader, Wanted};
use super::sources;
use super::walk::{Chunk, Walk};
use crate::addr::Addr;
use crate::clock::{Timestamp, effective_date, time_of_receipt};
use crate::fields::{judge_field, settle_fields};
use crate::key::{Certificates, Fingerprint, Key, hash};
use crate::limits::Limit;
use crate::mime::{Envelope, Mail, OwnProtocol};

/// A key that a mail from the user's own address advertises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherKey {
    /// Of the key.
    pub fingerprint: Fingerprint,
    /// Date of the youngest mail with it.
    pub last: Timestamp,
    /// The program that wrote it, as it names itself; empty if it does not.
    pub agent: String,
}

/// What to do before making a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Advice {
    /// A backup message is there: import the newest.
    ImportBackup,
    /// Another program has a key: make a backup message there and import it here.
    MakeBackupElsewhere,
    /// Nothing was found: use an OpenPGP key of your own if you have one, else make a new key.
    Generate,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Backup messages, newest first.
    pub backups: Vec<(PathBuf, Timestamp)>,
    /// Keys of other programs, last used first.
    pub other_keys: Vec<OtherKey>,
    /// What could not be read.
    pub unreadable: Vec<(PathBuf, String)>,
    /// What to do.
    pub advice: Advice,
}

/// Looks through the mailboxes for mails from `addr` that tell of its other programs. Nothing is
/// changed.
pub fn look(
    addr: &Addr,
    paths: &[PathBuf],
    options: &ScanOptions<'_>,
    certs: &dyn Certificates,
    now: Timestamp,
) -> Findings {
    let sources::Found { sources, mut unreadable, .. } = sources::find_sources(paths, options);
    let mut walk = Walk::new(sources.into_iter().map(|source| (source, Vec::new())).collect());
    let mut backups = Vec::new();
    let mut keys: BTreeMap<Fingerprint, OtherKey> = BTreeMap::new();
    let mut beginning = Reader::default();
    let mut chunk = Chunk::default();
    while !(options.is_cancelled)() && walk.next(&mut chunk) {
        unreadable.append(&mut chunk.unreadable);
        let mailbox = chunk.cursor.take().map(|(name, _)| PathBuf::from(name)).unwrap_or_default();
        let tell = |mail: Result<Mail<'_>, Limit>| tell(&mail.ok()?, addr, certs, now);
        let mut found = Vec::new();
        for file in chunk.files.iter() {
            match file.open().and_then(|mut mail| beginning.read(&mut mail, Wanted::Header, tell)) {
                Ok(told) => found.extend(told.map(|told| (file.path(), told))),
                Err(error) => unreadable.push((file.path(), error.to_string())),
            }
        }
        for mail in chunk.box_mails.iter() {
            let told = tell(Mail::parse(mail.header));
            found.extend(told.map(|told| (mailbox.clone(), told)));
        }
        for (path, (told, at)) in found {
            match told {
                Told::Backup => backups.push((path, at)),
                Told::Key(fingerprint, agent) => {
                    let found = OtherKey { fingerprint: fingerprint.clone(), last: at, agent };
                    let held = keys.entry(fingerprint).or_insert_with(|| found.clone());
                    if held.last < found.last {
                        *held = found;
                    }
                }
            }
        }
    }
    backups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut other_keys: Vec<OtherKey> = keys.into_values().collect();
    other_keys.sort_by_key(|key| std::cmp::Reverse(key.last));
    let advice = match (backups.is_empty(), other_keys.is_empty()) {
        (false, _) => Advice::ImportBackup,
        (true, false) => Advice::MakeBackupElsewhere,
        (true, true) => Advice::Generate,
    };
    Findings { backups, other_keys, unreadable, advice }
}

/// What one mail from the user's own address tells of another program.
enum Told {
    Backup,
    /// The key that it advertises, and the program's name.
    Key(Fingerprint, String),
}

/// What a mail tells of the user's other programs, if it is the user's own, and when it did.
fn tell(
    mail: &Mail<'_>,
    addr: &Addr,
    certs: &dyn Certificates,
    now: Timestamp,
) -> Option<(Told, Timestamp)> {
    let envelope = &mail.envelope;
    if envelope.from().as_ref() != Ok(addr) {
        return None;
    }
    let received = time_of_receipt(envelope.received(), None, now).unwrap_or(now);
    let at = effective_date(envelope.date(), received);
    if mail.shape.own_protocol == Some(OwnProtocol::Backup) {
        return Some((Told::Backup, at));
    }
    let fingerprint = own_advert(envelope, addr, certs)?;
    Some((Told::Key(fingerprint, envelope.user_agent().unwrap_or_default()), at))
}

fn own_advert(
    envelope: &Envelope<'_>,
    addr: &Addr,
    certs: &dyn Certificates,
) -> Option<Fingerprint> {
    let mut check = |cert: &[u8]| {
        let fingerprint = certs.check(cert)?;
        Ok(Key { fingerprint, hash: hash(cert), bytes: cert.into() })
    };
    let fields = envelope.key_fields();
    let (_, advert) =
        settle_fields(fields, addr, &mut |field, addr| judge_field(field, addr, &mut check));
    advert.map(|advert| advert.key.fingerprint)
}
