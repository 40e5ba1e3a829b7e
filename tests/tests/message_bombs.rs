//! Compression bombs (Discovery §9, Messages §7): little memory, and so little work, since all that
//! is decompressed is held. Alone in this file, since the memory of the whole process is measured.

use inbome_core::openpgp::message::OpenFlaw;
use inbome_core::openpgp::{OpenPgp, Rpgp};
use inbome_tests::messages::*;
use pgp::types::{CompressionAlgorithm, Tag};

/// The most memory that this process ever had, in KiB.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn no_bomb_costs_more_than_its_bound() {
    let alice = Person::new(1);
    let tiny = include_bytes!("../messages/zeros-1gib.bz2");
    let layers = (0..1_500).fold(literal(b"text"), |inner, _| stored(&inner));
    let gigabyte = compressed_zeros(CompressionAlgorithm::ZLIB, 1 << 30);
    for (name, plaintext) in [
        ("800 octets to 1 GiB by bzip2", packet(Tag::CompressedData, &[&[3], &tiny[..]].concat())),
        ("1 MB to 1 GiB", gigabyte.clone()),
        ("1 MB to 1 GiB behind another layer", stored(&gigabyte)),
        ("1,500 layers", layers),
        ("2 layers", stored(&stored(&literal(b"text")))),
        ("20 KB to 20 MB", compressed_zeros(CompressionAlgorithm::ZIP, 20_000_000)),
    ] {
        let message = encrypted(&alice, &plaintext);
        drop(plaintext);
        let before = peak();
        let found = Rpgp::new().open(&message, &[&alice.key]);
        assert_eq!(found.map(|_| ()), Err(OpenFlaw::Damaged), "{name}");
        let (grown, length) = (peak() - before, message.len() / 1024);
        assert!(grown <= 66 * 1024 + 4 * length, "{name}: {grown} KiB for {length}");
    }
}
