//! The server's side of an INVITE transaction (RFC 3261 §17.2.1, with "Accepted" of RFC 6026 §7.1).

use std::time::Instant;

use super::timing::{GIVE_UP, Lapse, Resending, T2, T4};

/// An INVITE that came.
#[derive(Debug)]
pub(super) enum ServerInvite {
    /// No final response yet.
    Proceeding,
    /// Refused, not acknowledged: timers G (not on streams) and H.
    Completed { again: Option<Resending>, give_up: Instant },
    /// Refused and acknowledged: timer I.
    Confirmed { until: Instant },
    /// Accepted: the core repeats the 2xx, the transaction swallows repeats of the INVITE: timer L.
    Accepted { until: Instant },
}

impl ServerInvite {
    /// The core sends a response with this status.
    pub fn handle_response(&mut self, status: u16, reliable: bool, now: Instant) {
        if !matches!(self, Self::Proceeding) {
            return;
        }
        match status {
            ..200 => {}
            200..300 => *self = Self::Accepted { until: now + GIVE_UP },
            300.. => *self = Self::Completed { again: (!reliable).then(|| Resending::start(T2, now)), give_up: now + GIVE_UP },
        }
    }

    /// The INVITE came again. Whether the last response goes out again.
    pub fn handle_repeat(&self) -> bool {
        match self {
            Self::Proceeding | Self::Completed { .. } => true,
            Self::Confirmed { .. } | Self::Accepted { .. } => false,
        }
    }

    /// An ACK came. Whether it acknowledges a refusal; the core hears any other.
    pub fn handle_ack(&mut self, reliable: bool, now: Instant) -> bool {
        match self {
            Self::Completed { .. } => {
                *self = Self::Confirmed { until: if reliable { now } else { now + T4 } };
                true
            }
            Self::Confirmed { .. } => true,
            Self::Proceeding | Self::Accepted { .. } => false,
        }
    }

    /// Whether a final response was given.
    pub fn is_answered(&self) -> bool {
        !matches!(self, Self::Proceeding)
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> Lapse {
        match self {
            Self::Completed { give_up, .. } if now >= *give_up => Lapse::Over,
            Self::Completed { again: Some(again), .. } => again.handle_timeout(now),
            Self::Confirmed { until } | Self::Accepted { until } if now >= *until => Lapse::Over,
            Self::Proceeding | Self::Completed { .. } | Self::Confirmed { .. } | Self::Accepted { .. } => Lapse::Nothing,
        }
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Proceeding => None,
            Self::Completed { again, give_up } => Some(again.map_or(*give_up, |again| again.due().min(*give_up))),
            Self::Confirmed { until } | Self::Accepted { until } => Some(*until),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_refusal_is_repeated_until_it_is_acknowledged() {
        let start = Instant::now();
        let mut invite = ServerInvite::Proceeding;

        invite.handle_response(486, false, start);

        assert_eq!(invite.handle_timeout(start + Duration::from_millis(500)), Lapse::Resend);
        assert!(invite.handle_repeat());
        assert!(invite.handle_ack(false, start + Duration::from_secs(1)));
        assert!(!invite.handle_repeat());
        assert!(invite.handle_ack(false, start + Duration::from_secs(2)), "a repeated ACK is swallowed");
        assert_eq!(invite.handle_timeout(start + Duration::from_secs(6)), Lapse::Over);
    }

    #[test]
    fn an_accepted_invite_swallows_repeats_and_leaves_the_ack_to_the_core() {
        let start = Instant::now();
        let mut invite = ServerInvite::Proceeding;

        invite.handle_response(200, false, start);
        invite.handle_response(486, false, start);

        assert!(!invite.handle_repeat());
        assert!(!invite.handle_ack(false, start));
        assert_eq!(invite.poll_timeout(), Some(start + GIVE_UP));
    }

    #[test]
    fn a_refusal_that_is_never_acknowledged_is_given_up() {
        let start = Instant::now();
        let mut invite = ServerInvite::Proceeding;

        invite.handle_response(603, true, start);

        assert_eq!(invite.poll_timeout(), Some(start + GIVE_UP));
        assert_eq!(invite.handle_timeout(start + GIVE_UP), Lapse::Over);
    }
}
