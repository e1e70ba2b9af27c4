//! From what the customer's service says to the methods that are offered (G22–G25, AMB-9, AMB-12, AMB-25).

use std::collections::BTreeMap;

use crate::clients::{ContactMethod, PhoneNumber, VerifiedContact};
use crate::flow::{CodeGeneration, Method, Rules};

use super::offer::Offer;

/// Where a contact without a value gets its number or address: the call's variables, by name.
pub type Variables = BTreeMap<String, String>;

/// What the service's contacts come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// The methods on offer, in the service's order.
    pub offers: Vec<Offer>,
    /// What was passed over and why, without numbers.
    pub warnings: Vec<String>,
}

impl Offers {
    /// The methods among `contacts` that can be used: of a kind the step takes, strong enough, with somewhere to send to.
    pub fn among(contacts: &[VerifiedContact], of: &[Method], rules: &Rules, variables: &Variables, country: Option<&str>) -> Self {
        let mut offers = Self::default();
        for contact in contacts {
            let kind = kind(contact.method);
            if !of.contains(&kind) || offers.offers.iter().any(|offer| offer.kind == kind) {
                continue;
            }
            match target(kind, contact.value.as_deref(), rules, variables, country) {
                Ok(target) => offers.offers.push(Offer { kind, target }),
                Err(why) => offers.warnings.push(format!("{} is not offered: {why}", kind.name())),
            }
        }
        offers
    }
}

/// The method that the services call so.
pub fn kind(method: ContactMethod) -> Method {
    match method {
        ContactMethod::Email => Method::Email,
        ContactMethod::Sms => Method::Sms,
        ContactMethod::Authenticator => Method::Authenticator,
    }
}

/// What the services call the method.
pub fn contact_method(method: Method) -> ContactMethod {
    match method {
        Method::Email => ContactMethod::Email,
        Method::Sms => ContactMethod::Sms,
        Method::Authenticator => ContactMethod::Authenticator,
    }
}

fn target(kind: Method, value: Option<&str>, rules: &Rules, variables: &Variables, country: Option<&str>) -> Result<String, String> {
    if kind.strength() < rules.minimum_strength {
        return Err(format!("it is weaker than minimum_strength, {}", rules.minimum_strength.name()));
    }
    let variable = match kind {
        Method::Authenticator => return authenticator(rules),
        Method::Email => &rules.email_variable,
        Method::Sms => &rules.phone_variable,
    };
    let known = value.map(str::trim).filter(|value| !value.is_empty()).or_else(|| variables.get(variable).map(String::as_str));
    let Some(known) = known.filter(|known| !known.is_empty()) else {
        return match rules.code_generation {
            // The customer's own service sends: it knows where to.
            CodeGeneration::External => Ok(String::new()),
            CodeGeneration::Internal => Err(format!("the service gave no value and the variable {variable} is empty")),
        };
    };
    match kind {
        Method::Sms => PhoneNumber::parse(known, country).map(|number| number.digits().to_owned()).map_err(|error| error.to_string()),
        Method::Email | Method::Authenticator => Ok(known.to_owned()),
    }
}

/// Codes of an app are checked by the customer's service; in internal mode nobody could.
fn authenticator(rules: &Rules) -> Result<String, String> {
    match rules.code_generation {
        CodeGeneration::External => Ok(String::new()),
        CodeGeneration::Internal => Err("code_generation is internal".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Strength;

    fn contact(method: ContactMethod, value: &str) -> VerifiedContact {
        VerifiedContact { method, value: (!value.is_empty()).then(|| value.to_owned()) }
    }

    fn offered(contacts: &[VerifiedContact], rules: &Rules, variables: &Variables) -> Vec<(Method, String)> {
        let offers = Offers::among(contacts, &Method::ALL, rules, variables, Some("DE"));
        offers.offers.into_iter().map(|offer| (offer.kind, offer.target)).collect()
    }

    #[test]
    fn the_services_order_and_its_values_count() {
        let contacts = [contact(ContactMethod::Sms, "0170 1234521"), contact(ContactMethod::Email, "ana@example.org")];

        let offered = offered(&contacts, &Rules::default(), &Variables::new());

        assert_eq!(offered, [(Method::Sms, "491701234521".to_owned()), (Method::Email, "ana@example.org".to_owned())]);
    }

    #[test]
    fn a_missing_value_is_the_variables_and_without_either_nothing_is_offered() {
        let contacts = [contact(ContactMethod::Email, ""), contact(ContactMethod::Sms, "")];
        let rules = Rules { email_variable: "CustomerEmail".into(), ..Rules::default() };
        let variables = Variables::from([("CustomerEmail".to_owned(), "ana@example.org".to_owned())]);

        assert_eq!(offered(&contacts, &rules, &variables), [(Method::Email, "ana@example.org".to_owned())]);
    }

    #[test]
    fn an_authenticator_is_offered_in_external_mode_only_and_weak_methods_not_where_strength_is_asked() {
        let contacts = [contact(ContactMethod::Email, "ana@example.org"), contact(ContactMethod::Authenticator, "x")];

        assert_eq!(offered(&contacts, &Rules::default(), &Variables::new()).len(), 1);
        let rules = Rules { code_generation: CodeGeneration::External, minimum_strength: Strength::Medium, ..Rules::default() };
        assert_eq!(offered(&contacts, &rules, &Variables::new()), [(Method::Authenticator, String::new())]);
    }
}
