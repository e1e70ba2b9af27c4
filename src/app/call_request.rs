//! What `callward call` was asked for.

use std::path::PathBuf;

use url::Url;

use crate::line::Show;

/// What is called, and how.
pub(super) struct Call {
    /// A URL, a flow file, a SIP address, or a process code.
    pub target: String,
    /// Keys to press, one group for each question.
    pub keys: Option<String>,
    /// Call variables.
    pub variables: Vec<(String, String)>,
    /// The caller's number.
    pub from: String,
    /// The gateway, for process codes.
    pub server: Url,
    /// The demo's inbox, for `{sms}` and `{email}`.
    pub inbox: Url,
    /// Where what is heard on a SIP call is written to.
    pub record: Option<PathBuf>,
    /// Who we are to a SIP server that asks.
    pub login: Option<String>,
    /// How it is shown.
    pub show: Show,
}
