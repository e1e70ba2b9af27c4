//! Values from outside the file: the environment, and what `env:` and `file:` refer to.

use std::path::Path;

use super::load::{Config, Findings};

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

#[test]
fn the_environment_overrules_the_file_whatever_the_case() {
    let config = with(&[
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
    let config = with(&[
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
    let config = with(&[
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
    assert!(with(&[("CALLWARD_CONFORMANCE", "/x"), ("CALLWARD_MASTER_KEY", "x"), ("HOME", "/")]).is_ok());
    assert!(with(&[("CALLWARD_", "x"), ("CALLWARD_HTTP", "x"), ("CALLWARD_HTTP__LISTEN__", "x")]).is_err());
}

#[test]
fn a_text_may_refer_to_a_variable_or_to_a_file_without_its_last_line_end() {
    let text = "[tenants.acme.platforms.users]\nivr = 'env:IVR'\nother = 'file:rustfmt.toml'\n[http]\ndrain_seconds = 'env:DRAIN'\n";

    let config = parse(text, &[("IVR", "hush"), ("DRAIN", "9")]).unwrap();

    let users = &config.tenants["acme"].platforms.users;
    assert_eq!(users["ivr"].expose(), "hush");
    assert_eq!(users["other"].expose(), include_str!("../../rustfmt.toml").trim_end());
    assert_eq!(config.http.drain_seconds, 9);
}

#[test]
fn a_variable_that_a_text_refers_to_is_no_key() {
    let text = "[tenants.acme.platforms.users]\nivr = 'env:CALLWARD_IVR'\n";

    assert!(parse(text, &[("CALLWARD_IVR", "hush")]).is_ok());
    assert!(parse(text, &[("CALLWARD_IVR", "")]).is_err());
}

fn with(variables: &[(&str, &str)]) -> Result<Config, Findings> {
    parse(FILE, variables)
}

fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, Findings> {
    let environment = variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Config::parse(&Path::new(env!("CARGO_MANIFEST_DIR")).join("callward.toml"), text, &environment)
}
