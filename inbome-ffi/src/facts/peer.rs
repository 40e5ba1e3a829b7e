//! What is shown of a peer.
//!
//! Written by facts/write.py from facts/peer.facts: do not edit.

use std::ffi::c_char;

use inbome_core::peer::Word;

use crate::account::prefer_out;
use crate::peer::{
    INBOME_WORD_ALWAYS, INBOME_WORD_DEFAULT, INBOME_WORD_NEVER, INBOME_WORD_PIN, inbome_peer,
    introduced_at,
};
use crate::pointer::{lent, read};
use crate::time::{INBOME_TIME_UNKNOWN, time_out};

/// The account that knows the peer.
///
/// peer: the object; NULL gives NULL.
///
/// Returns: the address.
/// Borrowed: valid until the peer is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_account(peer: Option<&inbome_peer>) -> *const c_char {
    read(peer, std::ptr::null(), |peer| lent(Some(&peer.account)))
}

/// The peer's address.
///
/// peer: the object; NULL gives NULL.
///
/// Returns: the address.
/// Borrowed: valid until the peer is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_addr(peer: Option<&inbome_peer>) -> *const c_char {
    read(peer, std::ptr::null(), |peer| lent(Some(&peer.addr)))
}

/// The effective date of the youngest mail from the peer.
///
/// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if none was seen.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_last_seen(peer: Option<&inbome_peer>) -> i64 {
    read(peer, INBOME_TIME_UNKNOWN, |peer| time_out(peer.core.seen.map(|seen| seen.at)))
}

/// Whether the youngest mail was properly encrypted.
///
/// peer: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_last_seen_encrypted(peer: Option<&inbome_peer>) -> i32 {
    read(peer, 0, |peer| peer.core.seen.map_or(0, |seen| i32::from(seen.encrypted)))
}

/// The effective date of the youngest mail with a key.
///
/// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_autocrypt_timestamp(peer: Option<&inbome_peer>) -> i64 {
    read(peer, INBOME_TIME_UNKNOWN, |peer| {
        time_out(peer.core.advert.as_ref().map(|advert| advert.at))
    })
}

/// What the peer's youngest key field asks for.
///
/// peer: the object; NULL gives 0.
///
/// Returns: one of INBOME_PREFER_; 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_prefer_encrypt(peer: Option<&inbome_peer>) -> i32 {
    read(peer, 0, |peer| {
        peer.core.advert.as_ref().map_or(0, |advert| prefer_out(advert.prefer_encrypt))
    })
}

/// The fingerprint of the peer's own key, from its youngest key field.
///
/// peer: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL if there is none.
/// Borrowed: valid until the peer is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_fingerprint(peer: Option<&inbome_peer>) -> *const c_char {
    read(peer, std::ptr::null(), |peer| lent(peer.fingerprint.as_ref()))
}

/// Whether the peer's own key came inside an encrypted and signed mail.
///
/// peer: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_is_protected(peer: Option<&inbome_peer>) -> i32 {
    read(peer, 0, |peer| peer.core.advert.as_ref().map_or(0, |advert| i32::from(advert.protected)))
}

/// The effective date of the youngest accepted gossip about the peer (Discovery §5).
///
/// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_gossip_timestamp(peer: Option<&inbome_peer>) -> i64 {
    read(peer, INBOME_TIME_UNKNOWN, |peer| introduced_at(peer.core.gossip.as_ref()))
}

/// The fingerprint of the key from that gossip.
///
/// peer: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL if there is none.
/// Borrowed: valid until the peer is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_gossip_fingerprint(peer: Option<&inbome_peer>) -> *const c_char {
    read(peer, std::ptr::null(), |peer| lent(peer.gossip_fingerprint.as_ref()))
}

/// When the user last handed a key in.
///
/// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if never.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_imported_at(peer: Option<&inbome_peer>) -> i64 {
    read(peer, INBOME_TIME_UNKNOWN, |peer| introduced_at(peer.core.imported.as_ref()))
}

/// The fingerprint of the key that the user handed in last.
///
/// peer: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL if there is none.
/// Borrowed: valid until the peer is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_imported_fingerprint(peer: Option<&inbome_peer>) -> *const c_char {
    read(peer, std::ptr::null(), |peer| lent(peer.imported_fingerprint.as_ref()))
}

/// The effective date of the youngest mail without a key.
///
/// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_last_plain(peer: Option<&inbome_peer>) -> i64 {
    read(peer, INBOME_TIME_UNKNOWN, |peer| {
        time_out(peer.core.last_plain.as_ref().map(|plain| plain.at))
    })
}

/// The mail program that wrote that mail, as it names itself.
///
/// peer: the object; NULL gives NULL.
///
/// Returns: the text; NULL if it did not name itself.
/// Borrowed: valid until the peer is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_last_plain_agent(peer: Option<&inbome_peer>) -> *const c_char {
    read(peer, std::ptr::null(), |peer| lent(peer.agent.as_ref()))
}

/// When the peer was last seen to be a mailing list (Discovery §7).
///
/// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if never.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_list_post(peer: Option<&inbome_peer>) -> i64 {
    read(peer, INBOME_TIME_UNKNOWN, |peer| time_out(peer.core.list_post))
}

/// Up to when everything counts as not seen.
///
/// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN if the peer was never forgotten.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_forgotten(peer: Option<&inbome_peer>) -> i64 {
    read(peer, INBOME_TIME_UNKNOWN, |peer| time_out(peer.core.forgotten))
}

/// Whether a limit was passed, so that two devices may remember differently (Discovery §9).
///
/// peer: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_is_truncated(peer: Option<&inbome_peer>) -> i32 {
    read(peer, 0, |peer| i32::from(peer.core.truncated))
}

/// The user's word about the peer.
///
/// peer: the object; NULL gives 0.
///
/// Returns: one of INBOME_WORD_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_word(peer: Option<&inbome_peer>) -> i32 {
    read(peer, 0, |peer| match peer.core.word {
        Word::Default => INBOME_WORD_DEFAULT,
        Word::Always => INBOME_WORD_ALWAYS,
        Word::Never => INBOME_WORD_NEVER,
        Word::Pin(_) => INBOME_WORD_PIN,
    })
}

/// The fingerprint of the only key that the user allows.
///
/// peer: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL unless the word is INBOME_WORD_PIN.
/// Borrowed: valid until the peer is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_pin(peer: Option<&inbome_peer>) -> *const c_char {
    read(peer, std::ptr::null(), |peer| lent(peer.pin.as_ref()))
}

/// How many entries the key history has: one per key and source. It is read by inbome_peer_get
/// only.
///
/// peer: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_history_count(peer: Option<&inbome_peer>) -> usize {
    read(peer, 0, |peer| peer.history.len())
}

/// The fingerprint of a key of the history.
///
/// peer: the object; NULL gives NULL.
/// index: from 0, below inbome_peer_history_count.
///
/// Returns: upper-case hexadecimal; NULL past the end.
/// Borrowed: valid until the peer is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_history_fingerprint(
    peer: Option<&inbome_peer>,
    index: usize,
) -> *const c_char {
    read(peer, std::ptr::null(), |peer| lent(peer.history.get(index).map(|span| &span.fingerprint)))
}

/// Where the key was seen.
///
/// peer: the object; NULL gives 0.
/// index: from 0, below inbome_peer_history_count.
///
/// Returns: INBOME_SOURCE_DIRECT, INBOME_SOURCE_GOSSIP or INBOME_SOURCE_IMPORT; 0 past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_history_source(peer: Option<&inbome_peer>, index: usize) -> i32 {
    read(peer, 0, |peer| peer.history.get(index).map_or(0, |span| span.source))
}

/// The effective date of the first mail from that source with the key.
///
/// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
/// index: from 0, below inbome_peer_history_count.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_history_first(peer: Option<&inbome_peer>, index: usize) -> i64 {
    read(peer, INBOME_TIME_UNKNOWN, |peer| {
        peer.history.get(index).map_or(INBOME_TIME_UNKNOWN, |span| span.first)
    })
}

/// The effective date of the last mail from that source with the key.
///
/// peer: the object; NULL gives INBOME_TIME_UNKNOWN.
/// index: from 0, below inbome_peer_history_count.
///
/// Returns: Unix seconds; INBOME_TIME_UNKNOWN past the end.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_history_last(peer: Option<&inbome_peer>, index: usize) -> i64 {
    read(peer, INBOME_TIME_UNKNOWN, |peer| {
        peer.history.get(index).map_or(INBOME_TIME_UNKNOWN, |span| span.last)
    })
}
