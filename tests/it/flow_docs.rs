//! `docs/flows.md`, held against the language: whole flows are clean, parts can be read, every rule is explained.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use callward::finding::Source;
use callward::flow::Flow;
use callward::lint::review;
use callward::rehearsal::{Door, Flows, Transcript, rehearse};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What parts of flows are put into.
const SMALLEST: &str = "\
callward: 1
title: A part of the manual
languages: [en]
settings:
  Ends:
    behaviour_after_no_match: { path: { default: agent, label: After wrong keys } }
exits:
  success: { needs: verified }
  agent: { label: Let an agent help }
  done: { label: Done }
otherwise:
  no_input: agent
  no_match: agent
start: first
steps:
  first: { say: { prompt: hello, then: done } }
prompts:
  en:
    hello: Hello.
";

#[test]
fn whole_flows_in_the_manual_are_clean() {
    for text in blocks("flow") {
        let review = review(&text);

        assert!(review.findings.is_empty(), "{:?}\n{text}", review.findings);
    }
}

#[test]
fn parts_of_flows_in_the_manual_can_be_read() {
    for part in blocks("part") {
        let flow = complete(&part);

        assert!(Flow::read(&flow).is_ok(), "{:?}\n{flow}", Flow::read(&flow).unwrap_err());
    }
}

#[test]
fn every_rule_with_a_bad_example_is_explained() {
    let manual = manual();
    let folders = ["fixtures/flows", "fixtures/flows/calls"].map(|folder| fs::read_dir(format!("{ROOT}/{folder}")).unwrap());
    for entry in folders.into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.ends_with("called.yaml") {
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let rule = path.file_stem().unwrap().to_string_lossy().replace('_', "-");

        assert!(manual.contains(&format!("`{rule}`")), "{rule}");
    }
}

#[tokio::test]
async fn the_transcripts_in_the_manual_come_true() {
    let flows: Vec<Arc<Flow>> = blocks("flow").iter().map(|flow| Arc::new(Flow::read(flow).unwrap())).collect();
    let names = ["opening-hours", "free-slots"].map(str::to_owned);
    let flows: Flows = names.into_iter().zip(flows).collect();
    let manual = manual();
    let texts: Vec<&str> = manual.split("```call\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(texts.len(), 2);

    for text in texts {
        let source = Source { path: "docs/flows.md".to_owned(), text: text.to_owned() };
        for outcome in rehearse(&flows, &Transcript::read(text).unwrap(), Door::Offline).await {
            assert!(outcome.passed(), "{}", outcome.render(&source, false));
        }
    }
}

fn manual() -> String {
    fs::read_to_string(format!("{ROOT}/docs/flows.md")).unwrap()
}

/// The blocks marked `yaml MARK`.
fn blocks(mark: &str) -> Vec<String> {
    let manual = manual();
    let blocks: Vec<String> =
        manual.split(&format!("```yaml {mark}\n")).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect();
    assert!(!blocks.is_empty(), "{mark}");
    blocks
}

/// A flow with this part in place of its own; what the part leaves out is what a finding says is missing.
fn complete(part: &str) -> String {
    let mut sections = sections(SMALLEST);
    let given = self::sections(part);
    if let Some((_, steps)) = given.iter().find(|(name, _)| *name == "steps")
        && !given.contains_key("start")
    {
        let first = steps.lines().nth(1).unwrap().trim().split(':').next().unwrap();
        sections.insert("start".to_owned(), format!("start: {first}\n"));
    }
    if given.contains_key("steps") {
        let failures = ["locked", "sends_exceeded", "send_limited", "service_error", "service_path"];
        sections.get_mut("otherwise").unwrap().extend(failures.map(|outcome| format!("  {outcome}: agent\n")));
    }
    sections.extend(given);
    for _ in 0..40 {
        let text: String = sections.values().map(String::as_str).collect();
        let Err(findings) = Flow::read(&text) else { return text };
        for finding in &findings {
            repair(&mut sections, finding.rule, &finding.what);
        }
    }
    sections.values().map(String::as_str).collect()
}

/// Adds a prompt that is missing; drops an outcome that no step of the part has.
fn repair(sections: &mut BTreeMap<String, String>, rule: &str, what: &str) {
    match rule {
        "missing-prompt" => {
            let id = what.trim_start_matches("there is no prompt ").split(' ').next().unwrap();
            let line = format!("    {id}: Words.\n");
            let prompts = sections.get_mut("prompts").unwrap();
            if !prompts.contains(&line) {
                prompts.push_str(&line);
            }
        }
        "unknown-outcome" => {
            let outcome = what.rsplit(' ').next().unwrap();
            let otherwise = sections.get_mut("otherwise").unwrap();
            *otherwise = otherwise.replace(&format!("  {outcome}: agent\n"), "");
            if otherwise.trim() == "otherwise:" {
                otherwise.clear();
            }
        }
        _ => {}
    }
}

/// The sections of a file, by name: each from its line to the next that is not indented.
fn sections(text: &str) -> BTreeMap<String, String> {
    let mut sections: BTreeMap<String, String> = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines() {
        if line.starts_with(|first: char| first.is_ascii_lowercase()) {
            name = line.split(':').next().unwrap().to_owned();
        }
        sections.entry(name.clone()).or_default().push_str(&format!("{line}\n"));
    }
    sections
}
