//! What a call orders from the media thread.

use std::net::SocketAddr;

use crate::audio::Sound;
use crate::rtp::{Format, Key, KeyTiming, SrtpKeys};

/// The result of an offer and an answer, as packets need it.
#[derive(Debug, Clone)]
pub struct MediaRemote {
    /// Where the peer wants RTP; `None` for nowhere (port 0, address 0.0.0.0).
    pub rtp: Option<SocketAddr>,
    /// Where it wants RTCP.
    pub rtcp: Option<SocketAddr>,
    /// RTCP shares the RTP port (RFC 5761).
    pub rtcp_mux: bool,
    /// Codec, keys and direction.
    pub format: Format,
    /// The peer's keys and our own, when packets are protected.
    pub srtp: Option<(SrtpKeys, SrtpKeys)>,
}

/// Whether the other end of two joined calls hears the keys of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRelay {
    /// A flow listens: keys are for it alone.
    Hidden,
    /// Keys go through as events.
    Passed,
}

/// An order for one call.
pub(super) enum CallOrder {
    Remote(Box<MediaRemote>),
    Play { sounds: Vec<Sound>, repeats: bool },
    Interrupt { remaining: usize },
    Press(Vec<Key>, KeyTiming),
    Record(bool),
    Tap(bool),
    Join(u64, KeyRelay),
    Part,
    Close,
}

impl CallOrder {
    /// Whether nobody hears the difference when it is obeyed a few frames later.
    pub fn can_wait(&self) -> bool {
        matches!(self, Self::Remote(_) | Self::Tap(_) | Self::Close)
    }
}
