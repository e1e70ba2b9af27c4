//! How a call ends: path, verdict and reason, by the names of DESIGN's endings table.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::words::Words;

/// What a flow ended with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Farewell {
    /// The exit (`authPath`).
    pub path: String,
    /// The verdict (`authStatus`).
    pub verdict: Verdict,
    /// Why (`authReason`).
    pub reason: String,
    /// Said before the call goes back.
    pub say: Vec<Words>,
    /// The language of the call (BCP 47).
    pub language: String,
    /// More names to return.
    pub outputs: Map<String, Value>,
}

/// One verdict for every ending (AMB-26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The caller is who they say.
    Verified,
    /// That could not be shown.
    NotVerified,
    /// We or a service could not do our part.
    Unavailable,
    /// The caller went away.
    Abandoned,
}

impl Verdict {
    /// The name in results and records.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Verified => "verified",
            Verdict::NotVerified => "not_verified",
            Verdict::Unavailable => "unavailable",
            Verdict::Abandoned => "abandoned",
        }
    }
}

/// The reason that an outcome gives an ending; `None` for outcomes that explain nothing.
pub(super) fn reason_of(outcome: &str) -> Option<&'static str> {
    match outcome {
        "right" => Some("code_correct"),
        "no_contact_method" => Some("no_contact_method"),
        "sends_exceeded" => Some("sends_exceeded"),
        "send_limited" => Some("send_limited"),
        "checks_exceeded" => Some("checks_exceeded"),
        "locked" => Some("locked"),
        "no_input" => Some("no_input"),
        "no_match" => Some("no_match"),
        "service_path" => Some("service_path"),
        "service_error" => Some("service_error"),
        "delivery_failed" => Some("delivery_failed"),
        _ => None,
    }
}

/// The verdict of an ending that no exit vouches for.
pub(super) fn verdict_of(reason: &str) -> Verdict {
    match reason {
        "service_error" | "delivery_failed" | "internal" | "no_such_process" | "call_ended" | "gateway_unreachable" => Verdict::Unavailable,
        "hung_up" | "timed_out" => Verdict::Abandoned,
        _ => Verdict::NotVerified,
    }
}
