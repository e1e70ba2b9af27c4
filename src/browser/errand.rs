//! What is being fetched, and what for.

use std::sync::Arc;

use url::Url;

use super::content::Fetching;
use super::document::Document;
use super::method::Method;

/// What a fetch is for.
pub(super) enum Errand {
    Document(Transition),
    Root { transition: Transition, document: Arc<Document> },
    Script { charset: Option<String> },
    Data { name: Option<String> },
    Grammar { url: Url },
}

/// A change of document that has begun.
pub(super) struct Transition {
    pub kind: TransitionKind,
    pub submission: Submission,
    pub fetching: Fetching,
    /// The dialog that the address names.
    pub dialog: Option<String>,
}

/// How control goes to the next document; it decides what stays of the application (§1.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TransitionKind {
    First,
    Goto,
    Submit,
    Subdialog,
}

impl Transition {
    /// To the first document of a session.
    pub fn first(url: &Url) -> Self {
        Self::to(url.clone(), TransitionKind::First, Fetching::default())
    }

    /// To `url`, whose fragment names a dialog.
    pub fn to(url: Url, kind: TransitionKind, fetching: Fetching) -> Self {
        Self::with(Submission::plain(url), kind, fetching)
    }

    /// To where a submission goes.
    pub fn with(mut submission: Submission, kind: TransitionKind, fetching: Fetching) -> Self {
        let dialog = submission.url.fragment().filter(|fragment| !fragment.is_empty()).map(str::to_owned);
        submission.url.set_fragment(None);
        Self { kind, submission, fetching, dialog }
    }
}

/// A request with its variables.
#[derive(Clone)]
pub(super) struct Submission {
    pub url: Url,
    pub method: Method,
    /// Media type and bytes.
    pub body: Option<(String, Vec<u8>)>,
    pub params: Vec<(String, String)>,
}

impl Submission {
    /// A GET without anything to send.
    pub fn plain(url: Url) -> Self {
        Self { url, method: Method::Get, body: None, params: Vec::new() }
    }
}
