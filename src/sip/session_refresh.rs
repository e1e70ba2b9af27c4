//! Session timers (RFC 4028): who refreshes a call and how often, and when a call that nobody refreshes is over.

use std::time::{Duration, Instant};

use super::headers::Headers;
use super::session_timer::{Refresher, SessionExpires};

/// The least interval that the standard knows (§5).
pub(super) const LEAST: Duration = Duration::from_secs(90);

/// What we ask for, and what we put up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// The interval that we propose.
    pub interval: Duration,
    /// Shorter ones are refused with 422.
    pub least: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { interval: Duration::from_secs(1800), least: LEAST }
    }
}

/// What a request or its answer says about session timers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Proposal {
    /// Its Session-Expires.
    pub interval: Option<Duration>,
    /// Whom its Session-Expires names as refresher.
    pub refresher: Option<Refresher>,
    /// Its Min-SE.
    pub least: Option<Duration>,
    /// Its Supported lists `timer`.
    pub supported: bool,
}

/// What server and client agree on (§9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreement {
    /// Session-Expires.
    pub interval: Duration,
    /// Who refreshes.
    pub refresher: Refresher,
    /// Whether the response must say `Require: timer`.
    pub required: bool,
}

/// The interval was too short: 422 with this Min-SE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooShort(pub Duration);

impl SessionLimits {
    /// What we answer to a proposal; `None` when neither side asks for a timer (§9, table 2).
    ///
    /// # Errors
    /// When the interval is shorter than we put up with and the asker can do better.
    pub(super) fn answer(&self, proposal: Proposal) -> Result<Option<Agreement>, TooShort> {
        match proposal.interval {
            Some(interval) if interval < self.least && proposal.supported => Err(TooShort(self.least)),
            Some(interval) => {
                let refresher = if proposal.supported { proposal.refresher.unwrap_or(Refresher::Uac) } else { Refresher::Uas };
                Ok(Some(Agreement { interval: interval.max(LEAST), refresher, required: refresher == Refresher::Uac }))
            }
            None if proposal.supported => {
                let interval = self.interval.max(proposal.least.unwrap_or(LEAST));
                Ok(Some(Agreement { interval, refresher: Refresher::Uas, required: false }))
            }
            None => Ok(None),
        }
    }
}

impl Proposal {
    /// As the headers say it.
    pub fn of(headers: &Headers) -> Self {
        let expires = headers.session_expires();
        Self {
            interval: expires.map(|expires| Duration::from_secs(expires.seconds.into())),
            refresher: expires.and_then(|expires| expires.refresher),
            least: headers.min_se().map(|seconds| Duration::from_secs(seconds.into())),
            supported: headers.lists("Supported", "timer"),
        }
    }
}

impl Agreement {
    /// What a 2xx says of it; `None` when it says nothing, and the session lives as long as it likes (§7.2).
    pub fn of(headers: &Headers) -> Option<Self> {
        let said = Proposal::of(headers);
        let refresher = said.refresher.unwrap_or(Refresher::Uac);
        Some(Self { interval: said.interval?.max(LEAST), refresher, required: false })
    }

    /// Writes it into a response.
    pub fn write(&self, headers: &mut Headers) {
        headers.set("Session-Expires", session_expires(self.interval, Some(self.refresher)));
        if self.required {
            headers.push("Require", "timer");
        }
    }
}

/// The header's value.
pub(super) fn session_expires(interval: Duration, refresher: Option<Refresher>) -> SessionExpires {
    SessionExpires { seconds: u32::try_from(interval.as_secs()).unwrap_or(u32::MAX), refresher }
}

/// The timer of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SessionTimer {
    interval: Duration,
    we_refresh: bool,
    /// When the session was set up or refreshed.
    since: Instant,
    /// When we refresh next; `None` while our refresh is on its way, or when it is for the other side.
    refresh: Option<Instant>,
}

/// What has become due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionLapse {
    /// Nothing yet.
    Nothing,
    /// It is for us to refresh.
    Refresh,
    /// Nobody refreshed: the call is over.
    Expired,
}

impl SessionTimer {
    /// The session has just been set up or refreshed.
    pub fn start(interval: Duration, we_refresh: bool, now: Instant) -> Self {
        Self { interval, we_refresh, since: now, refresh: we_refresh.then_some(now + interval / 2) }
    }

    /// What is agreed.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Whether the refresh is ours.
    pub fn we_refresh(&self) -> bool {
        self.we_refresh
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> SessionLapse {
        if now >= self.expires() {
            return SessionLapse::Expired;
        }
        if self.refresh.is_none_or(|at| now < at) {
            return SessionLapse::Nothing;
        }
        self.refresh = None;
        SessionLapse::Refresh
    }

    /// Our refresh could not be done: once more at `at`.
    pub fn refresh_again(&mut self, at: Instant) {
        self.refresh = self.we_refresh.then_some(at);
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Instant {
        self.refresh.map_or(self.expires(), |at| at.min(self.expires()))
    }

    /// §10: a third of the interval before its end, at most 32 seconds.
    fn expires(&self) -> Instant {
        self.since + self.interval - (self.interval / 3).min(Duration::from_secs(32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUPPORTED: Proposal = Proposal { interval: None, refresher: None, least: None, supported: true };

    #[test]
    fn who_refreshes_is_decided_as_in_table_2() {
        let limits = SessionLimits::default();
        let asked = |refresher, supported| Proposal { interval: Some(limits.interval), refresher, least: None, supported };
        let agreed = |proposal| limits.answer(proposal).unwrap().map(|agreed| (agreed.refresher, agreed.required));

        assert_eq!(agreed(asked(Some(Refresher::Uac), true)), Some((Refresher::Uac, true)));
        assert_eq!(agreed(asked(Some(Refresher::Uas), true)), Some((Refresher::Uas, false)));
        assert_eq!(agreed(asked(None, true)), Some((Refresher::Uac, true)));
        assert_eq!(agreed(asked(None, false)), Some((Refresher::Uas, false)), "a proxy asked for one that cannot");
        assert_eq!(agreed(SUPPORTED), Some((Refresher::Uas, false)));
        assert_eq!(agreed(Proposal::default()), None);
    }

    #[test]
    fn an_interval_that_is_too_short_is_refused_to_who_can_do_better() {
        let limits = SessionLimits { interval: Duration::from_secs(1800), least: Duration::from_secs(300) };
        let short = Proposal { interval: Some(Duration::from_secs(100)), ..SUPPORTED };

        assert_eq!(limits.answer(short), Err(TooShort(Duration::from_secs(300))));
        assert!(limits.answer(Proposal { supported: false, ..short }).is_ok());
        assert_eq!(
            limits.answer(Proposal { least: Some(Duration::from_secs(4000)), ..SUPPORTED }).unwrap().unwrap().interval.as_secs(),
            4000
        );
    }

    #[test]
    fn the_refresher_refreshes_at_half_time_and_the_other_waits_to_the_end() {
        let start = Instant::now();
        let mut ours = SessionTimer::start(Duration::from_secs(1800), true, start);
        let mut theirs = SessionTimer::start(Duration::from_secs(90), false, start);

        assert_eq!(ours.handle_timeout(start + Duration::from_secs(899)), SessionLapse::Nothing);
        assert_eq!(ours.handle_timeout(start + Duration::from_secs(900)), SessionLapse::Refresh);
        assert_eq!(ours.poll_timeout(), start + Duration::from_secs(1768));
        assert_eq!(theirs.poll_timeout(), start + Duration::from_secs(60));
        assert_eq!(theirs.handle_timeout(start + Duration::from_secs(60)), SessionLapse::Expired);
    }
}
