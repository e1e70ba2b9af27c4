//! Who is at the handset: what is told, what is asked, and how time goes by meanwhile.

use std::future::Future;
use std::time::Duration;

use url::Url;

use super::reply::Reply;
use crate::browser::{AudioSource, Ending, Listening, Matched, Method, RecordRequest, Spoken, Trace, TransferRequest};

/// Something that a caller, or whoever watches, is told.
#[derive(Clone)]
pub enum Happening<'a> {
    /// Something was fetched; no status where no answer came.
    Fetched {
        /// From where.
        url: &'a Url,
        /// How.
        method: Method,
        /// The status of the answer.
        status: Option<u16>,
        /// Why there is none.
        failure: Option<String>,
    },
    /// A prompt is played.
    Prompt(&'a Spoken),
    /// A sound plays while a page is fetched, from now on; none: it stops.
    Meanwhile(Option<&'a AudioSource>),
    /// The page has something for the log.
    Log {
        /// Its label.
        label: Option<&'a str>,
        /// Its words.
        text: &'a str,
    },
    /// Input is awaited.
    Listen(&'a Listening),
    /// Input was understood.
    Matched(&'a Matched),
    /// A transfer is asked for.
    Transfer(&'a TransferRequest),
    /// A recording is asked for.
    Record(&'a RecordRequest),
    /// Variables go to a server.
    Submit {
        /// Where to.
        url: &'a Url,
        /// How.
        method: Method,
        /// Names and values.
        params: &'a [(String, String)],
    },
    /// What goes on inside.
    Trace(&'a Trace),
    /// The session is over.
    End(&'a Ending),
}

/// What a caller is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Input.
    Input,
    /// How a transfer goes.
    Transfer,
    /// A recording.
    Recording,
}

/// Somebody at the handset.
pub trait Caller: Send {
    /// Hears and sees what happens; `at` is the time since the call began.
    fn witness(&mut self, happening: &Happening<'_>, at: Duration);

    /// Whether [`Happening::Trace`] is of interest.
    fn is_curious(&self) -> bool {
        false
    }

    /// Whether this is enough: the call ends then without further ado, whatever is still to happen in it.
    fn has_enough(&self) -> bool {
        false
    }

    /// Does something when asked; `None` puts the handset down and ends the call without further ado.
    ///
    /// At [`Pace::Live`] the future may be dropped and made again at any time, and is ready only when the caller does something;
    /// `None` is a hang-up there.
    fn answer(&mut self, asked: Asked) -> impl Future<Output = Option<Reply>> + Send;
}

/// How time goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Waits cost nothing.
    Virtual,
    /// Waits are waited; the caller is asked when input is awaited, as in [`Pace::Virtual`].
    Real,
    /// Waits are waited, and the caller may act at any time: in the middle of prompts, or never.
    Live,
}
