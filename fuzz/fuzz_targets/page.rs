//! Any bytes as a page: the session ends, in bounded time, without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| callward_fuzz::browse(bytes));
