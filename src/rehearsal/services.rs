//! The customer's web services of the rehearsed world: they know the customers that are given, and send and check codes of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::clients::{
    AnswerError, ContactMethod, HttpError, HttpFault, ServiceAnswer, ServiceCall, ServiceError, ServiceStatus, VerifiedContact,
    VerifiedContacts,
};
use crate::flow::Method;
use crate::secret::Digits;
use crate::verify::{CustomerServices, contact_method, make_code};

use super::gateways::address;
use super::moment::Moment;
use super::transcript::Answer;
use super::world::{Fault, World};

/// The services that every tenant has.
pub(super) const SERVICES: [&str; 3] = ["check_verified_contact_methods", "send_authentication_code", "code_authentication"];

const CHECK_CONTACTS: &str = SERVICES[0];
const SEND_CODE: &str = SERVICES[1];
const CHECK_CODE: &str = SERVICES[2];

/// Digits of the codes that the customer's service makes.
const CODE_DIGITS: u8 = 6;

/// The customer's services.
pub(super) struct RehearsedServices {
    pub world: Arc<World>,
}

#[async_trait]
impl CustomerServices for RehearsedServices {
    async fn check_verified_contact_methods(&self, call: ServiceCall<'_>) -> Result<(ServiceStatus, VerifiedContacts), ServiceError> {
        let status = self.status(CHECK_CONTACTS, call, &[])?;
        let Some(contacts) = self.contacts(call.identity) else {
            return Ok((status.unwrap_or(ServiceStatus::NotFound), VerifiedContacts::default()));
        };
        let contacts = contacts.into_iter().map(|(method, target)| VerifiedContact {
            method: contact_method(method),
            value: Some(target).filter(|target| !target.is_empty()),
        });
        Ok((status.unwrap_or(ServiceStatus::Success), VerifiedContacts { contacts: contacts.collect(), warnings: Vec::new() }))
    }

    fn sends_codes(&self) -> bool {
        true
    }

    async fn send_authentication_code(&self, call: ServiceCall<'_>, method: ContactMethod) -> Result<ServiceStatus, ServiceError> {
        let status = self.status(SEND_CODE, call, &[("TwoFactorAuthSelectedMethod", method.parameter())])?;
        let status = status.unwrap_or(ServiceStatus::Success);
        let contacts = self.contacts(call.identity).unwrap_or_default();
        let contact = contacts.into_iter().find(|(kind, _)| contact_method(*kind) == method && *kind != Method::Authenticator);
        if let (ServiceStatus::Success, Some((method, target))) = (&status, contact) {
            let code = make_code(CODE_DIGITS, &self.world.chance);
            let text = format!("{} is your code.", code.expose());
            self.world.state().codes.push(code);
            self.world.note(Moment::Received { method, to: address(method, &target), text });
        }
        Ok(status)
    }

    async fn code_authentication(&self, call: ServiceCall<'_>, code: &Digits) -> Result<ServiceStatus, ServiceError> {
        let status = self.status(CHECK_CODE, call, &[("authCode_nbest1", code.expose())])?;
        let right = self.world.state().codes.last() == Some(code);
        Ok(status.unwrap_or(if right { ServiceStatus::Success } else { ServiceStatus::IncorrectCode }))
    }

    /// A flow's own service answers with what it was asked, and with what is given for it.
    async fn call(&self, url: &str, call: ServiceCall<'_>, fields: &[(&str, &str)]) -> Result<ServiceAnswer, ServiceError> {
        let name = url.rsplit('/').next().unwrap_or_default();
        let answer = self.ask(name, call, fields)?;
        let status = answer.as_ref().map_or(ServiceStatus::Success, |answer| ServiceStatus::by_name(&answer.status));
        let mut answered = ServiceAnswer { status, fields: BTreeMap::new() };
        answer.iter().flat_map(|answer| &answer.fields).for_each(|(name, value)| answered.add(name, value));
        for (name, value) in fields {
            answered.fields.entry((*name).to_owned()).or_insert_with(|| (*value).to_owned());
        }
        Ok(answered)
    }
}

impl RehearsedServices {
    fn contacts(&self, identity: &str) -> Option<Vec<(Method, String)>> {
        self.world.state().customers.get(identity).cloned()
    }

    fn status(&self, name: &str, call: ServiceCall<'_>, more: &[(&str, &str)]) -> Result<Option<ServiceStatus>, ServiceError> {
        Ok(self.ask(name, call, more)?.map(|answer| ServiceStatus::by_name(&answer.status)))
    }

    /// Notes the request; the answer that was given for this service, if any.
    fn ask(&self, name: &str, call: ServiceCall<'_>, more: &[(&str, &str)]) -> Result<Option<Answer>, ServiceError> {
        let usual = [("accountNumber", call.identity), ("callId", call.call_id), ("tenant", call.tenant)];
        let fields = usual.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.world.note(Moment::Asked { service: name.to_owned(), fields });
        let fault = match self.world.ask(name, call.timeout) {
            Ok(Some(answer)) if answer.status.trim().is_empty() => return Err(AnswerError::NoStatus.into()),
            Ok(answer) => return Ok(answer),
            Err(Fault::Down) => HttpFault::Unreachable("nobody listens there".to_owned()),
            Err(Fault::TooSlow) => HttpFault::Timeout(call.timeout),
        };
        Err(HttpError { host: name.to_owned(), fault }.into())
    }
}
