//! A finding and how it is shown: to people with the line it is about, to programs as JSON.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, but somebody will regret it.
    Warning,
    /// The file cannot be used like this.
    Error,
}

/// The file that findings are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its path as people know it.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Name of the rule, in words joined by hyphens; empty where there are no rules by name.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub what: String,
    /// What to do about it; empty where `what` says it all.
    pub hint: String,
    /// The bytes of the file that it is about.
    pub span: Range<usize>,
}

impl Finding {
    /// A finding that forbids the use of the file.
    pub fn error(rule: &'static str, span: Range<usize>, what: impl Into<String>) -> Self {
        Self { rule, severity: Severity::Error, what: what.into(), hint: String::new(), span }
    }

    /// A finding that is worth a look.
    pub fn warning(rule: &'static str, span: Range<usize>, what: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, span, what) }
    }

    /// The same, with what to do about it.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// Line and column where it begins, both from 1, the column in characters.
    pub fn place(&self, source: &Source) -> (usize, usize) {
        let start = floor(&source.text, self.span.start);
        let before = &source.text[..start];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (line, column)
    }

    /// The finding with its source line, as a terminal shows it.
    pub fn render(&self, source: &Source, colour: bool) -> String {
        let (start, end) = (floor(&source.text, self.span.start), floor(&source.text, self.span.end));
        let level = match self.severity {
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let snippet = Snippet::source(source.text.as_str())
            .path(source.path.as_str())
            .annotation(AnnotationKind::Primary.span(start..end.max(start)));
        let title = level.primary_title(self.what.as_str());
        let title = if self.rule.is_empty() { title } else { title.id(self.rule) };
        let mut group = title.element(snippet);
        if !self.hint.is_empty() {
            group = group.element(Level::HELP.message(self.hint.as_str()));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    /// The finding as one JSON object.
    pub fn json(&self, source: &Source) -> Value {
        let (line, column) = self.place(source);
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        json!({
            "file": source.path, "line": line, "column": column, "severity": severity,
            "rule": self.rule, "message": self.what, "hint": self.hint,
        })
    }
}

/// The nearest character boundary at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_shows_file_line_column_the_line_and_the_hint() {
        let source = Source { path: "flows/a.yaml".into(), text: "start: hello\nsteps: { helo: 1 }\n".into() };
        let finding = Finding::error("unknown-step", 7..12, "there is no step hello").hint("did you mean helo?");

        let shown = finding.render(&source, false);

        assert!(shown.contains("error[unknown-step]: there is no step hello"), "{shown}");
        assert!(shown.contains("flows/a.yaml:1:8"), "{shown}");
        assert!(shown.contains("start: hello"), "{shown}");
        assert!(shown.contains("help: did you mean helo?"), "{shown}");
        assert_eq!(finding.json(&source)["column"], 8);
    }
}
