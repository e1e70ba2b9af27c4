//! Sends a code: limits first, then the intent is saved, then the gateways are tried in order.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, info_span};

use crate::clients::ServiceStatus;
use crate::flow::{Method, Outcome, Piece};
use crate::secret::{Digits, SecretText};
use crate::verify::{CodeContext, CodeHash, DestinationQuota, Limits, Message, SendError, TenantQuota, UsedUp, contact_method, make_code};

use super::board::Switchboard;
use super::effects::chain;
use super::error::SwitchboardError;
use super::metrics;
use super::notes::{self, About};
use super::resume::Work;

/// The longest that a caller waits for all gateways together (REQUIREMENTS, Default 3 "service wait").
const PATIENCE: Duration = Duration::from_secs(15);

impl Switchboard {
    pub(super) async fn send_code(
        &self,
        work: &mut Work<'_>,
        method: Method,
        message: &[Piece],
        by_key: bool,
    ) -> Result<Option<Outcome>, SwitchboardError> {
        if let Some(refused) = self.refuse_send(work, method, by_key).await? {
            self.note_event(work, &refused, Some(method), Vec::new()).await?;
            return Ok(Some(refused));
        }
        let (outcome, why) = if work.is_external() {
            let Some(sent) = self.send_external(work, method).await? else { return Ok(None) };
            sent
        } else {
            let Some(sent) = self.send_internal(work, method, message).await? else { return Ok(None) };
            sent
        };
        self.note_event(work, &outcome, Some(method), why).await?;
        Ok(Some(outcome))
    }

    /// Cool-down, the call's sends, and the quotas of destination and tenant, in this order.
    async fn refuse_send(&self, work: &Work<'_>, method: Method, by_key: bool) -> Result<Option<Outcome>, SwitchboardError> {
        let now = self.store.now().await?;
        let (verification, limits) = (&work.live.verification, &work.tenant.limits);
        if by_key && verification.cools_down(method, limits, now) {
            return Ok(Some(Outcome::TooSoon));
        }
        if verification.sends >= work.rules().maximum_sends {
            return Ok(Some(Outcome::SendsExceeded));
        }
        if work.is_external() {
            return Ok(None);
        }
        let Some(offer) = verification.offers.iter().find(|offer| offer.kind == method) else {
            return Ok(Some(Outcome::NotFound));
        };
        let allowed = self.take_quotas(&work.live.call.tenant, &offer.target, limits, now).await?;
        Ok((!allowed).then_some(Outcome::SendLimited))
    }

    /// Takes one message out of both quotas, or out of none.
    async fn take_quotas(&self, tenant: &str, target: &str, limits: &Limits, now: Timestamp) -> Result<bool, SwitchboardError> {
        let destination = About::Destination { tenant, target }.key(&self.key);
        let expires_at = DestinationQuota::expires_at(now);
        let taken = notes::change(self.store.as_ref(), destination, |quota: &mut DestinationQuota| {
            quota.take(limits, now).map(|()| ((), expires_at))
        });
        if taken.await?.is_err() {
            return Ok(false);
        }
        let taken = notes::change(self.store.as_ref(), About::Tenant { tenant }.key(&self.key), |quota: &mut TenantQuota| {
            quota.take(limits, now).map(|()| ((), TenantQuota::expires_at(now)))
        });
        if taken.await?.is_ok() {
            return Ok(true);
        }
        let given_back = notes::change(self.store.as_ref(), destination, |quota: &mut DestinationQuota| {
            quota.give_back(now);
            Ok::<_, UsedUp>(((), expires_at))
        });
        given_back.await?.ok();
        Ok(false)
    }

    /// A code of our own. It counts as sent from the moment the intent is saved; a refusal by every gateway takes that back.
    async fn send_internal(
        &self,
        work: &mut Work<'_>,
        method: Method,
        pieces: &[Piece],
    ) -> Result<Option<(Outcome, Vec<String>)>, SwitchboardError> {
        let now = self.store.now().await?;
        let rules = work.rules();
        let code = make_code(rules.internal_digits, &self.chance);
        let auth_id = work.live.auth_id.clone();
        let before = work.live.verification.clone();
        let hash = |number| Some(CodeHash::of(&code, CodeContext { auth_id: &auth_id, number }, &self.key));
        work.live.verification.begin_code(method, self.message_id(), hash, &rules, now);
        work.live.verification.delivered(method, now);
        if !self.commit_intent(work).await? {
            return Ok(None);
        }
        let message = compose(work, method, pieces, code);
        let mut why = Vec::new();
        let patience = message.patience;
        let deadline = Instant::now() + patience;
        for gateway in work.tenant.methods.iter().filter(|gateway| gateway.kind() == method) {
            let late = |_| Err(SendError { why: format!("the caller has waited {} s: not tried further", patience.as_secs()) });
            let sent = timeout_at(deadline, gateway.send(&message).instrument(info_span!("gateway", name = gateway.name())))
                .await
                .unwrap_or_else(late);
            metrics::sent(&work.live.call.tenant, gateway.name(), sent.is_ok());
            match sent {
                Ok(()) => return Ok(Some((Outcome::Sent, why))),
                Err(error) => why.push(format!("{}: {error}", gateway.name())),
            }
        }
        if why.is_empty() {
            why.push(format!("the tenant has no gateway for {}", method.name()));
        }
        let codes = work.live.verification.codes;
        work.live.verification = before;
        work.live.verification.codes = codes;
        work.live.verification.failed(method, false);
        Ok(Some((Outcome::DeliveryFailed, why)))
    }

    /// A code of the customer's own making (AMB-5, AMB-7).
    async fn send_external(&self, work: &mut Work<'_>, method: Method) -> Result<Option<(Outcome, Vec<String>)>, SwitchboardError> {
        let now = self.store.now().await?;
        let rules = work.rules();
        work.live.verification.begin_code(method, String::new(), |_| None, &rules, now);
        work.live.verification.delivered(method, now);
        let shown_by_app = method == Method::Authenticator;
        if (shown_by_app && !rules.send_for_authenticator) || !work.services().sends_codes() {
            let outcome = if shown_by_app { Outcome::NotNeeded } else { Outcome::Sent };
            return Ok(Some((outcome, Vec::new())));
        }
        if !self.commit_intent(work).await? {
            return Ok(None);
        }
        let asked = work.services().send_authentication_code(work.service_call(), contact_method(method)).await;
        let outcome = match asked {
            Ok(ServiceStatus::Success) => (if shown_by_app { Outcome::NotNeeded } else { Outcome::Sent }, Vec::new()),
            Ok(ServiceStatus::IncorrectCode) => {
                work.live.verification.failed(method, false);
                (Outcome::DeliveryFailed, vec!["the send service answered: incorrect code".to_owned()])
            }
            Ok(ServiceStatus::NotFound) => {
                work.live.verification.failed(method, false);
                work.live.verification.drop_method(method);
                (Outcome::NotFound, Vec::new())
            }
            Ok(status @ ServiceStatus::Path(_)) => (work.named_path(status.path()), Vec::new()),
            Err(error) => (Outcome::ServiceError, vec![chain(&error)]),
        };
        Ok(Some(outcome))
    }
}

fn compose(work: &Work<'_>, method: Method, pieces: &[Piece], code: Digits) -> Message {
    let rules = work.rules();
    let target = work.live.verification.offers.iter().find(|offer| offer.kind == method);
    let from = match method {
        Method::Sms => rules.sms_from,
        Method::Email | Method::Authenticator => rules.email_from,
    };
    Message {
        to: target.map(|offer| offer.target.clone()).unwrap_or_default(),
        from,
        subject: rules.email_subject,
        text: text(pieces, &code),
        code,
        patience: work.patience().unwrap_or(PATIENCE).min(PATIENCE),
        id: work.live.verification.code.as_ref().map(|code| code.message_id.clone()).unwrap_or_default(),
    }
}

/// The message's text: the code as one unbroken run of digits.
fn text(pieces: &[Piece], code: &Digits) -> SecretText {
    let mut text = String::new();
    write_pieces(pieces, code, &mut text);
    SecretText::new(text)
}

fn write_pieces(pieces: &[Piece], code: &Digits, text: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Text(run) | Piece::Digits(run) => text.push_str(run),
            Piece::Code => text.push_str(code.expose()),
            Piece::Line { pieces, .. } => write_pieces(pieces, code, text),
            Piece::EntryCount => {}
        }
    }
}
