//! A GnuPG home of its own with one current key per peer, for programs that only know GnuPG.
//!
//! Which key is current the engine says; here the home is made to hold exactly these. A list in it
//! names what this module imported, so that nothing else is ever deleted. Not here: trust. The home
//! is made with `trust-model always`, since no key in it is certified by the user.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{GnupgError, Gpg, KEYRINGS, MAX_KEYRING_BYTES, fingerprints};
use crate::code::Code;
use crate::key::{Fingerprint, Hash, hash};
use crate::reason::Skipped;
use crate::system::make_private_folder;

/// What a synchronisation did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Synced {
    /// Keys that are new or changed in the home.
    pub written: u64,
    /// Keys that were there already.
    pub unchanged: u64,
    /// Keys that are no longer current, and were deleted.
    pub deleted: u64,
    /// Peers without a key in the home, by reason code.
    pub skipped: BTreeMap<Code, u64>,
}

impl Synced {
    /// Counts one that is passed by.
    pub(crate) fn skip(&mut self, reason: impl Into<Code>) {
        let count = self.skipped.entry(reason.into()).or_default();
        *count = count.saturating_add(1);
    }
}

/// Makes the home hold the certs `wanted`, and none of those that an earlier call put there.
/// `defaults` are the homes that the user's other programs use: those are never written to.
///
/// # Errors
/// [`GnupgError::NotOurs`], [`GnupgError::NotFound`], [`GnupgError::Failed`], [`GnupgError::Io`].
pub fn sync(
    homedir: &Path,
    defaults: &[PathBuf],
    wanted: &BTreeMap<Fingerprint, Vec<u8>>,
    synced: &mut Synced,
) -> Result<(), GnupgError> {
    prepare(homedir, defaults)?;
    let gpg = Gpg::over(homedir)?;
    let list = homedir.join(LIST_NAME);
    let ours = read_list(&list)?;
    refuse_secrets(homedir, &gpg)?;
    let present = listed(&gpg)?;

    let mut kept = BTreeMap::new();
    let mut imports = Vec::new();
    for (fingerprint, cert) in wanted {
        let digest = hash(cert);
        match (ours.get(fingerprint), present.contains(fingerprint)) {
            (Some(Some(held)), true) if *held == digest => {
                kept.insert(fingerprint.clone(), Some(digest));
            }
            // Somebody else put it there; it is not ours to change.
            (None, true) => synced.skip(Skipped::NotOurs),
            _ => imports.push((fingerprint, cert, digest)),
        }
    }
    let stale: Vec<&Fingerprint> = ours
        .keys()
        .filter(|fingerprint| !kept.contains_key(*fingerprint) && present.contains(*fingerprint))
        .collect();
    synced.unchanged = kept.len() as u64;
    if stale.is_empty() && imports.is_empty() && kept.len() == ours.len() {
        return Ok(());
    }
    // What is begun is noted first, without a hash: a run that breaks off is taken up by the next.
    let mut begun = kept.clone();
    let doing = stale.iter().copied().chain(imports.iter().map(|(fingerprint, ..)| *fingerprint));
    begun.extend(doing.map(|fingerprint| (fingerprint.clone(), None)));
    write_list(&list, &begun)?;
    delete(&gpg, &stale)?;
    let taken = import(&gpg, &imports)?;
    for (fingerprint, _, digest) in imports {
        if taken.contains(fingerprint) {
            kept.insert(fingerprint.clone(), Some(digest));
            synced.written = synced.written.saturating_add(1);
        } else {
            synced.skip(Skipped::GpgRefused);
        }
    }
    let gone = stale.iter().filter(|fingerprint| !kept.contains_key(**fingerprint));
    synced.deleted = gone.count() as u64;
    write_list(&list, &kept)
}

/// Makes the folder if it is missing, and refuses one that is not for us.
fn prepare(homedir: &Path, defaults: &[PathBuf]) -> Result<(), GnupgError> {
    let refuse = |found| GnupgError::NotOurs { path: homedir.display().to_string(), found };
    if defaults.iter().any(|default| is_same(default, homedir)) {
        return Err(refuse("it is your own GnuPG home"));
    }
    match fs::metadata(homedir) {
        Ok(found) if !found.is_dir() => return Err(refuse("it is no folder")),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_private_folder(homedir)
                .map_err(|error| GnupgError::io("create", homedir, &error))?;
        }
        Err(error) => return Err(GnupgError::io("open", homedir, &error)),
    }
    let is_empty = fs::read_dir(homedir)
        .map_err(|error| GnupgError::io("read", homedir, &error))?
        .next()
        .is_none();
    if is_empty {
        let file = homedir.join(CONF_NAME);
        fs::write(&file, GPG_CONF).map_err(|error| GnupgError::io("write", &file, &error))?;
    } else if ![&KEYRINGS[..], &[LIST_NAME, CONF_NAME]]
        .concat()
        .iter()
        .any(|name| homedir.join(name).exists())
    {
        return Err(refuse("it holds files, none of which is GnuPG's"));
    }
    Ok(())
}

/// Whether two paths are one folder, also if it does not exist yet.
fn is_same(a: &Path, b: &Path) -> bool {
    let resolve = |path: &Path| {
        fs::canonicalize(path).ok().or_else(|| {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let parent = fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
            Some(parent.join(path.file_name()?))
        })
    };
    a == b || resolve(a).is_some_and(|a| resolve(b) == Some(a))
}

/// A home with secret keys is somebody's own. The files are looked at first: gpg makes folders.
fn refuse_secrets(homedir: &Path, gpg: &Gpg) -> Result<(), GnupgError> {
    let some = fs::read_dir(homedir.join("private-keys-v1.d"))
        .is_ok_and(|entries| entries.flatten().any(|entry| is_key_file(&entry.path())));
    let old = fs::metadata(homedir.join("secring.gpg")).is_ok_and(|found| found.len() > 0);
    if !some && !old {
        return Ok(());
    }
    Err(GnupgError::NotOurs { path: gpg.homedir(), found: "it holds secret keys" })
}

fn is_key_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "key")
}

fn listed(gpg: &Gpg) -> Result<BTreeSet<Fingerprint>, GnupgError> {
    let arguments = ["--with-colons", "--list-keys"];
    let listed = gpg.get("list the keys", &arguments, MAX_KEYRING_BYTES)?;
    Ok(fingerprints(&listed, b"pub"))
}

fn delete(gpg: &Gpg, stale: &[&Fingerprint]) -> Result<(), GnupgError> {
    for some in stale.chunks(KEYS_AT_ONCE) {
        let names: Vec<String> = some.iter().map(ToString::to_string).collect();
        let mut arguments = vec!["--yes", "--delete-keys"];
        arguments.extend(names.iter().map(String::as_str));
        gpg.get("delete keys", &arguments, MAX_KEYRING_BYTES)?;
    }
    Ok(())
}

/// Imports, and gives what gpg says that it took.
fn import(
    gpg: &Gpg,
    certs: &[(&Fingerprint, &Vec<u8>, Hash)],
) -> Result<BTreeSet<Fingerprint>, GnupgError> {
    let mut taken = BTreeSet::new();
    for some in certs.chunks(KEYS_AT_ONCE) {
        let input: Vec<u8> = some.iter().flat_map(|(_, cert, _)| cert.iter().copied()).collect();
        let arguments = ["--status-fd", "1", "--import"];
        let ran = gpg.run("import keys", &arguments, Some(&input), MAX_KEYRING_BYTES)?;
        let status = String::from_utf8_lossy(ran.stdout.as_bytes()).into_owned();
        for line in status.lines() {
            let mut words = line.split_ascii_whitespace();
            if (words.next(), words.next()) == (Some("[GNUPG:]"), Some("IMPORT_OK")) {
                taken.extend(words.nth(1).and_then(|name| Fingerprint::parse(name).ok()));
            }
        }
        // It fails for one key that it refuses; that it took none at all is a failure.
        if !ran.ok && taken.is_empty() && !status.contains("IMPORT_RES") {
            return Err(gpg.failed("import keys", ran.said));
        }
    }
    Ok(taken)
}

/// Our keys in the home: with the hash of what was imported, or none if that was begun only.
type List = BTreeMap<Fingerprint, Option<Hash>>;

fn read_list(file: &Path) -> Result<List, GnupgError> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(List::new()),
        Err(error) => return Err(GnupgError::io("read", file, &error)),
    };
    let mut list = List::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, digest) = line.split_once(' ').unwrap_or((line, "-"));
        let fingerprint = Fingerprint::parse(name).map_err(|error| GnupgError::Io {
            doing: "read",
            path: file.display().to_string(),
            found: error.to_string(),
        })?;
        // A digest is as long as a version 6 fingerprint; any other word means *begun*.
        let digest = Fingerprint::parse(digest).ok();
        let digest = digest.and_then(|digest| Hash::try_from(digest.as_bytes()).ok());
        list.insert(fingerprint, digest);
    }
    Ok(list)
}

/// Whole or not at all.
fn write_list(file: &Path, list: &List) -> Result<(), GnupgError> {
    let mut text = String::from(LIST_HEAD);
    for (fingerprint, digest) in list {
        let digest = digest.and_then(|digest| Fingerprint::new(&digest).ok());
        let digest = digest.map_or_else(|| "-".to_owned(), |digest| digest.to_string());
        text.push_str(&format!("{fingerprint} {digest}\n"));
    }
    let new = file.with_extension("new");
    let done = fs::File::create(&new)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&new, file));
    done.map_err(|error| GnupgError::io("write", file, &error))
}

/// The list of our keys in the home.
const LIST_NAME: &str = "inbome-keys";
const LIST_HEAD: &str = "# keys that `inbome keyring-sync` put here and may delete\n";
const CONF_NAME: &str = "gpg.conf";
const GPG_CONF: &str = "# made by `inbome keyring-sync`: its keys come from mail, nobody certified them\n\
                        trust-model always\n";
/// Keys in one run of gpg.
const KEYS_AT_ONCE: usize = 200;
