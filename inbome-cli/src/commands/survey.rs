//! What would be done for every peer: the engine is asked, and the answers are counted.

use std::collections::BTreeMap;

use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::code::Code;
use inbome_core::engine::{Engine, PeerFilter, Reply};
use inbome_core::key::Fingerprint;
use inbome_core::recommend::{Advice, Recommendation};

use crate::exit::Failure;

/// The engine is asked about so many peers at once.
const ASKED_AT_ONCE: usize = 64;

/// One peer of one account, and what would be done with a mail to them.
pub(crate) struct Surveyed {
    /// The account.
    pub(crate) account: Addr,
    /// The peer.
    pub(crate) addr: Addr,
    /// Date of their youngest mail.
    pub(crate) last_seen: Option<Timestamp>,
    /// Fingerprint of the key that is stored, usable or not.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// It is a mailing list.
    pub(crate) list: bool,
    /// What would be done, and why.
    pub(crate) advice: Advice,
}

/// Asks about all peers that are stored for an account, or for all accounts.
pub(crate) fn survey(
    engine: &Engine,
    account: Option<&Addr>,
    filter: PeerFilter,
) -> Result<Vec<Surveyed>, Failure> {
    let mut peers = Vec::new();
    engine.peers(account, filter, &mut |account, row| {
        let peer = &row.peer;
        let introduced = peer.imported.as_ref().or(peer.gossip.as_ref());
        let key = peer.advert.as_ref().map(|advert| &advert.key);
        let fingerprint =
            key.or(introduced.map(|introduced| &introduced.key)).map(|key| key.fingerprint.clone());
        let last_seen = peer.seen.map(|seen| seen.at);
        peers.push((account.clone(), row.addr, last_seen, fingerprint, peer.list_post.is_some()));
    })?;
    let mut surveyed = Vec::with_capacity(peers.len());
    for asked in peers.chunk_by(|one, next| one.0 == next.0).flat_map(|of| of.chunks(ASKED_AT_ONCE))
    {
        let addrs: Vec<Addr> = asked.iter().map(|peer| peer.1.clone()).collect();
        let account = asked.first().map(|peer| &peer.0);
        let answer = engine.recommend(account, &addrs, &Reply::Unknown)?;
        for (peer, (_, advice)) in asked.iter().zip(answer.recipients) {
            let (account, addr, last_seen, fingerprint, list) = peer.clone();
            surveyed.push(Surveyed { account, addr, last_seen, fingerprint, list, advice });
        }
    }
    Ok(surveyed)
}

/// How many peers get which recommendation, most encrypted first, and why: the first reason of each.
pub(crate) fn counts(surveyed: &[Surveyed]) -> Vec<(Recommendation, u64, BTreeMap<Code, u64>)> {
    let all = [
        Recommendation::Encrypt,
        Recommendation::Available,
        Recommendation::Discourage,
        Recommendation::Disable,
    ];
    let count = |recommendation| {
        let mut reasons: BTreeMap<Code, u64> = BTreeMap::new();
        let mut total = 0_u64;
        for peer in surveyed.iter().filter(|peer| peer.advice.recommendation == recommendation) {
            total = total.saturating_add(1);
            if let Some(reason) = peer.advice.reasons.first() {
                let counted = reasons.entry(reason.code()).or_default();
                *counted = counted.saturating_add(1);
            }
        }
        (recommendation, total, reasons)
    };
    all.into_iter().map(count).collect()
}
