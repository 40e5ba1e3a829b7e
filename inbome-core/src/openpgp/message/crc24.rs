//! The checksum of ASCII armor, sixteen octets at a time.
//!
//! Implements RFC 9580 §6.1.1. It protects nothing; it is written where older programs may read,
//! some of which refuse armor without it. Not here: checking it on reading, which the RFC forbids
//! to depend on.

/// A running CRC-24.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crc24 {
    /// The value in the upper 24 bits.
    register: u32,
}

impl Crc24 {
    pub(super) fn new() -> Self {
        Self { register: 0xB7_04CE << 8 }
    }

    pub(super) fn update(&mut self, octets: &[u8]) {
        let (pieces, rest) = octets.as_chunks::<16>();
        let [top, middle, low, tables @ ..] = &TABLES;
        for [a, b, c, others @ ..] in pieces {
            // What does not wait for the piece before comes first.
            let sum = others
                .iter()
                .zip(tables)
                .fold(0, |sum, (octet, table)| sum ^ look_up(table, *octet));
            let [x, y, z, _] = self.register.to_be_bytes();
            self.register =
                sum ^ look_up(top, a ^ x) ^ look_up(middle, b ^ y) ^ look_up(low, c ^ z);
        }
        let [.., last] = &TABLES;
        for octet in rest {
            let [top, ..] = self.register.to_be_bytes();
            self.register = (self.register << 8) ^ look_up(last, top ^ octet);
        }
    }

    /// The three octets.
    pub(super) fn octets(self) -> [u8; 3] {
        let [a, b, c, _] = self.register.to_be_bytes();
        [a, b, c]
    }
}

fn look_up(table: &[u32; 256], octet: u8) -> u32 {
    table.get(usize::from(octet)).copied().unwrap_or_default()
}

/// For each octet its checksum when 15 zero octets follow, 14, and so on down to none.
static TABLES: [[u32; 256]; 16] = tables();

// Counted loops over constants, run by the compiler.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
const fn tables() -> [[u32; 256]; 16] {
    let mut tables = [[0; 256]; 16];
    let mut octet = 0;
    while octet < 256 {
        let mut register = (octet as u32) << 24;
        let mut bit = 0;
        while bit < 128 {
            let carry = register >> 31;
            register = (register << 1) ^ (carry * (0x86_4CFB << 8));
            bit += 1;
            if bit % 8 == 0 {
                tables[16 - bit / 8][octet] = register;
            }
        }
        octet += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_checksum_is_that_of_the_definition() {
        let octets: Vec<u8> = (0..100_u32).map(|n| (n * 37 % 251) as u8).collect();
        for length in 0..octets.len() {
            let mut slow = 0xB7_04CE_u32;
            for octet in &octets[..length] {
                slow ^= u32::from(*octet) << 16;
                for _ in 0..8 {
                    slow <<= 1;
                    if slow & 0x100_0000 != 0 {
                        slow ^= 0x186_4CFB;
                    }
                }
            }
            let mut fast = Crc24::new();
            let (first, second) = octets[..length].split_at(length * 2 / 5);
            fast.update(first);
            fast.update(second);
            assert_eq!(fast.octets(), slow.to_be_bytes()[1..], "{length} octets");
        }
        let mut published = Crc24::new();
        published.update(b"123456789");
        assert_eq!(published.octets(), [0x21, 0xCF, 0x02]);
    }
}
