//! An event on its way to a handler (VoiceXML 2.0 §5.2).

use url::Url;

use crate::script::ScriptError;

/// An event that was thrown and not yet handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thrown {
    /// Its dotted name.
    pub event: String,
    /// What is known about it.
    pub message: Option<String>,
    /// Nothing can go on after it: the scopes are broken, or a limit was passed.
    pub is_fatal: bool,
}

/// What a step of interpretation gives.
pub(super) type Run<T = ()> = Result<T, Thrown>;

impl Thrown {
    pub fn new(event: impl Into<String>) -> Self {
        Self { event: event.into(), message: None, is_fatal: false }
    }

    pub fn with(event: impl Into<String>, message: impl Into<String>) -> Self {
        Self { event: event.into(), message: Some(message.into()), is_fatal: false }
    }

    pub fn bad_fetch(message: impl Into<String>) -> Self {
        Self::with("error.badfetch", message)
    }

    pub fn semantic(message: impl Into<String>) -> Self {
        Self::with("error.semantic", message)
    }

    /// The session passed one of its limits: no handler may go on.
    pub fn limit(message: impl Into<String>) -> Self {
        Self { is_fatal: true, ..Self::semantic(message) }
    }
}

/// An address as a message may name it: what was sent in its query is the caller's.
pub(super) fn place(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.into()
}

/// A script that fails is `error.semantic` (§5.2.6); one that passed a limit leaves no scopes to go on with.
impl From<ScriptError> for Thrown {
    fn from(error: ScriptError) -> Self {
        let is_fatal = matches!(error, ScriptError::Limit(_) | ScriptError::Broken(_));
        Self { is_fatal, ..Self::semantic(error.to_string()) }
    }
}
