//! Any text as a flow file: read, held against every rule, shown with its findings, and laid out when it is a flow.

#![no_main]

use callward::finding::Source;
use callward::formatter;
use callward::lint::review;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let review = review(text);
    assert!(review.flow.is_some() || !review.findings.is_empty(), "no flow, and nobody says why");
    let source = Source { path: "flow.yaml".to_owned(), text: text.to_owned() };
    for finding in &review.findings {
        let _ = finding.render(&source, false);
    }
    let _ = formatter::format(text);
});
