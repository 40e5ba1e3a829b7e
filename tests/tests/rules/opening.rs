//! How an engine is opened, whatever its options say.

use inbome_core::engine::{Engine, EngineOptions, MAX_BUSY_TIMEOUT_SECS};

#[test]
fn a_home_opens_however_long_one_would_wait_for_others() {
    for secs in [0, 30, MAX_BUSY_TIMEOUT_SECS, MAX_BUSY_TIMEOUT_SECS + 1, u64::MAX] {
        let home = tempfile::tempdir().expect("a folder");
        let options = || EngineOptions { busy_timeout_secs: secs, ..EngineOptions::default() };
        let engine = Engine::open(home.path(), options()).expect("a home");
        let again = Engine::open(home.path(), options()).expect("the same home");
        assert_eq!(engine.generation(), again.generation(), "{secs} s");
    }
}
