//! Whether to encrypt a mail, and why.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::sync::Arc;

use inbome_core::addr::Addr;
use inbome_core::recommend::{Advice, Recommendation};

use crate::engine::{Shared, inbome_engine};
use crate::key::inbome_key;
use crate::pointer::{Out, free, optional_addr, required, shown};
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
    pub(crate) state: i32,
    pub(crate) recipients: Vec<Recipient>,
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

pub(crate) struct Recipient {
    pub(crate) addr: CString,
    pub(crate) state: i32,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) key: Option<inbome_key>,
}

pub(crate) struct Reason {
    pub(crate) code: i32,
    pub(crate) text: CString,
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

    pub(crate) fn at(&self, recipient: usize) -> Option<&Recipient> {
        self.recipients.get(recipient)
    }

    pub(crate) fn reason_at(&self, recipient: usize, index: usize) -> Option<&Reason> {
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
