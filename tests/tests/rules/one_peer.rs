//! One peer, one value (Discovery §3.1): whichever way a key came in, what is remembered of it to save
//! work changes no answer.

use std::path::Path;

use inbome_core::discover::{ParsedMail, Receipt};
use inbome_core::engine::{Engine, PeerFilter, RecommendOptions, Reply};
use inbome_core::header::PreferEncrypt;
use inbome_core::import::{ImportOptions, Program};
use inbome_core::recommend::Recommendation;
use inbome_tests::muacrypt::{Muacrypt, Value};
use inbome_tests::scanning::{folder, how, put};
use inbome_tests::stage::*;

fn open(home: &Path) -> Engine {
    let engine = Engine::open(home, options(&SetClock::new(NOW))).expect("a home");
    if engine.accounts().expect("accounts").is_empty() {
        add_account(&engine, BOB);
    }
    engine
}

fn advice(engine: &Engine) -> (PreferEncrypt, Recommendation, &'static str) {
    let advert = state(engine, ALICE).peer.advert.expect("an advert");
    let asked = engine.recommend(None, &[addr(ALICE)], &Reply::Unknown).expect("advised");
    (advert.prefer_encrypt, asked.recommendation, asked.recipients[0].1.reasons[0].code().name())
}

fn import(engine: &Engine, store: &Muacrypt) {
    let path = store.path().to_owned();
    let (account, own_keys, from) = (None, false, None);
    let options = ImportOptions { program: Program::Muacrypt, path, account, own_keys, from };
    engine.import_from(&options, &mut |_| None).expect("imported");
}

#[test]
fn an_import_between_two_mails_leaves_no_field_with_another_meaning_in_any_order() {
    let cert = cert(1, ALICE);
    let field = autocrypt(ALICE, false, &cert);
    let mails = [mail(ALICE, SENT, &field), mail(ALICE, SENT + 2 * DAY, &field)];
    let mut foreign = Muacrypt::new();
    let config = ["mutual", "default", ".*", "own", "gpg"].map(Value::Text);
    foreign.add("own:default", "cfg", &config);
    foreign.mail(ALICE, SENT + DAY, "mutual", &cert);
    let expected = (PreferEncrypt::NoPreference, Recommendation::Available, "peer_nopreference");
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let home = folder();
        for (kind, engine) in [("memory", bob()), ("sqlite", open(home.path()))] {
            for step in order {
                match step {
                    0 => drop(receive(&engine, &mails[0])),
                    1 => import(&engine, &foreign),
                    _ => drop(receive(&engine, &mails[1])),
                }
            }
            assert_eq!(advice(&engine), expected, "{kind}: {order:?}");
        }
    }
}

#[test]
fn a_scan_and_a_mail_of_the_same_second_leave_the_field_of_the_advert_that_stands() {
    let cert = cert(1, ALICE);
    let [asks, silent] = [true, false].map(|mutual| autocrypt(ALICE, mutual, &cert));
    for (name, scanned, meanwhile) in [("silent", &silent, &asks), ("asking", &asks, &silent)] {
        let (home, box_folder) = (folder(), folder());
        let maildir = box_folder.path().join("Maildir");
        std::fs::create_dir_all(maildir.join("new")).expect("a folder");
        put(&maildir.join("cur/1.x:2,S"), &mail(ALICE, SENT, scanned));
        let engine = open(home.path());
        let mut once = true;
        // The scan has read its mail and has not written it yet.
        let report = engine.scan(&[maildir], &how(), &mut |progress| {
            if progress.messages == 1 && std::mem::take(&mut once) {
                receive(&engine, &mail(ALICE, SENT, meanwhile));
            }
        });
        assert!(report.expect("scanned").messages == 1 && !once, "{name}");
        assert_eq!(advice(&engine).0, PreferEncrypt::Mutual, "{name}: of one second mutual stands");
        for (later, field, expected) in
            [(1, &silent, PreferEncrypt::NoPreference), (2, &asks, PreferEncrypt::Mutual)]
        {
            receive(&engine, &mail(ALICE, SENT + later * DAY, field));
            assert_eq!(advice(&engine).0, expected, "{name}");
        }
    }
}

#[test]
fn a_value_under_another_name_is_another_field() {
    let engine = bob();
    let value = format!(" keydata={}", folded(&cert(1, ALICE)));
    let observe = |name: &str, at: i64| {
        let mail = ParsedMail {
            from: vec![ALICE.to_owned()],
            from_fields: 1,
            date: vec![rfc2822(at, 0)],
            key_fields: vec![(name.to_owned(), value.clone().into_bytes())],
            ..ParsedMail::default()
        };
        engine.process_observation(None, &mail, Receipt::default()).expect("processed")
    };
    assert_eq!(
        verdicts(&observe("INBOME-Encryption-Info", SENT)),
        ["INBOME-Encryption-Info=valid"]
    );
    // What the draft of November left to From is missing in Autocrypt.
    let found = verdicts(&observe("Autocrypt", SENT + DAY));
    assert_eq!(found, ["Autocrypt=invalid missing_addr"]);
}

#[test]
fn the_engine_may_be_asked_about_each_peer_that_it_names() {
    let home = folder();
    for (kind, engine) in [("memory", bob()), ("sqlite", open(home.path()))] {
        let peers: Vec<String> = (0..300).map(|n| format!("peer{n:03}@example.org")).collect();
        let mails: Vec<Vec<u8>> = peers.iter().map(|peer| mail(peer, SENT, "")).collect();
        let batch: Vec<(&[u8], Receipt)> =
            mails.iter().map(|mail| (mail.as_slice(), Receipt::default())).collect();
        engine.process_mails(None, &batch).expect("processed");
        let mut found = Vec::new();
        engine
            .peers(None, PeerFilter::All, &mut |account, row| {
                let state = engine.peer(Some(account), &row.addr).expect("a peer").state;
                assert_eq!(state.peer, row.peer, "{kind}");
                // Writing is allowed as well, to those behind too.
                engine.forget_peer(Some(account), &row.addr).expect("forgotten");
                found.push(row.addr.to_string());
            })
            .expect("listed");
        assert_eq!(found, peers, "{kind}");
    }
}

#[test]
fn a_key_that_a_draft_brings_is_joined_with_what_is_known_of_it() {
    let clock = SetClock::new(NOW);
    let engine = bob_at(&clock);
    let (plain, revoked) = (cert(1, ALICE), revoked_cert(1, ALICE));
    let key = |cert: &[u8]| inbome_core::key::Key {
        fingerprint: fingerprint(cert),
        hash: inbome_core::key::hash(cert),
        bytes: cert.into(),
    };
    let brought = [(addr(ALICE), key(&plain))];
    let asked = |engine: &Engine| {
        let draft = engine.recommend_with(
            None,
            &[addr(ALICE)],
            &RecommendOptions { gossip: brought.to_vec(), ..Default::default() },
        );
        let draft = draft.expect("advised");
        (draft.recommendation, draft.recipients[0].1.reasons[0].code().name())
    };
    assert_eq!(asked(&engine), (Recommendation::Discourage, "gossip_only"), "nothing known");
    // Forgotten, but a hard revocation is kept for ever.
    receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &revoked)));
    engine.forget_peer(None, &addr(ALICE)).expect("forgotten");
    assert_eq!(asked(&engine), (Recommendation::Disable, "revoked"));
    // Where the peer's own key is known, whatever it is good for, the draft's does not serve.
    clock.set(NOW + DAY);
    receive(&engine, &mail(ALICE, NOW + DAY, &autocrypt(ALICE, true, &revoked)));
    let other = [(addr(ALICE), key(&cert(2, ALICE)))];
    let draft = engine.recommend_with(
        None,
        &[addr(ALICE)],
        &RecommendOptions { gossip: other.to_vec(), ..Default::default() },
    );
    assert_eq!(draft.expect("advised").recommendation, Recommendation::Disable);
}
