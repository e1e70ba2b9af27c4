//! The far end of a transfer: a second leg with media of its own, or a caller who was asked to call somebody else.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::call_leg::CallLeg;
use super::media_news::MediaNews;
use super::session_media::SessionMedia;
use crate::sip;

/// How long news of a REFER that was accepted is waited for: some never send any.
pub(super) const NEWS_WITHIN: Duration = Duration::from_secs(32);

/// Who sends news tells the end too; it may ring for so long until then.
const RINGS_WITHIN: Duration = Duration::from_secs(180);

/// Which transfer a call is in.
#[derive(Default)]
pub(super) enum Transferring {
    /// None.
    #[default]
    No,
    /// The caller was asked to call somebody else.
    Referring {
        /// They said that they would.
        is_accepted: bool,
        /// Until then news is waited for.
        until: Instant,
    },
    /// We call somebody.
    Bridging(Box<Bridge>),
}

/// A second leg.
pub(super) struct Bridge {
    pub target: sip::Uri,
    /// What the far end is told of the call: on our INVITE, and on the REFER of a consultation.
    pub headers: sip::Headers,
    /// `None` while it is being dialled.
    pub leg: Option<CallLeg>,
    pub media: SessionMedia,
    pub news: mpsc::Receiver<MediaNews>,
    /// The caller is to be handed over as soon as the far end answers.
    pub is_consultation: bool,
    /// Whether the caller's keys are for a page alone.
    pub hides_keys: bool,
    /// How long both may be joined; zero is without limit.
    pub maxtime: Duration,
    /// When it may ring no longer, or when the joined time is over.
    pub until: Option<Instant>,
    pub joined: Option<Instant>,
}

/// What the far end does.
pub(super) enum FarNews {
    Signal(Option<sip::CallNews>),
    Media,
}

impl Transferring {
    /// The next news of the far end; `None` where there is none.
    pub async fn news(&mut self) -> Option<FarNews> {
        let Self::Bridging(bridge) = self else { return std::future::pending().await };
        let Bridge { leg, news, .. } = bridge.as_mut();
        tokio::select! {
            signal = signal(leg) => Some(FarNews::Signal(signal)),
            Some(_) = news.recv() => Some(FarNews::Media),
        }
    }

    /// The other side tells that the transfer we have asked for goes on: by the status of our REFER, then of the call that it has
    /// led to (RFC 3515 §2.4.5).
    pub fn goes_on(&mut self, status: u16, now: Instant) {
        let is_news = status < 200;
        match self {
            Self::Referring { until, .. } if is_news => *until = now + RINGS_WITHIN,
            Self::Referring { is_accepted, .. } => *is_accepted |= status < 300,
            Self::Bridging(bridge) if is_news && bridge.is_consultation => bridge.until = Some(now + RINGS_WITHIN),
            Self::Bridging(_) | Self::No => {}
        }
    }

    /// When it has lasted long enough.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::No => None,
            Self::Referring { until, .. } => Some(*until),
            Self::Bridging(bridge) => bridge.until,
        }
    }
}

async fn signal(leg: &mut Option<CallLeg>) -> Option<sip::CallNews> {
    match leg {
        Some(leg) => leg.news().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_that_rings_is_waited_for_and_silence_is_not() {
        let now = Instant::now();
        let mut transferring = Transferring::Referring { is_accepted: false, until: now + NEWS_WITHIN };

        transferring.goes_on(202, now);
        assert_eq!(transferring.poll_timeout(), Some(now + NEWS_WITHIN));
        transferring.goes_on(180, now + NEWS_WITHIN / 2);

        assert!(matches!(transferring, Transferring::Referring { is_accepted: true, until } if until >= now + 5 * NEWS_WITHIN));
    }
}
