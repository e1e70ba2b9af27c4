//! What must fit between a flow and those it calls: they exist, get what they need, their exits are answered, and none comes back to itself.

use std::collections::BTreeMap;

use crate::finding::{Finding, nearest};
use crate::flow::{CallFlow, Flow, FlowStep, Kind};

/// What is wrong with the calls of the flow `name`, among `flows` by name.
pub fn check_calls(name: &str, flows: &BTreeMap<String, Flow>) -> Vec<Finding> {
    let Some(flow) = flows.get(name) else { return Vec::new() };
    flow.calls().flat_map(|(step, _)| check_call(name, step, flows)).collect()
}

fn check_call(name: &str, step: &FlowStep, flows: &BTreeMap<String, Flow>) -> Vec<Finding> {
    let Kind::Call(call) = &step.kind else { return Vec::new() };
    let called = call.flow.text.as_str();
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
    let open = open_exits(name, step, other, flows);
    inputs(step, call, other).into_iter().chain(open).collect()
}

/// The inputs that are given are the other flow's, and what it cannot do without is among them.
fn inputs(step: &FlowStep, call: &CallFlow, other: &Flow) -> Vec<Finding> {
    let known = || other.inputs.keys().map(String::as_str);
    let mut findings = Vec::new();
    for (given, expression) in call.with.iter().filter(|(given, _)| !other.inputs.contains_key(given)) {
        let hint = match nearest(given, known()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("its inputs are {}", known().collect::<Vec<_>>().join(", ")),
        };
        let what = format!("the flow {} has no input {given}", call.flow.text);
        findings.push(Finding::error("unknown-input", expression.span.clone(), what).hint(hint));
    }
    let is_given = |input: &str| call.with.iter().any(|(given, _)| given == input);
    for (input, _) in other.inputs.iter().filter(|(name, input)| input.required && !is_given(name)) {
        let what = format!("the flow {} needs the input {input}, which the step {} does not give", call.flow.text, step.id.text);
        let hint = format!("add it: with: {{ {input}: inputs.{input} }}");
        findings.push(Finding::error("missing-input", call.flow.span.clone(), what).hint(hint));
    }
    findings
}

fn open_exits(name: &str, step: &FlowStep, other: &Flow, flows: &BTreeMap<String, Flow>) -> Option<Finding> {
    let answered = |exit: &str| step.target(exit).is_some() || flows.get(name).is_some_and(|flow| flow.otherwise.contains_key(exit));
    let open: Vec<&str> = other.exits.keys().map(String::as_str).filter(|exit| !answered(exit)).collect();
    let Kind::Call(call) = &step.kind else { return None };
    if open.is_empty() {
        return None;
    }
    let what = format!("the step {} does not say where {} of {} goes", step.id.text, open.join(", "), call.flow.text);
    Some(Finding::error("open-exit", step.id.span.clone(), what).hint("add it under `then`, or `any`"))
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

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: &str = r#"
callward: 1
title: Caller
languages: [en]
inputs: { account: { text: {} } }
exits: { agent: {} }
otherwise: { service_error: agent }
start: verify
steps:
  verify: { call: { flow: called, with: { identity: inputs.account }, then: { done: agent, agent: agent } } }
prompts: { en: { hello: Hello. } }
"#;

    const CALLED: &str = r#"
callward: 1
title: Called
languages: [en]
inputs: { identity: { identity: { required: true } } }
exits: { agent: {}, done: {} }
start: hello
steps: { hello: { say: { prompt: hello, then: done } } }
prompts: { en: { hello: Hello. } }
"#;

    fn rules(caller: &str, called: &str) -> Vec<(&'static str, String)> {
        let flows = [("caller", caller), ("called", called)];
        let flows = flows.map(|(name, text)| (name.to_owned(), Flow::read(text).unwrap_or_else(|findings| panic!("{findings:?}")))).into();
        check_calls("caller", &flows).into_iter().map(|finding| (finding.rule, finding.hint)).collect()
    }

    #[test]
    fn every_bad_call_gives_exactly_its_rule() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/flows/calls");
        let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: std::path::PathBuf| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let flow = Flow::read(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
            (name, flow)
        };
        let flows: BTreeMap<String, Flow> = paths.map(read).collect();

        for name in flows.keys().filter(|name| *name != "called") {
            let rules: Vec<String> = check_calls(name, &flows).iter().map(|finding| finding.rule.replace('-', "_")).collect();
            assert_eq!(rules, [name.as_str()]);
        }
    }

    #[test]
    fn a_call_that_fits_is_sound() {
        assert!(rules(CALLER, CALLED).is_empty());
    }

    #[test]
    fn inputs_must_be_the_other_flows_and_none_may_lack() {
        let found = rules(&CALLER.replace("identity: inputs", "identiy: inputs"), CALLED);

        assert_eq!(found[0], ("unknown-input", "did you mean identity?".to_owned()));
        assert_eq!(found[1], ("missing-input", "add it: with: { identity: inputs.identity }".to_owned()));
    }

    #[test]
    fn every_exit_goes_somewhere_and_no_flow_comes_back_to_itself() {
        let open = rules(CALLER, &CALLED.replace("agent: {},", "agent: {}, gone: {},"));
        let circle = rules(CALLER, &CALLED.replace("say: { prompt: hello, then: done }", "call: { flow: caller, then: { any: done } }"));
        let unknown = rules(&CALLER.replace("flow: called", "flow: caled"), CALLED);

        assert_eq!(open, [("open-exit", "add it under `then`, or `any`".to_owned())]);
        assert_eq!(circle.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), ["flow-circle"]);
        assert_eq!(unknown, [("unknown-flow", "did you mean called?".to_owned())]);
    }
}
