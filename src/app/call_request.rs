//! What `callward call` was asked for.

use std::path::PathBuf;

use url::Url;

use crate::line::Show;

/// The codes of the inbox that `--keys` can name.
const PLACES: [&str; 2] = ["{sms}", "{email}"];

/// What is called, and how.
pub(super) struct Call {
    /// A URL, a flow file, a SIP address, or a process code.
    pub target: String,
    /// Keys to press, one group for each question.
    pub keys: Option<String>,
    /// Call variables.
    pub variables: Vec<(String, String)>,
    /// The caller's number.
    pub from: String,
    /// The gateway, for process codes.
    pub server: Url,
    /// The demo's inbox, for `{sms}` and `{email}`.
    pub inbox: Url,
    /// Where what is heard on a SIP call is written to.
    pub record: Option<PathBuf>,
    /// Who we are to a SIP server that asks.
    pub login: Option<String>,
    /// How it is shown.
    pub show: Show,
}

impl Call {
    /// Refuses groups of keys that nobody can press: places that no inbox fills, and words on a telephone.
    pub fn check_keys(&self) -> Result<(), String> {
        let keys = self.keys.as_deref().unwrap_or_default();
        keys.split_whitespace().try_for_each(|group| check_group(group, self.target.starts_with("sip:")))
    }
}

fn check_group(group: &str, is_telephone: bool) -> Result<(), String> {
    let rest = PLACES.iter().fold(group.to_owned(), |rest, place| rest.replace(place, ""));
    if rest.contains(['{', '}']) {
        return Err(format!("--keys {group}: only {{sms}} and {{email}} can stand in braces"));
    }
    let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#' | 'A'..='D');
    match is_telephone && !rest.chars().all(is_key) {
        true => Err(format!("--keys {group}: a telephone has the keys 0 to 9, *, # and A to D")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_pressed_or_said_is_taken() {
        assert_eq!(check_group("{sms}#", true), Ok(()));
        assert_eq!(check_group("12*A", true), Ok(()));
        assert_eq!(check_group("new_york", false), Ok(()));
        assert!(check_group("{code}", false).unwrap_err().contains("{sms} and {email}"));
        assert!(check_group("new_york", true).unwrap_err().contains("0 to 9"));
    }
}
