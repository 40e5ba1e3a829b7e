//! Compression bombs (Discovery §9, Messages §7): little memory, and so little work, since all that
//! is decompressed is held.

use inbome_core::openpgp::message::OpenFlaw;
use inbome_core::openpgp::{Messages, Rpgp};
use inbome_tests::memory::{alone, growth};
use inbome_tests::messages::*;
use pgp::types::{CompressionAlgorithm, Tag};

#[test]
fn no_bomb_costs_more_than_its_bound() {
    let _alone = alone();
    let alice = Person::new(1);
    let tiny = include_bytes!("../../messages/zeros-1gib.bz2");
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
        let (found, grown) = growth(|| Rpgp::new().open(&message, &[&alice.key]));
        assert_eq!(found.map(|_| ()), Err(OpenFlaw::Damaged), "{name}");
        let length = message.len();
        assert!(grown <= (66 << 20) + 4 * length, "{name}: {grown} octets for {length}");
    }
}
