//! Where the packets of a message begin and end, without copying them.
//!
//! Implements the packet headers of RFC 9580 §4.2, partial and indeterminate lengths included,
//! with bounded memory. Not here: what is in a packet.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::ops::Range;

use pgp::packet::PacketHeader;
use pgp::types::{PacketLength, Tag};

/// One packet, as places in the octets that it was read from.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) tag: Tag,
    pub(super) spans: Vec<Range<usize>>,
}

impl Frame {
    /// The body in one piece; copied only if it came in several.
    pub(super) fn body<'a>(&self, octets: &'a [u8]) -> Cow<'a, [u8]> {
        match self.spans.as_slice() {
            [span] => Cow::Borrowed(octets.get(span.clone()).unwrap_or_default()),
            spans => {
                let pieces = spans.iter().filter_map(|span| octets.get(span.clone()));
                Cow::Owned(pieces.flatten().copied().collect())
            }
        }
    }

    /// The body as a stream.
    pub(super) fn reader<'a>(&'a self, octets: &'a [u8]) -> SpanReader<'a> {
        SpanReader { octets, spans: self.spans.iter(), piece: &[] }
    }

    /// Whether it is passed over wherever it stands (Messages §3).
    pub(super) fn is_skipped(&self) -> bool {
        matches!(
            self.tag,
            Tag::Marker | Tag::Padding | Tag::UnassignedNonCritical(_) | Tag::Experimental(_)
        )
    }
}

/// The packets of `octets`: `None` where the framing breaks, after which nothing follows.
pub(super) struct Frames<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Frames<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0 }
    }

    fn frame(&mut self) -> Option<Frame> {
        let mut rest = self.octets.get(self.at..)?;
        let header = PacketHeader::try_from_reader(&mut rest).ok()?;
        let tag = header.tag();
        let mut length = header.packet_length();
        let may_be_streamed = matches!(
            tag,
            Tag::CompressedData
                | Tag::SymEncryptedData
                | Tag::LiteralData
                | Tag::SymEncryptedProtectedData
                | Tag::GnupgAeadData
        );
        if !may_be_streamed && !matches!(length, PacketLength::Fixed(_)) {
            return None;
        }
        let mut spans = Vec::new();
        loop {
            let start = self.octets.len().checked_sub(rest.len())?;
            let size = match length {
                PacketLength::Fixed(size) | PacketLength::Partial(size) => {
                    usize::try_from(size).ok()?
                }
                PacketLength::Indeterminate => rest.len(),
            };
            rest = rest.get(size..)?;
            let end = start.checked_add(size)?;
            spans.push(start..end);
            if !matches!(length, PacketLength::Partial(_)) {
                self.at = end;
                return Some(Frame { tag, spans });
            }
            // RFC 9580: the first piece is that long at least. The second bound keeps the list of
            // pieces small beside the message.
            let room = MOST_PIECES.saturating_add(self.octets.len() / PIECE_BYTES);
            if (spans.len() == 1 && size < PIECE_BYTES) || spans.len() > room {
                return None;
            }
            length = PacketLength::try_from_reader(&mut rest).ok()?;
        }
    }
}

impl Iterator for Frames<'_> {
    type Item = Option<Frame>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.octets.len() {
            return None;
        }
        let frame = self.frame();
        if frame.is_none() {
            self.at = self.octets.len();
        }
        Some(frame)
    }
}

/// The octets of a [`Frame`], read in order.
#[derive(Debug)]
pub(super) struct SpanReader<'a> {
    octets: &'a [u8],
    spans: std::slice::Iter<'a, Range<usize>>,
    piece: &'a [u8],
}

impl BufRead for SpanReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.piece.is_empty() {
            let Some(span) = self.spans.next() else { break };
            self.piece = self.octets.get(span.clone()).unwrap_or_default();
        }
        Ok(self.piece)
    }

    fn consume(&mut self, amount: usize) {
        self.piece = self.piece.get(amount..).unwrap_or_default();
    }
}

impl Read for SpanReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

/// The least that the first piece of a streamed packet holds.
const PIECE_BYTES: usize = 512;
/// Pieces of one packet beside one for every [`PIECE_BYTES`] of the message.
const MOST_PIECES: usize = 1024;
