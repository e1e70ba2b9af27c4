//! `callward flow check`: everything that is wrong in flow files, all at once.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use crate::finding::{Finding, Severity, Source};
use crate::flow::Flow;
use crate::lint::check_calls;

use super::beside::Beside;
use super::flow_files::{flow_files, flow_name, folder_of, read_source};
use super::flows::review_beside;

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FindingFormat {
    /// With the line they are about.
    Text,
    /// One JSON object a line.
    Json,
}

/// A file and what there is to say about it.
pub(super) struct Checked {
    /// The file.
    pub source: Source,
    /// All that was found.
    pub findings: Vec<Finding>,
}

/// Checks files, or all in the folder `flows`; whether none has an error.
pub(super) fn flow_check(paths: &[PathBuf], format: FindingFormat) -> Result<bool, Box<dyn Error>> {
    let files = flow_files(paths)?;
    let checked = files.iter().map(|path| check_file(path)).collect::<Result<Vec<_>, _>>()?;
    for Checked { source, findings } in &checked {
        findings.iter().for_each(|finding| println!("{}", shown(finding, source, format)));
    }
    let count = |severity| checked.iter().flat_map(|checked| &checked.findings).filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if format == FindingFormat::Text {
        eprintln!("{}: {}, {}", counted(checked.len(), "flow"), counted(errors, "error"), counted(warnings, "warning"));
    }
    Ok(errors == 0)
}

/// Everything that is wrong in a file, the flows beside it included where it calls them.
pub(super) fn check_file(path: &Path) -> Result<Checked, Box<dyn Error>> {
    let source = read_source(path)?;
    let review = review_beside(&source.text, &Beside::read(folder_of(path))?);
    let mut findings = review.findings;
    if let Some(flow) = review.flow {
        let name = flow_name(path);
        let calls_others = flow.calls().next().is_some();
        let mut flows = if calls_others { flows_beside(path)? } else { BTreeMap::new() };
        flows.insert(name.clone(), flow);
        findings.extend(check_calls(&name, &flows));
        findings.sort_by_key(|finding| finding.span.start);
    }
    Ok(Checked { source, findings })
}

/// The sound flows of the same folder: what calls can lead to.
fn flows_beside(path: &Path) -> Result<BTreeMap<String, Flow>, Box<dyn Error>> {
    let mut flows = BTreeMap::new();
    for path in flow_files(&[folder_of(path).to_owned()])? {
        if let Ok(flow) = Flow::read(&read_source(&path)?.text) {
            flows.insert(flow_name(&path), flow);
        }
    }
    Ok(flows)
}

fn shown(finding: &Finding, source: &Source, format: FindingFormat) -> String {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    match format {
        FindingFormat::Text => format!("{}\n", finding.render(source, colour)),
        FindingFormat::Json => finding.json(source).to_string(),
    }
}

pub(super) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_that_is_called_is_looked_for_beside_the_caller() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["front-door", "two-factor", "consent"] {
            std::fs::copy(format!("{}/flows/{name}.yaml", env!("CARGO_MANIFEST_DIR")), folder.path().join(format!("{name}.yaml"))).unwrap();
        }
        let front_door = folder.path().join("front-door.yaml");
        assert!(check_file(&front_door).unwrap().findings.is_empty());

        std::fs::remove_file(folder.path().join("consent.yaml")).unwrap();

        let rules: Vec<&str> = check_file(&front_door).unwrap().findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["unknown-flow"]);
    }
}
