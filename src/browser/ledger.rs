//! What is done to the scopes before there is anything to compute: most dialogs need no script engine until much later, many never.

use super::ledger_entry::Entry;
use super::standing::{Held, Standing};

/// Things put down, in their order.
#[derive(Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    contexts: Vec<Standing>,
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

    /// What the variable `name` holds, as far as it is known.
    pub fn held(&self, name: &str) -> Option<&Held> {
        self.contexts.last().and_then(|context| context.held(name))
    }

    /// The variable that dotted `names` begin with, and the names that are left.
    pub fn found<'n>(&self, names: &'n [String]) -> Option<(&Held, &'n [String])> {
        self.contexts.last().and_then(|context| context.found(names))
    }

    /// Whether a variable of the dialog has a value.
    pub fn is_set(&self, name: &str) -> bool {
        self.contexts.last().is_some_and(|context| context.is_set_in_dialog(name))
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
        if !context.is_in_anonymous() {
            return true;
        }
        let is_inside = |entry: &Entry| matches!(entry, Entry::SetAnonymous { .. } | Entry::Declare { .. } | Entry::Functions { .. });
        let opened = self.entries.iter().rposition(|entry| !is_inside(entry));
        let Some(opened) = opened.filter(|at| matches!(self.entries[*at], Entry::OpenAnonymous)) else { return false };
        context.note(&Entry::CloseAnonymous);
        self.entries.truncate(opened);
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn an_anonymous_scope_that_left_nothing_is_forgotten() {
        let mut ledger = Ledger::default();
        [Entry::EnterContext, Entry::OpenApplication, Entry::OpenDialog].into_iter().for_each(|entry| ledger.put(entry));

        for _ in 0..3 {
            ledger.put(Entry::OpenAnonymous);
            ledger.put(Entry::SetAnonymous { name: "_event".to_owned(), value: None });
            ledger.put(Entry::CloseAnonymous);
            ledger.put(Entry::CloseAnonymous);
        }

        assert_eq!(ledger.take().len(), 3);
    }

    #[test]
    fn a_variable_that_the_dialog_declares_has_its_value() {
        let mut ledger = Ledger::default();
        [Entry::EnterContext, Entry::OpenApplication, Entry::OpenDialog].into_iter().for_each(|entry| ledger.put(entry));

        ledger.put(Entry::Declare { name: "choice".to_owned(), value: Some(Value::from(1)) });
        ledger.put(Entry::OpenAnonymous);
        ledger.put(Entry::Declare { name: "inner".to_owned(), value: Some(Value::from(1)) });

        assert!(ledger.is_set("choice"));
        assert!(!ledger.is_set("inner"));
    }
}
