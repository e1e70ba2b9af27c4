//! Throws events: counts them, finds their handler, or does what the platform does (VoiceXML 2.0 §5.2).

use serde_json::{Value, json};

use super::action::{Ending, Reason, Trace};
use super::context::Task;
use super::handlers::{Counters, PlatformHandler, choose};
use super::interpreter::{Interpreter, State};
use super::thrown::{Run, Thrown};

impl Interpreter {
    /// Throws an event; what goes wrong on the way to its handler is thrown in turn.
    pub(super) fn raise(&mut self, thrown: Thrown) {
        let mut pending = Some(thrown);
        while let Some(thrown) = pending.take() {
            self.trace(|_| Some(Trace::Thrown { event: thrown.event.clone(), message: thrown.message.clone() }));
            let outcome = match thrown.is_fatal {
                true => Err(thrown),
                false => self.odometer.count_event().and_then(|()| self.dispatch(&thrown)),
            };
            match outcome {
                Ok(()) => {}
                Err(fatal) if fatal.is_fatal => return self.break_off(fatal),
                Err(next) => pending = Some(next),
            }
        }
    }

    fn dispatch(&mut self, thrown: &Thrown) -> Run {
        self.state = State::Running;
        self.current.frames.clear();
        self.scopes.close_anonymous()?;
        if let Some(run) = &mut self.current.dialog {
            run.count(&thrown.event);
        }
        let outside = Counters::first(&thrown.event);
        let counters = self.current.dialog.as_ref().map_or(&outside, |run| run.counters());
        let scopes = &mut self.scopes;
        let handlers = self.current.surroundings().flat_map(|surroundings| &surroundings.handlers);
        let handler = choose(handlers, &thrown.event, counters, |cond| Ok(scopes.truth(cond)?))?;
        self.set_mute(true);
        let line = handler.as_ref().map(|handler| handler.line);
        self.trace(|_| Some(Trace::Caught { event: thrown.event.clone(), line }));
        let Some(handler) = handler else {
            return self.default(thrown);
        };
        self.current.task = Task::Handler;
        self.run_block(&handler.content)?;
        self.scopes.set_anonymous("_event", Some(&json!(thrown.event)))?;
        self.scopes.set_anonymous("_message", thrown.message.as_ref().map(|message| json!(message)).as_ref())?;
        Ok(())
    }

    /// A handler that does not `<reprompt>` leaves the next turn of the algorithm without prompts (appendix C).
    fn set_mute(&mut self, is_mute: bool) {
        if let Some(run) = &mut self.current.dialog {
            run.is_mute = is_mute;
        }
    }

    pub(super) fn end_handler(&mut self) -> Run {
        self.scopes.close_anonymous()?;
        Ok(())
    }

    fn default(&mut self, thrown: &Thrown) -> Run {
        self.current.task = Task::Select;
        match PlatformHandler::of(&thrown.event) {
            PlatformHandler::Nothing => {}
            PlatformHandler::Reprompt => self.set_mute(false),
            PlatformHandler::Say(words) => {
                self.set_mute(false);
                self.queue_words(words);
            }
            PlatformHandler::Exit => self.finish(uncaught(thrown))?,
        }
        Ok(())
    }

    /// The session cannot go on.
    fn break_off(&mut self, thrown: Thrown) {
        self.current.frames.clear();
        self.end(uncaught(&thrown));
    }
}

fn uncaught(thrown: &Thrown) -> Ending {
    let event = thrown.event.as_str();
    let (reason, is_error) = match event {
        "exit" => (Reason::Exit, false),
        "connection.disconnect.transfer" => (Reason::Transfer, false),
        _ if event == "connection.disconnect" || event.starts_with("connection.disconnect.") => (Reason::Hangup, false),
        _ if event == "error" || event.starts_with("error.") => (Reason::Error, true),
        _ => (Reason::Exit, true),
    };
    Ending { reason, exit: Value::Null, uncaught: is_error.then(|| thrown.event.clone()), message: thrown.message.clone() }
}
