//! The Rust of the project's README is the code below, line by line, and runs.

use std::error::Error;
use std::fs;
use std::path::Path;

const THIS: &str = include_str!("readme.rs");
const README: &str = include_str!("../../../README.md");

#[test]
fn the_rust_of_the_readme_is_what_runs_here() {
    let (_, rest) = README.split_once("```rust\n").expect("a block of Rust");
    let (pasted, _) = rest.split_once("```").expect("its end");
    let here = THIS.split_once("// pasted\n").and_then(|(_, rest)| rest.split_once("// end"));
    // A line of the README may be longer than one here.
    let plain = |code: &str| {
        let octets: String = code.split_whitespace().collect();
        octets.replace(",)", ")")
    };
    assert_eq!(plain(pasted), plain(here.expect("marked").0));

    let folder = tempfile::tempdir().expect("a folder");
    // The program names its files from where it is started. Every other test here names a folder.
    std::env::set_current_dir(&folder).expect("entered");
    let mail = "From: bob@example.org\nDate: Sat, 17 Dec 2016 08:58:05 +0000\n\nHi\n";
    fs::write("mail.eml", mail).expect("written");
    program().expect("it runs");
    assert!(Path::new("home").is_dir());
}

fn program() -> Result<(), Box<dyn Error>> {
    // pasted
    use inbome_core::{AccountOptions, Addr, Engine, EngineOptions, Receipt, Reply};

    let engine = Engine::open("home".as_ref(), EngineOptions::default())?;
    engine.create_account(
        &Addr::parse("you@example.org")?,
        &AccountOptions::default(),
        &mut |_| None,
    )?;
    engine.process_incoming(None, &std::fs::read("mail.eml")?, Receipt::default())?;
    let answer = engine.recommend(None, &[Addr::parse("bob@example.org")?], &Reply::Unknown)?;
    println!("{:?}", answer.recommendation);
    // end
    Ok(())
}
