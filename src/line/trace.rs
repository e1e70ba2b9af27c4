//! The trace of `callward vxml run`: one JSON object for each thing that happens.

use serde_json::{Value, json};

use super::caller::Happening;
use crate::browser::{Ending, Listening, Matched, Sound, Trace};

/// What happened, as one line of the trace; its time is left to the caller.
pub(super) fn told(happening: &Happening<'_>) -> Value {
    match happening {
        Happening::Fetched { url, method, status, failure } => {
            json!({ "t": "fetch", "url": url.as_str(), "method": method.as_str(), "status": status, "failure": failure })
        }
        Happening::Prompt(spoken) => {
            let audio: Vec<&str> = spoken.sounds.iter().filter_map(address).collect();
            json!({ "t": "prompt", "text": spoken.text, "audio": audio, "bargein": spoken.bargein })
        }
        Happening::Meanwhile(audio) => json!({ "t": "fetchaudio", "audio": audio.map(|audio| audio.url.as_str()) }),
        Happening::Log { label, text } => json!({ "t": "log", "label": label, "text": text }),
        Happening::Listen(listening) => listened(listening),
        Happening::Matched(matched) => match_line(matched),
        Happening::Transfer(request) => json!({
            "t": "transfer",
            "dest": request.dest,
            "type": request.kind.as_str(),
            "connecttimeout_ms": request.connecttimeout.as_millis(),
            "maxtime_ms": request.maxtime.as_millis(),
        }),
        Happening::Record(request) => json!({
            "t": "record",
            "timeout_ms": request.timeout.as_millis(),
            "maxtime_ms": request.maxtime.as_millis(),
            "finalsilence_ms": request.finalsilence.as_millis(),
            "dtmfterm": request.dtmfterm,
            "beep": request.beep,
        }),
        Happening::Submit { url, method, params } => {
            let params: serde_json::Map<String, Value> = params.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({ "t": "submit", "url": url.as_str(), "method": method.as_str().to_ascii_lowercase(), "params": params })
        }
        Happening::Trace(trace) => traced(trace),
        Happening::End(ending) => ended(ending),
    }
}

fn listened(listening: &Listening) -> Value {
    json!({
        "t": "listen",
        "timeout_ms": listening.timeout.as_millis(),
        "interdigit_ms": listening.interdigit.as_millis(),
        "termchar": listening.termchar.map(String::from).unwrap_or_default(),
        "modes": modes(listening),
    })
}

fn match_line(matched: &Matched) -> Value {
    json!({
        "t": "match",
        "keys": if matched.by_keys { matched.utterance.as_str() } else { "" },
        "result": {
            "utterance": matched.utterance,
            "inputmode": if matched.by_keys { "dtmf" } else { "voice" },
            "interpretation": matched.interpretation,
        },
    })
}

fn modes(listening: &Listening) -> Vec<&'static str> {
    [listening.dtmf.then_some("dtmf"), listening.voice.then_some("voice")].into_iter().flatten().collect()
}

fn address(sound: &Sound) -> Option<&str> {
    match sound {
        Sound::Audio(source) => Some(&source.url),
        Sound::Words(_) | Sound::Recording(_) | Sound::Pause(_) | Sound::Mark(_) => None,
    }
}

fn traced(trace: &Trace) -> Value {
    match trace {
        Trace::Selected { dialog, item, line, why } => json!({ "t": "item", "dialog": dialog, "item": item, "line": line, "why": why }),
        Trace::Assigned { name, value } => json!({ "t": "variable", "name": name, "value": value }),
        Trace::Caught { event, line } => json!({ "t": "handler", "event": event, "line": line }),
        Trace::Thrown { event, message } => json!({ "t": "event", "event": event, "message": message }),
        Trace::Entered { url } => json!({ "t": "document", "url": url.as_str() }),
    }
}

fn ended(ending: &Ending) -> Value {
    json!({ "t": "end", "reason": ending.reason.as_str(), "exit": ending.exit, "uncaught": ending.uncaught, "message": ending.message })
}
