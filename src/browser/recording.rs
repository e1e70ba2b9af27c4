//! Recordings: the request, and what came of it (VoiceXML 2.0 §2.3.6).

use std::time::Duration;

use serde_json::{Value, json};

use super::action::RecordRequest;
use super::document::Record;
use super::event::{Recording, RecordingEnd};
use super::interpreter::{Afterwards, Interpreter, State};
use super::thrown::{Run, Thrown};
use super::transferring::time_of;

/// Longest recording where the page says nothing.
const MAXTIME: Duration = Duration::from_secs(60);
/// Silence that ends a recording where the page says nothing.
const FINALSILENCE: Duration = Duration::from_secs(3);

impl Interpreter {
    /// Visits a `<record>`: the queued prompts play, then the caller is recorded.
    pub(super) fn begin_recording(&mut self, record: &Record) -> Run {
        let request = RecordRequest {
            maxtime: time_of(record.maxtime.as_deref(), MAXTIME)?,
            finalsilence: time_of(record.finalsilence.as_deref(), FINALSILENCE)?,
            dtmfterm: record.dtmfterm,
            beep: record.beep,
            media_type: record.media_type.clone(),
        };
        self.play_then(Afterwards::Record(request))
    }

    pub(super) fn handle_recorded(&mut self, recording: Recording) -> Run {
        if !matches!(self.state, State::Recording) {
            return Ok(());
        }
        self.state = State::Running;
        self.odometer.reset(self.now);
        if recording.end == RecordingEnd::NoInput || recording.duration.is_zero() {
            return Err(Thrown::new("noinput"));
        }
        let end = recording.end;
        let index = self.keep_recording(recording)?;
        match end {
            RecordingEnd::HangUp => self.hung_up(),
            RecordingEnd::Key(_) | RecordingEnd::Silence | RecordingEnd::MaxTime | RecordingEnd::NoInput => self.trigger_filled(&[index]),
        }
    }

    /// The variable holds a reference to the audio; the shadow variable tells about it (§2.3.6.1).
    fn keep_recording(&mut self, recording: Recording) -> Run<usize> {
        let Some((index, item)) = self.current.dialog.as_ref().and_then(|run| run.current.zip(run.item().cloned())) else {
            return Err(Thrown::semantic("no item is being recorded"));
        };
        let shadow = json!({
            "duration": u64::try_from(recording.duration.as_millis()).unwrap_or(u64::MAX),
            "size": recording.audio.len(),
            "termchar": match recording.end {
                RecordingEnd::Key(key) => Value::from(key.to_string()),
                RecordingEnd::Silence | RecordingEnd::MaxTime | RecordingEnd::HangUp | RecordingEnd::NoInput => Value::Null,
            },
            "maxtime": recording.end == RecordingEnd::MaxTime,
        });
        let value = json!({ "$recording": self.recordings.len() });
        self.recordings.push(recording);
        self.fill(&item, &value, &shadow)?;
        Ok(index)
    }

    /// What was recorded under `number`, for whoever plays or stores it.
    pub fn recorded(&self, number: usize) -> Option<&Recording> {
        self.recordings.get(number)
    }
}
