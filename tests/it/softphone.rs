//! `callward call sip:…` as people and monitors use it: what it hears, how it hangs up, its exit codes (DESIGN, "The outgoing SIP call").

use std::process::Stdio;
use std::time::Duration;

use callward::sip::{CallNews, Cause, Refused, Side};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::caller::Caller;
use crate::command_line::{run, text};
use crate::gateway::program;
use crate::peer_programs::{PATIENCE, is_missing};
use crate::telephone_house::House;

#[tokio::test]
async fn a_telephone_of_the_command_line_calls_a_house_and_records_what_it_hears() {
    let house = House::open().await;
    let (target, inbox) = (format!("sip:two-factor@{}", house.udp()), house.stand_ins.base_url());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heard.wav");
    let record = ["--record", file.to_str().unwrap()];

    let right = ["call", &target, "--var", "identity=1002", "--keys", "{sms}", "--inbox", &inbox, "--json"];
    let called = run(&[&right[..], &record].concat(), "").await;

    let told: Vec<Value> = text(&called.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let end = told.last().unwrap();
    assert_eq!((called.status.code(), end["exit"]["authStatus"].as_str()), (Some(0), Some("verified")), "{end}");
    let heard = callward::audio::read_wav(&std::fs::read(&file).unwrap()).unwrap();
    assert!(heard.duration() > Duration::from_secs(3) && heard.samples().iter().any(|sample| *sample > 3000));
}

#[tokio::test]
async fn a_telephone_call_that_verifies_nobody_is_exit_code_1() {
    let house = House::open().await;
    let target = |code: &str| format!("sip:{code}@{}", house.udp());

    let agent = run(&["call", &target("two-factor"), "--var", "identity=1002", "--keys", "0#"], "").await;
    let unknown = run(&["call", &target("nothing"), "--keys", "1"], "").await;
    let nonsense = run(&["call", "sip:", "--keys", "1"], "").await;

    assert_eq!(agent.status.code(), Some(1), "{}", text(&agent.stdout));
    assert!(text(&agent.stdout).contains("agent_requested"), "{}", text(&agent.stdout));
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stdout).contains("refused with 404 Not Found"), "{}", text(&unknown.stdout));
    assert_eq!(nonsense.status.code(), Some(2), "{}", text(&nonsense.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_hangs_up_and_says_so() {
    let mut other = Caller::new().await;
    let mut phone = Phone::calls(&other);

    let mut line = other.answers().await;
    phone.tells("answer").await;
    phone.interrupt();

    let ending = line.ended().await;
    assert_eq!((ending.by, ending.cause), (Side::Them, Cause::HungUp));
    let end = phone.tells("end").await;
    assert_eq!((end["reason"].as_str(), end["by"].as_str(), phone.exit_code().await), (Some("hangup"), Some("us"), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_takes_a_call_back_that_nobody_has_answered() {
    let mut other = Caller::new().await;
    let mut phone = Phone::calls(&other);

    let mut ringing = other.rings().await;
    ringing.leg.ring();
    phone.tells("progress").await;
    phone.interrupt();

    let Some(CallNews::Ended(ending)) = timeout(PATIENCE, ringing.leg.news()).await.unwrap() else { panic!("it rings on") };
    assert_eq!(ending.cause, Cause::Cancelled);
    assert_eq!((phone.tells("end").await["reason"].as_str(), phone.exit_code().await), (Some("cancelled"), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_busy_is_exit_code_1_and_who_just_hangs_up_is_0() {
    let mut other = Caller::new().await;

    let mut refused = Phone::calls(&other);
    other.rings().await.leg.refuse(Refused::with(486));
    let end = refused.tells("end").await;
    let mut answered = Phone::calls(&other);
    let mut line = other.answers().await;
    answered.tells("answer").await;
    line.hang_up().await;

    assert_eq!((end["reason"].as_str(), end["status"].as_u64(), refused.exit_code().await), (Some("refused"), Some(486), 1));
    assert_eq!((answered.tells("end").await["by"].as_str(), answered.exit_code().await), (Some("them"), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_terminal_the_level_of_what_is_heard_is_drawn() {
    if is_missing("script") {
        return;
    }
    let mut other = Caller::new().await;
    let command = format!("{} call sip:other@{} --keys ''", env!("CARGO_BIN_EXE_callward"), other.address());
    let mut terminal = Command::new("script");
    terminal.args(["-qefc", &command, "/dev/null"]).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut terminal = terminal.spawn().unwrap();
    let mut screen = terminal.stdout.take().unwrap();

    let mut line = other.answers().await;
    line.says();
    let drawn = async {
        let (mut shown, mut bytes) = (String::new(), [0; 1024]);
        while !(shown.contains("[#") && shown.contains(" dBm0")) {
            let length = screen.read(&mut bytes).await.unwrap();
            assert!(length > 0, "no level in {shown}");
            shown += &String::from_utf8_lossy(&bytes[..length]);
        }
    };
    timeout(PATIENCE, drawn).await.expect("no level is drawn");
    line.hang_up().await;

    assert_eq!(timeout(PATIENCE, terminal.wait()).await.unwrap().unwrap().code(), Some(0));
}

/// The program, calling.
struct Phone {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Phone {
    fn calls(other: &Caller) -> Self {
        let mut command = program(&["call", &format!("sip:other@{}", other.address()), "--keys", "", "--json"]);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    /// The next line of this kind.
    async fn tells(&mut self, kind: &str) -> Value {
        loop {
            let line =
                timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap().unwrap_or_else(|| panic!("it stopped before {kind}"));
            let told: Value = serde_json::from_str(&line).unwrap();
            if told["t"] == kind {
                return told;
            }
        }
    }

    /// Presses Ctrl-C.
    fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.process.id().unwrap());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    async fn exit_code(mut self) -> i32 {
        timeout(PATIENCE, self.process.wait()).await.unwrap().unwrap().code().unwrap()
    }
}
