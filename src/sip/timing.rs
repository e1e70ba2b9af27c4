//! The base values of all timers (RFC 3261 §17.1.1.1 and table 4), and how retransmissions slow down.

use std::time::{Duration, Instant};

/// An estimate of the round trip.
pub(super) const T1: Duration = Duration::from_millis(500);
/// The longest pause between retransmissions of requests other than INVITE, and of responses to INVITE.
pub(super) const T2: Duration = Duration::from_secs(4);
/// How long a message stays in the network.
pub(super) const T4: Duration = Duration::from_secs(5);
/// Timers B, F, H, J, L and M: who has not answered by then is given up.
pub(super) const GIVE_UP: Duration = Duration::from_secs(32);
/// Timer C: who has said that an INVITE is worked on is heard of again by then (§16.6).
pub(super) const TIMER_C: Duration = Duration::from_secs(190);
/// Timer D: how long a client still acknowledges repeated refusals of its INVITE.
pub(super) const TIMER_D: Duration = Duration::from_secs(32);

/// What has become due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lapse {
    /// Nothing yet.
    Nothing,
    /// The message goes out again.
    Resend,
    /// Nobody answered: the core is told, the transaction is over.
    TimedOut,
    /// The transaction is over, as it should be.
    Over,
}

/// A message that is sent again and again, in pauses that double.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resending {
    due: Instant,
    pause: Duration,
    longest: Duration,
}

impl Resending {
    /// First again after T1; pauses double and end at `longest`.
    pub fn start(longest: Duration, now: Instant) -> Self {
        Self { due: now + T1, pause: T1, longest }
    }

    /// When it is sent next.
    pub fn due(&self) -> Instant {
        self.due
    }

    /// Whether it is time; if so, the next time is set.
    pub fn handle_timeout(&mut self, now: Instant) -> Lapse {
        if now < self.due {
            return Lapse::Nothing;
        }
        self.pause = (self.pause * 2).min(self.longest);
        self.due = now + self.pause;
        Lapse::Resend
    }

    /// Only every `longest` from here on: a provisional response has come (timer E in "Proceeding").
    pub fn slow_down(&mut self, now: Instant) {
        self.pause = self.longest;
        self.due = now + self.longest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let start = Instant::now();
        let mut resending = Resending::start(T2, start);
        let mut sent = Vec::new();

        while resending.due() < start + Duration::from_secs(20) {
            let now = resending.due();
            assert_eq!(resending.handle_timeout(now), Lapse::Resend);
            sent.push((now - start).as_millis());
        }

        assert_eq!(sent, [500, 1500, 3500, 7500, 11500, 15500, 19500]);
    }
}
