//! A version of a flow as a process runs it.

use crate::flow::{Book, Chapter, Recordings, Rules};
use crate::store::FlowVersion;

use super::files::version_of;

/// One version with the settings of one process: what a call stays on.
#[derive(Debug)]
pub struct Edition {
    /// Id of the version.
    pub id: String,
    /// Its flow, and all the flows that this one calls.
    pub book: Book,
}

impl Edition {
    /// The version that this book is.
    pub fn of(book: Book) -> Self {
        Self { id: version_of(&book).id, book }
    }

    /// The flow that a call begins with; a book that was gathered has it.
    pub fn root(&self) -> Option<&Chapter> {
        self.book.chapter(self.book.root())
    }

    /// The rules of the flow that a call begins with.
    pub fn rules(&self) -> Option<&Rules> {
        self.root().map(|root| &root.settings.rules)
    }

    /// What a store keeps of it.
    pub fn version(&self) -> FlowVersion {
        version_of(&self.book)
    }

    /// The recordings beside its flows.
    pub(super) fn recordings(&self) -> Option<&Recordings> {
        self.root().map(|root| &root.flow.prompts.recordings)
    }
}
