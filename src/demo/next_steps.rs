//! What to try first in the demo: commands to copy.

/// A thing to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextStep {
    /// What will happen, in a sentence.
    pub what: &'static str,
    /// The command that makes it happen.
    pub command: &'static str,
}

/// Things to try, easiest first.
pub fn next_steps() -> [NextStep; 4] {
    [
        NextStep {
            what: "Call as customer 1001 and choose with your own keys. The code arrives here.",
            command: "callward call two-factor --var identity=1001",
        },
        NextStep {
            what: "Let the call press the keys: 2 for a text message, then the code in it.",
            command: "callward call two-factor --var identity=1001 --keys \"2 {sms}#\"",
        },
        NextStep {
            what: "Set the SMS gateway to “down” below, call again, and hear what the caller hears.",
            command: "callward call two-factor --var identity=1002",
        },
        NextStep { what: "Give or refuse consent to voice recognition.", command: "callward call consent --var phone=+4930901820" },
    ]
}
