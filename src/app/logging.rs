//! Logs go to stderr: for people on a terminal, as JSON elsewhere; `RUST_LOG` sets levels.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Begins to log; `usual` holds where `RUST_LOG` says nothing.
pub(super) fn begin(usual: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let begun = if std::io::stderr().is_terminal() { logs.compact().try_init() } else { logs.json().try_init() };
    if let Err(error) = begun {
        eprintln!("callward: no logs: {error}");
    }
}
