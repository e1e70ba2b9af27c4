//! The client's side of an INVITE transaction (RFC 3261 §17.1.1, with "Accepted" of RFC 6026 §7.2).

use std::time::{Duration, Instant};

use super::timing::{GIVE_UP, Lapse, Resending, TIMER_C, TIMER_D};

/// An INVITE that was sent.
#[derive(Debug)]
pub(super) enum ClientInvite {
    /// Nothing has been heard: timers A (not on streams) and B.
    Calling { again: Option<Resending>, give_up: Instant },
    /// A provisional response came. Who works on it says so every minute (§13.3.1.1): timer C, which proxies have too.
    Proceeding { give_up: Instant },
    /// Refused and acknowledged: timer D.
    Completed { until: Instant },
    /// Accepted; more 2xx can come from other branches: timer M.
    Accepted { until: Instant },
}

/// What a response makes of the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The core hears it.
    Pass,
    /// It is acknowledged here, and the core hears it.
    PassAndAcknowledge,
    /// A repeat of the refusal: the same ACK again.
    Acknowledge,
    /// Nobody needs it.
    Ignore,
}

impl ClientInvite {
    /// The INVITE has just been sent.
    pub fn start(reliable: bool, now: Instant) -> Self {
        let again = (!reliable).then(|| Resending::start(Duration::MAX, now));
        Self::Calling { again, give_up: now + GIVE_UP }
    }

    /// A response with this status came.
    pub fn handle_response(&mut self, status: u16, reliable: bool, now: Instant) -> Heard {
        match (&self, status) {
            (Self::Calling { .. } | Self::Proceeding { .. }, 100..200) => {
                *self = Self::Proceeding { give_up: now + TIMER_C };
                Heard::Pass
            }
            (Self::Calling { .. } | Self::Proceeding { .. }, 200..300) => {
                *self = Self::Accepted { until: now + GIVE_UP };
                Heard::Pass
            }
            (Self::Calling { .. } | Self::Proceeding { .. }, _) => {
                *self = Self::Completed { until: if reliable { now } else { now + TIMER_D } };
                Heard::PassAndAcknowledge
            }
            (Self::Completed { .. }, 300..) => Heard::Acknowledge,
            (Self::Accepted { .. }, 200..300) => Heard::Pass,
            (Self::Completed { .. } | Self::Accepted { .. }, _) => Heard::Ignore,
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> Lapse {
        match self {
            Self::Calling { give_up, .. } | Self::Proceeding { give_up } if now >= *give_up => Lapse::TimedOut,
            Self::Calling { again: Some(again), .. } => again.handle_timeout(now),
            Self::Completed { until } | Self::Accepted { until } if now >= *until => Lapse::Over,
            Self::Calling { .. } | Self::Proceeding { .. } | Self::Completed { .. } | Self::Accepted { .. } => Lapse::Nothing,
        }
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Calling { again, give_up } => Some(again.map_or(*give_up, |again| again.due().min(*give_up))),
            Self::Proceeding { give_up } => Some(*give_up),
            Self::Completed { until } | Self::Accepted { until } => Some(*until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_that_nobody_answers_goes_out_seven_times() {
        let start = Instant::now();
        let mut invite = ClientInvite::start(false, start);
        let mut sent = Vec::new();

        let ended = loop {
            let now = invite.poll_timeout().unwrap();
            match invite.handle_timeout(now) {
                Lapse::Resend => sent.push((now - start).as_millis()),
                end => break (end, (now - start).as_secs()),
            }
        };

        assert_eq!(sent, [500, 1500, 3500, 7500, 15500, 31500]);
        assert_eq!(ended, (Lapse::TimedOut, 32));
    }

    #[test]
    fn an_invite_over_a_stream_is_sent_once() {
        let start = Instant::now();

        let invite = ClientInvite::start(true, start);

        assert_eq!(invite.poll_timeout(), Some(start + GIVE_UP));
    }

    #[test]
    fn a_repeated_refusal_is_acknowledged_again_and_not_passed_on() {
        let start = Instant::now();
        let mut invite = ClientInvite::start(false, start);

        assert_eq!(invite.handle_response(180, false, start), Heard::Pass);
        assert_eq!(invite.handle_response(486, false, start), Heard::PassAndAcknowledge);
        assert_eq!(invite.handle_response(486, false, start), Heard::Acknowledge);
        assert_eq!(invite.handle_response(200, false, start), Heard::Ignore);
        assert_eq!(invite.handle_timeout(start + TIMER_D), Lapse::Over);
    }

    #[test]
    fn who_rings_and_says_so_is_waited_for_and_who_falls_silent_is_not() {
        let start = Instant::now();
        let mut invite = ClientInvite::start(false, start);

        invite.handle_response(180, false, start);
        invite.handle_response(180, false, start + Duration::from_secs(60));

        assert_eq!(invite.handle_timeout(start + TIMER_C), Lapse::Nothing);
        assert_eq!(invite.handle_timeout(start + Duration::from_secs(60) + TIMER_C), Lapse::TimedOut);
    }

    #[test]
    fn every_2xx_is_passed_on_until_timer_m() {
        let start = Instant::now();
        let mut invite = ClientInvite::start(false, start);

        assert_eq!(invite.handle_response(200, false, start), Heard::Pass);
        assert_eq!(invite.handle_response(200, false, start), Heard::Pass);
        assert_eq!(invite.handle_response(180, false, start), Heard::Ignore);
        assert_eq!(invite.handle_timeout(start + GIVE_UP), Lapse::Over);
    }
}
