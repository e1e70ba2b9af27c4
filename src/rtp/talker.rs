//! What we send, frame by frame: sound in packets as long as the peer asks, keys as events in its place (RFC 3551 §4, RFC 4733 §2.5.1).

use super::key::Key;
use super::key_sender::{EventFrame, KeySender, KeyTiming};
use super::media_format::Format;
use super::outgoing::Outgoing;
use super::packing::Packing;
use super::protection::Protection;
use super::sending::Sending;

/// Our side of a stream.
#[derive(Debug)]
pub(super) struct Talker {
    sending: Sending,
    packing: Packing,
    keys: KeySender,
}

impl Talker {
    /// Begins with these numbers.
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self { sending: Sending::new(ssrc, sequence, timestamp), packing: Packing::default(), keys: KeySender::default() }
    }

    /// The numbers of what was sent.
    pub fn sending(&self) -> &Sending {
        &self.sending
    }

    /// Lines a key up.
    pub fn press(&mut self, key: Key, timing: KeyTiming) {
        self.keys.push(key, timing);
    }

    /// Whether keys are under way.
    pub fn is_pressing(&self) -> bool {
        self.keys.is_busy()
    }

    /// What waits is in a codec that is no longer spoken.
    pub fn handle_new_codec(&mut self) {
        self.packing.clear();
    }

    /// Makes the packets of the next 20 ms; time passes also where nothing may be sent.
    pub fn speak(&mut self, format: &Format, may_send: bool, sound: Option<&[u8]>, protection: &mut Protection, out: &mut Outgoing) {
        let was_pressing = self.is_pressing();
        let event = self.keys.next_frame();
        let sound = sound.filter(|_| may_send && !was_pressing);
        match sound {
            Some(sound) => self.send_sound(format, sound, protection, out),
            None if may_send => self.send_rest(format, protection, out),
            None => self.packing.clear(),
        }
        if let (Some(frame), Some(payload_type), true) = (event, format.event_out, may_send) {
            self.send_event(&frame, payload_type, protection, out);
        }
        self.sending.pass_frames(1, sound.is_none());
    }

    /// So many frames pass in which there was nothing to send.
    pub fn pass_frames(&mut self, frames: u32) {
        self.sending.pass_frames(frames, true);
    }

    fn send_sound(&mut self, format: &Format, sound: &[u8], protection: &mut Protection, out: &mut Outgoing) {
        let (size, now) = (format.packet_samples(), self.sending.timestamp());
        if size == sound.len() && self.packing.is_empty() {
            let header = self.sending.next_sound(format.payload_type, now, sound);
            return protection.write_rtp(&header, sound, out);
        }
        self.packing.push(sound, now);
        while let Some((timestamp, packet)) = self.packing.next(size) {
            let header = self.sending.next_sound(format.payload_type, timestamp, packet);
            protection.write_rtp(&header, packet, out);
        }
    }

    /// Nothing follows what waits for the rest of its packet.
    fn send_rest(&mut self, format: &Format, protection: &mut Protection, out: &mut Outgoing) {
        if let Some((timestamp, packet)) = self.packing.rest() {
            let header = self.sending.next_sound(format.payload_type, timestamp, packet);
            protection.write_rtp(&header, packet, out);
        }
    }

    fn send_event(&mut self, frame: &EventFrame, payload_type: u8, protection: &mut Protection, out: &mut Outgoing) {
        for copy in 0..frame.copies {
            let header = self.sending.next_event(payload_type, frame, copy);
            protection.write_rtp(&header, &frame.event.to_bytes(), out);
        }
    }
}
