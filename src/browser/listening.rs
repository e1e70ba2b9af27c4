//! The waiting state of an input item: prompts play, keys and words are taken, timers run (VoiceXML 2.0 §4.1.8, §6.3.3, appendix D).

use std::time::Duration;

use serde_json::json;

use super::action::{Action, Listening, Matched};
use super::collection::{Collection, KeyMatcher, matcher};
use super::collector::{Collected, Collector, Timing};
use super::document::ItemKind;
use super::grammar_shelf::Active;
use super::interpreter::{Afterwards, Interpreter, Line, State};
use super::properties::{Properties, is_key};
use super::recognition::Recognised;
use super::recording::is_known;
use super::thrown::{Run, Thrown};
use crate::grammar::{Mode, Outcome};

/// Silence before `noinput` where the page says nothing.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Silence between keys where the page says nothing.
const INTERDIGIT: Duration = Duration::from_secs(3);
/// Longest speech where the page says nothing.
const SPEECH: Duration = Duration::from_secs(60);
/// More keys than this are not kept for later items.
const MOST_TYPED_AHEAD: usize = 200;

impl Interpreter {
    /// All grammars are here: a transfer or a recording is made, any other item waits for input.
    pub(super) fn listen_or_transfer(&mut self, active: Vec<Active>) -> Run {
        let item = self.current.dialog.as_ref().and_then(|run| run.item().cloned());
        match item.as_deref().map(|item| &item.kind) {
            Some(ItemKind::Transfer(transfer)) => self.begin_transfer(transfer, active),
            Some(ItemKind::Record(record)) => self.begin_recording(record, active),
            Some(_) | None => self.listen(active),
        }
    }

    /// The item waits.
    fn listen(&mut self, active: Vec<Active>) -> Run {
        if self.line != Line::Connected {
            return self.wait_in_vain();
        }
        let properties = Properties::of(self.current.surroundings());
        let timing = Timing {
            timeout: self.patience_for_input(&properties)?,
            interdigit: properties.time("interdigittimeout", INTERDIGIT)?,
            termination: properties.time("termtimeout", Duration::ZERO)?,
            termchar: properties.key("termchar", '#')?,
            speech: properties.time("maxspeechtimeout", SPEECH)?,
            hotword: false,
        };
        properties.check_recogniser()?;
        if active.is_empty() {
            return Err(Thrown::semantic("input is awaited, and no grammar is active"));
        }
        let (dtmf, voice) = properties.input_modes()?;
        let record_utterance = voice && self.records_utterances(&properties)?;
        let active = active.into_iter().filter(|grammar| if grammar.automaton.mode() == Mode::Dtmf { dtmf } else { voice });
        let (keys, words): (Vec<_>, Vec<_>) = active.partition(|grammar| grammar.automaton.mode() == Mode::Dtmf);
        let keys = KeyMatcher::new(keys);
        let listening =
            Listening { timeout: timing.timeout, interdigit: timing.interdigit, termchar: timing.termchar, dtmf, voice, record_utterance };
        let mut collection = Box::new(Collection { collector: Collector::new(timing), keys, words, listening: listening.clone() });
        if let Some(collected) = self.take_typed_ahead(&mut collection) {
            self.state = State::Collecting(collection);
            return self.conclude(collected);
        }
        self.state = State::Collecting(collection);
        self.play_queue();
        self.actions.push_back(Action::Listen(listening));
        if let (State::Collecting(collection), false) = (&mut self.state, self.speech.is_playing()) {
            collection.collector.handle_prompts_over(self.now);
        }
        Ok(())
    }

    /// Silence that is `noinput`: as the last prompt that says it wants it, else as the property says (§4.1.7).
    pub(super) fn patience_for_input(&self, properties: &Properties<'_>) -> Run<Duration> {
        match self.speech.timeout() {
            Some(timeout) => Ok(timeout),
            None => properties.time("timeout", TIMEOUT),
        }
    }

    /// Whether what is said is recorded, in a form that there is (2.1 §7.1).
    fn records_utterances(&self, properties: &Properties<'_>) -> Run<bool> {
        let is_on = properties.is_on("recordutterance", false)?;
        match properties.value("recordutterancetype").filter(|media_type| is_on && !is_known(media_type)) {
            Some(media_type) => Err(Thrown::with("error.unsupported.format", format!("utterances cannot be recorded in {media_type}"))),
            None => Ok(is_on),
        }
    }

    /// Keys typed ahead are taken at once, and cut all prompts that allow it (§4.1.8).
    fn take_typed_ahead(&mut self, collection: &mut Collection) -> Option<Collected> {
        if !self.speech.allows_bargein() {
            self.typed_ahead.clear();
        }
        if !self.typed_ahead.is_empty() {
            self.speech.queue.clear();
            self.renew();
        }
        while let Some(key) = self.typed_ahead.pop_front() {
            let (collector, keys) = (&mut collection.collector, &mut collection.keys);
            let judge = |so_far: &str| keys.at(so_far).verdict();
            if let Some(collected) = collector.handle_key(key, self.now, judge) {
                return Some(collected);
            }
        }
        None
    }

    pub(super) fn handle_key(&mut self, key: char) -> Run {
        if !is_key(key) {
            return Ok(());
        }
        match &self.state {
            State::Collecting(_) => self.collect_key(key),
            State::Playing(Afterwards::Record(..)) if self.speech.can_be_cut() => {
                self.typed_ahead.push_back(key);
                self.cut_prompts();
                if self.speech.is_playing() { Ok(()) } else { self.go_on() }
            }
            State::Running | State::Fetching { .. } | State::Playing(_) => {
                if self.typed_ahead.len() < MOST_TYPED_AHEAD {
                    self.typed_ahead.push_back(key);
                }
                Ok(())
            }
            State::Transferring(_) => {
                self.watch_key(key);
                Ok(())
            }
            State::Recording(_) => {
                self.record_key(key);
                Ok(())
            }
            State::Ended => Ok(()),
        }
    }

    /// A key in the waiting state. While a prompt plays that allows no barge-in, keys are lost.
    fn collect_key(&mut self, key: char) -> Run {
        self.renew();
        if !self.speech.can_be_cut() || !self.hears(|listening| listening.dtmf) {
            return Ok(());
        }
        let is_hotword = self.speech.waits_for_hotword();
        if !is_hotword {
            self.cut_prompts();
        }
        let State::Collecting(collection) = &mut self.state else { return Ok(()) };
        let Collection { collector, keys, .. } = collection.as_mut();
        collector.set_hotword(is_hotword);
        let judge = |so_far: &str| keys.at(so_far).verdict();
        match collector.handle_key(key, self.now, judge) {
            Some(collected) => self.conclude(collected),
            None => Ok(()),
        }
    }

    pub(super) fn handle_silence(&mut self) -> Run {
        let State::Collecting(collection) = &mut self.state else { return Ok(()) };
        match collection.collector.handle_timeout(self.now) {
            Some(collected) => self.conclude(collected),
            None => Ok(()),
        }
    }

    /// The caller begins to speak, which cuts what plays unless it waits for a hotword (§4.1.5.1).
    pub(super) fn handle_speech_began(&mut self) {
        if !self.hears(|listening| listening.voice) || !self.speech.can_be_cut() {
            return;
        }
        if !self.speech.waits_for_hotword() {
            self.cut_prompts();
        }
        if let State::Collecting(collection) = &mut self.state {
            collection.collector.handle_speech(self.now);
        }
    }

    pub(super) fn handle_said(&mut self, words: &str) -> Run {
        let State::Collecting(collection) = &self.state else { return Ok(()) };
        let matcher = matcher(&collection.words, words.split_whitespace().map(str::to_owned));
        let is_hotword = self.speech.waits_for_hotword();
        match matcher.outcome() {
            Some(outcome) => self.understood(&outcome, false),
            None if is_hotword || !self.speech.can_be_cut() => {
                self.speech_over();
                Ok(())
            }
            None => self.handle_unrecognised(),
        }
    }

    fn speech_over(&mut self) {
        if let State::Collecting(collection) = &mut self.state {
            collection.collector.handle_speech_over(self.now);
        }
    }

    /// Whether input of a kind is awaited.
    fn hears(&self, kind: impl Fn(&Listening) -> bool) -> bool {
        match &self.state {
            State::Collecting(collection) => kind(&collection.listening),
            State::Running | State::Fetching { .. } | State::Playing(_) | State::Transferring(_) | State::Recording(_) | State::Ended => {
                false
            }
        }
    }

    /// A sound that is no word of any grammar.
    pub(super) fn handle_unrecognised(&mut self) -> Run {
        if !self.hears(|listening| listening.voice) {
            return Ok(());
        }
        self.cut_prompts();
        self.conclude(Collected::NoMatch(String::new()))
    }

    fn conclude(&mut self, collected: Collected) -> Run {
        match collected {
            Collected::NoInput => Err(Thrown::new("noinput")),
            Collected::TooLong => {
                self.renew();
                Err(Thrown::new("maxspeechtimeout"))
            }
            Collected::NoMatch(keys) => {
                self.renew();
                self.typed_ahead.clear();
                self.refuse(&keys)
            }
            Collected::Match(keys) => {
                let State::Collecting(collection) = &mut self.state else { return Ok(()) };
                match collection.keys.at(&keys).outcome() {
                    Some(outcome) => self.understood(&outcome, true),
                    None => Err(Thrown::new("nomatch")),
                }
            }
        }
    }

    /// Input fits no grammar: what it was can be read all the same, but it means nothing (§5.1.5).
    fn refuse(&mut self, keys: &str) -> Run {
        let recorded = self.take_utterance()?;
        let mut result = Recognised::nothing(keys);
        result.recording = recorded;
        result.mark = self.speech.mark(self.now);
        self.scopes.set_result(&json!([result.refused()]))?;
        Err(Thrown::new("nomatch"))
    }

    /// Input fits a grammar: the waiting is over, and the process phase begins.
    fn understood(&mut self, outcome: &Outcome, by_keys: bool) -> Run {
        self.renew();
        self.cut_prompts();
        let collection = match std::mem::replace(&mut self.state, State::Running) {
            State::Collecting(collection) => collection,
            other => {
                self.state = other;
                return Ok(());
            }
        };
        let grammar = if by_keys { collection.keys.grammar(outcome.grammar) } else { collection.words.get(outcome.grammar) };
        let Some(grammar) = grammar else { return Ok(()) };
        let interpretation = outcome.interpretation.clone()?;
        self.actions.push_back(Action::Matched(Matched {
            utterance: outcome.utterance.clone(),
            by_keys,
            interpretation: Some(interpretation.clone()),
        }));
        let mark = self.speech.mark(self.now);
        let (owner, utterance) = (grammar.owner.clone(), outcome.utterance.clone());
        let recording = if by_keys { None } else { self.take_utterance()? };
        self.process(Recognised { owner, utterance, by_keys, interpretation, mark, recording })
    }
}
