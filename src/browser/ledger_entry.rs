//! One thing that is done to the scopes and needs no expression: it can be put down, and done when there is an engine.

use std::sync::Arc;

use rquickjs::{Function, Object};
use serde_json::Value;

/// One thing that is done to the scopes and needs no expression.
pub(super) enum Entry {
    EnterContext,
    LeaveContext,
    OpenApplication,
    OpenDocument { is_root: bool },
    OpenDialog,
    OpenAnonymous,
    CloseAnonymous,
    Declare { name: String, value: Option<Value> },
    Assign { name: String, value: Option<Value> },
    Functions { source: Arc<str>, names: Vec<String> },
    SetItem { name: String, value: Option<Value> },
    SetAnonymous { name: String, value: Option<Value> },
    SetResult { results: Value },
}

impl Entry {
    /// Does it to the host object of `scopes.js`.
    pub fn perform(self, host: &Object<'_>) -> rquickjs::Result<()> {
        let method = |name: &str| host.get::<_, Function<'_>>(name);
        match self {
            Self::EnterContext => method("enterContext")?.call(()),
            Self::LeaveContext => method("leaveContext")?.call(()),
            Self::OpenApplication => method("openApplication")?.call(()),
            Self::OpenDocument { is_root } => method("openDocument")?.call((is_root,)),
            Self::OpenDialog => method("openDialog")?.call(()),
            Self::OpenAnonymous => method("openAnonymous")?.call(()),
            Self::CloseAnonymous => method("closeAnonymous")?.call(()),
            Self::Declare { name, value } => method("declareJson")?.call((name, json(value))),
            Self::Assign { name, value } => method("assignJson")?.call((name, json(value))),
            Self::Functions { source, names } => method("script")?.call((&*source, Vec::<String>::new(), names, Vec::<String>::new())),
            Self::SetItem { name, value } => method("setItem")?.call((name, json(value))),
            Self::SetAnonymous { name, value } => method("setAnonymous")?.call((name, json(value))),
            Self::SetResult { results } => method("setResult")?.call((results.to_string(),)),
        }
    }
}

fn json(value: Option<Value>) -> Option<String> {
    value.map(|value| value.to_string())
}
