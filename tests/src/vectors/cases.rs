//! The cases, each a few lines: what is expected, and the mail with its one flaw.

use crate::stage::{ALICE, SENT, cert, folded};

mod fields;
mod mails;

use fields::{cert_reasons, field_reasons, keys, several_fields, spellings};
use mails::{dates, mails, senders};

/// Name and octets of every vector.
#[must_use]
pub fn all() -> Vec<(String, Vec<u8>)> {
    let mut made = Vec::new();
    spellings(&mut made);
    field_reasons(&mut made);
    cert_reasons(&mut made);
    several_fields(&mut made);
    senders(&mut made);
    dates(&mut made);
    mails(&mut made);
    keys(&mut made);
    made
}

type Made = Vec<(String, Vec<u8>)>;

/// One vector. `head` has the lines before the empty one, without `expect: ` where there is none
/// of the other names.
fn add(made: &mut Made, name: &str, head: &[&str], mail: impl AsRef<[u8]>) {
    let mut octets = Vec::new();
    for line in head {
        let named = ["account: ", "now: ", "received-at: ", "spam: ", "note: "];
        if !named.iter().any(|name| line.starts_with(name)) {
            octets.extend_from_slice(b"expect: ");
        }
        octets.extend_from_slice(line.as_bytes());
        octets.push(b'\n');
    }
    octets.push(b'\n');
    octets.extend_from_slice(mail.as_ref());
    made.push((name.to_owned(), octets));
}

/// A mail from Alice with these fields.
fn alice(fields: &str) -> Vec<u8> {
    from(ALICE, fields)
}

fn from(sender: &str, fields: &str) -> Vec<u8> {
    crate::stage::mail(sender, SENT, fields)
}

fn good() -> Vec<u8> {
    cert(1, ALICE)
}

fn key() -> String {
    folded(&good())
}
