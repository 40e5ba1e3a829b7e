//! The `Autocrypt-Gossip` field (Discovery §5): the grammar and the names of `Autocrypt`.
//!
//! Not here: whether gossip is accepted, and from whom.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::attributes::{Attributes, Statement};
use super::folding::Folded;
use super::print::expressible;
use super::{FieldFlaw, RawField, autocrypt, check_lines, check_size, keydata};
use crate::addr::Addr;
use crate::limits::MAX_KEY_FIELD_BYTES;

/// The field's name.
pub const GOSSIP_FIELD: &str = "Autocrypt-Gossip";

/// Reads a gossip field: whose key it is, and the key data, decoded. A preference is ignored.
///
/// # Errors
/// The first [`FieldFlaw`] in the order of judgement. An address that is none is
/// [`FieldFlaw::AddrMismatch`], for it equals no recipient.
pub fn read_gossip(field: &RawField<'_>) -> Result<(Addr, Vec<u8>), FieldFlaw> {
    check_size(field)?;
    let statement = Statement::read(Attributes::new(field.value), autocrypt::role)?;
    statement.check_names()?;
    let addr = statement.addr.ok_or(FieldFlaw::MissingAddr)?;
    let key = statement.key.ok_or(FieldFlaw::MissingKey)?;
    let addr = Addr::parse_bytes(addr).map_err(|_| FieldFlaw::AddrMismatch)?;
    let key_data = keydata::decode(key).ok_or(FieldFlaw::Base64)?;
    check_lines(field)?;
    Ok((addr, key_data))
}

/// The value of a gossip field, folded with CRLF and a blank in lines under 78 columns, without a
/// preference (Messages §2).
///
/// `None` for an address that the grammar cannot express, and for a field that would be over
/// [`MAX_KEY_FIELD_BYTES`].
///
/// # Examples
/// ```
/// use inbome_core::addr::Addr;
/// use inbome_core::header::print_gossip;
///
/// let bob = Addr::parse("bob@example.org")?;
/// let value = print_gossip(&bob, b"a cert").expect("a small cert");
/// assert_eq!(value, "addr=bob@example.org; keydata=\r\n YSBjZXJ0");
/// # Ok::<(), inbome_core::addr::AddrError>(())
/// ```
#[must_use]
pub fn print_gossip(addr: &Addr, cert: &[u8]) -> Option<String> {
    let addr = expressible(addr).filter(|_| cert.len() <= MAX_KEY_FIELD_BYTES)?;
    let mut value = Folded::after(GOSSIP_FIELD);
    value.attribute("addr", &addr);
    let value = value.key("keydata", &STANDARD.encode(cert));
    let octets = GOSSIP_FIELD.len().saturating_add(": ".len()).saturating_add(value.len());
    (octets <= MAX_KEY_FIELD_BYTES).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_gossip_reads_the_same_and_is_never_too_long() {
        for (name, addr, cert_len, printed) in [
            ("small", "bob@example.org", 400, true),
            (
                "a long address",
                &format!("{}@{}.example.org", "b".repeat(64), "c".repeat(60)),
                9,
                true,
            ),
            ("too large", "bob@example.org", 8_000, false),
            ("a blank in the address", "\"b b\"@example.org", 9, false),
        ] {
            let addr = Addr::parse(addr).expect("an address");
            let cert = vec![0x98; cert_len];
            let value = print_gossip(&addr, &cert);
            assert_eq!(value.is_some(), printed, "{name}");
            let Some(value) = value else { continue };
            // An address that is longer has a line for itself.
            let short = |line: &str| line.len() <= 77 || line.contains('@');
            assert!(value.split("\r\n").all(short), "{name}");
            let field = RawField::of(GOSSIP_FIELD, value.as_bytes());
            assert_eq!(read_gossip(&field), Ok((addr, cert)), "{name}");
        }
    }
}
