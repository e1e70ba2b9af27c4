//! Reads a `.call` beside a page of `fixtures/browser`: what a caller hears and does, line by line.

use std::collections::VecDeque;

use callward::browser::time_designation;
use callward::line::Reply;
use serde_json::{Value, json};

/// One line of a call.
#[derive(Debug, Clone)]
pub enum Line {
    /// What the caller does when asked.
    Does(Reply),
    /// What is heard, or written in the log, or how it ends.
    Expects(String),
}

/// Reads `text`. Blank lines and those after `#` are for people.
pub fn read(text: &str) -> VecDeque<Line> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(read_line).collect()
}

fn read_line(line: &str) -> Line {
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let reply = match verb {
        "presses" => presses(rest),
        "says" => says(rest),
        "mumbles" => json!({ "nomatch": true }),
        "stays" => json!({ "noinput": true }),
        "hangs" => json!({ "hangup": true }),
        "transfer" => json!({ "transfer": rest }),
        "speaks" => speaks(rest),
        "hears" | "plays" | "stops" | "logs" | "submits" | "ends" | "fetches" => {
            return Line::Expects(format!("{verb} {rest}").trim().to_owned());
        }
        other => panic!("no line of a call begins with {other:?}"),
    };
    Line::Does(Reply::try_from(reply).unwrap())
}

/// `yes please`, or `yes please for 70s`.
fn says(rest: &str) -> Value {
    let timed = rest.rsplit_once(" for ").and_then(|(words, time)| Some((words, time_designation(time)?)));
    match timed {
        Some((words, lasting)) => json!({ "say": words, "say_ms": u64::try_from(lasting.as_millis()).unwrap() }),
        None => json!({ "say": rest }),
    }
}

/// `12#`, or `1 in prompt 2 at 300ms`, with `gap 4s` behind either.
fn presses(rest: &str) -> Value {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let after = |word: &str| words.iter().position(|own| *own == word).and_then(|at| words.get(at + 1));
    let mut reply = json!({ "keys": words[0] });
    for (word, name) in [("prompt", "during_prompt"), ("at", "at_ms"), ("gap", "gap_ms")] {
        if let Some(value) = after(word) {
            reply[name] = json!(value.trim_end_matches("ms").parse::<u64>().unwrap());
        }
    }
    reply
}

/// `2000ms, then #`: into a recording.
fn speaks(rest: &str) -> Value {
    let (time, end) = rest.split_once(", then ").unwrap_or((rest, "silence"));
    json!({ "record_ms": time.trim_end_matches("ms").parse::<u64>().unwrap(), "end": end })
}
