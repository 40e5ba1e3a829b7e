//! The one shape that a decrypted message may have.
//!
//! Implements Messages §3: `[compressed(] signed*( literal ) [)]` and nothing else, and the bounds
//! of Discovery §9 on decompression. Not here: whether a signature is good.

use std::ops::Range;

use pgp::packet::{Decompressor, OnePassSignature, PacketHeader};
use pgp::types::Tag;

use super::super::sig::Sig;
use super::RawSignature;
use super::frames::{Frame, Frames};
use super::session::{Plaintext, read_secret};
use crate::limits::MAX_DECOMPRESSED_BYTES;
use crate::secret::Secret;

/// What a message of the right shape holds: its literal octets and all signatures over them.
/// `room` is how much may come of decompression.
pub(super) fn read(plaintext: Plaintext, room: usize) -> Option<(Secret, Vec<RawSignature>)> {
    match Layer::parse(&plaintext, true)? {
        Layer::Signed(signed) => signed.take(plaintext),
        Layer::Compressed(frame) => {
            let room = room.min(MAX_DECOMPRESSED_BYTES);
            // What stands behind the compressed data in its packet is nobody's: Sequoia pads there.
            let source = Decompressor::from_reader(frame.reader(&plaintext)).ok()?;
            let inner = read_secret(source, 0, room)?;
            // Messages §3 knows one layer of compression; so no bomb has a second stage.
            match Layer::parse(&inner, false)? {
                Layer::Signed(signed) => signed.take(inner),
                Layer::Compressed(_) => None,
            }
        }
    }
}

/// A sequence of packets that is one layer of a message.
enum Layer {
    Compressed(Frame),
    Signed(Signed),
}

/// Signatures, announced or not, around one literal packet.
struct Signed {
    literal: Vec<Range<usize>>,
    signatures: Vec<RawSignature>,
}

impl Layer {
    fn parse(octets: &[u8], may_be_compressed: bool) -> Option<Self> {
        let mut before = Vec::new();
        let mut data: Option<Frame> = None;
        let mut after = Vec::new();
        for frame in Frames::new(octets) {
            let frame = frame?;
            if frame.is_skipped() {
                continue;
            }
            let in_compressed = data.as_ref().is_some_and(|data| data.tag == Tag::CompressedData);
            match frame.tag {
                Tag::OnePassSignature | Tag::Signature if data.is_none() => before.push(frame),
                Tag::Signature if !in_compressed => after.push(frame),
                Tag::LiteralData if data.is_none() => data = Some(frame),
                Tag::CompressedData if may_be_compressed && data.is_none() && before.is_empty() => {
                    data = Some(frame);
                }
                // A second literal, another encrypted layer, a stray key: all fail.
                _ => return None,
            }
        }
        let data = data?;
        if data.tag == Tag::CompressedData {
            return Some(Self::Compressed(data));
        }
        let signatures = pair(octets, &before, after)?;
        Some(Self::Signed(Signed { literal: content(octets, data)?, signatures }))
    }
}

impl Signed {
    /// The literal octets, brought together in the place where they are.
    fn take(self, mut plaintext: Plaintext) -> Option<(Secret, Vec<RawSignature>)> {
        let mut end = 0_usize;
        for span in self.literal {
            let length = span.len();
            plaintext.get(span.clone())?;
            plaintext.copy_within(span, end);
            end = end.checked_add(length)?;
        }
        plaintext.truncate(end);
        // The whole storage is still zeroed when it is dropped, the end beyond the length too.
        Some((Secret::new(std::mem::take(&mut *plaintext)), self.signatures))
    }
}

/// All signatures, outermost first. Each one-pass packet announces one that follows the literal,
/// the first the last.
fn pair(octets: &[u8], before: &[Frame], mut after: Vec<Frame>) -> Option<Vec<RawSignature>> {
    let mut signatures = Vec::with_capacity(before.len());
    for frame in before {
        let body = frame.body(octets);
        if frame.tag == Tag::Signature {
            signatures.push(RawSignature { body: body.into(), announced: true });
            continue;
        }
        let signature = after.pop()?;
        let signature = signature.body(octets);
        let announced = announces(&body, &signature);
        signatures.push(RawSignature { body: signature.into(), announced });
    }
    after.is_empty().then_some(signatures)
}

/// RFC 9580 §5.4: a signature that is not the one announced is no valid one.
fn announces(one_pass: &[u8], signature: &[u8]) -> bool {
    let parse = || {
        let length = u32::try_from(one_pass.len()).ok()?;
        let header = PacketHeader::new_fixed(Tag::OnePassSignature, length);
        OnePassSignature::try_from_reader(header, one_pass).ok()
    };
    let both = parse().zip(Sig::parse(signature));
    both.is_some_and(|(one_pass, sig)| one_pass.matches(sig.packet()))
}

/// Where the content of a literal packet is: after format, name and date.
fn content(octets: &[u8], literal: Frame) -> Option<Vec<Range<usize>>> {
    let mut spans = literal.spans;
    let first = spans.first_mut()?;
    let body = octets.get(first.clone())?;
    let (format, rest) = body.split_first()?;
    if !matches!(format, b'b' | b't' | b'u' | b'm') {
        return None;
    }
    let name = usize::from(*rest.first()?);
    // Format, length of the name, the name, four octets of date; all in the first piece, which is
    // longer where there are several.
    let header = name.checked_add(6)?;
    body.get(header..)?;
    first.start = first.start.checked_add(header)?;
    Some(spans)
}
