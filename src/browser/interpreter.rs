//! The machine itself: what goes in, what comes out, and what it is waiting for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use url::Url;

use super::action::{Action, Ending, Fetch, Reason, RecordRequest, TransferRequest};
use super::collection::{Collection, Watch};
use super::context::{Context, Task};
use super::document::Document;
use super::errand::{Errand, Transition};
use super::event::{Event, Recording};
use super::grammar_shelf::Grammars;
use super::meanwhile::Meanwhile;
use super::odometer::Odometer;
use super::recording_watch::RecordingWatch;
use super::scopes::Scopes;
use super::session_variables::SessionVariables;
use super::speech::Speech;
use super::thrown::{Run, Thrown};
use crate::clock::{Chance, Clock};
use crate::script::ScriptError;

/// What a session starts with.
#[derive(Debug, Clone)]
pub struct Start {
    /// The first document.
    pub url: Url,
    /// Session variables: what stands below `session` (§5.1.4).
    pub session: SessionVariables,
    /// What `Date` in scripts tells.
    pub clock: Clock,
    /// What `Math.random` in scripts draws from.
    pub chance: Chance,
}

/// A VoiceXML session: pages, keys and time in; fetches, prompts and outcomes out.
pub struct Interpreter {
    pub(super) scopes: Scopes,
    /// The execution context in progress.
    pub(super) current: Context,
    /// Those that wait for their subdialog, outermost first.
    pub(super) callers: Vec<Context>,
    pub(super) state: State,
    pub(super) actions: VecDeque<Action>,
    pub(super) speech: Speech,
    pub(super) grammars: Grammars,
    /// Keys that came while nothing waited for them (§4.1.8).
    pub(super) typed_ahead: VecDeque<char>,
    pub(super) recordings: Vec<Recording>,
    /// What was said last, where the line records it.
    pub(super) utterance: Option<Recording>,
    pub(super) line: Line,
    /// What `<disconnect>` gave.
    pub(super) parting: Value,
    pub(super) odometer: Odometer,
    pub(super) now: Instant,
    /// Somebody wants to know what goes on inside.
    pub(super) is_traced: bool,
    pub(super) fetches: u64,
}

/// What the machine is waiting for.
pub(super) enum State {
    /// Nothing: there is something to do.
    Running,
    /// A fetch.
    Fetching { id: u64, errand: Errand, meanwhile: Option<Box<Meanwhile>> },
    /// Input for the current item.
    Collecting(Box<Collection>),
    /// The end of the prompts, to do something after them.
    Playing(Afterwards),
    /// The outcome of a transfer.
    Transferring(Watch),
    /// A recording.
    Recording(RecordingWatch),
    /// Nothing any more.
    Ended,
}

/// What is done when the queue has been played.
pub(super) enum Afterwards {
    Fetch(Box<Errand>, Box<Fetch>, Option<Box<Meanwhile>>),
    Transfer(TransferRequest, Watch),
    Record(RecordRequest, RecordingWatch),
    /// `<disconnect>` with what it gives to the ending.
    Disconnect(Value),
    End(Ending),
}

/// Whether somebody is on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Connected,
    /// The caller hung up; the page is told when it waits next.
    HungUp,
    /// The page knows that the call is over: final processing (§1.5.4).
    Final(Reason),
}

impl Interpreter {
    /// A session that is about to fetch its first document.
    pub fn start(start: Start, now: Instant) -> Result<Self, ScriptError> {
        let mut scopes = Scopes::new(start.session, start.clock, start.chance);
        scopes.enter_context()?;
        scopes.open_application()?;
        let mut interpreter = Self {
            scopes,
            current: Context::of(None, Arc::new(Document::blank(&start.url))),
            callers: Vec::new(),
            state: State::Running,
            actions: VecDeque::new(),
            speech: Speech::default(),
            grammars: Grammars::default(),
            typed_ahead: VecDeque::new(),
            recordings: Vec::new(),
            utterance: None,
            line: Line::Connected,
            parting: Value::Null,
            odometer: Odometer::new(now),
            now,
            is_traced: false,
            fetches: 0,
        };
        let outcome = interpreter.begin(Transition::first(&start.url));
        interpreter.settle(outcome);
        Ok(interpreter)
    }

    /// From here on, [`Action::Trace`] tells what goes on inside.
    pub fn trace_on(&mut self) {
        self.is_traced = true;
    }

    /// Takes what happened outside.
    pub fn handle(&mut self, event: Event, now: Instant) {
        self.now = now;
        let outcome = match event {
            Event::Fetched { id, outcome } => self.handle_fetched(id, outcome),
            Event::PromptPlayed => self.handle_prompt_played(),
            Event::MarkReached(name) => {
                self.speech.handle_mark(name, now);
                Ok(())
            }
            Event::Key(key) => self.handle_key(key),
            Event::SpeechBegan => {
                self.handle_speech_began();
                Ok(())
            }
            Event::Said(words) => self.handle_said(&words),
            Event::UtteranceRecorded(recording) => {
                self.handle_utterance(recording);
                Ok(())
            }
            Event::Unrecognised => self.handle_unrecognised(),
            Event::Transferred { outcome, duration } => self.handle_transferred(outcome, duration),
            Event::Recorded(recording) => self.handle_recorded(recording),
            Event::HungUp => self.handle_hang_up(),
        };
        self.settle(outcome);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        let outcome = match &self.state {
            State::Fetching { .. } => self.handle_meanwhile(),
            State::Running | State::Collecting(_) | State::Playing(_) | State::Transferring(_) | State::Recording(_) | State::Ended => {
                self.handle_silence()
            }
        };
        self.settle(outcome);
    }

    /// The next thing that the browser wants done.
    pub fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Collecting(collection) => collection.collector.poll_timeout(),
            State::Fetching { meanwhile, .. } => meanwhile.as_ref().and_then(|meanwhile| meanwhile.poll_timeout()),
            State::Running | State::Playing(_) | State::Transferring(_) | State::Recording(_) | State::Ended => None,
        }
    }

    /// Whether input is awaited.
    pub fn is_listening(&self) -> bool {
        matches!(self.state, State::Collecting(_))
    }

    /// Runs until the machine waits for something outside.
    fn settle(&mut self, outcome: Run) {
        let mut outcome = outcome;
        loop {
            if let Err(thrown) = outcome {
                self.raise(thrown);
            }
            if !matches!(self.state, State::Running) {
                return;
            }
            outcome = self.odometer.count_step().and_then(|()| self.step());
        }
    }

    /// One element of executable content, or one turn of what the content was part of.
    fn step(&mut self) -> Run {
        if self.perform_next()? {
            return Ok(());
        }
        match std::mem::replace(&mut self.current.task, Task::Select) {
            Task::Select => self.select(),
            Task::Root { dialog } => self.initialise_document(dialog),
            Task::Document { dialog } => self.enter_first_dialog(dialog),
            Task::Dialog(entry) => self.enter_loop(entry),
            Task::Block => Ok(self.scopes.close_anonymous()?),
            Task::Filled(rest) => self.perform_filled(rest),
            Task::Handler => self.end_handler(),
        }
    }

    /// The caller did something: what a page may do by itself begins again.
    pub(super) fn renew(&mut self) {
        self.odometer.handle_input(self.now);
        self.scopes.renew_budget();
    }

    /// The caller hears something: what a page may do by itself begins again, but for documents without input.
    pub(super) fn renew_by_prompt(&mut self) {
        self.odometer.reset(self.now);
        self.scopes.renew_budget();
    }

    fn handle_hang_up(&mut self) -> Run {
        if self.line != Line::Connected {
            return Ok(());
        }
        self.line = Line::HungUp;
        self.speech.forget();
        match std::mem::replace(&mut self.state, State::Running) {
            State::Collecting(_) | State::Transferring(_) | State::Recording(_) => self.hung_up(),
            State::Playing(Afterwards::End(ending)) => {
                self.end(ending);
                Ok(())
            }
            State::Playing(Afterwards::Fetch(errand, fetch, _)) => {
                self.send(*errand, *fetch);
                Ok(())
            }
            State::Playing(Afterwards::Transfer(..) | Afterwards::Record(..) | Afterwards::Disconnect(_)) => self.hung_up(),
            waiting => {
                self.state = waiting;
                Ok(())
            }
        }
    }

    /// The page is told that the caller is gone; what it still does is final processing.
    pub(super) fn hung_up(&mut self) -> Run {
        self.line = Line::Final(Reason::Hangup);
        Err(Thrown::new("connection.disconnect.hangup"))
    }

    /// Plays what is queued, then ends the session.
    pub(super) fn finish(&mut self, ending: Ending) -> Run {
        self.current.frames.clear();
        self.play_then(Afterwards::End(ending))
    }

    /// Ends the session at once.
    pub(super) fn end(&mut self, ending: Ending) {
        let reason = match (self.line, ending.reason) {
            (Line::Final(reason), Reason::Exit | Reason::Disconnect | Reason::Hangup) => reason,
            (Line::HungUp, Reason::Exit | Reason::Disconnect) => Reason::Hangup,
            (_, reason) => reason,
        };
        let exit = if ending.exit.is_null() { std::mem::take(&mut self.parting) } else { ending.exit };
        self.state = State::Ended;
        self.actions.push_back(Action::End(Ending { reason, exit, ..ending }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_can_go_from_thread_to_thread() {
        fn is_send<T: Send>() {}

        is_send::<Interpreter>();
    }
}
