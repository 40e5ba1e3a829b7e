//! What goes wrong below, and the [`StoreError`] it is for the caller.

use rusqlite::ErrorCode;

use super::super::StoreError;

/// A failure that does not know yet which file it is about.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite's.
    Sql(rusqlite::Error),
    /// A value that no program of ours wrote.
    Value(String),
    /// The file is not an INBOME database.
    Foreign(&'static str),
    /// It must not be touched by a program as old as this one.
    Newer {
        /// The highest number that we read.
        ours: i64,
        /// The number it asks for.
        found: i64,
    },
    /// The store is used wrongly.
    Misuse(&'static str),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl Fault {
    /// Whether another connection is in the way, so that waiting helps.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self, Self::Sql(error) if matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        ))
    }

    /// The error for the caller, about the file at `path`.
    pub(super) fn into_error(self, path: &str, waited_secs: u64) -> StoreError {
        let path = path.to_owned();
        let busy = self.is_busy();
        match self {
            Self::Value(found) => StoreError::Corrupt { path, found },
            Self::Foreign(found) => StoreError::Corrupt { path, found: found.to_owned() },
            Self::Newer { ours, found } => StoreError::Newer { path, ours, found },
            Self::Misuse(found) => StoreError::Database { path, found: found.to_owned() },
            Self::Sql(_) if busy => StoreError::Busy { path, waited_secs },
            Self::Sql(error) => {
                let found = error.to_string();
                match (error.sqlite_error_code(), &error) {
                    (Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase), _)
                    | (None, rusqlite::Error::FromSqlConversionFailure(..))
                    | (None, rusqlite::Error::IntegralValueOutOfRange(..))
                    | (None, rusqlite::Error::InvalidColumnType(..))
                    | (None, rusqlite::Error::Utf8Error(..)) => StoreError::Corrupt { path, found },
                    (Some(ErrorCode::CannotOpen), _) => {
                        StoreError::Io { doing: "open", path, found }
                    }
                    (
                        Some(
                            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::DiskFull,
                        ),
                        _,
                    ) => StoreError::Io { doing: "write", path, found },
                    (Some(ErrorCode::SystemIoFailure), _) => {
                        StoreError::Io { doing: "read or write", path, found }
                    }
                    _ => StoreError::Database { path, found },
                }
            }
        }
    }
}
