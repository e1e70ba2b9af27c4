//! Who agreed to have the voice recognised: the state that the consent service keeps (T5–T8, T11).

use std::collections::BTreeMap;

/// What nobody has said anything about.
const NO_CONSENT: &str = "NO_CONSENT";

/// The states that may be written (T11).
pub const STATUSES: [&str; 4] = [NO_CONSENT, "CONSENTED", "REFUSED", "DELETED"];

/// The state of each contact, by contact id (AMB-15), and what was written over HTTP.
#[derive(Debug, Clone, Default)]
pub struct Consents {
    statuses: BTreeMap<String, String>,
    written: Vec<Written>,
}

/// A state that a client wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The contact id; a telephone number in E.164 form where it is one.
    pub contact: String,
    /// The state.
    pub status: String,
}

/// How a write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The first word about this contact.
    Created,
    /// It is so now, or was so already.
    Changed,
    /// No road leads from the state that the contact is in to this one.
    Forbidden {
        /// The state that the contact stays in.
        from: String,
    },
}

impl Consents {
    /// The state of a contact; `NO_CONSENT` for one nobody knows (AMB-16).
    pub fn status(&self, contact: &str) -> &str {
        self.statuses.get(&contact_key(contact)).map_or(NO_CONSENT, String::as_str)
    }

    /// Puts a contact in a state, any text, without asking.
    pub fn put(&mut self, contact: &str, status: &str) {
        self.statuses.insert(contact_key(contact), status.to_owned());
    }

    /// Writes one of [`STATUSES`] as a client does.
    pub fn write(&mut self, contact: &str, status: &str) -> Outcome {
        let known = self.statuses.contains_key(&contact_key(contact));
        let from = self.status(contact);
        if from != status && !may_become(from, status) {
            return Outcome::Forbidden { from: from.to_owned() };
        }
        self.put(contact, status);
        self.written.push(Written { contact: contact_key(contact), status: status.to_owned() });
        if known { Outcome::Changed } else { Outcome::Created }
    }

    /// What clients wrote, oldest first.
    pub fn written(&self) -> &[Written] {
        &self.written
    }

    /// Contacts and their states, by contact.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.statuses.iter().map(|(contact, status)| (contact.as_str(), status.as_str()))
    }
}

/// The roads of T11. A state that is none of the four is a fixture's and leads everywhere.
fn may_become(from: &str, to: &str) -> bool {
    match from {
        "NO_CONSENT" => matches!(to, "CONSENTED" | "REFUSED"),
        "CONSENTED" => matches!(to, "DELETED" | "REFUSED"),
        "REFUSED" | "DELETED" => to == "CONSENTED",
        _ => true,
    }
}

/// A telephone number in international form is the same contact however it is spaced; anything else is itself (AMB-15).
fn contact_key(contact: &str) -> String {
    let bare: String = contact.chars().filter(|letter| !matches!(letter, ' ' | '-' | '.' | '/' | '(' | ')')).collect();
    let international = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"));
    match international {
        Some(number) if (7..=15).contains(&number.len()) && number.bytes().all(|digit| digit.is_ascii_digit()) => format!("+{number}"),
        _ => contact.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_the_roads_of_t11() {
        let mut consents = Consents::default();

        assert_eq!(consents.write("123", "DELETED"), Outcome::Forbidden { from: "NO_CONSENT".into() });
        assert_eq!(consents.write("123", "CONSENTED"), Outcome::Created);
        assert_eq!(consents.write("123", "CONSENTED"), Outcome::Changed);
        assert_eq!(consents.write("123", "DELETED"), Outcome::Changed);
        assert_eq!(consents.write("123", "REFUSED"), Outcome::Forbidden { from: "DELETED".into() });
        assert_eq!(consents.written().len(), 3);
    }

    #[test]
    fn a_number_is_one_contact_however_it_is_written() {
        let mut consents = Consents::default();
        consents.put("+49 30 901820", "REFUSED");

        assert_eq!(consents.status("004930901820"), "REFUSED");
        assert_eq!(consents.status("+4930901820"), "REFUSED");
        assert_eq!(consents.status("123"), "NO_CONSENT");
    }
}
