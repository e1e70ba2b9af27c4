//! `[[tenants.NAME.processes]]`: the identity authentication processes that a tenant offers (requirements H6 to H11, AMB-2).

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use super::place::Place;
use super::section::Section;

/// Most letters of a process's name and of its code.
const LONGEST_NAME: usize = 128;

/// One process: a flow with its settings, under a code.
#[derive(Debug, Clone)]
pub struct Process {
    /// What people call it.
    pub name: String,
    /// What platforms and agents' pages call it; no other process of the tenant has it.
    pub code: String,
    /// Name of the flow that it runs.
    pub flow: Placed<String>,
    /// Whether it can be run.
    pub enabled: bool,
    /// Name of the flow's preset that it begins with.
    pub preset: Option<Placed<String>>,
    /// Settings that differ from the flow's, by name. The flow knows which there are.
    pub settings: BTreeMap<String, Placed<toml::Value>>,
    /// The tenant's own path names.
    pub paths: Vec<String>,
}

/// A value that only the flow can judge, with its place for that day.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl Process {
    /// Reads the processes of `tenant`.
    pub(super) fn read_all(tenant: &Section<'_>) -> Vec<Self> {
        let mut codes = BTreeSet::new();
        let sections = tenant.sections("processes");
        sections.iter().filter_map(|section| Self::read(section, &mut codes)).collect()
    }

    fn read(section: &Section<'_>, codes: &mut BTreeSet<String>) -> Option<Self> {
        let (name, code, flow) = (section.needed("name"), section.needed("code"), section.needed("flow"));
        let process = Self {
            enabled: section.switch("enabled", true),
            preset: section.item("preset").and_then(|item| name_of(&item)),
            settings: settings(&section.section("settings")),
            paths: section.item("paths").map(|item| item.parsed_list("a path name", "billing")).unwrap_or_default(),
            name: name.as_ref().and_then(short).unwrap_or_default(),
            code: code.as_ref().and_then(short).unwrap_or_default(),
            flow: name_of(&flow?)?,
        };
        if let Some(code) = code.filter(|_| !codes.insert(process.code.clone())) {
            code.complain("is the code of another process", "write a code that no other process of this tenant has");
        }
        Some(process)
    }
}

/// A trimmed text of 1 to 128 letters.
fn short(item: &Item<'_>) -> Option<String> {
    let text = item.text()?.trim().to_owned();
    let letters = text.chars().count();
    if letters == 0 || letters > LONGEST_NAME || text.contains(char::is_control) {
        item.complain(format_args!("has {letters} letters"), format!("write 1 to {LONGEST_NAME} printable letters"));
        return None;
    }
    Some(text)
}

fn name_of(item: &Item<'_>) -> Option<Placed<String>> {
    Some(Placed { value: item.text()?, place: item.place() })
}

fn settings(section: &Section<'_>) -> BTreeMap<String, Placed<toml::Value>> {
    let setting = |item: Item<'_>| Some(Placed { value: item.value()?, place: item.place() });
    section.items().into_iter().filter_map(|(name, item)| Some((name, setting(item)?))).collect()
}
