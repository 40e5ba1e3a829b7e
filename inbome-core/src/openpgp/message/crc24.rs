//! The checksum of ASCII armor, eight octets at a time.
//!
//! Implements RFC 9580 §6.1.1. It protects nothing; it is written because older programs refuse
//! armor without it. Not here: checking it on reading, which the RFC forbids to depend on.

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
        let (words, rest) = octets.as_chunks::<8>();
        for [a, b, c, d, e, f, g, h] in words {
            let [w, x, y, z] = (self.register ^ u32::from_be_bytes([*a, *b, *c, *d])).to_be_bytes();
            self.register = [w, x, y, z, *e, *f, *g, *h]
                .into_iter()
                .zip(TABLES.iter().rev())
                .fold(0, |sum, (octet, table)| sum ^ look_up(table, octet));
        }
        for octet in rest {
            let [top, ..] = self.register.to_be_bytes();
            let [table, ..] = &TABLES;
            self.register = (self.register << 8) ^ look_up(table, top ^ octet);
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

/// For each octet its checksum when as many zero octets follow as the table's number says.
static TABLES: [[u32; 256]; 8] = tables();

// Counted loops over constants, run by the compiler.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut octet = 0;
    while octet < 256 {
        let mut register = (octet as u32) << 24;
        let mut bit = 0;
        while bit < 64 {
            let carry = register >> 31;
            register = (register << 1) ^ (carry * (0x86_4CFB << 8));
            bit += 1;
            if bit % 8 == 0 {
                tables[bit / 8 - 1][octet] = register;
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
            fast.update(&octets[..length]);
            assert_eq!(fast.octets(), slow.to_be_bytes()[1..], "{length} octets");
        }
        let mut published = Crc24::new();
        published.update(b"123456789");
        assert_eq!(published.octets(), [0x21, 0xCF, 0x02]);
    }
}
