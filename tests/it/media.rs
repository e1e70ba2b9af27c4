//! The media thread on real sockets: two calls on loopback, each the other's peer.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use callward::audio::{Codec, Sound, ToneDetector};
use callward::clock::Chance;
use callward::line::{KeyRelay, Media, MediaError, MediaNews, MediaRemote, MediaSettings, MediaStream, PortError};
use callward::rtp::{CryptoSuite, Direction, Format, Key, KeyTiming, SrtpKeys, Statistics};
use tokio::sync::mpsc::Receiver;

const EVENT: u8 = 101;

/// Longer than anything here takes; only a fault waits for its end.
const PATIENCE: Duration = Duration::from_secs(20);

/// One end of a call.
struct End {
    stream: MediaStream,
    news: Receiver<MediaNews>,
}

#[tokio::test]
async fn keys_pressed_at_one_end_are_heard_at_the_other() {
    let media = media(42_000, None);
    let (near, mut far) = call(&media, Codec::Pcmu, None);

    near.stream.press(keys("0159*#"), KeyTiming { tone: 2, pause: 2 }).unwrap();

    assert_eq!(far.keys(6).await, "0159*#");
    drop(near);
    assert_eq!(far.closed().await.keys, 6);
}

#[tokio::test]
async fn protected_calls_hear_each_other_and_know_what_was_lost() {
    let media = media(42_100, None);
    let keys = SrtpKeys::draw(CryptoSuite::Tag80, &Chance::seeded(1));
    let (near, mut far) = call(&media, Codec::Pcma, Some(keys));

    near.stream.press(self::keys("7"), KeyTiming::default()).unwrap();

    assert_eq!(far.keys(1).await, "7");
    let statistics = far.closed().await;
    assert_eq!((statistics.refused, statistics.lost), (0, 0));
}

#[tokio::test]
async fn what_is_played_is_recorded_at_the_other_end_and_each_sound_ends_once() {
    let media = media(42_200, None);
    let (mut near, mut far) = call(&media, Codec::Pcmu, None);
    far.stream.record(true).unwrap();

    near.stream.play(vec![tone(8000, 1010), tone(-8000, 1030)], false).unwrap();

    let ended = near.ended(2).await;
    let heard = far.recorded(2040).await;
    assert_eq!(ended, 2);
    let (first, second) = (Codec::Pcmu.encode(8000), Codec::Pcmu.encode(-8000));
    let sounding: Vec<u8> = heard.iter().copied().filter(|byte| *byte == first || *byte == second).collect();
    let turn = sounding.iter().position(|byte| *byte == second).unwrap();
    assert!(sounding[turn..].iter().all(|byte| *byte == second), "the second follows the first");
    assert!(sounding.len() >= 2040 - 320, "{}", sounding.len());
}

#[tokio::test]
async fn an_interrupted_sound_falls_silent_and_the_next_is_played() {
    let media = media(42_300, None);
    let (mut near, _far) = call(&media, Codec::Pcmu, None);
    near.stream.play(vec![tone(8000, 8000 * 3600)], true).unwrap();

    near.stream.interrupt(0).unwrap();
    near.stream.play(vec![tone(100, 160)], false).unwrap();

    assert_eq!(near.ended(2).await, 1);
}

#[tokio::test]
async fn keys_are_tones_where_events_were_not_agreed() {
    let media = media(42_700, None);
    let (near, mut far) = call(&media, Codec::Pcmu, None);
    let bare =
        MediaRemote { rtp: address(far.stream.port()), rtcp: None, rtcp_mux: true, format: Format::new(Codec::Pcmu, None), srtp: None };
    near.stream.set_remote(bare).unwrap();
    far.stream.tap(true).unwrap();
    let mut detector = ToneDetector::new();

    near.stream.press(keys("42"), KeyTiming::default()).unwrap();

    let mut heard = String::new();
    while heard.len() < 2 {
        if let MediaNews::Heard(frame) = far.next().await {
            let samples: Vec<i16> = frame.payload.iter().map(|byte| frame.codec.decode(*byte)).collect();
            heard.extend(detector.hear(&samples));
        }
    }
    assert_eq!(heard, "42");
}

#[tokio::test]
async fn joined_calls_hear_each_other_and_hidden_keys_stay_with_the_flow() {
    let media = media(42_400, None);
    let (caller, mut here) = call(&media, Codec::Pcmu, None);
    let (there, _) = media.open(Some(&here.stream)).unwrap();
    let (agent, agent_news) = media.open(None).unwrap();
    let mut agent = End { stream: agent, news: agent_news };
    connect(&there, &agent.stream, Codec::Pcma, None);
    connect(&agent.stream, &there, Codec::Pcma, None);
    here.stream.join(&there, KeyRelay::Hidden).unwrap();
    agent.stream.record(true).unwrap();

    caller.stream.press(keys("5"), KeyTiming::default()).unwrap();
    assert_eq!(here.keys(1).await, "5");
    caller.stream.play(vec![tone(8000, 16_000)], false).unwrap();

    let heard = agent.recorded(8000).await;
    let loud = Codec::Pcma.encode(Codec::Pcmu.decode(Codec::Pcmu.encode(8000)));
    assert!(heard.iter().filter(|byte| **byte == loud).count() > 4000);
    assert_eq!(agent.closed().await.keys, 0);
}

#[tokio::test]
async fn a_peer_that_is_silent_is_told_and_a_held_one_is_not() {
    let media = media(42_500, Some(Duration::from_millis(300)));
    let nobody = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (stream, news) = media.open(None).unwrap();
    let mut end = End { stream, news };
    let format = Format { direction: Direction { sends: true, receives: false }, ..Format::new(Codec::Pcmu, Some(EVENT)) };
    let held = MediaRemote { rtp: nobody.local_addr().ok(), rtcp: None, rtcp_mux: true, format, srtp: None };

    end.stream.set_remote(held.clone()).unwrap();
    end.stream.play(vec![tone(1, 8000)], false).unwrap();
    assert!(matches!(end.next().await, MediaNews::Ended { passed: 1 }));
    end.stream.set_remote(MediaRemote { format: Format::new(Codec::Pcmu, Some(EVENT)), ..held }).unwrap();

    assert!(matches!(end.next().await, MediaNews::Silent));
}

#[tokio::test]
async fn ports_are_free_again_when_calls_are_over_and_no_more_are_given_than_there_are() {
    let settings = MediaSettings { first_port: 42_600, last_port: 42_603, ..settings(42_600, None) };
    let media = Media::start(settings, Chance::seeded(1)).unwrap();
    let (one, two) = (media.open(None).unwrap(), media.open(None).unwrap());
    assert!(matches!(media.open(None), Err(MediaError::Ports(PortError::Exhausted { .. }))));

    let port = one.0.port();
    let end = End { stream: one.0, news: one.1 };
    end.stream.tap(true).unwrap();
    end.closed().await;

    assert_eq!(media.open(None).unwrap().0.port(), port);
    drop(two);
}

impl End {
    async fn next(&mut self) -> MediaNews {
        tokio::time::timeout(PATIENCE, self.news.recv()).await.expect("news come").expect("the call is open")
    }

    async fn keys(&mut self, count: usize) -> String {
        let mut keys = String::new();
        while keys.len() < count {
            if let MediaNews::Key { key, .. } = self.next().await {
                keys.push(key.symbol());
            }
        }
        keys
    }

    /// Until so many sounds are over; how often the end of one was told.
    async fn ended(&mut self, sounds: u64) -> usize {
        let mut told = 0;
        loop {
            if let MediaNews::Ended { passed } = self.next().await {
                told += 1;
                if passed == sounds {
                    return told;
                }
            }
        }
    }

    /// What was recorded, until so many samples were not silence.
    async fn recorded(&mut self, samples: usize) -> Vec<u8> {
        let (mut heard, mut sounding) = (Vec::new(), 0);
        while sounding + 320 < samples {
            if let MediaNews::Recorded(piece) = self.next().await {
                sounding += piece.payload.iter().filter(|byte| **byte != piece.codec.encode(0)).count();
                heard.extend(piece.payload);
            }
        }
        heard
    }

    async fn closed(self) -> Statistics {
        let Self { stream, mut news } = self;
        drop(stream);
        loop {
            if let MediaNews::Closed(statistics) = tokio::time::timeout(PATIENCE, news.recv()).await.unwrap().unwrap() {
                return *statistics;
            }
        }
    }
}

/// Two ends that send to each other.
fn call(media: &Media, codec: Codec, keys: Option<SrtpKeys>) -> (End, End) {
    let [near, far] = [media.open(None), media.open(None)].map(|opened| opened.unwrap());
    connect(&near.0, &far.0, codec, keys.clone());
    connect(&far.0, &near.0, codec, keys);
    (End { stream: near.0, news: near.1 }, End { stream: far.0, news: far.1 })
}

fn connect(stream: &MediaStream, peer: &MediaStream, codec: Codec, keys: Option<SrtpKeys>) {
    let srtp = keys.map(|keys| (keys.clone(), keys));
    let format = Format::new(codec, Some(EVENT));
    let remote = MediaRemote { rtp: address(peer.port()), rtcp: address(peer.port() + 1), rtcp_mux: false, format, srtp };
    stream.set_remote(remote).unwrap();
}

fn address(port: u16) -> Option<SocketAddr> {
    Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

fn media(first_port: u16, silence: Option<Duration>) -> Media {
    Media::start(settings(first_port, silence), Chance::seeded(u64::from(first_port))).unwrap()
}

fn settings(first_port: u16, silence: Option<Duration>) -> MediaSettings {
    MediaSettings {
        address: Ipv4Addr::LOCALHOST.into(),
        first_port,
        last_port: first_port + 99,
        threads: 1,
        silence,
        keep_alive: Duration::from_secs(1),
    }
}

fn tone(height: i16, samples: usize) -> Sound {
    Sound::new(vec![height; samples])
}

fn keys(signs: &str) -> Vec<Key> {
    signs.chars().filter_map(Key::from_symbol).collect()
}
