//! What to try first in the demo: commands to copy.

/// A thing to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    /// What will happen, in a sentence.
    pub what: &'static str,
    /// The command that makes it happen.
    pub command: String,
}

impl NextStep {
    /// Things to try, easiest first. `program` is how this program was called, as in `callward` or `target/debug/callward`.
    pub fn of_the_demo(program: &str) -> Vec<Self> {
        let step = |what, arguments| Self { what, command: format!("{program} {arguments}") };
        vec![
            step(
                "Call as customer 1001 and press keys yourself. The code arrives on the inbox page.",
                "call two-factor --var identity=1001",
            ),
            step(
                "Let the call press the keys: 2 for a text message, then the code in it.",
                "call two-factor --var identity=1001 --keys \"2 {sms}#\"",
            ),
            step(
                "On the inbox page, set the SMS gateway to “down”; then hear what the caller hears.",
                "call two-factor --var identity=1002",
            ),
            step(
                "Call as customer 1003: the customer's services check the code, which the app on the inbox page shows.",
                "call two-factor-external --var identity=1003",
            ),
            step("Give or refuse consent to voice recognition.", "call consent --var phone=+4930901820"),
        ]
    }
}
