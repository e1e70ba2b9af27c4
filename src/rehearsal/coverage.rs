//! What of the flows the cases have reached, and what nobody has.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::finding::Finding;
use crate::flow::{Flow, Located, Passed, Waypoint};

use super::moment::Moment;

/// Parts of flows that were reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Steps entered, targets taken, exits left by.
    pub passed: BTreeSet<Passed>,
    /// Ids of prompts that were heard; the offline door alone knows them.
    pub prompts: BTreeSet<String>,
}

impl Coverage {
    pub(super) fn of(conversation: &[Moment], passed: BTreeSet<Passed>) -> Self {
        let prompts = conversation.iter().filter_map(|moment| if let Moment::Heard(heard) = moment { heard.prompt.clone() } else { None });
        Self { passed, prompts: prompts.collect() }
    }

    /// Adds what another case reached.
    pub fn add(&mut self, other: &Coverage) {
        self.passed.extend(other.passed.iter().cloned());
        self.prompts.extend(other.prompts.iter().cloned());
    }

    /// What of the flow called `name` was not reached, in the order of its file. Prompts count in the flow's first language;
    /// messages and what stands inside other prompts are never heard by themselves and are left out.
    pub fn unreached(&self, name: &str, flow: &Flow) -> Vec<Finding> {
        let reached = |place: Waypoint| self.passed.contains(&Passed { flow: name.to_owned(), place });
        let missed = |what: String, span: &Range<usize>| Finding::warning("not-covered", span.clone(), what);
        let steps = flow.steps.values().filter(|step| !reached(Waypoint::Step(step.id.text.clone())));
        let exits = flow.exits.values().filter(|exit| !reached(Waypoint::Exit(exit.name.text.clone())));
        let targets = flow.targets().into_iter().filter(|target| !reached(Waypoint::Target(target.start)));
        let prompts = heard_alone(flow).into_iter().filter(|prompt| !self.prompts.contains(&prompt.text));
        let mut findings: Vec<Finding> = targets.map(|target| missed("no call goes this way".to_owned(), &target)).collect();
        findings.extend(steps.map(|step| missed(format!("no call comes to the step {}", step.id.text), &step.id.span)));
        findings.extend(exits.map(|exit| missed(format!("no call leaves by {}", exit.name.text), &exit.name.span)));
        findings.extend(prompts.map(|prompt| missed(format!("nobody hears {}", prompt.text), &prompt.span)));
        findings.sort_by_key(|finding| finding.span.start);
        findings
    }
}

/// The prompts of the flow's first language that are no message, no line of a menu and no part of another prompt.
fn heard_alone(flow: &Flow) -> Vec<&Located> {
    let table = flow.languages.first().and_then(|language| flow.prompts.tables.get(&language.text));
    let prompts = table.into_iter().flatten().filter(|(id, prompt)| {
        let holds = |place: &str| prompt.wordings.iter().any(|wording| wording.source.contains(place));
        !id.starts_with("target.") && !holds("{code}") && !holds("{key}")
    });
    prompts.map(|(_, prompt)| &prompt.id).collect()
}

#[cfg(test)]
mod tests {
    use super::super::moment::Heard;
    use super::*;

    const FLOW: &str = r#"
callward: 1
title: Two lines
languages: [en]
exits: { agent: {}, done: {} }
otherwise: { no_input: agent, no_match: agent }
start: ask
steps:
  ask: { yes_no: { ask: question, then: { said_yes: done, said_no: bye } } }
  bye: { say: { prompt: sorry, then: done } }
prompts:
  en:
    question.ask: Yes, press 1. No, press 2.
    question.no_input: Yes or no?
    question.no_match: Yes or no?
    sorry: What a pity.
"#;

    fn passed(place: Waypoint) -> Passed {
        Passed { flow: "ask".to_owned(), place }
    }

    #[test]
    fn what_nobody_reached_stands_in_the_order_of_the_file() {
        let flow = Flow::read(FLOW).unwrap();
        let heard = Moment::Heard(Heard { prompt: Some("question.ask".to_owned()), text: String::new() });
        let yes = FLOW.find("done, said_no").unwrap();
        let places = [Waypoint::Step("ask".to_owned()), Waypoint::Target(yes), Waypoint::Exit("done".to_owned())];

        let coverage = Coverage::of(&[heard], places.map(passed).into());
        let unreached: Vec<String> = coverage.unreached("ask", &flow).into_iter().map(|finding| finding.what).collect();

        let expected = [
            "no call leaves by agent",
            "no call goes this way",
            "no call goes this way",
            "no call goes this way",
            "no call comes to the step bye",
            "no call goes this way",
            "nobody hears question.no_input",
            "nobody hears question.no_match",
            "nobody hears sorry",
        ];
        assert_eq!(unreached, expected);
        assert_eq!(coverage.unreached("another", &flow).len(), 15 - 3);
    }
}
