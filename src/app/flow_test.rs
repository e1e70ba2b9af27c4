//! `callward flow test`: plays `.call` transcripts against the flows, and says where a call went another way than told.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use crate::finding::{Finding, Source};
use crate::flow::{Flow, Kind, Method};
use crate::rehearsal::{CaseOutcome, Coverage, Door, Flows, Transcript, rehearse};

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
    let flows = read_flows(&rehearsal.flows)?;
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
        told.uncovered(&flows);
    }
    if !rehearsal.json {
        eprintln!("{} passed, {} failed", told.passed, told.failed);
    }
    Ok(told.failed == 0)
}

fn read_flows(folder: &Path) -> Result<Flows, Box<dyn Error>> {
    let mut flows = Flows::new();
    for path in flow_files(&[folder.to_owned()])? {
        let source = read_source(&path)?;
        let shown = |findings: Vec<Finding>| findings.iter().map(|finding| finding.render(&source, false)).collect::<Vec<_>>().join("\n\n");
        flows.insert(flow_name(&path), Flow::read(&source.text).map_err(shown)?.into());
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
    fn uncovered(&self, flows: &Flows) {
        for (name, flow) in flows {
            for (what, missing) in [("exit", self.exits(flow)), ("prompt", self.prompts(flow)), ("outcome", self.outcomes(flow))] {
                for missing in missing {
                    match self.json {
                        true => println!("{}", serde_json::json!({ "flow": name, "uncovered": what, "name": missing })),
                        false => println!("not reached  {name}: {what} {missing}"),
                    }
                }
            }
        }
    }

    fn exits(&self, flow: &Flow) -> Vec<String> {
        flow.exits.keys().filter(|exit| !self.coverage.exits.contains(*exit)).cloned().collect()
    }

    fn prompts(&self, flow: &Flow) -> Vec<String> {
        let known: BTreeSet<&String> = flow.prompts.tables.values().flat_map(|table| table.keys()).collect();
        known.into_iter().filter(|id| !self.coverage.prompts.contains(*id) && !is_part(flow, id)).cloned().collect()
    }

    /// The outcomes that steps name for what they do outside.
    fn outcomes(&self, flow: &Flow) -> Vec<String> {
        let reached: BTreeSet<&str> = self.coverage.outcomes.iter().map(|(step, _)| step.as_str()).collect();
        let outside = flow.steps.values().filter(|step| reached.contains(step.id.text.as_str()));
        let named = outside.flat_map(|step| step.then.keys().map(move |outcome| (step.id.text.clone(), outcome.clone())));
        named.filter(|outcome| !self.coverage.outcomes.contains(outcome)).map(|(step, outcome)| format!("{outcome} of {step}")).collect()
    }
}

/// Whether a prompt is never said by itself: a line of a menu, the name of a target, a message.
fn is_part(flow: &Flow, id: &str) -> bool {
    let member =
        |family: &str| id.strip_prefix(family).is_some_and(|rest| rest.strip_prefix('.').is_some_and(|name| Method::named(name).is_some()));
    let of_step = |kind: &Kind| match kind {
        Kind::ChooseMethod(choose) => member(&choose.listening.ask.text),
        Kind::SendCode(send) => member(&send.message.text),
        Kind::Menu(menu) => menu.choices.iter().any(|choice| choice.offer.text == id),
        _ => false,
    };
    member("target") || flow.steps.values().any(|step| of_step(&step.kind))
}
