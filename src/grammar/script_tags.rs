//! Tags as ECMAScript: the derivation becomes one script, in which each rule is a function (SISR 1.0 §3.2.1, §4, §6).

use jiff::Timestamp;
use serde_json::Value;

use super::automaton::Automaton;
use super::derivation::Event;
use super::source::TagFormat;
use super::tokens;
use crate::clock::{Chance, Clock};
use crate::script::{Limits, Sandbox, ScriptError};

const RUNTIME: &str = include_str!("script_tags.js");
/// What each rule has of its own.
const LOCALS: &str = "var out={},$c=$context(),rules=$c.rules,meta=$c.meta,$o,$k,$v;";

/// Runs the tags of `events`. Grammars are pure: their scripts see a clock that stands still and the same dice each time.
pub(super) fn interpret(automaton: &Automaton, events: &[Event], input: &[String]) -> Result<Value, ScriptError> {
    let script = Composition::new(automaton, input).compose(events);
    let mut sandbox = Sandbox::new(Limits::default(), &Clock::by_hand(Timestamp::UNIX_EPOCH), &Chance::seeded(0))?;
    sandbox.run(RUNTIME)?;
    Ok(sandbox.evaluate(&script)?.unwrap_or(Value::Null))
}

/// A script in the making.
struct Composition<'a> {
    automaton: &'a Automaton,
    input: &'a [String],
    /// Finished functions, by grammar: one grammar's rules share the scope of its header tags.
    functions: Vec<String>,
    count: usize,
    open: Vec<Open>,
    at: usize,
}

/// A rule whose end is not reached.
#[derive(Default)]
struct Open {
    from: usize,
    body: String,
}

impl<'a> Composition<'a> {
    fn new(automaton: &'a Automaton, input: &'a [String]) -> Self {
        Self { automaton, input, functions: vec![String::new(); automaton.grammars.len()], count: 0, open: vec![Open::default()], at: 0 }
    }

    fn compose(mut self, events: &[Event]) -> String {
        let mut grammars = Vec::new();
        for event in events {
            match event {
                Event::Token => self.at += 1,
                Event::Enter(region) => {
                    grammars.extend(self.automaton.rule(*region).map(|rule| rule.grammar));
                    self.open.push(Open { from: self.at, body: String::new() });
                }
                Event::Tag(tag) => {
                    let format = grammars.last().map_or(TagFormat::Undeclared, |grammar| self.automaton.grammars[*grammar].tag_format);
                    self.tag(&self.automaton.tags[*tag as usize], format);
                }
                Event::Leave(region) => {
                    grammars.pop();
                    self.leave(*region);
                }
            }
        }
        self.finish()
    }

    fn tag(&mut self, tag: &str, format: TagFormat) {
        let Some(open) = self.open.last_mut() else { return };
        let so_far = quote(&tokens::join(&self.input[open.from..self.at], self.automaton.mode));
        open.body.push_str(&format!("$c.at({so_far});\n"));
        open.body.push_str(&statement(tag, format));
    }

    /// The rule becomes a function, and its caller calls it.
    fn leave(&mut self, region: u32) {
        let (Some(open), Some(rule)) = (self.open.pop(), self.automaton.rule(region)) else { return };
        let number = self.count;
        self.count += 1;
        let input = &self.input[open.from..self.at];
        let text = quote(&tokens::join(input, self.automaton.mode));
        let function = match self.automaton.builtin_value(region, input) {
            Some(value) => format!("$f[{number}]=function(){{return {value}}};\n"),
            None => {
                let body = open.body;
                format!("$f[{number}]=function(){{{LOCALS}\n{body}return $c.value(out,{text})}};\n")
            }
        };
        self.functions[rule.grammar].push_str(&function);
        if let Some(caller) = self.open.last_mut() {
            caller.body.push_str(&format!("$c.ruled({},$f[{number}](),{text});\n", quote(&rule.name)));
        }
    }

    /// One scope for each grammar, then the call of the rule that was entered first.
    fn finish(self) -> String {
        let mut script = "(function(){var $f=[];\n".to_owned();
        for (grammar, functions) in self.automaton.grammars.iter().zip(&self.functions) {
            script.push_str("(function(){\n");
            for tag in &grammar.global_tags {
                script.push_str(&match grammar.tag_format {
                    TagFormat::Script => format!("{tag}\n;"),
                    TagFormat::Undeclared => format!("try{{eval({})}}catch($e){{}}\n", quote(tag)),
                    TagFormat::Literals | TagFormat::Builtin(_) => String::new(),
                });
            }
            script.push_str(functions);
            script.push_str("})();\n");
        }
        let body = self.open.into_iter().next().unwrap_or_default().body;
        format!("{script}var $c=$context();\n{body}return $c.rules.latest()}})()")
    }
}

/// A tag as a statement that sets `out`. Where no format is declared, a script that sets nothing gives its own value, and what is
/// no script is text.
fn statement(tag: &str, format: TagFormat) -> String {
    let text = quote(tag);
    match format {
        TagFormat::Script => format!("{tag}\n;"),
        TagFormat::Literals | TagFormat::Builtin(_) => format!("out={text};\n"),
        TagFormat::Undeclared => format!(
            "$o=out;$k=$keys(out);try{{$v=eval({text})}}catch($e){{$v={text}}}\nif($v!==undefined&&out===$o&&$keys(out)===$k)out=$v;\n"
        ),
    }
}

/// Text as a string literal.
fn quote(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::grammar::{Grammar, Library, Surroundings, match_keys};

    #[test]
    fn tags_of_a_rule_set_its_variable_and_see_the_rules_it_called() {
        let table = [
            ("$x = 1 {out = 'one'};", json!("one")),
            ("$x = 1 {var half = 'a'} {out = half + 'b'};", json!("ab")),
            ("$x = 1 {out.a = 1; out.b = [true]};", json!({ "a": 1, "b": [true] })),
            ("$x = $d {out = rules.d.value + rules.latest().value}; $d = 1 {out.value = 3};", json!(6)),
            ("$x = $d {out = meta.d.text + meta.latest().text + meta.current().text + meta.current().score}; $d = 1;", json!("1111")),
            ("$x = $d {}; $d = 1 {out = 7};", json!(7)),
            ("$x = 1 {var unused = 1};", json!("1")),
            ("$x = {out = 0} ({out++} 1 | 1 {out = 9});", json!(1)),
            ("$x = $d {out = typeof secret}; $d = 1 {var secret = 1; out = 2};", json!("undefined")),
            ("{var greeting = 'hello';} $x = 1 {out = greeting};", json!("hello")),
            ("$x = $<builtin:dtmf/boolean> {out = [rules.latest()]};", json!([true])),
            ("$x = 1 {out = undefined};", json!(null)),
        ];
        for (rules, meaning) in table {
            assert_eq!(meaning_of("tag-format <semantics/1.0>;", rules), Ok(meaning), "{rules}");
        }
    }

    #[test]
    fn a_tag_without_declared_format_is_a_script_or_else_text() {
        let table = [
            ("$x = 1 {out = 'a'};", json!("a")),
            ("$x = 1 {'a'};", json!("a")),
            ("$x = 1 {$ = 'a'};", json!("a")),
            ("$x = 1 {out.a = 1};", json!({ "a": 1 })),
            ("$x = 1 {lost card};", json!("lost card")),
            ("$x = [2 {two}] $d; $d = 1;", json!("1")),
        ];
        for (rules, meaning) in table {
            assert_eq!(meaning_of("", rules), Ok(meaning), "{rules}");
        }
    }

    #[test]
    fn literals_give_the_last_tag_else_the_last_rule_else_the_text() {
        let table = [
            ("$x = 1 {a} {b};", json!("b")),
            ("$x = {a} $d; $d = 1 {d};", json!("a")),
            ("$x = $d; $d = 1 {d};", json!("d")),
            ("$x = 1 | 2 {two};", json!("1")),
            ("$x = 1 {first} | 1 {second};", json!("first")),
            ("$x = $d {first} | 1 {second}; $d = 2 | 1;", json!("first")),
            ("$x = [1 {taken}] [1 {left}];", json!("taken")),
        ];
        for (rules, meaning) in table {
            assert_eq!(meaning_of("tag-format <semantics/1.0-literals>;", rules), Ok(meaning), "{rules}");
        }
    }

    #[test]
    fn a_script_that_fails_or_never_ends_is_an_error_and_still_a_match() {
        assert!(matches!(meaning_of("tag-format <semantics/1.0>;", "$x = 1 {nobody.home};"), Err(ScriptError::Thrown(_))));
        assert!(matches!(meaning_of("tag-format <semantics/1.0>;", "$x = 1 {!{for (;;) {}}!};"), Err(ScriptError::Limit(_))));
    }

    fn meaning_of(format: &str, rules: &str) -> Result<Value, ScriptError> {
        let text = format!("#ABNF 1.0; mode dtmf; root $x; {format} {rules}");
        let grammar = Grammar::parse(text.as_bytes(), &Surroundings::default()).unwrap();
        let (_, outcome) = match_keys(&[&grammar], &Library::default(), ["1"]).unwrap();
        outcome.unwrap().interpretation
    }
}
