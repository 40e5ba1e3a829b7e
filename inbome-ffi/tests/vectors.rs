//! Every vector of `tests/vectors` through C.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // A test may fail.

#[path = "built/mod.rs"]
mod built;

use built::Program;

#[test]
fn every_vector_gives_what_it_expects() {
    let (c, vectors) = (built::root().join("inbome-ffi/tests/c"), built::root());
    let folder = format!("-DVECTORS=\"{}\"", vectors.join("tests/vectors").display());
    let said = Program::file("inbome-ffi/tests/c/vectors.c")
        .flags(&["-std=gnu99", "-I", c.to_str().unwrap(), &folder])
        .flags(&["-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
        .run();
    assert!(said.ends_with(" vectors\n"), "{said}");
}
