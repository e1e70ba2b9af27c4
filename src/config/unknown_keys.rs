//! Keys that nobody knows, and what is answered to them.

use super::renderings::{wrong, wrong_with};

#[test]
fn an_unknown_key_is_answered_with_the_nearest_name() {
    let text = "[http]\nlisen = '0.0.0.0:80'\n";

    insta::assert_snapshot!(wrong(text), @r#"
    error: unknown key `lisen` in [http]
     --> callward.toml:2:1
      |
    2 | lisen = ************
      | ^^^^^
      |
      = help: did you mean `listen`?
    "#);
}

#[test]
fn a_key_in_the_wrong_table_is_told_where_it_belongs() {
    insta::assert_snapshot!(wrong("[store]\nkeep_days = 30\n"), @r#"
    error: unknown key `keep_days` in [store]
     --> callward.toml:2:1
      |
    2 | keep_days = **
      | ^^^^^^^^^
      |
      = help: there is `records.keep_days`
    "#);
}

#[test]
fn an_unknown_table_is_answered_with_those_there_are() {
    insta::assert_snapshot!(wrong("[zones]\nlisten = 1\n"), @r#"
    error: unknown key `zones` at the top
     --> callward.toml:1:2
      |
    1 | [zones]
      |  ^^^^^
      |
      = help: known here: flows, http, records, security, sip, speech, store, tenants
    "#);
}

#[test]
fn a_misspelt_vendor_name_is_answered_and_its_value_stays_dark() {
    let text = "[tenants.acme]\nEmail.SMTP = { Host = 'localhost', Port = 25, Passwort = 'hunter2', Username = 'x' }\n";

    insta::assert_snapshot!(wrong(text), @r#"
    error: unknown key `Passwort` in [tenants.acme.Email.SMTP]
     --> callward.toml:2:47
      |
    2 | Email.SMTP = { Host = 'localhost', Port = 25, Passwort = *********, Username = 'x' }
      |                                               ^^^^^^^^
      |
      = help: did you mean `Password`?

    error: `tenants.acme.Email.SMTP.Username` needs Email.SMTP.Password, and the other way round
     --> callward.toml:2:80
      |
    2 | Email.SMTP = { Host = 'localhost', Port = 25, Passwort = *********, Username = 'x' }
      |                                                                                ^^^
      |
      = help: callward.example.toml shows how it is written
    "#);
}

#[test]
fn a_variable_that_is_no_key_is_a_finding() {
    insta::assert_snapshot!(wrong_with("", &[("CALLWARD_HTTP__LISTN", "0.0.0.0:80")]), @r#"
    error: unknown key `listn` in [http]
     --> environment:1:16
      |
    1 | CALLWARD_HTTP__LISTN=**********
      |                ^^^^^
      |
      = help: did you mean `CALLWARD_HTTP__LISTEN`?
    "#);
}
