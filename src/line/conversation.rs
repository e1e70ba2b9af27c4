//! A browser and its caller, as time goes by: prompts end, keys come, timers run out.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use super::caller::{Asked, Caller, Happening, Pace};
use super::handset_error::HandsetError;
use super::reply::Reply;
use super::timeline::{Timeline, said_in};
use crate::browser::{Action, Event, Fetch, FetchFailure, Interpreter, Recording, RecordingEnd, Resource, Spoken, Start, TransferOutcome};
use crate::clock::Clock;

/// A caller who was to be recorded and only pressed keys that end nothing says nothing for so long.
const GIVES_UP: Duration = Duration::from_secs(10);

/// One call, but for its fetches.
pub(super) struct Conversation<C> {
    interpreter: Interpreter,
    caller: C,
    pace: Pace,
    /// What scripts and copies go by where waits cost nothing; it goes along.
    clock: Option<Clock>,
    began: Instant,
    now: Instant,
    timeline: Timeline,
    /// Input is awaited and the caller was not asked yet.
    owes_answer: bool,
    /// What the caller says is recorded too.
    records_utterance: bool,
    /// The longest that the present recording may be.
    longest_recording: Duration,
    /// The caller put the handset down.
    is_down: bool,
}

impl<C: Caller> Conversation<C> {
    pub fn new(start: Start, caller: C, pace: Pace) -> Result<Self, HandsetError> {
        let now = present();
        let mut interpreter = Interpreter::start(start, now)?;
        if caller.is_curious() {
            interpreter.trace_on();
        }
        Ok(Self {
            interpreter,
            caller,
            pace,
            clock: None,
            began: now,
            now,
            timeline: Timeline::default(),
            owes_answer: false,
            records_utterance: false,
            longest_recording: Duration::MAX,
            is_down: false,
        })
    }

    /// Moves `clock` along with the call's own time.
    pub fn move_along(&mut self, clock: Clock) {
        self.clock = Some(clock);
    }

    /// The next thing that the browser wants done; an ending is told on the way.
    pub fn poll(&mut self) -> Option<Action> {
        let action = self.interpreter.poll()?;
        if let Action::End(ending) = &action {
            self.tell(&Happening::End(ending));
        }
        Some(action)
    }

    /// Does what the browser wants done; fetches and the end are somebody else's.
    pub async fn perform(&mut self, action: Action) -> Result<(), HandsetError> {
        match self.show(action) {
            Some(asked) => self.ask(asked).await,
            None => Ok(()),
        }
    }

    /// Lets the caller hear and see it; gives what the caller is asked for.
    fn show(&mut self, action: Action) -> Option<Asked> {
        match action {
            Action::Fetch(_) | Action::End(_) => {}
            Action::Play(prompts) => self.play(&prompts),
            Action::Unheard(prompts) => prompts.iter().for_each(|spoken| self.tell(&Happening::Prompt(spoken))),
            Action::Interrupt { remaining } => self.timeline.interrupt(remaining, self.now),
            Action::Listen(listening) => {
                self.owes_answer = true;
                self.timeline.forget_speech();
                self.records_utterance = listening.record_utterance;
                self.tell(&Happening::Listen(&listening));
            }
            Action::Matched(matched) => self.tell(&Happening::Matched(&matched)),
            Action::Transfer(request) => {
                self.tell(&Happening::Transfer(&request));
                return Some(Asked::Transfer);
            }
            Action::PlayMeanwhile(audio) => self.tell(&Happening::Meanwhile(Some(&audio))),
            Action::StopMeanwhile => self.tell(&Happening::Meanwhile(None)),
            Action::EndRecording { key } => {
                self.timeline.forget_recording();
                self.recorded(Duration::ZERO, RecordingEnd::Key(key));
            }
            Action::EndTransfer => self.transferred(TransferOutcome::NearEndDisconnect),
            Action::Record(request) => {
                self.tell(&Happening::Record(&request));
                self.longest_recording = request.maxtime;
                return Some(Asked::Recording);
            }
            Action::Submit { url, method, params } => self.tell(&Happening::Submit { url: &url, method, params: &params }),
            Action::Log { label, text } => self.tell(&Happening::Log { label: label.as_deref(), text: &text }),
            Action::Trace(trace) => self.tell(&Happening::Trace(&trace)),
        }
        None
    }

    /// Waits for a fetch. At [`Pace::Live`] the caller and the timers go on meanwhile.
    pub async fn during(&mut self, fetching: impl Future<Output = Result<Resource, FetchFailure>>) -> Result<Resource, FetchFailure> {
        let mut fetching = pin!(fetching);
        if self.pace != Pace::Live {
            return fetching.await;
        }
        loop {
            let next = self.next_time();
            tokio::select! {
                biased;
                outcome = &mut fetching => return outcome,
                reply = self.caller.answer(Asked::Input), if !self.is_down => self.act(reply),
                () = sleep_until(next) => {}
            }
            self.now = present();
            self.happen();
            while let Some(action) = self.interpreter.poll() {
                // In the middle of a fetch nobody is asked for anything.
                self.show(action);
            }
        }
    }

    pub fn handle_fetched(&mut self, fetch: &Fetch, outcome: Result<Resource, FetchFailure>) {
        if self.pace != Pace::Virtual {
            self.now = present();
        }
        let (status, failure) = match &outcome {
            Ok(_) => (Some(200), None),
            Err(FetchFailure::Status(status)) => (Some(*status), None),
            Err(failure) => (None, Some(failure.to_string())),
        };
        self.tell(&Happening::Fetched { url: &fetch.url, method: fetch.method, status, failure });
        self.interpreter.handle(Event::Fetched { id: fetch.id, outcome }, self.now);
    }

    /// Asks for input that is awaited; a live caller acts unasked.
    pub async fn ask_if_due(&mut self) -> Result<(), HandsetError> {
        if self.caller.has_enough() {
            return Err(HandsetError::CallerGone);
        }
        if self.pace == Pace::Live || !self.owes_answer || !self.interpreter.is_listening() || self.timeline.has_acts() {
            return Ok(());
        }
        self.owes_answer = false;
        self.ask(Asked::Input).await
    }

    /// Goes on to the next thing that happens: prompts first, then the caller, then the browser's own timers.
    pub async fn wait(&mut self) -> Result<(), HandsetError> {
        let Some(next) = self.next_time() else {
            return Err(HandsetError::Stuck);
        };
        match self.pace {
            Pace::Virtual => self.go_on_to(next),
            Pace::Real => {
                self.now = self.now.max(next);
                tokio::time::sleep_until(self.now.into()).await;
            }
            Pace::Live => {
                tokio::select! {
                    reply = self.caller.answer(Asked::Input), if !self.is_down => self.act(reply),
                    () = sleep_until(Some(next)) => {}
                }
                self.now = present();
            }
        }
        self.happen();
        Ok(())
    }

    /// Time passes at once. The clock has whole milliseconds, so what it is moved by is counted from the beginning.
    fn go_on_to(&mut self, time: Instant) {
        let before = self.now;
        self.now = self.now.max(time);
        if let Some(clock) = &self.clock {
            let milliseconds = |time: Instant| time.duration_since(self.began).as_millis() as u64;
            clock.advance(Duration::from_millis(milliseconds(self.now) - milliseconds(before)));
        }
    }

    /// What is due happens.
    fn happen(&mut self) {
        match self.timeline.pop(self.now) {
            Some(event) => self.interpreter.handle(event, self.now),
            None => self.interpreter.handle_timeout(self.now),
        }
    }

    fn next_time(&self) -> Option<Instant> {
        self.timeline.next_time().into_iter().chain(self.interpreter.poll_timeout()).min()
    }

    fn play(&mut self, prompts: &[Spoken]) {
        for spoken in prompts {
            let start = self.timeline.play(spoken, self.now);
            self.caller.witness(&Happening::Prompt(spoken), start - self.began);
        }
    }

    fn tell(&mut self, happening: &Happening<'_>) {
        self.caller.witness(happening, self.now - self.began);
    }

    async fn ask(&mut self, asked: Asked) -> Result<(), HandsetError> {
        let reply = self.caller.answer(asked).await.ok_or(HandsetError::CallerGone)?;
        if self.pace == Pace::Live {
            self.now = present();
        }
        let after_prompts = self.timeline.end_of_prompts(self.now);
        match (asked, reply) {
            (_, Reply::HangUp) => self.timeline.act(after_prompts, Event::HungUp),
            (Asked::Input, Reply::Keys { keys, gap, pause, during }) => self.press(&keys, gap, pause, self.first_key(during)),
            (Asked::Input, Reply::Say { words, lasting }) => {
                let lasting = lasting.unwrap_or_else(|| said_in(&words));
                self.timeline.act(after_prompts, Event::SpeechBegan);
                self.say(words, after_prompts + lasting);
            }
            (Asked::Input, Reply::NoMatch) => self.timeline.act(after_prompts, Event::Unrecognised),
            (Asked::Input, _) => {}
            (Asked::Transfer, Reply::Transferred(outcome)) => self.transferred(outcome),
            (Asked::Transfer, _) => self.transferred(TransferOutcome::Unknown),
            (Asked::Recording, Reply::Recorded { duration, .. }) if duration > self.longest_recording => {
                self.recorded(self.longest_recording, RecordingEnd::MaxTime);
            }
            (Asked::Recording, Reply::Recorded { duration, end }) => self.recorded(duration, end),
            (Asked::Recording, Reply::Keys { keys, gap, .. }) => {
                self.press(&keys, gap, Duration::ZERO, self.now);
                self.recorded(GIVES_UP, RecordingEnd::NoInput);
            }
            (Asked::Recording, _) => self.recorded(Duration::ZERO, RecordingEnd::NoInput),
        }
        Ok(())
    }

    /// A live caller does something, at once.
    fn act(&mut self, reply: Option<Reply>) {
        self.now = present();
        match reply {
            Some(Reply::Silence | Reply::Transferred(_) | Reply::Recorded { .. }) => {}
            None | Some(Reply::HangUp) => {
                self.is_down = true;
                self.timeline.act(self.now, Event::HungUp);
            }
            Some(Reply::Keys { keys, gap, .. }) => self.press(&keys, gap, Duration::ZERO, self.now),
            Some(Reply::Say { words, .. }) => self.say(words, self.now),
            Some(Reply::NoMatch) => self.timeline.act(self.now, Event::Unrecognised),
        }
    }

    /// When the first key comes: so far into a prompt, else after all of them.
    fn first_key(&self, during: Option<(usize, Duration)>) -> Instant {
        let in_prompt = during.and_then(|(prompt, at)| self.timeline.start_of(prompt).map(|start| start + at));
        in_prompt.unwrap_or_else(|| self.timeline.end_of_prompts(self.now))
    }

    fn press(&mut self, keys: &str, gap: Duration, pause: Duration, first: Instant) {
        let mut at = first;
        for (number, key) in keys.chars().filter(|key| !key.is_whitespace()).enumerate() {
            at += if number == 0 { Duration::ZERO } else { gap };
            self.timeline.act(at, Event::Key(key));
        }
        if !pause.is_zero() {
            // No telephone has this key: the browser ignores it, and until then the caller does nothing else.
            self.timeline.act(at + pause, Event::Key(' '));
        }
    }

    fn say(&mut self, words: String, at: Instant) {
        if self.records_utterance {
            self.timeline.act(at, Event::UtteranceRecorded(silence(said_in(&words), RecordingEnd::Silence)));
        }
        self.timeline.act(at, Event::Said(words));
    }

    fn transferred(&mut self, outcome: TransferOutcome) {
        self.timeline.act(self.now, Event::Transferred { outcome, duration: Duration::ZERO });
    }

    fn recorded(&mut self, duration: Duration, end: RecordingEnd) {
        self.timeline.act(self.now + duration, Event::Recorded(silence(duration, end)));
    }
}

/// The time, which tests can hold.
fn present() -> Instant {
    tokio::time::Instant::now().into_std()
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

/// Nobody speaks here: a recording is silence in G.711 µ-law.
fn silence(duration: Duration, end: RecordingEnd) -> Recording {
    let samples = usize::try_from(duration.as_millis().min(600_000) * 8).unwrap_or_default();
    Recording { duration, audio: vec![0xff; samples], media_type: "audio/basic".to_owned(), end }
}
