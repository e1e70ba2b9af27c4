//! Finding out who is calling: codes and their checks, limits per person and destination, and the ways of sending.

mod budget;
mod by_email;
mod by_sms;
mod by_web_service;
mod code;
mod contacts;
mod delivery;
mod limits;
mod method;
mod offer;
mod proof;
mod quota;
mod verification;

pub use budget::{GuessBudget, Locked};
pub use by_email::ByEmail;
pub use by_sms::BySms;
pub use by_web_service::CustomerServices;
pub use code::{CodeContext, CodeHash, make_code};
pub use contacts::{Offers, Variables, contact_method};
pub use delivery::{AfterWrong, Code, CodeState, Deliveries};
pub use limits::Limits;
pub use method::{Message, Method, SendError};
pub use offer::Offer;
pub use proof::Proof;
pub use quota::{DestinationQuota, TenantQuota, UsedUp};
pub use verification::Verification;
