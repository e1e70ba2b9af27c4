//! The four statuses of a contact's consent, and the JSON they travel in (requirements T5, T6, T11).

use serde::{Deserialize, Serialize};

/// What a contact has said about enrolling their voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConsentStatus {
    /// Nothing yet; also the status of a contact that nobody knows.
    NoConsent,
    /// Yes: the only status that allows to enrol or capture.
    Consented,
    /// Yes once, and withdrawn with all that was kept.
    Deleted,
    /// No.
    Refused,
}

/// The body of either request and of their answers.
#[derive(Serialize, Deserialize)]
pub(super) struct StatusBody {
    pub(super) status: ConsentStatus,
}

/// The status in a JSON object; curly quotes, other types and unknown words are none.
pub(super) fn parse(body: &[u8]) -> Option<ConsentStatus> {
    // The reader would take a list of the same values for the object.
    let object = body.trim_ascii_start().starts_with(b"{").then_some(body)?;
    serde_json::from_slice(object).ok().map(|body: StatusBody| body.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_word() {
        let words = ["NO_CONSENT", "CONSENTED", "DELETED", "REFUSED"];

        let read = words.map(|word| parse(format!(r#" {{"status":"{word}","since":1}}"#).as_bytes()));

        let statuses = [ConsentStatus::NoConsent, ConsentStatus::Consented, ConsentStatus::Deleted, ConsentStatus::Refused];
        assert_eq!(read, statuses.map(Some));
    }

    #[test]
    fn no_odd_body_is_a_status() {
        for body in [
            "",
            "CONSENTED",
            "\"CONSENTED\"",
            "{}",
            "{\"status\": “CONSENTED”}",
            r#"["CONSENTED"]"#,
            r#"{"status":"consented"}"#,
            r#"{"status":["CONSENTED"]}"#,
            r#"{"status":"CONSENTED","status":"REFUSED"}"#,
            r#"{"status":"CONSENTED"} and more"#,
            r#"{"status":"CONSENTED""#,
        ] {
            assert_eq!(parse(body.as_bytes()), None, "{body}");
        }
    }
}
