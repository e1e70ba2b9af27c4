//! What the engine is told, and what it answers.

use crate::secret::Digits;

use super::effect::{Effect, Outcome};
use super::ending::Farewell;
use super::state::State;
use super::trail::Passed;
use super::turn::{Transferred, Turn};

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The call began.
    Began,
    /// The caller pressed these keys, a closing `#` included.
    Heard(Digits),
    /// The caller stayed silent to the end.
    Silence,
    /// The caller pressed wrong keys to the end.
    NoMatch,
    /// The caller is on hold, and the page asks how it goes on.
    Waited,
    /// The caller was put through, and it went like this.
    Transferred(Transferred),
    /// The effect is done.
    Performed(Outcome),
    /// The effect was begun and nobody knows what came of it.
    Lost,
    /// The caller hung up.
    HungUp,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Say something and listen.
    Speak(Box<Turn>),
    /// Do something outside.
    Perform(Effect),
    /// The flow is over.
    End(Box<Farewell>),
}

/// The call's new state, and what is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// Where the call stands.
    pub state: State,
    /// What is to be done.
    pub step: Step,
    /// The way there.
    pub trail: Vec<Passed>,
}
