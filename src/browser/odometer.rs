//! Counts what a session does without its caller: documents, events and steps, so that no page can run for ever.

use std::time::{Duration, Instant};

use super::thrown::{Run, Thrown};

/// Documents that may follow each other without a prompt, input or elapsed time.
const MOST_DOCUMENTS: u32 = 1_000;
/// Documents that may follow each other without input, whatever they say.
const MOST_DOCUMENTS_IN_SILENCE: u32 = 20_000;
/// Events that may follow each other in the same way.
const MOST_EVENTS: u32 = 500;
/// Elements of executable content and turns of the algorithm.
const MOST_STEPS: u32 = 50_000;
/// Bytes of prompts and log lines.
const MOST_WORDS: usize = 4 << 20;
/// Bytes of pages, and states of grammars by a byte's measure.
const MOST_WORK: usize = 64 << 20;
/// What a state of a grammar costs, in bytes of a page.
const STATE: usize = 32;
/// Subdialogs inside each other.
pub(super) const DEEPEST_CONTEXT: usize = 40;
/// Time after which a session counts as alive by itself.
const ELAPSED: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Odometer {
    since: Instant,
    documents: u32,
    documents_in_silence: u32,
    events: u32,
    steps: u32,
    words: usize,
    work: usize,
}

impl Odometer {
    pub fn new(now: Instant) -> Self {
        Self { since: now, documents: 0, documents_in_silence: 0, events: 0, steps: 0, words: 0, work: 0 }
    }

    /// The caller did something: all counts begin again.
    pub fn handle_input(&mut self, now: Instant) {
        *self = Self::new(now);
    }

    /// The caller heard something, or time went by: all counts begin again but that of documents without input.
    pub fn reset(&mut self, now: Instant) {
        *self = Self { documents_in_silence: self.documents_in_silence, ..Self::new(now) };
    }

    pub fn count_document(&mut self, now: Instant) -> Run {
        if now.saturating_duration_since(self.since) >= ELAPSED {
            self.reset(now);
        }
        count(&mut self.documents_in_silence, MOST_DOCUMENTS_IN_SILENCE, "documents")?;
        count(&mut self.documents, MOST_DOCUMENTS, "documents")
    }

    pub fn count_event(&mut self) -> Run {
        count(&mut self.events, MOST_EVENTS, "events")
    }

    /// Counts what a page says or logs.
    pub fn count_words(&mut self, words: &str) -> Run {
        self.words = self.words.saturating_add(words.len());
        match self.words > MOST_WORDS {
            true => Err(Thrown::limit(format!("more than {MOST_WORDS} bytes of prompts and log without input"))),
            false => Ok(()),
        }
    }

    /// Counts the reading of a document.
    pub fn count_bytes(&mut self, bytes: usize) -> Run {
        self.work = self.work.saturating_add(bytes);
        match self.work > MOST_WORK {
            true => Err(Thrown::limit("more pages and grammars than can be read without prompt, input or elapsed time")),
            false => Ok(()),
        }
    }

    /// Counts the laying out of a grammar.
    pub fn count_states(&mut self, states: usize) -> Run {
        self.count_bytes(states.saturating_mul(STATE))
    }

    pub fn count_step(&mut self) -> Run {
        count(&mut self.steps, MOST_STEPS, "steps")
    }
}

fn count(counter: &mut u32, most: u32, what: &str) -> Run {
    *counter += 1;
    match *counter > most {
        true => Err(Thrown::limit(format!("more than {most} {what} without prompt, input or elapsed time"))),
        false => Ok(()),
    }
}
