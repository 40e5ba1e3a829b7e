//! Writing key fields (Discovery §2.1): the same key in one or two spellings, folded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::folding::Folded;
use super::{PreferEncrypt, Spelling, autocrypt, inbome};
use crate::addr::Addr;
use crate::limits::MAX_KEY_FIELD_BYTES;

/// The key fields of an account, as names and values; values are folded with CRLF and a blank, in
/// lines under 78 columns (an address that is longer has a line for itself).
///
/// There is no field for an address that the grammar cannot express, because its local part holds
/// a blank or `;`, nor one over [`MAX_KEY_FIELD_BYTES`]. If both spellings together are over it,
/// only `Autocrypt` is written.
///
/// # Examples
/// ```
/// use inbome_core::addr::Addr;
/// use inbome_core::header::{PreferEncrypt, Spelling, print};
///
/// let alice = Addr::parse("Alice@example.org")?;
/// let fields = print(Spelling::Autocrypt, &alice, PreferEncrypt::Mutual, b"a cert");
/// assert_eq!(
///     fields,
///     [(
///         "Autocrypt",
///         "addr=alice@example.org; prefer-encrypt=mutual; keydata=\r\n YSBjZXJ0".to_owned()
///     )]
/// );
/// # Ok::<(), inbome_core::addr::AddrError>(())
/// ```
#[must_use]
pub fn print(
    spelling: Spelling,
    addr: &Addr,
    prefer_encrypt: PreferEncrypt,
    cert: &[u8],
) -> Vec<(&'static str, String)> {
    let Some(addr) = expressible(addr).filter(|_| cert.len() <= MAX_KEY_FIELD_BYTES) else {
        return Vec::new();
    };
    let key = STANDARD.encode(cert);
    let mut fields = Vec::with_capacity(2);
    if spelling != Spelling::Inbome {
        fields.push(autocrypt_field(&addr, prefer_encrypt, &key));
    }
    if spelling != Spelling::Autocrypt {
        fields.push(inbome_field(&addr, prefer_encrypt, &key));
    }
    // Discovery §2.1: both together at most 10 KiB, else Autocrypt alone. `Autocrypt` is first.
    while octets(&fields) > MAX_KEY_FIELD_BYTES {
        fields.pop();
    }
    fields
}

/// Octets of the largest field with this key that the account's settings may ask for. What is over
/// [`MAX_KEY_FIELD_BYTES`] is never written.
#[must_use]
pub fn largest_field(addr: &Addr, cert: &[u8]) -> usize {
    let (addr, key) = (addr.to_header(), STANDARD.encode(cert));
    let fields =
        [autocrypt_field, inbome_field].map(|field| field(&addr, PreferEncrypt::Mutual, &key));
    fields.into_iter().map(|field| octets(&[field])).max().unwrap_or_default()
}

fn autocrypt_field(addr: &str, prefer: PreferEncrypt, key: &str) -> (&'static str, String) {
    let mut value = Folded::after(autocrypt::NAME);
    value.attribute("addr", addr);
    if prefer == PreferEncrypt::Mutual {
        value.attribute("prefer-encrypt", "mutual");
    }
    (autocrypt::NAME, value.key("keydata", key))
}

fn inbome_field(addr: &str, prefer: PreferEncrypt, key: &str) -> (&'static str, String) {
    let mut value = Folded::after(inbome::DECEMBER);
    value.attribute("to", addr);
    value.attribute("type", "p");
    if prefer == PreferEncrypt::Mutual {
        value.attribute("prefer-encrypted", "yes");
    }
    (inbome::DECEMBER, value.key("key", key))
}

/// The address as an attribute's value, if it reads as the same address there.
pub(super) fn expressible(addr: &Addr) -> Option<String> {
    let text = addr.to_header();
    let plain = !text.contains(|c: char| c == ';' || c == ' ' || c.is_ascii_control());
    (plain && Addr::parse(&text).as_ref() == Ok(addr)).then_some(text)
}

/// As Discovery §2.2 counts: from the names to before the last line ends.
fn octets(fields: &[(&str, String)]) -> usize {
    fields.iter().fold(0, |sum: usize, (name, value)| {
        sum.saturating_add(name.len()).saturating_add(": ".len()).saturating_add(value.len())
    })
}
