//! How Callward calls the customer's own systems: message gateways, mail servers, XML web services and consent.

mod settings;
mod settings_check;

pub use settings::{
    ClientAuthentication, ConsentSettings, EmailSettings, FallbackSettings, SmsMethod, SmsSettings, SmtpSecurity, SmtpSettings,
    WebServiceSettings, WebServicesSettings,
};
pub use settings_check::Finding;
