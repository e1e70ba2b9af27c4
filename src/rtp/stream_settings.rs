//! What a stream begins with, and what it may want: the words between it and whoever drives it.

use std::net::SocketAddr;
use std::time::Duration;

use super::key::Key;
use crate::clock::Chance;

/// What chance gives to a stream, and when it is silent.
#[derive(Debug, Clone)]
pub struct StreamSettings {
    /// Our source number.
    pub ssrc: u32,
    /// The first sequence number.
    pub sequence: u16,
    /// The first timestamp.
    pub timestamp: u32,
    /// The name of this end in reports; says nothing of machine or person (RFC 7022).
    pub cname: String,
    /// How long no packet may come until [`Action::Silent`]; `None` for ever.
    pub silence: Option<Duration>,
}

/// What a stream wants or tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The peer has pressed a key.
    Key(Key),
    /// No packet has come for the time that was set; said once until packets come again.
    Silent,
    /// The peer's source has left (RTCP BYE); what the call does is for its signalling to say.
    Bye,
    /// A report for the wire: where the peer's RTCP is.
    Report {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Where it goes.
        to: SocketAddr,
    },
}

impl StreamSettings {
    /// Numbers and name by chance.
    pub fn draw(chance: &Chance, silence: Option<Duration>) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, name @ ..] = chance.bytes::<20>();
        Self {
            ssrc: u32::from_be_bytes([a, b, c, d]),
            sequence: u16::from_be_bytes([e, f]),
            timestamp: u32::from_be_bytes([g, h, i, j]),
            cname: name.iter().map(|byte| char::from(b'a' + byte % 26)).collect(),
            silence,
        }
    }
}
