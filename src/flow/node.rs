//! A YAML file as a tree in which everything knows its place (YAML 1.2).
//!
//! Built on the parser's events rather than on serde: a designer gets all findings of a file at once, tags are refused
//! instead of dropped, and every name keeps its place.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::Value;

use crate::finding::Finding;

/// Deepest nesting of a flow file.
const DEEPEST: usize = 40;

const MISSING: &str = "a value is missing here";
const SIGNS: &str = "a text with ': ' or ' #' in it, or one that begins with a sign such as {, !, *, &, @ or %, needs quotes";

/// One value of the file.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub shape: Shape,
    pub span: Range<usize>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// A scalar; `plain` when it stands without quotes.
    Text { text: String, plain: bool },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order written.
    Map(Vec<(Name, Node)>),
}

/// The key of a mapping's entry.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub text: String,
    pub span: Range<usize>,
}

impl Node {
    /// A scalar as its plain look says: number, true or false, else text. `None` for lists and mappings.
    pub fn scalar(&self) -> Option<Value> {
        let Shape::Text { text, plain } = &self.shape else { return None };
        let looked = match (plain, text.as_str()) {
            (true, "true") => Some(Value::Bool(true)),
            (true, "false") => Some(Value::Bool(false)),
            (true, text) => text.parse::<i64>().ok().map(Value::from),
            (false, _) => None,
        };
        Some(looked.unwrap_or_else(|| Value::from(text.as_str())))
    }
}

/// Reads one document.
pub(super) fn parse(text: &str) -> Result<Node, Finding> {
    let mut tree = Tree { parser: Parser::new_from_str(text), length: text.len(), text };
    loop {
        let (event, span) = tree.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(..) => {}
            Event::StreamEnd => return Err(tree.fault(0..0, "the file is empty")),
            event => {
                let root = tree.node(event, span, 0)?;
                return tree.nothing_follows().map(|()| root);
            }
        }
    }
}

/// Where a field of several words has no value, a comma has mostly cut a text in two; where a place of a prompt has none, the text
/// begins with it.
fn explain(finding: Finding, name: &Name) -> Finding {
    if finding.what != MISSING {
        return finding;
    }
    let at_name = Finding { span: name.span.clone(), ..finding.clone() };
    match () {
        () if name.text.contains(' ') => at_name.hint("quote the text: inside { … } a comma ends it"),
        () if name.text.contains('.') => at_name.hint("quote the text, if it is one: a text that begins with { needs quotes"),
        () => finding,
    }
}

/// What mostly lies behind a complaint of the parser's, and what to do: `line` is the line up to the place.
fn explained(complaint: &str, line: &str) -> (String, &'static str) {
    let known = match complaint {
        _ if complaint.contains("tabs") => ("this line is indented with a tab", "indent with spaces, two a level"),
        _ if complaint.contains("mapping values") && line.contains(": ") => {
            ("a second colon stands in this line", "put the text in quotes: \"I am sorry: we are closed.\"")
        }
        _ if complaint.contains("mapping values") => {
            ("this line is indented otherwise than its neighbours", "fields that belong together begin in the same column")
        }
        _ if complaint.contains("',' or") => (
            "a comma or a closing bracket is missing before this place",
            "close every { with } and every [ with ], and put a comma between two fields",
        ),
        _ if complaint.contains("trailing content") => (
            "something follows a text in quotes, or a quote above was not closed",
            "put the whole text in quotes, and write a quote inside it twice: 'it''s'",
        ),
        _ if complaint.contains("simple key") => ("this is no `name: value`", "put a colon and a space behind the name: give_up_after: 8s"),
        _ if complaint.contains("'-' indicator") => {
            ("this line is indented otherwise than its list", "all parts of a list begin in the same column, each with a dash and a space")
        }
        _ => return (format!("this is not YAML: {complaint}"), SIGNS),
    };
    (known.0.to_owned(), known.1)
}

struct Tree<'t> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    length: usize,
    text: &'t str,
}

impl<'t> Tree<'t> {
    /// The next event that is not a comment.
    fn next(&mut self) -> Result<(Event<'t>, Range<usize>), Finding> {
        loop {
            let Some(event) = self.parser.next_event() else { return Ok((Event::StreamEnd, 0..0)) };
            let (event, span) = event.map_err(|error| {
                let at = error.marker().byte_offset().unwrap_or(self.length);
                let before = self.text.get(..at).unwrap_or(self.text);
                let (what, hint) = explained(&error.info(), before.rsplit('\n').next().unwrap_or_default());
                self.fault(at..at + 1, what).hint(hint)
            })?;
            if !matches!(event, Event::Comment(..)) {
                return Ok((event, self.range(&span)));
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Range<usize>, depth: usize) -> Result<Node, Finding> {
        if depth > DEEPEST {
            return Err(self.fault(span, format!("this is nested more than {DEEPEST} deep")));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), &span)?;
                let plain = style == ScalarStyle::Plain;
                if plain && matches!(&*text, "" | "~" | "null") {
                    return Err(self
                        .fault(span, MISSING)
                        .hint("write it, or leave the field out; lines that belong to it stand two spaces further to the right"));
                }
                Ok(Node { shape: Shape::Text { text: text.into_owned(), plain }, span })
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), &span)?;
                self.list(span, depth)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), &span)?;
                self.map(span, depth)
            }
            Event::Alias(_) => Err(self
                .fault(span, "aliases (*name) have no meaning here")
                .hint("write the value out, or put a text that begins with * in quotes")),
            _ => Err(self.fault(span, MISSING)),
        }
    }

    fn list(&mut self, start: Range<usize>, depth: usize) -> Result<Node, Finding> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Node { shape: Shape::List(items), span: start.start..span.end });
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    fn map(&mut self, start: Range<usize>, depth: usize) -> Result<Node, Finding> {
        let mut entries: Vec<(Name, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let name = match event {
                Event::MappingEnd => return Ok(Node { shape: Shape::Map(entries), span: start.start..span.end }),
                Event::Scalar(text, _, anchor, tag) => {
                    self.refuse(anchor, tag.is_some(), &span)?;
                    Name { text: text.into_owned(), span }
                }
                _ => return Err(self.fault(span, "a field's name must be a plain text")),
            };
            if entries.iter().any(|(earlier, _)| earlier.text == name.text) {
                return Err(self.fault(name.span, format!("{} stands here twice", name.text)).hint("keep one of the two"));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1).map_err(|finding| explain(finding, &name))?;
            entries.push((name, value));
        }
    }

    /// Tags and anchors: a leading `!` or `&` that YAML would read as one is mostly a text that lacks its quotes.
    fn refuse(&self, anchor: usize, tagged: bool, span: &Range<usize>) -> Result<(), Finding> {
        if tagged {
            let hint = "YAML reads a leading ! as a tag: write `unless:` for a condition turned round, or put the text in quotes";
            return Err(self.fault(span.clone(), "tags have no meaning here").hint(hint));
        }
        if anchor != 0 {
            return Err(self.fault(span.clone(), "anchors (&name) have no meaning here").hint("put a text that begins with & in quotes"));
        }
        Ok(())
    }

    fn nothing_follows(&mut self) -> Result<(), Finding> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::DocumentEnd => {}
                Event::StreamEnd => return Ok(()),
                _ => return Err(self.fault(span, "a second document begins here").hint("keep one flow to a file")),
            }
        }
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or(0..0);
        range.start.min(self.length)..range.end.min(self.length)
    }

    fn fault(&self, span: Range<usize>, what: impl Into<String>) -> Finding {
        Finding::error("yaml", span, what)
    }
}
