//! Reads a `.call` file, line by line; everything that is wrong in it is found at once.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::finding::{Finding, nearest};

use super::pattern::places;
use super::read_line::read_line;
use super::rest::Rest;
use super::transcript::{Case, Keys, Line, Needs, Never, Tells, Transcript};

/// The words that lines begin with.
const VERBS: &[&str] = &[
    "given",
    "case",
    "call",
    "presses",
    "stays silent",
    "hangs up",
    "clock",
    "hears",
    "receives",
    "asks",
    "written",
    "transfers to",
    "returns",
    "recorded",
    "hung up",
    "never hears",
    "never asks",
    "never logs",
];

impl Transcript {
    /// Reads a transcript. `Err` holds everything that is wrong in it, in the order of the file.
    pub fn read(text: &str) -> Result<Self, Vec<Finding>> {
        let mut reading = Reading::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            reading.line(line, start);
            start += line.len();
        }
        match reading.findings.is_empty() {
            true => Ok(reading.transcript),
            false => Err(reading.findings),
        }
    }
}

#[derive(Default)]
struct Reading {
    transcript: Transcript,
    /// What messages of the case have bound so far.
    bound: BTreeSet<String>,
    /// Somebody has called in this case.
    called: bool,
    findings: Vec<Finding>,
}

impl Reading {
    fn line(&mut self, line: &str, start: usize) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return;
        }
        let start = start + (line.len() - line.trim_start().len());
        let span = start..start + trimmed.len();
        let Some((verb, rest)) = split_verb(trimmed, start) else {
            return self.findings.push(unknown_verb(trimmed, start));
        };
        if verb == "case" {
            return self.begin_case(&rest, span);
        }
        match read_line(verb, &rest) {
            Ok(tells) => self.add(Line { tells, span }),
            Err(finding) => self.findings.push(finding),
        }
    }

    fn begin_case(&mut self, name: &Rest<'_>, span: Range<usize>) {
        if name.text.is_empty() {
            let finding = Finding::error("nameless-case", span.clone(), "this case has no name");
            self.findings.push(finding.hint("write what happens in it: case      wrong twice, then a new code"));
        }
        self.bound.clear();
        self.called = false;
        self.transcript.cases.push(Case { name: name.text.to_owned(), span, lines: Vec::new() });
    }

    fn add(&mut self, line: Line) {
        self.check(&line);
        match self.transcript.cases.last_mut() {
            Some(case) => case.lines.push(line),
            None => self.transcript.given.push(line),
        }
    }

    /// A line must make sense where it stands.
    fn check(&mut self, line: &Line) {
        let needs = line.tells.needs();
        if needs != Needs::Nothing && self.transcript.cases.is_empty() {
            let finding = Finding::error("outside-case", line.span.clone(), "only `given` may stand before the first case");
            return self.findings.push(finding.hint("begin with: case      what happens"));
        }
        if needs == Needs::Call && !self.called {
            let finding = Finding::error("nobody-called", line.span.clone(), "nobody has called yet in this case");
            return self.findings.push(finding.hint("begin with: call      +4930901820 -> two-factor  identity=1001"));
        }
        if let Tells::Call { .. } = &line.tells {
            self.called = true;
        }
        if let Tells::Receives(Some(message)) = &line.tells {
            self.bound.extend(message.text.names.iter().cloned());
        }
        if let Tells::Presses(keys) = &line.tells {
            keys.iter().for_each(|keys| self.check_bound(keys, &line.span));
        }
        if let Tells::Never(Never::Logs(text)) = &line.tells {
            places(text).into_iter().for_each(|name| self.check_bound(&Keys::Bound(name.to_owned()), &line.span));
        }
    }

    fn check_bound(&mut self, keys: &Keys, span: &Range<usize>) {
        let Keys::Bound(name) = keys else { return };
        if self.bound.contains(name) {
            return;
        }
        let hint = match nearest(name, self.bound.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {{{near}}}?"),
            None => format!("a message binds it: receives  sms: {{{name}}} …"),
        };
        let what = format!("no message of this case has bound {{{name}}}");
        self.findings.push(Finding::error("unbound-name", span.clone(), what).hint(hint));
    }
}

/// The verb of a line, and the rest.
fn split_verb(line: &str, start: usize) -> Option<(&'static str, Rest<'_>)> {
    VERBS.iter().find_map(|verb| {
        let mut at = 0;
        for word in verb.split(' ') {
            let rest = &line[at..];
            let indent = rest.len() - rest.trim_start().len();
            let after = rest[indent..].strip_prefix(word)?;
            after.chars().next().is_none_or(char::is_whitespace).then_some(())?;
            at += indent + word.len();
        }
        let text = line[at..].trim_start();
        let begin = start + line.len() - text.len();
        Some((*verb, Rest { text, span: begin..begin + text.len() }))
    })
}

fn unknown_verb(line: &str, start: usize) -> Finding {
    let mut words = line.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let known = || VERBS.iter().copied();
    let near = nearest(first, known()).or_else(|| nearest(&format!("{first} {second}"), known()));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("lines begin with {}; a comment with #", VERBS.join(", ")),
    };
    Finding::error("unknown-line", start..start + first.len(), format!("no line begins with `{first}`")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<(&'static str, String)> {
        let findings = Transcript::read(text).expect_err("this is wrong");
        findings.into_iter().map(|finding| (finding.rule, finding.hint)).collect()
    }

    #[test]
    fn lines_belong_to_their_case_and_comments_to_none() {
        let text = "# two calls\ngiven customer 1: nothing\n\ncase one\ncall +49 -> two-factor  identity=1\nhangs up\ncase two\n";

        let transcript = Transcript::read(text).unwrap();

        assert_eq!(transcript.given.len(), 1);
        assert_eq!(
            transcript.cases.iter().map(|case| (case.name.as_str(), case.lines.len())).collect::<Vec<_>>(),
            [("one", 2), ("two", 0)]
        );
        assert_eq!(&text[transcript.cases[0].lines[1].span.clone()], "hangs up");
    }

    #[test]
    fn an_unknown_line_names_the_nearest_verb() {
        let findings = wrong("case one\ncall +49 -> x\nhaers Hello\nstay silent\nsings\n");

        assert_eq!(findings[0], ("unknown-line", "did you mean `hears`?".to_owned()));
        assert_eq!(findings[1], ("unknown-line", "did you mean `stays silent`?".to_owned()));
        assert!(findings[2].1.starts_with("lines begin with given, case"), "{findings:?}");
    }

    #[test]
    fn a_line_stands_where_it_makes_sense() {
        assert_eq!(wrong("hangs up\n")[0].0, "outside-case");
        assert_eq!(wrong("case one\nhangs up\n")[0].0, "nobody-called");
        assert_eq!(wrong("case\n")[0].0, "nameless-case");
    }

    #[test]
    fn only_what_a_message_bound_is_pressed() {
        let findings = wrong("case one\ncall +49 -> x\nreceives sms: {first} …\npresses {frist}\n");

        assert_eq!(findings, [("unbound-name", "did you mean {first}?".to_owned())]);
    }
}
