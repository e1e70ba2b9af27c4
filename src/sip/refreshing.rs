//! A call's session timer at work: refreshes of ours, and the end of a session that nobody refreshes (RFC 4028 §10).

use std::time::{Duration, Instant};

use super::call::{Call, Phase};
use super::ending::{Cause, Ending};
use super::headers::Headers;
use super::post::Post;
use super::session_refresh::{SessionLapse, SessionTimer};

impl Call {
    /// Refreshes, or ends what nobody refreshed.
    pub fn handle_session_timeout(&mut self, post: &mut Post, now: Instant) {
        if !matches!(self.phase, Phase::Established) {
            return;
        }
        match self.timer.as_mut().map_or(SessionLapse::Nothing, |timer| timer.handle_timeout(now)) {
            SessionLapse::Nothing => {}
            SessionLapse::Refresh if self.may_offer() => self.send_offer(None, post, now),
            SessionLapse::Refresh => self.refresh_later(now),
            SessionLapse::Expired => {
                self.timer = None;
                self.unacknowledged = None;
                self.leave(Ending::ours(Cause::Expired), &Headers::default(), post, now);
            }
        }
    }

    /// A refresh that could not be done is tried again.
    pub fn refresh_later(&mut self, now: Instant) {
        if let Some(timer) = &mut self.timer {
            timer.refresh_again(now + timer.interval() / 10);
        }
    }

    /// The other side asks for a longer interval.
    pub fn lengthen_timer(&mut self, interval: Duration, now: Instant) {
        self.timer = self.timer.map(|timer| SessionTimer::start(interval, timer.we_refresh(), now));
    }
}
