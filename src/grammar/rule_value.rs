//! The rule that a region of the automaton stands for, and the value of one that is built in (VoiceXML 2.0 appendix P).

use serde_json::Value;

use super::automaton::{Automaton, RuleName};
use super::source::TagFormat;

/// The value of a rule of a builtin grammar.
pub(super) fn builtin_value(automaton: &Automaton, region: u32, input: &[String]) -> Option<Value> {
    let RuleName { grammar, name } = rule(automaton, region)?;
    let TagFormat::Builtin(kind) = automaton.grammars[*grammar].tag_format else { return None };
    let symbols = input.iter().map(|symbol| symbol.to_lowercase()).collect::<Vec<_>>();
    (name == "builtin").then(|| kind.value(&symbols))
}

/// The rule that a region stands for.
pub(super) fn rule(automaton: &Automaton, region: u32) -> Option<&RuleName> {
    automaton.regions[region as usize].rule.as_ref()
}
