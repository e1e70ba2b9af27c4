//! A sound for the time of a fetch, and where it stands (VoiceXML 2.0 §6.1.1).

use std::time::{Duration, Instant};

use super::action::AudioSource;
use super::event::{FetchFailure, Resource};

/// A sound for the time of a fetch.
pub(super) struct Meanwhile {
    pub audio: AudioSource,
    pub delay: Duration,
    pub minimum: Duration,
    pub phase: Phase,
    /// What the fetch brought while the sound has to go on.
    pub arrived: Option<Result<Resource, FetchFailure>>,
}

pub(super) enum Phase {
    /// The fetch has not begun.
    Still,
    /// The sound begins at this time, unless the fetch is faster.
    Waiting(Instant),
    /// The sound may end from this time on.
    Playing(Instant),
}

impl Meanwhile {
    /// When something is to be done.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Waiting(begin) => Some(begin),
            Phase::Playing(end) => self.arrived.is_some().then_some(end),
            Phase::Still => None,
        }
    }
}
