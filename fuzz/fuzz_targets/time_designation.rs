//! Any text as a time designation: none, or a time of at most a day.

#![no_main]

use std::time::Duration;

use callward::browser::time_designation;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    assert!(time_designation(text).is_none_or(|time| time <= Duration::from_secs(86_400)));
});
