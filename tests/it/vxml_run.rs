//! `callward vxml run --stdio` as other programs see it: JSON lines out, replies in, exit codes.

use std::process::Stdio;

use axum::Router;
use axum::extract::RawForm;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const PAGE: &str = "<vxml xmlns='http://www.w3.org/2001/vxml' version='2.1'><form>
  <field name='pin'>
    <property name='timeout' value='4s'/>
    <prompt bargein='false'>Your <audio src='/pin.wav'>code</audio>?</prompt>
    <grammar src='builtin:dtmf/digits?length=2'/>
  </field>
  <transfer name='far' dest='tel:+4930' type='bridge' connecttimeout='7s' maxtime='9s'/>
  <record name='voice' maxtime='3s' dtmfterm='true'/>
  <block><log label='debug'>far <value expr='far'/></log><submit next='/check' method='post' namelist='pin far'/></block>
</form></vxml>";

const DICE: &str = "<vxml xmlns='http://www.w3.org/2001/vxml' version='2.1'><var name='began' expr='new Date().getTime()'/><form>
  <field name='pin' type='digits'><prompt timeout='4s'>Your code?</prompt>
    <noinput><log><value expr='new Date().getTime() - began'/> <value expr='Math.random()'/></log><exit/></noinput>
  </field></form></vxml>";

#[tokio::test]
async fn a_script_gives_a_trace_that_closes_with_an_end() {
    let origin = serve().await;
    let script = json!([{ "noinput": true }, { "keys": "12", "gap_ms": 50 }, { "transfer": "busy" }, { "record_ms": 2000, "end": "#" }]);

    let (code, trace) = run(&[&format!("{origin}/start"), "--script", &script.to_string()], "").await;

    assert_eq!(code, Some(0));
    let kinds: Vec<&str> = trace.iter().filter_map(|line| line["t"].as_str()).collect();
    let expected = "fetch document item prompt listen event handler item prompt listen match variable item transfer variable item record \
                    variable item log submit fetch document item prompt end";
    assert_eq!(kinds.join(" "), expected);
    let line = |kind: &str| trace.iter().find(|line| line["t"] == kind).unwrap();
    assert_eq!(line("prompt")["text"], "Your code?");
    assert_eq!(line("prompt")["audio"], json!([format!("{origin}/pin.wav")]));
    assert_eq!(line("prompt")["bargein"], false);
    assert_eq!(line("listen")["timeout_ms"], 4000);
    assert_eq!(line("listen")["termchar"], "#");
    assert_eq!(line("match")["keys"], "12");
    assert_eq!(line("match")["result"], json!({ "utterance": "12", "inputmode": "dtmf", "interpretation": "12" }));
    assert_eq!(line("transfer")["dest"], "tel:+4930");
    assert_eq!(line("transfer")["type"], "bridge");
    assert_eq!([&line("transfer")["connecttimeout_ms"], &line("transfer")["maxtime_ms"]], [7000, 9000]);
    assert_eq!([&line("record")["maxtime_ms"], &line("record")["dtmfterm"]], [&json!(3000), &json!(true)]);
    assert_eq!([&line("log")["label"], &line("log")["text"]], ["debug", "far busy"]);
    assert_eq!(line("submit")["params"], json!({ "pin": "12", "far": "busy" }));
    assert_eq!(trace.iter().rfind(|line| line["t"] == "prompt").unwrap()["text"], "pin=12 far=busy");
    assert_eq!([&line("end")["reason"], &line("end")["uncaught"]], [&json!("exit"), &Value::Null]);
}

#[tokio::test]
async fn replies_come_from_stdin_and_mistakes_are_told() {
    let origin = serve().await;

    let (code, trace) = run(&[&format!("{origin}/start")], "nonsense\n{\"hangup\":true}\n").await;

    assert_eq!(code, Some(0));
    assert!(trace.iter().any(|line| line["t"] == "mistake"));
    assert_eq!(trace.last().unwrap()["reason"], "hangup");
}

#[tokio::test]
async fn a_script_is_broken_off_after_twelve_listens() {
    let origin = serve().await;

    let (code, trace) = run(&[&format!("{origin}/start"), "--script", "[]"], "").await;

    assert_eq!(code, Some(0));
    assert_eq!(trace.iter().filter(|line| line["t"] == "listen").count(), 13);
    assert_eq!(trace.last().unwrap()["t"], "end");
}

#[tokio::test]
async fn a_reply_that_is_far_away_holds_up_no_script() {
    let origin = serve().await;
    let script = json!([{ "keys": "12", "during_prompt": 1, "at_ms": u64::MAX, "gap_ms": u64::MAX, "then_ms": u64::MAX }]);

    let (code, trace) = run(&[&format!("{origin}/start"), "--script", &script.to_string()], "").await;

    assert_eq!(code, Some(0));
    assert_eq!(trace.iter().filter(|line| line["t"] == "listen").count(), 13);
    assert_eq!(trace.last().unwrap()["t"], "end");
}

#[tokio::test]
async fn virtual_time_reaches_scripts_and_their_dice_fall_the_same_way() {
    let address = format!("{}/dice", serve().await);
    let arguments = [address.as_str(), "--script", "[]"];

    let (_, trace) = run(&arguments, "").await;

    let log = trace.iter().find(|line| line["t"] == "log").unwrap();
    assert_eq!(log["text"].as_str().unwrap().split(' ').next().unwrap(), log["ms"].to_string());
    assert_eq!(run(&arguments, "").await.1, trace);
}

#[tokio::test]
async fn wrong_usage_is_exit_code_two() {
    assert_eq!(run(&["no address"], "").await.0, Some(2));
    assert_eq!(run(&["http://127.0.0.1:9/", "--script", "{}"], "").await.0, Some(2));
}

/// A server on loopback, by its origin.
async fn serve() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/start", get(async || PAGE)).route("/check", post(check)).route("/dice", get(async || DICE));
    tokio::spawn(async move { axum::serve(listener, router).await });
    origin
}

async fn check(RawForm(form): RawForm) -> String {
    let words = String::from_utf8(form.to_vec()).unwrap().replace('&', " ");
    format!("<vxml version='2.1'><form><block>{words}</block></form></vxml>")
}

async fn run(arguments: &[&str], stdin: &str) -> (Option<i32>, Vec<Value>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_callward"))
        .args(["vxml", "run", "--stdio", "--url"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(stdin.as_bytes()).await.unwrap();
    drop(input);
    let output = child.wait_with_output().await.unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}
