//! Each kind of finding, as an operator reads it.

use std::collections::BTreeMap;
use std::path::Path;

use super::load::Config;

#[test]
fn a_wrong_type_says_what_belongs_there() {
    insta::assert_snapshot!(wrong("[http]\ndrain_seconds = 'five'\n"), @r#"
    error: `http.drain_seconds` is text
     --> callward.toml:2:17
      |
    2 | drain_seconds = 'five'
      |                 ^^^^^^
      |
      = help: write a whole number from 0 to 3600
    "#);
    insta::assert_snapshot!(wrong("[tenants]\nacme = 5\n"), @r#"
    error: `tenants.acme` is a whole number
     --> callward.toml:2:8
      |
    2 | acme = *
      |        ^
      |
      = help: write a table
    "#);
    insta::assert_snapshot!(wrong("[tenants.acme.platforms]\nusers = { ivr = 123456 }\n"), @r#"
    error: `tenants.acme.platforms.users.ivr` is a whole number
     --> callward.toml:2:17
      |
    2 | users = { ivr = ****** }
      |                 ^^^^^^
      |
      = help: write text
    "#);
}

#[test]
fn a_number_out_of_bounds_says_the_bounds() {
    insta::assert_snapshot!(wrong("[tenants.acme.limits]\nwrong_codes = 500\n"), @r#"
    error: `tenants.acme.limits.wrong_codes` is out of bounds
     --> callward.toml:2:15
      |
    2 | wrong_codes = 500
      |               ^^^
      |
      = help: write a whole number from 1 to 20
    "#);
}

#[test]
fn a_tenant_that_there_is_not_is_answered_with_the_nearest() {
    insta::assert_snapshot!(wrong("[sip]\ndefault_tenant = 'amce'\ndomains = { 'ivr.example.org' = 'beta' }\n[tenants.acme]\n"), @r#"
    error: `sip.default_tenant` names the tenant amce, which there is not
     --> callward.toml:2:18
      |
    2 | default_tenant = 'amce'
      |                  ^^^^^^
      |
      = help: did you mean "acme"?

    error: `sip.domains.ivr.example.org` names the tenant beta, which there is not
     --> callward.toml:3:33
      |
    3 | domains = { 'ivr.example.org' = 'beta' }
      |                                 ^^^^^^
      |
      = help: write the name of a tenant, or add [tenants.beta]
    "#);
}

#[test]
fn an_unknown_value_is_answered_with_the_nearest() {
    insta::assert_snapshot!(wrong("[tenants.acme]\nSMS.URL = 'https://a'\nSMS.Method = 'PATCH'\n"), @r#"
    error: `tenants.acme.SMS.Method` is none of: POST, GET, PUT
     --> callward.toml:3:14
      |
    3 | SMS.Method = 'PATCH'
      |              ^^^^^^^
      |
      = help: write one of: POST, GET, PUT
    "#);
    insta::assert_snapshot!(wrong("[tenants.acme]\nSMS.URL = 'https://a'\nSMS.Method = 'POTS'\n"), @r#"
    error: `tenants.acme.SMS.Method` is none of: POST, GET, PUT
     --> callward.toml:3:14
      |
    3 | SMS.Method = 'POTS'
      |              ^^^^^^
      |
      = help: did you mean "POST"?
    "#);
}

#[test]
fn an_address_or_network_that_is_none_is_shown() {
    insta::assert_snapshot!(wrong("[http]\nlisten = 'localhost'\n"), @r#"
    error: `http.listen` is not an IP address and port
     --> callward.toml:2:10
      |
    2 | listen = 'localhost'
      |          ^^^^^^^^^^^
      |
      = help: write it like 127.0.0.1:8080
    "#);
    insta::assert_snapshot!(wrong("[tenants.acme.platforms]\nallow = ['10.0.0.0/8', '10.0.0.0/80']\n"), @r#"
    error: `tenants.acme.platforms.allow[1]` is not an IP address or a network
     --> callward.toml:2:24
      |
    2 | allow = ['10.0.0.0/8', '10.0.0.0/80']
      |                        ^^^^^^^^^^^^^
      |
      = help: write it like 192.0.2.7 or 10.0.0.0/8
    "#);
}

#[test]
fn a_missing_secret_names_its_variable_or_file() {
    let text = "[tenants.acme.consent]\nclient_id = 'a'\nclient_secret = 'env:CONSENT_SECRET'\norg = 'a'\nregion = 'eu'\n";
    insta::assert_snapshot!(wrong(text), @r#"
    error: `tenants.acme.consent.client_secret` is missing: the environment variable CONSENT_SECRET is not set
     --> callward.toml:3:17
      |
    3 | client_secret = 'env:CONSENT_SECRET'
      |                 ^^^^^^^^^^^^^^^^^^^^
      |
      = help: set it before the start, or write the value in its place
    "#);

    insta::assert_snapshot!(wrong("[security]\nmaster_key = 'file:no-such-file'\n"), @r#"
    error: `security.master_key` is missing: no-such-file cannot be read: No such file or directory (os error 2)
     --> callward.toml:2:14
      |
    2 | master_key = 'file:no-such-file'
      |              ^^^^^^^^^^^^^^^^^^^
      |
      = help: set it before the start, or write the value in its place
    "#);
}

#[test]
fn a_missing_key_is_told_at_its_table() {
    insta::assert_snapshot!(wrong("[tenants.acme]\n[[tenants.acme.processes]]\nname = 'A'\ncode = 'a'\n"), @r#"
    error: `tenants.acme.processes[0].flow` is missing
     --> callward.toml:2:1
      |
    2 | [[tenants.acme.processes]]
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `flow` in this table
    "#);
}

#[test]
fn what_the_clients_find_is_told_at_its_key() {
    let text = "[tenants.acme.web_services.production]\ncode_authentication = 'http://crm.example.org/check'\n";
    insta::assert_snapshot!(wrong(text), @r#"
    error: `tenants.acme.web_services.production.code_authentication` is plain http to crm.example.org
     --> callward.toml:2:23
      |
    2 | code_authentication = 'http://crm.example.org/check'
      |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: use https, or allow_insecure = true beside it
    "#);

    insta::assert_snapshot!(wrong("[tenants.acme]\nSMS.URL = 'http://sms.example.org/?key=hunter2'\n"), @r#"
    error: `tenants.acme.SMS.URL` is plain http to sms.example.org
     --> callward.toml:2:11
      |
    2 | SMS.URL = *************************************
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: use https, or allow_insecure = true beside it
    "#);
}

#[test]
fn what_the_clients_miss_is_told_at_the_table() {
    let text = "[tenants.acme.consent]\nclient_id = 'a'\nclient_secret = 'b'\norg = 'a'\n";

    insta::assert_snapshot!(wrong(text), @r#"
    error: `tenants.acme.consent.base_url` is missing
     --> callward.toml:1:15
      |
    1 | [tenants.acme.consent]
      |               ^^^^^^^
      |
      = help: write it, or org and region in its place

    error: `tenants.acme.consent.token_url` is missing
     --> callward.toml:1:15
      |
    1 | [tenants.acme.consent]
      |               ^^^^^^^
      |
      = help: write it, or org and region in its place
    "#);
}

#[test]
fn two_processes_with_one_code_are_a_finding() {
    let text =
        "[[tenants.a.processes]]\nname = 'A'\ncode = 'x'\nflow = 'f'\n[[tenants.a.processes]]\nname = 'B'\ncode = ' x '\nflow = 'f'\n";

    insta::assert_snapshot!(wrong(text), @r#"
    error: `tenants.a.processes[1].code` is the code of another process
     --> callward.toml:7:8
      |
    7 | code = ' x '
      |        ^^^^^
      |
      = help: write a code that no other process of this tenant has
    "#);
}

#[test]
fn a_line_that_is_not_toml_shows_none_of_its_values() {
    insta::assert_snapshot!(wrong("[store]\nurl = 'postgres://user:hunter2@db\n"), @r#"
    error: not TOML: invalid literal string, expected `'`
     --> callward.toml:2:34
      |
    2 | url =****************************
      |                                  ^
    "#);
}

#[test]
fn a_line_with_table_and_value_shows_the_table_alone() {
    insta::assert_snapshot!(wrong("[store] url = 'postgres://user:hunter2@db'\n"), @r#"
    error: not TOML: unexpected key or value, expected newline, `#`
     --> callward.toml:1:9
      |
    1 | [store] url =*****************************
      |         ^
    "#);
}

#[test]
fn a_key_written_twice_is_a_finding() {
    insta::assert_snapshot!(wrong("[flows]\ndir = 'a'\ndir = 'b'\n"), @r#"
    error: not TOML: duplicate key
     --> callward.toml:3:1
      |
    3 | dir =****
      | ^^^
    "#);
}

#[test]
fn a_variable_is_shown_like_a_line() {
    insta::assert_snapshot!(wrong_with("", &[("CALLWARD_HTTP__DRAIN_SECONDS", "soon")]), @r#"
    error: `http.drain_seconds` is no whole number
     --> environment:1:30
      |
    1 | CALLWARD_HTTP__DRAIN_SECONDS=soon
      |                              ^^^^
      |
      = help: write a whole number from 0 to 3600
    "#);
}

#[test]
fn all_findings_come_at_once_in_the_order_of_the_file() {
    let text = "[http]\nlisten = 5\ndrain_second = 1\n[store]\nurl = 'mysql://u:hunter2@db'\n[tenants.acme]\ntime_zone = 'Mars'\n";

    let wrong = wrong_with(text, &[("CALLWARD_RECORDS__KEEP_DAYS", "0")]);

    let places: Vec<&str> = wrong.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).collect();
    assert_eq!(places, ["callward.toml:2:10", "callward.toml:3:1", "callward.toml:5:7", "callward.toml:7:13", "environment:1:29"]);
    assert!(!wrong.contains("hunter2"), "{wrong}");
}

#[test]
fn what_cannot_stand_alone_or_in_its_form_is_refused() {
    let long = format!("[[tenants.a.processes]]\nname = '{}'\ncode = 'a'\nflow = 'f'\n", "ü".repeat(129));
    let refused = [
        ("[http]\ntls_key = 'k.pem'\n", "`http.tls_key` has no certificate"),
        ("[http]\npublic_url = 'ftp://example.org'\n", "`http.public_url` is no web address"),
        ("[store]\nurl = 'postgres://db/callward'\n", "`store.url` needs a master key that all nodes share"),
        ("[security]\nmaster_key = 'c2hvcnQ='\n", "`security.master_key` cannot be used"),
        ("[tenants.'a/b']\n", "`a/b` cannot name a tenant"),
        ("[tenants.a]\ntime_zone = 'Mars'\n", "`tenants.a.time_zone` is no time zone of the IANA database"),
        (
            "[tenants.a]\ndefault_country = 'ZZ'\nSMS.URL = 'https://sms.example.org/'\n",
            "`tenants.a.default_country` is no country code of ISO 3166",
        ),
        ("[tenants.a.platforms]\nusers = { ivr = '' }\n", "`tenants.a.platforms.users.ivr` is empty"),
        (&long, "`tenants.a.processes[0].name` has 129 letters"),
    ];

    for (text, message) in refused {
        assert_eq!(wrong(text).lines().next(), Some(format!("error: {message}").as_str()));
    }
}

#[test]
fn a_file_cut_anywhere_is_read_or_refused_and_shows_no_secret() {
    let text = "[tenants.acme]\nplatforms.users = { ivr = \"hunter2\", \"ünï\" = 'hunter2' }\nSMS.URL = \"\"\"\nhunter2\"\"\"\nSMS.Metod = 'hunter2'\n";

    for (cut, _) in text.char_indices() {
        let parsed = Config::parse(Path::new("callward.toml"), &text[..cut], &BTreeMap::new());
        let shown = parsed.map_or_else(|findings| findings.to_string(), |config| format!("{config:?}"));
        assert!(!shown.contains("hun"), "{shown}");
    }
}

pub(super) fn wrong(text: &str) -> String {
    wrong_with(text, &[])
}

pub(super) fn wrong_with(text: &str, variables: &[(&str, &str)]) -> String {
    let environment: BTreeMap<_, _> = variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Config::parse(Path::new("callward.toml"), text, &environment).unwrap_err().to_string()
}
