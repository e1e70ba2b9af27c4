//! "What of VoiceXML we speak", by section of the recommendations: generated from the names of the browser's fixtures.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Where the table stands, and what stands around it.
const PAGE: &str = "docs/voicexml.md";
const BEGIN: &str = "<!-- made from fixtures/browser by tests/it/browser_table.rs -->\n";

/// Sections of VoiceXML 2.0, and of 2.1 with a `v2.1-` before them.
const SECTIONS: [(&str, &str); 62] = [
    ("1.5.1", "Execution within one document"),
    ("1.5.2", "Applications: root documents"),
    ("1.5.4", "Final processing"),
    ("2.1", "Forms"),
    ("2.1.5", "Mixed initiative forms"),
    ("2.2", "Menus"),
    ("2.2.1", "Choices"),
    ("2.2.2", "Enumerate"),
    ("2.3.1", "Fields, built-in types, options"),
    ("2.3.3", "Initial"),
    ("2.3.4", "Subdialogs"),
    ("2.3.5", "Objects"),
    ("2.3.6", "Recordings"),
    ("2.3.7", "Transfers"),
    ("2.4", "Filled"),
    ("2.5", "Links"),
    ("3.1", "Grammars, inline and by address"),
    ("3.1.3", "Scope of grammars"),
    ("3.1.4", "Activation of grammars"),
    ("3.1.6", "From interpretation to form item"),
    ("4.1", "Prompts, speech markup"),
    ("4.1.3", "Audio"),
    ("4.1.5", "Barge-in"),
    ("4.1.6", "Prompt selection"),
    ("4.1.7", "Timeout of prompts"),
    ("4.1.8", "Prompt queueing, type-ahead"),
    ("5.1.1", "Names of variables"),
    ("5.1.2", "Scopes of variables"),
    ("5.1.4", "Session variables"),
    ("5.1.5", "Results of recognition"),
    ("5.2", "Events"),
    ("5.2.1", "Throw"),
    ("5.2.2", "Catch, counters"),
    ("5.2.3", "Shorthands of catch"),
    ("5.2.5", "Default handlers"),
    ("5.2.6", "Errors"),
    ("5.3", "Variables"),
    ("5.3.3", "Clear"),
    ("5.3.4", "If"),
    ("5.3.6", "Reprompt"),
    ("5.3.7", "Goto"),
    ("5.3.8", "Submit"),
    ("5.3.9", "Exit"),
    ("5.3.11", "Disconnect"),
    ("5.3.12", "Scripts"),
    ("5.3.13", "Log"),
    ("6.1", "Fetching"),
    ("6.1.1", "Sounds while fetching"),
    ("6.1.2", "Caching"),
    ("6.3", "Properties"),
    ("6.3.2", "Limits of speech"),
    ("6.3.3", "Timers of keys"),
    ("6.3.6", "Input modes, universals"),
    ("limits", "Pages without end or measure"),
    ("v2.1-data", "2.1 §5 Data"),
    ("v2.1-disconnect", "2.1 §8 Disconnect with a namelist"),
    ("v2.1-foreach", "2.1 §6 Foreach"),
    ("v2.1-mark", "2.1 §4 Marks"),
    ("v2.1-recordutterance", "2.1 §7 Recording while recognising"),
    ("v2.1-srcexpr", "2.1 §2, §3 Computed addresses"),
    ("v2.1-static", "2.1 §2 Computed grammars and scripts; conflicts"),
    ("v2.1-transfer", "2.1 §9 Transfers by consultation"),
];

#[test]
fn the_table_of_sections_is_what_the_fixtures_show() {
    let table = table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = fs::read_to_string(&path).unwrap();
    let Some((before, written)) = page.split_once(BEGIN) else { panic!("{PAGE} has no line {BEGIN}") };

    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{table}")).unwrap();
        return;
    }

    assert!(written == table, "{PAGE} tells of other fixtures: run the test with UPDATE_DOCS=1 to write it anew");
}

/// One line for each section, with its fixtures.
fn table() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/browser");
    let mut calls: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    calls.retain(|name| name.ends_with(".call"));
    calls.sort();
    let mut sections: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for call in calls {
        let (place, name) = section_of(call.trim_end_matches(".call"));
        sections.entry(place).or_default().push(format!("[{name}](../fixtures/browser/{call})"));
    }
    let mut table = "\n| section | | shown by |\n|---|---|---|\n".to_owned();
    for (place, fixtures) in sections {
        let (section, title) = SECTIONS[place];
        let number = if section.starts_with(|first: char| first.is_ascii_digit()) { format!("§{section}") } else { String::new() };
        writeln!(table, "| {number} | {title} | {} |", fixtures.join(", ")).unwrap();
    }
    table
}

/// The longest section whose name the fixture's begins with, and the rest of the name in words.
fn section_of(fixture: &str) -> (usize, String) {
    let fits = |section: &str| fixture.strip_prefix(section).filter(|rest| rest.is_empty() || rest.starts_with('-'));
    let found =
        SECTIONS.iter().enumerate().filter(|(_, (section, _))| fits(section).is_some()).max_by_key(|(_, (section, _))| section.len());
    let Some((place, (section, title))) = found else { panic!("{fixture} is of no section in the table: name it here") };
    let rest = fits(section).unwrap_or_default().trim_start_matches('-').replace('-', " ");
    (place, if rest.is_empty() { title.to_lowercase() } else { rest })
}
