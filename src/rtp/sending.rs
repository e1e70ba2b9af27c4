//! The stream that we send: sequence numbers, timestamps and markers without a break (RFC 3550 §5.1, RFC 4733 §2.2).

use super::key_sender::EventFrame;

use super::packet::Header;
use crate::audio::FRAME_SAMPLES;

/// Numbers the packets of one stream. Its clock runs on while nothing is sent.
#[derive(Debug, Clone)]
pub struct Sending {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    /// When the event under way began.
    event_began: u32,
    has_paused: bool,
    packets: u64,
    octets: u64,
}

impl Sending {
    /// Begins with these numbers, which chance should choose (§5.1).
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self { ssrc, sequence, timestamp, event_began: timestamp, has_paused: true, packets: 0, octets: 0 }
    }

    /// The header of the next packet of sound, whose first sample has this timestamp: marked when it follows a pause
    /// (RFC 3551 §4.1).
    pub fn next_sound(&mut self, payload_type: u8, timestamp: u32, payload: &[u8]) -> Header {
        let marker = std::mem::take(&mut self.has_paused);
        self.next(payload_type, marker, timestamp, payload.len())
    }

    /// The header of a packet of the event under way: its timestamp is when the event began, its first packet is marked.
    pub(super) fn next_event(&mut self, payload_type: u8, frame: &EventFrame, copy: u8) -> Header {
        if frame.is_start {
            self.event_began = self.timestamp;
        }
        self.has_paused = true;
        self.next(payload_type, frame.is_start && copy == 0, self.event_began, 4)
    }

    /// So many frames have passed; `were_silent` when nothing was sent in them.
    pub fn pass_frames(&mut self, frames: u32, were_silent: bool) {
        let samples = u32::try_from(FRAME_SAMPLES).unwrap_or_default().wrapping_mul(frames);
        self.timestamp = self.timestamp.wrapping_add(samples);
        self.has_paused |= were_silent && frames > 0;
    }

    /// Our source number.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The time in samples.
    pub fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// Packets sent so far.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Bytes of payload sent so far.
    pub fn octets(&self) -> u64 {
        self.octets
    }

    fn next(&mut self, payload_type: u8, marker: bool, timestamp: u32, octets: usize) -> Header {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        self.packets += 1;
        self.octets += octets as u64;
        Header { payload_type, marker, sequence, timestamp, ssrc: self.ssrc }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_over_a_pause_and_the_first_packet_behind_it_is_marked() {
        let mut sending = Sending::new(1, u16::MAX, u32::MAX);

        let first = sending.next_sound(0, sending.timestamp(), &[0; 160]);
        sending.pass_frames(1, false);
        let second = sending.next_sound(0, sending.timestamp(), &[0; 160]);
        sending.pass_frames(1, false);
        sending.pass_frames(1, true);
        let third = sending.next_sound(8, sending.timestamp(), &[0; 160]);

        assert_eq!([first.sequence, second.sequence, third.sequence], [u16::MAX, 0, 1]);
        assert_eq!([first.timestamp, second.timestamp, third.timestamp], [u32::MAX, 159, 479]);
        assert_eq!([first.marker, second.marker, third.marker], [true, false, true]);
        assert_eq!((sending.packets(), sending.octets()), (3, 480));
    }
}
