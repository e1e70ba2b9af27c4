//! How Callward calls the customer's own systems: message gateways, mail servers, XML web services and consent.

mod phone_number;
mod request_headers;
mod settings;
mod settings_check;
mod template;

pub use phone_number::{PhoneNumber, PhoneNumberError};
pub use request_headers::RequestHeadersError;
pub use settings::{
    ClientAuthentication, ConsentSettings, EmailSettings, FallbackSettings, SmsMethod, SmsSettings, SmtpSecurity, SmtpSettings,
    WebServiceSettings, WebServicesSettings,
};
pub use settings_check::Finding;
