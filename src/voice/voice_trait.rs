//! A voice: whoever can say words, or some of them.

use std::time::Duration;

use async_trait::async_trait;

use super::speech::Words;
use crate::audio::Sound;

/// Says words as far as it can. What it cannot say it hands back; it never fails.
#[async_trait]
pub trait Voice: Send + Sync {
    /// The words as sounds, pauses, and what is left unsaid, in order.
    async fn say(&self, words: &Words) -> Vec<Part>;

    /// Makes ready to say words of which the flows are known to consist; what it makes may outlive the process. Gives how many
    /// sounds were not there before.
    async fn prepare(&self, words: &Words) -> usize;
}

/// A part of what a voice says.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Said.
    Said(Sound),
    /// Silence.
    Pause(Duration),
    /// Words that this voice cannot say.
    Unsaid(String),
}
