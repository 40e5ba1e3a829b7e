//! The shapes of fields and bodies in an invented mail.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::stage::folded;

/// Field flaws as they happen by accident and by intent.
pub(super) fn broken(flaw: usize, turn: usize, own: &str, key: &[u8]) -> String {
    let good = folded(key);
    match (flaw * 3 + turn) % 9 {
        0 => format!("Autocrypt: addr={own}; critical=yes; keydata={good}\r\n"),
        1 => format!("Autocrypt: addr={own}; keydata={}\r\n", &good[..good.len() / 2]),
        2 => format!("Autocrypt: prefer-encrypt=mutual; keydata={good}\r\n"),
        3 => format!("Autocrypt: addr={own}; addr={own}; keydata={good}\r\n"),
        4 => format!("Autocrypt: addr={own} keydata {good}\r\n"),
        5 => format!("INBOME-Encryption: to={own}; type=x509; key={good}\r\n"),
        6 => format!("Autocrypt: addr={own}; keydata={}\r\n", folded(b"no key at all")),
        7 => format!("Autocrypt: addr={own}; keydata={good}{}\r\n", "\r\n AAAA".repeat(2_000)),
        _ => format!("Autocrypt: addr={own}; prefer-encrypt=mutual\r\n"),
    }
}

/// A mailbox for From: the name quoted, or encoded where it is not ASCII.
pub(super) fn mailbox(name: &str, addr: &str, charset: &str) -> String {
    match name.is_ascii() {
        true if name.contains(['\'', '&']) => format!("\"{name}\" <{addr}>"),
        true => format!("{name} <{addr}>"),
        false => format!("{} <{addr}>", encoded(name, charset)),
    }
}

pub(super) fn encoded(text: &str, charset: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let charset = if charset == "iso-8859-1" { charset } else { "utf-8" };
    format!("=?{charset}?B?{}?=", STANDARD.encode(in_charset(text, charset)))
}

pub(super) fn in_charset(text: &str, charset: &str) -> Vec<u8> {
    match charset {
        "iso-8859-1" => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

pub(super) fn plain(charset: &str, text: &str) -> (String, String) {
    let mime = format!(
        "Content-Type: text/plain; charset=\"{charset}\"; format=flowed\r\n\
         Content-Transfer-Encoding: 8bit\r\n"
    );
    (mime, text.to_owned())
}

pub(super) fn alternative(number: u64, charset: &str, text: &str) -> (String, String) {
    let mime = format!("Content-Type: multipart/alternative;\r\n boundary=\"=_a{number}\"\r\n");
    let html = text.replace("\r\n\r\n", "</p>\r\n<p>");
    let body = format!(
        "--=_a{number}\r\nContent-Type: text/plain; charset={charset}\r\n\r\n{text}\r\n\
         --=_a{number}\r\nContent-Type: text/html; charset={charset}\r\n\r\n<p>{html}</p>\r\n\
         --=_a{number}--\r\n"
    );
    (mime, body)
}

pub(super) fn with_picture(
    number: u64,
    charset: &str,
    text: &str,
    noise: &[u8],
) -> (String, String) {
    let mime = format!("Content-Type: multipart/mixed; boundary=\"=_m{number}\"\r\n");
    let picture = folded(&noise.repeat(40));
    let body = format!(
        "--=_m{number}\r\nContent-Type: text/plain; charset={charset}\r\n\r\n{text}\r\n\
         --=_m{number}\r\nContent-Type: image/jpeg; name=\"lake.jpg\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--=_m{number}--\r\n",
        picture.replace("\r\n ", "\r\n")
    );
    (mime, body)
}

/// The shape of an encrypted mail; nobody can read what is in it.
pub(super) fn ciphertext(number: u64, noise: &[u8]) -> (String, String) {
    let mime = format!(
        "Content-Type: multipart/encrypted;\r\n protocol=\"application/pgp-encrypted\";\r\n \
         boundary=\"=_e{number}\"\r\n"
    );
    let body = format!(
        "--=_e{number}\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\
         --=_e{number}\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP \
         MESSAGE-----\r\n{}\r\n-----END PGP MESSAGE-----\r\n--=_e{number}--\r\n",
        folded(&noise.repeat(6)).replace("\r\n ", "\r\n")
    );
    (mime, body)
}
