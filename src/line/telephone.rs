//! The telephone: takes the calls that come to the exchange, each in a task of its own, until it is told to stop.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::call_leg::IncomingCall;
use super::equipment::Equipment;
use super::reception::receive;

/// What a page may still do once its caller is gone.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Takes calls.
pub struct Telephone {
    equipment: Arc<Equipment>,
    incoming: mpsc::Receiver<IncomingCall>,
}

impl Telephone {
    /// With these things, and the calls of its exchange.
    pub fn new(equipment: Equipment, incoming: mpsc::Receiver<IncomingCall>) -> Self {
        Self { equipment: Arc::new(equipment), incoming }
    }

    /// Takes calls until `stop` is there; then refuses new ones and lets the others end for at most `drain`.
    pub async fn run(mut self, stop: impl Future<Output = ()>, drain: Duration) {
        let mut calls = JoinSet::new();
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(incoming) = self.incoming.recv() => {
                    calls.spawn(receive(self.equipment.clone(), incoming));
                }
                Some(over) = calls.join_next() => {
                    if let Err(error) = over {
                        tracing::error!("a call broke off: {error}");
                    }
                }
                else => break,
            }
        }
        self.equipment.exchange.drain(drain).await;
        if tokio::time::timeout(LAST_WORDS, calls.join_all()).await.is_err() {
            tracing::warn!("some pages did not end with their calls");
        }
    }
}
