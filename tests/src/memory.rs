//! An allocator that knows how much is held, so that bounds on memory are exact and not a matter of
//! the machine, and that sees whether what is given back still has a secret in it. A test file sets it
//! as its global allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static ALONE: Mutex<()> = Mutex::new(());

/// The system's allocator, counted.
pub struct Counting;

impl Counting {
    fn grow(by: usize) {
        let held = HELD.fetch_add(by, Ordering::Relaxed).saturating_add(by);
        PEAK.fetch_max(held, Ordering::Relaxed);
    }
}

// SAFETY: all work is the system allocator's; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::grow(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's until it is given back.
        unsafe { look(pointer, layout.size()) };
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // It may be copied: both are held then, and what was in the old one stays there.
        Self::grow(size);
        // SAFETY: the block is the caller's until it is given back.
        unsafe { look(pointer, layout.size()) };
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Whoever measures must be the only test that runs; each test of such a file begins with this.
pub fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `work` gives, and by how many octets it raised what is held at most.
pub fn growth<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.load(Ordering::SeqCst);
    PEAK.store(before, Ordering::SeqCst);
    let done = work();
    (done, PEAK.load(Ordering::SeqCst).saturating_sub(before))
}

/// What is looked for, one after the other; null beyond.
static SECRETS: [AtomicPtr<Vec<u8>>; 8] = [const { AtomicPtr::new(std::ptr::null_mut()) }; 8];
static LEFT: [AtomicUsize; 8] = [const { AtomicUsize::new(0) }; 8];

/// Counts the secrets in a block that is given back.
///
/// # Safety
/// The block has `size` octets and belongs to the caller.
unsafe fn look(pointer: *mut u8, size: usize) {
    for (secret, left) in SECRETS.iter().zip(&LEFT) {
        let secret = secret.load(Ordering::Relaxed);
        if secret.is_null() {
            return;
        }
        // SAFETY: only `left_behind` sets it, to a vector that lives as long as the program; and the
        // caller of this function vouches for the block.
        let (secret, block) = unsafe { (&*secret, std::slice::from_raw_parts(pointer, size)) };
        if size >= secret.len() && memchr::memmem::find(block, secret).is_some() {
            left.fetch_add(1, Ordering::Relaxed);
            if std::env::var_os("LEFT_BEHIND").is_some() {
                SECRETS[0].store(std::ptr::null_mut(), Ordering::Relaxed);
                panic!("a block of {size}");
            }
        }
    }
}

/// What `work` gives, and in how many blocks that were given back meanwhile each of `secrets` was.
pub fn left_behind<T>(secrets: &[&[u8]], work: impl FnOnce() -> T) -> (T, Vec<usize>) {
    for ((place, left), secret) in SECRETS.iter().zip(&LEFT).zip(secrets) {
        left.store(0, Ordering::SeqCst);
        place.store(Box::leak(Box::new(secret.to_vec())), Ordering::SeqCst);
    }
    let done = work();
    SECRETS.iter().for_each(|place| place.store(std::ptr::null_mut(), Ordering::SeqCst));
    (done, LEFT.iter().take(secrets.len()).map(|left| left.load(Ordering::SeqCst)).collect())
}
