//! Asks the services that flows name: consent, and web services of the customer's own.

use std::collections::BTreeMap;

use crate::flow::{AnswerFacts, ConsentStatus, Evidence, Outcome};
use crate::session::Event;

use super::board::Switchboard;
use super::effects::chain;
use super::error::SwitchboardError;
use super::resume::Work;

impl Switchboard {
    /// What is not answered is not known: a status read or written before may be another contact's, or no longer so (T8).
    pub(super) async fn read_consent(&self, work: &mut Work<'_>, contact: &str) -> Result<Outcome, SwitchboardError> {
        work.live.consent = None;
        let read = match &work.tenant.consent {
            Some(book) => book.read(contact, work.patience()).await.map_err(|fault| fault.why),
            None => Err("the tenant has no consent service".to_owned()),
        };
        let (outcome, why) = match read {
            Ok(status) => {
                work.live.consent = Some(status.name().to_owned());
                (Outcome::Consent(status), Vec::new())
            }
            Err(why) => (Outcome::ServiceError, vec![why]),
        };
        self.note_event(work, &outcome, None, why).await?;
        Ok(outcome)
    }

    /// Writes once: saved as begun, and the status as unknown, before the service is asked. `None` when the claim was lost.
    pub(super) async fn set_consent(
        &self,
        work: &mut Work<'_>,
        contact: &str,
        status: ConsentStatus,
        evidence: Option<Evidence>,
    ) -> Result<Option<Outcome>, SwitchboardError> {
        work.live.consent = None;
        if !self.commit_intent(work).await? {
            return Ok(None);
        }
        let set = match &work.tenant.consent {
            Some(book) => book.set(contact, status, work.patience()).await.map_err(|fault| fault.why),
            None => Err("the tenant has no consent service".to_owned()),
        };
        let (outcome, why) = match set {
            Ok(()) => {
                work.live.consent = Some(status.name().to_owned());
                (Outcome::Saved, Vec::new())
            }
            Err(why) => (Outcome::ServiceError, vec![why]),
        };
        let at = self.store.now().await?;
        let step = work.live.state.frame().map(|frame| frame.step.clone()).unwrap_or_default();
        let why = [vec![format!("status {}", status.name())], why].concat();
        work.live.journal.add(Event {
            at,
            step,
            outcome: outcome.name().to_owned(),
            method: None,
            to: Some(crate::secret::mask(contact)),
            evidence,
            why,
        });
        Ok(Some(outcome))
    }

    pub(super) async fn call_service(
        &self,
        work: &mut Work<'_>,
        service: &str,
        fields: &BTreeMap<String, String>,
    ) -> Result<Outcome, SwitchboardError> {
        let Some(url) = work.service_url(service) else {
            let why = format!("no URL is set for {service} and this kind of call");
            self.note_event(work, &Outcome::ServiceError, None, vec![why]).await?;
            return Ok(Outcome::ServiceError);
        };
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (outcome, why) = match work.services().call(&url, work.service_call(), &fields).await {
            Ok(answer) => {
                let status = answer.status.path();
                let outcome = if work.handles(&status) { Outcome::Status(status.clone()) } else { work.named_path(status.clone()) };
                let path = work.live.verification.answer.path.take().filter(|_| outcome == Outcome::ServicePath);
                work.live.verification.answer = AnswerFacts { status, path, fields: answer.fields };
                (outcome, Vec::new())
            }
            Err(error) => (Outcome::ServiceError, vec![chain(&error)]),
        };
        self.note_event(work, &outcome, None, why).await?;
        Ok(outcome)
    }
}

impl Work<'_> {
    fn service_url(&self, service: &str) -> Option<String> {
        let urls = self.chapter()?.settings.services.get(service)?;
        let url = if self.live.call.test { &urls.test } else { &urls.production };
        (!url.is_empty()).then(|| url.clone())
    }

    /// Whether the step that asked says where this status goes.
    fn handles(&self, status: &str) -> bool {
        let step = self.live.state.frame().and_then(|frame| self.chapter()?.flow.steps.get(&frame.step));
        step.is_some_and(|step| step.target(status).is_some())
    }
}
