//! Two streams, and between them a network that loses, doubles, delays and overtakes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::jitter::Frame;
use super::key::Key;
use super::key_sender::KeyTiming;
use super::media_format::{Direction, Format};
use super::outgoing::Outgoing;
use super::packet::{Header, Packet};
use super::rtcp::RtcpPacket;
use super::srtp_keys::{CryptoSuite, SrtpKeys};
use super::stream::Stream;
use super::stream_settings::{Action, StreamSettings};
use crate::audio::Codec;
use crate::clock::Chance;

const EVENT: u8 = 101;

/// Two streams with a network between them that loses, doubles, delays and overtakes, by a seed.
struct Call {
    near: Stream,
    far: Stream,
    start: Instant,
    chance: Chance,
    /// Packets under way: when they arrive, whether at the far end, and their bytes.
    wire: Vec<(Duration, bool, Vec<u8>)>,
    /// What was heard at the far end.
    keys: String,
    frames: Vec<Frame>,
}

#[test]
fn keys_arrive_once_over_a_bad_network() {
    for seed in 0..30 {
        let mut call = Call::new(seed);
        "0123456789*#1122".chars().for_each(|key| call.press(key));
        call.run(0..200, true);

        assert_eq!(call.keys, "0123456789*#1122", "seed {seed}");
        assert_eq!(call.far.statistics().keys, 16);
    }
}

#[test]
fn keys_and_sound_arrive_protected_and_are_refused_without_the_keys() {
    for suite in [CryptoSuite::Tag80, CryptoSuite::Tag32] {
        let mut call = Call::new(1);
        let (one, other) = (SrtpKeys::draw(suite, &call.chance), SrtpKeys::draw(suite, &call.chance));
        call.near.handle_keys(&one, &other);
        call.far.handle_keys(&other, &one);
        call.press('7');
        call.run(0..100, false);
        assert_eq!((call.keys.as_str(), call.far.statistics().refused), ("7", 0));

        call.far.handle_keys(&one, &one);
        call.press('8');
        call.run(100..200, false);
        assert_eq!((call.keys.as_str(), call.far.statistics().refused > 50), ("7", true));
    }
}

#[test]
fn a_peer_that_changes_its_key_hears_us_go_on_under_ours() {
    let mut call = Call::new(1);
    let settings = StreamSettings { sequence: 65_000, ..StreamSettings::draw(&call.chance, None) };
    call.near = Stream::new(settings, *call.far.format(), call.start);
    call.near.handle_remote(Some(address(2)), Some(address(2)), true, call.start);
    let [ours, theirs, later] = [(); 3].map(|()| SrtpKeys::draw(CryptoSuite::Tag80, &call.chance));
    call.near.handle_keys(&theirs, &ours);
    call.far.handle_keys(&ours, &theirs);
    // Beyond the first rollover of the sequence numbers.
    call.run(0..600, false);

    call.near.handle_keys(&later, &ours);
    call.far.handle_keys(&ours, &later);
    call.run(600..1000, false);

    let far = call.far.statistics();
    assert_eq!((far.received, far.refused), (999, 0), "sound but for the last packet, which is under way; and reports");
}

#[test]
fn most_sound_is_heard_over_a_bad_network_and_all_of_it_over_a_good_one() {
    for (is_bad, least) in [(false, 996), (true, 900)] {
        let mut call = Call::new(5);
        call.far.listen(true);
        call.run(0..1000, is_bad);

        let heard = call.frames.iter().filter(|frame| frame.is_heard).count();
        assert!(heard >= least, "{heard}");
    }
}

#[test]
fn loss_and_round_trip_are_reported_to_the_other_end() {
    let mut call = Call::new(9);
    call.run(0..3000, true);

    let (near, far) = (call.near.statistics(), call.far.statistics());
    assert!((50..400).contains(&far.lost), "{}", far.lost);
    assert!(near.peer_lost.is_some_and(|lost| (50..400).contains(&lost)));
    assert!(near.round_trip.is_some_and(|trip| (10..=160).contains(&trip.as_millis())), "{:?}", near.round_trip);
    assert!(far.jitter > Duration::from_millis(1));
}

#[test]
fn silence_is_said_once_until_packets_come_again_and_not_on_hold() {
    let mut call = Call::new(2);
    call.run(0..10, false);
    let silent = |call: &mut Call, seconds: u64| {
        call.far.handle_timeout(call.start + Duration::from_secs(seconds));
        std::iter::from_fn(|| call.far.poll()).filter(|action| *action == Action::Silent).count()
    };

    assert_eq!([silent(&mut call, 9), silent(&mut call, 11), silent(&mut call, 30)], [0, 1, 0]);
    call.run(2000..2010, false);
    let held = Format { direction: Direction { sends: true, receives: false }, ..*call.far.format() };
    call.far.handle_format(held, call.start);
    assert_eq!(silent(&mut call, 90), 0);
    call.far.handle_format(Format::new(Codec::Pcmu, Some(EVENT)), call.start + Duration::from_secs(90));
    assert_eq!([silent(&mut call, 95), silent(&mut call, 101)], [0, 1]);
}

#[test]
fn a_peer_that_says_nothing_and_reports_is_there() {
    let mut call = Call::new(2);
    call.run(0..10, false);
    let mut report = Vec::new();
    RtcpPacket::Receiver { ssrc: 5, blocks: Vec::new() }.write(&mut report);
    let mut silent = |report: Option<&[u8]>, from: u16, seconds: u64| {
        let now = call.start + Duration::from_secs(seconds);
        if let Some(bytes) = report {
            call.far.handle_rtcp(address(from), &mut bytes.to_vec(), now);
        }
        call.far.handle_timeout(now);
        std::iter::from_fn(|| call.far.poll()).any(|action| action == Action::Silent)
    };

    assert_eq!([8, 16, 24].map(|second| silent(Some(&report), 1, second)), [false; 3]);
    assert!(!silent(Some(b"junk"), 1, 32), "not yet");
    assert!(silent(None, 1, 35), "junk is no sign of life");
}

#[test]
fn a_call_that_only_rings_is_not_silent() {
    let start = Instant::now();
    let settings = StreamSettings::draw(&Chance::seeded(1), Some(Duration::from_secs(10)));
    let mut stream = Stream::new(settings, Format::new(Codec::Pcmu, None), start);
    let at = |seconds| start + Duration::from_secs(seconds);

    stream.handle_timeout(at(30));
    assert_eq!(stream.poll(), None);
    stream.handle_remote(Some(address(1)), None, false, at(30));
    stream.handle_timeout(at(39));
    assert_eq!(stream.poll(), None);
    stream.handle_timeout(at(41));
    assert_eq!(stream.poll(), Some(Action::Silent));
}

#[test]
fn a_key_whose_payload_type_changes_while_it_is_pressed_is_one_key() {
    let mut call = Call::new(3);
    call.press('4');
    call.run(0..2, false);
    call.far.handle_format(Format::new(Codec::Pcmu, Some(96)), call.start);
    call.run(2..20, false);
    call.near.handle_format(Format::new(Codec::Pcmu, Some(96)), call.start);
    call.press('4');
    call.run(20..40, false);

    assert_eq!(call.keys, "44");
}

#[test]
fn nothing_is_sent_on_hold_or_nowhere_and_the_clock_runs_on() {
    let mut call = Call::new(4);
    let mut out = Outgoing::default();
    let sound = [1; 160];
    let mut sent = |stream: &mut Stream| {
        stream.send_frame(Some(&sound), &mut out);
        out.packets().next().and_then(|bytes| Packet::read(bytes).ok()).map(|packet| packet.header)
    };

    let first = sent(&mut call.near).unwrap();
    call.near.handle_format(Format { direction: Direction { sends: false, receives: true }, ..*call.near.format() }, call.start);
    assert_eq!(sent(&mut call.near), None);
    call.near.handle_format(Format::new(Codec::Pcma, None), call.start);
    let second = sent(&mut call.near).unwrap();
    call.near.handle_remote(None, None, false, call.start);

    assert_eq!((second.payload_type, second.marker, second.sequence), (8, true, first.sequence.wrapping_add(1)));
    assert_eq!(second.timestamp, first.timestamp.wrapping_add(320));
    assert_eq!(sent(&mut call.near), None);
    assert!(!call.near.press(Key::from_symbol('1').unwrap(), KeyTiming::default()));
}

#[test]
fn packets_are_as_long_as_the_peer_asks_and_heard_without_a_gap() {
    for packet_time in [10, 20, 30, 40, 60] {
        let mut call = Call::new(9);
        call.near.handle_format(Format { packet_time, ..Format::new(Codec::Pcmu, Some(EVENT)) }, call.start);
        call.far.listen(true);

        call.run(0..40, false);
        let sent = call.near.statistics();
        call.press('7');
        call.run(40..60, false);

        assert_eq!(sent.sent, 800 / u64::from(packet_time), "{packet_time}");
        let heard: Vec<u8> = call.frames.iter().skip_while(|frame| !frame.is_heard).flat_map(|frame| frame.samples).collect();
        let (first, frames) = (usize::from(heard[0]), heard.chunks(160).take(30));
        let expected = (first..).map(|number| vec![number as u8; 160]);
        assert!(frames.zip(expected).all(|(frame, expected)| frame == expected), "{packet_time}");
        assert_eq!(call.keys, "7", "{packet_time}");
    }
}

#[test]
fn comfort_noise_and_reports_on_the_same_port_are_no_sound() {
    let mut call = Call::new(6);
    call.far.listen(true);
    let mut noise = [0; 13];
    Header { payload_type: 13, marker: false, sequence: 1, timestamp: 0, ssrc: 5 }.write(&[64], &mut noise).unwrap();
    let mut bye = Vec::new();
    RtcpPacket::Bye(vec![5]).write(&mut bye);

    call.far.handle_rtp(address(1), &mut noise, call.start);
    call.far.handle_rtp(address(1), &mut bye, call.start);

    assert_eq!(call.far.poll(), Some(Action::Bye));
    assert!(!call.far.next_frame().unwrap().is_heard);
    assert_eq!(call.far.statistics().received, 1);
}

#[test]
fn packets_cut_at_any_byte_do_no_harm_to_those_that_are_whole() {
    let mut call = Call::new(7);
    let mut out = Outgoing::default();
    call.press('3');
    for _ in 0..12 {
        call.near.send_frame(None, &mut out);
        for packet in out.packets() {
            (0..packet.len()).for_each(|cut| call.far.handle_rtp(address(1), &mut packet.to_vec()[..cut], call.start));
            call.far.handle_rtp(address(1), &mut packet.to_vec(), call.start);
        }
    }

    assert_eq!(call.far.poll(), Some(Action::Key(Key::from_symbol('3').unwrap())));
    assert_eq!(call.far.poll(), None);
}

proptest! {
    #[test]
    fn no_datagrams_make_a_stream_fall(
        datagrams in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..60), 0_u8..4, any::<bool>()), 0..60),
        is_protected in any::<bool>(),
    ) {
        let mut call = Call::new(8);
        let keys = SrtpKeys::draw(CryptoSuite::Tag32, &call.chance);
        if is_protected {
            call.far.handle_keys(&keys, &keys);
        }
        call.far.listen(true);
        for (mut bytes, kind, is_peer) in datagrams {
            if let [first, second, ..] = &mut bytes[..] {
                (*first, *second) = (0x80 | *first & 0x3f, [0, 8, EVENT, 200][usize::from(kind)]);
            }
            call.far.handle_rtp(address(if is_peer { 1 } else { 9 }), &mut bytes, call.start);
            call.far.next_frame();
        }
        call.far.handle_timeout(call.start + Duration::from_secs(60));
        prop_assert!(std::iter::from_fn(|| call.far.poll()).count() < 200);
    }
}

impl Call {
    fn new(seed: u64) -> Self {
        let (start, chance) = (Instant::now(), Chance::seeded(seed));
        let stream = |to: u16| {
            let settings = StreamSettings::draw(&chance, Some(Duration::from_secs(10)));
            let mut stream = Stream::new(settings, Format::new(Codec::Pcmu, Some(EVENT)), start);
            stream.handle_remote(Some(address(to)), Some(address(to)), true, start);
            stream
        };
        let (near, far) = (stream(2), stream(1));
        Self { near, far, start, chance, wire: Vec::new(), keys: String::new(), frames: Vec::new() }
    }

    fn press(&mut self, key: char) {
        assert!(self.near.press(Key::from_symbol(key).unwrap(), KeyTiming::default()));
    }

    fn run(&mut self, frames: std::ops::Range<u32>, is_bad: bool) {
        for frame in frames {
            let elapsed = Duration::from_millis(20) * frame;
            for is_near in [true, false] {
                let stream = if is_near { &mut self.near } else { &mut self.far };
                let mut out = Outgoing::default();
                stream.send_frame(Some(&[frame as u8; 160]), &mut out);
                stream.handle_timeout(self.start + elapsed);
                let mut packets: Vec<Vec<u8>> = out.packets().map(<[u8]>::to_vec).collect();
                while let Some(action) = stream.poll() {
                    match action {
                        Action::Report { bytes, .. } => packets.push(bytes),
                        Action::Key(key) => self.keys.push(key.symbol()),
                        Action::Silent | Action::Bye => {}
                    }
                }
                packets.into_iter().for_each(|packet| self.send(elapsed, is_near, packet, is_bad));
            }
            self.deliver(elapsed);
            self.frames.extend(self.far.next_frame());
        }
    }

    /// One in 16 is lost, one in 32 doubled; a delay of 5 to 68 ms.
    fn send(&mut self, at: Duration, to_far: bool, packet: Vec<u8>, is_bad: bool) {
        let [fate, delay] = self.chance.bytes();
        let delay = Duration::from_millis(if is_bad { 5 + u64::from(delay) / 4 } else { 5 });
        if is_bad && fate % 16 == 1 {
            return;
        }
        if is_bad && fate % 32 == 2 {
            self.wire.push((at + delay + Duration::from_millis(9), to_far, packet.clone()));
        }
        self.wire.push((at + delay, to_far, packet));
    }

    fn deliver(&mut self, until: Duration) {
        let (mut due, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.wire).into_iter().partition(|(at, ..)| *at <= until);
        self.wire = waiting;
        due.sort_by_key(|(at, ..)| *at);
        for (at, to_far, mut packet) in due {
            let (stream, from) = if to_far { (&mut self.far, address(1)) } else { (&mut self.near, address(2)) };
            stream.handle_rtp(from, &mut packet, self.start + at);
        }
    }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], port))
}
