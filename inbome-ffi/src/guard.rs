//! No panic crosses into C, and none prints: one guard around every export.
//!
//! A panic inside the library is caught, counted and answered with `INBOME_RESULT_PANIC` (or the
//! accessor's "nothing"). The hook is installed once and forwards whatever did not happen under a
//! guard. Not here: rolling back, which the engine does by itself when it is used next.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

thread_local! {
    /// How many guards this thread is under: an export may be called from a callback.
    static GUARDS: Cell<usize> = const { Cell::new(0) };
}

static PANICS: AtomicU64 = AtomicU64::new(0);
/// Scans that run now; their threads have no names and no guards of their own.
static SCANS: AtomicUsize = AtomicUsize::new(0);
static HOOK: Once = Once::new();

/// How many panics the library has caught in this process. Anything but 0 is a bug in libinbome:
/// please report it.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_guarded_panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Runs `work`; `None` if it panicked.
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(install_hook);
    let _inside = Inside::enter();
    // What `work` left half done is behind the engine's own lock, which rolls back, or is dropped.
    catch_unwind(AssertUnwindSafe(work)).inspect_err(|_| note()).ok()
}

/// Quiets panics on the threads of a scan while it lives.
pub(crate) struct ScanThreads;

impl ScanThreads {
    pub(crate) fn begin() -> Self {
        SCANS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for ScanThreads {
    fn drop(&mut self) {
        SCANS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// For tests: a panic under the guard, as any export would make one.
#[doc(hidden)]
#[must_use]
pub fn panics_when_asked() -> bool {
    guard(|| panic_any("asked")).is_none()
}

struct Inside;

impl Inside {
    fn enter() -> Self {
        GUARDS.with(|guards| guards.set(guards.get().saturating_add(1)));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        GUARDS.with(|guards| guards.set(guards.get().saturating_sub(1)));
    }
}

fn note() {
    PANICS.fetch_add(1, Ordering::Relaxed);
}

fn install_hook() {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let guarded = GUARDS.try_with(Cell::get).unwrap_or(0) > 0;
        let scanning = SCANS.load(Ordering::Relaxed) > 0 && std::thread::current().name().is_none();
        if !guarded && !scanning {
            previous(info);
        }
    }));
}
