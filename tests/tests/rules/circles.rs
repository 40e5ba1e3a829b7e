//! No circles inside a folder: the modules of each folder can be read one after another, each needing
//! only those before it. Between the top modules of the core the floors say so already.
//!
//! What a `mod.rs` has itself is not looked at, for a folder's modules may use what it declares; a name
//! that it passes on from one of its modules counts as that module's.

use std::collections::{BTreeMap, BTreeSet};

use crate::floors::{code, is_test, sources};

/// The crates that are looked at.
const CRATES: [&str; 3] = ["inbome-core", "inbome-ffi", "inbome-cli"];

/// Circles that are known and wait to be opened. Nothing may be added.
const KNOWN: [(&str, &str); 1] = [("inbome-ffi/src/", "engine, engine_options, pointer, result")];

type Path = Vec<String>;

/// The module that a file is: `scan/mod.rs` is `scan`, `lib.rs` the crate itself.
fn module_of(file: &str) -> Path {
    let mut path: Path = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(path.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        path.pop();
    }
    path
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The paths that begin with `root::`, without it; those in braces one by one.
fn paths_from(root: &str, code: &str) -> Vec<Path> {
    let root = format!("{root}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&root) {
        if !code[..at].ends_with(|c: char| is_name(c) || c == ':') {
            read_tree(&code[at + root.len()..], &mut Vec::new(), &mut found);
        }
    }
    found
}

/// Reads one path or one group in braces; returns what follows it.
fn read_tree<'a>(code: &'a str, before: &mut Path, found: &mut Vec<Path>) -> &'a str {
    let code = code.trim_start();
    if let Some(mut rest) = code.strip_prefix('{') {
        loop {
            rest = read_tree(rest, before, found).trim_start();
            match rest.strip_prefix(',') {
                Some(more) if !more.trim_start().starts_with('}') => rest = more,
                more => return more.unwrap_or(rest).trim_start().trim_start_matches('}'),
            }
        }
    }
    let end = code.find(|c| !is_name(c)).unwrap_or(code.len());
    let (name, rest) = code.split_at(end);
    before.push(name.to_owned());
    let rest = match rest.strip_prefix("::") {
        Some(more) => read_tree(more, before, found),
        None => {
            found.push(before.clone());
            // `name as other` is still that name.
            rest.strip_prefix(" as ").map_or(rest, |more| more.trim_start_matches(is_name))
        }
    };
    before.pop();
    rest
}

/// Every path of the crate that a file names.
fn named(file: &str, code: &str) -> Vec<Path> {
    let own = module_of(file);
    let mut found = paths_from("crate", code);
    for path in paths_from("super", code) {
        let ups = 1 + path.iter().take_while(|name| *name == "super").count();
        let base = own.len().saturating_sub(ups);
        found.push([&own[..base], &path[ups - 1..]].concat());
    }
    found.extend(paths_from("self", code).into_iter().map(|path| [&own[..], &path].concat()));
    found
}

/// By folder and name, the module of the folder that the name comes from.
fn passed_on(sources: &BTreeMap<String, String>) -> BTreeMap<Path, String> {
    let modules: BTreeSet<Path> = sources.keys().map(|file| module_of(file)).collect();
    let mut from = BTreeMap::new();
    for (file, text) in sources {
        let folder = module_of(file);
        let inside = modules
            .iter()
            .filter(|module| module.len() == folder.len() + 1 && module.starts_with(&folder));
        for module in inside {
            let name = &module[folder.len()];
            for path in paths_from(name, &code(text)) {
                let last = path.last().cloned().unwrap_or_default();
                from.insert([&folder[..], &[last]].concat(), name.clone());
            }
        }
    }
    from
}

/// The circles of a crate: the folder, and the modules in it that need each other.
fn circles(sources: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let modules: BTreeSet<Path> = sources.keys().map(|file| module_of(file)).collect();
    let passed_on = passed_on(sources);
    let mut uses: BTreeMap<Path, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (file, text) in sources.iter().filter(|(file, _)| !is_test(file)) {
        let own = module_of(file);
        for path in named(file, &code(text)) {
            // The folder in which the two ways part.
            let shared = own.iter().zip(&path).take_while(|(a, b)| a == b).count();
            let (Some(from), Some(name)) = (own.get(shared), path.get(shared)) else { continue };
            let folder = &own[..shared];
            let whole = [folder, std::slice::from_ref(name)].concat();
            let to = match modules.contains(&whole) {
                true => name,
                false => passed_on.get(&whole).unwrap_or(from),
            };
            let uses = uses.entry(folder.to_vec()).or_default();
            uses.entry(from.clone()).or_default().insert(to.clone());
        }
    }
    let mut found = BTreeSet::new();
    for (folder, uses) in &uses {
        let reach = |from: &String| {
            let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
            while let Some(next) = todo.pop() {
                let new = uses.get(next).into_iter().flatten().filter(|to| *to != next);
                todo.extend(new.filter(|to| seen.insert((*to).clone())));
            }
            seen
        };
        let reached: BTreeMap<&String, _> = uses.keys().map(|from| (from, reach(from))).collect();
        for (from, there) in reached.iter().filter(|(from, there)| there.contains(**from)) {
            let back = |to: &&String| reached.get(to).is_some_and(|back| back.contains(*from));
            let circle: Vec<&str> = there.iter().filter(back).map(String::as_str).collect();
            found.insert((folder.join("/"), circle.join(", ")));
        }
    }
    found.into_iter().collect()
}

#[test]
fn no_modules_of_a_folder_need_each_other() {
    let mut all = Vec::new();
    for name in CRATES {
        let root = format!("{}/../{name}/src", env!("CARGO_MANIFEST_DIR"));
        for (folder, circle) in circles(&sources(root.as_ref())) {
            all.push((format!("{name}/src/{folder}"), circle));
        }
    }
    let known: Vec<_> = KNOWN.map(|(folder, circle)| (folder.to_owned(), circle.to_owned())).into();
    assert_eq!(all, known);
}

#[test]
fn the_circle_test_sees_a_circle() {
    let two = |a: &'static str, b: &'static str| vec![("f/a.rs", a), ("f/b.rs", b)];
    for (name, files, circle) in [
        ("two", two("use super::b::B;", "use super::a::A;"), "a, b"),
        ("by the whole path", two("use crate::f::b::B;", "fn f() -> super::a::A {}"), "a, b"),
        ("in braces", two("use super::{b::{B, C}, c};", "use crate::{f::a, x};"), "a, b"),
        (
            "three",
            vec![
                ("f/a.rs", "use super::b::B;"),
                ("f/b.rs", "use super::c::C;"),
                ("f/c.rs", "use super::a::A;"),
            ],
            "a, b, c",
        ),
        (
            "passed on",
            vec![
                ("f/mod.rs", "mod a;\nmod b;\npub(super) use a::{A as X, D};"),
                ("f/a.rs", "use super::b::B;"),
                ("f/b.rs", "use super::D;"),
            ],
            "a, b",
        ),
        (
            "a folder and a file",
            vec![
                ("f/a/mod.rs", ""),
                ("f/a/x.rs", "use super::super::b::B;"),
                ("f/b.rs", "use super::a::x::Y;"),
            ],
            "a, b",
        ),
        ("one way", two("use super::b::B;", "use super::C;"), ""),
        ("in a test", two("use super::b::B;", "#[cfg(test)]\nmod tests { use super::a; }"), ""),
        ("in a comment", two("use super::b::B;", "//! super::a"), ""),
        (
            "the folder's own",
            vec![("f/mod.rs", "mod a;\nuse a::A;\nstruct B;"), ("f/a.rs", "use super::B;")],
            "",
        ),
    ] {
        let sources: BTreeMap<String, String> =
            files.into_iter().map(|(file, text)| (file.to_owned(), text.to_owned())).collect();
        let found: Vec<String> = circles(&sources).into_iter().map(|(_, circle)| circle).collect();
        let expected: Vec<&str> = if circle.is_empty() { vec![] } else { vec![circle] };
        assert_eq!(found, expected, "{name}");
    }
}
