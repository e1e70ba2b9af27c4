//! `find_methods`: asks the customer's service how this customer can be reached (G22).

use super::effect::Effect;
use super::method::Method;
use super::reaching::Reaching;
use super::reading::{Fields, Located, Reading};
use super::stage::Next;

/// A step that finds the contact methods.
#[derive(Debug, Clone)]
pub struct FindMethods {
    /// The methods that the flow can use.
    pub of: Vec<Method>,
    /// What callers hear meanwhile, and how long it may take.
    pub reaching: Reaching,
}

impl FindMethods {
    pub(super) const OUTCOMES: &'static [&'static str] = &["found", "no_contact_method", "locked", "service_error"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let reaching = Reaching::read(fields, reading);
        let Some(node) = fields.take("of") else {
            return Some(Self { of: Method::ALL.to_vec(), reaching });
        };
        let names = reading.texts(node, "of");
        Some(Self { of: names.iter().filter_map(|name| read_method(name, reading)).collect(), reaching })
    }

    pub(super) fn enter(&self) -> Next<'_> {
        Next::Perform(Effect::FindMethods { of: self.of.clone() })
    }
}

fn read_method(name: &Located, reading: &mut Reading) -> Option<Method> {
    let method = Method::named(&name.text);
    if method.is_none() {
        reading.fault("unknown-method", &name.span, format!("{} is not a method", name.text), "methods are email, sms and authenticator");
    }
    method
}
