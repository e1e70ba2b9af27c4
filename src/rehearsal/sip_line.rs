//! The telephone line of a rehearsed call: how good its network is, and how keys go over it.

use std::sync::Arc;

use crate::clock::Chance;
use crate::line::Carrier;

use super::bad_network::BadNetwork;

/// A line over UDP on loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SipLine {
    /// What becomes of datagrams.
    pub network: Network,
    /// How keys go.
    pub keys: KeysBy,
}

/// A network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Everything arrives at once and in order.
    Good,
    /// It loses, doubles, delays and overtakes, as it draws from this seed.
    Bad {
        /// The same seed, the same network.
        seed: u64,
    },
}

/// How a telephone tells its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysBy {
    /// Telephone events (RFC 4733).
    Events,
    /// INFO requests.
    Info,
}

impl Network {
    /// Who takes datagrams along.
    pub(super) fn carrier(self, purpose: u64) -> Option<Arc<dyn Carrier>> {
        match self {
            Network::Good => None,
            Network::Bad { seed } => Some(Arc::new(BadNetwork::new(Chance::seeded(seed.wrapping_mul(31).wrapping_add(purpose))))),
        }
    }
}
