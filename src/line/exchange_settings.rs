//! Where and how SIP is spoken, and why that may not be possible.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::sip::{Admission, SessionLimits, TransportProtocol};

/// Where and how SIP is spoken; by itself nowhere, and with nobody that is trusted.
#[derive(Debug, Clone, Default)]
pub struct ExchangeSettings {
    /// What is listened on.
    pub listen: Vec<(TransportProtocol, SocketAddr)>,
    /// The address by which others reach us, when it is another one.
    pub advertised: Option<IpAddr>,
    /// Certificate and key for TLS.
    pub tls: Option<SipTls>,
    /// Who may call, and how many.
    pub admission: Admission,
    /// Session timers.
    pub session: SessionLimits,
    /// Whether calls want to hear of transfers that the other side wishes for; they are declined otherwise.
    pub takes_refer: bool,
    /// Every message is told to the log, as one line with its numbers masked.
    pub ladder: bool,
}

/// Files in PEM.
#[derive(Debug, Clone)]
pub struct SipTls {
    /// Certificate chain.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
    /// Authorities that are trusted beside those of the system.
    pub authorities: Option<PathBuf>,
}

/// Why the exchange cannot open.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The address is taken, or not ours.
    #[error("cannot listen for SIP on {address}: {cause}; choose another sip.listen, or stop what listens there")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("{file} cannot be used for SIP over TLS: {why}")]
    Tls {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// TLS is to be spoken without a certificate.
    #[error("SIP over TLS needs a certificate: set sip.tls_cert and sip.tls_key")]
    NoCertificate,
}
