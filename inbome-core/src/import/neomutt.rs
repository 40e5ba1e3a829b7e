//! neomutt and mutt: `autocrypt.db` and the GnuPG home in one folder, `$autocrypt_dir`.
//!
//! Peers come from the rows and from the histories of keys, each with its date. The database does
//! not say which account saw a peer. Its gossip was accepted without a look at the signature; it
//! is taken as it is, since gossip never touches a direct key.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{
    Each, Foreign, ImportError, Imported, OwnKey, Program, Said, Sources, base64, foreign,
};
use crate::account::KeyRole;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::gnupg::{Gpg, export_secret};
use crate::header::PreferEncrypt;
use crate::key::Fingerprint;
use crate::reason::{FieldFlaw, Skipped};
use crate::store::sqlite::foreign::{ForeignRow, NeomuttDb};

/// The folder, its database open.
pub(super) struct Neomutt {
    dir: PathBuf,
    file: PathBuf,
    db: NeomuttDb,
}

impl Neomutt {
    /// Opens the folder; its database is taken for it too.
    pub(super) fn open(path: &Path) -> Result<Self, ImportError> {
        let file = if path.is_dir() { path.join("autocrypt.db") } else { path.to_owned() };
        let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty());
        let dir = dir.unwrap_or(Path::new(".")).to_owned();
        let db = NeomuttDb::open(&file).map_err(|found| foreign(Program::Neomutt, &file, found))?;
        Ok(Self { dir, file, db })
    }

    fn fault(&self, found: String) -> ImportError {
        foreign(Program::Neomutt, &self.file, found)
    }
}

impl Foreign for Neomutt {
    fn own_keys(
        &self,
        sources: &Sources<'_>,
        held: &BTreeSet<Fingerprint>,
        report: &mut Imported,
    ) -> Result<Vec<OwnKey>, ImportError> {
        let mut keys = Vec::new();
        for row in self.db.accounts().map_err(|found| self.fault(found))? {
            let ForeignRow::Account { addr, key_id, mutual, enabled } = row else { continue };
            let Ok(addr) = Addr::parse_bytes(&addr) else {
                report.skip(Skipped::InvalidAddr);
                continue;
            };
            if sources.named.is_some_and(|named| *named != addr) {
                report.skip(Skipped::OtherAccount);
                continue;
            }
            let id = std::str::from_utf8(&key_id).ok().and_then(|id| Fingerprint::parse(id).ok());
            let Some(fingerprint) = id else {
                report.skip(Skipped::NoSecretKey);
                continue;
            };
            if held.contains(&fingerprint) {
                continue;
            }
            let secret = export_secret(&Gpg::over(&self.dir)?, &fingerprint, &addr)?;
            let prefer_encrypt =
                if mutual { PreferEncrypt::Mutual } else { PreferEncrypt::NoPreference };
            keys.push(OwnKey {
                addr,
                fingerprint: Some(fingerprint),
                secret,
                passphrase: None,
                prefer_encrypt: Some(prefer_encrypt),
                enabled: Some(enabled),
                role: KeyRole::Current,
            });
        }
        Ok(keys)
    }

    fn peers(
        &self,
        _sources: &Sources<'_>,
        report: &mut Imported,
        each: Each<'_>,
    ) -> Result<(), ImportError> {
        let mut done = Ok(());
        self.db
            .peers(&mut |row| {
                let (addr, said) = read(row);
                match Addr::parse_bytes(&addr) {
                    Ok(addr) => done = said.into_iter().try_for_each(|said| each(&addr, said)),
                    Err(_) => report.skip(Skipped::InvalidAddr),
                }
                done.is_ok()
            })
            .map_err(|found| self.fault(found))?;
        done
    }
}

/// What a row says, and of whom.
fn read(row: ForeignRow) -> (Vec<u8>, Vec<Said>) {
    let mut said = Vec::new();
    // neomutt writes 0 or nothing for a date that it does not have.
    let date = |at: i64| Some(Timestamp::from_secs(at)).filter(|_| at != 0);
    let mut key = |at: i64, keydata: &[u8], say: &dyn Fn(Timestamp, Vec<u8>) -> Said| {
        let Some(at) = date(at).filter(|_| !keydata.is_empty()) else { return };
        said.push(
            base64(keydata).map_or(Said::Nothing(FieldFlaw::Base64.code()), |cert| say(at, cert)),
        );
    };
    let addr = match row {
        ForeignRow::Account { addr, .. } => addr,
        ForeignRow::Peer {
            addr,
            last_seen,
            advert_at,
            keydata,
            mutual,
            gossip_at,
            gossip_keydata,
        } => {
            let prefer_encrypt =
                if mutual { PreferEncrypt::Mutual } else { PreferEncrypt::NoPreference };
            key(advert_at, &keydata, &|at, cert| Said::Advert(at, cert, prefer_encrypt));
            key(gossip_at, &gossip_keydata, &Said::Gossip);
            // A later mail than the youngest advert bore none.
            let plain = date(last_seen).filter(|seen| seen.as_secs() > advert_at);
            said.extend(plain.map(Said::Seen));
            addr
        }
        ForeignRow::PeerHistory { addr, at, keydata } => {
            // The preference is not in the history; where it matters the row has it.
            key(at, &keydata, &|at, cert| Said::Advert(at, cert, PreferEncrypt::NoPreference));
            addr
        }
        ForeignRow::GossipHistory { addr, sender, at, keydata } => {
            // Discovery §5: nobody gossips about himself.
            if !sender.eq_ignore_ascii_case(&addr) {
                key(at, &keydata, &Said::Gossip);
            }
            addr
        }
    };
    (addr, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_say_what_mails_said() {
        let at = Timestamp::from_secs;
        let peer =
            |last_seen, advert_at, keydata: &str, gossip_at, gossip: &str| ForeignRow::Peer {
                addr: b"b@e.org".to_vec(),
                last_seen,
                advert_at,
                keydata: keydata.into(),
                mutual: true,
                gossip_at,
                gossip_keydata: gossip.into(),
            };
        let gossip = |sender: &str| ForeignRow::GossipHistory {
            addr: b"b@e.org".to_vec(),
            sender: sender.into(),
            at: 5,
            keydata: b"eHg=".to_vec(),
        };
        let history = |keydata: &[u8]| ForeignRow::PeerHistory {
            addr: b"b@e.org".to_vec(),
            at: 5,
            keydata: keydata.to_vec(),
        };
        let advert = |secs, prefer| Said::Advert(at(secs), b"xx".to_vec(), prefer);
        let heard = |secs| Said::Gossip(at(secs), b"xx".to_vec());
        let mutual = PreferEncrypt::Mutual;
        for (name, row, said) in [
            ("advert", peer(7, 7, "eHg=", 0, ""), vec![advert(7, mutual)]),
            (
                "later without",
                peer(9, 7, "eHg=", 0, ""),
                vec![advert(7, mutual), Said::Seen(at(9))],
            ),
            ("gossip alone", peer(0, 0, "", 8, "eHg="), vec![heard(8)]),
            // neomutt leaves out gossip that equals the direct key, but not its date.
            ("gossip without a key", peer(7, 7, "eHg=", 8, ""), vec![advert(7, mutual)]),
            ("no base64", peer(7, 7, "*", 0, ""), vec![Said::Nothing(FieldFlaw::Base64.code())]),
            ("history", history(b"eHg="), vec![advert(5, PreferEncrypt::NoPreference)]),
            ("history without a key", history(b""), Vec::new()),
            ("gossip history", gossip("c@e.org"), vec![heard(5)]),
            ("gossip about himself", gossip("B@E.org"), Vec::new()),
        ] {
            assert_eq!(read(row), (b"b@e.org".to_vec(), said), "{name}");
        }
    }
}
