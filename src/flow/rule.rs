//! Settings that the engine keeps itself, with the ceilings that no file can lift (REQUIREMENTS, Defaults 1 and 2).

use serde_json::{Map, Value, json};

use super::method::Strength;

/// One rule: its name and what it may be.
#[derive(Debug, Clone, Copy)]
pub struct RuleDefinition {
    /// The setting's name.
    pub name: &'static str,
    /// Type, default and bounds.
    pub kind: RuleKind,
}

/// Type, default and bounds of a rule.
#[derive(Debug, Clone, Copy)]
pub enum RuleKind {
    /// A whole number.
    Number {
        /// Smallest.
        from: i64,
        /// Largest.
        to: i64,
        /// Where nobody says.
        default: i64,
    },
    /// One of some words.
    Choice {
        /// The words.
        of: &'static [&'static str],
        /// Where nobody says.
        default: &'static str,
    },
    /// Yes or no.
    Switch {
        /// Where nobody says.
        default: bool,
    },
    /// Any text.
    Text {
        /// Where nobody says.
        default: &'static str,
    },
}

const fn number(name: &'static str, from: i64, to: i64, default: i64) -> RuleDefinition {
    RuleDefinition { name, kind: RuleKind::Number { from, to, default } }
}

const fn choice(name: &'static str, of: &'static [&'static str], default: &'static str) -> RuleDefinition {
    RuleDefinition { name, kind: RuleKind::Choice { of, default } }
}

const fn text(name: &'static str, default: &'static str) -> RuleDefinition {
    RuleDefinition { name, kind: RuleKind::Text { default } }
}

/// Every rule, by the names of DESIGN's "Settings of `two-factor`".
pub const RULES: &[RuleDefinition] = &[
    text("variable_name_for_customer_email_address", "email"),
    text("variable_name_for_customer_phone_number", "phone"),
    number("maximum_attempts_at_sending", 1, 5, 3),
    number("maximum_attempts_at_verifying", 1, 5, 3),
    number("authenticated_for_minutes", 1, 240, 15),
    choice("minimum_strength", &["low", "medium", "high"], "low"),
    choice("code_generation", &["internal", "external"], "internal"),
    RuleDefinition { name: "send_for_authenticator", kind: RuleKind::Switch { default: false } },
    number("web_service_timeout_ms", 15_000, 600_000, 300_000),
    number("http_timeout_ms", 500, 15_000, 5_000),
    number("enter_code_min_digits", 4, 12, 6),
    number("enter_code_max_digits", 4, 12, 8),
    number("number_of_digits", 4, 10, 6),
    number("internal_code_expiration_minutes", 1, 10, 5),
    text("email_address_from", ""),
    text("email_subject", "Your code"),
    text("sms_number_from", ""),
    choice("vxml_version", &["2.1", "2.0"], "2.1"),
    choice("grammars", &["served", "inline"], "served"),
];

impl RuleDefinition {
    /// The rule of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// What holds where neither flow nor process says anything.
    pub fn default(&self) -> Value {
        match self.kind {
            RuleKind::Number { default, .. } => json!(default),
            RuleKind::Choice { default, .. } | RuleKind::Text { default } => json!(default),
            RuleKind::Switch { default } => json!(default),
        }
    }
}

/// Who makes and checks the codes (G3, G37).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeGeneration {
    /// We do.
    Internal,
    /// The customer's services do.
    External,
}

/// The rules as values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Where an e-mail address that the service gave is kept (G29).
    pub email_variable: String,
    /// Where a phone number that the service gave is kept (G30).
    pub phone_variable: String,
    /// Most deliveries in a call, the first one included (G32).
    pub maximum_sends: u8,
    /// Most checks of one code (G34).
    pub maximum_checks: u8,
    /// How long a verdict counts, in minutes (AMB-14).
    pub authenticated_for_minutes: u16,
    /// The weakest method that is offered and that counts (AMB-14, AMB-22).
    pub minimum_strength: Strength,
    /// Internal or external codes (G37).
    pub code_generation: CodeGeneration,
    /// Whether the send service is called for an authenticator too (AMB-5).
    pub send_for_authenticator: bool,
    /// How long an external code is valid, in milliseconds (AMB-8).
    pub external_code_validity_ms: u32,
    /// Longest wait for a web service, in milliseconds (AMB-8).
    pub http_timeout_ms: u32,
    /// Fewest digits of an external code (G41).
    pub external_digits_from: u8,
    /// Most digits of an external code (G41).
    pub external_digits_to: u8,
    /// Digits of an internal code (G41).
    pub internal_digits: u8,
    /// How long an internal code is valid, in minutes (G43).
    pub internal_code_minutes: u16,
    /// Sender of mails (G44).
    pub email_from: String,
    /// Subject of mails (G44).
    pub email_subject: String,
    /// Sender of text messages (G44).
    pub sms_from: String,
    /// `2.1` or `2.0`.
    pub vxml_version: String,
    /// Whether grammars stand in the page instead of being served.
    pub inline_grammars: bool,
}

impl Rules {
    /// The rules among `values`, each with its default where it is not there.
    pub fn from_values(values: &Map<String, Value>) -> Self {
        let read = Values(values);
        Self {
            email_variable: read.text("variable_name_for_customer_email_address"),
            phone_variable: read.text("variable_name_for_customer_phone_number"),
            maximum_sends: read.number("maximum_attempts_at_sending"),
            maximum_checks: read.number("maximum_attempts_at_verifying"),
            authenticated_for_minutes: read.number("authenticated_for_minutes"),
            minimum_strength: match read.text("minimum_strength").as_str() {
                "high" => Strength::High,
                "medium" => Strength::Medium,
                _ => Strength::Low,
            },
            code_generation: match read.text("code_generation").as_str() {
                "external" => CodeGeneration::External,
                _ => CodeGeneration::Internal,
            },
            send_for_authenticator: read.value("send_for_authenticator") == Value::Bool(true),
            external_code_validity_ms: read.number("web_service_timeout_ms"),
            http_timeout_ms: read.number("http_timeout_ms"),
            external_digits_from: read.number("enter_code_min_digits"),
            external_digits_to: read.number("enter_code_max_digits"),
            internal_digits: read.number("number_of_digits"),
            internal_code_minutes: read.number("internal_code_expiration_minutes"),
            email_from: read.text("email_address_from"),
            email_subject: read.text("email_subject"),
            sms_from: read.text("sms_number_from"),
            vxml_version: read.text("vxml_version"),
            inline_grammars: read.text("grammars") == "inline",
        }
    }

    /// Fewest and most digits of a code.
    pub fn code_digits(&self) -> (u8, u8) {
        match self.code_generation {
            CodeGeneration::Internal => (self.internal_digits, self.internal_digits),
            CodeGeneration::External => (self.external_digits_from, self.external_digits_to.max(self.external_digits_from)),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::from_values(&Map::new())
    }
}

struct Values<'v>(&'v Map<String, Value>);

impl Values<'_> {
    fn value(&self, name: &str) -> Value {
        match self.0.get(name) {
            Some(value) => value.clone(),
            None => RuleDefinition::named(name).map_or(Value::Null, RuleDefinition::default),
        }
    }

    fn text(&self, name: &str) -> String {
        self.value(name).as_str().unwrap_or_default().to_owned()
    }

    /// Bounds are checked where settings are resolved; a number outside its type's range cannot come here.
    fn number<N: TryFrom<i64> + Default>(&self, name: &str) -> N {
        self.value(name).as_i64().and_then(|number| N::try_from(number).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_requirements() {
        let rules = Rules::default();

        assert_eq!((rules.internal_digits, rules.internal_code_minutes), (6, 5));
        assert_eq!((rules.maximum_sends, rules.maximum_checks), (3, 3));
        assert_eq!(rules.external_code_validity_ms, 300_000);
        assert_eq!(rules.code_digits(), (6, 6));
    }
}
