//! Plays the prompt queue: at its times, to its end, or until the caller cuts it short (VoiceXML 2.0 §4.1.5, §4.1.8).

use super::action::{Action, Reason};
use super::interpreter::{Afterwards, Interpreter, Line, State};
use super::thrown::{Run, Thrown};

impl Interpreter {
    /// Gives the queue out to be played.
    pub(super) fn play_queue(&mut self) {
        let queue = std::mem::take(&mut self.speech.queue);
        if queue.is_empty() {
            return;
        }
        let spoken = queue.iter().map(|queued| queued.spoken.clone()).collect();
        if self.line != Line::Connected {
            self.actions.push_back(Action::Unheard(spoken));
            return;
        }
        // A prompt that allows no barge-in empties the keys typed ahead (§4.1.8).
        if queue.iter().any(|queued| !queued.spoken.bargein) {
            self.typed_ahead.clear();
        }
        self.renew_by_prompt();
        self.actions.push_back(Action::Play(spoken));
        self.speech.play(queue);
    }

    /// Plays the queue to its end, with no input, and then does `afterwards`.
    pub(super) fn play_then(&mut self, afterwards: Afterwards) -> Run {
        self.play_queue();
        self.state = State::Playing(afterwards);
        match self.speech.is_playing() {
            true => Ok(()),
            false => self.go_on(),
        }
    }

    pub(super) fn handle_prompt_played(&mut self) -> Run {
        self.speech.handle_end(self.now);
        if self.speech.is_playing() {
            return Ok(());
        }
        match &mut self.state {
            State::Collecting(collection) => collection.collector.handle_prompts_over(self.now),
            State::Playing(_) => return self.go_on(),
            State::Running | State::Fetching { .. } | State::Transferring(_) | State::Recording(_) | State::Ended => {}
        }
        Ok(())
    }

    pub(super) fn go_on(&mut self) -> Run {
        let afterwards = match std::mem::replace(&mut self.state, State::Running) {
            State::Playing(afterwards) => afterwards,
            other => {
                self.state = other;
                return Ok(());
            }
        };
        match afterwards {
            Afterwards::Fetch(errand, fetch, meanwhile) => self.send_meanwhile(*errand, *fetch, meanwhile),
            Afterwards::End(ending) => self.end(ending),
            Afterwards::Transfer(request, watch) => {
                self.state = State::Transferring(watch);
                self.actions.push_back(Action::Transfer(request));
            }
            Afterwards::Record(request, watch) => self.start_recording(request, watch),
            Afterwards::Disconnect(parting) => {
                self.parting = parting;
                self.line = Line::Final(Reason::Disconnect);
                return Err(Thrown::new("connection.disconnect.hangup"));
            }
        }
        Ok(())
    }

    /// Cuts what plays, up to the first prompt that allows no barge-in.
    pub(super) fn cut_prompts(&mut self) {
        if !self.speech.is_playing() {
            return;
        }
        self.speech.cut(self.now);
        self.actions.push_back(Action::Interrupt { remaining: self.speech.playing.len() });
    }
}
