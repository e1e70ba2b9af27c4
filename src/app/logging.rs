//! Logs go to stderr: for people on a terminal, as JSON elsewhere; `RUST_LOG` sets levels. Spans go to an OpenTelemetry collector
//! where this build can, and `OTEL_EXPORTER_OTLP_ENDPOINT` names one.

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// Begins to log; `usual` holds where `RUST_LOG` says nothing. Spans are sent for as long as what it gives is kept.
pub(super) fn begin(usual: &str) -> Option<SentSpans> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let logs = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let logs: Box<dyn Layer<Registry> + Send + Sync> =
        if std::io::stderr().is_terminal() { logs.compact().with_filter(filter).boxed() } else { logs.json().with_filter(filter).boxed() };
    let (spans, sent) = spans();
    let begun = tracing_subscriber::registry().with(vec![Some(logs), spans].into_iter().flatten().collect::<Vec<_>>()).try_init();
    if let Err(error) = begun {
        eprintln!("callward: no logs: {error}");
    }
    sent
}

type Spans = Option<Box<dyn Layer<Registry> + Send + Sync>>;

#[cfg(not(feature = "opentelemetry"))]
fn spans() -> (Spans, Option<SentSpans>) {
    if std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").is_some() {
        eprintln!("callward: OTEL_EXPORTER_OTLP_ENDPOINT is set, but this build sends no spans: build it with --features opentelemetry");
    }
    (None, None)
}

/// Nothing: this build sends no spans.
#[cfg(not(feature = "opentelemetry"))]
pub(super) enum SentSpans {}

#[cfg(feature = "opentelemetry")]
pub(super) use self::collector::SentSpans;

#[cfg(feature = "opentelemetry")]
fn spans() -> (Spans, Option<SentSpans>) {
    if std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").is_none() {
        return (None, None);
    }
    match SentSpans::begin() {
        Ok((layer, sent)) => (Some(layer), Some(sent)),
        Err(error) => {
            eprintln!("callward: no spans are sent: {error}");
            (None, None)
        }
    }
}

/// Sends spans by OTLP over HTTP; endpoint, headers and timeouts by OpenTelemetry's own environment variables.
#[cfg(feature = "opentelemetry")]
mod collector {
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::{Layer, Registry};

    /// The spans that are on their way; dropping it sends the rest.
    pub(in super::super) struct SentSpans(SdkTracerProvider);

    impl SentSpans {
        /// Our own spans at level `INFO`; those of libraries stay here.
        pub fn begin() -> Result<(Box<dyn Layer<Registry> + Send + Sync>, Self), ExporterBuildError> {
            // The exporter asks for a TLS provider before any other client has installed one.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let exporter = SpanExporter::builder().with_http().build()?;
            let resource = Resource::builder().with_service_name("callward").build();
            let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
            let own = Targets::new().with_target("callward", LevelFilter::INFO);
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("callward")).with_filter(own).boxed();
            Ok((layer, Self(provider)))
        }
    }

    impl Drop for SentSpans {
        fn drop(&mut self) {
            if let Err(error) = self.0.shutdown() {
                eprintln!("callward: the last spans were not sent: {error}");
            }
        }
    }
}
