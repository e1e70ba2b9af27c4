//! A transcript: calls as a person tells them, line by line (`.call` files).

use std::ops::Range;
use std::time::Duration;

use crate::flow::{Method, Transferred};

use super::pattern::Pattern;

/// What a `.call` file tells.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    /// What holds in every case.
    pub given: Vec<Line>,
    /// The cases, in order.
    pub cases: Vec<Case>,
}

/// One case: a world of its own, and what happens in it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it is called.
    pub name: String,
    /// Where its first line stands.
    pub span: Range<usize>,
    /// Its lines, in order.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it says.
    pub tells: Tells,
    /// The bytes of the file that it stands in.
    pub span: Range<usize>,
}

/// What a line says.
#[derive(Debug, Clone)]
pub enum Tells {
    /// Something holds from here on.
    Given(Given),
    /// Somebody calls.
    Call {
        /// The caller's number.
        from: String,
        /// Code of the process, which is the name of its flow.
        target: String,
        /// Call variables.
        variables: Vec<(String, String)>,
    },
    /// The caller presses keys.
    Presses(Vec<Keys>),
    /// The caller does nothing: until the page loses its patience, or for so long.
    StaysSilent(Option<Duration>),
    /// The caller hangs up.
    HangsUp,
    /// Time passes for the gateway alone.
    Clock(Duration),
    /// The caller hears this.
    Hears(Hears),
    /// A message arrives, or none.
    Receives(Option<Receives>),
    /// A service of the customer's is asked.
    Asks {
        /// Its name.
        service: String,
        /// Fields it is asked with, among others.
        fields: Vec<(String, String)>,
    },
    /// A contact's consent is written down, or none is.
    Written(Option<Consent>),
    /// The call is transferred to this address.
    Transfers(String),
    /// The call ends, and the platform gets this.
    Returns(Ends),
    /// The call's record says this.
    Recorded(Ends),
    /// We ended the call.
    HungUp,
    /// This has not happened in the case so far.
    Never(Never),
}

/// What a case is without.
#[derive(Debug, Clone)]
pub enum Never {
    /// A prompt that nobody hears.
    Hears(Hears),
    /// A service of the customer's that is not asked.
    Asks(String),
    /// Words that stand in no log and no record; `{name}` stands for what a message bound.
    Logs(String),
}

/// What holds from a line on.
#[derive(Debug, Clone)]
pub enum Given {
    /// The customer's service knows somebody.
    Customer {
        /// The account number.
        id: String,
        /// The verified contacts: method, and number or address where it has one.
        contacts: Vec<(Method, String)>,
    },
    /// A setting of the process.
    Setting {
        /// Its name.
        name: String,
        /// Its value, as written.
        value: String,
    },
    /// A preset of the process.
    Preset(String),
    /// How a service or gateway behaves.
    Service {
        /// Its name.
        name: String,
        /// How.
        manner: Manner,
    },
    /// What a contact has said.
    Consent(Consent),
    /// Who was verified earlier in each call; nobody where it is `None`.
    Verified(Option<String>),
    /// How a transfer goes.
    Transfer {
        /// The address.
        to: String,
        /// How.
        goes: Transferred,
    },
}

/// How a service or gateway behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Not at all.
    Down,
    /// After so long.
    Takes(Duration),
    /// It takes messages and loses them, and says so in a receipt.
    Loses,
    /// With these answers one after the other; the last one stays.
    Answers(Vec<Answer>),
}

/// What a service answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Its status, as written.
    pub status: String,
    /// Its other fields.
    pub fields: Vec<(String, String)>,
}

/// A contact and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The contact.
    pub contact: String,
    /// The status, as written.
    pub status: String,
}

/// A part of what is pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// These keys.
    These(String),
    /// What a message bound to this name.
    Bound(String),
    /// As many keys as the code has, and wrong.
    Wrong,
}

/// What a caller hears.
#[derive(Debug, Clone)]
pub enum Hears {
    /// A prompt with these words.
    Words(Pattern),
    /// The prompt with this id.
    Prompt(String),
    /// Nothing at all.
    Nothing,
}

/// A message that arrives.
#[derive(Debug, Clone)]
pub struct Receives {
    /// How.
    pub method: Method,
    /// To whom, where the line says so.
    pub to: Option<String>,
    /// What it says.
    pub text: Pattern,
}

/// How a call ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// The path.
    pub path: String,
    /// The verdict, where the line says it.
    pub verdict: Option<String>,
    /// The method that verified, where the line says it.
    pub method: Option<String>,
    /// The reason, where the line says it.
    pub reason: Option<String>,
}

/// What must have come before a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    Case,
    Call,
}

impl Tells {
    /// Whether the caller acts: what comes of it is counted from here.
    pub(super) fn is_act(&self) -> bool {
        match self {
            Tells::Call { .. } | Tells::Presses(_) | Tells::StaysSilent(_) | Tells::HangsUp => true,
            Tells::Given(_) | Tells::Clock(_) | Tells::Hears(_) | Tells::Receives(_) | Tells::Asks { .. } => false,
            Tells::Written(_) | Tells::Transfers(_) | Tells::Returns(_) | Tells::Recorded(_) | Tells::HungUp => false,
            Tells::Never(_) => false,
        }
    }

    /// Whether this tells that we have ended the call.
    pub(super) fn is_ending(&self) -> bool {
        match self {
            Tells::Returns(_) | Tells::HungUp => true,
            Tells::Given(_) | Tells::Call { .. } | Tells::Presses(_) | Tells::StaysSilent(_) | Tells::HangsUp | Tells::Clock(_) => false,
            Tells::Hears(_) | Tells::Receives(_) | Tells::Asks { .. } | Tells::Written(_) | Tells::Transfers(_) => false,
            Tells::Recorded(_) | Tells::Never(_) => false,
        }
    }

    /// Where such a line may stand.
    pub(super) fn needs(&self) -> Needs {
        match self {
            Tells::Given(_) => Needs::Nothing,
            Tells::Call { .. } | Tells::Clock(_) => Needs::Case,
            Tells::Presses(_) | Tells::StaysSilent(_) | Tells::HangsUp | Tells::Hears(_) | Tells::Receives(_) => Needs::Call,
            Tells::Asks { .. } | Tells::Written(_) | Tells::Transfers(_) => Needs::Call,
            Tells::Returns(_) | Tells::Recorded(_) | Tells::HungUp | Tells::Never(_) => Needs::Call,
        }
    }
}
