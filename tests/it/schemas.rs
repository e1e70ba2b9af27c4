//! W3C's schemas, many documents to one run of xmllint (VoiceXML 2.0 appendix O, VoiceXML 2.1, SRGS 1.0 appendix C).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::skip;

/// Documents that have to be valid; looked at together when this is dropped.
#[derive(Default)]
pub struct Met(Mutex<BTreeSet<String>>);

/// A schema, with what only its documents contain.
const SCHEMAS: [(&str, &str); 3] = [
    ("vxml20/vxml.xsd", "<vxml version=\"2.0\""),
    ("vxml21/vxml.xsd", "<vxml version=\"2.1\""),
    ("srgs_ssml/grammar.xsd", "xmlns=\"http://www.w3.org/2001/06/grammar\""),
];

impl Met {
    /// Remembers a document.
    pub fn note(&self, document: &str) {
        self.0.lock().unwrap().insert(document.to_owned());
    }

    /// The documents so far.
    pub fn documents(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().cloned().collect()
    }
}

impl Drop for Met {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_valid(&self.0.lock().unwrap());
        }
    }
}

/// Needs `xmllint` and the schemas; says so loudly where they are missing.
fn assert_valid(documents: &BTreeSet<String>) {
    let mut judged = 0;
    for (schema, mark) in SCHEMAS {
        let documents: Vec<&String> = documents.iter().filter(|document| document.contains(mark)).collect();
        judged += documents.len();
        if !documents.is_empty() {
            judge(&documents, schema);
        }
    }
    assert_eq!(judged, documents.len(), "every document has its schema");
}

fn judge(documents: &[&String], schema: &str) {
    let schema = conformance().join("schemas").join(schema);
    if !schema.exists() {
        skip::loudly(&format!("there is no schema {}; set CALLWARD_CONFORMANCE", schema.display()));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let files = documents.iter().enumerate().map(|(number, document)| {
        let file = folder.path().join(format!("{number}.xml"));
        std::fs::write(&file, document).unwrap();
        file
    });
    let files: Vec<PathBuf> = files.collect();
    let Ok(verdict) = Command::new("xmllint").args(["--nonet", "--noout", "--schema"]).arg(&schema).args(&files).output() else {
        skip::loudly("xmllint is not installed (Debian: libxml2-utils)");
        return;
    };
    assert!(verdict.status.success(), "{}", complaints(&String::from_utf8_lossy(&verdict.stderr), folder.path(), documents));
}

/// What xmllint says, and the first document that it says it of.
fn complaints(said: &str, folder: &Path, documents: &[&String]) -> String {
    let said: Vec<&str> = said.lines().filter(|line| !line.ends_with(" validates")).collect();
    let name = said.first().and_then(|line| line.strip_prefix(&format!("{}/", folder.display())));
    let number = name.and_then(|name| name.split(".xml").next()).and_then(|number| number.parse::<usize>().ok());
    format!("{}\n{}", said.join("\n"), number.map_or("", |number| documents[number]))
}

fn conformance() -> PathBuf {
    std::env::var_os("CALLWARD_CONFORMANCE").map_or_else(|| PathBuf::from("../shared/conformance"), PathBuf::from)
}
