//! Where an execution context stands: its documents, its dialog, and the content it is in the middle of (VoiceXML 2.0 §1.5.3, §2.3.4).

use std::collections::VecDeque;
use std::sync::Arc;

use url::Url;

use super::content::Block;
use super::document::{Dialog, Document, Filled, Item, Surroundings};
use super::handlers::Counters;
use super::recognition::Recognised;

/// One execution context: the call's own, or that of a subdialog.
pub(super) struct Context {
    /// The application root, where it is another document.
    pub root: Option<Arc<Document>>,
    pub document: Arc<Document>,
    pub dialog: Option<DialogRun>,
    /// Executable content in progress, innermost last.
    pub frames: Vec<Frame>,
    pub task: Task,
    /// A subdialog's first dialog is still to be entered, and takes the caller's parameters.
    pub awaits_parameters: bool,
}

/// What the content in progress is part of, and so what comes after it.
pub(super) enum Task {
    /// Nothing is in progress: the form interpretation algorithm selects.
    Select,
    /// The root document is being initialised; then comes the document.
    Root { dialog: Option<String> },
    /// The document is being initialised; then its dialog is entered.
    Document { dialog: Option<String> },
    /// The dialog is being initialised.
    Dialog(Entry),
    /// A `<block>`.
    Block,
    /// `<filled>` elements, with those still to come.
    Filled(VecDeque<Arc<Filled>>),
    /// An event handler.
    Handler,
}

/// How a dialog is entered.
pub(super) enum Entry {
    /// In the usual way.
    Select,
    /// As a subdialog: its variables take the caller's parameters.
    Called,
    /// By input that one of its grammars understood: the process phase comes first.
    Process(Box<Recognised>),
}

/// A dialog in progress.
pub(super) struct DialogRun {
    pub dialog: Arc<Dialog>,
    pub items: Vec<ItemRun>,
    /// Form-level event counters.
    pub counters: Counters,
    /// The item being visited: events are thrown in it.
    pub current: Option<usize>,
    /// The item that `<goto nextitem>` named.
    pub chosen: Option<usize>,
    /// The last iteration ended in a handler without `<reprompt>`: prompts are not queued (appendix C).
    pub is_mute: bool,
}

/// What is known of a form item.
#[derive(Default)]
pub(super) struct ItemRun {
    /// How often its prompts were selected.
    pub prompted: u32,
    /// Item-level event counters.
    pub counters: Counters,
}

/// A run of executable content, and where it stands.
pub(super) struct Frame {
    pub code: Block,
    pub next: usize,
    pub iteration: Option<Iteration>,
}

/// A `<foreach>` in progress.
pub(super) struct Iteration {
    pub key: String,
    pub item: String,
    pub index: usize,
    pub length: usize,
}

impl Frame {
    pub fn of(code: Block) -> Self {
        Self { code, next: 0, iteration: None }
    }
}

impl DialogRun {
    pub fn of(dialog: Arc<Dialog>) -> Self {
        let items = dialog.items.iter().map(|_| ItemRun::default()).collect();
        Self { dialog, items, counters: Counters::default(), current: None, chosen: None, is_mute: false }
    }

    /// The item being visited.
    pub fn item(&self) -> Option<&Arc<Item>> {
        self.current.and_then(|current| self.dialog.items.get(current))
    }

    /// The counters that an event bumps: the item's while one is visited, else the form's (§5.2.2).
    pub fn counters(&self) -> &Counters {
        self.current.and_then(|current| self.items.get(current)).map_or(&self.counters, |item| &item.counters)
    }

    /// Counts one occurrence of `event`.
    pub fn count(&mut self, event: &str) {
        match self.current.and_then(|current| self.items.get_mut(current)) {
            Some(item) => item.counters.count(event),
            None => self.counters.count(event),
        }
    }
}

impl Context {
    pub fn of(root: Option<Arc<Document>>, document: Arc<Document>) -> Self {
        Self { root, document, dialog: None, frames: Vec::new(), task: Task::Select, awaits_parameters: false }
    }

    /// Address of the application root, the document itself where it names none.
    pub fn root_url(&self) -> &Url {
        self.document.root_url()
    }

    /// What surrounds the place of execution, innermost first: item, dialog, document, root.
    pub fn surroundings(&self) -> impl Iterator<Item = &Surroundings> {
        let dialog = self.dialog.as_ref();
        let item = dialog.and_then(|run| run.item()).map(|item| &item.surroundings);
        let dialog = dialog.map(|run| &run.dialog.surroundings);
        let root = self.root.as_ref().map(|root| &root.surroundings);
        item.into_iter().chain(dialog).chain([&self.document.surroundings]).chain(root)
    }
}
