//! What goes into the browser: answers to its requests, and what the caller does.

use std::time::Duration;

use url::Url;

/// Something that happened outside. No `Debug`: keys are the caller's secret.
#[derive(Clone)]
pub enum Event {
    /// A fetch is over.
    Fetched {
        /// The number of its request.
        id: u64,
        /// What came of it.
        outcome: Result<Resource, FetchFailure>,
    },
    /// The prompt that played has ended.
    PromptPlayed,
    /// A `<mark>` was passed.
    MarkReached(String),
    /// The caller pressed a key: `0`–`9`, `*`, `#`, `A`–`D`.
    Key(char),
    /// The caller begins to speak: prompts stop, and what is said may take `maxspeechtimeout` (§6.3.2).
    SpeechBegan,
    /// The caller said something.
    Said(String),
    /// What the caller is just saying, as sound: the words follow (2.1 §7).
    UtteranceRecorded(Recording),
    /// The caller made a sound that is no word.
    Unrecognised,
    /// A transfer is over.
    Transferred {
        /// How it went.
        outcome: TransferOutcome,
        /// How long both were joined.
        duration: Duration,
    },
    /// A recording is over.
    Recorded(Recording),
    /// The caller hung up.
    HungUp,
}

/// What a fetch brought.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Where it came from in the end, redirects followed.
    pub url: Url,
    /// Media type without parameters, where one was given.
    pub media_type: Option<String>,
    /// The bytes.
    pub body: Vec<u8>,
}

/// Why a fetch brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchFailure {
    /// The server answered with a status that is no success.
    #[error("the server answered {0}")]
    Status(u16),
    /// It took longer than `fetchtimeout`.
    #[error("no answer came in time")]
    TimedOut,
    /// The address may not be fetched from here.
    #[error("the address may not be fetched: {0}")]
    Refused(String),
    /// The network or the server failed.
    #[error("{0}")]
    Failed(String),
}

impl FetchFailure {
    /// The event it is for a page (§5.2.6).
    pub(super) fn event(&self) -> String {
        match self {
            Self::Status(status) => format!("error.badfetch.http.{status}"),
            Self::TimedOut | Self::Refused(_) | Self::Failed(_) => "error.badfetch".to_owned(),
        }
    }
}

/// How a transfer went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferOutcome {
    /// The far end was busy.
    Busy,
    /// Nobody answered within the time.
    NoAnswer,
    /// The network was busy.
    NetworkBusy,
    /// The caller's input ended the bridge.
    NearEndDisconnect,
    /// The far end hung up.
    FarEndDisconnect,
    /// The network ended the call.
    NetworkDisconnect,
    /// `maxtime` ended the bridge.
    MaxtimeDisconnect,
    /// The call was given away.
    Completed,
    /// The caller hung up.
    CallerHungUp,
    /// It ended, and nobody knows how.
    Unknown,
}

impl TransferOutcome {
    /// The value of the item's variable, where it gets one (§2.3.7.2).
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Busy => Some("busy"),
            Self::NoAnswer => Some("noanswer"),
            Self::NetworkBusy => Some("network_busy"),
            Self::NearEndDisconnect => Some("near_end_disconnect"),
            Self::FarEndDisconnect => Some("far_end_disconnect"),
            Self::NetworkDisconnect => Some("network_disconnect"),
            Self::MaxtimeDisconnect => Some("maxtime_disconnect"),
            Self::Unknown => Some("unknown"),
            Self::Completed | Self::CallerHungUp => None,
        }
    }
}

/// What was recorded.
#[derive(Debug, Clone)]
pub struct Recording {
    /// How long it is.
    pub duration: Duration,
    /// The bytes.
    pub audio: Vec<u8>,
    /// Media type of the bytes.
    pub media_type: String,
    /// What ended it.
    pub end: RecordingEnd,
}

/// What ended a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingEnd {
    /// A key.
    Key(char),
    /// Silence.
    Silence,
    /// `maxtime`.
    MaxTime,
    /// The caller hung up.
    HangUp,
    /// Nothing was said at all.
    NoInput,
}
