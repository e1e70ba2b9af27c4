//! `[speech]`: who speaks the prompts of SIP calls, in which order, with which voices, and where speech is kept.

use std::time::Duration;

use super::item::Item;
use super::section::Section;
use crate::finding::nearest;
use crate::voice::{EngineKind, HttpSettings, SpeechSettings, Voices};

const ENGINES: [(&str, EngineKind); 4] =
    [("recorded", EngineKind::Recorded), ("espeak-ng", EngineKind::EspeakNg), ("flite", EngineKind::Flite), ("http", EngineKind::Http)];

/// Reads the section.
pub(super) fn speech(section: &Section<'_>) -> SpeechSettings {
    let default = SpeechSettings::default();
    let voices = section.section("voices");
    let engines = section.item("engines").map(|item| engines(&item));
    let settings = SpeechSettings {
        engines: engines.unwrap_or(default.engines),
        recordings: section.item("recordings").and_then(|item| item.path()),
        timeout: Duration::from_millis(section.number("timeout_ms", 5000, 100..=60_000)),
        at_once: section.number("at_once", 2, 1..=64),
        cache: section.item("cache_dir").and_then(|item| item.path()),
        cache_bytes: section.number("cache_megabytes", 100_u64, 1..=100_000) << 20,
        espeak_ng: voices_of(&voices, "espeak_ng").unwrap_or(default.espeak_ng),
        flite: voices_of(&voices, "flite").unwrap_or(default.flite),
        http: http(section, voices_of(&voices, "http").unwrap_or_default()),
    };
    if settings.engines.contains(&EngineKind::Http) && settings.http.is_none() {
        section.complain_at("engines", "`speech.engines` names http, which has no address", "write `url` in [speech.http]");
    }
    settings
}

fn engines(item: &Item<'_>) -> Vec<EngineKind> {
    let names: Vec<String> = item.parsed_list("the name of an engine", "recorded");
    let known = |name: &String| ENGINES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| *kind);
    if let Some(unknown) = names.iter().find(|name| known(name).is_none()) {
        let all = ENGINES.map(|(name, _)| name);
        let meant = nearest(unknown, all).map(|name| format!("did you mean \"{name}\"?"));
        item.complain(
            format_args!("names {unknown}, which is no engine"),
            meant.unwrap_or_else(|| format!("write some of: {}", all.join(", "))),
        );
    }
    names.iter().filter_map(known).collect()
}

fn voices_of(voices: &Section<'_>, engine: &str) -> Option<Voices> {
    let named = voices.section(engine);
    let pairs = named.items().into_iter().filter_map(|(language, item)| Some((language, item.text()?)));
    named.is_present().then(|| Voices(pairs.collect()))
}

fn http(speech: &Section<'_>, voices: Voices) -> Option<HttpSettings> {
    let section = speech.section("http");
    let url = section.item("url");
    let body = section.secret("body");
    let allow_insecure = section.switch("allow_insecure", false);
    let headers = section.section("headers").items();
    let headers = headers.into_iter().filter_map(|(name, item)| Some((name, item.secret()?))).collect();
    let url = url.and_then(|item| item.secret().map(|url| (item, url)));
    if let Some((item, url)) = &url
        && !is_safe(url.expose(), allow_insecure)
    {
        item.complain("is neither https nor an address of this machine", "write https://…, or allow_insecure = true beside it");
    }
    url.map(|(_, url)| HttpSettings { url, headers, body, voices })
}

/// `https`, or `http` to this machine.
fn is_safe(url: &str, allow_insecure: bool) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    let is_loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && (is_loopback || allow_insecure))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::super::load::{Config, Findings};
    use super::*;

    fn parse(text: &str) -> Result<SpeechSettings, Findings> {
        Config::parse(Path::new("/etc/callward.toml"), text, &BTreeMap::new()).map(|config| config.speech)
    }

    #[test]
    fn without_a_word_recordings_come_first_and_espeak_next() {
        assert_eq!(parse("").unwrap(), SpeechSettings::default());
    }

    #[test]
    fn engines_voices_and_cache_are_read() {
        let text = "[speech]\nengines = ['http', 'recorded']\ncache_dir = 'cache'\n[speech.voices.http]\nen = 'amy'\n\
            [speech.http]\nurl = 'https://tts.example/{text}'\nheaders = { X-Key = 'hush' }\n";

        let speech = parse(text).unwrap();

        let http = speech.http.unwrap();
        assert_eq!(speech.engines, [EngineKind::Http, EngineKind::Recorded]);
        assert_eq!(speech.cache.as_deref(), Some(Path::new("/etc/cache")));
        assert_eq!((http.voices.find("en-GB"), http.headers["X-Key"].expose()), (Some("amy"), "hush"));
    }

    #[test]
    fn a_slip_is_shown_with_its_line() {
        let shown = |text: &str| parse(text).unwrap_err().to_string();

        let engine = shown("[speech]\nengines = ['recorded', 'espeak']\n");
        assert!(engine.contains(":2:11") && engine.contains("did you mean \"espeak-ng\"?"), "{engine}");
        assert!(shown("[speech]\nengines = ['http']\n").contains("has no address"));
        assert!(shown("[speech.http]\nurl = 'http://tts.example/'\n").contains("allow_insecure"));
        assert!(shown("[speech]\ncash_dir = 'x'\n").contains("cache_dir"));
    }
}
