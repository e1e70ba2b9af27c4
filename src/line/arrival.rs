//! What comes from the network to the exchange.

use tokio::sync::mpsc;

use super::resolver::Route;
use crate::sip::{Peer, Seeker};

/// What comes from the network.
pub(super) enum Arrival<'a> {
    /// One message, or what came in its place.
    Bytes(&'a [u8], Peer),
    /// Nothing reaches that peer.
    Unreachable(Peer),
    /// A connection was taken; what is sent into the channel goes out there.
    Connected(Peer, mpsc::Sender<Vec<u8>>),
    /// A connection has ended.
    Closed(Peer),
    /// Where a next request goes.
    Resolved(Seeker, Route),
}

/// Takes what comes.
pub(super) trait Arrivals: Send + Sync {
    /// Does at once all that it leads to.
    fn take(&self, arrival: Arrival<'_>);
}
