//! What `make install` puts in place is enough for C programs: header, library, pkg-config file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // A test may fail.

#[path = "built/mod.rs"]
mod built;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use built::root;

#[test]
fn the_examples_build_with_nothing_but_pkg_config_and_run() {
    let prefix = tempfile::tempdir().unwrap();
    lay_out(prefix.path());
    for name in ["who", "receive", "compose", "send"] {
        let source = root().join(format!("bindings/c/examples/{name}.c"));
        let line = format!(
            "cc -std=c99 -pedantic -Wall -Wextra -Werror {} -o {} $(pkg-config --cflags --libs inbome)",
            source.display(),
            prefix.path().join(name).display()
        );
        let config = prefix.path().join("lib/pkgconfig");
        let status = Command::new("sh").args(["-c", &line]).env("PKG_CONFIG_PATH", config).status();
        assert!(status.unwrap().success(), "{name}");
    }
    let source = fs::read_to_string(root().join("bindings/c/examples/who.c")).unwrap();
    assert!(source.lines().count() <= 40);

    let told = run(prefix.path(), "receive", &["home", "bob@example.org", "/dev/null"], "");
    assert_eq!(told, "/dev/null: ignored, because it names no sender\n");
    let mail =
        "From: alice@example.org\nDate: Sat, 17 Dec 2016 08:58:05 +0000\nUser-Agent: Elm\n\nHi\n";
    let told = run(prefix.path(), "who", &["home"], mail);
    let why = "they never sent a key; last they wrote with Elm on 2016-12-17";
    assert_eq!(told, format!("no  alice@example.org: {why}\n"));
    let told = run(prefix.path(), "compose", &["home"], "alice@example.org\n");
    assert_eq!(told, format!("disable\n  alice@example.org: disable, {why}\n"));
    let told =
        run(prefix.path(), "send", &["home"], "From: bob@example.org\nTo: a@example.org\n\nHi\n");
    assert!(told.contains("\nAutocrypt: addr=bob@example.org;"), "{told}");
}

fn run(prefix: &Path, name: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(prefix.join(name))
        .current_dir(prefix)
        .args(arguments)
        .env("LD_LIBRARY_PATH", prefix.join("lib"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{name}: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// `make install-lib` without its build in release, which takes minutes.
fn lay_out(prefix: &Path) {
    let shared: PathBuf = built::shared();
    let status = Command::new("make")
        .current_dir(root())
        .args(["-s", "-f", "inbome-ffi/install.mk", "install-lib", "CARGO=true"])
        .arg(format!("PREFIX={}", prefix.display()))
        .arg(format!("INBOME_ARCHIVE={}", built::archive().display()))
        .arg(format!("INBOME_SHARED={}", shared.display()))
        .status();
    assert!(status.unwrap().success());
}
