//! Keys: those to encrypt to, and the user's own.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::sync::{Arc, OnceLock};

use inbome_core::key::Fingerprint;
use inbome_core::peer::PeerState;
use inbome_core::recommend::{Target, TargetSource};
use inbome_core::store::StoredKey;

use crate::codes::INBOME_REASON_NONE;
use crate::engine::{Shared, inbome_engine};
use crate::guard::guard;
use crate::pointer::{Out, free, optional_addr, peer_addr, shown};
use crate::result::{inbome_result, on_engine};
use crate::time::{INBOME_TIME_UNKNOWN, time_out};

/// The key is the peer's own: it stood in the header of their mail.
pub const INBOME_SOURCE_DIRECT: i32 = 1;
/// The user handed the key in.
pub const INBOME_SOURCE_IMPORT: i32 = 2;
/// Somebody else's mail brought the key.
pub const INBOME_SOURCE_GOSSIP: i32 = 3;
/// The key is the user's own.
pub const INBOME_SOURCE_OWN: i32 = 4;

/// One OpenPGP cert, and what is known of it.
pub struct inbome_key {
    pub(crate) shared: Arc<Shared>,
    pub(crate) fingerprint: CString,
    pub(crate) cert: Arc<[u8]>,
    pub(crate) armored: OnceLock<Option<CString>>,
    pub(crate) source: i32,
    pub(crate) is_current: bool,
    pub(crate) is_locked: bool,
    pub(crate) created: i64,
    pub(crate) expires: i64,
    pub(crate) first_seen: i64,
    pub(crate) last_seen: i64,
}

/// All keys of an account, one by one.
pub struct inbome_key_iter {
    pub(crate) all: Vec<inbome_key>,
    pub(crate) next: usize,
}

/// Finds the key that a mail to a peer would now be encrypted to without asking anyone
/// (Discovery §6). That there is none is an answer, not a failure.
///
/// engine: the engine.
/// account: who writes, or NULL: the only account.
/// peer: the peer's address.
/// key: the key, if there is one.
/// reason: why there is none, one of INBOME_REASON_; INBOME_REASON_NONE if there is one. NULL if it
/// is not wanted.
///
/// Returns: INBOME_RESULT_OK, with a key and without.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
/// and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_key_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_get_encrypt_key(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    peer: *const c_char,
    key: Option<&mut MaybeUninit<*mut inbome_key>>,
    reason: Option<&mut MaybeUninit<i32>>,
) -> inbome_result {
    let (key, reason) = (Out::blank(key), Out::blank(reason));
    on_engine(engine, |engine| {
        let key = key.required("key")?;
        let peer = peer_addr(peer, "peer")?;
        let account = optional_addr(account, "account")?;
        match engine.get_encrypt_key(account.as_ref(), &peer)?.target {
            Ok(target) => {
                // An own address has no row, but a secret key.
                let details = engine.peer(account.as_ref(), &peer).ok();
                let state = details.as_ref().map(|details| &details.state);
                let mut found = inbome_key::of_target(engine, &target, state);
                if target.source == TargetSource::Own {
                    let (own, name) = (engine.own_keys(Some(&peer))?, &target.key.fingerprint);
                    let stored = own.iter().find(|stored| stored.key.fingerprint == *name);
                    found =
                        stored.map_or(found, |stored| inbome_key::own(engine, stored, Some(name)));
                }
                key.give(found);
                reason.put_if_wanted(INBOME_REASON_NONE);
            }
            Err(why) => reason.put_if_wanted(why.code().number()),
        }
        Ok(())
    })
}

/// Steps on to the next key.
///
/// key_iter: the iterator; NULL gives NULL.
///
/// Returns: the next one; NULL at the end.
/// Borrowed: valid until the iterator is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_iter_next(
    key_iter: Option<&mut inbome_key_iter>,
) -> Option<&inbome_key> {
    guard(|| key_iter?.next()).flatten()
}

/// Frees a key iter and all that was borrowed from it.
///
/// key_iter: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_iter_free(key_iter: Option<Box<inbome_key_iter>>) {
    free(key_iter);
}

/// Frees a key and all that was borrowed from it.
///
/// key: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_key_free(key: Option<Box<inbome_key>>) {
    free(key);
}

impl inbome_key {
    pub(crate) fn of_target(
        shared: &Arc<Shared>,
        target: &Target,
        state: Option<&PeerState>,
    ) -> Self {
        let source = match target.source {
            TargetSource::Direct => INBOME_SOURCE_DIRECT,
            TargetSource::Import => INBOME_SOURCE_IMPORT,
            TargetSource::Gossip => INBOME_SOURCE_GOSSIP,
            TargetSource::Own => INBOME_SOURCE_OWN,
        };
        let record = state.and_then(|state| state.history.get(&target.key.fingerprint));
        let seen = record.and_then(|record| record.spans.whole());
        Self {
            shared: Arc::clone(shared),
            fingerprint: shown(&target.key.fingerprint),
            cert: Arc::clone(&target.key.bytes),
            armored: OnceLock::new(),
            source,
            is_current: target.source == TargetSource::Own,
            is_locked: false,
            created: INBOME_TIME_UNKNOWN,
            expires: expires(target, state),
            first_seen: time_out(seen.map(|span| span.first)),
            last_seen: time_out(seen.map(|span| span.last)),
        }
    }

    pub(crate) fn own(
        shared: &Arc<Shared>,
        stored: &StoredKey,
        current: Option<&Fingerprint>,
    ) -> Self {
        Self {
            shared: Arc::clone(shared),
            fingerprint: shown(&stored.key.fingerprint),
            cert: stored.key.cert.as_slice().into(),
            armored: OnceLock::new(),
            source: INBOME_SOURCE_OWN,
            is_current: current == Some(&stored.key.fingerprint),
            is_locked: stored.key.locked,
            created: stored.key.created.as_secs(),
            expires: time_out(stored.key.expires),
            first_seen: stored.added.as_secs(),
            last_seen: INBOME_TIME_UNKNOWN,
        }
    }
}

impl inbome_key_iter {
    fn next(&mut self) -> Option<&inbome_key> {
        let found = self.all.get(self.next)?;
        self.next = self.next.saturating_add(1);
        Some(found)
    }
}

/// What the stored judgement of this very cert says.
fn expires(target: &Target, state: Option<&PeerState>) -> i64 {
    let Some(peer) = state.map(|state| &state.peer) else { return INBOME_TIME_UNKNOWN };
    let introduced = [&peer.gossip, &peer.imported].into_iter().flatten();
    let mut judged = introduced
        .map(|held| (&held.key, &held.judgement))
        .chain(peer.advert.iter().map(|advert| (&advert.key, &advert.judgement)));
    let of_this = judged.find(|(key, _)| key.hash == target.key.hash);
    let usable = of_this.and_then(|(_, judgement)| judgement.verdict.as_ref().ok());
    time_out(usable.and_then(|usable| usable.expires))
}
