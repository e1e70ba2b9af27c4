//! A flow with all the flows it calls, each with the settings it runs with.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::Flow;
use super::setting::Settings;

/// Everything that a call may walk through.
#[derive(Debug, Clone)]
pub struct Book {
    root: String,
    chapters: BTreeMap<String, Chapter>,
}

/// One flow with its settings.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// The flow.
    pub flow: Arc<Flow>,
    /// The settings it runs with.
    pub settings: Settings,
}

/// A flow that calls another one in a way that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// It calls a flow that there is not.
    #[error("the flow {from} calls the flow {to}, which there is not")]
    Unknown {
        /// Who calls.
        from: String,
        /// Whom.
        to: String,
    },
    /// It comes back to itself.
    #[error("the flow {0} comes back to itself through its calls")]
    Circle(String),
    /// It does not say where a way out of the other leads.
    #[error("the step {step} of the flow {from} does not say where the exit {exit} of {to} goes; add it under `then`, or `any`")]
    OpenExit {
        /// Who calls.
        from: String,
        /// In which step.
        step: String,
        /// Whom.
        to: String,
        /// Which exit.
        exit: String,
    },
}

impl Book {
    /// Gathers the flow `root` and what it calls; `find` gives a flow with its settings by name.
    pub fn gather(root: &str, find: impl Fn(&str) -> Option<Chapter>) -> Result<Self, BookError> {
        let mut chapters = BTreeMap::new();
        let mut pending = vec![(root.to_owned(), vec![root.to_owned()])];
        while let Some((name, road)) = pending.pop() {
            let Some(chapter) = find(&name) else {
                let from = road.iter().rev().nth(1).unwrap_or(&name).clone();
                return Err(BookError::Unknown { from, to: name });
            };
            for (_, called) in chapter.flow.calls() {
                if road.contains(&called.to_owned()) {
                    return Err(BookError::Circle(called.to_owned()));
                }
                let mut further = road.clone();
                further.push(called.to_owned());
                pending.push((called.to_owned(), further));
            }
            chapters.insert(name, chapter);
        }
        let book = Self { root: root.to_owned(), chapters };
        book.check_exits()?;
        Ok(book)
    }

    /// The name of the flow that a call begins with.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The flow of that name, with its settings.
    pub fn chapter(&self, name: &str) -> Option<&Chapter> {
        self.chapters.get(name)
    }

    /// Whether any of its flows verifies somebody.
    pub fn verifies(&self) -> bool {
        self.chapters.values().any(|chapter| chapter.flow.identity_input().is_some())
    }

    /// All flows in it.
    pub fn chapters(&self) -> impl Iterator<Item = (&str, &Chapter)> {
        self.chapters.iter().map(|(name, chapter)| (name.as_str(), chapter))
    }

    fn check_exits(&self) -> Result<(), BookError> {
        for (from, chapter) in &self.chapters {
            for (step, called) in chapter.flow.calls() {
                let exits = self.chapters.get(called).into_iter().flat_map(|chapter| chapter.flow.exits.keys());
                let open = |exit: &&String| step.target(exit).is_none() && !chapter.flow.otherwise.contains_key(*exit);
                if let Some(exit) = exits.into_iter().find(open) {
                    let (from, step) = (from.clone(), step.id.text.clone());
                    return Err(BookError::OpenExit { from, step, to: called.to_owned(), exit: exit.clone() });
                }
            }
        }
        Ok(())
    }
}
