//! Every line that this process logs, at every level.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock};

use tracing::level_filters::LevelFilter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static LISTENING: OnceLock<()> = OnceLock::new();

/// Begins to take down what every thread logs, for as long as the process runs.
pub fn listen() {
    LISTENING.get_or_init(|| {
        let logs = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false).with_writer(|| Pen);
        tracing::subscriber::set_global_default(logs.finish()).unwrap();
    });
}

/// What was logged so far.
pub fn text() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap()).into_owned()
}

struct Pen;

impl Write for Pen {
    fn write(&mut self, words: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap().extend_from_slice(words);
        Ok(words.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
