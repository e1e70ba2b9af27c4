//! The handset in a terminal: prompts as text, keys from the command line or typed.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use tokio::time::timeout;
use url::Url;

use super::caller::{Asked, Caller, Happening, Pace};
use super::inbox_codes::fill_in;
use super::reply::Reply;
use super::trace::told;
use super::trace_words::inside;
use crate::browser::{Ending, Reason, RecordingEnd, TransferOutcome};

/// After so many questions without an answer a caller whose keys are used up hangs up.
const MOST_SILENCES: u32 = 12;

/// How the terminal shows a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// What a caller hears and does.
    Words,
    /// Also fetches, events, and which form item was chosen and why.
    Trace,
    /// One JSON object a line, as `callward vxml run` writes them.
    Json,
}

/// Somebody at a terminal.
pub struct Terminal {
    keys: Keys,
    inbox: Option<Url>,
    show: Show,
    patience: Duration,
    /// Somebody sits at the keyboard, and acts at any time.
    is_live: bool,
    /// Questions that were left without an answer, since the keys were used up.
    silences: u32,
}

enum Keys {
    /// What `--keys` gave; silence when it is used up.
    Given(VecDeque<String>),
    /// What somebody types.
    Typed(Lines<BufReader<Stdin>>),
}

impl Terminal {
    /// A caller who presses `keys`, one group for each question, or who types where there are none. `{sms}` and `{email}`
    /// in them are the newest codes in the inbox; a group with letters is said, with `_` for a space.
    pub fn new(keys: Option<&str>, inbox: Option<Url>, show: Show) -> Self {
        let keys = match keys {
            Some(keys) => Keys::Given(keys.split_whitespace().map(str::to_owned).collect()),
            None => Keys::Typed(BufReader::new(tokio::io::stdin()).lines()),
        };
        let is_live = matches!(keys, Keys::Typed(_)) && io::stdin().is_terminal();
        Self { keys, inbox, show, patience: Duration::ZERO, is_live, silences: 0 }
    }

    /// How time goes by: as it does for whoever sits at the keyboard; not at all for keys that are given beforehand.
    pub fn pace(&self) -> Pace {
        if self.is_live { Pace::Live } else { Pace::Virtual }
    }

    async fn input(&mut self) -> Option<Reply> {
        let patience = self.patience;
        let pressed = match &mut self.keys {
            Keys::Given(keys) => match keys.pop_front() {
                Some(keys) => fill_in(keys, self.inbox.as_ref()).await,
                None => return Some(self.keep_silent()),
            },
            Keys::Typed(lines) if self.is_live => match next_keys(lines).await {
                Typed::Keys(keys) => keys,
                Typed::Nothing => return Some(Reply::Silence),
                Typed::End => return Some(Reply::HangUp),
            },
            Keys::Typed(lines) => match type_keys(lines, patience).await {
                Typed::Keys(keys) => keys,
                Typed::Nothing => return Some(Reply::Silence),
                Typed::End => return Some(Reply::HangUp),
            },
        };
        if pressed.contains(char::is_alphabetic) && !pressed.contains('{') {
            return Some(self.say(&pressed.replace('_', " ")));
        }
        let known: String = pressed.chars().filter(|key| key.is_ascii_digit() || matches!(key, '*' | '#')).collect();
        if self.show != Show::Json && matches!(self.keys, Keys::Given(_)) {
            print(&if known.is_empty() { "  (there is no code in the inbox to press)".to_owned() } else { format!("  > {known}") });
        }
        Some(if known.is_empty() { Reply::Silence } else { Reply::keys(&known) })
    }

    /// The keys are used up. A page that asks for ever is left in the end.
    fn keep_silent(&mut self) -> Reply {
        self.silences += 1;
        match self.silences > MOST_SILENCES {
            true => Reply::HangUp,
            false => Reply::Silence,
        }
    }

    /// What has letters is said, not pressed.
    fn say(&self, words: &str) -> Reply {
        if self.show != Show::Json && matches!(self.keys, Keys::Given(_)) {
            print(&format!("  > \"{words}\""));
        }
        Reply::say(words)
    }

    /// So many seconds of speech, and perhaps the key that ends them: `3`, `3#`.
    async fn recording(&mut self) -> Option<Reply> {
        let answer = match &mut self.keys {
            Keys::Given(keys) => keys.pop_front().unwrap_or_default(),
            Keys::Typed(lines) => {
                print("  For how many seconds do you speak? A key behind the number ends it, such as 3#");
                lines.next_line().await.ok()??
            }
        };
        let answer = answer.trim();
        let seconds = answer.trim_end_matches(['#', '*']);
        let end = answer.strip_prefix(seconds).and_then(|rest| rest.chars().next()).map_or(RecordingEnd::Silence, RecordingEnd::Key);
        Some(match seconds.parse() {
            Ok(seconds @ 1..=3_600) => Reply::Recorded { duration: Duration::from_secs(seconds), end },
            Ok(_) | Err(_) => Reply::Silence,
        })
    }

    async fn transfer(&mut self) -> Option<Reply> {
        let Keys::Typed(lines) = &mut self.keys else {
            return Some(Reply::Transferred(TransferOutcome::FarEndDisconnect));
        };
        print("  Does the other side answer? [y]es, [n]o answer, [b]usy");
        let answer = lines.next_line().await.ok()??;
        Some(Reply::Transferred(match answer.trim() {
            "n" => TransferOutcome::NoAnswer,
            "b" => TransferOutcome::Busy,
            _ => TransferOutcome::FarEndDisconnect,
        }))
    }
}

impl Caller for Terminal {
    fn is_curious(&self) -> bool {
        self.show != Show::Words
    }

    fn witness(&mut self, happening: &Happening<'_>, at: Duration) {
        if let Happening::Listen(listening) = happening {
            self.patience = listening.timeout;
            if self.is_live && self.show != Show::Json {
                print("  > (keys and Enter at any time; h hangs up)");
            }
        }
        let line = match self.show {
            Show::Json => Some(told(happening).to_string()),
            Show::Words => words(happening),
            Show::Trace => words(happening).or_else(|| inside(happening).map(|line| format!("{:>8.1}s  {line}", at.as_secs_f64()))),
        };
        if let Some(line) = line {
            print(&line);
        }
    }

    async fn answer(&mut self, asked: Asked) -> Option<Reply> {
        match asked {
            Asked::Input => self.input().await,
            Asked::Transfer => self.transfer().await,
            Asked::Recording => self.recording().await,
        }
    }
}

/// What a caller hears, and how the call ended.
fn words(happening: &Happening<'_>) -> Option<String> {
    match happening {
        Happening::Prompt(spoken) => (!spoken.text.trim().is_empty()).then(|| spoken.text.trim().to_owned()),
        Happening::Transfer(request) => Some(format!("  (transfer to {})", request.dest)),
        Happening::End(ending) => Some(farewell(ending)),
        Happening::Fetched { failure: Some(failure), url, .. } => {
            Some(format!("  ({} could not be fetched: {failure})", url.host_str().unwrap_or_default()))
        }
        Happening::Fetched { .. } | Happening::Meanwhile(_) | Happening::Log { .. } | Happening::Listen(_) | Happening::Matched(_) => None,
        Happening::Record(_) | Happening::Submit { .. } | Happening::Trace(_) => None,
    }
}

fn farewell(ending: &Ending) -> String {
    let mut lines = vec![format!("\nThe call is over: {}.", ending.reason.as_str())];
    if let Value::Object(values) = &ending.exit {
        let given = values.iter().filter(|(_, value)| value.as_str().is_none_or(|value| !value.is_empty()));
        lines
            .extend(given.map(|(name, value)| format!("  {name:<18} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))));
    }
    lines.extend(ending.uncaught.as_ref().map(|event| format!("  {event} {}", ending.message.as_deref().unwrap_or_default())));
    lines.join("\n")
}

/// Whether a call did what it was for: verified, or a dialog without `authStatus` that ended without an error.
pub fn succeeded(ending: &Ending) -> bool {
    match ending.exit.get("authStatus").and_then(Value::as_str) {
        Some(status) => status == "verified",
        None => ending.reason != Reason::Error && ending.uncaught.is_none(),
    }
}

enum Typed {
    Keys(String),
    Nothing,
    End,
}

/// One line: keys; nothing in time is silence; `h` or the end of input hangs up.
async fn type_keys(lines: &mut Lines<BufReader<Stdin>>, patience: Duration) -> Typed {
    let _ = write!(io::stdout().lock(), "  > ").and_then(|()| io::stdout().flush());
    match timeout(patience, next_keys(lines)).await {
        Err(_) => {
            print("  (silence)");
            Typed::Nothing
        }
        Ok(typed) => typed,
    }
}

async fn next_keys(lines: &mut Lines<BufReader<Stdin>>) -> Typed {
    match lines.next_line().await {
        Ok(Some(line)) if line.trim() == "h" => Typed::End,
        Ok(Some(line)) if line.trim().is_empty() => Typed::Nothing,
        Ok(Some(line)) => Typed::Keys(line),
        Ok(None) | Err(_) => Typed::End,
    }
}

/// Nobody looks any more when stdout is closed; the call still ends by itself.
fn print(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}
