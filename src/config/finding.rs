//! What is wrong with a configuration, where, and what to do: rendered as compilers render it.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as it was named, or `environment`.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Letter in the line, counted from 1.
    pub column: usize,
    /// How many letters of the line are meant.
    pub length: usize,
    /// The whole line, with `*` for what nobody may read.
    pub source_line: String,
}

/// One thing that is wrong with the configuration. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Finding {
    /// A finding at `place`.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), help: None }
    }

    /// The same finding with words on what to do.
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The finding with its source line, in colour for a terminal.
    pub fn render(&self, colour: bool) -> String {
        let place = &self.place;
        let start = byte_of(&place.source_line, place.column.saturating_sub(1));
        let end = byte_of(&place.source_line, place.column.saturating_sub(1) + place.length);
        let mark = AnnotationKind::Primary.span(start..end);
        let snippet = Snippet::source(&place.source_line).line_start(place.line).path(&place.file).annotation(mark);
        let help = self.help.iter().map(|help| Level::HELP.message(help));
        let report = Level::ERROR.primary_title(&self.message).element(snippet).elements(help);
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[report])
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// Among `known`, the name that was probably meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |candidate: &str| strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase());
    let likely = known.into_iter().map(|candidate| (likeness(candidate), candidate)).filter(|(likeness, _)| *likeness > 0.8);
    likely.max_by(|first, second| first.0.total_cmp(&second.0)).map(|(_, candidate)| candidate)
}

fn byte_of(line: &str, letter: usize) -> usize {
    line.char_indices().nth(letter).map_or(line.len(), |(byte, _)| byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_rendered_with_its_line_and_what_to_do() {
        let place = Place { file: "callward.toml".into(), line: 12, column: 1, length: 5, source_line: "lisen = '*******'".into() };

        let finding = Finding::new(place, "unknown key `lisen` in [http]").with_help("did you mean `listen`?");

        insta::assert_snapshot!(finding, @r#"
        error: unknown key `lisen` in [http]
          --> callward.toml:12:1
           |
        12 | lisen = '*******'
           | ^^^^^
           |
           = help: did you mean `listen`?
        "#);
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("lisen", ["listen", "public_url"]), Some("listen"));
        assert_eq!(nearest("timeout", ["Timeout", "URL"]), Some("Timeout"));
        assert_eq!(nearest("colour", ["listen", "public_url"]), None);
    }
}
