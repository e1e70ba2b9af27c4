//! The versions of its flow that a process has at hand: the live one, and those that calls in progress are on.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use lru::LruCache;
use tracing::error;

use crate::flow::{Book, Flow, Recordings};
use crate::store::{FlowVersion, StoreError, VersionStore};

use super::binding::{Binding, Misfit};
use super::edition::Edition;
use super::files::{Damaged, Flows, flows_of};

/// How many versions beside the live one are kept at hand; any other is read from the store again.
const MOST: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// The versions at hand.
pub struct Shelf {
    place: String,
    flow: String,
    binding: Binding,
    live: RwLock<Arc<Edition>>,
    older: Mutex<LruCache<String, Arc<Edition>>>,
}

/// A version that a process cannot run.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    /// It cannot be read.
    #[error(transparent)]
    Damaged(#[from] Damaged),
    /// It does not fit.
    #[error(transparent)]
    Misfit(#[from] Misfit),
}

impl Shelf {
    /// The shelf of the process at `place` (`tenant/code`), with `book` live.
    pub fn new(place: &str, binding: Binding, book: Book) -> Self {
        let (place, flow) = (place.to_owned(), book.root().to_owned());
        let (live, older) = (RwLock::new(Arc::new(Edition::of(book))), Mutex::new(LruCache::new(MOST)));
        Self { place, flow, binding, live, older }
    }

    /// The process, as `tenant/code`.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Name of the flow that its calls begin with.
    pub(super) fn flow(&self) -> &str {
        &self.flow
    }

    /// What new calls begin on.
    pub fn live(&self) -> Arc<Edition> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The version with this id, where it is at hand.
    pub fn edition(&self, id: &str) -> Option<Arc<Edition>> {
        let live = self.live();
        if live.id == id { Some(live) } else { self.older().get(id).cloned() }
    }

    /// The version of a call in progress: from the store, where it is not at hand. `None`: nobody can read it any more.
    pub async fn recall(&self, id: &str, store: &(impl VersionStore + ?Sized)) -> Result<Option<Arc<Edition>>, StoreError> {
        if let Some(edition) = self.edition(id) {
            return Ok(Some(edition));
        }
        let Some(version) = store.version(id).await? else {
            error!(process = self.place, "the flow version {id} of a call of {} is not in the store", self.place);
            return Ok(None);
        };
        match self.reopen(&version) {
            Ok(edition) => Ok(Some(self.keep(Arc::new(edition)))),
            Err(unusable) => {
                error!(process = self.place, "a call of {} cannot go on: {unusable}", self.place);
                Ok(None)
            }
        }
    }

    /// Gets every version at hand that calls in progress are on, wherever they began.
    pub async fn recall_called(&self, store: &(impl VersionStore + ?Sized)) -> Result<(), StoreError> {
        let versions = store.versions(&self.flow).await?;
        for version in versions.iter().filter(|version| version.calls > 0).take(MOST.get()) {
            self.recall(&version.id, store).await?;
        }
        Ok(())
    }

    /// Every version at hand, the live one first.
    pub fn editions(&self) -> Vec<Arc<Edition>> {
        let live = self.live();
        std::iter::once(live).chain(self.older().iter().map(|(_, edition)| Arc::clone(edition))).collect()
    }

    /// The flow among these, for calls to come.
    pub(super) fn bind(&self, flows: &Flows) -> Result<Edition, Misfit> {
        self.binding.strictly(&self.flow, flows).map(Edition::of)
    }

    /// A version that is kept, for calls to come.
    pub(super) fn open(&self, version: &FlowVersion) -> Result<Edition, Unusable> {
        let flows = self.with_recordings(flows_of(version)?);
        Ok(Edition::of(self.binding.strictly(&version.flow, &flows)?))
    }

    /// Makes an edition live; `false` when it was.
    pub(super) fn put_live(&self, edition: Edition) -> bool {
        let before = self.live();
        let is_other = before.id != edition.id;
        if is_other || before.recordings() != edition.recordings() {
            *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(edition);
        }
        if is_other {
            self.keep(before);
        }
        is_other
    }

    fn reopen(&self, version: &FlowVersion) -> Result<Edition, Unusable> {
        let flows = self.with_recordings(flows_of(version)?);
        let book = self.binding.leniently(&version.flow, &flows).map_err(Misfit::from)?;
        Ok(Edition::of(book))
    }

    /// The recordings are those that lie beside the live flow.
    fn with_recordings(&self, flows: Flows) -> Flows {
        let recordings = self.live().recordings().cloned().unwrap_or_default();
        flows.into_iter().map(|(name, flow)| (name, recorded(flow, &recordings))).collect()
    }

    fn keep(&self, edition: Arc<Edition>) -> Arc<Edition> {
        self.older().put(edition.id.clone(), Arc::clone(&edition));
        edition
    }

    fn older(&self) -> MutexGuard<'_, LruCache<String, Arc<Edition>>> {
        self.older.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn recorded(flow: Arc<Flow>, recordings: &Recordings) -> Arc<Flow> {
    let mut flow = Arc::unwrap_or_clone(flow);
    flow.prompts.recordings.clone_from(recordings);
    Arc::new(flow)
}
