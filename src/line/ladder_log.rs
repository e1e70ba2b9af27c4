//! The ladder of a call in the log: each message as one line, without numbers, keys and passwords.

use crate::sip::{Message, Peer, TransportProtocol, ladder_line};

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

/// Tells messages to the log, when somebody wants to see them.
#[derive(Debug, Clone, Copy)]
pub(super) struct LadderLog {
    is_on: bool,
}

impl LadderLog {
    pub fn new(is_on: bool) -> Self {
        Self { is_on }
    }

    pub fn note(self, way: Way, peer: Peer, message: &Message) {
        if !self.is_on {
            return;
        }
        let arrow = match way {
            Way::In => "<--",
            Way::Out => "-->",
        };
        let protocol = match peer.protocol {
            TransportProtocol::Udp => "udp",
            TransportProtocol::Tcp => "tcp",
            TransportProtocol::Tls => "tls",
        };
        let call = message.headers().call_id().unwrap_or_default();
        tracing::info!(call, "{arrow} {protocol} {}  {}", peer.address, ladder_line(message));
    }

    pub fn note_bytes(self, way: Way, peer: Peer, bytes: &[u8]) {
        if self.is_on
            && let Ok(message) = Message::parse(bytes)
        {
            self.note(way, peer, &message);
        }
    }
}
