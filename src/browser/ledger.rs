//! What is done to the scopes before there is anything to compute: most dialogs need no script engine until much later, many never.

use std::collections::HashSet;

use rquickjs::{Function, Object};

/// One thing that is done to the scopes and needs no expression.
pub(super) enum Entry {
    EnterContext,
    LeaveContext,
    OpenApplication,
    OpenDocument { is_root: bool },
    OpenDialog,
    OpenAnonymous,
    CloseAnonymous,
    SetItem { name: String, json: Option<String> },
    SetAnonymous { name: String, json: Option<String> },
    SetResult { json: String },
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
            Self::SetItem { name, json } => method("setItem")?.call((name, json)),
            Self::SetAnonymous { name, json } => method("setAnonymous")?.call((name, json)),
            Self::SetResult { json } => method("setResult")?.call((json,)),
        }
    }
}

/// Things put down, in their order.
#[derive(Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    /// Form items that have a value, for each execution context.
    items: Vec<HashSet<String>>,
}

impl Ledger {
    pub fn put(&mut self, entry: Entry) {
        match &entry {
            Entry::EnterContext => self.items.push(HashSet::new()),
            Entry::LeaveContext => {
                self.items.pop();
            }
            Entry::OpenDialog => self.in_context(HashSet::clear),
            Entry::SetItem { name, json } => {
                let (name, is_set) = (name.clone(), json.is_some());
                self.in_context(|items| if is_set { items.insert(name) } else { items.remove(&name) });
            }
            // A new application begins with nothing: what was done before in its context does not count any more.
            Entry::OpenApplication => {
                while self.entries.pop_if(|last| !matches!(last, Entry::EnterContext | Entry::LeaveContext)).is_some() {}
            }
            Entry::OpenDocument { .. }
            | Entry::OpenAnonymous
            | Entry::CloseAnonymous
            | Entry::SetAnonymous { .. }
            | Entry::SetResult { .. } => {}
        }
        self.entries.push(entry);
    }

    /// Whether a form item has a value.
    pub fn is_set(&self, name: &str) -> bool {
        self.items.last().is_some_and(|items| items.contains(name))
    }

    pub fn take(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    fn in_context<R>(&mut self, change: impl FnOnce(&mut HashSet<String>) -> R) {
        if let Some(items) = self.items.last_mut() {
            change(items);
        }
    }
}
