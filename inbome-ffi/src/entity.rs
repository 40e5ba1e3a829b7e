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
use crate::pointer::{Out, c_text, free, lent, octets, optional_addr, read, required};
use crate::recipients::inbome_recipients;
use crate::result::{inbome_result, on_engine};

/// One copy of a mail, signed and encrypted: its entity, and the header to write before it.
pub struct inbome_sealed {
    entity: Vec<u8>,
    outer: Vec<(CString, CString)>,
    message_id: CString,
}

/// An entity that was opened: what is inside, and what it is worth.
pub struct inbome_opened {
    decrypted: inbome_decrypted,
    fields: Vec<(CString, CString)>,
    entity: Vec<u8>,
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

/// The multipart/encrypted entity: its Content-Type, a blank line, and the body. It is the top level
/// of the mail.
///
/// sealed: the object; NULL gives no octets.
///
/// Returns: the octets.
/// Borrowed: valid until the sealed is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_entity(sealed: Option<&inbome_sealed>) -> inbome_bytes {
    read(sealed, inbome_bytes::EMPTY, |sealed| inbome_bytes::of(&sealed.entity))
}

/// How many fields are to stand in the header of the mail, MIME-Version and Content-* aside. A field
/// that was handed in and is not among them must not stand there: it is inside.
///
/// sealed: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_field_count(sealed: Option<&inbome_sealed>) -> usize {
    read(sealed, 0, |sealed| sealed.outer.len())
}

/// The name of a field that is to stand in the header.
///
/// sealed: the object; NULL gives NULL.
/// index: from 0, below inbome_sealed_field_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the sealed is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_field_name(
    sealed: Option<&inbome_sealed>,
    index: usize,
) -> *const c_char {
    read(sealed, std::ptr::null(), |sealed| lent(sealed.outer.get(index).map(|(name, _)| name)))
}

/// The value that a field must have there; it may be folded.
///
/// sealed: the object; NULL gives NULL.
/// index: from 0, below inbome_sealed_field_count.
///
/// Returns: the value; NULL past the end.
/// Borrowed: valid until the sealed is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_field_value(
    sealed: Option<&inbome_sealed>,
    index: usize,
) -> *const c_char {
    read(sealed, std::ptr::null(), |sealed| lent(sealed.outer.get(index).map(|(_, value)| value)))
}

/// The Message-ID of the mail, which was made if the header brought none. Hand the same one in for
/// further copies.
///
/// sealed: the object; NULL gives NULL.
///
/// Returns: what stands between the angle brackets.
/// Borrowed: valid until the sealed is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_sealed_message_id(sealed: Option<&inbome_sealed>) -> *const c_char {
    read(sealed, std::ptr::null(), |sealed| lent(Some(&sealed.message_id)))
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

/// The summary, and the whole as one mail.
///
/// opened: the object; NULL gives NULL.
///
/// Returns: the decrypted.
/// Borrowed: valid until the opened is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_decrypted(
    opened: Option<&inbome_opened>,
) -> Option<&inbome_decrypted> {
    read(opened, None, |opened| Some(&opened.decrypted))
}

/// The entity inside: its Content-* fields, a blank line, and the body.
///
/// opened: the object; NULL gives no octets.
///
/// Returns: the octets; none if it could not be decrypted.
/// Borrowed: valid until the opened is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_entity(opened: Option<&inbome_opened>) -> inbome_bytes {
    read(opened, inbome_bytes::EMPTY, |opened| match opened.entity.as_slice() {
        [] => inbome_bytes::EMPTY,
        entity => inbome_bytes::of(entity),
    })
}

/// How many fields the mail has for its reader, Content-* and MIME-Version aside: the protected ones
/// in place of those outside (Messages §4).
///
/// opened: the object; NULL gives 0.
///
/// Returns: the count; 0 if it could not be decrypted.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_field_count(opened: Option<&inbome_opened>) -> usize {
    read(opened, 0, |opened| opened.fields.len())
}

/// The name of a field.
///
/// opened: the object; NULL gives NULL.
/// index: from 0, below inbome_opened_field_count.
///
/// Returns: the name; NULL past the end.
/// Borrowed: valid until the opened is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_field_name(
    opened: Option<&inbome_opened>,
    index: usize,
) -> *const c_char {
    read(opened, std::ptr::null(), |opened| lent(opened.fields.get(index).map(|(name, _)| name)))
}

/// The value of a field, which may be folded.
///
/// opened: the object; NULL gives NULL.
/// index: from 0, below inbome_opened_field_count.
///
/// Returns: the value; NULL past the end.
/// Borrowed: valid until the opened is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_opened_field_value(
    opened: Option<&inbome_opened>,
    index: usize,
) -> *const c_char {
    read(opened, std::ptr::null(), |opened| lent(opened.fields.get(index).map(|(_, value)| value)))
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
