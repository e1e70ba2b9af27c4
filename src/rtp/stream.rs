//! One call's RTP in both directions: packets, keys and time in; keys, reports and silence out (RFC 3550, 3551, 4733).

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::control::Control;
use super::jitter::{Frame, JitterBuffer};
use super::key::Key;
use super::key_receiver::KeyReceiver;
use super::key_sender::KeyTiming;
use super::latch::Latch;
use super::media_format::Format;
use super::outgoing::Outgoing;
use super::packet::{Header, Packet};
use super::press::EventArrival;
use super::protection::Protection;
use super::reception::Arrival;
use super::source::Source;
use super::srtp_keys::SrtpKeys;
use super::statistics::Statistics;
use super::stream_settings::{Action, StreamSettings};
use super::talker::Talker;
use super::telephone_event::TelephoneEvent;

/// The machine. What is sent is asked for frame by frame, every 20 ms, with [`Stream::send_frame`].
#[derive(Debug)]
pub struct Stream {
    format: Format,
    /// The payload type of keys before the last negotiation: packets under way still have it.
    event_before: Option<u8>,
    latch: Latch,
    control: Control,
    source: Source,
    playout: Option<JitterBuffer>,
    keys: KeyReceiver,
    talker: Talker,
    protection: Protection,
    silence: Option<Duration>,
    heard: Instant,
    is_silent: bool,
    refused: u64,
    key_count: u32,
    late: u64,
    actions: VecDeque<Action>,
}

impl Stream {
    /// A stream that knows no peer yet.
    pub fn new(settings: StreamSettings, format: Format, now: Instant) -> Self {
        Self {
            format,
            event_before: None,
            latch: Latch::default(),
            control: Control::new(settings.cname, settings.ssrc, now),
            source: Source::default(),
            playout: None,
            keys: KeyReceiver::default(),
            talker: Talker::new(settings.ssrc, settings.sequence, settings.timestamp),
            protection: Protection::default(),
            silence: settings.silence,
            heard: now,
            is_silent: false,
            refused: 0,
            key_count: 0,
            late: 0,
            actions: VecDeque::new(),
        }
    }

    /// A negotiation has given another format, or held or resumed the call.
    pub fn handle_format(&mut self, format: Format, now: Instant) {
        if !self.format.direction.receives && format.direction.receives {
            self.heard = now;
            self.is_silent = false;
        }
        if format.event_in != self.format.event_in {
            self.event_before = self.format.event_in;
        }
        if format.payload_type != self.format.payload_type {
            self.talker.handle_new_codec();
        }
        self.format = format;
    }

    /// A session description has named the peer's addresses; `None` for a stream that goes nowhere. With `is_muxed`
    /// RTCP shares the RTP address (RFC 5761). Silence counts from the first time that there is a peer.
    pub fn handle_remote(&mut self, rtp: Option<SocketAddr>, rtcp: Option<SocketAddr>, is_muxed: bool, now: Instant) {
        if self.latch.destination().is_none() {
            self.heard = now;
        }
        self.latch.handle_signalled(rtp);
        self.control.handle_remote(rtcp, is_muxed);
    }

    /// From here on packets are protected. Keys that are named again go on where they are.
    pub fn handle_keys(&mut self, peer: &SrtpKeys, own: &SrtpKeys) {
        self.protection.handle_keys(peer, own);
    }

    /// A datagram has come to the RTP port. It is decrypted in place.
    pub fn handle_rtp(&mut self, from: SocketAddr, bytes: &mut [u8], now: Instant) {
        if is_rtcp(bytes) {
            return self.handle_rtcp(from, bytes, now);
        }
        let packet = self.protection.open_rtp(bytes).and_then(|bytes| Packet::read(bytes).ok());
        let Some(packet) = packet.filter(|packet| self.latch.handle(from, packet.header.ssrc, packet.header.sequence, now)) else {
            self.refused += 1;
            return;
        };
        self.hear(&packet, now);
    }

    /// A datagram has come to the RTCP port. It is decrypted in place.
    pub fn handle_rtcp(&mut self, from: SocketAddr, bytes: &mut [u8], now: Instant) {
        let is_peer = self.latch.destination().is_some_and(|peer| peer.ip() == from.ip());
        let Some(bytes) = self.protection.open_rtcp(bytes).filter(|_| is_peer) else {
            self.refused += 1;
            return;
        };
        let Some(leaving) = self.control.handle(from, bytes, self.talker.sending().ssrc(), now) else { return };
        // Who suppresses silence sends nothing but reports while listening (RFC 3551 §4.1).
        self.note_life(now);
        if self.source.ssrc().is_some_and(|ssrc| leaving.contains(&ssrc)) {
            self.actions.push_back(Action::Bye);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.silent_at().is_some_and(|at| now >= at) {
            self.is_silent = true;
            self.actions.push_back(Action::Silent);
        }
        if self.control.handle_timeout(now) {
            self.report(now, false);
        }
    }

    /// The stream ends: the last report says so (RFC 3550 §6.6).
    pub fn handle_close(&mut self, now: Instant) {
        self.report(now, true);
    }

    /// What the stream wants; to be asked until it is dry.
    pub fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When [`Stream::handle_timeout`] is to be called.
    pub fn poll_timeout(&self) -> Instant {
        let report = self.control.poll_timeout();
        self.silent_at().map_or(report, |silent| silent.min(report))
    }

    /// Whether what the peer says is kept for [`Stream::next_frame`]. Nobody who listens costs nothing.
    pub fn listen(&mut self, listens: bool) {
        if !listens {
            self.late += self.playout.take().map_or(0, |playout| playout.late());
        } else if self.playout.is_none() {
            self.playout = Some(JitterBuffer::default());
        }
    }

    /// Whether the peer has said anything since somebody listens.
    pub fn has_begun(&self) -> bool {
        self.playout.as_ref().is_some_and(JitterBuffer::has_begun)
    }

    /// What the peer says in the next 20 ms, if anybody listens.
    pub fn next_frame(&mut self) -> Option<Frame> {
        self.playout.as_mut().map(JitterBuffer::next_frame)
    }

    /// Lines up a key; gives `false` when keys were not agreed and it must be sent as tones.
    pub fn press(&mut self, key: Key, timing: KeyTiming) -> bool {
        let is_agreed = self.format.event_out.is_some();
        if is_agreed {
            self.talker.press(key, timing);
        }
        is_agreed
    }

    /// Whether keys are under way; sound waits for them.
    pub fn is_pressing(&self) -> bool {
        self.talker.is_pressing()
    }

    /// Makes the packets of the next 20 ms: a key, or `sound` in the agreed codec, or nothing. To be called every 20 ms,
    /// so that timestamps keep up with time.
    pub fn send_frame(&mut self, sound: Option<&[u8]>, out: &mut Outgoing) {
        out.clear();
        let may_send = self.format.direction.sends && self.latch.destination().is_some();
        self.talker.speak(&self.format, may_send, sound, &mut self.protection, out);
    }

    /// Lets so many frames pass in which there was nothing to send, and nothing to listen to.
    pub fn pass_frames(&mut self, frames: u32) {
        self.talker.pass_frames(frames);
    }

    /// Where the packets go.
    pub fn destination(&self) -> Option<SocketAddr> {
        self.latch.destination()
    }

    /// What was agreed.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// The counts so far.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            sent: self.talker.sending().packets(),
            sent_octets: self.talker.sending().octets(),
            received: self.source.received(),
            lost: self.source.lost(),
            late: self.late + self.playout.as_ref().map_or(0, JitterBuffer::late),
            refused: self.refused,
            source_changes: self.source.changes(),
            keys: self.key_count,
            jitter: Duration::from_micros(u64::from(self.source.jitter()) * 125),
            round_trip: self.control.round_trip(),
            peer_lost: self.control.peer_lost(),
        }
    }

    fn note_life(&mut self, now: Instant) {
        self.heard = now;
        self.is_silent = false;
    }

    fn hear(&mut self, packet: &Packet<'_>, now: Instant) {
        self.note_life(now);
        match self.source.handle(&packet.header, now) {
            Arrival::Astray => return,
            Arrival::Restarted => {
                self.keys.handle_new_source();
                self.playout.iter_mut().for_each(JitterBuffer::reset);
            }
            Arrival::InOrder | Arrival::Late => {}
        }
        let Header { payload_type, timestamp, .. } = packet.header;
        if let Some(codec) = self.format.codec_of(payload_type) {
            self.source.handle_time(timestamp, now);
            if let Some(playout) = self.playout.as_mut().filter(|_| self.format.direction.receives) {
                playout.insert(codec, timestamp, packet.payload);
            }
        } else if self.is_event(payload_type) {
            self.hear_event(packet, now);
        }
    }

    /// Peers send keys under the payload type they named, the one we named, or the one of the last negotiation.
    fn is_event(&self, payload_type: u8) -> bool {
        [self.format.event_in, self.format.event_out, self.event_before].contains(&Some(payload_type))
    }

    fn hear_event(&mut self, packet: &Packet<'_>, now: Instant) {
        let Some(event) = TelephoneEvent::read(packet.payload) else { return };
        let Header { sequence, timestamp, marker, .. } = packet.header;
        let key = self.keys.handle(EventArrival { sequence, timestamp, marker, event }, now);
        if let Some(key) = key.filter(|_| self.format.direction.receives) {
            self.key_count += 1;
            self.actions.push_back(Action::Key(key));
        }
    }

    /// When the peer counts as silent; on hold, and before there is a peer, nobody is expected to speak.
    fn silent_at(&self) -> Option<Instant> {
        let is_expected = self.format.direction.receives && self.latch.destination().is_some();
        let silence = self.silence.filter(|_| is_expected && !self.is_silent)?;
        Some(self.heard + silence)
    }

    fn report(&mut self, now: Instant, is_last: bool) {
        let Some(to) = self.control.destination(self.latch.destination()) else { return };
        let compound = self.control.compound(self.talker.sending(), &mut self.source, is_last, now);
        self.actions.extend(self.protection.close_rtcp(compound).map(|bytes| Action::Report { bytes, to }));
    }
}

/// RTCP on the RTP port is told by its packet types (RFC 5761 §4).
fn is_rtcp(bytes: &[u8]) -> bool {
    bytes.get(1).is_some_and(|kind| (192..=223).contains(kind))
}
