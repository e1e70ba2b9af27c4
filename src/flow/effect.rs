//! What the engine asks the world to do, and how the world answers.

use std::collections::BTreeMap;

use crate::secret::Digits;

use super::method::Method;
use super::state::Evidence;
use super::words::Piece;

/// Something to be done outside the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask the customer's service for the verified contact methods (G22).
    FindMethods {
        /// The methods this step can use.
        of: Vec<Method>,
    },
    /// Make a code and send it, or have the customer's service do so.
    SendCode {
        /// The way chosen.
        method: Method,
        /// The message, with a place for the code.
        message: Vec<Piece>,
        /// A key of the caller's led here: the cool-down holds.
        by_key: bool,
    },
    /// Compare what the caller entered with the code.
    CheckCode {
        /// What was entered; `None` when the step that collects it was passed by.
        entry: Option<Digits>,
    },
    /// Read a contact's consent status.
    ReadConsent {
        /// Whose.
        contact: String,
    },
    /// Write a contact's consent status.
    SetConsent {
        /// Whose.
        contact: String,
        /// What.
        status: ConsentStatus,
        /// The yes that allows it.
        evidence: Option<Evidence>,
    },
    /// Ask a service of the customer's.
    CallService {
        /// The setting that names it.
        service: String,
        /// The fields sent beside the usual ones.
        fields: BTreeMap<String, String>,
    },
}

impl Effect {
    /// Its name in traces: the kind of step that asks for it.
    pub fn name(&self) -> &'static str {
        match self {
            Effect::FindMethods { .. } => "find_methods",
            Effect::SendCode { .. } => "send_code",
            Effect::CheckCode { .. } => "check_code",
            Effect::ReadConsent { .. } => "consent.read",
            Effect::SetConsent { .. } => "consent.set",
            Effect::CallService { .. } => "web_service",
        }
    }
}

/// What a contact said about having their voice recognised (T11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentStatus {
    /// Nothing yet.
    NoConsent,
    /// Yes.
    Consented,
    /// Yes once, and taken back.
    Deleted,
    /// No.
    Refused,
}

impl ConsentStatus {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            ConsentStatus::NoConsent => "NO_CONSENT",
            ConsentStatus::Consented => "CONSENTED",
            ConsentStatus::Deleted => "DELETED",
            ConsentStatus::Refused => "REFUSED",
        }
    }

    /// The status of that name, to the letter.
    pub fn named(name: &str) -> Option<Self> {
        [Self::NoConsent, Self::Consented, Self::Deleted, Self::Refused].into_iter().find(|status| status.name() == name)
    }
}

/// The answer to an [`Effect`]: one of the outcomes of its step's kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// One or more methods are there to choose from.
    Found,
    /// The customer is unknown or has no usable method.
    NoContactMethod,
    /// The code is on its way.
    Sent,
    /// Nothing had to be sent: an app shows the code.
    NotNeeded,
    /// No gateway took the message.
    DeliveryFailed,
    /// The customer's service does not know this contact.
    NotFound,
    /// The caller asked again before the cool-down was over.
    TooSoon,
    /// The call's sends are used up.
    SendsExceeded,
    /// A limit per destination or tenant is reached.
    SendLimited,
    /// The code is right.
    Right,
    /// The code is wrong.
    Wrong,
    /// The code is too old.
    Expired,
    /// The checks of this code are used up.
    ChecksExceeded,
    /// The person is locked.
    Locked,
    /// A service failed.
    ServiceError,
    /// A service named a path itself.
    ServicePath,
    /// A contact's consent status was read.
    Consent(ConsentStatus),
    /// A contact's consent status was written.
    Saved,
    /// A service answered with this status, in snake_case.
    Status(String),
}

impl Outcome {
    /// Its name in flow files.
    pub fn name(&self) -> &str {
        match self {
            Outcome::Found => "found",
            Outcome::NoContactMethod => "no_contact_method",
            Outcome::Sent => "sent",
            Outcome::NotNeeded => "not_needed",
            Outcome::DeliveryFailed => "delivery_failed",
            Outcome::NotFound => "not_found",
            Outcome::TooSoon => "too_soon",
            Outcome::SendsExceeded => "sends_exceeded",
            Outcome::SendLimited => "send_limited",
            Outcome::Right => "right",
            Outcome::Wrong => "wrong",
            Outcome::Expired => "expired",
            Outcome::ChecksExceeded => "checks_exceeded",
            Outcome::Locked => "locked",
            Outcome::ServiceError => "service_error",
            Outcome::ServicePath => "service_path",
            Outcome::Consent(ConsentStatus::NoConsent) => "no_consent",
            Outcome::Consent(ConsentStatus::Consented) => "consented",
            Outcome::Consent(ConsentStatus::Deleted) => "deleted",
            Outcome::Consent(ConsentStatus::Refused) => "refused",
            Outcome::Saved => "saved",
            Outcome::Status(status) => status,
        }
    }
}
