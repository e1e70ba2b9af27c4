//! A call's own line to the exchange: orders go there, news of the call come back.

use tokio::sync::mpsc;

use super::command::{Command, ExchangeClosed};
use crate::sip::{Body, CallId, CallNews, Headers, Invitation, Order, Refused};

/// News that may wait for a call; who does not read them is hung up.
pub(super) const MOST_NEWS: usize = 64;

/// One call at the exchange. Dropping it hangs up.
#[derive(Debug)]
pub struct CallLeg {
    id: CallId,
    news: mpsc::Receiver<CallNews>,
    commands: mpsc::Sender<Command>,
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
    pub(super) fn new(id: CallId, news: mpsc::Receiver<CallNews>, commands: mpsc::Sender<Command>) -> Self {
        Self { id, news, commands }
    }

    /// The call's name at the exchange.
    pub fn id(&self) -> CallId {
        self.id
    }

    /// What happens next; `None` once the call has ended and all was told.
    pub async fn news(&mut self) -> Option<CallNews> {
        self.news.recv().await
    }

    /// Tells the caller that it rings (180).
    pub async fn ring(&self) -> Result<(), ExchangeClosed> {
        self.order(Order::Ring { call: self.id, status: 180, sdp: None }).await
    }

    /// Takes the call, or the change of session that the other side offers.
    pub async fn accept(&self, sdp: Vec<u8>, headers: Headers) -> Result<(), ExchangeClosed> {
        self.order(Order::Accept { call: self.id, sdp: Body(sdp), headers }).await
    }

    /// Refuses the call, or the change of session that the other side offers.
    pub async fn refuse(&self, refused: Refused) -> Result<(), ExchangeClosed> {
        self.order(Order::Refuse(self.id, refused)).await
    }

    /// Hangs up, with these headers on the BYE.
    pub async fn hang_up(&self, headers: Headers) -> Result<(), ExchangeClosed> {
        self.order(Order::HangUp { call: self.id, headers }).await
    }

    /// Changes the session.
    pub async fn offer(&self, sdp: Vec<u8>) -> Result<(), ExchangeClosed> {
        self.order(Order::Offer { call: self.id, sdp: Body(sdp) }).await
    }

    /// An order that is given without waiting; when the exchange has more to do than it can, it is lost, and the call's own
    /// timers see to that.
    pub(super) fn order_soon(&self, order: Order) {
        if self.commands.try_send(Command::Order(order)).is_err() {
            tracing::warn!(call = %self.id, "the exchange did not take an order of call {}", self.id);
        }
    }

    /// Anything else.
    pub async fn order(&self, order: Order) -> Result<(), ExchangeClosed> {
        self.commands.send(Command::Order(order)).await.map_err(|_| ExchangeClosed)
    }
}

impl Drop for CallLeg {
    fn drop(&mut self) {
        // A call that has ended knows no such order; one whose task broke off must not stand for ever.
        let order = Order::HangUp { call: self.id, headers: Headers::default() };
        if self.commands.try_send(Command::Order(order)).is_err() {
            tracing::debug!(call = %self.id, "the exchange did not take the hang-up of call {}", self.id);
        }
    }
}
