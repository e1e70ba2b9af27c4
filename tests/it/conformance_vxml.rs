//! The W3C's VoiceXML implementation report tests, read from outside of the repository (`CALLWARD_CONFORMANCE`).

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callward::browser::{Ending, Fetch, FetchFailure, Reason, Resource, Start};
use callward::clock::{Chance, Clock};
use callward::line::{Asked, Caller, Fetching, Handset, Happening, Pace, Reply, session_variables};
use regex::Regex;
use serde_json::{Value, json};
use url::Url;

/// Where the tests think that they are served; some name it in full.
const ORIGIN: &str = "http://127.0.0.1:8099/";

/// Tests whose rendering no page-reader can pass, and why.
const DISPUTED: [(&str, &str, &str); 4] = [
    (
        "dtmf",
        "432.vxml",
        "goes to its own address, which begins the document's variables and the form's counters again (§5.3.7, §5.2.2), and wants both kept",
    ),
    ("asr", "432.vxml", "as with keys"),
    (
        "dtmf",
        "334/334.vxml",
        "its first field has a voice grammar only: a key is no match there, silence no input, and its catch fails on both",
    ),
    ("dtmf", "336/336.vxml", "the same"),
];

/// Sections of VoiceXML 2.0, and of 2.1 where it says so, with their elements; those that few tests use come first.
const SECTIONS: [(&str, &str); 27] = [
    ("2.3.7 Transfer", "transfer"),
    ("2.3.6 Record", "record"),
    ("2.3.5 Object", "object"),
    ("2.3.4 Subdialog", "subdialog return param"),
    ("2.2 Menu", "menu choice enumerate"),
    ("2.1 §5 Data", "data"),
    ("2.1 §6 Foreach", "foreach"),
    ("2.1 §4 Mark", "mark"),
    ("2.5 Link", "link"),
    ("2.1.5 Initial", "initial"),
    ("5.3.11 Disconnect", "disconnect"),
    ("5.3.12 Script", "script"),
    ("5.3.13 Log", "log"),
    ("5.3.8 Submit", "submit"),
    ("5.3.3 Clear", "clear"),
    ("5.3.6 Reprompt", "reprompt"),
    ("6.3 Property", "property"),
    ("4.1.3 Audio", "audio"),
    ("2.4 Filled", "filled"),
    ("3 Grammars", "grammar rule one-of"),
    ("2.3.1 Field", "field option"),
    ("5.2 Events", "throw catch"),
    ("5.3.7 Goto", "goto"),
    ("5.3.4 If", "if elseif else"),
    ("5.3.2 Assign", "assign"),
    ("5.3.1 Var", "var"),
    ("4.1 Prompt", "prompt value"),
];

#[tokio::test]
async fn the_implementation_report_tests_pass() {
    let root = env::var("CALLWARD_CONFORMANCE").unwrap_or_else(|_| "../shared/conformance".to_owned());
    let folder = Path::new(&root).join("ir_vxml");
    let Ok(tests) = fs::read_to_string(folder.join("tests.json")) else {
        crate::skip::loudly(&format!("no conformance material at {}; set CALLWARD_CONFORMANCE", folder.display()));
        return;
    };
    let tests: Vec<Value> = serde_json::from_str(&tests).unwrap();

    let mut table: BTreeMap<(&str, &str), (u32, u32)> = BTreeMap::new();
    let mut failed = Vec::new();
    for build in ["dtmf", "asr"] {
        for test in tests.iter().filter(|test| test["exclude"].is_null()) {
            let start = test["start"].as_str().unwrap();
            let count = table.entry((section_of(test), build)).or_default();
            count.1 += 1;
            match run(&folder, test, build).await {
                true => count.0 += 1,
                false => failed.push((build, start)),
            }
        }
    }

    for ((section, build), (passed, all)) in &table {
        println!("{section:28} {build:5} {passed}/{all}");
    }
    failed.retain(|(build, start)| !DISPUTED.iter().any(|(in_build, test, _)| in_build == build && test == start));
    assert!(failed.is_empty(), "{failed:?}");
}

/// The section of the recommendations that a test is of: that of the rarest element it uses.
fn section_of(test: &Value) -> &'static str {
    let elements: Vec<&str> = test["elements"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let found = SECTIONS.iter().find(|(_, names)| names.split(' ').any(|name| elements.contains(&name)));
    found.map_or("1.5 Execution", |(section, _)| section)
}

async fn run(folder: &Path, test: &Value, build: &'static str) -> bool {
    let url = Url::parse(ORIGIN).unwrap().join(test[format!("url_{build}")].as_str().unwrap()).unwrap();
    let outcome = Reply::try_from(json!({ "transfer": test["transfer_outcome"].as_str().unwrap_or("noanswer") })).unwrap();
    let start = Start {
        url,
        session: session_variables("tel:+493099", "tel:+4930901820"),
        clock: Clock::by_hand(jiff::Timestamp::UNIX_EPOCH),
        chance: Chance::seeded(1),
    };
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let tester = Tester { build, outcome, unanswered: String::new(), told };
    let ending = Handset::new(start, Folder(folder.to_owned()), tester, Pace::Virtual).unwrap().run().await;
    let mut spoken: Vec<String> = Vec::new();
    while let Ok(words) = heard.try_recv() {
        spoken.push(words);
    }
    judge(&test["rule"], &spoken, ending.ok().as_ref())
}

/// Whether what was said is what the test wants to hear.
fn judge(rule: &Value, spoken: &[String], ending: Option<&Ending>) -> bool {
    let words = |text: &String| text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let words: Vec<String> = spoken.iter().map(|text| words(text).to_lowercase()).collect();
    let says_pass = words.iter().any(|words| words == "pass" || words.ends_with(" pass"));
    let says_fail = words.iter().any(|words| words == "fail" || words.starts_with("fail "));
    let ends_well = ending.is_some_and(|ending| ending.reason != Reason::Error);
    match rule["type"].as_str().unwrap() {
        "pass-prompt" => says_pass && !says_fail,
        "exit-without-fail" => ends_well && !says_fail,
        _ => !says_fail && hears_in_order(rule, &spoken.join(" ")),
    }
}

fn hears_in_order(rule: &Value, spoken: &str) -> bool {
    let mut rest = spoken;
    rule["regex"].as_array().unwrap().iter().all(|pattern| {
        let pattern = Regex::new(&format!("(?s){}", pattern.as_str().unwrap())).unwrap();
        let found = pattern.find(rest).map(|found| found.end());
        rest = found.map_or("", |end| &rest[end..]);
        found.is_some()
    })
}

/// Serves the folder of the tests.
struct Folder(PathBuf);

impl Fetching for Folder {
    async fn fetch(&mut self, request: &Fetch) -> Result<Resource, FetchFailure> {
        let is_here = request.url.as_str().starts_with(ORIGIN);
        let path = self.0.join(request.url.path().trim_start_matches('/'));
        let body = fs::read(path).ok().filter(|_| is_here).ok_or(FetchFailure::Status(404))?;
        Ok(Resource { url: request.url.clone(), media_type: None, body })
    }
}

/// The person who runs the tests: does what the last instruction said.
struct Tester {
    build: &'static str,
    outcome: Reply,
    unanswered: String,
    told: tokio::sync::mpsc::UnboundedSender<String>,
}

impl Caller for Tester {
    fn witness(&mut self, happening: &Happening<'_>, _at: Duration) {
        if let Happening::Prompt(spoken) = happening {
            self.unanswered = format!("{} {}", self.unanswered, spoken.text);
            self.told.send(spoken.text.clone()).unwrap();
        }
    }

    async fn answer(&mut self, asked: Asked) -> Option<Reply> {
        match asked {
            Asked::Input => Some(self.obey()),
            Asked::Transfer => Some(self.outcome.clone()),
            Asked::Recording => Reply::try_from(json!({ "record_ms": 2000 })).ok(),
        }
    }
}

impl Tester {
    fn obey(&mut self) -> Reply {
        let heard = std::mem::take(&mut self.unanswered);
        let last = |pattern: &str| {
            Regex::new(pattern).unwrap().captures_iter(&heard).last().map(|found| {
                let words = found.get(1).map(|words| words.as_str().to_owned()).unwrap_or_default();
                (found.get(0).unwrap().start(), words)
            })
        };
        let instructions = [
            last("Press '([^']+)'").map(|(at, keys)| (at, Reply::keys(&keys))),
            last("Say '([^']+)'").map(|(at, words)| (at, self.say(&words))),
            last("Say (London|New York|Chicago|Tokyo|San Francisco)\\b").map(|(at, words)| (at, self.say(&words))),
            last("Say nothing").map(|(at, _)| (at, Reply::Silence)),
            last("unrecognizable").map(|(at, _)| (at, if self.build == "asr" { Reply::NoMatch } else { Reply::keys("*#*#") })),
            last("Hang up now").map(|(at, _)| (at, Reply::HangUp)),
        ];
        instructions.into_iter().flatten().max_by_key(|(at, _)| *at).map_or(Reply::Silence, |(_, reply)| reply)
    }

    /// In the rendering for keys each word of the tests has a key.
    fn say(&self, words: &str) -> Reply {
        if self.build == "asr" {
            return Reply::say(words);
        }
        Reply::keys(match words.to_lowercase().as_str() {
            "chicago" | "alpha" => "1",
            "san francisco" | "bravo" => "2",
            "new york" | "charlie" => "3",
            "london" | "delta" => "4",
            "tokyo" | "echo" => "5",
            "truth or consequences" => "6",
            "hackensack" => "7",
            "standardsville" => "8",
            "yes" => "9",
            "help" => "0",
            "cancel" => "*",
            _ => "#",
        })
    }
}
