//! One SIP call: its browser, its sound and its signalling, driven by whatever happens next.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::bridge::{FarNews, Transferring};
use super::call_fetcher::CallFetcher;
use super::call_leg::CallLeg;
use super::equipment::Equipment;
use super::hold::Hold;
use super::key_source::KeySource;
use super::media_news::MediaNews;
use super::moment::{now, sleep_until};
use super::playback::Playback;
use super::recorder::Recorder;
use super::rendering::Errand;
use super::session_media::SessionMedia;
use crate::audio::ToneDetector;
use crate::browser::{Action, Ending, Event, FetchFailure, Interpreter, Reason, RecordingEnd, Resource};
use crate::sip::{self, Invitation};

/// A call that was answered.
pub(super) struct Call {
    pub(super) equipment: Arc<Equipment>,
    pub(super) leg: CallLeg,
    pub(super) media: SessionMedia,
    pub(super) interpreter: Interpreter,
    pub(super) fetcher: Arc<CallFetcher>,
    pub(super) playback: Playback,
    pub(super) errands: JoinSet<Errand>,
    pub(super) hold: Hold,
    pub(super) keys: KeySource,
    /// Listens for keys in the sound, once there is any.
    pub(super) tones: Option<Box<ToneDetector>>,
    pub(super) recorder: Option<Recorder>,
    pub(super) transferring: Transferring,
    /// Somebody is on the line.
    pub(super) is_connected: bool,
    /// We have hung up, as no sound came.
    pub(super) fell_silent: bool,
    /// All that the browser has read is of our own desk: what it says may be said in our name.
    pub(super) is_own: bool,
    /// Who called whom.
    pub(super) invitation: Arc<Invitation>,
}

/// What can happen to a call.
enum Happening {
    Errand(Errand),
    Signal(Option<sip::CallNews>),
    Media(MediaNews),
    Far(FarNews),
    Time,
}

impl Call {
    pub fn new(
        equipment: Arc<Equipment>,
        leg: CallLeg,
        media: SessionMedia,
        interpreter: Interpreter,
        fetcher: Arc<CallFetcher>,
        is_own: bool,
        invitation: Arc<Invitation>,
    ) -> Self {
        Self {
            leg,
            media,
            interpreter,
            fetcher,
            playback: Playback::default(),
            errands: JoinSet::new(),
            hold: Hold::default(),
            keys: KeySource::default(),
            tones: None,
            recorder: None,
            transferring: Transferring::No,
            is_connected: true,
            fell_silent: false,
            is_own,
            invitation,
            equipment,
        }
    }

    /// The first page is there, or is not.
    pub fn begin(&mut self, id: u64, outcome: Result<Resource, FetchFailure>) {
        self.interpreter.handle(Event::Fetched { id, outcome }, now());
    }

    /// Sees the call to its end.
    pub async fn run(mut self: Box<Self>, mut news: mpsc::Receiver<MediaNews>) {
        let ending = self.converse(&mut news).await;
        self.part(ending, &mut news).await;
    }

    async fn converse(&mut self, news: &mut mpsc::Receiver<MediaNews>) -> Ending {
        loop {
            while let Some(action) = self.interpreter.poll() {
                match action {
                    Action::End(ending) => return ending,
                    other => self.perform(other).await,
                }
            }
            let Some(happening) = self.next(news).await else { return stuck() };
            self.handle(happening).await;
        }
    }

    /// What happens next; `None` when nothing ever will.
    async fn next(&mut self, news: &mut mpsc::Receiver<MediaNews>) -> Option<Happening> {
        let time = self.next_time();
        tokio::select! {
            signal = self.leg.news(), if self.is_connected => Some(Happening::Signal(signal)),
            Some(heard) = news.recv() => Some(Happening::Media(heard)),
            Some(far) = self.transferring.news() => Some(Happening::Far(far)),
            Some(done) = self.errands.join_next() => Some(match done {
                Ok(errand) => Happening::Errand(errand),
                Err(error) => {
                    tracing::error!("an errand of a call broke off: {error}");
                    Happening::Time
                }
            }),
            () = sleep_until(time), if time.is_some() => Some(Happening::Time),
            else => None,
        }
    }

    fn next_time(&self) -> Option<Instant> {
        let recorder = self.recorder.as_ref().map(Recorder::poll_timeout);
        [self.interpreter.poll_timeout(), self.hold.poll_timeout(), recorder, self.transferring.poll_timeout()].into_iter().flatten().min()
    }

    async fn handle(&mut self, happening: Happening) {
        match happening {
            Happening::Errand(errand) => self.handle_errand(errand),
            Happening::Signal(Some(news)) => self.handle_signal(news),
            Happening::Signal(None) => self.hung_up(),
            Happening::Media(news) => self.handle_media(news),
            Happening::Far(news) => self.handle_far(news),
            Happening::Time => self.handle_time(),
        }
    }

    fn handle_time(&mut self) {
        let now = now();
        if self.hold.is_due(now) && self.playback.is_idle() {
            self.play_hold(None);
        }
        if let Some(end) = self.recorder.as_ref().and_then(|recorder| recorder.handle_timeout(now)) {
            self.end_recording(end);
        }
        if self.transferring.poll_timeout().is_some_and(|due| now >= due) {
            self.transfer_overdue();
        }
        if self.interpreter.poll_timeout().is_some_and(|due| now >= due) {
            self.interpreter.handle_timeout(now);
        }
    }

    /// The caller is gone; the page may still say what it wants to servers.
    pub(super) fn hung_up(&mut self) {
        if !std::mem::replace(&mut self.is_connected, false) {
            return;
        }
        self.transferring = Transferring::No;
        match self.recorder.take() {
            Some(recorder) => {
                let recording = recorder.finish(RecordingEnd::HangUp);
                self.interpreter.handle(Event::Recorded(recording), now());
            }
            None => self.interpreter.handle(Event::HungUp, now()),
        }
    }
}

/// A browser that waits for nothing is a fault of ours; the call ends as one.
fn stuck() -> Ending {
    let message = Some("the browser waits for nothing".to_owned());
    Ending { reason: Reason::Error, exit: Value::Null, uncaught: Some("error.internal".to_owned()), message }
}
