//! The releases that a node follows: what lies in its folder, and what people publish or go back to.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};
use tracing::{info, warn};

use crate::store::{Release, ReleaseKind, Store, StoreError};

use super::choice::{Choice, choose};
use super::counts;
use super::edition::Edition;
use super::files::Flows;
use super::search::short;
use super::shelf::Shelf;
use super::warnings::Warnings;

/// Keeps the shelves of a node up to date.
pub struct Releases {
    store: Arc<dyn Store>,
    shelves: Vec<Arc<Shelf>>,
    warnings: Arc<Warnings>,
    node: String,
    known: Mutex<Known>,
}

/// What a node finds in its folder.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The sound flows.
    pub flows: Flows,
    /// The others.
    pub wrong: Vec<Wrong>,
}

/// A flow that cannot be taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Its name.
    pub flow: String,
    /// Where, and what is wrong.
    pub what: String,
}

struct Known {
    flows: Flows,
    /// Number of the newest release by people, for each flow.
    numbers: BTreeMap<String, i64>,
    /// Whether the shelves are what files and releases want.
    is_settled: bool,
}

impl Releases {
    /// Follows releases for these shelves; the node, by its name, has `flows` in its folder.
    pub fn new(store: Arc<dyn Store>, shelves: Vec<Arc<Shelf>>, node: &str, flows: Flows) -> Self {
        let known = Mutex::new(Known { flows, numbers: BTreeMap::new(), is_settled: false });
        Self { store, shelves, warnings: Arc::default(), node: node.to_owned(), known }
    }

    /// What is wrong with flows at present.
    pub fn warnings(&self) -> Arc<Warnings> {
        Arc::clone(&self.warnings)
    }

    /// The versions that new calls begin on, one for each process.
    pub fn live(&self) -> Vec<Arc<Edition>> {
        self.shelves.iter().map(|shelf| shelf.live()).collect()
    }

    /// Looks whether somebody published something, or went back; to be called before the first call, and then every few seconds.
    pub async fn look(&self) -> Result<(), StoreError> {
        let mut known = self.known.lock().await;
        let published = self.store.published().await?;
        let numbers = published.into_iter().map(|released| (released.release.flow, released.number)).collect();
        if known.is_settled && known.numbers == numbers {
            return Ok(());
        }
        self.settle(&mut known).await?;
        known.numbers = numbers;
        Ok(())
    }

    /// Takes up what the folder holds; a flow that is wrong there stays as it was.
    pub async fn take_up(&self, mut found: Found) -> Result<(), StoreError> {
        let mut known = self.known.lock().await;
        for Wrong { flow, what } in &found.wrong {
            warn!(flow, "the flow {flow} stays as it was, since its file is wrong: {what}");
            found.flows.extend(known.flows.get_key_value(flow).map(|(name, flow)| (name.clone(), Arc::clone(flow))));
        }
        self.warnings.of_files(found.wrong.into_iter().map(|wrong| wrong.what).collect());
        known.flows = found.flows;
        self.settle(&mut known).await
    }

    /// The folder cannot be read; everything stays as it was.
    pub fn unreadable(&self, what: String) {
        warn!("the flows stay as they were: {what}");
        self.warnings.of_files(vec![what]);
    }

    /// Notes that what is live is still in use; to be called every hour, or the store sweeps it away in the end.
    pub async fn keep(&self) -> Result<(), StoreError> {
        let known = self.known.lock().await;
        for shelf in &self.shelves {
            let file = shelf.bind(&known.flows).ok();
            for edition in [Some(shelf.live()), file.map(Arc::new)].into_iter().flatten() {
                self.store.keep_version(edition.version()).await?;
            }
        }
        Ok(())
    }

    async fn settle(&self, known: &mut MutexGuard<'_, Known>) -> Result<(), StoreError> {
        known.is_settled = false;
        for shelf in &self.shelves {
            self.settle_one(shelf, &known.flows).await?;
        }
        known.is_settled = true;
        Ok(())
    }

    async fn settle_one(&self, shelf: &Shelf, flows: &Flows) -> Result<(), StoreError> {
        let (file, mut wrong) = match shelf.bind(flows) {
            Ok(edition) => (Some(edition), None),
            Err(misfit) => (None, Some(misfit.to_string())),
        };
        if let Some(edition) = &file {
            self.store.keep_version(edition.version()).await?;
        }
        let releases = self.store.releases(shelf.flow()).await?;
        match (choose(file.as_ref().map(|edition| edition.id.as_str()), &releases), file) {
            (Choice::File { is_new }, Some(edition)) => self.put_file(shelf, edition, is_new).await?,
            (Choice::Released(release), _) => wrong = self.put_released(shelf, release).await?.or(wrong),
            (Choice::File { .. } | Choice::Stay, _) => {}
        }
        if let Some(wrong) = &wrong {
            let (place, flow) = (shelf.place(), shelf.flow());
            warn!(process = place, flow, "{place} stays on version {}: {wrong}", short(&shelf.live().id));
        }
        self.warnings.of_process(shelf.place(), wrong);
        Ok(())
    }

    async fn put_file(&self, shelf: &Shelf, edition: Edition, is_new: bool) -> Result<(), StoreError> {
        let (flow, version) = (shelf.flow().to_owned(), edition.id.clone());
        if is_new {
            let release = Release { flow, version, how: ReleaseKind::File, who: self.node.clone(), note: String::new() };
            self.store.release(release).await?;
        }
        put_live(shelf, edition, ReleaseKind::File);
        Ok(())
    }

    /// What somebody released goes live; says what is wrong with it where it cannot.
    async fn put_released(&self, shelf: &Shelf, release: &Release) -> Result<Option<String>, StoreError> {
        let id = short(&release.version);
        let Some(version) = self.store.version(&release.version).await? else {
            return Ok(Some(format!("version {id}, which {} released, is not in the store", release.who)));
        };
        match shelf.open(&version) {
            Ok(edition) => {
                put_live(shelf, edition, release.how);
                Ok(None)
            }
            Err(unusable) => Ok(Some(format!("version {id}, which {} released, cannot go live: {unusable}", release.who))),
        }
    }
}

fn put_live(shelf: &Shelf, edition: Edition, how: ReleaseKind) {
    let (place, flow, id) = (shelf.place(), shelf.flow(), edition.id.clone());
    if shelf.put_live(edition) {
        counts::went_live(flow, how);
        info!(process = place, flow, version = id, how = how.name(), "new calls of {place} begin on version {} of {flow}", short(&id));
    }
}
