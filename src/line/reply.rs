//! What a caller does when asked, and its form in JSON (the contract of `callward vxml run`).

use std::time::Duration;

use serde::Deserialize;

use crate::browser::{RecordingEnd, TransferOutcome};

/// The longest time that anything takes, as in pages.
const LONGEST: Duration = Duration::from_secs(86_400);

/// One thing that a caller does.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// Presses keys.
    Keys {
        /// Which.
        keys: String,
        /// Time between two of them.
        gap: Duration,
        /// Time after the last one before the caller does anything else.
        pause: Duration,
        /// When the first one comes: in which prompt of those being played, from 1, and how far into it. After all of them otherwise.
        during: Option<(usize, Duration)>,
    },
    /// Says something.
    Say {
        /// The words.
        words: String,
        /// How long it takes; by the words where nothing is told.
        lasting: Option<Duration>,
    },
    /// Says and presses nothing.
    Silence,
    /// Makes a sound that is no word.
    NoMatch,
    /// Hangs up.
    HangUp,
    /// A transfer went like this.
    Transferred(TransferOutcome),
    /// A recording is this long, and ended so.
    Recorded {
        /// How long.
        duration: Duration,
        /// What ended it.
        end: RecordingEnd,
    },
}

impl Reply {
    /// Presses `keys` after the prompts, a tenth of a second apart.
    pub fn keys(keys: &str) -> Self {
        Self::Keys { keys: keys.to_owned(), gap: Duration::from_millis(100), pause: Duration::ZERO, during: None }
    }

    /// Says `words` after the prompts.
    pub fn say(words: &str) -> Self {
        Self::Say { words: words.to_owned(), lasting: None }
    }
}

/// A line that is no reply.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// It is no JSON of the right form.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It names none of the things that a caller can do.
    #[error("a reply has keys, say, noinput, nomatch, hangup, transfer or record_ms")]
    Empty,
    /// A word in it is not known.
    #[error("{0:?} is no outcome of a transfer and no end of a recording")]
    Unknown(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    keys: Option<String>,
    gap_ms: Option<u64>,
    then_ms: Option<u64>,
    during_prompt: Option<usize>,
    at_ms: Option<u64>,
    say: Option<String>,
    say_ms: Option<u64>,
    #[serde(default)]
    noinput: bool,
    #[serde(default)]
    nomatch: bool,
    #[serde(default)]
    hangup: bool,
    transfer: Option<String>,
    record_ms: Option<u64>,
    end: Option<String>,
}

impl TryFrom<serde_json::Value> for Reply {
    type Error = ReplyError;

    fn try_from(value: serde_json::Value) -> Result<Self, ReplyError> {
        let written: Written = serde_json::from_value(value)?;
        let milliseconds = |value: Option<u64>| value.map(|value| Duration::from_millis(value).min(LONGEST));
        if let Some(keys) = written.keys {
            let at = milliseconds(written.at_ms).unwrap_or_default();
            return Ok(Self::Keys {
                keys,
                gap: milliseconds(written.gap_ms).unwrap_or(Duration::from_millis(100)),
                pause: milliseconds(written.then_ms).unwrap_or_default(),
                during: written.during_prompt.map(|prompt| (prompt, at)),
            });
        }
        if let Some(words) = written.say {
            return Ok(Self::Say { words, lasting: milliseconds(written.say_ms) });
        }
        if let Some(word) = written.transfer {
            return transfer_outcome(&word).map(Self::Transferred).ok_or(ReplyError::Unknown(word));
        }
        if let Some(duration) = milliseconds(written.record_ms) {
            let word = written.end.unwrap_or_else(|| "silence".to_owned());
            return recording_end(&word).map(|end| Self::Recorded { duration, end }).ok_or(ReplyError::Unknown(word));
        }
        match (written.noinput, written.nomatch, written.hangup) {
            (true, ..) => Ok(Self::Silence),
            (_, true, _) => Ok(Self::NoMatch),
            (.., true) => Ok(Self::HangUp),
            (false, false, false) => Err(ReplyError::Empty),
        }
    }
}

fn transfer_outcome(word: &str) -> Option<TransferOutcome> {
    Some(match word {
        "busy" => TransferOutcome::Busy,
        "noanswer" => TransferOutcome::NoAnswer,
        "network_busy" => TransferOutcome::NetworkBusy,
        "near_end_disconnect" => TransferOutcome::NearEndDisconnect,
        "far_end_disconnect" => TransferOutcome::FarEndDisconnect,
        "network_disconnect" => TransferOutcome::NetworkDisconnect,
        "maxtime_disconnect" => TransferOutcome::MaxtimeDisconnect,
        "blind_ok" => TransferOutcome::Completed,
        "caller_hangup" => TransferOutcome::CallerHungUp,
        "unknown" => TransferOutcome::Unknown,
        _ => return None,
    })
}

fn recording_end(word: &str) -> Option<RecordingEnd> {
    let mut characters = word.chars();
    Some(match (word, characters.next(), characters.next()) {
        ("silence", ..) => RecordingEnd::Silence,
        ("hangup", ..) => RecordingEnd::HangUp,
        ("maxtime", ..) => RecordingEnd::MaxTime,
        (_, Some(key @ ('0'..='9' | '*' | '#' | 'A'..='D')), None) => RecordingEnd::Key(key),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn replies_are_read_from_json() {
        let during = json!({ "keys": "1", "during_prompt": 2, "at_ms": 300 });
        let reply = Reply::try_from(during).unwrap();

        assert!(matches!(reply, Reply::Keys { during: Some((2, at)), .. } if at == Duration::from_millis(300)));
        assert_eq!(Reply::try_from(json!({ "noinput": true })).unwrap(), Reply::Silence);
        assert_eq!(Reply::try_from(json!({ "transfer": "busy" })).unwrap(), Reply::Transferred(TransferOutcome::Busy));
        let recorded = Reply::Recorded { duration: Duration::from_secs(2), end: RecordingEnd::Key('#') };
        assert_eq!(Reply::try_from(json!({ "record_ms": 2000, "end": "#" })).unwrap(), recorded);
        assert!(matches!(Reply::try_from(json!({})), Err(ReplyError::Empty)));
        assert!(matches!(Reply::try_from(json!({ "transfer": "lost" })), Err(ReplyError::Unknown(_))));
    }
}
