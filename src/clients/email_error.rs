//! Why a mail server did not take a message, and whether trying again could help (RFC 5321 §4.2.1).

/// A message that the mail server did not accept, as far as we know. Never shows addresses or the server's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// No connection; the message did not go out.
    #[error("the mail server {0} cannot be reached")]
    Unreachable(String),
    /// No TLS connection; the message did not go out.
    #[error("the mail server {host} cannot be trusted: {why}")]
    Tls {
        /// Host and port.
        host: String,
        /// What is wrong with its certificate or its TLS.
        why: String,
    },
    /// Name and password are refused, or the server knows no way to log in; the message did not go out.
    #[error("the mail server {0} refuses the login")]
    Login(String),
    /// The server says no for the moment (4yz); the message did not go out.
    #[error("the mail server {host} refused the message for the moment (reply {code})")]
    Temporary {
        /// Host and port.
        host: String,
        /// The reply code.
        code: u16,
    },
    /// The server says no for good (5yz); the message did not go out.
    #[error("the mail server {host} refused the message (reply {code})")]
    Permanent {
        /// Host and port.
        host: String,
        /// The reply code.
        code: u16,
    },
    /// No end within 10 s; the message may have gone out.
    #[error("the mail server {0} did not answer in time")]
    Timeout(String),
    /// The connection broke or the server spoke no SMTP; the message may have gone out.
    #[error("the mail server {0} did not answer properly")]
    BrokenOff(String),
    /// The recipient is no e-mail address.
    #[error("the recipient is not an e-mail address")]
    BadRecipient,
    /// The sender is no e-mail address.
    #[error("the sender is not an e-mail address: write name@host or Name <name@host>")]
    BadSender,
}
