//! Output in the clear: the input byte for byte, less whole removed fields, plus added ones
//! (Discovery §8).

use crate::addr::Addr;
use crate::header::{self, FieldFlaw, RawField};
use crate::limits::Limit;
use crate::mime::rewrite;

/// The mail without the fields that never leave, and with `key_fields` as its last ones.
pub(super) fn in_clear(
    mail: &[u8],
    from: Option<&Addr>,
    key_fields: &[(&'static str, String)],
) -> Result<Vec<u8>, Limit> {
    rewrite(mail, &|field| is_removed(field, from), key_fields)
}

/// Fields that never leave: blind recipients, our own controls, and key fields for the sender.
pub(super) fn is_removed(field: &RawField<'_>, from: Option<&Addr>) -> bool {
    if ["Bcc", "Resent-Bcc", "Autocrypt-Draft-State", "X-Inbome"].iter().any(|name| field.is(name))
    {
        return true;
    }
    // A field for somebody else is none of ours; one that cannot be read would be taken for ours.
    let for_another = |from| matches!(header::read(field, from), Err(FieldFlaw::AddrMismatch));
    header::family(field.name).is_some() && from.is_some_and(|from| !for_another(from))
}
