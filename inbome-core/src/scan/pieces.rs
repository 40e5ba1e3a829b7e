//! Pieces of octets that stand one behind the other in one piece of memory.
//!
//! A scan of a million mails has a million names and headers: each by itself would keep the allocator busy.

/// Many pieces, in order.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    octets: Vec<u8>,
    /// Where each piece ends.
    ends: Vec<usize>,
}

impl Pieces {
    /// Lets go of them, and keeps their room.
    pub(super) fn clear(&mut self) {
        self.octets.clear();
        self.ends.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.octets.extend_from_slice(piece);
        self.ends.push(self.octets.len());
    }

    /// Each of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let piece = self.octets.get(start..*end).unwrap_or_default();
            start = *end;
            piece
        })
    }
}
