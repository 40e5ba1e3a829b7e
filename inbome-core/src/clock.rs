//! Time: whole seconds, always an argument (Discovery §3).
//!
//! Implements the effective date. Nothing below the engine knows the wall clock; [`SystemClock`]
//! is the one place that reads it.

use std::fmt;

use jiff::fmt::rfc2822;

use crate::limits::EARLIEST_DATE_SECS;

/// A point in time: Unix seconds, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Later than every date.
    pub const MAX: Self = Self(i64::MAX);
    /// Earlier than every date.
    pub const MIN: Self = Self(i64::MIN);

    /// From Unix seconds.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs)
    }

    /// As Unix seconds.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0
    }

    /// Later by `secs`; stops at the ends of the range.
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs))
    }

    /// Seconds from `earlier` to this, negative if it is later; stops at the ends of the range.
    #[must_use]
    pub const fn secs_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads what the command line and the environment take: RFC 3339, or `@` and Unix seconds.
    ///
    /// # Errors
    /// [`TimeError`] if it is neither.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError { found: text.chars().take(80).collect() };
        match text.strip_prefix('@') {
            Some(secs) => secs.parse().map(Self).map_err(|_| wrong()),
            None => text
                .parse::<jiff::Timestamp>()
                .map(|time| Self(time.as_second()))
                .map_err(|_| wrong()),
        }
    }

    /// The value of a `Date` field, in UTC.
    #[must_use]
    pub fn to_mail_date(self) -> String {
        static DATE: rfc2822::DateTimePrinter = rfc2822::DateTimePrinter::new();
        let time = jiff::Timestamp::from_second(self.0).unwrap_or_default();
        // Fails only for years that have no four digits.
        DATE.timestamp_to_string(&time).unwrap_or_else(|_| "1 Jan 1970 00:00:00 +0000".to_owned())
    }

    /// Reads the date of an mbox `From ` line, as `Sat Dec 17 09:58:05 2016`, taken as UTC; what
    /// follows the year is not looked at. `None` as for [`Timestamp::parse_mail_date`].
    #[must_use]
    pub fn parse_asctime(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let (_, month, day) = (words.next()?, words.next()?, words.next()?);
        let (clock, year) = (words.next()?, words.next()?);
        Self::parse_mail_date(format!("{day} {month} {year} {clock} +0000"))
    }

    /// Reads the unfolded value of a `Date` field, or the date of a `Received` field: RFC 5322 with the
    /// obsolete forms; an unknown or missing zone is UTC. `None` if it is no date or lies before
    /// 1990.
    #[must_use]
    pub fn parse_mail_date(value: impl AsRef<[u8]>) -> Option<Self> {
        let octets = value.as_ref().trim_ascii();
        read_mail_date(octets)
            .or_else(|| {
                // What is not UTF-8 may be a comment.
                let text = String::from_utf8_lossy(octets);
                let in_any_zone =
                    |text: &str| read_mail_date(text).or_else(|| read_mail_date(in_utc(text)?));
                in_any_zone(text.trim()).or_else(|| in_any_zone(&without_comments(&text)?))
            })
            .filter(|time| time.0 >= EARLIEST_DATE_SECS)
    }
}

/// A date in the form of RFC 5322 that leaves nothing to interpret.
fn read_mail_date(date: impl AsRef<[u8]>) -> Option<Timestamp> {
    static DATE: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    DATE.parse_timestamp(date.as_ref()).ok().map(|time| Timestamp(time.as_second()))
}

/// RFC 3339 in UTC, the form of all text for people; Unix seconds with `@` where the calendar ends.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(time) => time.fmt(f),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

/// The same date with whatever stands after the time of day replaced by UTC.
fn in_utc(text: &str) -> Option<String> {
    let clock = text.find(':')?;
    let rest = text.get(clock..)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
    Some(format!("{} +0000", text.get(..clock.checked_add(end)?)?))
}

/// The same date without its comments, which the obsolete forms have anywhere, and without blanks
/// before its comma. `None` if there are no comments.
fn without_comments(text: &str) -> Option<String> {
    text.contains('(').then_some(())?;
    let mut bare = String::with_capacity(text.len());
    let (mut depth, mut escaped) = (0_usize, false);
    for scalar in text.chars() {
        match scalar {
            _ if escaped => escaped = false,
            '\\' if depth > 0 => escaped = true,
            '(' => depth = depth.saturating_add(1),
            ')' if depth > 0 => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                bare.truncate(bare.trim_end().len());
                bare.push(',');
            }
            _ if depth == 0 => bare.push(scalar),
            _ => {}
        }
    }
    Some(bare.trim().to_owned())
}

/// A text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a time as 2016-12-17T09:58:05Z or @1481965085, found {found:?}")]
pub struct TimeError {
    /// What was given, cut to 80 characters.
    pub found: String,
}

/// When a mail is taken to have been sent (Discovery §3): the earlier of its `Date` and its
/// receipt; with no usable `Date`, its receipt.
#[must_use]
pub fn effective_date(date: Option<Timestamp>, received: Timestamp) -> Timestamp {
    date.map_or(received, |date| date.min(received))
}

/// The time of receipt (Discovery §3): the topmost `Received` field, else what the caller knows, which
/// is unusable before 1990 as other dates are; never later than now. `None` if only *now* is left.
#[must_use]
pub fn time_of_receipt(
    field: Option<Timestamp>,
    caller: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    // A file whose time was lost is of 1970.
    let caller = caller.filter(|time| time.0 >= EARLIEST_DATE_SECS);
    field.or(caller).map(|time| time.min(now))
}

/// Where the engine reads the time, once per call.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    // The one reading of the wall clock; everything below takes it as an argument.
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_second())
    }
}

/// A clock that stands still: for tests and for `INBOME_NOW`.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_dates_are_read_with_their_obsolete_forms() {
        for (name, value, secs) in [
            ("plain", "Sat, 17 Dec 2016 09:58:05 +0100", Some(1_481_965_085)),
            ("zone is honoured", "Sat, 17 Dec 2016 08:58:05 GMT", Some(1_481_965_085)),
            ("without weekday", "17 Dec 2016 09:58:05 +0100", Some(1_481_965_085)),
            ("wrong weekday", "Mon, 17 Dec 2016 09:58:05 +0100", Some(1_481_965_085)),
            ("comment", "Sat, 17 Dec 2016 09:58:05 +0100 (CET)", Some(1_481_965_085)),
            (
                "comments anywhere",
                "(a) Sat (\\) b), 17 (c (d)) Dec 2016 (e: ) 09:58:05 +0100",
                Some(1_481_965_085),
            ),
            (
                "comments and an unknown zone",
                "(1:2) Sat, 17 Dec 2016 08:58:05 (x) XYZ",
                Some(1_481_965_085),
            ),
            ("a comment without end", "Sat, 17 Dec 2016 (09:58:05 +0100", None),
            ("comments alone", "(Sat, 17 Dec 2016 09:58:05 +0100)", None),
            ("without seconds", "Sat, 17 Dec 2016 08:58 +0000", Some(1_481_965_080)),
            ("two-digit year", "17 Dec 16 08:58:05 GMT", Some(1_481_965_085)),
            ("unknown zone is UTC", "Sat, 17 Dec 2016 08:58:05 XYZ", Some(1_481_965_085)),
            ("named zone", "Sat, 17 Dec 2016 03:58:05 EST", Some(1_481_965_085)),
            ("missing zone is UTC", "Sat, 17 Dec 2016 08:58:05", Some(1_481_965_085)),
            ("before 1990", "Sat, 17 Dec 1988 08:58:05 +0000", None),
            ("no date", "yesterday", None),
            ("empty", "", None),
            ("13th month", "17 Foo 2016 08:58:05 +0000", None),
            ("day 40", "40 Dec 2016 08:58:05 +0000", None),
        ] {
            let found = Timestamp::parse_mail_date(value).map(Timestamp::as_secs);
            assert_eq!(found, secs, "{name}");
        }
    }

    #[test]
    fn dates_of_mbox_lines_are_read() {
        for (name, text, secs) in [
            ("plain", "Sat Dec 17 08:58:05 2016", Some(1_481_965_085)),
            ("padded day", "Thu Dec  1 00:00:00 2016", Some(1_480_550_400)),
            ("with a zone after it", "Sat Dec 17 08:58:05 2016 +0100", Some(1_481_965_085)),
            ("cut", "Sat Dec 17", None),
            ("words", "the day after tomorrow or so", None),
        ] {
            let found = Timestamp::parse_asctime(text).map(Timestamp::as_secs);
            assert_eq!(found, secs, "{name}");
        }
    }

    #[test]
    fn the_effective_date_is_the_earlier_of_the_two() {
        let (early, late) = (Timestamp::from_secs(1), Timestamp::from_secs(2));
        assert_eq!(effective_date(Some(early), late), early);
        assert_eq!(effective_date(Some(late), early), early);
        assert_eq!(effective_date(None, late), late);
    }

    #[test]
    fn receipt_is_never_later_than_now() {
        let now = Timestamp::from_secs(1_481_965_085);
        let later = now.plus_secs(1);
        assert_eq!(time_of_receipt(Some(later), None, now), Some(now));
        assert_eq!(time_of_receipt(None, Some(later), now), Some(now));
        assert_eq!(time_of_receipt(None, None, now), None);
    }

    #[test]
    fn a_time_before_1990_is_no_time_of_receipt() {
        let (now, earliest) =
            (Timestamp::from_secs(1_481_965_085), Timestamp::from_secs(EARLIEST_DATE_SECS));
        assert_eq!(time_of_receipt(None, Some(earliest), now), Some(earliest));
        for lost in [EARLIEST_DATE_SECS - 1, 0, i64::MIN] {
            assert_eq!(time_of_receipt(None, Some(Timestamp::from_secs(lost)), now), None);
        }
    }

    #[test]
    fn times_print_as_they_parse() {
        for text in ["2016-12-17T08:58:05Z", "@1481965085"] {
            let time = Timestamp::parse(text).expect(text);
            assert_eq!(time.to_string(), "2016-12-17T08:58:05Z");
        }
        assert!(Timestamp::parse("tomorrow").is_err());
        assert_eq!(Timestamp::MAX.to_string(), format!("@{}", i64::MAX));
    }
}
