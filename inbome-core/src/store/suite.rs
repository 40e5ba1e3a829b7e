//! One suite for every store: whatever is written is read back, in the promised order.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::memory::MemoryStore;
use super::{Cursor, PeerRow, SHORT_HISTORY, Store, StoreError, StoredKey, transaction};
use crate::account::{Account, Profile, Settings};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::header::{PreferEncrypt, Spelling};
use crate::history::{History, KeyRecord, Source, Span, Spans};
use crate::key::{CertUnion, Fingerprint, Judgement, Key, Unusable, Usable, hash};
use crate::openpgp::SecretKey;
use crate::peer::{Advert, Change, Introduced, Peer, PeerState, Plain, Seen, Standing, Word};
use crate::secret::Secret;

mod keys;
mod peers;

/// Runs `test` on an empty store of each kind; past `max_message_ids` Message-IDs are dropped.
fn on_each_store_with(max_message_ids: usize, test: impl Fn(&str, &mut dyn Store)) {
    let mut memory = MemoryStore::new();
    memory.max_message_ids = max_message_ids;
    test("memory", &mut memory);
    #[cfg(feature = "sqlite")]
    {
        let home = tempfile::tempdir().expect("temporary home");
        let options = super::sqlite::OpenOptions { create: true, ..Default::default() };
        let mut store = super::sqlite::SqliteStore::open(home.path(), options).expect("open");
        store.max_message_ids = max_message_ids;
        test("sqlite", &mut store);
        assert_eq!(store.check(), Ok(Vec::new()), "the database is sound afterwards");
    }
}

fn on_each_store(test: impl Fn(&str, &mut dyn Store)) {
    on_each_store_with(10, test);
}

pub(super) fn addr(text: &str) -> Addr {
    Addr::parse(text).expect(text)
}

pub(super) fn me() -> Addr {
    addr("me@example.org")
}

pub(super) fn account(text: &str) -> Account {
    Account {
        addr: addr(text),
        aliases: BTreeSet::new(),
        settings: Settings::default(),
        current: None,
    }
}

pub(super) fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

pub(super) fn key(octet: u8) -> Key {
    let bytes: Arc<[u8]> = [octet; 700].into();
    Key { fingerprint: fingerprint(octet), hash: hash(&bytes), bytes }
}

fn fingerprint(octet: u8) -> Fingerprint {
    Fingerprint::new(&[octet; 20]).expect("20 octets")
}

pub(super) fn secret_key(octet: u8, created: i64) -> StoredKey {
    StoredKey {
        key: SecretKey {
            fingerprint: fingerprint(octet),
            secret: Secret::new(vec![octet; 40]),
            locked: octet.is_multiple_of(2),
            cert: vec![octet; 30],
            created: at(created),
            expires: None,
        },
        added: at(created.saturating_add(5)),
    }
}

fn judgement() -> Judgement {
    Judgement {
        verdict: Ok(Usable { subkey: fingerprint(9), expires: None }),
        from: Timestamp::MIN,
        until: Timestamp::MAX,
    }
}

/// A peer with a direct key, seen at `secs`.
pub(super) fn with_advert(octet: u8, secs: i64) -> PeerState {
    let span = Span { first: at(secs), last: at(secs) };
    let key = key(octet);
    let record = KeyRecord {
        spans: Spans::from_iter([(Source::Advert, span)]),
        union: CertUnion { bytes: key.bytes.clone(), hard_revoked: false, truncated: false },
        copies: BTreeSet::from([key.hash]),
    };
    PeerState {
        history: History::from_iter([(key.fingerprint.clone(), record)]),
        peer: Peer {
            seen: Some(Seen { at: at(secs), encrypted: false }),
            advert: Some(Advert {
                at: at(secs),
                protected: false,
                key,
                prefer_encrypt: PreferEncrypt::Mutual,
                judgement: judgement(),
                field: Some([octet; 32]),
            }),
            ..Peer::default()
        },
    }
}

pub(super) fn save(
    store: &mut dyn Store,
    peer: &Addr,
    state: &PeerState,
) -> Result<(), StoreError> {
    store.save_peer(&me(), peer, state, &changed(state.history.keys().cloned()))
}

/// The row, and these records.
fn changed(keys: impl IntoIterator<Item = Fingerprint>) -> Change {
    Change { row: true, keys: keys.into_iter().collect(), ..Change::default() }
}

fn load(store: &mut dyn Store, peer: &Addr) -> Option<PeerState> {
    let state = store.peer(&me(), peer).expect("state");
    let row = store.peer_row(&me(), peer).expect("row");
    assert_eq!(row, state.as_ref().map(|state| state.peer.clone()), "one value");
    state
}

fn listed(store: &mut dyn Store) -> Vec<PeerRow> {
    store.list_peers(&me(), None, usize::MAX).expect("list")
}

fn names(store: &mut dyn Store) -> Vec<String> {
    listed(store).into_iter().map(|row| row.addr.to_string()).collect()
}

#[test]
fn accounts_come_back_as_saved_in_the_order_in_which_they_were_made() {
    let mut full = account("zoe@example.org");
    full.aliases = BTreeSet::from([addr("b@example.org"), addr("\"a@b\"@example.org")]);
    full.current = Some(Fingerprint::new(&[7; 32]).expect("32 octets"));
    let mut changed = account("zoe@example.org");
    changed.aliases = BTreeSet::from([addr("c@example.org")]);
    changed.settings = Settings {
        enabled: false,
        prefer_encrypt: PreferEncrypt::NoPreference,
        spelling: Spelling::Inbome,
        profile: Profile::Inbome,
        keep_subject: true,
        clear_reply: crate::account::ClearReply::Send,
    };
    on_each_store(|kind, store| {
        assert_eq!(store.accounts(), Ok(vec![]), "{kind}");
        store.save_account(&full).expect("save");
        store.save_account(&account("abe@example.org")).expect("save");
        let expected = vec![full.clone(), account("abe@example.org")];
        assert_eq!(store.accounts(), Ok(expected), "{kind}");
        store.save_account(&changed).expect("save");
        let expected = vec![changed.clone(), account("abe@example.org")];
        assert_eq!(store.accounts(), Ok(expected), "{kind}: replaced in its place");
        for (asked, expected) in [
            ("zoe@example.org", Some(&changed)),
            ("c@example.org", Some(&changed)),
            ("b@example.org", None),
            ("abe@example.org", Some(&account("abe@example.org"))),
        ] {
            let found = store.account_of(&addr(asked));
            assert_eq!(found, Ok(expected.cloned()), "{kind}: {asked}");
        }
        for spelling in [Spelling::Both, Spelling::Autocrypt, Spelling::Inbome] {
            let settings = Settings { spelling, ..changed.settings };
            let account = Account { settings, ..changed.clone() };
            store.save_account(&account).expect("save");
            assert_eq!(store.accounts().expect("accounts")[0], account, "{kind}");
        }
        // What hangs on the settings must not hang on the row.
        store.save_account(&account("zoe@example.org")).expect("save");
    });
}

#[test]
fn the_oldest_message_ids_go_whatever_the_order_of_arrival() {
    on_each_store_with(3, |kind, store| {
        store.save_account(&account("me@example.org")).expect("save");
        store.save_account(&account("other@example.org")).expect("save");
        let other = addr("other@example.org");
        store.remember_encrypted(&other, &[1; 16], at(0)).expect("remember");
        for (id, secs) in [(1, 10), (4, 40), (2, 20), (1, 5), (0, 1), (3, 30), (2, 35), (2, 20)] {
            store.remember_encrypted(&me(), &[id; 16], at(secs)).expect("remember");
        }
        let held = [0, 1, 2, 3, 4].map(|id| store.was_encrypted(&me(), &[id; 16]));
        let expected = [false, false, true, true, true].map(Ok);
        assert_eq!(held, expected, "{kind}");
        store.remember_encrypted(&me(), &[9; 16], at(30)).expect("remember");
        assert_eq!(store.was_encrypted(&me(), &[3; 16]), Ok(false), "{kind}: ties by id");
        assert_eq!(store.was_encrypted(&me(), &[9; 16]), Ok(true), "{kind}");
        assert_eq!(store.was_encrypted(&other, &[1; 16]), Ok(true), "{kind}: each its own");
    });
}

#[test]
fn cursors_come_back_in_order_and_an_offset_replaces_the_last() {
    on_each_store(|kind, store| {
        store.save_account(&account("me@example.org")).expect("save");
        let names = |octet| Cursor::Names(vec![[octet; 16], [0; 16]]);
        let offset = |offset| Cursor::Offset { offset, tail: [7; 32] };
        for cursor in [names(3), offset(0), names(1), offset(u64::MAX), Cursor::Names(vec![])] {
            store.add_cursor(&me(), "/mail/ü", &cursor).expect("add");
        }
        store.add_cursor(&me(), "/mail", &offset(1)).expect("add");
        let expected = vec![names(3), names(1), offset(u64::MAX), Cursor::Names(vec![])];
        assert_eq!(store.load_cursor(&me(), "/mail/ü"), Ok(expected), "{kind}");
        store.drop_cursor(&me(), "/mail/ü").expect("drop");
        assert_eq!(store.load_cursor(&me(), "/mail/ü"), Ok(vec![]), "{kind}");
        assert_eq!(store.load_cursor(&me(), "/mail"), Ok(vec![offset(1)]), "{kind}");
    });
}

#[test]
fn a_transaction_that_fails_leaves_nothing() {
    on_each_store(|kind, store| {
        let mut mine = account("me@example.org");
        store.save_account(&mine).expect("save");
        store.add_secret_key(&me(), &secret_key(1, 1)).expect("add");
        save(store, &addr("old@e.org"), &with_advert(1, 1)).expect("save");
        let (generation, commits) = (store.generation(), store.commits());
        let failed: Result<(), StoreError> = transaction(store, |store| {
            mine.settings.enabled = false;
            store.save_account(&mine)?;
            store.destroy_secret_key(&me(), &fingerprint(1))?;
            save(store, &addr("new@e.org"), &with_advert(2, 2))?;
            assert_eq!(names(store).len(), 2, "{kind}: its own writes are seen inside");
            store.drop_peers(&me(), 9, &Standing::rank)?;
            store.mark_written_to(&me(), &addr("new@e.org"))?;
            store.remember_encrypted(&me(), &[1; 16], at(1))?;
            store.add_cursor(&me(), "m", &Cursor::Names(vec![]))?;
            save(store, &addr("bad@e.org"), &PeerState::default())?;
            let (bad, state) = (addr("bad@e.org"), PeerState::default());
            store.save_peer(&addr("nobody@e.org"), &bad, &state, &Change::default())
        });
        assert!(matches!(failed, Err(StoreError::Database { .. })), "{kind}: {failed:?}");
        assert_eq!(store.accounts(), Ok(vec![account("me@example.org")]), "{kind}");
        assert_eq!(store.secret_keys(&me()), Ok(vec![secret_key(1, 1)]), "{kind}");
        assert_eq!(names(store), ["old@e.org"], "{kind}");
        assert_eq!(load(store, &addr("old@e.org")), Some(with_advert(1, 1)), "{kind}");
        assert_eq!(store.was_encrypted(&me(), &[1; 16]), Ok(false), "{kind}");
        assert_eq!(store.load_cursor(&me(), "m"), Ok(vec![]), "{kind}");
        assert_eq!((store.generation(), store.commits()), (generation, commits), "{kind}");
        // Nothing keeps the mark either: the row may be dropped.
        save(store, &addr("new@e.org"), &PeerState::default()).expect("save");
        assert_eq!(store.drop_peers(&me(), 9, &Standing::rank), Ok(2), "{kind}");
    });
}

#[test]
fn commits_are_counted_if_they_wrote_and_move_the_generation() {
    on_each_store(|kind, store| {
        store.save_account(&account("me@example.org")).expect("save");
        let state = |store: &mut dyn Store| (store.generation().expect("number"), store.commits());
        let start = state(store);
        store.begin().expect("begin");
        assert!(store.begin().is_err(), "{kind}: one at a time");
        store.peer(&me(), &addr("a@e.org")).expect("read");
        store.destroy_secret_key(&me(), &fingerprint(1)).expect("nothing there");
        store.drop_cursor(&me(), "m").expect("nothing there");
        store.commit().expect("commit");
        assert_eq!(state(store), start, "{kind}: nothing written");
        assert!(store.commit().is_err(), "{kind}: no transaction");
        store.rollback();
        store.begin().expect("begin");
        for name in ["a", "b", "c"] {
            save(store, &addr(&format!("{name}@e.org")), &with_advert(1, 1)).expect("save");
        }
        store.commit().expect("commit");
        let after = state(store);
        assert_ne!(after.0, start.0, "{kind}: the generation moves");
        assert_eq!(after.1, start.1 + 1, "{kind}: one commit for all");
        store.remember_encrypted(&me(), &[1; 16], at(1)).expect("remember");
        let alone = state(store);
        assert_ne!(alone.0, after.0, "{kind}: without a transaction too");
        assert_eq!(alone.1, after.1 + 1, "{kind}: without a transaction too");
        store.remember_encrypted(&me(), &[1; 16], at(1)).expect("remember");
        assert_eq!(state(store), alone, "{kind}: nothing new");
    });
}

#[test]
fn writing_under_an_account_that_is_not_there_fails() {
    on_each_store(|kind, store| {
        let results = [
            ("peer", save(store, &addr("a@e.org"), &PeerState::default())),
            ("key", store.add_secret_key(&me(), &secret_key(1, 1))),
            ("mark", store.mark_written_to(&me(), &addr("a@e.org"))),
            ("id", store.remember_encrypted(&me(), &[1; 16], at(1))),
            ("cursor", store.add_cursor(&me(), "m", &Cursor::Names(vec![]))),
        ];
        for (name, result) in results {
            assert!(matches!(result, Err(StoreError::Database { .. })), "{kind}: {name}");
        }
        assert_eq!(store.commits(), 0, "{kind}");
    });
}

fn any_time() -> BoxedStrategy<Timestamp> {
    prop_oneof![
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        Just(at(0)),
        any::<i64>().prop_map(Timestamp::from_secs),
        (0_i64..2_000_000_000).prop_map(Timestamp::from_secs),
    ]
    .boxed()
}

fn any_fingerprint() -> BoxedStrategy<Fingerprint> {
    let octets = prop_oneof![
        proptest::collection::vec(any::<u8>(), 20),
        proptest::collection::vec(any::<u8>(), 32)
    ];
    octets.prop_map(|octets| Fingerprint::new(&octets).expect("20 or 32 octets")).boxed()
}

fn any_key() -> BoxedStrategy<Key> {
    (any_fingerprint(), proptest::collection::vec(any::<u8>(), 0..6000))
        .prop_map(|(fingerprint, bytes)| Key {
            fingerprint,
            hash: hash(&bytes),
            bytes: bytes.into(),
        })
        .boxed()
}

fn any_judgement() -> BoxedStrategy<Judgement> {
    let against = prop_oneof![
        Just(Unusable::Expired),
        Just(Unusable::Revoked),
        Just(Unusable::Weak),
        Just(Unusable::Unsupported)
    ];
    let usable = (any_fingerprint(), proptest::option::of(any_time()))
        .prop_map(|(subkey, expires)| Usable { subkey, expires });
    let verdict = prop_oneof![usable.prop_map(Ok), against.prop_map(Err)];
    (verdict, any_time(), any_time())
        .prop_map(|(verdict, from, until)| Judgement { verdict, from, until })
        .boxed()
}

fn any_word() -> BoxedStrategy<Word> {
    prop_oneof![
        Just(Word::Default),
        Just(Word::Always),
        Just(Word::Never),
        any_fingerprint().prop_map(Word::Pin)
    ]
    .boxed()
}

fn any_record() -> BoxedStrategy<KeyRecord> {
    let source = prop_oneof![Just(Source::Advert), Just(Source::Gossip), Just(Source::Import)];
    let span = (any_time(), any_time()).prop_map(|(first, last)| Span { first, last });
    (
        proptest::collection::btree_map(source, span, 0..4),
        proptest::collection::vec(any::<u8>(), 0..5000),
        (any::<bool>(), any::<bool>()),
        proptest::collection::btree_set(any::<[u8; 32]>(), 0..9),
    )
        .prop_map(|(spans, bytes, (hard_revoked, truncated), copies)| KeyRecord {
            spans: spans.into_iter().collect(),
            union: CertUnion { bytes: bytes.into(), hard_revoked, truncated },
            copies,
        })
        .boxed()
}

fn any_state() -> BoxedStrategy<PeerState> {
    let seen = (any_time(), any::<bool>()).prop_map(|(at, encrypted)| Seen { at, encrypted });
    let prefer = prop_oneof![Just(PreferEncrypt::NoPreference), Just(PreferEncrypt::Mutual)];
    let advert =
        (any_time(), any::<bool>(), any_key(), prefer, any_judgement(), any::<Option<[u8; 32]>>())
            .prop_map(|(at, protected, key, prefer_encrypt, judgement, field)| Advert {
                at,
                protected,
                key,
                prefer_encrypt,
                judgement,
                field,
            });
    let introduced = || {
        (any_time(), any_key(), any_judgement()).prop_map(|(at, key, judgement)| Introduced {
            at,
            key,
            judgement,
        })
    };
    let plain = (any_time(), ".{0,40}").prop_map(|(at, agent)| Plain { at, agent });
    (
        (
            proptest::option::of(seen),
            proptest::option::of(advert).boxed(),
            // Boxed: the values of a strategy otherwise all stand on the stack at once.
            proptest::option::of(introduced()).boxed(),
            proptest::option::of(introduced()).boxed(),
        ),
        (proptest::option::of(plain), proptest::option::of(any_time())),
        (proptest::option::of(any_time()), any_word(), any::<bool>()),
        proptest::collection::btree_map(any_fingerprint(), any_record(), 0..4).boxed(),
    )
        .prop_map(
            |((seen, advert, gossip, imported), (last_plain, list_post), rest, mut history)| {
                let (forgotten, word, truncated) = rest;
                let direct = advert.iter().map(|advert| &advert.key.fingerprint);
                let introduced = gossip.iter().chain(&imported).map(|held| &held.key.fingerprint);
                for held in direct.chain(introduced) {
                    let record = with_advert(1, 1).history.into_iter().next().expect("record").1;
                    history.entry(held.clone()).or_insert(record);
                }
                let peer = Peer {
                    seen,
                    advert,
                    gossip,
                    imported,
                    last_plain,
                    list_post,
                    forgotten,
                    word,
                    truncated,
                };
                PeerState { peer, history: history.into_iter().collect() }
            },
        )
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 4))]
    #[test]
    fn any_peer_comes_back_as_saved(
        states in proptest::collection::vec(any_state(), 1..6)
    ) {
        on_each_store(|kind, store| {
            store.save_account(&account("me@example.org")).expect("save");
            let peer = addr("p@example.org");
            let mut named = BTreeSet::new();
            // One over the other: no field of an earlier one may shine through.
            for state in &states {
                named.extend(state.history.keys().cloned());
                store.save_peer(&me(), &peer, state, &changed(named.clone())).expect("save");
                assert_eq!(load(store, &peer).as_ref(), Some(state), "{kind}");
                let row = PeerRow { addr: peer.clone(), peer: state.peer.clone() };
                assert_eq!(listed(store), [row], "{kind}");
            }
        });
    }
}
