//! `seal` and `open_entity`: single MIME entities, for programs that write the header themselves.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::decrypt::Decrypted;
use inbome_core::engine::Entity;
use inbome_core::error::Error;
use inbome_core::limits::Limit;
use inbome_core::mime::split_entity;
use inbome_core::outgoing::SealedEntity;

use crate::bytes::inbome_bytes;
use crate::decrypted::inbome_decrypted;
use crate::engine::inbome_engine;
use crate::header::inbome_header;
use crate::outgoing_options::inbome_outgoing_options;
use crate::pointer::{Out, c_text, free, octets, optional_addr, required};
use crate::recipients::inbome_recipients;
use crate::result::{inbome_result, on_engine};

/// One copy of a mail, signed and encrypted: its entity, and the header to write before it.
pub struct inbome_sealed {
    pub(crate) entity: Vec<u8>,
    pub(crate) outer: Vec<(CString, CString)>,
    pub(crate) message_id: CString,
}

/// An entity that was opened: what is inside, and what it is worth.
pub struct inbome_opened {
    pub(crate) decrypted: inbome_decrypted,
    pub(crate) fields: Vec<(CString, CString)>,
    pub(crate) entity: Vec<u8>,
}

/// Signs and encrypts one MIME entity (Messages §2, §4), for a program that writes the header of the
/// mail itself: it hands in the entity and the fields to protect, and gets a multipart/encrypted
/// entity and the fields that are to stand in the header. Call it once for To and Cc, once for each
/// blind recipient alone, and with blind recipients once with no recipient but the sender, for the
/// copy to keep.
///
/// engine: the engine.
/// account: who writes if no From field in the header is of an account; or NULL: the only one.
/// entity: its Content-* fields, a blank line, and the body.
/// header: all fields of the mail but Content-* and MIME-Version. To and Cc name everybody who stands
/// there, whoever gets this copy.
/// recipients: who gets this copy.
/// options: of them the Subject that stays in the clear counts, and nothing else; or NULL.
/// sealed: the entity and its header.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NEEDS_COPIES if there is a blind recipient beside others (inbome_engine_error_addr
/// names the blind ones); INBOME_RESULT_REFUSED if somebody has no usable key
/// (inbome_engine_error_addr names them), without recipients and past a limit;
/// INBOME_RESULT_INVALID_ARGUMENT for a field that cannot stand in a header; INBOME_RESULT_LOCKED,
/// INBOME_RESULT_NOT_FOUND, INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to
/// 399). Nothing may be sent then.
/// Owned: free with inbome_sealed_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_seal(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    entity: inbome_bytes,
    header: Option<&inbome_header>,
    recipients: Option<&inbome_recipients>,
    options: Option<&inbome_outgoing_options>,
    sealed: Option<&mut MaybeUninit<*mut inbome_sealed>>,
) -> inbome_result {
    let sealed = Out::blank(sealed);
    on_engine(engine, |engine| {
        let sealed = sealed.required("sealed")?;
        let (header, recipients) =
            (required(header, "header")?, required(recipients, "recipients")?);
        let octets = octets(entity, "entity")?;
        let account = optional_addr(account, "account")?;
        let entity = Entity {
            octets,
            header: &header.pairs(),
            recipients: &recipients.named(),
            blind: &recipients.blind(),
            keep_subject: options.is_some_and(|options| options.core.keep_subject),
        };
        sealed.give(engine.seal(account.as_ref(), &entity)?.into());
        Ok(())
    })
}

/// Frees a sealed and all that was borrowed from it.
///
/// sealed: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_free(sealed: Option<Box<inbome_sealed>>) {
    free(sealed);
}

/// The inverse of inbome_seal: reads a MIME entity that the program says is the top level of its mail
/// (Messages §3). An entity deeper inside a mail is none of its own: do not hand one in.
///
/// engine: the engine.
/// account: whose keys are tried, or NULL: those of the account that the header names, else all.
/// entity: its Content-* fields, a blank line, and the body.
/// header: the other fields of the mail, or NULL: none. From, To, Cc, Reply-To, Date and the key
/// fields matter.
/// opened: what is inside.
///
/// Returns: INBOME_RESULT_OK, also for an entity that cannot be decrypted.
/// Errors: as inbome_decrypt; INBOME_RESULT_INVALID_ARGUMENT for a field that cannot stand in a
/// header.
/// Owned: free with inbome_opened_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_open_entity(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    entity: inbome_bytes,
    header: Option<&inbome_header>,
    opened: Option<&mut MaybeUninit<*mut inbome_opened>>,
) -> inbome_result {
    let opened = Out::blank(opened);
    on_engine(engine, |engine| {
        let opened = opened.required("opened")?;
        let entity = octets(entity, "entity")?;
        let account = optional_addr(account, "account")?;
        let fields = header.map(inbome_header::pairs).unwrap_or_default();
        let read = engine.open_entity(account.as_ref(), entity, &fields)?;
        opened.give(inbome_opened::new(read).map_err(|limit| Error::PastLimit { limit })?);
        Ok(())
    })
}

/// Frees an opened and all that was borrowed from it.
///
/// opened: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_free(opened: Option<Box<inbome_opened>>) {
    free(opened);
}

impl From<SealedEntity> for inbome_sealed {
    fn from(sealed: SealedEntity) -> Self {
        let pair = |(name, value): &(String, String)| (c_text(name), c_text(value));
        Self {
            outer: sealed.outer.iter().map(pair).collect(),
            message_id: c_text(&String::from_utf8_lossy(&sealed.message_id)),
            entity: sealed.entity,
        }
    }
}

impl inbome_opened {
    fn new(decrypted: Decrypted) -> Result<Self, Limit> {
        let text = |octets: &[u8]| c_text(String::from_utf8_lossy(octets).trim());
        let (mut fields, mut entity) = (Vec::new(), Vec::new());
        if let Some(message) = &decrypted.message {
            let (read, inside) = split_entity(message)?;
            fields = read.iter().map(|field| (text(field.name), text(field.value))).collect();
            entity = inside;
        }
        Ok(Self { decrypted: decrypted.into(), fields, entity })
    }
}
