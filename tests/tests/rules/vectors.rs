//! The vectors on the Rust surface, and that the files are those that are made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use inbome_tests::vectors::{Vector, all, run};

fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors"));
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the vectors") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".vector") {
            files.insert(name.to_owned(), std::fs::read(&path).expect("a vector"));
        }
    }
    files
}

#[test]
fn every_vector_gives_what_it_expects() {
    let mut wrong = Vec::new();
    for (name, octets) in files() {
        let vector = Vector::parse(&octets).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = run(&vector);
        if found != vector.expect {
            wrong.push(format!("{name}:\n  expected {:?}\n  found    {found:?}", vector.expect));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_files_are_those_that_make_vectors_writes() {
    let made: BTreeMap<String, Vec<u8>> = all().into_iter().collect();
    assert_eq!(made.len(), all().len(), "two vectors of one name");
    let found = files();
    let names = |of: &BTreeMap<String, Vec<u8>>| of.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&found), names(&made));
    for (name, octets) in made {
        assert!(
            found[&name] == octets,
            "{name} differs: run make-vectors, and look at what changed"
        );
    }
}

#[test]
fn the_vectors_cover_every_reason() {
    let text: Vec<String> =
        all().iter().map(|(_, octets)| String::from_utf8_lossy(octets).into_owned()).collect();
    for (what, reasons) in [
        (
            "outcome=ignored ",
            "spam report no_from several_from invalid_from ambiguous_account undated \
             not_decrypted own_mail limit_header_bytes limit_header_fields limit_addresses",
        ),
        (
            "=invalid ",
            "too_long grammar critical_attribute duplicate_attribute unsupported_type \
             missing_addr missing_key addr_mismatch base64 not_openpgp secret_key several_certs \
             no_encryption_key",
        ),
        ("=", "ambiguous overridden not_judged valid updated"),
        ("reasons=", "expired revoked weak unsupported no_key both_mutual peer_nopreference list"),
    ] {
        for reason in reasons.split_whitespace() {
            let line = format!("{what}{reason}\n");
            assert!(text.iter().any(|vector| vector.contains(&line)), "no vector has {line}");
        }
    }
}
