//! GnuPG: a home, or a file of exported keys.
//!
//! A cert becomes the imported key of each address in a User ID that the key itself certifies. Of
//! several for one address the youngest usable key is taken. Ownertrust and certifications by
//! others say nothing here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Each, Foreign, ImportError, Imported, OwnKey, Program, Said, Sources, foreign};
use crate::account::KeyRole;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::code::Code;
use crate::gnupg::{self, GnupgError, KEYRINGS, MAX_KEYRING_BYTES, export_secret, fingerprints};
use crate::key::{Fingerprint, Unusable};
use crate::openpgp::{Described, OpenPgpError};
use crate::reason::{CertFlaw, Skipped};

/// What was named, and the certs in it.
pub(super) struct Gpg {
    home: Option<gnupg::Gpg>,
    path: PathBuf,
    keyring: Vec<u8>,
}

impl Gpg {
    /// Reads the public keys of a home or file.
    pub(super) fn open(path: &Path) -> Result<Self, ImportError> {
        if path.is_dir() {
            let home = gnupg::Gpg::over(path)?;
            // A look at a folder must not make a keyring in it.
            if !KEYRINGS.iter().any(|name| path.join(name).exists()) {
                let found = "a folder without a keyring".to_owned();
                return Err(foreign(Program::Gpg, path, found));
            }
            // Whole: what gpg leaves out of a minimal export hides why a key cannot be used.
            let keyring = home.get("export the public keys", &["--export"], MAX_KEYRING_BYTES)?;
            return Ok(Self { home: Some(home), path: path.to_owned(), keyring });
        }
        let mut keyring = Vec::new();
        let most = u64::try_from(MAX_KEYRING_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        File::open(path)
            .and_then(|file| file.take(most).read_to_end(&mut keyring))
            .map_err(|error| ImportError::io("read", path, &error))?;
        if keyring.len() > MAX_KEYRING_BYTES {
            let found = format!("more than {MAX_KEYRING_BYTES} octets");
            return Err(foreign(Program::Gpg, path, found));
        }
        // GnuPG's own format of a keyring is none that it exports.
        if keyring.get(8..12) == Some(b"KBXf") {
            let found = "a keybox; name the folder that it is in, or a file that gpg exported";
            return Err(foreign(Program::Gpg, path, found.to_owned()));
        }
        Ok(Self { home: None, path: path.to_owned(), keyring })
    }

    /// The certs with their addresses; what is none, or names nobody, is counted.
    fn certs(&self, sources: &Sources<'_>, report: &mut Imported) -> Vec<Found> {
        let mut found: BTreeMap<Fingerprint, Found> = BTreeMap::new();
        sources.openpgp.split_keyring(&self.keyring, &mut |cert| {
            match cert.map_err(Code::from).and_then(|cert| look(sources, cert)) {
                Ok(cert) => {
                    found.insert(cert.fingerprint.clone(), cert);
                }
                Err(reason) => report.skip(reason),
            }
            ControlFlow::Continue(())
        });
        found.into_values().collect()
    }
}

/// A cert.
struct Found {
    fingerprint: Fingerprint,
    /// Why others cannot use it.
    unusable: Option<Unusable>,
    created: Timestamp,
    /// Its verified parts: a keyring carries much that is not the key's own.
    cert: Arc<[u8]>,
    addrs: BTreeSet<Addr>,
}

fn look(sources: &Sources<'_>, cert: &[u8]) -> Result<Found, Code> {
    let (openpgp, now) = (sources.openpgp, sources.now);
    let (fingerprint, _) = openpgp.import_cert(cert).map_err(|error| match error {
        OpenPgpError::Unusable { .. } => CertFlaw::NoEncryptionKey,
        _ => CertFlaw::NotOpenPgp,
    })?;
    let union = openpgp.union(None, cert);
    let unusable = openpgp.judge(&union.bytes, &union, now).verdict.err();
    let Described { created, addrs } =
        openpgp.describe(&union, now).ok_or(CertFlaw::NotOpenPgp.code())?;
    if addrs.is_empty() {
        return Err(unusable.map_or(Skipped::NoAddr.code(), Code::from));
    }
    Ok(Found { fingerprint, unusable, created, cert: union.bytes, addrs })
}

impl Foreign for Gpg {
    fn own_keys(
        &self,
        sources: &Sources<'_>,
        held: &BTreeSet<Fingerprint>,
        report: &mut Imported,
    ) -> Result<Vec<OwnKey>, ImportError> {
        let Some(home) = &self.home else {
            // A file with secret keys is one for `inbome key import`.
            return Ok(Vec::new());
        };
        let arguments = ["--with-colons", "--list-secret-keys"];
        let listed = home.get("list the secret keys", &arguments, MAX_KEYRING_BYTES)?;
        let secrets = fingerprints(&listed, b"sec");
        let mut certs = self.certs(sources, &mut Imported::default());
        // The youngest usable one comes first, and becomes the current one.
        certs.sort_by_key(|cert| {
            (cert.unusable.is_some(), Reverse((cert.created, cert.fingerprint.clone())))
        });
        let mut keys = Vec::new();
        let mut seen = BTreeSet::new();
        for Found { fingerprint, unusable, addrs, .. } in certs {
            if !secrets.contains(&fingerprint) {
                continue;
            }
            let mine = addrs.into_iter().find(|addr| match sources.named {
                Some(named) => named == addr,
                None => sources.accounts.own(addr),
            });
            let Some(addr) = mine else {
                // Unusable ones are counted among the peers' keys.
                if unusable.is_none() {
                    report.skip(Skipped::OtherAccount);
                }
                continue;
            };
            let role = match unusable {
                // It opens mails of an account that is there, or that another key makes.
                Some(_) if seen.contains(&addr) || sources.accounts.own(&addr) => KeyRole::Old,
                Some(_) => continue,
                None if seen.insert(addr.clone()) => KeyRole::Current,
                None => KeyRole::Old,
            };
            // Nobody is asked for what is there.
            if held.contains(&fingerprint) {
                continue;
            }
            match export_secret(home, &fingerprint, &addr) {
                // It only hides old mails; without the youngest one there is nothing to go on with.
                Err(GnupgError::Locked { .. }) if role == KeyRole::Old => {
                    report.skip(Skipped::Locked)
                }
                Err(error) => return Err(error.into()),
                Ok(secret) => keys.push(OwnKey {
                    addr,
                    fingerprint: Some(fingerprint),
                    secret,
                    passphrase: None,
                    prefer_encrypt: None,
                    enabled: None,
                    role,
                }),
            }
        }
        Ok(keys)
    }

    fn peers(
        &self,
        sources: &Sources<'_>,
        report: &mut Imported,
        each: Each<'_>,
    ) -> Result<(), ImportError> {
        let mut youngest: BTreeMap<Addr, Found> = BTreeMap::new();
        let mut certs = self.certs(sources, report);
        certs.retain(|found| match found.unusable {
            None => true,
            Some(unusable) => {
                let own = found.addrs.iter().any(|addr| sources.accounts.own(addr));
                report.skip(if own { Skipped::OwnAddress.code() } else { unusable.code() });
                false
            }
        });
        // A home may be empty; a file without any key is another file than was meant.
        let is_none = certs.is_empty()
            && report.skipped.keys().all(|code| *code == CertFlaw::NotOpenPgp.code());
        if self.home.is_none() && is_none {
            let found = "no public OpenPGP key in it, or one that is cut short".to_owned();
            return Err(foreign(Program::Gpg, &self.path, found));
        }
        for found in certs {
            let rank = |found: &Found| (found.created, found.fingerprint.clone());
            for addr in &found.addrs {
                match youngest.get(addr) {
                    Some(held) if rank(held) >= rank(&found) => report.skip(Skipped::OlderKey),
                    held => {
                        if held.is_some() {
                            report.skip(Skipped::OlderKey);
                        }
                        youngest.insert(addr.clone(), found.copy());
                    }
                }
            }
        }
        for (addr, found) in youngest {
            each(&addr, Said::Import(None, found.cert.to_vec()))?;
        }
        Ok(())
    }
}

impl Found {
    /// A copy that shares the cert.
    fn copy(&self) -> Self {
        Self {
            fingerprint: self.fingerprint.clone(),
            unusable: self.unusable,
            created: self.created,
            cert: Arc::clone(&self.cert),
            addrs: BTreeSet::new(),
        }
    }
}
