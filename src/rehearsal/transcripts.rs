//! Every transcript of the house, played by every door.

use std::path::Path;
use std::sync::Arc;

use crate::finding::Source;
use crate::flow::Flow;

use super::house::Flows;
use super::player::rehearse;
use super::telephone::Door;
use super::transcript::Transcript;

fn files(folder: &str, extension: &str) -> Vec<(String, Source)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let source = |path: &Path| Source { path: path.display().to_string(), text: std::fs::read_to_string(path).unwrap() };
    paths.iter().map(|path| (name(path), source(path))).collect()
}

fn shipped() -> Flows {
    let flow = |source: &Source| Arc::new(Flow::read(&source.text).unwrap());
    files("flows", "yaml").iter().map(|(name, source)| (name.clone(), flow(source))).collect()
}

async fn play_all(door: Door) {
    let flows = shipped();
    let mut failures = Vec::new();
    for (_, source) in files("fixtures/calls", "call") {
        let transcript = Transcript::read(&source.text).unwrap_or_else(|findings| {
            panic!("{}", findings.iter().map(|finding| finding.render(&source, false)).collect::<Vec<_>>().join("\n\n"))
        });
        let outcomes = rehearse(&flows, &transcript, door).await;
        failures.extend(outcomes.iter().filter(|outcome| !outcome.passed()).map(|outcome| outcome.render(&source, false)));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[tokio::test]
async fn every_transcript_comes_true_offline() {
    play_all(Door::Offline).await;
}

#[tokio::test]
async fn every_transcript_comes_true_over_http() {
    play_all(Door::OverHttp).await;
}
