//! What no log and no record may tell: codes, keys that were pressed, whole numbers and addresses.

use crate::flow::Method;

use super::moment::Moment;
use super::trouble::Trouble;
use super::world::State;

/// Fewest digits that can be told from any other number in a log.
const FEWEST_DIGITS: usize = 5;

/// Holds what was written in a case against everything in it that is nobody's business.
pub(super) fn check(state: &State, conversation: &[Moment], written: &str) -> Result<(), Trouble> {
    let told = secrets(state, conversation).into_iter().find_map(|(what, secret)| Some((what, line_with(&secret, written)?)));
    match told {
        None => Ok(()),
        Some((what, line)) => {
            Err(Trouble::difference(&format!("{what} stands in the log or in a record of this case"), format!("it says:\n{line}")))
        }
    }
}

/// What must not be told, and what to call it.
fn secrets(state: &State, conversation: &[Moment]) -> Vec<(&'static str, String)> {
    let codes = state.codes.iter().map(|code| ("a code", code.expose().to_owned()));
    let contacts = state.customers.values().flatten().filter_map(|(method, target)| match method {
        Method::Sms => Some(("a whole number", target.trim_start_matches('+').to_owned())),
        Method::Email => Some(("a whole address", target.clone())),
        Method::Authenticator => None,
    });
    let pressed = conversation.iter().filter_map(|moment| {
        let Moment::Pressed(keys) = moment else { return None };
        Some(("what the caller pressed", keys.trim_end_matches('#').to_owned()))
    });
    let long_enough = |secret: &str| secret.len() >= FEWEST_DIGITS;
    codes.chain(contacts).chain(pressed).filter(|(_, secret)| long_enough(secret)).collect()
}

/// The line that holds `secret`, not as a part of a longer number.
fn line_with<'w>(secret: &str, written: &'w str) -> Option<&'w str> {
    let is_digit = |neighbour: Option<char>| neighbour.is_some_and(|neighbour| neighbour.is_ascii_alphanumeric());
    written.lines().find(|line| {
        line.match_indices(secret).any(|(at, _)| {
            let (before, after) = (line[..at].chars().next_back(), line[at + secret.len()..].chars().next());
            !is_digit(before) && !is_digit(after)
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::secret::Digits;

    use super::*;

    #[test]
    fn codes_keys_and_whole_numbers_are_found_and_parts_of_others_are_not() {
        let mut state = State::with_customer("1", "+491701234521");
        state.codes.push(Digits::new("012345"));
        let pressed = [Moment::Pressed("987654#".to_owned())];
        let told = |written: &str| check(&state, &pressed, written).err().map(|trouble| trouble.hint);

        assert_eq!(told("call begins\nthe code is 012345.\n"), Some("it says:\nthe code is 012345.".to_owned()));
        assert!(told(r#"to="+491701234521""#).is_some());
        assert!(told("keys=987654").is_some());
        assert_eq!(told("call 9012345a to +49…21, 1012345"), None);
    }
}
