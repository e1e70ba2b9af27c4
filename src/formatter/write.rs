//! Writes a tree in its canonical form.

use super::tree::{Comment, Form, Tree, Value};

/// Longest line on which an inline map stays inline, comments left out.
const LONGEST: usize = 120;

/// The canonical form.
pub(super) fn write(tree: &Tree<'_>) -> String {
    let mut writer = Writer { tree, comments: &tree.comments, lines: Vec::new() };
    match &tree.root.form {
        Form::Map { entries, .. } => writer.entries(entries, 0, false, ""),
        Form::List { items, .. } => writer.items(items, 0),
        Form::Scalar { .. } => writer.lines.push(writer.raw(&tree.root).to_owned()),
    }
    writer.flush(tree.text.len() + 1, 0, false, false);
    let lines: Vec<&str> = writer.lines.iter().map(|line| line.trim_end()).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

struct Writer<'w> {
    tree: &'w Tree<'w>,
    /// Those that are not written yet.
    comments: &'w [Comment],
    lines: Vec<String>,
}

/// How the values of a map line up: the width that names are filled up to, by entry.
type Widths = Vec<usize>;

impl<'w> Writer<'w> {
    /// The entries of a block; `dash` begins the first line where the map is an item of a list.
    fn entries(&mut self, entries: &'w [(Value, Value)], indent: usize, spaced: bool, dash: &str) {
        let widths = self.widths(entries, indent);
        let mut after_block = false;
        for (number, ((name, value), width)) in entries.iter().zip(widths).enumerate() {
            let is_first = number == 0;
            let is_block = self.inline(value).is_none();
            let spaced = spaced || (indent == 0 && (is_block || after_block));
            after_block = is_block;
            if !is_first || dash.is_empty() {
                let spaced = spaced && !is_first;
                self.flush(name.start, indent, is_first, spaced);
                self.blank_if(!is_first && self.tree.blank_above(name.start) || spaced && !self.ends_with_comment());
            }
            let lead = if is_first && !dash.is_empty() { format!("{}{dash}", " ".repeat(indent - 2)) } else { " ".repeat(indent) };
            let lead = format!("{lead}{}:", self.raw(name));
            let is_steps = indent == 0 && self.raw(name) == "steps";
            self.value(lead, width + 1, value, indent, is_steps);
        }
    }

    fn items(&mut self, items: &'w [Value], indent: usize) {
        for (number, item) in items.iter().enumerate() {
            self.flush(item.start, indent, number == 0, false);
            self.blank_if(number > 0 && self.tree.blank_above(item.start));
            match (&item.form, self.fits(item, indent + 2)) {
                (Form::Map { entries, .. }, None) => self.entries(entries, indent + 2, false, "- "),
                _ => self.value(format!("{}-", " ".repeat(indent)), 0, item, indent, false),
            }
        }
    }

    /// What stands behind `lead`: on its line, or as a block below it.
    fn value(&mut self, lead: String, width: usize, value: &'w Value, indent: usize, spaced: bool) {
        if let Some(inline) = self.fits(value, lead.chars().count() + 1) {
            let filled = format!("{:width$} ", lead, width = indent + width);
            self.lines.push(format!("{filled}{inline}"));
            return self.trailing_comment(value.end, true, false);
        }
        match &value.form {
            Form::Scalar { block, .. } => self.long_text(&lead, value, *block, indent),
            Form::List { inline, items } => {
                self.lines.push(lead);
                self.comment_behind_name(value, *inline);
                self.items(items, indent + 2);
            }
            Form::Map { inline, entries } => {
                self.lines.push(lead);
                self.comment_behind_name(value, *inline);
                self.entries(entries, indent + 2, spaced, "");
            }
        }
    }

    /// A text of several lines; only its indentation changes.
    fn long_text(&mut self, lead: &str, value: &Value, block: bool, indent: usize) {
        let below = " ".repeat(indent + 2);
        if !block {
            let mut lines = self.raw(value).lines();
            self.lines.push(format!("{lead} {}", lines.next().unwrap_or_default()));
            return self.lines.extend(lines.map(|line| format!("{below}{}", line.trim_start())));
        }
        let (sign, lines) = self.tree.block_text(value);
        self.lines.push(format!("{lead} {sign}"));
        self.trailing_comment(value.start, false, false);
        let filled = lines.iter().filter(|line| !line.trim().is_empty());
        let common = filled.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        self.lines.extend(lines.iter().map(|line| format!("{below}{}", line.get(common..).unwrap_or_default())));
    }

    /// The value on one line, where it may stay on one and there is room for it from `column` on.
    fn fits(&self, value: &Value, column: usize) -> Option<String> {
        let inline = self.inline(value)?;
        let holds_comment = self.comments.iter().any(|comment| (value.start..value.end).contains(&comment.start));
        let is_scalar = matches!(value.form, Form::Scalar { .. });
        (is_scalar || (!holds_comment && column + inline.chars().count() <= LONGEST)).then_some(inline)
    }

    fn inline(&self, value: &Value) -> Option<String> {
        match &value.form {
            Form::Scalar { block, .. } => {
                let raw = self.raw(value);
                (!block && !raw.contains('\n')).then(|| raw.to_owned())
            }
            Form::List { inline: true, items } => {
                let items: Vec<String> = items.iter().map(|item| self.inline(item)).collect::<Option<_>>()?;
                Some(format!("[{}]", items.join(", ")))
            }
            Form::Map { inline: true, entries } => {
                let entry = |(name, value): &(Value, Value)| Some(format!("{}: {}", self.inline(name)?, self.inline(value)?));
                let entries: Vec<String> = entries.iter().map(entry).collect::<Option<_>>()?;
                Some(if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) })
            }
            Form::List { inline: false, .. } | Form::Map { inline: false, .. } => None,
        }
    }

    /// Neighbours whose values stood in one column stay in one, where somebody had lined them up.
    fn widths(&self, entries: &[(Value, Value)], indent: usize) -> Widths {
        let width = |name: &Value| self.raw(name).chars().count();
        let column = |(name, value): &(Value, Value)| {
            let inline = self.fits(value, indent + width(name) + 2).is_some() && self.tree.same_line(name.end, value.start);
            inline.then(|| self.tree.column(value.start))
        };
        let mut widths: Widths = Vec::with_capacity(entries.len());
        for run in entries.chunk_by(|one, other| column(one).is_some() && column(one) == column(other)) {
            let lined_up = run.len() > 1 && run.iter().any(|(name, value)| value.start.saturating_sub(name.end) > 2);
            let widest = run.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
            widths.extend(run.iter().map(|_| if lined_up { widest } else { 0 }));
        }
        widths
    }

    /// Writes the comments before `offset`, each on a line of its own; `spaced` puts a blank line before the first.
    fn flush(&mut self, offset: usize, indent: usize, mut is_first: bool, mut spaced: bool) {
        while let Some((comment, rest)) = self.comments.split_first().filter(|(comment, _)| comment.start < offset) {
            self.comments = rest;
            self.blank_if(spaced || !is_first && self.tree.blank_above(comment.start));
            self.lines.push(format!("{}{}", " ".repeat(indent), comment.text));
            (is_first, spaced) = (false, false);
        }
    }

    /// The comment between a name and the block below it; behind an inline map that became a block, its own.
    fn comment_behind_name(&mut self, value: &Value, inline: bool) {
        if inline { self.trailing_comment(value.end, true, true) } else { self.trailing_comment(value.start, false, false) }
    }

    /// Writes the comment before `end`, or behind it in its line, to the end of the last line, in its column where there is room.
    fn trailing_comment(&mut self, end: usize, or_behind: bool, moved: bool) {
        let Some((comment, rest)) = self.comments.split_first() else { return };
        let belongs = comment.start < end || (or_behind && self.tree.same_line(end, comment.start));
        if !belongs || self.tree.begins_line(comment.start) {
            return;
        }
        self.comments = rest;
        if let Some(line) = self.lines.last_mut() {
            let length = line.chars().count() + 2;
            let column = if moved { length } else { self.tree.column(comment.start).max(length) };
            *line = format!("{line:column$}{}", comment.text);
        }
    }

    fn ends_with_comment(&self) -> bool {
        self.lines.last().is_some_and(|line| line.trim_start().starts_with('#'))
    }

    fn blank_if(&mut self, wanted: bool) {
        if wanted && self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn raw(&self, value: &Value) -> &'w str {
        self.tree.text[value.start..value.end].trim_end()
    }
}
