//! The telephone exchange: the handle by which calls are made and taken.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::board::Board;
use super::call_leg::{CallLeg, IncomingCall, Orders};
use super::carrier::Carrier;
use super::exchange_settings::{ExchangeError, ExchangeSettings};
use super::ladder_log::LadderLog;
use super::moment::now;
use super::operator::Operator;
use super::outgoing_call::OutgoingCall;
use super::resolver::resolve;
use super::sip_names::SipNames;
use super::wires::Wires;
use crate::clock::{Chance, Clock};
use crate::sip::{Order, Register, Settings, TransportProtocol, UserAgent};

/// Calls that may wait to be taken.
const MOST_INCOMING: usize = 256;
/// What remains of a call when the time for its own end has run out.
const LAST_GRACE: Duration = Duration::from_secs(2);

/// A handle. When the last one is gone, the exchange closes.
#[derive(Clone)]
pub struct Exchange {
    operator: Arc<Operator>,
    addresses: Arc<[(TransportProtocol, SocketAddr)]>,
    drained: watch::Receiver<bool>,
    names: Arc<SipNames>,
}

impl Exchange {
    /// Opens the sockets and begins to work; calls that come in come out of the channel.
    pub async fn open(
        settings: ExchangeSettings,
        clock: Clock,
        chance: Chance,
    ) -> Result<(Self, mpsc::Receiver<IncomingCall>), ExchangeError> {
        Self::open_behind(None, settings, clock, chance).await
    }

    /// The same, with a carrier that takes its datagrams to the network.
    pub async fn open_behind(
        carrier: Option<Arc<dyn Carrier>>,
        settings: ExchangeSettings,
        clock: Clock,
        chance: Chance,
    ) -> Result<(Self, mpsc::Receiver<IncomingCall>), ExchangeError> {
        let wires = Wires::open(&settings, carrier).await?;
        let addresses: Arc<[_]> = wires.addresses().into();
        let agent = Settings {
            listening: addresses.iter().map(|(protocol, address)| (*protocol, advertised(*address, settings.advertised))).collect(),
            product: format!("Callward/{}", env!("CARGO_PKG_VERSION")),
            session: settings.session,
            admission: settings.admission,
            takes_refer: settings.takes_refer,
        };
        let (incoming, calls) = mpsc::channel(MOST_INCOMING);
        let (told, drained) = watch::channel(false);
        let names = Arc::new(SipNames::of_system(chance.clone()));
        let (agent, ladder) = (UserAgent::new(agent, clock, chance, now()), LadderLog::new(settings.ladder));
        let operator = Operator::open(|operator| Board::new(agent, wires, incoming, told, ladder, Arc::clone(&names), operator));
        Ok((Self { operator, addresses, drained, names }, calls))
    }

    /// What is listened on, with the ports that the system gave.
    pub fn addresses(&self) -> &[(TransportProtocol, SocketAddr)] {
        &self.addresses
    }

    /// Makes a call; how it goes on is told by the leg.
    pub async fn dial(&self, call: OutgoingCall) -> CallLeg {
        let route = resolve(call.proxy.as_ref().unwrap_or(&call.target), &self.names).await;
        let (id, news) = self.operator.dial(call, route);
        CallLeg::new(id, news, self.operator.clone())
    }

    /// Registers at a registrar, and keeps the registration until the exchange drains.
    pub fn register(&self, register: Register) {
        self.operator.order(Order::Register(Box::new(register)));
    }

    /// Refuses new calls and lets those that stand end by themselves for at most `limit`; then they are hung up.
    pub async fn drain(&self, limit: Duration) {
        self.operator.order(Order::Drain);
        if self.is_drained(limit).await {
            return;
        }
        tracing::warn!("some calls did not end within {} s and are hung up", limit.as_secs());
        self.operator.hang_up_all();
        self.is_drained(LAST_GRACE).await;
    }

    async fn is_drained(&self, limit: Duration) -> bool {
        let mut drained = self.drained.clone();
        tokio::time::timeout(limit, drained.wait_for(|drained| *drained)).await.is_ok()
    }
}

fn advertised(address: SocketAddr, advertised: Option<IpAddr>) -> SocketAddr {
    SocketAddr::new(advertised.unwrap_or(address.ip()), address.port())
}
