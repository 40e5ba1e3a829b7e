//! How arguments come in from C and values go out: the places that touch raw pointers.
//!
//! Everything here rests on the promises that the header asks of the caller: a text ends with NUL, a
//! length is that of its memory, an output may be written to. Not here: ownership, which the types
//! in the signatures fix.

use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::addr::Addr;

use crate::bytes::{inbome_buffer, inbome_bytes};
use crate::guard::guard;
use crate::result::{Failure, INBOME_RESULT_NOT_UTF8};

/// An output that may be written to.
pub(crate) struct Out<'a, T>(Option<&'a mut MaybeUninit<T>>);

/// What an output holds until the call succeeds.
pub(crate) trait Blank {
    const BLANK: Self;
}

impl<T> Blank for *mut T {
    const BLANK: Self = std::ptr::null_mut();
}

impl Blank for i32 {
    const BLANK: Self = 0;
}

impl Blank for i64 {
    const BLANK: Self = 0;
}

impl Blank for inbome_buffer {
    const BLANK: Self = Self::EMPTY;
}

impl<'a, T: Blank> Out<'a, T> {
    /// Blanks the output at once, whatever the call comes to.
    pub(crate) fn blank(out: Option<&'a mut MaybeUninit<T>>) -> Self {
        let mut out = out;
        if let Some(out) = &mut out {
            out.write(T::BLANK);
        }
        Self(out)
    }

    /// The output, which must be there.
    pub(crate) fn required(self, name: &str) -> Result<Given<'a, T>, Failure> {
        self.0.map(Given).ok_or_else(|| Failure::null(name))
    }

    /// Writes, if the caller wants it.
    pub(crate) fn put_if_wanted(self, value: T) {
        if let Some(out) = self.0 {
            out.write(value);
        }
    }
}

impl<T> Out<'_, *mut T> {
    /// Hands an object over to C, if the caller wants it.
    pub(crate) fn give_if_wanted(self, object: T) {
        if let Some(out) = self.0 {
            out.write(Box::into_raw(Box::new(object)));
        }
    }
}

/// An output that is there.
pub(crate) struct Given<'a, T>(&'a mut MaybeUninit<T>);

impl<T> Given<'_, T> {
    pub(crate) fn put(self, value: T) {
        self.0.write(value);
    }
}

impl<T> Given<'_, *mut T> {
    /// Hands an object over to C.
    pub(crate) fn give(self, object: T) {
        self.0.write(Box::into_raw(Box::new(object)));
    }
}

/// An argument that must be there.
pub(crate) fn required<T>(argument: Option<T>, name: &str) -> Result<T, Failure> {
    argument.ok_or_else(|| Failure::null(name))
}

/// A text that must be there.
pub(crate) fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a str, Failure> {
    optional_text(pointer, name)?.ok_or_else(|| Failure::null(name))
}

/// A text that may be NULL.
pub(crate) fn optional_text<'a>(
    pointer: *const c_char,
    name: &str,
) -> Result<Option<&'a str>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL; the header asks for a NUL at the end, and for memory that stays as it is
    // until the call returns. No caller here keeps the reference for longer.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map(Some).map_err(|_| {
        let shown: String = text.to_string_lossy().chars().take(80).collect();
        let sentence = format!("expected {name} in UTF-8, found {shown:?}");
        Failure::new(INBOME_RESULT_NOT_UTF8, &sentence)
    })
}

/// An address that must be there.
pub(crate) fn addr(pointer: *const c_char, name: &str) -> Result<Addr, Failure> {
    Ok(Addr::parse(text(pointer, name)?)?)
}

/// The address of a peer who may be stored: as it was given here before, too.
pub(crate) fn peer_addr(pointer: *const c_char, name: &str) -> Result<Addr, Failure> {
    Ok(Addr::parse_shown(text(pointer, name)?)?)
}

/// An address that may be NULL.
pub(crate) fn optional_addr(pointer: *const c_char, name: &str) -> Result<Option<Addr>, Failure> {
    Ok(optional_text(pointer, name)?.map(Addr::parse).transpose()?)
}

/// Octets that must be there; none at all is fine.
pub(crate) fn octets<'a>(bytes: inbome_bytes, name: &str) -> Result<&'a [u8], Failure> {
    match (bytes.data.is_null(), bytes.len) {
        (true, 0) => Ok(&[]),
        (true, _) => Err(Failure::null(name)),
        (false, len) if isize::try_from(len).is_err() => Err(Failure::invalid(&format!(
            "expected the octets of {name}, found a length of {len}"
        ))),
        // SAFETY: not NULL, of a possible length; the header asks for that many octets, which stay
        // as they are until the call returns. No caller here keeps the reference for longer.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(bytes.data, len) }),
    }
}

/// A yes or no; anything but 0 is yes.
pub(crate) fn is_yes(number: i32) -> bool {
    number != 0
}

/// A text for C. A NUL inside cannot be said there.
pub(crate) fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// Something printable for C.
pub(crate) fn shown(value: &impl std::fmt::Display) -> CString {
    c_text(&value.to_string())
}

/// A borrowed text for C; NULL if there is none.
pub(crate) fn lent(text: Option<&CString>) -> *const c_char {
    text.map_or(std::ptr::null(), |text| text.as_ptr())
}

/// Reads from an object; `none` if it is NULL.
pub(crate) fn read<'a, T: ?Sized, R>(
    object: Option<&'a T>,
    none: R,
    work: impl FnOnce(&'a T) -> R,
) -> R {
    object.and_then(|object| guard(|| work(object))).unwrap_or(none)
}

/// Frees an object; NULL is fine.
pub(crate) fn free<T>(object: Option<Box<T>>) {
    guard(|| drop(object));
}

/// Makes an object and hands it over to C.
pub(crate) fn made<T>(make: impl FnOnce() -> T) -> Option<Box<T>> {
    guard(|| Box::new(make()))
}
