//! Every page of `fixtures/browser` is browsed as the `.call` beside it tells (VoiceXML 2.0, 2.1).

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callward::browser::{Fetch, FetchFailure, Method, Resource, Start};
use callward::clock::{Chance, Clock};
use callward::line::{Asked, Caller, Fetching, Handset, HandsetError, Happening, Pace, Reply, session_variables};
use url::Url;

use crate::browser_caching;
use crate::browser_call::{self, Line};

#[tokio::test]
async fn every_page_is_browsed_as_its_call_tells() {
    let mut calls: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    calls.retain(|path| path.extension().is_some_and(|extension| extension == "call"));
    calls.sort();

    let mut wrong = Vec::new();
    for call in &calls {
        if let Err(difference) = play(call).await {
            wrong.push(format!("{}\n{difference}", call.file_name().unwrap().to_string_lossy()));
        }
    }

    assert!(!calls.is_empty());
    assert!(wrong.is_empty(), "{} of {} calls went otherwise:\n\n{}", wrong.len(), calls.len(), wrong.join("\n\n"));
}

/// Plays one call, and tells where it went otherwise.
async fn play(call: &Path) -> Result<(), String> {
    let page = call.with_extension("vxml");
    let url = Url::parse("http://pages.example/").unwrap().join(&page.file_name().unwrap().to_string_lossy()).unwrap();
    let clock = Clock::by_hand(jiff::Timestamp::UNIX_EPOCH);
    let session = session_variables("tel:+493099", "tel:+4930901820");
    let mut start = Start { url, session, clock: clock.clone(), chance: Chance::seeded(1) };
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut expected = Vec::new();
    let mut replies = VecDeque::new();
    for line in browser_call::read(&fs::read_to_string(call).unwrap()) {
        match line {
            Line::Does(reply) => replies.push_back(reply),
            Line::Expects(words) => expected.push(words),
        }
    }
    let witness = Witness { replies, told: Arc::clone(&told), fetches: expected.iter().any(|line| line.starts_with("fetches")) };

    let outcome = match call.to_string_lossy().contains("/6.1.2-") {
        true => {
            let (origin, fetcher) = browser_caching::serve(clock).await;
            start.url = origin.join(start.url.path()).unwrap();
            Handset::new(start, fetcher, witness, Pace::Virtual).unwrap().run().await
        }
        false => Handset::new(start, Folder, witness, Pace::Virtual).unwrap().run().await,
    };

    let told = told.lock().unwrap().clone();
    match outcome {
        Ok(_) | Err(HandsetError::CallerGone) if told == expected => Ok(()),
        Ok(_) | Err(_) => Err(format!("  expected:\n    {}\n  told:\n    {}", expected.join("\n    "), told.join("\n    "))),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/browser")
}

/// Serves the fixtures, and under `/echo` what was sent to it.
struct Folder;

impl Fetching for Folder {
    async fn fetch(&mut self, request: &Fetch) -> Result<Resource, FetchFailure> {
        let name = request.url.path().trim_start_matches('/');
        let body = match name {
            "echo" => echo(request),
            _ => fs::read(folder().join(name)).map_err(|_| FetchFailure::Status(404))?,
        };
        Ok(Resource { url: request.url.clone(), media_type: None, body })
    }
}

/// A page that says how it was asked, and with what.
fn echo(request: &Fetch) -> Vec<u8> {
    let query = request.url.query().unwrap_or_default();
    let (media_type, body) = request.body.clone().unwrap_or_default();
    let kind = media_type.split(';').next().unwrap_or_default();
    let parts = if kind.starts_with("multipart/") { format!("{} bytes", body.len()) } else { String::from_utf8(body).unwrap() };
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    let words = format!("{method} {query}{kind} {parts}").replace('&', " ");
    format!("<vxml xmlns='http://www.w3.org/2001/vxml' version='2.1'><form><block>{words}</block></form></vxml>").into_bytes()
}

/// A caller who does what the call says, and writes down what a person would tell of it.
struct Witness {
    replies: VecDeque<Reply>,
    told: Arc<Mutex<Vec<String>>>,
    fetches: bool,
}

impl Caller for Witness {
    fn witness(&mut self, happening: &Happening<'_>, _at: Duration) {
        let line = match happening {
            Happening::Prompt(spoken) => format!("hears {}", spoken.text),
            Happening::Log { text, .. } => format!("logs {text}"),
            Happening::Submit { params, .. } => {
                let params: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("submits {}", params.join(" ")).trim_end().to_owned()
            }
            Happening::End(ending) => {
                let exit = if ending.exit.is_null() { String::new() } else { format!(" {}", ending.exit) };
                let uncaught = ending.uncaught.as_ref().map(|event| format!(" {event}")).unwrap_or_default();
                format!("ends {}{uncaught}{exit}", ending.reason.as_str())
            }
            Happening::Fetched { url, status, .. } if self.fetches => {
                format!("fetches {} {}", url.path().trim_start_matches('/'), status.unwrap_or_default())
            }
            Happening::Meanwhile(Some(audio)) => format!("plays {}", audio.url.rsplit('/').next().unwrap_or_default()),
            Happening::Meanwhile(None) => "stops".to_owned(),
            Happening::Fetched { .. }
            | Happening::Listen(_)
            | Happening::Matched(_)
            | Happening::Transfer(_)
            | Happening::Record(_)
            | Happening::Trace(_) => return,
        };
        self.told.lock().unwrap().push(line);
    }

    async fn answer(&mut self, _asked: Asked) -> Option<Reply> {
        self.replies.pop_front()
    }
}
