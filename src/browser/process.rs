//! The form interpretation algorithm: the process phase (VoiceXML 2.0 §2.1.6.2.3, §3.1.6, appendix C).

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};

use super::context::{Entry, Task};
use super::document::{Dialog, Filled, Item, ItemKind, Link, Outcome};
use super::interpreter::Interpreter;
use super::recognition::{Owner, Recognised};
use super::thrown::{Run, Thrown};

impl Interpreter {
    /// Input was understood: first the result, then whatever the grammar that matched stands for.
    pub(super) fn process(&mut self, recognised: Recognised) -> Run {
        self.scopes.set_result(&json!([recognised.result()]))?;
        match recognised.owner.clone() {
            Owner::Link(link) => self.follow_link(&link),
            Owner::Choice(index) => self.choose(index),
            Owner::Universal(event) => Err(Thrown::new(event)),
            Owner::Elsewhere { in_root, dialog, choice } => self.process_elsewhere(recognised, in_root, dialog, choice),
            Owner::Item => self.fill_item(&recognised),
            Owner::Dialog => self.fill_form(&recognised),
        }
    }

    /// What a link of the root document names is relative to that document, whichever is active (RFC 3986 §5.1).
    fn follow_link(&mut self, link: &Arc<Link>) -> Run {
        let root = self.current.root.clone().filter(|root| root.surroundings.links.iter().any(|own| Arc::ptr_eq(own, link)));
        match (&link.outcome, root) {
            (Outcome::Goto { target, fetching }, Some(root)) => self.go_from(&root, target, fetching),
            (outcome, _) => self.follow(outcome),
        }
    }

    /// A link or choice goes somewhere or throws something (§2.2.1, §2.5).
    fn follow(&mut self, outcome: &Outcome) -> Run {
        match outcome {
            Outcome::Goto { target, fetching } => self.go_to(target, fetching),
            Outcome::Throw { event, message } => Err(self.thrown(event, message.as_ref())?),
        }
    }

    fn choose(&mut self, index: usize) -> Run {
        let Some(item) = self.current.dialog.as_ref().and_then(|run| run.dialog.items.first()).cloned() else { return Ok(()) };
        let ItemKind::Menu(menu) = &item.kind else { return Ok(()) };
        match menu.outcomes.get(index) {
            Some(outcome) => self.follow(outcome),
            None => Ok(()),
        }
    }

    /// Another dialog's grammar matched: control goes there, with the result (§2.1.6.2.3).
    fn process_elsewhere(&mut self, recognised: Recognised, in_root: bool, dialog: usize, choice: Option<usize>) -> Run {
        if in_root && let Some(root) = self.current.root.take() {
            self.current.document = root;
            self.scopes.open_document(true)?;
        }
        let Some(dialog) = self.current.document.dialogs.get(dialog).cloned() else { return Ok(()) };
        let owner = choice.map_or(Owner::Dialog, Owner::Choice);
        self.enter_dialog(dialog, Entry::Process(Box::new(Recognised { owner, ..recognised })))
    }

    fn fill_item(&mut self, recognised: &Recognised) -> Run {
        let Some(run) = &self.current.dialog else { return Ok(()) };
        let Some((index, item)) = run.current.zip(run.item().cloned()) else { return Ok(()) };
        let value = recognised.for_item(slot(&item));
        self.fill(&item, &value, &recognised.shadow().into())?;
        let dialog = run_dialog(self)?;
        self.end_initials(&dialog)?;
        self.trigger_filled(&[index])
    }

    /// A grammar of the form fills every item whose slot the result has (§3.1.6.2).
    fn fill_form(&mut self, recognised: &Recognised) -> Run {
        let dialog = run_dialog(self)?;
        let mut filled = Vec::new();
        for (index, item) in dialog.items.iter().enumerate() {
            if !matches!(item.kind, ItemKind::Field(_)) {
                continue;
            }
            if let Some(value) = recognised.for_slot(slot(item)) {
                self.fill(item, value, &recognised.shadow().into())?;
                filled.push(index);
            }
        }
        if !filled.is_empty() {
            self.end_initials(&dialog)?;
        }
        self.trigger_filled(&filled)
    }

    pub(super) fn fill(&mut self, item: &Item, value: &Value, shadow: &Value) -> Run {
        self.scopes.set_item(&item.variable, Some(value))?;
        self.scopes.set_item(&format!("{}$", item.variable), Some(shadow))?;
        self.trace_item(item);
        Ok(())
    }

    /// Once input has filled an item, `<initial>` has done its work (§2.3.3).
    fn end_initials(&mut self, dialog: &Dialog) -> Run {
        for item in dialog.items.iter().filter(|item| matches!(item.kind, ItemKind::Initial)) {
            self.scopes.set_item(&item.variable, Some(&true.into()))?;
        }
        Ok(())
    }

    /// Finds the `<filled>` elements that the items just filled set off, and runs them in document order (§2.4).
    pub(super) fn trigger_filled(&mut self, just_filled: &[usize]) -> Run {
        let dialog = run_dialog(self)?;
        let mut triggered = VecDeque::new();
        for filled in &dialog.filled {
            if self.is_triggered(&dialog, filled, just_filled)? {
                triggered.push_back(filled.clone());
            }
        }
        self.perform_filled(triggered)
    }

    fn is_triggered(&mut self, dialog: &Dialog, filled: &Filled, just_filled: &[usize]) -> Run<bool> {
        if let Some(item) = filled.item {
            return Ok(just_filled.contains(&item));
        }
        let is_named = |index: &usize, item: &Arc<Item>| match (&filled.namelist, &item.name) {
            (Some(names), Some(name)) => names.contains(name),
            (Some(_), None) => false,
            (None, _) => item.kind.is_input() && *index < dialog.items.len(),
        };
        let named: Vec<usize> =
            dialog.items.iter().enumerate().filter(|(index, item)| is_named(index, item)).map(|(index, _)| index).collect();
        if !named.iter().any(|index| just_filled.contains(index)) {
            return Ok(false);
        }
        if filled.any {
            return Ok(true);
        }
        for item in named.iter().filter_map(|index| dialog.items.get(*index)) {
            if self.scopes.is_item_undefined(&item.variable)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs the next `<filled>`; events in one of an item are that item's, all others the form's (§5.2.2).
    pub(super) fn perform_filled(&mut self, mut rest: VecDeque<Arc<Filled>>) -> Run {
        let Some(filled) = rest.pop_front() else { return Ok(()) };
        if let Some(run) = &mut self.current.dialog {
            run.current = filled.item;
        }
        self.current.task = Task::Filled(rest);
        self.run_block(&filled.content)
    }
}

/// The name under which an item looks for its value in a result.
fn slot(item: &Item) -> &str {
    let ItemKind::Field(field) = &item.kind else { return &item.variable };
    field.slot.as_deref().unwrap_or(&item.variable)
}

fn run_dialog(interpreter: &Interpreter) -> Run<Arc<Dialog>> {
    match &interpreter.current.dialog {
        Some(run) => Ok(run.dialog.clone()),
        None => Err(Thrown::semantic("no dialog is in progress")),
    }
}
