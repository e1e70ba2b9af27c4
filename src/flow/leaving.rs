//! How a flow is left: by an exit that is open, back to the flow that called it, or out of the call.

use std::ops::ControlFlow;

use serde_json::{Map, Value};

use super::document::Needs;
use super::effect::ConsentStatus;
use super::ending::{Farewell, Verdict, verdict_of};
use super::input::Step;
use super::reading::Located;
use super::run::Run;
use super::stage::Next;
use super::state::{State, Waiting};
use super::target::Go;
use super::trail::Waypoint;
use super::words::apology;

/// The way ends here, or goes on.
pub(super) type Way<'b> = ControlFlow<Step, Next<'b>>;

impl<'b> Run<'b, '_> {
    pub(super) fn leave(&mut self, go: &'b Go, say: Option<&'b Located>, reason: Option<&'b Located>) -> Option<Next<'b>> {
        if let Some(say) = say {
            self.stage(|stage| stage.say(&say.text))?;
        }
        if let Some(reason) = reason {
            self.state.frames.last_mut()?.reason = Some(reason.text.clone());
        }
        Some(self.exit_named(go).map_or(Next::Outcome("service_error"), Next::Exit))
    }

    /// Leaves by an exit: ends the call, or gives the exit's name as an outcome to the flow that called this one. An exit that
    /// needs what is not so is a `service_error`.
    pub(super) fn exit(&mut self, name: &str) -> Option<Way<'b>> {
        if let Some(circle) = self.tread()? {
            return Some(ControlFlow::Continue(circle));
        }
        let exit = self.chapter()?.flow.exits.get(name);
        let needs = exit.and_then(|exit| exit.needs);
        let open = match needs {
            None => true,
            Some(Needs::Verified) => self.facts.verification.still_valid,
            Some(Needs::Consent) => self.facts.consent.status == ConsentStatus::Consented.name(),
        };
        if !open {
            return Some(ControlFlow::Continue(Next::Outcome("service_error")));
        }
        self.pass(Waypoint::Exit(name.to_owned()));
        if needs == Some(Needs::Verified) || !self.state.identity().is_empty() {
            self.state.proven = needs == Some(Needs::Verified);
        }
        if let Some(say) = exit.and_then(|exit| exit.say.as_ref()) {
            self.stage(|stage| stage.say(&say.text))?;
        }
        if self.state.frames.len() == 1 {
            let (verdict, reason) = self.verdict(needs)?;
            let farewell = self.farewell(name, verdict, reason)?;
            self.state.waiting = Waiting::End;
            return Some(ControlFlow::Break(Step::End(Box::new(farewell))));
        }
        self.come_back(needs, name).map(ControlFlow::Continue)
    }

    /// The flow that called this one goes on; what explained the way out explains its ending too, until something else does.
    fn come_back(&mut self, needs: Option<Needs>, exit: &str) -> Option<Next<'b>> {
        let proven = (needs == Some(Needs::Verified)).then(|| "already_verified".to_owned());
        let reason = self.state.frames.pop()?.reason.or(proven);
        self.learn()?;
        let next = self.outcome(exit)?;
        let caller = self.state.frames.last_mut()?;
        caller.reason = reason.or(caller.reason.take());
        Some(next)
    }

    fn verdict(&self, needs: Option<Needs>) -> Option<(Verdict, String)> {
        let frame = self.state.frame()?;
        let reason = frame.reason.clone();
        if needs == Some(Needs::Verified) {
            let fresh = reason.filter(|reason| reason == "code_correct");
            return Some((Verdict::Verified, fresh.unwrap_or_else(|| "already_verified".to_owned())));
        }
        if !self.book.verifies() {
            return Some((Verdict::NotVerified, "not_asked".to_owned()));
        }
        // A flow that verifies nobody itself tells what the flows it called found out.
        if frame.identity.is_empty() && self.state.proven && self.facts.verification.verified {
            return Some((Verdict::Verified, reason.unwrap_or_else(|| "already_verified".to_owned())));
        }
        let reason = reason.unwrap_or_else(|| "not_asked".to_owned());
        Some((verdict_of(&reason), reason))
    }

    fn farewell(&mut self, path: &str, verdict: Verdict, reason: String) -> Option<Farewell> {
        let chapter = self.chapter()?;
        let outputs = self.stage(|stage| {
            let value = |value| stage.evaluate(value).unwrap_or(Value::from(""));
            chapter.flow.outputs.iter().map(|(name, expression)| (name.clone(), value(expression))).collect::<Map<String, Value>>()
        })?;
        let say = std::mem::take(&mut self.state.said);
        Some(Farewell { path: path.to_owned(), verdict, reason, say, language: self.state.language.clone(), outputs })
    }

    pub(super) fn abandon(mut self) -> Step {
        self.state.said.clear();
        self.state.frames.truncate(1);
        let farewell = self.farewell("hangup", Verdict::Abandoned, "hung_up".to_owned());
        let Some(farewell) = farewell else { return give_up(self.state) };
        self.state.waiting = Waiting::End;
        Step::End(Box::new(farewell))
    }
}

/// The fall-back of fall-backs: nothing said where to go.
pub(super) fn give_up(state: &mut State) -> Step {
    let language = state.language.clone();
    let (path, reason, outputs) = ("error".to_owned(), "internal".to_owned(), Map::new());
    state.waiting = Waiting::End;
    state.said.clear();
    Step::End(Box::new(Farewell { path, verdict: Verdict::Unavailable, reason, say: vec![apology(&language)], language, outputs }))
}
