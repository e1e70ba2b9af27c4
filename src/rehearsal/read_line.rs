//! What stands behind the verb of a line.

use crate::finding::Finding;
use crate::flow::Method;

use super::pattern::{Pattern, place};
use super::read_given::read_given;
use super::rest::{Rest, duration, needed, read_consent, wrong};
use super::transcript::{Consent, Ends, Hears, Keys, Never, Receives, Tells};

/// Reads the line that begins with `verb`.
pub(super) fn read_line(verb: &str, rest: &Rest<'_>) -> Result<Tells, Finding> {
    match verb {
        "given" => read_given(rest).map(Tells::Given),
        "call" => read_call(rest),
        "presses" => read_keys(rest).map(Tells::Presses),
        "stays silent" => read_silence(rest),
        "hangs up" => nothing_more(rest, Tells::HangsUp),
        "clock" => read_clock(rest),
        "hears" => read_hears(rest).map(Tells::Hears),
        "receives" => read_receives(rest).map(Tells::Receives),
        "asks" => read_asks(rest),
        "written" => read_written(rest).map(Tells::Written),
        "transfers to" => Ok(Tells::Transfers(needed(rest, "transfers to sip:agents@example.org")?.to_owned())),
        "returns" => read_ends(rest).map(Tells::Returns),
        "recorded" => read_ends(rest).map(Tells::Recorded),
        "hung up" => nothing_more(rest, Tells::HungUp),
        "never hears" => read_hears(rest).map(Never::Hears).map(Tells::Never),
        "never asks" => Ok(Tells::Never(Never::Asks(needed(rest, "never asks  find_account")?.to_owned()))),
        "never logs" => Ok(Tells::Never(Never::Logs(needed(rest, "never logs  {code}")?.to_owned()))),
        unknown => Err(Finding::error("unknown-line", rest.span.clone(), format!("no line begins with `{unknown}`"))),
    }
}

fn nothing_more(rest: &Rest<'_>, tells: Tells) -> Result<Tells, Finding> {
    match rest.text {
        "" => Ok(tells),
        more => Err(Finding::error("unreadable-line", rest.span.clone(), format!("`{more}` means nothing here")).hint("leave it out")),
    }
}

fn read_call(rest: &Rest<'_>) -> Result<Tells, Finding> {
    let example = "call      +4930901820 -> two-factor  identity=1001 lang=es";
    let Some((from, callee)) = rest.text.split_once("->") else {
        return Err(wrong(rest, "who calls what? There is no ->", example));
    };
    let mut words = callee.split_whitespace();
    let target = words.next().ok_or_else(|| wrong(rest, "nothing stands behind ->", example))?;
    let variables = words.map(|word| pair(word).ok_or_else(|| wrong(rest, format!("`{word}` is no name=value"), example)));
    Ok(Tells::Call { from: from.trim().to_owned(), target: target.to_owned(), variables: variables.collect::<Result<_, _>>()? })
}

fn read_asks(rest: &Rest<'_>) -> Result<Tells, Finding> {
    let example = "asks      send_authentication_code  accountNumber=1002 TwoFactorAuthSelectedMethod=SMS";
    let mut words = needed(rest, example)?.split_whitespace();
    let service = words.next().unwrap_or_default().to_owned();
    let fields = words.map(|word| pair(word).ok_or_else(|| wrong(rest, format!("`{word}` is no name=value"), example)));
    Ok(Tells::Asks { service, fields: fields.collect::<Result<_, _>>()? })
}

fn pair(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

fn read_keys(rest: &Rest<'_>) -> Result<Vec<Keys>, Finding> {
    let example = "presses   {code}, or presses   8#";
    let mut keys = Vec::new();
    let mut left = needed(rest, example)?;
    while let Some((before, name, after)) = place(left) {
        push_keys(&mut keys, before);
        keys.push(if name == "wrong" { Keys::Wrong } else { Keys::Bound(name.to_owned()) });
        left = after;
    }
    push_keys(&mut keys, left);
    let odd = keys.iter().find_map(|keys| match keys {
        Keys::These(these) => these.chars().find(|key| !key.is_ascii_digit() && !matches!(key, '*' | '#')),
        Keys::Bound(_) | Keys::Wrong => None,
    });
    match odd {
        Some(odd) => Err(wrong(rest, format!("a telephone has no key `{odd}`"), example)),
        None => Ok(keys),
    }
}

fn push_keys(keys: &mut Vec<Keys>, written: &str) {
    let these: String = written.chars().filter(|key| !key.is_whitespace()).collect();
    if !these.is_empty() {
        keys.push(Keys::These(these));
    }
}

fn read_silence(rest: &Rest<'_>) -> Result<Tells, Finding> {
    if rest.text.is_empty() {
        return Ok(Tells::StaysSilent(None));
    }
    let long = rest.text.strip_prefix("for ").and_then(|long| duration(long.trim()));
    long.map(|long| Tells::StaysSilent(Some(long))).ok_or_else(|| wrong(rest, "this is no time", "stays silent for 40s"))
}

fn read_clock(rest: &Rest<'_>) -> Result<Tells, Finding> {
    let passed = rest.text.strip_prefix('+').and_then(|passed| duration(passed.trim()));
    passed.map(Tells::Clock).ok_or_else(|| wrong(rest, "this is no time that passes", "clock     +31s"))
}

fn read_hears(rest: &Rest<'_>) -> Result<Hears, Finding> {
    let text = needed(rest, "hears     Thank you, that is done.")?;
    if text == "nothing" {
        return Ok(Hears::Nothing);
    }
    if let Some(id) = text.strip_prefix('[').and_then(|id| id.strip_suffix(']')) {
        return Ok(Hears::Prompt(id.trim().to_owned()));
    }
    Pattern::words(text).map(Hears::Words).map_err(|_| wrong(rest, "this is too long to be compared", "hears     Thank you …"))
}

fn read_receives(rest: &Rest<'_>) -> Result<Option<Receives>, Finding> {
    let example = "receives  sms +491701234521: {code} is your code …";
    if needed(rest, example)? == "nothing" {
        return Ok(None);
    }
    let Some((by, text)) = rest.text.split_once(':') else {
        return Err(wrong(rest, "there is no : before the message", example));
    };
    let mut words = by.split_whitespace();
    let method = words.next().and_then(Method::named).ok_or_else(|| wrong(rest, "messages come by sms or email", example))?;
    let to = words.next().map(str::to_owned);
    if let Some(more) = words.next() {
        return Err(wrong(rest, format!("`{more}` is one word too many"), example));
    }
    let text = Pattern::message(text.trim()).map_err(|_| wrong(rest, "this is too long to be compared", example))?;
    Ok(Some(Receives { method, to, text }))
}

fn read_written(rest: &Rest<'_>) -> Result<Option<Consent>, Finding> {
    match rest.text {
        "nothing" => Ok(None),
        _ => read_consent(rest).map(Some),
    }
}

/// `PATH[: VERDICT[ by METHOD][, REASON]]`.
fn read_ends(rest: &Rest<'_>) -> Result<Ends, Finding> {
    let text = needed(rest, "returns   success: verified by sms, code_correct")?;
    let (path, more) = text.split_once(':').unwrap_or((text, ""));
    let (verdict, reason) = more.split_once(',').unwrap_or((more, ""));
    let (verdict, method) = verdict.split_once(" by ").unwrap_or((verdict, ""));
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(Ends { path: path.trim().to_owned(), verdict: said(verdict), method: said(method), reason: said(reason) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(verb: &str, text: &str) -> Result<Tells, Finding> {
        read_line(verb, &Rest { text, span: 0..text.len() })
    }

    #[test]
    fn a_call_has_a_caller_a_target_and_variables() {
        let Ok(Tells::Call { from, target, variables }) = read("call", "+49 -> two-factor  identity=1001 lang=es") else { panic!() };

        assert_eq!((from.as_str(), target.as_str()), ("+49", "two-factor"));
        assert_eq!(variables, [("identity".to_owned(), "1001".to_owned()), ("lang".to_owned(), "es".to_owned())]);
    }

    #[test]
    fn keys_are_keys_names_and_wrong_ones() {
        let Ok(Tells::Presses(keys)) = read("presses", "1 {code}#{wrong}") else { panic!() };

        assert_eq!(keys, [Keys::These("1".into()), Keys::Bound("code".into()), Keys::These("#".into()), Keys::Wrong]);
        assert!(read("presses", "1a").is_err());
        assert!(read("presses", "").is_err());
    }

    #[test]
    fn an_ending_has_a_path_and_perhaps_more() {
        let ends = |text: &str| match read("returns", text) {
            Ok(Tells::Returns(ends)) => (ends.path, ends.verdict, ends.method, ends.reason),
            other => panic!("{other:?}"),
        };

        assert_eq!(ends("consented"), ("consented".into(), None, None, None));
        assert_eq!(ends("done: not_verified"), ("done".into(), Some("not_verified".into()), None, None));
        let whole = ends("success: verified by sms, already_verified");
        assert_eq!(whole, ("success".into(), Some("verified".into()), Some("sms".into()), Some("already_verified".into())));
    }

    #[test]
    fn a_line_that_cannot_be_read_says_how_to_write_it() {
        for (verb, text) in [
            ("call", "+49 two-factor"),
            ("call", "+49 ->"),
            ("call", "+49 -> x y"),
            ("clock", "6m"),
            ("stays silent", "long"),
            ("receives", "pigeon: {code}"),
            ("receives", "sms {code}"),
            ("written", "+49 is CONSENTED"),
            ("hangs up", "now"),
            ("hears", ""),
            ("asks", ""),
            ("returns", ""),
        ] {
            let finding = read(verb, text).unwrap_err();
            assert!(!finding.hint.is_empty(), "{finding:?}");
        }
    }
}
