//! Codes of fewer than six digits: easier to key in, and to guess.

use serde_json::Value;

use crate::finding::Finding;
use crate::flow::Setting;

use super::roads::Roads;

const FEWEST: i64 = 6;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let about_digits = |setting: &&Setting| matches!(setting.name.text.as_str(), "number_of_digits" | "enter_code_min_digits");
    let mut findings = Vec::new();
    for setting in roads.flow.settings.iter().filter(about_digits) {
        let presets = roads.flow.presets.values().filter_map(|values| values.get(&setting.name.text).cloned());
        let values = setting.kind.default().into_iter().chain(presets);
        for few in values.filter_map(|value: Value| value.as_i64()).filter(|digits| *digits < FEWEST) {
            let what = format!("{}: {few} makes codes of fewer than {FEWEST} digits", setting.name.text);
            let hint =
                format!("guessing {few} digits in three tries works once in {} calls", 10_i64.pow(u32::try_from(few).unwrap_or(0)) / 3);
            findings.push(Finding::warning("few-digits", setting.name.span.clone(), what).hint(hint));
        }
    }
    findings
}
