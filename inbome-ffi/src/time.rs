//! Time in C: whole Unix seconds, and one number for "not known".

use inbome_core::clock::Timestamp;

/// A time that is not known, or that is not there: INT64_MIN.
pub const INBOME_TIME_UNKNOWN: i64 = i64::MIN;

/// A time from C.
pub(crate) fn time_in(secs: i64) -> Option<Timestamp> {
    (secs != INBOME_TIME_UNKNOWN).then(|| Timestamp::from_secs(secs))
}

/// A time for C.
pub(crate) fn time_out(time: Option<Timestamp>) -> i64 {
    time.map_or(INBOME_TIME_UNKNOWN, Timestamp::as_secs)
}
