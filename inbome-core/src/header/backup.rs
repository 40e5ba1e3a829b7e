//! The fields of a backup message (Several devices §2): what Autocrypt calls it, and INBOME's own
//! with the encrypted key in it.
//!
//! Not here: opening it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::attributes::{Attributes, Role, Statement};
use super::folding::Folded;
use super::print::expressible;
use super::{FieldFlaw, RawField, check_lines, check_size, keydata};
use crate::addr::Addr;
use crate::limits::MAX_KEY_FIELD_BYTES;

/// The field of an Autocrypt Setup Message; its value is the version.
pub const SETUP_FIELD: &str = "Autocrypt-Setup-Message";
/// The field of an INBOME backup.
pub const BACKUP_FIELD: &str = "INBOME-Secret-Key-Backup";

/// Reads an INBOME backup field: whose keys these are, and the encrypted current one, binary.
///
/// # Errors
/// The first [`FieldFlaw`] in the order of judgement. A text that is not an address is
/// [`FieldFlaw::AddrMismatch`].
pub fn read_backup(field: &RawField<'_>) -> Result<(Addr, Option<Vec<u8>>), FieldFlaw> {
    check_size(field)?;
    check_lines(field)?;
    let statement = Statement::read(Attributes::new(field.value), role)?;
    statement.check_names()?;
    let addr = statement.addr.ok_or(FieldFlaw::MissingAddr)?;
    let addr = Addr::parse_bytes(addr).map_err(|_| FieldFlaw::AddrMismatch)?;
    let decode = |data| keydata::decode(data).ok_or(FieldFlaw::Base64);
    Ok((addr, statement.key.map(decode).transpose()?))
}

/// The value of an INBOME backup field, folded with CRLF and a blank.
///
/// `None` for an address that the grammar cannot express, and for a field that would be over
/// [`MAX_KEY_FIELD_BYTES`].
#[must_use]
pub fn print_backup(addr: &Addr, sealed: &[u8]) -> Option<String> {
    let addr = expressible(addr).filter(|_| sealed.len() <= MAX_KEY_FIELD_BYTES)?;
    let mut value = Folded::after(BACKUP_FIELD);
    value.attribute("addr", &addr);
    let value = value.key("key_backup_data", &STANDARD.encode(sealed));
    let octets = BACKUP_FIELD.len().saturating_add(": ".len()).saturating_add(value.len());
    (octets <= MAX_KEY_FIELD_BYTES).then_some(value)
}

fn role(name: &[u8]) -> Role {
    if name.eq_ignore_ascii_case(b"addr") {
        Role::Addr
    } else if name.eq_ignore_ascii_case(b"key_backup_data") {
        Role::Key
    } else {
        Role::Critical
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_backup_field_reads_the_same_and_is_never_too_long() {
        let addr = Addr::parse("alice@example.org").expect("an address");
        for (octets, fits) in [(0, true), (1_400, true), (7_000, true), (9_000, false)] {
            let sealed = vec![0xc3; octets];
            let value = print_backup(&addr, &sealed);
            assert_eq!(value.is_some(), fits, "{octets}");
            let Some(value) = value else { continue };
            let field = RawField::of(BACKUP_FIELD, value.as_bytes());
            assert_eq!(read_backup(&field), Ok((addr.clone(), Some(sealed))), "{octets}");
            assert!(value.split("\r\n").all(|line| line.len() < 78), "{octets}");
        }
    }

    #[test]
    fn a_backup_field_without_an_address_or_with_strange_attributes_is_invalid() {
        for (value, flaw) in [
            ("key_backup_data=YQ==", FieldFlaw::MissingAddr),
            ("addr=a@b; key_backup_data=Y!", FieldFlaw::Base64),
            ("addr=a@b; key_backup_data=YQ==; more=1", FieldFlaw::CriticalAttribute),
            ("addr=a@b; addr=a@b; key_backup_data=YQ==", FieldFlaw::DuplicateAttribute),
            ("addr=a; key_backup_data=YQ==", FieldFlaw::AddrMismatch),
            ("nothing", FieldFlaw::Grammar),
        ] {
            let field = RawField::of(BACKUP_FIELD, value.as_bytes());
            assert_eq!(read_backup(&field), Err(flaw), "{value}");
        }
    }
}
