//! Small values of fields: a line of text, an id, a `mailto:` address.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memrchr};

use crate::addr::Addr;
use crate::header::unfold;

/// Octets of a program's name that are kept.
const MAX_SHOWN_BYTES: usize = 200;

/// A value for people to read: no control characters, no blanks around it, at most 200 octets.
pub(super) fn shown(value: &[u8]) -> Option<String> {
    let octets = unfold(value);
    let line = String::from_utf8_lossy(&octets);
    let mut text = String::with_capacity(line.len().min(MAX_SHOWN_BYTES));
    for c in line.trim().chars() {
        if c.is_control() {
            continue;
        }
        if text.len().saturating_add(c.len_utf8()) > MAX_SHOWN_BYTES {
            break;
        }
        text.push(c);
    }
    text.truncate(text.trim_end().len());
    (!text.is_empty()).then_some(text)
}

/// What stands behind the last `;`, of which those in comments are none.
pub(super) fn behind_semicolon(value: &[u8]) -> Option<&[u8]> {
    let mut depth = 0_usize;
    let last = value.iter().rposition(|octet| {
        match octet {
            b')' => depth = depth.saturating_add(1),
            b'(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *octet == b';' && depth == 0
    });
    // Comments that do not close are no comments.
    value.get(last.or_else(|| memrchr(b';', value))?.saturating_add(1)..)
}

/// The octets between the last `<` and the `>` behind it.
pub(super) fn last_id(value: &[u8]) -> Option<&[u8]> {
    let id = value.get(memrchr(b'<', value)?.checked_add(1)?..)?;
    id.get(..memchr(b'>', id)?).filter(|id| !id.is_empty())
}

/// The address of the first `<mailto:…>` (RFC 2369); its query is left out.
pub(super) fn mailto(value: &[u8]) -> Option<Addr> {
    let value = unfold(value);
    let uri = memchr_iter(b'<', &value).find_map(|open| {
        let (scheme, uri) = value.get(open..)?.split_first_chunk::<8>()?;
        scheme.eq_ignore_ascii_case(b"<mailto:").then_some(uri)
    })?;
    let uri = uri.get(..memchr(b'>', uri)?)?;
    let address = uri.split(|octet| *octet == b'?').next()?;
    Addr::parse_bytes(&percent_decoded(address)).ok()
}

fn percent_decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, more)) = rest.split_first() {
        let escape = (*first == b'%').then(|| more.split_first_chunk::<2>()).flatten();
        if let Some((digits, after)) = escape
            && let Some(octet) = hexadecimal(*digits)
        {
            octets.push(octet);
            rest = after;
        } else {
            octets.push(*first);
            rest = more;
        }
    }
    Cow::Owned(octets)
}

fn hexadecimal(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? << 4 | low?).ok()
}
