//! `callward flow versions`: the versions of a flow, and which of them is live.

use std::error::Error;
use std::path::PathBuf;

use crate::release::{live_version, short};
use crate::store::{ReleaseKind, Released, VersionEntry};

use super::release_desk::ReleaseDesk;

/// Lists them, the newest first; `false` when there are none.
pub(super) async fn flow_versions(flow: String, config: Option<PathBuf>) -> Result<bool, Box<dyn Error>> {
    let desk = ReleaseDesk::open(config.as_deref()).await?;
    let (versions, releases) = (desk.store.versions(&flow).await?, desk.store.releases(&flow).await?);
    let live = live_version(&releases);
    for version in &versions {
        println!("{}", line(version, live == Some(version.id.as_str()), &releases));
    }
    if versions.is_empty() {
        eprintln!("no version of the flow {flow} is kept here: a gateway keeps the one that it serves, `callward flow publish` any other");
    }
    Ok(!versions.is_empty())
}

/// One version, with the newest release of it.
fn line(version: &VersionEntry, is_live: bool, releases: &[Released]) -> String {
    let mark = if is_live { "live" } else { "" };
    let released = releases.iter().rev().find(|released| released.release.version == version.id);
    let at = released.map_or(version.kept_at, |released| released.at).strftime("%Y-%m-%d %H:%M UTC");
    let how = released.map_or("kept, never live".to_owned(), how);
    let calls = match version.calls {
        1 => "1 call in progress".to_owned(),
        calls => format!("{calls} calls in progress"),
    };
    format!("{mark:<5} {}  {at}  {how}, {calls}", short(&version.id))
}

fn how(released: &Released) -> String {
    let release = &released.release;
    let how = match release.how {
        ReleaseKind::File => format!("from the folder of {}", release.who),
        ReleaseKind::Published => format!("published by {}", release.who),
        ReleaseKind::RolledBack => format!("gone back to by {}", release.who),
    };
    if release.note.is_empty() { how } else { format!("{how}: {}", release.note) }
}
