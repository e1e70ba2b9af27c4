//! The client's side of any transaction but INVITE (RFC 3261 §17.1.2).

use std::time::Instant;

use super::client_invite::Heard;
use super::timing::{GIVE_UP, Lapse, Resending, T2, T4};

/// A request other than INVITE or ACK that was sent.
#[derive(Debug)]
pub(super) enum ClientNonInvite {
    /// No final response yet ("Trying" and "Proceeding"): timers E (not on streams) and F.
    Waiting { again: Option<Resending>, give_up: Instant },
    /// Answered; repeats of the answer are swallowed: timer K.
    Completed { until: Instant },
}

impl ClientNonInvite {
    /// The request has just been sent.
    pub fn start(reliable: bool, now: Instant) -> Self {
        let again = (!reliable).then(|| Resending::start(T2, now));
        Self::Waiting { again, give_up: now + GIVE_UP }
    }

    /// A response with this status came.
    pub fn handle_response(&mut self, status: u16, reliable: bool, now: Instant) -> Heard {
        let Self::Waiting { again, .. } = self else { return Heard::Ignore };
        if status >= 200 {
            *self = Self::Completed { until: if reliable { now } else { now + T4 } };
        } else if let Some(again) = again {
            again.slow_down(now);
        }
        Heard::Pass
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> Lapse {
        match self {
            Self::Waiting { give_up, .. } if now >= *give_up => Lapse::TimedOut,
            Self::Waiting { again: Some(again), .. } => again.handle_timeout(now),
            Self::Completed { until } if now >= *until => Lapse::Over,
            Self::Waiting { .. } | Self::Completed { .. } => Lapse::Nothing,
        }
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Waiting { again, give_up } => Some(again.map_or(*give_up, |again| again.due().min(*give_up))),
            Self::Completed { until } => Some(*until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bye_that_nobody_answers_goes_out_eleven_times() {
        let start = Instant::now();
        let mut bye = ClientNonInvite::start(false, start);
        let mut sent = 1;

        while bye.handle_timeout(bye.poll_timeout().unwrap()) == Lapse::Resend {
            sent += 1;
        }

        assert_eq!(sent, 11, "RFC 3261 §17.1.2.2");
    }

    #[test]
    fn after_a_provisional_response_it_goes_out_every_four_seconds() {
        let start = Instant::now();
        let mut options = ClientNonInvite::start(false, start);

        assert_eq!(options.handle_response(100, false, start), Heard::Pass);

        assert_eq!(options.poll_timeout(), Some(start + T2));
    }

    #[test]
    fn a_repeated_answer_is_swallowed() {
        let start = Instant::now();
        let mut bye = ClientNonInvite::start(false, start);

        assert_eq!(bye.handle_response(200, false, start), Heard::Pass);
        assert_eq!(bye.handle_response(200, false, start), Heard::Ignore);
        assert_eq!(bye.handle_timeout(start + T4), Lapse::Over);
    }
}
