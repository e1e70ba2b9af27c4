//! The page of a caller on hold: says its words, plays music, and asks how it goes on (VoiceXML 2.0 §4.1.8, §6.1.1).

use askama::Template;

use crate::flow::{Hold, Words};

use super::frame::Frame;
use super::grammar_name::{GrammarName, Grammars};
use super::prompt::Prompt;

/// What fills the page.
#[derive(Template)]
#[template(path = "hold.vxml")]
pub(super) struct HoldTemplate<'a> {
    pub frame: Frame<'a>,
    pub submit: &'a str,
    pub grammars: Grammars<'a>,
    pub said: &'a [Words],
    pub hold: &'a Hold,
    /// The address of the music.
    pub music: Option<&'a str>,
}

impl HoldTemplate<'_> {
    fn prompts(&self) -> impl Iterator<Item = Prompt<'_>> {
        self.said.iter().map(|words| Prompt::always(words, self.frame.language, self.frame.sounds))
    }

    /// What may be pressed; nothing where no key leads on.
    fn grammar(&self) -> Option<GrammarName> {
        (!self.hold.keys.is_empty()).then(|| GrammarName::Keys(self.hold.keys.iter().copied().collect()))
    }
}
