//! What can be wrong with a grammar.

use crate::xml::{Position, XmlError};

/// A grammar that cannot be used: in VoiceXML `error.badfetch`, or `error.unsupported.builtin`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrammarError {
    /// The document breaks a rule of SRGS 1.0.
    #[error("{what} ({position})")]
    Malformed {
        /// What is wrong, in words.
        what: String,
        /// Where it was noticed.
        position: Position,
    },
    /// A reference leads nowhere, or to something that it may not lead to.
    #[error("{what}")]
    Unlinked {
        /// Which reference, and why.
        what: String,
    },
    /// No builtin grammar has this name; `error.unsupported.builtin` in VoiceXML.
    #[error("there is no builtin grammar {0:?}: use boolean, date, digits, currency, number, phone or time")]
    UnknownBuiltin(String),
    /// The parameters of a builtin grammar contradict each other.
    #[error("the builtin grammar {uri:?} cannot be made: {what}")]
    BuiltinParameters {
        /// The builtin's URI.
        uri: String,
        /// Which parameters, and why.
        what: String,
    },
    /// The repeats or rules of the grammar multiply beyond what one grammar may take.
    #[error("the grammar needs more than {limit} states: use smaller repeat counts")]
    TooLarge {
        /// Most states.
        limit: usize,
    },
}

impl GrammarError {
    pub(super) fn malformed(what: impl Into<String>, position: Position) -> Self {
        Self::Malformed { what: what.into(), position }
    }

    pub(super) fn unlinked(what: impl Into<String>) -> Self {
        Self::Unlinked { what: what.into() }
    }
}

impl From<XmlError> for GrammarError {
    fn from(error: XmlError) -> Self {
        Self::Malformed { what: error.what, position: error.at }
    }
}
