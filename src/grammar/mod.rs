//! Grammars: what a caller may press or say, and what it means (SRGS 1.0, SISR 1.0, VoiceXML 2.0 appendix P).
//!
//! [`Grammar::parse`] reads one document; [`Library`] holds those that it refers to; [`Grammar::link`] makes an
//! [`Automaton`] of them all; a [`Matcher`] runs the input over several automata at once.

mod abnf_expansion;
mod abnf_form;
mod abnf_scanner;
mod automaton;
mod builtin;
mod builtin_shelf;
mod builtin_value;
mod chart;
mod derivation;
mod document;
mod error;
mod expansion;
mod interpretation;
mod library;
mod linker;
mod matcher;
mod network;
mod phrase;
mod rule;
mod script_tags;
mod source;
mod spoken_value;
mod spoken_words;
mod tokens;
mod xml_form;
mod xml_rule;

pub use automaton::Automaton;
pub use error::GrammarError;
pub use library::Library;
pub use matcher::{Matcher, Outcome, Verdict, match_keys};
pub use source::{Grammar, Mode, Reference, Surroundings};
