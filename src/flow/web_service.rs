//! `web_service`: asks a service of the customer's; each `<status>` is an outcome of its own, in snake_case.

use std::collections::BTreeMap;

use super::effect::Effect;
use super::expression::Expression;
use super::reaching::Reaching;
use super::reading::{Fields, Located, Reading};
use super::stage::{Next, Stage};
use super::target::read_set;

/// A step that asks a service.
#[derive(Debug, Clone)]
pub struct WebService {
    /// The setting that names the service.
    pub service: Located,
    /// The fields sent beside the usual ones.
    pub send: Vec<(String, Expression)>,
    /// The variables that keep fields of the answer.
    pub keep: Vec<(String, Expression)>,
    /// What callers hear meanwhile, and how long it may take.
    pub reaching: Reaching,
}

impl WebService {
    /// Besides these, every status that `then` names.
    pub(super) const OUTCOMES: &'static [&'static str] = &["service_path", "service_error"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let send = fields.take("send").map(|node| read_set(node, reading)).unwrap_or_default();
        let keep = fields.take("keep").map(|node| read_set(node, reading)).unwrap_or_default();
        let reaching = Reaching::read(fields, reading);
        let service = fields.need_text("service", reading)?;
        let Some(name) = service.text.strip_prefix("settings.") else {
            reading.fault(
                "not-a-service",
                &service.span,
                format!("{} is not a setting", service.text),
                "service: settings.NAME, where NAME is a setting of the kind `service`",
            );
            return None;
        };
        Some(Self { service: Located { text: name.to_owned(), span: service.span.clone() }, send, keep, reaching })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let text = |expression: &Expression| match stage.evaluate(expression) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(serde_json::Value::Null) | Err(_) => String::new(),
            Ok(value) => value.to_string(),
        };
        let fields: BTreeMap<String, String> = self.send.iter().map(|(name, expression)| (name.clone(), text(expression))).collect();
        Next::Perform(Effect::CallService { service: self.service.text.clone(), fields })
    }

    /// Keeps what the answer gave.
    pub(super) fn answered(&self, stage: &mut Stage<'_, '_>) {
        for (name, expression) in &self.keep {
            if let Ok(value) = stage.evaluate(expression) {
                stage.frame.vars.insert(name.clone(), value);
            }
        }
    }
}
