//! What the engine may know of the call and the world at one moment; conditions and prompts read it by name.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::method::{Method, Strength};
use super::rule::Rules;
use super::state::Frame;

/// The world as the engine sees it.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The moment.
    pub now: Timestamp,
    /// The tenant's time zone.
    pub time_zone: TimeZone,
    /// The call.
    pub call: CallFacts,
    /// The verification of this call.
    pub verification: VerificationFacts,
    /// The methods still on offer, in the service's order.
    pub methods: Vec<MethodFacts>,
    /// The code under way.
    pub code: CodeFacts,
    /// The last answer of a web service.
    pub answer: AnswerFacts,
    /// The consent of this call's contact.
    pub consent: ConsentFacts,
}

/// What the engine may ask for while it runs.
pub trait Knowledge {
    /// The facts of the run `frame`, whose rules are these.
    fn facts(&self, frame: &Frame, rules: &Rules) -> Facts;

    /// Whose consent an input of the kind `contact` means where nobody says: as the platform gave it, else the caller's number.
    fn contact(&self) -> String;
}

/// Consent in this call.
#[derive(Debug, Clone, Default)]
pub struct ConsentFacts {
    /// The status read or set last; `NO_CONSENT` where nothing is known.
    pub status: String,
    /// Whether it may be written: a verified call, or a contact that a trusted platform gave (AMB-15).
    pub allowed: bool,
    /// The contact that the platform gave; empty where it gave none.
    pub vouched: String,
}

/// The call.
#[derive(Debug, Clone, Default)]
pub struct CallFacts {
    /// The platform's id, else ours.
    pub id: String,
    /// The caller's number.
    pub from: String,
    /// The number called.
    pub to: String,
    /// Whether it is a test call.
    pub test: bool,
    /// When it began.
    pub started: Timestamp,
}

/// The verification of this call.
#[derive(Debug, Clone, Default)]
pub struct VerificationFacts {
    /// This identity was verified in this call, and the verdict is still fresh.
    pub still_valid: bool,
    /// Somebody was verified in this call, and the verdict is still fresh.
    pub verified: bool,
    /// Sends that are left.
    pub sends_left: u8,
    /// Checks of the code under way that are left.
    pub checks_left: u8,
    /// How the fresh verdict was reached.
    pub method: Option<Method>,
    /// How much it is worth.
    pub strength: Option<Strength>,
    /// How much the fresh verdict of this call is worth, whoever it is about.
    pub any_strength: Option<Strength>,
    /// How old that verdict is, in milliseconds.
    pub age_ms: Option<u64>,
}

/// A method on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodFacts {
    /// Which.
    pub kind: Method,
    /// The last digits of a number; empty for others.
    pub mask: String,
}

/// The code under way; never the code itself.
#[derive(Debug, Clone, Default)]
pub struct CodeFacts {
    /// Fewest and most digits.
    pub digits: (u8, u8),
    /// Whether a code could still be entered.
    pub alive: bool,
    /// How many codes were sent in this call.
    pub number: u8,
    /// How long a code is good for, in minutes.
    pub minutes: u16,
    /// The gateway has said that the message did not arrive.
    pub undelivered: bool,
}

/// The last answer of a web service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerFacts {
    /// Its status, as given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub status: String,
    /// The exit that the status named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its other fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

impl Facts {
    /// The facts under one name, such as `verification`; `None` for a name that is not a fact.
    pub fn root(&self, name: &str) -> Option<Value> {
        match name {
            "call" => Some(json!({
                "id": self.call.id, "from": self.call.from, "to": self.call.to, "test": self.call.test,
                "verified": self.verification.verified, "started": self.call.started.to_string(),
            })),
            "verification" => Some(json!({
                "still_valid": self.verification.still_valid,
                "sends_left": self.verification.sends_left,
                "checks_left": self.verification.checks_left,
                "method": self.verification.method.map_or("", Method::name),
                "strength": self.verification.strength.map_or("", Strength::name),
            })),
            "methods" => Some(self.methods.iter().map(MethodFacts::value).collect()),
            "code" => Some(json!({
                "digits": self.code.digits.1, "alive": self.code.alive,
                "number": self.code.number, "minutes": self.code.minutes,
            })),
            "answer" => Some(self.answer.value()),
            "consent" => Some(json!({ "status": self.consent.status, "allowed": self.consent.allowed })),
            "now" => Some(self.moment()),
            _ => None,
        }
    }

    fn moment(&self) -> Value {
        let local = self.now.to_zoned(self.time_zone.clone());
        json!({ "hour": local.hour(), "weekday": local.weekday().to_monday_one_offset(), "date": local.date().to_string() })
    }
}

impl AnswerFacts {
    /// Status, path and every field, by name.
    fn value(&self) -> Value {
        let fields = self.fields.iter().map(|(name, value)| (name.clone(), json!(value)));
        let named = [("status", self.status.as_str()), ("path", self.path.as_deref().unwrap_or_default())];
        Value::Object(fields.chain(named.map(|(name, value)| (name.to_owned(), json!(value)))).collect())
    }
}

impl MethodFacts {
    /// As conditions and prompts see it.
    pub fn value(&self) -> Value {
        let mut value = Map::new();
        value.insert("kind".to_owned(), json!(self.kind.name()));
        value.insert("mask".to_owned(), json!(self.mask));
        Value::Object(value)
    }
}

/// The members that conditions and prompts may name, by root; `None` where any member is allowed.
pub(super) const MEMBERS: &[(&str, &[&str])] = &[
    ("call", &["id", "from", "to", "language", "test", "verified", "started"]),
    ("verification", &["still_valid", "sends_left", "checks_left", "method", "strength"]),
    ("methods", &[]),
    ("method", &["kind", "mask", "target"]),
    ("code", &["digits", "alive", "number", "minutes"]),
    ("answer", &[]),
    ("consent", &["status", "allowed"]),
    ("now", &["hour", "weekday", "date"]),
];
