//! The two public structs: octets that are borrowed, and octets that are owned.

use zeroize::Zeroize;

use crate::guard::guard;

/// Borrowed octets, for mails and keys: never a text that ends with NUL. As an argument they must
/// stay as they are until the call returns. Data may be NULL if the length is 0.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct inbome_bytes {
    /// The first octet.
    pub data: *const u8,
    /// How many octets there are.
    pub len: usize,
}

impl inbome_bytes {
    pub(crate) const EMPTY: Self = Self { data: std::ptr::null(), len: 0 };

    pub(crate) fn of(octets: &[u8]) -> Self {
        Self { data: octets.as_ptr(), len: octets.len() }
    }
}

/// Owned octets, given by a call: free them with inbome_buffer_free. A NUL that is not counted
/// stands after the last octet, so that a text can be used as one.
#[repr(C)]
#[derive(Debug)]
pub struct inbome_buffer {
    /// The first octet; NULL if nothing was given.
    pub data: *mut u8,
    /// How many octets there are, the NUL at the end not counted.
    pub len: usize,
}

impl inbome_buffer {
    pub(crate) const EMPTY: Self = Self { data: std::ptr::null_mut(), len: 0 };

    pub(crate) fn of(octets: &[u8]) -> Self {
        let mut owned = Vec::with_capacity(octets.len().saturating_add(1));
        owned.extend_from_slice(octets);
        owned.push(0);
        let owned: Box<[u8]> = owned.into_boxed_slice();
        Self { data: Box::into_raw(owned).cast(), len: octets.len() }
    }
}

/// Frees what a buffer holds, overwrites it first, and makes the buffer empty. The buffer itself
/// stays the caller's.
///
/// buffer: a buffer that a call of this library filled or blanked, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_buffer_free(buffer: Option<&mut inbome_buffer>) {
    guard(|| {
        let Some(buffer) = buffer else { return };
        let held = std::mem::replace(buffer, inbome_buffer::EMPTY);
        if held.data.is_null() {
            return;
        }
        let len = held.len.saturating_add(1);
        let whole = std::ptr::slice_from_raw_parts_mut(held.data, len);
        // SAFETY: `inbome_buffer::of` made it from a boxed slice of this length, and the header asks
        // that the struct be freed once and not be changed.
        let mut owned = unsafe { Box::from_raw(whole) };
        owned.zeroize();
    });
}
