//! Any bytes as packets of a call, each after its length: RTP and RTCP, read by themselves and by a stream.

#![no_main]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use callward::audio::Codec;
use callward::clock::Chance;
use callward::rtp::{Format, Header, Outgoing, Packet, Stream, StreamSettings, read_rtcp};
use libfuzzer_sys::fuzz_target;

/// The payload type of keys.
const KEYS: u8 = 101;

fuzz_target!(|bytes: &[u8]| {
    read_alone(bytes);
    let mut now = Instant::now();
    let peer: SocketAddr = "192.0.2.7:4000".parse().expect("an address");
    let settings = StreamSettings::draw(&Chance::seeded(1), Some(Duration::from_secs(30)));
    let mut stream = Stream::new(settings, Format::new(Codec::Pcmu, Some(KEYS)), now);
    let mut rest = bytes;
    while let [kind, length, packets @ ..] = rest {
        let (packet, behind) = packets.split_at(usize::from(*length).min(packets.len()));
        now += Duration::from_millis(u64::from(kind >> 1));
        let mut packet = packet.to_vec();
        match kind & 1 {
            0 => stream.handle_rtp(peer, &mut packet, now),
            _ => stream.handle_rtcp(peer, &mut packet, now),
        }
        stream.handle_timeout(now);
        let _ = stream.next_frame();
        stream.send_frame(None, &mut Outgoing::default());
        while stream.poll().is_some() {}
        rest = behind;
    }
    let _ = (stream.statistics(), stream.destination());
});

fn read_alone(bytes: &[u8]) {
    let _ = Packet::read(bytes);
    let _ = Header::read_protected(&mut bytes.to_vec());
    for packet in read_rtcp(bytes) {
        packet.write(&mut Vec::new());
    }
}
