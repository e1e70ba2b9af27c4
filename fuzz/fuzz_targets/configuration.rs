//! Any text as the operator's configuration: read, or every finding shown.

#![no_main]

use callward::config::Config;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // Values may name files: those of this machine are no part of the input.
    if text.contains("file:") {
        return;
    }
    if let Err(error) = Config::from_text("callward.toml", text, std::iter::empty()) {
        assert!(!error.to_string().is_empty());
    }
});
