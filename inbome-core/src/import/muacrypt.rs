//! muacrypt 0.9: a folder with `heads` and `blocks`.
//!
//! `heads` maps the name of a chain (`own:ACCOUNT`, `peer:ACCOUNT:ADDR`) to its youngest block. A
//! block is a file named by the SHA-256 of its content: a list of kind, parent, time of writing and
//! the entry's own values, in execnet's dump format. A block whose name is not its content's hash is
//! damaged; that also is why no chain can run in a circle. Of its entries, `msg` is one mail with
//! or without an advert, `mge` one gossip, `cfg` and `keygen` the settings and secret key of an
//! account. Its account has no address; keys are for the account that they are imported into.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{
    Each, Foreign, ImportError, ImportOptions, Imported, OwnKey, Program, Said, Sources, base64,
    foreign,
};
use crate::account::KeyRole;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::header::PreferEncrypt;
use crate::key::{Fingerprint, hash};
use crate::limits::{MAX_CERT_BYTES_BY_IMPORT, MAX_FOREIGN_BYTES, MAX_FOREIGN_ROWS};
use crate::reason::{CertFlaw, Skipped};
use crate::secret::Secret;

/// The folder, and which account of it is meant.
pub(super) struct Muacrypt {
    dir: PathBuf,
    heads: BTreeMap<Vec<u8>, Vec<u8>>,
    from: String,
}

impl Muacrypt {
    /// Opens the folder, and finds the account.
    pub(super) fn open(path: &Path, options: &ImportOptions) -> Result<Self, ImportError> {
        let file = path.join("heads");
        let fault = |found: String| foreign(Program::Muacrypt, &file, found);
        let octets = read(&file, MAX_FOREIGN_BYTES).map_err(fault)?;
        let Some(Value::Dict(heads)) = load(&octets) else {
            return Err(fault("something else than a table of names".to_owned()));
        };
        let mut muacrypt = Self { dir: path.to_owned(), heads, from: String::new() };
        muacrypt.from = muacrypt.choose(options)?;
        Ok(muacrypt)
    }

    /// The account that is named, that bears the address, or that is the only one.
    fn choose(&self, options: &ImportOptions) -> Result<String, ImportError> {
        let own = self.heads.keys().filter_map(|name| name.strip_prefix(b"own:"));
        let names: Vec<String> =
            own.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let addr = options.account.as_ref().map(Addr::as_str);
        let found = match (&options.from, names.as_slice()) {
            (Some(named), _) => names.iter().find(|name| *name == named),
            (None, [only]) => Some(only),
            (None, _) => {
                names.iter().find(|name| Some(name.as_str()) == addr || self.is_for(name, addr))
            }
        };
        let named = options.from.as_deref().unwrap_or("none");
        found.cloned().ok_or_else(|| ImportError::WhichFrom {
            found: named.chars().take(80).collect(),
            names: if names.is_empty() { "none".to_owned() } else { names.join(", ") },
        })
    }

    /// Whether the account's pattern is this address, spelt out.
    fn is_for(&self, name: &str, addr: Option<&str>) -> bool {
        let mut pattern = Vec::new();
        let _ = self.walk(format!("own:{name}").as_bytes(), &mut 0, &mut |block| {
            if pattern.is_empty() && block.kind == b"cfg" {
                pattern = block.octets(2).to_vec();
            }
            Ok(())
        });
        let pattern = String::from_utf8_lossy(&pattern).replace('\\', "");
        let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
        addr.is_some_and(|addr| pattern.eq_ignore_ascii_case(addr))
    }

    /// Hands over the blocks of a chain, youngest first. `read` counts them over all chains.
    fn walk(
        &self,
        chain: &[u8],
        count: &mut usize,
        each: &mut dyn FnMut(&Block) -> Result<(), ImportError>,
    ) -> Result<(), WalkError> {
        let mut next = self.heads.get(chain).cloned();
        while let Some(name) = next {
            *count = count.saturating_add(1);
            if *count > MAX_FOREIGN_ROWS {
                return Err(WalkError::Limit);
            }
            let block = self.block(&name).map_err(WalkError::Damaged)?;
            each(&block).map_err(WalkError::Caller)?;
            next = block.parent;
        }
        Ok(())
    }

    fn block(&self, name: &[u8]) -> Result<Block, (PathBuf, String)> {
        // Nothing but a hash may become part of a path.
        let hex = std::str::from_utf8(name).ok().filter(|name| {
            name.len() == 64
                && name.bytes().all(|o| o.is_ascii_digit() || (b'a'..=b'f').contains(&o))
        });
        let Some(hex) = hex else {
            let found = "the name of a block that is no hash".to_owned();
            return Err((self.dir.join("heads"), found));
        };
        let file = self.dir.join("blocks").join(hex);
        let damaged = |found: &str| (file.clone(), found.to_owned());
        let octets = read(&file, MAX_BLOCK_BYTES).map_err(|found| (file.clone(), found))?;
        let digest: String = hash(&octets).iter().map(|octet| format!("{octet:02x}")).collect();
        if digest != hex {
            return Err(damaged("other content than its name says"));
        }
        let Some(Value::List(values)) = load(&octets) else {
            return Err(damaged("something else than a block"));
        };
        let mut values = values.into_iter();
        match (values.next(), values.next(), values.next()) {
            (Some(Value::Octets(kind)), Some(parent), Some(_)) => {
                let parent = match parent {
                    Value::Octets(name) => Some(name),
                    _ => None,
                };
                Ok(Block { kind, parent, values: values.collect() })
            }
            _ => Err(damaged("something else than a block")),
        }
    }
}

impl Foreign for Muacrypt {
    fn own_keys(
        &self,
        sources: &Sources<'_>,
        _held: &BTreeSet<Fingerprint>,
        report: &mut Imported,
    ) -> Result<Vec<OwnKey>, ImportError> {
        // It knows no address of its own: the user's word, or the only account.
        let addr = match (sources.named, sources.accounts.0.as_slice()) {
            (Some(named), _) => named.clone(),
            (None, [only]) => only.addr.clone(),
            (None, []) => return Err(ImportError::NoAccounts),
            (None, several) => return Err(ImportError::WhichAccount { count: several.len() }),
        };
        let mut found: Option<(Vec<u8>, Vec<u8>)> = None;
        let mut prefer_encrypt = None;
        let walked = self.walk(format!("own:{}", self.from).as_bytes(), &mut 0, &mut |block| {
            if block.kind == b"keygen" && found.is_none() {
                found = Some((block.octets(0).to_vec(), block.octets(1).to_vec()));
            }
            if block.kind == b"cfg" && prefer_encrypt.is_none() {
                prefer_encrypt = Some(preference(block.octets(0)));
            }
            Ok(())
        });
        self.settle(walked, report)?;
        let Some((secret, name)) = found.filter(|(secret, _)| !secret.is_empty()) else {
            report.skip(Skipped::NoSecretKey);
            return Ok(Vec::new());
        };
        // Its handle is the end of the fingerprint only; then it is not known before the import.
        let fingerprint =
            std::str::from_utf8(&name).ok().and_then(|name| Fingerprint::parse(name).ok());
        let secret = Secret::new(secret);
        let passphrase = Some(Secret::new(PASSPHRASE.to_vec()));
        let (enabled, role) = (None, KeyRole::Current);
        Ok(vec![OwnKey { addr, fingerprint, secret, passphrase, prefer_encrypt, enabled, role }])
    }

    fn peers(
        &self,
        _sources: &Sources<'_>,
        report: &mut Imported,
        each: Each<'_>,
    ) -> Result<(), ImportError> {
        let prefix = format!("peer:{}:", self.from);
        let mut count = 0;
        for chain in self.heads.keys() {
            let Some(addr) = chain.strip_prefix(prefix.as_bytes()) else { continue };
            let Ok(addr) = Addr::parse_bytes(addr) else {
                report.skip(Skipped::InvalidAddr);
                continue;
            };
            let walked = self.walk(chain, &mut count, &mut |block| match said(block) {
                Some(said) => each(&addr, said),
                None => Ok(()),
            });
            self.settle(walked, report)?;
        }
        Ok(())
    }
}

impl Muacrypt {
    /// A damaged chain costs its rest, no more.
    fn settle(
        &self,
        walked: Result<(), WalkError>,
        report: &mut Imported,
    ) -> Result<(), ImportError> {
        match walked {
            Ok(()) => {}
            Err(WalkError::Caller(error)) => return Err(error),
            Err(WalkError::Limit) => report.skip(Skipped::LimitRows),
            Err(WalkError::Damaged((file, found))) => {
                report.failed.push((file.display().to_string(), found));
            }
        }
        Ok(())
    }
}

/// Why a chain ended early.
enum WalkError {
    Caller(ImportError),
    Damaged((PathBuf, String)),
    Limit,
}

/// One entry.
struct Block {
    kind: Vec<u8>,
    parent: Option<Vec<u8>>,
    values: Vec<Value>,
}

impl Block {
    fn octets(&self, place: usize) -> &[u8] {
        match self.values.get(place) {
            Some(Value::Octets(octets)) => octets,
            _ => &[],
        }
    }

    fn date(&self, place: usize) -> Option<Timestamp> {
        match self.values.get(place) {
            // Saturates; a date before 1970 or none at all is judged by its reader.
            Some(Value::Float(secs)) if secs.is_finite() =>
            {
                #[allow(clippy::cast_possible_truncation)]
                Some(Timestamp::from_secs(*secs as i64))
            }
            Some(Value::Int(secs)) => Some(Timestamp::from_secs((*secs).into())),
            _ => None,
        }
    }
}

/// What an entry says of a peer.
fn said(block: &Block) -> Option<Said> {
    let at = block.date(1);
    Some(match (block.kind.as_slice(), at) {
        (b"msg", Some(at)) => match (block.octets(3), block.octets(0)) {
            ([], _) => Said::Seen(at),
            // Without a mail: the user handed the key in.
            (keydata, []) => match cert(keydata) {
                Some(cert) => Said::Import(Some(at), cert),
                None => Said::Nothing(CertFlaw::NotOpenPgp.code()),
            },
            (keydata, _) => match cert(keydata) {
                Some(cert) => Said::Advert(at, cert, preference(block.octets(2))),
                None => Said::Nothing(CertFlaw::NotOpenPgp.code()),
            },
        },
        (b"mge", Some(at)) => match cert(block.octets(2)) {
            Some(cert) => Said::Gossip(at, cert),
            None => Said::Nothing(CertFlaw::NotOpenPgp.code()),
        },
        (b"msg" | b"mge", None) => Said::Nothing(Skipped::Undated.code()),
        _ => return None,
    })
}

/// A binary cert; some versions kept base64.
fn cert(keydata: &[u8]) -> Option<Vec<u8>> {
    match keydata.first()? {
        octet if octet & 0x80 != 0 => Some(keydata.to_vec()),
        _ => base64(keydata),
    }
}

fn preference(word: &[u8]) -> PreferEncrypt {
    if word == b"mutual" { PreferEncrypt::Mutual } else { PreferEncrypt::NoPreference }
}

/// A file of at most `limit` octets.
fn read(file: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    // Opening a pipe waits for whoever writes to it.
    if fs::metadata(file).is_ok_and(|found| !found.is_file()) {
        return Err("no file".to_owned());
    }
    let done = File::open(file).and_then(|file| file.take(most).read_to_end(&mut octets));
    match done {
        Ok(_) if octets.len() > limit => Err(format!("more than {limit} octets")),
        Ok(_) => Ok(octets),
        Err(error) if error.kind() == ErrorKind::NotFound => Err("no such file".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A value in execnet's dump format. Texts of all kinds are octets.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    None,
    Int(i32),
    Float(f64),
    Octets(Vec<u8>),
    List(Vec<Self>),
    Dict(BTreeMap<Vec<u8>, Vec<u8>>),
}

/// Reads one value: a scalar, a list of scalars in order, or a table of texts. Anything else that
/// the format could hold muacrypt never writes, and is `None`.
fn load(octets: &[u8]) -> Option<Value> {
    let (version, mut rest) = octets.split_first()?;
    if *version != 2 {
        return None;
    }
    let mut stack: Vec<Value> = Vec::new();
    loop {
        let (code, more) = rest.split_first()?;
        rest = more;
        let value = match code {
            b'L' => Value::None,
            b'R' => Value::Int(1),
            b'C' => Value::Int(0),
            b'F' | b'G' => {
                let (number, more) = rest.split_first_chunk::<4>()?;
                rest = more;
                Value::Int(i32::from_be_bytes(*number))
            }
            b'D' => {
                let (number, more) = rest.split_first_chunk::<8>()?;
                rest = more;
                Value::Float(f64::from_be_bytes(*number))
            }
            b'A' | b'M' | b'N' | b'S' => {
                let (length, more) = rest.split_first_chunk::<4>()?;
                let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
                let (octets, more) = more.split_at_checked(length)?;
                rest = more;
                Value::Octets(octets.to_vec())
            }
            b'K' => {
                // The length; the items follow one by one.
                let (_, more) = rest.split_first_chunk::<4>()?;
                rest = more;
                Value::List(Vec::new())
            }
            b'J' => Value::Dict(BTreeMap::new()),
            b'P' => {
                let (value, key) = (stack.pop()?, stack.pop()?);
                match (stack.last_mut()?, key, value) {
                    // Containers hold no containers, so nothing is ever deep.
                    (Value::List(_), _, Value::List(_) | Value::Dict(_)) => return None,
                    (Value::List(items), Value::Int(place), value)
                        if usize::try_from(place) == Ok(items.len()) =>
                    {
                        items.push(value);
                    }
                    (Value::Dict(table), Value::Octets(key), Value::Octets(value)) => {
                        table.insert(key, value);
                    }
                    _ => return None,
                }
                continue;
            }
            b'Q' => return stack.pop().filter(|_| stack.is_empty() && rest.is_empty()),
            _ => return None,
        };
        if stack.len() >= MAX_STACK {
            return None;
        }
        stack.push(value);
    }
}

/// Of every key that muacrypt makes: it stands in its source, and in no user's mind.
const PASSPHRASE: &[u8] = b"123";
/// A container, a key and a value.
const MAX_STACK: usize = 3;
/// An entry with a key in it.
const MAX_BLOCK_BYTES: usize = MAX_CERT_BYTES_BY_IMPORT * 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_nothing_else_is() {
        let some = |value| Some(value);
        let text = |text: &str| Value::Octets(text.into());
        for (name, octets, value) in [
            ("none", &b"\x02LQ"[..], some(Value::None)),
            ("number", b"\x02F\0\0\x01\0Q", some(Value::Int(256))),
            ("float", b"\x02D\x3f\xf0\0\0\0\0\0\0Q", some(Value::Float(1.0))),
            ("text", b"\x02N\0\0\0\x02abQ", some(text("ab"))),
            (
                "list",
                b"\x02K\0\0\0\x02F\0\0\0\0LPF\0\0\0\x01A\0\0\0\x01xPQ",
                some(Value::List(vec![Value::None, text("x")])),
            ),
            (
                "table",
                b"\x02JN\0\0\0\x01aN\0\0\0\x01bPQ",
                some(Value::Dict(BTreeMap::from([(b"a".to_vec(), b"b".to_vec())]))),
            ),
            ("other version", b"\x03LQ", None),
            ("empty", b"", None),
            ("no end", b"\x02L", None),
            ("more after the end", b"\x02LQL", None),
            ("two values", b"\x02LLQ", None),
            ("longer than it is", b"\x02N\x7f\xff\xff\xffabQ", None),
            ("negative length", b"\x02N\xff\xff\xff\xffabQ", None),
            ("list out of order", b"\x02K\0\0\0\x02F\0\0\0\x01LPQ", None),
            ("huge list", b"\x02K\x7f\xff\xff\xffQ", some(Value::List(Vec::new()))),
            ("list in a list", b"\x02K\0\0\0\x01F\0\0\0\0K\0\0\0\0PQ", None),
            ("nothing to set", b"\x02PQ", None),
            ("channel", b"\x02B\0\0\0\x01Q", None),
        ] {
            assert_eq!(load(octets), value, "{name}");
        }
        assert_eq!(load(&[&b"\x02"[..], &b"K\0\0\0\0".repeat(100_000)].concat()), None);
    }
}
