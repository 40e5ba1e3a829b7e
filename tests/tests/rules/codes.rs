//! What is written from the declarations of codes in `inbome-core`: the constants of C with their
//! names and sentences, and docs/reasons.md.
//!
//! `INBOME_BLESS=1` rewrites them, and adds new numbers to the list of those that are given for ever.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use inbome_core::code::{Code, Codes};
use inbome_core::reason::REASONS;

use crate::written::{committed, is_blessed, same_as_committed, wrapped};

/// What C has beside the table of the core.
const NO_REASON: [(i32, &str, &str); 2] = [
    (0, "none", "There is no reason to give."),
    (1, "other", "A reason that this version of the interface has no number for."),
];

#[test]
fn the_constants_are_those_of_the_core() {
    same_as_committed("inbome-ffi/src/codes.rs", &constants());
}

#[test]
fn the_page_of_reasons_is_that_of_the_core() {
    same_as_committed("docs/reasons.md", &page());
}

/// A number that was given once stays, with its name; also when the list is rewritten.
#[test]
fn numbers_that_were_given_stay() {
    let mut lines: Vec<String> =
        reasons().iter().map(|one| format!("{} REASON {}\n", one.number, one.name)).collect();
    lines.sort();
    for line in committed("include/inbome.codes").lines() {
        assert!(lines.contains(&format!("{line}\n")), "{line} is gone or has changed");
    }
    assert!(is_blessed() || committed("include/inbome.codes") == lines.concat());
    same_as_committed("include/inbome.codes", &lines.concat());
}

/// One constant of C.
struct Constant {
    number: i32,
    name: String,
    text: String,
    meaning: String,
}

/// All reasons by number. What several families mean by one is told of each.
fn reasons() -> Vec<Constant> {
    let first = NO_REASON.map(|(number, name, meaning)| Constant {
        number,
        name: name.into(),
        text: String::new(),
        meaning: meaning.into(),
    });
    let mut all: BTreeMap<i32, Constant> = first.map(|one| (one.number, one)).into();
    for code in REASONS.iter().flat_map(Codes::all) {
        let meaning = meaning(&code);
        let held = all.entry(code.number()).or_insert_with(|| Constant {
            number: code.number(),
            name: code.name().into(),
            text: code.text().into(),
            meaning: meaning.clone(),
        });
        if !held.meaning.contains(&meaning) {
            held.meaning += &format!(" {meaning}");
        }
    }
    all.into_values().collect()
}

fn constants() -> String {
    let mut file = "//! The numbers of the reasons, with their names and sentences. Written from \
         `inbome_core::reason`\n//! by `INBOME_BLESS=1 cargo test -p inbome-tests --test rules codes`: \
         do not edit.\n\nuse std::ffi::CStr;\n"
        .to_owned();
    let mut hundred = 0;
    for Constant { number, name, meaning, .. } in reasons() {
        if number / 100 != hundred || number == 0 {
            hundred = number / 100;
            file.push('\n');
        }
        for line in wrapped(&meaning, 95) {
            let _ = writeln!(file, "/// {line}");
        }
        let _ = writeln!(file, "pub const INBOME_REASON_{}: i32 = {number};", name.to_uppercase());
    }
    file += "\n/// Number, name and sentence of each.\n\
         pub(crate) const REASONS: &[(i32, &CStr, &CStr)] = &[\n";
    for Constant { number, name, text, .. } in reasons() {
        let line = format!("    ({number}, c\"{name}\", c\"{text}\"),\n");
        let broken = format!(
            "    (\n        {number},\n        c\"{name}\",\n        c\"{text}\",\n    ),\n"
        );
        file += if line.len() > 101 { &broken } else { &line };
    }
    file + "];\n"
}

fn page() -> String {
    let mut page =
        "# Reasons\n\nEvery decision comes with a code that stays the same and a sentence \
         that may be improved. These are\nthe codes, one table for the command, C and Python. \
         Written from `inbome-core/src/reason.rs`.\n"
            .to_owned();
    for family in REASONS {
        let _ = write!(page, "\n## {}\n\n", family.heading);
        for line in wrapped(family.about(), 105) {
            let _ = writeln!(page, "{line}");
        }
        page += "\n| code | number | meaning |\n| --- | --- | --- |\n";
        for code in family.all() {
            let _ = writeln!(page, "| `{code}` | {} | {} |", code.number(), meaning(&code));
        }
        if family.heading == "Why a key field is invalid" {
            page += "\nOther verdicts have no reason: `valid` (the mail's advert), `ambiguous` (two \
                 valid fields: no advert),\n`overridden` (an `Autocrypt` field decides, or one inside \
                 the mail), `not_judged` (more than sixteen key\nfields, or a field without effect).\n";
        }
    }
    page
}

fn meaning(code: &Code) -> String {
    one_line(code.meaning())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
