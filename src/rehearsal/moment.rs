//! What happens in a rehearsed case, moment by moment, and how it would be told as a line of a transcript.

use std::fmt;
use std::time::Duration;

use crate::flow::Method;

use super::call_end::CallEnd;
use super::transcript::Consent;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// Somebody called.
    Called {
        /// The caller's number.
        from: String,
        /// Code of the process.
        target: String,
        /// Call variables.
        variables: Vec<(String, String)>,
    },
    /// The caller pressed keys.
    Pressed(String),
    /// The caller did nothing for so long.
    Silent(Duration),
    /// The caller hung up.
    HungUp,
    /// Time passed for the gateway alone.
    Passed(Duration),
    /// The caller heard a prompt.
    Heard(Heard),
    /// A message arrived.
    Received {
        /// How.
        method: Method,
        /// To whom.
        to: String,
        /// What it says.
        text: String,
    },
    /// A service of the customer's was asked.
    Asked {
        /// Its name.
        service: String,
        /// The fields of the request.
        fields: Vec<(String, String)>,
    },
    /// A contact's consent was written down.
    Written(Consent),
    /// The call was transferred to this address.
    Transferred(String),
    /// The call ended.
    Ended(CallEnd),
}

/// A prompt that a caller heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Its id in the flow; `None` where only the words are known.
    pub prompt: Option<String>,
    /// Its words.
    pub text: String,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Called { from, target, variables } => write!(f, "call      {from} -> {target}{}", Pairs(variables)),
            Moment::Pressed(keys) => write!(f, "presses   {keys}"),
            Moment::Silent(long) => write!(f, "stays silent for {}", Seconds(*long)),
            Moment::HungUp => f.write_str("hangs up"),
            Moment::Passed(long) => write!(f, "clock     +{}", Seconds(*long)),
            Moment::Heard(heard) => write!(f, "hears     {}", heard.text),
            Moment::Received { method, to, text } => write!(f, "receives  {} {to}: {text}", method.name()),
            Moment::Asked { service, fields } => write!(f, "asks      {service}{}", Pairs(fields)),
            Moment::Written(consent) => write!(f, "written   consent {} is {}", consent.contact, consent.status),
            Moment::Transferred(to) => write!(f, "transfers to {to}"),
            Moment::Ended(end) => write!(f, "{end}"),
        }
    }
}

/// `  name=value name=value`, or nothing.
struct Pairs<'p>(&'p [(String, String)]);

impl fmt::Display for Pairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.0.iter().enumerate() {
            write!(f, "{}{name}={value}", if place == 0 { "  " } else { " " })?;
        }
        Ok(())
    }
}

/// A time as transcripts write it.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 => write!(f, "{}s", self.0.as_secs()),
            _ => write!(f, "{}ms", self.0.as_millis()),
        }
    }
}
