//! Grammars at hand: those that were fetched, those about to be activated, and active ones.

use std::sync::Arc;

use url::Url;

use super::grammar_source::GrammarSource;
use super::recognition::Owner;
use crate::grammar::{Automaton, Library, Mode};

/// Grammars of the document in progress, and those about to be activated.
#[derive(Default)]
pub(super) struct Grammars {
    pub library: Library,
    pub wanted: Vec<Wanted>,
    /// The mode of the grammar that is being fetched, where its page says it.
    pub mode: Option<Mode>,
}

/// A grammar that shall be active in the item that is being visited.
pub(super) struct Wanted {
    pub owner: Owner,
    pub source: Arc<GrammarSource>,
    /// Absolute address of one that is not inline.
    pub url: Option<Url>,
}

/// A grammar that is active.
#[derive(Debug)]
pub(super) struct Active {
    pub owner: Owner,
    pub automaton: Arc<Automaton>,
}
