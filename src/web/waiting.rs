//! What a caller hears while something takes long: "one moment", then soft music (REQUIREMENTS, Default 3 "service wait").

/// By language; the first one stands in for a missing one. `callward prompts render` makes them (`audio/README.md`).
const ONE_MOMENT: [(&str, &[u8]); 2] =
    [("en", include_bytes!("../../audio/en/hold/one_moment.wav")), ("es", include_bytes!("../../audio/es/hold/one_moment.wav"))];

/// The music alone, for callers on hold.
const MUSIC: &[u8] = include_bytes!("../../audio/hold.wav");

/// The languages that have a sound of their own, the first for everybody else.
pub(super) fn languages() -> impl Iterator<Item = &'static str> {
    ONE_MOMENT.iter().map(|(language, _)| *language)
}

/// The sound in this file: `one_moment.en.wav`, `hold.wav`.
pub(super) fn sound(file: &str) -> Option<&'static [u8]> {
    let moment = ONE_MOMENT.iter().find(|(language, _)| file == format!("one_moment.{language}.wav")).map(|(_, sound)| *sound);
    moment.or((file == "hold.wav").then_some(MUSIC))
}
