//! TLS for SIP: our certificate for who calls us, trusted authorities for whom we call (RFC 3261 §26.3.2, RFC 5922).

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::exchange_settings::{ExchangeError, SipTls};

/// What is needed for either side of TLS. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Certificates {
    server: Option<Arc<ServerConfig>>,
    client: Option<Arc<ClientConfig>>,
}

impl Certificates {
    /// Reads the files; without any there is no TLS at all.
    pub fn read(tls: Option<&SipTls>) -> Result<Self, ExchangeError> {
        let Some(tls) = tls else { return Ok(Self::default()) };
        Ok(Self { server: Some(server(tls)?), client: Some(client(tls)?) })
    }

    /// For connections that come in.
    pub fn acceptor(&self) -> Option<TlsAcceptor> {
        self.server.clone().map(TlsAcceptor::from)
    }

    /// For connections that we make.
    pub fn connector(&self) -> Option<TlsConnector> {
        self.client.clone().map(TlsConnector::from)
    }
}

fn server(tls: &SipTls) -> Result<Arc<ServerConfig>, ExchangeError> {
    let chain = certificates(&tls.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|error| fault(&tls.key, error))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| fault(&tls.certificate, error))?;
    let config = builder.with_no_client_auth().with_single_cert(chain, key);
    config.map(Arc::new).map_err(|error| fault(&tls.certificate, error))
}

fn client(tls: &SipTls) -> Result<Arc<ClientConfig>, ExchangeError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = &tls.authorities {
        roots.add_parsable_certificates(certificates(file)?);
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| fault(&tls.certificate, error))?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, ExchangeError> {
    CertificateDer::pem_file_iter(file).and_then(Iterator::collect).map_err(|error| fault(file, error))
}

fn fault(file: &Path, why: impl std::fmt::Display) -> ExchangeError {
    ExchangeError::Tls { file: file.display().to_string(), why: why.to_string() }
}
