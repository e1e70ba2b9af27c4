//! A flow with all the flows it calls, each with the settings it runs with.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::Flow;
use super::setting::Settings;
use super::state::Frame;
use super::step::{Kind, Step};
use super::subflow::{self, CallFlow};

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
    /// It calls a flow with the settings of a process that there is not, or that runs another flow.
    #[error("the flow {from} calls {to} with the settings of the process {process}: there is no such process that runs {to}")]
    NoProcess {
        /// Who calls.
        from: String,
        /// With whose settings.
        process: String,
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
    /// Gathers the flow `root` and what it calls; `find` gives a flow with its settings by name: `FLOW`, or `PROCESS/FLOW` for
    /// the settings of that process.
    pub fn gather(root: &str, find: impl Fn(&str) -> Option<Chapter>) -> Result<Self, BookError> {
        let mut chapters = BTreeMap::new();
        let mut pending = vec![(root.to_owned(), vec![root.to_owned()])];
        while let Some((name, road)) = pending.pop() {
            let Some(chapter) = find(&name) else {
                let from = road.iter().rev().nth(1).unwrap_or(&name).clone();
                return Err(match name.split_once('/') {
                    Some((process, to)) => BookError::NoProcess { from, process: process.to_owned(), to: to.to_owned() },
                    None => BookError::Unknown { from, to: name },
                });
            };
            for (_, call) in calls(&chapter.flow) {
                let called = call.flow.text.clone();
                if road.contains(&called) {
                    return Err(BookError::Circle(called));
                }
                let further = road.iter().cloned().chain([called]).collect();
                pending.push((call.chapter().into_owned(), further));
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

    /// The flow that runs in `frame`, with its settings.
    pub fn chapter_of(&self, frame: &Frame) -> Option<&Chapter> {
        self.chapter(&subflow::chapter(&frame.flow, frame.process.as_deref()))
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
            for (step, call) in calls(&chapter.flow) {
                let exits = self.chapters.get(call.chapter().as_ref()).into_iter().flat_map(|chapter| chapter.flow.exits.keys());
                let open = |exit: &&String| step.target(exit).is_none() && !chapter.flow.otherwise.contains_key(*exit);
                if let Some(exit) = exits.into_iter().find(open) {
                    let (from, step) = (from.clone(), step.id.text.clone());
                    return Err(BookError::OpenExit { from, step, to: call.flow.text.clone(), exit: exit.clone() });
                }
            }
        }
        Ok(())
    }
}

fn calls(flow: &Flow) -> impl Iterator<Item = (&Step, &CallFlow)> {
    flow.steps.values().filter_map(|step| match &step.kind {
        Kind::Call(call) => Some((step, call)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::setting::Overrides;
    use super::*;

    const CALLER: &str = r#"
callward: 1
title: Caller
languages: [en]
exits: { agent: {} }
otherwise: { service_error: agent }
start: verify
steps:
  verify: { call: { flow: called, process: bank, then: { any: agent } } }
prompts: { en: { hello: Hello. } }
"#;

    fn chapter(text: &str) -> Chapter {
        let flow = Arc::new(Flow::read(text).unwrap());
        let settings = flow.settings(&Overrides::default()).unwrap();
        Chapter { flow, settings }
    }

    fn called() -> Chapter {
        let says = CALLER.replace("call: { flow: called, process: bank, then: { any: agent } }", "say: { prompt: hello, then: agent }");
        chapter(&says.replace("otherwise: { service_error: agent }", ""))
    }

    #[test]
    fn a_call_may_name_the_process_whose_settings_it_runs_with() {
        let find = |name: &str| match name {
            "caller" => Some(chapter(CALLER)),
            "bank/called" => Some(called()),
            _ => None,
        };

        let book = Book::gather("caller", find).unwrap();

        let frame = Frame { flow: "called".to_owned(), process: Some("bank".to_owned()), ..Frame::default() };
        assert!(book.chapter_of(&frame).is_some());
        assert!(book.chapter_of(&Frame { process: None, ..frame }).is_none());
    }

    #[test]
    fn a_process_that_there_is_not_is_named() {
        let error = Book::gather("caller", |name| (name == "caller").then(|| chapter(CALLER))).unwrap_err();

        let told = "the flow caller calls called with the settings of the process bank: there is no such process that runs called";
        assert_eq!(error.to_string(), told);
    }
}
