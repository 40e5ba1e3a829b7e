//! `decrypt`: a mail as a reader shall see it, and the one summary of what it is worth.

use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::decrypt::{Decrypted, Encryption, Failure, Intended, Signature, Signer};
use inbome_core::openpgp::message::OpenFlaw;
use inbome_core::secret::Secret;

use crate::bytes::{inbome_buffer, inbome_bytes};
use crate::engine::inbome_engine;
use crate::pointer::{Out, c_text, free, octets, optional_addr, required, shown};

use crate::result::{inbome_result, on_engine, without_engine};
use crate::time::time_out;

/// The mail is not encrypted as a whole.
pub const INBOME_ENCRYPTION_NONE: i32 = 1;
/// The mail was decrypted.
pub const INBOME_ENCRYPTION_ENCRYPTED: i32 = 2;
/// The mail is encrypted and gives nothing; inbome_decrypted_failure says why.
pub const INBOME_ENCRYPTION_FAILED: i32 = 3;

/// No signature over the whole mail.
pub const INBOME_SIGNATURE_NONE: i32 = 1;
/// A signature that counts; whose it is says inbome_decrypted_signer.
pub const INBOME_SIGNATURE_VALID: i32 = 2;
/// A signature by a key that is not known.
pub const INBOME_SIGNATURE_UNKNOWN_KEY: i32 = 3;
/// A signature that is wrong; show it as none.
pub const INBOME_SIGNATURE_INVALID: i32 = 4;

/// Signed by the key that counts for the From address now: the pinned one, else the one that it
/// advertises, else the imported one.
pub const INBOME_SIGNER_CURRENT: i32 = 1;
/// Signed by a key that was seen for the From address, for which another key counts now.
pub const INBOME_SIGNER_FORMER: i32 = 2;
/// Signed by a key that is known of the From address by gossip alone.
pub const INBOME_SIGNER_GOSSIP: i32 = 3;
/// Signed by a key of the user's, in the name of somebody else.
pub const INBOME_SIGNER_OWN: i32 = 4;
/// Signed by a key of somebody else.
pub const INBOME_SIGNER_OTHER: i32 = 5;
/// By a key that this very mail advertises and that was not known before: nobody vouches for it but the
/// mail.
pub const INBOME_SIGNER_NEW: i32 = 6;

/// The signature names the user among those whom it is for.
pub const INBOME_INTENDED_YES: i32 = 1;
/// The signature is for others: it is invalid.
pub const INBOME_INTENDED_NO: i32 = 2;
/// The signature names nobody.
pub const INBOME_INTENDED_ABSENT: i32 = 3;

/// A mail as a reader shall see it, and the one summary of its encryption and signature.
pub struct inbome_decrypted {
    pub(crate) message: Option<Vec<u8>>,
    pub(crate) encryption: i32,
    pub(crate) failed: Failed,
    pub(crate) signature: i32,
    pub(crate) fingerprint: Option<CString>,
    pub(crate) signed_at: i64,
    pub(crate) signer: i32,
    pub(crate) intended: i32,
    pub(crate) from: Option<CString>,
    pub(crate) date_differs: bool,
    pub(crate) protected: Vec<CString>,
    pub(crate) differing: Vec<CString>,
    pub(crate) footers: Vec<CString>,
    /// Media type and text.
    pub(crate) surrounding: Vec<(CString, CString)>,
    pub(crate) unread: Option<CString>,
    pub(crate) session_key: Option<Secret>,
}

/// Why an encrypted mail gives nothing; all of it empty if it does not.
#[derive(Default)]
pub(crate) struct Failed {
    pub(crate) reason: i32,
    pub(crate) text: Option<CString>,
    pub(crate) locked_key: Option<CString>,
    pub(crate) key_ids: Vec<CString>,
}

/// Decrypts and verifies a mail (Messages §3). Only the whole mail is ever decrypted; a mail that is
/// not encrypted comes back as it is, with the summary of its signature. Nothing stored changes:
/// inbome_process_incoming is what learns. One call does both if its receipt asks for the payload.
///
/// engine: the engine.
/// account: whose keys are tried, or NULL: those of the account that the mail names, else all.
/// mail: the whole mail.
/// decrypted: the mail and its summary.
///
/// Returns: INBOME_RESULT_OK, also for a mail that cannot be decrypted.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND if the home has no account or not this one; INBOME_RESULT_REFUSED past a
/// limit; INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_decrypted_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypt(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    mail: inbome_bytes,
    decrypted: Option<&mut MaybeUninit<*mut inbome_decrypted>>,
) -> inbome_result {
    let decrypted = Out::blank(decrypted);
    on_engine(engine, |engine| {
        let decrypted = decrypted.required("decrypted")?;
        let mail = octets(mail, "mail")?;
        let account = optional_addr(account, "account")?;
        decrypted.give(engine.decrypt(account.as_ref(), mail)?.into());
        Ok(())
    })
}

/// The session key of the mail, for a search index that decrypts without the secret key (Messages
/// §6). Whoever has it can read this mail.
///
/// decrypted: the object.
/// session_key: the number of the algorithm, a colon and the key in hexadecimal, as gpg takes it;
/// empty if the mail was not decrypted. What is freed is overwritten.
///
/// Returns: INBOME_RESULT_OK, with a key or without.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
/// Owned: free with inbome_buffer_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_session_key(
    decrypted: Option<&inbome_decrypted>,
    session_key: Option<&mut MaybeUninit<inbome_buffer>>,
) -> inbome_result {
    let session_key = Out::blank(session_key);
    without_engine(|| {
        let decrypted = required(decrypted, "decrypted")?;
        let out = session_key.required("session_key")?;
        if let Some(key) = &decrypted.session_key {
            out.put(inbome_buffer::of(key.as_bytes()));
        }
        Ok(())
    })
}

/// Whether one of the user's keys may open a mail. Key IDs are compared and nothing is decrypted, so
/// that a list of mails can be marked; a locked key counts.
///
/// engine: the engine.
/// account: whose keys are looked at, or NULL: those of the account that the mail names, else all.
/// mail: the whole mail, or one OpenPGP message, armored or binary.
/// can: 1 or 0.
///
/// Returns: INBOME_RESULT_OK, with a yes or a no.
/// Errors: as inbome_decrypt.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_can_decrypt(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    mail: inbome_bytes,
    can: Option<&mut MaybeUninit<i32>>,
) -> inbome_result {
    let can = Out::blank(can);
    on_engine(engine, |engine| {
        let can = can.required("can")?;
        let mail = octets(mail, "mail")?;
        let account = optional_addr(account, "account")?;
        can.put(i32::from(engine.can_decrypt(account.as_ref(), mail)?));
        Ok(())
    })
}

/// Frees a decrypted and all that was borrowed from it.
///
/// decrypted: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_decrypted_free(decrypted: Option<Box<inbome_decrypted>>) {
    free(decrypted);
}

/// Names an encryption: "encrypted", for instance; the words that the command prints too.
///
/// encryption: any number.
///
/// Returns: the name; "unknown" for a number that is none of INBOME_ENCRYPTION_.
/// Borrowed: valid until the process ends
#[unsafe(no_mangle)]
pub extern "C" fn inbome_encryption_name(encryption: i32) -> *const c_char {
    name_of(ENCRYPTIONS, encryption)
}

/// Names a signature: "valid", for instance; the words that the command prints too.
///
/// signature: any number.
///
/// Returns: the name; "unknown" for a number that is none of INBOME_SIGNATURE_.
/// Borrowed: valid until the process ends
#[unsafe(no_mangle)]
pub extern "C" fn inbome_signature_name(signature: i32) -> *const c_char {
    name_of(SIGNATURES, signature)
}

/// Names a signer: "current", for instance; the words that the command prints too.
///
/// signer: any number.
///
/// Returns: the name; "unknown" for a number that is none of INBOME_SIGNER_.
/// Borrowed: valid until the process ends
#[unsafe(no_mangle)]
pub extern "C" fn inbome_signer_name(signer: i32) -> *const c_char {
    name_of(SIGNERS, signer)
}

/// Names whom a signature is for: "yes", for instance; the words that the command prints too.
///
/// intended: any number.
///
/// Returns: the name; "unknown" for a number that is none of INBOME_INTENDED_.
/// Borrowed: valid until the process ends
#[unsafe(no_mangle)]
pub extern "C" fn inbome_intended_name(intended: i32) -> *const c_char {
    name_of(INTENDED, intended)
}

impl From<Decrypted> for inbome_decrypted {
    fn from(decrypted: Decrypted) -> Self {
        let Decrypted { message, summary, surrounding, session_key, .. } = decrypted;
        let (fingerprint, made) = match &summary.signature {
            Signature::Valid { fingerprint, made } => (Some(fingerprint), Some(*made)),
            _ => (None, None),
        };
        let texts = |list: &[String]| list.iter().map(|text| c_text(text)).collect();
        Self {
            message,
            encryption: encryption_out(&summary.encryption),
            failed: match &summary.encryption {
                Encryption::Failed(failure) => failure.into(),
                _ => Failed::default(),
            },
            signature: signature_out(&summary.signature),
            fingerprint: fingerprint.map(shown),
            signed_at: time_out(made),
            signer: summary.signer.map_or(0, signer_out),
            intended: summary.intended.map_or(0, intended_out),
            from: summary.from.as_ref().map(shown),
            date_differs: summary.date_differs,
            protected: texts(&summary.protected),
            differing: texts(&summary.differs),
            footers: surrounding.after.iter().map(|beside| c_text(&beside.text)).collect(),
            surrounding: surrounding
                .all()
                .map(|beside| (c_text(beside.media_type()), c_text(&beside.text)))
                .collect(),
            unread: summary.unread.map(|unread| c_text(unread.code().name())),
            session_key,
        }
    }
}

impl From<&Failure> for Failed {
    fn from(failure: &Failure) -> Self {
        let key_ids = match failure {
            Failure::Message(OpenFlaw::NoKey { key_ids }) => key_ids.iter().map(shown).collect(),
            _ => Vec::new(),
        };
        let locked_key = match failure {
            Failure::Locked { fingerprint } => Some(shown(fingerprint)),
            _ => None,
        };
        let reason = failure.code().number();
        Self { reason, text: Some(shown(failure)), locked_key, key_ids }
    }
}

fn encryption_out(encryption: &Encryption) -> i32 {
    match encryption {
        Encryption::None => INBOME_ENCRYPTION_NONE,
        Encryption::Encrypted => INBOME_ENCRYPTION_ENCRYPTED,
        Encryption::Failed(_) => INBOME_ENCRYPTION_FAILED,
    }
}

fn signature_out(signature: &Signature) -> i32 {
    match signature {
        Signature::None => INBOME_SIGNATURE_NONE,
        Signature::Valid { .. } => INBOME_SIGNATURE_VALID,
        Signature::UnknownKey => INBOME_SIGNATURE_UNKNOWN_KEY,
        Signature::Invalid => INBOME_SIGNATURE_INVALID,
    }
}

fn signer_out(signer: Signer) -> i32 {
    match signer {
        Signer::Current => INBOME_SIGNER_CURRENT,
        Signer::Former => INBOME_SIGNER_FORMER,
        Signer::Gossip => INBOME_SIGNER_GOSSIP,
        Signer::Own => INBOME_SIGNER_OWN,
        Signer::Other => INBOME_SIGNER_OTHER,
        Signer::New => INBOME_SIGNER_NEW,
    }
}

fn intended_out(intended: Intended) -> i32 {
    match intended {
        Intended::Yes => INBOME_INTENDED_YES,
        Intended::No => INBOME_INTENDED_NO,
        Intended::Absent => INBOME_INTENDED_ABSENT,
    }
}

fn name_of(names: &[(i32, &'static CStr)], number: i32) -> *const c_char {
    let found = names.iter().find(|(known, _)| *known == number);
    found.map_or(c"unknown", |(_, name)| name).as_ptr()
}

const ENCRYPTIONS: &[(i32, &CStr)] = &[
    (INBOME_ENCRYPTION_NONE, c"none"),
    (INBOME_ENCRYPTION_ENCRYPTED, c"encrypted"),
    (INBOME_ENCRYPTION_FAILED, c"failed"),
];
const SIGNATURES: &[(i32, &CStr)] = &[
    (INBOME_SIGNATURE_NONE, c"none"),
    (INBOME_SIGNATURE_VALID, c"valid"),
    (INBOME_SIGNATURE_UNKNOWN_KEY, c"unknown_key"),
    (INBOME_SIGNATURE_INVALID, c"invalid"),
];
const SIGNERS: &[(i32, &CStr)] = &[
    (INBOME_SIGNER_CURRENT, c"current"),
    (INBOME_SIGNER_FORMER, c"former"),
    (INBOME_SIGNER_GOSSIP, c"gossip"),
    (INBOME_SIGNER_OWN, c"own"),
    (INBOME_SIGNER_OTHER, c"other"),
    (INBOME_SIGNER_NEW, c"new"),
];
const INTENDED: &[(i32, &CStr)] = &[
    (INBOME_INTENDED_YES, c"yes"),
    (INBOME_INTENDED_NO, c"no"),
    (INBOME_INTENDED_ABSENT, c"absent"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The name in C of a number is that of the core. The conversions are exhaustive, so a new
    /// variant stops the build until it has a number.
    #[test]
    fn every_value_of_the_summary_has_the_name_of_the_core() {
        use inbome_core::clock::Timestamp;
        use inbome_core::key::Fingerprint;
        let fingerprint = Fingerprint::parse(&"AB".repeat(20)).unwrap();
        let made = Timestamp::from_secs(0);
        let valid = Signature::Valid { fingerprint, made };
        let signatures = [Signature::None, valid, Signature::UnknownKey, Signature::Invalid];
        let failed = Encryption::Failed(Failure::SMime);
        let encryptions = [Encryption::None, Encryption::Encrypted, failed];
        use Signer as S;
        let signers = [S::Current, S::Former, S::Gossip, S::Own, S::Other, S::New];
        let intended = [Intended::Yes, Intended::No, Intended::Absent];
        let mut pairs = Vec::new();
        let is = inbome_encryption_name;
        pairs.extend(encryptions.iter().map(|e| (is(encryption_out(e)), e.name())));
        let is = inbome_signature_name;
        pairs.extend(signatures.iter().map(|s| (is(signature_out(s)), s.name())));
        pairs.extend(signers.map(|s| (inbome_signer_name(signer_out(s)), s.name())));
        pairs.extend(intended.map(|i| (inbome_intended_name(intended_out(i)), i.name())));
        for (found, expected) in pairs {
            // SAFETY: a static text of the tables above.
            let found = unsafe { CStr::from_ptr(found) };
            assert_eq!(found.to_str(), Ok(expected));
        }
        let tables = [ENCRYPTIONS.len(), SIGNATURES.len(), SIGNERS.len(), INTENDED.len()];
        assert_eq!(tables, [encryptions.len(), signatures.len(), signers.len(), intended.len()]);
    }
}
