//! A store of muacrypt's, written as muacrypt 0.9 writes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A store with one account, `default`, once it is told of it.
pub struct Muacrypt {
    dir: TempDir,
    heads: BTreeMap<String, String>,
}

/// A value in a block.
pub enum Value<'a> {
    /// Nothing.
    None,
    /// A time, half a second later.
    Date(i64),
    /// Text.
    Text(&'a str),
    /// Octets.
    Octets(&'a [u8]),
}

impl Muacrypt {
    /// An empty one.
    #[allow(clippy::new_without_default)] // It makes a folder.
    pub fn new() -> Self {
        let dir = TempDir::new().unwrap();
        fs::create_dir(dir.path().join("blocks")).unwrap();
        Self { dir, heads: BTreeMap::new() }
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Adds a block to a chain; the file that holds it.
    pub fn add(&mut self, chain: &str, kind: &str, values: &[Value<'_>]) -> PathBuf {
        let parent = self.heads.get(chain).map_or(Value::None, |name| Value::Text(name));
        let mut octets = b"\x02K".to_vec();
        octets.extend((values.len() as i32 + 3).to_be_bytes());
        let first = [Value::Text(kind), parent, Value::Date(1_500_000_000)];
        for (place, value) in first.iter().chain(values).enumerate() {
            octets.push(b'F');
            octets.extend((place as i32).to_be_bytes());
            octets.extend(dumped(value));
            octets.push(b'P');
        }
        octets.push(b'Q');
        let name: String = Sha256::digest(&octets).iter().map(|o| format!("{o:02x}")).collect();
        let file = self.dir.path().join("blocks").join(&name);
        fs::write(&file, octets).unwrap();
        self.heads.insert(chain.to_owned(), name);
        let mut heads = b"\x02J".to_vec();
        for (chain, name) in &self.heads {
            heads.extend(dumped(&Value::Text(chain)));
            heads.extend(dumped(&Value::Text(name)));
            heads.push(b'P');
        }
        heads.push(b'Q');
        fs::write(self.dir.path().join("heads"), heads).unwrap();
        file
    }

    /// Adds a mail from a peer, with a key or without.
    pub fn mail(&mut self, peer: &str, at: i64, prefers: &str, cert: &[u8]) -> PathBuf {
        let (id, handle) = (format!("<{at}@host>"), if cert.is_empty() { "" } else { "0123" });
        let values = [
            Value::Text(&id),
            Value::Date(at),
            Value::Text(prefers),
            Value::Octets(cert),
            Value::Text(handle),
        ];
        self.add(&format!("peer:default:{peer}"), "msg", &values)
    }
}

fn dumped(value: &Value<'_>) -> Vec<u8> {
    let long = |code: u8, octets: &[u8]| {
        [&[code][..], &(octets.len() as i32).to_be_bytes(), octets].concat()
    };
    match value {
        Value::None => b"L".to_vec(),
        Value::Date(secs) => [&b"D"[..], &(*secs as f64 + 0.5).to_be_bytes()].concat(),
        Value::Text(text) => long(b'N', text.as_bytes()),
        Value::Octets(octets) => long(b'A', octets),
    }
}
