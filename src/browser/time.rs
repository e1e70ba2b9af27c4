//! Time designations: `3s`, `500ms`, `1.5s` (VoiceXML 2.0 §6.5, CSS2 §4.3.8).

use std::time::Duration;

/// No one waits longer than a day; larger numbers are cut to it.
const LONGEST: f64 = 86_400_000.0;

/// Reads a time designation. A number without unit, which many pages have, is taken as seconds.
pub fn designation(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1.0),
        None => (text.strip_suffix('s').unwrap_or(text), 1000.0),
    };
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let milliseconds = number.parse::<f64>().ok().filter(|_| is_number)? * unit;
    Some(Duration::from_millis(milliseconds.min(LONGEST).round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_milliseconds_are_read() {
        let cases = [("3s", 3000), ("500ms", 500), ("1.5s", 1500), (".5s", 500), ("0s", 0), (" 2s ", 2000), ("7", 7000)];
        for (text, milliseconds) in cases {
            assert_eq!(designation(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "s", "ms", "abc", "-1s", "1e9s", "infs", "1.2.3s", "5 minutes"] {
            assert_eq!(designation(text), None, "{text}");
        }
    }
}
