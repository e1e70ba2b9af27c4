//! What is wrong with flows at present, while the versions before them serve: for operators.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::counts;

/// The warnings that stand.
#[derive(Debug, Default)]
pub struct Warnings(Mutex<Standing>);

#[derive(Debug, Default)]
struct Standing {
    files: Vec<String>,
    processes: Vec<(String, String)>,
}

impl Warnings {
    /// All of them, one line each.
    pub fn lines(&self) -> Vec<String> {
        let standing = self.standing();
        let processes = standing.processes.iter().map(|(place, what)| format!("{place}: {what}"));
        standing.files.iter().cloned().chain(processes).collect()
    }

    /// These are wrong with the files, and nothing else.
    pub(super) fn of_files(&self, files: Vec<String>) {
        self.standing().files = files;
        counts::warnings(self.lines().len());
    }

    /// This, or nothing, is wrong with the process at `place`.
    pub(super) fn of_process(&self, place: &str, what: Option<String>) {
        let mut standing = self.standing();
        standing.processes.retain(|(known, _)| known != place);
        standing.processes.extend(what.map(|what| (place.to_owned(), what)));
        drop(standing);
        counts::warnings(self.lines().len());
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
