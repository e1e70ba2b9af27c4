//! Messages cut out of a stream of bytes, and the keep-alive between them (RFC 3261 §18.3, RFC 5626 §3.5.1).

use std::fmt;

use super::header_name::Known;
use super::reader;
use super::token;

/// Most bytes of a message's head.
const LONGEST_HEAD: usize = 32 * 1024;

/// Most bytes of a message's body.
const LONGEST_BODY: usize = 64 * 1024;

/// Collects what a connection brings.
#[derive(Default)]
pub struct Framing {
    bytes: Vec<u8>,
    /// The head does not end before here.
    searched: usize,
}

/// What came over a connection. `Debug` shows no bytes, among which may be keys and passwords.
#[derive(PartialEq, Eq)]
pub enum Frame {
    /// One message, for [`super::Message::parse`].
    Message(Vec<u8>),
    /// `CRLF CRLF`: the other side wants to know whether we are there. Answer with `CRLF`.
    Ping,
}

/// Why a connection cannot be read on: it has to be closed, since nobody knows where the next message begins.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum FramingError {
    /// The head does not end.
    #[error("the head of a SIP message is longer than {LONGEST_HEAD} bytes")]
    HeadTooLong,
    /// The body is too long.
    #[error("the body of a SIP message is longer than {LONGEST_BODY} bytes")]
    BodyTooLong {
        /// The head alone, which can be answered with 513 before the connection is closed.
        head: Vec<u8>,
    },
    /// Content-Length is missing or is no number.
    #[error("a SIP message on a stream does not say how long it is")]
    LengthUnknown {
        /// The head alone, which can be answered with 400 before the connection is closed.
        head: Vec<u8>,
    },
}

impl Framing {
    /// Takes in what was read from the connection.
    pub fn handle_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message or ping, if it is whole. Drain it after each [`Framing::handle_bytes`].
    pub fn poll(&mut self) -> Result<Option<Frame>, FramingError> {
        if self.bytes.starts_with(b"\r\n\r\n") {
            self.bytes.drain(..4);
            return Ok(Some(Frame::Ping));
        }
        if self.bytes.len() < 4 && b"\r\n\r\n".starts_with(&self.bytes) {
            return Ok(None);
        }
        self.skip_line_breaks();
        self.message()
    }

    fn skip_line_breaks(&mut self) {
        let breaks = self.bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.bytes.drain(..breaks);
    }

    fn message(&mut self) -> Result<Option<Frame>, FramingError> {
        let unsearched = self.bytes.get(self.searched..).unwrap_or_default();
        let (head, Some(body)) = reader::split_head(unsearched) else { return self.wait_for_head() };
        let head_end = self.bytes.len() - body.len();
        if self.searched + head.len() > LONGEST_HEAD {
            return Err(FramingError::HeadTooLong);
        }
        let (head, body) = self.bytes.split_at(head_end);
        let length = content_length(head).ok_or_else(|| FramingError::LengthUnknown { head: head.to_vec() })?;
        if length > LONGEST_BODY {
            return Err(FramingError::BodyTooLong { head: head.to_vec() });
        }
        if body.len() < length {
            return Ok(None);
        }
        self.searched = 0;
        Ok(Some(Frame::Message(self.bytes.drain(..head_end + length).collect())))
    }

    /// Next time the search goes on three bytes before the end: a blank line may have begun there.
    fn wait_for_head(&mut self) -> Result<Option<Frame>, FramingError> {
        if self.bytes.len() > LONGEST_HEAD {
            return Err(FramingError::HeadTooLong);
        }
        self.searched = self.bytes.len().saturating_sub(3);
        Ok(None)
    }
}

impl fmt::Debug for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Framing with {} bytes", self.bytes.len())
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(bytes) => write!(f, "Message of {} bytes", bytes.len()),
            Self::Ping => f.write_str("Ping"),
        }
    }
}

impl fmt::Debug for FramingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HeadTooLong => "HeadTooLong",
            Self::BodyTooLong { .. } => "BodyTooLong",
            Self::LengthUnknown { .. } => "LengthUnknown",
        })
    }
}

/// The length that a head says; when it says several, they must be the same.
fn content_length(head: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(head);
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    let mut said =
        fields.filter(|(name, _)| Known::of(name.trim_end()) == Some(Known::CONTENT_LENGTH)).map(|(_, value)| token::number(value.trim()));
    let first = said.next()??;
    said.all(|other| other == Some(first)).then(|| usize::try_from(first).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"OPTIONS sip:a@b SIP/2.0\r\nCall-ID: x\r\nl : 4\r\n\r\nbody";

    fn drain(framing: &mut Framing) -> Vec<Frame> {
        std::iter::from_fn(|| framing.poll().unwrap()).collect()
    }

    #[test]
    fn messages_are_the_same_however_the_stream_is_cut() {
        let stream = [b"\r\n\r\n", MESSAGE, b"\r\n", MESSAGE, MESSAGE].concat();
        let expected = [Frame::Ping, Frame::Message(MESSAGE.to_vec()), Frame::Message(MESSAGE.to_vec()), Frame::Message(MESSAGE.to_vec())];

        for size in 1..stream.len() {
            let mut framing = Framing::default();
            let mut frames = Vec::new();
            for piece in stream.chunks(size) {
                framing.handle_bytes(piece);
                frames.extend(drain(&mut framing));
            }
            assert_eq!(frames, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn a_stream_that_cannot_be_read_on_says_why() {
        let long = b"A: b\r\n".repeat(LONGEST_HEAD / 6 + 1);
        for (stream, error) in [
            (long, "HeadTooLong"),
            (b"OPTIONS sip:a@b SIP/2.0\r\n\r\n".to_vec(), "LengthUnknown"),
            (b"OPTIONS sip:a@b SIP/2.0\r\nl: -1\r\n\r\n".to_vec(), "LengthUnknown"),
            (b"OPTIONS sip:a@b SIP/2.0\r\nl: 1\r\nl: 2\r\n\r\n".to_vec(), "LengthUnknown"),
            (b"OPTIONS sip:a@b SIP/2.0\r\nl: 99999999999999999999999\r\n\r\n".to_vec(), "BodyTooLong"),
        ] {
            let mut framing = Framing::default();
            framing.handle_bytes(&stream);
            assert!(format!("{:?}", framing.poll()).contains(error), "{error}");
        }
    }
}
