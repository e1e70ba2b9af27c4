//! Gathers keys against the active grammars, with their timers (VoiceXML 2.0 §6.3.3 and appendix D).

use std::time::{Duration, Instant};

use crate::grammar::Verdict;

/// The properties that rule a collection (§6.3.3).
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    /// Silence before the first key.
    pub timeout: Duration,
    /// Silence between keys.
    pub interdigit: Duration,
    /// Patience for the terminating key once nothing else can follow.
    pub termination: Duration,
    /// The terminating key.
    pub termchar: Option<char>,
    /// How long the caller may speak without an end.
    pub speech: Duration,
    /// Keys that fit no grammar are dropped without an event (§4.1.5.1).
    pub hotword: bool,
}

/// How a collection ended.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) enum Collected {
    Match(String),
    NoMatch(String),
    NoInput,
    /// The caller speaks on and on.
    TooLong,
}

/// Keys on their way to be understood. `judge` is asked what the grammars say of a run of keys.
pub(super) struct Collector {
    timing: Timing,
    keys: String,
    verdict: Verdict,
    deadline: Option<Instant>,
    is_speaking: bool,
}

impl Collector {
    pub fn new(timing: Timing) -> Self {
        Self { timing, keys: String::new(), verdict: Verdict::Partial, deadline: None, is_speaking: false }
    }

    /// Whether a key has been taken.
    pub fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether keys that fit nothing are dropped without an event, from here on.
    pub fn set_hotword(&mut self, is_hotword: bool) {
        self.timing.hotword = is_hotword;
    }

    /// The prompts are over: silence counts from here.
    pub fn handle_prompts_over(&mut self, now: Instant) {
        if self.keys.is_empty() && !self.is_speaking {
            self.deadline = Some(now + self.timing.timeout);
        }
    }

    /// The caller begins to speak: that is no silence any more.
    pub fn handle_speech(&mut self, now: Instant) {
        if self.keys.is_empty() {
            self.is_speaking = true;
            self.deadline = Some(now + self.timing.speech);
        }
    }

    /// What was said is over, and meant nothing.
    pub fn handle_speech_over(&mut self, now: Instant) {
        if std::mem::take(&mut self.is_speaking) {
            self.deadline = Some(now + self.timing.timeout);
        }
    }

    /// Takes a key, and gives the end of the collection if it is one.
    pub fn handle_key(&mut self, key: char, now: Instant, mut judge: impl FnMut(&str) -> Verdict) -> Option<Collected> {
        self.is_speaking = false;
        let longer = format!("{}{key}", self.keys);
        let verdict = judge(&longer);
        if verdict == Verdict::NoMatch && self.timing.termchar == Some(key) {
            return self.terminate(&mut judge);
        }
        if verdict == Verdict::NoMatch && self.timing.hotword {
            self.drop_keys(key, now, judge);
            return None;
        }
        self.keys = longer;
        self.verdict = verdict;
        let patience = match verdict {
            Verdict::NoMatch => return Some(Collected::NoMatch(std::mem::take(&mut self.keys))),
            Verdict::Partial | Verdict::Match => self.timing.interdigit,
            Verdict::MatchEnd if self.timing.termchar.is_none() || self.timing.termination.is_zero() => return Some(self.matched()),
            Verdict::MatchEnd => self.timing.termination,
        };
        self.deadline = Some(now + patience);
        None
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Collected> {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return None;
        }
        self.deadline = None;
        if self.is_speaking {
            return Some(Collected::TooLong);
        }
        if self.keys.is_empty() {
            return Some(Collected::NoInput);
        }
        if is_sentence(self.verdict) {
            return Some(self.matched());
        }
        if self.timing.hotword {
            self.keys.clear();
            self.deadline = Some(now + self.timing.timeout);
            return None;
        }
        Some(Collected::NoMatch(std::mem::take(&mut self.keys)))
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The terminating key is no part of the result; alone it matches what accepts no key at all.
    fn terminate(&mut self, judge: &mut impl FnMut(&str) -> Verdict) -> Option<Collected> {
        if self.keys.is_empty() {
            self.verdict = judge("");
        }
        if is_sentence(self.verdict) {
            return Some(self.matched());
        }
        if self.timing.hotword {
            self.keys.clear();
            return None;
        }
        Some(Collected::NoMatch(std::mem::take(&mut self.keys)))
    }

    /// What cannot become a hotword is forgotten, unless the last key begins another.
    fn drop_keys(&mut self, key: char, now: Instant, mut judge: impl FnMut(&str) -> Verdict) {
        let alone = String::from(key);
        self.verdict = judge(&alone);
        self.keys = if self.verdict == Verdict::NoMatch { String::new() } else { alone };
        if self.has_keys() {
            self.deadline = Some(now + self.timing.interdigit);
        }
    }

    fn matched(&mut self) -> Collected {
        self.deadline = None;
        Collected::Match(std::mem::take(&mut self.keys))
    }
}

fn is_sentence(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Match | Verdict::MatchEnd)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grammar as a list of the sentences it has; `+` at the end means that more digits may follow.
    fn judge(sentences: &'static [&'static str]) -> impl Fn(&str) -> Verdict {
        move |keys| {
            let is_open = |sentence: &str| sentence.strip_suffix('+').is_some_and(|stem| keys.starts_with(stem));
            let is_end = sentences.contains(&keys);
            let is_open_end = sentences.iter().any(|sentence| is_open(sentence));
            let continues = sentences.iter().any(|sentence| sentence.len() > keys.len() && sentence.starts_with(keys)) || is_open_end;
            match (is_end || is_open_end, continues) {
                (true, true) => Verdict::Match,
                (true, false) => Verdict::MatchEnd,
                (false, true) => Verdict::Partial,
                (false, false) => Verdict::NoMatch,
            }
        }
    }

    const TIMING: Timing = Timing {
        timeout: Duration::from_secs(5),
        interdigit: Duration::from_secs(3),
        termination: Duration::ZERO,
        termchar: Some('#'),
        speech: Duration::from_secs(60),
        hotword: false,
    };

    /// Properties, sentences, keys with their milliseconds, and what comes of it when.
    type Row = (Timing, &'static [&'static str], &'static [(u64, char)], Collected, u64);

    /// Plays keys at their milliseconds, then lets time pass; gives what was collected and when.
    fn timeline(timing: Timing, sentences: &'static [&'static str], keys: &[(u64, char)]) -> (Collected, u64) {
        let start = Instant::now();
        let mut collector = Collector::new(timing);
        collector.handle_prompts_over(start);
        for (at, key) in keys {
            let now = start + Duration::from_millis(*at);
            while let Some(deadline) = collector.poll_timeout().filter(|deadline| *deadline <= now) {
                if let Some(collected) = collector.handle_timeout(deadline) {
                    return (collected, (deadline - start).as_millis() as u64);
                }
            }
            if let Some(collected) = collector.handle_key(*key, now, judge(sentences)) {
                return (collected, *at);
            }
        }
        let deadline = collector.poll_timeout().unwrap();
        (collector.handle_timeout(deadline).unwrap(), (deadline - start).as_millis() as u64)
    }

    #[test]
    fn timelines_end_as_appendix_d_says() {
        let matched = |keys: &str| Collected::Match(keys.to_owned());
        let unmatched = |keys: &str| Collected::NoMatch(keys.to_owned());
        let patient = Timing { termination: Duration::from_secs(2), ..TIMING };
        let endless = Timing { termchar: None, ..patient };
        let rows: [Row; 16] = [
            (TIMING, &["12"], &[], Collected::NoInput, 5000),
            (TIMING, &["12"], &[(1000, '1'), (2000, '2')], matched("12"), 2000),
            (TIMING, &["12"], &[(1000, '1')], unmatched("1"), 4000),
            (TIMING, &["12"], &[(1000, '1'), (1500, '#')], unmatched("1"), 1500),
            (TIMING, &["12"], &[(1000, '3')], unmatched("3"), 1000),
            (TIMING, &["1", "12"], &[(1000, '1')], matched("1"), 4000),
            (TIMING, &["1", "12"], &[(1000, '1'), (1200, '#')], matched("1"), 1200),
            (TIMING, &["1+"], &[(0, '1'), (2900, '2'), (5800, '3')], matched("123"), 8800),
            (TIMING, &["12#"], &[(0, '1'), (10, '2'), (20, '#')], matched("12#"), 20),
            (TIMING, &["1"], &[(700, '#')], unmatched(""), 700),
            (TIMING, &["", "1"], &[(700, '#')], matched(""), 700),
            (patient, &["12"], &[(0, '1'), (10, '2')], matched("12"), 2010),
            (patient, &["12"], &[(0, '1'), (10, '2'), (900, '#')], matched("12"), 900),
            (patient, &["12"], &[(0, '1'), (10, '2'), (900, '3')], unmatched("123"), 900),
            (endless, &["12"], &[(0, '1'), (10, '2')], matched("12"), 10),
            (endless, &["1+"], &[(0, '1'), (10, '#')], matched("1#"), 3010),
        ];

        for (row, (timing, sentences, keys, collected, at)) in rows.into_iter().enumerate() {
            assert_eq!(timeline(timing, sentences, keys), (collected, at), "row {row}");
        }
    }

    #[test]
    fn speech_is_no_silence_and_may_not_go_on_for_ever() {
        let start = Instant::now();
        let mut collector = Collector::new(TIMING);
        collector.handle_prompts_over(start);

        collector.handle_speech(start + Duration::from_secs(4));

        assert!(collector.handle_timeout(start + Duration::from_secs(63)).is_none());
        assert_eq!(collector.handle_timeout(start + Duration::from_secs(64)), Some(Collected::TooLong));
    }

    #[test]
    fn a_hotword_is_found_among_other_keys() {
        let hotword = Timing { hotword: true, ..TIMING };

        let found = timeline(hotword, &["99"], &[(0, '1'), (10, '9'), (20, '2'), (30, '9'), (40, '9')]);

        assert_eq!(found, (Collected::Match("99".to_owned()), 40));
    }
}
