//! The prompt tables of a flow: every wording by language and id.

use std::collections::BTreeMap;

use super::node::{Node, Shape};
use super::reading::{Located, Reading};
use super::recording::Recordings;
use super::template::Template;

/// All prompts of a flow.
#[derive(Debug, Clone, Default)]
pub struct Prompts {
    /// By language, then by id.
    pub tables: BTreeMap<String, BTreeMap<String, Prompt>>,
    /// The language that stands in for a missing one.
    pub default_language: String,
    /// The recordings beside the file.
    pub recordings: Recordings,
}

/// One prompt in one language.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Where its id stands in the file.
    pub id: Located,
    /// Its wordings: the first time the first, the last one stays.
    pub wordings: Vec<Template>,
}

impl Prompts {
    /// The prompt in that language, or in the flow's first language.
    pub fn find(&self, language: &str, id: &str) -> Option<(&str, &Prompt)> {
        [language, self.default_language.as_str()].into_iter().find_map(|language| {
            let (language, table) = self.tables.get_key_value(language)?;
            table.get(id).map(|prompt| (language.as_str(), prompt))
        })
    }

    pub(super) fn read(node: Node, languages: &[Located], reading: &mut Reading) -> Self {
        let mut prompts =
            Self { default_language: languages.first().map(|first| first.text.clone()).unwrap_or_default(), ..Self::default() };
        for (language, table) in reading.map(node, "prompts") {
            if !languages.iter().any(|known| known.text == language.text) {
                let hint = "add it to `languages`";
                reading.fault("unknown-language", &language.span, format!("{} is not a language of this flow", language.text), hint);
            }
            let table = reading.map(table, "a language's prompts").into_iter().map(|(id, node)| {
                let id = Located { text: id.text, span: id.span };
                let wordings = read_wordings(node, &id, reading);
                (id.text.clone(), Prompt { id, wordings })
            });
            let table = table.collect();
            prompts.tables.insert(language.text, table);
        }
        prompts
    }
}

/// A wording, or a list of them.
fn read_wordings(node: Node, id: &Located, reading: &mut Reading) -> Vec<Template> {
    match node.shape {
        Shape::List(nodes) => nodes.into_iter().filter_map(|node| read_wording(node, id, reading)).collect(),
        Shape::Text { .. } | Shape::Map(_) => read_wording(node, id, reading).into_iter().collect(),
    }
}

/// A text, or `{ text: …, audio: FILE }`.
fn read_wording(node: Node, id: &Located, reading: &mut Reading) -> Option<Template> {
    if matches!(node.shape, Shape::Text { .. }) {
        return read_template(&reading.text(node, "a prompt")?, id, reading);
    }
    let mut fields = reading.fields(node, format!("the prompt {}", id.text));
    let audio = fields.text("audio", reading);
    let text = fields.need_text("text", reading);
    fields.finish(reading);
    let template = read_template(&text?, id, reading)?;
    if let (Some(audio), true) = (&audio, template.varies()) {
        let what = format!("{} has places, and a recording cannot fill them", id.text);
        reading.fault("recorded-places", &audio.span, what, "leave `audio` out: the voice speaks; or leave the places out");
    }
    Some(Template { audio: audio.map(|audio| audio.text), ..template })
}

fn read_template(text: &Located, id: &Located, reading: &mut Reading) -> Option<Template> {
    let parsed = Template::parse(&text.text);
    parsed.map_err(|what| reading.fault("bad-place", &text.span, format!("in {}: {what}", id.text), "")).ok()
}
