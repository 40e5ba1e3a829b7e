//! Peers: what of them is written and read, in which order they are listed, and which go first.

use super::*;

#[test]
fn only_the_records_that_are_named_are_written_or_deleted() {
    on_each_store(|kind, store| {
        store.save_account(&account("me@example.org")).expect("save");
        let peer = addr("p@example.org");
        let mut state = with_advert(1, 10);
        for (other, record) in with_advert(2, 10).history {
            state.history.insert(other, record);
        }
        save(store, &peer, &state).expect("save");
        let mut fewer = state.clone();
        fewer.history.remove(&fingerprint(2));
        fewer.history.get_mut(&fingerprint(1)).expect("record").copies.clear();
        store.save_peer(&me(), &peer, &fewer, &changed([])).expect("save");
        assert_eq!(load(store, &peer), Some(state.clone()), "{kind}: none named");
        let gone = fingerprint(2);
        store.save_peer(&me(), &peer, &fewer, &changed([gone.clone()])).expect("save");
        state.history.remove(&gone);
        assert_eq!(load(store, &peer), Some(state), "{kind}: one deleted");
        save(store, &peer, &fewer).expect("save");
        assert_eq!(load(store, &peer), Some(fewer), "{kind}: one written");
    });
}

#[test]
fn of_a_long_history_only_the_keys_in_the_row_are_read_for_one_mail() {
    on_each_store(|kind, store| {
        store.save_account(&account("me@example.org")).expect("save");
        let peer = addr("p@example.org");
        assert_eq!(store.peer_in_part(&me(), &peer), Ok(None), "{kind}");
        let mut state = with_advert(1, 10);
        let weigh = |state: &PeerState| {
            state.history.values().map(|record| record.union.bytes.len() + 100).sum::<usize>()
        };
        for keys in 1..40_u8 {
            for (other, record) in with_advert(keys, 10).history {
                state.history.insert(other, record);
            }
            save(store, &peer, &state).expect("save");
            let part = store.peer_in_part(&me(), &peer).expect("read").expect("a row");
            assert_eq!(part.peer, state.peer, "{kind}");
            assert_eq!(part.history.get(&fingerprint(1)), state.history.get(&fingerprint(1)));
            let short = usize::from(keys) < SHORT_HISTORY;
            assert_eq!(part == state, short, "{kind}: {keys}");
            assert_eq!(part.history.lacks(&fingerprint(99)), !short, "{kind}: {keys}");
            assert!(short || weigh(&part) == weigh(&with_advert(1, 10)), "{kind}: {keys}");
            let record = store.key_record(&me(), &peer, &fingerprint(keys)).expect("read");
            assert_eq!(record.as_ref(), state.history.get(&fingerprint(keys)), "{kind}");
        }
        assert_eq!(store.key_record(&me(), &peer, &fingerprint(99)), Ok(None), "{kind}");
        let mut part = store.peer_in_part(&me(), &peer).expect("read").expect("a row");
        part.history.complete(store.peer(&me(), &peer).expect("read").expect("a row").history);
        assert_eq!(part, state, "{kind}: completed");
    });
}

#[test]
fn peers_are_listed_in_the_byte_order_of_their_addresses_and_by_account() {
    on_each_store(|kind, store| {
        store.save_account(&account("me@example.org")).expect("save");
        store.save_account(&account("other@example.org")).expect("save");
        let texts =
            ["zoe@e.org", "é@e.org", "a.b@e.org", "\"a b\"@e.org", "a@e.org", "\" q\"@e.org"];
        for text in texts {
            save(store, &addr(text), &PeerState::default()).expect("save");
        }
        let by_octets: BTreeSet<Addr> = texts.into_iter().map(addr).collect();
        let by_octets: Vec<Addr> = by_octets.into_iter().collect();
        let sorted: Vec<String> = by_octets.iter().map(Addr::to_string).collect();
        assert_eq!(names(store), sorted, "{kind}");
        assert_eq!(store.count_peers(&me()), Ok(6), "{kind}");
        assert_eq!(store.count_peers(&addr("other@example.org")), Ok(0), "{kind}");
        assert_eq!(store.peer(&addr("other@example.org"), &addr("a@e.org")), Ok(None));
        for (after, count, expected) in
            [(None, 2, 0..2), (Some(&by_octets[1]), 3, 2..5), (Some(&by_octets[5]), 1, 6..6)]
        {
            let rows = store.list_peers(&me(), after, count).expect("list");
            let found: Vec<String> = rows.into_iter().map(|row| row.addr.to_string()).collect();
            assert_eq!(found, sorted[expected], "{kind}: {count} behind {after:?}");
        }
    });
}

#[test]
fn rows_are_dropped_in_the_order_of_the_specification() {
    let gossip = |secs| PeerState {
        peer: Peer {
            gossip: Some(Introduced { at: at(secs), key: key(5), judgement: judgement() }),
            ..Peer::default()
        },
        // The record is another peer's in form; only its being there counts.
        history: with_advert(5, secs).history,
    };
    let plain = |secs| PeerState {
        peer: Peer { seen: Some(Seen { at: at(secs), encrypted: false }), ..Peer::default() },
        history: History::new(),
    };
    let kept = |change: fn(&mut PeerState)| {
        let mut state = plain(1);
        change(&mut state);
        state
    };
    let rows = [
        ("bare", PeerState::default()),
        ("plain-1", plain(1)),
        ("gossip-2", gossip(2)),
        ("plain-3", plain(3)),
        ("same-a", plain(4)),
        ("same-b", plain(4)),
        ("advert-0", with_advert(1, 0)),
        ("advert-9", with_advert(2, 9)),
    ];
    let staying = [
        ("x-pinned", kept(|state| state.peer.word = Word::Pin(fingerprint(1)))),
        ("x-never", kept(|state| state.peer.word = Word::Never)),
        ("x-forgotten", kept(|state| state.peer.forgotten = Some(at(5)))),
        ("x-imported", {
            let mut state = with_advert(1, 1);
            state.peer.advert = None;
            let record = state.history.get_mut(&fingerprint(1)).expect("record");
            let span = Span { first: at(1), last: at(1) };
            record.spans = Spans::from_iter([(Source::Import, span)]);
            state
        }),
        ("x-written", plain(0)),
    ];
    let named = |name: &str| addr(&format!("{name}@e.org"));
    on_each_store(|kind, store| {
        store.save_account(&account("me@example.org")).expect("save");
        store.mark_written_to(&me(), &named("x-written")).expect("mark before there is a row");
        store.mark_written_to(&me(), &named("x-written")).expect("mark again");
        for (name, state) in staying.iter().chain(rows.iter().rev()) {
            save(store, &named(name), state).expect("save");
        }
        let with_key = staying.iter().chain(&rows).filter(|(_, row)| row.peer.has_key()).count();
        assert_eq!(store.count_with_key(&me()), Ok(with_key), "{kind}");
        for (name, _) in &rows {
            assert!(load(store, &named(name)).is_some(), "{kind}: {name} is still there");
            assert_eq!(store.drop_peers(&me(), 1, &Standing::rank), Ok(1), "{kind}");
            assert_eq!(load(store, &named(name)), None, "{kind}: {name} goes next");
        }
        assert_eq!(store.drop_peers(&me(), 100, &Standing::rank), Ok(0), "{kind}: the others stay");
        assert_eq!(store.count_peers(&me()), Ok(staying.len() - 1), "{kind}: but the written-to");
    });
}
