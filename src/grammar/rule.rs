//! Rule definitions, and finding one by its name (SRGS 1.0 §3).

use std::collections::HashMap;

use super::error::GrammarError;
use super::expansion::Expansion;
use crate::xml::Position;

/// One rule definition (SRGS 1.0 §3.1).
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub name: String,
    /// Whether other grammars may refer to it by name (SRGS 1.0 §3.2).
    pub public: bool,
    pub expansion: Expansion,
    pub position: Position,
}

/// The rules of a grammar, in document order.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    rules: Vec<Rule>,
    places: HashMap<String, usize>,
}

impl Rules {
    /// Adds a rule; a name may be defined once.
    pub fn add(&mut self, rule: Rule) -> Result<(), GrammarError> {
        check_name(&rule.name, rule.position)?;
        if self.places.insert(rule.name.clone(), self.rules.len()).is_some() {
            return Err(GrammarError::malformed(format!("the rule {:?} is defined twice", rule.name), rule.position));
        }
        self.rules.push(rule);
        Ok(())
    }

    pub fn named(&self, name: &str) -> Option<&Rule> {
        self.places.get(name).and_then(|place| self.rules.get(*place))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
}

/// Whether a rule may have this name (SRGS 1.0 §3.1): an XML name without `.`, `:` and `-`, and not a special rule's.
fn check_name(name: &str, position: Position) -> Result<(), GrammarError> {
    if let "NULL" | "VOID" | "GARBAGE" = name {
        return Err(GrammarError::malformed(format!("{name} is the name of a special rule and cannot be defined"), position));
    }
    let begins_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    match begins_well && name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        true => Ok(()),
        false => Err(GrammarError::malformed(format!("{name:?} is not a legal rule name"), position)),
    }
}
