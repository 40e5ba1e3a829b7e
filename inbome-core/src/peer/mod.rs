//! What is remembered of a peer, and how one mail changes it: a join (Discovery §3.1).
//!
//! The stored state is a function of the *set* of observations. Only maxima, minima and unions are
//! kept, so mails may come in any order, twice, or half on each of two devices. [`PeerState::observe`]
//! applies one mail, [`PeerState::join`] the state of another device; both rest on the same joins.
//! Not here: how a mail becomes an observation (`discover`); what is concluded (`recommend`).

use crate::clock::Timestamp;
use crate::header::PreferEncrypt;
use crate::key::{Fingerprint, Hash, Judgement, Key};

mod state;

pub use state::{Change, PeerState};

/// What one mail says about its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The effective date.
    pub at: Timestamp,
    /// Properly encrypted: decrypted by us, validly signed by the cert that it advertises.
    pub encrypted: bool,
    /// The valid content of its key field.
    pub advert: Option<Advertised>,
    /// `User-Agent` or `X-Mailer`; it words the reasons.
    pub agent: Option<String>,
    /// It bears `List-Post` with the address that it comes from: the peer is a list.
    pub list_post: bool,
}

/// An advertised key, as one mail brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advertised {
    /// The cert.
    pub key: Key,
    /// The preference.
    pub prefer_encrypt: PreferEncrypt,
    /// It stood inside the encrypted and signed payload.
    pub protected: bool,
    /// SHA-256 of the raw field that it was read from; none where another field could say the same
    /// octets and mean something else.
    pub field: Option<Hash>,
}

/// The youngest mail from the peer. The order is the join: by date, *encrypted* over not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// `last_seen`.
    pub at: Timestamp,
    /// `last_seen_encrypted`.
    pub encrypted: bool,
}

/// The youngest advert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advert {
    /// `autocrypt_timestamp`.
    pub at: Timestamp,
    /// It stood inside the payload.
    pub protected: bool,
    /// `public_key`, as received.
    pub key: Key,
    /// `prefer_encrypt`.
    pub prefer_encrypt: PreferEncrypt,
    /// What the key is good for; kept beside it, not part of the join.
    pub judgement: Judgement,
    /// SHA-256 of the raw field that brought this advert, so that the same octets need not be read
    /// again. It comes and goes with the advert: a memory of work done, not part of the join.
    pub field: Option<Hash>,
}

impl Advert {
    /// The order of the join: date, protected over outer, SHA-256 of the key, mutual over not.
    fn rank(&self) -> (Timestamp, bool, &Hash, PreferEncrypt) {
        (self.at, self.protected, &self.key.hash, self.prefer_encrypt)
    }
}

/// A key that somebody else introduced: a third person by gossip, or the user by import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduced {
    /// The effective date of the mail, or the time of the import.
    pub at: Timestamp,
    /// The cert, as received.
    pub key: Key,
    /// What the key is good for; kept beside it, not part of the join.
    pub judgement: Judgement,
}

impl Introduced {
    /// The order of the join: date, SHA-256 of the key.
    fn rank(&self) -> (Timestamp, &Hash) {
        (self.at, &self.key.hash)
    }
}

/// The youngest mail without an advert. The order is the join: by date, then by text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plain {
    /// Its effective date.
    pub at: Timestamp,
    /// Its `User-Agent` or `X-Mailer`; empty if it bore none.
    pub agent: String,
}

/// The user's word about a peer; it comes first (Discovery §7).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Word {
    /// Nothing said: the rules decide.
    #[default]
    Default,
    /// Encrypt whenever there is a key.
    Always,
    /// Do not encrypt by default.
    Never,
    /// Only to this key.
    Pin(Fingerprint),
}

/// What is remembered of a peer, its key history aside: one row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peer {
    /// `last_seen`, `last_seen_encrypted`.
    pub seen: Option<Seen>,
    /// `autocrypt_timestamp`, `public_key`, `prefer_encrypt`.
    pub advert: Option<Advert>,
    /// `gossip_timestamp`, `gossip_key`: from the youngest accepted gossip.
    pub gossip: Option<Introduced>,
    /// The key that the user handed in last.
    pub imported: Option<Introduced>,
    /// `last_plain`.
    pub last_plain: Option<Plain>,
    /// When the peer was last seen to be a mailing list.
    pub list_post: Option<Timestamp>,
    /// Everything up to this counts as not seen.
    pub forgotten: Option<Timestamp>,
    /// The user's word.
    pub word: Word,
    /// A limit was passed: the join is no longer promised.
    pub truncated: bool,
}

impl Peer {
    /// Whether the row holds a key, from whatever source.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.advert.is_some() || self.gossip.is_some() || self.imported.is_some()
    }

    /// Of the keys in the row, and of the one that the user pinned.
    pub fn fingerprints(&self) -> impl Iterator<Item = &Fingerprint> {
        let introduced = [&self.gossip, &self.imported].into_iter().flatten();
        let pinned = match &self.word {
            Word::Pin(fingerprint) => Some(fingerprint),
            Word::Default | Word::Always | Word::Never => None,
        };
        let direct = self.advert.iter().map(|advert| &advert.key.fingerprint);
        direct.chain(introduced.map(|held| &held.key.fingerprint)).chain(pinned)
    }

    /// Whether every judgement in it holds at `now`.
    #[must_use]
    pub fn is_judged_at(&self, now: Timestamp) -> bool {
        let introduced = [&self.gossip, &self.imported].into_iter().flatten();
        introduced
            .map(|held| &held.judgement)
            .chain(self.advert.as_ref().map(|a| &a.judgement))
            .all(|judgement| judgement.holds_at(now))
    }

    /// Whether nothing is left of it but the date of being forgotten.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        *self == Self { forgotten: self.forgotten, truncated: self.truncated, ..Self::default() }
    }
}

impl Peer {
    fn unjudge_all(&mut self) {
        self.advert.iter_mut().for_each(|advert| advert.judgement = not_judged());
        for held in [&mut self.gossip, &mut self.imported].into_iter().flatten() {
            held.judgement = not_judged();
        }
    }

    /// The cert behind these keys changed: their judgements no longer hold.
    fn unjudge(&mut self, fingerprint: &Fingerprint) {
        if let Some(advert) = self.advert.as_mut().filter(|a| a.key.fingerprint == *fingerprint) {
            advert.judgement = not_judged();
        }
        for held in [&mut self.gossip, &mut self.imported].into_iter().flatten() {
            if held.key.fingerprint == *fingerprint {
                held.judgement = not_judged();
            }
        }
    }
}

/// What of a peer decides whether its row stays when there are too many (Discovery §9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The user has written to the peer.
    pub written_to: bool,
    /// The user said a word about the peer, or handed in a key.
    pub has_word: bool,
    /// The peer was forgotten: what comes late must not come back.
    pub forgotten: bool,
    /// There is a direct key.
    pub has_advert: bool,
    /// `last_seen`.
    pub seen: Option<Timestamp>,
    /// `gossip_timestamp`.
    pub gossip: Option<Timestamp>,
}

/// The order in which rows go; the least goes first.
pub type Rank = (bool, Option<Timestamp>);

impl Standing {
    /// First those without a key of their own, then the least lately seen; a peer who was never seen is
    /// as old as the gossip. What the user said or did keeps a row.
    #[must_use]
    pub fn rank(&self) -> Option<Rank> {
        let stays = self.written_to || self.has_word || self.forgotten;
        (!stays).then(|| (self.has_advert, self.seen.max(self.gossip)))
    }
}

/// A judgement that holds at no time.
fn not_judged() -> Judgement {
    Judgement {
        verdict: Err(crate::key::Unusable::Unsupported),
        from: Timestamp::MAX,
        until: Timestamp::MIN,
    }
}
