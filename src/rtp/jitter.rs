//! A small playout buffer that adapts to the network: frames of 20 ms, whatever came late, twice or never.

use crate::audio::{Codec, FRAME_SAMPLES};

/// Samples that are held, half a second; a power of two, so that timestamps find their place when they wrap.
const CAPACITY: usize = 4096;

/// Samples between arrival and playing: at first, at least, at most.
const FIRST_DELAY: i32 = 320;
const LEAST_SLACK: i32 = 160;
const MOST_DELAY: i32 = 1600;

/// Frames over which the buffer is seen to be longer than it need be.
const WINDOW: u32 = 150;

/// Late packets in a row that mean that the sender's clock has jumped.
const JUMP: u8 = 3;

const FRAME: i32 = 160;

/// What is played in one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its codec.
    pub codec: Codec,
    /// Its samples.
    pub samples: [u8; FRAME_SAMPLES],
    /// The peer has sent it, whole or in part; otherwise it is concealment or silence.
    pub is_heard: bool,
}

impl Frame {
    /// Its samples in another codec, or as they are in the same.
    pub fn in_codec(&self, codec: Codec) -> [u8; FRAME_SAMPLES] {
        if self.codec == codec {
            return self.samples;
        }
        self.samples.map(|sample| codec.encode(self.codec.decode(sample)))
    }
}

/// Sound on its way from packets to frames.
#[derive(Debug)]
pub struct JitterBuffer {
    codec: Codec,
    /// None before the first packet: most callers say nothing before they press a key.
    samples: Vec<u8>,
    filled: Vec<bool>,
    /// The timestamp of the next sample to be played; `None` before the first packet.
    head: Option<u32>,
    delay: i32,
    last: [u8; FRAME_SAMPLES],
    can_repeat: bool,
    late_run: u8,
    late: u64,
    least_slack: i32,
    window: u32,
}

impl Default for JitterBuffer {
    fn default() -> Self {
        Self {
            codec: Codec::Pcmu,
            samples: Vec::new(),
            filled: Vec::new(),
            head: None,
            delay: FIRST_DELAY,
            last: [0; FRAME_SAMPLES],
            can_repeat: false,
            late_run: 0,
            late: 0,
            least_slack: i32::MAX,
            window: 0,
        }
    }
}

impl JitterBuffer {
    /// Takes the payload of a packet.
    pub fn insert(&mut self, codec: Codec, timestamp: u32, payload: &[u8]) {
        if codec != self.codec {
            self.reset();
            self.codec = codec;
        }
        let payload = &payload[..payload.len().min(CAPACITY / 4)];
        let head = self.head.unwrap_or_else(|| self.start_at(timestamp));
        let slack = timestamp.wrapping_sub(head).cast_signed();
        if slack + length(payload) <= 0 && slack > i32::MIN / 2 {
            return self.insert_late(timestamp, payload);
        }
        if !(-FRAME * 10..CAPACITY as i32 - length(payload)).contains(&slack) {
            self.start_at(timestamp);
        }
        self.late_run = 0;
        self.least_slack = self.least_slack.min(slack);
        self.fill(timestamp, payload);
    }

    /// The next frame; to be asked for every 20 ms.
    pub fn next_frame(&mut self) -> Frame {
        let Some(head) = self.head else { return self.silent_frame() };
        let mut frame = self.silent_frame();
        for (index, sample) in (0_u32..).zip(&mut frame.samples) {
            let place = place(head.wrapping_add(index));
            if std::mem::take(&mut self.filled[place]) {
                *sample = self.samples[place];
                frame.is_heard = true;
            }
        }
        self.head = Some(head.wrapping_add(FRAME_SAMPLES as u32));
        self.conceal(&mut frame);
        self.shrink();
        frame
    }

    /// Whether a packet has come.
    pub fn has_begun(&self) -> bool {
        self.head.is_some()
    }

    /// Forgets what was not played, and the sender's clock: another source has begun.
    pub fn reset(&mut self) {
        self.filled.fill(false);
        self.head = None;
        self.can_repeat = false;
    }

    /// Packets that came after their time.
    pub fn late(&self) -> u64 {
        self.late
    }

    fn insert_late(&mut self, timestamp: u32, payload: &[u8]) {
        self.late += 1;
        self.late_run += 1;
        if self.late_run >= JUMP {
            self.start_at(timestamp);
            return self.fill(timestamp, payload);
        }
        if self.delay + FRAME <= MOST_DELAY {
            self.delay += FRAME;
            self.head = self.head.map(|head| head.wrapping_sub(FRAME_SAMPLES as u32));
        }
    }

    fn start_at(&mut self, timestamp: u32) -> u32 {
        self.samples.resize(CAPACITY, 0);
        self.filled.clear();
        self.filled.resize(CAPACITY, false);
        self.late_run = 0;
        (self.least_slack, self.window) = (i32::MAX, 0);
        let head = timestamp.wrapping_sub(self.delay.cast_unsigned());
        self.head = Some(head);
        head
    }

    fn fill(&mut self, timestamp: u32, payload: &[u8]) {
        let head = self.head.unwrap_or(timestamp);
        for (index, sample) in (0_u32..).zip(payload) {
            let time = timestamp.wrapping_add(index);
            if time.wrapping_sub(head).cast_signed() < 0 {
                continue;
            }
            self.samples[place(time)] = *sample;
            self.filled[place(time)] = true;
        }
    }

    /// A frame that was lost is the one before, once; then silence.
    fn conceal(&mut self, frame: &mut Frame) {
        if frame.is_heard {
            self.last = frame.samples;
        } else if self.can_repeat && self.holds_more() {
            frame.samples = self.last;
        }
        self.can_repeat = frame.is_heard;
    }

    /// Whether sound waits: what is missing before it was lost, and is no pause.
    fn holds_more(&self) -> bool {
        self.head.is_some_and(|head| (0..MOST_DELAY as u32).step_by(40).any(|ahead| self.filled[place(head.wrapping_add(ahead))]))
    }

    /// When every packet of some seconds came early, a frame is left out.
    fn shrink(&mut self) {
        self.window += 1;
        if self.window < WINDOW {
            return;
        }
        let is_early = (LEAST_SLACK + FRAME..i32::MAX).contains(&self.least_slack);
        if let Some(head) = self.head.filter(|_| is_early) {
            (0..FRAME_SAMPLES as u32).for_each(|ahead| self.filled[place(head.wrapping_add(ahead))] = false);
            self.head = Some(head.wrapping_add(FRAME_SAMPLES as u32));
            self.delay = (self.delay - FRAME).max(LEAST_SLACK);
        }
        (self.least_slack, self.window) = (i32::MAX, 0);
    }

    fn silent_frame(&self) -> Frame {
        Frame { codec: self.codec, samples: [self.codec.silence(); FRAME_SAMPLES], is_heard: false }
    }
}

fn place(timestamp: u32) -> usize {
    timestamp as usize % CAPACITY
}

fn length(payload: &[u8]) -> i32 {
    i32::try_from(payload.len()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: u32 = u32::MAX - 500;

    #[test]
    fn frames_come_out_in_order_after_the_delay() {
        assert_eq!(played(&[(0, 0), (20, 1), (40, 2), (60, 3)], 8), [0, 0, 1, 2, 3, 4, 0, 0]);
    }

    #[test]
    fn overtaken_packets_are_put_right_and_copies_do_no_harm() {
        assert_eq!(played(&[(0, 0), (20, 2), (20, 1), (21, 1), (60, 3)], 8), [0, 0, 1, 2, 3, 4, 0, 0]);
    }

    #[test]
    fn a_lost_frame_is_the_one_before_and_then_silence() {
        assert_eq!(played(&[(0, 0), (60, 3), (80, 4)], 8), [0, 0, 1, 1, 0, 4, 5, 0]);
    }

    #[test]
    fn a_pause_is_silence() {
        assert_eq!(played(&[(0, 0), (120, 6)], 10), [0, 0, 1, 0, 0, 0, 0, 0, 7, 0]);
    }

    #[test]
    fn late_packets_are_counted_and_make_room() {
        let mut buffer = JitterBuffer::default();
        for step in 0..20 {
            buffer.insert(Codec::Pcmu, START.wrapping_add(step * 160), &[1; 160]);
            buffer.next_frame();
        }
        buffer.insert(Codec::Pcmu, START.wrapping_add(160), &[1; 160]);

        assert_eq!((buffer.late(), buffer.delay), (1, 480));
    }

    #[test]
    fn a_clock_that_jumped_is_followed() {
        let mut buffer = JitterBuffer::default();
        for step in 0..50_u32 {
            let jump = if step < 20 { 0 } else { 3_000_000_000 };
            buffer.insert(Codec::Pcmu, START.wrapping_add(step * 160).wrapping_sub(jump), &[1; 160]);
            let frame = buffer.next_frame();
            assert!(frame.is_heard || step < 2 || (20..26).contains(&step), "{step}");
        }
    }

    #[test]
    fn a_buffer_that_grew_too_long_becomes_short_again() {
        let mut buffer = JitterBuffer::default();
        buffer.insert(Codec::Pcmu, START, &[1; 160]);
        buffer.delay = MOST_DELAY;
        buffer.start_at(START);
        for step in 0..3000 {
            buffer.insert(Codec::Pcmu, START.wrapping_add(step * 160), &[1; 160]);
            buffer.next_frame();
        }

        assert!(buffer.delay <= 320, "{}", buffer.delay);
        assert!(buffer.next_frame().is_heard);
    }

    proptest! {
        #[test]
        fn no_packets_make_the_buffer_fall(packets in proptest::collection::vec((any::<u32>(), 0_usize..2000, any::<bool>()), 0..60)) {
            let mut buffer = JitterBuffer::default();
            for (timestamp, length, plays) in packets {
                buffer.insert(Codec::Pcma, timestamp, &vec![1; length]);
                if plays {
                    buffer.next_frame();
                }
            }
        }
    }

    /// Packets as (time in ms, number); a frame is asked for every 20 ms. A frame is told by its first sample: the
    /// packet's number and one, or 0 for silence.
    fn played(packets: &[(u32, u32)], frames: u32) -> Vec<u8> {
        let mut buffer = JitterBuffer::default();
        let mut packets = packets.iter().peekable();
        let mut out = Vec::new();
        for frame in 0..frames {
            while let Some((_, number)) = packets.next_if(|(at, _)| *at <= frame * 20 + 1) {
                buffer.insert(Codec::Pcmu, START.wrapping_add(number * 160), &[*number as u8 + 1; 160]);
            }
            let sample = buffer.next_frame().samples[0];
            out.push(if sample == Codec::Pcmu.silence() { 0 } else { sample });
        }
        out
    }
}
