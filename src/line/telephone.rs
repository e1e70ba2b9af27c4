//! The telephone: takes the calls that come to the exchange, each in a task of its own, until it is told to stop.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use metrics::gauge;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::call_leg::IncomingCall;
use super::equipment::Equipment;
use super::reception::receive;

/// What a page may still do once its caller is gone.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How often the lateness of packets is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(15);

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
        let mut measure = tokio::time::interval(MEASURE_EVERY);
        let equipment = self.equipment.clone();
        // A call may cross the order to drain: it is taken until the exchange has no calls any more.
        let drained = async {
            stop.await;
            equipment.exchange.drain(drain).await;
        };
        tokio::pin!(drained);
        loop {
            tokio::select! {
                () = &mut drained => break,
                incoming = self.incoming.recv() => match incoming {
                    Some(incoming) => {
                        calls.spawn(receive(self.equipment.clone(), incoming));
                    }
                    None => break,
                },
                Some(over) = calls.join_next() => {
                    if let Err(error) = over {
                        tracing::error!("a call broke off: {error}");
                    }
                }
                _ = measure.tick() => {
                    gauge!("callward_media_lateness_p99_seconds").set(self.equipment.media.take_lateness().as_secs_f64());
                }
            }
        }
        if tokio::time::timeout(LAST_WORDS, calls.join_all()).await.is_err() {
            tracing::warn!("some pages did not end with their calls");
        }
    }
}
