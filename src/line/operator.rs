//! The exchange at work: whoever has something for it, a socket or a call, does at once and on its own thread all that it leads to.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use tokio::sync::{Notify, mpsc};

use super::arrival::{Arrival, Arrivals};
use super::board::Board;
use super::call_leg::Orders;
use super::moment::{now, sleep_until};
use super::outgoing_call::OutgoingCall;
use super::resolver::Route;
use crate::sip::{CallId, CallNews, Order};

/// Lets one at a time work at the board.
pub(super) struct Operator {
    board: Mutex<Board>,
    /// Rung when something is due before the time that is waited for, and when the exchange closes.
    bell: Arc<Notify>,
}

impl Operator {
    /// Begins to work; `make` gives the board, which knows its operator.
    pub fn open(make: impl FnOnce(Weak<Self>) -> Board) -> Arc<Self> {
        let bell = Arc::new(Notify::new());
        let operator = Arc::new_cyclic(|own: &Weak<Self>| Self { board: Mutex::new(make(own.clone())), bell: Arc::clone(&bell) });
        operator.work(Board::attend);
        tokio::spawn(keep_time(Arc::downgrade(&operator), bell));
        operator
    }

    /// Makes a call; gives its name, and the way of its news.
    pub fn dial(&self, call: OutgoingCall, route: Route) -> (CallId, mpsc::Receiver<CallNews>) {
        self.work(|board| board.dial(call, route))
    }

    /// Ends all calls.
    pub fn hang_up_all(&self) {
        self.work(Board::hang_up_all);
    }

    /// Does what is due by now; when something is due next.
    fn pass_time(&self) -> Option<Instant> {
        self.work(|board| board.handle_timeout(now()));
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.await_next()
    }

    fn work<T>(&self, act: impl FnOnce(&mut Board) -> T) -> T {
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        let done = act(&mut board);
        board.perform();
        let (untaken, is_early) = (board.take_untaken(), board.is_due_earlier());
        drop(board);
        // Dropping the leg of a call gives an order: not while the board is taken.
        drop(untaken);
        if is_early {
            self.bell.notify_one();
        }
        done
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.bell.notify_one();
    }
}

impl Arrivals for Operator {
    fn take(&self, arrival: Arrival<'_>) {
        self.work(|board| board.handle_arrival(arrival, now()));
    }
}

impl Orders for Operator {
    fn order(&self, order: Order) {
        self.work(|board| board.handle_order(order, now()));
    }
}

/// Lets time pass until the exchange has closed.
async fn keep_time(operator: Weak<Operator>, bell: Arc<Notify>) {
    while let Some(due) = operator.upgrade().map(|operator| operator.pass_time()) {
        tokio::select! {
            () = sleep_until(due) => {}
            () = bell.notified() => {}
        }
    }
}
