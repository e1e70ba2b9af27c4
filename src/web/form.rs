//! What a platform sends: query and form, read within limits; keys go straight into their secret type.

use std::collections::BTreeMap;

use axum::BoxError;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use tokio::time::{Duration, timeout};

use crate::flow::Transferred;
use crate::secret::Digits;
use crate::switchboard::TurnInput;

/// Most bytes of a form.
const MOST_BYTES: usize = 64 << 10;
/// Most fields of query and form together.
const MOST_FIELDS: usize = 100;
/// Most keys of an answer.
const MOST_KEYS: usize = 64;
/// How long a form may take to come in.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a request brings.
pub trait Posted: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static {}

impl<B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static> Posted for B {}

/// The fields of query and form; the form's count where both have one.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads both; `None` when the form is too large, too slow or broken off.
    pub async fn read(query: Option<&str>, body: impl Posted) -> Option<Self> {
        let collected = timeout(PATIENCE, Limited::new(body, MOST_BYTES).collect()).await.ok()?.ok()?;
        let bytes = collected.to_bytes();
        let mut fields = BTreeMap::new();
        let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).chain(url::form_urlencoded::parse(&bytes));
        for (name, value) in pairs.take(MOST_FIELDS) {
            fields.insert(name.into_owned(), value.into_owned());
        }
        Some(Self(fields))
    }

    /// The fields as call variables.
    pub fn variables(self) -> BTreeMap<String, String> {
        self.0
    }

    /// The fields as the answer to a turn: `keys`, or `outcome`.
    pub fn answer(mut self) -> TurnInput {
        if let Some(keys) = self.0.remove("keys") {
            return keys_pressed(&keys).map_or(TurnInput::Garbled, TurnInput::Keys);
        }
        match self.0.get("outcome").map(String::as_str) {
            Some("no_input") => TurnInput::Silence,
            Some("no_match") => TurnInput::NoMatch,
            Some("waiting") => TurnInput::Waited,
            Some(outcome) => Transferred::named(outcome).map_or(TurnInput::Garbled, TurnInput::Transferred),
            None => TurnInput::Garbled,
        }
    }
}

/// Keys as platforms write them: with or without spaces between. A `#` in front is a habit that means nothing.
fn keys_pressed(written: &str) -> Option<Digits> {
    let keys: String = written.chars().filter(|key| !key.is_whitespace()).collect();
    let keys = if keys.len() > 1 { keys.trim_start_matches('#') } else { &keys };
    let known = keys.chars().all(|key| key.is_ascii_digit() || matches!(key, '*' | '#'));
    (known && (1..=MOST_KEYS).contains(&keys.len())).then(|| Digits::new(keys))
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    async fn answer(uri: &str, body: &'static str) -> TurnInput {
        Form::read(uri.split_once('?').map(|(_, query)| query), Full::from(body)).await.map_or(TurnInput::Garbled, Form::answer)
    }

    #[tokio::test]
    async fn keys_and_outcomes_are_read_and_all_else_is_garbled() {
        assert!(matches!(answer("/", "keys=1+2%233").await, TurnInput::Keys(keys) if keys.expose() == "12#3"));
        assert!(matches!(answer("/", "keys=%23123456").await, TurnInput::Keys(keys) if keys.expose() == "123456"));
        assert!(matches!(answer("/", "outcome=no_input").await, TurnInput::Silence));
        assert!(matches!(answer("/", "outcome=no_match").await, TurnInput::NoMatch));
        assert!(matches!(answer("/", "outcome=waiting").await, TurnInput::Waited));
        for garbled in ["", "keys=", "keys=one", "outcome=x", "{\"keys\":1}", "keys=%ff"] {
            assert!(matches!(answer("/", garbled).await, TurnInput::Garbled), "{garbled}");
        }
    }

    #[tokio::test]
    async fn the_forms_word_counts_before_the_querys() {
        let variables = Form::read(Some("lang=en&identity=1"), Full::from("identity=2")).await.unwrap().variables();

        assert_eq!(variables, BTreeMap::from([("identity".into(), "2".into()), ("lang".into(), "en".into())]));
    }

    #[tokio::test]
    async fn a_huge_form_is_not_read() {
        assert!(Form::read(None, Full::from("x".repeat(MOST_BYTES + 1))).await.is_none());
    }
}
