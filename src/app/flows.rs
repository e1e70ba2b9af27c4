//! The flow files of an installation, by the names that processes call them by.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::warn;

use crate::finding::{Finding, Severity, Source};
use crate::flow::Flow;
use crate::lint::{Review, check_calls, check_grammars, check_recordings, has_errors, review};
use crate::release::{Flows, Found, Wrong};

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
pub struct FlowLibrary(Flows);

/// What was read: flows that can be used, and all that there is to say about the files.
struct Read {
    flows: Flows,
    faulty: Vec<(String, Source, Vec<Finding>)>,
    /// About flows that can be used: the rule, and words.
    warnings: Vec<(&'static str, String)>,
}

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
        Self::sound(Self::look(folder)?)
    }

    /// Reads what is sound in `folder`, and says what is not.
    pub fn find_in(folder: &Path) -> Result<Found, FlowsError> {
        let Read { flows, faulty, .. } = Self::look(folder)?;
        let wrong = faulty.iter().flat_map(|(flow, source, findings)| {
            let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
            errors.map(|finding| Wrong { flow: flow.clone(), what: told(finding, source) })
        });
        Ok(Found { wrong: wrong.collect(), flows })
    }

    fn look(folder: &Path) -> Result<Read, FlowsError> {
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
        Ok(Self::of(texts, &beside))
    }

    /// The flows that come with Callward.
    pub fn shipped() -> Result<Self, FlowsError> {
        let shipped = SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), format!("flows/{name}.yaml"), (*text).to_owned()));
        Self::sound(Self::of(shipped.collect(), &Beside::default()))
    }

    /// The flow of that name.
    pub fn find(&self, name: &str) -> Option<&Arc<Flow>> {
        self.0.get(name)
    }

    /// The names of all flows.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// All flows, by name.
    pub fn flows(&self) -> &Flows {
        &self.0
    }

    /// Adds a flow, in place of one of the same name.
    pub fn put(&mut self, name: &str, flow: Flow) {
        self.0.insert(name.to_owned(), Arc::new(flow));
    }

    fn of(texts: Vec<(String, String, String)>, beside: &Beside) -> Read {
        let mut reviews: Vec<(String, Source, Review)> = Vec::new();
        for (name, path, text) in texts {
            let review = review_beside(&text, beside);
            reviews.push((name, Source { path, text }, review));
        }
        let readable = reviews.iter().filter_map(|(name, _, review)| Some((name.clone(), review.flow.clone()?))).collect();
        let unreadable: Vec<String> =
            reviews.iter().filter(|(_, _, review)| review.flow.is_none()).map(|(name, _, _)| name.clone()).collect();
        let (mut flows, mut faulty, mut warnings) = (Flows::new(), Vec::new(), Vec::new());
        for (name, source, Review { flow, mut findings }) in reviews {
            // Where a flow that it calls cannot be read, that one says so itself.
            let is_unreadable = |called: &str| unreadable.iter().any(|name| name == called);
            if flow.as_ref().is_some_and(|flow| !flow.calls().any(|(_, called)| is_unreadable(called))) {
                findings.extend(check_calls(&name, &readable));
            }
            match flow {
                Some(flow) if !has_errors(&findings) => {
                    warnings.extend(findings.iter().map(|finding| (finding.rule, told(finding, &source))));
                    flows.insert(name, Arc::new(flow));
                }
                Some(_) | None => faulty.push((name, source, findings)),
            }
        }
        Read { flows, faulty, warnings }
    }

    fn sound(Read { flows, faulty, warnings }: Read) -> Result<Self, FlowsError> {
        if faulty.is_empty() {
            warnings.iter().for_each(|(rule, what)| warn!(rule, "{what}"));
            return Ok(Self(flows));
        }
        Err(FlowsError::Wrong(faulty.into_iter().map(|(_, source, findings)| (source, findings)).collect()))
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

/// A finding with its place, in one line.
fn told(finding: &Finding, source: &Source) -> String {
    let (line, column) = finding.place(source);
    let hint = if finding.hint.is_empty() { String::new() } else { format!(" ({})", finding.hint) };
    format!("{}:{line}:{column}: {}{hint}", source.path, finding.what)
}

/// All findings, one below the other.
pub(super) fn render(wrong: &[(Source, Vec<Finding>)], colour: bool) -> String {
    let rendered = wrong.iter().flat_map(|(source, findings)| findings.iter().map(|finding| finding.render(source, colour)));
    rendered.collect::<Vec<_>>().join("\n\n")
}
