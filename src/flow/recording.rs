//! Recordings of prompts: `audio/LANGUAGE/ID.wav` beside the flow file, content-addressed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::template::Template;
use super::version::version;

/// The recordings beside a flow file, by `LANGUAGE/FILE`.
pub type Recordings = BTreeMap<String, Recording>;

/// One recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The first 16 hexadecimal digits of its SHA-256.
    pub version: String,
    /// The file.
    pub sound: Arc<[u8]>,
}

impl Recording {
    /// The recording that a file holds.
    pub fn new(sound: &[u8]) -> Self {
        Self { version: version(sound), sound: sound.into() }
    }
}

/// The recording of one wording, counted from 0, as an address: `VERSION/LANGUAGE/FILE`. A wording with places is for the voice.
pub(super) fn of_wording(recordings: &Recordings, language: &str, id: &str, wording: (usize, &Template)) -> Option<String> {
    let (place, template) = wording;
    if recordings.is_empty() || template.varies() {
        return None;
    }
    let own = || if place == 0 { format!("{id}.wav") } else { format!("{id}.{}.wav", place + 1) };
    let name = format!("{language}/{}", template.audio.as_ref().map_or_else(own, Clone::clone));
    recordings.get(&name).map(|recording| format!("{}/{name}", recording.version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_places_have_the_recording_of_their_name_and_count() {
        let recordings: Recordings = ["en/hello.wav", "en/hello.2.wav"].map(|name| (name.to_owned(), Recording::new(b"RIFF"))).into();
        let of = |text: &str, place| of_wording(&recordings, "en", "hello", (place, &Template::parse(text).unwrap()));

        let version = version(b"RIFF");
        assert_eq!(of("Hello.", 0), Some(format!("{version}/en/hello.wav")));
        assert_eq!(of("Hello again.", 1), Some(format!("{version}/en/hello.2.wav")));
        assert_eq!(of("Hello.", 2), None);
        assert_eq!(of("Hello {vars.name}.", 0), None);
    }
}
