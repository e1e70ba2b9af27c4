//! The prompt tables of a flow: every wording by language and id.

use std::collections::BTreeMap;

use super::node::Node;
use super::reading::{Located, Reading};
use super::template::Template;

/// All prompts of a flow.
#[derive(Debug, Clone, Default)]
pub struct Prompts {
    /// By language, then by id.
    pub tables: BTreeMap<String, BTreeMap<String, Prompt>>,
    /// The language that stands in for a missing one.
    pub default_language: String,
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

fn read_wordings(node: Node, id: &Located, reading: &mut Reading) -> Vec<Template> {
    let mut wordings = Vec::new();
    for text in reading.texts(node, "a prompt") {
        match Template::parse(&text.text) {
            Ok(template) => wordings.push(template),
            Err(what) => reading.fault("bad-place", &text.span, format!("in {}: {what}", id.text), ""),
        }
    }
    wordings
}
