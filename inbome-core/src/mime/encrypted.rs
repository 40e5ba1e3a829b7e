//! What counts as already encrypted (Discovery §8): the whole mail and nothing less.
//!
//! Not here: taking encrypted mail apart.

use memchr::memmem;

use super::content_type::ContentType;

const BEGIN: &[u8] = b"-----BEGIN PGP MESSAGE-----";
const END: &[u8] = b"-----END PGP MESSAGE-----";

/// Whether a mail with this type and body is already encrypted: `multipart/encrypted`, S/MIME, or
/// one inline PGP message.
#[must_use]
pub fn is_encrypted(content_type: ContentType<'_>, body: &[u8]) -> bool {
    content_type.is("multipart", "encrypted")
        || is_smime(content_type)
        || (content_type.is("text", "plain") && is_inline_pgp(body))
}

/// RFC 8551 §3.2.2: these three are in clear; without a `smime-type` it is enveloped data, as the
/// oldest programs have it.
pub(super) fn is_smime(content_type: ContentType<'_>) -> bool {
    let pkcs7 = content_type.is("application", "pkcs7-mime")
        || content_type.is("application", "x-pkcs7-mime");
    let in_clear = |kind: String| {
        ["signed-data", "certs-only", "compressed-data"]
            .iter()
            .any(|clear| kind.eq_ignore_ascii_case(clear))
    };
    pkcs7 && !content_type.param("smime-type").is_some_and(in_clear)
}

/// Whether OpenPGP armor of a message begins anywhere in a mail.
pub(crate) fn holds_armor(mail: &[u8]) -> bool {
    memmem::find(mail, BEGIN).is_some()
}

/// Exactly one message: nothing before it, nothing behind it, no second one.
pub(super) fn is_inline_pgp(body: &[u8]) -> bool {
    let text = body.trim_ascii();
    let Some(inside) = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)) else {
        return false;
    };
    let first_line = inside.split(|octet| *octet == b'\n').next().unwrap_or_default();
    inside.contains(&b'\n')
        && first_line.trim_ascii().is_empty()
        && inside.ends_with(b"\n")
        && memmem::find(inside, BEGIN).is_none()
        && memmem::find(inside, END).is_none()
}
