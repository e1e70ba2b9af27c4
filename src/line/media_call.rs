//! One call on the media thread: its sockets, its stream, what it plays and who listens.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::carrier::{self, Carrier};
use super::media_news::{Heard, MediaNews, Newsagent};
use super::media_order::{KeyRelay, MediaRemote};
use super::media_quiet::Quiet;
use super::media_speech::{Filled, Speech};
use super::metrics;
use super::ports::PortPair;
use crate::audio::FRAME_SAMPLES;
use crate::rtp::{Action, Frame, Key, KeyTiming, Outgoing, Stream};

/// Samples of a piece of a recording.
const RECORDING_PIECE: usize = 1600;

/// Frames of silence that are told after what was heard: so many let a tone end.
const FRAMES_AFTERWARDS: u8 = 10;

/// Packets read at once from a port that more come to than a call sends.
const MOST_AT_ONCE: usize = 32;

/// Bytes of the longest packet that is read; what is longer is no speech.
pub(super) const DATAGRAM_BYTES: usize = 2048;

/// Milliseconds between two reads that mean that packets pile up.
const PILING_UP: u64 = 12;

/// The two ports of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Port {
    Rtp,
    Rtcp,
}

/// What goes to the call at the other end of a bridge.
pub(super) enum Relayed {
    Frame(Frame),
    Key(Key),
}

/// What a call needs to send frames, lent by the thread.
#[derive(Default)]
pub(super) struct Desk {
    pub outgoing: Outgoing,
    /// What calls have for each other: to whom, and what.
    pub relayed: Vec<(u64, Relayed)>,
}

/// What the thread keeps of a call.
pub(super) struct MediaCall {
    rtp: Arc<UdpSocket>,
    rtcp: Arc<UdpSocket>,
    carrier: Option<Arc<dyn Carrier>>,
    is_muxed: bool,
    stream: Stream,
    speech: Speech,
    news: Newsagent,
    recording: Option<Heard>,
    has_tap: bool,
    /// Frames of silence that are still to be told to the tap.
    afterwards: u8,
    joined: Option<(u64, KeyRelay)>,
    last_read: u64,
    quiet: Quiet,
}

impl MediaCall {
    /// A call that is silent and knows no peer. A frame of silence is sent whenever nothing was for `keep_alive`. Packets go
    /// out by the carrier, where there is one.
    pub fn new(
        ports: PortPair,
        stream: Stream,
        news: mpsc::Sender<MediaNews>,
        keep_alive: Duration,
        carrier: Option<Arc<dyn Carrier>>,
    ) -> Self {
        Self {
            rtp: Arc::new(ports.rtp),
            rtcp: Arc::new(ports.rtcp),
            carrier,
            is_muxed: false,
            stream,
            speech: Speech::new(keep_alive),
            news: Newsagent(news),
            recording: None,
            has_tap: false,
            afterwards: 0,
            joined: None,
            last_read: 0,
            quiet: Quiet::default(),
        }
    }

    /// The sockets to be watched.
    pub fn sockets(&self) -> impl Iterator<Item = (Port, &UdpSocket)> {
        [(Port::Rtp, &*self.rtp), (Port::Rtcp, &*self.rtcp)].into_iter()
    }

    /// Something has come for it: to be called before anything else.
    pub fn stir(&mut self) {
        let passed = self.quiet.end();
        self.stream.pass_frames(passed);
        self.speech.pass_frames(passed);
    }

    pub fn set_remote(&mut self, remote: MediaRemote, now: Instant) {
        self.stream.handle_remote(remote.rtp, remote.rtcp, remote.rtcp_mux, now);
        self.stream.handle_format(remote.format, now);
        if let Some((peer, own)) = &remote.srtp {
            self.stream.handle_keys(peer, own);
        }
        self.is_muxed = remote.rtcp_mux;
    }

    pub fn speech(&mut self) -> &mut Speech {
        &mut self.speech
    }

    /// Sends keys as events, or as tones where events were not agreed.
    pub fn press(&mut self, keys: &[Key], timing: KeyTiming) {
        for key in keys {
            if !self.stream.press(*key, timing) {
                self.speech.push_tone(*key, timing);
            }
        }
    }

    pub fn record(&mut self, records: bool) {
        let codec = self.stream.format().codec;
        let over = std::mem::replace(&mut self.recording, records.then(|| Heard { codec, payload: Vec::new() }));
        if let Some(piece) = over.filter(|piece| !piece.payload.is_empty()) {
            self.news.tell(MediaNews::Recorded(piece));
        }
        self.listen();
    }

    pub fn tap(&mut self, has_tap: bool) {
        self.has_tap = has_tap;
        self.listen();
    }

    pub fn join(&mut self, joined: Option<(u64, KeyRelay)>) {
        self.joined = joined;
        self.listen();
    }

    /// The other end of the bridge.
    pub fn joined(&self) -> Option<u64> {
        self.joined.map(|(peer, _)| peer)
    }

    /// The other end of the bridge has said something.
    pub fn relay(&mut self, relayed: Relayed) {
        match relayed {
            Relayed::Frame(frame) => self.speech.relay(frame),
            Relayed::Key(key) => self.press(&[key], KeyTiming::default()),
        }
    }

    /// A port has packets, or tells that ours did not get there. One is read for each time round; where they pile up, a run of them.
    /// Whether there was any.
    pub fn receive(&mut self, port: Port, millisecond: u64, buffer: &mut [u8; DATAGRAM_BYTES], desk: &mut Desk, now: Instant) -> bool {
        let most = if millisecond.saturating_sub(self.last_read) < PILING_UP { MOST_AT_ONCE } else { 1 };
        self.last_read = millisecond;
        self.stir();
        let mut has_read = false;
        for _ in 0..most {
            let Ok((length, from)) = self.read(port, buffer) else { break };
            let Some(bytes) = buffer.get_mut(..length) else { break };
            has_read = true;
            match port {
                Port::Rtp => self.stream.handle_rtp(from, bytes, now),
                Port::Rtcp => self.stream.handle_rtcp(from, bytes, now),
            }
        }
        self.act(desk, now);
        has_read
    }

    /// Twenty milliseconds have passed: a frame is heard, a frame is sent. Whether there was anything to say or to listen to.
    pub fn tick(&mut self, desk: &mut Desk, now: Instant) -> bool {
        if self.quiet.pass(now) {
            return false;
        }
        self.stir();
        let is_heard = self.has_listener();
        let is_busy = is_heard || self.stream.is_pressing() || !self.speech.is_idle();
        if is_heard && let Some(frame) = self.stream.next_frame() {
            self.hear(frame, desk);
        }
        self.speak(&mut desk.outgoing);
        if now >= self.stream.poll_timeout() {
            self.stream.handle_timeout(now);
            self.act(desk, now);
        }
        if !is_busy {
            self.quiet.begin(self.stream.poll_timeout().min(now + self.speech.quiet_time()));
        }
        is_busy
    }

    /// Says farewell to the peer, and the counts to the call.
    pub fn close(&mut self, desk: &mut Desk, now: Instant) {
        self.stir();
        self.record(false);
        self.stream.handle_close(now);
        self.act(desk, now);
        let statistics = self.stream.statistics();
        metrics::packets(&statistics);
        self.news.tell(MediaNews::Closed(Box::new(statistics)));
    }

    /// Sends the next frame; while keys are sent, sounds wait.
    fn speak(&mut self, outgoing: &mut Outgoing) {
        let mut frame = [0; FRAME_SAMPLES];
        let filled = if self.stream.is_pressing() { Filled::Nothing } else { self.speech.fill(self.stream.format().codec, &mut frame) };
        self.stream.send_frame((filled != Filled::Nothing).then_some(&frame), outgoing);
        if let Filled::Sound { ended: 1.. } = filled {
            self.news.tell(MediaNews::Ended { passed: self.speech.passed() });
        }
        let Some(to) = self.stream.destination() else { return };
        for packet in outgoing.packets() {
            self.speech.handle_sent();
            // What the network does not take is lost, as it would be further on.
            drop(carrier::send(&self.rtp, self.carrier.as_ref(), packet, to));
        }
    }

    fn hear(&mut self, frame: Frame, desk: &mut Desk) {
        if self.recording.is_some() {
            self.extend_recording(&frame);
        }
        if self.has_tap && self.is_worth_telling(&frame) {
            self.news.tell_if_room(MediaNews::Heard(Heard { codec: frame.codec, payload: frame.samples.to_vec() }));
        }
        if let Some((peer, _)) = self.joined {
            desk.relayed.push((peer, Relayed::Frame(frame)));
        }
    }

    /// Whether somebody wants the next frame: who only looks for tones does not want the silence before the first word.
    fn has_listener(&self) -> bool {
        self.recording.is_some() || self.joined.is_some() || self.afterwards > 0 || self.stream.has_begun()
    }

    /// Whether something is heard, or was just now: who says nothing costs nothing.
    fn is_worth_telling(&mut self, frame: &Frame) -> bool {
        let left = if frame.is_heard { FRAMES_AFTERWARDS } else { self.afterwards.saturating_sub(1) };
        let was = std::mem::replace(&mut self.afterwards, left);
        frame.is_heard || was > 0
    }

    fn extend_recording(&mut self, frame: &Frame) {
        let Some(piece) = &mut self.recording else { return };
        piece.payload.extend(frame.in_codec(piece.codec));
        if piece.payload.len() >= RECORDING_PIECE {
            let full = Heard { codec: piece.codec, payload: std::mem::take(&mut piece.payload) };
            self.news.tell_if_room(MediaNews::Recorded(full));
        }
    }

    fn act(&mut self, desk: &mut Desk, now: Instant) {
        while let Some(action) = self.stream.poll() {
            match action {
                Action::Key(key) => self.hear_key(key, desk, now),
                Action::Silent => self.news.tell(MediaNews::Silent),
                Action::Bye => self.news.tell(MediaNews::Bye),
                Action::Report { bytes, to } => {
                    let port = if self.is_muxed { &self.rtp } else { &self.rtcp };
                    drop(carrier::send(port, self.carrier.as_ref(), &bytes, to));
                }
            }
        }
    }

    fn hear_key(&mut self, key: Key, desk: &mut Desk, now: Instant) {
        self.news.tell(MediaNews::Key { key, at: now });
        if let Some((peer, KeyRelay::Passed)) = self.joined {
            desk.relayed.push((peer, Relayed::Key(key)));
        }
    }

    fn listen(&mut self) {
        self.stream.listen(self.recording.is_some() || self.has_tap || self.joined.is_some());
    }

    fn read(&self, port: Port, buffer: &mut [u8; DATAGRAM_BYTES]) -> io::Result<(usize, SocketAddr)> {
        match port {
            Port::Rtp => self.rtp.recv_from(buffer),
            Port::Rtcp => self.rtcp.recv_from(buffer),
        }
    }
}
