//! What stands before our paths, and the addresses of ours that every page names.

use super::waiting;

/// By which address platforms reach us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Without a slash at its end; empty where platforms reach us directly.
    pub(super) text: String,
    /// What stands before the addresses of recordings.
    pub(super) sounds: String,
    /// The address of the music.
    pub(super) music: String,
    moments: Vec<String>,
}

impl Base {
    /// The one that is written so.
    pub fn new(text: &str) -> Self {
        let text = text.trim_end_matches('/').to_owned();
        let moments = waiting::languages().map(|language| format!("{text}/prompts/one_moment.{language}.wav")).collect();
        Self { sounds: format!("{text}/prompts"), music: format!("{text}/prompts/hold.wav"), moments, text }
    }

    /// The address of the sound that a page in `language` plays while the next one takes its time.
    pub(super) fn one_moment(&self, language: &str) -> &str {
        let primary = language.split('-').next().unwrap_or_default();
        let known = waiting::languages().position(|known| known == primary).unwrap_or_default();
        self.moments.get(known).map_or("", String::as_str)
    }
}

impl Default for Base {
    fn default() -> Self {
        Self::new("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_sound_to_wait_by() {
        let base = Base::new("https://gw.example/voice/");

        assert_eq!(base.one_moment("es-MX"), "https://gw.example/voice/prompts/one_moment.es.wav");
        assert_eq!(base.one_moment("tlh"), "https://gw.example/voice/prompts/one_moment.en.wav");
        assert_eq!(Base::default().one_moment("en"), "/prompts/one_moment.en.wav");
    }
}
