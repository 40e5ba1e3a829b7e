//! Whether to encrypt, to whom, and why (Discovery §6, §7).
//!
//! [`recommend_one`] decides for one recipient, [`recommend`] for a mail: the least of its
//! recipients' recommendations, which is why [`Recommendation`] is ordered. Not here: any key is
//! judged or chosen *before*, by `openpgp`; the rules only read the verdict.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::Settings;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::header::PreferEncrypt;
use crate::key::Key;
use crate::peer::{Peer, Word};

/// What to do with a mail. The order is the precedence among several recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recommendation {
    /// Encryption is impossible or unwise; do not offer it.
    Disable,
    /// Possible, but the recipient may be unable to read it.
    Discourage,
    /// Possible; the user may choose it.
    Available,
    /// Encrypt by default.
    Encrypt,
}

/// Where the key to encrypt to comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetSource {
    /// The peer's own advert.
    Direct,
    /// The user handed it in.
    Import,
    /// Somebody's gossip.
    Gossip,
    /// The account's own key.
    Own,
}

/// The key that a mail to this recipient would be encrypted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The cert.
    pub key: Key,
    /// Where it comes from.
    pub source: TargetSource,
}

pub use crate::reason::Reason;

impl Reason {
    /// What the sentence speaks of: names and values, in a fixed order.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, Arg)> {
        match self {
            Self::NoKey { last_plain: Some(at), agent } => {
                vec![("last_plain", Arg::Time(*at)), ("agent", Arg::Text(agent.clone()))]
            }
            Self::Stale { last_seen, autocrypt_timestamp, agent } => vec![
                ("last_seen", Arg::Time(*last_seen)),
                ("autocrypt_timestamp", Arg::Time(*autocrypt_timestamp)),
                ("agent", Arg::Text(agent.clone())),
            ],
            _ => Vec::new(),
        }
    }
}

/// A value in a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// A date.
    Time(Timestamp),
    /// A text; it comes from a mail and has no control characters.
    Text(String),
}

/// A recommendation for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What to do.
    pub recommendation: Recommendation,
    /// Why; never empty.
    pub reasons: Vec<Reason>,
    /// The key, also under *discourage*; none under *disable*.
    pub target: Option<Target>,
}

impl Advice {
    /// *Disable*, for one reason.
    #[must_use]
    pub fn disable(reason: Reason) -> Self {
        Self { recommendation: Recommendation::Disable, reasons: vec![reason], target: None }
    }
}

/// What is asked about a mail as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft {
    /// The settings of the account that writes it.
    pub own: Settings,
    /// It answers an encrypted mail.
    pub reply_to_encrypted: bool,
}

/// The recommendation for one recipient who is a peer (Discovery §7). Judgements must hold now.
#[must_use]
pub fn recommend_one(peer: &Peer, draft: Draft) -> Advice {
    if !draft.own.enabled {
        return Advice::disable(Reason::DisabledAccount);
    }
    let (target, stale) = match choose_target(peer, draft) {
        Ok(chosen) => chosen,
        Err(reason) => return Advice::disable(reason),
    };
    // Discovery §7, steps 2 and 3.
    let gossip_only = target.source == TargetSource::Gossip;
    let (base, mut reasons) = match stale {
        _ if gossip_only => (Recommendation::Discourage, vec![Reason::GossipOnly]),
        Some(stale) => (Recommendation::Discourage, vec![stale]),
        None => (Recommendation::Available, Vec::new()),
    };
    // Step 4.
    let mut recommendation = base;
    if draft.reply_to_encrypted {
        (recommendation, reasons) = (Recommendation::Encrypt, vec![Reason::ReplyToEncrypted]);
    } else if base == Recommendation::Available {
        let refusals = without_preference(peer, target.source, draft);
        (recommendation, reasons) = match refusals.is_empty() {
            true => (Recommendation::Encrypt, vec![Reason::BothMutual]),
            false => (base, refusals),
        };
    }
    let at_most_available =
        |recommendation: Recommendation| recommendation.min(Recommendation::Available);
    // The user's word comes first; a list comes next.
    match &peer.word {
        Word::Always => (recommendation, reasons) = (Recommendation::Encrypt, vec![Reason::Always]),
        Word::Never if recommendation == Recommendation::Encrypt => {
            (recommendation, reasons) = (at_most_available(recommendation), vec![Reason::Never]);
        }
        Word::Never => reasons.push(Reason::Never),
        Word::Default | Word::Pin(_) if peer.list_post.is_some() => {
            if recommendation == Recommendation::Encrypt {
                reasons.clear();
            }
            reasons.push(Reason::List);
            recommendation = at_most_available(recommendation);
        }
        Word::Default | Word::Pin(_) => {}
    }
    Advice { recommendation, reasons, target: Some(target) }
}

/// The recommendation for one of the user's own addresses, whose key is `own`: never lowers the others.
fn recommend_own(own: &Result<Key, Reason>, draft: Draft) -> Advice {
    match own {
        _ if !draft.own.enabled => Advice::disable(Reason::DisabledAccount),
        Err(reason) => Advice::disable(reason.clone()),
        Ok(key) => Advice {
            recommendation: Recommendation::Encrypt,
            reasons: vec![Reason::OwnAddress],
            target: Some(Target { key: key.clone(), source: TargetSource::Own }),
        },
    }
}

/// What the mail answers, as far as the caller knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reply {
    /// It answers nothing, or nobody knows what.
    #[default]
    Unknown,
    /// It answers the mail with this Message-ID (without angle brackets).
    To(Vec<u8>),
    /// The caller says whether it answers an encrypted mail.
    ToEncrypted(bool),
}

/// What is known of those whom a mail concerns.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Peers, with judgements that hold now.
    pub peers: BTreeMap<Addr, Peer>,
    /// The user's own addresses: the current key of each account, or why it cannot be encrypted to.
    pub own: BTreeMap<Addr, Result<Key, Reason>>,
}

impl Rows {
    /// The key of somebody that may be told to others who get the mail too.
    #[must_use]
    pub fn told(&self, addr: &Addr) -> Option<Target> {
        let advert = self.peers.get(addr)?.advert.as_ref()?;
        let source = TargetSource::Direct;
        advert.judgement.verdict.is_ok().then(|| Target { key: advert.key.clone(), source })
    }
}

/// What is recommended for a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRecommendation {
    /// For the mail.
    pub recommendation: Recommendation,
    /// For each recipient once, in the order given.
    pub recipients: Vec<(Addr, Advice)>,
}

/// The recommendation for a mail and each of its recipients, of whom `rows` tells what is known.
/// `copies` are blind recipients of a program that cannot make copies for them.
#[must_use]
pub fn recommend_mail(
    recipients: &[Addr],
    rows: &Rows,
    draft: Draft,
    copies: &[Addr],
) -> MailRecommendation {
    let unknown = Peer::default();
    let mut once = BTreeSet::new();
    let advise = |addr: &Addr| match rows.own.get(addr) {
        Some(own) => recommend_own(own, draft),
        None => recommend_one(rows.peers.get(addr).unwrap_or(&unknown), draft),
    };
    // A recipient given twice counts once.
    let recipients: Vec<&Addr> = recipients.iter().filter(|addr| once.insert(*addr)).collect();
    let several = recipients.len() > 1;
    let advised = recipients.into_iter().map(|addr| {
        let mut advice = advise(addr);
        if several && copies.contains(addr) && advice.recommendation > Recommendation::Available {
            advice.recommendation = Recommendation::Available;
            advice.reasons = vec![Reason::OneMessage];
        }
        (addr.clone(), advice)
    });
    let recipients: Vec<_> = advised.collect();
    MailRecommendation { recommendation: recommend(&recipients, draft), recipients }
}

/// The recommendation for a mail: the least of its recipients' (Discovery §7). A mail to own
/// addresses alone is *available*, or *encrypt* if it answers an encrypted one or the account is
/// mutual. No recipients: *disable*.
#[must_use]
pub fn recommend(recipients: &[(Addr, Advice)], draft: Draft) -> Recommendation {
    let least = recipients.iter().map(|(_, advice)| advice.recommendation).min();
    let to_self = recipients.iter().all(|(_, advice)| {
        advice.target.as_ref().is_some_and(|target| target.source == TargetSource::Own)
    });
    let asked = draft.reply_to_encrypted || draft.own.prefer_encrypt == PreferEncrypt::Mutual;
    match least {
        None => Recommendation::Disable,
        Some(Recommendation::Encrypt) if to_self && !asked => Recommendation::Available,
        Some(least) => least,
    }
}

/// The key of one of the user's own addresses that a mail to it would be encrypted to.
///
/// # Errors
/// The reason for there being none.
pub fn get_own_encrypt_key(own: Result<Key, Reason>, writer: Settings) -> Result<Target, Reason> {
    match writer.enabled {
        true => Ok(Target { key: own?, source: TargetSource::Own }),
        false => Err(Reason::DisabledAccount),
    }
}

/// The key that a mail to this peer would be encrypted to without asking anyone (Discovery §6).
///
/// # Errors
/// The reason for there being none.
pub fn get_encrypt_key(peer: &Peer, own: Settings) -> Result<Target, Reason> {
    if !own.enabled {
        return Err(Reason::DisabledAccount);
    }
    if peer.word == Word::Never {
        return Err(Reason::Never);
    }
    let (target, stale) = choose_target(peer, Draft { own, reply_to_encrypted: false })?;
    match stale {
        _ if target.source == TargetSource::Gossip => Err(Reason::GossipOnly),
        Some(stale) if peer.word != Word::Always => Err(stale),
        _ => Ok(target),
    }
}

/// The usable key of highest standing: direct, else imported while there is no direct one, else
/// gossip; and whether the direct one is stale.
fn choose_target(peer: &Peer, draft: Draft) -> Result<(Target, Option<Reason>), Reason> {
    let own_word = match (&peer.advert, &peer.imported) {
        (Some(advert), _) => Some((&advert.key, &advert.judgement, TargetSource::Direct)),
        (None, Some(import)) => Some((&import.key, &import.judgement, TargetSource::Import)),
        (None, None) => None,
    };
    let gossip = peer.gossip.as_ref().map(|g| (&g.key, &g.judgement, TargetSource::Gossip));
    // A pin is broken by another key in the peer's own adverts, and met by nothing else.
    if let Word::Pin(pin) = &peer.word {
        let first = own_word.or(gossip);
        if first.is_none_or(|(key, ..)| key.fingerprint != *pin) {
            return Err(Reason::Pinned);
        }
    }
    let pinned = |key: &Key| !matches!(&peer.word, Word::Pin(pin) if key.fingerprint != *pin);
    let mut refusal = None;
    for (key, judgement, source) in own_word.into_iter().chain(gossip) {
        match judgement.verdict {
            Ok(_) if pinned(key) => {
                let target = Target { key: key.clone(), source };
                let stale = (source == TargetSource::Direct).then(|| stale(peer, draft)).flatten();
                return Ok((target, stale));
            }
            Ok(_) => {}
            Err(unusable) => refusal = refusal.or(Some(Reason::Unusable(unusable))),
        }
    }
    Err(refusal.unwrap_or_else(|| without_key(peer)))
}

/// Discovery §7, step 3: later mail without an advert, beyond the profile's patience.
fn stale(peer: &Peer, draft: Draft) -> Option<Reason> {
    let (seen, advert) = (peer.seen?, peer.advert.as_ref()?);
    (seen.at.secs_since(advert.at) > draft.own.profile.tolerance_secs()).then(|| Reason::Stale {
        last_seen: seen.at,
        autocrypt_timestamp: advert.at,
        agent: peer.last_plain.as_ref().map(|plain| plain.agent.clone()).unwrap_or_default(),
    })
}

fn without_key(peer: &Peer) -> Reason {
    match (&peer.seen, &peer.last_plain) {
        (None, _) => Reason::NeverSeen,
        (Some(_), plain) => Reason::NoKey {
            last_plain: plain.as_ref().map(|plain| plain.at),
            agent: plain.as_ref().map(|plain| plain.agent.clone()).unwrap_or_default(),
        },
    }
}

/// Who does not ask for encryption. An imported key comes without a preference.
fn without_preference(peer: &Peer, source: TargetSource, draft: Draft) -> Vec<Reason> {
    let theirs = peer.advert.as_ref().filter(|_| source == TargetSource::Direct);
    let peer_mutual = theirs.is_some_and(|a| a.prefer_encrypt == PreferEncrypt::Mutual);
    let own_mutual = draft.own.prefer_encrypt == PreferEncrypt::Mutual;
    [(!peer_mutual, Reason::PeerNoPreference), (!own_mutual, Reason::OwnNoPreference)]
        .into_iter()
        .filter_map(|(applies, reason)| applies.then_some(reason))
        .collect()
}
