//! What must fit between a flow and those it calls: they exist, their exits are answered, and none comes back to itself.

use std::collections::BTreeMap;

use crate::finding::{Finding, nearest};
use crate::flow::{Flow, FlowStep};

/// What is wrong with the calls of the flow `name`, among `flows` by name.
pub fn check_calls(name: &str, flows: &BTreeMap<String, Flow>) -> Vec<Finding> {
    let Some(flow) = flows.get(name) else { return Vec::new() };
    flow.calls().flat_map(|(step, called)| check_call(name, step, called, flows)).collect()
}

fn check_call(name: &str, step: &FlowStep, called: &str, flows: &BTreeMap<String, Flow>) -> Vec<Finding> {
    let span = || step.id.span.clone();
    let Some(other) = flows.get(called) else {
        let what = format!("the step {} calls the flow {called}, which is not here", step.id.text);
        let hint = match nearest(called, flows.keys().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("put {called}.yaml into the same folder"),
        };
        return vec![Finding::error("unknown-flow", span(), what).hint(hint)];
    };
    if called == name || comes_back(name, called, flows) {
        let what = format!("the step {} calls the flow {called}, which comes back to {name}", step.id.text);
        return vec![Finding::error("flow-circle", span(), what).hint("let one of them end by an exit instead")];
    }
    let answered = |exit: &str| step.target(exit).is_some() || flows.get(name).is_some_and(|flow| flow.otherwise.contains_key(exit));
    let open: Vec<&str> = other.exits.keys().map(String::as_str).filter(|exit| !answered(exit)).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let what = format!("the step {} does not say where {} of {called} goes", step.id.text, open.join(", "));
    vec![Finding::error("open-exit", span(), what).hint("add it under `then`, or `any`")]
}

fn comes_back(name: &str, called: &str, flows: &BTreeMap<String, Flow>) -> bool {
    let (mut seen, mut pending) = (vec![called.to_owned()], vec![called.to_owned()]);
    while let Some(next) = pending.pop() {
        for (_, further) in flows.get(&next).into_iter().flat_map(Flow::calls) {
            if further == name {
                return true;
            }
            if !seen.iter().any(|known| known == further) {
                seen.push(further.to_owned());
                pending.push(further.to_owned());
            }
        }
    }
    false
}
