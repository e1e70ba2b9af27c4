//! Does what the engine asks: finds methods, sends codes, checks them.

use std::time::Duration;

use tracing::warn;

use crate::clients::{ServiceCall, ServiceStatus};
use crate::flow::{AnswerFacts, Chapter, CodeGeneration, Effect, Method, Outcome, Rules};
use crate::secret::{Digits, mask};
use crate::session::Event;
use crate::verify::{AfterWrong, CodeContext, CodeState, CustomerServices, GuessBudget, Locked, Offers};

use super::board::Switchboard;
use super::error::SwitchboardError;
use super::metrics;
use super::notes::{self, About};
use super::resume::Work;

/// What a check of a code came to, before the limits have their say.
enum Compared {
    Right,
    Wrong,
    /// Nothing was compared: the guess is given back.
    Not(Outcome),
}

impl Switchboard {
    /// Does it, and tells what came of it; `None` when the claim was lost on the way. A locked person gets nothing done.
    pub(super) async fn perform(&self, work: &mut Work<'_>, effect: Effect) -> Result<Option<Outcome>, SwitchboardError> {
        let verifies = matches!(effect, Effect::FindMethods { .. } | Effect::SendCode { .. } | Effect::CheckCode { .. });
        if verifies && let Some(refused) = self.refuse_person(work).await? {
            return Ok(Some(refused));
        }
        match effect {
            Effect::FindMethods { of } => self.find_methods(work, &of).await.map(Some),
            Effect::SendCode { method, message, by_key } => self.send_code(work, method, &message, by_key).await,
            Effect::CheckCode { entry } => self.check_code(work, entry).await.map(Some),
            Effect::ReadConsent { contact } => self.read_consent(work, &contact).await.map(Some),
            Effect::SetConsent { contact, status, evidence } => self.set_consent(work, &contact, status, evidence).await,
            Effect::CallService { service, fields } => self.call_service(work, &service, &fields).await.map(Some),
        }
    }

    /// Nobody, and who is locked, cannot be verified. For anybody else what was begun for another person of this call is gone.
    async fn refuse_person(&self, work: &mut Work<'_>) -> Result<Option<Outcome>, SwitchboardError> {
        let identity = work.live.state.identity().to_owned();
        if identity.is_empty() {
            let why = "the flow does not say who is to be verified".to_owned();
            self.note_event(work, &Outcome::ServiceError, None, vec![why]).await?;
            return Ok(Some(Outcome::ServiceError));
        }
        let budget: GuessBudget = self.read_note(work.person()).await?;
        if budget.is_locked(self.store.now().await?) {
            self.note_event(work, &Outcome::Locked, None, Vec::new()).await?;
            return Ok(Some(Outcome::Locked));
        }
        work.live.verification.turn_to(&identity);
        Ok(None)
    }

    async fn find_methods(&self, work: &mut Work<'_>, of: &[Method]) -> Result<Outcome, SwitchboardError> {
        let asked = work.services().check_verified_contact_methods(work.service_call()).await;
        let rules = work.rules();
        let (outcome, why) = match asked {
            Ok((ServiceStatus::Success, contacts)) => {
                let offers = Offers::among(&contacts.contacts, of, &rules, &work.live.call.variables, work.tenant.country.as_deref());
                work.live.verification.offer(offers.offers);
                let none = work.live.verification.offers.is_empty();
                let outcome = if none { Outcome::NoContactMethod } else { Outcome::Found };
                (outcome, contacts.warnings.into_iter().chain(offers.warnings).collect())
            }
            Ok((ServiceStatus::NotFound, _)) => (Outcome::NoContactMethod, Vec::new()),
            Ok((ServiceStatus::IncorrectCode | ServiceStatus::Path(_), _)) => {
                (Outcome::ServiceError, vec!["check_verified_contact_methods gave a status that it cannot have".to_owned()])
            }
            Err(error) => (Outcome::ServiceError, vec![chain(&error)]),
        };
        self.note_event(work, &outcome, None, why).await?;
        Ok(outcome)
    }

    /// Takes a guess from the person's budget, compares, and gives the guess back when nothing was compared.
    async fn check_code(&self, work: &mut Work<'_>, entry: Option<Digits>) -> Result<Outcome, SwitchboardError> {
        let now = self.store.now().await?;
        let rules = work.rules();
        let outcome = match (work.live.verification.code_state(&rules, now), entry) {
            (CodeState::Expired, _) => Outcome::Expired,
            (CodeState::UsedUp, _) => Outcome::ChecksExceeded,
            (CodeState::Alive, None) => Outcome::ServiceError,
            (CodeState::Alive, Some(entry)) => self.guess(work, &entry).await?,
        };
        let method = work.live.state.frame().and_then(|frame| frame.method);
        self.note_event(work, &outcome, method, Vec::new()).await?;
        Ok(outcome)
    }

    async fn guess(&self, work: &mut Work<'_>, entry: &Digits) -> Result<Outcome, SwitchboardError> {
        let person = work.person().key(&self.key);
        let limits = work.tenant.limits;
        let now = self.store.now().await?;
        let taken = notes::change(self.store.as_ref(), person, |budget: &mut GuessBudget| {
            budget.take(&limits, now)?;
            Ok::<_, Locked>((budget.is_locked(now), budget.expires_at(now)))
        });
        let Ok(last) = taken.await? else { return Ok(Outcome::Locked) };
        match self.compare(work, entry).await {
            Compared::Right => {
                let test = work.live.call.test;
                notes::change(self.store.as_ref(), person, |budget: &mut GuessBudget| {
                    // What the test services call right does not clear what was wrong in production.
                    if test {
                        budget.give_back(&limits, now)
                    } else {
                        *budget = GuessBudget::default()
                    }
                    Ok::<_, Locked>(((), budget.expires_at(now)))
                })
                .await?
                .ok();
                let rules = work.rules();
                let (identity, auth_id) = (work.live.state.identity().to_owned(), work.live.auth_id.clone());
                work.live.verification.right(&identity, &auth_id, &rules, now);
                self.keep_proof(&work.live).await?;
                Ok(Outcome::Right)
            }
            Compared::Wrong => {
                let rules = work.rules();
                Ok(match work.live.verification.wrong(&rules) {
                    _ if last => {
                        metrics::locked(&work.live.call.tenant);
                        Outcome::Locked
                    }
                    AfterWrong::TryAgain => Outcome::Wrong,
                    AfterWrong::ChecksExceeded => Outcome::ChecksExceeded,
                    AfterWrong::SendsExceeded => Outcome::SendsExceeded,
                })
            }
            Compared::Not(outcome) => {
                notes::change(self.store.as_ref(), person, |budget: &mut GuessBudget| {
                    budget.give_back(&limits, now);
                    Ok::<_, Locked>(((), budget.expires_at(now)))
                })
                .await?
                .ok();
                Ok(outcome)
            }
        }
    }

    async fn compare(&self, work: &mut Work<'_>, entry: &Digits) -> Compared {
        let Some(code) = &work.live.verification.code else { return Compared::Not(Outcome::Expired) };
        if let Some(hash) = &code.hash {
            let context = CodeContext { auth_id: &work.live.auth_id, number: code.number };
            return if hash.matches(entry, context, &self.key) { Compared::Right } else { Compared::Wrong };
        }
        let method = code.method;
        match work.services().code_authentication(work.service_call(), entry).await {
            Ok(ServiceStatus::Success) => Compared::Right,
            Ok(ServiceStatus::IncorrectCode) => Compared::Wrong,
            Ok(ServiceStatus::NotFound) => {
                work.live.verification.drop_method(method);
                Compared::Not(Outcome::NotFound)
            }
            Ok(status @ ServiceStatus::Path(_)) => Compared::Not(work.named_path(status.path())),
            Err(error) => {
                warn!(auth_id = work.live.auth_id, error = chain(&error), "code_authentication failed in call {}", work.live.auth_id);
                Compared::Not(Outcome::ServiceError)
            }
        }
    }

    /// Writes down what was done, for the record.
    pub(super) async fn note_event(
        &self,
        work: &mut Work<'_>,
        outcome: &Outcome,
        method: Option<Method>,
        why: Vec<String>,
    ) -> Result<(), SwitchboardError> {
        let at = self.store.now().await?;
        metrics::performed(&work.live.call.tenant, method, outcome);
        for why in &why {
            warn!(auth_id = work.live.auth_id, outcome = outcome.name(), "call {}: {why}", work.live.auth_id);
        }
        let target = method.and_then(|method| work.live.verification.offers.iter().find(|offer| offer.kind == method));
        let to = target.map(|offer| mask(&offer.target)).filter(|to| !to.is_empty());
        let step = work.live.state.frame().map(|frame| frame.step.clone()).unwrap_or_default();
        let method = method.map(|method| method.name().to_owned());
        work.live.journal.add(Event { at, step, outcome: outcome.name().to_owned(), method, to, evidence: None, why });
        Ok(())
    }
}

impl Work<'_> {
    /// The flow that runs now, with its settings.
    pub fn chapter(&self) -> Option<&Chapter> {
        self.edition.book.chapter_of(self.live.state.frame()?)
    }

    /// The rules of the flow that runs now.
    pub fn rules(&self) -> Rules {
        self.chapter().map(|chapter| chapter.settings.rules.clone()).unwrap_or_default()
    }

    /// The person whose budget counts.
    pub fn person(&self) -> About<'_> {
        About::Person { tenant: &self.live.call.tenant, identity: self.live.state.identity() }
    }

    pub fn services(&self) -> &dyn CustomerServices {
        let services = &self.tenant.services;
        if self.live.call.test { services.test.as_ref() } else { services.production.as_ref() }
    }

    pub fn service_call(&self) -> ServiceCall<'_> {
        ServiceCall {
            identity: self.live.state.identity(),
            call_id: self.live.call.known_as(&self.live.auth_id),
            tenant: &self.live.call.tenant,
            timeout: self.patience().unwrap_or(Duration::from_millis(u64::from(self.rules().http_timeout_ms))),
        }
    }

    /// How long the step lets somebody else take, where it says so.
    pub fn patience(&self) -> Option<Duration> {
        let longest = self.live.state.frame()?.give_up_after_ms?;
        Some(Duration::from_millis(u64::from(longest)))
    }

    /// What a status comes to that is none of the known ones: an exit that needs nothing, or a failure (AMB-7). `error` is a
    /// service's word for its own failure, whatever exits there are.
    pub fn named_path(&mut self, status: String) -> Outcome {
        let is_exit = |Chapter { flow, settings }: &Chapter| {
            let failed = status.eq_ignore_ascii_case("error");
            !failed && (flow.open_exits().contains(&status.as_str()) || settings.paths.contains(&status))
        };
        let known = self.chapter().is_some_and(is_exit);
        let path = known.then(|| status.clone());
        self.live.verification.answer = AnswerFacts { status, path, ..AnswerFacts::default() };
        if known { Outcome::ServicePath } else { Outcome::ServiceError }
    }

    pub fn is_external(&self) -> bool {
        self.rules().code_generation == CodeGeneration::External
    }
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}
