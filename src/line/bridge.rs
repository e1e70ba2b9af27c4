//! The far end of a transfer: a second leg with media of its own, or a caller who was asked to call somebody else.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::call_leg::CallLeg;
use super::media_news::MediaNews;
use super::session_media::SessionMedia;
use crate::sip;

/// How long news of a REFER that was accepted is waited for: some never send any.
pub(super) const NEWS_WITHIN: Duration = Duration::from_secs(32);

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
