//! The state of a peer is a join (Discovery §3.1): laws over small universes of keys and dates, so
//! that ties and copies meet often.

use std::sync::{Arc, LazyLock};

use inbome_core::clock::Timestamp;
use inbome_core::header::PreferEncrypt;
use inbome_core::history::{Source, Span, Spans};
use inbome_core::key::{Fingerprint, Judgement, Key, Unusable, hash};
use inbome_core::openpgp::Rpgp;
use inbome_core::peer::{Advertised, Observation, PeerState, Word};
use inbome_tests::certs::{Cert, Key as TestKey, On, Says, sign};
use inbome_tests::rounds;
use inbome_tests::stage::{ALICE, CERT_MADE, cert, describe, fingerprint};
use pgp::packet::SignatureType;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_secs(1_500_000_000);
const BASE: i64 = 1_400_000_000;

/// Two certs as they are; then copies of a third: bare, with a second subkey, revoked.
static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let (primary, subkey) = (TestKey::signing(3, CERT_MADE), TestKey::encrypting(3, CERT_MADE));
    let later = TestKey::encrypting(4, CERT_MADE + 1);
    let (says, binding) = (Says::certification(CERT_MADE), Says::binding(CERT_MADE));
    let bare = Cert::of(&primary).user_id(&primary, "a", &says).subkey(&primary, &subkey, &binding);
    let two = bare.clone().subkey(&primary, &later, &Says::binding(CERT_MADE + 1));
    let revocation = Says { reason: Some(2), ..Says::new(SignatureType::KeyRevocation, CERT_MADE) };
    let mut revoked = Cert::of(&primary).sig(sign(&primary, &primary, On::Key, &revocation));
    revoked.0.extend(bare.0.iter().skip(1).cloned());
    let copies = [bare.octets(), two.octets(), revoked.octets()];
    [cert(1, ALICE), cert(2, ALICE)].into_iter().chain(copies).map(key).collect()
});

fn key(octets: Vec<u8>) -> Key {
    Key { fingerprint: fingerprint(&octets), hash: hash(&octets), bytes: Arc::from(octets) }
}

/// Keys by their place in [`KEYS`], dates in days after [`BASE`].
#[derive(Debug, Clone)]
enum Event {
    Mail(i64, Said),
    Gossip(usize, i64),
    Import(usize, i64),
}

#[derive(Debug, Clone, Default)]
struct Said {
    encrypted: bool,
    /// Key, mutual, protected.
    advert: Option<(usize, bool, bool)>,
    agent: Option<String>,
    list_post: bool,
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_secs(BASE + day)
}

fn event() -> impl Strategy<Value = Event> {
    let said = (
        any::<bool>(),
        prop::option::weighted(0.7, (0_usize..5, any::<bool>(), any::<bool>())),
        prop::option::of("[ab]"),
        prop::bool::weighted(0.2),
    );
    let said = said.prop_map(|(encrypted, advert, agent, list_post)| Said {
        encrypted,
        advert,
        agent,
        list_post,
    });
    prop_oneof![
        6 => (1_i64..6, said).prop_map(|(day, said)| Event::Mail(day, said)),
        2 => (0_usize..5, 1_i64..6).prop_map(|(index, day)| Event::Gossip(index, day)),
        1 => (0_usize..5, 1_i64..6).prop_map(|(index, day)| Event::Import(index, day)),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 0..7)
}

fn apply(state: &mut PeerState, event: &Event) {
    let certs = Rpgp::new();
    match event {
        Event::Mail(day, said) => drop(state.observe(&observation(*day, said), &certs, NOW)),
        Event::Gossip(index, day) => drop(state.hear(&KEYS[*index], at(*day), &certs, NOW)),
        Event::Import(index, day) => drop(state.import(&KEYS[*index], at(*day), &certs, NOW)),
    }
}

fn observation(day: i64, said: &Said) -> Observation {
    let advert = said.advert.map(|(index, mutual, protected)| Advertised {
        key: KEYS[index].clone(),
        prefer_encrypt: match mutual {
            true => PreferEncrypt::Mutual,
            false => PreferEncrypt::NoPreference,
        },
        protected,
        field: None,
    });
    let Said { encrypted, agent, list_post, .. } = said.clone();
    Observation { at: at(day), encrypted, advert, agent, list_post }
}

fn fold(events: &[Event]) -> PeerState {
    let mut state = PeerState::default();
    events.iter().for_each(|event| apply(&mut state, event));
    state
}

fn join(a: &PeerState, b: &PeerState) -> PeerState {
    let mut joined = a.clone();
    joined.join(b, &Rpgp::new(), NOW);
    joined
}

/// What must be equal: everything but the memory of work done.
fn same(state: &PeerState) -> PeerState {
    let mut state = state.clone();
    state.history.values_mut().for_each(|record| record.copies.clear());
    state
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: rounds(96) as u32,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_join_is_commutative(a in events(), b in events()) {
        let (a, b) = (fold(&a), fold(&b));
        prop_assert_eq!(same(&join(&a, &b)), same(&join(&b, &a)));
    }

    #[test]
    fn a_join_is_associative(a in events(), b in events(), c in events()) {
        let (a, b, c) = (fold(&a), fold(&b), fold(&c));
        prop_assert_eq!(same(&join(&join(&a, &b), &c)), same(&join(&a, &join(&b, &c))));
    }

    #[test]
    fn a_join_is_idempotent(a in events(), b in events()) {
        let (a, b) = (fold(&a), fold(&b));
        prop_assert_eq!(same(&join(&a, &a)), same(&a));
        let joined = join(&a, &b);
        prop_assert_eq!(same(&join(&joined, &b)), same(&joined));
        prop_assert!(!joined.clone().join(&a, &Rpgp::new(), NOW).is_some());
    }

    #[test]
    fn observing_one_by_one_is_the_join_of_single_observations(all in events()) {
        let empty = PeerState::default();
        let joined = all.iter().map(|event| fold(std::slice::from_ref(event)));
        let joined = joined.fold(empty, |state, single| join(&state, &single));
        prop_assert_eq!(same(&joined), same(&fold(&all)));
    }

    #[test]
    fn the_order_of_events_changes_nothing(
        (all, shuffled) in events().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        prop_assert_eq!(same(&fold(&all)), same(&fold(&shuffled)));
    }

    #[test]
    fn an_event_that_is_known_changes_nothing(all in events()) {
        let state = fold(&all);
        for event in &all {
            let mut again = state.clone();
            apply(&mut again, event);
            prop_assert_eq!(describe(&again), describe(&state));
        }
    }

    #[test]
    fn forgetting_now_drops_everything_seen(all in events()) {
        let mut state = fold(&all);
        state.peer.word = Word::Always;
        state.forget(NOW);
        prop_assert!(state.peer.is_blank());
        prop_assert_eq!(state.peer.forgotten, Some(NOW));
        // Discovery §3.1: hard revocations are kept for ever.
        prop_assert!(state.history.values().all(|record| record.union.hard_revoked));
        prop_assert!(state.history.values().all(|record| record.spans.is_empty()));
        let before = state.clone();
        all.iter().filter(|event| matches!(event, Event::Mail(..))).for_each(|event| {
            apply(&mut state, event);
        });
        prop_assert_eq!(state, before);
    }

    #[test]
    fn a_forgotten_row_joins_in_any_order(a in events(), b in events(), c in events(), day in 1_i64..6) {
        let (a, mut b, c) = (fold(&a), fold(&b), fold(&c));
        b.forget(at(day));
        prop_assert_eq!(same(&join(&a, &b)), same(&join(&b, &a)));
        let row = |state: &PeerState| {
            let mut peer = state.peer.clone();
            // What a key is good for hangs on the copies that are still known.
            peer.advert.iter_mut().for_each(|held| held.judgement = KEPT.clone());
            for held in [&mut peer.gossip, &mut peer.imported] {
                held.iter_mut().for_each(|held| held.judgement = KEPT.clone());
            }
            peer
        };
        prop_assert_eq!(row(&join(&join(&a, &b), &c)), row(&join(&a, &join(&b, &c))));
    }
}

static KEPT: LazyLock<Judgement> =
    LazyLock::new(|| fold(&[Event::Import(0, 1)]).peer.imported.expect("imported").judgement);

fn mail(day: i64, index: usize) -> Event {
    Event::Mail(day, Said { advert: Some((index, true, false)), ..Said::default() })
}

#[test]
fn a_revocation_that_one_side_knows_is_not_forgotten_for_the_key_that_the_other_brings() {
    // One side saw the revoked copy long ago; the other only the bare one, lately.
    let (old, young) = (fold(&[mail(1, 4)]), fold(&[mail(5, 2)]));
    let verdict = |state: PeerState| state.peer.advert.expect("an advert").judgement.verdict;
    let revoked = Err(Unusable::Revoked);
    assert_eq!(verdict(join(&old, &young)), revoked);
    assert_eq!(verdict(join(&young, &old)), revoked);
}

#[test]
fn ties_of_one_date_go_to_the_protected_one_then_the_greater_hash_then_mutual() {
    let advert = |index: usize, mutual: bool, protected: bool| {
        let advert = Some((index, mutual, protected));
        Event::Mail(0, Said { advert, ..Said::default() })
    };
    let greater = if KEYS[0].hash > KEYS[1].hash { 0 } else { 1 };
    for (name, events, index, mutual) in [
        (
            "protected",
            [advert(greater, true, false), advert(1 - greater, false, true)],
            1 - greater,
            false,
        ),
        ("hash", [advert(greater, false, false), advert(1 - greater, true, false)], greater, false),
        ("mutual", [advert(0, false, false), advert(0, true, false)], 0, true),
    ] {
        let [first, second] = &events;
        for order in [[first.clone(), second.clone()], [second.clone(), first.clone()]] {
            let advert = fold(&order).peer.advert.expect("an advert");
            assert_eq!(advert.key.hash, KEYS[index].hash, "{name}");
            assert_eq!(advert.prefer_encrypt == PreferEncrypt::Mutual, mutual, "{name}");
        }
    }
}

#[test]
fn the_history_keeps_first_and_last_by_source() {
    let state = fold(&[mail(4, 0), mail(2, 0), mail(3, 0), Event::Gossip(0, 9)]);
    let fpr: &Fingerprint = &KEYS[0].fingerprint;
    let spans = state.history.get(fpr).expect("a record").spans;
    let days =
        |span: Option<Span>| span.map(|s| (s.first.as_secs() - BASE, s.last.as_secs() - BASE));
    let by_source =
        |spans: Spans| [Source::Advert, Source::Gossip].map(|from| days(spans.get(from)));
    assert_eq!(by_source(spans), [Some((2, 4)), Some((9, 9))]);
    assert_eq!(days(spans.whole()), Some((2, 9)));
    for (limit, left) in [(1, Some((2, 4))), (2, Some((3, 4))), (4, None)] {
        let mut spans = spans;
        spans.forget(at(limit));
        assert_eq!(by_source(spans), [left, Some((9, 9))], "{limit}");
    }
}
