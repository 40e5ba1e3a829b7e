//! The words and values of every command: codes for scripts, phrases for people.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inbome_core::account::Profile;
use inbome_core::clock::Timestamp;
use inbome_core::code::Code;
use inbome_core::key::Fingerprint;
use inbome_core::recommend::{Arg, Reason, Recommendation, TargetSource};
use serde_json::{Map, Value, json};

use crate::output::Color;

const DAY_SECS: i64 = 24 * 60 * 60;

/// "1 peer", "2 peers".
pub(crate) fn count(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Unix seconds, or null.
pub(crate) fn time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| json!(at.as_secs()))
}

/// Upper-case hexadecimal, or null.
pub(crate) fn fingerprint(fingerprint: Option<&Fingerprint>) -> Value {
    fingerprint.map_or(Value::Null, |fingerprint| json!(fingerprint.to_string()))
}

/// Standard base64 in one string.
pub(crate) fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// A fingerprint in groups of four digits.
pub(crate) fn grouped(fingerprint: &Fingerprint) -> String {
    let digits: Vec<char> = fingerprint.to_string().chars().collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The first sixteen digits of a fingerprint in groups of four: enough to tell one's own peers
/// apart, and never enough to trust.
pub(crate) fn short(fingerprint: &Fingerprint) -> String {
    grouped(fingerprint).chars().take(19).collect()
}

/// The day, in UTC.
pub(crate) fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// The day, and how long ago that is.
pub(crate) fn day_and_age(at: Timestamp, now: Timestamp) -> String {
    let count = |n: i64, unit: &str| match n {
        1 => format!("1 {unit} ago"),
        n => format!("{n} {unit}s ago"),
    };
    let age = match now.secs_since(at) / DAY_SECS {
        days if days < 0 => "in the future".to_owned(),
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days @ 2..=60 => count(days, "day"),
        days @ 61..=730 => count(days / 30, "month"),
        days => count(days / 365, "year"),
    };
    format!("{} ({age})", day(at))
}

/// The word for a profile.
pub(crate) fn profile(profile: Profile) -> &'static str {
    match profile {
        Profile::Level1 => "level1",
        Profile::Inbome => "inbome",
    }
}

/// The word for a recommendation.
pub(crate) fn recommendation(recommendation: Recommendation) -> &'static str {
    match recommendation {
        Recommendation::Disable => "disable",
        Recommendation::Discourage => "discourage",
        Recommendation::Available => "available",
        Recommendation::Encrypt => "encrypt",
    }
}

/// What a recommendation means, as a phrase.
pub(crate) fn meaning(recommendation: Recommendation) -> &'static str {
    match recommendation {
        Recommendation::Encrypt => "encrypted by default",
        Recommendation::Available => "encrypted if you choose it",
        Recommendation::Discourage => "possible, but they may be unable to read it",
        Recommendation::Disable => "cannot be encrypted",
    }
}

/// What a recommendation means for one mail to several people.
pub(crate) fn meaning_for_all(recommendation: Recommendation) -> &'static str {
    match recommendation {
        Recommendation::Encrypt => "encrypted by default",
        Recommendation::Available => "encrypted if you choose it",
        Recommendation::Discourage => "possible, but not all of them may be able to read it",
        Recommendation::Disable => "cannot be encrypted to all of them",
    }
}

/// The colour of a recommendation.
pub(crate) fn color(recommendation: Recommendation) -> Color {
    match recommendation {
        Recommendation::Encrypt => Color::Green,
        Recommendation::Available => Color::Plain,
        Recommendation::Discourage => Color::Yellow,
        Recommendation::Disable => Color::Dim,
    }
}

/// The word for where a key comes from.
pub(crate) fn target_source(source: TargetSource) -> &'static str {
    match source {
        TargetSource::Direct => "direct",
        TargetSource::Import => "import",
        TargetSource::Gossip => "gossip",
        TargetSource::Own => "own",
    }
}

/// `reasons[]`.
pub(crate) fn reasons(reasons: &[Reason]) -> Vec<Value> {
    reasons.iter().map(reason).collect()
}

fn reason(reason: &Reason) -> Value {
    let mut args = Map::new();
    for (name, arg) in reason.args() {
        let value = match arg {
            Arg::Time(at) => json!(at.as_secs()),
            Arg::Text(text) => json!(text),
        };
        args.insert(name.to_owned(), value);
    }
    json!({ "code": reason.code().name(), "text": reason.to_string(), "args": args })
}

/// All reasons in one phrase.
pub(crate) fn phrase(reasons: &[Reason]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Counts by the name of their reason.
pub(crate) fn counts(counts: &BTreeMap<Code, u64>) -> Value {
    counts.iter().map(|(reason, count)| (reason.name().to_owned(), json!(count))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_largest_fitting_unit() {
        let now = Timestamp::from_secs(1_481_965_085);
        for (name, days, age) in [
            ("now", 0, "today"),
            ("a day", 1, "yesterday"),
            ("a month", 31, "31 days ago"),
            ("a season", 90, "3 months ago"),
            ("years", 800, "2 years ago"),
            ("later", -3, "in the future"),
        ] {
            let told = day_and_age(now.plus_secs(-days * DAY_SECS), now);
            assert!(told.ends_with(&format!("({age})")), "{name}: {told}");
        }
    }

    #[test]
    fn fingerprints_are_shown_in_groups_of_four() {
        let fpr = Fingerprint::parse("7E2E3B36419A8BDB46F6106BBAFC533CD993BD7F").unwrap();
        assert_eq!(grouped(&fpr), "7E2E 3B36 419A 8BDB 46F6 106B BAFC 533C D993 BD7F");
        assert_eq!(short(&fpr), "7E2E 3B36 419A 8BDB");
    }
}
