//! What a platform posts, and the page that answers it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::apology;
use crate::flow::{Transferred, Turn, Words, apology};
use crate::release::Edition;
use crate::render::{DialogKind, Version};
use crate::secret::Digits;
use crate::session::{Ended, Live, Results};

use super::opening::CallVariables;

/// How long an ended call answers with its result.
pub(super) const ENDED_FOR: SignedDuration = SignedDuration::from_mins(10);

/// What a platform posts.
#[derive(Debug, Clone)]
pub enum TurnInput {
    /// Turn 0: the call begins.
    Begin(CallVariables),
    /// Keys that the caller pressed.
    Keys(Digits),
    /// The caller was put through, and it went like this.
    Transferred(Transferred),
    /// Silence to the end of the page's reprompts.
    Silence,
    /// Wrong keys to the end of the page's reprompts.
    NoMatch,
    /// The caller is on hold, and the page asks how it goes on.
    Waited,
    /// Nothing that could be read: the page is given again.
    Garbled,
    /// The caller hung up.
    HungUp,
}

impl TurnInput {
    /// Whether it answers a question, whatever the awaited turn is.
    pub(super) fn is_answer(&self) -> bool {
        match self {
            Self::Keys(_) | Self::Silence | Self::NoMatch => true,
            Self::Begin(_) | Self::Garbled | Self::Transferred(_) | Self::Waited | Self::HungUp => false,
        }
    }
}

/// The answer to a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What is shown.
    pub page: Page,
    /// How the dialog ends when it ends.
    pub kind: DialogKind,
    /// The version of VoiceXML that the page is written in.
    pub version: Version,
    /// Whether grammars stand in the page.
    pub inline_grammars: bool,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    /// A turn: its number is posted back with the answer.
    Turn {
        /// Its number.
        number: u32,
        /// Its words and keys.
        turn: Arc<Turn>,
    },
    /// The end.
    End(Box<Goodbye>),
}

/// The last page of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Goodbye {
    /// Said at the end.
    pub say: Vec<Words>,
    /// Language of the page (BCP 47).
    pub language: String,
    /// What is returned.
    pub results: Results,
}

pub(super) fn answer(page: Page, kind: DialogKind, edition: &Edition) -> Answer {
    let rules = edition.rules();
    let version = rules.map(|rules| Version::named(&rules.vxml_version)).unwrap_or_default();
    Answer { page, kind, version, inline_grammars: rules.is_some_and(|rules| rules.inline_grammars) }
}

/// The page of the turn that is awaited; a call whose first turn is still to come has none yet.
pub(super) fn current_page(live: &Live, number: u32) -> Page {
    match &live.turn {
        Some(turn) => Page::Turn { number, turn: Arc::clone(turn) },
        None => gone("call_ended", &live.state.language),
    }
}

pub(super) fn ended_page(ended: &Ended, now: Timestamp) -> Page {
    if now > ended.at + ENDED_FOR {
        return gone("call_ended", &ended.language);
    }
    goodbye(ended)
}

pub(super) fn goodbye(ended: &Ended) -> Page {
    let Ended { say, language, results, .. } = ended.clone();
    Page::End(Box::new(Goodbye { say, language, results }))
}

pub(super) fn gone(reason: &str, language: &str) -> Page {
    let language = apology::apology(language).language;
    let results = Results::unavailable(reason);
    Page::End(Box::new(Goodbye { say: vec![apology(language)], language: language.to_owned(), results }))
}
