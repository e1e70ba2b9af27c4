//! What a call learns of its media.

use std::fmt;
use std::time::Instant;

use tokio::sync::mpsc;

use crate::audio::Codec;
use crate::rtp::{Key, Statistics};

/// Places for news that sound may not take: keys and ends always find room.
const RESERVED: usize = 32;

/// What a call learns of its media.
#[derive(Debug)]
pub enum MediaNews {
    /// The caller has pressed a key.
    Key {
        /// Which.
        key: Key,
        /// When its first packet came.
        at: Instant,
    },
    /// A sound of the line has ended.
    Ended {
        /// How many of all sounds that were ever played have ended or were broken off, as [`super::MediaStream::play`] counts
        /// them: so the news are right about an interruption that they cross, too.
        passed: u64,
    },
    /// What the caller said, while it is recorded: a fifth of a second or less.
    Recorded(Heard),
    /// What the caller says, frame by frame, while somebody listens for tones; of a silence only the beginning.
    Heard(Heard),
    /// No packet has come for the time that was set.
    Silent,
    /// The peer's source has left.
    Bye,
    /// The media of the call are closed: the last news.
    Closed(Box<Statistics>),
}

/// A run of G.711 samples.
#[derive(Clone, PartialEq, Eq)]
pub struct Heard {
    /// Their codec.
    pub codec: Codec,
    /// One byte a sample.
    pub payload: Vec<u8>,
}

/// Brings the news of one call.
pub(super) struct Newsagent(pub mpsc::Sender<MediaNews>);

impl Newsagent {
    /// A call that does not read its news, or is gone, misses them.
    pub fn tell(&self, news: MediaNews) {
        if self.0.try_send(news).is_err() && !self.0.is_closed() {
            tracing::warn!("a call does not read the news of its media; some are lost");
        }
    }

    /// Sound may be lost when a call lags behind; keys and ends may not.
    pub fn tell_if_room(&self, news: MediaNews) {
        if self.0.capacity() > RESERVED {
            self.tell(news);
        }
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} samples]", self.payload.len())
    }
}
