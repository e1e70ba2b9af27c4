//! One key from many ways: a telephone that sends each key twice, as event and by INFO or as a tone, presses it once.

use std::time::{Duration, Instant};

/// How far apart the two reports of one key come.
const ECHO: Duration = Duration::from_secs(2);

/// How a key came, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyWay {
    /// As a tone among the speech.
    Tone,
    /// In an INFO request.
    Info,
    /// As a telephone event (RFC 4733).
    Event,
}

/// The way that a caller's keys take. No `Debug`: it knows the last key.
#[derive(Default)]
pub(super) struct KeySource {
    way: Option<KeyWay>,
    last: Option<(char, KeyWay, Instant)>,
}

impl KeySource {
    /// The key, unless it was told already by another way.
    pub fn take(&mut self, key: char, way: KeyWay, now: Instant) -> Option<char> {
        let before = self.way.unwrap_or(way);
        if way < before {
            return None;
        }
        let is_same = |(last, by, at): &(char, KeyWay, Instant)| *last == key && *by != way && now.saturating_duration_since(*at) < ECHO;
        let told_by = self.last.filter(is_same).map(|(_, by, _)| by);
        // Of the telephone before, which spoke in a better way.
        if told_by.is_some_and(|by| way < by) {
            return None;
        }
        self.way = Some(way);
        self.last = Some((key, way, now));
        told_by.is_none().then_some(key)
    }

    /// The two sides have agreed anew: it may be another telephone, whose keys come by another way.
    pub fn handle_agreement(&mut self) {
        self.way = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_comes_by_two_ways_counts_once() {
        let (mut source, now) = (KeySource::default(), Instant::now());

        assert_eq!(source.take('1', KeyWay::Tone, now), Some('1'));
        assert_eq!(source.take('1', KeyWay::Info, now + Duration::from_millis(200)), None);
        assert_eq!(source.take('2', KeyWay::Tone, now + Duration::from_secs(1)), None);
        assert_eq!(source.take('2', KeyWay::Info, now + Duration::from_secs(1)), Some('2'));
    }

    #[test]
    fn another_telephone_may_send_its_keys_in_a_worse_way() {
        let (mut source, now) = (KeySource::default(), Instant::now());
        let at = |milliseconds| now + Duration::from_millis(milliseconds);
        assert_eq!(source.take('1', KeyWay::Event, at(0)), Some('1'));
        assert_eq!(source.take('2', KeyWay::Tone, at(10)), None);

        source.handle_agreement();

        assert_eq!(source.take('1', KeyWay::Info, at(300)), None, "the echo of what was pressed before");
        assert_eq!(source.take('2', KeyWay::Tone, at(600)), Some('2'));
    }

    #[test]
    fn the_same_key_pressed_twice_by_one_way_counts_twice() {
        let (mut source, now) = (KeySource::default(), Instant::now());

        let pressed: Vec<char> = (0..2).filter_map(|_| source.take('7', KeyWay::Event, now)).collect();

        assert_eq!(pressed, ['7', '7']);
    }
}
