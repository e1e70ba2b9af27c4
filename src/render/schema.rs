//! Holds every document of this room against W3C's schemas (VoiceXML 2.0 appendix O, VoiceXML 2.1, SRGS 1.0 appendix C).

use std::env;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::flow::{Act, Listen, Takes, TransferKind, Turn};

use super::end_page::EndPage;
use super::entry_page::EntryPage;
use super::frame::{DialogKind, Version};
use super::grammar_name::{GrammarName, Grammars};
use super::hang_up_page::HangUpPage;
use super::sample::{HOSTILE, code, code_question, hostile, menu, on_hold, transfer};
use super::turn_page::TurnPage;
use super::variable::{UNREACHABLE, Variable};

const VERSIONS: [Version; 2] = [Version::V20, Version::V21];
const KINDS: [DialogKind; 2] = [DialogKind::Main, DialogKind::Subdialog];
const ADDRESS: &str = "/vxml/acme/two-factor/a1b2/3?x=1&y=2";

#[test]
fn turn_pages_are_valid() {
    let lone_digit = Takes::Digits { from: 1, to: 1 };
    let short = Turn { act: Act::Listen(Listen { takes: lone_digit, ..code_question() }), ..code() };
    let (bridge, blind) = (transfer(TransferKind::Bridge), transfer(TransferKind::Blind));
    for (turn, version, kind) in every(&[code(), menu(), hostile(), short, bridge, blind, on_hold(&['0', '*']), on_hold(&[])]) {
        for grammars in [Grammars::Inline, Grammars::Served { base: "https://gw.example" }] {
            let page = TurnPage {
                turn,
                submit: ADDRESS,
                kind,
                version,
                grammars,
                hold: Some("/prompts/one_moment.en.wav"),
                sounds: "/prompts",
                music: Some("/prompts/hold.wav"),
            };
            assert_valid(&page.render(), page_schema(version));
        }
    }
}

#[test]
fn entry_pages_are_valid() {
    let hostile = Variable::new("lang", HOSTILE).unwrap();
    let declared = [hostile, Variable::new("identity", "1001").unwrap()];
    for (variables, version, kind) in every(&[&declared[..], &[]]) {
        let page = EntryPage { submit: ADDRESS, kind, language: "en-GB", variables, version, hold: None };
        assert_valid(&page.render(), page_schema(version));
    }
}

#[test]
fn end_pages_are_valid() {
    for (turn, version, kind) in every(&[Some(ADDRESS), None]) {
        let page = EndPage { say: &hostile().said, results: &UNREACHABLE, kind, language: "en", turn: *turn, version, sounds: "/prompts" };
        assert_valid(&page.render(), page_schema(version));
        assert_valid(&EndPage { say: &[], results: &[], ..page }.render(), page_schema(version));
    }
}

#[test]
fn hang_up_answers_are_valid() {
    for version in VERSIONS {
        assert_valid(&HangUpPage { version }.render(), page_schema(version));
    }
}

#[test]
fn served_grammars_are_valid() {
    for name in ["keys-129sh", "digits-1", "digits-2-hash", "digits-40"] {
        assert_valid(&GrammarName::read(name).unwrap().render(), "srgs_ssml/grammar.xsd");
    }
}

fn every<T>(subjects: &[T]) -> impl Iterator<Item = (&T, Version, DialogKind)> {
    let variants = VERSIONS.into_iter().flat_map(|version| KINDS.map(|kind| (version, kind)));
    variants.flat_map(move |(version, kind)| subjects.iter().map(move |subject| (subject, version, kind)))
}

fn page_schema(version: Version) -> &'static str {
    match version {
        Version::V20 => "vxml20/vxml.xsd",
        Version::V21 => "vxml21/vxml.xsd",
    }
}

/// Needs `xmllint` and the schemas; says so loudly where they are missing.
fn assert_valid(document: &str, schema: &str) {
    let conformance = env::var_os("CALLWARD_CONFORMANCE").map_or_else(|| PathBuf::from("../shared/conformance"), PathBuf::from);
    let schema = conformance.join("schemas").join(schema);
    if !schema.exists() {
        skip(&format!("there is no schema {}; set CALLWARD_CONFORMANCE", schema.display()));
        return;
    }
    let mut xmllint = Command::new("xmllint");
    xmllint
        .args(["--nonet", "--noout", "--schema"])
        .arg(&schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let Ok(mut running) = xmllint.spawn() else {
        skip("xmllint is not installed (Debian: libxml2-utils)");
        return;
    };
    running.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let verdict = running.wait_with_output().unwrap();
    assert!(verdict.status.success(), "{}\n{document}", String::from_utf8_lossy(&verdict.stderr));
}

/// Said past the harness, which keeps what passing tests print.
fn skip(why: &str) {
    writeln!(std::io::stderr(), "SKIPPED: {why}").unwrap();
}
