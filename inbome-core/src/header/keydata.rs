//! Key data: standard base64 with padding and zero trailing bits, blanks anywhere
//! (Discovery §2.2).
//!
//! Blanks are dropped and sextets joined in one pass into one buffer, since a scan decodes some
//! hundred thousand of these. Anything else is refused, never guessed.

use super::attributes::is_blank;

/// Above every sextet.
const BLANK: u8 = 64;
const PAD: u8 = 65;
const STRANGE: u8 = 255;

static SEXTETS: [u8; 256] = sextets();

/// The octets that `text` stands for, or `None` if it is anything but strict base64 and blanks.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity((text.len() / 4).saturating_mul(3));
    let mut rest = text;
    let mut held = 0_u32;
    let mut count = 0_u8;
    loop {
        if count == 0 {
            rest = decode_quads(rest, &mut octets);
        }
        let Some((octet, more)) = rest.split_first() else { break };
        rest = more;
        match sextet(*octet) {
            BLANK => {}
            PAD => return finish(octets, held, count, rest),
            STRANGE => return None,
            bits => {
                held = (held << 6) | u32::from(bits);
                count = count.wrapping_add(1);
                if count == 4 {
                    let [_, a, b, c] = held.to_be_bytes();
                    octets.extend_from_slice(&[a, b, c]);
                    (held, count) = (0, 0);
                }
            }
        }
    }
    // Without padding only whole groups are complete.
    (count == 0).then_some(octets)
}

/// Takes groups of four as long as no blank, padding or strange octet is among them.
fn decode_quads<'a>(mut text: &'a [u8], octets: &mut Vec<u8>) -> &'a [u8] {
    while let Some((quad, rest)) = text.split_first_chunk::<4>() {
        let [a, b, c, d] = quad.map(sextet);
        if (a | b | c | d) >= BLANK {
            break;
        }
        let bits = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
        let [_, x, y, z] = bits.to_be_bytes();
        octets.extend_from_slice(&[x, y, z]);
        text = rest;
    }
    text
}

/// Takes the last group, of which one `=` has been seen and `rest` follows.
fn finish(mut octets: Vec<u8>, held: u32, count: u8, rest: &[u8]) -> Option<Vec<u8>> {
    let mut tail = rest.iter().copied().filter(|octet| !is_blank(*octet));
    match count {
        2 if tail.next() == Some(b'=') && held & 0xF == 0 => {
            let [.., a] = (held >> 4).to_be_bytes();
            octets.push(a);
        }
        3 if held & 0x3 == 0 => {
            let [.., a, b] = (held >> 2).to_be_bytes();
            octets.extend_from_slice(&[a, b]);
        }
        _ => return None,
    }
    tail.next().is_none().then_some(octets)
}

fn sextet(octet: u8) -> u8 {
    SEXTETS.get(usize::from(octet)).copied().unwrap_or(STRANGE)
}

// Evaluated by the compiler, which would refuse an index out of bounds.
#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::arithmetic_side_effects
)]
const fn sextets() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [STRANGE; 256];
    let mut value = 0;
    while value < alphabet.len() {
        table[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    table[b' ' as usize] = BLANK;
    table[b'\t' as usize] = BLANK;
    table[b'\r' as usize] = BLANK;
    table[b'\n' as usize] = BLANK;
    table[b'=' as usize] = PAD;
    table
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_strict_base64_is_decoded() {
        for (name, text, octets) in [
            ("empty", "", Some("")),
            ("whole group", "Zm9v", Some("foo")),
            ("one pad", "Zm8=", Some("fo")),
            ("two pads", "Zg==", Some("f")),
            ("folds inside", "Zm\r\n 9\tv Z\n\n m8 = ", Some("foofo")),
            ("blank between pads", "Zg= \r\n =", Some("f")),
            ("missing padding", "Zm8", None),
            ("missing padding of two", "Zg", None),
            ("half of the padding", "Zg=", None),
            ("too much padding", "Zm8==", None),
            ("padding alone", "====", None),
            ("padding after a whole group", "Zm9v=", None),
            ("one sextet", "Z", None),
            ("one sextet padded", "Z===", None),
            ("non-zero trailing bits of four", "Zh==", None),
            ("non-zero trailing bits of two", "Zm9=", None),
            ("text after padding", "Zg==Zg==", None),
            ("URL-safe alphabet", "-_-_", None),
            ("NUL", "Zm9v\0", None),
            ("8-bit", "Zm9v\u{e9}", None),
            ("form feed", "Zm9v\u{c}", None),
            ("quotes", "\"Zm9v\"", None),
            ("checksum of armor", "Zm9v\r\n =Zm9v", None),
        ] {
            assert_eq!(
                decode(text.as_bytes()),
                octets.map(|octets| octets.as_bytes().to_vec()),
                "{name}"
            );
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_known_decoder(text in "[A-Za-d0-3+/= \r\n]{0,12}") {
            let dense: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
            prop_assert_eq!(decode(text.as_bytes()), STANDARD.decode(dense).ok());
        }
    }
}
