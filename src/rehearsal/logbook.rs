//! The log of one case: all that the gateway writes while the case is played, on whatever level.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// A log that is kept in memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Logbook(Arc<Mutex<Vec<u8>>>);

impl Logbook {
    /// What writes into it.
    pub fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false).without_time().with_writer(self.clone()).finish()
    }

    /// What was written.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl<'w> MakeWriter<'w> for Logbook {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

impl Write for Logbook {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
