//! The server's side of any transaction but INVITE (RFC 3261 §17.2.2).

use std::time::Instant;

use super::timing::{GIVE_UP, Lapse};

/// A request other than INVITE or ACK that came.
#[derive(Debug)]
pub(super) enum ServerNonInvite {
    /// Not answered ("Trying" and "Proceeding"); after timer F the client does not wait for an answer any longer.
    Waiting { until: Instant },
    /// Answered; repeats get the answer again: timer J.
    Completed { until: Instant },
}

impl ServerNonInvite {
    /// The request has just come.
    pub fn start(now: Instant) -> Self {
        Self::Waiting { until: now + GIVE_UP }
    }

    /// The core sends a response with this status.
    pub fn handle_response(&mut self, status: u16, reliable: bool, now: Instant) {
        if matches!(self, Self::Waiting { .. }) && status >= 200 {
            *self = Self::Completed { until: if reliable { now } else { now + GIVE_UP } };
        }
    }

    /// Whether a final response was given.
    pub fn is_answered(&self) -> bool {
        matches!(self, Self::Completed { .. })
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> Lapse {
        match self {
            Self::Waiting { until } | Self::Completed { until } if now >= *until => Lapse::Over,
            Self::Waiting { .. } | Self::Completed { .. } => Lapse::Nothing,
        }
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Waiting { until } | Self::Completed { until } => Some(*until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_for_repeats_and_dropped_at_once_on_a_stream() {
        let start = Instant::now();
        let (mut datagrams, mut stream) = (ServerNonInvite::start(start), ServerNonInvite::start(start));

        datagrams.handle_response(200, false, start);
        stream.handle_response(200, true, start);

        assert_eq!(datagrams.poll_timeout(), Some(start + GIVE_UP));
        assert_eq!(stream.handle_timeout(start), Lapse::Over);
    }

    #[test]
    fn what_nobody_answers_is_forgotten_when_the_client_has_given_up() {
        let start = Instant::now();
        let mut refer = ServerNonInvite::start(start);

        assert_eq!(refer.handle_timeout(start), Lapse::Nothing);
        assert_eq!(refer.handle_timeout(start + GIVE_UP), Lapse::Over);
    }
}
