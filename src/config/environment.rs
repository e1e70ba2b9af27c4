//! Keys that the environment sets: `CALLWARD_HTTP__LISTEN` is `http.listen`, whatever the case.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::source::Source;

const PREFIX: &str = "CALLWARD_";

/// Variables with our prefix that are no keys.
const NO_KEYS: [&str; 2] = ["CALLWARD_CONFORMANCE", "CALLWARD_MASTER_KEY"];

/// One level of a key, with where it stands.
type Level<'v> = (Range<usize>, &'v str);

/// Puts every key that the environment sets into the file's tables, over what the file says; variables that values
/// refer to by `env:` are left out.
pub(super) fn overlay(root: &mut DeTable<'_>, source: &mut Source, environment: &BTreeMap<String, String>, referred: &BTreeSet<String>) {
    for (variable, value) in environment {
        let Some(key) = key_of(variable).filter(|_| !referred.contains(variable)) else {
            continue;
        };
        let (start, value_span) = source.append(variable, value);
        source.hide(value_span.clone());
        let levels = levels(key, start + PREFIX.len());
        put(root, &levels, Spanned::new(value_span, DeValue::String(value.clone().into())));
    }
}

fn key_of(variable: &str) -> Option<&str> {
    let (prefix, key) = variable.split_at_checked(PREFIX.len())?;
    let is_key = prefix.eq_ignore_ascii_case(PREFIX) && !NO_KEYS.contains(&variable);
    is_key.then_some(key)
}

fn levels(key: &str, start: usize) -> Vec<Level<'_>> {
    let mut at = start;
    let level = |name| {
        let span = at..at + str::len(name);
        at = span.end + 2;
        (span, name)
    };
    key.split("__").map(level).collect()
}

fn put<'i>(table: &mut DeTable<'i>, levels: &[Level<'_>], value: Spanned<DeValue<'i>>) {
    let [(span, name), deeper @ ..] = levels else {
        return;
    };
    let written = table.keys().find(|key| key.get_ref().eq_ignore_ascii_case(name)).map(|key| key.get_ref().clone());
    let key = Spanned::new(span.clone(), written.unwrap_or_else(|| name.to_lowercase().into()));
    match deeper {
        [] => {
            table.remove(&key);
            table.insert(key, value);
        }
        [(_, next), ..] => {
            let inner = table.entry(key).or_insert_with(|| Spanned::new(span.clone(), empty(next)));
            put_into(inner.get_mut(), deeper, value);
        }
    }
}

/// Goes on below `inner`; a plain value that stands where a table should is left for the reader to find.
fn put_into<'i>(inner: &mut DeValue<'i>, levels: &[Level<'_>], value: Spanned<DeValue<'i>>) {
    match inner {
        DeValue::Table(table) => put(table, levels, value),
        DeValue::Array(array) => put_at(array, levels, value),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

/// `PROCESSES__0__CODE`: the element of that number, or the one behind the last.
fn put_at<'i>(array: &mut DeArray<'i>, levels: &[Level<'_>], value: Spanned<DeValue<'i>>) {
    let [(span, number), deeper @ ..] = levels else {
        return;
    };
    let number = number.parse().unwrap_or(usize::MAX).min(array.len());
    if number == array.len() {
        array.push(Spanned::new(span.clone(), DeValue::Table(DeTable::new())));
    }
    match (array.get_mut(number), deeper) {
        (Some(element), []) => *element = value,
        (Some(element), _) => put_into(element.get_mut(), deeper, value),
        (None, _) => {}
    }
}

/// What holds a level called `name`: a list when that is a number.
fn empty<'i>(name: &str) -> DeValue<'i> {
    match name.parse::<usize>() {
        Ok(_) => DeValue::Array(DeArray::new()),
        Err(_) => DeValue::Table(DeTable::new()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::load::{Config, Findings};

    const FILE: &str = "
        [http]
        listen = '127.0.0.1:1'
        [tenants.acme]
        SMS.URL = 'https://sms.example.org'
        [[tenants.acme.processes]]
        name = 'First'
        code = 'first'
        flow = 'two-factor'
    ";

    fn parse(variables: &[(&str, &str)]) -> Result<Config, Findings> {
        let environment = variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Config::parse(Path::new("callward.toml"), FILE, &environment)
    }

    #[test]
    fn the_environment_overrules_the_file_whatever_the_case() {
        let config = parse(&[
            ("CALLWARD_HTTP__LISTEN", "127.0.0.1:2"),
            ("callward_http__drain_seconds", "7"),
            ("CALLWARD_TENANTS__ACME__SMS__URL", "https://other.example.org"),
            ("CALLWARD_TENANTS__ACME__SMS__PLUSSYMBOLBEFORERECIPIENTNUMBER", "false"),
        ])
        .unwrap();

        let sms = config.tenants["acme"].connections.sms.as_ref().unwrap();
        assert_eq!(config.http.listen.port(), 2);
        assert_eq!(config.http.drain_seconds, 7);
        assert_eq!(sms.url.expose(), "https://other.example.org");
        assert!(!sms.plus_before_recipient);
    }

    #[test]
    fn the_environment_can_set_what_the_file_has_not() {
        let config = parse(&[
            ("CALLWARD_TENANTS__BETA__EMAIL__SMTP__HOST", "mail.example.org"),
            ("CALLWARD_TENANTS__BETA__EMAIL__SMTP__PORT", "25"),
            ("CALLWARD_TENANTS__BETA__PLATFORMS__ALLOW", "10.0.0.0/8, ::1"),
            ("CALLWARD_TENANTS__BETA__PLATFORMS__USERS__IVR", "hush"),
            ("CALLWARD_TENANTS__BETA__PROCESSES__0__NAME", "One"),
            ("CALLWARD_TENANTS__BETA__PROCESSES__0__CODE", "one"),
            ("CALLWARD_TENANTS__BETA__PROCESSES__0__FLOW", "two-factor"),
        ])
        .unwrap();

        let beta = &config.tenants["beta"];
        assert_eq!(beta.connections.email.as_ref().unwrap().smtp.port, 25);
        assert!(beta.platforms.allow.contains("10.2.3.4".parse().unwrap()));
        assert_eq!(beta.platforms.users["ivr"].expose(), "hush");
        assert_eq!(beta.processes[0].code, "one");
    }

    #[test]
    fn an_element_of_a_list_goes_by_its_number() {
        let config = parse(&[
            ("CALLWARD_TENANTS__ACME__PROCESSES__0__ENABLED", "false"),
            ("CALLWARD_TENANTS__ACME__PROCESSES__0__SETTINGS__NUMBER_OF_DIGITS", "7"),
            ("CALLWARD_TENANTS__ACME__PROCESSES__0__SETTINGS__SMS_NUMBER_FROM", "0301234"),
        ])
        .unwrap();

        let process = &config.tenants["acme"].processes[0];
        assert!(!process.enabled);
        assert_eq!(process.settings["number_of_digits"].value, toml::Value::Integer(7));
        assert_eq!(process.settings["sms_number_from"].value, toml::Value::String("0301234".into()));
    }

    #[test]
    fn variables_with_another_task_are_no_keys() {
        assert!(parse(&[("CALLWARD_CONFORMANCE", "/x"), ("CALLWARD_MASTER_KEY", "x"), ("HOME", "/")]).is_ok());
        assert!(parse(&[("CALLWARD_", "x"), ("CALLWARD_HTTP", "x"), ("CALLWARD_HTTP__LISTEN__", "x")]).is_err());
    }
}
