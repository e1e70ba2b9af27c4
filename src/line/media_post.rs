//! The way to a media thread: a bounded channel of orders, and a call that wakes it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::Thread;

use tokio::sync::Notify;

use super::media_error::MediaError;
use super::media_order::CallOrder;
use super::media_thread::{MediaThread, Order};
use super::pacing::Lateness;

/// Orders that may wait for a thread. A thread takes all that wait every few milliseconds.
const MOST_ORDERS: usize = 16_384;

/// The way to one thread.
#[derive(Debug)]
pub(super) struct Post {
    orders: SyncSender<Order>,
    bell: Bell,
    /// Calls that were opened and are not closed.
    open: AtomicUsize,
    /// How late its packets were.
    pub lateness: Arc<Lateness>,
}

/// What wakes it.
#[derive(Debug)]
enum Bell {
    Thread(Thread),
    Task(Arc<Notify>),
}

impl Post {
    /// Starts a thread.
    pub fn of_thread(index: usize) -> io::Result<Arc<Self>> {
        let (orders, media, lateness) = begin()?;
        let running = std::thread::Builder::new().name(format!("media {index}")).spawn(move || media.run())?;
        Ok(Arc::new(Self { orders, bell: Bell::Thread(running.thread().clone()), open: AtomicUsize::new(0), lateness }))
    }

    /// Starts a task, which does the same by the time of its runtime.
    pub fn of_task() -> io::Result<Arc<Self>> {
        let (orders, media, lateness) = begin()?;
        let bell = Arc::new(Notify::new());
        tokio::spawn(media.run_in_runtime(bell.clone()));
        Ok(Arc::new(Self { orders, bell: Bell::Task(bell), open: AtomicUsize::new(0), lateness }))
    }

    /// Gives an order, and wakes the thread where it would be obeyed too late.
    pub fn send(&self, order: Order) -> Result<(), MediaError> {
        let (opens, can_wait) = (matches!(order, Order::Open(..)), matches!(&order, Order::To(_, order) if order.can_wait()));
        let sent = self.orders.try_send(order).map_err(|error| match error {
            TrySendError::Full(_) => MediaError::Overloaded,
            TrySendError::Disconnected(_) => MediaError::Gone,
        });
        // A thread with calls looks for orders by itself: only the first call must be told of. A call is counted after its order
        // is sent, and not counted any more before its last one is: a thread that has none of those counted will be woken.
        let is_awaited = opens && sent.is_ok() && self.open.fetch_add(1, Ordering::SeqCst) > 0;
        if !can_wait && !is_awaited {
            self.ring();
        }
        sent
    }

    /// Closes a call, and waits for room when the thread has more to do than it can: a call that is over must not keep its
    /// ports. `false` when the thread has ended.
    pub fn close(&self, number: u64) -> bool {
        self.open.fetch_sub(1, Ordering::SeqCst);
        self.orders.send(Order::To(number, CallOrder::Close)).is_ok()
    }

    fn ring(&self) {
        match &self.bell {
            Bell::Thread(thread) => thread.unpark(),
            Bell::Task(bell) => bell.notify_one(),
        }
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        if self.send(Order::Quit).is_err() {
            tracing::debug!("a media thread has ended before its house");
        }
    }
}

fn begin() -> io::Result<(SyncSender<Order>, MediaThread, Arc<Lateness>)> {
    let (orders, taken): (_, Receiver<Order>) = sync_channel(MOST_ORDERS);
    let lateness = Arc::new(Lateness::default());
    Ok((orders, MediaThread::new(taken, lateness.clone())?, lateness))
}
