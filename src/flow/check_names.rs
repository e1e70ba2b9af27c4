//! Names in conditions and prompts: each must be a fact, an input, a setting or a variable that somebody writes.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::finding::nearest;

use super::document::Flow;
use super::facts::MEMBERS;
use super::reading::Reading;
use super::rule::RULES;
use super::targets::each_target;
use super::template::Part;

pub(super) fn check_names(flow: &Flow, reading: &mut Reading) {
    let names = Names::of(flow);
    for expression in flow.expressions() {
        for (root, member) in expression.names() {
            names.check(&root, member.as_deref(), &expression.span, reading);
        }
    }
    for table in flow.prompts.tables.values() {
        for prompt in table.values() {
            for part in prompt.wordings.iter().flat_map(|wording| &wording.parts) {
                if let Part::Value { root, member, .. } = part {
                    names.check(root, Some(member), &prompt.id.span, reading);
                }
            }
        }
    }
}

struct Names<'f> {
    inputs: BTreeSet<&'f str>,
    settings: BTreeSet<&'f str>,
    vars: BTreeSet<&'f str>,
}

impl<'f> Names<'f> {
    fn of(flow: &'f Flow) -> Self {
        let mut vars: BTreeSet<&str> = BTreeSet::new();
        each_target(flow, &mut |target| vars.extend(target.set.iter().map(|(name, _)| name.as_str())));
        vars.extend(flow.steps.values().flat_map(|step| step.writes()));
        let declared = flow.settings.iter().map(|setting| setting.name.text.as_str());
        Self {
            inputs: flow.inputs.keys().map(String::as_str).collect(),
            settings: declared.chain(RULES.iter().map(|rule| rule.name)).collect(),
            vars,
        }
    }

    fn check(&self, root: &str, member: Option<&str>, span: &Range<usize>, reading: &mut Reading) {
        let members: Vec<&str> = match root {
            "inputs" => self.inputs.iter().copied().collect(),
            "settings" => self.settings.iter().copied().collect(),
            "vars" => self.vars.iter().copied().collect(),
            _ => match MEMBERS.iter().find(|(name, _)| *name == root) {
                Some((_, [])) => return,
                Some((_, members)) => members.to_vec(),
                None => return self.unknown_root(root, span, reading),
            },
        };
        let Some(member) = member else { return };
        if !members.contains(&member) {
            let hint = match nearest(member, members.iter().copied()) {
                Some(near) => format!("did you mean {root}.{near}?"),
                None if members.is_empty() => format!("this flow has no {root}"),
                None => format!("{root} has {}", members.join(", ")),
            };
            reading.fault("unknown-name", span, format!("there is no {root}.{member}"), hint);
        }
    }

    fn unknown_root(&self, root: &str, span: &Range<usize>, reading: &mut Reading) {
        let roots = MEMBERS.iter().map(|(name, _)| *name).chain(["inputs", "settings", "vars"]);
        let hint = match nearest(root, roots.clone()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("a text has quotes of its own: \"'{root}'\"; names begin with {}", roots.collect::<Vec<_>>().join(", ")),
        };
        reading.fault("unknown-name", span, format!("{root} is not known here"), hint);
    }
}
