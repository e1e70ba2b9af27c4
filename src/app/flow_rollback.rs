//! `callward flow rollback`: makes an earlier version of a flow live again for new calls.

use std::error::Error;
use std::path::PathBuf;

use crate::release::{find_version, flows_of, live_version, short};
use crate::store::{FlowVersion, ReleaseKind};

use super::release_desk::ReleaseDesk;

/// Goes back to `version`, or to the one before the live one.
pub(super) async fn flow_rollback(
    flow: String,
    version: Option<String>,
    note: String,
    config: Option<PathBuf>,
) -> Result<bool, Box<dyn Error>> {
    let desk = ReleaseDesk::open(config.as_deref()).await?;
    let version = match version {
        Some(version) => find_version(desk.store.as_ref(), &flow, &version).await?,
        None => before(&desk, &flow).await?,
    };
    // Settings may have changed since it was live.
    desk.version(&flow, &flows_of(&version)?)?;
    let id = version.id.clone();
    desk.release(version, ReleaseKind::RolledBack, note).await?;
    println!("version {} of {flow} is live again for new calls; calls in progress stay on theirs", short(&id));
    Ok(true)
}

/// The version that was live before the one that is.
async fn before(desk: &ReleaseDesk, flow: &str) -> Result<FlowVersion, Box<dyn Error>> {
    let releases = desk.store.releases(flow).await?;
    let live = live_version(&releases).ok_or_else(|| format!("no version of the flow {flow} was ever live here"))?;
    let earlier = releases.iter().rev().map(|released| released.release.version.as_str()).find(|version| *version != live);
    let earlier = earlier.ok_or_else(|| format!("the flow {flow} has had one version only: there is none to go back to"))?;
    let version = desk.store.version(earlier).await?;
    version.ok_or_else(|| format!("version {} of {flow} is no longer kept; name another one", short(earlier)).into())
}
