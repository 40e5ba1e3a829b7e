//! The `Autocrypt-Gossip` field (Discovery §5): the grammar and the names of `Autocrypt`.
//!
//! Not here: whether gossip is accepted, and from whom.

use super::attributes::{Attributes, Statement};
use super::{FieldFlaw, RawField, autocrypt, check_size, keydata};
use crate::addr::Addr;

/// The field's name.
pub const GOSSIP_FIELD: &str = "Autocrypt-Gossip";

/// Reads a gossip field: whose key it is, and the key data, decoded. A preference is ignored.
///
/// # Errors
/// The first [`FieldFlaw`] in the order of judgement. An address that is none is
/// [`FieldFlaw::AddrMismatch`], for it equals no recipient.
pub fn read_gossip(field: &RawField<'_>) -> Result<(Addr, Vec<u8>), FieldFlaw> {
    check_size(field)?;
    let statement = Statement::read(Attributes::new(field.value), autocrypt::role)?;
    statement.check_names()?;
    let addr = statement.addr.ok_or(FieldFlaw::MissingAddr)?;
    let key = statement.key.ok_or(FieldFlaw::MissingKey)?;
    let addr = Addr::parse_bytes(addr).map_err(|_| FieldFlaw::AddrMismatch)?;
    let key_data = keydata::decode(key).ok_or(FieldFlaw::Base64)?;
    Ok((addr, key_data))
}
