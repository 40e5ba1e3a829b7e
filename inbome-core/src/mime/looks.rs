//! How often mails were looked at on this thread; tests count it. No rule asks.

use std::cell::Cell;

/// Counts since the thread began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looks {
    /// Passes over the header section of a mail, or of a payload.
    pub header_passes: u64,
    /// Payloads read together with the mail that they came in.
    pub payload_openings: u64,
}

thread_local! {
    static LOOKS: Cell<Looks> = const { Cell::new(Looks { header_passes: 0, payload_openings: 0 }) };
}

/// The counts of this thread.
#[must_use]
pub fn looks() -> Looks {
    LOOKS.get()
}

pub(super) fn count(which: impl FnOnce(&mut Looks) -> &mut u64) {
    let mut looks = LOOKS.get();
    let counter = which(&mut looks);
    *counter = counter.saturating_add(1);
    LOOKS.set(looks);
}
