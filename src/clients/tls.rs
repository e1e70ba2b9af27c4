//! Whom we trust when we call out: the certificates of the operating system, so that a company's own authority counts (RFC 5280).

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tracing::warn;

/// The system's roots. A machine without any starts all the same, and trusts nobody.
pub(super) fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        warn!("no CA certificates were found on this system, so no https service can be called: install ca-certificates");
    }
    roots
}

/// TLS 1.2 and 1.3, trusting these roots.
pub(super) fn trusting(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
