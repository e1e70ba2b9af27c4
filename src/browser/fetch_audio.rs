//! What the caller hears while a page is fetched: `fetchaudio` (VoiceXML 2.0 §6.1.1, §6.3.5).

use std::time::Duration;

use super::action::Action;
use super::content::Fetching;
use super::event::{FetchFailure, Resource};
use super::interpreter::{Interpreter, Line, State};
use super::meanwhile::{Meanwhile, Phase};
use super::properties::Properties;
use super::thrown::Run;

/// Silence before the sound begins, where the page says nothing.
const DELAY: Duration = Duration::from_secs(2);
/// How long the sound plays at least once it has begun, where the page says nothing.
const MINIMUM: Duration = Duration::from_secs(5);

impl Interpreter {
    /// The sound for a document's fetch: by the element, else by the property; none by default.
    pub(super) fn meanwhile(&mut self, fetching: &Fetching) -> Run<Option<Meanwhile>> {
        let properties = Properties::of(self.current.surroundings());
        let address = fetching.audio.as_deref().or_else(|| properties.value("fetchaudio")).map(str::trim).unwrap_or_default().to_owned();
        if address.is_empty() || self.line != Line::Connected {
            return Ok(None);
        }
        let (delay, minimum) = (properties.time("fetchaudiodelay", DELAY)?, properties.time("fetchaudiominimum", MINIMUM)?);
        let audio = self.audio_source(&address, None, &Fetching::default())?;
        Ok(Some(Meanwhile { audio, delay, minimum, phase: Phase::Still, arrived: None }))
    }

    /// The fetch begins.
    pub(super) fn begin_meanwhile(&mut self) {
        let now = self.now;
        let State::Fetching { meanwhile: Some(meanwhile), .. } = &mut self.state else { return };
        meanwhile.phase = Phase::Waiting(now + meanwhile.delay);
        if meanwhile.delay.is_zero() {
            self.play_meanwhile();
        }
    }

    fn play_meanwhile(&mut self) {
        let now = self.now;
        let State::Fetching { meanwhile: Some(meanwhile), .. } = &mut self.state else { return };
        meanwhile.phase = Phase::Playing(now + meanwhile.minimum);
        self.actions.push_back(Action::PlayMeanwhile(meanwhile.audio.clone()));
    }

    /// The fetch is over: gives what it brought, unless the sound has just begun and has to go on.
    pub(super) fn end_meanwhile(&mut self, outcome: Result<Resource, FetchFailure>) -> Option<Result<Resource, FetchFailure>> {
        let is_connected = self.line == Line::Connected;
        let State::Fetching { meanwhile: Some(meanwhile), .. } = &mut self.state else { return Some(outcome) };
        match meanwhile.phase {
            Phase::Playing(end) if self.now < end && is_connected => {
                meanwhile.arrived = Some(outcome);
                None
            }
            Phase::Playing(_) => {
                self.actions.push_back(Action::StopMeanwhile);
                Some(outcome)
            }
            Phase::Waiting(_) | Phase::Still => Some(outcome),
        }
    }

    /// Time has passed in a fetch.
    pub(super) fn handle_meanwhile(&mut self) -> Run {
        let now = self.now;
        let State::Fetching { id, meanwhile: Some(meanwhile), .. } = &mut self.state else { return Ok(()) };
        match meanwhile.phase {
            Phase::Waiting(begin) if begin <= now => self.play_meanwhile(),
            Phase::Playing(end) if end <= now => {
                let id = *id;
                if let Some(outcome) = meanwhile.arrived.take() {
                    return self.handle_fetched(id, outcome);
                }
            }
            Phase::Waiting(_) | Phase::Playing(_) | Phase::Still => {}
        }
        Ok(())
    }
}
