//! Every rule of the protocol has a module and a test: tests/spec/rules.txt says which, this test
//! says whether they exist, and docs/spec-map.md is the same for reading (`INBOME_BLESS=1` writes
//! it).

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

struct Rule<'a> {
    section: &'a str,
    text: &'a str,
    modules: Vec<&'a str>,
    tests: Vec<&'a str>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rules(text: &str) -> Vec<Rule<'_>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let columns: Vec<&str> = line.split(" | ").collect();
            let [section, text, modules, tests] = columns[..] else { panic!("{line:?}") };
            let list = |text| str::split(text, ", ").filter(|word| !word.is_empty()).collect();
            Rule { section, text, modules: list(modules), tests: list(tests) }
        })
        .collect()
}

/// Where a test of this name would stand.
fn exists(root: &Path, test: &str) -> bool {
    let (file, name) = test.split_once("::").unwrap_or_else(|| panic!("{test:?}"));
    let path = match file.split_once('/') {
        None if file == "vectors" => {
            return root.join(format!("tests/vectors/{name}.vector")).exists();
        }
        None => ["rules", "mails", "memory"]
            .map(|tier| root.join(format!("tests/tests/{tier}/{file}.rs")))
            .into_iter()
            .find(|path| path.exists())
            .unwrap_or_default(),
        Some(("src", path)) => root.join(format!("inbome-core/src/{path}.rs")),
        Some(("cli", path)) => root.join(format!("inbome-cli/tests/cli/{path}.rs")),
        Some(_) => panic!("{test:?}"),
    };
    let source = if path.exists() { read(&path) } else { return false };
    let mut lines = source.lines().map(str::trim);
    // Those of properties have arguments.
    let function = format!("fn {name}(");
    while lines.any(|line| line == "#[test]") {
        let mut below = lines.by_ref().skip_while(|line| line.starts_with("#["));
        if below.next().is_some_and(|line| line.starts_with(&function)) {
            return true;
        }
    }
    false
}

#[test]
fn every_rule_has_a_module_and_a_test_that_exist() {
    let root = root();
    let text = read(&root.join("tests/spec/rules.txt"));
    let mut known = BTreeSet::new();
    for rule in rules(&text) {
        let name = format!("{}: {}", rule.section, rule.text);
        assert!(known.insert(name.clone()), "twice: {name}");
        assert!(!rule.tests.is_empty(), "no test: {name}");
        for module in &rule.modules {
            let source = root.join("inbome-core/src").join(module);
            let found = source.with_extension("rs").exists() || source.join("mod.rs").exists();
            assert!(found, "no module {module}: {name}");
        }
        assert!(!rule.modules.is_empty(), "no module: {name}");
        for test in &rule.tests {
            assert!(exists(&root, test), "no test {test}: {name}");
        }
    }
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    for test in ["vectors::no-such-case", "spec_map::rules", "no_file::at_all", "src/addr::parse"] {
        assert!(!exists(&root(), test), "{test}");
    }
}

#[test]
fn the_page_is_the_one_that_the_rules_make() {
    let root = root();
    let text = read(&root.join("tests/spec/rules.txt"));
    let mut page = String::from(
        "# Rules, modules and tests\n\n\
         Made from tests/spec/rules.txt by `INBOME_BLESS=1 cargo test --workspace --test rules spec_map`.\n\
         Each rule of [the protocol](protocol.md) and of Autocrypt Level 1.1, where it is implemented, \
         and what\nshows it. What concerns several devices, and the setup message with it, is not there \
         yet.\n",
    );
    let mut section = "";
    for rule in rules(&text) {
        if rule.section != section {
            section = rule.section;
            write!(page, "\n## {section}\n\n| rule | module | tests |\n| --- | --- | --- |\n")
                .unwrap();
        }
        let code = |names: &[&str]| {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        let (modules, tests) = (code(&rule.modules), code(&rule.tests));
        writeln!(page, "| {} | {modules} | {tests} |", rule.text).unwrap();
    }
    let path = root.join("docs/spec-map.md");
    if std::env::var_os("INBOME_BLESS").is_some() {
        std::fs::write(&path, &page).expect("written");
    }
    assert!(read(&path) == page, "docs/spec-map.md is not what tests/spec/rules.txt makes");
}
