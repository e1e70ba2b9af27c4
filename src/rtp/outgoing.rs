//! Room for the packets of one frame, used again for every frame of every stream.

/// Bytes of the longest packet that is sent: header, 60 ms of sound, tag.
const PACKET_BYTES: usize = 512;

/// Packets of a frame at most: the rest of what was said, and the three ends of a key.
const PACKETS: usize = 4;

/// The packets of one frame.
#[derive(Debug)]
pub struct Outgoing {
    bytes: [[u8; PACKET_BYTES]; PACKETS],
    lengths: [usize; PACKETS],
    count: usize,
}

impl Default for Outgoing {
    fn default() -> Self {
        Self { bytes: [[0; PACKET_BYTES]; PACKETS], lengths: [0; PACKETS], count: 0 }
    }
}

impl Outgoing {
    /// The packets, ready for the wire.
    pub fn packets(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.iter().zip(self.lengths).take(self.count).filter_map(|(bytes, length)| bytes.get(..length))
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// Lets `write` fill the next packet; it gives the length, or `None` when there is none.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut [u8]) -> Option<usize>) {
        let (Some(bytes), Some(length)) = (self.bytes.get_mut(self.count), self.lengths.get_mut(self.count)) else { return };
        let Some(written) = write(bytes) else { return };
        *length = written;
        self.count += 1;
    }
}
