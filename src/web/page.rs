//! From the switchboard's answers to VoiceXML documents.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;

use crate::render::{DialogKind, EndPage, EntryPage, Grammars, HangUpPage, TurnPage, Variable, Version};
use crate::session::CallAddress;
use crate::switchboard::{Answer, Entry, Goodbye, Page};

use super::gateway::Gateway;

/// A VoiceXML document as a response; never stored by anybody.
pub(super) fn vxml(document: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(document));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/voicexml+xml"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Words for whoever runs the platform; no caller hears them.
pub(super) fn said(status: StatusCode, words: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(words));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

pub(super) fn entry(gateway: &Gateway, names: (&str, &str), entry: &Entry, presets: &BTreeMap<String, String>) -> String {
    let submit = gateway.turn(names, &entry.address, 0);
    let preset = |name: &String| presets.get(name).map_or("", String::as_str);
    let variables: Vec<Variable<'_>> = entry.names.iter().filter_map(|name| Variable::new(name, preset(name))).collect();
    let hold = gateway.base.one_moment(&entry.language);
    EntryPage {
        hold: Some(hold),
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
            let grammars = if answer.inline_grammars { Grammars::Inline } else { Grammars::Served { base: &gateway.base.text } };
            let (hold, music) = (Some(gateway.base.one_moment(&turn.language)), Some(gateway.base.music.as_str()));
            TurnPage { turn, submit: &submit, kind: answer.kind, version, grammars, hold, sounds: &gateway.base.sounds, music }.render()
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
    EndPage { say: &goodbye.say, results: &results, kind, language: &goodbye.language, turn, version, sounds: &gateway.base.sounds }
        .render()
}

/// The page for a caller who is gone, in the version of `answer`.
pub(super) fn hung_up(answer: &Answer) -> String {
    HangUpPage { version: answer.version }.render()
}
