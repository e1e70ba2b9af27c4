//! What a sentence means: tags as literals, or as scripts; without tags, the input itself (SISR 1.0 §3, VoiceXML 2.0 §3.1.6).

use serde_json::Value;

use super::automaton::Automaton;
use super::derivation::Event;
use super::script_tags;
use super::source::TagFormat;
use super::tokens;
use crate::script::ScriptError;

/// Runs the tags on the way that `events` tell, over the `input` that was matched.
pub(super) fn interpret(automaton: &Automaton, events: &[Event], input: &[String]) -> Result<Value, ScriptError> {
    if is_plain(automaton, events) {
        return Ok(Value::String(tokens::join(input, automaton.mode)));
    }
    let has_script = automaton.grammars.iter().any(|grammar| matches!(grammar.tag_format, TagFormat::Script | TagFormat::Undeclared));
    match has_script && !automaton.tags.is_empty() {
        true => script_tags::interpret(automaton, events, input),
        false => Ok(literals(automaton, events, input)),
    }
}

/// Whether SISR has no say: no tag could run, or none did and no tag format is declared.
fn is_plain(automaton: &Automaton, events: &[Event]) -> bool {
    let has = |wanted: fn(&TagFormat) -> bool| automaton.grammars.iter().any(|grammar| wanted(&grammar.tag_format));
    if has(|format| matches!(format, TagFormat::Builtin(_))) {
        return false;
    }
    let ran = events.iter().any(|event| matches!(event, Event::Tag(_)));
    automaton.tags.is_empty() || !ran && !has(|format| matches!(format, TagFormat::Script | TagFormat::Literals))
}

/// One rule on its way: from where, and what it is worth so far.
struct Frame {
    from: usize,
    literal: Option<Value>,
    latest: Option<Value>,
}

/// The last literal of a rule is its value; without one it is the value of the last rule it called, or its text (SISR 1.0 §3.2.2).
fn literals(automaton: &Automaton, events: &[Event], input: &[String]) -> Value {
    let mut frames = vec![Frame { from: 0, literal: None, latest: None }];
    let mut at = 0;
    for event in events {
        match event {
            Event::Token => at += 1,
            Event::Enter(_) => frames.push(Frame { from: at, literal: None, latest: None }),
            Event::Tag(tag) => {
                if let Some(frame) = frames.last_mut() {
                    frame.literal = Some(Value::String(automaton.tags[*tag as usize].clone()));
                }
            }
            Event::Leave(region) => {
                let Some(frame) = frames.pop() else { continue };
                let value = automaton.builtin_value(*region, &input[frame.from..at]);
                let value = value.or(frame.literal).or(frame.latest);
                let text = || Value::String(tokens::join(&input[frame.from..at], automaton.mode));
                if let Some(caller) = frames.last_mut() {
                    caller.latest = Some(value.unwrap_or_else(text));
                }
            }
        }
    }
    frames.pop().and_then(|frame| frame.latest).unwrap_or(Value::Null)
}
