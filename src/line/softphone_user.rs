//! Who uses a softphone: what is told to them, what they do, and what comes of their call.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use super::exchange_settings::ExchangeError;
use super::media_error::MediaError;
use super::session_media::SessionError;
use crate::audio::{Codec, Level, Sound};
use crate::rtp::Statistics;
use crate::sip::{Ending, Uri};

/// What happens on the call.
#[derive(Debug, Clone)]
pub enum SoftphoneNews {
    /// It goes on before it is answered: 180 rings.
    Progress(u16),
    /// Somebody has answered.
    Answered {
        /// What is spoken in.
        codec: Codec,
        /// Whether keys go as telephone events; else as tones.
        has_events: bool,
    },
    /// So loud it was in the last fifth of a second.
    Level(Level),
    /// A prompt has begun.
    Sound,
    /// It is silent.
    Silence,
    /// The other side holds the call, or goes on with it.
    Held(bool),
}

/// What the user of the telephone does.
pub enum Act {
    /// Presses keys, at once.
    Press(String),
    /// Puts it down.
    HangUp,
}

/// Who uses the telephone.
pub trait SoftphoneUser: Send {
    /// Hears of what happens.
    fn notice(&mut self, news: &SoftphoneNews);

    /// Which keys a group of `--keys` means, when it is to be pressed; nothing when it means none.
    fn keys(&mut self, group: String) -> impl Future<Output = String> + Send;

    /// What is done unasked. The future may be dropped and made again at any time.
    fn act(&mut self) -> impl Future<Output = Act> + Send;
}

/// What came of a call.
#[derive(Debug)]
pub struct SoftphoneEnding {
    /// How it ended.
    pub ending: Ending,
    /// Packets.
    pub statistics: Option<Statistics>,
    /// What was heard, when it was to be kept.
    pub recording: Option<Sound>,
}

/// Why no call can be made.
#[derive(Debug, thiserror::Error)]
pub enum SoftphoneError {
    /// The name is not known, or there is none.
    #[error("{0} is not found; write an address such as sip:two-factor@127.0.0.1:5060")]
    Nowhere(Box<Uri>),
    /// No way leads there.
    #[error("no way leads to {0}: {1}")]
    NoWay(SocketAddr, #[source] io::Error),
    /// The sockets of SIP.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// Sound.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// What the other side wants to speak.
    #[error("the other side's answer cannot be used: {0}")]
    Session(#[from] SessionError),
}
