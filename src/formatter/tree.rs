//! A YAML text as a tree that keeps how everything was written: quotes, inline or not, comments and blank lines (YAML 1.2).

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, StructureStyle};

use crate::finding::Finding;

/// The text of a file with its root and its comments.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    pub text: &'t str,
    pub root: Value,
    pub comments: Vec<Comment>,
}

/// A value.
#[derive(Debug)]
pub(super) struct Value {
    pub form: Form,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends; beyond its own end for blocks.
    pub end: usize,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Form {
    Scalar { says: String, block: bool },
    List { inline: bool, items: Vec<Value> },
    Map { inline: bool, entries: Vec<(Value, Value)> },
}

/// A comment, from its `#` to the end of its line.
#[derive(Debug)]
pub(super) struct Comment {
    pub start: usize,
    pub text: String,
}

impl<'t> Tree<'t> {
    pub fn read(text: &'t str) -> Result<Self, Finding> {
        let mut reader = Reader { parser: Parser::new_from_str(text), text, comments: Vec::new() };
        let root = loop {
            let (event, start, end) = reader.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(..) => {}
                event => break reader.value(event, start, end)?,
            }
        };
        while let (Event::DocumentEnd, ..) = reader.next()? {}
        let comments = reader.comments;
        Ok(Self { text, root, comments })
    }

    /// Whether both hold the same values and the same comments in the same order.
    pub fn says_the_same(&self, other: &Tree<'_>) -> bool {
        let comments = |tree: &Tree<'_>| tree.comments.iter().map(|comment| comment.text.clone()).collect::<Vec<_>>();
        self.root.says_the_same(&other.root) && comments(self) == comments(other)
    }

    /// Whether the line above the one of `offset` is blank.
    pub fn blank_above(&self, offset: usize) -> bool {
        let mut lines = self.text[..offset].split('\n').rev();
        lines.next();
        lines.next().is_some_and(|line| line.trim().is_empty())
    }

    /// The column of `offset`, in characters from 0.
    pub fn column(&self, offset: usize) -> usize {
        self.text[..offset].chars().rev().take_while(|c| *c != '\n').count()
    }

    /// Whether nothing but spaces stands before `offset` in its line.
    pub fn begins_line(&self, offset: usize) -> bool {
        self.text[..offset].rsplit('\n').next().is_none_or(|before| before.trim().is_empty())
    }

    /// The sign of a literal or folded text, such as `|` or `>-`, and its lines; its place begins behind the first line's indentation.
    pub fn block_text(&self, value: &Value) -> (&str, Vec<&str>) {
        let before = &self.text[..value.start];
        let sign = before.rfind(['|', '>']).map_or("|", |at| before[at..].split_whitespace().next().unwrap_or("|"));
        let first_line = before.rfind('\n').map_or(0, |at| at + 1);
        (sign, self.text[first_line..value.end].trim_end().lines().collect())
    }

    /// Whether both places stand in one line.
    pub fn same_line(&self, from: usize, to: usize) -> bool {
        from <= to && !self.text[from..to].contains('\n')
    }
}

impl Value {
    fn says_the_same(&self, other: &Value) -> bool {
        match (&self.form, &other.form) {
            (Form::Scalar { says, .. }, Form::Scalar { says: others, .. }) => says == others,
            (Form::List { items, .. }, Form::List { items: others, .. }) => {
                items.len() == others.len() && items.iter().zip(others).all(|(one, other)| one.says_the_same(other))
            }
            (Form::Map { entries, .. }, Form::Map { entries: others, .. }) => {
                let alike = |one: &(Value, Value), other: &(Value, Value)| one.0.says_the_same(&other.0) && one.1.says_the_same(&other.1);
                entries.len() == others.len() && entries.iter().zip(others).all(|(one, other)| alike(one, other))
            }
            (Form::Scalar { .. } | Form::List { .. } | Form::Map { .. }, _) => false,
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    text: &'t str,
    comments: Vec<Comment>,
}

impl<'t> Reader<'t> {
    /// The next event that is no comment, with its place; comments are put aside.
    fn next(&mut self) -> Result<(Event<'t>, usize, usize), Finding> {
        loop {
            let Some(event) = self.parser.next_event() else { return Ok((Event::StreamEnd, 0, 0)) };
            let (event, span) = event.map_err(|error| {
                let at = error.marker().byte_offset().unwrap_or(0);
                Finding::error("yaml", at..at + 1, format!("this is not YAML: {}", error.info()))
            })?;
            let (start, end) = self.range(&span);
            if !matches!(event, Event::Comment(..)) {
                return Ok((event, start, end));
            }
            self.comments.push(Comment { start, text: self.text[start..end].trim_end().to_owned() });
        }
    }

    fn value(&mut self, event: Event<'t>, start: usize, end: usize) -> Result<Value, Finding> {
        match event {
            Event::Scalar(says, style, 0, None) => {
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                Ok(Value { form: Form::Scalar { says: says.into_owned(), block }, start, end })
            }
            Event::SequenceStart(style, 0, None) => {
                let (items, end) = self.items()?;
                Ok(Value { form: Form::List { inline: style == StructureStyle::Flow, items }, start, end })
            }
            Event::MappingStart(style, 0, None) => {
                let (entries, end) = self.entries()?;
                Ok(Value { form: Form::Map { inline: style == StructureStyle::Flow, entries }, start, end })
            }
            _ => Err(Finding::error("yaml", start..end, "tags, anchors and aliases have no meaning here")),
        }
    }

    fn items(&mut self) -> Result<(Vec<Value>, usize), Finding> {
        let mut items = Vec::new();
        loop {
            let (event, start, end) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok((items, end));
            }
            items.push(self.value(event, start, end)?);
        }
    }

    fn entries(&mut self) -> Result<(Vec<(Value, Value)>, usize), Finding> {
        let mut entries = Vec::new();
        loop {
            let (event, start, end) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok((entries, end));
            }
            let name = self.value(event, start, end)?;
            let (event, start, end) = self.next()?;
            entries.push((name, self.value(event, start, end)?));
        }
    }

    fn range(&self, span: &Span) -> (usize, usize) {
        let range = span.byte_range().unwrap_or(0..0);
        (range.start.min(self.text.len()), range.end.min(self.text.len()))
    }
}
