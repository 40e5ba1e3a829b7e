//! What strangers can make a peer's history hold (Discovery §3.1): hard revocations stay for ever, past a
//! limit as fingerprints alone, and one more mail costs no more for them.

use std::sync::Arc;

use inbome_core::clock::Timestamp;
use inbome_core::discover::{ParsedMail, Receipt};
use inbome_core::engine::{Engine, Reply};
use inbome_core::gossip::Payload;
use inbome_core::history::Source;
use inbome_core::key::{
    CertFlaw, CertUnion, Certificates, Fingerprint, Judgement, Key, Unusable, Usable, hash,
};
use inbome_core::limits::{MAX_HISTORY_CERTS, MAX_REVOKED_FINGERPRINTS};
use inbome_core::openpgp::Rpgp;
use inbome_core::peer::{Advertised, Observation, PeerState};
use inbome_core::recommend::Recommendation;
use inbome_core::store::sqlite::{OpenOptions, SqliteStore};
use inbome_tests::stage::*;

/// Certs of four octets, number first; the last says whether it is revoked.
struct Plain;

impl Certificates for Plain {
    fn check(&self, cert: &[u8]) -> Result<Fingerprint, CertFlaw> {
        Ok(number(cert))
    }

    fn union(&self, known: Option<&CertUnion>, received: &[u8]) -> CertUnion {
        let revoked = known.is_some_and(|known| known.hard_revoked) || received.last() == Some(&1);
        CertUnion { bytes: received.into(), hard_revoked: revoked, truncated: false }
    }

    fn judge(&self, received: &[u8], union: &CertUnion, _: Timestamp) -> Judgement {
        let verdict = match union.hard_revoked {
            true => Err(Unusable::Revoked),
            false => Ok(Usable { subkey: number(received), expires: None }),
        };
        Judgement { verdict, from: Timestamp::MIN, until: Timestamp::MAX }
    }
}

fn number(cert: &[u8]) -> Fingerprint {
    let mut octets = [0; 20];
    octets[..3].copy_from_slice(&cert[..3]);
    Fingerprint::new(&octets).expect("20 octets")
}

fn key(n: u32, revoked: bool) -> Key {
    let [_, high, middle, low] = n.to_be_bytes();
    let cert = [high, middle, low, u8::from(revoked)];
    Key { fingerprint: number(&cert), hash: hash(&cert), bytes: cert.as_slice().into() }
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn advertise(state: &mut PeerState, key: Key, secs: i64) {
    let prefer_encrypt = inbome_core::header::PreferEncrypt::Mutual;
    let advert = Some(Advertised { key, prefer_encrypt, protected: false, field: None });
    let seen =
        Observation { at: at(secs), encrypted: false, advert, agent: None, list_post: false };
    state.observe(&seen, &Plain, at(NOW));
}

fn hear(state: &mut PeerState, n: u32, revoked: bool, secs: i64) {
    state.hear(&key(n, revoked), at(secs), &Plain, at(NOW));
}

#[test]
fn past_the_limit_a_hard_revocation_is_its_fingerprint_and_those_only_gossiped_go_first() {
    let mut state = PeerState::default();
    advertise(&mut state, key(1, false), 1_000);
    // The peer's own revoked keys are older than all gossip.
    for n in 2..12 {
        advertise(&mut state, key(n, true), i64::from(n));
    }
    for n in 0..2_000 {
        hear(&mut state, 1_000 + n, true, 10_000 + i64::from(n));
    }
    let bare = state.history.values().filter(|record| record.is_bare()).count();
    assert_eq!(bare, MAX_REVOKED_FINGERPRINTS);
    assert_eq!(state.history.len(), bare + MAX_HISTORY_CERTS + 2, "the direct and the gossip cert");
    assert!(state.peer.truncated);
    for (name, n, held) in [
        ("the peer's own", 2, true),
        ("least recently gossiped", 1_000, false),
        ("the last that went", 1_000 + 2_000 - 17 - 1_014 - 1, false),
        ("the first that stayed", 1_000 + 2_000 - 17 - 1_014, true),
        ("the youngest", 2_999, true),
    ] {
        assert_eq!(state.history.contains_key(&key(n, true).fingerprint), held, "{name}");
    }
    // Whatever copy of such a key comes, from whomever, it stays revoked, and stays one fingerprint.
    let record = state.history.get(&key(2, true).fingerprint).expect("a record");
    assert!(record.is_bare() && record.spans.get(Source::Advert).is_some());
    advertise(&mut state, key(2, false), 100_000);
    let advert = state.peer.advert.clone().expect("an advert");
    assert_eq!(advert.key, key(2, false));
    assert_eq!(advert.judgement.verdict, Err(Unusable::Revoked));
    hear(&mut state, 2_500, false, 100_000);
    assert!(state.peer.gossip.as_ref().is_some_and(|held| held.judgement.verdict.is_err()));
    assert_eq!(
        state.with_draft_keys(&mut [&key(3, false)].into_iter(), &Plain, at(NOW)).advert,
        Some(advert)
    );
}

#[test]
fn a_fingerprint_alone_and_a_whole_record_join_to_the_fingerprint() {
    let mut long = PeerState::default();
    for n in 0..40 {
        hear(&mut long, n, true, i64::from(n) + 1);
    }
    let old = key(0, false);
    assert!(long.history.get(&old.fingerprint).expect("a record").is_bare());
    let mut short = PeerState::default();
    advertise(&mut short, old.clone(), 50);
    let (mut one, mut other) = (long.clone(), short.clone());
    let change = other.join(&long, &Plain, at(NOW));
    assert!(change.keys.contains(&old.fingerprint));
    one.join(&short, &Plain, at(NOW));
    for (name, joined) in [("into the long", one), ("into the short", other)] {
        assert!(joined.history.get(&old.fingerprint).expect("a record").is_bare(), "{name}");
        let advert = joined.peer.advert.expect("an advert");
        assert_eq!(advert.judgement.verdict, Err(Unusable::Revoked), "{name}");
    }
    let mut again = long.clone();
    assert!(!again.join(&long, &Plain, at(NOW)).is_some(), "nothing new");
}

/// A decrypted mail of alice's whose program has parsed it: her key, and gossip about carol.
fn gossiping(fields: &[Vec<u8>], sent: i64) -> ParsedMail {
    let own = cert(1, ALICE);
    let payload = Payload {
        from: Some(addr(ALICE)),
        recipients: [addr("carol@example.org")].into(),
        gossip: fields.to_vec(),
        signers: [fingerprint(&own)].into(),
        ..Payload::default()
    };
    let field = autocrypt(ALICE, true, &own);
    let value = field.strip_prefix("Autocrypt:").expect("a field").trim_end();
    ParsedMail {
        from: vec![ALICE.to_owned()],
        from_fields: 1,
        date: vec![rfc2822(sent, 0)],
        key_fields: vec![("Autocrypt".to_owned(), value.as_bytes().to_vec())],
        payload: Some(payload),
        ..ParsedMail::default()
    }
}

#[test]
fn two_thousand_revoked_keys_by_gossip_are_bounded_and_one_more_mail_of_that_peer_costs_the_same() {
    const CAROL: &str = "carol@example.org";
    let home = tempfile::tempdir().expect("a folder");
    let how = OpenOptions { create: true, busy_timeout_secs: 5 };
    let store = SqliteStore::open(home.path(), how).expect("a store");
    let openpgp = Rpgp::new();
    let engine =
        Engine::over(Box::new(store), Arc::new(openpgp.clone()), options(&SetClock::new(NOW)));
    add_account(&engine, BOB);
    let own = autocrypt(CAROL, true, &cert(2, CAROL));
    receive(&engine, &mail(CAROL, SENT, &own));
    let fields: Vec<Vec<u8>> = (0..1_100_u32)
        .map(|n| {
            let cert = cert_made(9, CAROL, CERT_MADE + n, true);
            let field = autocrypt(CAROL, false, &cert);
            field.strip_prefix("Autocrypt:").expect("a field").trim_end().as_bytes().to_vec()
        })
        .collect();
    for (nth, fields) in fields.chunks(400).enumerate() {
        let mail = gossiping(fields, SENT + nth as i64);
        engine.process_observation(None, &mail, Receipt::default()).expect("processed");
    }
    let history = state(&engine, CAROL).history;
    let bare = history.values().filter(|record| record.is_bare()).count();
    assert_eq!(bare, MAX_REVOKED_FINGERPRINTS);
    assert!(history.len() <= bare + MAX_HISTORY_CERTS + 2, "{}", history.len());
    assert_eq!(engine.check().expect("checked"), Vec::<String>::new());

    // What one mail reads is counted where it is read: in the store's own tests.
    let before = (openpgp.parses(), openpgp.verifications());
    receive(&engine, &mail(CAROL, SENT + DAY, &own));
    assert_eq!((openpgp.parses(), openpgp.verifications()), before);
    let again = state(&engine, CAROL).history;
    assert_eq!(again.len(), history.len(), "nothing is lost");
    // A copy without its revocation, after all that: still revoked.
    let bare = |record: &inbome_core::history::KeyRecord| record.is_bare();
    let gone = (0..1_100_u32)
        .find(|&n| {
            let known = fingerprint(&cert_made(9, CAROL, CERT_MADE + n, false));
            history.get(&known).is_some_and(bare)
        })
        .expect("one of them");
    let field = autocrypt(CAROL, true, &cert_made(9, CAROL, CERT_MADE + gone, false));
    receive(&engine, &mail(CAROL, SENT + 2 * DAY, &field));
    let advice = engine.recommend(None, &[addr(CAROL)], &Reply::Unknown).expect("advised");
    assert_eq!(advice.recommendation, Recommendation::Disable);
    assert_eq!(advice.recipients[0].1.reasons[0].code().name(), "revoked");
}
