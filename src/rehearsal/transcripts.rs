//! Every transcript of the house, played by every door.

use std::path::Path;
use std::sync::Arc;

use crate::finding::{Finding, Source};
use crate::flow::Flow;

use super::coverage::Coverage;
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

/// Ways that are there for a day on which another step changes: who is asked for consent may be asked, and methods that were found
/// are there to be chosen from.
fn is_guard(flow: &str, finding: &Finding, source: &Source) -> bool {
    let before = source.text.get(..finding.span.start).unwrap_or_default().trim_end();
    match flow {
        "consent" => before.ends_with("not_allowed:"),
        "two-factor" => before.ends_with("{ chosen: send, none_left:"),
        _ => false,
    }
}

async fn play(door: Door, transcript: &Transcript, source: &Source) -> Vec<Vec<String>> {
    let outcomes = rehearse(&shipped(), transcript, door).await;
    let failures: Vec<String> = outcomes.iter().filter(|outcome| !outcome.passed()).map(|outcome| outcome.render(source, false)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    outcomes.iter().map(|outcome| outcome.conversation.iter().map(ToString::to_string).collect()).collect()
}

#[tokio::test]
async fn the_transcripts_go_every_way_of_the_shipped_flows() {
    let flows = shipped();
    let mut coverage = Coverage::default();
    for (_, source) in files("fixtures/calls", "call") {
        let transcript = Transcript::read(&source.text).unwrap();
        let outcomes = rehearse(&flows, &transcript, Door::Offline).await;
        outcomes.iter().for_each(|outcome| coverage.add(&outcome.coverage));
    }

    let mut unreached = Vec::new();
    for (name, source) in files("flows", "yaml") {
        let findings = coverage.unreached(&name, &flows[&name]);
        unreached
            .extend(findings.iter().filter(|finding| !is_guard(&name, finding, &source)).map(|finding| finding.render(&source, false)));
    }
    assert!(unreached.is_empty(), "{}", unreached.join("\n"));
}

#[tokio::test]
async fn every_transcript_comes_true_and_both_doors_tell_the_same() {
    for (_, source) in files("fixtures/calls", "call") {
        let transcript = Transcript::read(&source.text).unwrap_or_else(|findings| {
            panic!("{}", findings.iter().map(|finding| finding.render(&source, false)).collect::<Vec<_>>().join("\n\n"))
        });

        let offline = play(Door::Offline, &transcript, &source).await;
        let over_http = play(Door::OverHttp, &transcript, &source).await;

        for ((offline, over_http), case) in offline.iter().zip(&over_http).zip(&transcript.cases) {
            assert_eq!(offline, over_http, "{}", case.name);
        }
    }
}
