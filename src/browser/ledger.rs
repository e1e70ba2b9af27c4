//! What is done to the scopes before there is anything to compute: most dialogs need no script engine until much later, many never.

use std::collections::HashSet;
use std::sync::Arc;

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
    Declare { name: String, json: Option<String> },
    Functions { source: Arc<str>, names: Vec<String> },
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
            Self::Declare { name, json } => method("declareJson")?.call((name, json)),
            Self::Functions { source, names } => {
                method("script")?.call((&*source, Vec::<String>::new(), names, Vec::<String>::new()))
            }
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
    contexts: Vec<Standing>,
}

/// What is known of one execution context without computing anything.
#[derive(Default)]
struct Standing {
    /// Variables of the dialog that have a value.
    set: HashSet<String>,
    in_dialog: bool,
    in_anonymous: bool,
}

impl Ledger {
    pub fn put(&mut self, entry: Entry) {
        if matches!(entry, Entry::CloseAnonymous) && self.forget_anonymous() {
            return;
        }
        // A new application begins with nothing: what was done before in its context does not count any more.
        if matches!(entry, Entry::OpenApplication) {
            while self.entries.pop_if(|last| !matches!(last, Entry::EnterContext | Entry::LeaveContext)).is_some() {}
        }
        self.note(&entry);
        self.entries.push(entry);
    }

    /// Whether a variable of the dialog has a value.
    pub fn is_set(&self, name: &str) -> bool {
        self.contexts.last().is_some_and(|context| context.set.contains(name))
    }

    pub fn take(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    fn note(&mut self, entry: &Entry) {
        if matches!(entry, Entry::EnterContext) {
            self.contexts.push(Standing::default());
        } else if matches!(entry, Entry::LeaveContext) {
            self.contexts.pop();
        } else if let Some(context) = self.contexts.last_mut() {
            context.note(entry);
        }
    }

    /// An anonymous scope that left nothing behind outside of it need not have been; nor need the end of one that is not open.
    fn forget_anonymous(&mut self) -> bool {
        let Some(context) = self.contexts.last_mut() else { return false };
        if !context.in_anonymous {
            return true;
        }
        let is_inside = |entry: &Entry| matches!(entry, Entry::SetAnonymous { .. } | Entry::Declare { .. } | Entry::Functions { .. });
        let opened = self.entries.iter().rposition(|entry| !is_inside(entry));
        let Some(opened) = opened.filter(|at| matches!(self.entries[*at], Entry::OpenAnonymous)) else { return false };
        context.in_anonymous = false;
        self.entries.truncate(opened);
        true
    }
}

impl Standing {
    fn note(&mut self, entry: &Entry) {
        match entry {
            Entry::OpenApplication | Entry::OpenDocument { .. } => *self = Self::default(),
            Entry::OpenDialog => *self = Self { in_dialog: true, ..Self::default() },
            Entry::OpenAnonymous => self.in_anonymous = true,
            Entry::CloseAnonymous => self.in_anonymous = false,
            Entry::SetItem { name, json } => {
                match json {
                    Some(_) => self.set.insert(name.clone()),
                    None => self.set.remove(name),
                };
            }
            Entry::Declare { name, json: Some(_) } if self.in_dialog && !self.in_anonymous => drop(self.set.insert(name.clone())),
            Entry::Functions { names, .. } if self.in_dialog && !self.in_anonymous => self.set.extend(names.iter().cloned()),
            Entry::EnterContext
            | Entry::LeaveContext
            | Entry::Declare { .. }
            | Entry::Functions { .. }
            | Entry::SetAnonymous { .. }
            | Entry::SetResult { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anonymous_scope_that_left_nothing_is_forgotten() {
        let mut ledger = Ledger::default();
        [Entry::EnterContext, Entry::OpenApplication, Entry::OpenDialog].into_iter().for_each(|entry| ledger.put(entry));

        for _ in 0..3 {
            ledger.put(Entry::OpenAnonymous);
            ledger.put(Entry::SetAnonymous { name: "_event".to_owned(), json: None });
            ledger.put(Entry::CloseAnonymous);
            ledger.put(Entry::CloseAnonymous);
        }

        assert_eq!(ledger.take().len(), 3);
    }

    #[test]
    fn a_variable_that_the_dialog_declares_has_its_value() {
        let mut ledger = Ledger::default();
        [Entry::EnterContext, Entry::OpenApplication, Entry::OpenDialog].into_iter().for_each(|entry| ledger.put(entry));

        ledger.put(Entry::Declare { name: "choice".to_owned(), json: Some("1".to_owned()) });
        ledger.put(Entry::OpenAnonymous);
        ledger.put(Entry::Declare { name: "inner".to_owned(), json: Some("1".to_owned()) });

        assert!(ledger.is_set("choice"));
        assert!(!ledger.is_set("inner"));
    }
}
