//! Values to columns and back. A column that no program of ours wrote is a fault, never a panic.

use rusqlite::Row;
use rusqlite::types::FromSql;

use super::fault::Fault;
use crate::account::Profile;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::header::{PreferEncrypt, Spelling};
use crate::key::{Fingerprint, Unusable};

/// Reads the columns of a row from left to right, in the order in which the query names them.
pub(super) struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    /// Starts at the first column.
    pub(super) fn of(row: &'a Row<'a>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(super) fn next<T: FromSql>(&mut self) -> Result<T, Fault> {
        let value = self.row.get(self.next)?;
        self.next = self.next.saturating_add(1);
        Ok(value)
    }

    /// Passes over columns that say nothing, and gives just that.
    pub(super) fn skip<T>(&mut self, columns: usize) -> Option<T> {
        self.next = self.next.saturating_add(columns);
        None
    }

    /// The next column, a time.
    pub(super) fn time(&mut self) -> Result<Timestamp, Fault> {
        Ok(Timestamp::from_secs(self.next()?))
    }

    /// The next column, a time or nothing.
    pub(super) fn optional_time(&mut self) -> Result<Option<Timestamp>, Fault> {
        Ok(self.next::<Option<i64>>()?.map(Timestamp::from_secs))
    }

    /// The next column, 0 or 1.
    pub(super) fn flag(&mut self) -> Result<bool, Fault> {
        self.code(&[false, true])
    }

    /// The next column, the place of a value in `values`.
    pub(super) fn code<T: Copy>(&mut self, values: &[T]) -> Result<T, Fault> {
        let code: i64 = self.next()?;
        usize::try_from(code).ok().and_then(|code| values.get(code)).copied().ok_or_else(|| {
            self.unexpected(&format!("a number below {}", values.len()), &code.to_string())
        })
    }

    /// The next column, a fingerprint.
    pub(super) fn fingerprint(&mut self) -> Result<Fingerprint, Fault> {
        match self.optional_fingerprint()? {
            Some(fingerprint) => Ok(fingerprint),
            None => Err(self.unexpected("a fingerprint", "nothing")),
        }
    }

    /// The next column, a fingerprint or nothing.
    pub(super) fn optional_fingerprint(&mut self) -> Result<Option<Fingerprint>, Fault> {
        let column = self.next;
        self.next = self.next.saturating_add(1);
        let octets = self
            .row
            .get_ref(column)?
            .as_blob_or_null()
            .map_err(|_| self.unexpected("octets", "another type"))?;
        octets
            .map(|octets| Fingerprint::new(octets).map_err(|error| Fault::Value(error.to_string())))
            .transpose()
    }

    /// The next column, an address in canonical form.
    pub(super) fn addr(&mut self) -> Result<Addr, Fault> {
        let text: String = self.next()?;
        Addr::from_canonical(&text)
            .ok_or_else(|| self.unexpected("an address in canonical form", &format!("{text:?}")))
    }

    /// The fault that the column just read is.
    pub(super) fn unexpected(&self, expected: &str, found: &str) -> Fault {
        let column = self.row.as_ref().column_name(self.next.saturating_sub(1)).unwrap_or("?");
        Fault::Value(format!("expected {expected} in column {column}, found {found}"))
    }
}

/// The codes of a preference are the places in this list; so with the lists below.
pub(super) const PREFERENCES: [PreferEncrypt; 2] =
    [PreferEncrypt::NoPreference, PreferEncrypt::Mutual];
/// Spellings.
pub(super) const SPELLINGS: [Spelling; 3] = [Spelling::Both, Spelling::Autocrypt, Spelling::Inbome];
/// Profiles.
pub(super) const PROFILES: [Profile; 2] = [Profile::Level1, Profile::Inbome];
/// Verdicts: nothing against the key, or what.
pub(super) const VERDICTS: [Option<Unusable>; 5] = [
    None,
    Some(Unusable::Expired),
    Some(Unusable::Revoked),
    Some(Unusable::Weak),
    Some(Unusable::Unsupported),
];

/// The place of a value in its list.
pub(super) fn code_of<T: PartialEq>(values: &[T], value: &T) -> Result<i64, Fault> {
    values
        .iter()
        .position(|known| known == value)
        .and_then(|code| i64::try_from(code).ok())
        .ok_or(Fault::Misuse("expected a value with a code, found one without"))
}

/// A time as it is stored.
pub(super) fn secs(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_secs)
}
