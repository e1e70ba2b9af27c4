//! `callward flow test`: plays `.call` transcripts against the flows, and says where a call went another way than told.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::finding::{Finding, Source};
use crate::flow::Flow;
use crate::rehearsal::{CaseOutcome, Coverage, Door, Flows, Transcript, rehearse};

use super::beside::Beside;
use super::flow_files::{flow_files, flow_name, read_source};

/// What is played, and how it is told.
pub(super) struct Rehearsal {
    /// Transcripts, or folders of them.
    pub transcripts: Vec<PathBuf>,
    /// The folder of the flows.
    pub flows: PathBuf,
    /// By which door.
    pub door: Door,
    /// Whether what no transcript reached is listed.
    pub cover: bool,
    /// One JSON object a line.
    pub json: bool,
}

/// Plays them; whether every case went as told.
pub(super) async fn flow_test(rehearsal: Rehearsal) -> Result<bool, Box<dyn Error>> {
    let sources = read_flows(&rehearsal.flows)?;
    let flows: Flows = sources.iter().map(|(source, flow)| (flow_name(Path::new(&source.path)), Arc::clone(flow))).collect();
    let mut told =
        Told { json: rehearsal.json, colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(), ..Told::default() };
    for path in transcripts(&rehearsal.transcripts)? {
        let source = read_source(&path)?;
        match Transcript::read(&source.text) {
            Ok(transcript) => {
                let outcomes = rehearse(&flows, &transcript, rehearsal.door).await;
                outcomes.iter().for_each(|outcome| told.outcome(outcome, &source));
            }
            Err(findings) => told.unreadable(&findings, &source),
        }
    }
    if rehearsal.cover {
        told.uncovered(&sources);
    }
    if !rehearsal.json {
        eprintln!("{} passed, {} failed", told.passed, told.failed);
    }
    Ok(told.failed == 0)
}

/// Where in `flow`, the file called `name` of `folder`, begins what no transcript of `paths` reaches.
pub(super) async fn untested(paths: &[PathBuf], folder: &Path, name: &str, flow: &Flow) -> Result<BTreeSet<usize>, Box<dyn Error>> {
    let sources = read_flows(folder)?;
    let flows: Flows = sources.iter().map(|(source, flow)| (flow_name(Path::new(&source.path)), Arc::clone(flow))).collect();
    let mut coverage = Coverage::default();
    for path in transcripts(paths)? {
        let source = read_source(&path)?;
        let shown = |findings: Vec<Finding>| findings.iter().map(|finding| finding.render(&source, false)).collect::<Vec<_>>().join("\n\n");
        let transcript = Transcript::read(&source.text).map_err(shown)?;
        rehearse(&flows, &transcript, Door::Offline).await.iter().for_each(|outcome| coverage.add(&outcome.coverage));
    }
    Ok(coverage.unreached(name, flow).into_iter().map(|finding| finding.span.start).collect())
}

type FlowFile = (Source, Arc<Flow>);

fn read_flows(folder: &Path) -> Result<Vec<FlowFile>, Box<dyn Error>> {
    let mut flows = Vec::new();
    let beside = Beside::read(folder)?;
    for path in flow_files(&[folder.to_owned()])? {
        let source = read_source(&path)?;
        let shown = |findings: Vec<Finding>| findings.iter().map(|finding| finding.render(&source, false)).collect::<Vec<_>>().join("\n\n");
        let mut flow = Flow::read(&source.text).map_err(shown)?;
        beside.tell(&mut flow);
        flows.push((source, Arc::new(flow)));
    }
    Ok(flows)
}

/// The `.call` files among `paths`, those of folders in order.
fn transcripts(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "call"));
        files.sort();
        found.append(&mut files);
    }
    if found.is_empty() {
        return Err("there are no .call files: name one, or a folder of them".into());
    }
    Ok(found)
}

/// What was told so far.
#[derive(Default)]
struct Told {
    json: bool,
    colour: bool,
    passed: usize,
    failed: usize,
    coverage: Coverage,
}

impl Told {
    fn outcome(&mut self, outcome: &CaseOutcome, source: &Source) {
        self.coverage.add(&outcome.coverage);
        match outcome.passed() {
            true => self.passed += 1,
            false => self.failed += 1,
        }
        if self.json {
            println!("{}", outcome.json(source));
        } else if outcome.passed() {
            println!("ok      {}: {}", source.path, outcome.name);
        } else {
            println!("FAILED  {}: {}\n{}\n", source.path, outcome.name, outcome.render(source, self.colour));
        }
    }

    fn unreadable(&mut self, findings: &[Finding], source: &Source) {
        self.failed += 1;
        for finding in findings {
            let shown = if self.json { finding.json(source).to_string() } else { finding.render(source, self.colour) + "\n" };
            println!("{shown}");
        }
    }

    /// Lists what no transcript reached.
    fn uncovered(&self, flows: &[FlowFile]) {
        for (source, flow) in flows {
            for finding in self.coverage.unreached(&flow_name(Path::new(&source.path)), flow) {
                println!("{}", if self.json { finding.json(source).to_string() } else { finding.render(source, self.colour) + "\n" });
            }
        }
    }
}
