//! How Callward calls the customer's own systems: message gateways, mail servers, XML web services and consent.

mod access_token;
mod address_guard;
mod consent;
mod consent_error;
mod consent_status;
mod email;
mod email_error;
mod email_message;
mod http;
mod http_error;
mod phone_number;
mod request_headers;
mod settings;
mod settings_check;
mod sms;
mod sms_request;
#[cfg(test)]
mod smtp_stand_in;
#[cfg(test)]
mod stand_in;
mod template;
mod tls;
mod web_service_answer;
mod web_services;

pub use access_token::AccessTokenError;
pub use address_guard::{GuardError, check as check_address};
pub use consent::ConsentService;
pub use consent_error::ConsentError;
pub use consent_status::ConsentStatus;
pub use email::MailServer;
pub use email_error::EmailError;
pub use email_message::EmailMessage;
pub use http::{HttpClient, HttpSetupError};
pub use http_error::{HttpError, HttpFault};
pub use phone_number::{PhoneNumber, PhoneNumberError};
pub use settings::{
    ClientAuthentication, ConsentSettings, EmailSettings, FallbackSettings, SmsMethod, SmsSettings, SmtpSecurity, SmtpSettings,
    WebServiceSettings, WebServicesSettings,
};
pub use settings_check::Finding;
pub use sms::{Refusal, SmsError, SmsGateway, SmsMessage};
pub use sms_request::SmsRequestError;
pub use web_service_answer::{
    AnswerError, ContactMethod, ServiceAnswer, ServiceStatus, VerifiedContact, VerifiedContacts, read_answer, read_contacts,
};
pub use web_services::{ServiceCall, ServiceError, WebServices};
