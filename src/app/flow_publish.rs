//! `callward flow publish`: makes a flow live for new calls, on every node.

use std::error::Error;
use std::io::IsTerminal;
use std::path::PathBuf;

use crate::lint::has_errors;
use crate::release::{live_version, short};
use crate::store::ReleaseKind;

use super::flow_check::{Checked, check_file};
use super::flow_files::{flow_name, folder_of};
use super::flows::{FlowLibrary, render};
use super::release_desk::ReleaseDesk;

/// Publishes a file, or the flow of that name in the folder of the configuration; `false` when it is wrong.
pub(super) async fn flow_publish(flow: String, note: String, config: Option<PathBuf>) -> Result<bool, Box<dyn Error>> {
    let desk = ReleaseDesk::open(config.as_deref()).await?;
    let path = match flow.ends_with(".yaml") {
        true => PathBuf::from(&flow),
        false => desk.config.flows.join(format!("{flow}.yaml")),
    };
    let Checked { source, findings } = check_file(&path)?;
    let is_wrong = has_errors(&findings);
    if !findings.is_empty() {
        eprintln!("{}", render(&[(source, findings)], std::io::stderr().is_terminal()));
    }
    if is_wrong {
        return Ok(false);
    }
    let (name, found) = (flow_name(&path), FlowLibrary::find_in(folder_of(&path))?);
    let version = match desk.version(&name, &found.flows) {
        Ok(version) => version,
        Err(misfit) => {
            eprintln!("{misfit}");
            found.wrong.iter().for_each(|wrong| eprintln!("{}", wrong.what));
            return Ok(false);
        }
    };
    let (id, releases) = (version.id.clone(), desk.store.releases(&name).await?);
    desk.release(version, ReleaseKind::Published, note).await?;
    println!("version {} of {name} is live for new calls; calls in progress stay on theirs", short(&id));
    if let Some(before) = live_version(&releases).filter(|live| *live != id) {
        println!("what has changed: callward flow diff {name}@{} {name}@{}", short(before), short(&id));
    }
    Ok(true)
}
