//! A synthesiser: text in, sound out.

use std::time::Duration;

use async_trait::async_trait;

use super::speech::Words;
use crate::audio::{Sound, WavError};

/// Something that makes sound of text.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Engine and voice for a language, as they are known to people; two of one name sound alike. `None` where it has no voice.
    fn voice(&self, language: &str) -> Option<String>;

    /// The words as they come out of it.
    async fn render(&self, words: &Words) -> Result<Sound, EngineError>;
}

/// Why there is no sound. Never holds the text: a caller's digits may be in it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The program does not start.
    #[error("{program} does not start: {cause}; install it, or take it out of speech.engines")]
    Unstartable {
        /// Its name.
        program: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The program says that it failed.
    #[error("{program} failed ({status}); try its voice by hand")]
    Failed {
        /// Its name.
        program: String,
        /// How it ended.
        status: String,
    },
    /// It took too long.
    #[error("{engine} had no sound after {limit:?}; speech.timeout_ms says how long it may take")]
    Slow {
        /// Its name.
        engine: String,
        /// How long it was given.
        limit: Duration,
    },
    /// The service cannot be asked.
    #[error("the speech service {host} cannot be asked: {what}")]
    Unreachable {
        /// Its host.
        host: String,
        /// What went wrong.
        what: String,
    },
    /// The service refuses.
    #[error("the speech service {host} answered {status}")]
    Refused {
        /// Its host.
        host: String,
        /// HTTP's.
        status: u16,
    },
    /// What came is no sound.
    #[error("what {engine} gave cannot be played: {cause}")]
    NoSound {
        /// Its name.
        engine: String,
        /// What is wrong with it.
        #[source]
        cause: WavError,
    },
    /// More came than any prompt is long.
    #[error("{engine} gave more than {most} bytes")]
    TooMuch {
        /// Its name.
        engine: String,
        /// What is taken at most.
        most: usize,
    },
    /// There is no voice for this language.
    #[error("{engine} has no voice for {language}; name one under speech.voices")]
    NoVoice {
        /// Its name.
        engine: String,
        /// BCP 47.
        language: String,
    },
}
