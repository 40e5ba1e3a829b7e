//! Files of the repository that are written from declarations, and held fresh.

use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Whether the files shall be rewritten.
pub(crate) fn is_blessed() -> bool {
    std::env::var_os("INBOME_BLESS").is_some()
}

/// A file of the repository; empty if there is none.
pub(crate) fn committed(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_default()
}

pub(crate) fn same_as_committed(path: &str, written: &str) {
    if is_blessed() {
        fs::write(Path::new(ROOT).join(path), written).expect("the file is written");
    }
    assert!(committed(path) == written, "{path} is not fresh: INBOME_BLESS=1 rewrites it");
}

/// The text in lines of at most so many characters.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                *line += &format!(" {word}");
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
