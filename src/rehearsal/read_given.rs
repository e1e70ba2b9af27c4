//! `given …`: what holds in the world of a case.

use crate::finding::Finding;
use crate::flow::{Method, Transferred};

use super::rest::{Rest, duration, needed, read_consent, wrong};
use super::transcript::{Answer, Given, Manner};

const EXAMPLE: &str = "given     sms gateway is down";

/// Reads what stands behind `given`.
pub(super) fn read_given(rest: &Rest<'_>) -> Result<Given, Finding> {
    let text = needed(rest, EXAMPLE)?;
    if let Some(customer) = text.strip_prefix("customer ") {
        return read_customer(customer, rest);
    }
    if let Some(setting) = text.strip_prefix("setting ") {
        return read_setting(setting, rest);
    }
    if let Some(preset) = text.strip_prefix("preset ") {
        return Ok(Given::Preset(preset.trim().to_owned()));
    }
    if let Some(caller) = text.strip_prefix("caller ") {
        return read_caller(caller.trim(), rest);
    }
    if let Some(transfer) = read_transfer(text) {
        return Ok(transfer);
    }
    if let Some((name, manner)) = read_service(text) {
        return Ok(Given::Service { name: name.to_owned(), manner });
    }
    if text.starts_with("consent ") {
        return read_consent(rest).map(Given::Consent);
    }
    let what = "nothing can be given like this: a customer, setting, preset, consent, caller, or how a service behaves";
    Err(wrong(rest, what, EXAMPLE))
}

/// `ID: METHOD TARGET, …`, or `ID: nothing`.
fn read_customer(text: &str, rest: &Rest<'_>) -> Result<Given, Finding> {
    let example = "given     customer 1001: email ana@example.org, sms +491701234521";
    let (id, contacts) = text.split_once(':').ok_or_else(|| wrong(rest, "there is no : behind the account number", example))?;
    let id = id.trim().to_owned();
    if contacts.trim() == "nothing" {
        return Ok(Given::Customer { id, contacts: Vec::new() });
    }
    let contacts = contacts.split(',').map(|contact| {
        let mut words = contact.split_whitespace();
        let method = words.next().and_then(Method::named)?;
        let target = words.next().unwrap_or_default().to_owned();
        words.next().is_none().then_some((method, target))
    });
    let contacts = contacts.collect::<Option<Vec<_>>>();
    let contacts = contacts.ok_or_else(|| wrong(rest, "a contact is email, sms or authenticator, and where to", example))?;
    Ok(Given::Customer { id, contacts })
}

fn read_setting(text: &str, rest: &Rest<'_>) -> Result<Given, Finding> {
    let example = "given     setting maximum_attempts_at_sending = 5";
    let (name, value) = text.split_once('=').ok_or_else(|| wrong(rest, "there is no = behind the setting", example))?;
    Ok(Given::Setting { name: name.trim().to_owned(), value: value.trim().to_owned() })
}

fn read_caller(text: &str, rest: &Rest<'_>) -> Result<Given, Finding> {
    if text == "is not verified" {
        return Ok(Given::Verified(None));
    }
    let id = text.strip_prefix("is verified as ").map(str::trim).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| wrong(rest, "this is nothing that a caller is", "given     caller is verified as 1001"))?;
    Ok(Given::Verified(Some(id.to_owned())))
}

/// `sip:X answers`, `does not answer`, `is busy`, `cannot be reached`.
fn read_transfer(text: &str) -> Option<Given> {
    let (to, how) = text.split_once(char::is_whitespace)?;
    let goes = match how.trim() {
        "answers" => Transferred::Ended,
        "does not answer" => Transferred::NoAnswer,
        "is busy" => Transferred::Busy,
        "cannot be reached" => Transferred::Failed,
        _ => return None,
    };
    (to.starts_with("sip:") || to.starts_with("tel:")).then(|| Given::Transfer { to: to.to_owned(), goes })
}

/// `NAME is down`, `NAME takes 6s`, `NAME loses messages`, `NAME answers "s1", "s2" field=value`.
fn read_service(text: &str) -> Option<(&str, Manner)> {
    if let Some(name) = text.strip_suffix(" loses messages") {
        return Some((name.trim(), Manner::Loses));
    }
    if let Some(name) = text.strip_suffix(" is down") {
        return Some((name.trim(), Manner::Down));
    }
    if let Some((name, answers)) = text.split_once(" answers ") {
        let answers = read_answers(answers)?;
        return Some((name.trim(), Manner::Answers(answers)));
    }
    let (name, long) = text.split_once(" takes ")?;
    Some((name.trim(), Manner::Takes(duration(long.trim())?)))
}

/// One or more answers with commas between them.
fn read_answers(text: &str) -> Option<Vec<Answer>> {
    let mut answers = Vec::new();
    let mut rest = text.trim();
    loop {
        let (status, after) = quoted(rest)?;
        let (fields, after) = read_fields(after)?;
        answers.push(Answer { status: status.to_owned(), fields });
        rest = after;
        if rest.is_empty() {
            return Some(answers);
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

/// `name=value name="a value"`, up to a comma or the end; and what stands behind.
fn read_fields(text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut fields = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && !rest.starts_with(',') {
        let (name, after) = rest.split_once('=')?;
        let bare = || after.split_at(after.find([' ', ',']).unwrap_or(after.len()));
        let (value, after) = quoted(after).unwrap_or_else(|| (bare().0, bare().1.trim_start()));
        fields.push((name.trim().to_owned(), value.to_owned()));
        rest = after;
    }
    Some((fields, rest))
}

/// A quoted text, and what stands behind it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let (inside, after) = text.strip_prefix('"')?.split_once('"')?;
    Some((inside, after.trim_start()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::transcript::Consent;
    use super::*;

    fn read(text: &str) -> Result<Given, Finding> {
        read_given(&Rest { text, span: 0..text.len() })
    }

    fn service(text: &str) -> (String, Manner) {
        match read(text) {
            Ok(Given::Service { name, manner }) => (name, manner),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_customer_has_contacts_or_nothing() {
        let Ok(Given::Customer { id, contacts }) = read("customer 1001: email ana@example.org, sms +491701234521") else { panic!() };

        assert_eq!(id, "1001");
        assert_eq!(contacts, [(Method::Email, "ana@example.org".to_owned()), (Method::Sms, "+491701234521".to_owned())]);
        assert!(matches!(read("customer 1004: nothing"), Ok(Given::Customer { contacts, .. }) if contacts.is_empty()));
        assert!(read("customer 1001: pigeon here").is_err());
    }

    #[test]
    fn services_are_down_slow_or_answer() {
        assert_eq!(service("sms gateway is down"), ("sms gateway".to_owned(), Manner::Down));
        assert_eq!(service("consent read takes 6s"), ("consent read".to_owned(), Manner::Takes(Duration::from_secs(6))));
        let answer = |status: &str| Answer { status: status.to_owned(), fields: Vec::new() };
        let answers = Manner::Answers(vec![answer("not found"), answer("success, trust me")]);
        assert_eq!(service(r#"find_account answers "not found", "success, trust me""#), ("find_account".to_owned(), answers));
        assert_eq!(service("sms gateway loses messages"), ("sms gateway".to_owned(), Manner::Loses));
        assert!(read("find_account answers success").is_err());
        let fields = [("day".to_owned(), "the tenth, at noon".to_owned()), ("room".to_owned(), "4".to_owned())];
        let answers = vec![answer("pending"), Answer { status: "success".to_owned(), fields: fields.into() }];
        let told = r#"calendar answers "pending", "success" day="the tenth, at noon" room=4"#;
        assert_eq!(service(told), ("calendar".to_owned(), Manner::Answers(answers)));
    }

    #[test]
    fn consents_callers_and_transfers_are_told_apart() {
        let consent = Consent { contact: "+4930901820".into(), status: "Consented?".into() };
        assert!(matches!(read(r#"consent +4930901820 is "Consented?""#), Ok(Given::Consent(given)) if given == consent));
        assert!(matches!(read("caller is verified as 1001"), Ok(Given::Verified(Some(id))) if id == "1001"));
        assert!(matches!(read("caller is not verified"), Ok(Given::Verified(None))));
        assert!(matches!(read("sip:agents@127.0.0.1:5070 does not answer"), Ok(Given::Transfer { goes: Transferred::NoAnswer, .. })));
        assert!(matches!(read("setting a = b = c"), Ok(Given::Setting { value, .. }) if value == "b = c"));
        assert!(read("the sun shines").is_err());
    }
}
