//! Telephone events as telephones of others have sent them: every capture in `fixtures/rtp` gives the keys that it names.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use callward::audio::Codec;
use callward::clock::Chance;
use callward::rtp::{Action, Format, Stream, StreamSettings};

/// Where the packets come from.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4000);

#[test]
fn each_capture_gives_the_keys_that_were_pressed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rtp");
    let mut captures = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let (event, keys) = pressed(&text);

        assert_eq!(heard(&text, event, |_| true), keys, "{}", file.display());
        captures += 1;
    }

    assert!(captures > 0);
}

#[test]
fn any_single_packet_of_a_capture_may_be_missing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rtp");
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let (event, keys) = pressed(&text);
        for missing in 0..packets(&text).count() {
            assert_eq!(heard(&text, event, |index| index != missing), keys, "without packet {missing}");
        }
    }
}

/// The payload type of keys, and which were pressed.
fn pressed(capture: &str) -> (u8, &str) {
    let line = capture.lines().find_map(|line| line.strip_prefix("keys ")).unwrap();
    let (keys, event) = line.split_once(" as ").unwrap();
    (event.parse().unwrap(), keys)
}

/// The keys that our stream hears of the packets that came.
fn heard(capture: &str, event: u8, came: impl Fn(usize) -> bool) -> String {
    let start = Instant::now();
    let mut stream = Stream::new(StreamSettings::draw(&Chance::seeded(1), None), Format::new(Codec::Pcma, Some(event)), start);
    stream.handle_remote(Some(PEER), None, true, start);
    for (_, (at, mut bytes)) in packets(capture).enumerate().filter(|(index, _)| came(*index)) {
        stream.handle_rtp(PEER, &mut bytes, start + at);
    }
    let actions = std::iter::from_fn(|| stream.poll());
    actions.filter_map(|action| if let Action::Key(key) = action { Some(key.symbol()) } else { None }).collect()
}

/// Each packet, and when it came: `milliseconds bytes…` on a line.
fn packets(capture: &str) -> impl Iterator<Item = (Duration, Vec<u8>)> {
    capture.lines().filter(|line| line.starts_with(' ')).map(|line| {
        let (at, bytes) = line.trim_start().split_once(' ').unwrap();
        (Duration::from_millis(at.parse().unwrap()), hex(&bytes.replace(' ', "")))
    })
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}
