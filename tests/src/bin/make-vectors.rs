//! Writes `tests/vectors/` anew: `make-vectors [DIR]`. A test shows that nothing differs.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let here = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors"));
    let out = std::env::args().nth(1).map_or(here, PathBuf::from);
    for (name, octets) in inbome_tests::vectors::all() {
        std::fs::write(out.join(format!("{name}.vector")), octets)?;
    }
    Ok(())
}
