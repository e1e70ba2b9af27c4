//! A grammar that a step names and that is not there, or that no key could ever match.

use crate::finding::{Finding, nearest};
use crate::flow::Flow;

/// What is wrong with the grammars that `flow` names; those beside it must be known to it.
pub fn check_grammars(flow: &Flow) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in flow.named_grammars() {
        match flow.grammars.get(&file.text) {
            Some(Ok(_)) => {}
            Some(Err(why)) => {
                let what = format!("the grammar {} cannot be used: {why}", file.text);
                findings.push(Finding::error("bad-grammar", file.span.clone(), what).hint("write a grammar for keys, as SRGS 1.0 has it"));
            }
            None => {
                let hint = match nearest(&file.text, flow.grammars.keys().map(String::as_str)) {
                    Some(near) => format!("did you mean {near}?"),
                    None => "put it into the same folder".to_owned(),
                };
                let what = format!("there is no grammar {} beside this flow", file.text);
                findings.push(Finding::error("missing-grammar", file.span.clone(), what).hint(hint));
            }
        }
    }
    findings
}
