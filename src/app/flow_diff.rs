//! `callward flow diff`: what has changed between two versions of a flow, in words.

use std::error::Error;
use std::path::{Path, PathBuf};

use crate::flow::Flow;
use crate::release::{find_version, flows_of};
use crate::revision::{Change, diff};

use super::flow_check::{FindingFormat, counted};
use super::flow_files::read_flow;
use super::release_desk::ReleaseDesk;

/// Tells every change; those that bear on who is let through are marked. A side is a file, or `NAME@VERSION` in the store of `config`.
pub(super) async fn flow_diff([old, new]: [String; 2], config: Option<PathBuf>, format: FindingFormat) -> Result<bool, Box<dyn Error>> {
    let changes = diff(&side(&old, config.as_deref()).await?, &side(&new, config.as_deref()).await?);
    changes.iter().for_each(|change| println!("{}", shown(change, format)));
    if format == FindingFormat::Text {
        let security = changes.iter().filter(|change| change.security).count();
        eprintln!("{}, {security} marked ! because they bear on who is let through", counted(changes.len(), "change"));
    }
    Ok(true)
}

async fn side(named: &str, config: Option<&Path>) -> Result<Flow, Box<dyn Error>> {
    match named.split_once('@') {
        Some((flow, version)) if !Path::new(named).exists() => {
            let desk = ReleaseDesk::open(config).await?;
            let version = find_version(desk.store.as_ref(), flow, version).await?;
            let flow = flows_of(&version)?.remove(&version.flow).ok_or("the version does not hold its own flow")?;
            Ok(Flow::clone(&flow))
        }
        _ => read_flow(Path::new(named)),
    }
}

fn shown(change: &Change, format: FindingFormat) -> String {
    match (format, change.security) {
        (FindingFormat::Json, _) => change.json().to_string(),
        (FindingFormat::Text, true) => format!("! {}", change.what),
        (FindingFormat::Text, false) => format!("  {}", change.what),
    }
}
