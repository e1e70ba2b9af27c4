//! The browser alone: `callward vxml run --stdio --url URL`, one JSON object a line in and out.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use url::Url;

use super::address_guard::AddressGuard;
use super::caller::{Asked, Caller, Happening, Pace};
use super::fetch::{HttpFetcher, HttpSetUpError};
use super::handset::Handset;
use super::handset_error::HandsetError;
use super::reply::{Reply, ReplyError};
use super::session::session_variables;
use super::trace::told;
use crate::browser::Start;
use crate::clock::{Chance, Clock};

/// A script of replies is broken off after this many listens.
const MOST_LISTENS: u32 = 12;

/// When each session in virtual time begins (2026-01-01T00:00:00Z), and with which dice: the same input gives the same trace.
const BEGIN: Timestamp = Timestamp::constant(1_767_225_600, 0);
const SEED: u64 = 1;

/// What `callward vxml run` was asked for.
#[derive(Debug, Clone)]
pub struct VxmlOptions {
    /// The first page.
    pub url: Url,
    /// Replies as a JSON array, instead of those on stdin.
    pub script: Option<String>,
    /// Whether waits are waited.
    pub pace: Pace,
    /// Hosts that may be fetched from though they are inner ones.
    pub allow: Vec<String>,
}

/// Why there is no trace, or why it breaks off.
#[derive(Debug, thiserror::Error)]
pub enum VxmlError {
    /// `--script` is no list of replies.
    #[error("--script: {0}")]
    Script(#[from] ReplyError),
    /// There is no HTTP client.
    #[error(transparent)]
    Http(#[from] HttpSetUpError),
    /// The call broke off.
    #[error(transparent)]
    Call(#[from] HandsetError),
    /// There are no tasks.
    #[error("the run cannot start: {0}")]
    Tasks(#[from] io::Error),
}

/// Runs one session, with its trace on stdout.
pub fn run_vxml(options: VxmlOptions) -> Result<(), VxmlError> {
    let script = options.script.as_deref().map(read_script).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(run(options, script));
    // A read of stdin that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    outcome
}

async fn run(options: VxmlOptions, script: Option<VecDeque<Reply>>) -> Result<(), VxmlError> {
    let (clock, chance) = match options.pace {
        Pace::Virtual => (Clock::by_hand(BEGIN), Chance::seeded(SEED)),
        Pace::Real | Pace::Live => (Clock::system(), Chance::system()),
    };
    let fetcher = HttpFetcher::new(AddressGuard::new(&options.url, &options.allow), clock.clone())?;
    let source = match script {
        Some(replies) => Source::Script { replies, listens: 0 },
        None => Source::Stdin(BufReader::new(tokio::io::stdin()).lines()),
    };
    let session = session_variables("sip:callward@localhost", "tel:+15555550100");
    let start = Start { url: options.url, session, clock: clock.clone(), chance };
    let handset = Handset::new(start, fetcher, Printer { source }, options.pace)?.moving(clock);
    match handset.run().await {
        Ok(_) => {}
        Err(HandsetError::CallerGone) => print(&broken_off()),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Reads the replies of `--script`: a JSON array.
pub fn read_script(text: &str) -> Result<VecDeque<Reply>, ReplyError> {
    let replies: Vec<Value> = serde_json::from_str(text)?;
    replies.into_iter().map(Reply::try_from).collect()
}

/// A caller whose part is read from a script or from stdin, and who writes down what happens.
struct Printer {
    source: Source,
}

enum Source {
    Script { replies: VecDeque<Reply>, listens: u32 },
    Stdin(Lines<BufReader<Stdin>>),
}

impl Caller for Printer {
    fn is_curious(&self) -> bool {
        true
    }

    fn has_enough(&self) -> bool {
        matches!(self.source, Source::Script { listens, .. } if listens > MOST_LISTENS)
    }

    fn witness(&mut self, happening: &Happening<'_>, at: Duration) {
        if let (Source::Script { listens, .. }, Happening::Listen(_)) = (&mut self.source, happening) {
            *listens += 1;
        }
        let mut line = told(happening);
        if let Value::Object(fields) = &mut line {
            fields.insert("ms".to_owned(), json!(at.as_millis()));
        }
        print(&line);
    }

    async fn answer(&mut self, _: Asked) -> Option<Reply> {
        match &mut self.source {
            Source::Stdin(lines) => next_line(lines).await,
            Source::Script { replies, .. } => Some(replies.pop_front().unwrap_or(Reply::Silence)),
        }
    }
}

/// The next reply on stdin; what cannot be read is told and passed over.
async fn next_line(lines: &mut Lines<BufReader<Stdin>>) -> Option<Reply> {
    loop {
        let line = lines.next_line().await.ok()??;
        if line.trim().is_empty() {
            continue;
        }
        let reply = serde_json::from_str::<Value>(&line).map_err(ReplyError::from).and_then(Reply::try_from);
        match reply {
            Ok(reply) => return Some(reply),
            Err(error) => print(&json!({ "t": "mistake", "message": error.to_string() })),
        }
    }
}

fn broken_off() -> Value {
    json!({ "t": "end", "reason": "error", "exit": null, "uncaught": null, "message": "the replies ended before the session did" })
}

/// Nobody reads the trace any more when stdout is closed; the session still ends by itself.
fn print(line: &Value) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}
