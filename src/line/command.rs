//! What is asked of the exchange: orders for calls that stand, and calls to be made.

use tokio::sync::{mpsc, oneshot};

use super::resolver::Route;
use crate::sip::{Account, CallId, CallNews, Headers, NameAddr, Order, Peer, Uri};

/// What handles ask for.
#[derive(Debug)]
pub(super) enum Command {
    Order(Order),
    Dial { call: Box<OutgoingCall>, route: Route, answer: oneshot::Sender<(CallId, mpsc::Receiver<CallNews>)> },
    HangUpAll,
}

/// The exchange is gone: the house is closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the telephone exchange is closed")]
pub struct ExchangeClosed;

/// A call that we make.
#[derive(Debug, Clone)]
pub struct OutgoingCall {
    /// Whom to call.
    pub target: Uri,
    /// Where requests go first, when it is not the target's own host.
    pub proxy: Option<Uri>,
    /// Who calls.
    pub from: NameAddr,
    /// The offer.
    pub sdp: Vec<u8>,
    /// Headers of the INVITE.
    pub headers: Headers,
    /// For who asks who we are.
    pub account: Option<Account>,
}

impl OutgoingCall {
    /// With a proxy that is an address already.
    pub fn through(self, peer: Peer) -> Self {
        let mut proxy = Uri::sip(peer.address.ip().into()).with_port(peer.address.port());
        if let Some(transport) = peer.protocol.in_uri() {
            proxy.params.set("transport", transport);
        }
        Self { proxy: Some(proxy), ..self }
    }
}
