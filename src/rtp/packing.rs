//! Frames of 20 ms in packets of the length that the peer asks for (`ptime`, RFC 3551 §4.2).

/// The longest packet: 60 ms.
pub(super) const MOST_SAMPLES: usize = 480;

/// Sound that waits until it fills a packet.
#[derive(Debug, Default)]
pub(super) struct Packing {
    samples: Vec<u8>,
    /// Samples at its beginning that are in packets.
    packed: usize,
    /// The timestamp of the first sample that is in none.
    timestamp: u32,
}

impl Packing {
    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.packed == self.samples.len()
    }

    /// Puts a frame behind what waits.
    pub fn push(&mut self, frame: &[u8], timestamp: u32) {
        if self.is_empty() {
            self.timestamp = timestamp;
        }
        self.samples.drain(..self.packed);
        self.packed = 0;
        self.samples.extend_from_slice(frame);
    }

    /// The next packet of so many samples, with its timestamp, once there are as many.
    pub fn next(&mut self, size: usize) -> Option<(u32, &[u8])> {
        let timestamp = self.timestamp;
        let packet = self.samples.get(self.packed..)?.get(..size)?;
        self.packed += size;
        self.timestamp = timestamp.wrapping_add(u32::try_from(size).unwrap_or_default());
        Some((timestamp, packet))
    }

    /// What waits, in a shorter packet: nothing follows it for a while.
    pub fn rest(&mut self) -> Option<(u32, &[u8])> {
        let waiting = self.samples.len() - self.packed;
        if waiting == 0 { None } else { self.next(waiting) }
    }

    /// Forgets what waits: it is in a codec that is spoken no more, or nobody is to hear it.
    pub fn clear(&mut self) {
        self.samples.clear();
        self.packed = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Timestamps and lengths of the packets that frames become.
    fn packets(size: usize, frames: u32) -> Vec<(u32, usize)> {
        let (mut packing, mut packets) = (Packing::default(), Vec::new());
        for frame in 0..frames {
            packing.push(&[0; 160], frame * 160);
            while let Some((timestamp, packet)) = packing.next(size) {
                packets.push((timestamp, packet.len()));
            }
        }
        packets.extend(packing.rest().map(|(timestamp, packet)| (timestamp, packet.len())));
        packets
    }

    #[test]
    fn packets_are_shorter_or_longer_than_frames_and_leave_nothing_out() {
        assert_eq!(packets(80, 2), [(0, 80), (80, 80), (160, 80), (240, 80)]);
        assert_eq!(packets(240, 4), [(0, 240), (240, 240), (480, 160)]);
        assert_eq!(packets(320, 3), [(0, 320), (320, 160)]);
        assert_eq!(packets(MOST_SAMPLES, 3), [(0, 480)]);
    }

    #[test]
    fn what_was_cleared_is_in_no_packet() {
        let mut packing = Packing::default();
        packing.push(&[1; 160], 0);
        packing.clear();
        packing.push(&[2; 160], 640);

        assert_eq!(packing.rest(), Some((640, &[2; 160][..])));
        assert!(packing.is_empty() && packing.rest().is_none());
    }
}
