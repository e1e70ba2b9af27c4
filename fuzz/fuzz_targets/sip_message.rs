//! Any bytes as a SIP message: read, refused or dropped; what was read is the same when it is written and read again. A user agent
//! gets it from a stranger and from a trusted peer.

#![no_main]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use callward::clock::{Chance, Clock};
use callward::sip::{
    Admission, Event, Framing, Message, ParseError, Peer, SessionLimits, Settings, TransportProtocol, UserAgent, ladder_line, session_part,
};
use libfuzzer_sys::fuzz_target;

/// Extensions that messages are inspected with.
const SUPPORTED: [&str; 2] = ["100rel", "timer"];
/// More actions than one message can cause.
const MOST_ACTIONS: usize = 100;

fuzz_target!(|bytes: &[u8]| {
    match Message::parse(bytes) {
        Ok(message) => {
            look_at(&message);
            receive(&message, "192.0.2.7:5060");
            receive(&message, "127.0.0.1:5060");
        }
        Err(ParseError::Refuse(refusal)) => assert!((400..700).contains(&refusal.status)),
        Err(ParseError::Drop(_)) => {}
    }
    let mut framing = Framing::default();
    framing.handle_bytes(bytes);
    while let Ok(Some(_)) = framing.poll() {}
});

/// All that is done with a message before a dialog sees it.
fn look_at(message: &Message) {
    let _ = (ladder_line(message), session_part(message.headers(), message.body()), message.headers().contacts());
    let written = message.to_bytes();
    let again = Message::parse(&written).expect("what we write can be read");
    assert_eq!((again.to_bytes(), again.body()), (written, message.body()));
    if let Message::Request(request) = message {
        let _ = request.inspect(&SUPPORTED);
    }
}

fn receive(message: &Message, from: &str) {
    let [from, local]: [SocketAddr; 2] = [from, "127.0.0.1:5070"].map(|address| address.parse().expect("an address"));
    let settings = Settings {
        listening: vec![(TransportProtocol::Udp, local)],
        product: "fuzz".to_owned(),
        session: SessionLimits::default(),
        admission: Admission { trusted: vec!["127.0.0.1/32".parse().expect("a network")], ..Admission::default() },
        takes_refer: true,
    };
    let mut now = Instant::now();
    let mut agent = UserAgent::new(settings, Clock::by_hand(jiff::Timestamp::UNIX_EPOCH), Chance::seeded(1), now);
    let from = Peer::udp(from);
    agent.handle(Event::Received { message: message.clone(), from }, now);
    for _ in 0..MOST_ACTIONS {
        if agent.poll().is_some() {
            continue;
        }
        let Some(time) = agent.poll_timeout() else { return };
        now = time.max(now + Duration::from_millis(1));
        agent.handle_timeout(now);
    }
}
