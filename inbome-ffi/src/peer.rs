//! Peers: look, list, forget, and the user's word about them.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::addr::Addr;
use inbome_core::engine::PeerFilter;
use inbome_core::history::{History, Source};
use inbome_core::key::Fingerprint;
use inbome_core::peer::{Introduced, Peer, Word};

use crate::account_options::none_of;
use crate::bytes::inbome_bytes;
use crate::engine::inbome_engine;
use crate::guard::guard;
use crate::key::{INBOME_SOURCE_DIRECT, INBOME_SOURCE_GOSSIP, INBOME_SOURCE_IMPORT};
use crate::pointer::{Out, c_text, free, octets, optional_addr, optional_text, peer_addr, shown};
use crate::result::{Failure, inbome_result, on_engine};
use crate::time::time_out;

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
    pub(crate) account: CString,
    pub(crate) addr: CString,
    pub(crate) core: Peer,
    pub(crate) fingerprint: Option<CString>,
    pub(crate) gossip_fingerprint: Option<CString>,
    pub(crate) imported_fingerprint: Option<CString>,
    pub(crate) agent: Option<CString>,
    pub(crate) pin: Option<CString>,
    pub(crate) history: Vec<Span>,
}

/// Peers, one by one.
pub struct inbome_peer_iter {
    pub(crate) all: Vec<inbome_peer>,
    pub(crate) next: usize,
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
        let addr = peer_addr(addr, "addr")?;
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
        let addr = peer_addr(addr, "addr")?;
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
/// fingerprint: with INBOME_WORD_PIN: of a key, known yet or not, in hexadecimal; else NULL.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, also for a pin without a fingerprint;
/// INBOME_RESULT_INVALID_ARGUMENT, also for an own address, or if account is NULL and there are
/// several; INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS; INBOME_RESULT_NOT_FOUND for an
/// unknown account; INBOME_RESULT_FORKED, those of the
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
        let addr = peer_addr(addr, "addr")?;
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
        let addr = peer_addr(addr, "addr")?;
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

pub(crate) struct Span {
    pub(crate) fingerprint: CString,
    pub(crate) source: i32,
    pub(crate) first: i64,
    pub(crate) last: i64,
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

pub(crate) fn introduced_at(introduced: Option<&Introduced>) -> i64 {
    time_out(introduced.map(|held| held.at))
}
