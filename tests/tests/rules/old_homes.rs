//! Homes of earlier versions open unchanged; how they were made: tests/homes/README.md.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use inbome_core::engine::{Engine, Reply};
use inbome_core::history::Source;
use inbome_core::openpgp::Rpgp;
use inbome_core::peer::Word;
use inbome_core::receive::Outcome;
use inbome_core::recommend::Recommendation;
use inbome_core::store::sqlite::{OpenOptions, SqliteStore};
use inbome_tests::homes::{BOB, CAROL, DAVE};
use inbome_tests::stage::*;

#[test]
fn the_home_of_schema_2_opens_with_everything_that_is_in_it() {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("homes");
    let home = tempfile::tempdir().expect("a folder");
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).expect("permitted");
    let file = home.path().join("inbome.db");
    fs::copy(made.join("schema-2.db"), &file).expect("copied");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("permitted");
    let how = OpenOptions { create: false, busy_timeout_secs: 5 };
    let store = SqliteStore::open(home.path(), how).expect("opened");
    let openpgp = Rpgp::new();
    let clock = SetClock::new(NOW + DAY);
    let engine = Engine::over(Box::new(store), Arc::new(openpgp.clone()), options(&clock));
    assert_eq!(engine.check().expect("checked"), Vec::<String>::new());

    let me = addr(ALICE);
    let account = Some(&me);
    let advised = |peer: &str| {
        let advice = engine.recommend(account, &[addr(peer)], &Reply::Unknown).expect("advised");
        let reason = advice.recipients[0].1.reasons[0].code().name();
        (advice.recommendation, reason)
    };
    for (peer, recommendation, reason) in [
        (BOB, Recommendation::Encrypt, "both_mutual"),
        (CAROL, Recommendation::Encrypt, "both_mutual"),
        (DAVE, Recommendation::Discourage, "gossip_only"),
        ("erin@example.org", Recommendation::Available, "peer_nopreference"),
        ("plain@example.org", Recommendation::Disable, "no_key"),
        ("frank@example.org", Recommendation::Disable, "never_seen"),
    ] {
        assert_eq!(advised(peer), (recommendation, reason), "{peer}");
    }
    let state = |peer: &str| engine.peer(account, &addr(peer)).expect("a peer").state;
    let bob = state(BOB);
    assert!(matches!(bob.peer.word, Word::Pin(_)) && bob.peer.seen.is_some_and(|s| s.encrypted));
    let keys = state(CAROL).history.values().map(|record| record.spans).collect::<Vec<_>>();
    assert!(keys.len() == 2 && keys.iter().all(|spans| spans.get(Source::Advert).is_some()));
    assert!(engine.peer(account, &addr("frank@example.org")).is_err(), "forgotten");
    let work = addr("work@example.org");
    assert!(engine.peer(Some(&work), &addr(BOB)).is_ok(), "each account has its own");
    for account in [&me, &work] {
        assert_eq!(engine.own_keys(Some(account)).expect("keys").len(), 1);
    }

    // The hash of the field that brought the advert is where it was: the mail costs nothing.
    let mail = fs::read(made.join("schema-2.eml")).expect("a mail");
    let before = (openpgp.parses(), openpgp.verifications(), engine.commits());
    let again = engine.process_incoming(account, &mail, Default::default()).expect("processed");
    assert_eq!(again.outcome, Outcome::Unchanged);
    assert_eq!((openpgp.parses(), openpgp.verifications(), engine.commits()), before);
}
