//! The passage between the two wings: our own pages for our own telephone, and what a call has come to, as headers.

mod auth_headers;
mod auth_token;
mod own_pages;

pub use auth_headers::AuthHeaders;
pub use auth_token::TokenSigner;
pub use own_pages::OwnPages;
