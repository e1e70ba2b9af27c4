//! A gateway that runs follows its flow files, and what people publish.

use std::path::Path;
use std::time::Duration;

use tokio::time::interval;
use tracing::{error, warn};

use crate::release::Releases;

use super::flows::FlowLibrary;
use super::folder_watch::FolderWatch;

/// How often the store is asked what was published.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// How often live versions are noted as being in use.
const KEEP_EVERY: Duration = Duration::from_secs(3600);

/// Takes up what changes in `folder` and what is published, for as long as it is polled.
pub(super) async fn follow(releases: &Releases, folder: Option<&Path>) {
    let files = async {
        if let Some(folder) = folder {
            follow_files(releases, folder).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = files => {}
        () = follow_store(releases) => {}
    }
}

/// Takes up what lies in `folder` as it is now.
pub async fn reread(releases: &Releases, folder: &Path) {
    let place = folder.to_owned();
    let found = match tokio::task::spawn_blocking(move || FlowLibrary::find_in(&place)).await {
        Ok(Ok(found)) => found,
        Ok(Err(fault)) => return releases.unreadable(fault.to_string()),
        Err(broken_off) => return releases.unreadable(format!("{}: {broken_off}", folder.display())),
    };
    if let Err(fault) = releases.take_up(found).await {
        error!("changed flows are taken up as soon as the store can be reached: {fault}");
    }
}

async fn follow_files(releases: &Releases, folder: &Path) {
    let mut watch = match FolderWatch::start(folder) {
        Ok(watch) => watch,
        Err(fault) => return warn!("{} cannot be watched, so changed flows need a restart: {fault}", folder.display()),
    };
    // What changed while nobody watched counts too.
    reread(releases, folder).await;
    while watch.changed().await {
        reread(releases, folder).await;
    }
}

async fn follow_store(releases: &Releases) {
    let (mut look, mut keep) = (interval(LOOK_EVERY), interval(KEEP_EVERY));
    loop {
        let outcome = tokio::select! {
            _ = look.tick() => releases.look().await,
            _ = keep.tick() => releases.keep().await,
        };
        if let Err(fault) = outcome {
            error!("published flows could not be looked for: {fault}");
        }
    }
}
