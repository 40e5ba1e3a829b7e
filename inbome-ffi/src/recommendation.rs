//! Whether to encrypt a mail, and why.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::sync::Arc;

use inbome_core::addr::Addr;
use inbome_core::recommend::{Advice, Recommendation};

use crate::codes::INBOME_REASON_NONE;
use crate::engine::{Shared, inbome_engine};
use crate::key::inbome_key;
use crate::pointer::{Out, free, lent, optional_addr, read, required, shown};
use crate::recipients::inbome_recipients;
use crate::reply::inbome_reply;
use crate::result::{inbome_result, on_engine};

/// Encryption is impossible or unwise; do not offer it.
pub const INBOME_RECOMMENDATION_DISABLE: i32 = 1;
/// Encryption is possible, but the recipient may be unable to read it.
pub const INBOME_RECOMMENDATION_DISCOURAGE: i32 = 2;
/// Encryption is possible; the user may choose it.
pub const INBOME_RECOMMENDATION_AVAILABLE: i32 = 3;
/// Encrypt by default.
pub const INBOME_RECOMMENDATION_ENCRYPT: i32 = 4;

/// Whether to encrypt a mail, and for each recipient why.
pub struct inbome_recommendation {
    state: i32,
    recipients: Vec<Recipient>,
}

/// Whether to encrypt a mail to these recipients, and why (Discovery §7). Cheap enough to be asked
/// at each change of the recipients. A greater state is a stronger recommendation.
///
/// engine: the engine.
/// account: who writes, or NULL: the only account.
/// recipients: to whom; none at all gives INBOME_RECOMMENDATION_DISABLE.
/// reply: what is answered, or NULL: nothing.
/// recommendation: the answer.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
/// and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_recommendation_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommend(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    recipients: Option<&inbome_recipients>,
    reply: Option<&inbome_reply>,
    recommendation: Option<&mut MaybeUninit<*mut inbome_recommendation>>,
) -> inbome_result {
    let recommendation = Out::blank(recommendation);
    on_engine(engine, |engine| {
        let recipients = required(recipients, "recipients")?;
        let out = recommendation.required("recommendation")?;
        let account = optional_addr(account, "account")?;
        let mut options = reply.map(|reply| reply.core.clone()).unwrap_or_default();
        options.blind = recipients.blind();
        let recipients = recipients.addrs();
        let found = engine.recommend_with(account.as_ref(), &recipients, &options)?;
        out.give(inbome_recommendation::new(engine, found.recommendation, &found.recipients));
        Ok(())
    })
}

/// Frees a recommendation and all that was borrowed from it.
///
/// recommendation: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_free(recommendation: Option<Box<inbome_recommendation>>) {
    free(recommendation);
}

/// What to do with the mail: the least of its recipients' (Discovery §7).
///
/// recommendation: the object; NULL gives 0.
///
/// Returns: one of INBOME_RECOMMENDATION_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_state(
    recommendation: Option<&inbome_recommendation>,
) -> i32 {
    read(recommendation, 0, |recommendation| recommendation.state)
}

/// How many recipients there are, each once, in the order given.
///
/// recommendation: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_count(
    recommendation: Option<&inbome_recommendation>,
) -> usize {
    read(recommendation, 0, |recommendation| recommendation.recipients.len())
}

/// The address of a recipient.
///
/// recommendation: the object; NULL gives NULL.
/// recipient: from 0, below inbome_recommendation_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the recommendation is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_addr(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
) -> *const c_char {
    read(recommendation, std::ptr::null(), |recommendation| {
        lent(recommendation.at(recipient).map(|held| &held.addr))
    })
}

/// What to do with a mail to this recipient alone.
///
/// recommendation: the object; NULL gives 0.
/// recipient: from 0, below inbome_recommendation_count.
///
/// Returns: one of INBOME_RECOMMENDATION_; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_recipient_state(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
) -> i32 {
    read(recommendation, 0, |recommendation| {
        recommendation.at(recipient).map_or(0, |held| held.state)
    })
}

/// How many reasons there are for a recipient: one at least.
///
/// recommendation: the object; NULL gives 0.
/// recipient: from 0, below inbome_recommendation_count.
///
/// Returns: the count; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_reason_count(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
) -> usize {
    read(recommendation, 0, |recommendation| {
        recommendation.at(recipient).map_or(0, |held| held.reasons.len())
    })
}

/// A reason, for programs.
///
/// recommendation: the object; NULL gives 0.
/// recipient: from 0, below inbome_recommendation_count.
/// index: from 0, below inbome_recommendation_reason_count.
///
/// Returns: one of INBOME_REASON_; INBOME_REASON_NONE past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_reason(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
    index: usize,
) -> i32 {
    read(recommendation, 0, |recommendation| {
        recommendation.reason_at(recipient, index).map_or(INBOME_REASON_NONE, |reason| reason.code)
    })
}

/// A reason, for people: a sentence in English that calls the recipient "they".
///
/// recommendation: the object; NULL gives NULL.
/// recipient: from 0, below inbome_recommendation_count.
/// index: from 0, below inbome_recommendation_reason_count.
///
/// Returns: the text; NULL past the end.
/// Borrowed: valid until the recommendation is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_reason_text(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
    index: usize,
) -> *const c_char {
    read(recommendation, std::ptr::null(), |recommendation| {
        lent(recommendation.reason_at(recipient, index).map(|reason| &reason.text))
    })
}

/// The key that a mail to this recipient would be encrypted to, also under
/// INBOME_RECOMMENDATION_DISCOURAGE. Its dates are not known.
///
/// recommendation: the object; NULL gives NULL.
/// recipient: from 0, below inbome_recommendation_count.
///
/// Returns: the key; NULL if there is none.
/// Borrowed: valid until the recommendation is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recommendation_key(
    recommendation: Option<&inbome_recommendation>,
    recipient: usize,
) -> Option<&inbome_key> {
    read(recommendation, None, |recommendation| recommendation.at(recipient)?.key.as_ref())
}

struct Recipient {
    addr: CString,
    state: i32,
    reasons: Vec<Reason>,
    key: Option<inbome_key>,
}

struct Reason {
    code: i32,
    text: CString,
}

impl inbome_recommendation {
    pub(crate) fn new(
        engine: &Arc<Shared>,
        state: Recommendation,
        recipients: &[(Addr, Advice)],
    ) -> Self {
        let recipients = recipients.iter().map(|(addr, advice)| Recipient {
            addr: shown(addr),
            state: state_out(advice.recommendation),
            reasons: advice
                .reasons
                .iter()
                .map(|reason| Reason { code: reason.code().number(), text: shown(reason) })
                .collect(),
            key: advice.target.as_ref().map(|target| inbome_key::of_target(engine, target, None)),
        });
        Self { state: state_out(state), recipients: recipients.collect() }
    }

    fn at(&self, recipient: usize) -> Option<&Recipient> {
        self.recipients.get(recipient)
    }

    fn reason_at(&self, recipient: usize, index: usize) -> Option<&Reason> {
        self.at(recipient)?.reasons.get(index)
    }
}

fn state_out(state: Recommendation) -> i32 {
    match state {
        Recommendation::Disable => INBOME_RECOMMENDATION_DISABLE,
        Recommendation::Discourage => INBOME_RECOMMENDATION_DISCOURAGE,
        Recommendation::Available => INBOME_RECOMMENDATION_AVAILABLE,
        Recommendation::Encrypt => INBOME_RECOMMENDATION_ENCRYPT,
    }
}
