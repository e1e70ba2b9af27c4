//! Rule expansions, as both forms are read into them (SRGS 1.0 §2).

use url::Url;

use super::error::GrammarError;
use crate::xml::Position;

/// A legal right hand side of a rule (SRGS 1.0 §2).
#[derive(Debug, Clone)]
pub(super) enum Expansion {
    /// Keys or words, in sequence; each as [`super::tokens`] spells it.
    Tokens(Vec<String>),
    /// What another rule matches (§2.2).
    Rule(Target, Position),
    /// One after the other (§2.3). Empty, it is `NULL`.
    Sequence(Vec<Expansion>),
    /// One of several; the first is preferred where the input fits more than one (§2.4).
    Choice(Vec<Expansion>),
    /// So many times (§2.5).
    Repeat(Box<Expansion>, Times),
    /// A semantic tag (§2.6).
    Tag(String),
    /// Matches nothing, ever (§2.2.3).
    Void,
    /// Matches anything up to what comes next (§2.2.3).
    Garbage,
}

/// How often something is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub least: u32,
    /// `None`: without end.
    pub most: Option<u32>,
}

/// What a rule reference names (SRGS 1.0 §2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A rule of the same grammar.
    Local(String),
    /// A rule of another grammar: the named one, else its root.
    External { grammar: Url, rule: Option<String>, media_type: Option<String> },
    /// One of the platform's own grammars.
    Builtin(String),
}

impl Expansion {
    /// Every rule reference in it, in document order.
    pub fn references(&self) -> Vec<(&Target, Position)> {
        match self {
            Self::Rule(target, position) => vec![(target, *position)],
            Self::Sequence(parts) | Self::Choice(parts) => parts.iter().flat_map(Self::references).collect(),
            Self::Repeat(body, _) => body.references(),
            Self::Tokens(_) | Self::Tag(_) | Self::Void | Self::Garbage => Vec::new(),
        }
    }
}

impl Times {
    /// Reads `n`, `m-n` or `m-` (SRGS 1.0 §2.5).
    pub fn read(text: &str, position: Position) -> Result<Self, GrammarError> {
        let fault = |why: &str| GrammarError::malformed(format!("the repeat {text:?} {why}: write n, m-n or m-"), position);
        let number = |digits: &str| match digits.bytes().all(|digit| digit.is_ascii_digit()) {
            true => digits.parse().map_err(|_| fault("is no count that can be used")),
            false => Err(fault("is not a count")),
        };
        let times = match text.split_once('-') {
            None => Self { least: number(text)?, most: Some(number(text)?) },
            Some((least, "")) => Self { least: number(least)?, most: None },
            Some((least, most)) => Self { least: number(least)?, most: Some(number(most)?) },
        };
        match times.most {
            Some(most) if most < times.least => Err(fault("ends before it begins")),
            Some(_) | None => Ok(times),
        }
    }
}

/// Reads a weight or a repeat probability: digits with at most one point, no sign and no exponent (SRGS 1.0 §2.4.1).
pub(super) fn read_weight(text: &str, most: f64, position: Position) -> Result<f64, GrammarError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match text.parse::<f64>() {
        Ok(weight) if plain && weight <= most => Ok(weight),
        Ok(_) | Err(_) => Err(GrammarError::malformed(format!("{text:?} is no weight or probability that is allowed here"), position)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_is_a_count_a_range_or_an_open_range() {
        let read = |text| Times::read(text, Position::default()).ok().map(|times| (times.least, times.most));

        assert_eq!(read("3"), Some((3, Some(3))));
        assert_eq!(read("0-0"), Some((0, Some(0))));
        assert_eq!(read("2-"), Some((2, None)));
        for wrong in ["", "-", "-1", "3-1", "1--1", "1-Z", "ABC", "+1", "1 - 2", "99999999999"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_weight_has_no_sign_and_no_exponent() {
        let read = |text, most| read_weight(text, most, Position::default()).ok();

        assert_eq!(read("2.5", f64::MAX), Some(2.5));
        assert_eq!(read(".5", 1.0), Some(0.5));
        for wrong in ["", ".", "-1", "1e3", "1.2", "inf", "NaN"] {
            assert_eq!(read(wrong, 1.0), None, "{wrong}");
        }
    }
}
