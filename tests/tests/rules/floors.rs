//! The house itself: the floors of `inbome-core`, one place for each package, no wall clock, and
//! files that one can read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const CORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../inbome-core/src");

/// Path below `src` and text of every source file.
pub(crate) fn sources(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                found.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn core() -> BTreeMap<String, String> {
    sources(Path::new(CORE))
}

/// The table in the documentation of `lib.rs`: floor and place on it, by module.
fn floors() -> BTreeMap<String, (u32, usize)> {
    let lib = fs::read_to_string(Path::new(CORE).join("lib.rs")).expect("lib.rs");
    let mut floors = BTreeMap::new();
    let mut in_table = false;
    for line in lib.lines().filter_map(|line| line.strip_prefix("//! ")) {
        in_table = if line.starts_with("```") { line == "```text" } else { in_table };
        if !in_table {
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(floor) = words.next().and_then(|word| word.parse().ok()) else { continue };
        let _name = words.next();
        for (place, module) in words.enumerate() {
            floors.insert(module.to_owned(), (floor, place));
        }
    }
    floors
}

/// The code of a file without its tests and comments.
pub(crate) fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

pub(crate) fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.ends_with("suite.rs")
}

/// The top module of a file.
fn module(name: &str) -> &str {
    name.split(['/', '.']).next().unwrap_or_default()
}

/// The top modules that follow `crate::`, in braces too.
fn used(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => {
                // The names at the beginning of each part, at the first depth.
                let (mut depth, mut start, mut parts) = (1, 0, Vec::new());
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 || (depth == 1 && c == ',') {
                        parts.push(&group[start..at]);
                        start = at + 1;
                    }
                    if depth == 0 {
                        break;
                    }
                }
                parts
            }
            None => vec![rest],
        };
        for name in names {
            let ends = |c: char| !c.is_alphanumeric() && c != '_';
            let name = name.trim().split(ends).next().unwrap_or_default();
            if !name.is_empty() {
                found.push(name.to_owned());
            }
        }
    }
    found
}

/// What the table forbids, as sentences.
fn trespasses(sources: &BTreeMap<String, String>) -> Vec<String> {
    let floors = floors();
    let mut wrong = Vec::new();
    for (name, text) in sources.iter().filter(|(name, _)| *name != "lib.rs" && !is_test(name)) {
        let own = module(name);
        let Some(place) = floors.get(own) else {
            wrong.push(format!("{name} has no floor in the table of lib.rs"));
            continue;
        };
        for other in used(&code(text)).iter().filter(|other| *other != own) {
            match floors.get(other) {
                // A floor below, or to the left on the same one.
                Some(there) if there < place => {}
                _ => wrong.push(format!("{name} uses {other}")),
            }
        }
    }
    wrong
}

#[test]
fn a_module_uses_only_what_stands_below_it_or_to_its_left() {
    let floors = floors();
    assert!(floors.len() >= 20, "the table of lib.rs was not understood: {floors:?}");
    assert_eq!((floors["limits"].0, floors["engine"].0), (0, 5));
    let modules = core();
    for module in floors.keys().filter(|module| *module != "lib") {
        let there = modules.keys().any(|name| self::module(name) == module);
        assert!(there, "{module} is in the table and nowhere else");
    }
    assert_eq!(trespasses(&modules), Vec::<String>::new());
}

#[test]
fn the_floor_test_sees_a_trespass() {
    for (name, file, text, wrong) in [
        ("upwards", "addr.rs", "use crate::engine::Engine;", true),
        ("to the right", "key.rs", "use crate::peer::Peer;", true),
        ("in braces", "mime/envelope.rs", "use crate::{addr::{Addr, x}, store::Store};", true),
        ("in a path", "header/print.rs", "fn f() -> crate::peer::Peer {}", true),
        ("no floor", "utils.rs", "", true),
        ("downwards", "peer.rs", "use crate::{key::Key, clock::Timestamp};", false),
        ("oneself", "store/sqlite/mod.rs", "use crate::store::Store;", false),
        ("in a comment", "addr.rs", "// crate::engine", false),
        ("in a test", "addr.rs", "#[cfg(test)]\nmod tests { use crate::engine; }", false),
    ] {
        let sources = BTreeMap::from([(file.to_owned(), text.to_owned())]);
        assert_eq!(!trespasses(&sources).is_empty(), wrong, "{name}");
    }
}

#[test]
fn each_package_has_one_place() {
    for (package, place) in [
        ("mailparse", "mime/"),
        ("pgp", "openpgp/"),
        ("rusqlite", "store/sqlite/"),
        ("rustix", "system/"),
        ("idna", "addr.rs"),
        ("jiff", "clock.rs"),
        ("wide", "mime/lines.rs"),
    ] {
        let mut seen = false;
        for (name, text) in core() {
            let code = code(&text);
            let uses = |prefix: &str| {
                code.match_indices(&format!("{prefix}{package}::")).any(|(at, _)| {
                    !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                })
            };
            if uses("") {
                assert!(name.starts_with(place), "{name} uses {package}, whose place is {place}");
                seen = true;
            }
        }
        assert!(seen, "{package} is not used in {place}");
    }
}

#[test]
fn nothing_reads_the_wall_clock_but_the_clock() {
    let clocks =
        ["SystemTime::now", "Instant::now", "jiff::Timestamp::now", "Zoned::now", "Utc::now"];
    let mut readers = Vec::new();
    for (name, text) in core() {
        if clocks.iter().any(|clock| code(&text).contains(clock)) {
            readers.push(name);
        }
    }
    assert_eq!(readers, ["clock.rs"]);
}

#[test]
fn equal_states_give_equal_octets() {
    for (name, text) in core() {
        for unordered in ["HashMap", "HashSet", "DefaultHasher"] {
            assert!(!code(&text).contains(unordered), "{name} uses {unordered}");
        }
    }
}

#[test]
fn every_file_is_short_and_begins_with_what_it_is() {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let cli = tests.join("../inbome-cli/src");
    for root in [PathBuf::from(CORE), cli, tests.join("src"), tests.join("tests")] {
        for (name, text) in sources(&root) {
            let lines = text.lines().count();
            assert!(lines <= 600, "{name} has {lines} lines, 600 are the most");
            // Attributes of the whole crate may stand before it.
            let first = text.lines().find(|line| !line.starts_with("#!["));
            assert!(
                first.is_some_and(|line| line.starts_with("//!")),
                "{name} does not say what it is"
            );
        }
    }
}

#[test]
fn nothing_unsafe_is_allowed() {
    let lib = fs::read_to_string(Path::new(CORE).join("lib.rs")).expect("lib.rs");
    assert!(lib.contains("#![forbid(unsafe_code)]"));
}
