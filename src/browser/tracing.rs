//! Tells a flow designer what goes on inside: which item was chosen and why, which handler took an event, what variables hold.

use super::action::{Action, Trace};
use super::document::{Dialog, Item};
use super::interpreter::Interpreter;

/// Longer values are cut.
const LONGEST_VALUE: usize = 200;

/// What the guard of a form item says (§2.1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    Open,
    /// Its variable has a value.
    Filled,
    /// Its `cond` is false.
    Barred,
}

/// Why the item after those that were `passed` is the one.
pub(super) fn reason(dialog: &Dialog, passed: &[Guard]) -> String {
    let told = dialog.items.iter().zip(passed).map(|(item, guard)| {
        let name = item.name.clone().unwrap_or_else(|| format!("the item of line {}", item.line));
        match guard {
            Guard::Open => name,
            Guard::Filled => format!("{name} has its value"),
            Guard::Barred => format!("{name} is barred by cond={:?}", item.cond.as_deref().unwrap_or_default()),
        }
    });
    match told.collect::<Vec<_>>() {
        told if told.is_empty() => "it is the first that is open".to_owned(),
        told => format!("it is the first that is open: {}", told.join(", ")),
    }
}

impl Interpreter {
    /// Tells what `what` gives, where somebody wants to know.
    pub(super) fn trace(&mut self, what: impl FnOnce(&mut Self) -> Option<Trace>) {
        if !self.is_traced {
            return;
        }
        if let Some(trace) = what(self) {
            self.actions.push_back(Action::Trace(trace));
        }
    }

    /// Tells the value of a variable that was just set.
    pub(super) fn trace_variable(&mut self, name: &str) {
        self.trace(|browser| browser.value_of(name).map(|value| Trace::Assigned { name: name.to_owned(), value }));
    }

    /// Tells the value of a form item that was just filled.
    pub(super) fn trace_item(&mut self, item: &Item) {
        if let Some(name) = &item.name {
            self.trace_variable(name);
        }
    }

    fn value_of(&mut self, name: &str) -> Option<String> {
        let value = self.scopes.json(name).ok()?;
        let written = value.map_or_else(|| "undefined".to_owned(), |value| value.to_string());
        Some(match written.char_indices().nth(LONGEST_VALUE) {
            Some((end, _)) => format!("{}…", &written[..end]),
            None => written,
        })
    }
}
