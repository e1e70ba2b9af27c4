//! Plays a case line by line: acts are done, what is told is compared with what happened.

use tracing::instrument::WithSubscriber;

use crate::finding::Finding;

use super::bench::Bench;
use super::call_end::CallEnd;
use super::coverage::Coverage;
use super::expectation::{Since, never_asks, never_hears, never_logs, recorded, returns};
use super::house::Flows;
use super::logbook::Logbook;
use super::outcome::CaseOutcome;
use super::pattern::Bindings;
use super::telephone::Door;
use super::transcript::{Case, Keys, Line, Never, Tells, Transcript};
use super::trouble::Trouble;

/// Plays every case of a transcript by one door, each in a fresh world.
pub async fn rehearse(flows: &Flows, transcript: &Transcript, door: Door) -> Vec<CaseOutcome> {
    let mut outcomes = Vec::new();
    for case in &transcript.cases {
        outcomes.push(play(flows, &transcript.given, case, door).await);
    }
    outcomes
}

async fn play(flows: &Flows, given: &[Line], case: &Case, door: Door) -> CaseOutcome {
    let bench = match Bench::new(flows, door).await {
        Ok(bench) => bench,
        Err(error) => {
            let fault = Trouble::fault(&error).at(&case.span);
            return CaseOutcome::new(case, door, Vec::new(), Some(fault), Coverage::default());
        }
    };
    let log = Logbook::default();
    let subscriber = log.subscriber();
    let mut player = Player { bench, bound: Bindings::new(), since: Since::default(), log };
    let difference = player.case(given, case).with_subscriber(subscriber).await.err();
    CaseOutcome::new(case, door, player.bench.conversation(), difference, player.bench.coverage())
}

struct Player<'f> {
    bench: Bench<'f>,
    bound: Bindings,
    since: Since,
    log: Logbook,
}

impl Player<'_> {
    async fn case(&mut self, given: &[Line], case: &Case) -> Result<(), Finding> {
        self.lines(given.iter().chain(&case.lines)).await?;
        self.bench.check_discretion(&self.log.text()).await.map_err(|trouble| trouble.at(&case.span))
    }

    async fn lines(&mut self, lines: impl Iterator<Item = &Line>) -> Result<(), Finding> {
        for line in lines {
            self.line(&line.tells).await.map_err(|trouble| trouble.at(&line.span))?;
        }
        Ok(())
    }

    async fn line(&mut self, tells: &Tells) -> Result<(), Trouble> {
        if tells.is_act() {
            self.since = Since::default();
        }
        if tells.is_ending() {
            self.bench.await_end().await;
        }
        match tells {
            Tells::Given(given) => self.bench.give(given),
            Tells::Call { from, target, variables } => self.bench.call(from, target, variables).await,
            Tells::Presses(keys) => self.bench.press(&self.keys(keys)).await,
            Tells::StaysSilent(long) => self.bench.stay_silent(*long).await,
            Tells::HangsUp => self.bench.hang_up().await,
            Tells::Clock(passed) => self.bench.pass(*passed).await,
            Tells::Hears(_) | Tells::Receives(_) | Tells::Asks { .. } | Tells::Written(_) | Tells::Transfers(_) => self.compare(tells),
            Tells::Returns(ends) => returns(ends, self.bench.end().as_ref()),
            Tells::Recorded(ends) => {
                let records = self.bench.records().await.map_err(|error| Trouble::fault(&error))?;
                recorded(ends, records.last())
            }
            Tells::HungUp => hung_up(self.bench.end()),
            Tells::Never(never) => self.never(never).await,
        }
    }

    /// What must not have happened in the case so far.
    async fn never(&self, never: &Never) -> Result<(), Trouble> {
        match never {
            Never::Hears(hears) => never_hears(hears, &self.bench.conversation()),
            Never::Asks(service) => never_asks(service, &self.bench.conversation()),
            Never::Logs(text) => {
                let bound = self.bound.iter().fold(text.clone(), |text, (name, digits)| text.replace(&format!("{{{name}}}"), digits));
                never_logs(&bound, &self.bench.written(&self.log.text()).await?)
            }
        }
    }

    /// What the caller is told, and what is done outside, since the caller acted last.
    fn compare(&mut self, tells: &Tells) -> Result<(), Trouble> {
        let log = self.bench.since_act();
        match tells {
            Tells::Hears(hears) => self.since.hears(hears, &log),
            Tells::Receives(message) => {
                let bound = self.since.receives(message.as_ref(), &log)?;
                self.bound.extend(bound);
                Ok(())
            }
            Tells::Asks { service, fields } => self.since.asks(service, fields, &log),
            Tells::Written(consent) => self.since.written(consent.as_ref(), &log),
            Tells::Transfers(to) => self.since.transfers(to, &log),
            Tells::Given(_) | Tells::Call { .. } | Tells::Presses(_) | Tells::StaysSilent(_) | Tells::HangsUp => Ok(()),
            Tells::Clock(_) | Tells::Returns(_) | Tells::Recorded(_) | Tells::HungUp | Tells::Never(_) => Ok(()),
        }
    }

    fn keys(&self, keys: &[Keys]) -> String {
        let pressed = keys.iter().map(|keys| match keys {
            Keys::These(keys) => keys.clone(),
            Keys::Bound(name) => self.bound.get(name).cloned().unwrap_or_default(),
            Keys::Wrong => self.bench.wrong_code(),
        });
        pressed.collect()
    }
}

fn hung_up(end: Option<CallEnd>) -> Result<(), Trouble> {
    match end {
        Some(end) if !end.by_caller => Ok(()),
        Some(_) => Err(Trouble::difference("we did not end the call", "the caller hung up")),
        None => Err(Trouble::difference("we did not end the call", "it waits for the caller")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::finding::Source;
    use crate::flow::Flow;

    fn flows() -> Flows {
        let two_factor = Flow::read(include_str!("../../flows/two-factor.yaml")).unwrap();
        Flows::from([("two-factor".to_owned(), Arc::new(two_factor))])
    }

    fn read(text: &str) -> Transcript {
        Transcript::read(text).unwrap()
    }

    async fn differences(text: &str) -> Vec<Option<(&'static str, String)>> {
        let outcomes = rehearse(&flows(), &read(text), Door::Offline).await;
        outcomes.into_iter().map(|outcome| outcome.difference.map(|finding| (finding.what.leak() as &str, finding.hint))).collect()
    }

    #[tokio::test]
    async fn a_failure_shows_the_conversation_and_the_line_that_did_not_come_true() {
        let text = "given customer 1: sms +491701234533\ncase wrong\ncall +49 -> two-factor  identity=1\nhears Hello.\nhangs up\n";
        let source = Source { path: "a.call".to_owned(), text: text.to_owned() };

        let outcomes = rehearse(&flows(), &read(text), Door::Offline).await;
        let shown = outcomes[0].render(&source, false);

        let lines = [
            "wrong (offline), as it went:",
            "  call      +49 -> two-factor  identity=1",
            "  hears     I have sent a 6-digit code to the number ending 3 3. Enter it on your keypad. For more time, press star.",
            "error[difference]: this was not heard",
            "a.call:4:1",
            "4 | hears Hello.",
            "since the caller acted last came:",
        ];
        assert!(lines.iter().all(|line| shown.contains(line)), "{shown}");
        assert!(!shown.contains("hangs up"), "{shown}");
        assert_eq!(outcomes[0].json(&source)["line"], 2);
    }

    #[tokio::test]
    async fn what_cannot_be_given_is_found_with_the_nearest_name() {
        let differences = differences(
            "case setting\ngiven setting maximum_atempts_at_sending = 2\n\
             case value\ngiven setting maximum_attempts_at_sending = 9\n\
             case preset\ngiven preset genesys_step\n\
             case service\ngiven code_authentification is down\n\
             case process\ncall +49 -> two-faktor\n",
        );

        let hints: Vec<String> = differences.await.into_iter().map(|difference| difference.unwrap().1).collect();
        let expected = [
            "did you mean maximum_attempts_at_sending?",
            "it may be 1 to 5",
            "did you mean genesys_step6?",
            "did you mean code_authentication?",
            "did you mean two-factor?",
        ];
        assert_eq!(hints, expected);
    }

    #[tokio::test]
    async fn nobody_acts_in_a_call_that_is_over_and_none_ends_before_it_does() {
        let differences = differences(
            "given customer 1: sms +491701234533\n\
             case over\ncall +49 -> two-factor  identity=1\npresses 0#\nreturns agent\npresses 1\n\
             case not over\ncall +49 -> two-factor  identity=1\nreturns agent\n\
             case ours\ncall +49 -> two-factor  identity=1\nhangs up\nhung up\n",
        );

        let hints: Vec<String> = differences.await.into_iter().map(|difference| difference.unwrap().1).collect();
        assert!(hints[0].starts_with("it ended like this:\nreturns   agent: not_verified, agent_requested"), "{hints:?}");
        assert_eq!(hints[1], "the call goes on: it waits for the caller");
        assert_eq!(hints[2], "the caller hung up");
    }

    #[tokio::test]
    async fn what_must_not_happen_is_told_when_it_did() {
        let call = "call +49 -> two-factor  identity=1\nreceives sms: {code} …\npresses {code}\n";
        let text = format!(
            "given customer 1: sms +491701234533\n\
             case nothing of it\n{call}never hears Goodbye.\nnever hears [send.failed]\nnever asks code_authentication\nnever logs {{code}}\n\
             case heard\n{call}never hears I have sent a 6-digit code …\n\
             case asked\n{call}never asks check_verified_contact_methods\n\
             case logged\n{call}never logs code_correct\n",
        );

        let told: Vec<Option<&str>> = differences(&text).await.into_iter().map(|difference| difference.map(|(what, _)| what)).collect();

        assert_eq!(told, [None, Some("this was heard"), Some("this was asked"), Some("this was logged or recorded")]);
    }

    #[tokio::test]
    async fn an_entry_is_what_the_flows_own_grammar_says_by_both_doors() {
        let text = r##"<?xml version="1.0"?><grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" mode="dtmf" root="month">
<rule id="month" scope="public"><one-of><item>0 1</item><item>1 2</item></one-of></rule></grammar>"##;
        let mut flow = Flow::read(
            "callward: 1\ntitle: Month\nlanguages: [en]\nexits: { agent: {}, done: { say: bye } }\nkeys: { 0: agent }\nstart: month\n\
             otherwise: { no_input: agent, no_match: agent }\nsteps: { month: { collect: { ask: month, takes: { grammar: m.grxml }, keep: m, \
             then: { entered: done } } } }\nprompts: { en: { month.ask: Which month?, month.no_input: Which?, month.no_match: No., \
             bye: \"Month {vars.m:digits}.\" } }\n",
        )
        .unwrap();
        flow.grammars.insert("m.grxml".to_owned(), crate::flow::GrammarFile::read(text));
        let flows = Flows::from([("month".to_owned(), Arc::new(flow))]);
        let told = "case entered\ncall +49 -> month\npresses 12\nhears Month 1 2.\nreturns done\n\
                    case wrong and cut short\ncall +49 -> month\npresses 13\nhears No.\npresses 1\nhears No.\npresses 01\nreturns done\n\
                    case agent\ncall +49 -> month\npresses 0#\nreturns agent\n";

        for door in [Door::Offline, Door::OverHttp] {
            for inline in ["", "given setting grammars = inline\n"] {
                let told = format!("{inline}{told}");
                let source = Source { path: "month.call".to_owned(), text: told.clone() };
                for outcome in rehearse(&flows, &read(&told), door).await {
                    assert!(outcome.passed(), "{}", outcome.render(&source, false));
                }
            }
        }
    }

    #[tokio::test]
    async fn every_case_begins_in_the_same_world() {
        let case = "case one\ncall +49 -> two-factor  identity=1\npresses {wrong}\nstays silent\n";
        let text = format!("given customer 1: sms +491701234533\n{case}{case}");

        let outcomes = rehearse(&flows(), &read(&text), Door::Offline).await;

        assert_eq!(outcomes[0].conversation, outcomes[1].conversation);
    }
}
