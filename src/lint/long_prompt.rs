//! A prompt that takes too long to hear: who listens for more than 20 seconds has forgotten how it began.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::flow::{FlowStep, Kind, Menu, Method, Part, Prompt, Template};

use super::roads::Roads;

/// Longest prompt, in seconds.
const LONGEST_S: usize = 20;
/// Characters that a voice speaks in a second.
const CHARACTERS_PER_S: usize = 15;
/// Characters that a place such as `{method.mask}` stands for.
const PLACE: usize = 10;
/// Lines that a menu of a list is counted with.
const LIKELY_LINES: usize = 3;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let heard: BTreeMap<String, &FlowStep> = roads.steps.iter().flat_map(|(step, _)| prompts_heard(step)).collect();
    let mut findings = Vec::new();
    for table in roads.flow.prompts.tables.values() {
        for prompt in table.values().filter(|prompt| !is_message(roads, &prompt.id.text)) {
            let lines = heard.get(&prompt.id.text).map_or(0, |step| lines_length(step, table));
            let longest = prompt.wordings.iter().map(|wording| length(wording, lines)).max().unwrap_or(0);
            if longest > LONGEST_S * CHARACTERS_PER_S {
                findings.push(finding(prompt, longest / CHARACTERS_PER_S));
            }
        }
    }
    findings
}

fn finding(prompt: &Prompt, seconds: usize) -> Finding {
    let what = format!("{} takes about {seconds} seconds to hear", prompt.id.text);
    Finding::warning("long-prompt", prompt.id.span.clone(), what).hint(format!("say it in {LONGEST_S} seconds, or in two steps"))
}

/// The words of a listening step, so that `{choices}` can be counted as what it stands for.
fn prompts_heard(step: &FlowStep) -> Vec<(String, &FlowStep)> {
    if step.kind.listening().is_none() {
        return Vec::new();
    }
    step.spoken().into_iter().map(|spoken| (spoken.id, step)).collect()
}

fn is_message(roads: &Roads<'_>, id: &str) -> bool {
    roads.steps.iter().any(|(step, _)| matches!(step.kind, Kind::SendCode(_)) && step.spoken().iter().any(|spoken| spoken.id == id))
}

fn lines_length(step: &FlowStep, table: &BTreeMap<String, Prompt>) -> usize {
    let ids: Vec<String> = match &step.kind {
        Kind::Menu(Menu { each: Some(_), choices, .. }) => {
            choices.iter().flat_map(|choice| vec![choice.offer.text.clone(); LIKELY_LINES]).collect()
        }
        Kind::Menu(menu) => menu.choices.iter().map(|choice| choice.offer.text.clone()).collect(),
        Kind::ChooseMethod(choose) => Method::ALL.map(|method| format!("{}.{}", choose.listening.ask.text, method.name())).into(),
        Kind::Say(_) | Kind::YesNo(_) | Kind::Collect(_) | Kind::FindMethods(_) | Kind::SendCode(_) | Kind::CheckCode(_) => Vec::new(),
        Kind::ConsentRead(_) | Kind::ConsentSet(_) | Kind::WebService(_) | Kind::Call(_) | Kind::Require(_) => Vec::new(),
        Kind::Transfer(_) | Kind::Branch(_) | Kind::Set(_) | Kind::Wait(_) | Kind::Return(_) => Vec::new(),
    };
    ids.iter().filter_map(|id| table.get(id)?.wordings.first()).map(|wording| length(wording, 0)).sum()
}

fn length(wording: &Template, lines: usize) -> usize {
    let part_length = |part: &Part| match part {
        Part::Text(text) => text.chars().count(),
        Part::Choices => lines,
        Part::Key | Part::EntryCount | Part::Code => 1,
        Part::Value { .. } => PLACE,
    };
    wording.parts.iter().map(part_length).sum()
}
