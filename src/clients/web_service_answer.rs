//! What the customer's XML web services answer, read strictly (requirements G22 to G28, AMB-7, AMB-9, AMB-13).

use std::collections::BTreeMap;
use std::fmt;

use crate::secret::mask;
use crate::xml::{self, Element, Limits};

const LIMITS: Limits = Limits { bytes: 64 << 10, depth: 16 };

/// A way to reach a customer that a service knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactMethod {
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
    /// By an authenticator app.
    Authenticator,
}

/// One verified contact method of a customer.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedContact {
    /// Which method.
    pub method: ContactMethod,
    /// Address or number, where the service gave one.
    pub value: Option<String>,
}

/// The contact methods that a service knows of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifiedContacts {
    /// In the service's order.
    pub contacts: Vec<VerifiedContact>,
    /// What was passed over, in words for the record; without addresses.
    pub warnings: Vec<String>,
}

/// The `<status>` of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceStatus {
    /// `success`.
    Success,
    /// `incorrect code`.
    IncorrectCode,
    /// `not found`.
    NotFound,
    /// Any other word: the name of a path, as the service wrote it.
    Path(String),
}

/// The answer of a service that a flow calls by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceAnswer {
    /// The status.
    pub status: ServiceStatus,
    /// Text of the other elements below the root, by their names; a name that comes several times has a line for each.
    pub fields: BTreeMap<String, String>,
}

/// An answer that is not what it has to be. Never shows what stood in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not XML.
    #[error("the answer is not well-formed XML ({0})")]
    NotXml(xml::Position),
    /// The root is another element.
    #[error("the answer's root element is not <{0}>")]
    WrongRoot(&'static str),
    /// No `<status>`, an empty one, one with elements in it, or two.
    #[error("the answer does not have exactly one <status> with a word in it")]
    NoStatus,
}

impl ContactMethod {
    /// The name that `TwoFactorAuthSelectedMethod` has for it.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Sms => "SMS",
            Self::Authenticator => "Authenticator",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        let methods = [Self::Email, Self::Sms, Self::Authenticator];
        methods.into_iter().find(|method| method.parameter().eq_ignore_ascii_case(name.trim()))
    }
}

impl fmt::Debug for VerifiedContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.method, self.value.as_deref().map(mask).unwrap_or_default())
    }
}

/// Fields are about customers: their names are shown, their texts are not.
impl fmt::Debug for ServiceAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {:?}", self.status, self.fields.keys())
    }
}

impl ServiceStatus {
    /// The path that a flow takes: the status in snake_case (`not_found`).
    pub fn path(&self) -> String {
        match self {
            Self::Success => "success".to_owned(),
            Self::IncorrectCode => "incorrect_code".to_owned(),
            Self::NotFound => "not_found".to_owned(),
            Self::Path(written) => snake_case(written),
        }
    }

    /// The status that is written so; case and spaces do not count.
    pub fn by_name(written: &str) -> Self {
        let name: String = written.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        match name.as_str() {
            "success" => Self::Success,
            "incorrectcode" => Self::IncorrectCode,
            "notfound" => Self::NotFound,
            _ => Self::Path(written.trim().to_owned()),
        }
    }
}

impl ServiceAnswer {
    /// Adds a field; one that comes several times is a list, with a line for each.
    pub fn add(&mut self, name: &str, value: &str) {
        match self.fields.get_mut(name) {
            Some(lines) => {
                lines.push('\n');
                lines.push_str(value);
            }
            None => {
                self.fields.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Reads the answer of a service whose answers have the root element `root`; any other root where that is `None`.
pub fn read_answer(body: &[u8], root: Option<&'static str>) -> Result<ServiceAnswer, AnswerError> {
    let element = parse(body, root)?;
    let others = element.elements().filter(|child| child.name != "status" && child.elements().next().is_none());
    let mut answer = ServiceAnswer { status: status(&element)?, fields: BTreeMap::new() };
    others.for_each(|child| answer.add(&child.name, child.text().trim()));
    Ok(answer)
}

/// Reads the answer of *Check Verified Contact Methods*: its status, and the methods that it lists.
pub fn read_contacts(body: &[u8]) -> Result<(ServiceStatus, VerifiedContacts), AnswerError> {
    let element = parse(body, Some("checkVerifiedContactMethods"))?;
    let status = status(&element)?;
    let mut contacts = VerifiedContacts::default();
    let lists = element.elements().filter(|child| child.name == "methods");
    for method in lists.flat_map(Element::elements) {
        contacts.add(method);
    }
    Ok((status, contacts))
}

impl VerifiedContacts {
    fn add(&mut self, element: &Element) {
        let name = element.attribute("name").filter(|_| element.name == "method");
        let Some(method) = name.and_then(ContactMethod::by_name) else {
            return self.warn(element, "is no method that Callward knows");
        };
        if self.contacts.iter().any(|contact| contact.method == method) {
            return self.warn(element, "repeats a method");
        }
        let value = element.attribute("value").map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
        let value = value.filter(|_| method != ContactMethod::Authenticator);
        self.contacts.push(VerifiedContact { method, value });
    }

    fn warn(&mut self, element: &Element, what: &str) {
        self.warnings.push(format!("the element at {} of the contact methods {what}; it is passed over", element.position));
    }
}

fn parse(body: &[u8], root: Option<&'static str>) -> Result<Element, AnswerError> {
    let element = xml::parse_with(body, LIMITS).map_err(|error| AnswerError::NotXml(error.at))?;
    match root {
        Some(root) if element.name != root => Err(AnswerError::WrongRoot(root)),
        _ => Ok(element),
    }
}

/// The one status; two would let an answer say yes and no.
fn status(element: &Element) -> Result<ServiceStatus, AnswerError> {
    let mut found = element.elements().filter(|child| child.name == "status");
    let (Some(status), None) = (found.next(), found.next()) else { return Err(AnswerError::NoStatus) };
    let written = status.text();
    if written.trim().is_empty() || status.elements().next().is_some() {
        return Err(AnswerError::NoStatus);
    }
    Ok(ServiceStatus::by_name(&written))
}

fn snake_case(written: &str) -> String {
    let words = written.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTACTS: &str = r#"<?xml version="1.0"?>
        <checkVerifiedContactMethods>
            <status> Success </status>
            <methods>
                <method name="EMAIL" value=" ana@example.org "/>
                <method name="authenticator" value="ignored"/>
                <method name="pigeon" value="coop 7"/>
                <method name="sms"/>
                <method name="SMS" value="+491701234521"/>
            </methods>
        </checkVerifiedContactMethods>"#;

    fn status_of(written: &str) -> Result<ServiceStatus, AnswerError> {
        read_answer(format!("<codeAuthentication><status>{written}</status></codeAuthentication>").as_bytes(), Some("codeAuthentication"))
            .map(|answer| answer.status)
    }

    #[test]
    fn methods_come_in_the_services_order_and_unknown_ones_are_passed_over() {
        let (status, contacts) = read_contacts(CONTACTS.as_bytes()).unwrap();

        assert_eq!(status, ServiceStatus::Success);
        let expected = [
            VerifiedContact { method: ContactMethod::Email, value: Some("ana@example.org".to_owned()) },
            VerifiedContact { method: ContactMethod::Authenticator, value: None },
            VerifiedContact { method: ContactMethod::Sms, value: None },
        ];
        assert_eq!(contacts.contacts, expected);
        assert_eq!(contacts.warnings.len(), 2);
        assert!(!format!("{contacts:?}").contains("ana@"), "{contacts:?}");
    }

    #[test]
    fn statuses_are_compared_without_case_and_spaces() {
        for written in ["success", " SUCCESS\n", "suc cess", "<![CDATA[success]]>"] {
            assert_eq!(status_of(written), Ok(ServiceStatus::Success), "{written}");
        }
        assert_eq!(status_of("Incorrect  Code"), Ok(ServiceStatus::IncorrectCode));
        assert_eq!(status_of("notFound"), Ok(ServiceStatus::NotFound));
        assert_eq!(status_of(" Call Back "), Ok(ServiceStatus::Path("Call Back".to_owned())));
        assert_eq!(status_of("Call-Back").unwrap().path(), "call_back");
        assert_eq!(status_of("not  found").unwrap().path(), "not_found");
    }

    #[test]
    fn an_answer_that_does_not_say_one_thing_is_an_error() {
        assert_eq!(status_of(""), Err(AnswerError::NoStatus));
        assert_eq!(status_of("  "), Err(AnswerError::NoStatus));
        assert_eq!(status_of("success</status><status>incorrect code"), Err(AnswerError::NoStatus));
        assert_eq!(status_of("<b>success</b>"), Err(AnswerError::NoStatus));
        assert!(matches!(status_of("&success;"), Err(AnswerError::NotXml(_))));
        let other = read_answer(b"<sendAuthenticationCode><status>success</status></sendAuthenticationCode>", Some("codeAuthentication"));
        assert_eq!(other, Err(AnswerError::WrongRoot("codeAuthentication")));
        assert_eq!(read_answer(b"<codeAuthentication/>", Some("codeAuthentication")), Err(AnswerError::NoStatus));
    }

    #[test]
    fn a_general_answer_gives_its_fields() {
        let answer = read_answer(b"<a><status>success</status><name> Ana </name><list><x>1</x></list><empty/></a>", None).unwrap();

        assert_eq!(answer.fields, BTreeMap::from([("name".to_owned(), "Ana".to_owned()), ("empty".to_owned(), String::new())]));
    }

    #[test]
    fn an_answer_cut_at_any_byte_is_an_error() {
        for end in 0..CONTACTS.len() {
            assert!(read_contacts(&CONTACTS.as_bytes()[..end]).is_err(), "cut at {end}");
        }
    }
}
