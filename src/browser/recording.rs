//! Recordings: the request, what ends it, and what came of it (VoiceXML 2.0 §2.3.6).

use std::time::Duration;

use serde_json::{Value, json};

use super::action::{Action, RecordRequest};
use super::document::Record;
use super::event::{Recording, RecordingEnd};
use super::grammar_shelf::Active;
use super::interpreter::{Afterwards, Interpreter, State};
use super::properties::Properties;
use super::recognition::{Owner, Recognised};
use super::recording_watch::RecordingWatch;
use super::thrown::{Run, Thrown};
use super::transferring::time_of;

/// Longest recording where the page says nothing.
const MAXTIME: Duration = Duration::from_secs(60);
/// Silence that ends a recording where the page says nothing.
const FINALSILENCE: Duration = Duration::from_secs(3);
/// Most bytes that the recordings of one call may have together.
const MOST_BYTES: usize = 64 << 20;
/// Bytes that a second of the largest kind has: WAV of 16 bits.
const BYTES_PER_SECOND: usize = 16_000;
/// Media types that a recording can have: those that every platform has to know (appendix E), and WAV by its other names.
const MEDIA_TYPES: [&str; 5] = ["audio/basic", "audio/x-alaw-basic", "audio/x-wav", "audio/wav", "audio/vnd.wave"];

impl Interpreter {
    /// Visits a `<record>`: the queued prompts play, then the caller is recorded.
    pub(super) fn begin_recording(&mut self, record: &Record, active: Vec<Active>) -> Run {
        if let Some(media_type) = record.media_type.as_deref().filter(|media_type| !is_known(media_type)) {
            return Err(Thrown::with("error.unsupported.format", format!("recordings in {media_type} cannot be made here")));
        }
        let properties = Properties::of(self.current.surroundings());
        let (dtmf, _) = properties.input_modes()?;
        let request = RecordRequest {
            timeout: self.patience_for_input(&properties)?,
            maxtime: time_of(record.maxtime.as_deref(), MAXTIME)?.min(self.time_left()),
            finalsilence: time_of(record.finalsilence.as_deref(), FINALSILENCE)?,
            dtmfterm: record.dtmfterm,
            beep: record.beep,
            media_type: record.media_type.clone(),
        };
        let watch = match dtmf {
            true => RecordingWatch::new(active, record.dtmfterm),
            false => RecordingWatch::new(Vec::new(), false),
        };
        self.play_then(Afterwards::Record(request, watch))
    }

    /// How long a recording can be until those of the call together are too large.
    fn time_left(&self) -> Duration {
        Duration::from_secs((MOST_BYTES.saturating_sub(self.recorded_bytes()) / BYTES_PER_SECOND) as u64)
    }

    fn recorded_bytes(&self) -> usize {
        self.recordings.iter().map(|recording| recording.audio.len()).sum()
    }

    /// The prompts are over. Keys that came in the meantime end the recording before it has begun.
    pub(super) fn start_recording(&mut self, request: RecordRequest, watch: RecordingWatch) {
        self.state = State::Recording(watch);
        self.actions.push_back(Action::Record(request));
        while let Some(key) = self.typed_ahead.pop_front() {
            self.record_key(key);
        }
    }

    /// A key of the caller who is being recorded.
    pub(super) fn record_key(&mut self, key: char) {
        let State::Recording(watch) = &mut self.state else { return };
        if watch.takes(key) {
            self.actions.push_back(Action::EndRecording { key });
        }
    }

    pub(super) fn handle_recorded(&mut self, recording: Recording) -> Run {
        let mut watch = match std::mem::replace(&mut self.state, State::Running) {
            State::Recording(watch) => watch,
            other => {
                self.state = other;
                return Ok(());
            }
        };
        self.renew();
        if let RecordingEnd::Key(key) = recording.end {
            watch.takes(key);
        }
        match watch.recognised()? {
            Some(recognised) if matches!(recognised.owner, Owner::Item) => self.handle_ended_by_key(recording, &recognised),
            // Input for somebody else: the item stays unfilled.
            Some(recognised) => self.process(recognised),
            None => self.handle_plain(recording),
        }
    }

    /// The caller's keys ended it; with no audio before them the item stays unfilled, and nothing is thrown (§2.3.6).
    fn handle_ended_by_key(&mut self, recording: Recording, recognised: &Recognised) -> Run {
        self.scopes.set_result(&json!([recognised.result()]))?;
        match recording.duration.is_zero() {
            true => Ok(()),
            false => {
                let index = self.keep_recording(recording, Some(recognised))?;
                self.trigger_filled(&[index])
            }
        }
    }

    fn handle_plain(&mut self, recording: Recording) -> Run {
        let end = recording.end;
        if end == RecordingEnd::HangUp && recording.duration.is_zero() {
            return self.hung_up();
        }
        if end == RecordingEnd::NoInput || recording.duration.is_zero() {
            return Err(Thrown::new("noinput"));
        }
        let index = self.keep_recording(recording, None)?;
        match end {
            RecordingEnd::HangUp => self.hung_up(),
            RecordingEnd::Key(_) | RecordingEnd::Silence | RecordingEnd::MaxTime | RecordingEnd::NoInput => self.trigger_filled(&[index]),
        }
    }

    /// The variable holds a reference to the audio; the shadow variable tells about it (§2.3.6.1).
    fn keep_recording(&mut self, recording: Recording, recognised: Option<&Recognised>) -> Run<usize> {
        let Some((index, item)) = self.current.dialog.as_ref().and_then(|run| run.current.zip(run.item().cloned())) else {
            return Err(Thrown::semantic("no item is being recorded"));
        };
        let mut shadow = recognised.map(Recognised::shadow).unwrap_or_default();
        let last_key = recognised.and_then(|recognised| recognised.utterance.chars().last());
        shadow.insert("duration".to_owned(), json!(milliseconds(&recording)));
        shadow.insert("size".to_owned(), json!(recording.audio.len()));
        if let Some(key) = last_key {
            shadow.insert("termchar".to_owned(), json!(key.to_string()));
        }
        shadow.insert("maxtime".to_owned(), json!(recording.end == RecordingEnd::MaxTime));
        let value = self.store_recording(recording)?;
        self.fill(&item, &value, &shadow.into())?;
        Ok(index)
    }

    /// Keeps a recording, and gives the reference that a variable holds to it. All of a call together are bounded.
    fn store_recording(&mut self, recording: Recording) -> Run<Value> {
        let value = json!({ "$recording": self.recordings.len() });
        self.recordings.push(recording);
        match self.recorded_bytes() > MOST_BYTES {
            true => Err(Thrown::with("error.noresource", "the recordings of this call are too large together")),
            false => Ok(value),
        }
    }

    /// What was said while it was recognised, where the page wants it (2.1 §7).
    pub(super) fn handle_utterance(&mut self, recording: Recording) {
        self.utterance = Some(recording);
    }

    /// The reference to the utterance, its size and its length, for a result of recognition.
    pub(super) fn take_utterance(&mut self) -> Run<Option<(Value, usize, u64)>> {
        let Some(recording) = self.utterance.take() else { return Ok(None) };
        if !Properties::of(self.current.surroundings()).is_on("recordutterance", false)? {
            return Ok(None);
        }
        let (size, duration) = (recording.audio.len(), milliseconds(&recording));
        Ok(Some((self.store_recording(recording)?, size, duration)))
    }

    /// What was recorded under `number`, for whoever plays or stores it.
    pub fn recorded(&self, number: usize) -> Option<&Recording> {
        self.recordings.get(number)
    }
}

pub(super) fn is_known(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    name.is_empty() || MEDIA_TYPES.contains(&name.as_str())
}

fn milliseconds(recording: &Recording) -> u64 {
    u64::try_from(recording.duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use url::Url;

    use super::*;
    use crate::browser::{Event, Resource, Start};
    use crate::clock::{Chance, Clock};

    const PAGE: &str = "<vxml version='2.1'><form><record name='said' maxtime='86400s'/></form></vxml>";

    #[test]
    fn no_recording_is_asked_for_that_would_be_too_large() {
        let (now, url) = (Instant::now(), Url::parse("http://pages.example/page").unwrap());
        let clock = Clock::by_hand(jiff::Timestamp::UNIX_EPOCH);
        let start = Start { url: url.clone(), session: json!({}).into(), clock, chance: Chance::seeded(1) };
        let mut session = Interpreter::start(start, now).unwrap();
        let body = PAGE.as_bytes().to_vec();

        session.handle(Event::Fetched { id: 1, outcome: Ok(Resource { url, media_type: None, body }) }, now);

        let asked = std::iter::from_fn(|| session.poll()).find_map(|action| match action {
            Action::Record(request) => Some(request),
            _ => None,
        });
        let longest = asked.unwrap().maxtime;
        assert!(longest > Duration::from_secs(3_600) && longest.as_secs() as usize * BYTES_PER_SECOND <= MOST_BYTES, "{longest:?}");
    }
}
