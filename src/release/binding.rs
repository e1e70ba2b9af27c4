//! Flows bound into a book with the settings of a process.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use crate::flow::{Book, BookError, Chapter, Flow, Overrides, SettingFault, Settings};

use super::files::Flows;

/// What a process says about its flow and the flows that this one calls, by flow.
#[derive(Debug, Clone, Default)]
pub struct Binding {
    /// Its settings, by name of the flow; those of a process that a call names stand under `PROCESS/FLOW`.
    pub overrides: BTreeMap<String, Overrides>,
}

/// Flows that a process cannot run.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Misfit {
    /// They do not fit each other.
    #[error(transparent)]
    Calls(#[from] BookError),
    /// The process's settings do not fit them.
    #[error("the flow {flow} does not fit the settings of the process: {}", told(faults))]
    Settings {
        /// Which flow.
        flow: String,
        /// What is wrong.
        faults: Vec<SettingFault>,
    },
}

impl Binding {
    /// For calls to come: everything that the process sets has to fit.
    pub fn strictly(&self, root: &str, flows: &Flows) -> Result<Book, Misfit> {
        let book = self.leniently(root, flows);
        let names = match &book {
            Ok(book) => book.chapters().map(|(name, _)| name.to_owned()).collect(),
            // A flow that no settings fit is as good as none.
            Err(BookError::Unknown { to, .. }) => vec![to.clone()],
            Err(BookError::NoProcess { process, to, .. }) => vec![format!("{process}/{to}")],
            Err(BookError::Circle(_) | BookError::OpenExit { .. }) => Vec::new(),
        };
        for name in names {
            let Some((flow, overrides)) = self.bound(&name, flows) else { continue };
            flow.settings(&overrides).map_err(|faults| Misfit::Settings { flow: name, faults })?;
        }
        Ok(book?)
    }

    /// For calls in progress on an older version: what the process sets and that version does not know is left out.
    pub fn leniently(&self, root: &str, flows: &Flows) -> Result<Book, BookError> {
        Book::gather(root, |name| {
            let (flow, overrides) = self.bound(name, flows)?;
            Some(Chapter { flow: Arc::clone(flow), settings: fitting(flow, overrides)? })
        })
    }

    /// The flow of a chapter, and what is set for it. A process that is named has to be there.
    fn bound<'f>(&self, chapter: &str, flows: &'f Flows) -> Option<(&'f Arc<Flow>, Overrides)> {
        let set = self.overrides.get(chapter).cloned();
        match chapter.split_once('/') {
            Some((_, flow)) => Some((flows.get(flow)?, set?)),
            None => Some((flows.get(chapter)?, set.unwrap_or_default())),
        }
    }
}

/// The settings without those that do not fit.
fn fitting(flow: &Flow, mut overrides: Overrides) -> Option<Settings> {
    let faults = match flow.settings(&overrides) {
        Ok(settings) => return Some(settings),
        Err(faults) => faults,
    };
    for SettingFault { name, .. } in faults {
        overrides.values.remove(&name);
        overrides.preset = overrides.preset.filter(|_| name != "preset");
    }
    flow.settings(&overrides).or_else(|_| flow.settings(&Overrides::default())).ok()
}

fn told(faults: &[SettingFault]) -> String {
    let mut told = String::new();
    for SettingFault { name, what, hint } in faults {
        let separator = if told.is_empty() { "" } else { "; " };
        let hint = if hint.is_empty() { String::new() } else { format!(" ({hint})") };
        let _ = write!(told, "{separator}{name}: {what}{hint}");
    }
    told
}
