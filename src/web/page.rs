//! From the switchboard's answers to VoiceXML documents.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};

use crate::render::{DialogKind, EndPage, EntryPage, Grammars, HangUpPage, TurnPage, Variable, Version};
use crate::session::CallAddress;
use crate::switchboard::{Answer, Entry, Goodbye, Page};

use super::gateway::Gateway;
use super::sounds;

/// A VoiceXML document as a response; never stored by anybody.
pub(super) fn vxml(document: String) -> Response {
    let mut response = Response::new(Body::from(document));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/voicexml+xml"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn entry(gateway: &Gateway, names: (&str, &str), entry: &Entry, presets: &BTreeMap<String, String>) -> String {
    let submit = gateway.turn(names, &entry.address, 0);
    let preset = |name: &String| presets.get(name).map_or("", String::as_str);
    let variables: Vec<Variable<'_>> = entry.names.iter().filter_map(|name| Variable::new(name, preset(name))).collect();
    let hold = sounds::one_moment(&gateway.base, &entry.language);
    EntryPage {
        hold: Some(&hold),
        submit: &submit,
        kind: entry.address.kind(),
        language: &entry.language,
        variables: &variables,
        version: entry.version,
    }
    .render()
}

/// The page of an answer to turn `posted` of the call at `address`; without one there is no call to post to.
pub(super) fn answer(gateway: &Gateway, names: (&str, &str), call: Option<(&CallAddress, u32)>, answer: &Answer) -> String {
    let version = answer.version;
    match (&answer.page, call) {
        (Page::Turn { number, turn }, Some((address, _))) => {
            let submit = gateway.turn(names, address, *number);
            let grammars = if answer.inline_grammars { Grammars::Inline } else { Grammars::Served { base: &gateway.base } };
            let hold = sounds::one_moment(&gateway.base, &turn.language);
            let (music, sounds) = (sounds::music(&gateway.base), sounds::folder(&gateway.base));
            let (hold, music) = (Some(hold.as_str()), Some(music.as_str()));
            TurnPage { turn, submit: &submit, kind: answer.kind, version, grammars, hold, sounds: &sounds, music }.render()
        }
        (Page::Turn { .. }, None) => hung_up(answer),
        (Page::End(goodbye), _) => {
            let turn = call.map(|(address, posted)| gateway.turn(names, address, posted));
            end(gateway, goodbye, turn.as_deref(), (answer.kind, version))
        }
    }
}

fn end(gateway: &Gateway, goodbye: &Goodbye, turn: Option<&str>, (kind, version): (DialogKind, Version)) -> String {
    let mut named = goodbye.results.named();
    if !named.iter().any(|(name, _)| *name == "consentStatus") {
        named.push(("consentStatus", ""));
    }
    let results: Vec<Variable<'_>> = named.into_iter().filter_map(|(name, value)| Variable::new(name, value)).collect();
    let sounds = sounds::folder(&gateway.base);
    EndPage { say: &goodbye.say, results: &results, kind, language: &goodbye.language, turn, version, sounds: &sounds }.render()
}

/// The page for a caller who is gone, in the version of `answer`.
pub(super) fn hung_up(answer: &Answer) -> String {
    HangUpPage { version: answer.version }.render()
}
