//! Drafts: put away encrypted to oneself, and taken out again.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::addr::Addr;
use inbome_core::header::DraftState;
use inbome_core::key::Key;

use crate::bytes::inbome_bytes;
use crate::engine::inbome_engine;
use crate::pointer::{Out, c_text, free, is_yes, made, octets, optional_addr, shown};
use crate::result::{inbome_result, on_engine};

/// What was decided about a draft when it is put away.
pub struct inbome_draft_state {
    pub(crate) core: DraftState,
}

/// A draft that was put away, or taken out.
pub struct inbome_draft {
    pub(crate) message: Vec<u8>,
    pub(crate) state: Option<DraftState>,
    pub(crate) state_differs: bool,
    pub(crate) differing: Vec<CString>,
    pub(crate) gossip: Vec<(CString, CString)>,
    /// For the recommendation and for sending.
    pub(crate) keys: Vec<(Addr, Key)>,
}

/// Makes a state that says: not to be encrypted, not by choice, and no answer to an encrypted mail.
///
/// Returns: the object; NULL only if the library failed inside.
/// Owned: free with inbome_draft_state_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_new() -> Option<Box<inbome_draft_state>> {
    made(inbome_draft_state::default)
}

/// Frees a draft state and all that was borrowed from it.
///
/// draft_state: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_free(draft_state: Option<Box<inbome_draft_state>>) {
    free(draft_state);
}

/// Encrypts a draft to the account's own key, so that it can be put into a folder on a server
/// (Messages §5). It is not signed. Bcc, the keys of its recipients and the state go inside; the state
/// stands outside too.
///
/// engine: the engine.
/// account: whose draft it is, or NULL: that of its From, else the only account.
/// mail: the draft as it is so far; without From it gets that of the account.
/// draft_state: what was decided about it, or NULL: as inbome_draft_state_new.
/// draft: the draft; inbome_draft_data is what to put away.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND for an unknown account or one without a key;
/// INBOME_RESULT_INVALID_ARGUMENT for a mail that cannot be protected; INBOME_RESULT_REFUSED past a
/// limit, and for a mail from somebody else, which would not be opened; INBOME_RESULT_RANDOM,
/// INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_draft_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_encrypt(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    mail: inbome_bytes,
    draft_state: Option<&inbome_draft_state>,
    draft: Option<&mut MaybeUninit<*mut inbome_draft>>,
) -> inbome_result {
    let draft = Out::blank(draft);
    on_engine(engine, |engine| {
        let draft = draft.required("draft")?;
        let mail = octets(mail, "mail")?;
        let account = optional_addr(account, "account")?;
        let state = draft_state.map_or(NO_STATE, |state| state.core);
        let message = engine.encrypt_draft(account.as_ref(), mail, state)?;
        draft.give(inbome_draft {
            message,
            state: Some(state),
            state_differs: false,
            differing: Vec::new(),
            gossip: Vec::new(),
            keys: Vec::new(),
        });
        Ok(())
    })
}

/// Opens a draft (Messages §5): what stands inside counts. Only what the user's own program wrote is
/// opened, or whoever can write to the folder could have a captured mail decrypted and sent on.
///
/// engine: the engine.
/// account: whose draft it is, or NULL: that of its From, else the only account.
/// mail: the draft as it was put away.
/// confirmed: 1 if the user says that a draft without a state inside, which another program wrote, is
/// one of theirs; else 0.
/// draft: the draft; inbome_draft_data is the mail to go on with.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_REFUSED, of which inbome_engine_error_reason says why: INBOME_REASON_UNCONFIRMED asks
/// for confirmed; INBOME_RESULT_LOCKED if the key is locked; INBOME_RESULT_INVALID_ARGUMENT if the mail
/// is not encrypted; INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_FORKED, those of the
/// store (300 to 399).
/// Owned: free with inbome_draft_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_open(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    mail: inbome_bytes,
    confirmed: i32,
    draft: Option<&mut MaybeUninit<*mut inbome_draft>>,
) -> inbome_result {
    let draft = Out::blank(draft);
    on_engine(engine, |engine| {
        let draft = draft.required("draft")?;
        let mail = octets(mail, "mail")?;
        let account = optional_addr(account, "account")?;
        let opened = engine.open_draft(account.as_ref(), mail, is_yes(confirmed))?;
        let about = |(addr, key): &(Addr, Key)| (shown(addr), shown(&key.fingerprint));
        draft.give(inbome_draft {
            message: opened.message,
            state: opened.state,
            state_differs: opened.state_differs,
            differing: opened.differs.iter().map(|name| c_text(name)).collect(),
            gossip: opened.gossip.iter().map(about).collect(),
            keys: opened.gossip,
        });
        Ok(())
    })
}

/// Frees a draft and all that was borrowed from it.
///
/// draft: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_free(draft: Option<Box<inbome_draft>>) {
    free(draft);
}

const NO_STATE: DraftState =
    DraftState { encrypt: false, by_choice: false, is_reply_to_encrypted: false };

impl Default for inbome_draft_state {
    fn default() -> Self {
        Self { core: NO_STATE }
    }
}
