//! A handset without a line: drives a browser in virtual or real time, with somebody who hears its prompts and answers.

use std::time::{Duration, Instant};

use super::caller::{Asked, Caller, Happening, Pace};
use super::fetch::Fetching;
use super::reply::Reply;
use super::timeline::{Timeline, said_in};
use crate::browser::{Action, Ending, Event, Fetch, FetchFailure, Interpreter, Recording, RecordingEnd, Spoken, Start, TransferOutcome};
use crate::script::ScriptError;

/// A caller who was to be recorded and only pressed keys that end nothing says nothing for so long.
const GIVES_UP: Duration = Duration::from_secs(10);

/// Why a call has no ending.
#[derive(Debug, thiserror::Error)]
pub enum HandsetError {
    /// The browser could not be made.
    #[error("the browser cannot start: {0}")]
    Start(#[from] ScriptError),
    /// The caller put the handset down without a word.
    #[error("the caller is gone")]
    CallerGone,
    /// The browser waits for nothing: a fault of ours.
    #[error("the browser waits for nothing")]
    Stuck,
}

/// A browser, what fetches for it, and who answers it.
pub struct Handset<F, C> {
    interpreter: Interpreter,
    fetcher: F,
    caller: C,
    pace: Pace,
    began: Instant,
    now: Instant,
    timeline: Timeline,
    /// Input is awaited and the caller was not asked yet.
    owes_answer: bool,
    /// What the caller says is recorded too.
    records_utterance: bool,
    /// The caller put the handset down.
    is_down: bool,
}

impl<F: Fetching, C: Caller> Handset<F, C> {
    /// A call that is about to fetch its first page.
    pub fn new(start: Start, fetcher: F, caller: C, pace: Pace) -> Result<Self, HandsetError> {
        let now = Instant::now();
        let interpreter = Interpreter::start(start, now)?;
        Ok(Self {
            interpreter,
            fetcher,
            caller,
            pace,
            began: now,
            now,
            timeline: Timeline::default(),
            owes_answer: false,
            records_utterance: false,
            is_down: false,
        })
    }

    /// Plays the call to its end.
    pub async fn run(mut self) -> Result<Ending, HandsetError> {
        loop {
            while let Some(action) = self.interpreter.poll() {
                if let Some(ending) = self.perform(action).await? {
                    return Ok(ending);
                }
            }
            if self.pace != Pace::Live && self.owes_answer && self.interpreter.is_listening() && !self.timeline.has_acts() {
                self.owes_answer = false;
                self.ask(Asked::Input).await?;
            }
            self.wait().await?;
        }
    }

    async fn perform(&mut self, action: Action) -> Result<Option<Ending>, HandsetError> {
        match action {
            Action::Fetch(fetch) => self.fetch(&fetch).await,
            Action::Play(prompts) => self.play(&prompts),
            Action::Unheard(prompts) => prompts.iter().for_each(|spoken| self.tell(&Happening::Prompt(spoken))),
            Action::Interrupt { remaining } => self.timeline.interrupt(remaining, self.now),
            Action::Listen(listening) => {
                self.owes_answer = true;
                self.records_utterance = listening.record_utterance;
                self.tell(&Happening::Listen(&listening));
            }
            Action::Matched(matched) => self.tell(&Happening::Matched(&matched)),
            Action::Transfer(request) => {
                self.tell(&Happening::Transfer(&request));
                self.ask(Asked::Transfer).await?;
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
                self.ask(Asked::Recording).await?;
            }
            Action::Submit { url, method, params } => self.tell(&Happening::Submit { url: &url, method, params: &params }),
            Action::Log { label, text } => self.tell(&Happening::Log { label: label.as_deref(), text: &text }),
            Action::Trace(trace) => self.tell(&Happening::Trace(&trace)),
            Action::End(ending) => {
                self.tell(&Happening::End(&ending));
                return Ok(Some(ending));
            }
        }
        Ok(None)
    }

    async fn fetch(&mut self, fetch: &Fetch) {
        let outcome = self.fetcher.fetch(fetch).await;
        if self.pace != Pace::Virtual {
            self.now = Instant::now();
        }
        let (status, failure) = match &outcome {
            Ok(_) => (Some(200), None),
            Err(FetchFailure::Status(status)) => (Some(*status), None),
            Err(failure) => (None, Some(failure.to_string())),
        };
        self.tell(&Happening::Fetched { url: &fetch.url, method: fetch.method, status, failure });
        self.interpreter.handle(Event::Fetched { id: fetch.id, outcome }, self.now);
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
        let after_prompts = self.timeline.end_of_prompts(self.now);
        match (asked, reply) {
            (_, Reply::HangUp) => self.timeline.act(after_prompts, Event::HungUp),
            (Asked::Input, Reply::Keys { keys, gap, pause, during }) => self.press(&keys, gap, pause, self.first_key(during)),
            (Asked::Input, Reply::Say(words)) => self.say(words, after_prompts),
            (Asked::Input, Reply::NoMatch) => self.timeline.act(after_prompts, Event::Unrecognised),
            (Asked::Input, _) => {}
            (Asked::Transfer, Reply::Transferred(outcome)) => self.transferred(outcome),
            (Asked::Transfer, _) => self.transferred(TransferOutcome::Unknown),
            (Asked::Recording, Reply::Recorded { duration, end }) => self.recorded(duration, end),
            (Asked::Recording, Reply::Keys { keys, gap, .. }) => {
                self.press(&keys, gap, Duration::ZERO, self.now);
                self.recorded(GIVES_UP, RecordingEnd::NoInput);
            }
            (Asked::Recording, _) => self.recorded(Duration::ZERO, RecordingEnd::NoInput),
        }
        Ok(())
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

    /// Goes on to the next thing that happens: prompts first, then the caller, then the browser's own timers.
    async fn wait(&mut self) -> Result<(), HandsetError> {
        let timer = self.interpreter.poll_timeout();
        let Some(next) = self.timeline.next_time().into_iter().chain(timer).min() else {
            return Err(HandsetError::Stuck);
        };
        match self.pace {
            Pace::Virtual => self.now = self.now.max(next),
            Pace::Real => {
                self.now = self.now.max(next);
                tokio::time::sleep_until(self.now.into()).await;
            }
            Pace::Live => self.wait_live(next).await,
        }
        match self.timeline.pop(self.now) {
            Some(event) => self.interpreter.handle(event, self.now),
            None => self.interpreter.handle_timeout(self.now),
        }
        Ok(())
    }

    /// Until `next`, or until the caller does something.
    async fn wait_live(&mut self, next: Instant) {
        let reply = tokio::select! {
            reply = self.caller.answer(Asked::Input), if !self.is_down => Some(reply),
            () = tokio::time::sleep_until(next.into()) => None,
        };
        self.now = Instant::now();
        match reply {
            None | Some(Some(Reply::Silence | Reply::Transferred(_) | Reply::Recorded { .. })) => {}
            Some(None | Some(Reply::HangUp)) => {
                self.is_down = true;
                self.timeline.act(self.now, Event::HungUp);
            }
            Some(Some(Reply::Keys { keys, gap, .. })) => self.press(&keys, gap, Duration::ZERO, self.now),
            Some(Some(Reply::Say(words))) => self.say(words, self.now),
            Some(Some(Reply::NoMatch)) => self.timeline.act(self.now, Event::Unrecognised),
        }
    }
}

/// Nobody speaks here: a recording is silence in G.711 µ-law.
fn silence(duration: Duration, end: RecordingEnd) -> Recording {
    let samples = usize::try_from(duration.as_millis().min(600_000) * 8).unwrap_or_default();
    Recording { duration, audio: vec![0xff; samples], media_type: "audio/basic".to_owned(), end }
}
