//! The trace of a call in words, for whoever wants to know why a page went where it went.

use std::time::Duration;

use super::caller::Happening;
use crate::browser::{Listening, Matched, RecordRequest, Trace};

/// What goes on inside; `None` for what the caller hears or sees anyway.
pub(super) fn inside(happening: &Happening<'_>) -> Option<String> {
    match happening {
        Happening::Fetched { url, method, status, .. } => Some(format!("{} {url} {}", method.as_str(), status.unwrap_or_default())),
        Happening::Meanwhile(Some(audio)) => Some(format!("plays {} while it fetches", audio.url)),
        Happening::Meanwhile(None) => Some("the sound of the fetch stops".to_owned()),
        Happening::Log { label, text } => Some(format!("log {} {text}", label.unwrap_or_default())),
        Happening::Listen(listening) => Some(listens(listening)),
        Happening::Matched(matched) => Some(understood(matched)),
        Happening::Submit { url, method, params } => {
            let names: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
            Some(format!("submits {} {url} {}", method.as_str(), names.join(" ")))
        }
        Happening::Record(request) => Some(records(request)),
        Happening::Trace(trace) => Some(insight(trace)),
        Happening::Prompt(_) | Happening::Transfer(_) | Happening::End(_) => None,
    }
}

fn listens(listening: &Listening) -> String {
    let kinds = match (listening.dtmf, listening.voice) {
        (true, true) => "keys and speech",
        (true, false) => "keys",
        (false, true) => "speech",
        (false, false) => "nothing",
    };
    let end = listening.termchar.map(|key| format!(", {key} ends")).unwrap_or_default();
    format!("listens for {kinds}: {} to begin, {} between keys{end}", seconds(listening.timeout), seconds(listening.interdigit))
}

/// What was understood, and what the grammar makes of it where that is something else.
fn understood(matched: &Matched) -> String {
    let meaning = matched.interpretation.as_ref().filter(|meaning| meaning.as_str() != Some(&matched.utterance));
    match meaning {
        Some(meaning) => format!("understood {} as {meaning}", matched.utterance),
        None => format!("understood {}", matched.utterance),
    }
}

fn records(request: &RecordRequest) -> String {
    let key = if request.dtmfterm { ", or a key" } else { "" };
    format!("records for {} at most, until {} of silence{key}", seconds(request.maxtime), seconds(request.finalsilence))
}

fn insight(trace: &Trace) -> String {
    match trace {
        Trace::Selected { dialog, item, line, why } => {
            let item = item.as_deref().unwrap_or("an item without name");
            let place = dialog.as_ref().map(|dialog| format!(" of {dialog}")).unwrap_or_default();
            format!("goes to {item}{place} (line {line}): {why}")
        }
        Trace::Assigned { name, value } => format!("{name} = {value}"),
        Trace::Thrown { event, message: Some(message) } => format!("event {event}: {message}"),
        Trace::Thrown { event, message: None } => format!("event {event}"),
        Trace::Caught { event, line: Some(line) } => format!("{event} is handled in line {line}"),
        Trace::Caught { event, line: None } => format!("{event} is handled by the platform: the page has no handler for it"),
        Trace::Entered { url } => format!("enters {url}"),
    }
}

fn seconds(time: Duration) -> String {
    format!("{}s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_grammar_makes_of_keys_is_told_beside_them() {
        let matched = |meaning: serde_json::Value| Matched { utterance: "1".to_owned(), by_keys: true, interpretation: Some(meaning) };

        assert_eq!(understood(&matched("Berlin".into())), "understood 1 as \"Berlin\"");
        assert_eq!(understood(&matched("1".into())), "understood 1");
    }

    #[test]
    fn a_listen_tells_what_for_and_how_long() {
        let listening = Listening {
            timeout: Duration::from_secs(5),
            interdigit: Duration::from_millis(1500),
            termchar: Some('#'),
            dtmf: true,
            voice: false,
            record_utterance: false,
        };

        assert_eq!(listens(&listening), "listens for keys: 5s to begin, 1.5s between keys, # ends");
    }
}
