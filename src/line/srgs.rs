//! The grammar matcher alone: `callward srgs match --stdio`, one JSON object a line in and out (SRGS 1.0).

use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::grammar::{Grammar, GrammarError, Library, Mode, Surroundings, Verdict, match_keys};

/// The byte order mark that says UTF-8, whatever the document's own declaration says: JSON text is decoded already.
const UTF_8_MARK: &str = "\u{feff}";
/// Most bytes read of one file; a grammar may not be larger.
const MOST_BYTES: u64 = 4 << 20;

/// Why the conversation broke off.
#[derive(Debug, thiserror::Error)]
pub enum SrgsError {
    /// Input or output failed.
    #[error("stdin or stdout failed: {0}")]
    Pipe(#[from] io::Error),
    /// A line is not a request.
    #[error("line {line} is not a request: {source}")]
    Request {
        /// Number of the line, from 1.
        line: usize,
        /// What JSON found.
        #[source]
        source: serde_json::Error,
    },
}

#[derive(Deserialize)]
struct Request {
    grammar: Option<String>,
    uri: Option<String>,
    base: Option<String>,
    /// The grammar's own bytes, for encodings that JSON cannot carry; preferred to `grammar`.
    file: Option<PathBuf>,
    mode: Option<ModeName>,
    tokens: Option<Vec<String>>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum ModeName {
    Dtmf,
    Voice,
}

#[derive(Serialize)]
struct Answer {
    result: &'static str,
    interpretation: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Answers each line of `requests` with a line in `answers`, to the end of the input.
pub fn match_lines(requests: impl BufRead, mut answers: impl Write) -> Result<(), SrgsError> {
    for (number, line) in (1..).zip(requests.lines()) {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let request = serde_json::from_str(&line).map_err(|source| SrgsError::Request { line: number, source })?;
        let answer = serde_json::to_string(&answer(&request)).map_err(io::Error::from)?;
        writeln!(answers, "{answer}")?;
        answers.flush()?;
    }
    Ok(())
}

fn answer(request: &Request) -> Answer {
    match matched(request) {
        Ok(answer) => answer,
        Err(error) => Answer { result: "PARSE_ERROR", interpretation: Value::Null, message: Some(error.to_string()) },
    }
}

fn matched(request: &Request) -> Result<Answer, GrammarError> {
    let (grammar, library) = load(request)?;
    let Some(tokens) = &request.tokens else {
        grammar.link(&library)?;
        return Ok(Answer { result: "PARSE_OK", interpretation: Value::Null, message: None });
    };
    let (verdict, outcome) = match_keys(&[&grammar], &library, tokens.iter().map(String::as_str))?;
    let interpretation = outcome.map_or(Ok(Value::Null), |outcome| outcome.interpretation);
    let message = interpretation.as_ref().err().map(ToString::to_string);
    Ok(Answer { result: name(verdict), interpretation: interpretation.unwrap_or_default(), message })
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NoMatch => "NO_MATCH",
        Verdict::Partial => "PARTIAL",
        Verdict::Match => "MATCH",
        Verdict::MatchEnd => "MATCH_END",
    }
}

/// The grammar and the files that it refers to; other addresses than files are not fetched, and fail when it is linked.
fn load(request: &Request) -> Result<(Grammar, Library), GrammarError> {
    let mode = match request.mode {
        Some(ModeName::Dtmf) => Mode::Dtmf,
        Some(ModeName::Voice) | None => Mode::Voice,
    };
    let surroundings = Surroundings { base: request.base.as_deref().and_then(|base| Url::parse(base).ok()), mode, language: None };
    let grammar = match (&request.uri, request.file.as_deref().map(read), &request.grammar) {
        (Some(uri), ..) => Grammar::builtin(uri)?,
        (None, Some(Ok(bytes)), _) => Grammar::parse(&bytes, &surroundings)?,
        (None, _, text) => Grammar::parse(format!("{UTF_8_MARK}{}", text.as_deref().unwrap_or_default()).as_bytes(), &surroundings)?,
    };
    let mut library = Library::default();
    loop {
        let found = library.missing(&grammar).into_iter().find_map(|reference| Some((read_at(&reference.uri)?, reference.uri)));
        let Some((bytes, uri)) = found else {
            return Ok((grammar, library));
        };
        let surroundings = Surroundings { base: Some(uri.clone()), mode, language: None };
        library.insert(&uri, Grammar::parse(&bytes, &surroundings)?);
    }
}

fn read_at(uri: &Url) -> Option<Vec<u8>> {
    let path = uri.to_file_path().ok()?;
    read(&path).ok()
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_line_is_answered_by_a_line() {
        let pin = "#ABNF 1.0; mode dtmf; root $pin; $pin = (1 | 2) <2-3> \"#\";";
        let answers = answers(&[
            json!({ "grammar": pin, "uri": null, "base": null, "mode": "dtmf", "tokens": ["1", "2", "#"] }),
            json!({ "grammar": pin, "mode": "dtmf", "tokens": ["1"] }),
            json!({ "grammar": pin, "mode": "dtmf", "tokens": null }),
            json!({ "grammar": "<grammar", "mode": "dtmf", "tokens": ["1"] }),
            json!({ "uri": "builtin:dtmf/boolean", "mode": "dtmf", "tokens": ["2"] }),
        ]);

        let results =
            answers.iter().map(|answer| (answer["result"].as_str().unwrap(), answer["interpretation"].clone())).collect::<Vec<_>>();
        assert_eq!(
            results,
            [
                ("MATCH_END", json!("12#")),
                ("PARTIAL", json!(null)),
                ("PARSE_OK", json!(null)),
                ("PARSE_ERROR", json!(null)),
                ("MATCH_END", json!(false)),
            ]
        );
    }

    #[test]
    fn references_are_read_from_files_and_from_nowhere_else() {
        let folder = format!("file://{}/fixtures/grammars/", env!("CARGO_MANIFEST_DIR"));
        let near = "#ABNF 1.0; mode dtmf; root $x; $x = 5 $<pin.grxml>;";
        let far = "#ABNF 1.0; mode dtmf; root $x; $x = $<http://127.0.0.1:9/pin.grxml>;";
        let answers = answers(&[
            json!({ "grammar": near, "base": folder, "tokens": ["5", "*", "9"] }),
            json!({ "grammar": far, "base": folder, "tokens": null }),
            json!({ "grammar": "", "file": concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/grammars/menu.grxml"), "tokens": ["1"] }),
        ]);

        assert_eq!(answers[0]["result"], "MATCH_END");
        assert_eq!(answers[1]["result"], "PARSE_ERROR");
        assert_eq!(answers[2]["interpretation"], "balance");
    }

    #[test]
    fn a_line_that_is_no_request_ends_the_conversation_with_its_number() {
        let error = match_lines(&b"\n{]\n"[..], Vec::new()).unwrap_err();

        assert!(error.to_string().starts_with("line 2 is not a request"), "{error}");
    }

    fn answers(requests: &[Value]) -> Vec<Value> {
        let lines = requests.iter().map(|request| format!("{request}\n")).collect::<String>();
        let mut answers = Vec::new();
        match_lines(lines.as_bytes(), &mut answers).unwrap();
        String::from_utf8(answers).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
