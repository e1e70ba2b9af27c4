//! Reads a flow file and gathers everything there is to say about it.

use crate::finding::{Finding, Severity};
use crate::flow::Flow;

use super::RULES;
use super::roads::Roads;

/// What came of reading a flow file.
#[derive(Debug)]
pub struct Review {
    /// The flow; `None` where the file cannot be read as one.
    pub flow: Option<Flow>,
    /// What is wrong and what is worth a look, in the order of the file.
    pub findings: Vec<Finding>,
}

/// Reads the text of a flow file, and when it is a flow, holds it against every rule.
pub fn review(text: &str) -> Review {
    let flow = match Flow::read(text) {
        Ok(flow) => flow,
        Err(findings) => return Review { flow: None, findings },
    };
    let roads = Roads::of(&flow, text);
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&roads)).collect();
    findings.sort_by_key(|finding| finding.span.start);
    Review { flow: Some(flow), findings }
}

/// Whether any of the findings forbids the use of the file.
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::PathBuf;

    use crate::finding::Source;
    use crate::flow::GrammarFile;

    use super::super::missing_grammar::check_grammars;
    use super::super::missing_recording::check_recordings;
    use super::*;

    fn files(folder: &str) -> Vec<(String, Source)> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let yaml = paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        yaml.map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, Source { path: path.display().to_string(), text: fs::read_to_string(&path).unwrap() })
        })
        .collect()
    }

    fn shown(findings: &[Finding], source: &Source) -> String {
        findings.iter().map(|finding| finding.render(source, false)).collect::<Vec<_>>().join("\n\n")
    }

    #[test]
    fn every_bad_example_gives_exactly_its_rule() {
        let mut odd = String::new();
        for (name, source) in files("fixtures/flows") {
            let mut review = review(&source.text);
            if let Some(flow) = &mut review.flow {
                let broken = GrammarFile::read(include_str!("../../fixtures/flows/broken.grxml"));
                flow.grammars.insert("broken.grxml".to_owned(), broken);
            }

            let beside = review.flow.iter().flat_map(|flow| [check_recordings(flow), check_grammars(flow)].concat());
            let rules: BTreeSet<String> =
                review.findings.iter().cloned().chain(beside).map(|finding| finding.rule.replace('-', "_")).collect();
            if rules != BTreeSet::from([name]) {
                odd += &format!("{}:\n{}\n\n", source.path, shown(&review.findings, &source));
            }
        }
        assert!(odd.is_empty(), "{odd}");
    }

    #[test]
    fn every_rule_has_its_bad_example() {
        let examples: BTreeSet<String> = files("fixtures/flows").into_iter().map(|(name, _)| name).collect();

        let rules = fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/lint")).unwrap();
        let rules = rules.map(|entry| entry.unwrap().path());
        for path in rules.filter(|path| fs::read_to_string(path).unwrap().contains("\npub(super) fn check(roads")) {
            let rule = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(examples.contains(&rule), "fixtures/flows/{rule}.yaml is missing");
        }
    }

    #[test]
    fn the_shipped_flows_are_clean() {
        for (_, source) in files("flows") {
            let review = review(&source.text);

            assert!(review.findings.is_empty(), "{}", shown(&review.findings, &source));
        }
    }
}
