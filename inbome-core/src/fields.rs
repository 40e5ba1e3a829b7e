//! The key fields of one mail: each judged, and one advert made of them, or none (Discovery §2.2).
//!
//! Not here: grammar (`header`) and certs (`openpgp`); this is the verdict over all of them.

use std::borrow::Cow;

use crate::addr::Addr;
use crate::header::{self, Family, RawField};
use crate::key::{CertFlaw, Fingerprint, Hash, Key, hash};
use crate::limits::MAX_KEY_FIELDS;
use crate::peer::Advertised;

/// What became of one key field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It is the mail's advert.
    Valid,
    /// It breaks a rule, which the reason names.
    Invalid(FieldReason),
    /// Valid by itself, but not alone.
    Ambiguous,
    /// Another field decides instead: an `Autocrypt` one, or one inside the payload.
    Overridden,
    /// Not looked at: too many fields, or one without effect.
    NotJudged,
}

impl Verdict {
    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid(_) => "invalid",
            Self::Ambiguous => "ambiguous",
            Self::Overridden => "overridden",
            Self::NotJudged => "not_judged",
        }
    }

    /// Why it is invalid.
    #[must_use]
    pub fn reason(self) -> Option<FieldReason> {
        match self {
            Self::Invalid(reason) => Some(reason),
            _ => None,
        }
    }
}

pub use crate::reason::FieldReason;

/// One key field and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldReport {
    /// The field's name as it stands in the mail.
    pub name: Cow<'static, str>,
    /// Of the key, if it was valid by itself.
    pub fingerprint: Option<Fingerprint>,
    /// The verdict.
    pub verdict: Verdict,
    /// It stood inside the payload.
    pub protected: bool,
}

/// Judges one key field for a sender: its key, `None` for a field without effect, or the flaw. The
/// simplest one is [`judge_field`]; flows put their memory of earlier mails in front of it.
pub type Judge<'a> =
    &'a mut dyn FnMut(&RawField<'_>, &Addr) -> Result<Option<Advertised>, FieldReason>;

/// Judges one field without any memory: grammar, address, base64, then the cert.
///
/// # Errors
/// The first rule that it breaks.
pub fn judge_field(
    field: &RawField<'_>,
    from: &Addr,
    check: &mut dyn FnMut(&[u8]) -> Result<Key, CertFlaw>,
) -> Result<Option<Advertised>, FieldReason> {
    let header::Reading::Key(read) = header::read(field, from)? else { return Ok(None) };
    let key = check(&read.key_data)?;
    let (prefer_encrypt, field) = (read.prefer_encrypt, Some(field_hash(field)));
    Ok(Some(Advertised { key, prefer_encrypt, protected: false, field }))
}

/// SHA-256 of a raw field, its name included: the same value says other things under another name.
#[must_use]
pub fn field_hash(field: &RawField<'_>) -> Hash {
    match field.raw.starts_with(field.name) {
        true => hash(field.raw),
        // A program that parsed the mail itself hands the value alone.
        false => hash(&[field.name, b":", field.raw].concat()),
    }
}

/// Reports of fields that nobody looked at.
#[must_use]
pub fn not_judged(fields: &[RawField<'_>]) -> Vec<FieldReport> {
    let report = |field: &RawField<'_>| FieldReport {
        name: header::name_as_it_stands(field.name),
        fingerprint: None,
        verdict: Verdict::NotJudged,
        protected: false,
    };
    fields.iter().map(report).collect()
}

/// One advert out of many fields (Discovery §2.2, last bullets).
#[must_use]
pub fn settle_fields(
    fields: &[RawField<'_>],
    from: &Addr,
    judge: Judge<'_>,
) -> (Vec<FieldReport>, Option<Advertised>) {
    let mut reports = not_judged(fields);
    if fields.iter().filter(|field| header::is_judged(field)).count() > MAX_KEY_FIELDS {
        return (reports, None);
    }
    // One valid Autocrypt field decides alone, two decide that there is no advert: either way the
    // INBOME fields are not judged.
    for family in [Family::Autocrypt, Family::Inbome] {
        let mut advert = None;
        let mut several = false;
        for (field, report) in fields.iter().zip(&mut reports) {
            if header::family(field.name) != Some(family) {
                continue;
            }
            match judge(field, from) {
                Ok(Some(valid)) => {
                    report.verdict = Verdict::Valid;
                    report.fingerprint = Some(valid.key.fingerprint.clone());
                    several = advert.replace(valid).is_some();
                }
                Ok(None) => {}
                Err(reason) => report.verdict = Verdict::Invalid(reason),
            }
        }
        if advert.is_none() {
            continue;
        }
        if several {
            let valid = reports.iter_mut().filter(|report| report.verdict == Verdict::Valid);
            valid.for_each(|report| report.verdict = Verdict::Ambiguous);
        }
        if family == Family::Autocrypt {
            for (field, report) in fields.iter().zip(&mut reports) {
                let inbome = header::family(field.name) == Some(Family::Inbome);
                if inbome && header::is_judged(field) {
                    report.verdict = Verdict::Overridden;
                }
            }
        }
        return (reports, advert.filter(|_| !several));
    }
    (reports, None)
}
