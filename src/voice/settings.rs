//! What the operator says about voices: which engines in which order, their voices, and the cache.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::secret::SecretText;

/// The section `[speech]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechSettings {
    /// Who is asked first, who next.
    pub engines: Vec<EngineKind>,
    /// A folder of recordings that come before those that ship.
    pub recordings: Option<PathBuf>,
    /// How long an engine may take.
    pub timeout: Duration,
    /// How many engines work at a time.
    pub at_once: usize,
    /// Where what was synthesised is kept; nowhere beyond memory when absent.
    pub cache: Option<PathBuf>,
    /// How many bytes of it.
    pub cache_bytes: u64,
    /// The voices of espeak-ng.
    pub espeak_ng: Voices,
    /// The voices of flite.
    pub flite: Voices,
    /// The service that is asked over HTTP.
    pub http: Option<HttpSettings>,
}

/// The engines that can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// Recordings.
    Recorded,
    /// The program espeak-ng.
    EspeakNg,
    /// The program flite; English.
    Flite,
    /// A service over HTTP.
    Http,
}

/// Voices by language (BCP 47); `es-MX` finds `es` when there is none of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Voices(pub BTreeMap<String, String>);

/// A service over HTTP. In `url` and `body`, `{text}`, `{ssml}`, `{language}` and `{voice}` are filled in.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Its address; a secret, for it may hold a key.
    pub url: SecretText,
    /// Request headers.
    pub headers: BTreeMap<String, SecretText>,
    /// What is posted; without it the address is fetched.
    pub body: Option<SecretText>,
    /// Its voices.
    pub voices: Voices,
}

impl PartialEq for HttpSettings {
    fn eq(&self, other: &Self) -> bool {
        self.url.expose() == other.url.expose() && self.voices == other.voices
    }
}

impl Eq for HttpSettings {}

impl Voices {
    /// Of these pairs.
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(language, voice)| ((*language).to_owned(), (*voice).to_owned())).collect())
    }

    /// The voice of a language.
    pub fn find(&self, language: &str) -> Option<&str> {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        let named = |wanted: &str| self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(wanted));
        named(language).or_else(|| named(primary)).map(|(_, voice)| voice.as_str())
    }
}

impl Default for SpeechSettings {
    fn default() -> Self {
        Self {
            engines: vec![EngineKind::Recorded, EngineKind::EspeakNg],
            recordings: None,
            timeout: Duration::from_secs(5),
            at_once: 2,
            cache: None,
            cache_bytes: 100 << 20,
            espeak_ng: Voices::of(&[("en", "en-gb"), ("es", "es"), ("de", "de"), ("fr", "fr")]),
            flite: Voices::of(&[("en", "slt")]),
            http: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_finds_its_own_voice_or_that_of_its_family() {
        let voices = Voices::of(&[("en", "en-gb"), ("en-US", "en-us")]);

        assert_eq!([voices.find("en-us"), voices.find("en-AU"), voices.find("fr")], [Some("en-us"), Some("en-gb"), None]);
    }
}
