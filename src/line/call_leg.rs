//! A call's own line to the exchange: orders go there, news of the call come back.

use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::sip::{Body, CallId, CallNews, Headers, Invitation, Order, Refused};

/// News that may wait for a call; who does not read them is hung up.
pub(super) const MOST_NEWS: usize = 64;

/// Takes the orders of calls.
pub(super) trait Orders: Send + Sync {
    /// Does at once all that it leads to.
    fn order(&self, order: Order);
}

/// One call at the exchange. Dropping it hangs up.
pub struct CallLeg {
    id: CallId,
    news: mpsc::Receiver<CallNews>,
    /// The other side knows that it is over.
    has_ended: bool,
    exchange: Arc<dyn Orders>,
}

/// A call that somebody makes to us.
#[derive(Debug)]
pub struct IncomingCall {
    /// The call's own line to the exchange.
    pub leg: CallLeg,
    /// Who calls, whom, and the offer.
    pub invitation: Box<Invitation>,
}

impl CallLeg {
    pub(super) fn new(id: CallId, news: mpsc::Receiver<CallNews>, exchange: Arc<dyn Orders>) -> Self {
        Self { id, news, has_ended: false, exchange }
    }

    /// The call's name at the exchange.
    pub fn id(&self) -> CallId {
        self.id
    }

    /// What happens next; `None` once the call has ended and all was told.
    pub async fn news(&mut self) -> Option<CallNews> {
        let news = self.news.recv().await;
        self.has_ended |= matches!(news, None | Some(CallNews::Ended(_)));
        news
    }

    /// Tells the caller that it rings (180).
    pub fn ring(&self) {
        self.order(Order::Ring { call: self.id, status: 180, sdp: None });
    }

    /// Takes the call, or the change of session that the other side offers.
    pub fn accept(&self, sdp: Vec<u8>, headers: Headers) {
        self.order(Order::Accept { call: self.id, sdp: Body(sdp), headers });
    }

    /// Refuses the call, or the change of session that the other side offers.
    pub fn refuse(&self, refused: Refused) {
        self.order(Order::Refuse(self.id, refused));
    }

    /// Hangs up, with these headers on the BYE.
    pub fn hang_up(&self, headers: Headers) {
        self.order(Order::HangUp { call: self.id, headers });
    }

    /// Changes the session.
    pub fn offer(&self, sdp: Vec<u8>) {
        self.order(Order::Offer { call: self.id, sdp: Body(sdp) });
    }

    /// Anything else.
    pub fn order(&self, order: Order) {
        self.exchange.order(order);
    }
}

impl Drop for CallLeg {
    fn drop(&mut self) {
        // One whose task broke off must not stand for ever.
        if !self.has_ended {
            self.hang_up(Headers::default());
        }
    }
}

impl fmt::Debug for CallLeg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leg of call {}", self.id)
    }
}
