//! What a stream has sent and received, for metrics and records.

use std::time::Duration;

/// The counts of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Packets sent, events counted.
    pub sent: u64,
    /// Bytes of payload sent.
    pub sent_octets: u64,
    /// Packets of the peer that came, copies counted.
    pub received: u64,
    /// Packets of the peer that never came.
    pub lost: u64,
    /// Packets that came too late to be played.
    pub late: u64,
    /// Packets of strangers, noise, and what failed authentication or was replayed.
    pub refused: u64,
    /// How often another source has taken over.
    pub source_changes: u32,
    /// Keys heard.
    pub keys: u32,
    /// Interarrival jitter as it is.
    pub jitter: Duration,
    /// The round trip, once the peer's reports have shown it.
    pub round_trip: Option<Duration>,
    /// What the peer says that it has lost of ours, once it has reported.
    pub peer_lost: Option<u32>,
}
