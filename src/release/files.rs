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
