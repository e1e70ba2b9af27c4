//! The page of one turn: asks, reprompts and listens by itself, and tells the engine the answer or that there is none (VoiceXML 2.0 §2.1.6, §5.2, §6.3.3).
//!
//! `say` tells what is said next; `silences` and `wrong` count towards the end of the tries, whatever a platform
//! does to its own counters:
//!
//! ```text
//!                  ┌──── keys that repeat, clear, give time ◄───┐
//!                  ▼                                            │
//!   prompts ──► listen ──► filled ──► an answer ──► submit keys │
//!      ▲           │          ├─────────────────────────────────┘
//!      │           ▼          ▼ too short
//!      └─────── noinput, nomatch ──► tries used up ──► submit outcome
//! ```

use askama::Template;

use crate::flow::{KeyMeaning, Listen, Takes, Turn, Words};

use super::frame::{DialogKind, Frame, Version, fill};
use super::grammar_name::{GrammarName, Grammars};
use super::pressed::Pressed;
use super::prompt::{Moment, Prompt};
use super::variable::UNREACHABLE;

/// A page that says something and awaits an answer.
#[derive(Debug, Clone, Copy)]
pub struct TurnPage<'a> {
    /// What is said and awaited.
    pub turn: &'a Turn,
    /// The address of this turn.
    pub submit: &'a str,
    /// How the platform runs the dialog.
    pub kind: DialogKind,
    /// The version of VoiceXML.
    pub version: Version,
    /// Where the grammar is.
    pub grammars: Grammars<'a>,
}

#[derive(Template)]
#[template(path = "turn.vxml")]
struct TurnTemplate<'a> {
    frame: Frame<'a>,
    submit: &'a str,
    grammars: Grammars<'a>,
    grammar: GrammarName,
    said: &'a [Words],
    listen: &'a Listen,
}

impl TurnPage<'_> {
    /// The document.
    pub fn render(&self) -> String {
        let Turn { language, said, listen } = self.turn;
        let frame = Frame::new(self.version, self.kind, language, Some(self.submit), &UNREACHABLE);
        let grammar = GrammarName::of(listen);
        fill(&TurnTemplate { frame, submit: self.submit, grammars: self.grammars, grammar, said, listen }, 8192)
    }
}

impl TurnTemplate<'_> {
    fn prompts(&self) -> impl Iterator<Item = Prompt<'_>> {
        let page = self.frame.language;
        let at = move |moment: fn(usize) -> Moment| move |(place, words)| Prompt { words, page, moment: moment(place + 1) };
        let said = self.said.iter().map(move |words| Prompt { words, page, moment: Moment::Opening });
        let ask = self.listen.ask.iter().map(move |words| Prompt { words, page, moment: Moment::Question });
        let no_input = self.listen.no_input.iter().enumerate().map(at(Moment::Silence));
        let no_match = self.listen.no_match.iter().enumerate().map(at(Moment::WrongEntry));
        said.chain(ask).chain(no_input).chain(no_match)
    }

    fn told(&self) -> Pressed {
        Pressed::of(self.listen, KeyMeaning::Tell)
    }

    fn repeats(&self) -> Pressed {
        Pressed::of(self.listen, KeyMeaning::Repeat)
    }

    fn waits(&self) -> Pressed {
        Pressed::of(self.listen, KeyMeaning::MoreTime)
    }
}
