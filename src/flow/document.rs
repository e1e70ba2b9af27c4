//! A flow as a whole: what its file says, once everything in it has been found to fit together.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::collect::Collected;
use super::expression::Expression;
use super::grammar_file::Grammars;
use super::keys::Keys;
use super::prompts::Prompts;
use super::reading::Located;
use super::setting::{Overrides, Setting, SettingFault, Settings};
use super::stage::plain;
use super::state::Frame;
use super::step::{Kind, Step};
use super::target::Target;

/// A flow.
#[derive(Debug, Clone)]
pub struct Flow {
    /// The SHA-256 of its text, the first 16 hexadecimal digits: its version.
    pub version: String,
    /// Its text, as it was written.
    pub text: Arc<str>,
    /// What people call it.
    pub title: String,
    /// Its languages (BCP 47); the first one is the default.
    pub languages: Vec<Located>,
    /// The inputs it takes.
    pub inputs: BTreeMap<String, FlowInput>,
    /// Its settings, in order.
    pub settings: Vec<Setting>,
    /// Named sets of settings.
    pub presets: BTreeMap<String, Map<String, Value>>,
    /// Its named paths.
    pub exits: BTreeMap<String, Exit>,
    /// More names to return.
    pub outputs: BTreeMap<String, Expression>,
    /// Keys that are live wherever it listens.
    pub keys: Keys,
    /// Where an outcome goes when its step does not say.
    pub otherwise: BTreeMap<String, (Located, Target)>,
    /// The first step.
    pub start: Located,
    /// The steps.
    pub steps: BTreeMap<String, Step>,
    /// The words.
    pub prompts: Prompts,
    /// The grammars beside the file.
    pub grammars: Grammars,
}

/// An input of a flow.
#[derive(Debug, Clone)]
pub struct FlowInput {
    /// What it is.
    pub kind: InputKind,
    /// Whether the flow cannot do without it.
    pub required: bool,
    /// What people call it.
    pub label: String,
}

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Who is to be verified; the limits hang on it.
    Identity,
    /// Whose consent: as given, else `phone`, else the caller's number.
    Contact,
    /// A text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Switch,
}

/// A named path.
#[derive(Debug, Clone)]
pub struct Exit {
    /// Where its name stands.
    pub name: Located,
    /// What must be true for it to open.
    pub needs: Option<Needs>,
    /// What people call it.
    pub label: String,
    /// Said on leaving by it.
    pub say: Option<Located>,
}

/// What an exit needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A right code that is still fresh.
    Verified,
    /// The status `CONSENTED`.
    Consent,
}

impl Flow {
    /// The names of the exits that need nothing: what a `path` setting or a service may name.
    pub fn open_exits(&self) -> Vec<&str> {
        self.exits.iter().filter(|(_, exit)| exit.needs.is_none()).map(|(name, _)| name.as_str()).collect()
    }

    /// The inputs that this flow cannot do without and that the run `frame` was not given.
    pub fn missing_inputs<'f>(&'f self, frame: &Frame) -> Vec<&'f str> {
        let empty = |name: &str| frame.inputs.get(name).is_none_or(|value| plain(value).trim().is_empty());
        self.inputs.iter().filter(|(name, input)| input.required && empty(name)).map(|(name, _)| name.as_str()).collect()
    }

    /// The settings of a process that runs this flow.
    pub fn settings(&self, overrides: &Overrides) -> Result<Settings, Vec<SettingFault>> {
        Settings::resolve(&self.settings, &self.presets, &self.open_exits(), overrides)
    }

    /// The language of the flow that serves `wanted` best: itself, one of the same primary tag, else the first.
    pub fn language(&self, wanted: &str) -> &str {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
        let exact = self.languages.iter().find(|language| language.text.eq_ignore_ascii_case(wanted));
        let near = || self.languages.iter().find(|language| primary(&language.text) == primary(wanted));
        exact.or_else(near).or(self.languages.first()).map(|language| language.text.as_str()).unwrap_or("en")
    }

    /// The steps that call other flows, with the flow's name.
    pub fn calls(&self) -> impl Iterator<Item = (&Step, &str)> {
        self.steps.values().filter_map(|step| match &step.kind {
            Kind::Call(call) => Some((step, call.flow.text.as_str())),
            _ => None,
        })
    }

    /// The grammars that its steps name.
    pub fn named_grammars(&self) -> impl Iterator<Item = &Located> {
        self.steps.values().filter_map(|step| {
            let Kind::Collect(collect) = &step.kind else { return None };
            let Collected::Grammar(file) = &collect.takes else { return None };
            Some(file)
        })
    }

    /// The input that says who is to be verified.
    pub fn identity_input(&self) -> Option<&str> {
        self.inputs.iter().find(|(_, input)| input.kind == InputKind::Identity).map(|(name, _)| name.as_str())
    }
}
