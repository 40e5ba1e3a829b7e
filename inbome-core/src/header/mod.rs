//! The key fields: `Autocrypt`, the INBOME spellings and `Autocrypt-Gossip`; and the state of a
//! draft.
//!
//! Implements Discovery §2.1 and §2.2 up to and including base64, as pure functions of one field
//! and the From address. Not here: finding fields in a mail (`mime`), judging certs, and what
//! several key fields in one mail mean (`discover`).

use std::borrow::Cow;

mod attributes;
mod autocrypt;
mod backup;
mod draft_state;
mod folding;
mod gossip;
mod inbome;
mod keydata;
mod print;

pub use backup::{BACKUP_FIELD, SETUP_FIELD, print_backup, read_backup};
pub use draft_state::{DRAFT_STATE_FIELD, DraftState, DraftStateFlaw};
pub use folding::unfold;
pub use gossip::{GOSSIP_FIELD, print_gossip, read_gossip};
pub use print::{largest_field, print};

use crate::addr::Addr;
use crate::limits::MAX_KEY_FIELD_BYTES;

/// The two families of key fields. Within a mail `Autocrypt` goes before `Inbome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// `INBOME`, `INBOME-Encryption` and `INBOME-Encryption-Info`, 2016.
    Inbome,
    /// `Autocrypt`, Level 1.1.
    Autocrypt,
}

/// Whether someone wishes to get encrypted mail without having asked for it each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PreferEncrypt {
    /// Nothing is said.
    #[default]
    NoPreference,
    /// Encrypt if the other side wishes it too.
    Mutual,
}

impl PreferEncrypt {
    /// The word of every surface: `nopreference` or `mutual`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoPreference => "nopreference",
            Self::Mutual => "mutual",
        }
    }
}

/// Which key fields an account writes (Discovery §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Spelling {
    /// `Autocrypt` and `INBOME-Encryption`.
    #[default]
    Both,
    /// `Autocrypt` alone.
    Autocrypt,
    /// `INBOME-Encryption` alone.
    Inbome,
}

impl Spelling {
    /// The word of every surface: `both`, `autocrypt` or `inbome`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Autocrypt => "autocrypt",
            Self::Inbome => "inbome",
        }
    }
}

/// One header field as it stands in a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawField<'a> {
    /// The name, as spelled, without blanks before the colon.
    pub name: &'a [u8],
    /// From the first octet of the name to before the last line end, folds as they stand.
    pub raw: &'a [u8],
    /// What follows the colon, still folded.
    pub value: &'a [u8],
}

impl<'a> RawField<'a> {
    /// A field that its program has taken apart already; its size is that of the value.
    #[must_use]
    pub fn of(name: &'a str, value: &'a [u8]) -> Self {
        Self { name: name.as_bytes(), raw: value, value }
    }

    /// Whether the field's name is `name`, without case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        is_same_name(self.name, name.as_bytes())
    }
}

pub use crate::reason::FieldFlaw;

/// The content of a key field that is well formed and bound to the From address. Its key data has
/// not been looked at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyField {
    /// Which spelling said it.
    pub family: Family,
    /// The wish that it states.
    pub prefer_encrypt: PreferEncrypt,
    /// The key data, decoded.
    pub key_data: Vec<u8>,
}

/// What a field of a key family is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It offers a key.
    Key(KeyField),
    /// It is recognised and has no effect: `request` and `encrypted` of the draft of 11 November
    /// 2016 (Discovery §2.1), or a name of no family.
    NotJudged,
}

/// The family of a field with this name, without case.
#[must_use]
pub fn family(name: &[u8]) -> Option<Family> {
    // The lengths differ, and this is asked for every field of every mail.
    let (known, family): (&[u8], _) = match name.len() {
        6 => (inbome::DECEMBER_17.as_bytes(), Family::Inbome),
        9 => (autocrypt::NAME.as_bytes(), Family::Autocrypt),
        17 => (inbome::DECEMBER.as_bytes(), Family::Inbome),
        22 => (inbome::NOVEMBER.as_bytes(), Family::Inbome),
        _ => return None,
    };
    is_same_name(name, known).then_some(family)
}

/// Whether two names are the same without case. Nearly all fields are spelled as they are looked for,
/// which costs one comparison.
fn is_same_name(name: &[u8], known: &[u8]) -> bool {
    name == known || name.eq_ignore_ascii_case(known)
}

/// The name of a key field for a report, as it stands in the mail. Nearly all write it as the
/// drafts do, which costs no copy.
pub(crate) fn name_as_it_stands(name: &[u8]) -> Cow<'static, str> {
    let spelled = [autocrypt::NAME, inbome::DECEMBER, inbome::DECEMBER_17, inbome::NOVEMBER];
    match spelled.into_iter().find(|known| known.as_bytes() == name) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(String::from_utf8_lossy(name).into_owned()),
    }
}

/// Whether the field is a key field that counts among those that are judged (Discovery §2.2).
#[must_use]
pub fn is_judged(field: &RawField<'_>) -> bool {
    match family(field.name) {
        None => false,
        Some(Family::Autocrypt) => true,
        Some(Family::Inbome) => !inbome::is_of_no_effect(field),
    }
}

/// Reads a key field of a mail that is from `from`.
///
/// # Errors
/// The first [`FieldFlaw`] in the order of judgement.
pub fn read(field: &RawField<'_>, from: &Addr) -> Result<Reading, FieldFlaw> {
    let family = match family(field.name) {
        Some(family) if is_judged(field) => family,
        _ => return Ok(Reading::NotJudged),
    };
    check_size(field)?;
    let key_field = match family {
        Family::Autocrypt => autocrypt::read(field.value, from)?,
        Family::Inbome => inbome::read(field, from)?,
    };
    check_lines(field)?;
    Ok(Reading::Key(key_field))
}

/// Discovery §2.2: a field over 10 KiB is invalid, folds as they stand.
fn check_size(field: &RawField<'_>) -> Result<(), FieldFlaw> {
    if field.raw.len() > MAX_KEY_FIELD_BYTES { Err(FieldFlaw::TooLong) } else { Ok(()) }
}

/// Messages §3: a field with a NUL, or with a carriage return where no line ends, is invalid. What else is
/// wrong with it comes first.
fn check_lines(field: &RawField<'_>) -> Result<(), FieldFlaw> {
    let next = |at: usize| field.value.get(at.saturating_add(1));
    let is_stray = |at: usize| field.value.get(at) == Some(&0) || next(at) != Some(&b'\n');
    match memchr::memchr2_iter(0, b'\r', field.value).any(is_stray) {
        true => Err(FieldFlaw::Grammar),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
