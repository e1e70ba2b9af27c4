//! What the tests of this room know of a call.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::facts::{AnswerFacts, CallFacts, CodeFacts, ConsentFacts, Facts, Knowledge, VerificationFacts};
use super::rule::Rules;
use super::state::Frame;

/// A world that knows nothing but the time, in seconds since 1970.
pub(super) struct Clocked(pub i64);

impl Knowledge for Clocked {
    fn facts(&self, _: &Frame, _: &Rules) -> Facts {
        Facts {
            now: Timestamp::from_second(self.0).unwrap(),
            time_zone: TimeZone::UTC,
            call: CallFacts::default(),
            verification: VerificationFacts::default(),
            methods: Vec::new(),
            code: CodeFacts::default(),
            answer: AnswerFacts::default(),
            consent: ConsentFacts::default(),
        }
    }

    fn contact(&self) -> String {
        String::new()
    }
}
