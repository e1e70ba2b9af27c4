//! `require`: a guard: is the verdict good enough here, and young enough (P4, P5)?

use super::amount::{Amount, Bounds};
use super::method::Strength;
use super::reading::{Fields, Located, Reading};
use super::stage::{Next, Stage};

const MAX_AGE: Bounds = Bounds::time("max_age", 1_000, 86_400_000, 300_000);

/// A step that guards. Where the flow verifies somebody, it is that person's verdict that counts.
#[derive(Debug, Clone)]
pub struct Require {
    /// The weakest method that is good enough.
    pub strength: Strength,
    /// How old the verdict may be; as long as it counts where nothing is said.
    pub max_age: Option<Amount>,
}

impl Require {
    pub(super) const OUTCOMES: &'static [&'static str] = &["met", "not_met"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let max_age = Amount::read_given(MAX_AGE, fields, reading);
        let strength = fields.text("strength", reading).map_or(Some(Strength::Low), |strength| read_strength(&strength, reading))?;
        Some(Self { strength, max_age })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let proof = &stage.facts.verification;
        let young = match (self.max_age.as_ref().map(|most| stage.amount(most)), proof.age_ms) {
            (None, _) => true,
            (Some(most), Some(age)) => age <= u64::from(most),
            (Some(_), None) => false,
        };
        let counts = if stage.frame.identity.is_empty() { proof.verified } else { proof.still_valid };
        let strong = proof.any_strength.is_some_and(|strength| strength >= self.strength);
        Next::Outcome(if counts && strong && young { "met" } else { "not_met" })
    }
}

fn read_strength(strength: &Located, reading: &mut Reading) -> Option<Strength> {
    let known = [Strength::Low, Strength::Medium, Strength::High].into_iter().find(|known| known.name() == strength.text);
    if known.is_none() {
        reading.fault("unknown-strength", &strength.span, format!("{} is no strength", strength.text), "low, medium or high");
    }
    known
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use crate::flow::{
        AnswerFacts, Book, CallFacts, Chapter, CodeFacts, ConsentFacts, Facts, Flow, Frame, Input, Knowledge, Overrides, Rules, State,
        Step, VerificationFacts, advance,
    };

    use super::*;

    const FLOW: &str = r#"
callward: 1
title: Payee
languages: [en]
exits: { agent: {}, let_in: {}, step_up: {} }
start: guard
steps:
  guard: { require: { strength: medium, max_age: 5m, then: { met: let_in, not_met: step_up } } }
prompts: { en: { hello: Hello. } }
"#;

    struct Known(Option<(Strength, u64)>);

    impl Knowledge for Known {
        fn facts(&self, _: &Frame, _: &Rules) -> Facts {
            let proof = self.0;
            Facts {
                now: Timestamp::UNIX_EPOCH,
                time_zone: TimeZone::UTC,
                call: CallFacts::default(),
                verification: VerificationFacts {
                    verified: proof.is_some(),
                    any_strength: proof.map(|(strength, _)| strength),
                    age_ms: proof.map(|(_, age)| age),
                    ..VerificationFacts::default()
                },
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

    fn path(proof: Option<(Strength, u64)>) -> String {
        let flow = Arc::new(Flow::read(FLOW).unwrap());
        let settings = flow.settings(&Overrides::default()).unwrap();
        let book = Book::gather("payee", |_| Some(Chapter { flow: Arc::clone(&flow), settings: settings.clone() })).unwrap();
        let frame = Frame { flow: "payee".to_owned(), ..Frame::default() };
        let Step::End(farewell) = advance(&book, &Known(proof), State::new("en", frame), Input::Began).step else { panic!("no end") };
        farewell.path
    }

    #[test]
    fn a_verdict_must_be_strong_enough_and_young_enough() {
        assert_eq!(path(None), "step_up");
        assert_eq!(path(Some((Strength::Low, 0))), "step_up");
        assert_eq!(path(Some((Strength::Medium, 300_000))), "let_in");
        assert_eq!(path(Some((Strength::High, 300_001))), "step_up");
    }
}
