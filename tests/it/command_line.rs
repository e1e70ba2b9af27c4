//! The real program, started as people start it: help, mistakes, calls, grammars, the demo (DESIGN, "Command line").

use std::net::TcpListener;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::gateway::{program, terminate};
use crate::house::House;
use crate::skip;

/// How long a program may take to come up or to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// The demo's ports: they cannot be chosen.
const DEMO_PORTS: [u16; 3] = [8080, 9000, 1025];

#[tokio::test]
async fn help_says_what_can_be_asked_with_examples() {
    let commands: [&[&str]; 6] = [&["demo"], &["serve"], &["call"], &["records", "show"], &["vxml", "run"], &["srgs", "match"]];

    let all = run(&["--help"], "").await;
    assert_eq!(all.status.code(), Some(0));
    for command in commands {
        let help = run(&[command, &["--help"]].concat(), "").await;
        assert_eq!(help.status.code(), Some(0), "{command:?}");
        assert!(text(&help.stdout).contains(&format!("\n  callward {}", command.join(" "))), "{}", text(&help.stdout));
        assert!(text(&all.stdout).contains(&format!("\n  {} ", command[0])), "{}", text(&all.stdout));
    }
}

#[tokio::test]
async fn wrong_usage_is_exit_code_2() {
    for arguments in
        [&["serv"][..], &[], &["call"], &["serve", "--colour"], &["call", "two-factor", "--var", "identity"], &["srgs", "match"]]
    {
        let said = run(arguments, "").await;
        assert_eq!(said.status.code(), Some(2), "{arguments:?}");
        assert!(text(&said.stderr).contains("Usage: callward") || text(&said.stderr).contains("--help"), "{}", text(&said.stderr));
    }
}

#[tokio::test]
async fn a_wrong_configuration_is_exit_code_2_with_file_line_and_the_nearest_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("callward.toml");
    let config = "[http]\nlisten = \"127.0.0.1:0\"\n\n[tenants.acme.platforms]\nalow = [\"127.0.0.1\"]\n";
    std::fs::write(&file, config).unwrap();

    let said = run(&["serve", "--config", file.to_str().unwrap()], "").await;

    assert_eq!(said.status.code(), Some(2));
    let complaint = text(&said.stderr);
    assert!(complaint.contains(&format!("{}:5", file.display())) && complaint.contains("allow"), "{complaint}");
}

#[tokio::test]
async fn a_configuration_or_flow_that_is_not_there_is_named() {
    for arguments in [&["serve", "--config", "nowhere/callward.toml"][..], &["call", "nowhere/flow.yaml"]] {
        let said = run(arguments, "").await;
        assert_eq!(said.status.code(), Some(2), "{arguments:?}");
        assert!(text(&said.stderr).contains(arguments.last().unwrap()), "{}", text(&said.stderr));
    }
}

#[tokio::test]
async fn a_flow_with_faults_is_exit_code_2_with_file_line_and_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.yaml");
    let flow = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/flows/two-factor.yaml")).unwrap();
    std::fs::write(&file, flow.replace("start: skip", "start: skipp")).unwrap();
    let line = flow.lines().position(|line| line == "start: skip").unwrap() + 1;

    let said = run(&["call", file.to_str().unwrap()], "").await;

    let complaint = text(&said.stderr);
    assert_eq!(said.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains(&format!("{}:{line}", file.display())) && complaint.contains("did you mean skip?"), "{complaint}");
}

#[tokio::test]
async fn a_flow_file_is_called_and_the_caller_is_verified() {
    let said = run(&["call", "flows/two-factor.yaml", "--var", "identity=1002", "--keys", "{sms}"], "").await;

    let heard = text(&said.stdout);
    assert_eq!(said.status.code(), Some(0), "{heard}\n{}", text(&said.stderr));
    assert!(heard.contains("Enter it on your keypad") && heard.contains("Thank you, that is done."), "{heard}");
}

#[tokio::test]
async fn wrong_keys_are_exit_code_1() {
    let said = run(&["call", "flows/two-factor.yaml", "--var", "identity=1002", "--keys", "0#"], "").await;

    assert_eq!(said.status.code(), Some(1), "{}", text(&said.stdout));
    assert!(text(&said.stdout).contains("I will get someone to help you."), "{}", text(&said.stdout));
}

#[tokio::test]
async fn keys_that_nobody_can_press_are_exit_code_2() {
    for arguments in [["call", "two-factor", "--keys", "2 {code}"], ["call", "sip:two-factor@127.0.0.1", "--keys", "yes"]] {
        let said = run(&arguments, "").await;

        assert_eq!(said.status.code(), Some(2), "{}", text(&said.stderr));
        assert!(text(&said.stderr).contains("--keys"), "{}", text(&said.stderr));
    }
}

#[tokio::test]
async fn a_call_as_json_is_a_trace_that_closes_with_an_end() {
    let said = run(&["call", "flows/two-factor.yaml", "--var", "identity=1004", "--json", "--trace"], "").await;

    let trace: Vec<Value> = text(&said.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let end = trace.last().unwrap();
    assert_eq!((end["t"].as_str(), end["exit"]["authReason"].as_str()), (Some("end"), Some("no_contact_method")), "{end}");
    assert!(trace.iter().any(|line| line["t"] == "fetch"), "{trace:?}");
}

#[tokio::test]
async fn the_browser_alone_walks_our_own_pages() {
    let house = House::usual().await;
    let entry = house.url("/vxml/demo/two-factor?identity=1001");
    let script = json!([{ "noinput": true }, { "keys": "2" }, { "keys": "0#" }]).to_string();

    let said = run(&["vxml", "run", "--stdio", "--url", entry.as_str(), "--script", &script], "").await;

    let trace: Vec<Value> = text(&said.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let end = trace.last().unwrap();
    assert_eq!((said.status.code(), end["reason"].as_str()), (Some(0), Some("exit")));
    assert_eq!(end["exit"]["authReason"], "agent_requested");
    assert_eq!((end["exit"]["authMethod"].as_str(), house.messages()), (Some(""), 1));
}

#[tokio::test]
async fn the_matcher_answers_line_by_line() {
    let requests = [
        json!({ "grammar": null, "uri": "builtin:dtmf/digits?length=2", "mode": "dtmf", "tokens": ["1"] }),
        json!({ "grammar": null, "uri": "builtin:dtmf/digits?length=2", "mode": "dtmf", "tokens": ["1", "2"] }),
        json!({ "grammar": "<grammar", "uri": null, "mode": "dtmf", "tokens": [] }),
    ];
    let lines: String = requests.iter().map(|request| format!("{request}\n")).collect();

    let said = run(&["srgs", "match", "--stdio"], &lines).await;

    let results: Vec<Value> =
        text(&said.stdout).lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["result"].clone()).collect();
    assert_eq!((said.status.code(), results), (Some(0), vec!["PARTIAL".into(), "MATCH_END".into(), "PARSE_ERROR".into()]));
}

#[tokio::test]
async fn the_demo_comes_up_is_called_and_stops() {
    if let Some(taken) = DEMO_PORTS.into_iter().find(|port| TcpListener::bind(("127.0.0.1", *port)).is_err()) {
        skip::loudly(&format!("port {taken} is taken, and the demo needs it"));
        return;
    }
    let mut demo = program(&["demo"]).stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let mut welcome = String::new();
    while !welcome.contains("Ctrl-C stops it.") {
        let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
        welcome += &(line.unwrap_or_else(|| panic!("the demo stopped: {welcome}")) + "\n");
    }

    let called = run(&["call", "two-factor", "--var", "identity=1001", "--keys", "2 {sms}#"], "").await;
    let external = run(&["call", "two-factor-external", "--var", "identity=1003", "--keys", ""], "").await;
    terminate(&demo);
    let stopped = timeout(PATIENCE, demo.wait()).await.unwrap().unwrap();

    assert!(welcome.contains("1001") && welcome.contains("http://127.0.0.1:9000/"), "{welcome}");
    assert_eq!(called.status.code(), Some(0), "{}", text(&called.stdout));
    assert!(text(&external.stdout).contains("authenticator app"), "{}", text(&external.stdout));
    assert_eq!(stopped.code(), Some(0));
}

/// Runs the program to its end, in the folder of the project.
pub async fn run(arguments: &[&str], stdin: &str) -> Output {
    let mut command: Command = program(arguments);
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = running.stdin.take().unwrap();
    // A program that does not read has closed its end.
    let _ = pipe.write_all(stdin.as_bytes()).await;
    drop(pipe);
    timeout(PATIENCE, running.wait_with_output()).await.unwrap().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
