//! Names that were scanned before.
//!
//! A folder that did not change is read in the order in which it was scanned, so each name is first
//! held against the one that came next then. Only where they part is there a search.

use std::cell::OnceCell;

use crate::store::Cursor;

/// The names of one folder, as hashes.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// In the order in which they were scanned.
    names: Vec<[u8; 16]>,
    /// Which of them is to come next.
    next: usize,
    /// Made when a name comes out of order.
    index: OnceCell<Index>,
}

impl Known {
    /// The names in `cursors`.
    pub(super) fn of(cursors: Vec<Cursor>) -> Self {
        let mut names = Vec::new();
        for cursor in cursors {
            if let Cursor::Names(more) = cursor {
                names.extend(more);
            }
        }
        Self { names, ..Self::default() }
    }

    /// Whether `name` was scanned before.
    pub(super) fn contains(&mut self, name: &[u8; 16]) -> bool {
        if self.names.get(self.next) == Some(name) {
            self.next = self.next.saturating_add(1);
            return true;
        }
        if self.names.is_empty() {
            return false;
        }
        let found = self.index.get_or_init(|| Index::of(&self.names)).find(name, &self.names);
        if let Some(at) = found {
            self.next = at.saturating_add(1);
        }
        found.is_some()
    }
}

/// Where each name stands, by its first two octets: names are hashes, so that each of the 65,536
/// places holds about as many, and a search touches little memory.
#[derive(Debug)]
struct Index {
    /// Places in the list of names, those that belong together side by side.
    places: Vec<usize>,
    /// Where in `places` those of each two octets end.
    ends: Vec<usize>,
}

impl Index {
    fn of(names: &[[u8; 16]]) -> Self {
        let mut places: Vec<usize> = (0..names.len()).collect();
        places.sort_by_key(|at| names.get(*at).map(start));
        let mut ends = vec![0; 1 << 16];
        for (rank, at) in places.iter().enumerate() {
            if let Some(end) = names.get(*at).and_then(|name| ends.get_mut(start(name))) {
                *end = rank.saturating_add(1);
            }
        }
        // Two octets without names end where those before them do.
        let mut last = 0;
        for end in &mut ends {
            last = last.max(*end);
            *end = last;
        }
        Self { places, ends }
    }

    fn find(&self, name: &[u8; 16], names: &[[u8; 16]]) -> Option<usize> {
        let before = start(name).checked_sub(1).and_then(|before| self.ends.get(before));
        let range = before.copied().unwrap_or_default()..*self.ends.get(start(name))?;
        self.places.get(range)?.iter().copied().find(|at| names.get(*at) == Some(name))
    }
}

fn start(name: &[u8; 16]) -> usize {
    let [first, second, ..] = *name;
    usize::from(u16::from_be_bytes([first, second]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_order_and_others_are_not() {
        let name = |n: u16| {
            let mut name = [7; 16];
            // Some share their first two octets.
            name[..2].copy_from_slice(&(n % 300).wrapping_mul(251).to_be_bytes());
            name[2..4].copy_from_slice(&n.to_be_bytes());
            name
        };
        let scanned: Vec<u16> = (0..2_000).filter(|n| n % 7 != 3).collect();
        let halves = scanned.split_at(scanned.len() / 2);
        let cursors =
            [halves.0, halves.1].map(|half| Cursor::Names(half.iter().map(|n| name(*n)).collect()));
        let as_scanned: Vec<u16> = (0..2_000).collect();
        for (order, read) in [
            ("as scanned", scanned.clone()),
            ("with new ones between", as_scanned.clone()),
            ("backwards", as_scanned.iter().rev().copied().collect()),
            ("some gone", as_scanned.iter().copied().filter(|n| n % 5 != 0).collect()),
            ("twice", as_scanned.iter().chain(&as_scanned).copied().collect()),
        ] {
            let mut known = Known::of(cursors.to_vec());
            for n in read {
                assert_eq!(known.contains(&name(n)), n % 7 != 3, "{order}: {n}");
            }
        }
        assert!(!Known::of(Vec::new()).contains(&name(1)));
    }

    #[test]
    fn a_folder_that_did_not_change_needs_no_search() {
        let names: Vec<[u8; 16]> = (0..100).map(|n| [n; 16]).collect();
        let mut known = Known::of(vec![Cursor::Names(names.clone())]);
        assert!(names.iter().all(|name| known.contains(name)));
        assert!(known.index.get().is_none());
        assert!(!known.contains(&[200; 16]) && known.index.get().is_some());
    }
}
