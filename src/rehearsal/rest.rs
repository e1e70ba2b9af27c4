//! What stands behind the verb of a line, and the small forms that several lines share.

use std::ops::Range;
use std::time::Duration;

use crate::finding::Finding;

use super::transcript::Consent;

/// The rest of a line, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Rest<'t> {
    pub text: &'t str,
    pub span: Range<usize>,
}

/// What is wrong with the rest of a line, and how it would be right.
pub(super) fn wrong(rest: &Rest<'_>, what: impl Into<String>, example: &str) -> Finding {
    Finding::error("unreadable-line", rest.span.clone(), what).hint(format!("write it like this: {example}"))
}

/// The rest, which must be there.
pub(super) fn needed<'t>(rest: &Rest<'t>, example: &str) -> Result<&'t str, Finding> {
    match rest.text {
        "" => Err(wrong(rest, "something is missing here", example)),
        text => Ok(text),
    }
}

/// `CONTACT is STATUS`.
pub(super) fn read_consent(rest: &Rest<'_>) -> Result<Consent, Finding> {
    let example = "consent +4930901820 is CONSENTED";
    let told = rest.text.strip_prefix("consent ").and_then(|told| told.split_once(" is "));
    let (contact, status) = told.ok_or_else(|| wrong(rest, "this is no consent", example))?;
    let status = status.trim();
    let bare = status.strip_prefix('"').and_then(|status| status.strip_suffix('"')).unwrap_or(status);
    Ok(Consent { contact: contact.trim().to_owned(), status: bare.to_owned() })
}

/// `40s`, `6m`, `1h`, `500ms`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let number: u64 = number.parse().ok()?;
    let milliseconds = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    milliseconds.map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("6m"), Some(Duration::from_secs(360)));
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("1h"), Some(Duration::from_secs(3600)));
        assert!(["", "6", "m", "6 m", "six m", "99999999999999999h"].into_iter().all(|text| duration(text).is_none()));
    }
}
