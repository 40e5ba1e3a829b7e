//! CBOR (RFC 8949) as the payloads between devices need it: whatever is well-formed is read, and
//! what is written is the deterministic form of section 4.2.1.
//!
//! Not here: what a payload means. A reader asks [`Value::get`] for the keys that it knows and so
//! skips all others.

use zeroize::Zeroize;

/// How deep values within values are read.
pub const MAX_DEPTH: usize = 32;
/// Values in one document, those within others counted too.
pub const MAX_VALUES: usize = 1 << 20;

/// Any CBOR value. Whether it was written with a definite length is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A whole number from 0.
    Uint(u64),
    /// The whole number -1 - n.
    Negative(u64),
    /// Octets.
    Bytes(Vec<u8>),
    /// Text.
    Text(String),
    /// Values in a row.
    Array(Vec<Self>),
    /// Keys with values; no key stands twice.
    Map(Vec<(Self, Self)>),
    /// A tagged value.
    Tag(u64, Box<Self>),
    /// A simple value, those named below included.
    Simple(u8),
    /// A floating-point number, as the bits of an `f64`.
    Float(u64),
}

/// Why octets are not one CBOR value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// Not well-formed, cut off, or text that is not UTF-8.
    #[error("the data is not well-formed CBOR")]
    Malformed,
    /// Something follows the value.
    #[error("the data goes on after its end")]
    Trailing,
    /// A map has one key twice.
    #[error("a key of the data appears twice")]
    DuplicateKey,
    /// [`MAX_DEPTH`] or [`MAX_VALUES`] is exceeded.
    #[error("the data is nested too deeply or has too many values")]
    TooLarge,
}

impl Value {
    /// `false`.
    pub const FALSE: Self = Self::Simple(20);
    /// `true`.
    pub const TRUE: Self = Self::Simple(21);
    /// `null`.
    pub const NULL: Self = Self::Simple(22);

    /// A map with text keys.
    #[must_use]
    pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Map(
            entries.into_iter().map(|(key, value)| (Self::Text(key.to_owned()), value)).collect(),
        )
    }

    /// The value of the text key `key`; none if this is not a map or has no such key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(k, _)| matches!(k, Self::Text(text) if text == key)).map(|(_, v)| v)
    }

    /// Reads exactly one value.
    ///
    /// # Errors
    /// [`CborError`] if `octets` are anything else.
    pub fn decode(octets: &[u8]) -> Result<Self, CborError> {
        let mut reader = Reader { rest: octets, left: MAX_VALUES };
        let value = reader.value(MAX_DEPTH)?;
        if reader.rest.is_empty() { Ok(value) } else { Err(CborError::Trailing) }
    }

    /// The deterministic form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        // Room for all of it at once, so that no copy of a secret is left behind.
        let mut out = Vec::with_capacity(self.size());
        self.write(&mut out);
        out
    }

    fn size(&self) -> usize {
        // Heads are counted at their longest.
        let inner = match self {
            Self::Bytes(octets) => octets.len(),
            Self::Text(text) => text.len(),
            Self::Array(items) => items.iter().fold(0, |n: usize, v| n.saturating_add(v.size())),
            Self::Map(entries) => entries
                .iter()
                .fold(0, |n: usize, (k, v)| n.saturating_add(k.size()).saturating_add(v.size())),
            Self::Tag(_, value) => value.size(),
            Self::Uint(_) | Self::Negative(_) | Self::Simple(_) | Self::Float(_) => 0,
        };
        inner.saturating_add(9)
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Uint(n) => head(0, *n, out),
            Self::Negative(n) => head(1, *n, out),
            Self::Bytes(octets) => {
                head(2, octets.len() as u64, out);
                out.extend_from_slice(octets);
            }
            Self::Text(text) => {
                head(3, text.len() as u64, out);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Array(items) => {
                head(4, items.len() as u64, out);
                items.iter().for_each(|item| item.write(out));
            }
            Self::Map(entries) => {
                head(5, entries.len() as u64, out);
                let mut sorted: Vec<_> = entries.iter().map(|(k, v)| (k.encode(), v)).collect();
                sorted.sort_by(|a, b| a.0.cmp(&b.0));
                for (key, value) in sorted {
                    out.extend_from_slice(&key);
                    value.write(out);
                }
            }
            Self::Tag(tag, value) => {
                head(6, *tag, out);
                value.write(out);
            }
            Self::Simple(simple) => head(7, u64::from(*simple), out),
            Self::Float(bits) => write_float(*bits, out),
        }
    }
}

impl Zeroize for Value {
    fn zeroize(&mut self) {
        match self {
            Self::Bytes(octets) => octets.zeroize(),
            Self::Text(text) => text.zeroize(),
            Self::Array(items) => items.iter_mut().for_each(Zeroize::zeroize),
            Self::Map(entries) => entries.iter_mut().for_each(|(k, v)| {
                k.zeroize();
                v.zeroize();
            }),
            Self::Tag(_, value) => value.zeroize(),
            Self::Uint(n) | Self::Negative(n) | Self::Float(n) => n.zeroize(),
            Self::Simple(n) => n.zeroize(),
        }
    }
}

/// The first octets of a value: its major type and the shortest form of `n`.
fn head(major: u8, n: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    if let Ok(n) = u8::try_from(n) {
        if n < 24 { out.push(major | n) } else { out.extend_from_slice(&[major | 24, n]) }
    } else if let Ok(n) = u16::try_from(n) {
        out.push(major | 25);
        out.extend_from_slice(&n.to_be_bytes());
    } else if let Ok(n) = u32::try_from(n) {
        out.push(major | 26);
        out.extend_from_slice(&n.to_be_bytes());
    } else {
        out.push(major | 27);
        out.extend_from_slice(&n.to_be_bytes());
    }
}

/// The shortest form that keeps the number; every NaN is the same half.
fn write_float(bits: u64, out: &mut Vec<u8>) {
    let number = f64::from_bits(bits);
    if number.is_nan() {
        return out.extend_from_slice(&[0xf9, 0x7e, 0x00]);
    }
    if let Some(half) = to_half(bits) {
        out.push(0xf9);
        return out.extend_from_slice(&half.to_be_bytes());
    }
    #[allow(clippy::cast_possible_truncation)]
    let single = number as f32;
    if f64::from(single).to_bits() == bits {
        out.push(0xfa);
        out.extend_from_slice(&single.to_bits().to_be_bytes());
    } else {
        out.push(0xfb);
        out.extend_from_slice(&bits.to_be_bytes());
    }
}

/// `bits` of an `f64` as a half-precision number; none if that would lose something.
fn to_half(bits: u64) -> Option<u16> {
    let sign = u16::try_from(bits >> 63).ok()? << 15;
    let exponent = i32::try_from((bits >> 52) & 0x7ff).ok()?.saturating_sub(1023);
    let fraction = bits & ((1 << 52) - 1);
    let magnitude = match exponent {
        -1023 if fraction == 0 => 0,
        1024 if fraction == 0 => 0x7c00,
        -14..=15 => {
            let biased = u64::try_from(exponent.saturating_add(15)).ok()?;
            u16::try_from(biased << 10 | fraction >> 42).ok()?
        }
        // Subnormal: the leading 1 is written out.
        -24..=-15 => {
            let shift = u32::try_from(28_i32.saturating_sub(exponent)).ok()?;
            u16::try_from((fraction | 1 << 52).checked_shr(shift)?).ok()?
        }
        _ => return None,
    };
    let half = sign | magnitude;
    (half_bits(half) == bits).then_some(half)
}

/// A half-precision number as the bits of an `f64` (RFC 8949, appendix D).
fn half_bits(half: u16) -> u64 {
    let fraction = f64::from(half & 0x3ff);
    let magnitude = match (half >> 10) & 0x1f {
        0 => fraction * 2_f64.powi(-24),
        31 if half & 0x3ff == 0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (fraction + 1024.0) * 2_f64.powi(i32::from(exponent).saturating_sub(25)),
    };
    (if half & 0x8000 == 0 { magnitude } else { -magnitude }).to_bits()
}

/// What is not read yet, and how many values may still come.
struct Reader<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: u64) -> Result<&'a [u8], CborError> {
        let n = usize::try_from(n).map_err(|_| CborError::Malformed)?;
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(CborError::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Major type, additional information, and the number; none means of indefinite length.
    fn head(&mut self) -> Result<(u8, u8, Option<u64>), CborError> {
        let first = self.take(1)?.first().copied().ok_or(CborError::Malformed)?;
        let (major, info) = (first >> 5, first & 0x1f);
        let number = match info {
            0..=23 => Some(u64::from(info)),
            24..=27 => {
                let octets = self.take(1 << (info & 3))?;
                Some(octets.iter().fold(0, |n, octet| n << 8 | u64::from(*octet)))
            }
            31 if matches!(major, 2..=5 | 7) => None,
            _ => return Err(CborError::Malformed),
        };
        Ok((major, info, number))
    }

    /// Whether a *break* is next; it is taken.
    fn at_break(&mut self) -> bool {
        let rest = self.rest.strip_prefix(&[0xff]);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Whether another item comes in a row of `length`, of which `done` are read.
    fn more(&mut self, length: Option<u64>, done: u64) -> bool {
        length.map_or_else(|| !self.at_break(), |length| done < length)
    }

    fn value(&mut self, depth: usize) -> Result<Value, CborError> {
        self.left = self.left.checked_sub(1).ok_or(CborError::TooLarge)?;
        let depth = depth.checked_sub(1).ok_or(CborError::TooLarge)?;
        let (major, info, number) = self.head()?;
        Ok(match (major, number) {
            (0, Some(n)) => Value::Uint(n),
            (1, Some(n)) => Value::Negative(n),
            (2, length) => Value::Bytes(self.string(2, length)?),
            (3, length) => Value::Text(
                String::from_utf8(self.string(3, length)?).map_err(|_| CborError::Malformed)?,
            ),
            (4, length) => {
                let mut items = Vec::new();
                while self.more(length, items.len() as u64) {
                    items.push(self.value(depth)?);
                }
                Value::Array(items)
            }
            (5, length) => {
                let mut entries = Vec::new();
                while self.more(length, entries.len() as u64) {
                    entries.push((self.value(depth)?, self.value(depth)?));
                }
                let mut keys: Vec<_> = entries.iter().map(|(key, _)| key.encode()).collect();
                keys.sort();
                if keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
                    return Err(CborError::DuplicateKey);
                }
                Value::Map(entries)
            }
            (6, Some(tag)) => Value::Tag(tag, Box::new(self.value(depth)?)),
            (7, Some(n)) => special(info, n)?,
            _ => return Err(CborError::Malformed),
        })
    }

    fn string(&mut self, major: u8, length: Option<u64>) -> Result<Vec<u8>, CborError> {
        if let Some(length) = length {
            return Ok(self.take(length)?.to_vec());
        }
        let mut whole = Vec::new();
        while !self.at_break() {
            let (kind, _, length) = self.head()?;
            let chunk = self.take(length.filter(|_| kind == major).ok_or(CborError::Malformed)?)?;
            // Each chunk of a text is a text by itself.
            if major == 3 && std::str::from_utf8(chunk).is_err() {
                return Err(CborError::Malformed);
            }
            whole.extend_from_slice(chunk);
        }
        Ok(whole)
    }
}

/// A simple value or a floating-point number, by the additional information of its head.
fn special(info: u8, n: u64) -> Result<Value, CborError> {
    let malformed = |_| CborError::Malformed;
    Ok(match info {
        0..=23 => Value::Simple(info),
        24 if n >= 32 => Value::Simple(u8::try_from(n).map_err(malformed)?),
        25 => Value::Float(half_bits(u16::try_from(n).map_err(malformed)?)),
        26 => {
            Value::Float(f64::from(f32::from_bits(u32::try_from(n).map_err(malformed)?)).to_bits())
        }
        27 => Value::Float(n),
        _ => return Err(CborError::Malformed),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
            .collect()
    }

    /// RFC 8949, appendix A: the examples whose form is already the deterministic one.
    #[test]
    fn deterministic_examples_of_the_rfc_stay_as_they_are() {
        for hex in [
            "00",
            "01",
            "0a",
            "17",
            "1818",
            "1819",
            "1864",
            "1903e8",
            "1a000f4240",
            "1b000000e8d4a51000",
            "1bffffffffffffffff",
            "c249010000000000000000",
            "3bffffffffffffffff",
            "c349010000000000000000",
            "20",
            "29",
            "3863",
            "3903e7",
            "f90000",
            "f98000",
            "f93c00",
            "fb3ff199999999999a",
            "f93e00",
            "f97bff",
            "fa47c35000",
            "fa7f7fffff",
            "fb7e37e43c8800759c",
            "f90001",
            "f90400",
            "f9c400",
            "fbc010666666666666",
            "f97c00",
            "f97e00",
            "f9fc00",
            "f4",
            "f5",
            "f6",
            "f7",
            "f0",
            "f8ff",
            "c074323031332d30332d32315432303a30343a30305a",
            "c11a514b67b0",
            "c1fb41d452d9ec200000",
            "d74401020304",
            "d818456449455446",
            "d82076687474703a2f2f7777772e6578616d706c652e636f6d",
            "40",
            "4401020304",
            "60",
            "6161",
            "6449455446",
            "62225c",
            "62c3bc",
            "63e6b0b4",
            "64f0908591",
            "80",
            "83010203",
            "8301820203820405",
            "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
            "a0",
            "a201020304",
            "a26161016162820203",
            "826161a161626163",
            "a56161614161626142616361436164614461656145",
        ] {
            let octets = unhex(hex);
            assert_eq!(Value::decode(&octets).map(|v| v.encode()), Ok(octets), "{hex}");
        }
    }

    /// RFC 8949, appendix A: the others, and what they are in the deterministic form.
    #[test]
    fn other_examples_of_the_rfc_are_read() {
        for (read, written) in [
            ("fa7f800000", "f97c00"),
            ("fa7fc00000", "f97e00"),
            ("faff800000", "f9fc00"),
            ("fb7ff0000000000000", "f97c00"),
            ("fb7ff8000000000000", "f97e00"),
            ("fbfff0000000000000", "f9fc00"),
            ("5f42010243030405ff", "450102030405"),
            ("7f657374726561646d696e67ff", "6973747265616d696e67"),
            ("9fff", "80"),
            ("9f018202039f0405ffff", "8301820203820405"),
            ("9f01820203820405ff", "8301820203820405"),
            ("83018202039f0405ff", "8301820203820405"),
            ("83019f0203ff820405", "8301820203820405"),
            ("bf61610161629f0203ffff", "a26161016162820203"),
            ("826161bf61626163ff", "826161a161626163"),
            ("bf6346756ef563416d7421ff", "a263416d74216346756ef5"),
            // Longer heads than needed, and keys out of order.
            ("1800", "00"),
            ("1b0000000000000001", "01"),
            ("a2616202616101", "a2616101616202"),
        ] {
            assert_eq!(
                Value::decode(&unhex(read)).map(|v| v.encode()),
                Ok(unhex(written)),
                "{read}"
            );
        }
    }

    #[test]
    fn hostile_data_is_an_error() {
        use CborError::{DuplicateKey, Malformed, TooLarge, Trailing};
        for (hex, why) in [
            ("", Malformed),
            ("18", Malformed),
            ("1c", Malformed),
            ("1f", Malformed),
            ("3f", Malformed),
            ("df00", Malformed),
            ("ff", Malformed),
            ("f800", Malformed),
            ("f81f", Malformed),
            ("4201", Malformed),
            ("5bffffffffffffffff00", Malformed),
            ("9bffffffffffffffff", Malformed),
            ("bbffffffffffffffff", Malformed),
            ("81", Malformed),
            ("9f00", Malformed),
            ("bf00ff", Malformed),
            ("5f6161ff", Malformed),
            ("5f5fffff", Malformed),
            ("7f61c361bcff", Malformed),
            ("61ff", Malformed),
            ("0000", Trailing),
            ("a2616101616102", DuplicateKey),
            // One key, once with a longer head and once in two pieces.
            ("a200011800", Malformed),
            ("a20001180002", DuplicateKey),
            ("a26161017f6161ff02", DuplicateKey),
            ("a2f93c0001fa3f80000002", DuplicateKey),
        ] {
            assert_eq!(Value::decode(&unhex(hex)), Err(why), "{hex}");
        }
        assert_eq!(Value::decode(&[0x81; 1_000_000]), Err(TooLarge));
        assert_eq!(Value::decode(&[0xc1; 1_000_000]), Err(TooLarge));
        let mut many = vec![0x9f];
        many.resize(MAX_VALUES + 2, 0);
        assert_eq!(Value::decode(&many), Err(TooLarge));
    }

    #[test]
    fn every_half_is_written_as_it_was_read() {
        for half in 0..=u16::MAX {
            let octets = [[0xf9].as_slice(), &half.to_be_bytes()].concat();
            let nan = half & 0x7c00 == 0x7c00 && half & 0x3ff != 0;
            let want = if nan { vec![0xf9, 0x7e, 0] } else { octets.clone() };
            assert_eq!(Value::decode(&octets).map(|v| v.encode()), Ok(want));
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<u64>().prop_map(Value::Uint),
            any::<u64>().prop_map(Value::Negative),
            any::<Vec<u8>>().prop_map(Value::Bytes),
            any::<String>().prop_map(Value::Text),
            prop_oneof![0..24_u8, 32..=255_u8].prop_map(Value::Simple),
            any::<f64>()
                .prop_filter("NaN", |n| !n.is_nan())
                .prop_map(|n| Value::Float(n.to_bits())),
            any::<f32>()
                .prop_filter("NaN", |n| !n.is_nan())
                .prop_map(|n| Value::Float(f64::from(n).to_bits())),
        ];
        leaf.prop_recursive(5, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner.clone(), 0..8).prop_map(|map| {
                    let mut entries: Vec<_> =
                        map.into_iter().map(|(k, v)| (Value::Text(k), v)).collect();
                    entries.sort_by_key(|(key, _)| key.encode());
                    Value::Map(entries)
                }),
                (any::<u64>(), inner).prop_map(|(tag, v)| Value::Tag(tag, Box::new(v))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in any_value()) {
            let octets = value.encode();
            prop_assert!(octets.len() <= value.size());
            prop_assert_eq!(Value::decode(&octets), Ok(value));
        }

        #[test]
        fn any_octets_are_a_value_or_an_error(octets: Vec<u8>) {
            if let Ok(value) = Value::decode(&octets) {
                prop_assert_eq!(Value::decode(&value.encode()).map(|v| v.encode()), Ok(value.encode()));
            }
        }
    }
}
