//! `callward.example.toml` held against the code: every key that is known, each with its default.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::de::DeTable;

use super::load::Config;
use super::place::Found;
use super::reading::Reading;
use super::section::Section;
use super::source::Source;

const EXAMPLE: &str = include_str!("../../callward.example.toml");

/// Sections with the keys of another section, which the example does not repeat.
const REPEATED: [&str; 2] = ["tenants.acme.fallback.", "tenants.acme.web_services.test."];

#[test]
fn all_keys_of_the_example_are_known() {
    let (_, _, findings) = read(&switched_on().join("\n"));

    assert_eq!(findings, []);
}

#[test]
fn each_default_of_the_example_is_the_default() {
    let lines = switched_on();
    let (with_all, _, _) = read(&lines.join("\n"));
    let shows_default = |line: &&String| key(line).is_some() && !line.contains("# no default");

    let defaults: Vec<&String> = lines.iter().filter(shows_default).collect();

    assert!(defaults.len() > 30, "{defaults:#?}");
    for default in defaults {
        let without: Vec<&str> = lines.iter().map(|line| if line == default { "" } else { line }).collect();
        assert_eq!(read(&without.join("\n")).0, with_all, "{default}");
    }
}

#[test]
fn the_example_as_it_stands_is_the_default() {
    assert_eq!(read(EXAMPLE).0, read("").0);
}

#[test]
fn no_known_key_is_missing_from_the_example() {
    let example = switched_on().join("\n");
    let written = keys(&toml::from_str(&example).unwrap(), "");
    let (_, known, _) = read(&example);

    let is_repeated = |key: &String| REPEATED.iter().any(|section| key.starts_with(section));
    let missing: Vec<&String> = known.difference(&written).filter(|key| !is_repeated(key)).collect();

    assert!(missing.is_empty(), "{missing:#?}");
}

/// What the configuration becomes, written out, with the known keys and what is wrong.
fn read(text: &str) -> (String, BTreeSet<String>, Vec<Found>) {
    let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let variables =
        [("CALLWARD_MASTER_KEY", key), ("SMTP_PASSWORD", "x"), ("TRUNK_PASSWORD", "x"), ("CONSENT_SECRET", "x"), ("IVR_PASSWORD", "x")];
    let environment: BTreeMap<_, _> = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let folder = Path::new("");
    let root = DeTable::parse(text).unwrap();
    let reading = Reading::new(Source::new("callward.example.toml", text), folder, &environment);
    let config = Config::read(&Section::root(&reading, root.get_ref()), folder);
    let (known, findings) = reading.finish();
    (format!("{config:#?} {}", config.storage.url.expose()), known, findings)
}

/// The example's lines, with every key and table in force.
fn switched_on() -> Vec<String> {
    let bare = |line: &str| line.strip_prefix("# ").filter(|line| line.starts_with('[') || key(line).is_some()).unwrap_or(line).to_owned();
    EXAMPLE.lines().map(bare).collect()
}

/// The key that a line sets.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(" = ")?;
    key.chars().all(|letter| letter.is_ascii_alphanumeric() || "._".contains(letter)).then_some(key)
}

fn keys(table: &toml::Table, section: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, value) in table {
        let name = format!("{section}{key}");
        match value {
            toml::Value::Table(table) => names.extend(keys(table, &format!("{name}."))),
            toml::Value::Array(elements) => {
                let inner = elements.iter().enumerate().filter_map(|(number, element)| Some((number, element.as_table()?)));
                inner.for_each(|(number, table)| names.extend(keys(table, &format!("{name}[{number}]."))));
            }
            _ => {}
        }
        names.insert(name);
    }
    names
}
