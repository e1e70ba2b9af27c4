//! The switchboard itself: who is served, where calls are kept, and what it takes to serve them.

use std::sync::Arc;

use crate::clock::{Chance, Clock};
use crate::flow::{GrammarFile, Passed, Recording};
use crate::secret::MasterKey;
use crate::session::{CallBody, Row};
use crate::store::{CallKey, Store};

use super::directory::Directory;
use super::error::SwitchboardError;
use super::recent::Recent;
use super::watch::Watch;

/// Where every door leads.
pub struct Switchboard {
    pub(super) directory: Directory,
    pub(super) store: Arc<dyn Store>,
    pub(super) key: Arc<MasterKey>,
    pub(super) clock: Clock,
    pub(super) chance: Chance,
    pub(super) recent: Recent,
    watch: Option<Arc<dyn Watch>>,
}

impl Switchboard {
    /// A switchboard for these tenants.
    pub fn new(directory: Directory, store: Arc<dyn Store>, key: MasterKey, clock: Clock, chance: Chance) -> Self {
        Self { directory, store, key: Arc::new(key), clock, chance, recent: Recent::new(), watch: None }
    }

    /// What is kept of a call.
    pub(super) fn row(&self, key: CallKey, body: CallBody) -> Row {
        Row::open(body, key.0, &self.key, &self.chance)
    }

    /// The same, with somebody who is told which way calls go.
    pub fn watched_by(self, watch: Arc<dyn Watch>) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// The recording `LANGUAGE/FILE` of that version, of whatever flow.
    pub fn recording(&self, version: &str, name: &str) -> Option<Recording> {
        self.directory.recording(version, name)
    }

    /// The grammar file of that version, of whatever flow; the page that names it may be another node's.
    pub async fn grammar(&self, version: &str, file: &str) -> Result<Option<GrammarFile>, SwitchboardError> {
        if let Some(grammar) = self.directory.grammar(version, file) {
            return Ok(Some(grammar));
        }
        for process in self.directory.processes() {
            process.shelf.recall_called(self.store.as_ref()).await?;
        }
        Ok(self.directory.grammar(version, file))
    }

    pub(super) fn tell(&self, trail: Vec<Passed>) {
        if let Some(watch) = &self.watch {
            watch.passed(trail);
        }
    }
}
