//! `callward flow diff`: what has changed between two versions of a flow, in words.

use std::error::Error;
use std::path::Path;

use crate::revision::{Change, diff};

use super::flow_check::FindingFormat;
use super::flow_files::read_flow;

/// Tells every change; those that bear on who is let through are marked.
pub(super) fn flow_diff(old: &Path, new: &Path, format: FindingFormat) -> Result<bool, Box<dyn Error>> {
    let changes = diff(&read_flow(old)?, &read_flow(new)?);
    changes.iter().for_each(|change| println!("{}", shown(change, format)));
    if format == FindingFormat::Text {
        let security = changes.iter().filter(|change| change.security).count();
        eprintln!("{} changes, {security} marked ! because they bear on who is let through", changes.len());
    }
    Ok(true)
}

fn shown(change: &Change, format: FindingFormat) -> String {
    match (format, change.security) {
        (FindingFormat::Json, _) => change.json().to_string(),
        (FindingFormat::Text, true) => format!("! {}", change.what),
        (FindingFormat::Text, false) => format!("  {}", change.what),
    }
}
