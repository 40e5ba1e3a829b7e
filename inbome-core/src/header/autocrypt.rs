//! The `Autocrypt` field, exactly as Level 1.1 has it (Discovery §2.1).
//!
//! It takes none of the INBOME names.

use super::attributes::{Attributes, Preference, Role, Statement};
use super::{Family, FieldFlaw, KeyField, PreferEncrypt, keydata};
use crate::addr::Addr;

/// The field's name.
pub(super) const NAME: &str = "Autocrypt";

/// Reads the value of an `Autocrypt` field of a mail that is from `from`.
pub(super) fn read(value: &[u8], from: &Addr) -> Result<KeyField, FieldFlaw> {
    let statement = Statement::read(Attributes::new(value), role)?;
    statement.check_names()?;
    let addr = statement.addr.ok_or(FieldFlaw::MissingAddr)?;
    let key = statement.key.ok_or(FieldFlaw::MissingKey)?;
    // Discovery §2.2: equal to From in canonical form.
    if Addr::parse_bytes(addr).as_ref() != Ok(from) {
        return Err(FieldFlaw::AddrMismatch);
    }
    let prefer_encrypt = match statement.preference {
        Preference::Word(word) if word.eq_ignore_ascii_case(b"mutual") => PreferEncrypt::Mutual,
        _ => PreferEncrypt::NoPreference,
    };
    let key_data = keydata::decode(key).ok_or(FieldFlaw::Base64)?;
    Ok(KeyField { family: Family::Autocrypt, prefer_encrypt, key_data })
}

/// The names of Level 1.1.
pub(super) fn role(name: &[u8]) -> Role {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    if is("addr") {
        Role::Addr
    } else if is("keydata") {
        Role::Key
    } else if is("prefer-encrypt") {
        Role::Prefer
    } else {
        Role::Critical
    }
}
