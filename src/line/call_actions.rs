//! What the browser of a call wants done.

use std::collections::HashMap;

use super::call::Call;
use super::media_error::MediaError;
use super::moment::now;
use super::recorder::Recorder;
use super::rendering::{Errand, Renderer};
use crate::audio::{Sound, beep, hold_music, read_wav};
use crate::browser::{self, Action, AudioSource, Event, Fetch, RecordRequest, RecordingEnd, Spoken};

impl Call {
    pub(super) async fn perform(&mut self, action: Action) {
        match action {
            Action::Fetch(fetch) => self.fetch(fetch),
            Action::Play(prompts) => self.play(prompts),
            Action::Interrupt { remaining } => {
                let kept = self.playback.interrupt(remaining);
                report(self.media.stream.interrupt(kept));
            }
            Action::Transfer(request) => self.begin_transfer(request),
            Action::EndTransfer => self.end_transfer(browser::TransferOutcome::NearEndDisconnect),
            Action::PlayMeanwhile(source) => self.play_meanwhile(source),
            Action::StopMeanwhile => self.stop_hold(),
            Action::Record(request) => self.record(request),
            Action::EndRecording { key } => self.end_recording(RecordingEnd::Key(key)),
            Action::Log { text, .. } => tracing::debug!(call = %self.leg.id(), length = text.len(), "a page has logged"),
            // Prompts that nobody hears, and what is told to who watches a page.
            Action::Unheard(_) | Action::Listen(_) | Action::Matched(_) | Action::Submit { .. } | Action::Trace(_) | Action::End(_) => {}
        }
    }

    pub(super) fn handle_errand(&mut self, errand: Errand) {
        match errand {
            Errand::Fetched { id, outcome } => {
                self.stop_hold();
                self.interpreter.handle(Event::Fetched { id, outcome }, now());
            }
            Errand::Rendered { number, sounds } => {
                let ready = self.playback.rendered(number, sounds);
                if !ready.is_empty()
                    && let Some(last) = report(self.media.stream.play(ready, false))
                {
                    self.playback.playing(last);
                }
            }
            Errand::Meanwhile(sound) if self.hold.is_wanted() => self.play_hold(sound),
            Errand::Meanwhile(_) => {}
            Errand::Dialled(leg) => self.dialled(leg),
        }
    }

    fn fetch(&mut self, fetch: Fetch) {
        let fetcher = self.fetcher.clone();
        // For good: what others have said once is in the page's variables.
        self.is_own &= fetcher.is_own(&fetch.url);
        self.hold.handle_fetch(now());
        self.errands.spawn(async move { Errand::Fetched { id: fetch.id, outcome: fetcher.fetch(&fetch).await } });
    }

    fn play(&mut self, prompts: Vec<Spoken>) {
        let renderer = Renderer {
            speaker: self.equipment.speaker.clone(),
            fetcher: self.fetcher.clone(),
            language: self.equipment.settings.language.clone(),
            recordings: self.recordings(&prompts),
        };
        for part in self.playback.queue(prompts) {
            self.errands.spawn(renderer.clone().render(part));
        }
    }

    /// What the caller has recorded and now hears.
    fn recordings(&self, prompts: &[Spoken]) -> HashMap<usize, Sound> {
        let numbers = prompts.iter().flat_map(|prompt| &prompt.sounds).filter_map(|sound| match sound {
            browser::Sound::Recording(number) => Some(*number),
            browser::Sound::Words(_) | browser::Sound::Audio(_) | browser::Sound::Pause(_) | browser::Sound::Mark(_) => None,
        });
        numbers.filter_map(|number| Some((number, read_wav(&self.interpreter.recorded(number)?.audio).ok()?))).collect()
    }

    pub(super) fn play_meanwhile(&mut self, source: AudioSource) {
        self.hold.want();
        let fetcher = self.fetcher.clone();
        self.errands.spawn(async move { Errand::Meanwhile(fetcher.sound(&source).await) });
    }

    /// Plays a sound over and over; music where there is none.
    pub(super) fn play_hold(&mut self, sound: Option<Sound>) {
        self.hold.started();
        report(self.media.stream.play(vec![sound.unwrap_or_else(hold_music)], true));
    }

    pub(super) fn stop_hold(&mut self) {
        if self.hold.stop() {
            report(self.media.stream.interrupt(0));
        }
    }

    fn record(&mut self, request: RecordRequest) {
        if request.beep {
            report(self.media.stream.play(vec![beep()], false));
        }
        report(self.media.stream.record(true));
        self.recorder = Some(Recorder::start(request, now()));
    }

    pub(super) fn end_recording(&mut self, end: RecordingEnd) {
        let Some(recorder) = self.recorder.take() else { return };
        report(self.media.stream.record(false));
        self.interpreter.handle(Event::Recorded(recorder.finish(end)), now());
    }
}

/// A call whose media thread is gone or overloaded goes on as far as it can: its timers end it.
pub(super) fn report<T>(done: Result<T, MediaError>) -> Option<T> {
    let lost = |error: &MediaError| {
        metrics::counter!("callward_media_orders_lost_total").increment(1);
        tracing::warn!("a call's sound was not played as it should be: {error}");
    };
    done.inspect_err(lost).ok()
}
