//! Reads a flow file from top to bottom.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::finding::Finding;

use super::check::check;
use super::document::{Exit, Flow, FlowInput, InputKind, Needs};
use super::expression::Expression;
use super::expression_file::read_expression;
use super::grammar_file::Grammars;
use super::keys::read_keys;
use super::node::{self, Node};
use super::prompts::Prompts;
use super::reading::{Fields, Located, Reading};
use super::setting_file::read_settings;
use super::step::Step;
use super::target::Target;
use super::version::version;

impl Flow {
    /// Reads a flow file. `Err` holds everything that is wrong in it, in the order of the file.
    pub fn read(text: &str) -> Result<Self, Vec<Finding>> {
        let root = node::parse(text).map_err(|finding| vec![finding])?;
        let mut reading = Reading::default();
        let flow = read_flow(root, text, &mut reading);
        if let (Some(flow), true) = (&flow, reading.findings.is_empty()) {
            check(flow, &mut reading);
        }
        reading.findings.sort_by_key(|finding| finding.span.start);
        match flow {
            Some(flow) if reading.findings.is_empty() => Ok(flow),
            _ => Err(reading.findings),
        }
    }
}

fn read_flow(root: Node, text: &str, reading: &mut Reading) -> Option<Flow> {
    let mut file = reading.fields(root, "a flow file");
    read_edition(&mut file, reading);
    let title = file.need_text("title", reading);
    let languages = file.need("languages", reading).map(|node| reading.texts(node, "languages")).unwrap_or_default();
    let inputs = file.take("inputs").map(|node| read_inputs(node, reading)).unwrap_or_default();
    let settings = file.take("settings").map(|node| read_settings(node, reading)).unwrap_or_default();
    let presets = file.take("presets").map(|node| read_presets(node, reading)).unwrap_or_default();
    let exits = file.need("exits", reading).map(|node| read_exits(node, reading)).unwrap_or_default();
    let outputs = file.take("outputs").map(|node| read_outputs(node, reading)).unwrap_or_default();
    let keys = file.take("keys").map(|node| read_keys(node, reading)).unwrap_or_default();
    let otherwise = file.take("otherwise").map(|node| read_otherwise(node, reading)).unwrap_or_default();
    let start = file.need_text("start", reading);
    let steps = file.need("steps", reading).map(|node| read_steps(node, reading)).unwrap_or_default();
    let prompts = file.need("prompts", reading).map(|node| Prompts::read(node, &languages, reading));
    file.finish(reading);
    Some(Flow {
        version: version(text.as_bytes()),
        text: text.into(),
        title: title?.text,
        languages,
        inputs,
        settings,
        presets,
        exits,
        outputs,
        keys,
        otherwise,
        start: start?,
        steps,
        prompts: prompts?,
        grammars: Grammars::new(),
    })
}

fn read_edition(file: &mut Fields, reading: &mut Reading) {
    let Some(node) = file.need("callward", reading) else { return };
    let span = node.span.clone();
    match reading.number(node, "callward") {
        Some(1) | None => {}
        Some(other) => {
            reading.fault("unknown-edition", &span, format!("edition {other} of the language is not known"), "write callward: 1")
        }
    }
}

fn read_inputs(node: Node, reading: &mut Reading) -> BTreeMap<String, FlowInput> {
    let entries = reading.map(node, "inputs");
    entries.into_iter().filter_map(|(name, node)| Some((name.text.clone(), read_input(&name.text, node, reading)?))).collect()
}

fn read_input(name: &str, node: Node, reading: &mut Reading) -> Option<FlowInput> {
    let mut body = reading.fields(node, format!("the input {name}"));
    let Some((kind, node)) = body.only() else {
        reading.fault(
            "no-kind",
            &body.span,
            format!("the input {name} must have exactly one kind"),
            "write `name: { text: { label: … } }`",
        );
        return None;
    };
    let known = match kind.text.as_str() {
        "identity" => InputKind::Identity,
        "contact" => InputKind::Contact,
        "text" => InputKind::Text,
        "number" => InputKind::Number,
        "switch" => InputKind::Switch,
        unknown => {
            let hint = "kinds of inputs are identity, contact, text, number and switch";
            reading.fault("unknown-kind", &kind.span, format!("there is no kind of input called {unknown}"), hint);
            return None;
        }
    };
    let mut fields = reading.fields(node, format!("the input {name}"));
    let required = fields.switch("required", reading).unwrap_or(false);
    let label = fields.text("label", reading).map_or_else(|| name.to_owned(), |label| label.text);
    fields.finish(reading);
    Some(FlowInput { kind: known, required, label })
}

fn read_presets(node: Node, reading: &mut Reading) -> BTreeMap<String, Map<String, Value>> {
    let presets = reading.map(node, "presets");
    presets.into_iter().map(|(name, node)| (name.text, read_values(node, reading))).collect()
}

fn read_values(node: Node, reading: &mut Reading) -> Map<String, Value> {
    let values = reading.map(node, "a preset");
    values.into_iter().filter_map(|(name, node)| Some((name.text, node.scalar()?))).collect()
}

fn read_exits(node: Node, reading: &mut Reading) -> BTreeMap<String, Exit> {
    let mut exits = BTreeMap::new();
    for (name, node) in reading.map(node, "exits") {
        let mut fields = reading.fields(node, format!("the exit {}", name.text));
        let needs = fields.text("needs", reading).and_then(|needs| read_needs(&needs, reading));
        let label = fields.text("label", reading).map_or_else(|| name.text.clone(), |label| label.text);
        let say = fields.text("say", reading);
        fields.finish(reading);
        let name = Located { text: name.text, span: name.span };
        exits.insert(name.text.clone(), Exit { name, needs, label, say });
    }
    exits
}

fn read_needs(needs: &Located, reading: &mut Reading) -> Option<Needs> {
    match needs.text.as_str() {
        "verified" => Some(Needs::Verified),
        "consent" => Some(Needs::Consent),
        other => {
            reading.fault("unknown-need", &needs.span, format!("an exit cannot need {other}"), "needs: verified, or needs: consent");
            None
        }
    }
}

fn read_outputs(node: Node, reading: &mut Reading) -> BTreeMap<String, Expression> {
    let entries = reading.map(node, "outputs");
    entries.into_iter().filter_map(|(name, node)| Some((name.text, read_expression(node, reading)?))).collect()
}

fn read_otherwise(node: Node, reading: &mut Reading) -> BTreeMap<String, (Located, Target)> {
    let mut otherwise = BTreeMap::new();
    for (name, node) in reading.map(node, "otherwise") {
        let Some(target) = Target::read(node, reading) else { continue };
        otherwise.insert(name.text.clone(), (Located { text: name.text, span: name.span }, target));
    }
    otherwise
}

fn read_steps(node: Node, reading: &mut Reading) -> BTreeMap<String, Step> {
    let entries = reading.map(node, "steps");
    entries.into_iter().filter_map(|(id, node)| Some((id.text.clone(), Step::read(id, node, reading)?))).collect()
}
