//! Where lines end, 64 octets at a time.
//!
//! A header has some fifty short lines. To begin a search for the end of each costs more than the
//! search; here a few comparisons serve all lines of a block. Not here: what a line is (`fields`).

use wide::u8x16;

/// Octets looked at together, as many as a mask has bits.
const BLOCK: usize = 64;

/// The places of LF in `octets`, in order.
#[derive(Debug, Clone)]
pub(super) struct LineEnds<'a> {
    octets: &'a [u8],
    /// Where the block begins that comes next.
    next: usize,
    /// Line ends of the block before it that were not given yet: the lowest bit is its first octet.
    mask: u64,
}

impl<'a> LineEnds<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self { octets, next: 0, mask: 0 }
    }
}

impl LineEnds<'_> {
    /// Looks at blocks until there is a line end. `None` if there is none.
    fn look_on(&mut self) -> Option<()> {
        while self.mask == 0 {
            let rest = self.octets.get(self.next..).filter(|rest| !rest.is_empty())?;
            self.mask = match rest.first_chunk::<BLOCK>() {
                Some(block) => mask(block),
                None => {
                    let mut block = [0; BLOCK];
                    block.iter_mut().zip(rest).for_each(|(to, octet)| *to = *octet);
                    mask(&block)
                }
            };
            self.next = self.next.saturating_add(BLOCK);
        }
        Some(())
    }
}

impl Iterator for LineEnds<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.mask == 0 {
            self.look_on()?;
        }
        let place = usize::try_from(self.mask.trailing_zeros()).ok()?;
        self.mask &= self.mask.wrapping_sub(1);
        self.next.checked_sub(BLOCK)?.checked_add(place)
    }
}

/// One bit for each octet of a block: whether it is LF.
fn mask(block: &[u8; BLOCK]) -> u64 {
    let (parts, _) = block.as_chunks::<16>();
    parts.iter().rev().fold(0, |mask, part| {
        let ends = u8x16::new(*part).simd_eq(u8x16::splat(b'\n'));
        mask << 16 | u64::from(ends.to_bitmask())
    })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::LineEnds;

    proptest! {
        #[test]
        fn line_ends_are_where_the_octets_are(
            octets in vec(prop_oneof![4 => Just(b'x'), 1 => Just(b'\n'), 1 => any::<u8>()], 0..300),
        ) {
            let found: Vec<usize> = LineEnds::new(&octets).collect();
            let wanted = octets.iter().enumerate().filter(|(_, octet)| **octet == b'\n');
            prop_assert_eq!(found, wanted.map(|(at, _)| at).collect::<Vec<_>>());
        }
    }
}
