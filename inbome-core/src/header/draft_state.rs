//! The `Autocrypt-Draft-State` field (Autocrypt Level 1.1; Messages §5): what the user had decided
//! about a draft when it was put away.
//!
//! Not here: whether a draft is believed, and that the field never leaves with a mail.

use super::attributes::{Attribute, Attributes};
use super::{RawField, check_size};

/// The field's name.
pub const DRAFT_STATE_FIELD: &str = "Autocrypt-Draft-State";

/// What was decided about a draft.
///
/// # Examples
/// ```
/// use inbome_core::header::{DRAFT_STATE_FIELD, DraftState, RawField};
///
/// let state = DraftState { encrypt: true, by_choice: true, is_reply_to_encrypted: false };
/// assert_eq!(state.print(), "encrypt=yes; _by-choice=yes;");
/// let field = RawField::of(DRAFT_STATE_FIELD, b"encrypt=yes; _by-choice=yes;");
/// assert_eq!(DraftState::read(&field), Ok(state));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DraftState {
    /// The mail is to be encrypted.
    pub encrypt: bool,
    /// The user said so, not the recommendation.
    pub by_choice: bool,
    /// It answers an encrypted mail.
    pub is_reply_to_encrypted: bool,
}

/// A draft's state that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected encrypt=yes or encrypt=no in {DRAFT_STATE_FIELD}, found something else")]
pub struct DraftStateFlaw;

impl DraftState {
    /// Reads the field. Unknown attributes that begin with `_` are ignored, as is any value but
    /// `yes` of the known ones.
    ///
    /// # Errors
    /// [`DraftStateFlaw`] unless `encrypt` stands there once, as `yes` or `no`, or if there is an
    /// unknown attribute without a leading `_`.
    pub fn read(field: &RawField<'_>) -> Result<Self, DraftStateFlaw> {
        check_size(field).map_err(|_| DraftStateFlaw)?;
        let mut encrypt = None;
        let mut by_choice = false;
        let mut is_reply_to_encrypted = false;
        for Attribute { name, value } in Attributes::new(field.value) {
            let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
            let value = value.ok_or(DraftStateFlaw)?;
            let yes = value.eq_ignore_ascii_case(b"yes");
            if is("encrypt") {
                if !(yes || value.eq_ignore_ascii_case(b"no")) || encrypt.is_some() {
                    return Err(DraftStateFlaw);
                }
                encrypt = Some(yes);
            } else if is("_by-choice") {
                by_choice = yes;
            } else if is("_is-reply-to-encrypted") {
                is_reply_to_encrypted = yes;
            } else if !name.starts_with(b"_") {
                return Err(DraftStateFlaw);
            }
        }
        Ok(Self { encrypt: encrypt.ok_or(DraftStateFlaw)?, by_choice, is_reply_to_encrypted })
    }

    /// The value of the field, in one line.
    #[must_use]
    pub fn print(self) -> String {
        let mut value = format!("encrypt={};", if self.encrypt { "yes" } else { "no" });
        if self.by_choice {
            value.push_str(" _by-choice=yes;");
        }
        if self.is_reply_to_encrypted {
            value.push_str(" _is-reply-to-encrypted=yes;");
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_the_same() {
        for bits in 0..8 {
            let state = DraftState {
                encrypt: bits & 1 != 0,
                by_choice: bits & 2 != 0,
                is_reply_to_encrypted: bits & 4 != 0,
            };
            let printed = state.print();
            let field = RawField::of(DRAFT_STATE_FIELD, printed.as_bytes());
            assert_eq!(DraftState::read(&field), Ok(state), "{printed}");
        }
    }

    #[test]
    fn a_state_is_read_as_other_programs_write_it() {
        let state = |encrypt, by_choice, is_reply_to_encrypted| {
            Ok(DraftState { encrypt, by_choice, is_reply_to_encrypted })
        };
        for (name, value, expected) in [
            ("as published", " encrypt=yes; _by-choice=yes;", state(true, true, false)),
            ("no", "encrypt=no", state(false, false, false)),
            (
                "folded, other order",
                " _by-choice=yes;\r\n\tENCRYPT = Yes",
                state(true, true, false),
            ),
            ("a reply", "encrypt=no;_is-reply-to-encrypted=yes", state(false, false, true)),
            ("not by choice", "encrypt=yes; _by-choice=no", state(true, false, false)),
            ("unknown, ignored", "encrypt=yes; _monkey=1", state(true, false, false)),
            ("unknown, critical", "encrypt=yes; monkey=1", Err(DraftStateFlaw)),
            ("nothing said", "_by-choice=yes", Err(DraftStateFlaw)),
            ("neither yes nor no", "encrypt=maybe", Err(DraftStateFlaw)),
            ("twice", "encrypt=yes; encrypt=no", Err(DraftStateFlaw)),
            ("no value", "encrypt", Err(DraftStateFlaw)),
            ("empty", "", Err(DraftStateFlaw)),
        ] {
            let field = RawField::of(DRAFT_STATE_FIELD, value.as_bytes());
            assert_eq!(DraftState::read(&field), expected, "{name}");
        }
    }
}
