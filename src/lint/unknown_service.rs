//! A web service that no setting names.

use crate::finding::{Finding, nearest};
use crate::flow::{Kind, SettingKind};

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let settings = roads.flow.settings.iter().filter(|setting| matches!(setting.kind, SettingKind::Service { .. }));
    let services: Vec<&str> = settings.map(|setting| setting.name.text.as_str()).collect();
    let mut findings = Vec::new();
    for (step, _) in &roads.steps {
        let Kind::WebService(asked) = &step.kind else { continue };
        if services.contains(&asked.service.text.as_str()) {
            continue;
        }
        let hint = match nearest(&asked.service.text, services.iter().copied()) {
            Some(near) => format!("did you mean settings.{near}?"),
            None => format!("declare it under settings: {}: {{ service: {{ label: … }} }}", asked.service.text),
        };
        let what = format!("there is no setting of the kind `service` called {}", asked.service.text);
        findings.push(Finding::error("unknown-service", asked.service.span.clone(), what).hint(hint));
    }
    findings
}
