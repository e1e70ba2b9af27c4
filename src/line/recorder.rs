//! A `<record>` at work: what the caller says, and when enough was said (VoiceXML 2.0 §2.3.6).

use std::time::{Duration, Instant};

use super::media_news::Heard;
use crate::audio::{Codec, Meter, Sound, WavEncoding, write_wav};
use crate::browser::{RecordRequest, Recording, RecordingEnd};

/// What is louder is speech, in dBm0.
const SPEECH: f32 = -45.0;

/// The media type of raw µ-law.
const BASIC: &str = "audio/basic";

/// One recording.
#[derive(Debug)]
pub(super) struct Recorder {
    request: RecordRequest,
    began: Instant,
    last_speech: Option<Instant>,
    samples: Vec<i16>,
}

impl Recorder {
    pub fn start(request: RecordRequest, now: Instant) -> Self {
        Self { request, began: now, last_speech: None, samples: Vec::new() }
    }

    /// A piece of what the caller says.
    pub fn hear(&mut self, heard: &Heard, now: Instant) {
        let samples: Vec<i16> = heard.payload.iter().map(|byte| heard.codec.decode(*byte)).collect();
        let mut meter = Meter::default();
        meter.hear(&samples);
        if meter.read().mean > SPEECH {
            self.last_speech = Some(now);
        }
        self.samples.extend(samples);
    }

    /// When the recording ends by itself if nothing is said until then.
    pub fn poll_timeout(&self) -> Instant {
        let silence = match self.last_speech {
            Some(last) => last + self.request.finalsilence,
            None => self.began + self.request.timeout,
        };
        silence.min(self.began + self.request.maxtime)
    }

    /// Time has passed: how it ends, if it does.
    pub fn handle_timeout(&self, now: Instant) -> Option<RecordingEnd> {
        if now < self.poll_timeout() {
            return None;
        }
        Some(match self.last_speech {
            None => RecordingEnd::NoInput,
            Some(_) if now >= self.began + self.request.maxtime => RecordingEnd::MaxTime,
            Some(_) => RecordingEnd::Silence,
        })
    }

    /// What was recorded.
    pub fn finish(self, end: RecordingEnd) -> Recording {
        let sound = Sound::new(self.samples);
        let duration = match end {
            RecordingEnd::NoInput => Duration::ZERO,
            RecordingEnd::Key(_) | RecordingEnd::Silence | RecordingEnd::MaxTime | RecordingEnd::HangUp => sound.duration(),
        };
        let (audio, media_type) = match self.request.media_type.as_deref() {
            Some(BASIC) => (sound.payload(Codec::Pcmu).to_vec(), BASIC),
            Some(_) | None => (write_wav(&sound, WavEncoding::Pcm), "audio/wav"),
        };
        Recording { duration, audio, media_type: media_type.to_owned(), end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::read_wav;

    fn request() -> RecordRequest {
        RecordRequest {
            timeout: Duration::from_secs(5),
            maxtime: Duration::from_secs(60),
            finalsilence: Duration::from_secs(3),
            dtmfterm: true,
            beep: false,
            media_type: None,
        }
    }

    fn heard(sample: i16) -> Heard {
        Heard { codec: Codec::Pcmu, payload: vec![Codec::Pcmu.encode(sample); 1600] }
    }

    #[test]
    fn silence_after_speech_ends_a_recording() {
        let now = Instant::now();
        let mut recorder = Recorder::start(request(), now);

        recorder.hear(&heard(8000), now + Duration::from_secs(1));
        recorder.hear(&heard(0), now + Duration::from_secs(2));

        assert_eq!(recorder.handle_timeout(now + Duration::from_secs(3)), None);
        assert_eq!(recorder.handle_timeout(now + Duration::from_secs(4)), Some(RecordingEnd::Silence));
        let recording = recorder.finish(RecordingEnd::Silence);
        assert_eq!(recording.duration, Duration::from_millis(400));
        assert_eq!(read_wav(&recording.audio).unwrap().samples().len(), 3200);
    }

    #[test]
    fn who_says_nothing_gives_no_input_and_who_does_not_stop_is_cut_off() {
        let now = Instant::now();
        let silent = Recorder::start(request(), now);
        let mut endless = Recorder::start(request(), now);
        endless.hear(&heard(8000), now + Duration::from_secs(59));

        assert_eq!(silent.handle_timeout(now + Duration::from_secs(5)), Some(RecordingEnd::NoInput));
        assert_eq!(endless.handle_timeout(now + Duration::from_secs(60)), Some(RecordingEnd::MaxTime));
    }
}
