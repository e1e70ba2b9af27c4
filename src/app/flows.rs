//! The flow files of an installation, by the names that processes call them by.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::warn;

use crate::finding::{Finding, Source};
use crate::flow::Flow;
use crate::lint::{Review, check_grammars, check_recordings, has_errors, review};

use super::beside::Beside;

/// The flows that come with Callward: for the demo, where no folder has them.
const SHIPPED: &[(&str, &str)] = &[
    ("two-factor", include_str!("../../flows/two-factor.yaml")),
    ("consent", include_str!("../../flows/consent.yaml")),
    ("front-door", include_str!("../../flows/front-door.yaml")),
    ("appointment-reminder", include_str!("../../flows/appointment-reminder.yaml")),
];

/// Flows by name: `flows/two-factor.yaml` is `two-factor`.
#[derive(Debug, Clone, Default)]
pub struct FlowLibrary(BTreeMap<String, Arc<Flow>>);

/// Flows that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FlowsError {
    /// A folder or file cannot be read.
    #[error("{}: {cause}; set flows.dir to the folder of the flow files", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Files with findings.
    #[error("{}", render(.0, false))]
    Wrong(Vec<(Source, Vec<Finding>)>),
}

impl FlowLibrary {
    /// Reads every `*.yaml` in `folder`.
    pub fn read(folder: &Path) -> Result<Self, FlowsError> {
        let unreadable = |path: &Path, cause| FlowsError::Unreadable { path: path.to_owned(), cause };
        let mut texts = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|cause| unreadable(folder, cause))? {
            let path = entry.map_err(|cause| unreadable(folder, cause))?.path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, cause))?;
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            texts.push((name, path.display().to_string(), text));
        }
        let beside = Beside::read(folder).map_err(|cause| unreadable(folder, cause))?;
        Self::of(texts, &beside)
    }

    /// The flows that come with Callward.
    pub fn shipped() -> Result<Self, FlowsError> {
        let shipped = SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), format!("flows/{name}.yaml"), (*text).to_owned()));
        Self::of(shipped.collect(), &Beside::default())
    }

    /// The flow of that name.
    pub fn find(&self, name: &str) -> Option<&Arc<Flow>> {
        self.0.get(name)
    }

    /// The names of all flows.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Adds a flow, in place of one of the same name.
    pub fn put(&mut self, name: &str, flow: Flow) {
        self.0.insert(name.to_owned(), Arc::new(flow));
    }

    fn of(texts: Vec<(String, String, String)>, beside: &Beside) -> Result<Self, FlowsError> {
        let mut flows = BTreeMap::new();
        let mut wrong = Vec::new();
        for (name, path, text) in texts {
            let source = Source { path, text };
            match review_beside(&source.text, beside) {
                Review { flow: Some(flow), findings } if !has_errors(&findings) => {
                    findings.iter().for_each(|finding| warn_of(finding, &source));
                    flows.insert(name, Arc::new(flow));
                }
                Review { findings, .. } => wrong.push((source, findings)),
            }
        }
        if wrong.is_empty() { Ok(Self(flows)) } else { Err(FlowsError::Wrong(wrong)) }
    }
}

/// Holds a flow against every rule, those about what lies beside it among them.
pub(super) fn review_beside(text: &str, beside: &Beside) -> Review {
    let mut review = review(text);
    if let Some(flow) = &mut review.flow {
        beside.tell(flow);
        review.findings.extend(check_recordings(flow));
        review.findings.extend(check_grammars(flow));
        review.findings.sort_by_key(|finding| finding.span.start);
    }
    review
}

fn warn_of(finding: &Finding, source: &Source) {
    let (line, column) = finding.place(source);
    warn!(rule = finding.rule, "{}:{line}:{column}: {}", source.path, finding.what);
}

/// All findings, one below the other.
pub(super) fn render(wrong: &[(Source, Vec<Finding>)], colour: bool) -> String {
    let rendered = wrong.iter().flat_map(|(source, findings)| findings.iter().map(|finding| finding.render(source, colour)));
    rendered.collect::<Vec<_>>().join("\n\n")
}
