//! Drafts: put away encrypted to oneself, and taken out again.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::addr::Addr;
use inbome_core::header::DraftState;
use inbome_core::key::Key;

use crate::bytes::inbome_bytes;
use crate::engine::inbome_engine;
use crate::pointer::{
    Out, c_text, free, is_yes, lent, made, octets, optional_addr, read, required, shown,
};
use crate::result::{inbome_result, on_engine, without_engine};

/// What was decided about a draft when it is put away.
pub struct inbome_draft_state {
    core: DraftState,
}

/// A draft that was put away, or taken out.
pub struct inbome_draft {
    message: Vec<u8>,
    state: Option<DraftState>,
    state_differs: bool,
    differing: Vec<CString>,
    gossip: Vec<(CString, CString)>,
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

/// Says whether the mail is to be encrypted when it is sent.
///
/// draft_state: what is changed.
/// encrypt: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_set_encrypt(
    draft_state: Option<&mut inbome_draft_state>,
    encrypt: i32,
) -> inbome_result {
    without_engine(|| {
        required(draft_state, "draft_state")?.core.encrypt = is_yes(encrypt);
        Ok(())
    })
}

/// Says whether the user chose that, rather than the recommendation.
///
/// draft_state: what is changed.
/// by_choice: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_set_by_choice(
    draft_state: Option<&mut inbome_draft_state>,
    by_choice: i32,
) -> inbome_result {
    without_engine(|| {
        required(draft_state, "draft_state")?.core.by_choice = is_yes(by_choice);
        Ok(())
    })
}

/// Says whether the mail answers an encrypted one.
///
/// draft_state: what is changed.
/// encrypted: 1 or 0 (the default).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_set_reply_to_encrypted(
    draft_state: Option<&mut inbome_draft_state>,
    encrypted: i32,
) -> inbome_result {
    without_engine(|| {
        required(draft_state, "draft_state")?.core.is_reply_to_encrypted = is_yes(encrypted);
        Ok(())
    })
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

/// The draft: encrypted if inbome_draft_encrypt made it, in the clear if inbome_draft_open did.
///
/// draft: the object; NULL gives no octets.
///
/// Returns: the octets, one whole mail.
/// Borrowed: valid until the draft is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_data(draft: Option<&inbome_draft>) -> inbome_bytes {
    read(draft, inbome_bytes::EMPTY, |draft| inbome_bytes::of(&draft.message))
}

/// Whether the draft says what was decided about it; one of another program may not.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_has_state(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state.is_some()))
}

/// Whether the mail is to be encrypted when it is sent.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0; 0 without a state.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_encrypts(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state.is_some_and(|state| state.encrypt)))
}

/// Whether the user chose that, rather than the recommendation.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0; 0 without a state.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_by_choice(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state.is_some_and(|state| state.by_choice)))
}

/// Whether the mail answers an encrypted one.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0; 0 without a state.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_is_reply_to_encrypted(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state.is_some_and(|state| state.is_reply_to_encrypted)))
}

/// Whether the state outside said otherwise: somebody changed it, and it does not count.
///
/// draft: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_state_differs(draft: Option<&inbome_draft>) -> i32 {
    read(draft, 0, |draft| i32::from(draft.state_differs))
}

/// How many other fields stood outside otherwise than inside.
///
/// draft: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_differing_count(draft: Option<&inbome_draft>) -> usize {
    read(draft, 0, |draft| draft.differing.len())
}

/// The name of a field that stood outside otherwise than inside.
///
/// draft: the object; NULL gives NULL.
/// index: from 0, below inbome_draft_differing_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the draft is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_differing(
    draft: Option<&inbome_draft>,
    index: usize,
) -> *const c_char {
    read(draft, std::ptr::null(), |draft| lent(draft.differing.get(index)))
}

/// How many keys the opened draft brought along. Nothing of them is stored: hand the draft to
/// inbome_reply_set_draft and inbome_outgoing_options_set_draft.
///
/// draft: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_gossip_count(draft: Option<&inbome_draft>) -> usize {
    read(draft, 0, |draft| draft.gossip.len())
}

/// Whose key the draft brought along.
///
/// draft: the object; NULL gives NULL.
/// index: from 0, below inbome_draft_gossip_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the draft is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_gossip_addr(
    draft: Option<&inbome_draft>,
    index: usize,
) -> *const c_char {
    read(draft, std::ptr::null(), |draft| lent(draft.gossip.get(index).map(|(addr, _)| addr)))
}

/// The fingerprint of a key that the draft brought along.
///
/// draft: the object; NULL gives NULL.
/// index: from 0, below inbome_draft_gossip_count.
///
/// Returns: upper-case hexadecimal; NULL past the end.
/// Borrowed: valid until the draft is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_draft_gossip_fingerprint(
    draft: Option<&inbome_draft>,
    index: usize,
) -> *const c_char {
    read(draft, std::ptr::null(), |draft| lent(draft.gossip.get(index).map(|(_, key)| key)))
}

const NO_STATE: DraftState =
    DraftState { encrypt: false, by_choice: false, is_reply_to_encrypted: false };

impl Default for inbome_draft_state {
    fn default() -> Self {
        Self { core: NO_STATE }
    }
}
