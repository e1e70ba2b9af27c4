//! What the variables of one execution context hold, as far as it is known without a script engine (VoiceXML 2.0 §5.1.2).

use std::collections::HashMap;

use serde_json::Value;

use super::ledger_entry::Entry;

/// Names that mean a scope.
const SCOPES: [&str; 4] = ["session", "application", "document", "dialog"];

/// What a variable holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held {
    /// Nothing: it was declared, and that is all.
    Undefined,
    /// A value that JSON has a word for.
    Value(Value),
    /// Something that only the engine can handle.
    Opaque,
}

type Names = HashMap<String, Held>;

/// The scopes of one execution context, and the variables in them.
#[derive(Default)]
pub(super) struct Standing {
    application: Names,
    /// None where the document is its own root, and shares the application's scope.
    document: Option<Names>,
    dialog: Option<Names>,
    anonymous: Option<Names>,
}

impl Standing {
    /// What the innermost variable called `name` holds; none where no scope here has it.
    pub fn held(&self, name: &str) -> Option<&Held> {
        let scopes = [self.anonymous.as_ref(), self.dialog.as_ref(), self.document.as_ref(), Some(&self.application)];
        scopes.into_iter().flatten().find_map(|scope| scope.get(name)).filter(|_| !SCOPES.contains(&name))
    }

    /// The variable that dotted `names` begin with, be it named by its scope, and the names that are left.
    pub fn found<'n>(&self, names: &'n [String]) -> Option<(&Held, &'n [String])> {
        let (first, rest) = names.split_first()?;
        match (self.scope(first), rest.split_first()) {
            (Some(scope), Some((name, rest))) => Some((scope.get(name)?, rest)),
            (Some(_), None) => None,
            (None, _) => Some((self.held(first)?, rest)),
        }
    }

    /// The scope of this name, unless a variable of the same name hides it.
    fn scope(&self, name: &str) -> Option<&Names> {
        let scope = match name {
            "application" => Some(&self.application),
            "document" => self.document.as_ref().or(Some(&self.application)),
            "dialog" => self.dialog.as_ref(),
            _ => None,
        };
        let scopes = [self.anonymous.as_ref(), self.dialog.as_ref(), self.document.as_ref(), Some(&self.application)];
        scope.filter(|_| !scopes.into_iter().flatten().any(|scope| scope.contains_key(name)))
    }

    /// Whether the dialog has a variable called `name` with a value.
    pub fn is_set_in_dialog(&self, name: &str) -> bool {
        self.dialog.as_ref().and_then(|scope| scope.get(name)).is_some_and(|held| *held != Held::Undefined)
    }

    pub fn is_in_anonymous(&self) -> bool {
        self.anonymous.is_some()
    }

    /// Takes note of what is done to the scopes.
    pub fn note(&mut self, entry: &Entry) {
        match entry {
            Entry::OpenApplication => *self = Self::default(),
            Entry::OpenDocument { is_root } => {
                self.document = (!is_root).then(Names::new);
                (self.dialog, self.anonymous) = (None, None);
            }
            Entry::OpenDialog => (self.dialog, self.anonymous) = (Some(Names::new()), None),
            Entry::OpenAnonymous => self.anonymous = Some(Names::new()),
            Entry::CloseAnonymous => self.anonymous = None,
            Entry::Declare { name, value: Some(value) } => drop(self.innermost().insert(name.clone(), Held::Value(value.clone()))),
            Entry::Declare { name, value: None } => drop(self.innermost().entry(name.clone()).or_insert(Held::Undefined)),
            Entry::Assign { name, value } => {
                if let Some(held) = self.holder(name) {
                    *held = holding(value.as_ref());
                }
            }
            Entry::Functions { names, .. } => {
                let scope = self.innermost();
                scope.extend(names.iter().map(|name| (name.clone(), Held::Opaque)));
            }
            Entry::SetItem { name, value } => set(&mut self.dialog, name, value.as_ref()),
            Entry::SetAnonymous { name, value } => set(&mut self.anonymous, name, value.as_ref()),
            // The list of results has what its first one has; of its own it has nothing that could be read here.
            Entry::SetResult { results } => {
                let first = results.get(0).map_or(Held::Opaque, |first| Held::Value(first.clone()));
                self.application.insert("lastresult$".to_owned(), first);
            }
            Entry::EnterContext | Entry::LeaveContext => {}
        }
    }

    fn innermost(&mut self) -> &mut Names {
        let scopes = [self.anonymous.as_mut(), self.dialog.as_mut(), self.document.as_mut()];
        scopes.into_iter().flatten().next().unwrap_or(&mut self.application)
    }

    fn holder(&mut self, name: &str) -> Option<&mut Held> {
        let scopes = [self.anonymous.as_mut(), self.dialog.as_mut(), self.document.as_mut(), Some(&mut self.application)];
        scopes.into_iter().flatten().find_map(|scope| scope.get_mut(name))
    }
}

fn set(scope: &mut Option<Names>, name: &str, value: Option<&Value>) {
    if let Some(scope) = scope {
        scope.insert(name.to_owned(), holding(value));
    }
}

fn holding(value: Option<&Value>) -> Held {
    value.map_or(Held::Undefined, |value| Held::Value(value.clone()))
}
