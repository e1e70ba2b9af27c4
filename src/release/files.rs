//! The files that a flow version is made of; its id is their hash.

use std::collections::BTreeMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};

use crate::flow::{Book, Flow, GrammarFile, Grammars};
use crate::store::FlowVersion;

/// How flow files end.
const FLOW: &str = ".yaml";

/// Flows by name.
pub type Flows = BTreeMap<String, Arc<Flow>>;

/// A version that is kept, and from which no flow can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    /// Its files are not what its id is the hash of.
    #[error("the version {0} is damaged: its files are not those that it was kept with")]
    Altered(String),
    /// This program does not understand it.
    #[error("the version {id} has a file {file} that this program cannot read: {what}")]
    Unreadable {
        /// The version.
        id: String,
        /// Which file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
}

/// The version that a book is: its flows and the grammars that they name. Recordings are not among them: whatever recording lies
/// beside the flows is played.
pub(super) fn version_of(book: &Book) -> FlowVersion {
    let mut files = BTreeMap::new();
    for (name, chapter) in book.chapters() {
        let flow = &chapter.flow;
        files.insert(format!("{name}{FLOW}"), flow.text.to_string());
        let grammars = flow.named_grammars().filter_map(|file| Some((&file.text, flow.grammars.get(&file.text)?.as_ref().ok()?)));
        files.extend(grammars.map(|(file, grammar)| (file.clone(), grammar.text.to_string())));
    }
    let files = serde_json::to_string(&files).unwrap_or_default();
    FlowVersion { id: id_of(&files), flow: book.root().to_owned(), files }
}

/// The flows of a version, as they were; they know its grammars.
pub fn flows_of(version: &FlowVersion) -> Result<Flows, Damaged> {
    let altered = || Damaged::Altered(version.id.clone());
    if id_of(&version.files) != version.id {
        return Err(altered());
    }
    let files: BTreeMap<String, String> = serde_json::from_str(&version.files).map_err(|_| altered())?;
    let (flows, grammars): (BTreeMap<_, _>, BTreeMap<_, _>) = files.iter().partition(|(file, _)| file.ends_with(FLOW));
    let grammars: Grammars = grammars.into_iter().map(|(file, text)| (file.clone(), GrammarFile::read(text))).collect();
    let read = |(file, text): (&String, &String)| {
        let mut flow = Flow::read(text).map_err(|findings| {
            let what = findings.first().map(|finding| finding.what.clone()).unwrap_or_default();
            Damaged::Unreadable { id: version.id.clone(), file: file.clone(), what }
        })?;
        flow.grammars.clone_from(&grammars);
        Ok((file.trim_end_matches(FLOW).to_owned(), Arc::new(flow)))
    };
    flows.into_iter().map(read).collect()
}

/// The first 128 bits of the hash, in hexadecimal digits.
fn id_of(files: &str) -> String {
    digest(&SHA256, files.as_bytes()).as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::Binding;

    const GRAMMAR: &str = r##"<grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" mode="dtmf" root="r">
<rule id="r"><one-of><item>1 2</item></one-of></rule></grammar>"##;

    const FLOW: &str = r#"
callward: 1
title: Month
languages: [en]
exits: { done: { label: Done } }
otherwise: { no_input: done, no_match: done }
start: month
steps:
  month: { collect: { ask: month, takes: { grammar: month.grxml }, then: { entered: done } } }
prompts:
  en:
    month.ask: Which month?
    month.no_input: Which month?
    month.no_match: Which month?
"#;

    #[test]
    fn a_version_gives_its_flows_and_grammars_back() {
        let book = book(GRAMMAR);

        let flows = flows_of(&version_of(&book)).unwrap();

        assert_eq!(flows["month"].text.as_ref(), FLOW);
        assert_eq!(flows["month"].grammars["month.grxml"].as_ref().unwrap().text.as_ref(), GRAMMAR);
        assert_eq!(version_of(&Binding::default().strictly("month", &flows).unwrap()), version_of(&book));
    }

    #[test]
    fn another_grammar_is_another_version() {
        assert_ne!(version_of(&book(GRAMMAR)).id, version_of(&book(&GRAMMAR.replace("1 2", "1 3"))).id);
    }

    #[test]
    fn a_version_with_other_files_is_damaged() {
        let version = FlowVersion { files: "{}".to_owned(), ..version_of(&book(GRAMMAR)) };

        assert_eq!(flows_of(&version).unwrap_err(), Damaged::Altered(version.id));
    }

    fn book(grammar: &str) -> Book {
        let mut flow = Flow::read(FLOW).unwrap();
        flow.grammars.insert("month.grxml".to_owned(), GrammarFile::read(grammar));
        Binding::default().strictly("month", &[("month".to_owned(), Arc::new(flow))].into()).unwrap()
    }
}
