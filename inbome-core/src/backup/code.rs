//! The backup code: how it is drawn, and in which spellings what the user typed is tried.

use crate::random::{RandomError, SecureRandom};
use crate::secret::Secret;

/// Digits of a code, and of each of its groups.
const DIGITS: usize = 36;
const GROUP_DIGITS: usize = 4;

/// A new code: nine groups of four digits with dashes, each digit as likely as any other.
pub(super) fn draw(random: &dyn SecureRandom) -> Result<Secret, RandomError> {
    Ok(grouped(&crate::random::digits(random, DIGITS)?))
}

/// What is tried for `typed`, in order: as it is, and if it has 36 digits of any script, these as nine
/// groups of four with dashes.
pub(super) fn spellings(typed: &Secret, is_numeric: bool) -> Vec<Secret> {
    let mut spellings = vec![typed.clone()];
    let Some(text) = std::str::from_utf8(typed.as_bytes()).ok().filter(|_| is_numeric) else {
        return spellings;
    };
    let mut digits = Vec::with_capacity(text.len());
    digits.extend(text.chars().filter_map(digit));
    let digits = Secret::new(digits);
    if digits.as_bytes().len() == DIGITS {
        let grouped = grouped(&digits);
        if grouped != *typed {
            spellings.push(grouped);
        }
    }
    spellings
}

fn grouped(digits: &Secret) -> Secret {
    let mut text = Vec::with_capacity(DIGITS.saturating_mul(2));
    for group in digits.as_bytes().chunks(GROUP_DIGITS) {
        if !text.is_empty() {
            text.push(b'-');
        }
        text.extend_from_slice(group);
    }
    Secret::new(text)
}

/// The ASCII digit that `letter`, a decimal digit of any script, stands for.
fn digit(letter: char) -> Option<u8> {
    let code = u32::from(letter);
    let at = ZEROS.partition_point(|zero| *zero <= code);
    let zero = ZEROS.get(at.checked_sub(1)?)?;
    let value = u8::try_from(code.checked_sub(*zero)?).ok().filter(|value| *value < 10)?;
    b'0'.checked_add(value)
}

/// The zero of each script with decimal digits (Unicode 15.1, category Nd); the others follow it.
const ZEROS: &[u32] = &[
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66,
    0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x1_04A0, 0x1_0D30, 0x1_1066, 0x1_10F0, 0x1_1136, 0x1_11D0, 0x1_12F0, 0x1_1450, 0x1_14D0,
    0x1_1650, 0x1_16C0, 0x1_1730, 0x1_18E0, 0x1_1950, 0x1_1C50, 0x1_1D50, 0x1_1DA0, 0x1_1F50,
    0x1_6A60, 0x1_6AC0, 0x1_6B50, 0x1_D7CE, 0x1_D7D8, 0x1_D7E2, 0x1_D7EC, 0x1_D7F6, 0x1_E140,
    0x1_E2F0, 0x1_E4F0, 0x1_E950, 0x1_FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn a_code_is_nine_groups_of_four_digits() {
        let code = draw(&SystemRandom).expect("randomness");
        let text = std::str::from_utf8(code.as_bytes()).expect("ASCII").to_owned();
        let groups: Vec<&str> = text.split('-').collect();
        assert_eq!(groups.len(), 9, "{text}");
        assert!(groups.iter().all(|g| g.len() == 4 && g.bytes().all(|c| c.is_ascii_digit())));
        assert_ne!(draw(&SystemRandom), Ok(code));
    }

    #[test]
    fn digits_are_read_in_any_script_and_with_anything_between() {
        let code = "1742-0185-6197-1303-7016-8412-3581-4441-0597";
        let plain: String = code.chars().filter(char::is_ascii_digit).collect();
        let in_script = |zero: u32| -> String {
            let other = |c: char| char::from_u32(zero + c.to_digit(10).expect("a digit"));
            plain.chars().filter_map(other).collect()
        };
        for (name, typed, second) in [
            ("as shown", code.to_owned(), false),
            ("without dashes", plain.clone(), true),
            ("with blanks and lines", code.replace('-', " \n"), true),
            ("Arabic-Indic", in_script(0x660), true),
            ("Devanagari", in_script(0x966), true),
            ("full width", in_script(0xff10), true),
            ("mathematical", in_script(0x1_d7ce), true),
            ("a digit too few", plain[1..].to_owned(), false),
            ("a digit too many", format!("{plain}1"), false),
            ("a passphrase", "correct horse".to_owned(), false),
            ("nothing", String::new(), false),
        ] {
            let tried = spellings(&Secret::new(typed.clone().into_bytes()), true);
            assert_eq!(tried[0].as_bytes(), typed.as_bytes(), "{name}");
            assert_eq!(tried.len(), 1 + usize::from(second), "{name}");
            if let Some(grouped) = tried.get(1) {
                assert_eq!(grouped.as_bytes(), code.as_bytes(), "{name}");
            }
        }
        assert_eq!(spellings(&Secret::new(plain.into_bytes()), false).len(), 1);
    }
}
