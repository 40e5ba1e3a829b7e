//! Peers: look, list, forget, and the user's word about them.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::addr::Addr;
use inbome_core::engine::PeerFilter;
use inbome_core::key::Fingerprint;
use inbome_core::peer::{History, Introduced, Peer, Source, Word};

use crate::account::prefer_out;
use crate::account_options::none_of;
use crate::bytes::inbome_bytes;
use crate::engine::inbome_engine;
use crate::guard::guard;
use crate::key::{INBOME_SOURCE_DIRECT, INBOME_SOURCE_GOSSIP, INBOME_SOURCE_IMPORT};
use crate::pointer::{
    Out, addr, c_text, free, lent, octets, optional_addr, optional_text, read, shown,
};
use crate::result::{Failure, inbome_result, on_engine};
use crate::time::{INBOME_TIME_UNKNOWN, time_out};

/// Peers with a key, from whatever source.
pub const INBOME_PEERS_WITH_KEY: i32 = 1;
/// All peers.
pub const INBOME_PEERS_ALL: i32 = 2;

/// The rules decide (the default).
pub const INBOME_WORD_DEFAULT: i32 = 1;
/// Encrypt whenever there is a key.
pub const INBOME_WORD_ALWAYS: i32 = 2;
/// Do not encrypt by default.
pub const INBOME_WORD_NEVER: i32 = 3;
/// Encrypt to one key only.
pub const INBOME_WORD_PIN: i32 = 4;

/// What is remembered of a peer (Discovery §3), as it was when asked for.
pub struct inbome_peer {
    account: CString,
    addr: CString,
    core: Peer,
    fingerprint: Option<CString>,
    gossip_fingerprint: Option<CString>,
    imported_fingerprint: Option<CString>,
    agent: Option<CString>,
    pin: Option<CString>,
    history: Vec<Span>,
}

/// Peers, one by one.
pub struct inbome_peer_iter {
    all: Vec<inbome_peer>,
    next: usize,
}

/// Looks a peer up, with its key history. Own addresses are hidden (Discovery §3.1).
///
/// engine: the engine.
/// account: who knows the peer, or NULL: the only account.
/// addr: the peer's address.
/// peer: the peer.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND for an unknown account, or if nothing is remembered of the peer;
/// INBOME_RESULT_INVALID_ARGUMENT if account is NULL and there are several; INBOME_RESULT_FORKED, those
/// of the store (300 to 399).
/// Owned: free with inbome_peer_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_get(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    addr: *const c_char,
    peer: Option<&mut MaybeUninit<*mut inbome_peer>>,
) -> inbome_result {
    let peer = Out::blank(peer);
    on_engine(engine, |engine| {
        let peer = peer.required("peer")?;
        let addr = self::addr(addr, "addr")?;
        let account = optional_addr(account, "account")?;
        let found = engine.peer(account.as_ref(), &addr)?;
        peer.give(inbome_peer::new(
            &found.account,
            &found.addr,
            found.state.peer,
            &found.state.history,
        ));
        Ok(())
    })
}

/// Lists peers, sorted by account, then by the octets of the address, without their histories. Own
/// addresses are hidden (Discovery §3.1).
///
/// engine: the engine.
/// account: whose, or NULL: those of all accounts.
/// filter: one of INBOME_PEERS_.
/// peers: an iterator over them, as they are now.
///
/// Returns: INBOME_RESULT_OK, also if there are none.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT, INBOME_RESULT_NOT_UTF8,
/// INBOME_RESULT_INVALID_ADDRESS; INBOME_RESULT_NOT_FOUND for an unknown account;
/// INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_peer_iter_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peers(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    filter: i32,
    peers: Option<&mut MaybeUninit<*mut inbome_peer_iter>>,
) -> inbome_result {
    let peers = Out::blank(peers);
    on_engine(engine, |engine| {
        let peers = peers.required("peers")?;
        let account = optional_addr(account, "account")?;
        let filter = match filter {
            INBOME_PEERS_WITH_KEY => PeerFilter::WithKey,
            INBOME_PEERS_ALL => PeerFilter::All,
            other => return Err(none_of("INBOME_PEERS_", other)),
        };
        let mut all = Vec::new();
        engine.peers(account.as_ref(), filter, &mut |account, row| {
            all.push(inbome_peer::new(account, &row.addr, row.peer, &History::new()));
        })?;
        peers.give(inbome_peer_iter { all, next: 0 });
        Ok(())
    })
}

/// Everything known of a peer up to now counts as not seen (Discovery §3.1).
///
/// engine: the engine.
/// account: who knows the peer, or NULL: the only account.
/// addr: the peer's address.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: as inbome_peer_get; INBOME_RESULT_INVALID_ARGUMENT for an own address.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_forget(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    addr: *const c_char,
) -> inbome_result {
    on_engine(engine, |engine| {
        let addr = self::addr(addr, "addr")?;
        engine.forget_peer(optional_addr(account, "account")?.as_ref(), &addr)?;
        Ok(())
    })
}

/// Sets the user's word about a peer, which comes before the rules (Discovery §7); also about one
/// who has not written yet.
///
/// engine: the engine.
/// account: who knows the peer, or NULL: the only account.
/// addr: the peer's address.
/// word: one of INBOME_WORD_.
/// fingerprint: with INBOME_WORD_PIN: of a key of the peer's history, in hexadecimal; else NULL.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, also for a pin without a fingerprint;
/// INBOME_RESULT_INVALID_ARGUMENT, also for an own address, or if account is NULL and there are
/// several; INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS; INBOME_RESULT_NOT_FOUND for an
/// unknown account, or a key that was never seen with the peer; INBOME_RESULT_FORKED, those of the
/// store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_set_word(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    addr: *const c_char,
    word: i32,
    fingerprint: *const c_char,
) -> inbome_result {
    on_engine(engine, |engine| {
        let addr = self::addr(addr, "addr")?;
        let account = optional_addr(account, "account")?;
        let fingerprint = optional_text(fingerprint, "fingerprint")?;
        let word = match (word, fingerprint) {
            (INBOME_WORD_DEFAULT, _) => Word::Default,
            (INBOME_WORD_ALWAYS, _) => Word::Always,
            (INBOME_WORD_NEVER, _) => Word::Never,
            (INBOME_WORD_PIN, Some(fingerprint)) => Word::Pin(Fingerprint::parse(fingerprint)?),
            (INBOME_WORD_PIN, None) => return Err(Failure::null("fingerprint")),
            (other, _) => return Err(none_of("INBOME_WORD_", other)),
        };
        engine.set_word(account.as_ref(), &addr, word)?;
        Ok(())
    })
}

/// Takes a cert that the user has from elsewhere into a peer's history (Discovery §6).
///
/// engine: the engine.
/// account: who knows the peer, or NULL: the only account.
/// addr: the peer's address.
/// cert: the cert, armored or binary, at most 1 MiB.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_INVALID_ARGUMENT if it is no cert, for an own address, or if account is NULL and
/// there are several; INBOME_RESULT_REFUSED if it can never be used; INBOME_RESULT_NOT_FOUND for an
/// unknown account; INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_import_key(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    addr: *const c_char,
    cert: inbome_bytes,
) -> inbome_result {
    on_engine(engine, |engine| {
        let cert = octets(cert, "cert")?;
        let addr = self::addr(addr, "addr")?;
        let account = optional_addr(account, "account")?;
        engine.import_peer_key(account.as_ref(), &addr, cert)?;
        Ok(())
    })
}

/// Steps on to the next peer.
///
/// peer_iter: the iterator; NULL gives NULL.
///
/// Returns: the next one; NULL at the end.
/// Borrowed: valid until the iterator is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_iter_next(
    peer_iter: Option<&mut inbome_peer_iter>,
) -> Option<&inbome_peer> {
    guard(|| peer_iter?.next()).flatten()
}

/// Frees a peer iter and all that was borrowed from it.
///
/// peer_iter: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_iter_free(peer_iter: Option<Box<inbome_peer_iter>>) {
    free(peer_iter);
}

/// Frees a peer and all that was borrowed from it.
///
/// peer: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_peer_free(peer: Option<Box<inbome_peer>>) {
    free(peer);
}

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

struct Span {
    fingerprint: CString,
    source: i32,
    first: i64,
    last: i64,
}

impl inbome_peer {
    fn new(account: &Addr, addr: &Addr, core: Peer, history: &History) -> Self {
        let introduced = |held: &Option<Introduced>| {
            held.as_ref().map(|introduced| shown(&introduced.key.fingerprint))
        };
        let agent = core.last_plain.as_ref().map(|plain| plain.agent.as_str());
        let history = history.iter().flat_map(|(fingerprint, record)| {
            record.spans.iter().map(|(source, span)| Span {
                fingerprint: shown(fingerprint),
                source: match source {
                    Source::Advert => INBOME_SOURCE_DIRECT,
                    Source::Gossip => INBOME_SOURCE_GOSSIP,
                    Source::Import => INBOME_SOURCE_IMPORT,
                },
                first: span.first.as_secs(),
                last: span.last.as_secs(),
            })
        });
        Self {
            account: shown(account),
            addr: shown(addr),
            fingerprint: core.advert.as_ref().map(|advert| shown(&advert.key.fingerprint)),
            gossip_fingerprint: introduced(&core.gossip),
            imported_fingerprint: introduced(&core.imported),
            agent: agent.filter(|agent| !agent.is_empty()).map(c_text),
            pin: match &core.word {
                Word::Pin(fingerprint) => Some(shown(fingerprint)),
                _ => None,
            },
            history: history.collect(),
            core,
        }
    }
}

impl inbome_peer_iter {
    fn next(&mut self) -> Option<&inbome_peer> {
        let found = self.all.get(self.next)?;
        self.next = self.next.saturating_add(1);
        Some(found)
    }
}

fn introduced_at(introduced: Option<&Introduced>) -> i64 {
    time_out(introduced.map(|held| held.at))
}
