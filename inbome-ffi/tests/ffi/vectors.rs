//! Every vector of `tests/vectors` through C.

use crate::built::Program;

#[test]
fn every_vector_gives_what_it_expects() {
    let (c, vectors) = (crate::built::root().join("inbome-ffi/tests/c"), crate::built::root());
    let folder = format!("-DVECTORS=\"{}\"", vectors.join("tests/vectors").display());
    let said = Program::file("inbome-ffi/tests/c/vectors.c")
        .flags(&["-std=gnu99", "-I", c.to_str().unwrap(), &folder])
        .flags(&["-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
        .run();
    assert!(said.ends_with(" vectors\n"), "{said}");
}
