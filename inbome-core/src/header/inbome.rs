//! The INBOME fields of November and December 2016, all spellings (Discovery §2.1).
//!
//! | field | draft |
//! | --- | --- |
//! | `INBOME-Encryption: to=…; type=p; prefer-encrypted=…; key=…` | December |
//! | `INBOME: to=…; key=…` | 17 December |
//! | `INBOME-Encryption-Info: keydata=…`, `INBOME-Encryption: keydata=…` | November |
//! | `INBOME: provide;adr=…;keydata=…`, `provide=…;…`, `request…`, `encrypted` | 11 November |

use super::attributes::{Attribute, Attributes, Preference, Role, Statement};
use super::{Family, FieldFlaw, KeyField, PreferEncrypt, RawField, keydata};
use crate::addr::Addr;

/// The field's name in December 2016, which is the one that is written.
pub(super) const DECEMBER: &str = "INBOME-Encryption";
/// The field's name on 17 December 2016, and on 11 November.
pub(super) const DECEMBER_17: &str = "INBOME";
/// The field's name in November 2016.
pub(super) const NOVEMBER: &str = "INBOME-Encryption-Info";

/// Whether this is `request` or `encrypted` of 11 November: every mail advertises, so nothing
/// needs to be asked for or said.
pub(super) fn is_of_no_effect(field: &RawField<'_>) -> bool {
    field.is(DECEMBER_17)
        && Attributes::new(field.value).next().is_some_and(|Attribute { name, value }| {
            name.eq_ignore_ascii_case(b"request")
                || (name.eq_ignore_ascii_case(b"encrypted") && value.is_none())
        })
}

/// Reads an INBOME field of a mail that is from `from`.
pub(super) fn read(field: &RawField<'_>, from: &Addr) -> Result<KeyField, FieldFlaw> {
    let november_11 = field.is(DECEMBER_17);
    let (attributes, bare_provide) = without_provide(november_11, field.value);
    let mut provide = bare_provide;
    let statement = Statement::read(attributes, |name| {
        if november_11 && name.eq_ignore_ascii_case(b"provide") {
            provide = true;
            Role::Addr
        } else {
            role(name)
        }
    })?;
    statement.check_names()?;
    if !statement.kind.is_none_or(is_openpgp) {
        return Err(FieldFlaw::UnsupportedType);
    }
    let key = statement.key.ok_or(FieldFlaw::MissingKey)?;
    // Discovery §2.1: without an address the field is bound to From.
    if statement.addr.is_some_and(|addr| Addr::parse_bytes(addr).as_ref() != Ok(from)) {
        return Err(FieldFlaw::AddrMismatch);
    }
    let prefer_encrypt = match statement.preference {
        Preference::Word(word) if is_mutual(word) => PreferEncrypt::Mutual,
        // Discovery §2.1: the presence of a November field asks for encryption.
        Preference::Absent if provide || statement.addr.is_none() => PreferEncrypt::Mutual,
        _ => PreferEncrypt::NoPreference,
    };
    let key_data = keydata::decode(key).ok_or(FieldFlaw::Base64)?;
    Ok(KeyField { family: Family::Inbome, prefer_encrypt, key_data })
}

/// Takes a leading `provide` without a value away, the one attribute that stands alone.
fn without_provide(november_11: bool, value: &[u8]) -> (Attributes<'_>, bool) {
    let attributes = Attributes::new(value);
    let mut ahead = attributes.clone();
    match ahead.next() {
        Some(Attribute { name, value: None })
            if november_11 && name.eq_ignore_ascii_case(b"provide") =>
        {
            (ahead, true)
        }
        _ => (attributes, false),
    }
}

fn role(name: &[u8]) -> Role {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    if is("to") || is("addr") || is("adr") {
        Role::Addr
    } else if is("key") || is("keydata") {
        Role::Key
    } else if is("prefer-encrypted") || is("prefer-encrypt") {
        Role::Prefer
    } else if is("type") {
        Role::Type
    } else if is("prio") {
        Role::Ignored
    } else {
        Role::Critical
    }
}

fn is_openpgp(kind: &[u8]) -> bool {
    kind.eq_ignore_ascii_case(b"p") || kind.eq_ignore_ascii_case(b"OpenPGP")
}

fn is_mutual(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"yes") || word.eq_ignore_ascii_case(b"mutual")
}
