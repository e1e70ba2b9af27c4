//! A call that we make.

use crate::sip::{Account, Headers, NameAddr, Peer, Uri};

/// Whom we call, as whom, and what we say.
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
