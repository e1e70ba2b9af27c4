//! What comes out of the browser: things to fetch, to play, to listen for, and the end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::document::TransferKind;
use super::method::Method;
use super::style::Style;

/// Something the browser wants done. No `Debug`: what the caller pressed is in some of it.
#[derive(Clone)]
pub enum Action {
    /// Fetch this, and answer with [`Event::Fetched`](super::Event::Fetched).
    Fetch(Fetch),
    /// Play these in order, and tell of the end of each with [`Event::PromptPlayed`](super::Event::PromptPlayed).
    Play(Vec<Spoken>),
    /// Prompts of a page that does not know yet, or no longer cares, that the caller is gone: nobody hears them.
    Unheard(Vec<Spoken>),
    /// Stop what plays and go on with this many prompts from the end of the ones given last.
    Interrupt {
        /// How many of the last prompts are still to be played: those that allow no barge-in.
        remaining: usize,
    },
    /// Input is awaited: keys and utterances count from here.
    Listen(Listening),
    /// Input was understood.
    Matched(Matched),
    /// Transfer the call, and answer with [`Event::Transferred`](super::Event::Transferred).
    Transfer(TransferRequest),
    /// Play this over and over while a page is fetched, from now until [`Action::StopMeanwhile`].
    PlayMeanwhile(AudioSource),
    /// The page is here: the sound that plays meanwhile stops.
    StopMeanwhile,
    /// The caller's keys end the bridge: let the far end go, and answer the transfer with `NearEndDisconnect`.
    EndTransfer,
    /// Record the caller, and answer with [`Event::Recorded`](super::Event::Recorded).
    Record(RecordRequest),
    /// This key of the caller's ends the recording: answer with it as [`RecordingEnd::Key`](super::RecordingEnd::Key).
    EndRecording {
        /// The key.
        key: char,
    },
    /// Variables are on their way to a server; the fetch itself follows.
    Submit {
        /// Where to.
        url: Url,
        /// How.
        method: Method,
        /// Names and values.
        params: Vec<(String, String)>,
    },
    /// The page has something for the log.
    Log {
        /// Its label.
        label: Option<String>,
        /// Its words.
        text: String,
    },
    /// What goes on inside, for whoever debugs a page.
    Trace(Trace),
    /// The session is over.
    End(Ending),
}

/// One step of the form interpretation algorithm or one event, told to a flow designer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// A form item was chosen.
    Selected {
        /// Its dialog's name.
        dialog: Option<String>,
        /// Its name.
        item: Option<String>,
        /// Its line in the document.
        line: u32,
        /// Why it was this one, and not one of those before it.
        why: String,
    },
    /// A variable got a value: one of a form item, or one that the page sets.
    Assigned {
        /// Its name.
        name: String,
        /// The value as JSON, `undefined` where there is none.
        value: String,
    },
    /// A handler took an event.
    Caught {
        /// The event's name.
        event: String,
        /// The handler's line in its document; none where it is the platform's own.
        line: Option<u32>,
    },
    /// An event was thrown.
    Thrown {
        /// Its name.
        event: String,
        /// Its message.
        message: Option<String>,
    },
    /// A document took over.
    Entered {
        /// Its address.
        url: Url,
    },
}

/// A request that somebody else makes for the browser. No `Debug`: it may carry what the caller pressed.
#[derive(Clone)]
pub struct Fetch {
    /// The number to answer with.
    pub id: u64,
    /// What.
    pub url: Url,
    /// How.
    pub method: Method,
    /// Body and media type of a POST.
    pub body: Option<(String, Vec<u8>)>,
    /// How long it may take.
    pub timeout: Duration,
    /// Oldest copy the page wants, in seconds (§6.1.2).
    pub maxage: Option<u64>,
    /// How long past its time a copy may be used, in seconds.
    pub maxstale: Option<u64>,
}

/// One prompt, ready to be played.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// All its words, those of audio that cannot be fetched too.
    pub text: String,
    /// What to play, in order.
    pub sounds: Vec<Sound>,
    /// Whether keys cut it short.
    pub bargein: bool,
    /// `xml:lang`.
    pub lang: Option<String>,
}

/// A part of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub enum Sound {
    /// Words for a synthesised voice.
    Words(Phrase),
    /// A recording by address.
    Audio(AudioSource),
    /// Something the caller recorded in this call, by its number: [`Interpreter::recorded`](super::Interpreter::recorded).
    Recording(usize),
    /// Silence.
    Pause(Duration),
    /// A `<mark>`: tell of it with [`Event::MarkReached`](super::Event::MarkReached).
    Mark(String),
}

/// Words that are said in one way. Paragraphs and sentences of SSML are never joined into one phrase.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// The words.
    pub words: String,
    /// What SSML says of them.
    pub style: Arc<Style>,
}

/// A recording that is fetched to be played (§4.1.3, §6.1).
#[derive(Debug, Clone, PartialEq)]
pub struct AudioSource {
    /// Its absolute address.
    pub url: String,
    /// How long fetching it may take.
    pub timeout: Duration,
    /// Oldest copy the page wants, in seconds.
    pub maxage: Option<u64>,
    /// How long past its time a copy may be used, in seconds.
    pub maxstale: Option<u64>,
    /// What is played where it cannot be had.
    pub fallback: Vec<Sound>,
}

/// What is awaited in a form item.
#[derive(Debug, Clone, PartialEq)]
pub struct Listening {
    /// Silence after the prompts that is `noinput`.
    pub timeout: Duration,
    /// Silence between keys that ends the input.
    pub interdigit: Duration,
    /// The key that ends the input.
    pub termchar: Option<char>,
    /// Whether keys count.
    pub dtmf: bool,
    /// Whether speech counts.
    pub voice: bool,
    /// What is said is to be recorded too: tell it with [`Event::UtteranceRecorded`](super::Event::UtteranceRecorded)
    /// just before the words.
    pub record_utterance: bool,
}

/// Input that fits a grammar. No `Debug`: it is what the caller pressed.
#[derive(Clone)]
pub struct Matched {
    /// The keys, or the words.
    pub utterance: String,
    /// Whether it came by keys.
    pub by_keys: bool,
    /// What the grammar makes of it.
    pub interpretation: Option<Value>,
}

/// A transfer to be made (§2.3.7).
#[derive(Debug, Clone)]
pub struct TransferRequest {
    /// `tel:` or `sip:` address.
    pub dest: String,
    /// How.
    pub kind: TransferKind,
    /// How long the far end may ring.
    pub connecttimeout: Duration,
    /// How long a bridge may last; zero is without limit.
    pub maxtime: Duration,
    /// Application-to-application information.
    pub aai: Option<String>,
    /// Whether the page listens to the caller's keys meanwhile: then they are not for the far end.
    pub hears_keys: bool,
    /// What the caller hears until the far end answers (`transferaudio`).
    pub audio: Option<AudioSource>,
}

/// A recording to be made (§2.3.6).
#[derive(Debug, Clone)]
pub struct RecordRequest {
    /// Silence before anything is said that is `noinput`.
    pub timeout: Duration,
    /// Longest recording.
    pub maxtime: Duration,
    /// Silence that ends it.
    pub finalsilence: Duration,
    /// Whether any key ends it.
    pub dtmfterm: bool,
    /// Whether a tone comes first.
    pub beep: bool,
    /// Media type, where the page asks for one.
    pub media_type: Option<String>,
}

/// How a session ended.
#[derive(Debug, Clone)]
pub struct Ending {
    /// Why.
    pub reason: Reason,
    /// What `<exit>` or `<disconnect>` gave.
    pub exit: Value,
    /// The event that nobody caught.
    pub uncaught: Option<String>,
    /// What is known about it.
    pub message: Option<String>,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// `<exit>`, or nothing was left to do.
    Exit,
    /// The caller hung up.
    Hangup,
    /// `<disconnect>`.
    Disconnect,
    /// The call was given away.
    Transfer,
    /// An error that nobody caught.
    Error,
}

impl Reason {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exit => "exit",
            Self::Hangup => "hangup",
            Self::Disconnect => "disconnect",
            Self::Transfer => "transfer",
            Self::Error => "error",
        }
    }
}
