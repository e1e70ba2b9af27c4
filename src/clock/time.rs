//! The wall clock, real or set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time. Clones share the time that was set by hand.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    ByHand(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until it is moved.
    pub fn by_hand(start: Timestamp) -> Self {
        Self(Source::ByHand(Arc::new(AtomicI64::new(start.as_millisecond()))))
    }

    /// The time, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        let millisecond = match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
            Source::System => Timestamp::now().as_millisecond(),
            Source::ByHand(millisecond) => millisecond.load(Ordering::SeqCst),
        };
        Timestamp::from_millisecond(millisecond).unwrap_or(Timestamp::MAX)
    }

    /// Moves a clock that is set by hand forward; `false`: this is the machine's own, which nobody moves.
    pub fn advance(&self, by: Duration) -> bool {
        let Source::ByHand(millisecond) = &self.0 else { return false };
        millisecond.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        true
    }
}
